"""The service desk: the only code that changes a ticket (DESIGN §2).

Forms, REST API, importer, scheduler and tests all come through `register`, `act` and, for batches, `perform`.
The desk checks everything, then writes everything, the log row included. It does not commit: the edge does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import clocks, effects, fields, policy, repeats, scope, store, undo
from models.actor import SYSTEM, Actor
from models.book import Book
from models.case import Case, Row
from models.checks import CHECKS
from models.effects import EFFECTS, Acting
from models.guards import GUARDS, Moment
from models.refusals import Invalid, NotYours, Reason, Stale, Unseen, WrongState
from models.tables import Ticket, TicketText
from models.types import new_id
from models.workflow import ACTIONS, PARTS, STATES, STUB_ACTIONS, Action, Step


def register(
    session: Session, given: Mapping[str, Any], *, by: Actor, at: datetime, book: Book, once: str | None = None
) -> int:
    """Register a complaint, repair request or enquiry (第六条(一)); only the content is required.

    once: the request's Idempotency-Key. Returns the ticket's id. Raises NotYours, Invalid, KeyReused.
    """
    if not by.parts(None) & {"a", "o", "d"}:
        raise NotYours("not_yours", action=ACTIONS["register"].zh, who=PARTS["a"])
    ticket_id = new_id()
    with repeats.claimed(session, by, once, "register", given, ticket_id, at) as known:
        return known or _register(session, given, ticket_id, by, at, book)


def _register(session: Session, given: Mapping[str, Any], ticket_id: int, by: Actor, at: datetime, book: Book) -> int:
    action, desk = ACTIONS["register"], by.parts(None) & {"a", "o"}
    values = fields.read_all(action.fields, given, book, lambda _: None)
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
    return ticket_id


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
    action = ACTIONS.get(name)
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
        _hold_both(session, ticket_id, given, by)
    case = store.load(session, ticket_id)
    level = scope.level_of(session, ticket_id, by)
    if level is None:
        raise Unseen
    at = max(at, case.ticket["last_event_at"])
    parts = parts_in(case.ticket, by, level)
    steps = permitted(case, action, by, parts, at, book, level)
    if action.versioned:
        _same_version(case, version)
    values = fields.read_all(action.fields, given, book, lambda value: _find_ticket(session, value, by))
    check = CHECKS.get(action.name)
    if check:
        check(case, values, Moment(case, by, parts, at, book))
    step = next(step for step in steps if step.when is None or values.get(step.when[0]) == step.when[1])
    perform(case, action, values, by=by, at=at, book=book, parts=parts, step=step)
    store.save(session, case)
    _spread(session, case, action, values, by, at, book)
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
    if not parts & ever or (level == "stub" and action.name not in STUB_ACTIONS):
        somewhere = ever or {part for step in action.steps for part in step.by}
        who = "、".join(PARTS[part] for part in PARTS if part in somewhere)
        raise NotYours("not_yours", action=action.zh, who=who)
    steps = action.steps_from(ticket["track"], ticket["state"], parts)
    if not steps:
        raise WrongState("wrong_state", action=action.zh, state=STATES[ticket["state"]].zh)
    if ticket["kind"] not in action.kinds:
        raise WrongState("wrong_kind", action=action.zh)
    guard = GUARDS.get(action.guard or "")
    if guard:
        guard(Moment(case, by, parts, at, book))
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


def perform(
    case: Case,
    action: Action,
    values: dict[str, Any],
    *,
    by: Actor,
    at: datetime,
    book: Book,
    parts: set[str],
    step: Step | None = None,
    recorded_at: datetime | None = None,
    more: Row | None = None,
    unopened: frozenset[str] = frozenset(),
) -> None:
    """Carry one step out on a case: what it settles, voids, changes and opens, and its event. Checks nothing.

    unopened: obligations that it does not open, because an imported source lacks the time they start from.
    """
    ticket = case.ticket
    before: str | None = ticket["state"]
    if step is None:
        track = values.get("track") or ticket["track"]
        step = next(
            s for s in action.steps if s.fits(track, before) and (s.when is None or values.get(s.when[0]) == s.when[1])
        )
    acting = Acting(by, at, book, values)
    for kind in step.settles:
        clocks.settle(case, kind, at)
    for kind in step.voids:
        clocks.void(case, kind, at, action.name)
    if before == "handling" and step.end not in (None, "handling"):
        effects.let_go(case, at)
    effect = EFFECTS.get(action.name)
    if effect:
        effect(case, acting)
    if "undo" in values:
        undo.carry_out(case, values["undo"], at, book)
    _move(case, step, at)
    for kind in step.opens:
        if kind not in unopened:
            _open(case, kind, at, book)
    if action.versioned:
        case.set(version=ticket["version"] + 1)
    noted = _write_texts(case, action, values, book)
    part = next((p for p in step.by if p in parts), None)
    if part:
        noted["as"] = part
    case.close_event(
        action.name,
        at=at,
        recorded_at=recorded_at or at,
        from_state=before,
        actor_id=by.user_id,
        for_id=by.acts_for(part, ticket["unit_id"]) if part else None,
        more={**noted, **(more or {})},
    )


def _move(case: Case, step: Step, at: datetime) -> None:
    if step.end is not None and step.end != case.ticket["state"]:
        case.set(state=step.end)
        if step.end == "closed":
            case.set(closed_at=at)


def close(case: Case, at: datetime, recorded_at: datetime, ending: str) -> None:
    """按原件办结: an imported ticket closes when its source says so. What is still owed falls away then."""
    before = case.ticket["state"]
    clocks.void(case, "*", at, "close")
    if before == "handling":
        effects.let_go(case, at)
    case.set(state="closed", closed_at=at, ending=ending, version=case.ticket["version"] + 1)
    case.close_event("close", at=at, recorded_at=recorded_at, from_state=before)


def _open(case: Case, kind: str, at: datetime, book: Book) -> None:
    ticket = case.ticket
    if kind == "upstream":
        if ticket["forward_due_at"] is not None:
            clocks.start(case, kind, at, book, due=ticket["forward_due_at"])
    elif kind == "dispatch":
        clocks.start(case, kind, ticket["received_at"], book)
    elif not (kind == "handle" and case.open_obligation("handle")):
        clocks.start(case, kind, at, book)


def _write_texts(case: Case, action: Action, values: Mapping[str, Any], book: Book) -> Row:
    """Keep the act's texts in rows of their own; returns the codes that no row keeps."""
    noted: Row = {}
    for field in action.fields:
        value = values.get(field.name)
        if value is None:
            continue
        if field.kind in ("text", "line"):
            case.write(book.key, field.name, value)
        elif field.kind == "coded":
            noted[field.name] = value if value in field.choices else "other"
            if value not in field.choices:
                case.write(book.key, field.name, value)
        elif field.kind == "persons":
            names = [person for person in value if isinstance(person, str)]
            for n, name in enumerate(names, 1):
                case.write(book.key, f"{field.name}.{n}", name)
        elif action.name not in ("register", "call_back", "open_to") and field.kind in ("choice", "bool"):
            noted[field.name] = value
    return noted


def _same_version(case: Case, version: Any) -> None:
    if version is None:
        raise Invalid({"version": Reason("required")})
    if isinstance(version, str) and version.isascii() and version.isdecimal():
        version = int(version)
    if isinstance(version, bool) or not isinstance(version, int):
        raise Invalid({"version": Reason("not_an_integer")})
    if version != case.ticket["version"]:
        raise Stale(case.ticket["version"])


def _find_ticket(session: Session, value: int | str, by: Actor) -> int | None:
    """A ticket in sight by id or number."""
    mine = scope.visible(by)
    if isinstance(value, int):
        return session.scalar(select(Ticket.id).where(Ticket.id == value, mine)) if 0 < value < 2**63 else None
    return session.scalar(select(Ticket.id).where(Ticket.no == value.strip(), mine))


def _hold_both(session: Session, ticket_id: int, given: Mapping[str, Any], by: Actor) -> None:
    """Hold a follower-to-be and its main, which must not move meanwhile; the lower id first, so that nobody who links
    them the other way round and this one wait for each other."""
    if given.get("kind") not in ("same_matter", policy.LINK_KINDS["same_matter"]):
        return
    try:
        to = fields.ticket(given.get("to"), lambda value: _find_ticket(session, value, by))
    except fields.Unreadable:
        return
    main = session.scalar(select(Ticket.main_id).where(Ticket.id == to)) or to
    for held in sorted({ticket_id, main or ticket_id}):
        store.lock(session, held)


def followers(session: Session, main_id: int) -> list[int]:
    """The tickets of one matter that follow a main ticket."""
    return list(session.scalars(select(Ticket.id).where(Ticket.main_id == main_id).order_by(Ticket.id)))


def _spread(
    session: Session, main: Case, action: Action, values: dict[str, Any], by: Actor, at: datetime, book: Book
) -> None:
    """What an act on a main ticket does to those that follow it, each by an event of its own (DESIGN §5)."""
    main_id = main.ticket["id"]
    if action.name == "link" and values["kind"] == "same_matter":
        _catch_up(session, main, by, at, book)
    elif action.name in ("assign", "instruct", "submit"):
        for follower_id in followers(session, main_id):
            follower = store.load(session, follower_id)
            if follower.ticket["state"] in {step.start for step in action.steps}:
                shared = {name: value for name, value in values.items() if name != "category"}
                _follow(session, follower, action, shared, main_id, by, at, book)
    elif action.name in ("refer", "reclassify"):
        for follower_id in followers(session, main_id):
            follower = store.load(session, follower_id)
            follower.set(main_id=None)
            when = max(at, follower.ticket["last_event_at"])
            follower.close_event("release", at=when, recorded_at=when, from_state=follower.ticket["state"])
            store.save(session, follower)


def _catch_up(session: Session, case: Case, by: Actor, at: datetime, book: Book) -> None:
    """A ticket linked to a main that a unit already handles goes to that unit too."""
    main = session.get_one(Ticket, case.ticket["main_id"])
    action = ACTIONS["assign" if main.track == policy.QUALITY else "instruct"]
    if main.state == "handling" and case.ticket["state"] in {step.start for step in action.steps}:
        said = select(TicketText.value).where(TicketText.ticket_id == main.id, TicketText.field == "instruction")
        instruction = session.scalar(said.order_by(TicketText.event_no.desc()).limit(1))
        _follow(session, case, action, {"unit": main.unit_id, "instruction": instruction}, main.id, by, at, book)


def _follow(
    session: Session,
    case: Case,
    action: Action,
    values: dict[str, Any],
    main_id: int,
    by: Actor,
    at: datetime,
    book: Book,
) -> None:
    at = max(at, case.ticket["last_event_at"])
    perform(case, action, values, by=by, at=at, book=book, parts=by.parts(case.ticket["unit_id"]),
            more={"with": main_id})  # fmt: skip
    store.save(session, case)


def redate(session: Session, *, at: datetime, book: Book) -> int:
    """Re-date what is still owed and rests on the calendar, each ticket by an event; how many tickets moved.

    Called when a calendar day was corrected (POLICY §4). Nothing else moves a deadline.
    """
    from models.tables import Obligation

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
