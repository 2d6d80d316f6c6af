"""第三条 顾客范围：对外业务往来中涉及的单位或个人。"""

import pytest


@pytest.mark.parametrize(("kind", "complainant"), [("individual", "张三"), ("organisation", "聊城第一中学")])
def test_a_customer_is_a_person_or_an_organisation(agent, kind, complainant):
    """第三条：对外业务往来中涉及的单位或个人。"""
    ticket = agent.registers(complainant=complainant, complainant_kind=kind)
    assert ticket.complainant_kind == kind
    assert ticket.text("complainant") == complainant


def test_what_a_customer_is_may_be_said_in_chinese(agent):
    assert agent.registers(complainant_kind="单位").complainant_kind == "organisation"


def test_nobody_need_say_who_he_is(agent):
    """第六条(一)：署名与否均必须进行登记。"""
    ticket = agent.registers()
    assert ticket.complainant_kind is None
    assert ticket.text("complainant") is None
