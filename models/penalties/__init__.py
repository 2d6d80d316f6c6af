"""The one way in to penalties (第八条): proposed by a rule or a person, then taken through `models.penalty_workflow`.

`propose` and `act` check everything, then write everything, the event of the penalty's log included. They do not
commit: the edge does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import actor, fields, log, repeats, versions
from models.actor import SYSTEM, Actor
from models.base import User
from models.book import Book
from models.penalties import scope, telling, writing
from models.penalties.line import barred
from models.penalty import Penalty, PenaltyEvent, PenaltyFact, PenaltyText
from models.penalty_workflow import ACTIONS, PARTS, PERSON, POSTS, PROGRAM, STATES, Action, Step
from models.policy import QUALITY
from models.refusals import Invalid, NoPenalty, NotYours, Reason, Refused, StalePenalty, WrongState
from models.rule import PenaltyRule
from models.types import local_date, new_id

Rows = list[PenaltyEvent | PenaltyText | PenaltyFact]


def rule_of(session: Session, clause: str, at: datetime) -> PenaltyRule | None:
    """What a clause costs on the (Shanghai) day of a conduct."""
    day = local_date(at)
    in_force = select(PenaltyRule).where(PenaltyRule.clause == clause, PenaltyRule.since <= day)
    return session.scalars(in_force.order_by(PenaltyRule.since.desc()).limit(1)).first()


def fixed(rule: PenaltyRule, post: str) -> Decimal | None:
    """The amount that a rule sets for a post; None: who confirms enters it."""
    amount: Decimal | None = getattr(rule, post, None)
    return amount


def name_of(user: User) -> str:
    return f"{user.last_name}{user.first_name}"


def propose(
    session: Session, penalty: Penalty, *, by: Actor, at: datetime, book: Book, facts: Sequence[PenaltyFact] = ()
) -> Rows:
    """Complete a proposal, and give the rows that are to be written beside it.

    The generated form and the API add it themselves; a rule's may already be there (`models.penalties.finding`).
    Raises NotYours, Invalid.
    """
    action = ACTIONS["propose"]
    parts = {PROGRAM} if by is SYSTEM else by.parts(None)
    if not action.steps_from(penalty.clause, None, parts):
        raise _not_yours(action, penalty.clause)
    for relation, column in (("user", "person_id"), ("unit", "unit_id"), ("ticket", "ticket_id"),
                             ("exposure", "exposure_id")):  # fmt: skip
        if getattr(penalty, relation) is not None:
            setattr(penalty, column, getattr(penalty, relation).id)
    if penalty.person_id is not None and not penalty.person:
        penalty.person = name_of(session.get_one(User, penalty.person_id))
    penalty.person, penalty.measure, penalty.reason = penalty.person or "", penalty.measure or "", penalty.reason or ""
    rule = rule_of(session, penalty.clause, penalty.conduct_at)
    _demand(session, penalty, rule, by, at)
    penalty.amount = _amount(rule, penalty, penalty.amount)
    penalty.id, penalty.state, penalty.proposed_at, penalty.version = new_id(), "proposed", at, 1
    penalty.n, penalty.event_count, penalty.head = penalty.n or 1, 0, log.GENESIS
    said = {name: getattr(penalty, name) for name in writing.WORDS if getattr(penalty, name)}
    for n, fact in enumerate(facts, 1):
        fact.penalty_id, fact.n = penalty.id, n
    return writing.append(penalty, action.name, {}, said, by=by, at=at, key=book.key, facts=facts)


def _demand(session: Session, penalty: Penalty, rule: PenaltyRule | None, by: Actor, at: datetime) -> None:
    errors = {}
    if rule is None:
        known = sorted(set(session.scalars(select(PenaltyRule.clause))))
        errors["clause"] = Reason("not_a_choice", choices="、".join(known))
    if penalty.post not in POSTS:
        errors["post"] = Reason("not_a_choice", choices="、".join(POSTS))
    if not penalty.person and by is not SYSTEM:
        errors["person"] = Reason("required")
    if penalty.conduct_at > at:
        errors["conduct_at"] = Reason("in_the_future")
    if errors:
        raise Invalid(errors)


def _amount(rule: PenaltyRule | None, penalty: Penalty, given: Decimal | None) -> Decimal | None:
    """An amount that a rule sets is nobody's to choose; a measure can stand in its place."""
    amount = fixed(rule, penalty.post) if rule is not None else None
    if amount is None or (given is None and penalty.measure):
        return given
    if given is not None and given != amount:
        raise Invalid({"amount": Reason("amount_by_rule", amount=f"{amount:.2f}".removesuffix(".00"))})
    return amount


def parts_of(penalty: Penalty, by: Actor, level: str) -> set[str]:
    """The parts a person has in a penalty: the person's own, or those of their roles and posts."""
    if level == "own":
        return {PERSON}
    return by.parts(None) - {"h", "u", "a"}


def permitted(session: Session, penalty: Penalty, action: Action, by: Actor, at: datetime, level: str) -> list[Step]:
    """The steps a person may take now. Raises NotYours or WrongState."""
    parts = parts_of(penalty, by, level)
    if not parts & action.ever_by(penalty.clause):
        raise _not_yours(action, penalty.clause)
    if action.decides and barred(session, [penalty], by, at):
        raise NotYours("own_line", action=action.zh)
    steps = action.steps_from(penalty.clause, penalty.state, parts)
    if not steps:
        raise WrongState("penalty_state", action=action.zh, state=STATES[penalty.state].zh)
    guard = GUARDS.get(action.guard or "")
    if guard:
        guard(penalty, by, at)
    return steps


def _not_yours(action: Action, clause: str) -> NotYours:
    ever = action.ever_by(clause)
    return NotYours("not_yours", action=action.zh, who="、".join(PARTS[part] for part in PARTS if part in ever))


def _unexecuted(penalty: Penalty, by: Actor, at: datetime) -> None:
    if penalty.executed_at is not None:
        raise WrongState("penalty_state", action=ACTIONS["execute"].zh, state=STATES["executed"].zh)


def _appealable(penalty: Penalty, by: Actor, at: datetime) -> None:
    """Once, within its term; by the person, or where they have no account by whom they told."""
    if penalty.person_id is not None and penalty.person_id != by.user_id:
        raise NotYours("appeal_own")
    if penalty.decided_at is not None:
        raise WrongState("penalty_state", action=ACTIONS["appeal"].zh, state=STATES["upheld"].zh)
    if penalty.appeal_due_at is not None and at > penalty.appeal_due_at:
        raise WrongState("appeal_too_late", until=log.local(penalty.appeal_due_at))


def _another_one(penalty: Penalty, by: Actor, at: datetime) -> None:
    if penalty.confirmed_by == by.user_id:
        raise NotYours("confirmed_it")


GUARDS: dict[str, Callable[[Penalty, Actor, datetime], None]] = {
    "execute": _unexecuted, "appeal": _appealable, "judge": _another_one,
}  # fmt: skip


def available(session: Session, penalty: Penalty, by: Actor, at: datetime, level: str) -> list[Action]:
    """The actions a person may take on a penalty now: its buttons."""
    found = []
    for action in ACTIONS.values():
        if action.name != "propose":
            try:
                permitted(session, penalty, action, by, at, level)
            except (NotYours, WrongState):
                continue
            found.append(action)
    return found


def act(
    session: Session, penalty_id: int, name: str, given: Mapping[str, Any], *, by: Actor, at: datetime, book: Book,
    version: Any = None, once: str | None = None,
) -> int:  # fmt: skip
    """Take one action of the table on a penalty, as `by`, at `at`. Returns its id.

    Raises, in this order, NoPenalty, NotYours, WrongState, StalePenalty, Invalid; then nothing has changed.
    """
    action = ACTIONS.get(name)
    level = scope.level_of(session, penalty_id, by)
    if action is None or name == "propose" or level is None:
        raise NoPenalty
    body = {**given, "version": version}
    with repeats.claimed(session, by, once, f"penalty/{penalty_id}/{name}", body, penalty_id, at) as known:
        if known:
            return known
        penalty = versions.locked(session, Penalty, penalty_id)
        step = permitted(session, penalty, action, by, at, level)[0]
        if action.versioned and versions.seen(version) != penalty.version:
            raise StalePenalty(penalty.version)
        values = fields.read_all(action.fields, given, book, lambda _: None)
        before = writing.snapshot(penalty)
        try:
            with session.no_autoflush:
                said = EFFECTS.get(name, _only_says)(session, penalty, values, by, at, book)
        except Refused:
            session.expire(penalty)
            raise
        penalty.state, penalty.version = step.end or penalty.state, penalty.version + action.versioned
        for_id = next((by.acts_for(part, None) for part in step.by if part in parts_of(penalty, by, level)), None)
        session.add_all(writing.append(penalty, name, before, said, by=by, at=at, key=book.key, for_id=for_id))
        session.flush()
        telling.tell(session, penalty, name, _judges(session, penalty, at) if name == "appeal" else (), at)
        session.flush()
    return penalty_id


def _judges(session: Session, penalty: Penalty, at: datetime) -> list[int]:
    """Who may decide an appeal as it stands: who oversees the penalty, did not confirm it, and is not of its line."""
    ever, found = ACTIONS["uphold"].ever_by(penalty.clause), []
    for one in actor.everybody(session, at):
        level = scope.level_of(session, penalty.id, one) if one.parts(None) & ever else None
        if level is None or one.user_id is None:
            continue
        try:
            permitted(session, penalty, ACTIONS["uphold"], one, at, level)
        except (NotYours, WrongState):
            continue
        found.append(one.user_id)
    return found


Values = Mapping[str, Any]


def _only_says(
    session: Session, penalty: Penalty, values: Values, by: Actor, at: datetime, book: Book
) -> dict[str, str]:
    return {name: value for name, value in values.items() if isinstance(value, str)}


def _confirm(session: Session, penalty: Penalty, values: Values, by: Actor, at: datetime, book: Book) -> dict[str, str]:
    """The person as of the conduct's day; the amount that the rule of that day sets, or else the one entered."""
    said: dict[str, str] = {}
    who = values["person"]
    if who is not None:
        penalty.person_id = who if isinstance(who, int) else None
        penalty.person = said["person"] = name_of(session.get_one(User, who)) if isinstance(who, int) else who
        if barred(session, [penalty], by, at):
            raise NotYours("own_line", action=ACTIONS["confirm"].zh)
    if not penalty.person:
        raise Invalid({"person": Reason("required")})
    if values["measure"]:
        penalty.measure = said["measure"] = values["measure"]
    given = values["amount"] if values["amount"] is not None else penalty.amount
    penalty.amount = _amount(rule_of(session, penalty.clause, penalty.conduct_at), penalty, given)
    if penalty.amount is None and not penalty.measure:
        raise Invalid({"amount": Reason("amount_or_measure")})
    penalty.confirmed_at, penalty.confirmed_by = at, by.user_id
    penalty.appeal_due_at = book.until("appeal", QUALITY, at)
    return said


def _execute(session: Session, penalty: Penalty, values: Values, by: Actor, at: datetime, book: Book) -> dict[str, str]:
    penalty.executed_at = at
    return {}


def _judge(session: Session, penalty: Penalty, values: Values, by: Actor, at: datetime, book: Book) -> dict[str, str]:
    penalty.decided_at = at
    return _only_says(session, penalty, values, by, at, book)


EFFECTS: dict[str, Callable[..., dict[str, str]]] = {
    "confirm": _confirm, "execute": _execute, "uphold": _judge, "revoke": _judge,
}  # fmt: skip
