"""Elapsed hours and working days, against the notices of the State Council and against counting days one by one."""

import json
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import calendar, setup
from models.calendar import Calendar, Closing, in_force
from models.rule import CalendarDay, CalendarYear, ClosingTime
from models.types import SHANGHAI
from tests.fixtures.city import shanghai, written
from tests.fixtures.shared import SHARED, needs_shared

ANNOUNCED = calendar.announced(range(2020, 2027))
PUBLISHED = Calendar(
    days={day: working for days in ANNOUNCED.values() for day, (working, _) in days.items()},
    published=frozenset(ANNOUNCED),
)
WORKING_DAYS_A_YEAR = {2020: 249, 2021: 250, 2022: 249, 2023: 249, 2024: 251, 2025: 248}


# The notices


@pytest.mark.parametrize(("year", "days"), WORKING_DAYS_A_YEAR.items())
def test_a_year_has_as_many_working_days_as_the_notices_leave(year, days):
    first = date(year, 1, 1)
    assert sum(PUBLISHED.is_working(first + timedelta(n)) for n in range((date(year + 1, 1, 1) - first).days)) == days


@pytest.mark.parametrize(
    ("day", "working"),
    [
        ("2024-02-09", True), ("2024-02-10", False), ("2024-02-17", False), ("2024-02-18", True),
        ("2025-09-28", True), ("2025-10-01", False), ("2025-10-08", False), ("2025-10-09", True), ("2025-10-11", True),
        ("2022-12-31", False), ("2023-01-01", False), ("2023-01-02", False), ("2023-01-03", True),
        ("2020-01-31", False), ("2020-02-02", False), ("2026-03-07", False), ("2026-03-09", True),
    ],
)  # fmt: skip
def test_days_of_the_notices(day, working):
    assert PUBLISHED.is_working(date.fromisoformat(day)) is working


@needs_shared("holiday-cn")
@pytest.mark.parametrize("year", WORKING_DAYS_A_YEAR)
def test_each_day_is_as_the_notices_say(year):
    """Days are looked up by date: a year's notice may name days of the next."""
    said = {
        date.fromisoformat(row["date"]): not row["isOffDay"]
        for path in (SHARED / "holiday-cn").glob("20*.json")
        for row in json.loads(path.read_text(encoding="utf-8"))["days"]
    }
    day = date(year, 1, 1)
    while day.year == year:
        assert PUBLISHED.is_working(day) is said.get(day, day.weekday() < 5), day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("start", "n", "end"),
    [
        ("2025-09-30 10:00", 1, "2025-10-09 17:30"),
        ("2025-09-26 10:00", 1, "2025-09-28 18:00"),
        ("2024-02-09 10:00", 1, "2024-02-18 17:30"),
        ("2024-02-09 10:00", 5, "2024-02-22 17:30"),
        ("2026-03-06 10:00", 10, "2026-03-20 17:30"),
        ("2026-03-08 23:59:59.999999", 1, "2026-03-09 17:30"),
        ("2026-03-09 00:00", 1, "2026-03-10 17:30"),
    ],
)
def test_a_period_of_working_days_ends_at_closing_time_of_its_last(start, n, end):
    """民法典 第二百零一条第一款: the first day does not count; 第二百零三条第二款: it ends at closing time."""
    assert written(PUBLISHED.end_of_working_days(shanghai(start), n)) == end


def test_the_day_is_shanghai_s_whatever_the_zone_of_the_time():
    monday_in_greenwich = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)  # Tuesday in Shanghai
    assert written(PUBLISHED.end_of_working_days(monday_in_greenwich, 1)) == "2026-03-11 17:30"
    assert written(PUBLISHED.deadline(monday_in_greenwich, 1, "days")) == "2026-03-11 17:30"
    still_monday = datetime(2026, 3, 9, 15, 59, tzinfo=UTC)
    assert written(PUBLISHED.end_of_working_days(still_monday, 1)) == "2026-03-10 17:30"


@pytest.mark.parametrize("n", [0, -1])
def test_a_period_has_at_least_one_day(n):
    with pytest.raises(ValueError, match="at least one"):
        PUBLISHED.end_of_working_days(shanghai("2026-03-06 10:00"), n)


def test_hours_run_from_the_moment_they_start_and_days_to_closing_time():
    """民法典 第二百零一条第二款."""
    start = shanghai("2026-03-06 10:00")
    assert written(PUBLISHED.deadline(start, 72, "hours")) == "2026-03-09 10:00"
    assert written(PUBLISHED.deadline(start, 2, "days")) == "2026-03-08 17:30"
    assert written(PUBLISHED.deadline(start, 2, "working_days")) == "2026-03-10 17:30"
    with pytest.raises(ValueError, match="no measure"):
        PUBLISHED.deadline(start, 2, "times")


# Closing time


@pytest.mark.parametrize(
    ("day", "closes"),
    [("2026-04-30", "17:30"), ("2026-05-01", "18:00"), ("2026-09-30", "18:00"), ("2026-10-01", "17:30"),
     ("2031-07-01", "18:00"), ("1999-12-31", "17:30")],
)  # fmt: skip
def test_it_is_half_past_five_and_six_from_may_to_september(day, closes):
    assert written(Calendar().closing(date.fromisoformat(day))) == f"{day} {closes}"


def test_the_range_that_starts_last_counts():
    base = Closing(date(1900, 1, 1), None, False, time(17, 30))
    once = Closing(date(2026, 3, 1), date(2026, 3, 15), False, time(16, 0))
    winter = Closing(date(2025, 11, 1), date(2026, 2, 28), True, time(17, 0))
    there = Calendar(closings=(once, winter, base))
    closes = {day: f"{there.closing(date.fromisoformat(day)).astimezone(SHANGHAI):%H:%M}" for day in (
        "2025-10-31", "2025-11-01", "2026-02-28", "2026-03-01", "2026-03-15", "2026-03-16", "2030-01-15", "2030-03-10",
    )}  # fmt: skip
    assert list(closes.values()) == ["17:30", "17:00", "17:00", "16:00", "16:00", "17:30", "17:00", "17:30"]


def test_without_any_entry_it_is_half_past_five():
    assert written(Calendar(closings=()).closing(date(2026, 7, 1))) == "2026-07-01 17:30"


# Provisional years


@pytest.mark.parametrize(
    ("day", "working"),
    [("2031-01-01", False), ("2031-01-02", True), ("2031-05-01", False), ("2031-05-02", False), ("2031-05-05", True),
     ("2031-10-01", False), ("2031-10-02", False), ("2031-10-03", False), ("2031-10-04", False), ("2031-10-06", True),
     ("2031-02-03", True)],
)  # fmt: skip
def test_a_year_not_yet_announced_has_the_fixed_holidays_only(day, working):
    assert PUBLISHED.is_working(date.fromisoformat(day)) is working


def test_which_years_are_provisional_is_said():
    assert PUBLISHED.provisional(date(2024, 12, 31), date(2031, 1, 1)) == [2027, 2028, 2029, 2030, 2031]


def test_what_an_admin_enters_wins():
    day = date(2031, 10, 1)
    assert Calendar(days={day: True}).is_working(day)
    assert Calendar(days={date(2026, 3, 7): True}, published=frozenset([2026])).is_working(date(2026, 3, 7))


def test_years_that_are_only_guessed_are_not_announced():
    assert set(calendar.announced(range(2020, 2040))) <= set(range(2020, 2028))


def test_the_calendar_is_read_as_it_was_entered(city):
    session: Session = city.session
    city.changed(
        CalendarYear(year=2040), CalendarDay(day=date(2040, 3, 5), working=False),
        ClosingTime(starts=date(2040, 1, 1), ends=None, yearly=False, closes=time(16, 0)),
    )  # fmt: skip
    there = calendar.load(session)
    assert {2020, 2026, 2040} <= there.published
    assert written(there.end_of_working_days(shanghai("2040-03-02 10:00"), 1)) == "2040-03-06 16:00"
    assert there.is_working(date(2025, 9, 28))


def test_publishing_leaves_alone_what_was_entered(city):
    day = city.session.get(CalendarDay, date(2025, 10, 1))
    day.working, day.name = True, "抢修"
    city.changed(day)
    assert setup.publish(city.session, [2025]) == []
    city.session.delete(city.session.get(CalendarYear, 2025))
    city.session.flush()
    assert setup.publish(city.session, [2025]) == [2025]
    assert city.session.scalars(select(CalendarDay.working).where(CalendarDay.day == date(2025, 10, 1))).one() is True


# Against counting days one by one

DAYS = st.dates(date(2019, 12, 1), date(2033, 12, 31))
MOMENTS = st.builds(datetime.combine, DAYS, st.times(), st.sampled_from([SHANGHAI, UTC]))
CALENDARS = st.builds(
    Calendar,
    days=st.dictionaries(DAYS, st.booleans(), max_size=30).map(lambda days: {**PUBLISHED.days, **days}),
    published=st.just(PUBLISHED.published),
)


def working_naively(there, day):
    if day in there.days:
        return there.days[day]
    if day.isoweekday() in (6, 7):
        return False
    return day.year in there.published or day.strftime("%m-%d") not in {
        "01-01", "05-01", "05-02", "10-01", "10-02", "10-03",
    }  # fmt: skip


def end_naively(there, start, n):
    day = start.astimezone(SHANGHAI).date()
    counted = 0
    while counted < n:
        day = date.fromordinal(day.toordinal() + 1)
        counted += 1 if working_naively(there, day) else 0
    hour, minute = (18, 0) if 5 <= day.month <= 9 else (17, 30)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


@given(CALENDARS, MOMENTS, st.integers(1, 15))
@settings(max_examples=150, deadline=None)
def test_it_agrees_with_counting(there, start, n):
    assert there.end_of_working_days(start, n) == end_naively(there, start, n)


@given(CALENDARS, MOMENTS, st.integers(1, 15))
@settings(max_examples=100, deadline=None)
def test_it_ends_at_closing_time_of_a_working_day_after_the_first(there, start, n):
    end = there.end_of_working_days(start, n)
    day = end.astimezone(SHANGHAI).date()
    assert end == there.closing(day)
    assert there.is_working(day)
    assert day > start.astimezone(SHANGHAI).date()


@given(CALENDARS, MOMENTS, MOMENTS, st.integers(1, 10), st.integers(1, 10))
@settings(max_examples=100, deadline=None)
def test_who_starts_later_or_has_longer_ends_no_earlier(there, start, other, n, more):
    first, second = sorted([start, other])
    assert there.end_of_working_days(first, n) <= there.end_of_working_days(second, n)
    assert there.end_of_working_days(start, n) < there.end_of_working_days(start, n + more)


@given(MOMENTS, st.integers(1, 1000), st.integers(1, 1000))
@settings(max_examples=50, deadline=None)
def test_hours_add_up(start, hours, more):
    there = PUBLISHED
    assert there.deadline(start, hours, "hours") - start == timedelta(hours=hours)
    assert there.deadline(there.deadline(start, hours, "hours"), more, "hours") == there.deadline(
        start, hours + more, "hours"
    )


@given(st.lists(DAYS, unique=True, max_size=8), DAYS)
@settings(max_examples=50, deadline=None)
def test_the_entry_in_force_is_the_last_that_began(since, day):
    since = sorted(since)
    begun = [n for n, start in enumerate(since) if start <= day]
    assert in_force(since, day) == (begun[-1] if begun else None)
