"""The page 预警: what is above its past, its weeks, and what became of the alerts there were."""

from datetime import timedelta

import pytest

from analytics.dashboards import filters
from analytics.dashboards.board import board
from analytics.dashboards.english import ENGLISH
from analytics.dashboards.page import Linked, Panel
from analytics.dashboards.pages import alerts as page
from analytics.periods import midnight
from models.reminding import alerts
from tests.analytics.city import City
from tests.analytics.test_alerts import TODAY, complains, found, usual

__all__ = ["usual"]
pytestmark = pytest.mark.parametrize("city", ["sqlite"], indirect=True)
MORNING = midnight(TODAY) + timedelta(hours=8)


def looked_at(city: City, search: str = "", who: str = "operations", tickets: str | None = "/ticket/"):
    chosen = filters.read(search, MORNING, ["东城营业所"])
    return board(page.PAGE, city.session, city.people[who], chosen, MORNING, str, lambda: tickets).panels


@pytest.fixture
def alarmed(usual: City) -> City:
    complains(usual, TODAY - timedelta(days=3), 12)
    alerts.tell(usual.session, TODAY - timedelta(days=1), found(usual), MORNING)
    return usual


def texts(panel: Panel) -> list[list[str]]:
    return [[cell.text if isinstance(cell, Linked) else cell for cell in row] for row in panel.table.rows]


def test_it_says_what_is_above_its_past_since_when_and_by_how_much(alarmed):
    now = looked_at(alarmed)["now"]
    assert now.say == "水压（老城）近 7 天 12 件，按以往约 2.0 件，不是偶然。"
    name, many, expected, _range, limit, since, verdict = texts(now)[0]
    assert (name, many, expected, since, verdict) == ("水压（老城）", "12", "2.0", "2026-01-26", "高于以往")
    assert 4 <= int(limit) < 12
    for row in texts(now)[1:]:
        assert row[-1] == ("高于以往" if int(row[1]) > int(row[4]) else "正常波动"), "the whole city's too"
    assert "误报每年约" in "".join(now.foot)
    assert "看不出季节" in "".join(now.foot)


def test_a_count_leads_to_its_tickets_and_a_name_to_its_weeks(alarmed):
    first = looked_at(alarmed)["now"].table.rows[0]
    assert isinstance(first[0], Linked)
    assert isinstance(first[1], Linked)
    assert first[1].href.startswith("/ticket/?figure=complaints~n~2026-01-26~2026-02-02~quality~")
    weeks = looked_at(alarmed, first[0].href)["weeks"]
    assert weeks.say.startswith("水压（老城）近 2 周里有 1 周超过界限")
    assert texts(weeks)[-1][:2] == ["2026-02-01", "12"]
    assert not isinstance(looked_at(alarmed, tickets=None)["now"].table.rows[0][1], Linked), "who has no list"


def test_another_cell_is_drawn_by_the_filters(alarmed):
    assert looked_at(alarmed, "?category=水质")["weeks"].say.startswith("水质（全市）")
    assert looked_at(alarmed, "?category=水质&district=新区")["weeks"].say.startswith("水质（新区）")


def test_what_became_of_an_alert(alarmed):
    past = looked_at(alarmed)["alerts"]
    assert past.say == "现有 1 条预警，已结束 0 条。"
    assert texts(past) == [["水压（老城）", "投诉聚集", "2026-01-26", "12 件，预期 2.0", "0 / 12", "仍在"]]
    day = TODAY + timedelta(days=20)
    alerts.tell(alarmed.session, day, [], midnight(day))
    assert looked_at(alarmed)["alerts"].say == "现有 0 条预警，已结束 1 条。"


def test_where_nothing_was_complained_of_it_says_so(city):
    panels = looked_at(city)
    assert panels["now"].say == "投诉记录还不满六个星期，看不出什么是平常，所以不判断。"
    assert panels["alerts"].say == "还没有出现过预警。"


def test_every_word_has_its_english(alarmed):
    asked: list[str] = []

    def note(text: str) -> str:
        asked.append(text)
        return text

    chosen = filters.read("", MORNING, [])
    board(page.PAGE, alarmed.session, alarmed.people["operations"], chosen, MORNING, note, lambda: None)
    mine = {text for text in asked if text not in {"水压", "水质", "老城", "新区"}}
    assert mine <= ENGLISH.keys()
