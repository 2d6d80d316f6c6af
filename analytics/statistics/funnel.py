"""Funnel limits: how far the figure of a unit may lie from the group's by chance alone, by how much it counts over.

Spiegelhalter 2005, "Funnel plots for comparing institutional performance", Statistics in Medicine 24:1185. Where the
units differ by more than chance, the limits are widened for it: 2005, "Handling over-dispersion of performance
indicators", Quality and Safety in Health Care 14:347.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

Z95, Z998 = 1.959964, 3.090232
"""Normal quantiles of the two-sided limits: 95 % and 99.8 %."""
TAILS = {Z95: 0.025, Z998: 0.001}
WINSORISED = 0.1
"""The share of units at either end that are drawn in to their neighbours before the scatter is taken."""
CERTAIN = 0.05
"""How rarely units without over-dispersion may seem to have it."""
FEWEST = 10
"""Units under which nothing is said of over-dispersion."""


@dataclass(frozen=True)
class Funnel:
    """Limits around `center`, a rate over one of what is counted over. scatter: √φ, 1.0 without over-dispersion."""

    center: float
    share: bool
    per: float = 1
    scatter: float = 1.0

    @classmethod
    def of(
        cls, counts: Sequence[float], over: Sequence[float], *, share: bool, per: float = 1, widen: bool = True
    ) -> Funnel | None:
        """The funnel of units with so many of so many; None where nothing is known."""
        known = [(count, size) for count, size in zip(counts, over, strict=True) if size > 0]
        if not known:
            return None
        center = sum(count for count, _ in known) / sum(size for _, size in known)
        plain = cls(center, share, per)
        return cls(center, share, per, plain._scatter(known)) if widen else plain

    @property
    def middle(self) -> float:
        return self.center * self.per

    def limits(self, over: float, z: float) -> tuple[float, float]:
        """Lower and upper limit of the value for a denominator.

        A share's are where a Wilson interval would just reach the centre; a rate's are the Poisson distribution's.
        """
        low, high = self._share(over, z) if self.share else self._rate(over, TAILS[z])
        low, high = (self.center + (end - self.center) * self.scatter for end in (low, high))
        return max(0.0, low) * self.per, (min(1.0, high) if self.share else high) * self.per

    def _share(self, over: float, z: float) -> tuple[float, float]:
        gap = z * sqrt(self.center * (1 - self.center) / over)
        return self.center - gap, self.center + gap

    def _rate(self, over: float, tail: float) -> tuple[float, float]:
        from scipy.special import pdtr, pdtrik

        expected = self.center * over
        low = float(pdtrik(tail, expected)) if pdtr(0, expected) < tail else 0.0
        return low / over, float(pdtrik(1 - tail, expected)) / over if expected else 0.0

    def _scatter(self, known: Sequence[tuple[float, float]]) -> float:
        from scipy.special import chdtri

        variance = self.center * (1 - self.center) if self.share else self.center
        if len(known) < FEWEST or variance <= 0:
            return 1.0
        z = sorted((count / size - self.center) / sqrt(variance / size) for count, size in known)
        cut = int(len(z) * WINSORISED)
        drawn_in = [min(max(one, z[cut]), z[-1 - cut]) for one in z]
        phi = sum(one * one for one in drawn_in) / len(z)
        return sqrt(phi) if phi * len(z) > float(chdtri(len(z), CERTAIN)) else 1.0
