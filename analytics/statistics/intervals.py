"""Intervals of shares, counts and ratios of rates. A denominator of 0 is no data: None, never an interval.

Every share and rate of every row has one, so they are worked out here from their formulas, in microseconds; the tests
hold them to statsmodels, which takes a second to load and a tenth of a millisecond a row. It makes the comparisons.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import hypot, sqrt
from statistics import NormalDist

LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """A two-sided interval, both ends in the unit of the value."""

    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """The rate after over the rate before. None where there was nothing before to compare with."""

    ratio: float | None
    low: float
    high: float | None

    @property
    def lower(self) -> bool:
        """Whether the rate has gone down, beyond chance."""
        return self.high is not None and self.high < 1

    @property
    def higher(self) -> bool:
        return self.low > 1


def wilson(count: float | None, of: float | None, level: float = LEVEL) -> Interval | None:
    """The interval of a share by Wilson's score, without continuity correction (Wilson 1927, JASA 22:209).

    None where there is nothing to divide, or to divide by.
    """
    if count is None or not of:
        return None
    z = _normal((1 + level) / 2)
    share, per = count / of, z * z / of
    middle, gap = share + per / 2, z * sqrt(share * (1 - share) / of + per / (4 * of))
    return Interval(
        max(0.0, (middle - gap) / (1 + per)) if count else 0.0,
        min(1.0, (middle + gap) / (1 + per)) if count != of else 1.0,
    )


def poisson(count: int, over: float, per: float = 1, level: float = LEVEL) -> Interval | None:
    """The exact interval of a rate: `count` events over `over`, times `per` (Garwood 1936, Biometrika 28:437)."""
    if not over:
        return None
    from scipy.special import gammaincinv

    low = float(gammaincinv(count, (1 - level) / 2)) if count else 0.0
    return Interval(low / over * per, float(gammaincinv(count + 1, (1 + level) / 2)) / over * per)


def compare(before: int, over_before: float, after: int, over_after: float, level: float = LEVEL) -> Comparison | None:
    """The ratio of the rate after to the rate before, with its exact conditional interval.

    Given how many events there were in all, those after are binomial; the interval of their share by Clopper and
    Pearson gives that of the ratio (Przyborowski and Wilenski 1940, Biometrika 31:313). None: nothing to divide by.
    """
    if not over_before or not over_after:
        return None
    if not before and not after:
        return Comparison(None, 0.0, None)
    from statsmodels.stats.proportion import proportion_confint

    share = proportion_confint(after, before + after, alpha=1 - level, method="beta")
    exposure = over_before / over_after
    low, high = (float(end) / (1 - float(end)) * exposure if end < 1 else None for end in share)
    return Comparison(after * over_before / (before * over_after) if before else None, low or 0.0, high)


def difference(before: float, of_before: float, after: float, of_after: float) -> Interval | None:
    """The interval of the share after less the share before (Newcombe 1998, Stat. in Medicine 17:873, method 10)."""
    first, last = wilson(before, of_before), wilson(after, of_after)
    if first is None or last is None:
        return None
    p, q = before / of_before, after / of_after
    down, up = hypot(q - last.low, first.high - p), hypot(last.high - q, p - first.low)
    return Interval(q - p - down, q - p + up)


@cache
def _normal(share: float) -> float:
    return NormalDist().inv_cdf(share)
