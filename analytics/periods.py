"""Periods in Asia/Shanghai: the local day, week and month of an instant in SQL, their labels and their bounds.

Shanghai kept summer time in 1986-1991 and in some years before; people import old tables, so the buckets know it.
PostgreSQL has the zone's history itself. SQLite has none and gets it here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Date
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from models.types import SHANGHAI, Moment
from models.types import local_date as local_date

TIMES = {"day": "日", "week": "周", "month": "月", "quarter": "季", "year": "年"}
"""The dimensions of time, the finest first. Weeks are ISO 8601's."""

LOCAL_MEAN_TIME_ENDED = "1900-12-31 15:54:17"
SUMMERS = (
    ("1919-04-12 16:00:00", "1919-09-30 15:00:00"),
    ("1940-05-31 16:00:00", "1940-10-12 15:00:00"),
    ("1941-03-14 16:00:00", "1941-11-01 15:00:00"),
    ("1942-01-30 16:00:00", "1945-09-01 15:00:00"),
    ("1946-05-14 16:00:00", "1946-09-30 15:00:00"),
    ("1947-04-14 16:00:00", "1947-10-31 15:00:00"),
    ("1948-04-30 16:00:00", "1948-09-30 15:00:00"),
    ("1949-04-30 16:00:00", "1949-05-27 15:00:00"),
    ("1986-05-03 18:00:00", "1986-09-13 17:00:00"),
    ("1987-04-11 18:00:00", "1987-09-12 17:00:00"),
    ("1988-04-16 18:00:00", "1988-09-10 17:00:00"),
    ("1989-04-15 18:00:00", "1989-09-16 17:00:00"),
    ("1990-04-14 18:00:00", "1990-09-15 17:00:00"),
    ("1991-04-13 18:00:00", "1991-09-14 17:00:00"),
)
"""[from, to) of each spell of UTC+9, in UTC, as SQLite keeps instants; from the IANA database."""


class _Local(FunctionElement[date]):
    """The first day of the local period in which an instant lies."""

    type = Date()
    inherit_cache = True
    sqlite: ClassVar[str] = ""
    postgresql: ClassVar[str] = "timezone('Asia/Shanghai', {})"


class local_day(_Local):
    """The local date of an instant."""

    inherit_cache = True


class local_week(_Local):
    """The Monday of its week."""

    inherit_cache = True
    sqlite = ", 'weekday 0', '-6 days'"
    postgresql = "date_trunc('week', timezone('Asia/Shanghai', {}))"


class local_month(_Local):
    """The first of its month."""

    inherit_cache = True
    sqlite = ", 'start of month'"
    postgresql = "date_trunc('month', timezone('Asia/Shanghai', {}))"


LOCAL: dict[str, type[_Local]] = {"day": local_day, "week": local_week, "month": local_month}
"""What SQL groups by; quarters and years are sums of months."""


@compiles(_Local, "sqlite")
def _in_sqlite(element: _Local, compiler: SQLCompiler, **options: Any) -> str:
    at = compiler.process(element.clauses, **options)
    summers = " OR ".join(f"{at} >= '{begins}' AND {at} < '{ends}'" for begins, ends in SUMMERS)
    # Almost every row is newer than the last summer: one comparison. The fraction is cut off first, because SQLite
    # rounds it to milliseconds, and 23:59:59.9996 would fall on the next day.
    return (
        f"date(substr({at}, 1, 19), CASE WHEN {at} >= '{SUMMERS[-1][1]}' THEN '+8 hours' "
        f"WHEN {summers} THEN '+9 hours' WHEN {at} >= '{LOCAL_MEAN_TIME_ENDED}' THEN '+8 hours' "
        f"ELSE '+29143 seconds' END{element.sqlite})"
    )


@compiles(_Local, "postgresql")
def _in_postgresql(element: _Local, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({element.postgresql.format(compiler.process(element.clauses, **options))} AS date)"


class days_later(FunctionElement[datetime]):
    """An instant so many times 24 hours later: `days_later(column, literal_column("3"))`."""

    type = Moment()
    inherit_cache = True


@compiles(days_later, "sqlite")
def _later_in_sqlite(element: days_later, compiler: SQLCompiler, **options: Any) -> str:
    at, days = (compiler.process(part, **options) for part in element.clauses)
    return f"(datetime(substr({at}, 1, 19), '+{days} days') || substr({at}, 20))"


@compiles(days_later, "postgresql")
def _later_in_postgresql(element: days_later, compiler: SQLCompiler, **options: Any) -> str:
    at, days = (compiler.process(part, **options) for part in element.clauses)
    return f"({at} + interval '{days} days')"


class seconds_between(FunctionElement[int]):
    """Whole seconds from one instant to another: alike on both databases, fractions cut off at either end."""

    type = BigInteger()
    inherit_cache = True


@compiles(seconds_between, "sqlite")
def _seconds_in_sqlite(element: seconds_between, compiler: SQLCompiler, **options: Any) -> str:
    start, end = (f"unixepoch(substr({compiler.process(part, **options)}, 1, 19))" for part in element.clauses)
    return f"({end} - {start})"


@compiles(seconds_between, "postgresql")
def _seconds_in_postgresql(element: seconds_between, compiler: SQLCompiler, **options: Any) -> str:
    start, end = (f"CAST(floor(extract(epoch FROM {compiler.process(part, **options)})) AS bigint)"
                  for part in element.clauses)  # fmt: skip
    return f"({end} - {start})"


def grouped_by(asked: Collection[str]) -> str | None:
    """The one grain to group by in SQL so that each of the `asked` dimensions of time can be summed from it."""
    needed = [grain for grain in TIMES if grain in asked]
    if not needed:
        return None
    if needed[0] == "week":
        return "week" if len(needed) == 1 else "day"  # a week may lie in two months
    return "day" if needed[0] == "day" else "month"


def label(grain: str, day: date) -> str:
    """The name of the period in which `day` lies: 2026-01-31, 2026-W05, 2026-01, 2026-Q1, 2026."""
    if grain == "day":
        return day.isoformat()
    if grain == "week":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02}"
    if grain == "month":
        return f"{day.year:04}-{day.month:02}"
    if grain == "quarter":
        return f"{day.year:04}-Q{(day.month + 2) // 3}"
    return f"{day.year:04}"


def first_day(grain: str, day: date) -> date:
    """The first day of the period in which `day` lies."""
    if grain == "day":
        return day
    if grain == "week":
        return day - timedelta(days=day.weekday())
    if grain == "month":
        return day.replace(day=1)
    if grain == "quarter":
        return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    return day.replace(month=1, day=1)


def after(grain: str, day: date) -> date:
    """The first day of the period after the one in which `day` lies."""
    longest = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}[grain]
    return first_day(grain, first_day(grain, day) + timedelta(days=longest))


def each(grain: str, first: date, last: date) -> Iterator[date]:
    """The first days of the periods from the one of `first` to the one of `last`."""
    day = first_day(grain, first)
    while day <= last:
        yield day
        day = after(grain, day)


def midnight(day: date) -> datetime:
    """The instant at which a day begins in Shanghai."""
    return datetime.combine(day, time(), SHANGHAI)


def last_day_before(end: datetime) -> date:
    """The last day that a period up to `end`, exclusive, touches."""
    return local_date(end.astimezone(UTC) - timedelta(microseconds=1))
