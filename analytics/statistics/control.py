"""Control charts of rates (u) and shares (p) with denominators that vary, and what they say (KPI.md).

Limits at three standard deviations by each point's own denominator (Montgomery, Introduction to Statistical Quality
Control, ch. 7). Where the points scatter more than their counts can explain, Laney's correction widens the limits
(Laney 2002, Quality Engineering 14:531). A point is called by the four rules of NHS England's "Making Data Count".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby, pairwise
from math import sqrt
from typing import Literal

Kind = Literal["p", "u"]

SIGMAS = 3.0
RUN = 7
"""Points in a row on one side of the centre, or in a row up or down, that are no chance."""
OUTER = 2.0
"""Standard deviations from the centre where the outer third begins."""
FEWEST = 13
"""Points under which limits are on trial and nothing is called."""
D2 = 1.128
"""The mean range of two standard normal values."""
CERTAIN = 0.01
"""How rarely points that scatter by chance may have their limits widened."""
ONE_IN_A_HUNDRED = 2.326
"""The normal quantile of that, one-sided."""
RANGE_ERROR = 0.909
"""Standard error of a standard deviation estimated by moving ranges of k points, times √k (Cryer and Ryan 1990,
Journal of Quality Technology 22:187)."""


class Rule(StrEnum):
    """Why a point is a signal."""

    OUTSIDE = "outside"
    RUN = "run"
    TREND = "trend"
    OUTER_THIRD = "outer_third"


class Variation(StrEnum):
    """What the latest point says of the process."""

    BETTER, WORSE, CHANGED, COMMON, FEW = "better", "worse", "neutral", "common", "few"


class Assurance(StrEnum):
    """Whether the process, as it is, will meet a target."""

    CAPABLE, INCAPABLE, HIT_OR_MISS = "capable", "incapable", "hit_or_miss"


@dataclass(frozen=True)
class Point:
    """One period. value, center, lower, upper in the chart's unit; None where the period has no denominator."""

    count: float
    over: float
    value: float | None
    center: float
    lower: float | None
    upper: float | None
    z: float | None
    """Standard deviations from the centre."""
    signals: frozenset[Rule] = frozenset()

    @property
    def above(self) -> bool:
        return self.z is not None and self.z > 0


@dataclass(frozen=True)
class Chart:
    """Points with their limits. scatter: Laney's σz by phase, 1.0 where the counts explain it."""

    kind: Kind
    points: tuple[Point, ...]
    scatter: tuple[float, ...]
    trial: bool

    @property
    def widened(self) -> bool:
        return any(s > 1 for s in self.scatter)

    @property
    def latest(self) -> Point | None:
        return next((point for point in reversed(self.points) if point.value is not None), None)

    def variation(self, better: str | None) -> Variation:
        """better: `high`, `low`, or None where neither is."""
        last = self.latest
        if self.trial or last is None:
            return Variation.FEW
        if not last.signals:
            return Variation.COMMON
        if better is None:
            return Variation.CHANGED
        return Variation.BETTER if self._rising(last) == (better == "high") else Variation.WORSE

    def _rising(self, last: Point) -> bool:
        """Which way the latest signal points: a trend its own way, whatever side it is on."""
        if last.signals == {Rule.TREND}:
            known = [point.value for point in self.points if point.value is not None]
            return known[-1] > known[-2]
        return last.above

    def assurance(self, target: float, better: str) -> Assurance | None:
        """Whether the target lies beyond the latest limits; None while they are on trial.

        A process that never leaves its target, as where everything is on time, is capable of it.
        """
        last = self.latest
        if self.trial or last is None or last.lower is None or last.upper is None:
            return None
        high = better == "high"
        if target <= last.lower if high else target >= last.upper:
            return Assurance.CAPABLE
        missed = target > last.upper if high else target < last.lower
        return Assurance.INCAPABLE if missed else Assurance.HIT_OR_MISS


def chart(
    counts: Sequence[float], over: Sequence[float], kind: Kind, *, per: float = 1, rebased: Sequence[int] = (),
    settled: int | None = None,
) -> Chart:  # fmt: skip
    """A chart of `counts` over `over` (a period each), its values times `per`.

    rebased: where a new phase begins, with centre and limits of its own. settled: only so many first points make
    centre and limits (a period that is not over is drawn, and sets nothing); left out: all.
    """
    starts = [0, *sorted({n for n in rebased if 0 < n < len(counts)}), len(counts)]
    points: list[Point] = []
    scatter: list[float] = []
    for first, end in pairwise(starts):
        part, spread = _phase(counts[first:end], over[first:end], kind, per, (settled or len(counts)) - first)
        scatter.append(spread)
        points += part
    known = sum(point.value is not None for point in points[: settled or len(points)])
    trial = known < FEWEST
    if not trial:
        ends = [end for _first, end in pairwise(starts)]
        points = _called(points, ends)
    return Chart(kind, tuple(points), tuple(scatter), trial)


def _phase(
    counts: Sequence[float], over: Sequence[float], kind: Kind, per: float, settled: int
) -> tuple[list[Point], float]:
    made = [(count, size) for count, size in list(zip(counts, over, strict=True))[: max(0, settled)] if size]
    total = sum(size for _, size in made)
    center = sum(count for count, _ in made) / total if total else 0.0
    variance = center * (1 - center) if kind == "p" else center

    def z_of(count: float, size: float) -> float | None:
        if not size:
            return None
        return (count / size - center) / sqrt(variance / size) if variance > 0 else 0.0

    spread = scatter_of([z for count, size in made if (z := z_of(count, size)) is not None])
    points = []
    for count, size in zip(counts, over, strict=True):
        z = z_of(count, size)
        if z is None:
            points.append(Point(count, size, None, center * per, None, None, None))
            continue
        gap = SIGMAS * sqrt(variance / size) * spread
        upper = min(1.0, center + gap) if kind == "p" else center + gap
        points.append(Point(count, size, count / size * per, center * per, max(0.0, center - gap) * per, upper * per,
                            z / spread))  # fmt: skip
    return points, spread


def laney(z: Sequence[float]) -> float:
    """σz: how far standardised points scatter from one to the next, 1 where their counts explain it."""
    ranges = [abs(after - before) for before, after in pairwise(z)]
    return sum(ranges) / len(ranges) / D2 if ranges else 1.0


def scatter_of(z: Sequence[float]) -> float:
    """Laney's σz where the points scatter by more than chance, else 1: a chart is widened only where it has to be.

    Both from one to the next, which a lasting change does not make them do, and in all (χ² of the standardised points).
    """
    from scipy.special import chdtri

    found = laney(z)
    if len(z) < 2 or found <= 1 + ONE_IN_A_HUNDRED * RANGE_ERROR / sqrt(len(z)):
        return 1.0
    return found if sum(one * one for one in z) > float(chdtri(len(z) - 1, CERTAIN)) else 1.0


def _called(points: list[Point], ends: Sequence[int]) -> list[Point]:
    """The points with the rules that each breaks. A period without data neither makes nor breaks a row of points; a
    new phase begins anew."""
    signals: list[set[Rule]] = [set() for _ in points]
    first = 0
    for end in ends:
        known = [n for n in range(first, end) if points[n].z is not None]
        zs = [float(points[n].z or 0.0) for n in known]
        for name, hit in (
            (Rule.OUTSIDE, {i for i, z in enumerate(zs) if abs(z) > SIGMAS}),
            (Rule.RUN, _in_a_row([(z > 0) - (z < 0) for z in zs], RUN)),
            (Rule.TREND, _trend([float(points[n].value or 0.0) for n in known])),
            (Rule.OUTER_THIRD, _two_of_three(zs)),
        ):
            for i in hit:
                signals[known[i]].add(name)
        first = end
    return [
        Point(p.count, p.over, p.value, p.center, p.lower, p.upper, p.z, frozenset(found))
        for p, found in zip(points, signals, strict=True)
    ]


def _in_a_row(signs: Sequence[int], least: int) -> set[int]:
    """Places in rows of at least so many equal signs; 0 breaks a row."""
    found: set[int] = set()
    n = 0
    for sign, row in groupby(signs):
        length = len(list(row))
        if sign and length >= least:
            found.update(range(n, n + length))
        n += length
    return found


def _trend(values: Sequence[float]) -> set[int]:
    """Places in rows of at least RUN points that all go up, or all go down: of one fewer steps."""
    steps = [(after > before) - (after < before) for before, after in pairwise(values)]
    return {n + end for n in _in_a_row(steps, RUN - 1) for end in (0, 1)}


def _two_of_three(zs: Sequence[float]) -> set[int]:
    """Two of three points in a row in the outer third of one side."""
    found: set[int] = set()
    for n in range(len(zs) - 1):
        for side in (1, -1):
            out = [i for i in range(n, min(n + 3, len(zs))) if zs[i] * side > OUTER]
            if len(out) >= 2:
                found.update(out)
    return found
