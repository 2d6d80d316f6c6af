"""What waits for one person: the tickets whose next step is theirs, and the deadlines they may see (UI: 我的工作).

The home page, the counts of the side and the list ask here, so that a count and its list always agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import aliased

from models.actor import Actor
from models.policy import DISCIPLINE, QUALITY
from models.scope import open_now, shown
from models.tables import Assignment, Obligation, Ticket, TicketEvent
from models.types import SHANGHAI, local_date
from models.workflow import OPEN

OFFICE_TURN = ("registered", "investigating", "founded", "unfounded", "calling_back", "satisfied")


def first_due(by: Actor) -> ColumnElement[bool]:
    """On `Obligation` joined with `Ticket`: open, to be seen, and of its ticket the one that ends first."""
    sooner = aliased(Obligation)
    earlier = select(sooner.n).where(
        sooner.ticket_id == Obligation.ticket_id,
        open_now(sooner),
        or_(
            sooner.due_at < Obligation.due_at,
            and_(sooner.due_at == Obligation.due_at, sooner.n < Obligation.n),
        ),
        shown(sooner, by),
    )
    return and_(open_now(Obligation), shown(Obligation, by), ~earlier.correlate(Obligation, Ticket).exists())


def has_due(by: Actor, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    """On `Ticket`: it has an open obligation that the person may see.

    Where `more` narrows it, the narrow set of obligations leads, so that a count need not walk through all tickets.
    """
    owed = select(Obligation.n).where(
        Obligation.ticket_id == Ticket.id, open_now(Obligation), shown(Obligation, by), *more
    )
    found = owed.correlate(Ticket).exists()
    if not more:
        return found
    return and_(Ticket.id.in_(select(Obligation.ticket_id).where(open_now(Obligation), *more)), found)


def in_states(*states: str) -> ColumnElement[bool]:
    """On `Ticket`, so that the index by track and state serves."""
    return and_(Ticket.track.in_((QUALITY, DISCIPLINE)), Ticket.state.in_(states))


def near(by: Actor) -> ColumnElement[bool] | None:
    """Where a person sees only what a unit of theirs has or had: those tickets, by the index of assignments."""
    if by.desk or by.office or by.chairman or "leadership" in by.roles or not by.staff:
        return None
    return Ticket.id.in_(select(Assignment.ticket_id).where(Assignment.unit_id.in_(sorted(by.staff))))


def end_of_day(at: datetime) -> datetime:
    day = local_date(at)
    return datetime.combine(day + timedelta(days=1), time(0), SHANGHAI)


def due_between(value: str, at: datetime) -> tuple[datetime | None, datetime] | None:
    """The deadlines that `late`, `4h`, `today` or `tomorrow` means, as a range."""
    tonight = end_of_day(at)
    spans = {
        "late": (None, at), "4h": (at, at + timedelta(hours=4)), "today": (at, tonight),
        "tomorrow": (tonight, tonight + timedelta(days=1)),
    }  # fmt: skip
    return spans.get(value)


def due_is(value: str, by: Actor, at: datetime) -> ColumnElement[bool]:
    """On `Ticket`: something of it is overdue, or falls due in what is left of today."""
    span = due_between(value, at)
    if span is None:
        return false()
    since, until = span
    within = [Obligation.due_at < until] + ([Obligation.due_at >= since] if since else [])
    return has_due(by, *within)


DAYS = 30
"""How far back a unit's record looks."""


def late(owed: Any) -> ColumnElement[bool]:
    """On `Obligation` past its deadline: met late, fallen away late, or still owed."""
    return or_(owed.settled_at > owed.due_at, owed.voided_at > owed.due_at, open_now(owed))


def fell_due(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """On `Obligation`: the 72 hours of the quality track whose deadline passed of late."""
    o = Obligation
    return o.kind == "handle", o.track == QUALITY, o.due_at >= at - timedelta(days=DAYS), o.due_at < at


def late_of_unit(unit_id: int, at: datetime) -> ColumnElement[bool]:
    """On `Ticket`: a quality complaint whose 72 hours a unit has missed of late."""
    missed = select(Obligation.ticket_id).where(*fell_due(at), Obligation.unit_id == unit_id, late(Obligation))
    return and_(Ticket.track == QUALITY, Ticket.kind == "complaint", Ticket.id.in_(missed))


def returned_twice() -> ColumnElement[bool]:
    """On `Ticket`: open, and sent back twice or more on its present track. What is open leads: it is little."""
    t, e = aliased(Ticket), TicketEvent
    open_ones = select(t.id, t.track).where(t.track.in_((QUALITY, DISCIPLINE)), t.state.in_(OPEN)).limit(100_000)
    of = open_ones.subquery()
    back = (
        select(of.c.id)
        .join(e, and_(e.ticket_id == of.c.id, e.action == "return", e.track == of.c.track))
        .group_by(of.c.id)
        .having(func.count() >= 2)
    )
    return Ticket.id.in_(back)


def mine(by: Actor, at: datetime) -> ColumnElement[bool]:
    """On `Ticket`: the next step is this person's."""
    t = Ticket
    turns: list[ColumnElement[bool]] = []
    if by.desk:
        turns.append(and_(t.track == QUALITY, t.state.in_(("registered", "returned", "calling_back"))))
        turns.append(and_(t.track == DISCIPLINE, t.state == "registered", t.registered_by == by.user_id))
        turns.append(and_(t.track == DISCIPLINE, t.state == "fed_back"))
    if "operations" in by.roles:
        late = select(Obligation.ticket_id).where(
            open_now(Obligation), Obligation.kind == "handle", Obligation.due_at < at
        )
        turns.append(and_(t.track == QUALITY, t.state == "handling", t.id.in_(late)))
    if by.staff:
        turns.append(and_(t.state == "handling", t.unit_id.in_(sorted(by.staff))))
    if by.office:
        turns.append(and_(t.track == DISCIPLINE, t.state.in_(OFFICE_TURN)))
    if by.chairman:
        turns.append(and_(t.track == DISCIPLINE, t.state == "reported"))
    return or_(false(), *turns)


STEPS = {
    (QUALITY, "registered"): "assign", (QUALITY, "returned"): "assign", (QUALITY, "calling_back"): "call_back",
    (QUALITY, "handling"): "submit", (DISCIPLINE, "handling"): "submit", (DISCIPLINE, "registered"): "refer",
    (DISCIPLINE, "investigating"): "find", (DISCIPLINE, "founded"): "report", (DISCIPLINE, "unfounded"): "explain",
    (DISCIPLINE, "reported"): "instruct", (DISCIPLINE, "calling_back"): "call_back",
    (DISCIPLINE, "satisfied"): "feed_back", (DISCIPLINE, "fed_back"): "record",
}  # fmt: skip
"""The step that a ticket waits for, by track and state."""


def step(row: dict[str, Any], by: Actor, *, holds: bool) -> str | None:
    """The action a ticket waits for, as this person's work: who only supervises a unit's ticket urges it."""
    name = STEPS.get((row["track"], row["state"]))
    return "supervise" if name == "submit" and not holds and "operations" in by.roles else name


@dataclass(frozen=True)
class Count:
    """A figure on the home page: the address of exactly its rows, and a word about it."""

    zh: str
    args: tuple[tuple[str, str], ...]
    hint: str
    css: str = ""


LATE = Count("已逾期", (("turn", "mine"), ("due", "late")), "先办最久的", "late")
TODAY = Count("今日到期", (("turn", "mine"), ("due", "today")), "今天之内", "soon")
TO_ASSIGN = Count("待转办", (("state", "registered"),), "登记后 24 小时内")
RETURNED = Count("已退回", (("state", "returned"),), "72 小时照走，重新转办", "soon")
TO_CALL = Count("待回访", (("state", "calling_back"),), "报送后 1 个工作日内")
TO_RECORD = Count("待记录", (("state", "fed_back"),), "填写处理记录表")
TO_HANDLE = Count("办理中", (("state", "handling"),), "转办后 72 小时内")
AGAIN = Count("第 2 轮及以上", (("state", "open"), ("round", "2")), "顾客不满意，转回重办")
ALL_LATE = Count("全部逾期", (("due", "late"),), "各单位，可督办", "late")
OURS = (("track", DISCIPLINE),)
LATE_ANYWHERE = Count("全部逾期", (("due", "late"),), "各单位合计", "late")
TODAY_ANYWHERE = Count("今日到期", (("due", "today"),), "各单位合计", "soon")
INVESTIGATE = Count("待调查", (*OURS, ("state", "registered"), ("state", "investigating")), "调查认定是否属实")
TO_CALL_OURS = Count("待回访", (*OURS, ("state", "calling_back")), "报送后 1 个工作日内")
REPORT = Count("待上报", (("state", "founded"),), "属实后 1 个工作日内")
TO_INSTRUCT = Count("待批示", (("state", "reported"),), "指定承办单位")
OPEN_ALL = Count("在办", (("state", "open"),), "各单位合计")
ROUND_3 = Count("第 3 轮及以上", (("state", "open"), ("round", "3")), "可仍不满意办结")


MOST_COUNTS = 8


def counts_of(by: Actor) -> Sequence[Count]:
    """The figures of a person's home page, most pressing first; of several parts, those of each."""
    parts = (
        (by.chairman, (TO_INSTRUCT, ROUND_3, LATE_ANYWHERE, TODAY_ANYWHERE, OPEN_ALL)),
        (by.office, (LATE, TODAY, INVESTIGATE, REPORT, TO_CALL_OURS)),
        ("operations" in by.roles, (LATE, TODAY, TO_ASSIGN, RETURNED, TO_CALL, TO_RECORD, ALL_LATE)),
        (by.desk, (LATE, TODAY, TO_ASSIGN, RETURNED, TO_CALL, TO_RECORD)),
        (bool(by.staff), (LATE, TODAY, TO_HANDLE, AGAIN, TO_CALL)),
        ("leadership" in by.roles, (LATE_ANYWHERE, TODAY_ANYWHERE, OPEN_ALL, ROUND_3)),
    )
    found: dict[str, Count] = {}
    for has, counts in parts:
        for count in counts if has else ():
            found.setdefault(count.zh, count)
    return list(found.values())[:MOST_COUNTS]
