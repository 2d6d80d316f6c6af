"""第五条 顾客投诉受理机构及其职责：运营管理部（96568）受理、登记、转办、督办、回访；承办部门调查、核实、处理、报送。"""

import pytest

from tests.fixtures.city import PEOPLE, on_sqlite

MAY_REGISTER = {"agent", "colleague", "operations"}


@on_sqlite
@pytest.mark.parametrize("name", PEOPLE)
def test_the_desk_and_nobody_else_takes_a_complaint_about_the_product(city, name, refused):
    """第五条(一)1：受理顾客的直接投诉和集团各部门或个人转呈的投诉。"""
    person = city.people[name]
    if name in MAY_REGISTER:
        assert person.registers(category="水质").registered_by == person.id
    elif name in ("discipline", "inspector"):
        with refused("discipline_only", "category"):
            person.registers(category="水质")
    else:
        with refused("not_yours"):
            person.registers(category="水质")


@on_sqlite
@pytest.mark.parametrize("name", PEOPLE)
def test_discipline_may_register_what_reaches_it_directly(city, name, refused):
    person = city.people[name]
    if name in MAY_REGISTER or name in ("discipline", "inspector"):
        assert person.registers(category="态度恶劣").track == "discipline"
    else:
        with refused("not_yours"):
            person.registers(category="态度恶劣")


def test_discipline_says_which_kind_of_misconduct_it_is(discipline, refused):
    with refused("discipline_only", "category"):
        discipline.registers()


def test_a_complaint_handed_on_by_a_department_or_a_person_says_by_whom(agent):
    """第五条(一)1：集团各部门或个人转呈的投诉。"""
    ticket = agent.registers(channel="部门转呈", forwarded_by="工会办公室", forward_no="转〔2026〕8号")
    assert (ticket.channel.name, ticket.text("forwarded_by")) == ("部门转呈", "工会办公室")


def test_the_desk_transfers_and_the_unit_gets_it(ticket, agent, plant, head, handler, other_head):
    """第五条(一)2：对顾客投诉事件登记、转办。"""
    assert head.sees(ticket) is None
    agent.assigns(ticket, to=plant)
    assert (ticket.state, ticket.unit) == ("handling", "第一水厂")
    assert head.sees(ticket) == handler.sees(ticket) == "contact"
    assert other_head.sees(ticket) is None


def test_operations_supervises_and_an_agent_does_not(ticket, agent, operations, plant, refused):
    """第五条(一)3：对各承办单位办理过程和结果跟踪督办。"""
    agent.assigns(ticket, to=plant)
    operations.supervises(ticket, text="请今天内到现场。")
    assert ticket.history[-1] == "supervise"
    with refused("not_yours"):
        agent.supervises(ticket)


def test_supervising_moves_no_deadline_and_raises_no_version(ticket, agent, operations, plant):
    agent.assigns(ticket, to=plant)
    due, version = ticket.obligation("handle").due, ticket.version
    operations.supervises(ticket)
    assert (ticket.obligation("handle").due, ticket.version) == (due, version)


def test_discipline_supervises_its_own_track(accusation, discipline, operations):
    discipline.supervises(accusation)
    assert "supervise" not in operations.may(accusation)


def test_the_unit_investigates_keeps_notes_and_talks_to_the_customer(ticket, agent, plant, handler):
    """第五条(二)：具体处理顾客投诉的调查、核实、处理和顾客沟通等事宜。"""
    agent.assigns(ticket, to=plant)
    handler.notes(ticket)
    handler.contacts(ticket, "appointment")
    handler.attaches(ticket)
    assert ticket.history[-3:] == ["note", "contact", "attach"]
    assert ticket.owes == {"handle"}, "no note stops a clock"


@pytest.mark.parametrize("act", ["notes", "contacts", "attaches"])
def test_another_unit_has_no_part_in_it(ticket, agent, plant, other_handler, act, refused):
    agent.assigns(ticket, to=plant)
    with refused("unseen"):
        getattr(other_handler, act)(ticket)


def test_the_result_goes_to_operations_which_calls_back(ticket, agent, plant, head):
    """第五条(二)：将最终办理结果报送运营管理部；第五条(一)4：对顾客进行回访。"""
    agent.assigns(ticket, to=plant)
    head.submits(ticket)
    assert ticket.state == "calling_back"
    assert ticket.owes == {"callback"}
    assert "call_back" in agent.may(ticket)
