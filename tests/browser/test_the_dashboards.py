"""The pages of the dashboards as people use them: drawn, readable, filtered by a click, followed to their tickets."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from analytics.dashboards.pages import PAGES
from tests.browser.conftest import Desk
from tests.browser.test_a_day_of_every_role import DRAWN
from tests.browser.test_the_pages import serious

People = Callable[..., Page]
NAMES = {page.name: page for page in PAGES}
CALLBACK = "_dash-update-component"


def opened(page: Page, desk: Desk, name: str, search: str = "") -> Page:
    """A page with all its figures drawn."""
    page.goto(f"{desk.url}/analytics/{name}{'/' if name else ''}{search}")
    cards = page.locator("figure.kf-figure")
    expect(cards.first).to_be_visible(timeout=DRAWN)
    expect(page.locator(".kf-plot-box .main-svg").first).to_be_visible(timeout=DRAWN)
    for plot in page.locator(".kf-plot-box").all():
        expect(plot.locator(".main-svg").first).to_be_attached(timeout=DRAWN)
    return page


def looked_at(page: Page, desk: Desk, pictures: Path, names: list[str], look: str = "") -> None:
    for name in names:
        opened(page, desk, name, "?unit=东城营业所" if name == "unit" else "")
        assert page.locator("h1").inner_text().startswith(NAMES[name].title)
        assert all(page.locator(".kf-say").all_inner_texts()), name
        current = page.locator(".kf-side [aria-current]")
        expect(current).to_have_attribute("href", f"/analytics/{name}{'/' if name else ''}")
        assert serious(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name
        picture = pictures / f"analytics-{name or 'overview'}{look}.png"
        if look:
            page.screenshot(path=picture)
        else:
            page.locator("main").screenshot(path=picture)


def test_pages_are_drawn_said_and_readable(desk: Desk, person: People, pictures: Path) -> None:
    looked_at(person("operations"), desk, pictures, ["", "times", "unit"])


@pytest.mark.slow
def test_the_other_pages_are_no_less_so(desk: Desk, person: People, pictures: Path) -> None:
    looked_at(person("operations"), desk, pictures, [name for name in NAMES if name not in ("", "times", "unit")])


@pytest.mark.slow
@pytest.mark.parametrize("look", ["dark", "phone"])
def test_every_page_is_readable_in_the_dark_and_on_a_phone(
    desk: Desk, person: People, pictures: Path, look: str
) -> None:
    looked_at(person("operations", **{look: True}), desk, pictures, list(NAMES), f"-{look}")


def test_a_bar_filters_the_page_in_one_request_and_a_count_opens_just_its_tickets(desk: Desk, person: People) -> None:
    page = opened(person("operations"), desk, "rate")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if CALLBACK in request.url else None)
    page.locator("#categories-plot .bars .point path").first.click(force=True)
    expect(page.locator(".kf-chip")).to_contain_text("类别：")
    assert len(asked) == 1
    assert "category=" in page.url
    page.locator("#categories-swap").click()
    count = page.locator("#categories-table tbody td a").first
    many = count.inner_text()
    count.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("全部工单")
    expect(page.locator("main")).to_contain_text(f"{many} 件")
    expect(page.locator(".kf-chips")).to_contain_text("投诉量，计入分子的：")
    page.go_back()
    page.locator(".kf-chip a").click()
    expect(page.locator(".kf-chip")).to_have_count(0)


def test_a_head_finds_their_own_unit_and_keeps_a_view_of_it(desk: Desk, person: People) -> None:
    page = opened(person("head"), desk, "unit")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"单位：{desk.unit}")
    page.get_by_role("textbox", name="按", exact=True).click()
    page.get_by_role("option", name="季", exact=True).click()
    expect(page).to_have_url(re.compile("by=quarter"))
    page.locator(".kf-views summary").click()
    page.get_by_label("名称").fill("季度会")
    page.locator(".kf-views").get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("已保存视图“季度会”")
    page.goto(f"{desk.url}/analytics/unit/")
    page.get_by_role("link", name="季度会").click()
    expect(page.get_by_role("textbox", name="按", exact=True)).to_have_value("季", timeout=DRAWN)
