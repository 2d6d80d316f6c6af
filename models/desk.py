"""The service desk: the only code that changes a ticket (DESIGN §2).

Forms, REST API, scheduler and tests all come through `register` and `act`; importer and demo city, in batches,
through what carries both out (`models.steps`).
The desk checks everything, then writes everything, the log row included. It does not commit: the edge does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import clocks, fields, matter, policy, repeats, scope, store, uploads, versions
from models.actor import SYSTEM, Actor
from models.book import Book
from models.case import Case
from models.checks import CHECKS
from models.guards import GUARDS, Moment
from models.refusals import Invalid, NotYours, Reason, Stale, Unseen, WrongState
from models.steps import perform
from models.tables import Obligation
from models.types import new_id
from models.workflow import ACTIONS, PARTS, STATES, STUB_ACTIONS, Action, Step


def register(
    session: Session,
    given: Mapping[str, Any],
    *,
    by: Actor,
    at: datetime,
    book: Book,
    once: str | None = None,
    then: Sequence[tuple[str, Mapping[str, Any]]] = (),
) -> int:
    """Register a complaint, repair request or enquiry (第六条(一)); only the content is required.

    once: the request's Idempotency-Key. then: acts on the new ticket in the same breath (转办, 当场答复, 关联), each an
    event of its own; where one is refused, nothing is registered: the edge rolls back. Returns the ticket's id.
    Raises NotYours, Invalid, KeyReused, and what `act` raises.
    """
    if not by.parts(None) & {"a", "o", "d"}:
        raise NotYours("not_yours", action=ACTIONS["register"].zh, who=PARTS["a"])
    ticket_id = new_id()
    body = {**given, "then": [[name, dict(values)] for name, values in then]} if then else given
    with repeats.claimed(session, by, once, "register", body, ticket_id, at) as known:
        if known:
            return known
        version = _register(session, given, ticket_id, by, at, book)
        for name, values in then:
            _act(session, ticket_id, ACTIONS[name], values, by, at, book, version)
            version += ACTIONS[name].versioned
    return ticket_id


def _register(session: Session, given: Mapping[str, Any], ticket_id: int, by: Actor, at: datetime, book: Book) -> int:
    action, desk = ACTIONS["register"], by.parts(None) & {"a", "o"}
    values = fields.read_all(action.fields, given, book, lambda _: None, lambda ids: uploads.of(session, ids, by))
    values["track"] = book.track_of(values.get("category")) or policy.QUALITY
    errors: dict[str, Reason] = {
        name: Reason("in_the_future") for name in ("happened_at", "received_at") if values[name] and values[name] > at
    }
    if not desk and values["track"] == policy.QUALITY:
        errors["category"] = Reason("discipline_only")
    if errors:
        raise Invalid(errors)
    case = Case.new(ticket_id)
    perform(case, action, values, by=by, at=at, book=book, parts=by.parts(None))
    store.save(session, case)
    uploads.claim(session, values.get("files") or [])
    return int(case.ticket["version"])


def act(
    session: Session,
    ticket_id: int,
    name: str,
    given: Mapping[str, Any],
    *,
    by: Actor,
    at: datetime,
    book: Book,
    version: Any = None,
    once: str | None = None,
) -> int:
    """Take one action of the workflow table on a ticket, as `by`, at `at`.

    version: the one the person saw; workflow actions need it. Raises, in this order, Unseen, NotYours,
    WrongState, Stale, Invalid; then nothing has changed. Returns the ticket's id (a repeated request's too).
    """
    action, by = ACTIONS.get(name), by.by_role  # what was granted is there to be read
    level = scope.level_of(session, ticket_id, by)
    if action is None or name == "register" or level is None:
        raise Unseen
    body = {**given, "version": version}
    with repeats.claimed(session, by, once, f"{ticket_id}/{name}", body, ticket_id, at) as known:
        return known or _act(session, ticket_id, action, given, by, at, book, version)


def _act(
    session: Session,
    ticket_id: int,
    action: Action,
    given: Mapping[str, Any],
    by: Actor,
    at: datetime,
    book: Book,
    version: Any,
) -> int:
    if action.name == "link":
        matter.hold_both(session, ticket_id, given, by)
    case = store.load(session, ticket_id)
    level = scope.level_of(session, ticket_id, by)
    if level is None:
        raise Unseen
    at = max(at, case.ticket["last_event_at"])
    parts = parts_in(case.ticket, by, level)
    steps = permitted(case, action, by, parts, at, book, level)
    if action.versioned and versions.seen(version) != case.ticket["version"]:
        raise Stale(case.ticket["version"])
    values = fields.read_all(action.fields, given, book, lambda value: scope.find(session, value, by),
                             lambda ids: uploads.of(session, ids, by))  # fmt: skip
    check = CHECKS.get(action.name)
    if check:
        check(case, values, Moment(case, by, parts, at, book, level))
    step = next(step for step in steps if step.when is None or values.get(step.when[0]) == step.when[1])
    perform(case, action, values, by=by, at=at, book=book, parts=parts, step=step)
    store.save(session, case)
    uploads.claim(session, values.get("files") or [])
    matter.spread(session, case, action, values, by, at, book)
    return ticket_id


def parts_in(ticket: Mapping[str, Any], by: Actor, level: str) -> set[str]:
    """The parts a person has in a ticket; a unit that only held it once has none."""
    with_unit = ticket["state"] in scope.WITH_UNIT and level != "part"
    return by.parts(ticket["unit_id"] if with_unit else None)


def permitted(
    case: Case, action: Action, by: Actor, parts: set[str], at: datetime, book: Book, level: str
) -> list[Step]:
    """The steps a person may take now. Raises NotYours or WrongState."""
    ticket = case.ticket
    ever = action.ever_by(ticket["track"])
    if not ever:
        raise NotYours("not_on_track", action=action.zh, track=policy.TRACKS[ticket["track"]])
    if not parts & ever or (level == "stub" and action.name not in STUB_ACTIONS):
        who = "、".join(PARTS[part] for part in PARTS if part in ever)
        raise NotYours("not_yours", action=action.zh, who=who)
    steps = action.steps_from(ticket["track"], ticket["state"], parts)
    if not steps:
        raise WrongState("wrong_state", action=action.zh, state=STATES[ticket["state"]].zh)
    if ticket["kind"] not in action.kinds:
        raise WrongState("wrong_kind", action=action.zh)
    guard = GUARDS.get(action.guard or "")
    if guard:
        guard(Moment(case, by, parts, at, book, level))
    return steps


def available(case: Case, by: Actor, at: datetime, book: Book, level: str) -> list[Action]:
    """The actions a person may take on a ticket now: its buttons."""
    parts = parts_in(case.ticket, by, level)
    found = []
    for action in ACTIONS.values():
        if action.name == "register":
            continue
        try:
            permitted(case, action, by, parts, at, book, level)
        except (NotYours, WrongState):
            continue
        found.append(action)
    return found


def redate(session: Session, *, at: datetime, book: Book) -> int:
    """Re-date what is still owed and rests on the calendar, each ticket by an event; how many tickets moved.

    Called when a calendar day was corrected (POLICY §4). Nothing else moves a deadline.
    """
    waiting = select(Obligation.ticket_id).where(
        Obligation.working_days.is_not(None), Obligation.settled_at.is_(None), Obligation.voided_at.is_(None)
    )
    moved = 0
    for ticket_id in session.scalars(waiting.distinct().order_by(Obligation.ticket_id)).all():
        case = store.load(session, ticket_id)
        if clocks.redate(case, book):
            when = max(at, case.ticket["last_event_at"])
            case.close_event("redate", at=when, recorded_at=when, from_state=case.ticket["state"],
                             actor_id=SYSTEM.user_id)  # fmt: skip
            store.save(session, case)
            moved += 1
    return moved
