"""How many customers a rate is taken over: unit-months in the books, and shares of them (万户投诉率).

The rule: customers are summed over units and months; a day, a week or a period that cuts a month has its share of
the month's days. What has begun by the as-of (a month, or by day or week a day or week) counts whole, and no more.
A complaint counts with the customers of its unit and month. Where that unit has customers in other months but none
entered for this one, the complaint is left out of the rate and counted as missing. Complaints of nobody, and of
units that never have customers (an engineering office), count over everybody's customers, in the total only. No
customers are known by district.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from sqlalchemy import Select
from sqlalchemy.orm import Session

from analytics.kinds import Rate
from analytics.labels import Key, Labels, Row, ends
from analytics.parts import Part
from analytics.periods import TIMES, after, first_day, label, midnight
from analytics.questions import Question
from analytics.statistics.intervals import poisson
from models.types import SHANGHAI

Times = tuple[str, ...]
"""A label for each dimension of time asked for, in their order."""


@dataclass(frozen=True)
class Books:
    """Customers by unit and month, as entered."""

    customers: dict[tuple[int, date], int]
    units: frozenset[int]
    months: frozenset[date]

    def counts(self, unit: int | None, month: date, own: bool) -> bool:
        """Whether a complaint of a unit and month has customers to be counted over; `own`: only its unit's."""
        return (unit, month) in self.customers if own or unit in self.units else month in self.months


def read(session: Session, customers: Select[int, date, int]) -> Books:
    """The whole of the books: some hundred rows a year."""
    found = {(unit, month): many for unit, month, many in session.execute(customers)}
    return Books(found, frozenset(unit for unit, _ in found), frozenset(month for _, month in found))


def customers(
    books: Books, asked: Question, unit: Callable[[int | None], str | None] | None, chosen: frozenset[int] | None
) -> dict[tuple[Times, str | None], Fraction]:
    """Customers of the period by its labels of time and, where `unit` names them, by unit.

    chosen: the units asked for; None: all.
    """
    sums: dict[tuple[Times, str | None], Fraction] = defaultdict(Fraction)
    shares: dict[date, dict[Times, Fraction]] = {}
    for (unit_id, month), many in books.customers.items():
        if chosen is not None and unit_id not in chosen:
            continue
        if month not in shares:
            shares[month] = _shares(month, asked)
        for times, share in shares[month].items():
            sums[times, unit(unit_id) if unit else None] += many * share
    return dict(sums)


def plain(many: Fraction) -> int | float:
    """A number of customers: whole where it is."""
    return int(many) if many.denominator == 1 else float(many)


def _shares(month: date, asked: Question) -> dict[Times, Fraction]:
    """Which part of a month belongs to each label of the period."""
    grains = [name for name in asked.by if name in TIMES]
    by_day = any(name in ("day", "week") for name in grains)
    length = (after("month", month) - month).days
    found: dict[Times, Fraction] = defaultdict(Fraction)
    for day, days in _days(month, length) if by_day else [(month, length)]:
        inside = _inside(day, days, asked.start, asked.end)
        begins = max(first_day(name, day) for name in (*grains, *([] if by_day else ["month"])))
        if inside and midnight(begins) <= asked.as_of:
            found[tuple(label(name, day) for name in grains)] += Fraction(inside, length)
    return dict(found)


def _days(month: date, length: int) -> Iterator[tuple[date, int]]:
    return ((month + timedelta(days=n), 1) for n in range(length))


def _inside(day: date, days: int, start: datetime | None, end: datetime | None) -> Fraction:
    """How many of the days from `day` on lie within [start, end), by the clock on the wall."""
    begins, ends = datetime.combine(day, datetime.min.time()), datetime.combine(day, datetime.min.time())
    ends += timedelta(days=days)
    if start is not None:
        begins = max(begins, start.astimezone(SHANGHAI).replace(tzinfo=None))
    if end is not None:
        ends = min(ends, end.astimezone(SHANGHAI).replace(tzinfo=None))
    return Fraction(max(ends - begins, timedelta()) // timedelta(microseconds=1), 86_400_000_000)


def rates(books: Books, metric: Rate, found: Iterable[Part], labels: Labels) -> list[Row]:
    """A rate's rows: every period and unit with customers, and whatever else counted a complaint."""
    asked = labels.asked
    by_unit, by_district = "unit" in asked.by, "district" in (*asked.by, *dict(asked.only))
    over = customers(books, asked, labels.unit if by_unit else None, labels.chosen)
    sums: dict[Key, list[int]] = {} if asked.by else {(): [0, 0]}
    if not set(asked.by) - TIMES.keys() - {"unit"}:
        sums |= {_placed(times, unit, asked): [0, 0] for times, unit in over}
    for part in found:
        if part.day is None or (by_unit and part.unit not in books.units):
            continue
        held = by_district or books.counts(part.unit, first_day("month", part.day), labels.chosen is not None)
        sums.setdefault(labels.key(part.day, part.unit, part.ids), [0, 0])[0 if held else 1] += part.count
    rows = []
    for key, (count, missing) in sums.items():
        given = dict(zip(asked.by, key, strict=True))
        times = tuple(value for name, value in given.items() if name in TIMES and value is not None)
        many = over.get((times, given.get("unit")), Fraction())
        if by_district:
            rows.append(labels.row(key, metric.name, value=None, numerator=count, denominator=None))
            continue
        rows.append(
            labels.row(
                key,
                metric.name,
                value=float(count * metric.per / many) if many else None,
                numerator=count if many else count + missing,  # nothing to divide by: what there was
                denominator=plain(many),
                missing=missing,
                **ends(poisson(count, float(many), metric.per)),
            )
        )
    return rows


def _placed(times: Times, unit: str | None, asked: Question) -> Key:
    """The key of a row that only time and unit divide."""
    time = iter(times)
    return tuple(next(time) if name in TIMES else unit for name in asked.by)
