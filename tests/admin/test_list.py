"""The list: search, columns, order, saved views, many tickets at once, export, and incidents."""

import csv
import io
import json
import re
from datetime import datetime, timedelta

import openpyxl
import pytest
from sqlalchemy import event, select

from admin import words
from admin.views import listing
from models.base import User
from models.tables import District, SavedView, SecurityEvent, Ticket
from tests.admin.conftest import Browser, House
from tests.admin.test_pages import played
from tests.fixtures.city import Complaint, brought_to, shanghai


def numbers(text: str) -> set[str]:
    """The numbers of the tickets that a list shows."""
    return set(re.findall(r'aria-label="选 ([^"]+)"', text))


def boxes(browser: Browser, address: str = "/ticket/") -> dict[str, str]:
    """number → what its checkbox sends."""
    found = re.findall(r'name="t" value="([^"]+)" data-acts="[^"]*" aria-label="选 ([^"]+)"', browser.get(address).text)
    return {number: value for value, number in found}


def bulk(browser: Browser, action: str, chosen: list[str], **fields: str):
    """Do it; the page of what became of it, or what came instead."""
    answer = browser.post("/ticket/bulk", page="/ticket/", action=action, t=chosen, do="go", **fields)
    return browser.get(answer.headers["Location"]) if answer.status_code == 303 else answer


def form_of(browser: Browser, action: str, chosen: list[str]):
    """The page that the list's buttons lead to."""
    answer = browser.post("/ticket/bulk", page="/ticket/", action=action, t=chosen)
    assert answer.status_code == 303
    return browser.get(answer.headers["Location"])


# Search


def test_the_list_marks_what_was_looked_for_and_shows_where_else_it_stands(house):
    with played(house) as city:
        first = city.agent.registers("水压太低，三楼以上没有水。")
        second = city.agent.registers("水表不转。" + "情况是这样的，" * 10 + "后来水压也没了。")
        third = city.agent.registers("路面塌了。", neighbourhood="高压小区")
        city.agent.assigns(third, to=city.plant)
        city.handler.notes(third, text="已测水压，正常。")
        city.agent.registers("停水没有通知。")
        wanted = {first.no, second.no, third.no}
    page = house.browser("agent").get("/ticket/?q=水压").text
    assert numbers(page) == wanted
    assert "<mark>水压</mark>太低" in page
    assert re.search(r'kf-snippet">….*后来<mark>水压</mark>也没了', page)
    assert "已测<mark>水压</mark>，正常" in page
    assert "查找：水压" in page


def test_a_note_is_shown_only_to_whom_it_is_found_by(house):
    with played(house) as city:
        ticket = city.agent.registers("表井盖板破损。")
        city.agent.assigns(ticket, to=city.plant)
        city.head.returns(ticket)
        city.agent.assigns(ticket, to=city.hall)
        city.other_handler.notes(ticket, text="盖板下周到货。")
    assert "到货" in house.browser("other_head").get("/ticket/?q=盖板 到货").text
    held_once = house.browser("head").get("/ticket/?q=盖板").text
    assert "<mark>盖板</mark>" in held_once
    assert "到货" not in held_once
    assert numbers(house.browser("head").get("/ticket/?q=盖板 到货").text) == set()


def test_the_top_bar_goes_to_the_number_and_else_searches(house):
    with played(house) as city:
        ticket = city.agent.registers("阀门井冒水。")
        number, ticket_id = ticket.no, ticket.id
    browser = house.browser("agent")
    for typed in (number, number.lower(), number.rsplit("-", 1)[1].lstrip("0")):
        assert browser.get(f"/ticket/find?q={typed}").headers["Location"].endswith(f"/ticket/{ticket_id}")
    assert numbers(browser.get("/ticket/find?q=阀门", follow_redirects=True).text) == {number}
    assert numbers(browser.get(f"/ticket/?q={number[:8]}").text) == {number}


@pytest.mark.parametrize(
    ("typed", "said"), [("水", "至少要两个字"), ("%", "没有符合条件"), ("水 管道", "只有一个字，没有用来查找")]
)
def test_too_little_to_look_for_is_said(house, typed, said):
    with played(house) as city:
        city.agent.registers("水管道破了。")
    page = house.browser("agent").get("/ticket/", query_string={"q": typed}).text
    assert said in page
    assert bool(numbers(page)) is (typed == "水 管道")


@pytest.mark.parametrize("query", ["q=水压", "", "q=水压&sort=unit", "q=水压&page=2"])
def test_a_list_with_everything_costs_fifteen_queries_at_most(house, query):
    with played(house) as city:
        main = city.agent.registers("没有水压。")
        for n in range(40):
            ticket = city.agent.registers(f"第 {n} 件。")
            city.agent.assigns(ticket, to=city.plant)
            city.handler.notes(ticket, text="水压已测。")
        city.agent.links(ticket, main, "same_matter")
    browser = house.browser("operations")
    browser.post("/ticket/views", page="/ticket/", name="水压的", address="q=水压", shared="everyone")
    browser.get("/ticket/")
    with house.app.app_context():
        engine = house.app.extensions["sqlalchemy"].engine
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    page = browser.get(f"/ticket/?{query}")
    assert len(numbers(page.text)) >= 16
    assert len(asked) <= 15, "\n".join(asked)


@pytest.mark.parametrize("typed", ["13812345678", "138 1234 5678", "１３８１２３４５６７８", "0635-8412345"])
def test_a_telephone_number_is_not_looked_for_and_stays_in_no_address(house, caplog, typed):
    with played(house) as city:
        city.agent.registers("水压低，请打 13812345678。", phone="13812345678")
    for name, offered in (("agent", True), ("operations", True), ("head", False), ("leadership", False)):
        browser = house.browser(name)
        for path in ("find", "", "export"):
            answer = browser.get(f"/ticket/{path}", query_string={"q": typed})
            assert answer.status_code == 302
            assert answer.headers["Location"] == "/ticket/numbers"
        page = browser.get("/ticket/numbers").text
        assert "从不按电话" in page
        assert ('class="kf-btn primary" href="/ticket/register"' in page) is offered
    answer = house.browser("agent").get("/ticket/where", query_string={"no": typed})
    assert answer.headers["Location"] == "/ticket/numbers"
    answer = house.browser(None).get("/ticket/", query_string={"q": typed})
    assert answer.headers["Location"] == "/login/?next=/ticket/"
    assert "1234" not in caplog.text


def test_a_common_word_is_looked_for_among_the_newest_and_the_page_says_so(house, monkeypatch):
    monkeypatch.setattr("models.search.NEWEST", 2)
    with played(house) as city:
        made = [city.agent.registers(f"第 {n} 处水管漏水，{('阀门', '水表')[n % 2]}也坏了。").no for n in range(4)]
    browser = house.browser("agent")
    page = browser.get("/ticket/?q=漏水").text
    assert numbers(page) == set(made[2:])
    assert "只查了最近写下的 2 处" in page
    page = browser.get("/ticket/?q=漏水 阀门").text
    assert numbers(page) == {made[0], made[2]}, "a second word reaches further back"
    assert "写在一处的查得更远" in page
    assert "只查了最近写下" not in page


def test_a_search_of_older_tickets_looks_at_those_and_never_says_plainly_that_there_are_none(either, monkeypatch):
    monkeypatch.setattr("models.search.NEWEST", 3)
    monkeypatch.setattr("models.search.FEW", 1)
    with played(either) as city:
        old = [city.agent.registers(f"第 {n} 户停水。", at=f"2026-02-0{n} 10:00") for n in (1, 2)]
        for n in range(6):
            city.agent.registers(f"又有 {n} 户停水。", at=f"2026-03-0{n + 1} 10:00")
        city.agent.assigns(old[0], to=city.plant, at="2026-03-07 08:00")
        unit, wanted = city.plant.id, {one.no for one in old}
        first = old[0].no
    either.at("2026-03-08 09:00")
    browser = either.browser("operations")
    assert numbers(browser.get("/ticket/?q=停水&to=2026-02-28").text) == wanted
    assert numbers(browser.get("/ticket/?q=停水&from=2026-02-02&to=2026-02-02").text) == {old[1].no}
    monkeypatch.setattr("models.search.FEW", 0)
    page = browser.get(f"/ticket/?q=停水&unit={unit}").text
    assert numbers(page) == set()
    assert "没有符合条件的工单" not in page
    assert "更早的还没有查" in page
    link = re.search(r'href="([^"]+)">查更早的', page)
    assert link
    assert "to=2026-03-04" in link[1]
    while numbers(page) == set():  # the way on leads there
        link = re.search(r'href="([^"]+)">查更早的', page)
        page = browser.get(link[1].replace("&amp;", "&")).text
    assert numbers(page) == {first}
    monkeypatch.setattr("models.search.FEW", 400)
    page = browser.get(f"/ticket/?q=停水&unit={unit}").text
    assert numbers(page) == {first}, "of few tickets each is looked through"
    assert "查更早的" not in page


def test_the_way_on_passes_a_day_with_more_than_is_looked_at(house, monkeypatch):
    monkeypatch.setattr("models.search.NEWEST", 2)
    with played(house) as city:
        first = city.agent.registers("小区停水。", at="2026-03-01 10:00").no
        for n in range(4):
            city.agent.registers(f"第 {n} 户停水。", at="2026-03-02 10:00")
    browser, page, seen = house.browser("agent"), "", set()
    address = "/ticket/?q=停水"
    for _ in range(3):
        page = browser.get(address).text
        seen |= numbers(page)
        link = re.search(r'href="([^"]+)">查更早的', page)
        address = link[1].replace("&amp;", "&") if link else ""
        if not address:
            break
    assert first in seen
    assert address == ""


# Order and columns


def test_every_column_with_an_order_sorts_and_says_so(house):
    with played(house) as city:
        for n, urgency in enumerate(("normal", "urgent", "normal")):
            ticket = city.agent.registers(f"第 {n} 件。", urgency=urgency, category=("水质", "安装", None)[n])
            if n:
                city.agent.assigns(ticket, to=(city.plant, city.hall)[n - 1])
    browser = house.browser("operations")
    shown = {}
    for sort in listing.SORTS:
        page = browser.get(f"/ticket/?sort={sort}&cols=category,no,unit,state,due,round,urgency,registered").text
        assert len(re.findall("aria-sort=", page)) == 1, sort
        shown[sort] = re.findall(r"第 (\d) 件", page)
    assert shown["unit"][:2] == ["2", "1"]  # 东城营业所, 第一水厂, none
    assert shown["-urgency"][0] == "1"
    assert shown["state"][0] == "0"
    assert shown["category"][:2] in (["1", "0"], ["0", "1"])
    assert sorted(shown["-round"][:2]) == ["1", "2"]


def test_an_order_by_what_one_may_not_see_tells_nothing(house):
    with played(house) as city:
        seen = brought_to(city, "quality", "handling").no
        stub = brought_to(city, "discipline", "fed_back").no
    browser = house.browser("agent")
    for sort in ("unit", "-unit", "category", "-category", "urgency", "-urgency"):
        found = re.findall(r'aria-label="选 ([^"]+)"', browser.get(f"/ticket/?sort={sort}").text)
        assert found == [seen, stub], sort


def test_columns_are_kept_for_the_person(house):
    browser = house.browser("agent")
    house.api("agent").registers()
    assert "紧急程度</a>" not in browser.get("/ticket/").text
    browser.post("/ticket/columns", page="/ticket/", cols=["no", "urgency"], address="state=open")
    for page in (browser.get("/ticket/").text, house.browser("agent").get("/ticket/?state=open").text):
        assert "紧急程度</a>" in page
        assert "承办单位</a>" not in page
    assert "承办单位</a>" in house.browser("operations").get("/ticket/").text


# Saved views


def test_a_view_is_saved_counted_renamed_and_deleted(house):
    with played(house) as city:
        city.agent.registers("阀门井冒水。")
        city.agent.registers("水表不转。")
    browser = house.browser("agent")
    browser.post("/ticket/views", page="/ticket/", name="阀门", address="q=阀门&sort=-no&page=3&csrf_token=x&evil=1")
    page = browser.get("/ticket/?sort=-no&q=阀门").text
    tab = re.search(r'<a href="([^"]+)" aria-current="page">阀门<b>1</b>', page)
    assert tab
    assert "evil" not in tab[1]
    assert "page=" not in tab[1]
    with house.session() as session:
        pk = session.scalars(select(SavedView.id)).one()
    browser.post(f"/ticket/views/{pk}", page="/ticket/", name="各处阀门", address="")
    assert ">各处阀门<b>1</b>" in browser.get("/ticket/").text
    browser.post(f"/ticket/views/{pk}", page="/ticket/", do="delete")
    assert "各处阀门<b>" not in browser.get("/ticket/").text


@pytest.mark.parametrize(
    ("owner", "shared", "seen_by"),
    [
        ("operations", "everyone", {"operations", "agent", "head", "discipline"}),
        ("operations", "agent", {"operations", "agent"}),
        ("operations", "", {"operations"}),
        ("agent", "everyone", {"agent"}),
        ("discipline", "discipline", {"discipline"}),
        ("discipline", "everyone", {"discipline"}),
    ],
)
def test_who_may_share_a_view_with_whom(house, owner, shared, seen_by):
    house.browser(owner).post("/ticket/views", page="/ticket/", name="我的一览", address="due=late", shared=shared)
    found = {n for n in ("operations", "agent", "head", "discipline") if ">我的一览<b>" in house.browser(n).get(
        "/ticket/").text}  # fmt: skip
    assert found == seen_by


def test_a_shared_view_says_so_and_by_whom(house):
    operations = house.browser("operations")
    for name, shared in (("急件", "everyone"), ("受理的", "agent"), ("自己的", "")):
        operations.post("/ticket/views", page="/ticket/", name=name, address=f"q={name}", shared=shared)
    house.browser("agent").post("/ticket/views", page="/ticket/", name="我的", address="due=late")
    hint = re.compile(r">([^<>]+)<b>\d+</b>(?:<small>([^<]+)</small>)?")
    mine = dict(hint.findall(operations.get("/ticket/").text))
    assert (mine["急件"], mine["受理的"], mine["自己的"]) == ("共享给所有人", "共享给热线受理人员", "")
    agents = dict(hint.findall(house.browser("agent").get("/ticket/").text))
    with house.session() as session:
        who = words.person(session.get(User, house.id_of("operations")))
    assert (agents["急件"], agents["受理的"], agents["我的"]) == (f"{who}共享", f"{who}共享", "")
    assert agents["全部"] == ""


def test_anothers_view_is_not_there_to_be_changed(house):
    fields = {"name": "急件", "address": "due=late", "shared": "everyone"}
    house.browser("operations").post("/ticket/views", page="/ticket/", **fields)
    with house.session() as session:
        pk = session.scalars(select(SavedView.id)).one()
    browser = house.browser("agent")
    for fields in ({"do": "delete"}, {"name": "改名"}):
        assert browser.post(f"/ticket/views/{pk}", page="/ticket/", **fields).status_code == 404
    assert ">急件<b>" in browser.get("/ticket/").text
    assert browser.post("/ticket/views/999", page="/ticket/", do="delete").status_code == 404


# Many at once


def test_several_are_assigned_each_by_its_own_event(house):
    with played(house) as city:
        made = [city.agent.registers(f"第 {n} 件。").id for n in range(3)]
        unit = str(city.plant.id)
    browser = house.browser("agent")
    chosen = list(boxes(browser).values())
    form = form_of(browser, "assign", chosen)
    assert "转办 3 件" in form.text
    assert "办理时限 72 小时" in form.text
    done = bulk(browser, "assign", chosen, unit=unit)
    assert "已转办 3 件" in done.text
    with played(house) as city:
        for ticket in made:
            row = city.session.get_one(Ticket, ticket)
            assert [e.action for e in row.events] == ["register", "assign"]
            assert row.unit_id == city.plant.id
        assert city.differences() == []


def test_what_fails_is_told_one_by_one_and_the_rest_is_done(house):
    with played(house) as city:
        fine, moved, refused = (city.agent.registers(f"第 {n} 件。") for n in range(3))
        hidden = city.agent.registers("要移送的。")
        unit = str(city.plant.id)
        no = {ticket.no: ticket.id for ticket in (fine, moved, refused, hidden)}
        names = (fine.no, moved.no, refused.no, hidden.no)
    browser = house.browser("agent")
    chosen = boxes(browser)
    with played(house) as city:
        city.agent.amends(Complaint(city, no[names[0]]), "neighbourhood", "阳光花园")  # raises no version
        city.colleague.assigns(Complaint(city, no[names[1]]), to=city.hall)
        city.colleague.declines(Complaint(city, no[names[2]]))
        city.agent.refers(Complaint(city, no[names[3]]))
    done = bulk(browser, "assign", [*chosen.values(), "123456789:1"], unit=unit).text
    assert "已转办 1 件，4 件没有办成" in done
    for number in names[1:3]:
        assert re.search(rf">{number}</a><span></span><span class=\"kf-small\">[^<]+<", done), number
    assert names[3] not in done, "out of sight is told like what is not there"
    assert "2 件没有找到" in done
    with house.session() as session:
        assert session.get_one(Ticket, no[names[1]]).unit.name == "东城营业所"


def test_what_became_of_them_has_an_address_for_its_maker_and_tells_only_what_is_in_sight(house):
    with played(house) as city:
        made = [city.agent.registers(f"第 {n} 件。") for n in range(3)]
        city.agent.assigns(made[2], to=city.plant)
        unit, ids = str(city.plant.id), [one.id for one in made]
        numbers_ = [one.no for one in made]
    browser = house.browser("agent")
    chosen = boxes(browser)
    answer = browser.post("/ticket/bulk", page="/ticket/", action="assign", t=list(chosen.values()), do="go", unit=unit)
    assert answer.status_code == 303
    address = answer.headers["Location"]
    for typed in (*numbers_, "第一水厂", "assign"):
        assert typed not in address
    for _ in range(2):
        page = browser.get(address)
        assert page.status_code == 200
        assert "已转办 2 件，1 件没有办成" in page.text
        assert "工单现在是“办理中”" in page.text
    for other in ("colleague", "operations"):
        assert house.browser(other).get(address).status_code == 404
    assert browser.get(address[:-3] + "abc").status_code == 404
    with played(house) as city:
        for one in ids[1:]:
            city.agent.refers(Complaint(city, one))
    page = browser.get(address).text
    assert numbers_[0] in page
    assert numbers_[1] not in page
    assert numbers_[2] not in page
    assert "1 件办后不再看得到" in page
    assert "1 件没有找到" in page
    house.at("2026-03-06 12:00")
    assert browser.get(address).headers["Location"].endswith("/ticket/")


def test_a_second_press_does_nothing_twice(house):
    with played(house) as city:
        made = city.agent.registers("水压太低。").id
    browser = house.browser("operations")
    chosen = list(boxes(browser).values())
    for _ in range(2):
        assert "已督办 1 件" in bulk(browser, "supervise", chosen, text="请抓紧。", once="k" * 20).text
    with house.session() as session:
        assert [e.action for e in session.get_one(Ticket, made).events] == ["register", "supervise"]


def test_a_form_that_was_not_filled_comes_back_with_what_was_chosen(house):
    with played(house) as city:
        number = city.agent.registers("水压太低。").no
    browser = house.browser("operations")
    answer = bulk(browser, "supervise", list(boxes(browser).values()), text=" ")
    assert answer.status_code == 422
    assert "督办意见" in answer.text
    assert number in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_those_without_contact_are_waived_and_the_others_are_told_before(house):
    with played(house) as city:
        made = {}
        for phone in (None, "13812345678"):
            ticket = city.agent.registers("水压太低。", phone=phone)
            city.agent.assigns(ticket, to=city.plant)
            city.head.submits(ticket)
            made[phone] = ticket.no
    browser = house.browser("operations")
    chosen = list(boxes(browser).values())
    form = form_of(browser, "waive", chosen).text
    assert "无法回访 1 件" in form
    assert "1 件不能“无法回访”" in form
    done = bulk(browser, "waive", chosen, reason="无联系方式。").text
    assert "已无法回访 1 件，1 件没有办成" in done
    assert re.search(rf"{made['13812345678']}</a><span></span>", done)


@pytest.mark.parametrize(
    ("name", "acts"),
    [("agent", ["assign", "link", "print"]), ("operations", ["assign", "link", "supervise", "waive", "print"]),
     ("head", ["link", "print"]), ("discipline", ["link", "supervise", "waive", "print"]), ("leadership", ["print"])],
)  # fmt: skip
def test_each_role_is_offered_what_it_can_ever_do(house, name, acts):
    with played(house) as city:
        brought_to(city, "quality", "handling")
        brought_to(city, "discipline", "calling_back")
    assert re.findall(r'name="action" value="(\w+)"', house.browser(name).get("/ticket/").text) == acts


def test_bulk_refuses_what_it_does_not_know_and_too_many(house):
    browser = house.browser("agent")
    house.api("agent").registers()
    assert bulk(browser, "decline", ["1:1"]).status_code == 404
    assert bulk(browser, "assign", []).status_code == 422
    assert bulk(browser, "assign", [f"{n}:1" for n in range(1, 102)]).status_code == 422


# Export


def export(browser: Browser, query: str):
    return browser.get(f"/ticket/export?{query}")


def test_an_export_is_what_the_list_shows_masked_and_safe(house):
    with played(house) as city:
        ticket = city.agent.registers("=1+1 水压低", phone="13812345678", complainant="张三丰", category="水压")
        city.agent.registers("水表不转。")
        number = ticket.no
    browser = house.browser("agent")
    answer = export(browser, "q=水压&cols=no,category,registered&format=csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert rows == [["内容", "分类", "工单号", "登记时间"], ["'=1+1 水压低", "水压", number, "2026-03-06 09:01:00"]]
    sheet = openpyxl.load_workbook(io.BytesIO(export(browser, "q=水压&cols=no&format=xlsx").data)).active
    assert [[cell.value for cell in row] for row in sheet.rows] == [["内容", "工单号"], ["=1+1 水压低", number]]
    assert sheet["A2"].data_type == "s", "a text, not a formula"
    for query in ("format=csv", "format=xlsx"):
        body = export(browser, query).data
        assert b"13812345678" not in body
        assert "张三丰".encode() not in body
    assert export(browser, "format=pdf").status_code == 404


def test_an_export_says_what_the_cells_of_the_page_say(house):
    with played(house) as city:
        late = city.agent.registers("一：水压低。", at="2026-02-20 09:00")
        city.agent.assigns(late, to=city.plant, at="2026-02-20 09:30")
        city.head.submits(late, at="2026-03-01 09:00")
        city.agent.calls_back(late, "satisfied", at="2026-03-01 10:00")
        prompt = city.agent.registers("二：水压低。", at="2026-03-02 09:00")
        city.agent.assigns(prompt, to=city.plant, at="2026-03-02 09:30")
        city.head.submits(prompt, at="2026-03-02 10:00")
        city.agent.calls_back(prompt, "satisfied", at="2026-03-02 11:00")
        city.agent.registers("三：水压低。", at=shanghai("2026-03-05 17:10:08.250"))
    house.at("2026-03-05 18:00")
    browser = house.browser("agent")
    query = "cols=unit,due,registered&sort=registered"
    rows = list(csv.reader(io.StringIO(export(browser, f"{query}&format=csv").text.lstrip("\ufeff"))))
    assert rows == [
        ["内容", "承办单位", "时限", "时限情况", "登记时间"],
        ["一：水压低。", "第一水厂", "", "逾期办结", "2026-02-20 09:00:00"],
        ["二：水压低。", "第一水厂", "", "按时办结", "2026-03-02 09:00:00"],
        ["三：水压低。", "未转办", "2026-03-06 17:10:08", "明天 17:10 前", "2026-03-05 17:10:08"],
    ]
    page = browser.get(f"/ticket/?{query}").text
    shown = re.findall(
        r'<td class="(?:kf-muted)?">(.*?)</td>\n+<td class="end"><span class="kf-due \w+">(.*?)</span>', page
    )
    assert shown == [(row[1], row[3]) for row in rows[1:]]
    sheet = openpyxl.load_workbook(io.BytesIO(export(browser, f"{query}&format=xlsx").data)).active
    assert [[cell.value for cell in row][2:] for row in sheet.iter_rows(min_row=4)] == [
        [datetime.fromisoformat("2026-03-06 17:10:08"), "明天 17:10 前", datetime.fromisoformat("2026-03-05 17:10:08")]
    ]
    assert sheet["C4"].number_format == sheet["E4"].number_format == "yyyy-mm-dd hh:mm"


def test_an_export_keeps_to_its_readers_scope_and_is_recorded(house):
    with played(house) as city:
        theirs = brought_to(city, "quality", "handling").no
        secret = brought_to(city, "discipline", "handling").no
    assert theirs in export(house.browser("head"), "format=csv").text
    mine = export(house.browser("head"), "format=csv").text
    assert secret in mine
    assert "内容不论" in mine  # their quality ticket's
    assert mine.count("内容不论") == 1
    other = export(house.browser("other_head"), "format=csv").text
    assert theirs not in other
    assert secret not in export(house.browser("operations"), "q=内容&format=csv").text
    with house.session() as db:
        taken = select(SecurityEvent.detail).where(SecurityEvent.kind == "exported").order_by(SecurityEvent.no)
        told = [json.loads(detail) for detail in db.scalars(taken)]
    assert [(one["what"], one["rows"]) for one in told] == [("list", 2), ("list", 2), ("list", 0), ("list", 1)]
    assert "内容" not in str(told), "by which conditions, not for which words"
    assert house.browser("admin").get("/ticket/export").status_code == 404


# Incidents


def burst(city, n: int, **fields):
    return [city.agent.registers(f"第 {k} 户停水。", category="维修", **fields) for k in range(n)]


def test_complaints_that_cluster_are_offered_to_be_gathered_and_one_press_gathers_them(house):
    with played(house) as city:
        district = District(name="开发区")
        city.session.add(district)
        city.session.flush()
        made = [one.id for one in burst(city, 6, district="开发区")]
        first = Complaint(city, made[0]).no
        city.agent.registers("别处的。", category="维修")
    browser = house.browser("agent")
    page = browser.get("/ticket/").text
    assert "开发区 · 维修：6 小时内 6 件，可能是同一事件" in page
    link = re.search(r'href="(/ticket/incident[^"]+)"', page)
    assert link
    form = browser.get(link[1].replace("&amp;", "&")).text
    assert f'value="{first}"' in form
    chosen = re.findall(r'name="t" value="([^"]+)"', form)
    assert len(chosen) == 5
    done = bulk(browser, "link", chosen, to=first, kind="same_matter").text
    assert "已关联 5 件" in done
    assert "可能是同一事件" not in browser.get("/ticket/").text
    with house.session() as session:
        mains = [session.get_one(Ticket, one).main_id for one in made]
    assert mains == [None, *[made[0]] * 5]
    assert len(numbers(browser.get(f"/ticket/?main={first}").text)) == 6
    sheet = browser.get(f"/ticket/{made[0]}").text
    assert f'href="/ticket/?main={first}">同一事项，跟随 5 件</a>' in sheet
    assert numbers(house.browser("other_head").get(f"/ticket/?main={first}").text) == set()


def test_a_main_with_many_followers_shows_a_few_and_their_list(house):
    with played(house) as city:
        main, *others = burst(city, 30)
        for other in others:
            city.agent.links(other, main, "same_matter")
        city.agent.assigns(main, to=city.plant)  # and with it all that follow
        number = main.no
    page = house.browser("agent").get(f"/ticket/{main.id}").text
    assert "同一事项，跟随 29 件" in page
    assert page.count("跟随本单") == 6
    text = house.browser("agent").get(f"/ticket/?main={number}").text
    assert "30 件，" in text
    assert "跟随 29 件" in house.browser("head").get(f"/ticket/{main.id}").text


def test_neighbourhoods_cluster_too_and_what_is_old_or_closed_or_elsewhere_does_not(house):
    with played(house) as city:
        burst(city, 4, neighbourhood="阳光花园")
        city.agent.declines(city.agent.registers("也停水。", category="维修", neighbourhood="阳光花园"))
        city.agent.registers("也停水。", category="水质", neighbourhood="阳光花园")
        city.agent.registers("也停水。", category="维修", neighbourhood="香江花园")
        city.agent.registers("我只是问问。", category="维修", neighbourhood="阳光花园", kind="enquiry")
    browser = house.browser("operations")
    assert "可能是同一事件" not in browser.get("/ticket/").text
    with played(house) as city:
        city.agent.registers("第五户。", at="2026-03-06 09:30", category="维修", neighbourhood="阳光花园")
    assert "阳光花园 · 维修：6 小时内 5 件" in browser.get("/ticket/").text
    assert "可能是同一事件" not in house.browser("leadership").get("/ticket/").text
    house.at(shanghai("2026-03-06 09:00") + timedelta(hours=7))
    assert "可能是同一事件" not in browser.get("/ticket/").text


def test_the_numbers_of_an_incident_are_rules(house):
    with played(house) as city:
        burst(city, 3, neighbourhood="阳光花园")
    browser = house.browser("operations")
    assert "可能是同一事件" not in browser.get("/ticket/").text
    with played(house) as city:
        city.at("2026-03-06 09:30")
        city.rule("incident_count", 3, "2026-01-01", track="", measure="times")
    assert "6 小时内 3 件" in browser.get("/ticket/").text
    with played(house) as city:
        city.at("2026-03-06 09:30")
        city.rule("incident_hours", None, "2026-01-02", track="")
    assert "可能是同一事件" not in browser.get("/ticket/").text


def test_the_incident_page_is_the_desks(house: House):
    with played(house) as city:
        burst(city, 5, neighbourhood="阳光花园")
        category = city.category("维修").id
    address = f"/ticket/incident?category={category}&neighbourhood=阳光花园"
    assert "关联 4 件" in house.browser("agent").get(address).text
    for name in ("head", "discipline", "leadership", "admin"):
        assert house.browser(name).get(address).status_code == 404
    assert house.browser("agent").get("/ticket/incident?category=x").status_code == 404
    assert "已经归在一起" in house.browser("agent").get("/ticket/incident?category=1&district=9").text
