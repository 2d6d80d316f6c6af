"""Additive parts of the figures, one SQL statement a grain: counts by period, unit and whatever else is asked.

The unit is always inside, so that the same shape can come from raw rows, a rollup, a replica or shards by unit
(DESIGN §2): whoever asks sums. Nothing here divides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
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
    or_,
    select,
)
from sqlalchemy.orm import Session

from analytics.grains import ALWAYS, AS_OF, Grain, Where
from analytics.kinds import Flow, Rate, Stock
from analytics.metrics import METRICS
from analytics.periods import LOCAL, days_later, grouped_by
from analytics.questions import AGE, Question
from analytics.spells import ENDS, LATEST, Spell, since_ever, spells, within
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
    # By what matters at all as well: a database then looks at no other rows, and asks each once.
    alike: dict[tuple[Grain, Where], list[Flow | Rate]] = {}
    for name in asked.names:
        metric = METRICS[name]
        if isinstance(metric, Flow | Rate):
            alike.setdefault((metric.grain, metric.among if isinstance(metric, Flow) else ALWAYS), []).append(metric)
    for (grain, among), metrics in alike.items():
        every, rest = spells(grain_of_flows(asked), asked.start, asked.end, grain.at)
        statement = _counted(grain, among, metrics, rest, asked)
        for (day, unit, ids), row in read(session, statement, every, asked):
            for n, metric in enumerate(metrics):
                count, of = int(getattr(row, f"count_{n}")), getattr(row, f"of_{n}")
                if count or of:
                    yield Part(metric.name, day, unit, ids, count, of)


def stocks(session: Session, asked: Question) -> Iterator[Part]:
    """Of every stock in the question what came and went since the beginning; without time, what is there."""
    for name in asked.names:
        metric = METRICS[name]
        if isinstance(metric, Stock):
            grain = grain_of_stocks(asked)
            yield from _standing(session, metric, asked) if grain is None else _moved(session, metric, grain, asked)


def read(
    session: Session, statement: Select[Any], every: Iterable[Spell], asked: Question
) -> Iterator[tuple[tuple[date | None, int | None, tuple[Any, ...]], Row[Any]]]:
    """((day, unit, ids), row) of a statement, run for each of these spells."""
    names = [f"id_{name}" for name in divisions(asked)]
    for spell in every:
        for row in session.execute(statement, known(asked, spell)):
            day = getattr(row, "day", None) if spell.day is None else spell.day
            yield (day, row.unit, tuple(getattr(row, name) for name in names)), row


def grain_of_flows(asked: Question) -> str | None:
    """The grain of time of the flows' parts: a rate needs the month, in which its customers stand."""
    rates = any(isinstance(METRICS[name], Rate) for name in asked.names)
    return grouped_by((*asked.by, "month") if rates else asked.by)


def grain_of_stocks(asked: Question) -> str | None:
    return grouped_by(asked.by)


def divisions(asked: Question) -> list[str]:
    """The dimensions in `Part.ids`, in their order."""
    return [name for name in asked.by if name in COLUMNS or name == AGE]


def _counted(
    grain: Grain, among: Where, metrics: Sequence[Flow | Rate], rest: str | None, asked: Question
) -> Select[Any]:
    found = keys(grain.at, grain.unit, rest, asked)
    counts: list[Any] = []
    for n, metric in enumerate(metrics):
        of = metric.denominator if isinstance(metric, Flow) else None
        weight = metric.weight if isinstance(metric, Flow) else None
        counts.append(_count(metric.numerator, weight).label(f"count_{n}"))
        counts.append((_count(of) if of is not None else literal_column("0")).label(f"of_{n}"))
    return (
        select(*found, *counts)
        .select_from(grain.rows)
        .where(*within(grain.at), *conditions(grain, asked), among)
        .group_by(*found)
    )


def _standing(session: Session, stock: Stock, asked: Question) -> Iterator[Part]:
    """What is there at the end, which is little however much there has been."""
    until = asked.end or LATEST
    ages: list[Any] = []
    if AGE in asked.by:
        old: list[tuple[Any, Any]] = [
            (_since(stock, since, until, asked), literal_column(f"'{age}'")) for age, since, _ in stock.ages
        ]
        ages = [case(*old[::-1], else_=old[0][1]).label(f"id_{AGE}")]
    found = [*keys(stock.starts, stock.grain.unit, None, asked), *ages]
    statement = (
        select(*found, func.count().label("moved"))
        .select_from(stock.grain.rows)
        .where(*conditions(stock.grain, asked), stock.known, _since(stock, 0, until, asked),
               or_(stock.ends.is_(None), stock.ends > AS_OF, stock.ends >= ENDS))
        .group_by(*found)
    )  # fmt: skip
    for (_day, unit, ids), row in read(session, statement, [Spell(None, end=until)], asked):
        yield Part(stock.name, None, unit, ids, row.moved, 0)


def _since(stock: Stock, days: int, until: datetime, asked: Question) -> Where:
    """Whether something has been there so many times 24 hours."""
    by = timedelta(days=days)
    return and_(stock.starts <= literal(asked.as_of - by, Moment()), stock.starts < literal(until - by, Moment()))


def _moved(session: Session, stock: Stock, grain: str, asked: Question) -> Iterator[Part]:
    """What came and went. Of an age: what became so old, less what became too old for it."""
    every, rest = spells(grain, asked.start, asked.end, stock.starts, stock.ends)
    every = list(since_ever(grain, every)) if rest is None else [Spell(None, end=asked.end or LATEST)]
    aged = AGE in asked.by
    ages = stock.ages if aged else (("", 0, None),)
    place = divisions(asked).index(AGE) if aged else 0
    plain = replace(asked, by=tuple(name for name in asked.by if name != AGE))
    for days in sorted({days for _, since, until in ages for days in (since, until) if days is not None}):
        grown = _later(stock.starts, days)
        came = _moves(stock, grown, rest, plain, *within(stock.starts)).where(
            stock.starts <= literal(asked.as_of - timedelta(days=days), Moment()),
            or_(stock.ends.is_(None), stock.ends > grown),
        )
        went = _moves(stock, stock.ends, rest, plain, *within(stock.ends)).where(
            stock.ends <= AS_OF, stock.ends > grown
        )
        begun = (spell.earlier(days) for spell in every)
        for sign, statement, stretches in ((1, came, begun), (-1, went, every)):
            for (day, unit, ids), row in read(session, statement, stretches, plain):
                for age, since, until in ages:
                    if days in (since, until):
                        whole = (*ids[:place], age, *ids[place:]) if aged else ids
                        yield Part(stock.name, day, unit, whole, row.moved * sign * (1 if days == since else -1), 0)


def _moves(stock: Stock, at: Any, rest: str | None, asked: Question, *spell: Where) -> Select[Any]:
    found = keys(at, stock.grain.unit, rest, asked)
    return (
        select(*found, func.count().label("moved"))
        .select_from(stock.grain.rows)
        .where(*spell, *conditions(stock.grain, asked), stock.known)
        .group_by(*found)
    )


def _later(at: Any, days: int) -> Any:
    return days_later(at, literal_column(str(days))) if days else at


def _count(condition: Where, weight: Any = None) -> ColumnElement[int]:
    return func.count().filter(condition) if weight is None else func.coalesce(func.sum(weight).filter(condition), 0)


def keys(at: Any, unit: Any, grain: str | None, asked: Question) -> list[Any]:
    """The columns to group by: the period's first day, the unit, the ids asked for."""
    found = [LOCAL[grain](at).label("day")] if grain else []
    found.append(unit.label("unit"))
    return found + [COLUMNS[name].label(f"id_{name}") for name in divisions(asked) if name in COLUMNS]


def conditions(grain: Grain, asked: Question) -> Iterator[Where]:
    """What every counted row of a question satisfies, its period apart."""
    yield from grain.conditions(asked.scope)
    if asked.units:
        yield grain.unit.in_(select(Unit.id).where(Unit.name.in_(asked.units)))
    for name, value in asked.only:
        yield COLUMNS[name].in_(select(_TABLES[name].id).where(_TABLES[name].name == value))


def known(asked: Question, spell: Spell) -> dict[str, Any]:
    """What a statement's parameters are."""
    return {"as_of": asked.as_of, "scope": asked.scope, "begins": spell.start, "ends": spell.end}
