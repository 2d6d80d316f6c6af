"""A complaint from the call to its end, each step by whom the 办法 names, in a browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk

People = Callable[..., Page]


def flash(page: Page, *words: str) -> None:
    """What the page says has just happened."""
    said = page.get_by_role("status").filter(has_text=words[0]).first
    for word in words:
        expect(said).to_contain_text(word)


def do(page: Page, action: str) -> None:
    """Press a button of 现在可以做, then see its form."""
    page.locator("#acts").get_by_role("link", name=action, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(action)
    page.wait_for_load_state()


def press(page: Page, action: str | re.Pattern[str]) -> None:
    """Send the form and wait for its answer: the page asks first whether its reader is still signed in."""
    with page.expect_navigation(wait_until="commit"):
        page.get_by_role("main").get_by_role("button", name=action, exact=True).click()


def submit_result(page: Page, address: str) -> None:
    page.goto(address)
    do(page, "报送结果")
    page.get_by_label("原因", exact=False).first.fill("阀门没有全开")
    page.get_by_label("责任人").fill("未查明")
    page.get_by_label("处理结果").fill("已全开阀门，现场测压正常。")
    press(page, "报送结果")
    flash(page, "已报送结果", "回访")


def call_back(page: Page, address: str, outcome: str, remark: str = "") -> None:
    page.goto(address)
    do(page, "回访")
    page.get_by_label(outcome, exact=True).check()
    if remark:
        page.get_by_label("顾客意见").fill(remark)
    press(page, "回访")


def test_registered_assigned_handled_called_back_sent_round_again_and_closed(desk: Desk, person: People) -> None:
    agent, head = person("agent"), person("head")
    agent.goto(desk.url)
    agent.get_by_role("main").get_by_role("link", name="登记投诉").click()
    agent.get_by_label("投诉内容").fill("三楼早上没有水。楼下都有。")
    agent.get_by_label("类别").select_option("水压")
    agent.get_by_label("联系电话").fill("13800001111")
    agent.keyboard.press("Control+Enter")
    flash(agent, "已登记 ZL-2026-", "前请转办")
    address = agent.url
    expect(agent.get_by_role("heading", level=1)).to_have_text("三楼早上没有水")

    do(agent, "转办")
    expect(agent.get_by_text("办理时限 72 小时，自现在起算")).to_be_visible()
    agent.get_by_label("承办单位").select_option(desk.unit)
    press(agent, "转办")
    flash(agent, f"已转{desk.unit}", "前报送结果")

    submit_result(head, address)
    expect(head.locator("#acts").get_by_role("link", name="回访", exact=True)).to_have_count(0)

    call_back(agent, address, "不满意")
    expect(agent.get_by_role("alert")).to_contain_text("顾客意见")  # what dissatisfied them has to be written
    expect(agent.get_by_label("不满意", exact=True)).to_be_checked()
    agent.get_by_label("顾客意见").fill("还是没有水")
    press(agent, "回访")
    flash(agent, "已记不满意", "第 2 轮")

    submit_result(head, address)
    call_back(agent, address, "满意")
    flash(agent, "已记满意", "工单办结")
    for step in ("登记", "转办", "报送结果", "回访"):
        expect(agent.locator(".kf-line").get_by_text(step, exact=True).first).to_be_visible()
    expect(agent.get_by_text("6 条，校验一致")).to_be_visible()


def test_a_form_that_fails_keeps_every_character_typed(desk: Desk, person: People) -> None:
    page = person("agent")
    page.goto(f"{desk.url}/ticket/register")
    for fold in ("要求与时间", "来源"):
        page.get_by_text(fold, exact=True).click()
    page.get_by_label("标题").fill("水表“倒转”")
    page.get_by_label("投诉要求").fill("  换表\n退费")
    page.get_by_label("渠道").select_option("书面来信")
    page.get_by_label("发生时间").fill("2036-01-01T08:00")
    press(page, "登记")
    summary = page.get_by_role("alert")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("请写下顾客说了什么，一句话也行。")
    expect(page.get_by_label("投诉内容")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("标题")).to_have_value("水表“倒转”")
    expect(page.get_by_label("投诉要求")).to_have_value("  换表\n退费")
    expect(page.get_by_label("渠道").locator("option:checked")).to_have_text("书面来信")
    page.get_by_label("投诉内容").fill("水表倒着走。")
    press(page, "登记")
    expect(page.get_by_role("alert")).to_contain_text("时间还没有到。")
    page.get_by_label("发生时间").fill("")
    press(page, "登记")
    flash(page, "已登记")
    expect(page.get_by_role("heading", level=1)).to_have_text("水表“倒转”")


def test_who_was_slower_is_told_what_happened_and_loses_nothing(desk: Desk, person: People) -> None:
    slow, quick = person("agent"), person("operations")
    address = desk.at("calling_back", "call_back")
    slow.goto(address)
    quick.goto(address)
    quick.get_by_label("不满意", exact=True).check()
    quick.get_by_label("顾客意见").fill("水还是黄的")
    press(quick, "回访")
    flash(quick, "已记不满意")
    slow.get_by_label("不满意", exact=True).check()
    slow.get_by_label("顾客意见").fill("刚刚又打了一遍，仍然发黄")
    with slow.expect_response(re.compile("/call_back")) as answer:
        press(slow, "回访")
    assert answer.value.status == 409
    told = slow.get_by_role("alert")
    expect(told).to_contain_text("您写的还在下面")
    expect(told).to_contain_text("回访，待回访 → 办理中")
    expect(slow.get_by_label("顾客意见")).to_have_value("刚刚又打了一遍，仍然发黄")


def test_another_units_head_finds_what_they_would_find_of_no_ticket(desk: Desk, person: People) -> None:
    page = person("head2")
    bodies = []
    for address in (desk.at("second_round"), f"{desk.url}/ticket/1234567"):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 404
        bodies.append(answer.body())
    assert bodies[0] == bodies[1]
    expect(page.get_by_text("没有找到这个工单")).to_be_visible()


def test_the_discipline_track_ends_in_the_record(desk: Desk, person: People) -> None:
    discipline, chairman, head, agent = (person(name) for name in ("discipline", "chairman", "head", "agent"))
    address = desk.at("investigating")
    discipline.goto(address)
    do(discipline, "调查认定")
    discipline.get_by_label("属实", exact=True).check()
    discipline.get_by_label("调查情况").fill("收条与证言一致。")
    press(discipline, "调查认定")
    flash(discipline, "已调查认定", "上报初步意见")
    do(discipline, "上报")
    discipline.get_by_label("初步调查意见").fill("建议退还并批评教育。")
    discipline.get_by_label("给承办单位的摘要").fill("抄表收费时有索要财物的行为。")
    press(discipline, "上报")
    flash(discipline, "已上报")

    chairman.goto(address)
    do(chairman, "批示")
    chairman.get_by_label("承办单位").select_option(desk.unit)
    chairman.get_by_label("批示", exact=False).first.fill("立即退还。")
    press(chairman, "批示")
    flash(chairman, f"已转{desk.unit}")

    head.goto(address)
    expect(head.get_by_text("辛苦费")).to_have_count(0)  # the summary, not the caller's words
    submit_result(head, address)
    call_back(discipline, address, "满意")
    flash(discipline, "已记满意")
    do(discipline, "反馈96568")
    discipline.get_by_label("处理意见").fill("已退还并致歉。")
    press(discipline, "反馈96568")
    flash(discipline, "已反馈96568")

    agent.goto(address)
    expect(agent.get_by_text("已退还并致歉。").first).to_be_visible()
    do(agent, "填写处理记录表")
    agent.get_by_label("处理记录").fill("已按处理意见登记。")
    press(agent, "填写处理记录表")
    expect(agent).to_have_url(f"{desk.url}/ticket/")
    flash(agent, "已填写处理记录表")


@pytest.mark.slow  # the same forms as above, another way round
def test_a_discipline_ticket_given_back_and_sent_round_until_the_chairman_ends_it(desk: Desk, person: People) -> None:
    discipline, chairman, head, agent = (person(name) for name in ("discipline", "chairman", "head", "agent"))
    address = desk.at("reported")
    for said in ("立即退还。", "调走前的事仍由原单位办理。"):
        chairman.goto(address)
        do(chairman, "批示")
        chairman.get_by_label("承办单位").select_option(desk.unit)
        chairman.get_by_label("批示", exact=False).first.fill(said)
        press(chairman, "批示")
        flash(chairman, f"已转{desk.unit}")
        if said == "立即退还。":
            head.goto(address)
            do(head, "退回")
            head.get_by_label("不属本单位").check()
            head.get_by_label("说明").fill("张某上月已调走。")
            press(head, "退回")
            flash(head, "已退回")

    for n in (2, 3):
        submit_result(head, address)
        call_back(discipline, address, "不满意", "没有当面道歉。")
        flash(discipline, "已记不满意", f"第 {n} 轮")
    chairman.goto(address)
    do(chairman, "仍不满意办结")
    chairman.get_by_label("理由").fill("已书面道歉，顾客仍不接受。")
    press(chairman, "仍不满意办结")
    flash(chairman, "已仍不满意办结")

    agent.goto(address)
    expect(agent.get_by_text("辛苦费")).to_have_count(0)
    do(agent, "填写处理记录表")
    agent.get_by_label("处理记录").fill("已按处理意见登记。")
    press(agent, "填写处理记录表")
    flash(agent, "已填写处理记录表")
