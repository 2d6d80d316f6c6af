"""Days, weeks and months are Shanghai's, in SQL as in Python, through every change of its clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Column, MetaData, Table, case, create_engine, insert, literal_column, select
from sqlalchemy.dialects import postgresql, sqlite

from analytics import periods
from analytics.periods import LOCAL, days_later, first_day, local_date, midnight
from analytics.spells import spells
from models.database import engine_for
from models.tables import Ticket
from models.types import Moment

SHANGHAI = ZoneInfo("Asia/Shanghai")


def _moments() -> list[datetime]:
    """Around every change of the clock since 1900, and around midnights, turns of years and odd fractions."""
    changes = [datetime.fromisoformat(text + "+00:00") for pair in periods.SUMMERS for text in pair]
    changes += [datetime(1900, 12, 31, 15, 54, 17, tzinfo=UTC), datetime(2024, 12, 29, 16, tzinfo=UTC),
                datetime(2025, 12, 31, 16, tzinfo=UTC), datetime(2024, 2, 29, 16, tzinfo=UTC),
                datetime(1900, 3, 1, 16, tzinfo=UTC)]  # fmt: skip
    near = [timedelta(hours=h) for h in range(-30, 31)]
    near += [timedelta(microseconds=n) for n in (-1, -400, -600, 1)]
    return sorted({change + step for change in changes for step in near})


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_every_instant_falls_on_shanghais_day_week_and_month(
    database: str, request: pytest.FixtureRequest, postgres_url: str
) -> None:
    engine = create_engine("sqlite://") if database == "sqlite" else engine_for(postgres_url)
    table = Table("moment", MetaData(), Column("at", Moment, primary_key=True))
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(insert(table), [{"at": at} for at in _moments()])
        rows = connection.execute(
            select(table.c.at, *(LOCAL[grain](table.c.at) for grain in ("day", "week", "month")),
                   days_later(table.c.at, literal_column("7"))).order_by(table.c.at)
        ).all()  # fmt: skip
    engine.dispose()
    assert len(rows) == len(_moments())
    for at, day, week, month, later in rows:
        there = at.astimezone(SHANGHAI).date()
        assert (day, week, month) == (there, there - timedelta(days=there.weekday()), there.replace(day=1)), at
        assert later == at + timedelta(days=7)


def offset(at: datetime) -> timedelta | None:
    return at.astimezone(SHANGHAI).utcoffset()


@pytest.mark.parametrize(("grain", "years"), [("day", 0), ("week", 2), ("month", 6)])
def test_an_instant_is_in_the_one_spell_of_its_period(grain: str, years: int) -> None:
    """Counted spell by spell, as grouped in SQL: the same periods, each instant in one, none in two."""
    for first in (date(1900, 11, 5), date(1948, 3, 3), date(1986, 4, 2), date(1991, 8, 1), date(2024, 12, 12)):
        start, end = midnight(first), midnight(first.replace(year=first.year + years) + timedelta(days=100, hours=5))
        found, rest = spells(grain, start, end, Ticket.registered_at)
        assert rest is None
        assert (found[0].start, found[-1].end) == (start, end)
        assert all(one.end == after.start for one, after in pairwise(found))
        for at in _moments():
            if start <= at < end:
                (mine,) = [one for one in found if one.start <= at < one.end]
                assert mine.day == first_day(grain, local_date(at))
    assert spells(grain, start, end, case((Ticket.id > 0, Ticket.registered_at)))[1] == grain, "no index leads there"
    assert spells(grain, None, end, Ticket.registered_at)[1] == grain, "since when is not known"
    assert spells(grain, midnight(date(1950, 1, 1)), end, Ticket.registered_at)[1] == grain, "too many"


def test_the_table_of_summers_is_the_zones_own_history() -> None:
    found, day = [], datetime(1900, 1, 1, tzinfo=UTC)
    while day < datetime(2030, 1, 1, tzinfo=UTC):
        before, after = day, day + timedelta(days=1)
        if offset(before) != offset(after):
            while after - before > timedelta(seconds=1):
                middle = before + timedelta(seconds=(after - before) // timedelta(seconds=2))
                before, after = (middle, after) if offset(middle) == offset(before) else (before, middle)
            found.append(f"{after:%Y-%m-%d %H:%M:%S}")
        day += timedelta(days=1)
    assert found == [periods.LOCAL_MEAN_TIME_ENDED, *(text for pair in periods.SUMMERS for text in pair)]


@pytest.mark.parametrize(
    ("grain", "day", "name", "first", "after"),
    [
        ("day", "2026-03-09", "2026-03-09", "2026-03-09", "2026-03-10"),
        ("week", "2026-01-31", "2026-W05", "2026-01-26", "2026-02-02"),
        ("week", "2024-12-30", "2025-W01", "2024-12-30", "2025-01-06"),
        ("week", "2027-01-03", "2026-W53", "2026-12-28", "2027-01-04"),
        ("month", "2024-02-29", "2024-02", "2024-02-01", "2024-03-01"),
        ("quarter", "2026-12-31", "2026-Q4", "2026-10-01", "2027-01-01"),
        ("quarter", "2026-01-01", "2026-Q1", "2026-01-01", "2026-04-01"),
        ("year", "2024-12-31", "2024", "2024-01-01", "2025-01-01"),
    ],
)
def test_a_period_has_its_name_and_its_bounds(grain: str, day: str, name: str, first: str, after: str) -> None:
    given = date.fromisoformat(day)
    assert periods.label(grain, given) == name
    assert periods.first_day(grain, given).isoformat() == first
    assert periods.after(grain, given).isoformat() == after


@pytest.mark.parametrize(
    ("asked", "grain"),
    [((), None), (("unit",), None), (("quarter",), "month"), (("week",), "week"), (("week", "month"), "day"),
     (("year", "day"), "day")],
    ids=str,
)  # fmt: skip
def test_one_grain_serves_all_dimensions_of_time(asked: tuple[str, ...], grain: str | None) -> None:
    assert periods.grouped_by(asked) == grain


def test_new_rows_cost_one_comparison_on_sqlite() -> None:
    column = Column("at", Moment)
    text = str(select(LOCAL["day"](column)).compile(dialect=sqlite.dialect()))
    assert text.index("1991-09-14") < text.index("1919-04-12")
    assert "timezone('Asia/Shanghai', at)" in str(select(LOCAL["day"](column)).compile(dialect=postgresql.dialect()))
