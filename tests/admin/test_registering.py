"""Registration in one press, and what is found while a caller speaks: by whom, of what, and never a word too much."""

import re

import pytest
from sqlalchemy import select

from models import lookup
from models.lookup import LOOKUP
from models.tables import Category, District, Keyword, Routing, Ticket, TicketEvent, Unit
from tests.admin.conftest import Browser, House
from tests.fixtures.city import KEY

PHONE, ACCOUNT = "13812345678", "3715 2026-0926"


def once(page: str) -> str:
    found = re.search(r'name="once" value="([^"]+)"', page)
    assert found
    return found[1]


def ids(house: House) -> dict[str, int]:
    """Categories and units by name."""
    with house.session() as session:
        return {name: key for table in (Category, Unit) for name, key in session.execute(select(table.name, table.id))}


def log(house: House) -> list[str]:
    with house.session() as session:
        return list(session.scalars(select(TicketEvent.action).order_by(TicketEvent.ticket_id, TicketEvent.no)))


def registers(browser: Browser, **fields: str):
    return browser.post("/ticket/register", **{"content": "三楼没有水。", "kind": "complaint", **fields})


def test_one_press_registers_and_assigns(house):
    names = ids(house)
    browser = house.browser("agent")
    key = once(browser.get("/ticket/register").text)
    for _ in range(2):  # the second press finds it done
        done = registers(browser, then="assign", unit=str(names["第一水厂"]), category=str(names["水压"]), once=key)
        assert done.status_code == 302
    assert log(house) == ["register", "assign"]
    (ticket,) = house.tickets()
    assert (ticket.state, ticket.round, ticket.unit_id) == ("handling", 1, names["第一水厂"])
    page = browser.get(done.headers["Location"]).text
    assert f"已登记 {ticket.no} 并转第一水厂" in page
    assert "再登记一件" in page


def test_one_press_registers_and_answers_an_enquiry(house):
    done = registers(house.browser("agent"), then="answer", kind="enquiry", reply="营业厅八点开门。")
    assert done.status_code == 302
    assert log(house) == ["register", "answer"]


@pytest.mark.parametrize(
    ("then", "more", "field", "said"),
    [
        ("assign", {}, "unit", "这一项要填"),
        ("assign", {"unit": "第九水厂"}, "unit", "没有找到"),
        ("answer", {"kind": "enquiry"}, "reply", "这一项要填"),
        ("answer", {"reply": "请放水。"}, "kind", "只用于报修和咨询"),
        ("assign", {"category": "吃拿卡要", "unit": "第一水厂"}, "category", "登记并移送纪检"),
        ("refer", {"category": "水压"}, "category", "移送纪检的须属违规违纪"),
        ("", {"link_to": "ZL-2026-99999", "link_kind": "related"}, "link_to", "没有找到"),
        ("assign", {"happened_at": "2030-01-01T08:00", "unit": "第一水厂"}, "happened_at", "时间还没有到"),
    ],
)
def test_if_one_half_is_refused_nothing_is_written_and_nothing_typed_is_lost(house, then, more, field, said):
    names = ids(house)
    more = {name: str(names.get(value, value)) for name, value in more.items()}
    browser = house.browser("agent")
    key = once(browser.get("/ticket/register").text)
    told = registers(
        browser, then=then, content="水“黄”了<三天>。", phone=PHONE, address="阳光花园 7 号楼", once=key, **more
    )
    assert told.status_code == 422 if field != "kind" else told.status_code == 409
    assert house.tickets() == []
    assert "水“黄”了&lt;三天&gt;。" in told.text
    assert f'value="{PHONE}"' in told.text
    assert "阳光花园 7 号楼" in told.text
    assert once(told.text) == key
    wrong = re.search(r'<p class="kf-error" id="(\w+)-error">([^<]+)', told.text)
    if field == "link_to":
        assert said in told.text.split("data-linked-kind")[1][:400]
    else:
        assert wrong
        assert (wrong[1], said in wrong[2]) == (field, True)


def test_what_is_registered_and_referred_is_out_of_its_registrars_sight(house):
    browser = house.browser("agent")
    done = registers(browser, then="refer", category=str(ids(house)["吃拿卡要"]))
    assert done.headers["Location"] == "/ticket/"
    assert log(house) == ["register", "refer"]
    assert "您不再看得到" in browser.get("/ticket/").text


def test_a_unit_chosen_without_assigning_waits_in_the_form_of_assigning(house):
    unit = ids(house)["第一水厂"]
    browser = house.browser("agent")
    page = browser.get(registers(browser, unit=str(unit)).headers["Location"]).text
    link = re.search(r'href="(/ticket/\d+/assign\?unit=\d+)"', page)
    assert link
    assert f'<option value="{unit}" selected>' in browser.get(link[1]).text


def test_anonymous_takes_the_caller_away(house):
    registers(house.browser("agent"), anonymous="1", phone=PHONE, complainant="张三丰", address="阳光花园")
    seen = house.api("agent").get(f"ticket/{house.tickets()[0].id}").json["result"]
    assert (seen["phone"], seen["complainant"], seen["address"]) == (None, None, "阳光花园")


def test_a_link_chosen_while_typing_is_made_in_the_same_press(house):
    agent = house.api("agent")
    main = agent.registers(content="阳光花园没有水。")
    unit = str(ids(house)["第一水厂"])
    registers(house.browser("agent"), then="assign", unit=unit, link_to=main["no"], link_kind="same_matter")
    follower = next(ticket for ticket in house.tickets() if ticket.id != main["id"])
    assert (follower.main_id, follower.state) == (main["id"], "handling")


# Looking up


def asks(browser: Browser, what: str = "lookup", **typed: str):
    return browser.post(f"/ticket/{what}", page="/ticket/register", **typed)


@pytest.mark.parametrize(
    "typed", [PHONE, "138-1234-5678", "+86 138 1234 5678", "１３８１２３４５６７８", "打 13812345678 转王"]
)
def test_an_exact_number_finds_the_earlier_ticket_and_the_name_stays_masked(house, typed):
    ticket = house.api("agent").registers(phone=PHONE, complainant="张三丰", address="阳光花园 7 号楼 301")
    found = asks(house.browser("agent"), phone=typed).text
    assert ticket["no"] in found
    assert "此号码 90 天内第 2 次" in found
    assert "张**" in found
    for secret in ("张三丰", PHONE, "7 号楼"):
        assert secret not in found


@pytest.mark.parametrize("typed", ["1381234567", "13812345679", "138", "%", ""])
def test_anything_but_the_exact_number_finds_nothing(house, typed):
    house.api("agent").registers(phone=PHONE)
    assert asks(house.browser("agent"), phone=typed).text.strip() == ""


@pytest.mark.parametrize(
    ("registered", "typed", "found"),
    [("0635-8123456", "8123456", True), ("8123456", "0635 8123456", True), ("(0635)8123456", "06358123456", True),
     ("0635-8123456", "0531-8123456", False)],
)  # fmt: skip
def test_a_land_line_is_known_without_its_area_code_but_not_in_another_area(house, registered, typed, found):
    house.api("agent").registers(phone=registered)
    assert ("此号码" in asks(house.browser("agent"), phone=typed).text) is found


def test_an_account_number_finds_too(house):
    house.api("agent").registers(account_no=ACCOUNT)
    assert "此户号 90 天内第 2 次" in asks(house.browser("operations"), account_no="371520260926").text


def test_a_corrected_number_is_found_and_the_wrong_one_no_longer(house):
    agent = house.api("agent")
    ticket = agent.registers(phone=PHONE)
    agent.does(ticket, "amend", field="phone", value="13900001111")
    browser = house.browser("agent")
    assert ticket["no"] in asks(browser, phone="13900001111").text
    assert asks(browser, phone=PHONE).text.strip() == ""


@pytest.mark.parametrize("name", ["handler", "head", "discipline", "chairman", "leadership"])
@pytest.mark.parametrize("what", ["lookup", "similar"])
def test_nobody_but_the_desk_may_ask(house, name, what):
    house.api("agent").registers(phone=PHONE)
    browser = house.browser(name)
    answer = browser.client.post(f"/ticket/{what}", data={"csrf_token": csrf(browser), "phone": PHONE})
    assert answer.status_code == 403
    assert "ZL-" not in answer.text


@pytest.mark.parametrize("name", ["admin", "analyst", "auditor"])
def test_to_whose_role_has_no_tickets_there_is_nothing_to_ask(house, name):
    browser = house.browser(name)
    answer = browser.client.post("/ticket/lookup", data={"csrf_token": csrf(browser), "phone": PHONE})
    assert answer.status_code == 404


def csrf(browser: Browser) -> str:
    """A token from a page that everybody has."""
    return browser.token("/resetmypassword/form")


def test_a_discipline_ticket_is_never_found_by_number_place_or_words(house):
    agent = house.api("agent")
    said = "抄表员上门索要辛苦费，不给就停水。"
    agent.registers(content=said, category="吃拿卡要", phone=PHONE, neighbourhood="阳光花园")
    turned = agent.registers(content=said, category="其他", phone=PHONE, neighbourhood="阳光花园")
    agent.does(turned, "refer")
    browser = house.browser("agent")
    category = str(ids(house)["吃拿卡要"])
    assert asks(browser, phone=PHONE).text.strip() == ""
    found = asks(browser, "similar", phone=PHONE, content=said, neighbourhood="阳光花园", category=category)
    assert "可能是同一件事" not in found.text
    with house.session() as session:
        assert session.execute(select(LOOKUP)).all() == []


def test_what_comes_back_to_quality_is_found_again(house):
    agent, discipline = house.api("agent"), house.api("discipline")
    ticket = agent.registers(phone=PHONE)
    agent.does(ticket, "refer")
    discipline.does(ticket, "reclassify", category="水压", reason="实为水压问题")
    no = next(one.no for one in house.tickets())
    assert no in asks(house.browser("agent"), phone=PHONE).text


def test_the_digests_are_made_anew_from_the_texts(house):
    agent = house.api("agent")
    for n in range(3):
        agent.registers(phone=f"1381234567{n}", account_no=f"1234{n}")
    with house.session() as session:
        before = {tuple(row) for row in session.execute(select(LOOKUP))}
        assert lookup.rebuild(session, KEY) == 6
        assert {tuple(row) for row in session.execute(select(LOOKUP))} == before


# 可能是同一件事, and suggestions


def test_the_same_estate_and_category_or_the_same_words_may_be_the_same_matter(house):
    agent = house.api("agent")
    place = agent.registers(content="水龙头滴滴答答。", neighbourhood="阳光花园", category="水压")
    words = agent.registers(content="古楼街道夜里施工停水没有通知。", category="维修")
    browser, names = house.browser("agent"), ids(house)
    found = asks(browser, "similar", content="很小", neighbourhood=" 阳光花园", category=str(names["水压"])).text
    assert place["no"] in found
    assert words["no"] not in found
    found = asks(browser, "similar", content="我住古楼街道，夜里施工停水也没有通知我们").text
    assert words["no"] in found
    assert "说法相近" in found
    other = asks(
        browser, "similar", content="我住古楼街道，夜里施工停水也没有通知我们", category=str(names["水质"])
    ).text
    assert "可能是同一件事" not in other


def test_no_more_than_three_the_same_caller_first(house):
    agent = house.api("agent")
    mine = agent.registers(content="三楼早上没有水。", phone=PHONE)
    for _ in range(4):
        agent.registers(content="三楼早上没有水，楼下都有。")
    found = asks(house.browser("agent"), "similar", content="三楼早上没有水，楼下都有。", phone=PHONE).text
    numbers = re.findall(r'data-link="([^"]+)" data-link-kind="same_matter"', found)
    assert len(numbers) == 3
    assert numbers[0] == mine["no"]


def test_words_and_routes_that_operations_keep_are_suggested_and_change_nothing(house):
    names = ids(house)

    def keep(session):
        district = District(name="古城")
        session.add_all([district, Keyword(word="水帘洞", category_id=names["水质"])])
        session.flush()
        session.add(Routing(category_id=names["水质"], unit_id=names["第一水厂"]))
        session.add(Routing(category_id=names["水质"], district_id=district.id, unit_id=names["东城营业所"]))

    house.changes(keep)
    browser = house.browser("agent")
    found = asks(browser, "similar", content="厨房成了水帘洞").text
    assert f'data-adopt="category" data-value="{names["水质"]}"' in found
    assert f'data-adopt="unit" data-value="{names["第一水厂"]}"' in found
    with house.session() as session:
        district = str(session.scalars(select(District.id)).one())
    narrower = asks(browser, "similar", content="厨房", category=str(names["水质"]), district=district).text
    assert f'data-adopt="unit" data-value="{names["东城营业所"]}"' in narrower
    track = asks(browser, "similar", content="他向我索要红包").text
    assert "登记后移送纪检" in track
    assert house.tickets() == []


def test_operations_keep_words_routes_and_texts(house):
    browser = house.browser("operations")
    for page in ("keyword", "routing", "reply"):
        assert browser.get(f"/{page}/list/").status_code == 200
        assert browser.get(f"/{page}/add").status_code == 200
        assert house.browser("head").get(f"/{page}/list/").status_code == 403
    category = str(ids(house)["水质"])
    browser.post("/reply/add", name="放水", action="answer", track="", category=category, position="1",
                 text="请放水，或拨 {hotline}。", active="y")  # fmt: skip
    assert "请放水，或拨 96568。" in house.browser("agent").get("/ticket/register").text
    ticket = house.api("agent").registers(content="乱停水")["id"]
    declining = house.browser("agent").get(f"/ticket/{ticket}/decline").text
    assert "12345" in declining
    assert "请放水" not in declining


def test_the_text_of_an_unfounded_ticket_names_its_number(house):
    agent, discipline = house.api("agent"), house.api("discipline")
    ticket = agent.registers(category="态度恶劣")
    discipline.does(ticket, "refer")
    discipline.does(ticket, "find", founded=False, findings="录音完好。")
    with house.session() as session:
        no = session.scalars(select(Ticket.no)).one()
    assert f"您反映的情况（{no}）" in house.browser("discipline").get(f"/ticket/{ticket['id']}/explain").text


# What was registered already


def test_what_is_sent_twice_under_two_keys_is_told_by_its_number_and_wants_a_press_of_its_own(either):
    """Back shows the filled form with a new key."""
    browser = either.browser("agent")
    registers(browser, phone=PHONE, then="assign", unit=str(ids(either)["第一水厂"]))
    (ticket,) = either.tickets()
    told = registers(browser, phone=PHONE)
    assert told.status_code == 409
    assert f"这一份已登记为 {ticket.no}。" in told.text
    assert f'href="/ticket/{ticket.id}"' in told.text
    assert ">再登记一件</button>" in told.text
    assert 'name="again" value="1"' in told.text
    assert len(either.tickets()) == 1
    assert registers(browser, phone=PHONE, again="1").status_code == 302
    assert len(either.tickets()) == 2


@pytest.mark.parametrize(
    "more", [{"content": "三楼没有水，二楼也没有。"}, {"phone": "13812345679"}, {"address": "阳光花园"}]
)
def test_whatever_else_is_said_is_another_ticket(house, more):
    browser = house.browser("agent")
    for fields in ({}, more):
        assert registers(browser, **{"phone": PHONE, **fields}).status_code == 302
    assert len(house.tickets()) == 2


def test_the_same_words_of_another_or_an_hour_later_are_another_ticket(house):
    registers(house.browser("agent"))
    assert registers(house.browser("colleague")).status_code == 302
    house.at("2026-03-06 10:01")
    assert registers(house.browser("agent")).status_code == 302


def test_what_became_of_a_form_is_told_to_who_sent_it_and_only_while_it_is_in_sight(house):
    browser = house.browser("agent")
    key = once(browser.get("/ticket/register").text)
    assert browser.get(f"/ticket/sent/{key}").json == {}
    registers(browser, once=key)
    (ticket,) = house.tickets()
    told = {"said": f"这一份已登记为 {ticket.no}。", "url": f"/ticket/{ticket.id}", "no": ticket.no}
    assert browser.get(f"/ticket/sent/{key}").json == told
    assert house.browser("colleague").get(f"/ticket/sent/{key}").json == {}
    assert house.browser("handler").get(f"/ticket/sent/{key}").status_code == 403
    house.api("agent").does(ticket.id, "refer")
    assert browser.get(f"/ticket/sent/{key}").json == {
        "said": "这一份已经登记。这件工单由别人办理，您不再看得到。", "url": "", "no": ""
    }  # fmt: skip


def test_a_key_that_has_registered_names_its_ticket_when_it_comes_with_other_words(house):
    browser = house.browser("agent")
    key = once(browser.get("/ticket/register").text)
    registers(browser, once=key)
    told = registers(browser, once=key, content="三楼没有水，二楼也没有。")
    assert told.status_code == 422
    assert f"这一份已登记为 {house.tickets()[0].no}。" in told.text
    assert once(told.text) != key


def test_a_forwarders_deadline_that_is_over_is_late_from_birth_and_warned_of(house):
    browser = house.browser("agent")
    done = registers(browser, forward_due_at="2026-03-05T17:00")
    (ticket,) = house.tickets()
    page = browser.get(done.headers["Location"]).text
    assert "来文时限 03-05 17:00 已过，这一项按逾期计" in page
    assert "已过" not in browser.get(f"/ticket/{ticket.id}").text  # said once
    amended = browser.post(f"/ticket/{ticket.id}/amend?field=forward_due_at",
                           field="forward_due_at", value="2026-03-04T17:00")  # fmt: skip
    assert "来文时限 03-04 17:00 已过" in browser.get(amended.headers["Location"]).text


def test_a_forwarders_deadline_to_come_brings_no_warning(house):
    browser = house.browser("agent")
    done = registers(browser, forward_due_at="2026-12-01T17:00")
    assert "按逾期计" not in browser.get(done.headers["Location"]).text


@pytest.mark.parametrize("category", ["0", "999999", "-1", "水压"])
def test_a_category_that_is_not_there_suggests_nothing_and_is_no_error(house, category):
    browser = house.browser("agent")
    token = browser.token("/ticket/register")
    given = {"csrf_token": token, "category": category, "content": "三楼以上水压低，早晚没有水。"}
    answer = browser.client.post("/ticket/similar", data=given)
    assert answer.status_code == 200
