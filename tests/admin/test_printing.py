"""Paper: who may print which form, what stands on it, and that no print-out is without its record."""

import re
from io import BytesIO

import pytest
from pypdf import PdfReader

from admin import pdf
from tests.admin.conftest import Browser, House

CALLER = {"complainant": "欧阳春", "phone": "13812345678", "address": "柳园路 1 号", "account_no": "371520260926"}


def prints(browser: Browser, ticket, form="ticket"):
    """Press the button; what comes of it."""
    return browser.post(f"/ticket/{ticket['id']}/print/{form}", page="/resetmypassword/form")


def printed(browser: Browser, ticket, form="ticket") -> str:
    """The page of a print-out."""
    sent = prints(browser, ticket, form)
    assert sent.status_code == 303, sent.text
    page = browser.get(sent.headers["Location"])
    assert page.status_code == 200
    return page.text


def history(house: House, ticket, name="operations"):
    return [event["action"] for event in house.api(name).get(f"ticket/{ticket['id']}/events").json["result"]]


def test_a_print_out_is_recorded_before_it_is_drawn(either: House):
    ticket = either.api("agent").registers(content="五楼没有水。", **CALLER)
    browser = either.browser("agent")
    page = printed(browser, ticket)
    assert history(either, ticket) == ["register", "print"]
    event = either.api("operations").get(f"ticket/{ticket['id']}/events").json["result"][1]
    assert (event["actor"], event["payload"]["form"]) == ("林小满", "ticket")
    for said in (ticket["no"], "五楼没有水。", "欧阳春", "13812345678", "客户服务管理系统工单", "第六条(一)",
                 "打印人：林小满", "2026-03-06 09:00", "<svg", "受理人（签字）"):  # fmt: skip
        assert said in page, said
    assert f"http://localhost/ticket/{ticket['id']}" in page
    shown = browser.get(f"/ticket/{ticket['id']}").text
    assert "打印工单" in shown
    assert "客户服务管理系统工单" in shown


def test_who_comes_to_the_address_without_a_record_is_offered_the_button(house: House):
    ticket = house.api("agent").registers(content="五楼没有水。")
    browser = house.browser("agent")
    for address in ("", "?no=1", "?no=99", "?no=x", "?no=-1"):
        page = browser.get(f"/ticket/{ticket['id']}/print/ticket{address}")
        assert page.status_code == 200
        assert "五楼没有水。" not in page.text
        assert "每次打印都记入" in page.text
    assert history(house, ticket) == ["register"]


def test_a_print_out_is_its_makers_for_a_quarter_of_an_hour(house: House):
    ticket = house.api("agent").registers(content="五楼没有水。")
    browser, colleague = house.browser("agent"), house.browser("colleague")
    address = prints(browser, ticket).headers["Location"]
    assert "五楼没有水。" in browser.get(address).text
    assert "五楼没有水。" not in colleague.get(address).text
    house.at("2026-03-06 09:16")
    assert "五楼没有水。" not in browser.get(address).text


def test_the_form_follows_the_reader_masked_where_they_see_it_masked(house: House):
    ticket = house.api("agent").registers(**CALLER)
    page = printed(house.browser("leadership"), ticket)
    assert "138****5678" in page
    assert "13812345678" not in page
    assert "欧阳春" not in page


def test_the_whole_way_of_a_ticket_stands_on_it(house: House):
    agent, head = house.api("agent"), house.api("head")
    ticket = agent.registers(**CALLER, demand="本周修好")
    agent.does(ticket, "assign", unit="第一水厂")
    head.does(ticket, "submit", cause="阀门未全开", responsible="未查明", result="已开足阀门", finding="company")
    agent.does(ticket, "call_back", outcome="dissatisfied", solved=False, remark="晚上还是没水")
    agent.does(ticket, "amend", field="address", value="柳园路 2 号")
    page = printed(house.browser("operations"), ticket)
    for said in ("本周修好", "转第一水厂，2026-03-09 09:00 前办理完毕（第六条(二)5）", "按时", "阀门未全开", "未查明",
                 "已开足阀门", "不满意", "晚上还是没水", "第 2 轮", "柳园路 2 号"):  # fmt: skip
        assert said in page, said


@pytest.mark.parametrize("name", ["other_head", "analyst", "auditor", "admin"])
def test_who_does_not_see_it_finds_nothing_to_print(house: House, name):
    ticket = house.api("agent").registers()
    browser = house.browser(name)
    assert prints(browser, ticket).status_code == 404
    assert browser.get(f"/ticket/{ticket['id']}/print/ticket").status_code == 404
    assert history(house, ticket) == ["register"]


@pytest.fixture
def fed_back(house: House):
    """A discipline ticket that waits for its 处理记录表."""
    agent, office = house.api("agent"), house.api("discipline")
    ticket = agent.registers(category="吃拿卡要", content="抄表员索要好处。", accused="王某", **CALLER)
    agent.does(ticket, "refer")
    office.does(ticket, "find", founded=True, findings="收条为证。")
    office.does(ticket, "report", opinion="建议退还。", summary="索要财物。")
    house.api("chairman").does(ticket, "instruct", unit="第一水厂", instruction="立即退还。")
    house.api("head").does(ticket, "submit", cause="个人行为", responsible="王某", result="已退还。")
    office.does(ticket, "call_back", outcome="satisfied")
    office.does(ticket, "feed_back", opinion="已退还并致歉。")
    return ticket


def test_the_record_has_what_discipline_has_released_and_nothing_else(house: House, fed_back):
    no = house.api("discipline").sees(fed_back)["no"]
    for name in ("agent", "discipline", "chairman"):
        page = printed(house.browser(name), fed_back, "record")
        for said in (no, "顾客投诉处理记录表", "已退还并致歉。", "满意", "流程⑥"):
            assert said in page, said
        for hidden in ("索要", "收条", "王某", "欧阳春", "建议退还", "立即退还", "第一水厂", "个人行为"):
            assert hidden not in page, hidden


def test_who_writes_the_record_prints_it_in_the_same_press_and_sees_no_more_of_the_ticket(house: House, fed_back):
    browser, colleague, at = house.browser("agent"), house.browser("colleague"), f"/ticket/{fed_back['id']}"
    assert "填写并打印" in browser.get(f"{at}/record").text
    version = house.api("agent").get(f"ticket/{fed_back['id']}").json["version"]
    refused = browser.post(f"{at}/record", record=" ", version=version, then="print")
    assert refused.status_code == 422
    assert "print" not in history(house, fed_back, "discipline"), "neither without the other"
    sent = browser.post(f"{at}/record", record="已按处理意见登记。", version=version, then="print", once="k" * 20)
    assert sent.status_code == 303
    assert history(house, fed_back, "discipline")[-2:] == ["print", "record"]
    address = sent.headers["Location"]
    page = browser.get(address)
    assert page.status_code == 200
    no = house.api("discipline").sees(fed_back)["no"]
    for said in (no, "已退还并致歉。", "满意", "已按处理意见登记。", "林小满", "2026-03-06 09:0"):
        assert said in page.text, said
    for hidden in ("索要", "建议退还", "王某", "13812345678", "欧阳春", f'href="{at}"'):
        assert hidden not in page.text, hidden
    assert "已填写处理记录表，工单办结。" in browser.get("/ticket/").text
    for reader, path in ((browser, at), (browser, f"{at}/print/record"), (browser, f"{at}/print/ticket"),
                         (colleague, address), (house.browser("operations"), address)):  # fmt: skip
        assert reader.get(path).status_code == 404, path
    house.at("2026-03-06 09:17")
    assert browser.get(address).status_code == 404


def test_the_record_without_paper_says_that_the_ticket_is_closed(house: House, fed_back):
    browser, at = house.browser("agent"), f"/ticket/{fed_back['id']}"
    prints(browser, fed_back, "record")
    version = house.api("agent").get(f"ticket/{fed_back['id']}").json["version"]
    house.at("2026-03-06 09:05")
    sent = browser.post(f"{at}/record", record="已登记。", version=version)
    assert sent.headers["Location"] == "/ticket/"
    page = browser.get("/ticket/").text
    assert "已填写处理记录表，工单办结。" in page
    assert "由别人办理" not in page
    for no in range(1, 12):
        assert browser.get(f"{at}/print/record?no={no}").status_code == 404, "a print-out of before is no way in"


def test_of_a_discipline_ticket_the_desk_prints_no_more_than_the_record(house: House, fed_back):
    agent = house.browser("agent")
    assert prints(agent, fed_back).status_code == 422
    assert agent.get(f"/ticket/{fed_back['id']}/print/ticket").status_code == 404
    assert prints(house.browser("head"), fed_back, "record").status_code == 403, "the unit sees a summary: no paper"
    buttons = re.findall(r"/print/(\w+)\"", agent.get(f"/ticket/{fed_back['id']}").text)
    assert buttons == ["record"]
    assert re.findall(r"/print/(\w+)\"", house.browser("head").get(f"/ticket/{fed_back['id']}").text) == []
    assert history(house, fed_back, "discipline").count("print") == 0


def test_before_it_is_released_there_is_no_record_to_print(house: House):
    agent, office = house.api("agent"), house.api("discipline")
    ticket = agent.registers(category="吃拿卡要")
    agent.does(ticket, "refer")
    assert prints(house.browser("discipline"), ticket, "record").status_code == 422
    office.does(ticket, "find", founded=False, findings="查无此事。")
    office.does(ticket, "explain", reply="已说明。")
    assert prints(house.browser("discipline"), ticket, "record").status_code == 422
    assert "查无" not in printed(house.browser("discipline"), ticket)


def test_a_print_out_moves_nothing_and_can_be_asked_for_over_the_api(house: House):
    agent = house.api("agent")
    ticket = agent.registers()
    before = agent.sees(ticket)
    assert agent.post(f"ticket/{ticket['id']}/actions/print", form="ticket").status_code == 200
    assert agent.sees(ticket) == before
    assert agent.post(f"ticket/{ticket['id']}/actions/print", form="record").status_code == 422
    assert agent.post(f"ticket/{ticket['id']}/actions/print").json["errors"].keys() == {"form"}


# Several at once, and as PDF


def several(browser: Browser, *tickets, **fields: str):
    """The list's 打印工单 on some tickets."""
    chosen = [f"{ticket['id']}:{ticket['version']}" for ticket in tickets]
    return browser.post("/ticket/bulk", page="/ticket/", action="print", t=chosen, do="go", **fields)


def test_several_are_printed_on_one_page_each_with_a_record_of_its_own(either: House):
    agent = either.api("agent")
    tickets = [agent.registers(content=f"第 {n} 处漏水。") for n in range(3)]
    browser = either.browser("agent")
    sent = several(browser, *tickets)
    assert sent.status_code == 303, sent.text
    page = browser.get(sent.headers["Location"]).text
    for n, ticket in enumerate(tickets):
        assert f"第 {n} 处漏水。" in page
        assert ticket["no"] in page
        assert history(either, ticket) == ["register", "print"]
    assert page.count('class="kf-form"') == 3
    assert page.count("<h1>") == 1


def test_what_cannot_be_printed_is_told_and_the_others_are(house: House, fed_back):
    mine = house.api("agent").registers(content="五楼没有水。")
    stub = house.api("agent").get(f"ticket/{fed_back['id']}").json["result"]
    browser = house.browser("agent")
    page = browser.get(several(browser, mine, stub).headers["Location"])
    assert page.status_code == 200
    assert "1 件没有办成" in page.text
    link = re.search(r'href="(/ticket/prints[^"]+)"', page.text)
    assert link
    assert "五楼没有水。" in browser.get(link[1]).text
    assert history(house, fed_back, "discipline").count("print") == 0


def test_the_page_of_several_draws_only_what_its_reader_has_recorded(house: House):
    agent = house.api("agent")
    mine, other = agent.registers(content="五楼没有水。"), agent.registers(content="井盖丢了。")
    browser = house.browser("agent")
    address = several(browser, mine).headers["Location"]
    for wrong in (f"{address}&of={other['id']}.1", f"{address}&of=x", address.replace(".2", ".1"), "/ticket/prints"):
        answer = browser.get(wrong)
        assert answer.status_code == 302, wrong
    assert house.browser("colleague").get(address).status_code == 302
    house.at("2026-03-06 09:16")
    assert browser.get(address).status_code == 302
    assert "记录后 15 分钟内可以打印" in browser.get("/ticket/").text


def test_a_form_comes_as_pdf_too_under_the_same_record(house: House):
    ticket = house.api("agent").registers(content="五楼没有水。", **CALLER)
    browser = house.browser("agent")
    assert browser.get(f"/ticket/{ticket['id']}/print/ticket?as=pdf").mimetype == "text/html"
    address = prints(browser, ticket).headers["Location"]
    assert "下载 PDF" in browser.get(address).text
    answer = browser.get(f"{address}&as=pdf")
    assert answer.mimetype == "application/pdf"
    sheets = PdfReader(BytesIO(answer.data)).pages
    assert len(sheets) == 1
    for said in (ticket["no"], "五楼没有水。", "欧阳春", "受理人（签字）", "第 1 / 1 页"):
        assert said in sheets[0].extract_text(), said
    assert answer.headers["Content-Disposition"] == f"attachment; filename={ticket['no']}.pdf"
    assert house.browser("colleague").get(f"{address}&as=pdf").mimetype == "text/html"


def test_without_the_extra_there_is_no_pdf_and_no_button(house: House, monkeypatch):
    monkeypatch.setattr("admin.pdf.find_spec", lambda _name: None)
    ticket = house.api("agent").registers()
    browser = house.browser("agent")
    address = prints(browser, ticket).headers["Location"]
    assert "下载 PDF" not in browser.get(address).text
    assert browser.get(f"{address}&as=pdf").mimetype == "text/html"


def test_the_name_of_a_confidential_file_says_nothing(house: House, fed_back):
    office = house.browser("discipline")
    for form in ("ticket", "record"):
        address = prints(office, fed_back, form).headers["Location"]
        assert office.get(f"{address}&as=pdf").headers["Content-Disposition"] == "attachment; filename=print.pdf"


def test_a_pdf_fetches_our_style_sheets_and_nothing_else(house: House):
    with house.app.test_request_context():
        ours = pdf._ours()
        assert ours.fetch(f"{pdf.INSIDE}/static/print.css?v=1").read().startswith(b"/*")
        for wrong in ("http://127.0.0.1/static/print.css", "file:///etc/passwd", f"{pdf.INSIDE}/static/../roles.py",
                      f"{pdf.INSIDE}/static/%2e%2e/roles.py", f"{pdf.INSIDE}/ticket/1"):  # fmt: skip
            with pytest.raises(ValueError, match="not one of our files"):
                ours.fetch(wrong)
