"""查看 and 披露授权 in a browser: a masked telephone opened with a reason; a grant given, used and taken back."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk, Picture
from tests.browser.test_the_pages import LOOKS, People, serious


def closed_ticket(page: Page, desk: Desk) -> str:
    """The address of a closed quality ticket whose complainant is masked to the reader."""
    page.goto(f"{desk.url}/ticket/?state=closed&track=quality")
    for href in page.locator('a[href^="/ticket/"]').evaluate_all("all => all.map(a => a.getAttribute('href'))"):
        if re.fullmatch(r"/ticket/\d+", href):
            page.goto(desk.url + href)
            if page.get_by_role("link", name="查看联系方式").count() and page.get_by_text(re.compile(r"\*{4}")).count():
                return href
    raise AssertionError("no closed ticket with a telephone")


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_discipline_opens_a_masked_telephone_for_a_reason_by_keyboard(desk: Desk, person: People, phone: bool) -> None:
    page = person("discipline", phone=phone)
    href = closed_ticket(page, desk)
    page.get_by_role("link", name="查看联系方式").press("Enter")
    page.wait_for_url(f"{desk.url}{href}/open")
    assert serious(page) == []
    page.get_by_role("button", name="查看", exact=True).press("Enter")
    expect(page.locator("#problem")).to_be_focused()
    page.get_by_label("其他（写明）").press("Space")
    page.get_by_label("写明原因").fill("顾客来信询问")
    page.get_by_role("button", name="查看", exact=True).press("Enter")
    page.wait_for_url(desk.url + href)
    expect(page.get_by_text("查看已记录")).to_be_visible()
    expect(page.get_by_text(re.compile("^已打开到 "))).to_be_visible()
    expect(page.locator("dd", has_text=re.compile(r"\d{7,}")).first).to_be_visible()


def test_the_chairman_grants_and_takes_back_and_the_grantee_sees_it_meanwhile(
    desk: Desk, person: People, picture: Picture
) -> None:
    chairman, grantee = person("chairman"), person("analyst")
    href = closed_ticket(chairman, desk)
    number = chairman.locator(".kf-crumbs span").last.inner_text()
    assert grantee.goto(desk.url + href).status == 404  # type: ignore[union-attr]

    chairman.get_by_role("navigation", name="主导航").get_by_role("link", name="披露授权").click()
    assert serious(chairman) == []
    whom = chairman.get_by_label(re.compile("^授权给谁"))
    whom.select_option(label=next(one for one in whom.locator("option").all_inner_texts() if "analyst" in one))
    chairman.get_by_label(re.compile("^看哪一件工单")).fill(number)
    chairman.get_by_label("工单里的姓名、电话、地址、户号不隐去").check()
    chairman.get_by_label(re.compile("^用来做什么")).fill("配合上级部门核查。")
    chairman.get_by_label(re.compile("^到哪一天")).fill("2026-12-10")
    chairman.get_by_role("button", name="授权", exact=True).click()
    expect(chairman.get_by_text("每次使用都会记录，随时可以撤回")).to_be_visible()

    grantee.goto(f"{desk.url}/notices/")
    grantee.get_by_role("link", name=re.compile(number)).click()
    expect(grantee.get_by_role("heading", level=2, name="登记事项")).to_be_visible()
    expect(grantee.locator("dd", has_text=re.compile(r"\d{7,}")).first).to_be_visible()
    expect(grantee.get_by_text("您可以看，现在没有要您办的。")).to_be_visible()

    chairman.reload()
    expect(chairman.get_by_text("用过 1 次")).to_be_visible()
    picture(chairman, "grants")
    chairman.get_by_role("button", name=re.compile("^撤回给")).click()
    expect(chairman.get_by_text("即时生效")).to_be_visible()
    assert grantee.reload().status == 404  # type: ignore[union-attr]


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_serious_on_the_grants_and_nothing_sticks_out(desk: Desk, person: People, look: str) -> None:
    page = person("chairman", **LOOKS[look])
    page.goto(f"{desk.url}/grants/")
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_a_persons_access_is_downloaded_in_both_forms_from_one_page(
    desk: Desk, person: People, picture: Picture
) -> None:
    page = person("operations")
    page.goto(f"{desk.url}/person/")
    page.get_by_label("电话").fill("13800005678")
    page.get_by_label("查询理由").select_option(label="本人申请查阅、复制")
    page.get_by_role("button", name="查询", exact=True).click()
    expect(page.get_by_role("button", name="下载表格")).to_be_visible()
    picture(page, "person")
    for button, ending in (("下载表格", ".xlsx"), ("下载 JSON", ".json")):
        with page.expect_download() as file:
            page.get_by_role("button", name=button).click()
        assert file.value.suggested_filename.endswith(ending)
