"""The pages as such: nothing serious for axe in any light or width, the dashboard draws, and their pictures."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import DRAWN, PASSWORD, Desk, Picture

People = Callable[..., Page]
LOOKS: dict[str, dict[str, bool]] = {"light": {}, "dark": {"dark": True}, "phone": {"phone": True}}
PAGES = ("home", "list", "ticket", "form")
ONCE = ("register", "table", "record", "not found")
"""Made of the same parts: looked at in one light."""


def address(desk: Desk, page: str) -> str:
    return {
        "home": f"{desk.url}/",
        "list": f"{desk.url}/ticket/?state=open&kind=complaint",
        "ticket": desk.at("second_round"),
        "form": desk.at("second_round", "submit"),
        "register": f"{desk.url}/ticket/register",
        "table": f"{desk.url}/rule/list/",
        "record": f"{desk.url}/unit/edit/4",
        "not found": f"{desk.url}/ticket/1",
        "login": f"{desk.url}/login/",
    }[page]


def serious(page: Page, *, colours: bool = True) -> list[str]:
    """What axe calls serious or critical, with the element. colours: their contrast too, which takes twice the time;
    they are a few tokens', and pages of each kind are looked at in the light and in the dark."""
    rules = {"color-contrast": {"enabled": colours}}
    found = Axe().run(page, options={"resultTypes": ["violations"], "rules": rules}).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:150]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_serious_and_nothing_sticks_out(
    desk: Desk, person: People, picture: Picture, look: str
) -> None:
    pages = {who: person(who, **LOOKS[look]) for who in ("operations", "head")}
    for name in PAGES + (ONCE if look == "light" else ()):
        page = pages["head" if name in ("ticket", "form") else "operations"]
        page.goto(address(desk, name))
        assert serious(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), (
            f"{name} is wider than its window"
        )
        assert page.locator("h1").count() == 1, name
        if name in PAGES:
            picture(page, name if look == "light" else f"{name}-{look}")


def test_the_login_page_lets_in_and_says_what_was_wrong(desk: Desk, page: Page) -> None:
    page.goto(address(desk, "login"))
    assert serious(page) == []
    for password in ("wrong", PASSWORD):
        page.get_by_label("用户名").fill("analyst")
        page.get_by_label("密码").fill(password)
        page.get_by_role("button", name="登录").click()
        if password == "wrong":
            expect(page.get_by_role("status")).to_contain_text("用户名或密码不对")
            expect(page.get_by_label("用户名")).to_have_value("analyst")
    expect(page.get_by_role("heading", level=1)).to_have_text("我的工作")


def test_a_form_that_came_back_is_as_accessible_as_before(desk: Desk, person: People) -> None:
    page = person("agent")
    page.goto(address(desk, "register"))
    page.get_by_role("main").get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert serious(page) == []


def test_the_phones_drawer_opens_and_closes_by_key(desk: Desk, person: People) -> None:
    page = person("agent", phone=True)
    page.goto(desk.url)
    burger = page.get_by_role("button", name="菜单", exact=True)
    burger.click()
    side = page.get_by_role("navigation", name="主导航")
    expect(side).to_be_visible()
    assert serious(page) == []
    page.keyboard.press("Escape")
    expect(side).to_be_hidden()
    expect(burger).to_be_focused()


def test_the_slash_finds_a_ticket_by_its_last_digits(desk: Desk, person: People) -> None:
    page = person("agent")
    page.goto(desk.at("second_round"))
    number = page.locator(".kf-crumbs span").last.inner_text()
    page.goto(desk.url)
    page.keyboard.press("/")
    page.keyboard.type(number.rsplit("-", 1)[1].lstrip("0"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(desk.at("second_round"))


@pytest.mark.parametrize("name", ["agent", "operations", "head", "discipline", "chairman", "leadership"])
def test_counts_on_the_home_page_are_links_to_just_their_rows(desk: Desk, person: People, name: str) -> None:
    ask = person(name).context.request
    found = re.findall(r'<a[^>]*href="([^"]+)">[^<]+<b>(\d+)</b><small>', ask.get(desk.url).text())
    assert len(found) >= 4
    for link, number in found:
        rows = ask.get(desk.url + unescape(link)).text()
        assert f">{number} 件" in rows, link


def test_english_is_a_click_away(desk: Desk, person: People) -> None:
    page = person("leadership")
    page.goto(desk.url)
    page.get_by_role("link", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("navigation", name="Main navigation").get_by_role("link", name="All tickets").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("All tickets")
    page.get_by_role("link", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_the_dashboard_draws_its_figures_inside_the_same_shell(desk: Desk, person: People, picture: Picture) -> None:
    page = person("operations")
    page.goto(desk.url)
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="总览").click()
    expect(page.locator(".js-plotly-plot .main-svg").nth(3)).to_be_visible(timeout=DRAWN)
    expect(page.get_by_role("heading", name="72 小时办理及时率", exact=True)).to_be_visible()
    page.wait_for_load_state("networkidle")
    picture(page, "dashboard")


@pytest.mark.parametrize("path", ["/ticket/?state=open", "/", "/unit/list/", "/supervision/"])
def test_an_ordinary_page_on_a4_keeps_its_tables_heads_and_columns(desk: Desk, person: People, path: str) -> None:
    """A4 is narrower than where a screen folds; paper is no phone, and has no boxes to tick."""
    page = person("operations")
    page.goto(desk.url + path)
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 690, "height": 1000})
    expect(page.locator("main thead").first).to_be_visible()
    expect(page.locator(".kf-side")).to_be_hidden()
    assert page.locator("main td.skip:visible").count() == page.locator("main td.skip").count()
    assert page.locator(".kf-pickone:visible").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_on_a_phone_the_look_is_chosen_in_the_menu_and_tab_stays_in_the_drawer(desk: Desk, person: People) -> None:
    page = person("leadership", phone=True)
    page.goto(desk.url)
    page.locator(".kf-top .kf-menu summary").last.click()
    page.get_by_role("button", name="深色").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="菜单", exact=True).click()
    for _ in range(40):
        page.keyboard.press("Tab")
        assert page.evaluate("!document.activeElement.closest('main')")
    page.keyboard.press("Escape")
    page.locator(".kf-top .kf-menu summary").last.click()
    page.get_by_role("button", name="跟随系统").click()
