"""The periods that reviews cover: a month, a quarter or a year (POLICY §7)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from models.types import SHANGHAI

WRITTEN = re.compile(r"(?P<year>2[01]\d\d)(?:-(?P<month>0[1-9]|1[0-2])|-?Q(?P<quarter>[1-4]))?")
WINDOW = 90
"""Days before and after an action's day that are compared, where the rule is switched off."""
MONTHS = {"month": 1, "quarter": 3, "year": 12}
NAMES = {
    "month": "%(year)s 年 %(n)s 月", "quarter": "%(year)s 年第 %(n)s 季度", "year": "%(year)s 年",
}  # fmt: skip
"""How a period of a grain is called."""


@dataclass(frozen=True)
class Period:
    """[starts, ends) in whole months."""

    starts: date
    ends: date

    @property
    def grain(self) -> str:
        """month, quarter or year."""
        months = (self.ends.year - self.starts.year) * 12 + self.ends.month - self.starts.month
        return next((grain for grain, length in MONTHS.items() if months <= length), "year")

    @property
    def code(self) -> str:
        """2026-10, 2026Q3, 2026: as an address and the command line have it."""
        year, month = self.starts.year, self.starts.month
        return {"month": f"{year}-{month:02}", "quarter": f"{year}Q{(month + 2) // 3}", "year": str(year)}[self.grain]

    @property
    def named(self) -> tuple[str, dict[str, int]]:
        """A template of `NAMES` with what to put in."""
        n = (self.starts.month + 2) // 3 if self.grain == "quarter" else self.starts.month
        return NAMES[self.grain], {"year": self.starts.year, "n": n}

    @property
    def zh(self) -> str:
        template, facts = self.named
        return template % facts

    def before(self) -> Period:
        """The period of the same length that ends where this one starts."""
        return Period(shift(self.starts, -MONTHS[self.grain]), self.starts)

    def year_before(self) -> Period:
        return Period(shift(self.starts, -12), shift(self.ends, -12))

    @property
    def instants(self) -> tuple[datetime, datetime]:
        """Its first instant, and the first after it."""
        return midnight(self.starts), midnight(self.ends)


def midnight(day: date) -> datetime:
    """The instant at which a day begins in Shanghai."""
    return datetime.combine(day, time(), SHANGHAI)


def shift(first: date, months: int) -> date:
    """The first of the month that lies so many months later."""
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def read(written: str) -> Period | None:
    """A period from "2026-10", "2026Q3" or "2026"; None: it is none."""
    found = WRITTEN.fullmatch(written.strip())
    if found is None:
        return None
    year = int(found["year"])
    if found["month"]:
        return of("month", date(year, int(found["month"]), 1))
    if found["quarter"]:
        return of("quarter", date(year, int(found["quarter"]) * 3 - 2, 1))
    return of("year", date(year, 1, 1))


def of(grain: str, day: date) -> Period:
    """The period of a grain in which a day lies."""
    length = MONTHS[grain]
    first = date(day.year, (day.month - 1) // length * length + 1, 1)
    return Period(first, shift(first, length))


def last_whole(day: date, times_a_year: int) -> Period:
    """The last period that was over on a day, where so many reviews a year are asked for (12, 4 or 1)."""
    grain = "month" if times_a_year >= 12 else "quarter" if times_a_year >= 4 else "year"
    return of(grain, of(grain, day).starts - timedelta(days=1))
