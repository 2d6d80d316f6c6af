"""What an improvement action did: complaints before its day against those after, in equal windows (POLICY §7)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

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
    return [effect(session, one, as_of=as_of, window=window) for one in found if one.due <= local_date(as_of)]


def effect(session: Session, measure: Measure, *, as_of: datetime, window: int) -> Effect:
    """`window` whole days on either side of its day, or as many as have passed since; nothing is left out between.

    Rates are per customer in the books where both windows have them, else per day. The ratio's interval is exact.
    """
    days = min(window, (local_date(as_of) - measure.due).days)
    span = timedelta(days=days)
    before = (measure.due - span, measure.due)
    after = (measure.due, measure.due + span)
    counts = [_complaints(session, measure, one, as_of) for one in (before, after)] if days else [0, 0]
    over = [_customers(session, measure.unit, one, as_of) for one in (before, after)] if days else [0.0, 0.0]
    by_customers = all(over)
    if not by_customers:
        over = [float(days), float(days)]
    found = intervals.compare(counts[0], over[0], counts[1], over[1]) if days else None
    return Effect(
        action_id=measure.id, what=measure.what, due=measure.due, category=measure.category, expected=measure.expected,
        days=days, left=window - days, of="customers" if by_customers else "days", before=counts[0],
        over_before=over[0], after=counts[1], over_after=over[1], ratio=found.ratio if found else None,
        low=found.low if found else 0.0, high=found.high if found else None,
        others=_others(session, measure, before, after, counts, as_of) if days else None,
    )  # fmt: skip


Span = tuple[date, date]


def _complaints(session: Session, measure: Measure, span: Span, as_of: datetime) -> int:
    return _of_category(session, measure.category, span, as_of, [measure.unit])


def _of_category(session: Session, category: str | None, span: Span, as_of: datetime, units: list[str]) -> int:
    """Complaints of a category, or of all, in some units or (of none) everywhere."""
    by = ["category"] if category else []
    rows = kpi.query(session, ["complaints"], as_of=as_of, start=midnight(span[0]), end=midnight(span[1]), by=by,
                     units=units)  # fmt: skip
    return sum(int(row.numerator) for row in rows if not category or row.dims["category"] == category)


def _customers(session: Session, unit: str, span: Span, as_of: datetime) -> float:
    """Customer-months of a unit; 0 where a month of the span has no figure in the books."""
    rows = kpi.query(session, ["complaint_rate"], as_of=as_of, start=midnight(span[0]), end=midnight(span[1]),
                     by=["month"], units=[unit])  # fmt: skip
    known = {row.dims["month"]: float(row.denominator or 0) for row in rows}
    months = [label("month", day) for day in each("month", span[0], span[1] - timedelta(days=1))]
    return sum(known.values()) if all(known.get(month) for month in months) else 0.0


def _others(
    session: Session, measure: Measure, before: Span, after: Span, own: list[int], as_of: datetime
) -> float | None:
    """The ratio of all other units over the same days: what season and weather did."""
    counts = [_of_category(session, measure.category, one, as_of, []) for one in (before, after)]
    theirs = [all_ - mine for all_, mine in zip(counts, own, strict=True)]
    return theirs[1] / theirs[0] if theirs[0] else None
