"""Whether a week has more events than its past explains: Farrington's algorithm as Noufaily improved it.

Farrington, Andrews, Beale and Catchpole 1996, J. R. Statist. Soc. A 159:547; Noufaily et al. 2013, Statistics in
Medicine 32:1206. A quasi-Poisson model of the weeks before, with a trend and ten seasons, says how many to expect; past
outbreaks weigh less; a week is called by the quantile of a negative binomial distribution. Where there are not three
years to learn from it differs from the paper, and says so at its place. EARS C1 to C3 (Hutwagner et al. 2003, J. Urban
Health 80:i89) need no past years, but take counts for normal, and of one or two a week every other is an alarm.

Weeks are numbered from the present: `counts[:, 0]` is the week before the one that is judged, and so on backwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

YEAR = 365.25 / 7
"""Weeks."""
SEASONS = 10
"""Levels of the season: the seven weeks around this one in each year, and nine equal parts of the rest."""
AROUND = 3
"""Weeks on either side of this one that are its season."""
LONGEST = int(5 * YEAR)
"""Weeks looked back on at most."""
SEASONED = int(2 * YEAR) + AROUND
"""Weeks of history from which on seasons and a trend can be told: each season was there twice."""
GAP = 4
"""Weeks just before that are left out, so that what begins slowly is not its own past. (26 in the paper, which may; a
city's rates do not stand still for half a year.)"""
RECENT, RECENT_GAP = 13, 1
"""Without two years: a constant from so many weeks, after so many that are left out."""
FEWEST = 5
"""Weeks without which nothing is said."""
OUTLYING = 2.58
"""Anscombe residuals from which on a past week weighs less."""
PRIOR = 1.0
"""Precision of the weak prior (0, on the log scale) of trend and seasons: a season without any complaint would else
have no estimate. What a dozen events say outweighs it."""
STEPS, CLOSE = 50, 1e-6


@dataclass(frozen=True)
class Forecast:
    """What the past says of one week, an element a series. error: of the log of expected; dispersion: φ, at least 1."""

    expected: Floats
    error: Floats
    dispersion: Floats

    @property
    def variance(self) -> Floats:
        """Of the count to come: φμ by chance, and what is not known of μ (Farrington's prediction variance)."""
        return self.dispersion * self.expected + (self.expected * self.error) ** 2

    def tail(self, counts: Floats) -> Floats:
        """How probable it is to see so many or more."""
        return tail(self.expected, self.variance, counts)

    def quantile(self, share: float) -> Floats:
        """The least count that is not exceeded with this probability."""
        return quantile(self.expected, self.variance, share)


def weeks_used(weeks: int) -> int:
    """How many weeks are learned from, where so many have passed; 0: too few."""
    if weeks >= SEASONED:
        return min(weeks, LONGEST) - GAP
    used = min(weeks - RECENT_GAP, RECENT)
    return used if used >= FEWEST else 0


def forecast(counts: Floats) -> Forecast | None:
    """What to expect of the coming week. counts: series × weeks, the latest first; None: too few weeks."""
    weeks = counts.shape[1]
    used = weeks_used(weeks)
    if not used:
        return None
    if weeks < SEASONED:
        past = counts[:, RECENT_GAP : RECENT_GAP + used]
        return _forecast(past, np.ones((used, 1)), np.ones(1))
    past = counts[:, GAP : GAP + used]
    matrix, now = design(used)
    found = _forecast(past, matrix, now)
    # A trend that leads beyond all that ever was is not believed (Noufaily §3.1).
    beyond = found.expected > past.max(axis=1)
    if beyond.any():
        level = _forecast(past[beyond], np.delete(matrix, 1, axis=1), np.delete(now, 1))
        for mine, other in ((found.expected, level.expected), (found.error, level.error),
                            (found.dispersion, level.dispersion)):  # fmt: skip
            mine[beyond] = other
    return found


def design(used: int) -> tuple[Floats, Floats]:
    """(weeks × columns, columns of the week that is judged): one, trend, and a column for each season but this one."""
    back: Floats = np.arange(GAP, GAP + used, dtype=np.float64) + 1
    columns = [np.ones(used), 1 - 2 * (back - back[0]) / (back[-1] - back[0])]
    seasons = season(back)
    columns += [(seasons == n).astype(float) for n in range(1, SEASONS)]
    now = np.zeros(len(columns))
    now[:2] = 1.0, 1 + 2 * back[0] / (back[-1] - back[0])
    return np.column_stack(columns), now


def season(back: Floats) -> NDArray[np.int_]:
    """The season of the week so many weeks ago: 0 is this week's, the others follow it backwards."""
    into = np.mod(back, YEAR)
    rest = YEAR - 2 * AROUND - 1
    found = 1 + np.floor((into - AROUND - 0.5) / rest * (SEASONS - 1))
    near = (into <= AROUND + 0.5) | (into >= YEAR - AROUND - 0.5)
    return np.where(near, 0, np.clip(found, 1, SEASONS - 1)).astype(int)


def _forecast(counts: Floats, matrix: Floats, now: Floats) -> Forecast:
    """Fitted, past outbreaks weighed down, fitted again."""
    fitted = _fit(counts, matrix, np.ones_like(counts))
    fitted = _fit(counts, matrix, weights(fitted.residuals))
    eta = fitted.coefficients @ now
    error = np.sqrt(fitted.dispersion * np.einsum("j,sjk,k->s", now, fitted.spread, now))
    least = 0.5 / counts.shape[1]  # half an event in all the past: where there was none
    return Forecast(np.maximum(np.exp(np.minimum(eta, 20.0)), least), np.minimum(error, 2.0), fitted.dispersion)


def weights(residuals: Floats) -> Floats:
    """The weight of each past week: 1, where it is no outlier, and s⁻² else; scaled to sum to their number."""
    outlying = residuals > OUTLYING
    raw = np.where(outlying, 1 / np.where(outlying, residuals, 1.0) ** 2, 1.0)
    scaled: Floats = raw * (raw.shape[1] / raw.sum(axis=1, keepdims=True))
    return scaled


@dataclass(frozen=True)
class _Fitted:
    coefficients: Floats
    spread: Floats
    """(X'WX)⁻¹ of each series."""
    dispersion: Floats
    residuals: Floats
    """Anscombe's, standardised."""


def _fit(counts: Floats, matrix: Floats, weight: Floats) -> _Fitted:
    """All series at once by iteratively reweighted least squares: they have the same weeks, and statsmodels takes
    them one by one, some thirty times as long."""
    prior = np.diag([1e-9] + [PRIOR] * (matrix.shape[1] - 1))
    mean = np.maximum((counts * weight).sum(axis=1) / weight.sum(axis=1), 0.5 / counts.shape[1])
    beta = np.zeros((len(counts), matrix.shape[1]))
    beta[:, 0] = np.log(mean)
    for _ in range(STEPS):
        mu = np.exp(np.clip(beta @ matrix.T, -20, 20))
        spread = _spread(matrix, weight * mu, prior)
        score = (weight * (counts - mu)) @ matrix - beta @ prior
        step = np.einsum("sjk,sk->sj", spread, score)
        beta += np.clip(step, -2, 2)
        if np.abs(step).max() < CLOSE:
            break
    mu = np.exp(np.clip(beta @ matrix.T, -20, 20))
    spread = _spread(matrix, weight * mu, prior)
    free = max(1, matrix.shape[0] - matrix.shape[1])
    dispersion = np.maximum((weight * (counts - mu) ** 2 / mu).sum(axis=1) / free, 1.0)
    leverage = weight * mu * (spread.reshape(len(counts), -1) @ _products(matrix).T)
    raw = 1.5 * (np.cbrt(counts) ** 2 - np.cbrt(mu) ** 2) / mu ** (1 / 6)
    residuals = raw / np.sqrt(dispersion[:, None] * np.maximum(1 - leverage, 0.01))
    return _Fitted(beta, spread, dispersion, residuals)


def _spread(matrix: Floats, weight: Floats, prior: Floats) -> Floats:
    information = (weight @ _products(matrix)).reshape(len(weight), *prior.shape)
    return np.linalg.inv(information + prior).astype(np.float64)


def _products(matrix: Floats) -> Floats:
    """Each week's columns times each other, in a row: sums over weeks are then one multiplication of matrices."""
    each: Floats = (matrix[:, :, None] * matrix[:, None, :]).reshape(len(matrix), -1)
    return each


def tail(mean: Floats, variance: Floats, counts: Floats) -> Floats:
    """P(X ≥ counts) of the negative binomial distribution of this mean and variance; Poisson where they are equal."""
    from scipy.special import betainc, pdtrc

    size, chance = _parameters(mean, variance)
    some = np.maximum(np.asarray(counts, float), 1.0)
    finite = np.isfinite(size)
    found = np.where(finite, betainc(some, np.where(finite, size, 1.0), 1 - chance), pdtrc(some - 1, mean))
    return np.where(np.asarray(counts) > 0, found, 1.0)


def quantile(mean: Floats, variance: Floats, share: float) -> Floats:
    """The least count whose probability not to be exceeded is at least `share`."""
    from scipy.stats import nbinom, poisson

    size, chance = _parameters(mean, variance)
    plain = poisson.ppf(share, mean)
    finite = np.isfinite(size)
    found: Floats = np.where(
        finite, nbinom.ppf(share, np.where(finite, size, 1.0), np.where(finite, chance, 0.5)), plain
    )
    return found


def _parameters(mean: Any, variance: Any) -> tuple[Floats, Floats]:
    """(size, chance) of the distribution; an infinite size is Poisson's."""
    extra = np.asarray(variance, float) - mean
    spread = extra > 1e-9 * np.asarray(mean)
    size = np.where(spread, np.asarray(mean) ** 2 / np.where(spread, extra, 1.0), np.inf)
    return size, np.asarray(mean) / np.asarray(variance)
