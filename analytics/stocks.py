"""Stocks as additive parts: what came and what went, period by period, so that a running sum says what is there.

Of stretches that are counted one by one (`analytics.spells`), what was there before the first is what is there after
the last, less what came in between, plus what went: few are there at any time, however many ever came.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, func, literal, literal_column, or_, select
from sqlalchemy.orm import Session

from analytics.grains import AS_OF, Where
from analytics.kinds import Stock
from analytics.metrics import METRICS
from analytics.parts import Part, conditions, divisions, keys, read
from analytics.periods import days_later, first_day, grouped_by
from analytics.questions import AGE, Question
from analytics.spells import ENDS, LATEST, Spell, spells, within
from models.types import Moment

Move = tuple[date | None, int | None, tuple[Any, ...], int]
"""(day, unit, ids, how many came; negative: went)."""


def moves(session: Session, asked: Question) -> Iterator[Part]:
    """Of every stock in the question what came and went since the beginning; without time, what is there."""
    grain = grain_of(asked)
    for name in asked.names:
        metric = METRICS[name]
        if isinstance(metric, Stock):
            yield from _standing(session, metric, asked) if grain is None else _aged(session, metric, grain, asked)


def grain_of(asked: Question) -> str | None:
    """The grain of time of the stocks' parts."""
    return grouped_by(asked.by)


def _standing(session: Session, stock: Stock, asked: Question) -> Iterator[Part]:
    age: Any = None
    if AGE in asked.by:
        old: list[tuple[Any, Any]] = [
            (and_(*_since(stock, since, asked)), literal_column(f"'{age}'")) for age, since, _ in stock.ages
        ]
        age = case(*old[::-1], else_=old[0][1])
    for unit, ids, many in _there(session, stock, 0, asked, age):
        yield Part(stock.name, None, unit, ids, many, 0)


def _aged(session: Session, stock: Stock, grain: str, asked: Question) -> Iterator[Part]:
    """What came and went. Of an age: what became so old, less what became too old for it."""
    aged = AGE in asked.by
    ages = stock.ages if aged else (("", 0, None),)
    place = divisions(asked).index(AGE) if aged else 0
    plain = replace(asked, by=tuple(name for name in asked.by if name != AGE))
    for days in sorted({days for _, since, until in ages for days in (since, until) if days is not None}):
        for day, unit, ids, moved in _moved(session, stock, days, grain, plain):
            for age, since, until in ages:
                if days in (since, until):
                    whole = (*ids[:place], age, *ids[place:]) if aged else ids
                    yield Part(stock.name, day, unit, whole, moved if days == since else -moved, 0)


def _moved(session: Session, stock: Stock, days: int, grain: str, asked: Question) -> Iterator[Move]:
    """What became so many days old while it was there, and what of this went."""
    every, rest = spells(grain, asked.start, asked.end, stock.starts, stock.ends)
    whole = [spell.up_to(asked.as_of) for spell in ([Spell(None, end=_until(asked))] if rest else every)]
    grown = days_later(stock.starts, literal_column(str(days))) if days else stock.starts
    came = _counted(stock, grown, rest, asked, *within(stock.starts), or_(stock.ends.is_(None), stock.ends > grown))
    went = _counted(stock, stock.ends, rest, asked, *within(stock.ends), stock.ends > grown)
    first = every[0].day
    head = first_day(grain, first - timedelta(days=1)) if first else None
    begun = (spell.earlier(days) for spell in whole)
    for sign, statement, stretches in ((1, came, begun), (-1, went, whole)):
        for day, unit, ids, (moved,) in read(session, statement, stretches, asked):
            if moved:
                yield day, unit, ids, sign * moved
                if head:
                    yield head, unit, ids, -sign * moved
    if head:
        for unit, ids, many in _there(session, stock, days, asked):
            yield head, unit, ids, many


def _there(
    session: Session, stock: Stock, days: int, asked: Question, age: Any = None
) -> Iterator[tuple[int | None, tuple[Any, ...], int]]:
    """What has been there so many days and still is, at the as-of or, if that comes first, the end.

    Without an end and with a later one are two statements: an index leads to either, and to both at once it does not.
    """
    later = stock.ends > AS_OF if asked.as_of < _until(asked) else stock.ends >= ENDS
    for still in (stock.ends.is_(None), later):
        statement = _counted(stock, stock.starts, None, asked, still, *_since(stock, days, asked), age=age)
        for _day, unit, ids, (many,) in read(session, statement, [Spell(None, end=_until(asked))], asked):
            if many:
                yield unit, ids, many


def _since(stock: Stock, days: int, asked: Question) -> tuple[Where, Where]:
    """That something came so many days before the as-of, and before the end."""
    return stock.starts <= _ago(asked.as_of, days), stock.starts < _ago(_until(asked), days)


def _counted(stock: Stock, at: Any, rest: str | None, asked: Question, *where: Where, age: Any = None) -> Select[Any]:
    found = keys(at, stock.grain.unit, rest, asked, age)
    return (
        select(*found, func.count().label("moved"))
        .select_from(stock.grain.rows)
        .where(*where, *conditions(stock.grain, asked), stock.known)
        .group_by(*found)
    )


def _ago(at: datetime, days: int) -> Any:
    return literal(at - timedelta(days=days), Moment())


def _until(asked: Question) -> datetime:
    return asked.end or LATEST
