"""A session that ends while somebody types, in two tabs of one browser: the page says what to do, and it works."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESK, PASSWORD, PATIENCE, Desk, _sign_in
from tests.browser.test_the_pages import serious

SAID = "三楼早上没有水，楼下都有。"


@pytest.fixture
def tabs(browser: Browser, browser_context_args: dict[str, Any], desk: Desk) -> Iterator[Callable[..., Page]]:
    """Tabs of one browser, at which an agent has signed in; its session is no other test's."""
    state = _sign_in(browser, browser_context_args, desk, "agent")
    context = browser.new_context(**browser_context_args | DESK, storage_state=state)
    context.set_default_timeout(PATIENCE)
    yield context.new_page
    context.close()


def sign_in(page: Page, desk: Desk, name: str) -> None:
    page.goto(f"{desk.url}/login/")
    page.get_by_label("用户名").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.locator(".kf-shell")).to_be_visible()


def half_typed(tabs: Callable[..., Page], desk: Desk) -> tuple[Page, Page]:
    """A registration with a saved draft, and another tab that has signed out."""
    page, other = tabs(), tabs()
    page.goto(f"{desk.url}/ticket/register")
    page.get_by_label("投诉内容").fill(SAID)
    expect(page.get_by_text("草稿已存")).to_be_visible()
    other.goto(f"{desk.url}/logout/")
    return page, other


def test_who_signs_in_again_in_another_tab_goes_on_typing_and_registers(desk: Desk, tabs: Callable[..., Page]) -> None:
    page, other = half_typed(tabs, desk)
    page.get_by_label("投诉内容").press_sequentially("还有")
    said = page.locator("[data-draft-said]")
    expect(said).to_contain_text("登录已过期，草稿没有存上")
    sign_in(other, desk, "agent")
    page.get_by_label("投诉内容").press_sequentially("老人。")
    expect(said).to_contain_text("草稿已存")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="已登记 ZL-2026-")).to_be_visible()
    expect(page.locator("main")).to_contain_text("还有老人。")


def test_a_press_while_signed_out_says_so_in_its_place_and_the_next_one_registers(
    desk: Desk, tabs: Callable[..., Page]
) -> None:
    page, other = half_typed(tabs, desk)
    page.get_by_role("button", name="登记", exact=True).click()
    told = page.get_by_role("alert").filter(has_text="回来再按一次，您写的还在")
    expect(told).to_be_focused()
    expect(page.get_by_label("投诉内容")).to_have_value(SAID)
    assert serious(page) == []
    with page.context.expect_page() as opened:
        told.get_by_role("link").click()
    expect(opened.value.get_by_label("用户名")).to_be_visible()
    sign_in(other, desk, "agent")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="已登记 ZL-2026-")).to_be_visible()


def test_another_account_in_the_other_tab_neither_saves_nor_sends_it(desk: Desk, tabs: Callable[..., Page]) -> None:
    page, other = half_typed(tabs, desk)
    sign_in(other, desk, "operations")
    page.get_by_label("投诉内容").press_sequentially("还有老人。")
    expect(page.locator("[data-draft-said]")).to_contain_text("现在登录的是另一个账号")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="现在登录的是另一个账号")).to_be_focused()
    assert page.url.endswith("/ticket/register")
    other.goto(f"{desk.url}/ticket/register")
    expect(other.locator("main")).not_to_contain_text("三楼早上没有水")
    expect(other.get_by_label("投诉内容")).to_have_value("")


def test_an_action_half_typed_is_sent_after_signing_in_again(desk: Desk, tabs: Callable[..., Page]) -> None:
    page, other = tabs(), tabs()
    page.goto(desk.at("calling_back", "note"))
    page.get_by_role("textbox").last.fill("顾客又来电催问。")
    other.goto(f"{desk.url}/logout/")
    press = page.get_by_role("main").get_by_role("button", name="跟进", exact=True)
    press.click()
    expect(page.get_by_role("alert").filter(has_text="登录已过期")).to_be_focused()
    sign_in(other, desk, "agent")
    press.click()
    expect(page.get_by_role("status").filter(has_text="已记下“跟进”")).to_be_visible()


def test_without_a_network_nothing_is_lost_either(desk: Desk, tabs: Callable[..., Page]) -> None:
    page = tabs()
    page.goto(f"{desk.url}/ticket/register")
    page.get_by_label("投诉内容").fill("网断了，水也断了。")
    page.context.set_offline(True)
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="没有连上，您写的还在")).to_be_focused()
    page.context.set_offline(False)
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="已登记 ZL-2026-")).to_be_visible()


def test_after_signing_out_the_browsers_back_shows_nothing_of_a_ticket(
    browser: Browser, browser_context_args: dict[str, Any], desk: Desk
) -> None:
    """A confidential page is kept nowhere (no-store): going back asks for it again, and nobody is signed in."""
    state = _sign_in(browser, browser_context_args, desk, "discipline")
    context = browser.new_context(**browser_context_args | DESK, storage_state=state)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(desk.at("investigating"))
    expect(page.locator("main")).to_contain_text("辛苦费")
    page.goto(f"{desk.url}/")
    page.goto(f"{desk.url}/logout/")
    expect(page.get_by_label("用户名")).to_be_visible()
    for _step in ("home", "the ticket"):
        page.go_back()
        expect(page.get_by_label("用户名")).to_be_visible()
        assert "辛苦费" not in page.content()
        assert "纪2026" not in page.content()
    context.close()
