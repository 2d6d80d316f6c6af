"""Notices, deputies and the supervision board in a browser: on a desk and on a phone, in the light and in the dark."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk, Picture
from tests.browser.test_the_pages import LOOKS, People, serious

PAGES = {"notices": ("operations", "/notices/"), "board": ("operations", "/supervision/"),
         "persons": ("discipline", "/supervision/?by=person"), "delegation": ("chairman", "/delegation/"),
         "rules": ("operations", "/notice-rule/list/"), "channel": ("admin", "/notice-channel/add")}  # fmt: skip


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_serious_and_nothing_sticks_out(
    desk: Desk, person: People, picture: Picture, look: str
) -> None:
    for name, (who, path) in PAGES.items():
        page = person(who, **LOOKS[look])
        answer = page.goto(desk.url + path)
        assert answer is not None
        assert answer.status == 200, name
        assert serious(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), (
            f"{name} is wider than its window"
        )
        assert page.locator("h1").count() == 1, name
        if name in ("notices", "board", "delegation"):
            picture(page, name if look == "light" else f"{name}-{look}")


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_from_the_bell_to_the_ticket_and_its_notice_is_read(desk: Desk, person: People, phone: bool) -> None:
    page = person("handler" if phone else "head", phone=phone)
    page.goto(desk.url)
    bell = page.get_by_role("link", name=re.compile("^提醒，"))
    unread = _unread(bell.get_attribute("aria-label") or "")
    assert unread > 0
    bell.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("提醒")
    page.locator(".kf-notices .unread a").first.click()
    expect(page.get_by_role("heading", level=2, name="时限")).to_be_visible()
    assert _unread(bell.get_attribute("aria-label") or "") < unread


def _unread(label: str) -> int:
    found = re.search(r"\d+", label)
    return int(found[0]) if found else 0


def test_from_the_board_to_a_word_of_supervision_and_back(desk: Desk, person: People) -> None:
    page = person("operations")
    page.goto(desk.url)
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="督办台").click()
    late = page.locator(".kf-spans .kf-due.late").first
    number = late.inner_text()
    late.click()
    expect(page.get_by_role("status").first).to_contain_text(f"{number} 件")
    page.go_back()
    urge = page.get_by_role("link", name=re.compile("^督办 ")).first
    said = (urge.get_attribute("aria-label") or "").split(" ")[1]
    urge.click()
    page.get_by_label("督办意见").fill("今天下班前请到现场，并报告进度。")
    page.get_by_role("main").get_by_role("button", name="督办").click()
    expect(page.get_by_role("status").filter(has_text="已记下“督办”")).to_be_visible()
    page.goto(f"{desk.url}/supervision/")
    today = page.locator("section", has=page.get_by_role("heading", name="今天的督办"))
    expect(today.get_by_role("link", name=said)).to_be_visible()
    expect(today).to_contain_text("还没有动静")


def test_the_chairman_names_a_deputy_on_the_phone_who_then_instructs_for_him(desk: Desk, person: People) -> None:
    page = person("chairman", phone=True)
    page.goto(f"{desk.url}/delegation/")
    page.get_by_label("委托给谁").select_option(label="高明远（leadership）")
    page.get_by_label("至（含当天）").fill("2026-11-24")
    page.get_by_role("button", name="委托代理").click()
    expect(page.get_by_role("alert")).to_contain_text("不能早于开始的那一天")
    page.get_by_label("至（含当天）").fill("2026-11-27")
    page.get_by_role("button", name="委托代理").click()
    expect(page.get_by_role("status")).to_contain_text("已委托高明远")
    deputy = person("leadership")
    _sees(deputy, desk)
    page.get_by_role("button", name="结束高明远的代理").click()
    expect(page.get_by_role("status")).to_contain_text("已结束高明远的代理")
    deputy.goto(desk.at("reported"))  # what a post opened is closed with it: signed out at once
    expect(deputy.get_by_role("heading", level=1)).to_contain_text("登录")


def _sees(page: Page, desk: Desk) -> None:
    page.goto(desk.at("reported"))
    page.goto(desk.at("reported", "instruct"))
    expect(page.get_by_role("heading", level=1)).to_have_text("批示")
    page.goto(f"{desk.url}/notices/")
    expect(page.locator(".kf-notices")).to_contain_text("王振邦委托高明远代行“董事长”")
