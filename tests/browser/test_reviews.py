"""A review's whole life (第九条): its unit writes it, operations sends it back and releases it, others read it."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk, Picture
from tests.browser.test_a_complaints_life import press
from tests.browser.test_penalties import act
from tests.browser.test_the_pages import serious

People = Callable[..., Page]
PERIOD = "2026-07"
"""A month of the demo city that nobody has written of."""


def test_written_sent_back_released_and_read(desk: Desk, person: People, picture: Picture, tmp_path: Path) -> None:
    head, operations, other = person("head"), person("operations"), person("head2")

    # The head begins it: the figures and charts are there before a word is written.
    head.goto(f"{desk.url}/reviews/new")
    head.get_by_label("期间").fill(PERIOD)
    assert serious(head) == []
    press(head, "起草总结")
    address = head.url
    expect(head.get_by_role("main")).to_contain_text("起草于")
    for chart in head.locator("img.kf-chart").all():
        expect(chart).to_have_js_property("complete", True)
        assert chart.evaluate("image => image.naturalWidth") > 0
    other.goto(address)
    expect(other.get_by_role("main")).to_contain_text("没有找到")

    # What is missing is asked for; what was written stays.
    head.get_by_role("main").get_by_role("link", name="修改", exact=True).click()
    owner = head.get_by_role("group", name="改进措施 1").get_by_label("责任人").locator("option").nth(1).inner_text()
    owner = owner.partition("（")[0]
    head.get_by_label("原因").fill(f"{owner}说，七月早高峰加压泵晚开半小时。")
    head.get_by_label("教训").fill("天气预报有高温时应当提前一天调泵。")
    press(head, "存")
    press(head, "提交总结")
    expect(head.get_by_role("main")).to_contain_text("至少写一条改进措施。")
    first = head.get_by_role("group", name="改进措施 1")
    first.get_by_label("做什么").fill("高温预报当天早上五点开第二台泵。")
    first.get_by_label("责任人").select_option(index=1)
    first.get_by_label("期限").fill("2026-12-20")
    first.get_by_label("针对分类").select_option(label="水压")
    first.get_by_label("预期效果").fill("水压类投诉下降三成")
    assert serious(head) == []
    picture(head, "review-write")
    press(head, "存")
    press(head, "提交总结")
    expect(head.get_by_role("main")).to_contain_text("已冻结于")

    # Operations finds it waiting, and sends it back with what is to be changed.
    operations.goto(f"{desk.url}/reviews/?show=judge")
    operations.get_by_role("row").filter(has_text="2026 年 7 月").get_by_role("link").click()
    act(operations, "退回修改", 要改什么="教训里写上谁来看天气预报。")
    head.goto(address)
    expect(head.get_by_role("main")).to_contain_text("教训里写上谁来看天气预报。")
    head.get_by_role("main").get_by_role("link", name="修改", exact=True).click()
    head.get_by_label("教训").fill("值班长每天看天气预报，有高温时提前一天调泵。")
    press(head, "存")
    press(head, "提交总结")

    # Released to all units: they read what was learnt, and no names.
    operations.goto(address)
    act(operations, "写意见", 意见="数字看到了，措施具体。")
    act(operations, "发布")
    assert serious(operations) == []
    picture(operations, "review")
    other.goto(address)
    main = other.get_by_role("main")
    expect(main).to_contain_text("高温预报当天早上五点开第二台泵。")
    expect(main).to_contain_text("值班长每天看天气预报")
    expect(main).to_contain_text("说，七月早高峰加压泵晚开半小时。")
    for hidden in (owner, "数字看到了", "教训里写上谁"):
        expect(main).not_to_contain_text(hidden)
    for name, kind in (("下载 Word", "docx"), ("下载 Excel", "xlsx"), ("下载网页", "html")):
        with other.expect_download() as taken:
            other.get_by_role("link", name=name, exact=True).click()
        taken.value.save_as(tmp_path / kind)
        assert (tmp_path / kind).stat().st_size > 5_000, kind
    page = (tmp_path / "html").read_text()
    assert "高温预报当天早上五点开第二台泵。" in page
    assert owner not in page

    # On a telephone and on paper.
    phone = person("head", phone=True)
    phone.goto(address)
    assert serious(phone) == []
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out"
    picture(phone, "review-phone")
    operations.emulate_media(media="print")
    expect(operations.get_by_role("heading", name="现在可以做")).to_be_hidden()
