"""Paper: who may print which form, what stands on it, and that no print-out is without its record."""

import re

import pytest

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
