"""Stretches of time that are counted one by one: the months of a year, each by itself.

An index hands a database the rows of a month; to have it work out every row's month first, and sort by that, takes
several times as long (SQLite, two years of 170,000 tickets: six times). Where the bounds are not known, the stretches
are many, or no index leads to them, the statement divides by itself (`periods.LOCAL`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam
from sqlalchemy.orm import InstrumentedAttribute

from analytics.periods import after, each, last_day_before, local_date, midnight
from models.types import Moment

MOST = 128
"""Stretches of one question: two years of weeks, ten of months."""
EARLIEST, LATEST = datetime(1000, 1, 1, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
BEGINS: ColumnElement[Any] = bindparam("begins", type_=Moment())
ENDS: ColumnElement[Any] = bindparam("ends", type_=Moment())


@dataclass(frozen=True, slots=True)
class Spell:
    """[start, end). day: the first day of its period; None: it is all of time asked for, or its rows say the day."""

    day: date | None
    start: datetime = EARLIEST
    end: datetime = LATEST

    def up_to(self, as_of: datetime) -> Spell:
        """What of it had been by the as-of. Whoever counts what happened needs to ask no row for that."""
        return replace(self, end=min(self.end, as_of + datetime.resolution))

    def earlier(self, days: int) -> Spell:
        """What began in it, of what had to stand so many times 24 hours first."""
        by = timedelta(days=days)
        return replace(self, start=self.start - by, end=self.end - by)


def within(at: Any) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """That something stands in the spell that a statement is run for. To be said first: of several upper bounds of a
    time, all of which a row must keep, SQLite lets its index stop at the first."""
    return at >= BEGINS, at < ENDS


def spells(
    grain: str | None, start: datetime | None, end: datetime | None, *columns: Any
) -> tuple[list[Spell], str | None]:
    """The stretches of [start, end), and the grain by which a statement has to divide each of them itself.

    columns: when things stand; an index leads to a column's values, and to nothing that is worked out. Where they
    begin in one table and end in another, SQLite goes through all of the one to find a month of the other.
    """
    whole = Spell(None, start or EARLIEST, end or LATEST)
    if (
        grain is None
        or start is None
        or end is None
        or not all(isinstance(at, InstrumentedAttribute) for at in columns)
        or len({at.class_ for at in columns}) > 1
    ):
        return [whole], grain
    first, last = local_date(start), last_day_before(end)
    if (last - first).days > MOST * {"day": 1, "week": 7, "month": 31}[grain]:
        return [whole], grain
    days = each(grain, first, last)
    return [Spell(day, max(start, midnight(day)), min(end, midnight(after(grain, day)))) for day in days], None
