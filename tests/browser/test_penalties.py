"""A penalty's whole life (第八条): who proposes, who confirms, who is fined, and who may not see it."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk, Picture
from tests.browser.test_a_complaints_life import press
from tests.browser.test_the_pages import serious

People = Callable[..., Page]


def act(page: Page, name: str, **fields: str) -> None:
    """Open an action's form from the penalty's page, fill it, and send it."""
    page.get_by_role("main").get_by_role("link", name=name, exact=True).click()
    for label, value in fields.items():
        page.get_by_label(label).fill(value)
    assert serious(page) == []
    press(page, name)


def test_exposed_confirmed_appealed_upheld_and_executed(desk: Desk, person: People, picture: Picture) -> None:
    operations, discipline, handler = person("operations"), person("discipline"), person("handler")
    chairman, other = person("chairman"), person("head2")

    # 运营管理部 records an exposure: one event, a proposal for each post.
    operations.goto(f"{desk.url}/exposure/add")
    operations.get_by_label("媒体").fill("聊城晚报")
    operations.get_by_label("曝光时间").fill("2026-11-24T20:00")
    operations.get_by_label("单位").select_option(label=desk.unit)
    press(operations, "保存")
    operations.goto(f"{desk.url}/penalties/")
    assert serious(operations) == []
    proposed = operations.get_by_role("row").filter(has_text="聊城晚报")
    expect(proposed).to_have_count(3)
    expect(proposed.filter(has_text="李强")).to_contain_text("2026-11-24 20:00 媒体曝光")
    picture(operations, "penalties")

    # Whoever is to be fined is told nothing of a proposal.
    handler.goto(f"{desk.url}/penalties/mine")
    before = handler.get_by_role("row").count()

    # On a telephone, where the whole line is a link, they can be ticked too.
    phone = person("discipline", phone=True)
    phone.goto(f"{desk.url}/penalties/")
    phone.get_by_role("checkbox").first.check()
    picture(phone, "penalties-phone")

    # 纪检监察室 confirms several at once.
    discipline.goto(f"{desk.url}/penalties/")
    rows = discipline.get_by_role("row").filter(has_text="聊城晚报")
    for row in rows.all():
        row.get_by_role("checkbox").check()
    group = discipline.locator("form").filter(has_text="聊城晚报")
    with discipline.expect_navigation(wait_until="commit"):
        group.get_by_role("button", name="确认所选", exact=True).click()
    expect(discipline.get_by_text("已确认追究 3 件。")).to_be_visible()

    # The fined reads what was decided, and appeals.
    handler.goto(f"{desk.url}/penalties/mine")
    expect(handler.get_by_role("row")).to_have_count(before + 1)
    assert serious(handler) == []
    picture(handler, "penalties-mine")
    expect(handler.get_by_role("cell", name="申诉", exact=False).first).to_have_attribute("data-heading", "申诉期限：")
    handler.get_by_role("row").nth(1).get_by_role("link").first.click()
    address = handler.url
    expect(handler.get_by_role("main")).to_contain_text("100 元")
    act(handler, "申诉", 理由="当天不当班，有值班表。")
    expect(handler.get_by_role("main")).to_contain_text("申诉中")

    # Who confirmed it does not decide the appeal; the chairman does.
    discipline.goto(address)
    expect(discipline.get_by_role("main")).to_contain_text("当天不当班，有值班表。")
    expect(discipline.get_by_role("link", name="驳回申诉", exact=True)).to_have_count(0)
    chairman.goto(address)
    picture(chairman, "penalty")
    act(chairman, "驳回申诉", 理由="值班表显示当班。")
    handler.reload()
    expect(handler.get_by_role("main")).to_contain_text("值班表显示当班。")
    expect(handler.get_by_role("link", name="申诉", exact=True)).to_have_count(0)

    # Who may not see it finds nothing there.
    other.goto(address)
    expect(other.get_by_role("main")).to_contain_text("没有找到这项追究")

    # On paper, executed, and on the payroll's list of the month.
    operations.goto(address)
    press(operations, "打印通知书")
    expect(operations.get_by_role("heading", level=1)).to_have_text("责任追究通知书")
    expect(operations.get_by_role("main")).to_contain_text("李强")
    assert serious(operations) == []
    picture(operations, "penalty-notice")
    operations.get_by_role("link", name="回到追究").click()
    act(operations, "登记执行")
    expect(operations.get_by_role("main")).to_contain_text("已执行")
    assert serious(operations) == []
    operations.goto(f"{desk.url}/penalties/payroll?month=2026-11")
    expect(operations.get_by_role("row").filter(has_text="李强").filter(has_text="已执行")).to_have_count(1)
    assert serious(operations) == []
    with operations.expect_download() as file:
        operations.get_by_role("link", name="下载 Excel").click()
    assert file.value.suggested_filename == "payroll-2026-11.xlsx"


def test_who_confirms_reads_beside_the_button_what_follows(desk: Desk, person: People) -> None:
    operations = person("operations")
    operations.goto(f"{desk.url}/exposure/add")
    operations.get_by_label("媒体").fill("聊城日报")
    operations.get_by_label("曝光时间").fill("2026-11-23T20:00")
    operations.get_by_label("单位").select_option(label=desk.unit)
    press(operations, "保存")
    expect(operations.get_by_role("status")).to_contain_text("由此提出的追究有 3 件等人决定")
    operations.goto(f"{desk.url}/penalties/")
    expect(operations.get_by_text("确认后本人看得到").first).to_be_visible()
    operations.get_by_role("row").filter(has_text="聊城日报").first.get_by_role("link").first.click()
    operations.get_by_role("main").get_by_role("link", name="确认追究", exact=True).click()
    expect(operations.get_by_text("确认后本人看得到")).to_be_visible()
