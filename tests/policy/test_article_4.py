"""第四条 投诉事件的分类：（一）产品质量投诉；（二）违规违纪和服务态度方面的投诉。"""

import re

import pytest

from tests.fixtures.city import on_sqlite

QUALITY = ("水压", "水质", "工程设计", "安装", "维修", "其他")
DISCIPLINE = ("吃拿卡要", "态度恶劣", "其他违规违纪")


@on_sqlite
@pytest.mark.parametrize("category", QUALITY)
def test_the_first_class_is_about_the_product(agent, category):
    """第四条(一)：包括供水水压、水质、工程设计、安装、维修等方面的投诉。"""
    ticket = agent.registers(category=category)
    assert (ticket.track, ticket.category) == ("quality", category)


@on_sqlite
@pytest.mark.parametrize("category", DISCIPLINE)
def test_the_second_class_is_about_conduct(agent, category):
    """第四条(二)：包括吃、拿、卡、要和态度恶劣等方面的投诉。"""
    ticket = agent.registers(category=category)
    assert (ticket.track, ticket.category) == ("discipline", category)


def test_without_a_category_it_counts_as_a_matter_of_quality(agent):
    ticket = agent.registers()
    assert (ticket.track, ticket.category) == ("quality", None)


@pytest.mark.parametrize("track", ["quality", "discipline"])
def test_new_categories_belong_to_one_of_the_two_classes(city, agent, track):
    """第四条：“等方面”——类别是数据，可在任一类下增加。"""
    city.category("二次供水", track)
    assert agent.registers(category="二次供水").track == track


def test_a_category_that_was_switched_off_takes_no_new_tickets_but_keeps_the_old(city, ticket, agent, plant, refused):
    old = agent.registers(category="维修")
    city.category("维修", active=False)
    with refused("inactive", "category"):
        agent.registers(category="维修")
    with refused("inactive", "category"):
        agent.recategorises(ticket, to="维修")
    agent.assigns(old, to=plant)
    assert old.category == "维修"


# Within one class: 改细类


def test_the_cause_is_often_known_only_on_the_spot(ticket, agent, plant, head):
    agent.assigns(ticket, to=plant)
    before = ticket.no
    head.recategorises(ticket, to="维修")
    assert (ticket.category, ticket.track, ticket.no, ticket.state) == ("维修", "quality", before, "handling")
    assert ticket.owes == {"handle"}


def test_assigning_may_correct_the_category_too(ticket, agent, plant):
    agent.assigns(ticket, to=plant, category="安装")
    assert ticket.category == "安装"


@pytest.mark.parametrize("action", ["recategorise", "assign"])
def test_the_other_class_is_not_reached_by_correcting_a_category(ticket, operations, plant, action, refused):
    more = {"unit": plant} if action == "assign" else {}
    with refused("other_track", "category"):
        operations.does(action, ticket, category="吃拿卡要", **more)


def test_a_ticket_cannot_be_reclassified_within_its_class(ticket, operations, refused):
    with refused("same_track", "category"):
        operations.reclassifies(ticket, to="水质")


# From one class to the other: 改投诉类别, 移送纪检


def test_reclassified_to_discipline_it_gets_a_number_that_tells_nothing(ticket, agent, operations):
    before = ticket.no
    agent.reclassifies(ticket, to="态度恶劣")
    assert (ticket.track, ticket.state, ticket.category) == ("discipline", "registered", "态度恶劣")
    assert re.fullmatch(r"纪2026-[2-9A-HJKMNP-TV-Z]{4}", ticket.no)
    assert before not in ticket.no
    assert operations.sees(ticket) is None
    assert agent.sees(ticket) == "contact", "who registered it sees it until it is referred"


def test_the_numbers_of_quality_run_on_as_if_nothing_had_been(city, agent):
    first = agent.registers()
    agent.reclassifies(agent.registers(), to="态度恶劣")
    agent.registers(category="吃拿卡要")
    third = agent.registers()
    assert int(third.no.removeprefix("ZL-2026-")) - int(first.no.removeprefix("ZL-2026-")) == 2


def test_discipline_gives_back_what_is_a_matter_of_quality(accusation, discipline, agent, colleague):
    agent.refers(accusation)
    assert colleague.sees(accusation) is None
    discipline.reclassifies(accusation, to="维修")
    assert (accusation.track, accusation.state, accusation.category) == ("quality", "registered", "维修")
    assert re.fullmatch(r"ZL-2026-\d{5}", accusation.no)
    assert colleague.sees(accusation) == "contact"


def test_what_discipline_had_found_does_not_follow_it(accusation, city, agent, discipline):
    city.rule("investigate", 3, "2020-01-01", track="discipline", measure="working_days")
    agent.refers(accusation)
    discipline.reclassifies(accusation, to="水质")
    assert accusation.obligation("investigate").voided == "reclassify"
    assert (accusation.founded, accusation.found_at, accusation.reported_at) == (None, None, None)
    assert "dispatch" not in accusation.owes, "it was dispatched once; that clock does not start again"


def test_a_returned_ticket_may_be_reclassified_and_its_72_hours_fall_away(ticket, agent, operations, plant, head):
    agent.assigns(ticket, to=plant, at="2026-03-06 10:00")
    head.returns(ticket, at="2026-03-06 11:00")
    operations.reclassifies(ticket, to="吃拿卡要", at="2026-03-06 12:00")
    owed = ticket.obligation("handle")
    assert (owed.voided, owed.standing("2026-03-20 00:00")) == ("reclassify", "void")
    assert (ticket.unit, ticket.round) == (None, 0)


def test_what_was_late_stays_late_when_it_falls_away(ticket, agent, operations, plant, head):
    agent.assigns(ticket, to=plant, at="2026-03-06 10:00")
    head.returns(ticket, at="2026-03-06 11:00")
    operations.reclassifies(ticket, to="吃拿卡要", at="2026-03-09 10:01")
    assert ticket.obligation("handle").voided == "reclassify"
    assert ticket.obligation("handle").was_late


def test_an_agent_reclassifies_only_what_is_still_at_the_desk(ticket, agent, plant, head, refused):
    agent.assigns(ticket, to=plant)
    head.returns(ticket)
    with refused("wrong_state"):
        agent.reclassifies(ticket, to="吃拿卡要")


def test_with_a_unit_it_goes_to_discipline_only_by_referring(ticket, agent, operations, plant, head, refused):
    agent.assigns(ticket, to=plant, at="2026-03-06 10:00")
    with refused("wrong_state"):
        operations.reclassifies(ticket, to="吃拿卡要")
    agent.refers(ticket, at="2026-03-06 12:00")
    assert (ticket.track, ticket.state, ticket.category) == ("discipline", "investigating", "其他违规违纪")
    assert ticket.obligation("handle").voided == "refer"
    assert ticket.no.startswith("纪2026-")
    assert head.sees(ticket) is None, "the unit that held it loses all of it"


def test_back_on_the_quality_track_the_unit_sees_its_own_part_again(ticket, agent, plant, head, discipline):
    agent.assigns(ticket, to=plant)
    agent.refers(ticket)
    discipline.reclassifies(ticket, to="维修")
    assert head.sees(ticket) == "part"


def test_a_reason_is_demanded(ticket, operations, refused):
    with refused("required", "reason"):
        operations.reclassifies(ticket, to="吃拿卡要", reason=None)
