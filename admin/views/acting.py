"""An action's own page: its fields, the customer's words, what follows; and what became of what was sent.

A refusal brings the same page back with everything typed; a ticket that has moved on says what happened since. So it
does where the ticket is out of one's hands meanwhile, as long as it is in sight.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from admin import errors, watch, words
from admin.current import book, current_actor, now, session, transact
from admin.views import attaching, drafting, following, forms, history, offers
from admin.views.forms import Control
from models import desk, draft, printing, reply, view
from models import history as log_of
from models.refusals import Invalid, KeyReused, NotYours, Refused, Stale, Unseen, WrongState
from models.view import Sight
from models.workflow import ACTIONS, AMENDABLE, HEAD, Action, Field, Step

PAPER = {"record": "record"}
"""Action → the form that the same press can print: of a ticket which then leaves one's sight."""


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
    kept: drafting.Found | None = None
    """The draft that stands in it."""
    draft: str = ""
    """Where a draft of it is kept; empty where it has none."""
    only_draft: bool = False
    """起草结果: who writes it may not submit it."""


def page(ticket_id: int, name: str) -> Any:
    """GET /ticket/<id>/<action>"""
    action, sight = _find(ticket_id, name)
    try:
        steps = _steps(sight, action)
    except (NotYours, WrongState) as no:
        return _cannot(action, sight, no)
    kept = drafting.of(sight, name) if name != "amend" else None
    sheet = _sheet(action, sight, steps, kept.typed if kept else None, {})
    sheet.kept = kept
    return _draw(sheet)


def drafting_page(ticket_id: int) -> Any:
    """GET /ticket/<id>/draft: 起草结果, the form of 报送结果 for those of the unit who may not submit it."""
    action, sight = _find(ticket_id, "submit")
    try:
        drafting.may_draft(sight)
    except NotYours as no:
        return _cannot(action, sight, no)
    if HEAD in drafting.unit_parts(sight):
        return redirect(url_for("TicketView.act", ticket_id=ticket_id, name="submit"))
    kept = drafting.of(sight, "submit")
    sheet = _sheet(action, sight, [], kept.typed if kept else None, {})
    sheet.kept, sheet.only_draft, sheet.follows = (
        kept,
        True,
        [_("存下的草稿由负责人核对后报送；报送前只有本单位看得到。")],
    )
    return _draw(sheet)


def send(ticket_id: int, name: str) -> Any:
    """POST /ticket/<id>/<action>"""
    action, _sight = _find(ticket_id, name)
    typed = MultiDict(request.form)
    if typed.get("unreached") and name == "call_back":  # a button of its own, whatever was chosen before
        typed["outcome"], typed["solved"] = "unreached", ""
    fields = _fields(action, typed.get("field", ""))
    given: dict[str, Any] = {}
    own = draft.acting(current_actor().user_id, ticket_id, name)

    paper = PAPER.get(name, "") if typed.get("then") == "print" else ""

    def work() -> None:
        by, at, once = current_actor(), now(), typed.get("once") or None
        if paper:  # first, while the ticket is in sight
            desk.act(session(), ticket_id, "print", {"form": paper}, by=by, at=at, book=book(),
                     once=once and f"{once}-print")  # fmt: skip
        desk.act(session(), ticket_id, name, given, by=by, at=at, book=book(), version=typed.get("version"), once=once)
        draft.drop(session(), own)

    try:
        attaching.take_in(typed)
        given |= forms.given(fields, typed)
        transact(work)
    except Unseen:
        raise
    except Refused as no:
        return _again(ticket_id, action, typed, no)
    return _done(ticket_id, action, given, paper)


def _find(ticket_id: int, name: str) -> tuple[Action, Sight]:
    """The action and the ticket as this person sees it; raises Unseen where there is either not."""
    action = ACTIONS.get(name)
    if action is None or name == "register":
        raise Unseen
    return action, watch.sight(ticket_id)


def _steps(sight: Sight, action: Action) -> list[Step]:
    """The steps that stand open now. Raises NotYours or WrongState."""
    if sight.grant:
        raise NotYours("granted_to_read")
    case = view.case_of(session(), sight)
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
    action: Action, sight: Sight, steps: list[Step], typed: forms.Typed | None, wrong: dict[str, str],
    possible: bool = True,
) -> Sheet:  # fmt: skip
    by, at = current_actor(), now()
    row = view.tickets(session(), [sight], by, at, book())[0]
    fact = (typed or request.args).get("field", "") if action.name == "amend" else ""
    fields = _fields(action, fact)
    shown = [f for f in fields if f.name != "field"] if fact in AMENDABLE else fields
    choices = offers.of(action, sight, row, AMENDABLE.get(fact))
    if not possible:
        choices["users"] = list  # who is offered tells who is complained of
    defaults = offers.defaults(action, row, AMENDABLE.get(fact))
    controls = forms.controls(shown, typed, wrong, choices, defaults)
    for control in controls:
        if reply.FIELDS.get(action.name) == control.name:
            control.texts = offers.texts(action.name, row)
    to = url_for("TicketView.draft_action", ticket_id=row["id"], name=action.name)
    return Sheet(
        action=action,
        row=row,
        fields=fields,
        controls=controls,
        draft=to if action.name != "amend" else "",
        follows=following.before(action, steps, row, book(), at),
        version=sight.ticket.version,
        seen=sight.ticket.event_count,
        once=secrets.token_urlsafe(16),
        possible=possible,
    )


def _again(ticket_id: int, action: Action, typed: forms.Typed, refused: Refused) -> Any:
    """The page again, with what was typed and why it was not taken."""
    sight = watch.sight(ticket_id)
    wrong = {name: errors.reason(why) for name, why in refused.errors.items()} if isinstance(refused, Invalid) else {}
    try:
        steps, possible = _steps(sight, action), True
    except (NotYours, WrongState):
        steps, possible = [], False
    sheet = _sheet(action, sight, steps, typed, wrong, possible)
    sheet.problem = _no(refused, action, sight)
    if not possible:
        sheet.draft = ""  # nothing more is saved of it
        if drafting.keep(ticket_id, action.name):
            sheet.problem = words.joined(sheet.problem, _("您写的替您留 7 天，只有您看得到。"))
    if isinstance(refused, Stale | WrongState | NotYours):
        seen = typed.get("seen", "")
        log = log_of.events(log_of.read(session(), ticket_id), sight, current_actor())
        sheet.changed = following.changes(log, int(seen) if seen.isdecimal() and len(seen) < 9 else 0, now())
    elif isinstance(refused, KeyReused):
        sheet.problem = _("刚才已经按另一份内容办过一次。核对工单后，如仍要办理请再按一次。")
    else:
        sheet.version = int(v) if (v := typed.get("version", "")).isdecimal() and len(v) < 9 else sheet.version
        sheet.once = typed.get("once") or sheet.once
    return _draw(sheet), refused.status


def _draw(sheet: Sheet) -> str:
    fact = AMENDABLE.get(request.values.get("field", "")) if sheet.action.name == "amend" else None
    calling = sheet.action.name == "call_back"
    return render_template(
        "call.html" if calling else "act.html", calls=_calls(sheet) if calling else (),
        title=words.term(sheet.action.zh), prints=sheet.action.name in PAPER, sheet=sheet,
        row=sheet.row, action=sheet.action, fact=fact,
        facts=AMENDABLE.values() if sheet.action.name == "amend" and fact is None else (), now=now(),
    )  # fmt: skip


def _calls(sheet: Sheet) -> list[history.Call]:
    """The calls made so far, the newest first."""
    sight = watch.sight(sheet.row["id"])
    log = log_of.read(session(), sight.ticket.id)
    calls = view.callbacks(view.case_of(session(), sight), sight)
    return history.calls(calls, log_of.events(log, sight, current_actor()))


def _no(refused: Refused, action: Action, sight: Sight) -> str:
    """Why not. Who may take the action, but not on this ticket now, is not told that others may."""
    if refused.code == "not_yours" and _ever(action, sight):
        return errors.say("not_in_hand", action=action.zh)
    return errors.say(refused.code, **refused.facts)


def _ever(action: Action, sight: Sight) -> bool:
    """Whether the reader takes such an action with some tickets."""
    by = current_actor()
    parts = set[str]().union(*(by.parts(unit) for unit in (None, *by.staff, *by.heads)))
    return bool(parts & action.ever_by(sight.ticket.track))


def _cannot(action: Action, sight: Sight, refused: Refused) -> Any:
    """Who may, or why not now; and what one had written before it came to that."""
    row = view.tickets(session(), [sight], current_actor(), now(), book())[0]
    said = _no(refused, action, sight)
    noting = "note" in {a.name for a in view.actions(session(), sight, current_actor(), now(), book())}
    never = isinstance(refused, NotYours) and said == errors.say(refused.code, **refused.facts)
    kept = drafting.found(drafting.own(sight.ticket.id, action.name))
    wrote = [(_(f.zh), kept.typed[f.name]) for f in action.fields
             if kept and f.kind in ("text", "line") and kept.typed.get(f.name)]  # fmt: skip
    page_ = render_template("cannot.html", title=words.term(action.zh), said=said, row=row, noting=noting, never=never,
                            now=now(), action=action, kept=kept, wrote=wrote)  # fmt: skip
    return page_, refused.status


def _done(ticket_id: int, action: Action, given: dict[str, Any], paper: str) -> Any:
    """Say what happened; then the paper, the ticket, or the list when the action ended one's sight of it."""
    seen = view.sights(session(), [ticket_id], current_actor(), now())
    row = view.tickets(session(), seen, current_actor(), now(), book())[0] if seen else None
    flash(following.after(action, row, given, now()), "success")
    if paper:
        no = printing.last_of(session(), ticket_id, current_actor())
        return redirect(url_for("PrintView.form", ticket_id=ticket_id, form=paper, no=no), 303)
    return redirect(url_for("TicketView.show", ticket_id=ticket_id) if row else url_for("TicketView.list"))
