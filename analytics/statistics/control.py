"""Control charts of rates (u) and shares (p) with denominators that vary, and what they say (KPI.md).

Limits at three standard deviations by each point's own denominator (Montgomery, Introduction to Statistical Quality
Control, ch. 7). Where the points scatter more than their counts can explain, Laney's correction widens the limits
(Laney 2002, Quality Engineering 14:531). A point is called by the four rules of NHS England's "Making Data Count".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
EXACT = 1e-9
"""What is nearer to its centre than so many standard deviations is on it, whatever the last bit says."""
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
    trend: int = 0
    """Of a point in a trend whether it goes up (1) or down (-1)."""
    judged: bool = False
    """Whether its period is over, and its phase long enough to be judged at all."""

    @property
    def up(self) -> bool:
        """Which way its signals point: to its side of the centre; a trend alone its own way."""
        return self.trend > 0 if self.signals == {Rule.TREND} else self.z is not None and self.z > 0

    @property
    def reasons(self) -> list[Rule]:
        """Its signals, without a trend that goes the other way."""
        return [rule for rule in Rule if rule in self.signals and (rule != Rule.TREND or (self.trend > 0) == self.up)]


@dataclass(frozen=True)
class Chart:
    """Points with their limits. scatter: Laney's σz by phase, 1.0 where the counts explain it. starts: where each
    phase begins. over: how many of the points are of periods that are over. trial: whether the latest phase is too
    short to be judged."""

    kind: Kind
    points: tuple[Point, ...]
    scatter: tuple[float, ...]
    starts: tuple[int, ...]
    over: int
    trial: bool

    @property
    def widened(self) -> bool:
        return any(s > 1 for s in self.scatter)

    @property
    def last(self) -> int | None:
        """The place of the latest point that can be judged: the latest with a value of a period that is over."""
        return next((n for n in reversed(range(self.over)) if self.points[n].value is not None), None)

    @property
    def latest(self) -> Point | None:
        return None if self.last is None else self.points[self.last]

    def variation(self, better: str | None) -> Variation:
        """What the latest period that is over says. better: `high`, `low`, or None where neither is."""
        last = self.latest
        if self.trial or last is None:
            return Variation.FEW
        if not last.signals:
            return Variation.COMMON
        if better is None:
            return Variation.CHANGED
        return Variation.BETTER if last.up == (better == "high") else Variation.WORSE

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
    settled: int | None = None, running: bool = False,
) -> Chart:  # fmt: skip
    """A chart of `counts` over `over` (a period each), its values times `per`.

    rebased: where a new phase begins, with centre and limits of its own; each is judged by itself, from FEWEST points
    on. settled: only so many first points make centre and limits; left out: all. running: the last period is not over;
    it is drawn, makes no limits and is not judged.
    """
    done = len(counts) - running
    settled = done if settled is None else settled
    points: list[Point] = []
    scatter: list[float] = []
    trial = True
    starts = phases(over, rebased, settled)
    for first, end in pairwise([*starts, len(counts)]):
        part, spread = _phase(counts[first:end], over[first:end], kind, per, settled - first)
        scatter.append(spread)
        trial = sum(point.value is not None for point in part[: max(0, settled - first)]) < FEWEST
        points += part if trial else _called(part, done - first)
    return Chart(kind, tuple(points), tuple(scatter), tuple(starts), done, trial)


def phases(over: Sequence[float], rebased: Sequence[int], settled: int) -> list[int]:
    """Where each phase begins: at 0, and at every rebasing that has something to make limits of on either side."""
    starts = [0]
    for n in sorted(set(rebased)):
        if 0 < n < settled and any(over[starts[-1] : n]) and any(over[n:settled]):
            starts.append(n)
    return starts


def _phase(
    counts: Sequence[float], over: Sequence[float], kind: Kind, per: float, settled: int
) -> tuple[list[Point], float]:
    made = [(count, size) for count, size in list(zip(counts, over, strict=True))[: max(0, settled)] if size]
    if not made:  # the first period is not over: it is drawn, and has nothing to be held to
        return [
            Point(count, size, at, (at or 0.0), None, None, None)
            for count, size in zip(counts, over, strict=True)
            for at in [count / size * per if size else None]
        ], 1.0
    center = sum(count for count, _ in made) / sum(size for _, size in made)
    variance = center * (1 - center) if kind == "p" else center

    def z_of(count: float, size: float) -> float | None:
        if not size:
            return None
        z = (count / size - center) / sqrt(variance / size) if variance > 0 else 0.0
        return z if abs(z) > EXACT else 0.0

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


def _called(points: list[Point], settled: int) -> list[Point]:
    """The points of a phase with the rules that each breaks, of periods that are over. One without data neither makes
    nor breaks a row of points."""
    known = [n for n, point in enumerate(points[:settled]) if point.z is not None]
    zs = [float(points[n].z or 0.0) for n in known]
    trends = _trends([float(points[n].value or 0.0) for n in known])
    hits = {
        Rule.OUTSIDE: {i for i, z in enumerate(zs) if abs(z) > SIGMAS},
        Rule.RUN: _in_a_row([(z > 0) - (z < 0) for z in zs], RUN),
        Rule.TREND: set(trends),
        Rule.OUTER_THIRD: _two_of_three(zs),
    }
    found = list(points)
    for i, n in enumerate(known):
        signals = frozenset(rule for rule, hit in hits.items() if i in hit)
        found[n] = replace(points[n], signals=signals, trend=trends.get(i, 0), judged=True)
    return found


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


def _trends(values: Sequence[float]) -> dict[int, int]:
    """Places in rows of at least RUN points that all go up (1), or all go down (-1): of one fewer steps."""
    steps = [
        0 if abs(after - before) <= EXACT * abs(before) else 1 if after > before else -1
        for before, after in pairwise(values)
    ]
    return {n + end: steps[n] for n in sorted(_in_a_row(steps, RUN - 1)) for end in (0, 1)}


def _two_of_three(zs: Sequence[float]) -> set[int]:
    """Two of three points in a row in the outer third of one side."""
    found: set[int] = set()
    for n in range(len(zs) - 1):
        for side in (1, -1):
            out = [i for i in range(n, min(n + 3, len(zs))) if zs[i] * side > OUTER]
            if len(out) >= 2:
                found.update(out)
    return found
