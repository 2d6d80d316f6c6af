"""What an improvement action did: complaints before its day against those after, in equal windows (POLICY §7)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from sqlalchemy.orm import Session

from analytics import kpi
from analytics.periods import each, label, local_date, midnight
from analytics.statistics import intervals
from models.reviews.document import Effect
from models.reviews.measures import Measure, measures


def effects(
    session: Session, start: date | None, end: date, *, as_of: datetime, window: int,
    units: Iterable[int] | None = None, released: bool = False,
) -> list[Effect]:  # fmt: skip
    """The effects of the actions due in [start, end), the earliest first. See `models.reviews.measures`."""
    found = measures(session, start, end, units=units, released=released)
    return judged(session, found, as_of=as_of, window=window)


def judged(session: Session, found: Iterable[Measure], *, as_of: datetime, window: int) -> list[Effect]:
    """What became of actions that have fallen due: `window` whole days on either side of each one's day, or as many as
    have passed since. Actions of one day are counted together.

    Rates are per customer in the books where both windows have them, else per day. The ratio's interval is exact.
    """
    spans: dict[date, tuple[Span, Span]] = {}
    told = []
    for one in found:
        days = min(window, (local_date(as_of) - one.due).days)
        if days < 0:
            continue
        if one.due not in spans:
            length = timedelta(days=days)
            spans[one.due] = (Span(session, one.due - length, one.due, as_of),
                              Span(session, one.due, one.due + length, as_of))  # fmt: skip
        told.append(_effect(one, days, window, *spans[one.due]))
    return told


@dataclass(frozen=True)
class Span:
    """The days [first, end): what was complained of in them, and of how many customers."""

    session: Session
    first: date
    end: date
    as_of: datetime

    @cached_property
    def _counts(self) -> Counter[tuple[str | None, str | None]]:
        """(unit, category) → complaints."""
        rows = kpi.query(self.session, ["complaints"], as_of=self.as_of, start=midnight(self.first),
                         end=midnight(self.end), by=["unit", "category"])  # fmt: skip
        return Counter({(row.dims["unit"], row.dims["category"]): int(row.numerator) for row in rows})

    def count(self, category: str | None, unit: str | None = None) -> int:
        """Complaints of a category, or of all; of a unit, or of all."""
        return sum(
            many for (whose, what), many in self._counts.items()
            if (category is None or what == category) and (unit is None or whose == unit)
        )  # fmt: skip

    @cached_property
    def _customers(self) -> dict[tuple[str | None, str | None], float]:
        """(month, unit) → customer-months."""
        rows = kpi.query(self.session, ["complaint_rate"], as_of=self.as_of, start=midnight(self.first),
                         end=midnight(self.end), by=["month", "unit"])  # fmt: skip
        return {(row.dims["month"], row.dims["unit"]): float(row.denominator or 0) for row in rows}

    def customers(self, unit: str) -> float:
        """Customer-months of a unit; 0 where a month of the span has no figure in the books."""
        months = [label("month", day) for day in each("month", self.first, self.end - timedelta(days=1))]
        known = [self._customers.get((month, unit), 0.0) for month in months]
        return sum(known) if all(known) else 0.0


def _effect(one: Measure, days: int, window: int, before: Span, after: Span) -> Effect:
    counts = [span.count(one.category, one.unit) if days else 0 for span in (before, after)]
    over = [span.customers(one.unit) if days else 0.0 for span in (before, after)]
    by_customers = all(over)
    if not by_customers:
        over = [float(days), float(days)]
    found = intervals.compare(counts[0], over[0], counts[1], over[1])
    others = [
        span.count(one.category) - mine if days else 0 for span, mine in zip((before, after), counts, strict=True)
    ]
    return Effect(
        action_id=one.id, what=one.what, due=one.due, category=one.category, expected=one.expected, days=days,
        left=window - days, of="customers" if by_customers else "days", before=counts[0], over_before=over[0],
        after=counts[1], over_after=over[1], ratio=found.ratio if found else None, low=found.low if found else 0.0,
        high=found.high if found else None, others=others[1] / others[0] if others[0] else None,
        done=one.done,
    )  # fmt: skip
