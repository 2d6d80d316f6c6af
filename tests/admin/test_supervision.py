"""督办台: every count is the number of rows behind its link; the scope decides who sees what; few questions."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import event

from tests.admin.conftest import House
from tests.admin.test_notices import played
from tests.fixtures.city import brought_to


@pytest.fixture
def busy(house: House) -> dict[str, int]:
    return fill(house)


def fill(house: House) -> dict[str, int]:
    """Monday, 9 March, 11:00: late, nearly late, disputed, a third round, remarks with and without effect."""
    made = {}
    with played(house) as city:
        agent, head, operations = city.agent, city.head, city.operations

        def handled(name: str, at: str, to: Any = None) -> Any:
            ticket = agent.registers(f"{name}，没有水。", category="水压", at=f"{at[:-2]}00")
            agent.assigns(ticket, to=to or city.plant, at=at)
            made[name] = ticket.id
            return ticket

        late = handled("晚了", "2026-03-05 10:30")
        handled("别处晚了", "2026-03-05 11:30", city.hall)
        rounds = handled("三轮", "2026-03-05 13:30")
        for hour in (14, 15):
            head.submits(rounds, at=f"2026-03-05 {hour}:10")
            agent.calls_back(rounds, "dissatisfied", at=f"2026-03-05 {hour}:40")
        disputed = handled("推来推去", "2026-03-06 09:30")
        for hour, unit, back in ((10, city.hall, city.head), (12, city.plant, city.other_head)):
            back.returns(disputed, at=f"2026-03-06 {hour}:10")
            agent.assigns(disputed, to=unit, at=f"2026-03-06 {hour}:40")
        handled("快到了", "2026-03-06 13:30")
        handled("今晚", "2026-03-06 20:30")
        handled("明天", "2026-03-07 15:30")
        operations.supervises(late, at="2026-03-07 16:00")
        secret = brought_to(city, "discipline", "registered")
        city.agent.refers(secret)
        city.discipline.finds(secret, True)
        made["暗"] = secret.id
        operations.supervises(rounds, at="2026-03-09 10:30")
        city.handler.notes(rounds, at="2026-03-09 10:45")
        city.now = city.at("2026-03-09 11:00") - timedelta(minutes=1)
    return made


def counted(text: str) -> list[tuple[str, int]]:
    """(address, count) of the board's cells and headings."""
    cells = re.findall(r'<td class="kf-num"><a href="([^"]+)"[^>]*>(?:<span[^>]*>)?(\d+)', text)
    heads = re.findall(r'<a class="kf-small" href="([^"]+)">全部 (\d+) 件', text)
    return [(unescape(address), int(n)) for address, n in cells + heads]


@pytest.mark.parametrize("by", ["", "?by=person"])
@pytest.mark.parametrize("name", ["operations", "discipline", "chairman", "leadership"])
def test_every_count_is_the_number_of_rows_behind_its_link(house, busy, name, by):
    browser = house.browser(name)
    found = counted(browser.get(f"/supervision/{by}").text)
    assert len(found) >= 5
    for address, n in found:
        assert f">{n} 件，按" in browser.get(address).text, (address, n)


def test_the_board_says_whose_it_is_and_what_became_of_it(house, busy):
    text = house.browser("operations").get("/supervision/").text
    sections = dict(re.findall(r"<h2>([^<]+)</h2>(.*?)</section>", text, re.DOTALL))
    assert set(re.findall(r'href="/ticket/(\d+)"', sections["逾期最久的"])) >= {
        str(busy["晚了"]),
        str(busy["别处晚了"]),
    }
    assert f'/ticket/{busy["推来推去"]}"' in sections["退回两次及以上"]
    assert f'/ticket/{busy["三轮"]}"' in sections["第 3 轮及以上"]
    assert f'/ticket/{busy["晚了"]}"' in sections["督办后 24 小时没有动静"]
    assert "随后跟进" in sections["今天的督办"]
    assert f'/ticket/{busy["晚了"]}/supervise"' in sections["逾期最久的"]
    rows = re.findall(r'<th scope="row">([^<]+).*?</tr>', text, re.DOTALL)
    assert {"第一水厂", "东城营业所"} <= set(rows)
    assert "孙厂长" in text
    assert "东城营业所</td>" not in text, "one late ticket is no habit"


def test_who_is_late_again_and_again_is_named_with_a_link_to_just_those(house, busy):
    """Two rounds of one ticket are one ticket; what was met after all was late as well."""
    house.at("2026-03-13 09:00")
    text = house.browser("operations").get("/supervision/").text
    record = re.search(r'第一水厂</td><td class="kf-num"><a href="([^"]+)"[^>]*>(\d+)</a>', text)
    assert record
    assert int(record[2]) >= 2
    assert f">{record[2]} 件，按" in house.browser("operations").get(unescape(record[1])).text


def test_by_person_leaves_nobody_out(house, busy):
    """What waits at the desk and in the offices is in both views."""

    def total(address: str) -> list[int]:
        table = house.browser("operations").get(address).text.split("kf-spans")[1].split("</table>")[0]
        rows = re.findall(r'<tr><th scope="row">.*?</tr>', table, re.DOTALL)
        cells = [re.findall(r'kf-num">(?:<a[^>]*>)?(?:<span[^>]*>)?(\d+)', row) for row in rows]
        return [sum(int(row[n]) for row in cells) for n in range(4)]

    house.api("agent").registers()
    assert total("/supervision/") == total("/supervision/?by=person")
    assert "热线与运营管理部" in house.browser("operations").get("/supervision/?by=person").text


def test_a_discipline_ticket_is_on_the_board_of_those_who_see_it_only(house, busy):
    house.at("2026-03-13 09:00")
    link = f'href="/ticket/{busy["暗"]}"'
    office = house.browser("discipline").get("/supervision/").text
    assert link in office
    assert f'/ticket/{busy["暗"]}/supervise"' in office
    assert f'/ticket/{busy["晚了"]}/supervise"' not in office, "the other track is operations' to supervise"
    for name in ("operations", "leadership", "chairman"):
        text = house.browser(name).get("/supervision/").text
        assert link not in text
        assert "集团纪检监察室" not in text.split("kf-spans")[1].split("</table>")[0]
    assert "/supervise" not in house.browser("leadership").get("/supervision/").text


@pytest.mark.parametrize("name", ["agent", "handler", "head", "analyst", "auditor", "admin"])
def test_who_oversees_nothing_has_no_board(house, name):
    browser = house.browser(name)
    answer = browser.get("/supervision/")
    assert answer.status_code == 404
    assert "工单" not in re.search(r'<div class="kf-card kf-empty">.*?</div>', answer.text, re.DOTALL)[0]
    assert "/supervision/" not in browser.get("/").text


def test_a_deputy_is_named_as_one(house, busy):
    with played(house) as city:
        city.appoint(city.handler, "head", city.plant, "2026-03-09", "2026-03-11", acting_for=city.head)
        city.now = city.at("2026-03-09 11:10")
    assert "何经办（代）" in house.browser("operations").get("/supervision/").text


def test_a_quiet_day_says_so(house):
    text = house.browser("leadership").get("/supervision/").text
    assert "到明天为止没有到期的事" in text
    assert "今天还没有督办" in text


def test_the_board_costs_the_same_questions_whatever_is_on_it(house, busy):
    browser = house.browser("operations")
    browser.get("/supervision/")
    with house.app.app_context():
        engine = house.app.extensions["sqlalchemy"].engine
    asked: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    browser.get("/supervision/")
    event.remove(engine, "before_cursor_execute", note)
    assert len(asked) <= 15, "\n".join(one[:90].replace("\n", " ") for one in asked)


def test_both_databases_say_the_same(either):
    fill(either)
    browser = either.browser("operations")
    found = counted(browser.get("/supervision/").text)
    assert sum(n for _address, n in found) == 17
    assert counted(browser.get("/ticket/?returned=2").text) == []
    assert ">1 件，按" in browser.get("/ticket/?returned=2").text
