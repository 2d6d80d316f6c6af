"""Counting what a review is about (第九条): the unit's figures of a period, by month, and what actions did."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from analytics import kpi
from analytics.kinds import Hours, Metric, Rate
from analytics.labels import Row
from analytics.metrics import METRICS, PER_HOUSEHOLDS
from analytics.periods import each, label, local_date
from analytics.reviews.judging import effects
from analytics.statistics import intervals
from analytics.statistics.control import Kind, Point, chart
from models.organisation import Unit
from models.reviews.document import (
    COUNT,
    HOURS,
    LOW,
    RATE,
    SHARE,
    Category,
    Change,
    Document,
    Effect,
    Figure,
    Month,
    Series,
    Value,
)
from models.reviews.periods import Period, midnight, shift

FIGURES = (
    "complaints", "complaint_rate", "admissible_rate", "on_time_rate", "callback_on_time_rate", "reach_rate",
    "resolution_rate", "first_time_satisfaction", "satisfaction_rate", "repeat_callback_rate",
    "repeat_complaint_rate", "rounds", "close_hours_p50", "close_hours_p90", "handle_hours_p50", "handle_hours_p90",
    "backlog", "overdue",
)  # fmt: skip
"""What a review opens with. Penalties fall on persons and stand in no review."""
MONTHS = 24
"""Of the control charts, up to the end of the period."""
LOOKS_BACK = 365
"""Days before the period from which on an action that fell due is judged."""


def draft(session: Session, unit: Unit, period: Period, *, as_of: datetime, window: int) -> Document:
    """Count a unit's period as of an instant. window: days before and after an action's day that are compared."""
    as_of_day = local_date(as_of)
    since = period.starts - timedelta(days=LOOKS_BACK)
    found = effects(session, since, as_of_day + timedelta(days=1), as_of=as_of, window=window, units=[unit.id])
    return Document(
        unit=unit.name, starts=period.starts, ends=period.ends, as_of=as_of,
        figures=tuple(_figures(session, unit.name, period, as_of)),
        series=tuple(_series(session, unit.name, period, as_of, found)),
        categories=tuple(_categories(session, unit.name, period, as_of)),
        effects=tuple(found),
    )  # fmt: skip


def kind_of(metric: Metric) -> str:
    if isinstance(metric, Hours):
        return HOURS
    if metric.share:
        return SHARE
    return RATE if isinstance(metric, Rate) or metric.name == "rounds" else COUNT


def _asked(session: Session, unit: str, period: Period, as_of: datetime) -> dict[str, Row]:
    """The figures of a period, whole or as far as it has come. Of one that has no data there is none."""
    start, end = period.instants
    rows = kpi.query(session, FIGURES, as_of=as_of, start=start, end=end, units=[unit])
    return {row.metric: row for row in rows}


def _figures(session: Session, unit: str, period: Period, as_of: datetime) -> Iterable[Figure]:
    now, before, year = (
        _asked(session, unit, one, as_of) for one in (period, period.before(), period.year_before())
    )  # fmt: skip
    for name in FIGURES:
        metric, row = METRICS[name], now.get(name)
        if row is None or (isinstance(metric, Rate) and not _in_the_books(row, before.get(name), year.get(name))):
            continue
        yield Figure(
            name=name, zh=metric.zh, source=metric.source, excluded=metric.excluded, kind=kind_of(metric),
            better=metric.better or LOW, now=_value(row), before=_value(before.get(name)),
            year=_value(year.get(name)), change=_change(metric, before.get(name), row, period.before(), period),
            year_change=_change(metric, year.get(name), row, period.year_before(), period),
        )  # fmt: skip


def _in_the_books(*rows: Row | None) -> bool:
    """Whether a unit has customers at all: an engineering office has no rate of complaints, now or ever."""
    return any(row is not None and row.denominator for row in rows)


def _value(row: Row | None) -> Value:
    if row is None:
        return Value(None, 0, None)
    return Value(row.value, row.numerator, row.denominator, row.low, row.high, row.missing)


def _days(period: Period) -> int:
    return (period.ends - period.starts).days


def _change(metric: Metric, before: Row | None, now: Row, earlier: Period, period: Period) -> Change | None:
    """How a figure moved; None where the two cannot be compared by counts (hours, stocks, and a rate without books)."""
    if before is None or now.value is None or before.value is None:
        return None
    if metric.share:
        if not before.denominator or not now.denominator:
            return None
        found = intervals.difference(before.numerator, before.denominator, now.numerator, now.denominator)
        moved = float(now.value) - float(before.value)
        return Change("difference", moved, found.low, found.high) if found else None
    if metric.name == "complaints":
        over: tuple[float, float] = (_days(earlier), _days(period))
    elif isinstance(metric, Rate) and before.denominator and now.denominator:
        over = (float(before.denominator), float(now.denominator))
    else:
        return None
    ratio = intervals.compare(int(before.numerator), over[0], int(now.numerator), over[1])
    return Change("ratio", ratio.ratio, ratio.low, ratio.high) if ratio else None


def _series(session: Session, unit: str, period: Period, as_of: datetime, found: Iterable[Effect]) -> Iterable[Series]:
    """Complaints and punctuality by month. Complaints per 10,000 customers where the unit has any, else by the day."""
    first = shift(period.ends, -MONTHS)
    names = ("complaints", "complaint_rate", "on_time_rate")
    rows = kpi.query(session, names, as_of=as_of, start=midnight(first), end=midnight(period.ends),
                     by=["month"], units=[unit])  # fmt: skip
    by_name = {name: {row.dims["month"]: row for row in rows if row.metric == name} for name in names}
    days = [day for day in each("month", first, period.ends - timedelta(days=1)) if midnight(day) <= as_of]
    labels = [label("month", day) for day in days]
    marks = tuple((label("month", one.due), one.what) for one in found)
    rates = [by_name["complaint_rate"].get(one) for one in labels]
    counts = [by_name["complaints"].get(one) for one in labels]
    if any(row is not None and row.denominator for row in rates):
        yield _charted("complaint_rate", rates, labels, days, as_of, marks, per=PER_HOUSEHOLDS)
    else:
        yield _charted("complaints", counts, labels, days, as_of, marks, over=[_length(day) for day in days])
    punctual = [by_name["on_time_rate"].get(one) for one in labels]
    yield _charted("on_time_rate", punctual, labels, days, as_of, marks, share=True)


def _length(day: date) -> float:
    """A month in months of 30 days: what its complaints are counted over."""
    return monthrange(day.year, day.month)[1] / 30


def _charted(
    name: str, rows: list[Row | None], labels: list[str], days: list[date], as_of: datetime,
    marks: tuple[tuple[str, str], ...], *, per: float = 1, over: list[float] | None = None, share: bool = False,
) -> Series:  # fmt: skip
    """A control chart: p of a share, u of all else. A month that is not over is drawn and sets no limits."""
    metric = METRICS[name]
    counts = [float(row.numerator) if row else 0.0 for row in rows]
    sizes = over or [float(row.denominator or 0) if row else 0.0 for row in rows]
    unfinished = [midnight(shift(day, 1)) > as_of for day in days]
    kind: Kind = "p" if share else "u"
    made = chart(counts, sizes, kind, per=per, running=bool(unfinished) and unfinished[-1])
    months = [_month(*one) for one in zip(labels, made.points, unfinished, strict=True)]
    return Series(
        name=name, zh=metric.zh if over is None else "投诉量（折合每 30 天）", kind=SHARE if share else RATE,
        better=metric.better or LOW, months=tuple(months), trial=made.trial, widened=made.widened, marks=marks,
    )  # fmt: skip


def _month(name: str, point: Point, unfinished: bool) -> Month:
    return Month(
        label=name, count=point.count, over=point.over, value=point.value, center=point.center, lower=point.lower,
        upper=point.upper, signal=bool(point.signals), above=point.up, unfinished=unfinished,
    )  # fmt: skip


def _categories(session: Session, unit: str, period: Period, as_of: datetime) -> list[Category]:
    """Complaints by category, the most of them first."""
    counted = []
    for one in (period, period.before()):
        start, end = one.instants
        rows = kpi.query(session, ["complaints"], as_of=as_of, start=start, end=end, by=["category"], units=[unit])
        counted.append({row.dims["category"] or "未分类": int(row.numerator) for row in rows})
    now, before = counted
    found = [Category(name, now.get(name, 0), before.get(name, 0)) for name in now | before]
    return sorted(found, key=lambda one: (-one.now, -one.before, one.name))
