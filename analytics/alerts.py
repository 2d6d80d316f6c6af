"""What is out of its course on a day: clusters, control charts that call their latest month, targets no longer met.

Nothing else raises an alert. A chart is the one that its page draws, month by month; of a unit's only a point outside
of the limits counts, and only with enough behind it: of sixty charts some always shows a run or a trend.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from analytics import clusters, kpi
from analytics.labels import NAMED, Row
from analytics.metrics import METRICS
from analytics.periods import after, first_day, label, midnight
from analytics.statistics.control import Assurance, Chart, Rule, Variation, chart
from models.alert import WATCHED
from models.reminding.alerts import Finding

BETTER = {name: better for name, (_zh, better) in WATCHED.items()}
MONTHS = 24
"""Finished months of a chart, as the pages show them."""
ENOUGH = 20
"""In the denominator of a unit's month under which its chart raises nothing: a share of 7 is no share."""

Target = Callable[[str, date], float | None]
"""(metric, day) → the target in force; None: there is none."""


def no_target(_metric: str, _day: date) -> float | None:
    return None


def find(session: Session, until: date, as_of: datetime, target: Target = no_target) -> list[Finding]:
    """What stands out in the days before `until`, as known at `as_of`."""
    return [*_clusters(session, until, as_of), *_charts(session, until, as_of, target)]


def _clusters(session: Session, until: date, as_of: datetime) -> Iterator[Finding]:
    history = clusters.read(session, until, as_of)
    found = clusters.clusters(history)
    if not found:
        return
    since = date.fromordinal(until.toordinal() - clusters.WEEK)
    holders = _holders(session, since, until, as_of)
    ids = {name: _ids(session, name) for name in ("category", "district", "unit")}
    for week in found:
        cell = week.cell
        by_unit = bool(cell.place) and history.by == "unit"
        unit = cell.place if by_unit else holders.get((cell.category, cell.place)) if cell.place else None
        yield Finding(
            "cluster", since, until,
            {"observed": week.observed, "expected": round(week.expected, 2), "low": week.low, "high": week.high,
             "limit": week.limit, "weeks": history.weeks, "seasoned": history.seasoned},
            weight=round(week.weight, 2),
            category_id=ids["category"][cell.category],
            district_id=ids["district"][cell.place] if cell.place and not by_unit else None,
            unit_id=ids["unit"][unit] if unit else None,
            by_unit=by_unit,
        )  # fmt: skip


def _holders(session: Session, since: date, until: date, as_of: datetime) -> dict[tuple[str, str], str]:
    """(category, district) → the unit that has most of the complaints of those days."""
    rows = kpi.query(session, ["complaints"], as_of=as_of, start=midnight(since), end=midnight(until),
                     by=("category", "district", "unit"))  # fmt: skip
    found: dict[tuple[str, str], tuple[float, str]] = {}
    for row in rows:
        category, district, unit = row.dims["category"], row.dims["district"], row.dims["unit"]
        if category and district and unit:
            found[category, district] = max(found.get((category, district), (0, "")), (row.numerator, unit))
    return {key: unit for key, (_many, unit) in found.items()}


def _ids(session: Session, dimension: str) -> dict[str, int]:
    table = NAMED[dimension]
    return {name: i for i, name in session.execute(select(table.id, table.name))}


def _charts(session: Session, until: date, as_of: datetime, target: Target) -> Iterator[Finding]:
    """Findings of the last finished month, of the whole group and of each unit."""
    end = first_day("month", until)
    months = end.year * 12 + end.month - 1 - MONTHS
    start = date(months // 12, months % 12 + 1, 1)
    asked: dict[str, Any] = {"as_of": as_of, "start": midnight(start), "end": midnight(end)}
    periods = _months(start, end)
    last = first_day("month", date.fromordinal(end.toordinal() - 1))
    units = _ids(session, "unit")
    whole = kpi.query(session, list(BETTER), by=("month",), **asked)
    divided = kpi.query(session, list(BETTER), by=("month", "unit"), **asked)
    for metric in BETTER:
        mine = [row for row in whole if row.metric == metric]
        yield from of_chart(metric, mine, periods, last, end, target)
        for name in sorted({unit for row in divided if row.metric == metric and (unit := row.dims["unit"])}):
            rows = [row for row in divided if row.metric == metric and row.dims["unit"] == name]
            yield from of_chart(metric, rows, periods, last, end, target, unit_id=units[name])


def _months(start: date, end: date) -> list[str]:
    found, day = [], start
    while day < end:
        found.append(label("month", day))
        day = after("month", day)
    return found


def of_months(rows: Sequence[Row], metric: str, periods: Sequence[str]) -> Chart:
    """The control chart of a figure by month."""
    by_month = {row.dims["month"]: row for row in rows}
    shown = [by_month.get(one) for one in periods]
    return chart(
        [row.numerator if row else 0 for row in shown],
        [float(row.denominator or 0) if row else 0.0 for row in shown],
        "p" if METRICS[metric].share else "u",
        per=getattr(METRICS[metric], "per", 1),
    )


def of_chart(
    metric: str, rows: Sequence[Row], periods: list[str], last: date, end: date, target: Target,
    unit_id: int | None = None,
) -> Iterator[Finding]:  # fmt: skip
    """What a chart's last month raises: of the whole group by any rule, of a unit by a point outside of the limits."""
    drawn = of_months(rows, metric, periods)
    point = drawn.points[-1]
    if drawn.trial or point.value is None:
        return
    facts = {
        "value": point.value, "numerator": point.count, "denominator": point.over, "center": point.center,
        "lower": point.lower, "upper": point.upper,
    }  # fmt: skip
    period = {"since": last, "until": end, "metric": metric, "unit_id": unit_id}
    counts = {rule for rule in point.signals if unit_id is None or (rule == Rule.OUTSIDE and point.over >= ENOUGH)}
    if counts and drawn.variation(BETTER[metric]) == Variation.WORSE:
        yield Finding("signal", facts={**facts, "rules": sorted(counts)}, weight=abs(point.z or 0.0), **period)
    aim = target(metric, last)
    if aim is not None and drawn.assurance(aim, BETTER[metric]) == Assurance.INCAPABLE:
        before = of_months(rows, metric, periods[:-1]).assurance(aim, BETTER[metric])
        lost = before not in (None, Assurance.INCAPABLE)  # what never was within reach is no news
        yield Finding("assurance", facts={**facts, "target": aim}, opens=lost, **period)
