"""The page without a browser: its query string, its words in both languages, its figures by equality."""

from __future__ import annotations

import ast
import random
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest
from sqlalchemy import event, func, select

from analytics import behind, dashboards, kpi
from analytics.dashboards import control, figures, lines, words
from analytics.dashboards.board import Board, board
from analytics.dashboards.english import ENGLISH
from analytics.dashboards.filters import Filters, read
from analytics.dashboards.funnel import around, funnel
from analytics.dashboards.page import Linked, Page
from analytics.dashboards.pages import PAGES, units
from analytics.labels import Row
from analytics.metrics import METRICS
from analytics.periods import TIMES
from analytics.questions import DIMENSIONS, SCOPES, Question, Unanswerable, Withheld, allow
from analytics.statistics.control import Rule
from models.actor import Actor
from models.annotation import KINDS
from models.tables import Annotation, Ticket
from tests.analytics.city import City, at
from tests.analytics.conftest import Pair

NOW = at("2026-03-10 15:00")
UNITS = ["东城营业所", "西城营业所"]


def same(text: str) -> str:
    return text


def row(metric: str, numerator: int, denominator: int | None, **dims: str | None) -> Row:
    per = 10_000 if metric == "complaint_rate" else 1
    value = numerator if denominator is None else numerator * per / denominator if denominator else None
    return Row(dims, metric, value, numerator, denominator)


# The query string


def test_nothing_asked_is_the_last_two_years() -> None:
    chosen = read("", NOW, UNITS)
    assert (chosen.start, chosen.end) == (at("2024-04-01"), at("2026-04-01"))
    assert (chosen.grain, chosen.unit, chosen.scope) == ("month", None, "quality")
    assert chosen.months() == ("2024-04-01", "2026-03-01")
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


def test_a_period_that_is_cut_is_not_compared_and_says_so() -> None:
    """Half of August is no August, and the December of 2024 no 2024."""
    half = Filters(start=at("2025-01-01"), end=at("2025-08-16"))
    assert half.still_open(NOW) == "2025-08"
    years = Filters(start=at("2024-12-01"), end=at("2026-01-01"), grain="year")
    assert (years.cut(), replace(years, start=at("2024-01-01")).cut()) == ("2024", None)
    rows = [row("rounds", 12, 10, year="2024"), row("rounds", 150, 100, year="2025")]
    assert "比" in words.trend(rows, row("rounds", 162, 110), None, "year", same)
    assert "比" not in words.trend(rows, row("rounds", 162, 110), None, "year", same, "2024")


def test_nothing_is_asked_of_periods_that_have_not_begun() -> None:
    """Work done before a deadline that is to come would be counted, always in time, in a month that is not there."""
    assert Filters(start=at("2026-01-01"), end=at("2030-01-01")).until(NOW) == at("2026-04-01")
    assert Filters(start=at("2026-01-01"), end=at("2026-02-01")).until(NOW) == at("2026-02-01")
    assert Filters(start=at("2026-03-01"), end=at("2026-04-01"), grain="week").until(NOW) == at("2026-03-16")
    assert Filters(start=at("2027-01-01"), end=at("2028-01-01")).until(NOW) == at("2028-01-01"), "there is nothing"


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
    assert "Water pressure最多" in words.categories(rows, lambda text: {"水压": "Water pressure"}.get(text, text))


@pytest.mark.parametrize(
    ("label", "said"),
    [("2026-03", "2026 年 3 月"), ("2026-W09", "2026 年第 9 周"), ("2026-Q1", "2026 年 1 季度"), ("2026", "2026 年"),
     ("2026-03-09", "2026-03-09")],
)  # fmt: skip
def test_a_period_is_said_as_people_say_it(label: str, said: str) -> None:
    assert words.period(label, same) == said


def test_every_word_of_the_pages_has_its_english() -> None:
    folder = Path(dashboards.__file__).parent
    said: set[str] = {*words.NOTHING.values(), *words.UNNAMED.values(), *TIMES.values(), *SCOPES.values()}
    said |= {*DIMENSIONS.values(), *KINDS.values(), *(told for _kind, told in control.ASSURED.values())}
    said |= {*control.BADGES.values(), *control.RULES.values(), *control.SAID.values()}
    for page in PAGES:
        said |= {page.title, *page.panels.values()}
    for metric in METRICS.values():
        said |= {metric.zh, metric.source, metric.stands_at, metric.excluded} - {"无"}
    for source in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
                said |= set(texts[{"_": 0, "Unanswerable": 1, "unknown": 1}.get(node.func.id, len(texts)) :])
    assert said - ENGLISH.keys() == set()
    for chinese, english in ENGLISH.items():
        assert sorted(re.findall(r"%\((\w+)\)", chinese)) == sorted(re.findall(r"%\((\w+)\)", english)), chinese


def test_a_sentence_in_english_reads_as_one() -> None:
    rows = [row("on_time_rate", 90, 100, month="2025-12"), row("on_time_rate", 188, 200, month="2026-01")]
    said = words.trend(rows, row("on_time_rate", 287, 310), None, "month", lambda text: ENGLISH[text])
    assert " ".join(said.split()) == (
        "The period chosen: 92.6% (287 / 310). 2026-01: 94.0% (188 / 200), 4.0 points above 2025-12."
    )


# The figures


def monthly(*shares: int, of: int = 100) -> tuple[list[Row], list[str]]:
    """So many of a hundred on time in each month from 2024-01 on."""
    labels = [f"{2024 + n // 12}-{n % 12 + 1:02d}" for n in range(len(shares))]
    return [row("on_time_rate", n, of, month=label) for n, label in zip(shares, labels, strict=True)], labels


STEADY = [90 + (2 if n % 2 else -2) for n in range(20)]


def test_a_figure_over_time_is_a_control_chart_hollow_where_it_is_open_and_a_gap_where_nothing_is_known() -> None:
    rows = [row("on_time_rate", 90, 100, month="2025-12"), row("on_time_rate", 9, 10, month="2026-02")]
    made = control.control(rows, "month", ["2025-12", "2026-01", "2026-02"], "2026-02", "high", same)
    lower, upper, points = made["data"]
    assert points["y"] == [0.9, None, 0.9]
    assert lower["y"] == [pytest.approx(0.81), None, pytest.approx(0.6154, abs=1e-4)]
    assert upper["y"] == [pytest.approx(0.99), None, 1.0]
    assert points["customdata"] == [
        ["2025 年 12 月", "90.0%（90 / 100）", "控制限 81.0–99.0%"], ["2026 年 1 月", "—", "控制限 —"],
        ["2026 年 2 月", "9 / 10（90.0%）", "控制限 61.5–100.0%"],
    ]  # fmt: skip
    assert points["marker"]["color"] == ["var(--common)", "var(--common)", "var(--surface)"]
    assert points["marker"]["line"] == {"color": ["var(--common)"] * 3, "width": [0, 0, 2]}
    assert made["layout"]["template"] is None
    assert made["layout"]["xaxis"]["ticktext"] == ["12 月<br>2025", "1 月<br>2026", "2 月"]


@pytest.mark.parametrize(
    ("last", "badge", "said", "colour"),
    [
        ([91], ("common", "正常波动"), "%s在正常波动之内，不能说变好或变差。", "var(--common)"),
        ([70], ("worse", "变差"), "%s超出控制限，确有变差，值得查原因。", "var(--worse)"),
        ([93, 94, 93, 94, 93, 94, 93], ("better", "好转"), "%s连续 7 期在均值一侧，确有好转。", "var(--better)"),
    ],
    ids=["chance", "a signal for the worse", "seven better ones"],
)
def test_what_is_signal_is_said_badged_and_coloured_and_what_is_noise_is_not(last, badge, said, colour) -> None:
    rows, labels = monthly(*STEADY[:-1], *last)
    found = control.of_rows(rows, "month", labels, None)
    assert found is not None
    assert control.badge(found, "high", same) == badge
    assert control.judged(found, labels, "high", same) == said % words.period(labels[-1], same)
    assert control.control(rows, "month", labels, None, "high", same)["data"][2]["marker"]["color"][-1] == colour


def test_what_is_neither_good_nor_bad_has_changed_and_no_more() -> None:
    """How many complaints are admitted is no merit either way."""
    rows, labels = monthly(*STEADY[:-1], 70)
    found = control.of_rows(rows, "month", labels, None)
    assert found is not None
    assert control.badge(found, None, same) == ("neutral", "有变化")
    assert control.judged(found, labels, None, same).endswith("确有变化。")
    colours = control.control(rows, "month", labels, None, None, same)["data"][2]["marker"]["color"]
    assert colours[-1] == "var(--neutral)"


def test_a_month_that_is_not_over_sets_no_limits() -> None:
    rows, labels = monthly(*STEADY, 10)
    found = control.of_rows(rows, "month", labels, labels[-1])
    assert found is not None
    assert found.points[0].center == pytest.approx(0.9)


def test_a_year_of_months_is_too_few_to_judge() -> None:
    rows, labels = monthly(*STEADY[:11], 10)
    found = control.of_rows(rows, "month", labels, None)
    assert found is not None
    assert control.badge(found, "high", same) == ("few", "数据尚少")
    assert control.judged(found, labels, "high", same) == "不足 13 期，尚不能判断好坏。"


def test_a_month_that_is_not_over_is_not_judged() -> None:
    """On its second day a month has few complaints and all its customers: nothing has become better."""
    rows, labels = monthly(*STEADY, 10)
    found = control.of_rows(rows, "month", labels, labels[-1])
    assert found is not None
    assert control.badge(found, "high", same) == ("common", "正常波动")
    assert control.judged(found, labels, "high", same).startswith(words.period(labels[-2], same))
    assert found.assurance(0.6, "high") == "capable", "were it judged, it would be hit or miss"
    assert control.verdict(found.points[-1], same) == "—"


def test_what_a_rate_has_so_far_is_told_in_complaints() -> None:
    now = row("complaint_rate", 21, 1_000_000, month="2026-07")
    total = row("complaint_rate", 321, 2_000_000)
    assert "7 月未完，至今 21 件。" in words.trend([now], total, "2026-07", "month", same)


def test_without_customers_by_district_it_says_so_and_not_that_none_were_entered() -> None:
    total = Row({}, "complaint_rate", None, 12, None)
    assert words.trend([], total, None, "month", same) == "在册户数不分片区，所以没有投诉率；投诉 12 件。"


def test_a_reason_that_points_the_other_way_is_not_cited() -> None:
    """Up and up, and still under the mean for seven months: that it rises is no proof of its getting worse."""
    rows, labels = monthly(*[95] * 14, 80, 81, 82, 83, 84, 85, 86)
    found = control.of_rows(rows, "month", labels, None)
    assert found is not None
    assert Rule.TREND in found.points[-1].signals
    assert "同向" not in control.judged(found, labels, "high", same)
    colours = control.control(rows, "month", labels, None, "high", same)["data"][2]["marker"]["color"]
    assert colours[-1] == "var(--worse)"


def test_nothing_that_is_counted_is_nought_and_no_lack_of_data() -> None:
    none = row("penalties", 0, None)
    assert words.trend([], none, None, "month", same) == "所选期间 0。"
    bars = lines.course([], none, "month", ["2026-01", "2026-02"], None, same)["data"][0]
    assert (bars["type"], bars["y"]) == ("bar", [0, 0])
    assert words.categories([], same, "clause", "penalties") == "所选期间没有责任追究。"
    more = [row("penalty_amount", n, None, month=f"2026-0{m}") for m, n in ((4, 100), (5, 200))]
    assert "多 100 元" in words.trend(more, row("penalty_amount", 300, None), None, "month", same)


def test_a_time_that_is_not_reached_is_no_lack_of_data() -> None:
    half = [Row({"month": "2026-01"}, "handle_hours_p50", None, 3, 10)]
    assert (words.short(half[0], same), words.number(half[0], same)) == ("尚未达到", "尚未达到")
    total = Row({}, "handle_hours_p50", 70.0, 90, 100, low=60.0, high=80.0)
    assert words.trend(half, total, None, "month", same).startswith("所选期间 70.00")


def test_of_twenty_that_are_alike_one_is_seldom_called_different() -> None:
    """95 % intervals would call one of them in nearly two of three pages."""
    chance = random.Random(7)
    called = 0
    for _round in range(200):
        rows = [row("on_time_rate", sum(chance.random() < 0.9 for _n in range(100)), 100, unit=f"{n}")
                for n in range(20)]  # fmt: skip
        called += "不像偶然" in words.apart(rows, "unit", same)
    assert called <= 20


@pytest.mark.parametrize(
    ("shares", "outside", "said"),
    [
        ([90], 0, "只有一个单位有数据，无从对照。"),
        ([100, 100, 100], 0, "3 个单位的数字都一样。"),
        ([10, 90], 2, "2 个单位都在界限之外。"),
        ([90, 91, 60], 1, "3 个单位中 2 个在界限之内。"),
        ([90, 91, 92], 0, "3 个单位都在界限之内，差别可能只是偶然。"),
    ],
)
def test_what_a_funnel_says_holds_for_few_units_too(shares, outside, said) -> None:
    rows = [row("on_time_rate", n, 100, unit=f"{place}") for place, n in enumerate(shares)]
    beyond = [(one, False) for one in rows[len(rows) - outside :]]
    told = words.units(rows, beyond, None, same)
    assert told.startswith(said)
    assert ("可能只是偶然" in told) == ("可能只是偶然" in said)


def test_the_most_frequent_share_their_place_where_they_are_as_many() -> None:
    rows = [row("complaints", 3, None, category="水压"), row("complaints", 3, None, category="水质")]
    assert words.categories(rows, same) == "共 6 件。水压、水质最多，各 3 件（50.0%）。"


def test_bars_hold_a_dozen_categories_and_the_rest_together() -> None:
    rows = [row("complaints", 100 - n, None, category=f"类{n}") for n in range(15)]
    made = figures.bars(rows, same)
    assert made["data"][0]["x"] == [*range(100, 89, -1), 89 + 88 + 87 + 86]
    assert made["layout"]["yaxis"]["ticktext"][-1] == "其余 4 项"


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
    for made in (control.control([], "month", [], None, "low", same), figures.bars([], same),
                 funnel([], None, "low", same), figures.lines([], "month", [], [], None, same)):  # fmt: skip
        assert made["data"] == []
        assert made["layout"]["annotations"][0]["text"] == "没有数据"


CHAIRMAN = Actor(1, frozenset({"chairman"}), chairman=True)
AGENT = Actor(2, frozenset({"agent"}))


def made(page: str, session: Any, chosen: Filters, actor: Actor = CHAIRMAN, tickets: str | None = "/ticket/") -> Board:
    return board(named(page), session, actor, chosen, NOW, same, lambda: tickets)


def named(page: str) -> Page:
    return next(one for one in PAGES if one.name == page)


@pytest.mark.parametrize("name", [page.name for page in PAGES])
def test_every_panel_says_draws_and_lists_what_plotly_knows(lively_city: Pair, name: str) -> None:
    chosen = Filters(start=at("2025-11-01"), end=at("2026-04-01"), unit="东城营业所", scope="all")
    shown = made(name, lively_city["sqlite"], chosen)
    assert list(shown.panels) == list(named(name).panels)
    for panel_name, panel in shown.panels.items():
        assert panel.say, panel_name
        if panel.figure is not None:
            go.Figure(panel.figure)  # raises for what it does not know
        assert all(len(cells) == len(panel.table.head) for cells in panel.table.rows)


def test_the_pages_hold_an_empty_city_in_every_grain(city: City) -> None:
    for n, page in enumerate(PAGES):
        for grain in TIMES if n == 0 else ("month",):
            shown = made(page.name, city.session, Filters(start=at("2026-01-01"), end=at("2026-03-01"), grain=grain))
            assert all(panel.say for panel in shown.panels.values()), (page.name, grain)
            assert shown.missing == ()


def test_a_page_asks_the_database_once_for_what_its_figures_have_in_common(lively_city: Pair) -> None:
    """The total, the months and the units of a figure are sums of the same parts."""
    session, statements = lively_city["sqlite"], []
    chosen = Filters(start=at("2025-11-01"), end=at("2026-04-01"))

    def seen(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        statements.append((statement, *(one for one in parameters if one in ("handle", "callback"))))

    event.listen(session.get_bind(), "before_cursor_execute", seen)
    try:
        made("units", session, chosen)
    finally:
        event.remove(session.get_bind(), "before_cursor_execute", seen)
    counted = {one for one in statements if "count(*)" in one[0].lower()}  # a month after the other, but one statement
    funnels = [METRICS[name] for name in units.FUNNELS.values()]
    assert len(counted) == len({(one.grain, getattr(one, "among", None)) for one in funnels})


def test_a_page_gives_what_the_question_alone_gives(lively_city: Pair) -> None:
    lengths, waiting = ("handle_hours_p50", "close_hours_p90"), ("backlog", "overdue", "open_third_round")
    asked = {
        "total": Question(names=("complaint_rate", "on_time_rate", *lengths, *waiting), as_of=NOW,
                          start=at("2025-11-17"), end=NOW),
        "month": Question(names=("on_time_rate", "complaints", *lengths, *waiting), as_of=NOW, start=at("2025-11-17"),
                          end=NOW, by=("month",)),
        "week": Question(names=("on_time_rate", *lengths, *waiting), as_of=NOW, start=at("2025-11-17"), end=NOW,
                         by=("week", "unit")),
        "unit": Question(names=("complaint_rate",), as_of=NOW, start=at("2025-11-17"), end=NOW, by=("unit",)),
        "category": Question(names=("complaints",), as_of=NOW, start=at("2025-11-17"), end=NOW,
                             by=("category", "month")),
        "east": Question(names=("complaints",), as_of=NOW, units=("东城营业所",)),
    }  # fmt: skip
    for session in lively_city.values():
        together = kpi.answers(session, list(asked.values()))
        for question, rows in zip(asked.values(), together, strict=True):
            assert rows == kpi.answer(session, question)


def test_a_statement_says_its_period_first(lively_city: Pair) -> None:
    """Of two upper bounds of a time SQLite's index stops at the first: at the as-of, it reads on to this day."""
    session, statements = lively_city["sqlite"], []
    chosen = Filters(start=at("2025-11-01"), end=at("2026-04-01"))

    def seen(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(" ".join(statement.split()))

    event.listen(session.get_bind(), "before_cursor_execute", seen)
    try:
        for page in PAGES:
            made(page.name, session, replace(chosen, unit="东城营业所") if page.of_unit else chosen)
    finally:
        event.remove(session.get_bind(), "before_cursor_execute", seen)
    spell, counted = re.compile(r"(\S+) >= \? AND \1 < \?"), 0
    for one in statements:
        if found := spell.search(one):
            counted += 1
            before = one[one.rindex(" WHERE ", 0, found.start()) : found.start()]
            assert f"{found[1]} <= " not in before, one
    assert counted > 100


def test_a_unit_is_compared_with_units_that_have_customers_too(city: City) -> None:
    """The group's own rate has the engineers' complaints over the offices' customers: no office could be so bad."""
    for name in ("东城营业所", "西城营业所"):
        city.customers(name, date(2026, 2, 1), 10_000)
    for unit, many in (("东城营业所", 3), ("西城营业所", 1), ("工程公司", 40)):
        for n in range(many):
            ticket = city.register(f"2026-02-02 10:{n:02}")
            city.act("agent", ticket, "assign", "2026-02-02 12:00", unit=unit)
    chosen = Filters(start=at("2026-02-01"), end=at("2026-03-01"), unit="东城营业所")
    table = made("unit", city.session, chosen).panels["beside"].table
    own, group = next((row[1], row[3]) for row in table.rows if row[0] == "万户投诉率")
    assert (own, group) == ("3.00（3 件 / 10,000 户月）", "2.00（4 件 / 20,000 户月）")


def test_a_list_says_where_a_ticket_may_count_more_than_once() -> None:
    def told(metric: str) -> str:
        return behind.said(behind.Cell(metric, "n", date(2026, 2, 1), date(2026, 3, 1), "quality", ()))

    for metric in ("on_time_rate", "reach_rate", "resolution_rate", "rounds", "overdue"):
        assert "一件工单可计多次" in told(metric)
    for metric in ("complaints", "first_time_satisfaction", "repeat_callback_rate", "backlog", "close_hours_p50"):
        assert "一件工单可计多次" not in told(metric)


def test_the_page_names_the_customers_that_nobody_entered(city: City) -> None:
    city.customers("东城营业所", date(2026, 1, 1), 1000)
    ticket = city.register("2026-02-02 10:00")
    city.act("agent", ticket, "assign", "2026-02-02 11:00", unit="东城营业所")
    shown = made("", city.session, Filters(start=at("2025-11-01"), end=at("2026-03-01")))
    assert shown.missing == ("东城营业所 2026 年 2 月在册户数",)


# Penalties tell of persons


def test_penalties_are_divided_for_who_oversees_them_and_for_nobody_else(lively_city: Pair) -> None:
    chosen = Filters(start=at("2025-11-01"), end=at("2026-04-01"), unit="东城营业所")
    shown = made("penalties", lively_city["sqlite"], chosen, AGENT)
    assert list(shown.panels) == ["penalties", "amount", "clauses"]
    with pytest.raises(Withheld):
        allow(AGENT, Question(names=("penalties",), as_of=NOW, by=("unit",)))


# What happened


def test_a_note_is_drawn_said_and_rebases_the_chart_with_its_reason(city: City) -> None:
    """A year at one level, a year at another: without the note all points are signals, with it none is."""
    rows, labels = monthly(*[90 + n % 2 for n in range(14)], *[70 + n % 2 for n in range(12)])
    plain = control.of_rows(rows, "month", labels, None)
    anew = control.of_rows(rows, "month", labels, None, rebased=[14])
    assert plain is not None
    assert anew is not None
    assert any(point.signals for point in plain.points)
    assert not any(point.signals for point in anew.points)
    assert (anew.points[0].center, anew.points[-1].center) == (pytest.approx(0.905), pytest.approx(0.705))
    city.session.add_all([
        Annotation(day=date(2026, 1, 15), kind="burst", text="振兴路爆管", rebases=False),
        Annotation(day=date(2026, 2, 1), kind="policy", text="新办法施行", rebases=True, reason="受理口径变了"),
        Annotation(day=date(2025, 1, 1), kind="other", text="期外的事", rebases=False),
    ])  # fmt: skip
    city.customers("东城营业所", date(2026, 1, 1), 1000)
    city.customers("东城营业所", date(2026, 2, 1), 1000)
    panel = made("", city.session, Filters(start=at("2025-12-01"), end=at("2026-03-01"))).panels["rate"]
    assert panel.figure is not None
    drawn = [one["text"] for one in panel.figure["layout"]["annotations"]]
    assert {"振兴路爆管", "新办法施行"} <= set(drawn)
    assert "期外的事" not in drawn
    assert "2026-01-15 爆管：振兴路爆管" in panel.foot
    assert "2026-02-01 制度变化：新办法施行（此后另算控制限：受理口径变了）" in panel.foot


# The tickets behind a figure


def test_behind_every_figure_there_are_as_many_tickets_as_it_counts(lively_city: Pair) -> None:
    """Of what is counted by ticket: by whatever a page divides it, in each scope; by unit on PostgreSQL too."""
    names = ("complaints", "first_time_satisfaction", "repeat_callback_rate", "repeat_complaint_rate", "complaint_rate")
    start, end, checked = at("2025-11-01"), at("2026-04-01"), 0
    for system, session in lively_city.items():
        for scope in SCOPES:
            for by in ((), ("unit",), ("category",), ("district",)) if system == "sqlite" else (("unit",),):
                asked = Question(names=names, as_of=NOW, start=start, end=end, by=by, scope=scope)
                for row in kpi.answer(session, asked):
                    for side in ("n", "all") if METRICS[row.metric].share else ("n",):
                        cell = behind.Cell(row.metric, side, date(2025, 11, 1), date(2026, 4, 1), scope,
                                           tuple(row.dims.items()))  # fmt: skip
                        read_again = behind.read(behind.written(cell) or "")
                        assert read_again == cell
                        where = behind.predicate(cell, CHAIRMAN, NOW)
                        assert where is not None
                        found = session.scalar(select(func.count()).select_from(Ticket).where(where))
                        assert found == (row.numerator if side == "n" else row.denominator) + row.missing, (row, side)
                        checked += 1
    assert checked > 100


def test_the_late_ones_behind_the_72_hours_are_those_of_the_list_of_obligations(lively_city: Pair) -> None:
    session = lively_city["sqlite"]
    chosen = Filters(start=at("2025-11-01"), end=at("2026-04-01"))
    (row,) = kpi.query(session, ("on_time_rate",), as_of=NOW, start=chosen.start, end=chosen.end)
    cell = behind.Cell("on_time_rate", "rest", date(2025, 11, 1), date(2026, 4, 1))
    where = behind.predicate(cell, CHAIRMAN, NOW)
    assert where is not None
    found = session.scalar(select(func.count()).select_from(Ticket).where(where)) or 0
    assert 0 < found <= (row.denominator or 0) - row.numerator  # a ticket may have been late in two rounds


def test_who_has_no_tickets_gets_no_links_to_them_and_everything_is_for_few(lively_city: Pair) -> None:
    chosen = Filters(start=at("2025-11-01"), end=at("2026-04-01"))
    for tickets, some in (("/ticket/", True), (None, False)):
        shown = made("", lively_city["sqlite"], chosen, AGENT, tickets)
        hrefs = [cell.href for panel in shown.panels.values() for cells in panel.table.rows for cell in cells
                 if isinstance(cell, Linked)]  # fmt: skip
        assert any(href.startswith("/ticket/?figure=") for href in hrefs) is some
        assert any(href.startswith("?") and "category=" in href for href in hrefs)
    cell = behind.Cell("complaints", "n", date(2025, 11, 1), date(2026, 4, 1), "all")
    assert behind.predicate(cell, AGENT, NOW) is None
    for text in ("", "complaints", "complaints~n~x~y~quality", "penalties~n~2026-01-01~2026-02-01~quality",
                 "complaints~n~2026-02-01~2026-01-01~quality", "complaints~n~2026-01-01~2026-02-01~every",
                 "complaints~n~2026-01-01~2026-02-01~quality~track:discipline"):  # fmt: skip
        assert behind.read(text) is None, text


def test_where_units_differ_by_more_than_chance_no_sentence_says_it_may_be_chance() -> None:
    alike = [row("on_time_rate", 80 + n % 6, 100, unit=f"{n} 所") for n in range(12)]
    apart = [row("on_time_rate", n * 75, 1000, unit=f"{n} 所") for n in range(1, 13)]
    for rows, scattered in ((alike, False), (apart, True)):
        limits = around(rows)
        assert limits is not None
        assert (limits.scatter > 1) is scattered
        said = words.units(rows, [], None, same, widened=scattered)
        assert ("可能只是偶然" in said) is not scattered
    assert "差别大于偶然能解释的" in said


@pytest.mark.parametrize("values", [[0.0, 0.0], [0.001, 0.004], [1.0, 1.0], [0.4, 0.43]], ids=str)
def test_no_two_marks_of_an_axis_say_the_same(values: list[float]) -> None:
    marks = figures.axis(values, share=True)["ticktext"]
    assert len(set(marks)) == len(marks) > 1
