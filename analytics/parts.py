"""Additive parts of the figures, one SQL statement a grain: counts by period, unit and whatever else is asked.

The unit is always inside, so that the same shape can come from raw rows, a rollup, a replica or shards by unit
(DESIGN §2): whoever asks sums. Nothing here divides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from analytics.grains import AS_OF, Grain, Where
from analytics.kinds import Flow, Rate, Stock
from analytics.metrics import METRICS
from analytics.periods import LOCAL, days_later, grouped_by
from analytics.questions import AGE, Question
from models.tables import Category, Channel, District, Penalty, Ticket, Unit
from models.types import Moment

COLUMNS: dict[str, ColumnElement[Any]] = {
    "category": Ticket.category_id,  # type: ignore[dict-item]
    "channel": Ticket.channel_id,  # type: ignore[dict-item]
    "track": Ticket.track,  # type: ignore[dict-item]
    "district": Ticket.district_id,  # type: ignore[dict-item]
    "cause": Ticket.cause_code,  # type: ignore[dict-item]
    "clause": Penalty.clause,  # type: ignore[dict-item]
    "role": Penalty.post,  # type: ignore[dict-item]
}
"""What a part may be divided by besides period, unit and age: ids, and codes."""
_TABLES: dict[str, type[Any]] = {"category": Category, "channel": Channel, "district": District}
"""Where the names are of what a question may be confined to."""


@dataclass(frozen=True, slots=True)
class Part:
    """So many of a metric, in the period that begins on `day`, of a unit, for the ids asked for.

    A stock's part is what came (positive) or went (negative) in the period.
    """

    metric: str
    day: date | None
    unit: int | None
    ids: tuple[Any, ...]
    count: int
    of: int


def flows(session: Session, asked: Question) -> Iterator[Part]:
    """The parts of every flow and rate in the question."""
    grains: dict[Grain, list[Flow | Rate]] = {}
    for name in asked.names:
        metric = METRICS[name]
        if isinstance(metric, Flow | Rate):
            grains.setdefault(metric.grain, []).append(metric)
    for grain, metrics in grains.items():
        for row in session.execute(_counted(grain, metrics, asked), known(asked)):
            day, unit, ids = key(row, asked)
            for n, metric in enumerate(metrics):
                count, of = int(getattr(row, f"count_{n}")), getattr(row, f"of_{n}")
                if count or of:
                    yield Part(metric.name, day, unit, ids, count, of)


def stocks(session: Session, asked: Question) -> Iterator[Part]:
    """The comings and goings, since the beginning, of every stock in the question."""
    for name in asked.names:
        metric = METRICS[name]
        if isinstance(metric, Stock):
            for row in session.execute(_moved(metric, asked), known(asked)):
                day, unit, ids = key(row, asked)
                if row.moved:  # PostgreSQL sums bigints into a numeric
                    yield Part(name, day, unit, ids, int(row.moved), 0)


def grain_of_flows(asked: Question) -> str | None:
    """The grain of time of the flows' parts: a rate needs the month, in which its customers stand."""
    rates = any(isinstance(METRICS[name], Rate) for name in asked.names)
    return grouped_by((*asked.by, "month") if rates else asked.by)


def grain_of_stocks(asked: Question) -> str | None:
    return grouped_by(asked.by)


def divisions(asked: Question) -> list[str]:
    """The dimensions in `Part.ids`, in their order."""
    return [name for name in asked.by if name in COLUMNS or name == AGE]


def _counted(grain: Grain, metrics: Sequence[Flow | Rate], asked: Question) -> Select[Any]:
    found = keys(grain.at, grain.unit, grain_of_flows(asked), asked)
    counts: list[Any] = []
    for n, metric in enumerate(metrics):
        among = metric.among if isinstance(metric, Flow) else None
        of = metric.denominator if isinstance(metric, Flow) else None
        weight = metric.weight if isinstance(metric, Flow) else None
        counts.append(_count(among, metric.numerator, weight).label(f"count_{n}"))
        counts.append((_count(among, of) if of is not None else literal_column("0")).label(f"of_{n}"))
    wanted = [metric.among for metric in metrics if isinstance(metric, Flow)]
    among_all = [or_(*wanted)] if len(wanted) == len(metrics) else []
    return (
        select(*found, *counts)
        .select_from(grain.rows)
        .where(*conditions(grain, asked), *among_all, *within(grain.at, asked.start, asked.end))
        .group_by(*found)
    )


def _moved(stock: Stock, asked: Question) -> Select[Any]:
    """What came and went: one pair of selects for each age, or one for all.

    Neither time nor age asked: what is there at the end, in one select of the few rows that are.
    """
    if grain_of_stocks(asked) is None and AGE not in asked.by:
        gone = and_(stock.ends <= AS_OF, *within(stock.ends, None, asked.end))
        here = or_(stock.ends.is_(None), not_(gone))
        return _moves(stock, "", stock.starts, 1, asked, stock.starts <= AS_OF, here)
    ages = stock.ages if AGE in asked.by else (("", 0, None),)
    moves = [move for age in ages for move in (_came(stock, age, asked), _went(stock, age, asked))]
    every = union_all(*moves).subquery("move")
    found = [column for column in every.c if column.name != "moved"]
    return select(*found, func.sum(every.c.moved).label("moved")).group_by(*found)


def _came(stock: Stock, age: tuple[str, int, int | None], asked: Question) -> Select[Any]:
    name, since, _ = age
    at = _later(stock.starts, since)
    return _moves(
        stock, name, at, 1, asked,
        stock.starts <= literal(asked.as_of - timedelta(days=since), Moment()),
        or_(stock.ends.is_(None), stock.ends > at),
    )  # fmt: skip


def _went(stock: Stock, age: tuple[str, int, int | None], asked: Question) -> Select[Any]:
    name, since, until = age
    at = stock.ends
    if until is not None:
        grown = _later(stock.starts, until)
        at = case((stock.ends <= grown, stock.ends), else_=grown)
    return _moves(
        stock, name, at, -1, asked, at <= AS_OF, or_(stock.ends.is_(None), stock.ends > _later(stock.starts, since))
    )


def _moves(stock: Stock, age: str, at: Any, sign: int, asked: Question, *there: Where) -> Select[Any]:
    found = keys(at, stock.grain.unit, grain_of_stocks(asked), asked)
    said: list[Any] = [literal_column(f"'{age}'").label(f"id_{AGE}")] if AGE in asked.by else []
    return (
        select(*found, *said, (func.count() * literal_column(str(sign))).label("moved"))
        .select_from(stock.grain.rows)
        .where(*conditions(stock.grain, asked), stock.known, *within(at, None, asked.end), *there)
        .group_by(*found)
    )


def _later(at: Any, days: int) -> Any:
    return days_later(at, literal_column(str(days))) if days else at


def _count(among: Where | None, condition: Where, weight: Any = None) -> ColumnElement[int]:
    counted = condition if among is None else and_(among, condition)
    return func.count().filter(counted) if weight is None else func.coalesce(func.sum(weight).filter(counted), 0)


def keys(at: Any, unit: Any, grain: str | None, asked: Question) -> list[Any]:
    """The columns to group by: the period's first day, the unit, the ids asked for."""
    found = [LOCAL[grain](at).label("day")] if grain else []
    found.append(unit.label("unit"))
    return found + [COLUMNS[name].label(f"id_{name}") for name in divisions(asked) if name in COLUMNS]


def key(row: Row[Any], asked: Question) -> tuple[date | None, int | None, tuple[Any, ...]]:
    """(day, unit, ids) of a statement's row."""
    return getattr(row, "day", None), row.unit, tuple(getattr(row, f"id_{name}") for name in divisions(asked))


def conditions(grain: Grain, asked: Question) -> Iterator[Where]:
    """What every counted row of a question satisfies, its period apart."""
    yield from grain.conditions(asked.scope)
    if asked.units:
        yield grain.unit.in_(select(Unit.id).where(Unit.name.in_(asked.units)))
    for name, value in asked.only:
        yield COLUMNS[name].in_(select(_TABLES[name].id).where(_TABLES[name].name == value))


def within(at: Any, start: datetime | None, end: datetime | None) -> Iterator[Where]:
    """That something stands in [start, end)."""
    if start is not None:
        yield at >= literal(start, Moment())
    if end is not None:
        yield at < literal(end, Moment())


def known(asked: Question) -> dict[str, Any]:
    """What a statement's parameters are."""
    return {"as_of": asked.as_of, "scope": asked.scope}
