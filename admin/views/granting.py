"""披露授权: the chairman lets somebody see a ticket or take a frame with its names, and takes it back (第七条(二))."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from admin import errors, watch, words
from admin.current import current_actor, now, session, transact
from admin.guarding import BaseView
from admin.views import forms
from admin.views.forms import Control
from models import granting, scope, view
from models.disclosure import DisclosureGrant
from models.granting import Given
from models.policy import IDENTIFIED
from models.refusals import Invalid
from models.tables import Ticket
from models.types import SHANGHAI, local_date


class GrantView(BaseView):
    """For the chairman, and for who stands in for him."""

    route_base = "/grants"
    default_view = "list"

    @expose("/")
    def list(self) -> Any:
        return _draw(None, {}, "")

    @expose("/", methods=["POST"])
    def add(self) -> Any:
        typed = MultiDict(request.form)
        try:
            row = transact(lambda: _grant(_given(typed)))
        except Invalid as no:
            wrong = {name: errors.reason(why) for name, why in no.errors.items()}
            return _draw(typed, wrong, errors.say(no.code)), no.status
        who = view.people(session())[row.user_id]
        flash(
            _("已授权%(who)s，到 %(day)s 为止。每次使用都会记录，随时可以撤回。", who=who, day=last_day(row)), "success"
        )
        return redirect(url_for("GrantView.list"))

    @expose("/<int:pk>/revoke", methods=["POST"])
    def revoke(self, pk: int) -> Any:
        row = transact(lambda: _revoke(pk))
        flash(_("已撤回给%(who)s的授权，即时生效。", who=view.people(session())[row.user_id]), "success")
        return redirect(url_for("GrantView.list"))


def _grant(given: Given) -> DisclosureGrant:
    row = granting.grant(session(), given, by=current_actor(), at=now())
    watch.note("granted", user_id=row.user_id, ticket_id=row.ticket_id, did="granted", grant=row.id, frame=row.frame,
               clear=row.clear, until=row.until, acting_for=row.for_id)  # fmt: skip
    return row


def _revoke(pk: int) -> DisclosureGrant:
    row = granting.revoke(session(), pk, by=current_actor(), at=now())
    watch.note("granted", user_id=row.user_id, ticket_id=row.ticket_id, did="revoked", grant=row.id)
    return row


def _given(typed: Any) -> Given:
    return Given(
        forms.number(typed.get("user_id", "")), typed.get("ticket", ""), typed.get("frame", ""),
        bool(typed.get("clear")), typed.get("purpose", ""), forms.day(typed.get("last", "")),
    )  # fmt: skip


def last_day(row: DisclosureGrant) -> str:
    """The last day of a grant, included."""
    return f"{(row.until.astimezone(SHANGHAI) - timedelta(seconds=1)).date():%Y-%m-%d}"


def what(row: DisclosureGrant, numbers: dict[int, str]) -> str:
    """纪2026-7F3K，含联系方式; 工单数据表，含个人信息."""
    if row.frame is not None:
        return _("%(frame)s数据表，含个人信息", frame=_(IDENTIFIED[row.frame]))
    no = numbers.get(row.ticket_id or 0, words.NOTHING)
    return _("%(no)s，含联系方式", no=no) if row.clear else no


def numbers_of(rows: Sequence[DisclosureGrant]) -> dict[int, str]:
    """Ticket → number, of those in the reader's sight."""
    ids = [row.ticket_id for row in rows if row.ticket_id]
    found = select(Ticket.id, Ticket.no).where(Ticket.id.in_(ids), scope.visible(current_actor()))
    return dict(session().execute(found).all()) if ids else {}


def _state(row: DisclosureGrant, at: datetime) -> str:
    if row.revoked_at is not None:
        return _("%(when)s 撤回", when=words.short(row.revoked_at, at))
    return _("已到期") if row.until <= at else ""


def _draw(typed: Any, wrong: dict[str, str], problem: str) -> str:
    by, at = current_actor(), now()
    rows = granting.given(session(), by)
    names, numbers = view.people(session()), numbers_of(rows)
    given = [
        {"id": row.id, "who": names.get(row.user_id, words.NOTHING), "what": what(row, numbers), "purpose": row.purpose,
         "ticket": row.ticket_id if row.ticket_id in numbers else None, "until": last_day(row), "uses": row.uses,
         "over": _state(row, at)}
        for row in rows
    ]  # fmt: skip
    return render_template(
        "grants.html", title=_("披露授权"), given=given, problem=problem, now=at, longest=granting.LONGEST,
        today=local_date(at), controls=_controls(typed, wrong),
    )  # fmt: skip


def _controls(typed: Any, wrong: dict[str, str]) -> dict[str, Control]:
    def control(name: str, label: str, kind: str, required: bool = True) -> Control:
        value = typed.get(name, "") if typed is not None else request.args.get(name, "") if name == "ticket" else ""
        return Control(name, label, kind, required, value, frozenset([value]), error=wrong.get(name, ""))

    whom = control("user_id", _("授权给谁"), "select")
    whom.options = [(str(user.id), words.account(user)) for user in granting.candidates(session(), current_actor())]
    ticket = control("ticket", _("看哪一件工单"), "line", False)
    ticket.hint = _("完整的工单号。")
    frame = control("frame", _("或导出哪个数据表（含个人信息）"), "select", False)
    frame.options = [(name, _(zh)) for name, zh in IDENTIFIED.items()]
    clear = control("clear", _("联系方式"), "checks", False)
    clear.options = [("1", _("工单里的姓名、电话、地址、户号不隐去"))]
    made = (whom, ticket, clear, frame, control("purpose", _("用来做什么"), "text"),
            control("last", _("到哪一天（含当天）"), "day"))  # fmt: skip
    if made[4].value == "":
        made[4].hint = _("例如：配合上级部门核查。授权给谁、看什么、到什么时候都会记录。")
    return {one.name: one for one in made}
