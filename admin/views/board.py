"""What the supervision board asks: each section one query over what is still owed or was done of late, never over all.

Only tickets that their reader sees whole are counted here, so that a count and the list behind its link agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    and_,
    case,
    cast,
    distinct,
    false,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from admin.views import duties
from admin.views.filters import Asking
from models import actor, scope
from models.actor import Actor
from models.base import User
from models.obligation import Obligation
from models.organisation import Post
from models.policy import DISCIPLINE, QUALITY
from models.tables import Ticket, TicketEvent
from models.types import SHANGHAI, Moment, local_date
from models.workflow import OPEN

SPANS = ("late", "4h", "today", "tomorrow")
"""The columns of the board, as the list's condition on deadlines names them."""
CAP = 20_000
"""Obligations near or past their deadline that are looked at."""
SHOWN = 8
DAYS = duties.DAYS
AGAIN = 2
"""Late so often within these days, a unit stands among those that are late again and again."""
SILENT = timedelta(hours=24)
"""After so long without anything a remark of supervision has had no effect."""
DONE = {"register": "register", "assign": "assign", "instruct": "assign", "submit": "submit", "call_back": "call_back"}
"""What the board of today counts."""


def whole(by: Actor) -> ColumnElement[bool]:
    """On `Ticket`: seen at a level that shows all of it."""
    return or_(false(), *(where for where, level in scope.conditions(by) if level in ("contact", "full")))


@dataclass
class Turn:
    """Whose turn it is, and how much of theirs falls into each span. `args`: the list's conditions for just that."""

    name: str
    who: list[str] = field(default_factory=list)
    args: tuple[tuple[str, str], ...] = ()
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SPANS, 0))

    def add(self, counts: Sequence[int]) -> None:
        for span, n in zip(SPANS, counts, strict=True):
            self.counts[span] += n


DESK_STATES, CHAIR_STATES = ("registered", "returned", "calling_back"), ("reported",)


@dataclass(frozen=True)
class Record:
    """A unit's deadlines of the last days: both parts."""

    unit_id: int
    late: int
    due: int


Turns = dict[tuple[str, int | None], list[int]]
"""(whose turn, unit) → how many tickets in each span."""


def counts(session: Session, asking: Asking) -> tuple[Turns, list[Record]]:
    """Whose turn it is with how much, and the units' records: one query for both."""
    halves = (_turns(asking).subquery(), _records(asking).subquery())
    turns: Turns = {}
    records = []
    for track, state, unit_id, *n in session.execute(union_all(*(select(*half.c) for half in halves))):
        if state is None:
            records.append(Record(unit_id, *n[:2]))
        else:
            key = (_turn(track, state), unit_id)
            turns[key] = [x + y for x, y in zip(turns.get(key, [0] * len(SPANS)), n, strict=True)]
    return turns, sorted(records, key=lambda one: (-one.late, -one.due, one.unit_id))


def _turns(asking: Asking) -> Select[Any]:
    o, at = Obligation, asking.at
    spans = [duties.due_between(span, at) for span in SPANS]
    last = max(span[1] for span in spans if span)
    near = (
        select(o.ticket_id, o.n, o.kind, o.track, o.unit_id, o.due_at)
        .where(scope.open_now(o), o.due_at < last)
        .limit(CAP)
        .subquery()
    )
    columns = []
    for since, until in filter(None, spans):
        within = and_(near.c.due_at < until, *([near.c.due_at >= since] if since else []))
        columns.append(func.count(distinct(case((within, near.c.ticket_id)))))
    unit = case((Ticket.state == "handling", Ticket.unit_id))
    return (
        select(Ticket.track, Ticket.state, unit.label("unit_id"), *columns)
        .join(near, near.c.ticket_id == Ticket.id)
        .where(whole(asking.by), scope.shown(near.c, asking.by))
        .group_by(Ticket.track, Ticket.state, unit)
    )


def _records(asking: Asking) -> Select[Any]:
    """Units late again and again of late, by the 72 hours of quality complaints that fell due."""
    o, late = Obligation, duties.late(Obligation)
    # In time, late, or unmet and past it; what fell away before its deadline counts in neither part.
    counted = or_(o.settled_at.is_not(None), late)
    n_late, n_due = func.count(distinct(case((late, o.ticket_id)))), func.count(distinct(o.ticket_id))
    return (
        select(o.track, cast(null(), String).label("state"), o.unit_id, n_late, n_due, literal(0), literal(0))
        .join(Ticket, Ticket.id == o.ticket_id)
        .where(*duties.fell_due(asking.at), o.unit_id.is_not(None), Ticket.track == QUALITY, Ticket.kind == "complaint",
               counted)
        .group_by(o.track, o.unit_id)
        .having(n_late >= AGAIN)
        .order_by(n_late.desc(), n_due.desc(), o.unit_id)
        .limit(SHOWN)
    )  # fmt: skip


def _turn(track: str, state: str) -> str:
    if state == "handling":
        return "unit"
    if track == QUALITY:
        return "desk"
    return "chairman" if state in CHAIR_STATES else "discipline"


CONDITIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "desk": (("track", QUALITY), *(("state", name) for name in DESK_STATES)),
    "discipline": (("track", DISCIPLINE), *(("state", name) for name in duties.OFFICE_TURN)),
    "chairman": (("track", DISCIPLINE), *(("state", name) for name in CHAIR_STATES)),
}


Holders = dict[tuple[str, int], list[tuple[int, str, bool]]]
"""(post, unit) → (person, name, whether as a deputy)."""


def holders(session: Session, at: datetime) -> Holders:
    """Who holds the posts that answer for what is late."""
    posts = ("head", "discipline", "chairman")
    rows = session.execute(
        select(Post.post, Post.unit_id, User.id, User.last_name, User.first_name, Post.acting_for_id.is_not(None))
        .join(User, User.id == Post.user_id)
        .where(Post.post.in_(posts), actor.in_force(at))
        .order_by(Post.id)
    )
    found: Holders = {}
    for post, unit_id, user_id, last, first, deputy in rows:
        found.setdefault((post, unit_id), []).append((user_id, f"{last}{first}", deputy))
    return found


@dataclass(frozen=True)
class Mark:
    """A ticket in a section of the board. n: how many the section has; at, who, action: what was done, and then."""

    section: str
    place: int
    ticket_id: int
    n: int
    no: str
    state: str
    at: datetime | None
    who: str
    action: str | None
    action_at: datetime | None


@dataclass
class Marks:
    """section → its first tickets; remarks of supervision of today, and those that had no effect."""

    sections: dict[str, list[Mark]]
    remarked: list[Mark]
    silent: list[Mark]

    def of(self, section: str) -> list[Mark]:
        return self.sections.get(section, [])

    def count(self, section: str) -> int:
        marks = self.of(section)
        return marks[0].n if marks else 0


def marks(session: Session, asking: Asking) -> Marks:
    """All that is listed ticket by ticket: one query."""
    parts = [part.subquery() for part in (*_sections(asking), _done(asking), _remarks(asking))]
    found = []
    for *values, last, first, action, action_at in session.execute(union_all(*(select(*part.c) for part in parts))):
        found.append(Mark(*values, f"{last or ''}{first or ''}", action, action_at))
    found.sort(key=lambda mark: (mark.section, mark.place))
    sections: dict[str, list[Mark]] = {}
    for mark in found:
        sections.setdefault(mark.section, []).append(mark)
    return Marks(sections, *_sorted_remarks(sections.pop("remark", []), asking.at))


def _columns(section: Any, order: Any, n: Any, *done: Any, among: Any = None) -> tuple[Any, ...]:
    place = func.row_number().over(partition_by=among, order_by=order)
    none = (
        cast(null(), Moment),
        cast(null(), String),
        cast(null(), String),
        cast(null(), String),
        cast(null(), Moment),
    )
    columns = (section, place, Ticket.id, n, Ticket.no, Ticket.state, *done, *none[len(done) :])
    return tuple(column.label(f"c{n}") for n, column in enumerate(columns))


def _sections(asking: Asking) -> list[Select[Any]]:
    """What is late for the longest time, what goes to and fro, what is in its third round or beyond."""
    o, seen = Obligation, whole(asking.by)
    near = select(o.ticket_id, o.track, o.kind, o.unit_id, o.due_at).where(scope.open_now(o), o.due_at < asking.at)
    late = near.limit(CAP).subquery()
    oldest = (Ticket.registered_at, Ticket.id)
    n = func.count().over()
    return [
        select(*_columns(literal("late"), (func.min(late.c.due_at), Ticket.id), n))
        .join(late, late.c.ticket_id == Ticket.id)
        .where(seen, scope.shown(late.c, asking.by))
        .group_by(Ticket.id)
        .order_by(func.min(late.c.due_at), Ticket.id)
        .limit(SHOWN),
        select(*_columns(literal("disputed"), oldest, n))
        .where(seen, duties.returned_twice())
        .order_by(*oldest)
        .limit(SHOWN),
        select(*_columns(literal("rounds"), (Ticket.round.desc(), *oldest), n))
        .where(seen, duties.in_states(*OPEN), Ticket.round >= 3)
        .order_by(Ticket.round.desc(), *oldest)
        .limit(SHOWN),
    ]


def _done(asking: Asking) -> Select[Any]:
    """What was registered, dispatched, submitted and called back today: how many, and the last few."""
    e = TicketEvent
    group = case(*((e.action == action, literal(name)) for action, name in DONE.items()))
    n = func.count().over(partition_by=group)
    all_of_it = (
        select(*_columns(group, (e.at.desc(), e.ticket_id.desc()), n, e.at, among=group))
        .join(Ticket, Ticket.id == e.ticket_id)
        .where(e.action.in_(DONE), e.at >= day_of(asking.at), e.at <= asking.at, e.track == Ticket.track,
               whole(asking.by))
        .subquery()
    )  # fmt: skip
    return select(*all_of_it.c).where(all_of_it.c.c1 <= SHOWN)


def _remarks(asking: Asking) -> Select[Any]:
    """Words of supervision, the newest first, and the first act on the ticket after each."""
    e, after, then = TicketEvent, aliased(TicketEvent), aliased(TicketEvent)
    following = select(func.min(after.no)).where(
        after.ticket_id == e.ticket_id, after.no > e.no, after.action != "supervise"
    )
    newest = (e.at.desc(), e.ticket_id, e.no.desc())
    done = (e.at, User.last_name, User.first_name, then.action, then.at)
    return (
        select(*_columns(literal("remark"), newest, literal(0), *done))
        .join(Ticket, Ticket.id == e.ticket_id)
        .outerjoin(User, User.id == e.actor_id)
        .outerjoin(then, and_(then.ticket_id == e.ticket_id, then.no == following.correlate(e).scalar_subquery()))
        .where(e.action == "supervise", e.at >= asking.at - timedelta(days=DAYS), e.track == Ticket.track,
               whole(asking.by))
        .order_by(*newest)
        .limit(500)
    )  # fmt: skip


def _sorted_remarks(remarks: list[Mark], at: datetime) -> tuple[list[Mark], list[Mark]]:
    """(those of today, the earlier ones after which nothing has happened for a day); of a ticket the last."""
    today, silent, met = [], [], set()
    for one in remarks:
        if one.ticket_id in met or one.at is None:
            continue
        met.add(one.ticket_id)
        if one.at >= day_of(at):
            today.append(one)
        elif one.action is None and one.state != "closed" and at - one.at >= SILENT:
            silent.append(one)
    return today, silent


def day_of(at: datetime) -> datetime:
    """When the day of a moment began."""
    return datetime.combine(local_date(at), time(0), SHANGHAI)


def units_of(found: Iterable[tuple[str, int | None]]) -> list[int]:
    return sorted({unit for turn, unit in found if turn == "unit" and unit is not None})
