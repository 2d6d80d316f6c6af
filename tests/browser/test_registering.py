"""Registration and call-back as hands do them: by keyboard alone, with drafts that outlive a closed tab."""

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import Desk
from tests.browser.test_the_pages import serious

People = Callable[..., Page]
A_MINUTE = 60
WORD_A_SECOND = 3.0
"""Characters a second that an agent types in Chinese, slowly."""


def flash(page: Page, *words: str) -> None:
    said = page.get_by_role("status").filter(has_text=words[0]).first
    for word in words:
        expect(said).to_contain_text(word)


def clean(page: Page, desk: Desk) -> None:
    """No draft of an earlier test."""
    page.goto(f"{desk.url}/ticket/register")
    discard = page.get_by_role("button", name="不要")
    while discard.count():
        discard.first.click()


def test_registered_and_assigned_by_keyboard_alone_in_under_a_minute(desk: Desk, person: People) -> None:
    page = person("agent")
    clean(page, desk)
    expect(page.get_by_label("投诉内容")).to_be_focused()
    started, keys, said = time.monotonic(), 0, "三楼早上没有水，楼下都有，已经三天了。"

    def press(*names: str) -> None:
        nonlocal keys
        keys += len(names)
        for name in names:
            page.keyboard.press(name)

    press("Shift+Tab", "Shift+Tab")  # past 匿名 to the telephone
    expect(page.get_by_label("联系电话")).to_be_focused()
    page.keyboard.type("19955556666")
    press("Tab", "Tab")
    page.keyboard.insert_text(said)
    press("Alt+1")
    expect(page.get_by_label("类别").locator("option:checked")).to_have_text("水压")
    expect(page.locator("#suggested")).to_contain_text("这类通常转二次供水公司")
    press("Alt+0")
    expect(page.get_by_label("承办单位", exact=True).locator("option:checked")).to_have_text("二次供水公司")
    press("Control+Shift+Enter")
    flash(page, "已登记 ZL-2026-", "并转二次供水公司", "前报送结果")
    machine = time.monotonic() - started
    hands = (keys + 11 + 2) * 0.5 + len(said) / WORD_A_SECOND
    assert machine + hands < A_MINUTE


def test_what_a_number_and_the_words_bring_up_is_taken_by_a_click(desk: Desk, person: People) -> None:
    page = person("agent")
    clean(page, desk)
    page.get_by_label("联系电话").fill("138 0000 5678")
    earlier = page.locator("#earlier")
    expect(earlier).to_contain_text("此号码 90 天内第")
    expect(page.locator("main")).to_contain_text("李**")
    page.get_by_label("投诉内容").fill("自来水发黄，很浑浊。")
    suggested = page.locator("#suggested")
    expect(suggested).to_contain_text("看来是“水质”")
    expect(page.get_by_label("类别")).to_have_value("")  # suggested, not done
    suggested.locator("[data-adopt=category]").click()
    expect(page.get_by_label("类别").locator("option:checked")).to_have_text("水质")
    assert serious(page) == []
    expect(suggested).to_contain_text("这类通常转")
    suggested.locator("[data-adopt=unit]").click()
    expect(page.get_by_label("承办单位", exact=True)).not_to_have_value("")
    number = re.compile(r"ZL-2026-\d+")
    first = suggested.get_by_role("link", name=number).first.inner_text()
    expect(earlier.locator("li:visible").filter(has_text=first[:13])).to_have_count(0)  # each shows in one place
    expect(earlier.get_by_text("都列在“可能是同一件事”里")).to_be_visible(
        visible=not earlier.locator("li:visible").count()
    )
    suggested.get_by_role("button", name="相关").first.click()
    expect(page.get_by_text("登记后关联")).to_be_visible()
    page.get_by_role("button", name="登记并转办").click()
    flash(page, "已登记 ZL-2026-", "并转")
    expect(page.locator(".kf-owed").get_by_text("相关", exact=False).first).to_be_visible()


def test_nothing_is_asked_while_a_character_is_being_composed(desk: Desk, person: People) -> None:
    page = person("agent")
    clean(page, desk)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/similar" in request.url else None)
    box = page.get_by_label("投诉内容")
    box.evaluate("b => b.dispatchEvent(new CompositionEvent('compositionstart', {bubbles: true}))")
    box.evaluate(
        "b => { b.value = 'shui huang'; b.dispatchEvent(new InputEvent('input', {bubbles: true, isComposing: true})); }"
    )
    page.wait_for_timeout(700)
    assert asked == []
    with page.expect_request(re.compile("/similar")):
        box.evaluate(
            "b => { b.value = '水黄了'; b.dispatchEvent(new CompositionEvent('compositionend', {bubbles: true})); }"
        )


def test_a_discipline_category_offers_discipline_instead_of_a_unit(desk: Desk, person: People) -> None:
    page = person("agent")
    clean(page, desk)
    refer = page.get_by_role("button", name="登记并移送纪检")
    expect(refer).to_be_hidden()
    page.get_by_label("类别").select_option("吃拿卡要")
    expect(refer).to_be_visible()
    expect(page.get_by_role("button", name="登记并转办")).to_be_hidden()
    expect(page.get_by_label("承办单位", exact=True)).to_be_hidden()


def test_only_a_repair_or_an_enquiry_can_be_answered_at_once(desk: Desk, person: People) -> None:
    page = person("agent")
    clean(page, desk)
    expect(page.get_by_role("button", name="登记并答复")).to_be_hidden()
    page.get_by_label("投诉内容").fill("营业厅周末开门吗？")
    page.get_by_label("事项").select_option("咨询")
    page.get_by_label("常用答复").select_option("水费与缴费咨询")
    page.get_by_role("button", name="登记并答复").click()
    flash(page, "并答复", "工单办结")


def test_only_a_forwarder_brings_its_letter(desk: Desk, person: People) -> None:
    page = person("agent")
    clean(page, desk)
    page.get_by_text("来源", exact=True).click()
    expect(page.get_by_label("来文编号")).to_be_hidden()
    page.get_by_label("渠道").select_option("市长热线")
    expect(page.get_by_label("来文编号")).to_be_visible()
    page.get_by_label("匿名").check()
    expect(page.get_by_label("联系电话")).to_be_disabled()


@pytest.mark.parametrize("wait", [True, False], ids=["saved as typed", "saved as the tab closes"])
def test_a_draft_outlives_a_closed_tab_and_an_ended_session(
    desk: Desk, person: People, signed_in: Callable[..., BrowserContext], wait: bool
) -> None:
    page = person("agent", dark=True)
    clean(page, desk)
    said = f"写到一半{'存过' if wait else '就关了'}。"
    page.get_by_label("投诉内容").fill(said)
    if wait:
        expect(page.get_by_text("草稿已存")).to_be_visible()
        page.close()
    else:
        page.goto("about:blank")
    again = person("agent", phone=True)
    offered = again.get_by_role("link", name=said[:-1])
    for _ in range(20):  # what is sent while a page closes, nobody waits for
        again.goto(f"{desk.url}/ticket/register")
        if offered.count():
            break
    assert serious(again) == []
    assert again.evaluate("document.documentElement.scrollWidth <= innerWidth")
    offered.click()
    expect(again.get_by_label("投诉内容")).to_have_value(said)
    expect(again.get_by_text("的草稿已恢复")).to_be_visible()
    assert again.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert serious(again) == []
    again.get_by_role("button", name="不要了").click()
    expect(again.get_by_label("投诉内容")).to_have_value("")


def test_two_calls_at_once_have_a_draft_each(desk: Desk, person: People) -> None:
    first, second = person("agent"), person("agent")
    clean(first, desk)
    first.get_by_label("投诉内容").fill("一号来电：没有水。")
    expect(first.get_by_text("草稿已存")).to_be_visible()
    second.goto(f"{desk.url}/ticket/register")
    expect(second.get_by_label("投诉内容")).to_have_value("")
    expect(second.get_by_role("link", name="一号来电")).to_be_visible()
    second.get_by_label("投诉内容").fill("二号来电：水发黄。")
    expect(second.get_by_text("草稿已存")).to_be_visible()
    first.get_by_role("button", name="登记", exact=True).click()
    flash(first, "已登记 ZL-2026-")
    third = person("agent")
    third.goto(f"{desk.url}/ticket/register")
    expect(third.get_by_role("link", name="一号来电")).to_have_count(0)
    third.get_by_role("link", name="二号来电").click()
    expect(third.get_by_label("投诉内容")).to_have_value("二号来电：水发黄。")


def test_back_to_a_form_that_was_sent_says_so_and_makes_no_second_ticket_without_a_word(
    desk: Desk, person: People
) -> None:
    page = person("agent")
    clean(page, desk)
    page.get_by_label("投诉内容").fill("退回去再按一次会怎样。")
    register = page.get_by_role("button", name="登记", exact=True)
    register.click()
    flash(page, "已登记 ZL-2026-")
    address = page.url
    page.go_back()
    told = page.get_by_role("alert").filter(has_text="这一份已登记为 ZL-2026-")
    expect(told).to_be_focused()
    expect(told.get_by_role("link", name="看这件工单")).to_have_attribute("href", re.sub(r"^.*?//[^/]+", "", address))
    assert serious(page) == []
    register.click()
    expect(told).to_be_focused()
    expect(page).to_have_url(re.compile("/ticket/register$"))
    page.get_by_label("投诉内容").fill("改过以后是另一件。")
    register.click()
    flash(page, "已登记 ZL-2026-")
    assert page.url != address
    page.go_back()
    told.get_by_role("button", name="再登记一件").click()
    second = page.url
    register.click()
    flash(page, "已登记 ZL-2026-")
    assert page.url not in (address, second)


def test_back_to_a_form_that_was_not_sent_goes_on_with_its_draft(desk: Desk, person: People) -> None:
    page = person("agent")
    clean(page, desk)
    page.get_by_label("投诉内容").fill("回来以后接着写。")
    expect(page.get_by_text("草稿已存")).to_be_visible()
    key = page.locator("form.kf-register input[name=once]").input_value()
    page.goto(f"{desk.url}/ticket/")
    page.go_back()
    expect(page.get_by_label("投诉内容")).to_have_value("回来以后接着写。")
    expect(page.locator("form.kf-register input[name=once]")).to_have_value(key)
    expect(page.get_by_role("link", name="回来以后接着写")).to_have_count(0)


def test_a_reply_is_put_in_where_the_cursor_is(desk: Desk, person: People) -> None:
    page = person("agent")
    page.goto(desk.at("anonymous", "decline"))
    box = page.get_by_label("答复", exact=False).last
    box.fill("您好。")
    page.get_by_label("常用答复").select_option("不属供水职责")
    expect(box).to_have_value(re.compile("^您好。您反映的情况.*12345"))


def test_what_is_typed_before_the_page_is_ready_is_kept_too(desk: Desk, person: People) -> None:
    page, held = person("handler"), []
    page.route("**/draft.js*", lambda route: held.append(route))
    page.goto(desk.at("second_round", "draft"), wait_until="commit")
    page.get_by_label("处理结果").fill("已冲洗管道。")
    while not held:
        page.wait_for_timeout(50)
    held[0].continue_()
    expect(page.get_by_text("草稿已存")).to_be_visible()


def test_the_handler_drafts_the_head_submits_and_a_call_back_is_a_key_or_two(desk: Desk, person: People) -> None:
    handler, head = person("handler"), person("head")
    handler.goto(desk.at("overdue"))
    handler.locator("#acts").get_by_role("link", name="起草结果").click()
    handler.get_by_label("原因", exact=False).first.fill("回填后未恢复路面")
    handler.get_by_label("责任人").fill("施工班")
    handler.get_by_label("处理结果").fill("已恢复路面并致歉。")
    expect(handler.get_by_text("草稿已存")).to_be_visible()
    expect(handler.get_by_role("button", name="报送结果")).to_have_count(0)
    assert serious(handler) == []
    head.goto(desk.at("overdue"))
    expect(head.locator("#acts")).to_contain_text("李强")
    head.locator("#acts").get_by_role("link", name="报送结果").click()
    expect(head.get_by_label("处理结果")).to_have_value("已恢复路面并致歉。")
    head.get_by_role("main").get_by_role("button", name="报送结果").click()
    flash(head, "已报送结果", "回访")

    page = person("agent")
    page.goto(desk.at("overdue", "call_back"))
    expect(page.get_by_label("已解决", exact=True)).to_be_focused()
    assert serious(page) == []
    page.keyboard.press("0")
    flash(page, "已记一次未接通")
    page.goto(desk.at("overdue", "call_back"))
    expect(page.get_by_text("打过的电话")).to_be_visible()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_label("满意", exact=True)).to_be_checked()
    page.keyboard.press("Enter")
    flash(page, "已记满意", "工单办结")


@pytest.mark.parametrize("look", [{}, {"phone": True}, {"dark": True}], ids=["desk", "phone", "dark"])
def test_the_call_back_screen_fits(desk: Desk, person: People, look: dict[str, bool]) -> None:
    page = person("operations", **look)
    page.goto(desk.at("calling_back", "call_back"))
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    expect(page.get_by_label("顾客意见")).to_be_hidden()
    page.get_by_label("不满意", exact=True).check()
    expect(page.get_by_label("顾客意见")).to_be_visible()
