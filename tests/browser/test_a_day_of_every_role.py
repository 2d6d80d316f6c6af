"""A day's work of every role, at a desk and on a telephone: whatever is done at one width can be done at the other,
and no page on the way is wider than its window."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import ConsoleMessage, Locator, Page, expect

from tests.browser.conftest import Desk
from tests.browser.test_a_complaints_life import call_back, do, flash, press, submit_result
from tests.browser.test_the_list import choose
from tests.fixtures.city import PICTURE

People = Callable[[str], Page]
DRAWN = 30_000  # milliseconds for the first figures: the server loads what draws them
WIDER = "wider than its window"
WATCH = """
const look = () => {
  const page = document.documentElement;
  const drawn = document.readyState === "complete"; // before its style sheets are there every page is wide
  if (drawn && page.scrollWidth > page.clientWidth) console.error("%s: " + location.pathname);
};
addEventListener("load", look);
addEventListener("pagehide", look);
setInterval(look, 500);
"""
"""On a telephone `innerWidth` grows with a page that is too wide, so it is measured against the root's own width."""


@pytest.fixture(params=[False, True], ids=["1440", "390"])
def phone(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def colleague(person: Callable[..., Page], phone: bool) -> Iterator[People]:
    """A page of a demo person, that is watched for its width as long as it is open: `colleague("agent")`."""
    wide: set[str] = set()

    def told(said: ConsoleMessage) -> None:
        if WIDER in said.text:
            wide.add(said.text)

    def come(name: str) -> Page:
        page = person(name, phone=phone)
        page.add_init_script(WATCH % WIDER)
        page.on("console", told)
        return page

    yield come
    assert wide == set()


def aside(page: Page, item: str) -> None:
    """By the side, which is a drawer on a telephone, and whose last groups are folded."""
    burger = page.get_by_role("button", name="菜单", exact=True)
    if burger.is_visible():
        burger.click()
    side = page.get_by_role("navigation", name="主导航")
    said = re.compile(rf"^\s*{item}\d*\+?\s*$")
    link = side.locator("a", has_text=said)
    if not link.is_visible():
        side.locator("details", has=page.locator("a", has_text=said)).locator("summary").click()
    link.click()


def worded(page: Page, content: str) -> str:
    """The same complaint at the other width is another one: equal words within the hour would be asked about."""
    return f"{content}（{(page.viewport_size or {}).get('width')}）"


def take(page: Page, desk: Desk, content: str, *, phone: str = "", then: str = "登记并转办") -> str:
    """Register a complaint, and assign it in the same press; its address."""
    page.goto(f"{desk.url}/ticket/register")
    page.get_by_label("投诉内容").fill(worded(page, content))
    page.get_by_label("类别").select_option("水压")
    page.get_by_label("联系电话").fill(phone)
    if then == "登记并转办":
        page.get_by_label("承办单位", exact=True).select_option(desk.unit)
    press(page, then)
    flash(page, "已登记 ZL-2026-")
    return page.url


def give_back(page: Page, address: str) -> None:
    page.goto(address)
    do(page, "退回")
    page.get_by_label("不属本单位").check()
    press(page, "退回")
    flash(page, "已退回")


def report(page: Page) -> None:
    """From a founded ticket to the chairman."""
    do(page, "上报")
    page.get_by_label("初步调查意见").fill("建议退还并批评教育。")
    page.get_by_label("给承办单位的摘要").fill("抄表收费时有索要财物的行为。")
    press(page, "上报")
    flash(page, "已上报")


def instruct(page: Page, desk: Desk) -> None:
    do(page, "批示")
    page.get_by_label("承办单位").select_option(desk.unit)
    page.get_by_label("批示", exact=False).first.fill("立即退还，全员警示。")
    press(page, "批示")
    flash(page, f"已转{desk.unit}")


def feed_back(page: Page, address: str) -> None:
    page.goto(address)
    do(page, "反馈96568")
    page.get_by_label("处理意见").fill("已退还并致歉，顾客满意。")
    press(page, "反馈96568")
    flash(page, "已反馈96568")


def lend(page: Page, to: str, account: str) -> None:
    """Name a deputy for three days."""
    aside(page, "我的代理")
    page.get_by_label("委托给谁").select_option(f"{to}（{account}）")
    page.get_by_label("至（含当天）").fill("2026-11-27")
    page.get_by_role("button", name="委托代理").click()
    expect(page.get_by_role("status")).to_contain_text(f"已委托{to}")


def take_back(page: Page, of: str) -> None:
    page.get_by_role("button", name=f"结束{of}的代理").click()
    expect(page.get_by_role("status")).to_contain_text(f"已结束{of}的代理")


def number(page: Page) -> str:
    return page.locator(".kf-crumbs span").last.inner_text()


def closed_to(page: Page, address: str) -> None:
    """What is not there, and what is not for this person, look alike."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 404


def test_the_agent_takes_two_calls_calls_back_and_answers_where_it_is(
    desk: Desk, colleague: People, phone: bool
) -> None:
    agent, head = colleague("agent"), colleague("head")
    agent.goto(desk.url)
    waiting = agent.get_by_role("navigation", name="待办数量").get_by_role("link", name="待转办")
    many = waiting.locator("b").inner_text()
    waiting.click()
    expect(agent.get_by_role("status").filter(has_text=f"{many} 件")).to_be_visible()
    agent.get_by_role("main").get_by_role("link", name="登记投诉").click()

    of = "13911112222" if phone else "13933334444"
    address = take(agent, desk, "四楼早上没有水，一楼有。", phone=of)
    found = number(agent)

    agent.goto(f"{desk.url}/ticket/register")
    agent.get_by_label("联系电话").fill(of)
    expect(agent.locator("#earlier")).to_contain_text("此号码 90 天内第 2 次")
    agent.get_by_label("投诉内容").fill(worded(agent, "又打来问，四楼还是没有水。"))
    agent.locator("#suggested li", has_text=found).get_by_role("button", name="相关").click()
    press(agent, "登记")
    flash(agent, "已登记 ZL-2026-", "前请转办")
    expect(agent.locator(".kf-owed").get_by_role("link", name=found)).to_be_visible()

    submit_result(head, address)
    aside(agent, "待我回访")
    agent.get_by_role("main").get_by_role("link", name="四楼早上没有水").first.click()
    call_back(agent, address, "满意")
    flash(agent, "已记满意", "工单办结")

    aside(agent, "办到哪了")
    agent.get_by_label("工单号").fill(found)
    agent.get_by_role("button", name="查询", exact=True).click()
    expect(agent.locator(".kf-said").first).to_contain_text("回访时您表示满意")


def test_the_agent_records_what_discipline_has_fed_back(desk: Desk, colleague: People, phone: bool) -> None:
    agent = colleague("agent")
    ticket = "confirmed" if phone else "fed_back"
    if ticket == "confirmed":
        feed_back(colleague("discipline"), desk.at("confirmed"))
    agent.goto(desk.url)
    agent.get_by_role("navigation", name="待办数量").get_by_role("link", name="待记录").click()
    agent.goto(desk.at(ticket))
    expect(agent.get_by_text("辛苦费")).to_have_count(0)  # the office's opinion, not the caller's words
    do(agent, "填写处理记录表")
    agent.get_by_label("处理记录").fill("已按处理意见登记。")
    press(agent, "填写处理记录表")
    flash(agent, "已填写处理记录表")


def test_operations_assigns_again_urges_waives_and_works_on_several(desk: Desk, colleague: People, phone: bool) -> None:
    operations, head = colleague("operations"), colleague("head")
    returned, contents = desk.at("returned"), ("水表井里一直渗水", "夜里施工停水没有通知")
    if phone:
        returned = take(operations, desk, "水表转得太快，要求校表。")
        give_back(head, returned)
        contents = ("泵房整夜轰鸣，睡不着", "泵房轰鸣，孩子睡不着")
        for content in contents:
            take(operations, desk, content, then="登记")
    operations.goto(returned)
    do(operations, "转办")
    expect(operations.get_by_text("办理时限照旧，不重新起算")).to_be_visible()
    operations.get_by_label("承办单位").select_option(desk.unit)
    press(operations, "转办")
    flash(operations, f"已转{desk.unit}")

    aside(operations, "督办台")
    operations.get_by_role("link", name=re.compile("^督办 ZL")).first.click()
    operations.get_by_label("督办意见").fill("今天下班前请报告进度。")
    press(operations, "督办")
    flash(operations, "已记下“督办”")

    submit_result(head, returned)
    operations.goto(returned)
    do(operations, "无法回访")  # no number is known
    operations.get_by_label("理由").fill("没有留下电话。")
    press(operations, "无法回访")
    flash(operations, "已无法回访", "工单办结")

    operations.goto(f"{desk.url}/ticket/?state=registered&kind=complaint")
    choose(operations, *contents)
    operations.locator("[data-bar]").get_by_role("button", name="转办").click()
    operations.get_by_label("承办单位").select_option(desk.unit)
    press(operations, "转办 2 件")
    expect(operations.get_by_role("heading", level=1)).to_have_text("已转办 2 件")


def test_operations_keeps_units_categories_rules_and_the_calendar(desk: Desk, colleague: People, phone: bool) -> None:
    page = colleague("operations")
    page.goto(desk.url)

    def save() -> None:
        press(page, "保存")
        expect(page.get_by_role("status").filter(has_text="已保存")).to_be_visible()

    aside(page, "单位")
    page.get_by_role("link", name="第一水厂").click()
    page.get_by_role("link", name="修改").click()
    page.get_by_label("电话").fill("0635-8000001")
    save()

    aside(page, "投诉类别")
    page.get_by_role("link", name="新增").click()
    page.get_by_label("名称").fill("水表井" if phone else "管道改迁")
    page.get_by_label(re.compile("^类(必填)?$")).select_option("产品质量")
    page.get_by_label("通常转给").select_option(desk.unit)
    save()

    aside(page, "时限规则")
    page.get_by_role("link", name="新增").click()
    page.get_by_label("规则").select_option("办理时限")
    page.get_by_label("适用").select_option("产品质量")
    page.get_by_label("生效日").fill("2027-02-01" if phone else "2027-01-01")
    page.get_by_label("数量").fill("48")
    page.get_by_label("单位").select_option("小时")
    page.get_by_label("依据").fill("第六条(二)5")
    save()
    expect(page.get_by_role("row").filter(has_text="2027-02-01" if phone else "2027-01-01")).to_contain_text("48")

    aside(page, "节假日与调休")
    page.get_by_role("link", name="新增").click()
    page.get_by_label("日期").fill("2027-02-08" if phone else "2027-02-09")
    page.get_by_label("名称").fill("春节")
    save()


def test_the_handler_notes_calls_attaches_and_drafts(desk: Desk, colleague: People) -> None:
    handler = colleague("handler")
    address = take(colleague("agent"), desk, "五楼洗澡时热水忽冷忽热，水压不稳。", phone="13700001111")
    handler.goto(desk.url)
    handler.get_by_role("link", name="五楼洗澡时热水忽冷忽热").first.click()
    expect(handler.get_by_text("13700001111")).to_be_visible()  # in clear, for who has to call

    do(handler, "跟进")
    handler.get_by_label("跟进内容").fill("到场测压 0.18 MPa，见照片。")
    handler.locator("#file").set_input_files([{"name": "压力表.png", "mimeType": "image/png", "buffer": PICTURE}])
    expect(handler.locator("#files input[name=files]")).to_have_count(1)
    press(handler, "跟进")
    expect(handler.locator("#attachments")).to_contain_text("压力表.png")

    do(handler, "联系")
    handler.get_by_label("告知结果").check()
    handler.get_by_label("联系内容").fill("已约明天上午到户。")
    press(handler, "联系")
    expect(handler.get_by_role("alert")).to_contain_text("不能向顾客告知结果（第七条(一)）")
    handler.get_by_label("约见").check()
    press(handler, "联系")
    flash(handler, "已记下“联系”")

    handler.locator("#acts").get_by_role("link", name="起草结果").click()
    handler.get_by_label("原因", exact=False).first.fill("减压阀卡住")
    handler.get_by_label("责任人").fill("未查明")
    handler.get_by_label("处理结果").fill("已更换减压阀。")
    expect(handler.get_by_role("button", name="报送结果")).to_have_count(0)
    press(handler, "存草稿")
    flash(handler, "草稿已存", "负责人")
    handler.goto(f"{address}/submit")
    expect(handler.get_by_role("main")).to_contain_text("由承办单位负责人办理")


def test_the_head_submits_the_draft_gives_another_back_and_names_a_deputy(desk: Desk, colleague: People) -> None:
    agent, handler, head = colleague("agent"), colleague("handler"), colleague("head")
    drafted = take(agent, desk, "小区东门水压低。")
    given_back = take(agent, desk, "水费单上的户名不对。")
    handler.goto(f"{drafted}/draft")
    handler.get_by_label("原因", exact=False).first.fill("阀门没有全开")
    handler.get_by_label("责任人").fill("巡检班")
    handler.get_by_label("处理结果").fill("已全开阀门。")
    press(handler, "存草稿")

    head.goto(drafted)
    expect(head.locator("#acts")).to_contain_text("李强")
    do(head, "报送结果")
    expect(head.get_by_label("处理结果")).to_have_value("已全开阀门。")
    press(head, "报送结果")
    flash(head, "已报送结果", "回访")
    give_back(head, given_back)

    lend(head, "李强", "handler")
    handler.goto(desk.at("overdue"))
    expect(handler.locator("#acts").get_by_role("link", name="报送结果", exact=True)).to_be_visible()
    take_back(head, "李强")


def test_discipline_investigates_opens_calls_back_and_feeds_back(desk: Desk, colleague: People) -> None:
    discipline, chairman, head = colleague("discipline"), colleague("chairman"), colleague("head")
    discipline.goto(desk.url)
    aside(discipline, "登记投诉")
    discipline.get_by_label("投诉内容").fill(worded(discipline, "查表员让我请客，不请就按估数收费。"))
    discipline.get_by_label("联系电话").fill("13512345678")
    discipline.get_by_label("类别").select_option("吃拿卡要")
    press(discipline, "登记并移送纪检")
    flash(discipline, "已登记 纪2026-")
    address = discipline.url
    do(discipline, "调查认定")
    discipline.get_by_label("属实", exact=True).check()
    discipline.get_by_label("调查情况").fill("收条与证言一致。")
    press(discipline, "调查认定")
    report(discipline)

    chairman.goto(address)
    instruct(chairman, desk)
    head.goto(address)
    expect(head.get_by_text("让我请客")).to_have_count(0)
    expect(head.get_by_text("13512345678")).to_have_count(0)

    discipline.goto(address)
    do(discipline, "开放")
    discipline.get_by_label("赵国栋（", exact=False).check()
    discipline.get_by_label("联系方式").check()
    press(discipline, "开放")
    flash(discipline, "开放")
    head.goto(address)
    expect(head.get_by_text("13512345678")).to_be_visible()
    expect(head.get_by_text("让我请客")).to_have_count(0)  # only what was opened

    submit_result(head, address)
    call_back(discipline, address, "满意")
    flash(discipline, "已记满意")
    feed_back(discipline, address)


def test_the_chairman_instructs_concludes_a_third_round_and_names_a_deputy(
    desk: Desk, colleague: People, phone: bool
) -> None:
    chairman, agent, head = colleague("chairman"), colleague("agent"), colleague("head")
    if phone:
        discipline = colleague("discipline")
        discipline.goto(desk.at("founded"))
        report(discipline)
    chairman.goto(desk.url)
    chairman.get_by_role("navigation", name="待办数量").get_by_role("link", name="待批示").click()
    chairman.goto(desk.at("founded" if phone else "reported"))
    instruct(chairman, desk)

    address = desk.at("calling_back" if phone else "second_round")
    if phone:
        call_back(agent, address, "不满意", "水还是黄的。")
    chairman.goto(f"{address}/conclude")
    expect(chairman.get_by_role("main")).to_contain_text("第 3 轮起才可“仍不满意办结”，现为第 2 轮")
    submit_result(head, address)
    call_back(agent, address, "不满意", "和上次一样。")
    chairman.goto(address)
    do(chairman, "仍不满意办结")
    chairman.get_by_label("理由").fill("管网改造列入明年计划，已当面说明。")
    press(chairman, "仍不满意办结")
    flash(chairman, "已仍不满意办结", "工单办结")
    expect(chairman.locator(".kf-clock")).to_contain_text("仍不满意")

    lend(chairman, "高明远", "leadership")
    take_back(chairman, "高明远")


def test_leadership_looks_at_the_board_a_masked_ticket_and_the_figures(desk: Desk, colleague: People) -> None:
    page = colleague("leadership")
    page.goto(desk.url)
    aside(page, "督办台")
    expect(page.get_by_role("link", name=re.compile("^督办 "))).to_have_count(0)
    page.locator(".kf-spans .kf-due.late").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("全部工单")
    page.goto(desk.at("second_round"))
    expect(page.get_by_text("李**")).to_be_visible()
    expect(page.get_by_text("138****5678")).to_be_visible()
    expect(page.get_by_text("13800005678")).to_have_count(0)
    expect(page.locator("#acts")).to_contain_text("您可以看，现在没有要您办的。")
    closed_to(page, desk.at("reported"))
    page.goto(desk.url)
    aside(page, "总览")
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible(timeout=DRAWN)


def test_the_analyst_reads_figures_and_no_ticket(desk: Desk, colleague: People) -> None:
    page = colleague("analyst")
    page.goto(desk.url)
    aside(page, "总览")
    late = page.get_by_role("figure").filter(has_text="72 小时办理及时率").first
    expect(late.locator(".main-svg").first).to_be_visible(timeout=DRAWN)
    late.get_by_role("button", name="72 小时办理及时率：看表格").click()
    expect(late.get_by_role("table")).to_be_visible()
    with page.expect_download() as file:
        late.get_by_role("button", name="72 小时办理及时率：下载").click()
    assert file.value.suggested_filename.endswith(".csv")
    page.get_by_role("textbox", name="按", exact=True).click()
    page.get_by_role("option", name="季", exact=True).click()
    expect(page).to_have_url(re.compile("by=quarter"))
    expect(late).to_contain_text("季度")
    for path in ("/ticket/", "/supervision/"):
        closed_to(page, desk.url + path)
    closed_to(page, desk.at("second_round"))


def test_the_auditor_reads_what_is_in_force_and_changes_nothing(desk: Desk, colleague: People) -> None:
    page = colleague("auditor")
    page.goto(desk.url)
    page.get_by_role("main").get_by_role("link", name="时限规则").click()
    expect(page.get_by_role("row").filter(has_text="转办时限")).to_contain_text("24")
    expect(page.get_by_role("link", name="新增")).to_have_count(0)
    closed_to(page, f"{desk.url}/ticket/")
    for path in ("/analytics/", "/rule/add", "/users/list/"):
        answer = page.goto(desk.url + path)
        assert answer is not None
        assert answer.status == 403, path


def test_the_administrator_makes_an_account_gives_a_post_and_switches_it_off(
    desk: Desk, colleague: People, phone: bool
) -> None:
    page, name = colleague("admin"), "linchuan" if phone else "linhai"

    def account() -> Locator:
        page.get_by_label("用户名").fill(name)
        press(page, "筛选")
        return page.get_by_role("row").filter(has_text=name)

    page.goto(desk.url)
    aside(page, "账号")
    page.get_by_role("link", name="新增").click()
    for label, value in (("用户名", name), ("姓", "林"), ("名", "川" if phone else "海"),
                         ("邮箱", f"{name}@demo.invalid")):  # fmt: skip
        page.get_by_label(re.compile(f"^{label}(必填)?$")).fill(value)
    page.get_by_label("承办单位经办人").check()
    page.get_by_label("在用").check()
    press(page, "保存")
    press(page, "发一次性口令")
    expect(page.locator(".kf-secret")).to_be_visible()
    aside(page, "账号")
    expect(account()).to_contain_text("承办单位经办人")

    aside(page, "任职")
    page.get_by_role("link", name="新增").click()
    page.get_by_label("姓名").select_option(f"林川（{name}）" if phone else f"林海（{name}）")
    page.get_by_label("单位").select_option(desk.unit)
    page.get_by_label("职务").select_option("经办人")
    page.get_by_label(re.compile("^自(必填)?$")).fill("2026-11-25")
    press(page, "保存")
    expect(page.get_by_role("row").filter(has_text="林川" if phone else "林海")).to_contain_text(desk.unit)

    aside(page, "账号")
    account().get_by_role("link").click()
    page.get_by_role("link", name="修改").click()
    page.get_by_label("在用").uncheck()
    press(page, "保存")
    expect(page.get_by_role("status").filter(has_text="已保存")).to_be_visible()
    expect(page.locator(".kf-facts div", has_text="在用")).to_contain_text("否")
    closed_to(page, desk.at("second_round"))
