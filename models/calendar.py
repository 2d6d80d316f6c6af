"""Elapsed hours and working days (POLICY §4).

Hours run from the moment they start (民法典 第二百零一条第二款). A period in days starts the day after
(第二百零一条第一款) and ends at closing time of its last day (第二百零三条第二款).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.database import together
from models.policy import CLOSING_TIMES, FIXED_HOLIDAYS
from models.rule import CalendarDay, CalendarYear, ClosingTime
from models.types import SHANGHAI, local_date


@dataclass(frozen=True)
class Closing:
    """Closing time in a date range; see `rule.ClosingTime`."""

    starts: date
    ends: date | None
    yearly: bool
    closes: time

    def covers(self, day: date) -> bool:
        if day < self.starts:
            return False
        if self.ends is None:
            return True
        if not self.yearly:
            return day <= self.ends
        first, last, this = ((d.month, d.day) for d in (self.starts, self.ends, day))
        return first <= this <= last if first <= last else this >= first or this <= last


SEEDED_CLOSINGS = tuple(Closing(*row) for row in CLOSING_TIMES)


@dataclass(frozen=True)
class Calendar:
    """China's working days as far as announced and entered; other years provisional, never a crash.

    days: what an announcement or an admin says of a day (True: working); it wins over everything.
    published: the years announced; in the others weekends and the fixed holidays are off.
    """

    days: Mapping[date, bool] = field(default_factory=dict)
    published: frozenset[int] = frozenset()
    closings: tuple[Closing, ...] = SEEDED_CLOSINGS

    def __post_init__(self) -> None:
        object.__setattr__(self, "closings", tuple(sorted(self.closings, key=lambda c: c.starts)))

    def is_working(self, day: date) -> bool:
        """Whether people work on `day`."""
        said = self.days.get(day)
        if said is not None:
            return said
        if day.weekday() >= 5:
            return False
        return day.year in self.published or (day.month, day.day) not in FIXED_HOLIDAYS

    def closing(self, day: date) -> datetime:
        """The instant at which `day` closes. Without any entry that covers it: 17:30."""
        at = next((c.closes for c in reversed(self.closings) if c.covers(day)), time(17, 30))
        return datetime.combine(day, at, SHANGHAI).astimezone(UTC)

    def end_of_working_days(self, start: datetime, n: int) -> datetime:
        """Closing time of the `n`-th working day after the day of `start` (n ≥ 1)."""
        if n < 1:
            raise ValueError("a period has at least one working day")
        day = local_date(start)
        while n:
            day += timedelta(days=1)
            n -= self.is_working(day)
        return self.closing(day)

    def deadline(self, start: datetime, amount: int, measure: str) -> datetime:
        """When `amount` hours, days or working days from `start` are over, in UTC."""
        if measure == "hours":
            return start.astimezone(UTC) + timedelta(hours=amount)
        if measure == "working_days":
            return self.end_of_working_days(start, amount)
        if measure == "days":
            return self.closing(local_date(start) + timedelta(days=amount))
        raise ValueError(f"{measure} is no measure of time")

    def provisional(self, first: date, last: date) -> list[int]:
        """The years between two days that are not announced yet: what rests on them may move."""
        return [year for year in range(first.year, last.year + 1) if year not in self.published]


def load(session: Session) -> Calendar:
    """The calendar as entered."""
    days, years, closings = together(
        session,
        select(CalendarDay.day, CalendarDay.working),
        select(CalendarYear.year),
        select(ClosingTime.starts, ClosingTime.ends, ClosingTime.yearly, ClosingTime.closes),
    )
    return Calendar(
        days={row[0]: row[1] for row in days},
        published=frozenset(year for (year,) in years),
        closings=tuple(Closing(*row) for row in closings),
    )


def announced(years: Iterable[int]) -> dict[int, dict[date, tuple[bool, str]]]:
    """Holidays and make-up days of the years that the `holidays` package knows from announcements.

    The package also guesses years that are not announced; those list no make-up days and are left out.
    Returns year → day → (working, name); a day stands under its own year whichever notice named it.
    """
    return {year: days for year in years if (days := _announced_in(year))}


@cache
def _announced_in(year: int) -> dict[date, tuple[bool, str]]:
    import holidays  # late: 30 ms that only seeding needs

    known = holidays.country_holidays("CN", years=year, language="zh_CN")
    makeup = {day: (True, "调休上班") for day in known.weekend_workdays if day.year == year}
    off = {day: (False, name) for day, name in known.items() if day.year == year}
    return dict(sorted({**off, **makeup}.items())) if makeup else {}


def in_force(since: list[date], day: date) -> int | None:
    """Index of the last entry of the ascending `since` that is not after `day`."""
    at = bisect_right(since, day)
    return at - 1 if at else None
