"""What became of an action on many tickets: a page that one can come back to.

Its address holds, signed, who did what, the ids and the codes of what stood against it, and nothing that anybody typed.
Numbers and reasons are looked up as it is drawn, within what its reader may see then. It is its maker's, for an hour.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from datetime import timedelta
from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer

from admin import errors, words
from admin.current import book, current_actor, now, session
from admin.views import printing
from models import desk, store, view
from models.policy import QUALITY
from models.refusals import NotYours, WrongState
from models.view import Sight
from models.workflow import ACTIONS, Action

KEPT = timedelta(hours=1)


@dataclass(frozen=True)
class Outcome:
    """The tickets with which it was done; those with which it was not, by the codes of the reasons; how many were not
    there."""

    action: str
    done: list[int]
    failed: list[tuple[int, list[str]]]
    absent: int


def address(of: Outcome) -> str:
    """Where the outcome stands."""
    signed = _signer().dumps([current_actor().user_id, int(now().timestamp()), *astuple(of)])
    return url_for("TicketView.bulk_done", of=signed)


def page() -> Any:
    """GET /ticket/bulk/done"""
    try:
        who, at, *facts = _signer().loads(request.args.get("of", ""))
    except BadSignature:
        abort(404)
    if who != current_actor().user_id:
        abort(404)
    if now().timestamp() - at > KEPT.total_seconds():
        flash(_("办理结果只留一小时。每件办了什么，在工单的经过里。"), "info")
        return redirect(url_for("TicketView.list"))
    of = Outcome(*facts)
    action = ACTIONS[of.action]
    seen = {s.ticket.id: s for s in view.sights(session(), _ids(of), current_actor().by_role, now())}
    failed = [(i, seen[i].ticket.no, _why(action, seen[i], codes)) for i, codes in of.failed if i in seen]
    paper = action.name == "print" and of.done and all(i in seen for i in of.done)
    return render_template(
        "bulk_done.html", title=words.term(action.zh), action=action, count=len(of.done), failed=failed,
        absent=of.absent + len(of.failed) - len(failed), paper=printing.together_at(of.done) if paper else "",
        done=[(i, seen[i].ticket.no) for i in of.done if i in seen],
    )  # fmt: skip


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="bulk")


def _ids(of: Outcome) -> list[int]:
    return [*of.done, *(ticket_id for ticket_id, _codes in of.failed)]


def _why(action: Action, sight: Sight, codes: list[str]) -> str:
    """The reasons in sentences, with what they name as it stands now."""
    facts: dict[str, Any] = {"action": action.zh, "days": book().number("repeat", QUALITY, now(), 0)}
    by, case = current_actor(), store.load(session(), sight.ticket.id, locked=False)
    try:
        desk.permitted(case, action, by, desk.parts_in(case.ticket, by, sight.level), now(), book(), sight.level)
    except (NotYours, WrongState) as no:
        if no.code in codes:
            facts |= no.facts
    try:
        return "".join(errors.say(code, **facts) for code in codes)
    except KeyError:  # it no longer stands as it stood then
        return _("当时不能“%(action)s”，请看工单的经过。", action=_(action.zh))
