"""聚集: more complaints of a category in a place than its past explains, judged every day over the last seven.

A place is a district, or a unit where complaints have no district; and every category is judged for the whole city too.
The method is `statistics.surveillance`. With some fifty cells looked at every day, chance alone would find something
every week: a cell is called only where chance would do so about `YEARLY` times a year in all cells together, which a
simulation of years without any cluster bears out (docs/alerts.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
from sqlalchemy.orm import Session

from analytics import kpi
from analytics.periods import midnight
from analytics.statistics import surveillance
from analytics.statistics.surveillance import Floats, Forecast

WEEK = 7
YEARLY = 2.0
"""Weeks a year in which some cell would be called by chance, by the probabilities alone."""
LEAST = 5
"""Complaints in seven days under which nothing is a cluster, however rare it is."""
FALSE_ALARMS = {"seasoned": 1.4, "recent": 3.3}
"""Clusters a year by chance alone, in a city of the demo's size: with years of history, and with a quarter's. From a
simulation (`python -m tests.bench alerts`); the pages say it."""
EVERYWHERE = 3
"""Places of a category at once that are one matter of the whole city."""
LOOKED_BACK = surveillance.LONGEST + 1
"""Weeks that are read."""


@dataclass(frozen=True, order=True)
class Cell:
    """A category in a place; without a place: in the whole city."""

    category: str
    place: str = ""


@dataclass(frozen=True)
class Week:
    """A cell's seven days. low, high: 95 % of what chance makes of `expected`; limit: the most that is not called."""

    cell: Cell
    observed: int
    expected: float
    low: int
    high: int
    limit: int
    chance: float
    """How probable so many or more are."""

    @property
    def called(self) -> bool:
        return self.observed > self.limit

    @property
    def weight(self) -> float:
        """How far it is beyond chance, in powers of ten."""
        return float(-np.log10(max(self.chance, 1e-300)))


@dataclass(frozen=True)
class History:
    """Complaints by cell and day, up to `until`, exclusive. by: what the places are, `district` or `unit`."""

    cells: tuple[Cell, ...]
    counts: Floats
    """cells × days, the earliest first."""
    until: date
    by: str

    @property
    def weeks(self) -> int:
        """Full weeks before the one that is judged."""
        days: int = self.counts.shape[1]
        return max(0, days // WEEK - 1)

    @property
    def seasoned(self) -> bool:
        """Whether trend and season can be told from it."""
        return self.weeks >= surveillance.SEASONED

    @property
    def enough(self) -> bool:
        return bool(surveillance.weeks_used(self.weeks))

    @property
    def alpha(self) -> float:
        """How improbable a week must be, so that all cells together are called seldom enough (Bonferroni's bound)."""
        return YEARLY / max(1, len(self.cells)) / surveillance.YEAR

    def before(self, until: date) -> History:
        """What was known some days earlier, of the cells of today."""
        days = (self.until - until).days
        return History(self.cells, self.counts[:, : self.counts.shape[1] - days], until, self.by)

    def of(self, cells: Iterable[Cell]) -> History:
        """Some of the cells."""
        rows = [self.cells.index(cell) for cell in cells]
        return History(tuple(self.cells[n] for n in rows), self.counts[rows], self.until, self.by)


def read(session: Session, until: date, as_of: datetime) -> History:
    """The history of the quality track up to a day, exclusive."""
    start = until - timedelta(days=LOOKED_BACK * WEEK)

    def ask(place: str) -> list[tuple[str, str, str, int]]:
        """(category, place, day, how many), whatever has a category."""
        rows = kpi.query(session, ["complaints"], as_of=as_of, start=midnight(start), end=midnight(until),
                         by=("category", place, "day"))  # fmt: skip
        told = ((row.dims["category"], row.dims[place], row.dims["day"], int(row.numerator)) for row in rows)
        return [(category, where or "", day, many) for category, where, day, many in told if category and day]

    by = "district"
    found = ask(by)
    if 2 * sum(many for _, place, _, many in found if place) < sum(many for *_, many in found):
        by = "unit"
        found = ask(by)
    first = min((day for _, _, day, _ in found), default=until.isoformat())
    days = {day: (date.fromisoformat(day) - date.fromisoformat(first)).days for _, _, day, _ in found}
    cells = sorted({(category, place) for category, place, *_ in found} | {(category, "") for category, *_ in found})
    index = {cell: n for n, cell in enumerate(cells)}
    counts = np.zeros((len(cells), (until - date.fromisoformat(first)).days))
    for category, place, day, many in found:
        counts[index[category, place], days[day]] += many
        if place:
            counts[index[category, ""], days[day]] += many
    return History(tuple(Cell(*cell) for cell in cells), counts, until, by)


def judge(history: History, alpha: float | None = None) -> list[Week]:
    """Every cell's last seven days. alpha: how improbable a called week is; left out: by the number of cells."""
    now, forecast = _forecast(history)
    if forecast is None:
        return []
    alpha = history.alpha if alpha is None else alpha
    low, high = forecast.quantile(0.025), forecast.quantile(0.975)
    limit = np.maximum(forecast.quantile(1 - alpha), LEAST - 1)
    chance = forecast.tail(now)
    return [
        Week(cell, int(now[n]), float(forecast.expected[n]), int(low[n]), int(high[n]), int(limit[n]),
             float(chance[n]))
        for n, cell in enumerate(history.cells)
    ]  # fmt: skip


def _forecast(history: History) -> tuple[Floats, Forecast | None]:
    weeks = weekly(history.counts)
    if not len(history.cells) or weeks.shape[1] < 2:
        return np.zeros(len(history.cells)), None
    return weeks[:, 0], surveillance.forecast(weeks[:, 1:])


def weekly(counts: Floats) -> Floats:
    """Days into weeks that end with the last day, the latest first; what is left of the earliest week is dropped."""
    many = counts.shape[1] // WEEK
    blocks = counts[:, counts.shape[1] - many * WEEK :].reshape(len(counts), many, WEEK)
    return np.asarray(blocks.sum(axis=2)[:, ::-1], dtype=np.float64)


def clusters(history: History) -> list[Week]:
    """What is above its past, each matter once: places, or the whole city where it is not a place's alone."""
    judged = judge(history)
    called = {week.cell: week for week in judged if week.called}
    found: list[Week] = []
    for category in sorted({cell.category for cell in called}):
        places = [week for cell, week in called.items() if cell.category == category and cell.place]
        city = called.get(Cell(category))
        if city and (len(places) >= EVERYWHERE or _elsewhere(history, category, [week.cell for week in places])):
            found.append(city)
        else:
            found += places
    return sorted(found, key=lambda week: (-week.weight, week.cell))


def _elsewhere(history: History, category: str, without: Sequence[Cell]) -> bool:
    """Whether the city is above its past without the places that are so themselves."""
    city = history.of([Cell(category)])
    if not without:
        return True
    counts = city.counts - history.of(without).counts.sum(axis=0, keepdims=True)
    return judge(History(city.cells, counts, history.until, history.by), history.alpha)[0].called


def series(history: History, cell: Cell, weeks: int) -> list[tuple[date, Week]]:
    """(last day, how it was judged then) of the last weeks of a cell, the earliest first."""
    own, alpha = history.of([cell]), history.alpha
    found = []
    for back in range(weeks):
        until = history.until - timedelta(days=WEEK * back)
        if (own.counts.shape[1] - WEEK * back) // WEEK < 2:
            break
        judged = judge(own.before(until), alpha)
        if judged:
            found.append((until - timedelta(days=1), judged[0]))
    return found[::-1]
