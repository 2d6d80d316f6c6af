"""Who may see which tickets, and how much of each: POLICY §5's table as one list of conditions.

`visible` is the predicate and `level` the expression made of the same list, so that lists, forms, related lists,
actions, search, API, dashboards, counts and exports cannot disagree.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    String,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session

from models.actor import Actor
from models.policy import DISCIPLINE, QUALITY
from models.tables import Accused, Assignment, Opening, Reveal, Ticket

LEVELS = ("contact", "full", "part", "summary", "stub")
"""contact: everything, the complainant in clear. full: the complainant masked. part: a unit that held it once, its
own part. summary: the unit of a discipline ticket. stub: the dispatcher who records a discipline ticket's end."""

WITH_UNIT = ("handling", "calling_back", "satisfied", "fed_back", "closed")
"""States in which the unit last assigned still has the ticket, or had it to the end."""


def conditions(actor: Actor) -> list[tuple[ColumnElement[bool], str]]:
    """(condition, level) for one person, the highest level first, as far as they say which rows there are to see.

    What only tells `contact` from `full` among rows that another condition gives is left out: the database would
    work it out for every row.
    """
    return [(condition, name) for condition, name, among in _graded(actor) if not among]


def _graded(actor: Actor) -> list[tuple[ColumnElement[bool], str, bool]]:
    """(condition, level, whether the rows are among those of another condition)."""
    t = Ticket
    quality, discipline = t.track == QUALITY, t.track == DISCIPLINE
    mine = (Accused.ticket_id == t.id, Accused.user_id == actor.user_id)
    accused = select(Accused.n).where(*mine).correlate(t).exists()  # whatever else the query selects from
    rows: list[tuple[ColumnElement[bool], str, bool]] = []

    def see(level: str, *parts: ColumnElement[bool], among: bool = False) -> None:
        rows.append((and_(*parts), level, among))

    if actor.desk:
        see("contact", quality, t.state != "closed", ~accused, among=True)
        see("full", quality)
        see("contact", discipline, t.state == "registered", t.registered_by == actor.user_id, ~accused)
        see("stub", discipline, t.state == "fed_back", ~accused)
    if actor.staff:
        ours = t.unit_id.in_(sorted(actor.staff))
        see("contact", quality, ours, t.state == "handling", ~accused, among=True)
        see("full", quality, ours, t.state.in_(WITH_UNIT))
        once = select(Assignment.n).where(
            Assignment.ticket_id == t.id, Assignment.unit_id.in_(sorted(actor.staff)), Assignment.track == QUALITY
        )
        see("part", quality, once.correlate(t).exists())
        see("summary", discipline, ours, t.state.in_(WITH_UNIT), ~accused)
    if actor.office:
        see("contact", discipline, ~accused)
        see("full", quality)
    if actor.chairman:
        see("full", quality)
        see("full", discipline, t.reported_at.is_not(None), ~accused)
    if "leadership" in actor.roles:
        see("full", quality)
    for track, clear in sorted({(one.track, one.clear) for one in actor.granted}):
        # As far as the chairman could see it today, and never a person complained of.
        ids = sorted(one.ticket_id for one in actor.granted if (one.track, one.clear) == (track, clear))
        reported = [t.reported_at.is_not(None)] if track == DISCIPLINE else []
        see("contact" if clear else "full", t.track == track, t.id.in_(ids), *reported, ~accused)
    return sorted(rows, key=lambda row: LEVELS.index(row[1]))


def may_reveal(actor: Actor) -> ColumnElement[bool]:
    """On `Ticket`, of those seen as `full`: whose complainant the person may open with a reason (查看)."""
    t = Ticket
    ways: list[ColumnElement[bool]] = [false()]
    if actor.desk:
        ways.append(and_(t.track == QUALITY, t.state == "closed"))
    if actor.office:
        ways.append(t.track == QUALITY)
    if actor.chairman:
        ways.append(true())
    mine = (Accused.ticket_id == t.id, Accused.user_id == actor.user_id)
    return and_(or_(*ways), ~select(Accused.n).where(*mine).correlate(t).exists())


def revealed_until(actor: Actor, at: datetime) -> ScalarSelect[datetime]:
    """On `Ticket`: until when it is open to the person who has opened it; null: it is not."""
    mine = (Reveal.ticket_id == Ticket.id, Reveal.user_id == actor.user_id, Reveal.until > at, Reveal.at <= at)
    return select(func.max(Reveal.until)).where(*mine).correlate(Ticket).scalar_subquery()


def visible(actor: Actor) -> ColumnElement[bool]:
    """The tickets a person may see, as a predicate on `Ticket`."""
    return or_(false(), *(condition for condition, _ in conditions(actor)))


def open_now(owed: Any) -> ColumnElement[bool]:
    """On `Obligation` or an alias: still owed."""
    return and_(owed.settled_at.is_(None), owed.voided_at.is_(None))


def shown(owed: Any, by: Actor) -> ColumnElement[bool]:
    """On `Obligation`, or an alias, joined with `Ticket`: whether a person may see it. `view` says the same of one."""
    parts: list[ColumnElement[bool]] = []
    for condition, level in conditions(by):
        if level in ("contact", "full"):
            past = or_(owed.track == QUALITY, Ticket.track == DISCIPLINE)
            parts.append(condition if by.office or by.chairman else and_(condition, past))
        elif level == "part":
            parts.append(and_(condition, owed.unit_id.in_(sorted(by.staff))))
        elif level == "summary":
            parts.append(and_(condition, owed.track == DISCIPLINE, owed.kind.in_(("handle", "callback"))))
    return or_(false(), *parts)


def level(actor: Actor) -> ColumnElement[str | None]:
    """How much of a ticket a person may see, as an expression; null: nothing."""
    rows = [(condition, literal(name, String)) for condition, name, _ in _graded(actor)]
    return case(*rows, else_=null()) if rows else cast(null(), String)


def level_of(session: Session, ticket_id: int, actor: Actor) -> str | None:
    """The level of one ticket; None where it is absent or out of sight: nobody can tell which."""
    return session.scalar(select(level(actor)).where(Ticket.id == ticket_id))


def opened(session: Session, ids: Sequence[int], actor: Actor, at: datetime) -> dict[int, set[str]]:
    """What discipline has opened of some tickets to a person: `contact`, `words`."""
    found: dict[int, set[str]] = {}
    if ids:
        rows = session.execute(
            select(Opening.ticket_id, Opening.part).where(
                Opening.ticket_id.in_(ids),
                Opening.user_id == actor.user_id,
                or_(Opening.until.is_(None), Opening.until > at),
            )
        )
        for ticket_id, part in rows:
            found.setdefault(ticket_id, set()).add(part)
    return found


def find(session: Session, value: int | str, by: Actor) -> int | None:
    """The id of a ticket in sight, by id or number; None is absent or out of sight."""
    mine = visible(by)
    if isinstance(value, int):
        return session.scalar(select(Ticket.id).where(Ticket.id == value, mine)) if 0 < value < 2**63 else None
    return session.scalar(select(Ticket.id).where(Ticket.no == value.strip(), mine))
