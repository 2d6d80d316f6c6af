"""Drafts: there again for who wrote them, for the unit that has the ticket, and for nobody else."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from models.tables import Assignment, Draft
from tests.admin.conftest import Browser, House
from tests.fixtures.city import shanghai

REGISTER = "/ticket/register"
RESULT = {"cause": "阀门没有全开", "responsible": "未查明", "result": "已全开阀门。"}


def writes(browser: Browser, form: str, page: str, **typed: str):
    """What the script sends every two seconds."""
    shown = browser.get(page).text
    carried = {name: value for name in ("once", "version", "seen", "draft_seen")
               if (value := hidden(shown, name)) is not None}  # fmt: skip
    return browser.post(f"/ticket/draft/{form}", page=page, auto="1", **{**carried, **typed})


def hidden(page: str, name: str) -> str | None:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    return found[1] if found else None


def drafts(house: House) -> list[str]:
    with house.session() as session:
        return sorted(session.scalars(select(Draft.key)))


def handled(house: House) -> int:
    agent = house.api("agent")
    ticket = agent.registers(category="水压")
    agent.does(ticket, "assign", unit="第一水厂")
    return int(ticket["id"])


def test_a_registration_half_typed_is_there_when_the_form_is_opened_again(either):
    browser = either.browser("agent")
    said = "水“黄”了<三天>。\n楼上也是"
    answer = writes(browser, "register", "/ticket/register", content=said, phone="13812345678")
    assert "草稿已存 03-06 09:00" in answer.json["said"]
    again = either.browser("agent")  # after the session has ended, too
    offer = re.search(
        r'href="(/ticket/register\?draft=[\w-]+)">03-06 09:00 水“黄”了&lt;三天&gt;', again.get(REGISTER).text
    )
    assert offer
    form = again.get(offer[1]).text
    assert "水“黄”了&lt;三天&gt;。\n楼上也是" in form
    assert "03-06 09:00 的草稿已恢复" in form
    for path in (REGISTER, offer[1]):
        other = either.browser("colleague").get(path).text
        assert ("?draft=" in other, "13812345678" in other, "水“黄”了" in other) == (False, False, False)


def test_each_form_has_a_draft_of_its_own_and_ends_no_other(either):
    browser = either.browser("agent")
    for n in "一二三四":
        writes(browser, "register", REGISTER, content=f"{n}号来电")
        either.at(f"2026-03-06 09:0{'一二三四'.index(n) + 1}")
    page = browser.get(REGISTER).text
    assert re.findall(r">03-06 09:0\d (.)号来电<", page) == ["四", "三", "二"]
    second = re.search(r'href="([^"]+)">03-06 09:01 二号', page)
    assert second
    key = hidden(browser.get(second[1]).text, "once")
    assert browser.post("/ticket/register", content="二号来电，没有水", once=key).status_code == 302
    assert len(drafts(either)) == 3
    assert "二号来电" not in browser.get(REGISTER).text


@pytest.mark.parametrize("form", ["", "a" * 41, "a/b", "水", "%", "../1/note"])
def test_a_key_that_none_of_our_forms_has_is_a_key_like_any_other(house, form):
    browser = house.browser("agent")
    assert writes(browser, "register", REGISTER, content="水压太低", once=form).status_code == 200
    (key,) = drafts(house)
    assert key.startswith(f"user/{house.id_of('agent')}/register/")
    assert "水压太低" in browser.get(f"{REGISTER}?draft={key.rsplit('/', 1)[1]}").text
    assert browser.get(f"{REGISTER}?draft={form}").status_code == 200


@pytest.mark.parametrize(("hours", "there"), [(23.9, True), (24, False)])
def test_it_lasts_a_day(house, hours, there):
    writes(house.browser("agent"), "register", "/ticket/register", content="水压太低")
    house.at(shanghai("2026-03-06 09:00") + timedelta(hours=hours))
    assert ("水压太低" in house.browser("agent").get("/ticket/register").text) is there


def test_what_is_too_old_for_anybody_is_forgotten_when_somebody_writes(house):
    writes(house.browser("agent"), "register", "/ticket/register", content="水压太低")
    house.at("2026-04-06 09:00")
    writes(house.browser("colleague"), "register", "/ticket/register", content="水质发黄")
    assert len(drafts(house)) == 1


def test_registering_ends_it_and_a_save_that_comes_late_brings_nothing_back(house):
    browser = house.browser("agent")
    key = hidden(browser.get("/ticket/register").text, "once")
    writes(browser, "register", "/ticket/register", content="水压太低", once=key)
    browser.post("/ticket/register", content="水压太低", once=key)
    assert drafts(house) == []
    assert writes(browser, "register", "/ticket/register", content="水压太低", once=key).json["saved_at"] is None
    assert drafts(house) == []


def test_it_outlives_a_refusal_and_goes_when_it_is_not_wanted(house):
    browser = house.browser("agent")
    writes(browser, "register", "/ticket/register", content="水压太低", title="三楼")
    browser.post("/ticket/register", content="", title="三楼")
    (key,) = drafts(house)
    browser.post("/ticket/draft/register", page="/ticket/register", discard="1", draft=key.rsplit("/", 1)[1])
    assert drafts(house) == []
    assert "三楼" not in browser.get("/ticket/register").text


def test_the_handler_drafts_the_result_and_the_head_finds_it_and_submits(either):
    ticket = handled(either)
    handler, head = either.browser("handler"), either.browser("head")
    page = handler.get(f"/ticket/{ticket}").text
    assert f'href="/ticket/{ticket}/draft"' in page
    form = handler.get(f"/ticket/{ticket}/draft").text
    assert "存草稿" in form
    assert ">报送结果</button>" not in form
    sent = handler.post(f"/ticket/draft/{ticket}/submit", page=f"/ticket/{ticket}/draft", **RESULT)
    assert sent.headers["Location"] == f"/ticket/{ticket}/draft"
    assert "何经办 03-06 09:00 起草。" in head.get(f"/ticket/{ticket}").text
    form = head.get(f"/ticket/{ticket}/submit").text
    assert "何经办 03-06 09:00 起草。" in form
    assert "已全开阀门。" in form
    done = head.post(f"/ticket/{ticket}/submit", version=hidden(form, "version"), once=hidden(form, "once"), **RESULT)
    assert done.status_code == 302
    assert drafts(either) == []


@pytest.mark.parametrize("name", ["agent", "operations", "discipline", "chairman", "leadership"])
def test_nobody_outside_the_unit_reads_or_writes_its_draft(house, name):
    ticket = handled(house)
    writes(house.browser("handler"), f"{ticket}/submit", f"/ticket/{ticket}/draft", **RESULT)
    browser = house.browser(name)
    assert "起草" not in browser.get(f"/ticket/{ticket}").text
    assert browser.get(f"/ticket/{ticket}/draft").status_code == 403
    answer = browser.client.post(
        f"/ticket/draft/{ticket}/submit",
        data={"csrf_token": browser.token("/resetmypassword/form"), "result": "别人写的", "auto": "1"},
    )
    assert answer.status_code == 403
    with house.session() as session:
        assert "别人写的" not in session.scalars(select(Draft.typed)).one()


def test_to_another_unit_there_is_no_such_ticket(house):
    ticket = handled(house)
    browser = house.browser("other_handler")
    assert browser.get(f"/ticket/{ticket}/draft").status_code == 404
    answer = browser.client.post(
        f"/ticket/draft/{ticket}/submit", data={"csrf_token": browser.token("/resetmypassword/form"), "result": "x"}
    )
    assert answer.status_code == 404


def test_a_draft_does_not_go_with_the_ticket_to_the_next_unit(either):
    ticket = handled(either)
    handler, other_head = either.browser("handler"), either.browser("other_head")
    writes(handler, f"{ticket}/submit", f"/ticket/{ticket}/draft", **RESULT)
    either.api("head").does(ticket, "return", reason="not_ours")
    either.api("agent").does(ticket, "assign", unit="东城营业所")
    for page in (f"/ticket/{ticket}", f"/ticket/{ticket}/submit"):
        assert "阀门没有全开" not in other_head.get(page).text
        assert "起草" not in other_head.get(page).text


def test_a_draft_that_its_ticket_left_behind_is_its_writers_alone_for_a_week(either):
    ticket = handled(either)
    handler, head = either.browser("handler"), either.browser("head")
    writes(handler, f"{ticket}/submit", f"/ticket/{ticket}/draft", **RESULT)
    either.api("operations").does(ticket, "return", reason="not_ours")
    assert drafts(either) == [f"user/{either.id_of('handler')}/{ticket}/submit"]
    kept = handler.get(f"/ticket/{ticket}/submit")
    assert (kept.status_code, "已全开阀门。" in kept.text) == (403, True)
    for name in ("head", "operations", "agent", "discipline", "chairman", "leadership"):
        assert "已全开阀门。" not in either.browser(name).get(f"/ticket/{ticket}/submit").text
    either.api("agent").does(ticket, "assign", unit="第一水厂")
    assert "已全开阀门。" in handler.get(f"/ticket/{ticket}/draft").text
    assert "已全开阀门。" not in head.get(f"/ticket/{ticket}/submit").text
    either.at("2026-03-13 09:00")
    assert "已全开阀门。" not in handler.get(f"/ticket/{ticket}/draft").text


def test_a_draft_is_not_shown_to_its_writer_while_the_ticket_is_out_of_sight(house):
    ticket = handled(house)
    writes(house.browser("handler"), f"{ticket}/submit", f"/ticket/{ticket}/draft", **RESULT)
    house.api("operations").does(ticket, "return", reason="not_ours")
    house.changes(lambda session: session.execute(delete(Assignment).where(Assignment.ticket_id == ticket)))
    browser = house.browser("handler")
    for path in (f"/ticket/{ticket}/submit", f"/ticket/{ticket}/draft"):
        assert (browser.get(path).status_code, "阀门" in browser.get(path).text) == (404, False)


def test_what_is_kept_of_a_refused_act_can_be_thrown_away(house):
    ticket = handled(house)
    browser = house.browser("handler")
    writes(browser, f"{ticket}/submit", f"/ticket/{ticket}/draft", **RESULT)
    house.api("operations").does(ticket, "return", reason="not_ours")
    browser.post(f"/ticket/draft/{ticket}/submit", page=f"/ticket/{ticket}/submit", discard="1")
    assert drafts(house) == []


def test_a_draft_dies_with_the_ticket_that_turns_to_discipline(house):
    ticket = handled(house)
    writes(house.browser("handler"), f"{ticket}/submit", f"/ticket/{ticket}/draft", **RESULT)
    house.api("agent").does(ticket, "refer")
    assert drafts(house) == []
    assert house.browser("handler").get(f"/ticket/{ticket}/draft").status_code == 404


def test_who_writes_second_is_told_who_was_there(house):
    ticket = handled(house)
    head, handler = house.browser("head"), house.browser("handler")
    opened = hidden(head.get(f"/ticket/{ticket}/submit").text, "draft_seen")
    writes(handler, f"{ticket}/submit", f"/ticket/{ticket}/draft", result="经办人写的")
    answer = writes(head, f"{ticket}/submit", f"/ticket/{ticket}/submit", result="负责人写的", draft_seen=opened)
    assert answer.status_code == 409
    assert "何经办在 03-06 09:00 也写过" in answer.json["message"]
    house.at("2026-03-06 09:05")
    assert writes(head, f"{ticket}/submit", f"/ticket/{ticket}/submit", result="接着写").status_code == 200


def test_a_note_half_written_is_its_writers_own(house):
    ticket = handled(house)
    browser = house.browser("agent")
    writes(browser, f"{ticket}/note", f"/ticket/{ticket}/note", text="顾客又来电催问")
    assert "顾客又来电催问" in browser.get(f"/ticket/{ticket}/note").text
    assert "顾客又来电催问" not in house.browser("operations").get(f"/ticket/{ticket}/note").text
    browser.post(f"/ticket/{ticket}/note", text="顾客又来电催问")
    assert drafts(house) == []


def test_unreached_is_one_button_whatever_was_chosen_before(house):
    ticket = handled(house)
    house.api("head").does(ticket, "submit", **RESULT)
    browser = house.browser("agent")
    form = browser.get(f"/ticket/{ticket}/call_back").text
    done = browser.post(f"/ticket/{ticket}/call_back", version=hidden(form, "version"), once=hidden(form, "once"),
                        solved="true", outcome="satisfied", unreached="1")  # fmt: skip
    assert done.status_code == 302
    assert (house.tickets()[0].state, "未接通" in browser.get(f"/ticket/{ticket}/call_back").text) == (
        "calling_back",
        True,
    )
