"""The pages as such: nothing serious for axe in any light or width, the dashboard draws, and their pictures."""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk

People = Callable[..., Page]
LOOKS = {
    "light": {},
    "dark": {"dark": True},
    "phone": {"phone": True},
}
PAGES = ("home", "list", "ticket", "form", "register", "table", "record", "not found")


def address(desk: Desk, page: str) -> str:
    return {
        "home": f"{desk.url}/",
        "list": f"{desk.url}/ticket/?state=open&kind=complaint",
        "ticket": desk.at("second_round"),
        "form": desk.at("registered", "assign"),
        "register": f"{desk.url}/ticket/register",
        "table": f"{desk.url}/rule/list/",
        "record": f"{desk.url}/unit/edit/4",
        "not found": f"{desk.url}/ticket/1",
        "login": f"{desk.url}/login/",
    }[page]


def serious(page: Page) -> list[str]:
    """What axe calls serious or critical, with the element."""
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:150]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_serious_and_nothing_sticks_out(desk: Desk, person: People, look: str) -> None:
    page = person("operations", **LOOKS[look])
    for name in PAGES:
        page.goto(address(desk, name))
        assert serious(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than its window"
        assert page.locator("h1").count() == 1, name


def test_axe_finds_nothing_serious_on_the_login_page(desk: Desk, page: Page) -> None:
    page.goto(address(desk, "login"))
    assert serious(page) == []


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


def test_counts_on_the_home_page_are_links_to_just_their_rows(desk: Desk, person: People) -> None:
    for name in ("agent", "operations", "head", "discipline", "chairman", "leadership"):
        page = person(name)
        page.goto(desk.url)
        for count in page.locator(".kf-counts a").all():
            number, link = count.locator("b").inner_text(), count.get_attribute("href")
            page_of_rows = page.context.new_page()
            page_of_rows.goto(f"{desk.url}{link}")
            expect(page_of_rows.locator(".kf-count")).to_contain_text(f"{number} 件")
            page_of_rows.close()


def test_english_is_a_click_away(desk: Desk, person: People) -> None:
    page = person("leadership")
    page.goto(desk.url)
    page.get_by_role("link", name="English").click()
    for where in ("", "/ticket/", "/unit/list/"):
        page.goto(f"{desk.url}{where}")
        expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto(f"{desk.url}/ticket/")
    expect(page.get_by_role("heading", level=1)).to_have_text("All tickets")
    page.get_by_role("link", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_the_dashboard_draws_its_figures_inside_the_same_shell(desk: Desk, person: People, pictures: Path) -> None:
    page = person("operations")
    page.goto(desk.url)
    page.get_by_role("navigation", name="主导航").get_by_role("link", name="服务质量").click()
    expect(page.locator(".js-plotly-plot .main-svg").nth(3)).to_be_visible()
    expect(page.get_by_role("heading", name="72 小时办理及时率", exact=True)).to_be_visible()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=pictures / "dashboard.png")


@pytest.mark.parametrize("name", ["home", "list", "ticket", "form"])
def test_pictures(desk: Desk, person: People, pictures: Path, name: str) -> None:
    for look in ({}, {"dark": True}, {"phone": True}):
        page = person("operations", **look)
        page.goto(address(desk, name))
        kind = "-".join(["", *look])
        page.screenshot(path=pictures / f"{name}{kind}.png")
