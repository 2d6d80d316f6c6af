"""The filters of a page as its query string, which alone holds them: read, checked, written (UI.md §4).

What a browser sends is the client's word: every value is read as strictly as the API reads it, and lengths are
bounded before anything is parsed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode

from analytics.periods import TIMES, after, each, first_day, label, last_day_before, local_date, midnight
from analytics.questions import CONFINING, SCOPES, Unanswerable, bound, read_moment, unknown

LONGEST = 2_000
"""Characters of a query string that is read at all."""
MOST_PERIODS = 120
"""Points of a line that a person can tell apart."""
MONTHS = 24
"""Months shown when nothing is asked: a year, so that a season stands beside itself at most once."""


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a page is asked to show: [start, end) in periods of `grain`, one unit or all, a scope.

    category, channel, district: by name; what alone is counted.
    """

    start: datetime
    end: datetime
    grain: str = "month"
    unit: str | None = None
    scope: str = "quality"
    category: str | None = None
    channel: str | None = None
    district: str | None = None

    @property
    def only(self) -> tuple[tuple[str, str], ...]:
        """What alone is counted, as a question says it."""
        return tuple((name, value) for name in CONFINING if (value := getattr(self, name)))

    def periods(self, as_of: datetime) -> list[str]:
        """The labels of the periods that have begun, in order."""
        last = min(last_day_before(self.end), local_date(as_of))
        return [label(self.grain, day) for day in each(self.grain, local_date(self.start), last)]

    def still_open(self, as_of: datetime) -> str | None:
        """The label of the last period, where it is not over yet, or not all of it is asked for."""
        begun = self.periods(as_of)
        if not begun:
            return None
        last = min(last_day_before(self.end), local_date(as_of))
        return begun[-1] if midnight(after(self.grain, last)) > min(as_of, self.end) else None

    def cut(self) -> str | None:
        """The label of the first period, where not all of it is asked for: it is not to be compared."""
        first = local_date(self.start)
        return label(self.grain, first) if midnight(first_day(self.grain, first)) < self.start else None

    def until(self, as_of: datetime) -> datetime:
        """The end, or that of the period that runs, if it comes first: what is due later is nobody's doing yet."""
        running = midnight(after(self.grain, local_date(as_of)))
        return min(self.end, running) if self.start < running else self.end

    def months(self) -> tuple[str, str]:
        """The first and the last month, as the month picker shows them."""
        return (
            first_day("month", local_date(self.start)).isoformat(),
            first_day("month", last_day_before(self.end)).isoformat(),
        )

    def given(self) -> dict[str, str]:
        """The conditions that a chip can take away, by name."""
        return {name: value for name in ("unit", *CONFINING) if (value := getattr(self, name))}

    def but(self, **changed: str | None) -> Filters:
        return replace(self, **changed)  # type: ignore[arg-type]

    def query(self, as_of: datetime) -> str:
        """The query string that means these filters; what is the default is left out."""
        usual = default(as_of)
        given = {
            "from": bound(self.start) if self.start != usual.start else None,
            "to": bound(self.end) if self.end != usual.end else None,
            "by": self.grain if self.grain != usual.grain else None,
            **self.given(),
            "scope": self.scope if self.scope != usual.scope else None,
        }
        found = urlencode({name: value for name, value in given.items() if value})
        return f"?{found}" if found else ""


class TooFine(Unanswerable):
    """More periods than a chart takes. chosen: the filters that ask for them, which somebody is about to change."""

    def __init__(self, chosen: Filters, field: str, *sentences: str, **facts: Any) -> None:
        super().__init__(field, *sentences, **facts)
        self.chosen = chosen


def default(as_of: datetime) -> Filters:
    """The last two years, the month that runs now included: a control chart wants a dozen points and one."""
    this = first_day("month", local_date(as_of))
    months = this.year * 12 + this.month - MONTHS
    return Filters(start=midnight(date(months // 12, months % 12 + 1, 1)), end=midnight(after("month", this)))


def read(search: object, as_of: datetime, units: Iterable[str]) -> Filters:
    """The filters in a query string. Raises Unanswerable, with a sentence for the person."""
    if search is None:
        search = ""
    if not isinstance(search, str) or len(search) > LONGEST:
        raise Unanswerable("from", "地址里的条件看不懂，请重新选择。")
    given = {name: values[-1] for name, values in parse_qs(search.removeprefix("?"), max_num_fields=50).items()}
    usual = default(as_of)
    found = Filters(
        start=read_moment("from", given["from"]) if "from" in given else usual.start,
        end=read_moment("to", given["to"]) if "to" in given else usual.end,
        grain=given.get("by", usual.grain),
        unit=given.get("unit"),
        scope=given.get("scope", usual.scope),
        **{name: given.get(name) for name in CONFINING},
    )
    if found.grain not in TIMES:
        raise unknown("by", "不能按“%(given)s”分", found.grain, TIMES)
    if found.scope not in SCOPES:
        raise unknown("scope", "没有“%(given)s”这个口径", found.scope, SCOPES)
    if found.start >= found.end:
        raise Unanswerable("to", "止于（to，不含）须晚于起于（from）。")
    if found.unit is not None and found.unit not in set(units):
        raise Unanswerable("unit", "没有“%(given)s”这个单位。", given=found.unit)
    many = len(found.periods(as_of))
    if many > MOST_PERIODS:
        said = "按%(grain)s有 %(many)d 个点，一张图最多 %(most)d 个。请缩短期间，或改按更长的一段。"
        raise TooFine(found, "by", said, grain=TIMES[found.grain], many=many, most=MOST_PERIODS)
    return found
