"""The arithmetic of charts and intervals, against examples whose answers are published.

The tables are public example data beside the project (`SHARED_DATA`); where they are absent these tests are skipped.
Of what they print, Anhøj's limits for the longest run and the crossings are left out: here seven in a row are a signal.
Byar's and the log-normal interval stand beside the exact ones that are used here, as near as they are known to be.
"""

from __future__ import annotations

import csv
from collections import Counter
from itertools import groupby
from math import log, sqrt
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from analytics.statistics import control, funnel, intervals
from analytics.statistics.control import Assurance, Chart, Rule, Variation, chart
from tests.fixtures.shared import shared

EXAMPLES = "spc-examples"


def rows(name: str) -> list[dict[str, str]]:
    with (shared(EXAMPLES) / name).open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def sheet(name: str, n: int = 0) -> list[dict]:
    head, *told = CalamineWorkbook.from_path(str(shared(EXAMPLES) / name)).get_sheet_by_index(n).to_python()
    return [dict(zip(head, (None if cell == "" else cell for cell in row), strict=True)) for row in told]


def limits(found: Chart, n: int) -> list[float]:
    return [found.points[n].lower, found.points[n].upper]


def outside(found: Chart) -> list[int]:
    return [n for n, p in enumerate(found.points, 1) if p.value is not None and not p.lower <= p.value <= p.upper]


def plain(found_rows, kind, count, size, per=1):
    """The chart as it would be without Laney's correction: its limits drawn back to the centre."""
    counts, sizes = [float(r[count]) for r in found_rows], [float(r[size]) for r in found_rows]
    return chart(counts, sizes, kind, per=per)


# Control charts


@pytest.mark.parametrize(
    ("name", "kind", "beyond"),
    [("montgomery_table_7_4_p_chart.csv", "p", 1), ("montgomery_example_7_4_u_chart.csv", "u", 0)],
)
def test_montgomerys_charts_have_his_centre_and_limits(name, kind, beyond):
    told = rows(name)
    found = plain(told, kind, "y.sum", "n")
    for point, row in zip(found.points, told, strict=True):
        assert [point.value, point.center, point.lower, point.upper] == pytest.approx(
            [float(row[column]) for column in ("y", "cl", "lcl", "ucl")], abs=1e-12
        )
    assert not found.widened
    assert len(outside(found)) == beyond
    assert sum(Rule.OUTSIDE in p.signals for p in found.points) == beyond


@pytest.mark.parametrize(
    ("name", "kind", "center", "longest", "crossings"),
    [("montgomery_table_7_4_p_chart.csv", "p", 234 / 2450, 5, 10),
     ("montgomery_example_7_4_u_chart.csv", "u", 74 / 1000, 2, 15)],
)  # fmt: skip
def test_montgomerys_points_run_cross_the_centre_and_are_called_as_published(name, kind, center, longest, crossings):
    told = rows(name)
    found = plain(told, kind, "y.sum", "n")
    runs = [len(list(row)) for _, row in groupby(point.z > 0 for point in found.points)]
    assert found.points[0].center == pytest.approx(center, abs=1e-12)
    assert (max(runs), len(runs) - 1) == (longest, crossings)
    for rule, column in ((Rule.OUTSIDE, "sigma.signal"), (Rule.RUN, "runs.signal")):
        assert [str(rule in point.signals) for point in found.points] == [row[column] for row in told]


def test_nhs_accident_departments_need_laneys_correction():
    """Mohammed et al. 2013: of 20 weeks 16 lie outside of plain limits, none outside of Laney's."""
    told = rows("nhs_accidents.csv")
    found = plain(told, "p", "r", "n")
    assert found.points[0].center == pytest.approx(0.9528997113)
    assert found.scatter == (pytest.approx(10.6404218635),)
    assert limits(found, 0) == pytest.approx([0.9401296, 0.9656698], abs=1e-7)
    assert outside(found) == []


def test_taylors_complaints_per_sales_need_it_too():
    found = plain(rows("complaints.csv"), "u", "complaints", "sales", per=10_000)
    assert found.points[0].center == pytest.approx(49.9725274725)
    assert found.scatter == (pytest.approx(5.3173927246),)
    assert limits(found, 0) == pytest.approx([12.3832, 87.5618], abs=1e-4)
    assert outside(found) == []


@pytest.mark.parametrize(
    ("name", "kind", "count", "size", "per", "first", "beyond"),
    [("nhs_accidents.csv", "p", "r", "n", 1, [0.9516996, 0.9540999], 16),
     ("complaints.csv", "u", "complaints", "sales", 10_000, [42.9034, 57.0417], 13)],
)  # fmt: skip
def test_without_it_most_of_their_twenty_points_would_lie_outside(
    monkeypatch, name, kind, count, size, per, first, beyond
):
    monkeypatch.setattr(control, "ONE_IN_A_HUNDRED", 1e9)
    found = plain(rows(name), kind, count, size, per)
    assert limits(found, 0) == pytest.approx(first, rel=1e-6)
    assert (len(outside(found)), len(found.points)) == (beyond, 20)


def test_infections_before_and_after_are_two_phases_of_one_chart():
    told = rows("cdi.csv")
    after = next(n for n, row in enumerate(told) if row["period"] == "post")
    counts, days = [int(row["n"]) for row in told], [float(row["days"]) for row in told]
    found = chart(counts, days, "u", per=10_000, rebased=[after])
    assert [found.points[0].center, found.points[after].center] == pytest.approx([13.024226, 5.008920], abs=1e-6)
    assert found.scatter == (1.0, 1.0), "σz 1.0672 and 1.2342 are no more than chance"
    assert outside(found) == []


def test_on_one_chart_without_phases_month_31_of_the_infections_lies_outside():
    found = plain(rows("cdi.csv"), "u", "n", "days", per=10_000)
    assert found.points[0].center == pytest.approx(10.380231, abs=1e-6)
    assert outside(found) == [31]
    assert [n for n, point in enumerate(found.points, 1) if Rule.OUTSIDE in point.signals] == [31]


def test_the_scatter_of_the_infections_is_laneys():
    told = rows("cdi.csv")
    for period, expected in (("pre", 1.0672), ("post", 1.2342)):
        part = [(int(row["n"]), float(row["days"])) for row in told if row["period"] == period]
        rate = sum(n for n, _ in part) / sum(days for _, days in part)
        z = [(n / days - rate) / (rate / days) ** 0.5 for n, days in part]
        assert control.laney(z) == pytest.approx(expected, abs=1e-4)


# The four rules, and the words made of them


def steady(*last: int | None, base: int = 50) -> Chart:
    """Twenty periods that alternate around half, and then some; None: a period without anything."""
    counts = [base + (3 if n % 2 else -3) for n in range(20)]
    over = [0 if n is None else 100 for n in last]
    return chart([*counts, *(n or 0 for n in last)], [100] * 20 + over, "p", settled=20)


def signals(found: Chart, last: int) -> set[Rule]:
    return {rule for point in found.points[-last:] for rule in point.signals}


@pytest.mark.parametrize(
    ("last", "rule"),
    [
        ([66], Rule.OUTSIDE),
        ([49, 48, 49, 47, 48, 49, 46], Rule.RUN),
        ([44, 46, 48, 50, 52, 54, 56], Rule.TREND),
        ([61, 50, 61], Rule.OUTER_THIRD),
    ],
    ids=["outside", "seven on one side", "seven that rise", "two of three in the outer third"],
)
def test_a_point_is_called_by_each_of_the_four_rules(last, rule):
    assert rule in signals(steady(*last), len(last))
    assert signals(steady(*last[:-1]), len(last)) - {Rule.TREND} == set() or rule is Rule.OUTSIDE


def test_chance_is_called_nothing():
    assert signals(steady(), 20) == set()
    assert steady().variation("high") is Variation.COMMON


def test_two_of_three_on_different_sides_are_nothing():
    assert Rule.OUTER_THIRD not in signals(steady(61, 50, 39), 3)


@pytest.mark.parametrize(
    ("last", "better", "said"),
    [(66, "high", Variation.BETTER), (66, "low", Variation.WORSE), (66, None, Variation.CHANGED),
     (34, "high", Variation.WORSE)],
)  # fmt: skip
def test_a_signal_is_better_or_worse_by_what_the_figure_wants(last, better, said):
    assert steady(last).variation(better) is said


@pytest.mark.parametrize(
    ("target", "said"),
    [(0.2, Assurance.CAPABLE), (0.5, Assurance.HIT_OR_MISS), (0.95, Assurance.INCAPABLE)],
)
def test_a_target_is_met_missed_or_now_and_then(target, said):
    assert steady().assurance(target, "high") is said


def test_under_thirteen_points_nothing_is_called():
    found = chart([50] * 11 + [90], [100] * 12, "p")
    assert found.trial
    assert found.variation("high") is Variation.FEW
    assert found.assurance(0.9, "high") is None
    assert signals(found, 12) == set()


def test_a_phase_is_judged_by_itself_from_thirteen_points_on():
    before = [50, 47, 53, 48, 52] * 4
    one = chart([*before, 90], [100] * 21, "p", rebased=[20])
    assert (one.trial, one.variation("high"), one.assurance(0.8, "high")) == (True, Variation.FEW, None)
    four = chart([*before, 40, 40, 70, 70], [100] * 24, "p", rebased=[20])
    assert signals(four, 4) == set()
    assert four.points[0].judged, "the phase before is long enough"


def test_a_phase_of_nothing_is_none():
    """Rebased within the period that is not over, or where only gaps follow: the limits stay what they were."""
    running = chart([*[90] * 14, 28], [100] * 14 + [30], "p", rebased=[14], running=True)
    assert running.starts == (0,)
    assert running.points[-1].center == pytest.approx(0.9)
    gaps = chart([*[90] * 14, 0, 0], [*[100] * 14, 0, 0], "p", rebased=[14])
    assert gaps.starts == (0,)


def test_what_is_not_over_is_not_judged():
    found = chart([*[10] * 14, 3], [*[10] * 14, 10], "p", running=True)
    assert found.latest is found.points[13]
    assert found.assurance(0.8, "high") is Assurance.CAPABLE
    assert not found.points[-1].judged


def test_what_equals_its_centre_but_for_the_last_bit_is_on_it():
    found = chart([7] * 24, [1234.5678] * 24, "u", per=10_000)
    assert {point.z for point in found.points} == {0.0}
    assert found.variation("low") is Variation.COMMON


def test_periods_without_anything_are_gaps():
    found = chart([50] * 14 + [0, 51, 51, 51], [100] * 14 + [0, 100, 100, 100], "p")
    assert found.points[14].value is None
    assert found.points[14].lower is None
    assert found.latest is found.points[-1]


@pytest.mark.parametrize(
    ("last", "rule", "called"),
    [
        ([49, 48, 49, None, 47, 48, 49, 46], Rule.RUN, [0, 1, 2, 4, 5, 6, 7]),
        ([44, 46, 48, None, 50, 52, 54, 56], Rule.TREND, [0, 1, 2, 4, 5, 6, 7]),
        ([61, None, 50, 61], Rule.OUTER_THIRD, [0, 3]),
    ],
    ids=["seven on one side", "seven that rise", "two of three in the outer third"],
)
def test_a_gap_within_a_row_neither_breaks_it_nor_counts(last, rule, called):
    assert [n for n, point in enumerate(steady(*last).points[20:]) if rule in point.signals] == called
    assert rule not in signals(steady(*last[:-1]), len(last) - 1)


@pytest.mark.parametrize(("counts", "over"), [([], []), ([0] * 15, [0] * 15), ([0] * 15, [9] * 15),
                                              ([9] * 15, [9] * 15), ([1] + [0] * 14, [5] * 15)],
                         ids=["no periods", "nothing due", "all late", "all on time", "one event"])  # fmt: skip
def test_edges_make_no_nonsense(counts, over):
    found = chart(counts, over, "p")
    for point in found.points:
        if point.value is not None:
            assert 0 <= point.lower <= point.center <= point.upper <= 1
    assert found.variation("high") in set(Variation)


# Intervals

LEVELS = {"95%": 0.95, "99.8%": 0.998}


@pytest.mark.parametrize(("level", "name"), [(0.95, "95_0"), (0.998, "99_8")])
def test_wilson_is_public_health_englands(level, name):
    told = [row for row in sheet("phe_proportion.xlsx") if row["value"] is not None]
    assert len(told) == 16
    for row in told:
        found, scale = intervals.wilson(row["Numerator"], row["Denominator"], level), row["multiplier"]
        expected = [row[f"lower{name}cl"], row[f"upper{name}cl"]]
        assert [found.low * scale, found.high * scale] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "n", "count", "size", "many"),
    [("phe_proportion.xlsx", 1, "Numerator", "Denominator", 8), ("phe_byars_wilson.xlsx", 0, "x", "n", 6)],
)
def test_wilson_is_theirs_in_groups_and_beside_byars_too(name, n, count, size, many):
    told = [row for row in sheet(name, n) if row["method"] == "Wilson" and row["lowercl"] is not None]
    assert len(told) == many
    for row in told:
        found = intervals.wilson(row[count], row[size], LEVELS[row["confidence"]])
        assert [found.low, found.high] == pytest.approx([row["lowercl"], row["uppercl"]], rel=1e-12)


@pytest.mark.parametrize("n", [0, 1], ids=["single", "in groups"])
@pytest.mark.parametrize("area", ["Area09", "Area10", "Area11"])
def test_without_numerator_or_denominator_they_have_no_data(n, area):
    (row,) = (row for row in sheet("phe_proportion.xlsx", n) if row["Area"] == area)
    assert row["value"] is None
    assert intervals.wilson(row["Numerator"], row["Denominator"]) is None


def test_no_denominator_is_no_data():
    assert intervals.wilson(0, 0) is None
    assert intervals.poisson(3, 0) is None
    assert intervals.compare(1, 0, 2, 5) is None


def test_the_poisson_interval_is_exact():
    found = intervals.poisson(65, 1)
    assert [found.low, found.high] == pytest.approx([50.1656, 82.8478], abs=1e-4)
    assert intervals.poisson(0, 1).low == 0


@pytest.mark.parametrize(("confidence", "error", "many"), [("95%", 0.02, 3), ("99.8%", 0.2, 4)])
def test_byars_approximation_is_as_near_to_it_as_a_cube_root_comes(confidence, error, many):
    """Wilson and Hilferty's, whose error falls with the root of the count; an event more or less would be far off."""
    byars = (row for row in sheet("phe_byars_wilson.xlsx") if row["method"] == "Byars")
    told = [row for row in byars if row["confidence"] == confidence]
    assert len(told) == many
    for row in told:
        found = intervals.poisson(int(row["x"]), 1, level=LEVELS[confidence])
        assert found.high == pytest.approx(row["uppercl"], abs=error / sqrt(row["x"]))
        if row["lowercl"] is not None:
            assert found.low == pytest.approx(row["lowercl"], abs=error / sqrt(row["x"]))


def test_where_byar_has_no_lower_end_the_exact_interval_has():
    """One event at 99.8 %, the last row: e to the minus low is how probable it is that there is none."""
    last = sheet("phe_byars_wilson.xlsx")[-1]
    assert (last["x"], last["confidence"], last["lowercl"]) == (1, "99.8%", None)
    assert intervals.poisson(1, 1, level=0.998).low == pytest.approx(-log(0.999))


def test_infections_fell_to_two_fifths():
    found = intervals.compare(449, 344_742.1667, 85, 169_697.25)
    assert [found.ratio, found.low, found.high] == pytest.approx([0.384585, 0.301329, 0.485893], abs=1e-5)
    assert found.lower
    assert not found.higher


def test_the_exact_interval_of_that_holds_the_log_normal_one():
    told = {period: [row for row in rows("cdi.csv") if row["period"] == period] for period in ("pre", "post")}
    before, after = ((sum(int(r["n"]) for r in part), sum(float(r["days"]) for r in part)) for part in told.values())
    assert (before, after) == ((449, pytest.approx(344_742.1667)), (85, pytest.approx(169_697.25)))
    found = intervals.compare(*before, *after)
    assert found.low < 0.305004 < found.ratio < 0.484929 < found.high
    assert [found.low, found.high] == pytest.approx([0.305004, 0.484929], rel=0.015)


def test_one_against_one_says_nothing():
    found = intervals.compare(1, 100, 1, 100)
    assert not found.lower
    assert not found.higher
    assert intervals.compare(0, 100, 3, 100).ratio is None
    assert intervals.compare(0, 100, 0, 100).high is None


# Funnels


def test_the_funnels_limits_are_public_health_englands():
    told = rows("phe_funnel_prop_inputs.csv")
    counts, sizes = [float(r["numerator"]) for r in told], [float(r["denominator"]) for r in told]
    found = funnel.Funnel.of(counts, sizes, share=True, per=100, widen=False)
    assert found.middle == pytest.approx(80.642448, abs=1e-6)
    for row in rows("phe_funnel_prop_outputs.csv"):
        for z, low, high in ((funnel.Z95, "Lower2s0025limit", "Upper2s0025limit"),
                             (funnel.Z998, "Lower3s0001limit", "Upper3s0001limit")):  # fmt: skip
            expected = [float(row[low]), float(row[high])]
            assert found.limits(float(row["Population"]), z) == pytest.approx(expected, abs=2e-5)


def test_all_303_labels_of_the_funnel_come_back_and_it_is_over_dispersed():
    told = rows("phe_funnel_prop_inputs.csv")
    counts, sizes = [float(r["numerator"]) for r in told], [float(r["denominator"]) for r in told]
    found = funnel.Funnel.of(counts, sizes, share=True, widen=False)

    def label(count: float, size: float) -> str:
        for z, name in ((funnel.Z998, "0.001"), (funnel.Z95, "0.025")):
            low, high = found.limits(size, z)
            if not low <= count / size <= high:
                return f"{'High' if count / size > high else 'Low'} ({name})"
        return "Not significant"

    labels = [label(*one) for one in zip(counts, sizes, strict=True)]
    assert labels == [r["significance"] for r in told]
    assert Counter(labels) == {
        "High (0.001)": 168, "Low (0.001)": 92, "High (0.025)": 10, "Low (0.025)": 1, "Not significant": 32,
    }  # fmt: skip
    assert sum("0.001" in one for one in labels) == 260
    widened = funnel.Funnel.of(counts, sizes, share=True)
    assert widened.scatter > 5
    beyond = sum(not low <= c / s <= high for c, s in zip(counts, sizes, strict=True)
                 for low, high in [widened.limits(s, funnel.Z998)])  # fmt: skip
    assert beyond < 30


def test_a_rates_limits_are_poissons_own_and_start_at_nothing():
    found = funnel.Funnel.of([3, 5], [10_000, 10_000], share=False, per=10_000)
    low, high = found.limits(10_000, funnel.Z998)
    assert low == 0
    assert 10.5 < high < 13.5, "the normal curve would say 10.2"


def test_one_unit_alone_is_its_own_centre():
    found = funnel.Funnel.of([7], [10], share=True)
    assert found.middle == pytest.approx(0.7)
    assert found.scatter == 1.0
    assert funnel.Funnel.of([], [], share=True) is None
    assert funnel.Funnel.of([0], [0], share=True) is None


def test_british_water_companies_rates_are_recomputed_from_their_parts():
    """The source prints 338.87 for one of them; its own parts give 38.87."""
    with next(Path(shared("ccw-complaint-rates")).glob("*.csv")).open(encoding="utf-8") as file:
        told = list(csv.DictReader(file))
    counts = [int(row["complaints_to_company"]) for row in told]
    homes = [int(row["household_connections"]) for row in told]
    found = funnel.Funnel.of(counts, homes, share=False, per=10_000)
    assert found.middle == pytest.approx(27.1218, abs=1e-4)
    assert [c / h * 10_000 for c, h in zip(counts, homes, strict=True)] == pytest.approx(
        [26.9670, 38.8703, 14.7985, 24.8492, 18.8080, 51.1344], abs=1e-4
    )


@pytest.mark.parametrize(("count", "of"), [(0, 1), (1, 1), (0, 50), (3, 7), (432, 484), (50, 50), (999, 100_000)])
def test_shares_and_rates_have_the_intervals_of_statsmodels(count, of):
    from statsmodels.stats.proportion import proportion_confint
    from statsmodels.stats.rates import confint_poisson

    share, rate = intervals.wilson(count, of), intervals.poisson(count, of)
    assert (share.low, share.high) == pytest.approx(proportion_confint(count, of, method="wilson"), abs=1e-12)
    assert (rate.low, rate.high) == pytest.approx(confint_poisson(count, of, method="exact-c"), abs=1e-12)
