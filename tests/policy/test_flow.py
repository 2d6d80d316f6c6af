"""流程说明①—⑥：违规违纪和服务态度方面的投诉，自受理至填写《顾客投诉处理记录表》。"""

import pytest

from tests.fixtures.city import brought_to


def test_a_founded_complaint_goes_all_the_way(accusation, agent, plant, head, discipline, chairman, colleague):
    """流程①—⑥。"""
    agent.refers(accusation, at="2026-03-06 10:00")
    discipline.finds(accusation, True, at="2026-03-10 09:00", findings="抄表员索要香烟一条，属实。")
    discipline.reports(accusation, at="2026-03-11 09:00", opinion="建议退还并处分。", summary="员工索要财物。")
    chairman.instructs(accusation, to=plant, at="2026-03-12 09:00", instruction="由水厂处理。")
    head.submits(accusation, at="2026-03-14 09:00")
    discipline.calls_back(accusation, "satisfied", at="2026-03-16 09:00", called_by="孙厂长")
    discipline.feeds_back(accusation, at="2026-03-16 10:00", opinion="已退还并书面检查。")
    colleague.records(accusation, at="2026-03-16 11:00")
    assert accusation.history == [
        "register", "refer", "find", "report", "instruct", "submit", "call_back", "feed_back", "record",
    ]  # fmt: skip
    assert (accusation.state, accusation.ending, accusation.round) == ("closed", "satisfied", 1)
    kinds = {owed.kind: owed.standing(accusation.closed_at) for owed in accusation.row.obligations}
    assert kinds == {"dispatch": "on_time", "opinion": "on_time", "handle": "on_time", "callback": "on_time"}
    assert accusation.text("called_by") == "孙厂长", "the unit took part, named as such"


# ① 审核：受理、转办


def test_discipline_sees_it_the_moment_it_is_registered(accusation, discipline, inspector):
    """流程①：涉及违规违纪和服务态度方面的投诉转集团纪检监察室主任调查处理。"""
    assert discipline.sees(accusation) == inspector.sees(accusation) == "contact"


def test_discipline_may_take_it_up_without_waiting_for_the_desk(accusation, discipline):
    discipline.refers(accusation)
    assert accusation.state == "investigating"


# ② 审核：调查分析


def test_an_unfounded_complaint_is_explained_to_the_caller(accusation, agent, discipline):
    """流程②：调查结果不属实的，向来电人说明原因。"""
    agent.refers(accusation)
    discipline.finds(accusation, False)
    assert (accusation.state, accusation.founded) == ("unfounded", False)
    assert accusation.obligations("opinion") == []
    discipline.explains(accusation)
    assert (accusation.state, accusation.ending, accusation.owes) == ("closed", "explained", set())


@pytest.mark.parametrize(
    ("reported", "late"), [("2026-03-09 17:30", False), ("2026-03-09 17:31", True)], ids=["at closing time", "after it"]
)
def test_a_founded_one_is_reported_within_one_working_day(accusation, agent, discipline, reported, late):
    """流程②：调查分析属实的，集团纪检监察室1个工作日内形成初步调查意见并上报集团董事长。"""
    agent.refers(accusation)
    discipline.finds(accusation, True, at="2026-03-06 11:00")
    assert accusation.obligation("opinion").due == "2026-03-09 17:30"
    discipline.reports(accusation, at=reported)
    assert accusation.obligation("opinion").was_late is late


@pytest.mark.parametrize(("field", "given"), [("founded", None), ("findings", "")])
def test_it_is_found_one_way_or_the_other_and_said_why(accusation, agent, discipline, field, given, refused):
    agent.refers(accusation)
    with refused("required", field):
        discipline.does("find", accusation, fields={"founded": True, "findings": "属实", field: given})


@pytest.mark.parametrize(("state", "act"), [("unfounded", "reports"), ("founded", "explains"), ("founded", "declines")])
def test_the_finding_decides_where_it_goes(city, discipline, state, act, refused):
    ticket = brought_to(city, "discipline", state)
    with refused("wrong_state"):
        getattr(discipline, act)(ticket)


# ③ 批示：指定责任单位


def test_the_chairman_alone_names_the_unit(city, plant, chairman, discipline, leadership, refused):
    """流程③：集团董事长批示，指定负责处理顾客投诉的责任单位。"""
    ticket = brought_to(city, "discipline", "reported")
    with refused("not_yours"):
        discipline.instructs(ticket, to=plant)
    with refused("unseen"):
        leadership.instructs(ticket, to=plant)
    chairman.instructs(ticket, to=plant)
    assert (ticket.state, ticket.unit, ticket.round) == ("handling", plant.name, 1)


@pytest.mark.parametrize("missing", ["unit", "instruction"])
def test_unit_and_instruction_are_both_needed(city, plant, chairman, missing, refused):
    ticket = brought_to(city, "discipline", "reported")
    given = {"unit": plant.name, "instruction": "请处理。", missing: ""}
    with refused("required", missing):
        chairman.does("instruct", ticket, fields=given)


# ④ 落实：72小时


@pytest.mark.parametrize(
    ("submitted", "late"), [("2026-03-15 09:00", False), ("2026-03-15 09:01", True)], ids=["in the 72nd hour", "after"]
)
def test_the_unit_named_has_72_hours_from_the_instruction(city, plant, chairman, head, submitted, late):
    """流程④：72小时内处理完毕……将处理结果书面报送集团纪检监察室。"""
    ticket = brought_to(city, "discipline", "reported")
    chairman.instructs(ticket, to=plant, at="2026-03-12 09:00")
    head.submits(ticket, at=submitted)
    assert ticket.obligation("handle").was_late is late
    assert ticket.obligation("handle").row.clause == "流程④"


# ⑤ 审核：回访


def test_discipline_organises_the_call_within_one_working_day(city, discipline, agent, operations, head, refused):
    """流程⑤：集团纪检监察室主任在1个工作日内，组织责任单位进行顾客回访。"""
    ticket = brought_to(city, "discipline", "handling")
    head.submits(ticket, at="2026-03-13 10:00")
    assert ticket.obligation("callback").due == "2026-03-16 17:30"
    for person in (agent, operations):
        with refused("unseen"):
            person.calls_back(ticket, "satisfied")
    with refused("not_yours"):
        head.calls_back(ticket, "satisfied")
    discipline.calls_back(ticket, "satisfied", at="2026-03-16 17:30")
    assert not ticket.obligation("callback").was_late


def test_a_dissatisfied_customer_sends_it_to_the_unit_again(city, discipline, head):
    """流程⑤：不满意的，集团纪检监察室主任责成相关责任单位重新办理，直至顾客满意为止。"""
    ticket = brought_to(city, "discipline", "calling_back")
    for n in (2, 3):
        discipline.calls_back(ticket, "dissatisfied")
        assert (ticket.state, ticket.round) == ("handling", n)
        head.submits(ticket)
    discipline.calls_back(ticket, "satisfied")
    assert ticket.state == "satisfied"


def test_nobody_reached_is_ended_by_discipline_and_recorded_all_the_same(city, discipline, agent):
    ticket = brought_to(city, "discipline", "calling_back")
    for day in ("16", "16", "17"):
        discipline.calls_back(ticket, "unreached", at=f"2026-03-{day} 10:00")
    discipline.waives(ticket)
    assert (ticket.state, ticket.ending) == ("fed_back", "waived")
    agent.records(ticket)
    assert (ticket.state, ticket.ending) == ("closed", "waived")


@pytest.mark.parametrize("state", ["handling", "calling_back"])
def test_the_chairman_may_end_it_from_the_third_round_on(city, discipline, head, chairman, agent, state):
    ticket = brought_to(city, "discipline", "calling_back", forward_due_at="2026-04-01T18:00")
    discipline.calls_back(ticket, "dissatisfied")
    head.submits(ticket)
    discipline.calls_back(ticket, "dissatisfied")
    if state == "calling_back":
        head.submits(ticket)
    chairman.concludes(ticket)
    assert (ticket.state, ticket.ending, ticket.owes) == ("fed_back", "concluded", set())
    agent.records(ticket)
    assert ticket.ending == "concluded"


def test_what_satisfied_the_customer_is_fed_back_to_the_hotline(city, discipline, agent):
    """流程⑤：回访满意的，将处理意见反馈96568服务热线。"""
    ticket = brought_to(city, "discipline", "satisfied")
    assert agent.sees(ticket) is None
    discipline.feeds_back(ticket)
    assert agent.sees(ticket) == "stub"


# ⑥ 记录


@pytest.mark.parametrize("name", ["agent", "colleague", "operations"])
def test_the_dispatcher_records_it_and_that_closes_it(city, name):
    """流程⑥：运营管理部调度员将集团纪检检察室的处理意见进行记录，填写《顾客投诉处理记录表》。"""
    ticket = brought_to(city, "discipline", "fed_back")
    city.people[name].records(ticket)
    assert ticket.state == "closed"
    assert ticket.closed_at is not None


def test_discipline_does_not_fill_in_the_form_itself(city, discipline, refused):
    ticket = brought_to(city, "discipline", "fed_back")
    with refused("not_yours"):
        discipline.records(ticket)


# 退回


def test_a_unit_returns_it_to_the_chairman(city, head, hall, chairman, other_head, refused):
    ticket = brought_to(city, "discipline", "reported")
    chairman.instructs(ticket, to=city.plant, at="2026-03-12 09:00")
    head.returns(ticket, at="2026-03-12 10:00")
    assert (ticket.state, ticket.round) == ("reported", 1)
    assert head.sees(ticket) is None, "what it returned it does not see any more"
    chairman.instructs(ticket, to=hall, at="2026-03-12 12:00")
    (owed,) = ticket.obligations("handle")
    assert (owed.due, owed.unit) == ("2026-03-15 09:00", hall.name)
    assert other_head.sees(ticket) == "summary"
    assert ticket.round == 1


def test_discipline_may_take_it_back_at_any_time(city, discipline, operations):
    ticket = brought_to(city, "discipline", "handling")
    discipline.returns(ticket, at="2026-04-06 10:00")
    assert ticket.state == "reported"
