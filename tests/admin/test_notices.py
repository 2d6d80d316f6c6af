"""The inbox, its count in the top bar, the rules' page, and 我的代理, over HTTP."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from models.notice import Notice
from models.reminding import remind
from models.tables import Post
from tests.admin.conftest import House
from tests.fixtures.city import City, shanghai


@contextmanager
def played(house: House) -> Iterator[City]:
    """Act in the house's city; afterwards it is a minute later, and written."""
    with house.session() as session:
        city = City(session)
        yield city
        session.commit()
        house.at(city.now + timedelta(minutes=1))


def reminds(house: House, at: str) -> None:
    with house.session() as session:
        remind(session, shanghai(at))
        session.commit()
    house.at(at)


@pytest.fixture
def late(house: House) -> tuple[House, int, str]:
    """A ticket that the plant has had for 73 hours; everybody was told."""
    with played(house) as city:
        ticket = city.agent.registers("水压低，张三丰说。", category="水压", at="2026-03-06 09:00")
        city.agent.assigns(ticket, to=city.plant, at="2026-03-06 10:00")
        found = (ticket.id, ticket.no)
    reminds(house, "2026-03-09 11:00")
    return house, *found


def bell(text: str) -> str:
    found = re.search(r'aria-label="提醒，([^"]+) 条未读"', text)
    assert found
    return found[1]


def test_the_inbox_says_what_to_do_and_by_when_and_opening_the_ticket_reads_it(late):
    house, ticket, no = late
    browser = house.browser("head")
    assert bell(browser.get("/").text) == "1"
    page = browser.get("/notices/").text
    assert no in page
    assert "逾期 1 小时，等待报送结果。" in page
    assert f'href="/ticket/{ticket}"' in page
    assert "水压低" not in page, "a notice tells nothing of the content"
    assert bell(browser.get(f"/ticket/{ticket}").text) == "0"
    assert 'class="unread"' not in browser.get("/notices/").text
    assert bell(house.browser("handler").get("/").text) == "1", "the other's stays"


def test_all_at_once_are_marked_read(late):
    house, _ticket, _no = late
    browser = house.browser("operations")
    assert bell(browser.get("/").text) == "1"
    assert browser.post("/notices/read", page="/notices/").status_code == 302
    assert bell(browser.get("/").text) == "0"
    assert "全部已读" not in browser.get("/notices/").text


def test_a_notice_of_another_is_absent(late):
    house, _ticket, _no = late
    with house.session() as session:
        one = session.scalars(select(Notice).where(Notice.user_id == house.id_of("head"))).one()
    assert house.browser("other_head").get(f"/notices/{one.id}").status_code == 404
    assert house.browser("head").get(f"/notices/{one.id}").status_code == 302


def test_a_digest_leads_to_ones_own_list_and_is_read_then(house):
    with played(house) as city:
        for n in range(7):
            ticket = city.agent.registers("停水。", category="水压", at=f"2026-03-06 09:0{n}")
            city.agent.assigns(ticket, to=city.plant, at=f"2026-03-06 10:0{n}")
    reminds(house, "2026-03-09 11:00")
    browser = house.browser("head")
    assert bell(browser.get("/").text) == "1"
    page = browser.get("/notices/").text
    assert "7 件已逾期" in page
    digest = re.search(r'href="(/notices/\d+)"', page)
    assert digest
    answer = browser.get(digest[1])
    assert answer.headers["Location"] == "/ticket/?turn=mine"
    assert bell(browser.get("/").text) == "0"


@pytest.mark.parametrize("name", ["head", "operations"])
def test_the_bell_costs_one_question_a_page(late, name):
    house, _ticket, _no = late
    browser = house.browser(name)
    browser.get("/")
    asked: list[str] = []
    with house.app.app_context():
        engine = house.app.extensions["sqlalchemy"].engine

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    browser.get("/")
    event.remove(engine, "before_cursor_execute", note)
    assert len([statement for statement in asked if "notice" in statement]) == 1
    assert len(asked) <= 15


def test_the_rules_are_kept_by_operations_and_read_by_nobody_else(house):
    browser = house.browser("operations")
    page = browser.get("/notice-rule/list/").text
    assert "分管负责人" in page
    fields = {"level": "late", "obligation": "callback", "track": "quality", "amount": "2", "measure": "hours_after",
              "recipient": "operations"}  # fmt: skip
    assert browser.post("/notice-rule/add", **fields).status_code == 302
    assert "到期后（小时）" in browser.get("/notice-rule/list/").text
    for wrong, said in (({"amount": "-1"}, "数字超出范围"), ({"measure": "percent_left"}, "到期后（小时）"),
                        ({"level": "soon"}, "剩余时长（%）")):  # fmt: skip
        assert said in browser.post("/notice-rule/add", **{**fields, **wrong}).text
    assert house.browser("agent").get("/notice-rule/list/").status_code == 403


def test_a_head_names_a_deputy_who_then_acts_and_the_page_says_for_whom(house):
    with played(house) as city:
        ticket = city.agent.registers("水压低。", category="水压", at="2026-03-06 09:00")
        city.agent.assigns(ticket, to=city.plant, at="2026-03-06 10:00")
        number = ticket.id
    head, other = house.browser("head"), house.browser("other_handler")
    assert other.get(f"/ticket/{number}").status_code == 404
    with house.session() as session:
        post = session.scalars(select(Post.id).where(Post.user_id == house.id_of("head"))).one()
    fields = {"post_id": str(post), "deputy_id": str(house.id_of("other_handler")), "first": "2026-03-06"}
    wrong = head.post("/delegation/", **fields, last="2026-03-05")
    assert wrong.status_code == 422
    assert "不能早于开始的那一天" in wrong.text
    assert 'value="2026-03-05"' in wrong.text, "what was typed is kept"
    assert head.post("/delegation/", **fields, last="2026-03-07").status_code == 302
    assert "许经办" in head.get("/delegation/").text
    assert "孙厂长委托许经办代行" in other.get("/notices/").text
    home = other.get("/").text
    assert f"/ticket/{number}" in home, "the principal's work is on the deputy's home page"
    assert "第一水厂 · 代负责人" in home
    sent = {"cause": "阀门", "responsible": "未查明", "result": "已开足"}
    page = other.get(f"/ticket/{number}/submit").text
    hidden = dict(re.findall(r'name="(version|seen|once)" value="([^"]*)"', page))
    assert other.post(f"/ticket/{number}/submit", **sent, **hidden).status_code == 302
    assert "许经办（代 孙厂长）" in other.get(f"/ticket/{number}").text
    ending = re.search(r'action="(/delegation/\d+/end)"', head.get("/delegation/").text)
    assert ending
    assert head.post(ending[1], page="/delegation/").status_code == 302
    assert other.get(f"/ticket/{number}").status_code == 404, "at once"


def test_who_has_nothing_to_lend_is_told_so_and_can_lend_nothing(house):
    browser = house.browser("agent")
    assert "没有可以委托的职务" in browser.get("/delegation/").text
    fields = {"post_id": "1", "deputy_id": "2", "first": "2026-03-06", "last": "2026-03-07"}
    assert browser.post("/delegation/", page="/ticket/register", **fields).status_code == 404


def test_a_deputy_whose_own_role_has_no_tickets_finds_those_of_the_post(house):
    with played(house) as city:
        city.appoint(city.analyst, "head", city.plant, "2026-03-01", "2026-03-20", acting_for=city.head)
    assert house.browser("analyst").get("/ticket/").status_code == 200
    house.at("2026-03-20 00:00")
    assert house.browser("analyst").get("/ticket/").status_code == 404


def test_a_post_that_opens_confidential_tickets_is_told_to_all_who_hold_one(house):
    browser = house.browser("admin")
    with house.session() as session:
        office = City(session).office.id
    fields = {"user": str(house.id_of("colleague")), "unit": str(office), "post": "discipline", "since": "2026-03-06"}
    assert browser.post("/post/add", **fields).status_code == 302
    for name in ("discipline", "inspector", "chairman"):
        assert "周立秋任“纪检监察”" in house.browser(name).get("/notices/").text
    assert "周立秋" not in house.browser("head").get("/notices/").text
