"""Every figure, over all dimensions, scopes, periods and as-ofs, against a count by hand, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics import kpi
from analytics.labels import Row
from analytics.metrics import METRICS
from tests.analytics.city import at
from tests.analytics.conftest import Pair
from tests.analytics.oracle import COUNTS, HOURS, STOCKS, TIMES, Asked, Oracle

DIMENSIONS = ("day", "week", "month", "quarter", "year", "unit", "category", "channel", "track", "district")

LIVELY = st.integers(0, 150 * 24).map(lambda hours: datetime(2025, 11, 1, tzinfo=UTC) + timedelta(hours=hours))
ODD = st.sampled_from([
    "1940-06-02", "1986-05-05T12", "1988-09-20T06", "1995-01-01", "2025-01-05T12", "2026-01-01", "2026-01-10T06",
]).map(lambda text: datetime.fromisoformat(text + "+00:00" if "T" in text else text + "T00+00:00"))  # fmt: skip
WINDOWS = st.sampled_from([
    ("1940-05-01", "1940-07-01"), ("1986-04-30", "1986-05-20"), ("1988-09-01T12", "1988-09-12T06"),
    ("2024-12-20", "2025-03-01"), ("2025-12-29", "2026-01-05"),
]).map(lambda pair: tuple(at(text) for text in pair))  # fmt: skip


@pytest.fixture(scope="module")
def oracles(lively_city: Pair, odd_city: Pair) -> dict[str, tuple[Pair, Oracle]]:
    return {name: (pair, Oracle(pair["sqlite"])) for name, pair in
            (("lively_city", lively_city), ("odd_city", odd_city))}  # fmt: skip


def by_hand(draw: Any, moments: Any, period: Any) -> Asked:
    start, end = draw(period)
    return Asked(
        by=draw(st.lists(st.sampled_from(DIMENSIONS), max_size=3, unique=True), label="by"),
        scope=draw(st.sampled_from(["quality", "all"]), label="scope"),
        as_of=draw(moments, label="as_of"),
        start=start,
        end=end,
    )


SOME = settings(max_examples=15, deadline=None, derandomize=True, database=None,
                suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip


@SOME
@given(data=st.data())
def test_every_figure_of_a_lively_city_equals_a_count_by_hand(oracles: Any, data: st.DataObject) -> None:
    pair, oracle = oracles["lively_city"]
    period = st.tuples(st.none() | LIVELY, st.none() | LIVELY).filter(lambda p: not all(p) or p[0] < p[1])
    compare(pair, oracle, list(METRICS), by_hand(data.draw, LIVELY, period))


@SOME
@given(data=st.data())
def test_every_figure_on_the_edges_equals_a_count_by_hand(oracles: Any, data: st.DataObject) -> None:
    pair, oracle = oracles["odd_city"]
    asked = by_hand(data.draw, ODD, WINDOWS | st.just((None, None)))
    # Over 86 years the count by hand of what stood open at each end takes too long.
    long = asked.start is None and set(TIMES) & set(asked.by)
    compare(pair, oracle, [name for name in METRICS if not long or name not in STOCKS], asked)


@pytest.mark.parametrize("city", ["lively_city", "odd_city"])
@pytest.mark.parametrize("by", [["age"], ["month", "age"], ["age", "week", "unit"], ["day", "month", "age"]])
def test_the_backlog_by_age_equals_a_count_by_hand(oracles: Any, city: str, by: list[str]) -> None:
    pair, oracle = oracles[city]
    for as_of in (datetime(2026, 1, 10, 6, tzinfo=UTC), datetime(1988, 9, 20, tzinfo=UTC)):
        for end in (None, as_of - timedelta(days=5)):
            start = as_of - timedelta(days=30)
            compare(pair, oracle, ["backlog"], Asked(by=by, scope="all", as_of=as_of, start=start, end=end))


@pytest.mark.parametrize("by", [["clause"], ["role", "month"], ["unit", "role", "clause"]])
def test_penalties_by_clause_and_role_equal_a_count_by_hand(oracles: Any, by: list[str]) -> None:
    pair, oracle = oracles["odd_city"]
    for scope in ("quality", "all"):
        asked = Asked(by=by, scope=scope, as_of=datetime(2026, 1, 10, 6, tzinfo=UTC))
        compare(pair, oracle, ["penalties", "penalty_amount"], asked)


def compare(pair: Pair, oracle: Oracle, names: list[str], asked: Asked) -> None:
    answers = {
        database: kpi.query(session, names, as_of=asked.as_of, start=asked.start, end=asked.end, by=asked.by,
                            scope=asked.scope)
        for database, session in pair.items()
    }  # fmt: skip
    assert answers["sqlite"] == answers["postgresql"]
    # Equal is not enough: PostgreSQL's own sums are decimals, which JSON writes as texts.
    numbers = {type(n) for row in answers["postgresql"] for n in (row.value, row.numerator, row.denominator)}
    assert numbers <= {int, float, type(None)}
    for name in names:
        found = {tuple(row.dims.values()): row for row in answers["sqlite"] if row.metric == name}
        expected = oracle.rows(name, asked)
        if not asked.by:
            expected.setdefault((), (0, None if name in COUNTS else 0, 0))
        if name in STOCKS:
            found = {key: row for key, row in found.items() if row.numerator or not asked.by}
        assert {key: parts(row) for key, row in found.items()} == expected, name
        hours = oracle.hours(name, asked) if name in HOURS else {}
        for key, row in found.items():
            if name in HOURS:
                assert row.value == near(hours.get(key)), row
            else:
                assert row.value == value(row), row
            if row.value is not None and row.low is not None:
                assert row.low <= row.value <= (row.value if row.high is None else row.high), row


def parts(row: Row) -> tuple[Any, Any, int]:
    of = row.denominator
    return row.numerator, pytest.approx(of) if isinstance(of, float) else of, row.missing


def near(hours: float | None) -> Any:
    """Within 1 %; half a second either way is below what a histogram of whole seconds tells."""
    return hours if hours is None else pytest.approx(hours, rel=0.01, abs=1 / 3600)


def value(row: Row) -> Any:
    if row.denominator is None:
        return row.numerator if row.metric != "complaint_rate" else None
    if not row.denominator:
        return None
    per = 10_000 if row.metric == "complaint_rate" else 1
    return pytest.approx(float(Fraction(row.numerator) * per / Fraction(row.denominator)))
