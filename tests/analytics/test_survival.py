"""How long it takes: Kaplan–Meier against published medians and statsmodels, histograms against their cases."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from datetime import timedelta
from math import inf, log

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session
from statsmodels.duration.survfunc import SurvfuncRight

from analytics import kpi
from analytics.hours import STEPS
from analytics.statistics.survival import Step, curve, percentile, steps_of
from models.tables import Rule, Ticket
from tests.analytics.city import at
from tests.analytics.conftest import Pair
from tests.fixtures.shared import shared

NOW = at("2026-06-01")


def lung(sex: str | None = None) -> tuple[list[float], list[bool]]:
    """Days and whether they had died: the NCCTG trial."""
    with (shared("spc-examples") / "km_lung.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if sex in (None, row["sex"])]
    return [float(row["time"]) for row in rows], [row["status"] == "1" for row in rows]


@pytest.mark.parametrize(("sex", "cases", "deaths", "median"), [(None, 228, 165, 310), ("1", 138, 112, 270),
                                                                ("2", 90, 53, 426)])  # fmt: skip
def test_km_lung_medians_as_published(sex: str | None, cases: int, deaths: int, median: float) -> None:
    times, ended = lung(sex)
    assert (len(times), sum(ended)) == (cases, deaths)
    assert percentile(steps_of(times, ended), 0.5).value == median


@pytest.mark.parametrize("sex", [None, "1", "2"])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_km_lung_intervals_are_those_of_brookmeyer_and_crowley(sex: str | None, share: float) -> None:
    times, ended = lung(sex)
    found = percentile(steps_of(times, ended), share)
    other = SurvfuncRight(times, ended)
    low, high = other.quantile_ci(share, method="cloglog")
    assert found.value == (None if other.quantile(share) != other.quantile(share) else other.quantile(share))
    assert found.low == low
    assert found.high == (None if high == float("inf") else high)
    mine, theirs = curve(steps_of(times, ended)), other.surv_prob[other.n_events > 0]
    assert [one.share for one in mine] == pytest.approx(list(theirs))


def test_what_the_curve_has_not_come_down_to_is_not_reached() -> None:
    few = percentile([Step(5, 1, 0), Step(8, 0, 9)], 0.5)
    assert (few.value, few.high) == (None, None)
    assert percentile([], 0.5) == percentile([Step(3, 0, 4)], 0.9)


def test_where_all_have_ended_the_interval_is_no_surer_than_before() -> None:
    """At no survivors the curve's own interval is not defined: a single case has none, and of few the longest of them
    is no upper end of what nine in ten keep."""
    alone = percentile([Step(7, 1, 0)], 0.5)
    assert (alone.value, alone.low, alone.high) == (7, None, None)
    few = percentile([Step(hours, 1, 0) for hours in range(1, 6)], 0.9)
    assert (few.value, few.high) == (5, None)
    chance, covered = random.Random(3), 0
    for _round in range(300):
        times = sorted(chance.expovariate(1.0) for _n in range(15))
        found = percentile([Step(time, 1, 0) for time in times], 0.9)
        covered += (found.low or 0.0) <= log(10) <= (inf if found.high is None else found.high)
    assert covered >= 270


def test_what_is_still_open_makes_the_median_longer() -> None:
    closed = [Step(hours, 1, 0) for hours in range(1, 11)]
    waiting = [Step(hours, 1, 1) for hours in range(1, 11)]
    assert percentile(closed, 0.5).value == 5
    assert (percentile(waiting, 0.5).value or 0) > 5


@pytest.fixture
def busy(settled_city: Pair) -> Iterator[tuple[dict[str, Session], list[tuple[float, bool]]]]:
    """A quarter of 1,500 complaints on both databases, log-normal, a good fifth of them open; nothing is kept."""
    chance = random.Random(11)
    rows, cases = [], []
    for n in range(1, 1501):
        registered = NOW - timedelta(hours=chance.uniform(1, 2200))
        hours = chance.lognormvariate(4.2, 1.1) if chance.random() < 0.9 else 72.0
        closed = registered + timedelta(hours=hours)
        rows.append({
            "id": n, "no": f"B{n}", "kind": "complaint", "track": "quality", "round": 1, "version": 1,
            "urgency": "normal", "received_at": registered, "registered_at": registered, "event_count": 0, "head": "",
            "last_event_at": registered, "closed_at": closed if closed <= NOW else None,
            "state": "closed" if closed <= NOW else "handling", "ending": "satisfied" if closed <= NOW else None,
        })  # fmt: skip
        cases.append((min(hours, (NOW - registered) / timedelta(hours=1)), closed <= NOW))
    sessions = {name: Session(one.get_bind()) for name, one in settled_city.items()}
    for session in sessions.values():
        session.execute(insert(Ticket.__table__), rows)
    yield sessions, cases
    for session in sessions.values():
        session.close()


def test_percentiles_of_the_histogram_are_within_a_hundredth_of_those_of_the_cases(busy: tuple) -> None:
    """Value and interval; and what took 72 hours to the second is not said to have taken longer."""
    sessions, cases = busy
    exact = steps_of([hours for hours, _ in cases], [ended for _, ended in cases])
    for session in sessions.values():
        for row in kpi.query(session, ["close_hours_p50", "close_hours_p90"], as_of=NOW):
            told = percentile(exact, 0.5 if row.metric.endswith("50") else 0.9)
            assert (row.numerator, row.denominator) == (sum(ended for _, ended in cases), 1500)
            assert (row.value, row.low, row.high) == pytest.approx((told.value, told.low, told.high), rel=0.01)
    assert 2 ** (1 / STEPS) < 1.01


def test_lengths_are_counted_where_no_rule_sets_a_deadline(busy: tuple) -> None:
    """Of an installation without its rules: nothing to be an edge."""
    sessions, cases = busy
    for session in sessions.values():
        before = kpi.query(session, ["close_hours_p50"], as_of=NOW)
        session.query(Rule).filter(Rule.key == "handle").delete()
        (row,) = kpi.query(session, ["close_hours_p50"], as_of=NOW)
        assert (row.numerator, row.denominator) == (before[0].numerator, len(cases))
        assert row.value == pytest.approx(before[0].value, rel=0.01)


def test_a_deadline_that_was_in_force_is_an_edge(busy: tuple) -> None:
    """At the 72nd hour, and a second later: two buckets, though less than a thousandth apart."""
    sessions, _cases = busy
    session = sessions["sqlite"]
    session.query(Ticket).delete()
    session.add(Rule(key="handle", track="quality", since=at("2026-01-01").date(), amount=48, measure="hours"))
    ends = {48: 30, 72: 61, 72 + 1 / 3600: 9}
    start, n = at("2026-03-01"), 0
    for hours, many in ends.items():
        for _ in range(many):
            n += 1
            session.add(Ticket(
                id=n, no=f"E{n}", kind="complaint", track="quality", round=1, version=1, urgency="normal",
                received_at=start, registered_at=start, closed_at=start + timedelta(hours=hours), state="closed",
                ending="satisfied", event_count=0, head="", last_event_at=start,
            ))  # fmt: skip
    session.flush()
    (row,) = kpi.query(session, ["close_hours_p90"], as_of=NOW)
    assert row.value == 72.0
