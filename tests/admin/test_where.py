"""“办到哪了”: a customer gives a number, and the agent has words to read out, and nothing else."""

import re
from html import unescape

import pytest

from tests.admin.test_pages import full, full_rooms, played, states  # noqa: F401  fixtures: a ticket in each state


def read_out(browser, number):
    page = browser.get(f"/ticket/where?no={number}")
    assert page.status_code == 200
    return [unescape(line) for line in re.findall(r'<p class="kf-said">(.*?)</p>', page.text)], page.text


def number_of(house, ticket):
    return house.api("operations").get(f"ticket/{ticket}").json["no"]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("registered", "正在安排承办单位"), ("returned", "正在重新安排承办单位"), ("handling", "已转第一水厂办理。"),
        ("calling_back", "第一水厂已报来办理结果"), ("closed", "办结"),
    ],
)  # fmt: skip
def test_every_state_has_words_that_may_be_read_out(full, states, state, said):  # noqa: F811
    first, page = read_out(full.browser("agent"), number_of(full, states["quality", state]))
    assert said in first[0]
    for hidden in ("张三", "1381234", "水压"):
        assert hidden not in page


def test_the_next_step_has_its_deadline_and_what_is_late_says_so(house):
    with played(house) as city:
        ticket = city.agent.registers("水压太低。", at="2026-03-06 10:00")
        city.agent.assigns(ticket, to=city.plant, at="2026-03-06 11:00")
    number = number_of(house, ticket.id)
    house.at("2026-03-07 09:00")
    assert (
        read_out(house.browser("agent"), number)[0][1] == "单位应在 3月9日 周一 11:00 前报来结果，之后我们给您回电话。"
    )
    house.at("2026-03-09 11:01")
    assert read_out(house.browser("agent"), number)[0][1] == "这件事已经过了规定的时间，我们会催办。"


def test_a_discipline_number_is_answered_alike_whether_it_is_there_or_not(full, states):  # noqa: F811
    agent = full.browser("agent")
    there = full.api("discipline").get(f"ticket/{states['discipline', 'investigating']}").json["no"]
    lines, page = read_out(agent, there)
    others, other_page = read_out(agent, "纪2026-ZZZZ")
    assert lines == others
    assert page.replace(there, "") == other_page.replace("纪2026-ZZZZ", "")


def test_an_unknown_number_is_told_and_only_the_desk_may_ask(full):  # noqa: F811
    assert "没有找到这个工单号" in read_out(full.browser("agent"), "ZL-2026-99999")[1]
    for name in ("head", "leadership", "discipline", "admin"):
        assert full.browser(name).get("/ticket/where?no=1").status_code == 404
