"""What is out of its course on a day: clusters, control charts that call their latest month, targets no longer met.

Nothing else raises an alert. A chart is the one that its page draws, month by month; of a unit's only a point outside
of the limits counts, and only with enough behind it: of sixty charts some always shows a run or a trend.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from analytics import clusters, kpi
from analytics.charts import of_rows
from analytics.labels import NAMED, Row
from analytics.metrics import METRICS
from analytics.periods import after, each, first_day, label, midnight
from analytics.questions import Question
from analytics.statistics.control import Assurance, Rule, Variation
from analytics.targets import assurance, target_of
from models.alert import WATCHED, Alert
from models.database import together
from models.policy import QUALITY
from models.reminding.alerts import Finding
from models.tables import Annotation, Ticket

MONTHS = 24
"""Finished months of a chart, as the pages show them."""
ENOUGH = 20
"""In the denominator of a unit's month under which its chart raises nothing: a share of 7 is no share."""

Target = Callable[[str, date], float | None]
"""(metric, day) → the target in force; None: there is none."""


def no_target(_metric: str, _day: date) -> float | None:
    """Nothing is aimed at."""
    return None


def find(session: Session, until: date, as_of: datetime) -> list[Finding]:
    """What stands out in the days before `until`, as known at `as_of`."""

    def target(metric: str, day: date) -> float | None:
        return target_of(session, metric, day)

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
    periods = [label("month", day) for day in each("month", start, end) if day < end]
    units = _ids(session, "unit")
    whole, divided = kpi.answers(session, [
        Question(names=tuple(WATCHED), by=by, as_of=as_of, start=midnight(start), end=midnight(end))
        for by in (("month",), ("month", "unit"))
    ])  # fmt: skip
    anew = _rebased(session, start, end, periods)
    for metric in WATCHED:
        mine = [row for row in whole if row.metric == metric]
        yield from of_chart(mine, metric, periods, target, rebased=anew[None])
        by_unit: dict[str, list[Row]] = {}
        for row in divided:
            if row.metric == metric and (name := row.dims["unit"]):
                by_unit.setdefault(name, []).append(row)
        for name, rows in sorted(by_unit.items()):
            unit = units[name]
            yield from of_chart(rows, metric, periods, target, unit_id=unit, rebased=sorted({*anew[None], *anew[unit]}))


def _rebased(session: Session, start: date, end: date, periods: Sequence[str]) -> dict[int | None, list[int]]:
    """Unit (None: everybody) → the months from which its charts have limits of their own (annotations)."""
    found: dict[int | None, list[int]] = defaultdict(list)
    notes = select(Annotation.unit_id, Annotation.day).where(
        Annotation.rebases, Annotation.day >= start, Annotation.day < end
    )
    for unit, day in session.execute(notes):
        found[unit].append(periods.index(label("month", day)))
    return found


def of_chart(
    rows: Sequence[Row], metric: str, periods: Sequence[str], target: Target = no_target, *,
    unit_id: int | None = None, rebased: Sequence[int] = (),
) -> Iterator[Finding]:  # fmt: skip
    """What a chart's last month raises: of the whole group by any rule, of a unit by a point outside of the limits."""
    drawn = of_rows(rows, "month", periods, None, rebased)
    point = drawn.points[-1] if drawn else None
    if drawn is None or point is None or drawn.trial or point.value is None:
        return
    better = METRICS[metric].better
    last = date.fromisoformat(f"{periods[-1]}-01")
    facts = {
        "value": point.value, "numerator": point.count, "denominator": point.over, "center": point.center,
        "lower": point.lower, "upper": point.upper,
    }  # fmt: skip
    period: dict[str, Any] = {"since": last, "until": after("month", last), "metric": metric, "unit_id": unit_id}
    counts = {rule for rule in point.reasons if unit_id is None or (rule == Rule.OUTSIDE and point.over >= ENOUGH)}
    if counts and drawn.variation(better) == Variation.WORSE:
        yield Finding("signal", facts={**facts, "rules": sorted(counts)}, weight=abs(point.z or 0.0), **period)
    aim = target(metric, last)
    if assurance(drawn, metric, aim) == Assurance.INCAPABLE:
        before = of_rows(rows, "month", periods[:-1], None, rebased)
        was = assurance(before, metric, aim) if before else None
        # What never was within reach is no news.
        yield Finding("assurance", facts={**facts, "target": aim}, opens=was not in (None, Assurance.INCAPABLE),
                      **period)  # fmt: skip


def closed(session: Session, told: Sequence[Alert]) -> dict[int, tuple[int, int]]:
    """Alert → (closed, all) of the complaints behind a cluster, as they are now: one query, however many."""
    mine = [alert for alert in told if alert.kind == "cluster"]
    rows = together(session, *(_behind(alert) for alert in mine)) if mine else []
    return {alert.id: (done, many) for alert, ((many, done),) in zip(mine, rows, strict=True)}


def _behind(alert: Alert) -> Select[int, int]:
    """How many complaints a cluster had, and how many of them are closed."""
    where = [
        Ticket.track == QUALITY, Ticket.kind == "complaint", Ticket.category_id == alert.category_id,
        Ticket.registered_at >= midnight(alert.since), Ticket.registered_at < midnight(alert.until),
    ]  # fmt: skip
    if alert.district_id is not None:
        where.append(Ticket.district_id == alert.district_id)
    elif alert.unit_id is not None:
        where.append(Ticket.unit_id == alert.unit_id)
    return select(func.count(Ticket.id), func.count(Ticket.closed_at)).where(*where)
