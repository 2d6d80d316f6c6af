"""How often alerts are raised by chance alone, and how soon an excess is found: years of a city like the demo's.

Complaints are drawn as the demo city has them, by season, weekday, category and district, and nothing happens that is
not chance. `ALERT_YEARS=50` makes more years than the ten of `make bench`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from statistics import median

import numpy as np

from analytics import alerts, clusters
from analytics.clusters import Cell, History
from analytics.labels import Row
from analytics.metrics import METRICS
from models.alert import WATCHED
from models.demo.city import DISTRICTS
from models.demo.rhythm import SEASON, SHARE, weight
from models.reminding.alerts import CALM

YEAR = 365
COMPLAINTS = 1_600
"""A year: the quality complaints among the demo city's 6,000 tickets of three years."""
UNITS = 20
HISTORIES = {"three years of history": 3 * YEAR, "half a year of history": 26 * 7}


def run() -> None:
    years = int(os.environ.get("ALERT_YEARS", "10"))
    for name, days in HISTORIES.items():
        start = time.perf_counter()
        found = [false_alarms(seed, days) for seed in range(years)]
        print(f"{name}: {sum(found)} clusters in {years} years of chance, {sum(found) / years:.2f} a year,"
              f" {time.perf_counter() - start:.0f} s")  # fmt: skip
    found = [false_alarms(seed, 3 * YEAR, scatter=1.5) for seed in range(years)]
    print(f"three years of history, counts that scatter by half more: {sum(found) / years:.2f} a year")
    found = [chart_alarms(seed) for seed in range(years)]
    print(f"control charts: {sum(found) / years:.2f} a year on {(UNITS + 1) * len(WATCHED)} charts")
    for cell in (Cell("维修", "东昌府"), Cell("其他", "西城"), Cell("水质", "度假区")):
        for times in (2.0, 3.0, 5.0, 10.0):
            days_to = [days_until_found(seed, cell, times) for seed in range(4 * years)]
            known = [n for n in days_to if n is not None]
            usual = expected(cell)
            said = f"median {median(known):g} days" if known else "never"
            print(f"{cell.category} {cell.place}, {usual:.1f} a week, {times:g} times as many:"
                  f" found in 28 days {len(known)}/{len(days_to)}, {said}")  # fmt: skip


@cache
def rates(days: int) -> tuple[tuple[Cell, ...], np.ndarray]:
    """(cells, complaints a day of each cell), the last day today."""
    last = date(2026, 1, 1)
    calendar = [last - timedelta(days=n) for n in range(days, 0, -1)]
    cells = [Cell(category, place) for category in SEASON for place in DISTRICTS]
    by_category = {c: np.array([SHARE[c] * weight(c, day) for day in calendar]) for c in SEASON}
    total = sum(rate.sum() for rate in by_category.values())
    shares = {place: share for place, (_hall, share) in DISTRICTS.items()}
    scale = COMPLAINTS * days / YEAR / total
    return tuple(cells), np.array([by_category[c.category] * shares[c.place] * scale for c in cells])


def drawn(rng: np.random.Generator, rate: np.ndarray, cells: tuple[Cell, ...], scatter: float = 1.0) -> History:
    """A history drawn from rates; scatter: variance over mean of the weeks, 1 for pure chance."""
    if scatter > 1:
        weeks = -(-rate.shape[1] // 7)
        shape = rate.mean(axis=1, keepdims=True) * 7 / (scatter - 1)
        factor = rng.gamma(shape, 1 / shape, (len(rate), weeks))
        rate = rate * np.repeat(factor, 7, axis=1)[:, : rate.shape[1]]
    counts = rng.poisson(rate).astype(float)
    whole = [Cell(category) for category in SEASON]
    sums = np.array([counts[[c.category == one.category for c in cells]].sum(axis=0) for one in whole])
    return History((*cells, *whole), np.vstack([counts, sums]), date(2026, 1, 1), "district")


def false_alarms(seed: int, history: int, *, days: int = YEAR, every: int = 1, scatter: float = 1.0) -> int:
    """Clusters told of in `days` that are looked at every so many, after so many days of history."""
    rng = np.random.default_rng(seed)
    cells, rate = rates(history + days)
    whole = drawn(rng, rate, cells, scatter)
    opened, last = 0, dict[Cell, date]()
    for back in range(days - 1, -1, -every):
        until = whole.until - timedelta(days=back)
        seen = whole.before(until)
        kept = min(seen.counts.shape[1], clusters.LOOKED_BACK * 7)
        seen = replace(seen, counts=seen.counts[:, -kept:])
        for week in clusters.clusters(seen):
            if week.cell not in last or until - last[week.cell] > CALM:
                opened += 1
            last[week.cell] = until
    return opened


def expected(cell: Cell) -> float:
    """Complaints a week of a cell, in the days in which an excess is looked for."""
    cells, rate = rates(3 * YEAR)
    return float(rate[cells.index(cell), -28:].mean() * 7)


def days_until_found(seed: int, cell: Cell, times: float, most: int = 28) -> int | None:
    """Days from the first day of an excess in one cell until it, or its category in the whole city, is called."""
    rng = np.random.default_rng(10_000 + seed)
    cells, rate = rates(3 * YEAR)
    rate = rate.copy()
    begins = rate.shape[1] - most
    rate[cells.index(cell), begins:] *= times
    whole = drawn(rng, rate, cells)
    for back in range(most - 1, -1, -1):
        found = clusters.clusters(whole.before(whole.until - timedelta(days=back)))
        if any(week.cell in (cell, Cell(cell.category)) for week in found):
            return most - back
    return None


def chart_alarms(seed: int, months: int = 12) -> int:
    """Alerts of control charts in a year of chance: the group and its units, every figure that is watched."""
    rng = np.random.default_rng(seed)
    start, opened = 24, 0
    periods = [f"{2020 + n // 12}-{n % 12 + 1:02}" for n in range(start + months)]
    for metric in WATCHED:
        of_unit = [list(_rows(rng, metric, periods)) for _ in range(UNITS)]
        whole = [
            _row(metric, periods[n], sum(unit[n].numerator for unit in of_unit),
                 sum(unit[n].denominator or 0 for unit in of_unit))
            for n in range(len(periods))
        ]  # fmt: skip
        for unit, rows in enumerate([whole, *of_unit]):
            open_ = False
            for month in range(months):
                shown = slice(month, month + start)
                found = list(alerts.of_chart(rows[shown], metric, periods[shown], unit_id=unit or None))
                opened += bool(found) and not open_
                open_ = bool(found)
    return opened


CHANCES = {"on_time_rate": 0.93, "first_time_satisfaction": 0.9}
MONTHLY = 33
"""Of a unit: five times the demo city's, so that its charts have enough behind them to raise anything."""
CUSTOMERS = 20_000


def _rows(rng: np.random.Generator, metric: str, periods: list[str]) -> Iterator[Row]:
    for period in periods:
        many = int(rng.poisson(MONTHLY))
        if metric in CHANCES:
            yield _row(metric, period, int(rng.binomial(many, CHANCES[metric])), many)
        else:
            yield _row(metric, period, many, CUSTOMERS)


def _row(metric: str, period: str, numerator: float, denominator: float) -> Row:
    value = numerator / denominator * getattr(METRICS[metric], "per", 1) if denominator else None
    return Row({"month": period}, metric, value, numerator, denominator)
