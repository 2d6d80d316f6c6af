"""Somebody else's act takes the ticket out of one's hands while one types: the page says who, and nothing is lost."""

from datetime import date

import pytest

from models.tables import Accused, Post
from tests.admin.conftest import Browser, House
from tests.admin.test_drafts import RESULT, drafts, handled, hidden

TYPED = {**RESULT, "result": "已全开阀门，<现场>测压正常。"}


def begins(browser: Browser, ticket: int, action: str = "submit") -> dict[str, str]:
    """Open a form; what it carries."""
    page = browser.get(f"/ticket/{ticket}/{action}").text
    return {name: hidden(page, name) or "" for name in ("version", "seen", "once")}


def test_a_result_typed_while_operations_took_the_ticket_back_says_so_and_is_kept(either):
    ticket = handled(either)
    head = either.browser("head")
    carried = begins(head, ticket)
    either.at("2026-03-06 10:00")
    either.api("operations").does(ticket, "return", reason="not_ours")
    answer = head.post(f"/ticket/{ticket}/submit", page="/delegation/", **carried, **TYPED)
    assert answer.status_code == 403
    assert "您打开后，这件工单有了新的进展。您写的还在下面。" in answer.text
    assert "在 03-06 10:00 退回，办理中 → 已退回" in answer.text
    assert "现在不在您手里，不能“报送结果”" in answer.text
    assert "由承办单位负责人办理" not in answer.text
    assert "已全开阀门，&lt;现场&gt;测压正常。" in answer.text
    assert "阀门没有全开" in answer.text
    assert 'type="submit">报送结果' not in answer.text
    assert "data-draft=" not in answer.text
    assert "只有您看得到" in answer.text
    later = head.get(f"/ticket/{ticket}/submit")
    assert (later.status_code, "&lt;现场&gt;" in later.text) == (403, True)
    assert "现在不能报送结果" in later.text


def test_a_deputy_whose_time_ends_while_typing_keeps_the_text(house):
    ticket = handled(house)
    deputy = house.id_of("operations")  # who has the ticket in sight all the same
    unit = house.tickets()[0].unit_id
    house.changes(lambda s: s.add(Post(user_id=deputy, unit_id=unit, post="head", since=date(2026, 3, 1))))
    browser = house.browser("operations")
    carried = begins(browser, ticket)
    house.changes(lambda s: s.query(Post).filter_by(user_id=deputy).delete())
    answer = browser.post(f"/ticket/{ticket}/submit", page="/ticket/register", **carried, **TYPED)
    assert answer.status_code == 403
    assert "由承办单位负责人办理" in answer.text
    assert "&lt;现场&gt;" in answer.text


def test_a_ticket_out_of_sight_is_as_absent_however_much_was_typed(house):
    ticket = handled(house)
    head = house.browser("head")
    carried = begins(head, ticket)
    house.api("agent").does(ticket, "refer")
    gone, absent = (
        head.post(f"/ticket/{number}/submit", page="/delegation/", **carried, **TYPED) for number in (ticket, 12345)
    )
    assert (gone.status_code, gone.data) == (404, absent.data)
    assert drafts(house) == []


def test_a_call_back_that_somebody_else_has_made_is_not_saved_to_its_own_address(house):
    """The page without a draft of its own must not send its fields to wherever it stands."""
    ticket = handled(house)
    house.api("head").does(ticket, "submit", **RESULT)
    agent = house.browser("agent")
    carried = begins(agent, ticket, "call_back")
    house.api("operations").does(ticket, "call_back", outcome="satisfied")
    answer = agent.post(f"/ticket/{ticket}/call_back", page="/ticket/register", **carried, outcome="dissatisfied",
                        remark="还是没有水")  # fmt: skip
    assert answer.status_code == 409
    assert "还是没有水" in answer.text
    assert "data-draft" not in answer.text.replace("data-draft-said", "")


@pytest.mark.parametrize("name", ["head", "operations", "agent"])
def test_who_may_not_open_a_ticket_to_others_learns_nothing_of_whom_it_is_about(house: House, name):
    """The people that 开放 offers are all of the unit but those complained of."""
    ticket = handled(house)
    handler = house.id_of("handler")
    house.changes(lambda s: s.add(Accused(ticket_id=ticket, n=1, user_id=handler)))
    answer = house.browser(name).post(f"/ticket/{ticket}/open_to", page="/resetmypassword/form", persons="1")
    assert answer.status_code == 403
    assert 'type="checkbox" name="persons"' not in answer.text
