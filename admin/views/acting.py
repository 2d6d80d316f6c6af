"""An action's own page: its fields, the customer's words, what follows; and what became of what was sent.

A refusal brings the same page back with everything typed; a ticket that has moved on says what happened since.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from admin import errors, words
from admin.current import book, current_actor, now, session, transact
from admin.views import following, forms, offers
from admin.views.forms import Control
from models import desk, store, view
from models.refusals import Invalid, KeyReused, NotYours, Refused, Stale, Unseen, WrongState
from models.view import Sight
from models.workflow import ACTIONS, AMENDABLE, Action, Field, Step


@dataclass
class Sheet:
    """What the page of one action shows."""

    action: Action
    row: dict[str, Any]
    fields: list[Field]
    controls: list[Control]
    follows: list[str]
    version: int
    seen: int
    once: str
    problem: str = ""
    changed: list[str] = field(default_factory=list)
    possible: bool = True


def page(ticket_id: int, name: str) -> Any:
    """GET /ticket/<id>/<action>"""
    action, sight = _find(ticket_id, name)
    try:
        steps = _steps(sight, action)
    except (NotYours, WrongState) as no:
        return _cannot(action, sight, no)
    return _draw(_sheet(action, sight, steps, None, {}))


def send(ticket_id: int, name: str) -> Any:
    """POST /ticket/<id>/<action>"""
    action, _sight = _find(ticket_id, name)
    typed = MultiDict(request.form)
    fields = _fields(action, typed.get("field", ""))
    given = forms.given(fields, typed)
    try:
        transact(lambda: desk.act(session(), ticket_id, name, given, by=current_actor(), at=now(), book=book(),
                                  version=typed.get("version"), once=typed.get("once") or None))  # fmt: skip
    except Unseen:
        raise
    except NotYours as no:
        return _cannot(action, view.sight(session(), ticket_id, current_actor(), now()), no)
    except Refused as no:
        return _again(ticket_id, action, typed, no)
    return _done(ticket_id, action, given)


def _find(ticket_id: int, name: str) -> tuple[Action, Sight]:
    """The action and the ticket as this person sees it; raises Unseen where there is either not."""
    action = ACTIONS.get(name)
    if action is None or name == "register":
        raise Unseen
    return action, view.sight(session(), ticket_id, current_actor(), now())


def _steps(sight: Sight, action: Action) -> list[Step]:
    """The steps that stand open now. Raises NotYours or WrongState."""
    case = store.load(session(), sight.ticket.id, locked=False)
    by = current_actor()
    return desk.permitted(case, action, by, desk.parts_in(case.ticket, by, sight.level), now(), book(), sight.level)


def _fields(action: Action, fact: str) -> list[Field]:
    """The action's fields. A correction asks first which fact, then for that fact as it was registered."""
    if action.name != "amend" or fact not in AMENDABLE:
        return list(action.fields)
    corrected = AMENDABLE[fact]
    field_, _value, reason = action.fields
    value = Field("value", corrected.zh, corrected.kind, choices=corrected.choices)
    return [field_, value, Field("reason", reason.zh, reason.kind, required=fact == "kind")]


def _sheet(
    action: Action, sight: Sight, steps: list[Step], typed: forms.Typed | None, wrong: dict[str, str]
) -> Sheet:  # fmt: skip
    by, at = current_actor(), now()
    row = view.tickets(session(), [sight], by, at, book())[0]
    fact = (typed or request.args).get("field", "") if action.name == "amend" else ""
    fields = _fields(action, fact)
    shown = [f for f in fields if f.name != "field"] if fact in AMENDABLE else fields
    choices = offers.of(action, sight, row, AMENDABLE.get(fact))
    defaults = offers.defaults(action, row, AMENDABLE.get(fact))
    return Sheet(
        action=action,
        row=row,
        fields=fields,
        controls=forms.controls(shown, typed, wrong, choices, defaults),
        follows=following.before(action, steps, row, book(), at),
        version=sight.ticket.version,
        seen=sight.ticket.event_count,
        once=secrets.token_urlsafe(16),
    )


def _again(ticket_id: int, action: Action, typed: forms.Typed, refused: Refused) -> Any:
    """The page again, with what was typed and why it was not taken."""
    sight = view.sight(session(), ticket_id, current_actor(), now())
    wrong = {name: errors.reason(why) for name, why in refused.errors.items()} if isinstance(refused, Invalid) else {}
    try:
        steps, possible = _steps(sight, action), True
    except (NotYours, WrongState):
        steps, possible = [], False
    sheet = _sheet(action, sight, steps, typed, wrong)
    sheet.possible = possible
    sheet.problem = errors.say(refused.code, **refused.facts)
    if isinstance(refused, Stale | WrongState):
        seen = typed.get("seen", "")
        log = view.events(session(), sight, current_actor())
        sheet.changed = following.changes(log, int(seen) if seen.isdecimal() and len(seen) < 9 else 0, now())
    elif isinstance(refused, KeyReused):
        sheet.problem = _("刚才已经按另一份内容办过一次。核对工单后，如仍要办理请再按一次。")
    else:
        sheet.version = int(v) if (v := typed.get("version", "")).isdecimal() and len(v) < 9 else sheet.version
        sheet.once = typed.get("once") or sheet.once
    return _draw(sheet), refused.status


def _draw(sheet: Sheet) -> str:
    fact = AMENDABLE.get(request.values.get("field", "")) if sheet.action.name == "amend" else None
    return render_template(
        "act.html", title=words.term(sheet.action.zh), sheet=sheet, row=sheet.row, action=sheet.action, fact=fact,
        facts=AMENDABLE.values() if sheet.action.name == "amend" and fact is None else (), now=now(),
    )  # fmt: skip


def _cannot(action: Action, sight: Sight, refused: Refused) -> Any:
    """Who may, or why not now."""
    row = view.tickets(session(), [sight], current_actor(), now(), book())[0]
    said = errors.say(refused.code, **refused.facts)
    noting = "note" in {a.name for a in view.actions(session(), sight, current_actor(), now(), book())}
    page_ = render_template("cannot.html", title=words.term(action.zh), said=said, row=row, noting=noting,
                            never=isinstance(refused, NotYours), now=now())  # fmt: skip
    return page_, refused.status


def _done(ticket_id: int, action: Action, given: dict[str, Any]) -> Any:
    """Say what happened; then the ticket, or the list when the action ended one's sight of it."""
    seen = view.sights(session(), [ticket_id], current_actor(), now())
    row = view.tickets(session(), seen, current_actor(), now(), book())[0] if seen else None
    flash(following.after(action, row, given, now()), "success")
    return redirect(url_for("TicketView.show", ticket_id=ticket_id) if row else url_for("TicketView.list"))
