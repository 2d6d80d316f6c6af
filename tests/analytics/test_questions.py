"""What may be asked, how it is written, and what is answered to a question that cannot be."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from analytics import kpi, questions
from analytics.metrics import METRICS
from analytics.questions import Unanswerable, Withheld, allowed_scope, read, read_moment
from models.actor import Actor
from tests.analytics.city import City, at
from tests.analytics.conftest import Pair
from tests.analytics.oracle import COUNTS, STOCKS

NOW = at("2026-06-01")


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("2026-01-31", "2026-01-31T00:00+08:00"),
        ("2026-01", "2026-01-01T00:00+08:00"),
        ("2026", "2026-01-01T00:00+08:00"),
        ("2026-01-31T16:30", "2026-01-31T16:30+08:00"),
        ("2026-01-31 16:30:05", "2026-01-31T16:30:05+08:00"),
        ("2016-01-13T00:00-05:00", "2016-01-13T13:00+08:00"),
        ("2026-01-31T08:30:00Z", "2026-01-31T16:30+08:00"),
        ("2026-01-31T16:30 08:00", "2026-01-31T16:30+08:00"),
        ("1988-06-01", "1988-06-01T00:00+09:00"),
    ],
)
def test_a_time_is_read_as_people_and_programs_write_it(written: str, means: str) -> None:
    assert read_moment("from", written) == datetime.fromisoformat(means)


@pytest.mark.parametrize(
    "written", ["昨天", "2026-13-01", "31/01/2026", "2026-02-30", "", "1899-12-31", "2201", "0000"]
)
def test_a_time_that_means_nothing_is_refused_with_a_way_to_write_it(written: str) -> None:
    with pytest.raises(Unanswerable) as no:
        read_moment("from", written)
    assert no.value.field == "from"


@pytest.mark.parametrize(
    ("asked", "field", "says"),
    [
        ({"names": ["on_time_rat"]}, "name", "没有“on_time_rat”这个指标，是“on_time_rate”吗？"),
        ({"names": ["x"]}, "name", "可用：complaints、"),
        ({"by": ["mouth"]}, "by", "不能按“mouth”分，是“month”吗？"),
        ({"by": ["age"], "names": ["complaints", "backlog"]}, "by", "只用于 backlog，不用于 complaints"),
        ({"by": ["role"], "names": ["complaints"]}, "by", "“role”（责任）只用于 penalties、penalty_amount"),
        ({"scope": "total"}, "scope", "没有“total”这个口径"),
        ({"start": "2026-02-01", "end": "2026-02-01"}, "to", "须晚于"),
        ({"start": "2026-02-01", "end": "2026-01-01"}, "to", "须晚于"),
        ({"start": "soon"}, "from", "看不懂"),
        ({"as_of": "2026-06-02"}, "as_of", "还没有到：2026-06-02T00:00:00+08:00"),
    ],
    ids=lambda value: None if isinstance(value, dict) else value[:12],
)
def test_a_question_that_cannot_be_answered_says_what_to_change(asked: Any, field: str, says: str) -> None:
    with pytest.raises(Unanswerable) as no:
        read(asked.pop("names", ["complaints"]), now=NOW, **asked)
    assert no.value.field == field
    assert says in str(no.value)


def test_nothing_asked_is_everything_of_all_time_as_of_now() -> None:
    asked = read([], now=NOW)
    assert asked.names == tuple(METRICS)
    assert (asked.start, asked.end, asked.by, asked.scope, asked.as_of) == (None, None, (), "quality", NOW)
    assert read([], now=NOW, by=["age"]).names == ("backlog",)
    assert read([], now=NOW, by=["role", "clause"]).names == ("penalties", "penalty_amount")


def test_dimensions_may_come_one_by_one_or_with_commas_and_twice() -> None:
    assert read(["complaints"], now=NOW, by=["month,unit", "month"]).by == ("month", "unit")


def test_a_unit_that_does_not_exist_is_not_everybody(city: City) -> None:
    with pytest.raises(Unanswerable, match="没有“东城营业厅”这个单位，是“东城营业所”吗"):
        kpi.query(city.session, ["complaints"], as_of=NOW, units=["东城营业厅"])


def test_the_document_is_the_contracts(city: City) -> None:
    city.register("2026-01-05 10:00", category="水压")
    asked = read(
        ["complaints", "on_time_rate"], now=NOW, start="2026-01-01", end="2026-02-01T12:00", by=["month", "unit"]
    )
    document = kpi.as_json(asked, kpi.answer(city.session, asked))
    assert json.loads(json.dumps(document)) == {
        "from": "2026-01-01",
        "to": "2026-02-01T12:00:00+08:00",
        "as_of": "2026-06-01T00:00:00+08:00",
        "by": ["month", "unit"],
        "scope": "quality",
        "rows": [{"month": "2026-01", "unit": None, "metric": "complaints", "value": 1, "numerator": 1,
                  "denominator": None, "low": None, "high": None}],
    }  # fmt: skip


def test_without_a_dimension_every_figure_has_one_row(city: City) -> None:
    asked = read([], now=NOW)
    rows = kpi.as_json(asked, kpi.answer(city.session, asked))["rows"]
    assert [row["metric"] for row in rows] == list(METRICS)
    assert {key: rows[2][key] for key in ("value", "numerator", "denominator")} == {
        "value": None, "numerator": 0, "denominator": 0}  # fmt: skip
    assert {row["metric"] for row in rows if row["denominator"] is None} == set(COUNTS)


def test_rows_stand_in_the_order_of_their_dimensions_with_null_last(lively_city: Pair) -> None:
    rows = kpi.query(lively_city["sqlite"], ["complaints"], as_of=NOW, by=["month", "unit"])
    keys = [tuple((value is None, value or "") for value in row.dims.values()) for row in rows]
    assert keys == sorted(keys)
    assert any(row.dims["unit"] is None for row in rows)
    ages = kpi.query(lively_city["sqlite"], ["backlog"], as_of=at("2026-02-20"), by=["age"])
    order = ["1 天内", "1–3 天", "3–7 天", "7–30 天", "30 天以上"]
    assert [row.dims["age"] for row in ages] == [age for age in order if age in {row.dims["age"] for row in ages}]


def test_the_parts_of_any_division_add_up_to_the_whole(lively_city: Pair) -> None:
    session = lively_city["sqlite"]
    names = [name for name in METRICS if name != "complaint_rate"]
    whole = {row.metric: row for row in kpi.query(session, names, as_of=NOW, scope="all")}
    for by in (["unit"], ["category", "channel"], ["district"], ["track"], ["week"], ["month", "unit"]):
        for name in names:
            if name in STOCKS and {"week", "month"} & set(by):
                continue  # summed over units, never over time
            rows = kpi.query(session, [name], as_of=NOW, scope="all", by=by)
            assert sum(row.numerator for row in rows) == whole[name].numerator, (name, by)
            assert sum(row.denominator or 0 for row in rows) == (whole[name].denominator or 0), (name, by)


def test_some_units_together_are_their_rows_added(lively_city: Pair) -> None:
    session, units = lively_city["sqlite"], ["东城营业所", "工程公司"]
    for name in METRICS:
        if name == "complaint_rate":
            continue
        rows = kpi.query(session, [name], as_of=NOW, by=["unit"])
        (both,) = kpi.query(session, [name], as_of=NOW, units=units)
        assert both.numerator == sum(row.numerator for row in rows if row.dims["unit"] in units), name


def person(*roles: str, **posts: bool) -> Actor:
    return Actor(1, frozenset(roles), **posts)


@pytest.mark.parametrize("role", sorted(questions.WORKING_ROLES))
def test_everyone_who_works_here_reads_quality_figures(role: str) -> None:
    assert allowed_scope(person(role), "quality") == "quality"


@pytest.mark.parametrize("roles", [("auditor",), ()], ids=str)
def test_configuring_or_auditing_opens_no_figure(roles: tuple[str, ...]) -> None:
    with pytest.raises(Withheld):
        allowed_scope(person(*roles), "quality")
    assert allowed_scope(person(*roles, "operations"), "quality") == "quality"


def test_the_whole_is_for_discipline_and_the_chairman_in_their_posts() -> None:
    assert allowed_scope(person("discipline", office=True), "all") == "all"
    assert allowed_scope(person("chairman", chairman=True), "all") == "all"
    for who in (
        person("discipline"),
        person("chairman"),
        person("leadership"),
        person("operations"),
        person("analyst"),
    ):
        with pytest.raises(Withheld) as no:
            allowed_scope(who, "all")
        assert no.value.status == 403


def test_every_figure_says_what_it_is() -> None:
    for metric in METRICS.values():
        said = (metric.zh, metric.en, metric.source, metric.formula, metric.excluded, metric.stands_at, metric.by_unit)
        assert all(said), metric.name
    assert len({metric.zh for metric in METRICS.values()}) == len(METRICS)


def test_as_of_now_is_not_in_the_future() -> None:
    assert questions.read_as_of(NOW.isoformat(), NOW) == NOW
    with pytest.raises(Unanswerable):
        questions.read_as_of((NOW + timedelta(microseconds=1)).astimezone(UTC).isoformat(), NOW)
