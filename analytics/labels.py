"""Rows of figures and the words of their dimensions: names instead of ids, periods instead of days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from analytics.periods import TIMES, label
from analytics.questions import Question, unknown
from analytics.statistics.intervals import Interval
from analytics.statistics.survival import At
from models.penalty_workflow import POSTS
from models.policy import CAUSES
from models.tables import Category, Channel, District, Unit

Number = int | float
Key = tuple[str | None, ...]
"""A value for each dimension asked for, in their order."""

Names = dict[str, dict[Any, str]]
"""dimension → id or code → name."""
NAMED: dict[str, type[Any]] = {"unit": Unit, "category": Category, "channel": Channel, "district": District}


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. value: null where there is nothing to divide by; a count's denominator is null.

    missing: complaints of unit-months without a customer figure, which a rate leaves out. low, high: the 95 %
    interval of the value, in its unit; null where it has none, `high` also where it is not reached. curve: what a
    percentile was read from, where nothing divides it.
    """

    dims: Mapping[str, str | None]
    metric: str
    value: Number | None
    numerator: Number
    denominator: Number | None
    missing: int = 0
    low: float | None = None
    high: float | None = None
    curve: tuple[At, ...] = field(default=(), repr=False)

    @property
    def not_reached(self) -> bool:
        """Whether a percentile lies beyond what is known yet, though there are cases."""
        return self.value is None and bool(self.denominator)

    def as_dict(self) -> dict[str, Any]:
        """The row as `kpi --json` prints it; `missing` and `not_reached` only where there is something to say."""
        found: dict[str, Any] = {
            **self.dims,
            "metric": self.metric,
            "value": self.value,
            "numerator": self.numerator,
            "denominator": self.denominator,
            "low": self.low,
            "high": self.high,
        }
        if self.missing:
            found["missing"] = self.missing
        if self.not_reached:
            found["not_reached"] = True
        return found


def ends(interval: Interval | None) -> dict[str, float]:
    """The ends of an interval as figures of a row."""
    return {"low": interval.low, "high": interval.high} if interval else {}


class Labels:
    """From a part's day and ids to the words of the dimensions asked for.

    names: those read for another question, to which these are added. chosen: the ids of the units asked for; None:
    all. Raises Unanswerable for a name that does not exist.
    """

    def __init__(self, session: Session, asked: Question, names: Names | None = None) -> None:
        self.asked = asked
        self._names: Names = {} if names is None else names
        self._names |= {"role": POSTS, "cause": CAUSES}
        needed = {*asked.by, *dict(asked.only)} | ({"unit"} if asked.units else set())
        for name in (needed & NAMED.keys()) - self._names.keys():
            table = NAMED[name]
            self._names[name] = {row.id: row.name for row in session.execute(select(table.id, table.name))}
        self.chosen: frozenset[int] | None = None
        if asked.units:
            ids = {name: key for key, name in self._names["unit"].items()}
            for unit in asked.units:
                if unit not in ids:
                    raise unknown("unit", "没有“%(given)s”这个单位", unit, ids)
            self.chosen = frozenset(ids[unit] for unit in asked.units)
        for name, value in asked.only:
            if value not in self._names[name].values():
                raise unknown(name, "没有“%(given)s”", value, self._names[name].values())

    def key(self, day: date | None, unit: int | None, ids: tuple[Any, ...]) -> Key:
        """The words of a part, in the order asked; its time is left empty where `day` is."""
        found: list[str | None] = []
        divided = iter(ids)
        for name in self.asked.by:
            if name in TIMES:
                found.append(label(name, day) if day else None)
            elif name == "unit":
                found.append(self.unit(unit))
            else:
                value = next(divided)
                names = self._names.get(name)
                found.append(value if names is None or value is None else names[value])
        return tuple(found)

    def at(self, day: date | None, key: Key) -> Key:
        """A key with its time filled in."""
        return tuple(
            label(name, day) if name in TIMES and day else value
            for name, value in zip(self.asked.by, key, strict=True)
        )  # fmt: skip

    def unit(self, key: int | None) -> str | None:
        return self._names["unit"][key] if key is not None else None

    def row(self, key: Key, metric: str, **figures: Any) -> Row:
        return Row(dict(zip(self.asked.by, key, strict=True)), metric, **figures)
