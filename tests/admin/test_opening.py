"""查看 and 披露授权: a masked complainant opened with a reason, and what the chairman lets out of confidentiality."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from models.security_log import SecurityEvent
from models.tables import Accused, DisclosureGrant, Reveal, Ticket
from tests.admin.test_pages import played
from tests.fixtures.city import brought_to

KNOWN = {"complainant": "张三丰", "phone": "13812345678", "address": "柳园路12号3单元", "account_no": "300018888",
         "demand": "我是张三丰，13812345678，身份证37250119900101123X，水压低。"}  # fmt: skip
CLEAR = ("张三丰", "13812345678", "柳园路12号3单元", "300018888", "37250119900101123X")


def told(house, kind):
    with house.session() as session:
        rows = session.scalars(select(SecurityEvent).where(SecurityEvent.kind == kind).order_by(SecurityEvent.no))
        return [(row, json.loads(row.detail)) for row in rows]


@pytest.fixture
def closed(house):
    """A quality ticket, closed; the caller said more of himself than was asked."""
    with played(house) as city:
        return brought_to(city, "quality", "closed", **KNOWN).id


@pytest.fixture
def conduct(house):
    """A discipline ticket that is with the unit, with 何经办 complained of."""
    with played(house) as city:
        return brought_to(city, "discipline", "handling", accused=[city.people["handler"].id], **KNOWN).id


def left(text):
    return [word for word in CLEAR if word in text]


# 查看


@pytest.mark.parametrize("name", ["agent", "operations", "discipline", "chairman", "leadership", "head"])
def test_on_a_closed_ticket_the_complainant_is_masked_on_every_page(house, closed, name):
    browser, api = house.browser(name), house.api(name)
    pages = [browser.get(path).text for path in ("/", "/ticket/", f"/ticket/{closed}", "/ticket/export?state=closed",
                                                 "/ticket/?state=closed&q=水压低")]  # fmt: skip
    pages += [api.get(f"ticket/{closed}").text, api.get(f"ticket/{closed}/events").text, api.get("ticket/").text]
    assert [left(page) for page in pages] == [[]] * len(pages)
    assert "138****5678" in pages[2]


def test_nobody_finds_by_searching_what_stands_behind_the_stars(house, closed):
    found = house.browser("leadership").get("/ticket/?q=37250119900101").text
    assert f"/ticket/{closed}" not in found


@pytest.mark.parametrize("name", ["agent", "operations", "discipline", "chairman"])
def test_for_a_reason_it_is_opened_for_a_quarter_of_an_hour_on_its_page_alone(house, closed, name):
    browser = house.browser(name)
    page = browser.get(f"/ticket/{closed}").text
    assert f'href="/ticket/{closed}/open"' in page
    assert browser.post(f"/ticket/{closed}/open", reason="disputed").status_code == 302
    assert left(browser.get(f"/ticket/{closed}").text) == list(CLEAR)
    assert left(browser.get("/ticket/?state=closed").text) == []
    assert left(browser.get("/ticket/export?state=closed").text) == []
    assert left(house.api(name).get(f"ticket/{closed}").text) == []
    entry, detail = told(house, "opened")[-1]
    assert (entry.actor_id, entry.ticket_id, detail["reason"]) == (house.id_of(name), closed, "disputed")
    assert {"phone", "complainant", "address", "account_no", "demand"} <= set(detail["fields"])
    house.at(house.app.extensions["clock"]() + timedelta(minutes=15))
    assert left(browser.get(f"/ticket/{closed}").text) == []


def test_the_chairman_opens_a_discipline_ticket_for_a_reason_and_the_office_needs_none(house, conduct):
    assert left(house.api("chairman").get(f"ticket/{conduct}").text) == []
    answer = house.api("chairman").post(f"ticket/{conduct}/open", reason="check")
    assert left(answer.text) == list(CLEAR)
    assert left(house.api("discipline").get(f"ticket/{conduct}").text) == list(CLEAR)


def test_what_was_opened_is_opened_to_nobody_else(house, closed):
    assert house.browser("agent").post(f"/ticket/{closed}/open", reason="contact").status_code == 302
    assert left(house.browser("colleague").get(f"/ticket/{closed}").text) == []


def test_a_print_out_stays_masked(house, closed):
    browser = house.browser("agent")
    browser.post(f"/ticket/{closed}/open", reason="contact")
    paper = browser.post(f"/ticket/{closed}/print/ticket", page=f"/ticket/{closed}")
    printed = browser.get(paper.location).text
    assert "客户服务管理系统工单" in printed
    assert left(printed) == []


def test_a_reason_is_demanded_and_its_words_stay_out_of_the_log(house, closed):
    browser, api = house.browser("operations"), house.api("operations")
    for given, wrong in (({}, "reason"), ({"reason": "好奇"}, "reason"), ({"reason": "other"}, "words")):
        assert api.post(f"ticket/{closed}/open", **given).json["errors"].keys() == {wrong}
        answer = browser.post(f"/ticket/{closed}/open", **given)
        assert answer.status_code == 422
        assert f'id="{wrong}-error"' in answer.text
    assert told(house, "opened") == []
    said = "张三丰家属要求核对"
    answer = api.post(f"ticket/{closed}/open", reason="other", words=said)
    assert answer.json["result"]["phone"] == "13812345678"
    assert answer.json["masked"] == []
    (entry, detail) = told(house, "opened")[-1]
    assert said not in entry.detail
    with house.session() as session:
        assert session.get(Reveal, detail["reveal"]).words == said


@pytest.mark.parametrize(("name", "status"), [("leadership", 403), ("head", 403), ("analyst", 404), ("auditor", 404),
                                              ("admin", 404)])  # fmt: skip
def test_who_never_sees_it_in_clear_cannot_open_it(house, closed, name, status):
    assert house.api(name).post(f"ticket/{closed}/open", reason="contact").status_code == status
    assert f'/ticket/{closed}/open"' not in house.browser(name).get(f"/ticket/{closed}").text
    assert told(house, "opened") == []


def test_the_person_complained_of_cannot_open_it_though_they_work_at_the_desk(house):
    with played(house) as city:
        ticket = brought_to(city, "quality", "closed", accused=[city.people["operations"].id], **KNOWN).id
    assert house.api("operations").post(f"ticket/{ticket}/open", reason="contact").status_code == 403


def test_whoever_owns_the_next_step_needs_no_reason(house):
    with played(house) as city:
        ticket = brought_to(city, "quality", "handling", **KNOWN).id
    for name in ("agent", "head", "handler"):
        page = house.browser(name).get(f"/ticket/{ticket}").text
        assert "13812345678" in page
        assert f"/ticket/{ticket}/open" not in page
        assert house.api(name).post(f"ticket/{ticket}/open").json["result"]["phone"] == "13812345678"
    assert told(house, "opened") == []


def test_where_the_log_cannot_be_written_nothing_is_opened(house, closed):
    browser = house.browser("discipline")
    token = browser.token(f"/ticket/{closed}/open")
    house.changes(lambda session: session.execute(text("DROP TABLE security_head")))
    answer = browser.client.post(f"/ticket/{closed}/open", data={"csrf_token": token, "reason": "check"})
    assert answer.status_code in (500, 503)
    with house.session() as session:
        assert session.scalars(select(Reveal)).all() == []


# 披露授权


def grants(house, to, **given):
    """The chairman's form, sent."""
    fields = {"user_id": str(house.id_of(to)), "purpose": "配合核查。", "last": "2026-04-30", **given}
    return house.browser("chairman").post("/grants/", **fields)


def number(house, ticket_id):
    with house.session() as session:
        return session.get(Ticket, ticket_id).no


def granted(house):
    with house.session() as session:
        return session.scalars(select(DisclosureGrant).order_by(DisclosureGrant.id.desc())).first()


@pytest.mark.parametrize("name", ["analyst", "leadership", "other_head", "operations"])
def test_the_chairman_lets_one_person_see_one_ticket_until_a_day(house, conduct, name):
    browser, colleague = house.browser(name), house.browser("other_handler")
    assert browser.get(f"/ticket/{conduct}").status_code == 404
    assert grants(house, name, ticket=number(house, conduct)).status_code == 302
    page = browser.get(f"/ticket/{conduct}").text
    assert "138****5678" in page
    assert left(page) == []
    assert house.api(name).get(f"ticket/{conduct}").json["level"] == "full"
    assert colleague.get(f"/ticket/{conduct}").status_code == 404, "and nobody else"
    grant = granted(house)
    assert grant.uses == 2
    assert [d.get("grant") for row, d in told(house, "opened") if row.actor_id == house.id_of(name)] == [grant.id] * 2
    assert [d["did"] for _row, d in told(house, "granted")] == ["granted"]
    house.at("2026-05-01 00:00")
    assert house.browser(name).get(f"/ticket/{conduct}").status_code == 404


def test_what_was_granted_is_there_to_be_read_and_nothing_else(house, conduct):
    api, browser = house.api("operations"), house.browser("operations")
    grants(house, "operations", ticket=number(house, conduct))
    assert api.get(f"ticket/{conduct}/actions").json["result"] == []
    assert api.post(f"ticket/{conduct}/actions/note", text="我也来看看。").status_code == 404
    assert api.post(f"ticket/{conduct}/open", reason="contact").status_code == 403
    assert browser.get(f"/ticket/{conduct}/note").status_code == 403
    assert f"/ticket/{conduct}/print" not in browser.get(f"/ticket/{conduct}").text
    assert number(house, conduct) not in browser.get("/ticket/export").text


def test_with_the_complainant_in_clear_only_where_the_grant_says_so(house, conduct):
    grants(house, "analyst", ticket=number(house, conduct), clear="1")
    assert left(house.browser("analyst").get(f"/ticket/{conduct}").text) == list(CLEAR)


def test_a_grant_is_taken_back_at_once(house, conduct):
    browser, chairman = house.browser("analyst"), house.browser("chairman")
    grants(house, "analyst", ticket=number(house, conduct))
    assert browser.get(f"/ticket/{conduct}").status_code == 200
    assert chairman.post(f"/grants/{granted(house).id}/revoke", page="/grants/").status_code == 302
    assert browser.get(f"/ticket/{conduct}").status_code == 404
    assert [d["did"] for _row, d in told(house, "granted")] == ["granted", "revoked"]
    assert chairman.post(f"/grants/{granted(house).id}/revoke", page="/grants/").status_code == 404


def test_never_to_a_person_complained_of(house, conduct):
    assert "不能向被投诉人开放" in grants(house, "handler", ticket=number(house, conduct)).text
    grants(house, "analyst", ticket=number(house, conduct))
    with house.session() as session:
        session.add(Accused(ticket_id=conduct, n=9, user_id=house.id_of("analyst")))
        session.commit()
    assert house.browser("analyst").get(f"/ticket/{conduct}").status_code == 404, "nor once they become one"


@pytest.mark.parametrize(
    ("to", "given", "field"),
    [("admin", {}, "user_id"), ("auditor", {}, "user_id"), ("leadership", {"clear": "1"}, "user_id"),
     ("head", {"ticket": "", "frame": "tickets"}, "user_id"), ("analyst", {"ticket": "纪2026-ZZZZ"}, "ticket"),
     ("analyst", {"ticket": ""}, "ticket"), ("analyst", {"frame": "tickets"}, "ticket"),
     ("analyst", {"purpose": " "}, "purpose"), ("analyst", {"last": "2026-03-05"}, "last"),
     ("analyst", {"last": "2026-12-31"}, "last"), ("analyst", {"last": ""}, "last")],
)  # fmt: skip
def test_a_grant_says_to_whom_what_why_and_until_when(house, conduct, to, given, field):
    answer = grants(house, to, **{"ticket": number(house, conduct), **given})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert granted(house) is None


def test_of_what_the_chairman_does_not_see_yet_nothing_can_be_granted(house):
    with played(house) as city:
        ticket = brought_to(city, "discipline", "investigating", **KNOWN).id
    assert grants(house, "analyst", ticket=number(house, ticket)).status_code == 422


def test_a_quality_ticket_that_turns_to_discipline_is_another_matter(house):
    with played(house) as city:
        ticket = brought_to(city, "quality", "handling", **KNOWN)
    grants(house, "analyst", ticket=number(house, ticket.id))
    assert house.browser("analyst").get(f"/ticket/{ticket.id}").status_code == 200
    assert house.api("agent").does(ticket.id, "refer").status_code == 200
    assert house.browser("analyst").get(f"/ticket/{ticket.id}").status_code == 404


@pytest.mark.parametrize("name", ["discipline", "operations", "leadership", "admin", "analyst"])
def test_nobody_else_gives_or_takes_back(house, conduct, name):
    grants(house, "analyst", ticket=number(house, conduct))
    browser = house.browser(name)
    assert browser.get("/grants/").status_code == 404
    token = browser.get("/standing").json["csrf_token"]
    for path in ("/grants/", f"/grants/{granted(house).id}/revoke"):
        assert browser.client.post(path, data={"csrf_token": token}).status_code == 404
    assert granted(house).revoked_at is None


def test_the_grantee_is_told(house, conduct):
    grants(house, "analyst", ticket=number(house, conduct))
    browser = house.browser("analyst")
    assert "给您的授权" in (page := browser.get("/notices/").text)
    assert number(house, conduct) in page
    assert "配合核查。" in page
