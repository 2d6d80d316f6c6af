"""Additive parts of the figures, one SQL statement a grain: counts by period, unit and whatever else is asked. Those of
stocks are `analytics.stocks`'s.

Whoever asks sums, so the same shape can come from raw rows, a rollup, a replica or shards (DESIGN §2). The unit is
inside where somebody needs it: a database asked by nothing counts a month without sorting it. Nothing here divides.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    func,
    literal_column,
    select,
)
from sqlalchemy.orm import Session

from analytics.grains import ALWAYS, Grain, Where
from analytics.kinds import Flow, Rate
from analytics.metrics import METRICS
from analytics.periods import LOCAL, grouped_by
from analytics.questions import AGE, Question
from analytics.spells import Spell, spells, within
from models.tables import Category, Channel, District, Penalty, Ticket, Unit

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
    """So many of a metric, in the period that begins on `day`, of a unit (`by_unit`), for the ids asked for.

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
        stretches = (grain.seen(spell, asked.as_of) for spell in every)
        for day, unit, ids, counts in read(session, statement, stretches, asked):
            for n, metric in enumerate(metrics):
                count, of = int(counts[2 * n]), counts[2 * n + 1]
                if count or of:
                    yield Part(metric.name, day, unit, ids, count, of)


def read(
    session: Session, statement: Select[Any], every: Iterable[Spell], asked: Question
) -> Iterator[tuple[date | None, int | None, tuple[Any, ...], tuple[Any, ...]]]:
    """(day, unit, ids, what was counted) of a statement, whose first columns are `keys`, run for each of these spells.

    By the connection and not the session, which takes as long to pass on a row as a database to count a hundred.
    """
    connection = session.connection()
    dated, placed = int("day" in statement.selected_columns), int(by_unit(asked))
    own = dated + placed
    counted = own + len(divisions(asked))
    for spell in every:
        if spell.start >= spell.end:
            continue
        for row in connection.execute(statement, known(asked, spell)):
            yield row[0] if dated else spell.day, row[dated] if placed else None, row[own:counted], row[counted:]


def grain_of_flows(asked: Question) -> str | None:
    """The grain of time of the flows' parts: a rate needs the month, in which its customers stand."""
    return grouped_by((*asked.by, "month") if _rates(asked) else asked.by)


def by_unit(asked: Question) -> bool:
    """Whether its parts are each of one unit; a rate's are, whose customers are entered by unit."""
    return "unit" in asked.by or _rates(asked)


def _rates(asked: Question) -> bool:
    return any(isinstance(METRICS[name], Rate) for name in asked.names)


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


def _count(condition: Where, weight: Any = None) -> ColumnElement[int]:
    return func.count().filter(condition) if weight is None else func.coalesce(func.sum(weight).filter(condition), 0)


def keys(at: Any, unit: Any, grain: str | None, asked: Question, age: Any = None) -> list[Any]:
    """The columns to group by: the period's first day, the unit, the ids asked for; each where it is needed."""
    found = [LOCAL[grain](at).label("day")] if grain else []
    if by_unit(asked):
        found.append(unit.label("unit"))
    return found + [
        (age if name == AGE else COLUMNS[name]).label(f"id_{name}") for name in divisions(asked)
    ]  # fmt: skip


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
