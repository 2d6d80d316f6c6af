"""Paper: the button records and draws the form, and it is one A4."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk, Picture
from tests.browser.test_the_pages import serious

People = Callable[..., Page]
A4 = {"width": 794, "height": 1123}

DIALOGUE = "window.print = () => { document.documentElement.dataset.printed = 'yes' }"
"""In place of the browser's dialogue, which nobody closes here and which holds up `page.pdf`."""


def sheets(pdf: bytes) -> int:
    """How many pages a PDF has."""
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.mark.parametrize(
    ("who", "ticket", "button", "name"),
    [("operations", "second_round", "打印客户服务管理系统工单", "print"),
     ("agent", "fed_back", "打印顾客投诉处理记录表", "print-record")],
)  # fmt: skip
def test_each_form_is_one_a4_and_its_print_out_stands_in_the_history(
    desk: Desk, person: People, picture: Picture, who: str, ticket: str, button: str, name: str
) -> None:
    page = person(who)
    page.add_init_script(DIALOGUE)
    page.goto(desk.at(ticket))
    page.get_by_role("button", name=button).click()
    expect(page.locator("html")).to_have_attribute("data-printed", "yes")
    expect(page.locator("main h1")).to_have_text(button.removeprefix("打印"))
    expect(page.locator(".kf-paper-foot")).to_contain_text("打印人：")
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert sheets(page.pdf(prefer_css_page_size=True)) == 1
    page.emulate_media(media="print")
    page.set_viewport_size(A4)
    page.add_style_tag(content="body { padding: 12mm 14mm }")  # what @page gives the paper
    expect(page.get_by_role("button", name="打印")).to_be_hidden()
    picture(page, name)
    page.emulate_media(media="screen")
    if who == "operations":
        page.get_by_role("link", name="回到工单").click()
        expect(page.locator(".kf-line")).to_contain_text("打印工单")


def test_on_a_phone_it_can_be_read_before_it_is_printed(desk: Desk, person: People) -> None:
    page = person("operations", phone=True, dark=True)
    page.goto(desk.at("second_round"))
    page.get_by_role("button", name="打印客户服务管理系统工单").click()
    expect(page.locator("main h1")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert serious(page) == []


@pytest.mark.parametrize("path", ["/ticket/", "/penalties/", "/"])
def test_a_list_on_paper_keeps_its_columns_wide_enough_to_read(desk: Desk, person: People, path: str) -> None:
    page = person("operations")
    page.set_viewport_size({"width": 688, "height": 1000})  # what the margins leave of an A4's width
    page.emulate_media(media="print")
    page.goto(desk.url + path)
    heads = page.locator(".kf-table thead th:visible")
    lines = heads.evaluate_all("all => all.map(head => head.getBoundingClientRect().height / 18)")
    assert max(lines) < 3, "a column as wide as one character has a heading as high as its word is long"
    expect(page.locator("main .kf-body input:visible")).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.emulate_media(media="screen")
