"""What a week is held against: published numbers, statsmodels, and years in which nothing but chance happens."""

import numpy as np
import pytest
import statsmodels.api as sm

from analytics.clusters import Cell
from analytics.statistics import surveillance
from analytics.statistics.surveillance import YEAR, forecast, quantile, season, tail, weeks_used, weights
from tests.bench.alerts import days_until_found, false_alarms

CHANCE = np.random.default_rng(311)


@pytest.mark.parametrize(
    ("mean", "dispersion", "seen", "limit", "probability"),
    [
        (5.0, 1.0, 11, 9, 0.01369527),
        (5.0, 1.5, 11, 10, 0.03763657),
        (5.0 * 2**1.6448536, 1.0, 11, 22, 0.9093099),
        (5.0 * 2**1.6448536, 1.5, 11, 24, 0.8597797),
    ],
    ids=["nbPlugin, φ 1", "nbPlugin, φ 1.5", "muan, φ 1", "muan, φ 1.5"],
)
def test_thresholds_are_those_of_the_r_package_surveillance(mean, dispersion, seen, limit, probability):
    """tests/testthat/test-farringtonFlexible.R: expected 5, α 0.05, eleven seen (Salmon et al. 2016)."""
    mean, variance = np.array([mean]), np.array([mean * dispersion])
    assert quantile(mean, variance, 0.95) == limit
    assert tail(mean, variance, np.array([seen])) == pytest.approx(probability, abs=1e-7)


def test_a_past_outbreak_weighs_by_its_residual_squared_and_all_weights_sum_to_the_weeks():
    """The same file, by hand: of ten weeks five are outlying with a residual of 4, so γ = 10 / (5 + 5/16)."""
    found = weights(np.array([[0.0] * 5 + [4.0] * 5]))[0]
    assert found == pytest.approx([10 / 5.3125] * 5 + [10 / 5.3125 / 16] * 5)
    assert weights(np.array([[2.5, -9.0]])).tolist() == [[1, 1]], "only too many is an outbreak"


def test_the_season_of_now_is_seven_weeks_of_each_year_and_the_rest_nine_equal_parts():
    """Noufaily §3.2; surveillance's `blocks`: w + 1 + b (2w + 1) weeks, this one and those after it included."""
    levels = season(np.arange(0, 161, dtype=float))
    assert (levels == 0).sum() == 3 + 1 + 3 * 7
    assert set(levels) == set(range(surveillance.SEASONS))
    assert np.ptp([(levels[4:49] == n).sum() for n in range(1, 10)]) <= 1


def test_the_model_is_statsmodels_quasi_poisson():
    weeks, rate = 200, 400.0
    back = np.arange(weeks)
    counts = CHANCE.negative_binomial(rate / 2, 1 / 3, weeks) * (1 + 0.5 * np.cos(2 * np.pi * back / YEAR))
    counts = np.round(counts).astype(float)
    found = forecast(counts[None, :])
    matrix, now = surveillance.design(weeks - surveillance.GAP)
    past = counts[surveillance.GAP :]
    first = sm.GLM(past, matrix, family=sm.families.Poisson()).fit(scale="X2")
    assert (first.resid_anscombe / np.sqrt(first.scale) < surveillance.OUTLYING).all(), "no week is weighed down"
    assert found is not None
    assert found.expected[0] == pytest.approx(float(np.exp(now @ first.params)), rel=1e-3)
    assert found.error[0] == pytest.approx(float(np.sqrt(now @ first.cov_params() @ now)), rel=1e-2)
    assert found.dispersion[0] == pytest.approx(first.scale, rel=1e-2)


def test_an_outbreak_in_the_past_hides_no_outbreak_now():
    counts = np.full((1, 150), 4.0) + (np.arange(150) % 3 - 1)
    calm = forecast(counts)
    counts[0, 60:63] = 60
    after = forecast(counts)
    assert calm is not None
    assert after is not None
    assert after.quantile(0.999)[0] <= calm.quantile(0.999)[0] + 4


@pytest.mark.parametrize(
    ("weeks", "used"), [(0, 0), (5, 0), (6, 5), (14, 13), (60, 13), (107, 103), (400, 256)],
    ids=["no week", "five", "six", "a quarter", "a year is no season", "two years and three weeks", "eight years"],
)  # fmt: skip
def test_how_much_of_the_past_is_learned_from(weeks, used):
    assert weeks_used(weeks) == used
    assert (forecast(np.ones((2, weeks))) is None) == (used == 0)


def test_a_summer_that_comes_every_year_is_expected():
    back = np.arange(1, 160)
    rates = 6 * np.exp(1.2 * np.cos(2 * np.pi * back / YEAR))  # this week is at the height of it
    found = forecast(CHANCE.poisson(rates, (20, len(back))).astype(float))
    assert found is not None
    assert found.expected.mean() == pytest.approx(6 * np.exp(1.2), rel=0.15), "seven weeks at its height"


def test_where_there_was_never_a_complaint_the_model_still_answers():
    found = forecast(np.zeros((1, 156)))
    assert found is not None
    assert found.expected[0] < 0.01
    assert found.quantile(0.999)[0] <= 1


def test_half_a_year_of_chance_raises_next_to_nothing():
    """A sample of `make bench`, which has years of every day: docs/alerts.md. Of 54 cells, a week each."""
    assert false_alarms(1, 3 * 365, days=182, every=7) <= 3


@pytest.mark.slow
@pytest.mark.parametrize(("history", "most"), [(3 * 365, 4.0), (26 * 7, 6.0)])
def test_false_alarms_a_year_are_what_the_page_says(history, most):
    years = 12
    assert sum(false_alarms(seed, history) for seed in range(years)) / years <= most


def test_four_times_as_many_are_found_within_a_fortnight():
    found = [days_until_found(seed, Cell("维修", "东昌府"), 4.0) for seed in range(2)]
    assert all(days is not None and days <= 14 for days in found)
