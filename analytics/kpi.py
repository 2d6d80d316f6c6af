"""Ask for figures by name: `query` sums the additive parts, and takes every ratio last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import chain
from typing import Any

from sqlalchemy.orm import Session

from analytics import exposure, hours, parts, stocks
from analytics.kinds import Flow, Hours, Metric, Rate, Stock
from analytics.labels import Key, Labels, Names, Row, ends
from analytics.metrics import AGES, METRICS
from analytics.parts import Part
from analytics.periods import TIMES, each, first_day, last_day_before, local_date
from analytics.questions import AGE, Question, bound, written
from analytics.statistics.intervals import Interval, poisson, wilson
from analytics.statistics.survival import curve, percentile


def query(
    session: Session,
    names: Iterable[str],
    *,
    as_of: datetime,
    start: datetime | None = None,
    end: datetime | None = None,
    by: Iterable[str] = (),
    scope: str = "quality",
    units: Iterable[str] = (),
) -> list[Row]:
    """The figures `names` of [start, end) as of `as_of`, a row for each combination of `by` that counts anything.

    A combination without a row counted nothing. Without `by` each figure has one row. Raises Unanswerable.
    """
    return answer(
        session,
        Question(
            names=tuple(names), as_of=as_of, start=start, end=end, by=tuple(by), scope=scope, units=tuple(units)
        ),
    )  # fmt: skip


def answer(session: Session, asked: Question) -> list[Row]:
    """The rows of a question, metric by metric as asked, each in the order of its dimensions, null last."""
    return answers(session, [asked])[0]


def answers(session: Session, asked: Sequence[Question]) -> list[list[Row]]:
    """The rows of several questions, as a page has them: what they have in common is counted once."""
    names: Names = {}
    books: dict[str, exposure.Books] = {}
    counted = _Counted(session, asked)
    return [_answer(session, one, counted, Labels(session, one, names), books) for one in asked]


def _answer(
    session: Session, asked: Question, counted: _Counted, labels: Labels, books: dict[str, exposure.Books]
) -> list[Row]:
    rows: list[Row] = []
    histograms: dict[str, dict[Key, hours.Histogram]] = {}  # the percentiles of a clock read the same one
    for name in asked.names:
        metric = METRICS[name]
        found = counted.of(asked, metric)
        if isinstance(metric, Hours):
            if metric.clock.name not in histograms:
                histograms[metric.clock.name] = hours.histograms(found, labels)
            made = _hours(metric, histograms[metric.clock.name], labels)
        elif isinstance(metric, Flow):
            made = _flows(metric, found, labels)
        elif isinstance(metric, Rate):
            if name not in books:
                books[name] = exposure.read(session, metric.denominator)
            made = exposure.rates(books[name], metric, found, labels)
        else:
            made = _stocks(metric, found, labels)
        rows += sorted(made, key=_order)
    return rows


class _Counted:
    """The parts of several questions, counted once for all that differ in time alone.

    Parts are additive: those of a month serve the question for the whole period and the one by unit as well.
    """

    def __init__(self, session: Session, asked: Sequence[Question]) -> None:
        together: dict[Any, tuple[Question, dict[str, None], dict[str, None]]] = {}
        for one in asked:
            for name in one.names:
                _first, names, by = together.setdefault(self._key(one, METRICS[name]), (one, {}, {}))
                names[name] = None
                by |= dict.fromkeys(one.by)
        self._found: dict[Any, dict[str, list[Any]]] = {}
        for key, (first, names, by) in together.items():
            whole = replace(first, names=tuple(names), by=tuple(by))
            of_metric = self._found[key] = defaultdict(list)
            every: Iterable[Any] = chain(
                parts.flows(session, whole), stocks.moves(session, whole), hours.lengths(session, whole)
            )
            for part in every:
                of_metric[part.metric].append(part)

    def of(self, asked: Question, metric: Metric) -> list[Any]:
        """Its parts; of hours its clock's lengths."""
        return self._found[self._key(asked, metric)][metric.clock.name if isinstance(metric, Hours) else metric.name]

    @staticmethod
    def _key(asked: Question, metric: Metric) -> Any:
        counted_with = (
            metric.clock if isinstance(metric, Hours) else metric if isinstance(metric, Stock) else metric.grain
        )
        return replace(asked, names=(), by=tuple(parts.divisions(asked))), counted_with


def as_json(asked: Question, rows: Iterable[Row]) -> dict[str, Any]:
    """The document of `kpi --json` (DESIGN §4)."""
    return {
        "from": bound(asked.start),
        "to": bound(asked.end),
        "as_of": written(asked.as_of),
        "by": list(asked.by),
        "scope": asked.scope,
        "rows": [row.as_dict() for row in rows],
    }


def _flows(metric: Flow, found: list[Part], labels: Labels) -> list[Row]:
    sums: dict[Key, list[int]] = {} if labels.asked.by else {(): [0, 0]}
    for part in found:
        total = sums.setdefault(labels.key(part.day, part.unit, part.ids), [0, 0])
        total[0] += part.count
        total[1] += part.of
    if metric.denominator is None:
        whole = {key: n // metric.scale if n % metric.scale == 0 else n / metric.scale for key, (n, _) in sums.items()}
        return [labels.row(key, metric.name, value=n, numerator=n, denominator=None) for key, n in whole.items()]
    return [
        labels.row(key, metric.name, value=n / of if of else None, numerator=n, denominator=of,
                   **ends(wilson(n, of) if metric.share else _of_rounds(n, of)))
        for key, (n, of) in sums.items()
    ]  # fmt: skip


def _of_rounds(many: int, of: int) -> Interval | None:
    """A mean of which each has at least one: what is beyond that is rare, and Poisson's.

    Imported tickets may be closed without a round; where they outweigh the others all rounds are taken so.
    """
    sure = 1 if many >= of else 0
    found = poisson(many - sure * of, of)
    return Interval(sure + found.low, sure + found.high) if found else None


def _hours(metric: Hours, found: dict[Key, hours.Histogram], labels: Labels) -> list[Row]:
    rows = []
    for key, histogram in found.items() if labels.asked.by else [((), found.get((), {}))]:
        steps = list(hours.steps(histogram))
        told = percentile(steps, metric.percentile)
        ended = sum(many for many, _still, _seconds in histogram.values())
        still = sum(many for _ended, many, _seconds in histogram.values())
        rows.append(
            labels.row(key, metric.name, value=told.value, numerator=ended, denominator=ended + still, low=told.low,
                       high=told.high, curve=() if key else tuple(curve(steps)))
        )  # fmt: skip
    return rows


def _stocks(metric: Metric, found: list[Part], labels: Labels) -> list[Row]:
    """Running sums of what came and went, read at the end of each period."""
    asked = labels.asked
    only_time = not set(asked.by) - TIMES.keys()
    grain = stocks.grain_of(asked)
    moves: dict[date | None, list[Part]] = {}
    for part in found:
        # Another question of the page may have had it counted by finer periods than this one asks for.
        moves.setdefault(first_day(grain, part.day) if grain and part.day else None, []).append(part)
    standing: dict[Key, int] = {labels.key(None, None, ()): 0} if only_time else {}
    rows: dict[Key, int] = {}
    for day, shown in _periods(moves, grain, asked):
        for part in moves.get(day, []):
            key = labels.key(None, part.unit, part.ids)
            standing[key] = standing.get(key, 0) + part.count
        if shown:  # of several days in one period the last one stays
            rows |= {labels.at(day, key): many for key, many in standing.items()}
    return [
        labels.row(key, metric.name, value=many, numerator=many, denominator=None)
        for key, many in rows.items()
        if many or only_time
    ]


def _periods(moves: Iterable[date | None], grain: str | None, asked: Question) -> Iterator[tuple[date | None, bool]]:
    """The periods from the first move to the as-of, and whether each is asked for."""
    if grain is None:
        yield None, True
        return
    first = min((day for day in moves if day is not None), default=None)
    if first is None:
        return
    last = local_date(asked.as_of)
    if asked.end is not None:
        last = min(last, last_day_before(asked.end))
    start = first_day(grain, local_date(asked.start)) if asked.start else first
    for day in each(grain, min(first, start), last):
        yield day, day >= start


def _order(row: Row) -> tuple[tuple[bool, str], ...]:
    return tuple((value is None, _rank(name, value or "")) for name, value in row.dims.items())


def _rank(dimension: str, value: str) -> str:
    """Ages in their own order, all else by name."""
    return str([age for age, *_ in AGES].index(value)) if dimension == AGE else value
