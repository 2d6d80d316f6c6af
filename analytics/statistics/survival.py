"""How long it takes, counting what has not ended yet: Kaplan and Meier's estimate and its percentiles.

Kaplan and Meier 1958, JASA 53:457. The interval of a percentile is where the curve's own log(-log) interval, by
Greenwood's variance, meets the level: Brookmeyer and Crowley 1982, Biometrics 38:29. A percentile, or the upper end
of its interval, that the curve has not come down to is None: not reached, which is not the same as no data. Where all
have ended the curve's own interval is not defined; what it has not come down to before is not reached then either.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import exp, log, sqrt
from statistics import NormalDist

from analytics.statistics.intervals import LEVEL

NEAR = 1e-12
"""A product of fractions that should be a half exactly misses it by less."""


@dataclass(frozen=True, slots=True)
class Step:
    """At one time: how many ended, and how many were still open and are seen no longer (censored, after these)."""

    time: float
    ended: int
    censored: int


@dataclass(frozen=True, slots=True)
class Percentile:
    """The time by which the share has ended, and its interval; None where the curve does not come so far."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class At:
    """The curve from a time on: the share that has not ended, and the ends of its interval; with none left, those of
    before, of which the lower is the curve itself."""

    time: float
    share: float
    low: float
    high: float


def steps_of(times: Sequence[float], ended: Sequence[bool]) -> list[Step]:
    """The steps of single cases: how long each lasted, and whether it had ended by then."""
    ends = Counter(time for time, over in zip(times, ended, strict=True) if over)
    still = Counter(time for time, over in zip(times, ended, strict=True) if not over)
    return [Step(time, ends[time], still[time]) for time in sorted(ends | still)]


def curve(steps: Iterable[Step], level: float = LEVEL) -> Iterator[At]:
    """The estimate after each time at which something ended. steps: in the order of time."""
    given = list(steps)
    z = NormalDist().inv_cdf((1 + level) / 2)
    at_risk = sum(step.ended + step.censored for step in given)
    share, greenwood, high = 1.0, 0.0, 1.0
    for step in given:
        if step.ended:
            left = at_risk - step.ended
            share *= left / at_risk
            if left:
                greenwood += step.ended / (at_risk * left)
                gap = z * sqrt(greenwood) / log(share)  # below 0: the share is below 1
                high = share ** exp(gap)
                yield At(step.time, share, share ** exp(-gap), high)
            else:
                yield At(step.time, 0.0, 0.0, high)
        at_risk -= step.ended + step.censored


def percentile(steps: Iterable[Step], share: float, level: float = LEVEL) -> Percentile:
    """When `share` of all have ended: the first time at which the curve is down to what is left."""
    left = 1 - share + NEAR
    value = low = high = None
    for at in curve(steps, level):
        if low is None and at.share and at.low <= left:
            low = at.time
        if value is None and at.share <= left:
            value = at.time
        if at.high < left - 2 * NEAR:
            high = at.time
            break
    return Percentile(value, low, high)
