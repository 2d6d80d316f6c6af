"""登记投诉: the 工单's fields in the order a call goes; only what the customer said is required (第六条(一))."""

from __future__ import annotations

import secrets
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from admin import errors
from admin.current import book, current_actor, now, session, transact
from admin.views import following, forms, offers
from models import desk, view
from models.policy import DISCIPLINE, QUALITY
from models.refusals import Invalid, KeyReused, NotYours, Refused
from models.workflow import ACTIONS, REGISTRATION

CALL = ("content", "title", "demand", "suggestion", "happened_at", "neighbourhood", "address", "district")
"""The left column: what was said, in the order a call goes."""
CALLER = ("complainant", "complainant_kind", "phone", "account_no")
ARRIVAL = ("category", "kind", "urgency", "channel", "form", "received_at", "complained_unit", "accused")
FORWARDED = ("forwarded_by", "forward_no", "forward_due_at")


def page() -> Any:
    """GET /ticket/register"""
    _allowed()
    return _draw(None, {}, "", secrets.token_urlsafe(16))


def send() -> Any:
    """POST /ticket/register"""
    _allowed()
    typed = MultiDict(request.form)
    once = typed.get("once") or secrets.token_urlsafe(16)
    given = forms.given(REGISTRATION, typed)
    try:
        ticket_id = transact(
            lambda: desk.register(session(), given, by=current_actor(), at=now(), book=book(), once=once)
        )
    except NotYours:
        raise
    except Refused as no:
        wrong = {n: errors.reason(why) for n, why in no.errors.items()} if isinstance(no, Invalid) else {}
        if isinstance(no, KeyReused):
            return _draw(typed, wrong, _("这一份刚才已经登记过。要再登记一件，核对内容后再按一次。"),
                         secrets.token_urlsafe(16)), no.status  # fmt: skip
        return _draw(typed, wrong, errors.say(no.code, **no.facts), once), no.status
    seen = view.sights(session(), [ticket_id], current_actor(), now())
    if not seen:
        flash(_("已登记。这件工单由别人办理，您不再看得到。"), "success")
        return redirect(url_for("TicketView.list"))
    row = view.tickets(session(), seen, current_actor(), now(), book())[0]
    flash(following.registered(row, now()), "success")
    return redirect(url_for("TicketView.show", ticket_id=ticket_id))


def may_register() -> bool:
    by = current_actor()
    return by.desk or by.office


def _allowed() -> None:
    if not may_register():
        raise NotYours("not_yours", action=ACTIONS["register"].zh, who="热线受理人员")


def _draw(typed: forms.Typed | None, wrong: dict[str, str], problem: str, once: str) -> str:
    tracks = (QUALITY, DISCIPLINE) if current_actor().desk else (DISCIPLINE,)
    defaults = {"kind": "complaint", "urgency": "normal"}
    if current_actor().desk:
        channels = book().register("channel").by_name
        defaults |= {"form": "电话"} | ({"channel": str(channels["96568"].id)} if "96568" in channels else {})
    made = forms.controls(REGISTRATION, typed, wrong, offers.for_registration(tracks), defaults)
    by_name = {control.name: control for control in made}
    return render_template(
        "register.html", title=_("登记投诉"), problem=problem, once=once, all_controls=made,
        columns=[[by_name[name] for name in names] for names in (CALL, CALLER, ARRIVAL, FORWARDED)],
    )  # fmt: skip
