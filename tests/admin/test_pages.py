"""The pages of tickets without a browser: what each person finds, what forms take, what the list may tell."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from models import retention
from models.book import Book
from models.database import engine_for
from models.tables import District, Penalty
from models.workflow import AMENDABLE
from tests.admin.conftest import Browser, House, Rooms
from tests.fixtures.city import KEY, City, gallery, shanghai

WITH_TICKETS = ("agent", "operations", "handler", "head", "other_head", "discipline", "chairman", "leadership")
WITHOUT = ("admin", "analyst", "auditor")


@contextmanager
def played(house: House) -> Iterator[City]:
    """Act in the house's city; afterwards it is a minute later, and written."""
    with house.session() as session:
        city = City(session)
        yield city
        session.commit()
        house.at(city.now + timedelta(minutes=1))


States = dict[tuple[str, str], int]
"""A ticket in each state of each track, by (track, state)."""


@pytest.fixture(scope="session")
def full_rooms(sqlite_office: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Rooms, States, datetime]:
    """The house with those tickets, made once."""
    path = tmp_path_factory.mktemp("full") / "office.db"
    shutil.copyfile(sqlite_office, path)
    engine = engine_for(f"sqlite:///{path}")
    with Session(engine) as session:
        city = City(session)
        session.add(District(name="东昌府区"))
        made = {(track, state): one.id for track in ("quality", "discipline") for state, one in
                gallery(city, track, phone="13812345678", complainant="张三丰").items()}  # fmt: skip
        session.commit()
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return Rooms(path, tmp_path_factory.mktemp("full_rooms")), made, city.now + timedelta(minutes=1)


@pytest.fixture
def full(full_rooms: tuple[Rooms, States, datetime]) -> House:
    rooms, _states, later = full_rooms
    house = rooms.fresh()
    house.at(later)
    return house


@pytest.fixture
def states(full_rooms: tuple[Rooms, States, datetime]) -> States:
    return full_rooms[1]


def links(text: str, pattern: str) -> list[str]:
    return sorted(set(re.findall(rf'href="({pattern})"', text)))


@pytest.mark.parametrize("name", WITH_TICKETS)
def test_every_button_that_is_drawn_opens_its_form(full, states, name):
    browser = full.browser(name)
    opened = set()
    for (track, state), ticket in states.items():
        page = browser.get(f"/ticket/{ticket}")
        assert page.status_code in (200, 404)
        for address in links(page.text, rf"/ticket/{ticket}/\w+"):
            action = (track, address.rsplit("/", 1)[1])
            if action in opened:
                continue
            opened.add(action)
            form = browser.get(address)
            assert form.status_code == 200, (track, state, address)
            assert "csrf_token" in form.text or address.endswith("/amend")


@pytest.mark.parametrize(
    ("name", "where", "action", "status", "said"),
    [
        ("agent", ("quality", "handling"), "submit", 403, "由承办单位负责人办理"),
        ("handler", ("quality", "handling"), "submit", 403, "可以先记“跟进”"),
        ("agent", ("quality", "registered"), "call_back", 409, "工单现在是“已登记”"),
        ("head", ("quality", "calling_back"), "call_back", 403, "由热线受理人员、运营管理部办理"),
        ("chairman", ("quality", "handling"), "conclude", 409, "第 3 轮起"),
        ("agent", ("quality", "closed"), "no_such_action", 404, "没有找到这个工单"),
        ("agent", ("discipline", "handling"), "note", 404, "没有找到这个工单"),
    ],
)
def test_what_is_not_possible_says_who_may_or_why_not(full, states, name, where, action, status, said):
    browser = full.browser(name)
    assert f'/{action}"' not in browser.get(f"/ticket/{states[where]}").text
    answer = browser.get(f"/ticket/{states[where]}/{action}")
    assert answer.status_code == status
    assert said in answer.text


def test_a_ticket_out_of_sight_reads_like_one_that_is_not_there(full, states):
    browser = full.browser("other_head")
    unseen = browser.get(f"/ticket/{states['quality', 'handling']}")
    assert unseen.status_code == 404
    assert unseen.data == browser.get("/ticket/12345").data
    assert browser.get(f"/ticket/{states['quality', 'handling']}/submit").data == unseen.data


@pytest.mark.parametrize("name", WITHOUT)
def test_whose_role_has_no_tickets_finds_none_and_no_way_to_them(full, states, name):
    browser = full.browser(name)
    for address in ("/ticket/", "/ticket/register", f"/ticket/{states['quality', 'handling']}", "/ticket/find?no=1"):
        assert browser.get(address).status_code == 404
    assert "/ticket/" not in browser.get("/").text


@pytest.mark.parametrize("name", [*WITH_TICKETS, *WITHOUT])
def test_every_address_in_the_side_answers(house, name):
    browser = house.browser(name)
    side = browser.get("/").text.split("</nav>")[0]
    found = [address.replace("&amp;", "&") for address in links(side, '/[^"]*')]
    assert found
    for address in found:
        if not address.startswith(("/analytics/", "/static/")):
            assert browser.get(address).status_code == 200, address


def test_who_only_sees_a_part_or_a_stub_reads_no_more_on_the_page(full, states):
    stub = full.browser("agent").get(f"/ticket/{states['discipline', 'fed_back']}").text
    summary = full.browser("head").get(f"/ticket/{states['discipline', 'handling']}").text
    for text in (stub, summary):
        assert "内容不论" not in text
        assert "张" not in text
        assert "138" not in text
    masked = full.browser("leadership").get(f"/ticket/{states['quality', 'closed']}").text
    assert "张**" in masked
    assert "138****5678" in masked
    assert "13812345678" not in masked


def test_a_filter_on_what_one_may_not_see_finds_nothing(full, states):
    """The stub's unit and category are hidden: to filter by them must not tell them."""
    browser = full.browser("agent")
    number = browser.get(f"/ticket/{states['discipline', 'fed_back']}").text.split("<title>")[1].split(" ")[0]
    assert number.startswith("纪")
    assert number in browser.get("/ticket/?state=fed_back").text
    with full.session() as session:
        unit = City(session).plant.id
    for condition in (f"unit={unit}", "from=2026-03-01", "kind=complaint"):
        assert number not in browser.get(f"/ticket/?state=fed_back&{condition}").text
    assert number in full.browser("discipline").get(f"/ticket/?state=fed_back&unit={unit}").text


@pytest.mark.parametrize(
    "query",
    ["state=nowhere", "unit=x", "unit=99999999999999999999", "from=yesterday", "to=9999-12-31", "due=never",
     "no=%25", "kind=x", "sort=password", "turn=yours", "page=0", "page=-1", "page=x", "page=99999999999999999",
     "round=9"],
)  # fmt: skip
def test_a_strange_address_of_the_list_is_a_page_all_the_same(full, states, query):
    assert full.browser("operations").get(f"/ticket/?{query}").status_code == 200


def test_a_page_beyond_the_last_is_the_last(full, states):
    browser = full.browser("operations")
    assert browser.get("/ticket/?page=7").text.count('class="kf-row"') == browser.get("/ticket/").text.count(
        'class="kf-row"'
    )


@contextmanager
def asked_of_the_database(house: House) -> Iterator[list[str]]:
    """The statements that are executed meanwhile."""
    with house.app.app_context():
        engine = house.app.extensions["sqlalchemy"].engine
    asked: list[str] = []

    def heard(*args: Any) -> None:
        asked.append(args[2])

    event.listen(engine, "before_cursor_execute", heard)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", heard)


@pytest.mark.parametrize("name", WITH_TICKETS)
def test_no_page_of_tickets_costs_more_than_fifteen_queries(full, states, name):
    browser = full.browser(name)
    for path in ("/", "/ticket/", *(f"/ticket/{ticket}" for ticket in states.values())):
        browser.get(path)
        with asked_of_the_database(full) as asked:
            browser.get(path)
        # That a discipline ticket was opened is written down besides, in three statements.
        read = [statement for statement in asked if "security_" not in statement]
        assert len(read) <= 15, "\n".join([path, *asked])


@pytest.mark.parametrize("closed", [0, 30], ids=["all owe something", "half of the page is closed"])
def test_the_list_costs_fifteen_queries_at_most(house, closed):
    with played(house) as city:
        for n in range(40):
            ticket = city.agent.registers("水压太低。")
            if n < closed:
                city.agent.declines(ticket)
    browser = house.browser("agent")
    browser.get("/ticket/")
    with asked_of_the_database(house) as asked:
        page = browser.get("/ticket/")
    assert page.text.count('class="kf-row"') == 25
    assert len(asked) <= 15, "\n".join(asked)


def test_what_is_owed_comes_first_by_deadline_and_then_the_newest(house):
    with played(house) as city:
        made = [city.agent.registers(f"第 {n} 件。", at=f"2026-03-06 10:0{n}") for n in range(6)]
        for ticket in made[:3]:
            city.agent.declines(ticket)
        city.agent.assigns(made[3], to=city.plant)  # due last: 72 hours from now
    browser = house.browser("operations")
    shown = re.findall(r"第 (\d) 件", browser.get("/ticket/").text)
    assert shown == ["4", "5", "3", "2", "1", "0"]
    assert re.findall(r"第 (\d) 件", browser.get("/ticket/?sort=-registered").text) == ["5", "4", "3", "2", "1", "0"]
    assert re.findall(r"第 (\d) 件", browser.get("/ticket/?sort=no").text) == ["0", "1", "2", "3", "4", "5"]


def once(page: str) -> str:
    found = re.search(r'name="once" value="([^"]+)"', page)
    assert found
    return found[1]


def test_a_second_press_registers_nothing_twice(house):
    browser = house.browser("agent")
    key = once(browser.get("/ticket/register").text)
    for _ in range(2):
        answer = browser.post("/ticket/register", content="水管爆了。", once=key)
        assert answer.status_code == 302
    assert len(house.tickets()) == 1


def test_the_same_key_with_another_content_is_told_and_registers_on_the_next_press(house):
    browser = house.browser("agent")
    key = once(browser.get("/ticket/register").text)
    browser.post("/ticket/register", content="水管爆了。", once=key)
    told = browser.post("/ticket/register", content="水表坏了。", once=key)
    assert told.status_code == 422
    assert "水表坏了。" in told.text
    assert browser.post("/ticket/register", content="水表坏了。", once=once(told.text)).status_code == 302
    assert len(house.tickets()) == 2


def act(browser: Browser, ticket: int, action: str, **fields: str):
    """Send an action's form with the version that its page names."""
    page = browser.get(f"/ticket/{ticket}/{action}").text
    version = re.search(r'name="version" value="(\d+)"', page)
    return browser.post(f"/ticket/{ticket}/{action}", version=version[1] if version else "", once=once(page), **fields)


def test_a_category_chosen_by_its_id_and_a_unit_by_its_id_are_taken(full, states):
    with full.session() as session:
        city = City(session)
        unit, category = str(city.plant.id), str(city.category("水质").id)
    done = act(full.browser("agent"), states["quality", "registered"], "assign", unit=unit, category=category)
    assert done.status_code == 302
    page = full.browser("agent").get(f"/ticket/{states['quality', 'registered']}").text
    assert "已转第一水厂" not in page  # the flash was shown to the one who acted
    assert "水质" in page


def test_what_ends_ones_sight_leads_to_the_list(full, states):
    browser = full.browser("agent")
    done = act(browser, states["quality", "handling"], "refer")
    assert done.headers["Location"] == "/ticket/"
    assert "您不再看得到" in browser.get("/ticket/").text


@pytest.mark.parametrize("fact", sorted(AMENDABLE))
def test_each_fact_has_its_form(full, states, fact):
    browser = full.browser("operations")
    ticket = states["quality", "handling"]
    form = browser.get(f"/ticket/{ticket}/amend?field={fact}")
    assert form.status_code == 200
    assert f'name="field" value="{fact}"' in form.text
    options = re.search(r'id="value".*?</select>', form.text, re.DOTALL)
    choice = re.findall(r'option value="([^"]+)"', options[0]) if options else ["2026-03-20T10:00"]
    fields = {"field": fact, "value": choice[0] if choice else "", "reason": "核实"}
    sent = browser.post(f"/ticket/{ticket}/amend", page=f"/ticket/{ticket}/amend?field={fact}", **fields)
    assert sent.status_code == 302, re.findall(r"kf-error.*", sent.text)
    assert "补正" in browser.get(f"/ticket/{ticket}").text


def test_discipline_opens_contact_to_a_named_person(full, states):
    ticket = states["discipline", "handling"]
    head = full.id_of("head")
    sent = act(full.browser("discipline"), ticket, "open_to", persons=str(head), parts="contact")
    assert sent.status_code == 302
    seen = full.browser("head").get(f"/ticket/{ticket}").text
    assert "13812345678" in seen
    assert "内容不论" not in seen


def test_a_provisional_year_is_said_where_a_deadline_rests_on_it(house):
    with played(house) as city:
        ticket = city.agent.registers("水压太低。", at="2027-12-30 09:00")
        city.agent.assigns(ticket, to=city.plant)
        city.head.submits(ticket)
    page = house.browser("agent").get(f"/ticket/{ticket.id}").text
    assert "2027 年放假安排尚未公布" in page
    assert "放假安排尚未公布" in house.browser("operations").get("/calendar/list/").text


def test_when_the_database_is_away_a_page_says_so_without_asking_it(house, monkeypatch):
    browser = house.browser("agent")

    def away(*_args, **_options):
        raise OperationalError("select", {}, Exception("database is locked"))

    monkeypatch.setattr("admin.views.listing.find", away)
    monkeypatch.setitem(house.app.jinja_env.globals, "kf_navigation", away)
    answer = browser.get("/ticket/")
    assert answer.status_code == 503
    assert "请稍后再试" in answer.text
    assert "kf-alone" in answer.text
    assert "locked" not in answer.text


def test_a_penalty_that_waits_is_told_to_who_decides_and_links_to_just_those(house):
    """Of a ticket out of sight, nothing; nor of what others decide; of one decided on, nothing any more."""
    hidden = house.api("discipline").registers(category="吃拿卡要", content="抄表员索要好处。")
    penalty = {"clause": "第八条(一)", "person": "某甲", "post": "leader", "conduct_at": "2026-03-05T20:00:00+08:00"}
    assert "等您决定" not in house.browser("operations").get("/").text
    house.api("operations").post("penalty/", **penalty)
    house.api("operations").post("penalty/", **{**penalty, "clause": "第八条(三)", "post": "responsible"})
    house.api("discipline").post("penalty/", **penalty, ticket=hidden["id"])
    for name, many, able in (("operations", 1, 1), ("leadership", 1, 1), ("discipline", 3, 3)):
        browser = house.browser(name)
        page = browser.get("/").text
        assert f"{many} 件责任追究等您决定" in page
        link = unescape(re.search(r'href="([^"]+)">看事实，逐件决定', page)[1])
        assert browser.get(link).text.count('type="checkbox"') == able
    for name in ("agent", "head", "chairman"):
        assert "等您决定" not in house.browser(name).get("/").text
    house.changes(lambda session: session.execute(update(Penalty).values(state="withdrawn")))
    assert "等您决定" not in house.browser("operations").get("/").text


def test_a_correction_shows_what_it_replaced_below_what_was_registered(house):
    """第六条(一): the caller's words stay; the old value of a fact stays readable, masked where the fact is."""
    agent = house.api("agent")
    ticket = agent.registers(phone="13812345678", neighbourhood="阳光花园", channel="96568")
    agent.does(ticket, "amend", field="neighbourhood", value="东城花园")
    agent.does(ticket, "amend", field="channel", value="市长热线")
    agent.does(ticket, "amend", field="phone", value="13800001111")
    agent.does(ticket, "amend", field="forward_due_at", value="2026-03-20T10:00+08:00")
    mine = house.browser("agent").get(f"/ticket/{ticket['id']}").text
    for said in ("原为：阳光花园，小区改为：东城花园", "原为：96568，渠道改为：市长热线",
                 "原为：13812345678，联系电话改为：13800001111",
                 "原为：（空），来文时限改为：2026-03-20 10:00"):  # fmt: skip
        assert said in mine, said
    masked = house.browser("leadership").get(f"/ticket/{ticket['id']}").text
    assert "原为：138****5678，联系电话改为：138****1111" in masked
    assert "13812345678" not in masked
    events = house.api("leadership").get(f"ticket/{ticket['id']}/events").json["result"]
    assert [event["payload"].get("was") for event in events[1:]][2] == "138****5678"


def test_who_only_has_a_part_reads_no_old_value_of_what_is_hidden(full, states):
    """A summary shows no contact: nor does the log of its corrections."""
    ticket = states["discipline", "handling"]
    assert full.api("discipline").does(ticket, "amend", field="phone", value="13800001111").status_code == 200
    events = full.api("head").get(f"ticket/{ticket}/events").json["result"]
    assert "138" not in str(events)


def test_the_page_says_who_held_it_when_where_it_was_more_than_one(house):
    agent = house.api("agent")
    ticket = agent.registers()
    agent.does(ticket, "assign", unit="第一水厂")
    assert "先后承办" not in house.browser("operations").get(f"/ticket/{ticket['id']}").text
    house.at("2026-03-06 10:30")
    house.api("head").does(ticket, "return", reason="not_ours")
    house.at("2026-03-06 11:00")
    agent.does(ticket, "assign", unit="东城营业所")
    page = house.browser("operations").get(f"/ticket/{ticket['id']}").text
    assert "先后承办：第一水厂 03-06 09:00 至 03-06 10:30，东城营业所 03-06 11:00 起" in page
    assert "先后承办" not in house.browser("head").get(f"/ticket/{ticket['id']}").text, "an old part knows its own"


def test_of_two_parts_the_home_page_counts_both(house):
    """A head who stands in for the director of 纪检监察室 keeps the counts of the unit."""
    with played(house) as city:
        city.appoint(city.head, "discipline", city.office, "2026-03-01", "2026-04-01", acting_for=city.discipline)
    page = house.browser("head").get("/").text
    for label in ("待调查", "待上报", "办理中", "第 2 轮及以上"):
        assert f">{label}<b>" in page, label


def test_a_returned_ticket_has_a_count_of_its_own_at_the_desk(house):
    with played(house) as city:
        ticket = city.agent.registers()
        city.agent.assigns(ticket, to=city.plant)
        city.head.returns(ticket)
    for name in ("agent", "operations"):
        found = dict(re.findall(r">([^<>]+)<b>(\d+)</b>", house.browser(name).get("/").text))
        assert (found["已退回"], found["待转办"]) == ("1", "0")


def test_a_generated_record_opened_by_its_address_leads_to_its_list(house):
    house.changes(lambda session: session.add(District(id=4, name="开发区")))
    for before, after in ("", "/district/list/"), ("/unit/list/", "/unit/list/"):
        browser = house.browser("admin")
        if before:
            assert browser.get(before).status_code == 200
        saved = browser.post("/district/edit/4", name="开发区", active="y")
        assert saved.status_code == 302, saved.text
        assert saved.headers["Location"] == after
    added = house.browser("admin").post("/district/add", name="高新区", active="y")
    assert added.headers["Location"] == "/district/list/"


def test_a_ticket_past_its_retention_period_says_so_on_page_list_and_api(house):
    agent = house.api("agent")
    ticket = agent.registers(content="三栋没水，请回电。", kind="enquiry", complainant="王芳", phone="13812345678")
    assert agent.does(ticket, "answer", reply="已当场答复。").status_code == 200
    assert agent.sees(ticket)["erased"] is False
    house.changes(lambda session: retention.erase(session, Book(session, KEY), shanghai("2029-03-07 09:00")))
    browser = house.browser("agent")
    page, rows = browser.get(f"/ticket/{ticket['id']}").text, browser.get("/ticket/").text
    for text in (page, rows):
        assert "内容已到保存期，已删除" in text
        assert "三栋" not in text
    assert "个人信息到期删除" in page
    told = agent.sees(ticket)
    assert (told["erased"], told["content"], told["phone"]) == (True, None, None)
