"""The pictures of docs/manual that no other test takes: pages as one finds them, and pages in the middle of work."""

import base64
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DRAWN, Desk, Picture
from tests.browser.test_a_complaints_life import flash, press
from tests.browser.test_the_pages import LOOKS

People = Callable[..., Page]
pytestmark = pytest.mark.slow  # they prove what other tests have proved: `make pictures`

FOUND = {
    "home-agent": ("agent", "/"),
    "home-head": ("head", "/"),
    "home-discipline": ("discipline", "/"),
    "home-chairman": ("chairman", "/"),
    "home-leadership": ("leadership", "/"),
    "home-analyst": ("analyst", "/"),
    "home-admin": ("admin", "/"),
    "assign": ("agent", "/ticket/{registered}/assign"),
    "decline": ("agent", "/ticket/{anonymous}/decline"),
    "return-late": ("head", "/ticket/{overdue}/return"),
    "amend": ("agent", "/ticket/{registered}/amend"),
    "record": ("agent", "/ticket/{fed_back}/record"),
    "supervise": ("operations", "/ticket/{second_round}/supervise"),
    "discipline": ("discipline", "/ticket/{instructed}"),
    "summary": ("head", "/ticket/{instructed}"),
    "find": ("discipline", "/ticket/{investigating}/find"),
    "report": ("discipline", "/ticket/{founded}/report"),
    "open-to": ("discipline", "/ticket/{instructed}/open_to"),
    "instruct": ("chairman", "/ticket/{reported}/instruct"),
    "cannot": ("chairman", "/ticket/{second_round}/conclude"),
    "ticket-masked": ("leadership", "/ticket/{second_round}"),
    "units": ("operations", "/unit/list/"),
    "categories": ("operations", "/category/list/"),
    "rules": ("operations", "/rule/list/"),
    "rule-form": ("operations", "/rule/add"),
    "calendar": ("operations", "/calendar/list/"),
    "calendar-form": ("operations", "/calendar/add"),
    "posts": ("admin", "/post/list/"),
    "post-form": ("admin", "/post/add"),
    "accounts": ("admin", "/users/list/"),
    "account-form": ("admin", "/users/add"),
    "role": ("admin", "/roles/edit/1"),
    "home-auditor": ("auditor", "/"),
    "security-log": ("auditor", "/security-log/list/"),
    "password-profile": ("admin", "/password-profile/list/"),
    "reviews": ("operations", "/reviews/"),
    "targets": ("operations", "/target/list/"),
    "annotations": ("operations", "/annotation/list/"),
}  # fmt: skip
"""Picture → who, and the address; tickets by what they are here for."""
ON_A_PHONE = {"units": FOUND["units"], "rule-form": FOUND["rule-form"], "assign": FOUND["assign"]}


@pytest.fixture
def keep(picture: Picture) -> Callable[..., None]:
    """Take a picture, of a page that is there and no wider than its window."""

    def take(page: Page, name: str, look: str = "light") -> None:
        assert page.locator("h1").count() == 1, name
        assert page.locator("h1").inner_text() not in ("没有办成", "没有找到"), name
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name
        picture(page, name if look == "light" else f"{name}-{look}")

    return take


@pytest.mark.parametrize("look", ["light", "phone"])
def test_pages_as_they_are_found(desk: Desk, person: People, keep: Callable[..., None], look: str) -> None:
    pages: dict[str, Page] = {}
    for name, (who, path) in (FOUND if look == "light" else ON_A_PHONE).items():
        page = pages.setdefault(who, person(who, **LOOKS[look]))
        page.goto(desk.url + path.format(**desk.tickets))
        keep(page, name, look)


@pytest.mark.parametrize("look", LOOKS)
def test_a_call_is_taken_and_one_is_made(desk: Desk, person: People, keep: Callable[..., None], look: str) -> None:
    page = person("agent", **LOOKS[look])
    page.goto(f"{desk.url}/ticket/register")
    page.get_by_label("联系电话").fill("13800005678")
    page.get_by_label("投诉内容").fill("又停水了，五楼以上早上七点没有水，楼下有。")
    expect(page.locator("#suggested")).to_contain_text("看来是“水压”")
    expect(page.locator("#suggested, #earlier").get_by_text("同一电话").first).to_be_visible()
    keep(page, "register", look)
    page.get_by_label("投诉内容").fill("")
    page.get_by_label("联系电话").fill("")
    page.goto(desk.at("calling_back", "call_back"))
    page.get_by_label("未解决", exact=True).check()
    page.get_by_label("不满意", exact=True).check()
    keep(page, "call-back", look)


def test_a_form_that_comes_back(desk: Desk, person: People, keep: Callable[..., None]) -> None:
    page = person("operations")
    page.goto(f"{desk.url}/ticket/register")
    page.get_by_label("联系电话").fill("13800005678")
    press(page, "登记")
    expect(page.get_by_role("alert")).to_contain_text("请写下顾客说了什么")
    keep(page, "register-wrong")


def test_a_ticket_that_moved_on_meanwhile(desk: Desk, person: People, keep: Callable[..., None]) -> None:
    slow, quick = person("agent"), person("operations")
    for page in (slow, quick):
        page.goto(desk.at("returned", "assign"))
        page.get_by_label("承办单位").select_option(desk.unit)
    press(quick, "转办")
    flash(quick, f"已转{desk.unit}")
    press(slow, "转办")
    expect(slow.get_by_role("alert")).to_contain_text("您写的还在下面")
    keep(slow, "meanwhile")


@pytest.mark.parametrize("look", ["light", "phone"])
def test_a_result_is_drafted_and_a_file_put_in(
    desk: Desk, person: People, keep: Callable[..., None], look: str
) -> None:
    page = person("handler", **LOOKS[look])
    page.goto(desk.at("overdue", "draft"))
    page.get_by_label("原因", exact=False).first.fill("抢修回填后没有恢复路面，雨天积水。")
    page.get_by_label("责任人").fill("施工班")
    page.get_by_label("处理结果").fill("已重新夯实并恢复路面，已向摔倒的行人致歉。")
    expect(page.get_by_text("草稿已存")).to_be_visible()
    keep(page, "draft", look)
    page.goto(desk.at("overdue" if look == "phone" else "second_round", "note"))
    page.get_by_label("跟进内容").fill("到户测压 0.21 MPa，见照片。")
    page.locator("#file").set_input_files(
        [{"name": "压力表.png", "mimeType": "image/png", "buffer": _photograph(page)}]
    )
    expect(page.locator("#files input[name=files]")).to_have_count(1)
    keep(page, "note", look)
    if look == "phone":
        press(page, "跟进")
        page.locator("#attachments").scroll_into_view_if_needed()
        expect(page.locator("#attachments img").first).to_have_js_property("complete", True)
        keep(page, "attached", look)


@pytest.mark.parametrize("look", ["light", "phone"])
def test_where_it_is(desk: Desk, person: People, keep: Callable[..., None], look: str) -> None:
    page = person("agent", **LOOKS[look])
    page.goto(desk.at("second_round"))
    number = page.locator(".kf-crumbs span").last.inner_text()
    page.goto(f"{desk.url}/ticket/where?no={number}")
    expect(page.locator(".kf-said").first).to_be_visible()
    keep(page, "where", look)


def test_the_drawer_of_a_telephone(desk: Desk, person: People, keep: Callable[..., None]) -> None:
    page = person("agent", phone=True)
    page.goto(desk.url)
    page.get_by_role("button", name="菜单", exact=True).click()
    expect(page.get_by_role("navigation", name="主导航")).to_be_visible()
    keep(page, "menu", "phone")


def test_calls_of_one_burst_main_are_gathered(desk: Desk, person: People, keep: Callable[..., None]) -> None:
    page = person("operations")
    for n in range(5):
        page.goto(f"{desk.url}/ticket/register")
        page.get_by_label("投诉内容").fill(f"花园路主管爆裂，{n + 3} 号楼门口在冒水。")
        page.get_by_label("类别").select_option("维修")
        page.get_by_text("在哪里", exact=True).click()
        page.get_by_label("片区").select_option(index=2)
        press(page, "登记")
        flash(page, "已登记 ZL-2026-")
    page.goto(f"{desk.url}/ticket/")
    expect(page.get_by_role("link", name="归为一起")).to_be_visible()
    keep(page, "cluster")
    page.get_by_role("link", name="归为一起").click()
    keep(page, "incident")
    phone = person("operations", phone=True)
    phone.goto(page.url)
    keep(phone, "incident", "phone")
    press(page, "关联 4 件")
    expect(page.get_by_role("heading", level=1)).to_have_text("已关联 4 件")
    page.goto(f"{desk.url}/ticket/")
    expect(page.get_by_role("link", name="归为一起")).to_have_count(0)


@pytest.mark.parametrize("look", ["dark", "phone"])
def test_the_dashboard(desk: Desk, person: People, keep: Callable[..., None], look: str) -> None:
    page = person("leadership", **LOOKS[look])
    page.goto(f"{desk.url}/analytics/")
    expect(page.locator(".js-plotly-plot .main-svg").nth(3)).to_be_visible(timeout=DRAWN)
    page.wait_for_load_state("networkidle")
    keep(page, "dashboard", look)


def test_the_first_page(desk: Desk, page: Page, keep: Callable[..., None]) -> None:
    page.goto(f"{desk.url}/login/")
    keep(page, "login")


def _photograph(page: Page) -> bytes:
    """Something to look at: a gauge, drawn by the browser."""
    drawn = page.evaluate(
        """() => {
          const c = Object.assign(document.createElement("canvas"), {width: 320, height: 240}), p = c.getContext("2d");
          const sky = p.createLinearGradient(0, 0, 0, 240);
          sky.addColorStop(0, "#9fb4ba"); sky.addColorStop(1, "#5d6f75");
          p.fillStyle = sky; p.fillRect(0, 0, 320, 240);
          p.fillStyle = "#f4f1e8"; p.strokeStyle = "#2b2f31"; p.lineWidth = 10;
          p.beginPath(); p.arc(160, 120, 90, 0, 7); p.fill(); p.stroke();
          p.lineWidth = 3;
          for (let a = 2.4; a < 7.1; a += 0.47) {
            p.beginPath(); p.moveTo(160 + 72 * Math.cos(a), 120 + 72 * Math.sin(a));
            p.lineTo(160 + 82 * Math.cos(a), 120 + 82 * Math.sin(a)); p.stroke();
          }
          p.strokeStyle = "#a3322a"; p.lineWidth = 4;
          p.beginPath(); p.moveTo(160, 120); p.lineTo(160 + 66 * Math.cos(3.3), 120 + 66 * Math.sin(3.3)); p.stroke();
          return c.toDataURL("image/png").split(",")[1];
        }"""
    )
    return base64.b64decode(drawn)
