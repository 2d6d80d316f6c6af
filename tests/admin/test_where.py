"""“办到哪了”: a customer gives a number, and the agent has words to read out, and nothing else."""

import re
from html import unescape

import pytest

from admin.views import filters, where
from tests.admin.test_pages import full, full_rooms, played, states  # noqa: F401  fixtures: a ticket in each state
from tests.fixtures.city import shanghai


def read_out(browser, number):
    page = browser.get(f"/ticket/where?no={number}")
    assert page.status_code == 200
    return [unescape(line) for line in re.findall(r'<p class="kf-said">(.*?)</p>', page.text)], page.text


def number_of(house, ticket):
    return house.api("operations").get(f"ticket/{ticket}").json["no"]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("registered", "下一步是安排承办单位"), ("returned", "正在重新安排承办单位"),
        ("handling", "已转第一水厂办理。"),
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
        read_out(house.browser("agent"), number)[0][1]
        == "按规定，第一水厂应在 3月9日 周一 11:00 前报送结果，之后回访您。"
    )
    house.at("2026-03-09 11:01")
    assert read_out(house.browser("agent"), number)[0][1] == "这一步已经超过规定的时间，还没有完成。"


def test_nothing_is_promised_and_nothing_is_said_that_the_ticket_does_not_know(house):
    said = [*where.SAID.values(), *where.CLOSED.values(), *where.DUE.values()]
    said += [where.AGAIN, where.OTHERWISE, where.LATE, where.AFTERWARDS, where.TO_DISCIPLINE]
    for promise in ("我们会", "一定", "保证", "马上", "尽快", "催办", "受理范围"):
        assert not [sentence for sentence in said if promise in sentence], promise
    with played(house) as city:
        declined = city.agent.registers("要求减免水费。")
        city.agent.declines(declined)
        silent = city.agent.registers("水压低。", phone=None)
        city.agent.assigns(silent, to=city.plant)
        city.head.submits(silent)
        city.operations.waives(silent)
        numbers = declined.no, silent.no
    agent = house.browser("agent")
    assert "答复，没有受理" in read_out(agent, numbers[0])[0][0]
    assert "没有接通" not in read_out(agent, numbers[1])[0][0], "nobody may have called"


def test_a_discipline_number_is_answered_alike_whether_it_is_there_or_not(full, states):  # noqa: F811
    agent = full.browser("agent")
    there = full.api("discipline").get(f"ticket/{states['discipline', 'investigating']}").json["no"]
    lines, page = read_out(agent, there)
    others, other_page = read_out(agent, "纪2026-ZZZZ")
    assert lines == others == ["这个编号请向集团纪检监察室询问。"]
    assert lines == read_out(agent, there.replace("纪", "").replace("-", "").lower())[0]
    assert page.replace(there, "") == other_page.replace("纪2026-ZZZZ", "")


def test_an_unknown_number_is_told_and_only_the_desk_may_ask(full):  # noqa: F811
    assert "没有找到这个工单号" in read_out(full.browser("agent"), "ZL-2026-99999")[1]
    for name in ("head", "leadership", "discipline", "admin"):
        answer = full.browser(name).get("/ticket/where?no=1")
        assert answer.status_code == 404
        assert "没有找到这个工单" not in answer.text or name == "admin"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1596", "ZL-2026-01596"), ("０１５９６", "ZL-2026-01596"), ("zl-2026-01596", "ZL-2026-01596"),
        ("ZL2026-01596", "ZL-2026-01596"), ("ＺＬ２０２６０１５９６", "ZL-2026-01596"), ("2026-01596", "ZL-2026-01596"),
        ("202601596", "ZL-2026-01596"), (" zl 2026 01596。", "ZL-2026-01596"), ("2026-1596", "ZL-2026-01596"),
        ("ZL—2025—1596", "ZL-2025-01596"), ("ZL01596", "ZL-2026-01596"), ("ZL-2026-0159612", "ZL-2026-0159612"),
        ("ZL-2026-", "ZL-2026-"), ("zl2026", "ZL-2026-"), ("ZL-2026-015", "ZL-2026-015"),
        ("纪2026-7F3K", "纪2026-7F3K"), ("纪20267f3k", "纪2026-7F3K"), ("纪 2026 ７Ｆ３Ｋ", "纪2026-7F3K"),
        ("2026-7F3K", "纪2026-7F3K"), ("纪2026-7", "纪2026-7"), ("", ""), ("水压 1596", "水压1596"),
        ("热线１２", "热线12"),
    ],
)  # fmt: skip
def test_a_number_is_read_however_it_is_typed(typed, number):
    assert filters.number(typed, shanghai("2026-03-06 09:00")) == number


@pytest.mark.parametrize("how", ["ＺＬ{y}{n}", "ZL{y}-{n}", "{y}-{n}", "{y}{n}", "zl {y} {n}"])
def test_a_number_without_its_dashes_or_prefix_is_found_everywhere(house, how):
    with played(house) as city:
        ticket = city.agent.registers("水压低。")
        city.agent.registers("水表不转。")
        number, ticket_id = ticket.no, ticket.id
    typed = how.format(y=number[3:7], n=number[8:])
    agent = house.browser("agent")
    assert read_out(agent, typed)[0]
    assert agent.get(f"/ticket/find?q={typed}").headers["Location"].endswith(f"/ticket/{ticket_id}")
    page = agent.get(f"/ticket/?q={typed}").text
    assert re.findall(r'aria-label="选 ([^"]+)"', page) == [number]
