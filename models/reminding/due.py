"""What is owed and near or past its deadline, and which rules speak of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import scope
from models.notice import NoticeRule
from models.tables import Obligation, Ticket

FURTHEST = timedelta(days=31)
"""How far ahead a rule by share of the length looks."""


@dataclass(frozen=True)
class Owed:
    """An obligation still owed, with what of its ticket tells whose turn it is."""

    ticket_id: int
    n: int
    kind: str
    opened_at: datetime
    due_at: datetime
    unit_id: int | None
    track: str
    state: str
    ticket_unit_id: int | None
    registered_by: int | None
    urgent: bool


def owed_until(session: Session, until: datetime) -> list[Owed]:
    """What is owed by `until`, what is overdue included; not of imported tickets. Costs what is owed, not what was."""
    o, t = Obligation, Ticket
    # Limited within, so that the index of what is still owed leads and no database starts from all tickets.
    near = (
        select(o.ticket_id, o.n, o.kind, o.opened_at, o.due_at, o.unit_id)
        .where(scope.open_now(o), o.due_at <= until)
        .limit(1_000_000)
        .subquery()
    )
    rows = session.execute(
        select(*near.c, t.track, t.state, t.unit_id, t.registered_by, t.urgency == "urgent")
        .join(t, t.id == near.c.ticket_id)
        .where(t.source_id.is_(None))
        .order_by(near.c.due_at, near.c.ticket_id, near.c.n)
    )
    return [Owed(*row) for row in rows]


def horizon(rules: Iterable[NoticeRule], at: datetime) -> datetime:
    """Up to which deadlines there may be something to tell."""
    return at + max((_ahead(rule) for rule in rules), default=timedelta(0))


def _ahead(rule: NoticeRule) -> timedelta:
    if rule.measure == "hours_before":
        return timedelta(hours=rule.amount)
    return FURTHEST if rule.measure == "percent_left" else timedelta(0)


def applies(rule: NoticeRule, owed: Owed, at: datetime) -> bool:
    """Whether a rule speaks of an obligation now. Of what is past nobody is told that it is coming."""
    if rule.obligation not in ("", owed.kind) or rule.track not in ("", owed.track):
        return False
    left = owed.due_at - at
    if rule.measure == "hours_after":
        return left < timedelta(0) and -left >= timedelta(hours=rule.amount)
    if left < timedelta(0):
        return False
    if rule.measure == "hours_before":
        return left <= timedelta(hours=rule.amount)
    return left * 100 <= (owed.due_at - owed.opened_at) * rule.amount
