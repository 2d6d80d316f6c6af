"""The page without a browser: its query string, its words, its figures by equality, and who reaches its callback."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import plotly.graph_objects as go
import pytest
from flask.testing import FlaskClient

from analytics.dashboards import figures, words
from analytics.dashboards.board import PANELS, board
from analytics.dashboards.filters import Filters, read
from analytics.dashboards.funnel import Funnel, funnel
from analytics.labels import Row
from analytics.questions import Unanswerable
from models.actor import Actor
from tests.analytics.city import City, at
from tests.analytics.conftest import Pair
from tests.analytics.harness import Harness

NOW = at("2026-03-10 15:00")
UNITS = ["东城营业所", "西城营业所"]


def same(text: str) -> str:
    return text


def row(metric: str, numerator: int, denominator: int | None, **dims: str | None) -> Row:
    per = 10_000 if metric == "complaint_rate" else 1
    value = numerator if denominator is None else numerator * per / denominator if denominator else None
    return Row(dims, metric, value, numerator, denominator)


# The query string


def test_nothing_asked_is_the_last_twelve_months() -> None:
    chosen = read("", NOW, UNITS)
    assert (chosen.start, chosen.end) == (at("2025-04-01"), at("2026-04-01"))
    assert (chosen.grain, chosen.unit, chosen.scope) == ("month", None, "quality")
    assert chosen.months() == ("2025-04-01", "2026-03-01")
    assert chosen.query(NOW) == ""


@pytest.mark.parametrize(
    "search",
    ["?from=2026-01-01&to=2026-03-01", "?by=week", "?unit=%E4%B8%9C%E5%9F%8E%E8%90%A5%E4%B8%9A%E6%89%80&scope=all",
     "?from=2026-01-01T12%3A00%3A00%2B08%3A00&by=day"],
)  # fmt: skip
def test_a_query_string_and_its_filters_say_the_same(search: str) -> None:
    assert read(search, NOW, UNITS).query(NOW) == search


@pytest.mark.parametrize(
    ("search", "field"),
    [("?from=x", "from"), ("?from=2026-03-01&to=2026-03-01", "to"), ("?by=hour", "by"), ("?scope=every", "scope"),
     ("?unit=%E6%B0%B4%E6%98%9F", "unit"), ("?from=2024-01-01&by=day", "by"), ({"from": 1}, "from"), (17, "from"),
     ("?" + "x" * 2001, "from"), ("?to=2300-01-01", "to")],
    ids=str,
)  # fmt: skip
def test_a_query_string_is_the_clients_word(search: object, field: str) -> None:
    with pytest.raises(Unanswerable) as no:
        read(search, NOW, UNITS)
    assert no.value.field == field


def test_the_period_that_runs_now_is_still_open_and_later_ones_have_not_begun() -> None:
    chosen = Filters(start=at("2026-01-01"), end=at("2026-06-01"))
    assert chosen.periods(NOW) == ["2026-01", "2026-02", "2026-03"]
    assert chosen.still_open(NOW) == "2026-03"
    assert chosen.still_open(at("2026-06-02")) is None
    assert replace(chosen, end=at("2026-03-01")).still_open(NOW) is None
    assert replace(chosen, start=at("2026-04-01")).periods(NOW) == []


# The words


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        (row("on_time_rate", 432, 484), "89.3%（432 / 484）"),
        (row("on_time_rate", 3, 7), "3 / 7（42.9%）"),
        (row("on_time_rate", 0, 0), "—"),
        (row("complaint_rate", 130, 399_593), "3.25（130 件 / 399,593 户月）"),
        (row("complaints", 1234, None), "1,234"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_figure_is_said_with_what_it_is_made_of(figure: Row, said: str) -> None:
    assert words.number(figure, same) == said


def test_a_trend_gives_the_difference_and_concludes_nothing() -> None:
    rows = [row("on_time_rate", 90, 100, month="2025-12"), row("on_time_rate", 188, 200, month="2026-01"),
            row("on_time_rate", 9, 10, month="2026-02")]  # fmt: skip
    said = words.trend(rows, row("on_time_rate", 287, 310), "2026-02", "month", same)
    assert said == (
        "所选期间 92.6%（287 / 310）。2026 年 1 月 94.0%（188 / 200），比 2025 年 12 月高 4.0 个百分点。"
        "2026 年 2 月未完，至今 9 / 10（90.0%）。"
    )
    assert (
        words.trend([], row("on_time_rate", 0, 0), None, "month", same) == "所选期间还没有到期的工单，所以没有及时率。"
    )


def test_a_sentence_names_the_categories_that_come_first() -> None:
    rows = [row("complaints", 3, None, category="水压"), row("complaints", 1, None, category=None)]
    assert words.categories(rows, same) == "共 4 件。水压最多，3 件（75.0%）；其次未分类，1 件（25.0%）。"


@pytest.mark.parametrize(
    ("label", "said"),
    [("2026-03", "2026 年 3 月"), ("2026-W09", "2026 年第 9 周"), ("2026-Q1", "2026 年 1 季度"), ("2026", "2026 年"),
     ("2026-03-09", "2026-03-09")],
)  # fmt: skip
def test_a_period_is_said_as_people_say_it(label: str, said: str) -> None:
    assert words.period(label, same) == said


# The figures


def test_a_trend_is_a_point_a_period_hollow_where_it_is_open_and_a_gap_where_nothing_is_known() -> None:
    rows = [row("on_time_rate", 90, 100, month="2025-12"), row("on_time_rate", 9, 10, month="2026-02")]
    made = figures.trend(rows, "month", ["2025-12", "2026-01", "2026-02"], "2026-02", same)
    assert made["data"] == [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": [0, 1, 2],
            "y": [0.9, None, 0.9],
            "customdata": [["2025 年 12 月", "90.0%（90 / 100）"], ["2026 年 1 月", "—"],
                           ["2026 年 2 月", "9 / 10（90.0%）"]],
            "hovertemplate": "%{customdata[0]}<br>%{customdata[1]}<extra></extra>",
            "line": {"color": "var(--series-1)", "width": 1.5},
            "marker": {
                "size": 7,
                "color": ["var(--series-1)", "var(--series-1)", "var(--surface)"],
                "line": {"color": "var(--series-1)", "width": [0, 0, 2]},
            },
            "cliponaxis": False,
        }
    ]  # fmt: skip
    assert made["layout"]["template"] is None
    assert made["layout"]["xaxis"]["ticktext"] == ["12 月<br>2025", "1 月<br>2026", "2 月"]


def test_bars_hold_a_dozen_categories_and_the_rest_together() -> None:
    rows = [row("complaints", 100 - n, None, category=f"类{n}") for n in range(15)]
    made = figures.bars(rows, same)
    assert made["data"][0]["x"] == [*range(100, 89, -1), 89 + 88 + 87 + 86]
    assert made["layout"]["yaxis"]["ticktext"][-1] == "其余 4 类"


def test_the_funnel_is_the_published_one() -> None:
    """Limits of proportions at 95 % and 99.8 %: p ± z sqrt(p (1 − p) / n), here of p = 0.8."""
    around = Funnel.of([row("on_time_rate", 80, 100, unit="a"), row("on_time_rate", 720, 900, unit="b")])
    assert around is not None
    assert around.limits(100, 1.959964) == pytest.approx((0.8 - 0.0784, 0.8 + 0.0784), abs=1e-4)
    assert around.limits(4, 3.090232) == (pytest.approx(0.18195, abs=1e-4), 1.0)
    rate = Funnel.of([row("complaint_rate", 300, 1_000_000, unit="a")])
    assert rate is not None
    assert rate.limits(1_000_000, 1.959964)[1] == pytest.approx(3 + 1.959964 * 0.01 * 300**0.5, abs=1e-9)


def test_a_unit_beyond_the_limits_is_named_and_coloured_by_what_is_better() -> None:
    rows = [row("on_time_rate", 9200, 10_000, unit="甲"), row("on_time_rate", 60, 100, unit="乙"),
            row("on_time_rate", 0, 0, unit="丙")]  # fmt: skip
    made = funnel(rows, "甲", "high", same)
    points = made["data"][-1]
    assert (
        points["marker"]["color"] == ["var(--common)", "var(--worse)"] or points["marker"]["color"][1] == "var(--worse)"
    )
    assert points["marker"]["line"]["width"] == [3, 0]
    assert "乙" in [note["text"] for note in made["layout"]["annotations"]]


def test_without_data_a_figure_says_so() -> None:
    for made in (figures.trend([], "month", [], None, same), figures.bars([], same), funnel([], None, "low", same),
                 figures.lines([], "month", [], [], None, same)):  # fmt: skip
        assert made["data"] == []
        assert made["layout"]["annotations"][0]["text"] == "没有数据"


def test_plotly_knows_every_property_that_is_sent(lively_city: Pair) -> None:
    chosen = Filters(start=at("2025-11-01"), end=at("2026-04-01"), unit="东城营业所", scope="all")
    made = board(lively_city["sqlite"], chosen, NOW, same)
    assert list(made.panels) == list(PANELS)
    for panel in made.panels.values():
        go.Figure(panel.figure)  # raises for what it does not know
        assert panel.say
        assert panel.foot
        assert panel.table.rows
        assert all(len(cells) == len(panel.table.head) for cells in panel.table.rows)


@pytest.mark.parametrize("grain", ["day", "week", "month", "quarter", "year"])
def test_the_page_holds_an_empty_city_in_every_grain(city: City, grain: str) -> None:
    made = board(city.session, Filters(start=at("2026-01-01"), end=at("2026-03-01"), grain=grain), NOW, same)
    assert made.panels["on-time"].say == "所选期间还没有到期的工单，所以没有及时率。"
    assert made.missing == ()


def test_the_page_names_the_customers_that_nobody_entered(lively_city: Pair) -> None:
    made = board(lively_city["sqlite"], Filters(start=at("2025-11-01"), end=at("2026-03-01")), NOW, same)
    assert made.missing == ("西城营业所 2026 年 1 月在册户数",)


# Who comes in


@pytest.fixture
def harness(settled_city: Pair) -> Harness:
    return Harness(settled_city["sqlite"].get_bind(), NOW)  # type: ignore[arg-type]


@pytest.fixture
def browser_of(harness: Harness) -> FlaskClient:
    return harness.server.test_client()


def callback(harness: Harness, search: Any = "") -> dict[str, Any]:
    """The request that the page's one callback sends."""
    (output,) = [name for name, declared in harness.dash.callback_map.items() if "callback" in declared]
    parts = [part.rsplit(".", 1) for part in output.strip(".").split("...")]
    return {
        "output": output,
        "outputs": [{"id": part, "property": name} for part, name in parts],
        "inputs": [{"id": "url", "property": "search", "value": search}],
        "changedPropIds": ["url.search"],
        "state": [],
    }


CALL = "/analytics/_dash-update-component"


def test_a_stranger_is_sent_to_log_in_and_gets_nothing_else(browser_of: FlaskClient, harness: Harness) -> None:
    answer = browser_of.get("/analytics/?by=week")
    assert (answer.status_code, answer.location) == (302, "/login/?next=/analytics/?by=week")
    for path in ("_dash-layout", "_dash-dependencies", "assets/charts.js", "_favicon.ico", "_reload-hash",
                 "_dash-component-suites/dash/deps/react@18.js"):  # fmt: skip
        assert browser_of.get(f"/analytics/{path}").status_code == 401, path
    assert browser_of.post(CALL, json=callback(harness)).status_code == 401
    assert browser_of.get("/analytics").status_code in (302, 308)


@pytest.mark.parametrize("roles", [{"admin"}, {"auditor"}, set()], ids=str)
def test_who_reads_no_figures_gets_no_page(browser_of: FlaskClient, harness: Harness, roles: set[str]) -> None:
    harness.actor = Actor(1, frozenset(roles))
    for path in ("", "_dash-layout", "assets/charts.js"):
        assert browser_of.get(f"/analytics/{path}").status_code == 403
    assert browser_of.post(CALL, json=callback(harness)).status_code == 403


def test_there_is_one_page_and_no_other(browser_of: FlaskClient, harness: Harness) -> None:
    harness.actor = Actor(1, frozenset({"agent"}))
    page = browser_of.get("/analytics/")
    assert page.status_code == 200
    assert "_csrf_token=token" in page.headers["Set-Cookie"]
    assert "SameSite=Strict" in page.headers["Set-Cookie"]
    for path in ("nothing", "a/b", "%2e%2e/x"):
        assert browser_of.get(f"/analytics/{path}").status_code == 404


def test_only_our_callback_reaches_dash(browser_of: FlaskClient, harness: Harness) -> None:
    harness.actor = Actor(1, frozenset({"agent"}))
    good = callback(harness)
    assert browser_of.post(CALL, json=good).status_code == 200
    drawn = next(name for name in harness.dash.callback_map if name.startswith("..rate-graph"))
    bad: list[Any] = [
        None, [], "x", {}, {"output": 1}, {"output": "nobody.children"}, {**good, "output": "grid.children"},
        {**good, "output": drawn}, {**good, "inputs": []}, {**good, "inputs": "x"}, {**good, "inputs": [1]},
        {**good, "inputs": [{"id": "url", "property": "href", "value": ""}]},
        {**good, "inputs": [{"id": {"type": "x"}, "property": "search"}]},
        {**good, "outputs": good["outputs"][:-1]}, {**good, "outputs": None}, {**good, "state": [{"id": "a"}]},
        {**good, "changedPropIds": ["theme.data"]}, {**good, "changedPropIds": 7},
    ]  # fmt: skip
    for body in bad:
        assert browser_of.post(CALL, json=body).status_code == 400, body
    assert browser_of.post(CALL, data="{", content_type="application/json").status_code == 400
    assert browser_of.post(CALL, data="x").status_code == 400


def shown(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(answer.data)["response"]
    return found


def test_the_callback_decides_the_scope_again(browser_of: FlaskClient, harness: Harness) -> None:
    harness.actor = Actor(1, frozenset({"operations"}))
    refused = shown(browser_of.post(CALL, json=callback(harness, "?scope=all")))
    assert "全口径只向集团纪检监察室和董事长开放" in str(refused["problem"])
    assert refused["grid"] == {"hidden": True}
    assert refused["figures"] == {"data": None}
    harness.actor = Actor(1, frozenset({"discipline"}), office=True)
    given = shown(browser_of.post(CALL, json=callback(harness, "?scope=all")))
    assert given["scope"] == {"value": "all"}
    assert "全口径" in str(given["chips"])
    assert "2026-03-10 15:00" in str(given["chips"])


@pytest.mark.parametrize(
    "search",
    ["?unit=%E6%B0%B4%E6%98%9F", "?by=hour", 5, ["x"], {"a": 1}, None, "?%ff=%00"],
    ids=str,
)
def test_whatever_the_query_string_holds_the_page_answers(
    browser_of: FlaskClient, harness: Harness, search: object
) -> None:
    harness.actor = Actor(1, frozenset({"agent"}))
    assert shown(browser_of.post(CALL, json=callback(harness, search)))["grain"] == {"value": "month"}


def test_the_scope_is_drawn_only_for_who_has_a_choice(browser_of: FlaskClient, harness: Harness) -> None:
    chairman = Actor(1, frozenset({"chairman"}), chairman=True)
    for actor, hidden in ((Actor(1, frozenset({"agent"})), True), (chairman, False)):
        harness.actor = actor
        layout = browser_of.get("/analytics/_dash-layout").get_data(as_text=True)
        assert ('"hidden":true},"type":"Div"' in layout.split('"id":"scope"')[1][:400].replace(" ", "")) is hidden
