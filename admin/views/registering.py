"""登记投诉: the 工单's fields in the order a call goes; only what the customer said is required (第六条(一)).

The first screen has what a call needs; the rest is folded away. One press registers, and assigns, answers or refers
as well: all of it happens, or nothing does and the form comes back as it was.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from admin import errors
from admin.current import book, current_actor, now, session, transact
from admin.views import attaching, drafting, following, forms, offers
from models import desk, draft, repeats, view
from models.policy import DISCIPLINE, LINK_KINDS, QUALITY
from models.refusals import Invalid, KeyReused, NotYours, Reason, Refused, WrongState
from models.tables import Channel, Ticket
from models.workflow import ACTIONS, Field

FIRST = ("phone", "content", "category", "kind")
"""The first screen, beside the unit, in the order a call goes."""
FOLDS = (
    ("place", "在哪里", "小区、地址、片区", ("neighbourhood", "address", "district")),
    ("caller", "投诉人", "姓名、户号、性质", ("complainant", "account_no", "complainant_kind")),
    ("more", "要求与时间", "标题、要求、建议、发生和接到时间",
     ("title", "demand", "suggestion", "happened_at", "received_at")),
    ("against", "投诉对象", "单位、人员", ("complained_unit", "accused")),
    ("arrival", "来源", "渠道、形式、紧急程度", ("channel", "form", "urgency")),
    ("forwarded", "来文", "转呈部门、来文编号、时限", ("forwarded_by", "forward_no", "forward_due_at")),
)  # fmt: skip
"""(key, heading, what is in it, fields) of what is folded away, open where it holds something."""
UNIT = replace(ACTIONS["assign"].fields[0], required=False)
REPLY = replace(ACTIONS["answer"].fields[0], required=False)
BESIDE: tuple[Field, ...] = (UNIT, REPLY)
"""Fields of the acts that the same press takes."""
THEN = {"": "登记", "assign": "登记并转办", "answer": "登记并答复", "refer": "登记并移送纪检"}
SAME_PRESS = timedelta(hours=1)
"""So long after it was registered, the same words again are asked about."""
ANONYMOUS = ("complainant", "complainant_kind", "phone", "account_no")
"""What the tick 匿名 takes away."""


def page() -> Any:
    """GET /ticket/register"""
    _allowed()
    form = request.args.get("draft", "")
    kept = drafting.found(drafting.registering(form)) if form else None
    if kept:  # under its own key: what was sent of it elsewhere is recognised
        return _draw(kept.typed, {}, "", form, kept)
    return _draw(None, {}, "", secrets.token_urlsafe(16), unfinished=drafting.unfinished())


def send() -> Any:
    """POST /ticket/register"""
    _allowed()
    typed = MultiDict(request.form)
    if typed.get("anonymous"):
        for name in ANONYMOUS:
            typed[name] = ""
    once = typed.get("once") or secrets.token_urlsafe(16)
    then = typed.get("then", "")
    acts = _acts(then, typed)
    place = drafting.registering(once)
    given: dict[str, Any] = {}

    def work() -> int:
        misfit = _misfit(then, given)
        if misfit:
            raise Invalid(misfit)
        ticket_id = desk.register(
            session(), given, by=current_actor(), at=now(), book=book(), once=once, then=acts
        )  # fmt: skip
        draft.drop(session(), place)
        return ticket_id

    try:
        attaching.take_in(typed)
        given |= forms.given(ACTIONS["register"].fields, typed)
        if not (typed.get("again") or given.get("files")) and led_to(once) is None:  # files are taken once: it is new
            earlier = repeats.registered(session(), current_actor(), typed, now() - SAME_PRESS)
            if earlier is not None:
                return _draw(typed, {}, "", once, sent=_sent(earlier)), 409
        ticket_id = transact(work)
    except Refused as no:
        if isinstance(no, KeyReused):
            return _draw(typed, {}, "", secrets.token_urlsafe(16), sent=_sent(led_to(once))), no.status
        return _draw(typed, _wrong(no, then), errors.say(no.code, **no.facts), once), no.status
    return _done(ticket_id, then, forms.number(typed.get("unit")))


def led_to(form: str) -> int | None:
    """The ticket that the form with this key was registered as."""
    ticket_id = repeats.led_to(session(), current_actor(), form)
    mine = select(Ticket.id).where(Ticket.id == ticket_id, Ticket.registered_by == current_actor().user_id)
    return session().scalar(mine) if ticket_id is not None else None


def sent(form: str) -> Any:
    """GET /ticket/sent/<key>: what became of a form that Back shows again."""
    _allowed()
    ticket_id = led_to(form)
    return jsonify(dict(zip(("said", "url", "no"), _sent(ticket_id), strict=True)) if ticket_id else {})


def _sent(ticket_id: int | None) -> tuple[str, str, str]:
    """(sentence, address, number) of what a form was registered as; the last two only where it is in sight."""
    seen = view.sights(session(), [ticket_id] if ticket_id else [], current_actor(), now())
    if not seen:
        return _("这一份已经登记。这件工单由别人办理，您不再看得到。"), "", ""
    no = seen[0].ticket.no
    return _("这一份已登记为 %(no)s。", no=no), url_for("TicketView.show", ticket_id=ticket_id), no


def may_register() -> bool:
    by = current_actor()
    return by.desk or by.office


def _allowed() -> None:
    if not may_register():
        raise NotYours("not_yours", action=ACTIONS["register"].zh, who="热线受理人员")


def _acts(then: str, typed: forms.Typed) -> list[tuple[str, dict[str, Any]]]:
    """What follows the registration in the same transaction. A link comes last: a main would hand the ticket to its
    own unit before this one is; but after a referral its registrar no longer sees it."""
    acts: list[tuple[str, dict[str, Any]]] = []
    if then in ("assign", "answer"):
        acts.append((then, forms.given([UNIT if then == "assign" else REPLY], typed)))
    if typed.get("link_to", "").strip():
        acts.append(("link", {"to": typed["link_to"].strip(), "kind": typed.get("link_kind") or "related"}))
    if then == "refer":
        acts.append(("refer", {}))
    return acts


def _misfit(then: str, given: dict[str, Any]) -> dict[str, Any]:
    """A press that does not go with the category: told at the category, where it is mended."""
    category = given.get("category")
    track = book().track_of(category) if category in book().register("category").by_id else None
    if then in ("assign", "answer") and track == DISCIPLINE:
        return {"category": Reason("to_discipline")}
    if then == "refer" and track != DISCIPLINE:
        return {"category": Reason("not_to_discipline")}
    return {}


def _wrong(no: Refused, then: str) -> dict[str, str]:
    """The reasons by the field of this form."""
    if isinstance(no, Invalid):
        return {{"to": "link_to"}.get(name, name): errors.reason(why) for name, why in no.errors.items()}
    if isinstance(no, WrongState) and then == "answer":
        return {"kind": errors.say(no.code, **no.facts)}
    return {}


def _done(ticket_id: int, then: str, unit: int | None) -> Any:
    """Say what happened and what comes next; then the ticket, or the list where it is out of sight."""
    again = (_("再登记一件"), url_for("TicketView.register"))
    seen = view.sights(session(), [ticket_id], current_actor(), now())
    if not seen:
        _say(_("已登记。这件工单由别人办理，您不再看得到。"), again)
        return redirect(url_for("TicketView.list"))
    row = view.tickets(session(), seen, current_actor(), now(), book())[0]
    links = [again]
    if row["state"] == "registered" and row["track"] == QUALITY:
        chosen = {"unit": unit} if unit else {}
        to = url_for("TicketView.act", ticket_id=ticket_id, name="assign", **chosen)
        links.insert(0, (_(ACTIONS["assign"].zh), to))
    _say(following.registered(row, now(), then), *links)
    if past := following.past(row, now()):
        flash(past, "warning")
    return redirect(url_for("TicketView.show", ticket_id=ticket_id))


def _say(sentence: str, *links: tuple[str, str]) -> None:
    made = (Markup('<a href="{}">{}</a>').format(to, label) for label, to in links)
    flash(Markup("{} {}").format(sentence, Markup(" · ").join(made)), "success")


def _draw(
    typed: forms.Typed | None, wrong: dict[str, str], problem: str, once: str, kept: drafting.Found | None = None,
    unfinished: Sequence[drafting.Unfinished] = (), sent: tuple[str, str, str] | None = None,
) -> str:  # fmt: skip
    at_desk = current_actor().desk
    tracks = (QUALITY, DISCIPLINE) if at_desk else (DISCIPLINE,)
    defaults = {"kind": "complaint", "urgency": "normal"}
    if at_desk:
        channels = book().register("channel").by_name
        defaults |= {"form": "电话"} | ({"channel": str(channels["96568"].id)} if "96568" in channels else {})
    fields = (*ACTIONS["register"].fields, *(BESIDE if at_desk else ()))
    offered = {**offers.for_registration(tracks), "unit": offers.handling_units,
               "complained_unit": lambda: forms.in_use(offers.entries("unit"))}  # fmt: skip
    made = {c.name: c for c in forms.controls(fields, typed, wrong, offered, defaults)}
    if at_desk:
        made["reply"].texts = offers.texts("answer", None)
    typed = typed if typed is not None else MultiDict()
    return render_template(
        "register.html", title=_("登记投诉"), problem=problem, once=once, made=made, wrong=wrong, kept=kept, then=THEN,
        unfinished=unfinished, sent=sent,
        first=[made[name] for name in FIRST], link={"to": typed.get("link_to", ""), "kind": typed.get("link_kind", "")},
        kinds=LINK_KINDS, anonymous=bool(typed.get("anonymous")), at_desk=at_desk,
        folds=[(key, _(zh), _(hint), [made[name] for name in names]) for key, zh, hint, names in FOLDS],
        forwarders=_forwarders(), discipline=[e.id for e in offers.entries("category") if e.track == DISCIPLINE],
    )  # fmt: skip


def _forwarders() -> list[int]:
    """Channels that come with a number and a deadline of their own."""
    return list(session().scalars(select(Channel.id).where(Channel.forwarder)))
