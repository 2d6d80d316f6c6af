"""The list in a browser: search, choosing rows, a saved view, columns; at a desk and on a phone."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk, Picture
from tests.browser.test_the_pages import serious

People = Callable[..., Page]


def choose(page: Page, *contents: str) -> None:
    for content in contents:
        page.get_by_role("row").filter(has_text=content).get_by_role("checkbox").check()


@pytest.mark.parametrize("phone", [False, True], ids=["1440", "390"])
def test_a_day_with_the_list(desk: Desk, person: People, picture: Picture, phone: bool) -> None:
    page = person("operations", phone=phone)
    page.goto(desk.url)
    page.get_by_role("searchbox", name="查找工单").fill("水表井")
    page.keyboard.press("Enter")
    row = page.locator("tbody tr").filter(has_text="一直渗水")
    expect(row.locator("mark").first).to_have_text("水表井")
    assert serious(page) == []
    picture(page, "search-phone" if phone else "search")

    page.goto(f"{desk.url}/ticket/?state=open")
    bar = page.locator("[data-bar]")
    expect(bar).to_be_hidden()
    choose(page, "一直渗水", "路面没有恢复")
    expect(bar).to_contain_text("已选 2 件")
    expect(bar.get_by_role("button", name="督办")).to_be_visible()
    expect(bar.get_by_role("button", name="转办")).to_be_hidden()  # one of them is with a unit already
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    picture(page, "chosen-phone" if phone else "chosen")
    bar.get_by_role("button", name="督办").click()
    page.get_by_label("督办意见").fill("请今天回复。")
    assert serious(page) == []
    page.get_by_role("button", name="督办 2 件").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("已督办 2 件")
    assert serious(page) == []
    page.go_back()  # neither page is an answer to a form
    expect(page.get_by_role("heading", level=1)).to_have_text("督办 2 件")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("全部工单")
    page.go_forward()
    page.go_forward()
    expect(page.get_by_role("heading", level=1)).to_have_text("已督办 2 件")


def test_on_a_phone_menu_and_boxes_are_within_reach(desk: Desk, person: People) -> None:
    page = person("operations", phone=True)
    page.goto(f"{desk.url}/ticket/?state=open")
    page.locator("summary", has_text="导出").tap()
    box = page.locator("details[open] > div").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    expect(page.get_by_role("link", name="CSV")).to_be_in_viewport(ratio=1)
    page.keyboard.press("Escape")
    cell = page.locator("tbody tr").first.locator(".kf-pickone label")
    size = cell.bounding_box()
    assert size is not None
    assert size["width"] >= 44
    assert size["height"] >= 44
    page.touchscreen.tap(size["x"] + 3, size["y"] + 3)
    expect(page.locator("[data-bar]")).to_contain_text("已选 1 件")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_at_a_desk_a_box_is_hit_with_room_to_spare(desk: Desk, person: People) -> None:
    page = person("operations")
    page.goto(f"{desk.url}/ticket/?state=open")
    size = page.locator("tbody tr").first.locator(".kf-pickone label").bounding_box()
    assert size is not None
    assert min(size["width"], size["height"]) >= 24
    page.mouse.click(size["x"] + 3, size["y"] + 3)
    expect(page.locator("[data-bar]")).to_contain_text("已选 1 件")


@pytest.mark.parametrize("typed", ["13812345678", "１３８ １２３４-5678", "0635 8412345"])
def test_a_telephone_number_typed_into_a_search_never_leaves_the_page(desk: Desk, person: People, typed: str) -> None:
    page = person("agent")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.url} {request.post_data} {request.headers}"))
    for address, name in (("/", "查找工单"), ("/ticket/", "查找"), ("/ticket/where", "工单号")):
        page.goto(f"{desk.url}{address}")
        page.get_by_role("searchbox", name=name, exact=True).fill(typed)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("电话号码不在列表里查")
        expect(page).to_have_url(f"{desk.url}/ticket/numbers")
    assert serious(page) == []
    assert len(sent) > 6
    assert not [one for one in sent if "5678" in one or "2345" in one or "%EF" in one]
    page.get_by_role("main").get_by_role("link", name="登记投诉").click()
    expect(page.get_by_label("联系电话")).to_be_visible()


def test_a_view_and_its_columns_are_kept(desk: Desk, person: People) -> None:
    page = person("discipline")
    page.goto(f"{desk.url}/ticket/?state=investigating")
    page.locator("summary", has_text="列").click()
    page.get_by_role("checkbox", name="渠道").check()
    page.get_by_role("checkbox", name="小区").uncheck()
    assert serious(page) == []
    page.get_by_role("button", name="按此显示").click()
    expect(page.get_by_role("columnheader", name="渠道")).to_be_visible()
    expect(page.get_by_role("columnheader", name="小区")).to_have_count(0)
    expect(page).to_have_url(re.compile("state=investigating"))
    page.locator("summary", has_text="保存当前视图").click()
    page.get_by_label("名称").fill("在查的")
    page.keyboard.press("Enter")
    expect(page.get_by_role("navigation", name="视图").get_by_role("link", name="在查的")).to_have_attribute(
        "aria-current", "page"
    )
    page.get_by_role("columnheader", name="登记时间").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="登记时间")).to_have_attribute("aria-sort", "descending")
    page.goto(f"{desk.url}/ticket/?state=investigating")
    page.locator("summary", has_text="保存当前视图").click()
    page.get_by_role("button", name="删除").click()
    expect(page.get_by_role("status").filter(has_text="已删除视图")).to_be_visible()


def test_rows_are_chosen_by_key(desk: Desk, person: People) -> None:
    page = person("agent")
    page.goto(f"{desk.url}/ticket/?state=registered")
    page.get_by_role("checkbox", name="选本页全部").focus()
    page.keyboard.press("Space")
    rows = page.locator("input[name=t]").count()
    expect(page.locator("[data-bar]")).to_contain_text(f"已选 {rows} 件")
    page.get_by_role("button", name="取消选择").press("Enter")
    expect(page.locator("[data-bar]")).to_be_hidden()
