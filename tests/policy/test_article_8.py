"""第八条 责任追究。What the software proposes and people decide comes with the penalties; here is what they rest on."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from models.tables import PenaltyRule

REGULATION = "《供水服务管理办法》"


def rule(city, clause):
    (found,) = city.session.scalars(select(PenaltyRule).where(PenaltyRule.clause == clause))
    return found


def test_exposed_by_the_media_it_costs_100_50_and_50_yuan(city):
    """第八条(一)：每次扣罚责任人100元、直接领导50元、指标责任人50元。"""
    exposed = rule(city, "第八条(一)")
    assert (exposed.responsible, exposed.leader, exposed.indicator_holder) == (Decimal(100), Decimal(50), Decimal(50))
    assert exposed.by_regulation is None


@pytest.mark.parametrize(
    ("clause", "article"), [("第八条(二)", "第三十四条"), ("第八条(三)", "第三十四条"), ("第八条(四)", "第三十二条")]
)
def test_for_the_others_another_regulation_sets_the_measure(city, clause, article):
    """第八条(二)(三)：第三十四条；(四)：第三十二条。"""
    found = rule(city, clause)
    assert found.by_regulation == REGULATION + article
    assert (found.responsible, found.leader, found.indicator_holder) == (None, None, None)


def test_a_registrar_who_does_not_deal_with_it_in_time_is_late_with_dispatching(city, agent, plant):
    """第八条(三)：受理人员不及时处理问题而造成投诉案件延误。"""
    ticket = agent.registers(at="2026-03-06 09:00")
    assert ticket.obligation("dispatch").standing("2026-03-07 09:01") == "late"
    agent.assigns(ticket, to=plant, at="2026-03-09 08:00")
    assert ticket.obligation("dispatch").was_late


def test_who_held_a_ticket_when_is_known(ticket, agent, plant, hall, head):
    """第八条: a penalty names the unit and the person of the day of the conduct."""
    agent.assigns(ticket, to=plant, at="2026-03-06 10:00")
    head.returns(ticket, at="2026-03-06 14:00")
    agent.assigns(ticket, to=hall, at="2026-03-07 09:00")
    spans = [(row.unit.name, row.assigned_at, row.ended_at) for row in ticket.assignments]
    assert [(unit, ended is None) for unit, _, ended in spans] == [("第一水厂", False), ("东城营业所", True)]
    assert spans[0][2] < spans[1][1]
