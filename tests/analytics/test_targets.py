"""Targets: which figures can have one, which is in force on a day, and what a chart says of it."""

from __future__ import annotations

from datetime import date

import pytest

from analytics.kinds import Hours
from analytics.metrics import METRICS
from analytics.statistics.control import Assurance, chart
from analytics.targets import assurance, target_of, targets_on
from models.tables import KpiTarget
from models.target import OTHERS, SHARES, TARGETED
from tests.analytics.city import City


def test_the_names_are_those_of_the_figures_of_which_more_or_less_is_better() -> None:
    assert {metric.name: metric.zh for metric in METRICS.values() if metric.better} == TARGETED
    assert {name for name, metric in METRICS.items() if metric.better and metric.share} == set(SHARES)
    assert {name for name, metric in METRICS.items() if isinstance(metric, Hours)} <= set(OTHERS)


def test_the_laws_own_targets_are_there_from_the_start_and_no_others(city: City) -> None:
    """72 小时内、1 个工作日内：件件如此，没有例外。"""
    assert targets_on(city.session, date(2026, 3, 1)) == {
        "on_time_rate": 1.0, "callback_on_time_rate": 1.0, "opinion_on_time_rate": 1.0}  # fmt: skip


def test_a_month_is_judged_by_its_own_target(city: City) -> None:
    city.session.add(KpiTarget(id=99, metric="on_time_rate", target=0.95, since=date(2026, 4, 1)))
    city.session.flush()
    assert target_of(city.session, "on_time_rate", date(2026, 3, 31)) == 1
    assert target_of(city.session, "on_time_rate", date(2026, 4, 1)) == 0.95
    assert target_of(city.session, "reach_rate", date(2026, 4, 1)) is None


@pytest.mark.parametrize(
    ("counts", "target", "said"),
    [
        ([100] * 14, 1.0, Assurance.CAPABLE),
        ([90, 91] * 7, 1.0, Assurance.INCAPABLE),
        ([95, 96] * 7, 0.95, Assurance.HIT_OR_MISS),
        ([95] * 14, None, None),
        ([95] * 5, 0.9, None),
    ],
    ids=["all on time", "never all", "now and then", "no target", "too few"],
)
def test_whether_a_process_as_it_is_will_meet_its_target(
    counts: list[int], target: float | None, said: Assurance | None
) -> None:
    assert assurance(chart(counts, [100] * len(counts), "p"), "on_time_rate", target) is said
