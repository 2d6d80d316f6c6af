"""第六条(二) 处理：确定是否为我公司管理范围、诉求是否合理；转承办单位；查明原因和责任人；72小时内处理完毕。"""

import pytest

from tests.fixtures.city import on_sqlite

# 1. 投诉不成立，用委婉的方式答复


@pytest.mark.parametrize("name", ["agent", "colleague", "operations"])
def test_what_is_not_admissible_is_answered_politely_and_closed(city, ticket, name):
    """第六条(二)1：如果投诉不成立，可用委婉的方式答复顾客，以取得顾客的谅解。"""
    city.people[name].declines(ticket, at="2026-03-06 10:00", reply="您家阀门后的漏水须请物业维修。")
    assert (ticket.state, ticket.ending) == ("closed", "declined")
    assert ticket.text("reply") == "您家阀门后的漏水须请物业维修。"
    assert ticket.owes == set()


def test_no_answer_no_declining(ticket, agent, refused):
    with refused("required", "reply"):
        agent.declines(ticket, reply="")


def test_only_discipline_declines_what_is_said_about_conduct(accusation, agent, operations, discipline, refused):
    with refused("not_yours"):
        agent.declines(accusation)
    with refused("unseen"):
        operations.declines(accusation)
    discipline.declines(accusation)
    assert (accusation.state, accusation.ending) == ("closed", "declined")


@pytest.mark.parametrize("state", ["assigned", "returned"])
def test_what_a_unit_has_had_is_not_declined_any_more(ticket, agent, plant, head, state, refused):
    agent.assigns(ticket, to=plant)
    if state == "returned":
        head.returns(ticket)
    with refused("wrong_state"):
        agent.declines(ticket)


@pytest.mark.parametrize("kind", ["enquiry", "repair"])
def test_enquiries_and_repairs_may_be_answered_at_the_desk(agent, kind):
    ticket = agent.registers(kind=kind)
    agent.answers(ticket)
    assert (ticket.state, ticket.ending, ticket.owes) == ("closed", "answered", set())


def test_a_complaint_is_not_simply_answered(ticket, agent, refused):
    with refused("wrong_kind"):
        agent.answers(ticket)


@pytest.mark.parametrize("kind", ["enquiry", "repair"])
def test_they_may_be_assigned_like_any_ticket(agent, plant, kind):
    ticket = agent.registers(kind=kind)
    agent.assigns(ticket, to=plant)
    assert ticket.owes == {"handle"}


# 2. 转交承办单位处理；3. 两类各有去处


def test_the_unit_may_be_named_or_numbered(ticket, agent, plant, refused):
    """第六条(二)2：受理人员做好记录并转交承办单位处理。"""
    for unknown in ("没有的单位", 99_999, "1"):
        with refused("not_found", "unit"):
            agent.does("assign", ticket, unit=unknown)
    agent.does("assign", ticket, unit=plant.id)
    assert ticket.unit == plant.name


def test_a_dissolved_unit_gets_nothing_new(city, ticket, agent, plant, refused):
    plant.active = False
    city.changed(plant)
    with refused("inactive", "unit"):
        agent.assigns(ticket, to=plant)


def test_conduct_goes_to_discipline_and_not_to_a_unit(accusation, agent, plant, refused):
    """第六条(二)3：涉及违规违纪和服务态度方面的投诉转集团纪检监察室调查处理。"""
    with refused("not_on_track"):
        agent.assigns(accusation, to=plant)
    agent.refers(accusation)
    assert accusation.state == "investigating"
    assert agent.sees(accusation) is None


@pytest.mark.parametrize("name", ["agent", "operations", "discipline"])
def test_a_matter_of_conduct_found_among_the_others_is_referred_too(city, ticket, name):
    city.people[name].refers(ticket, category="态度恶劣")
    assert (ticket.track, ticket.category, ticket.state) == ("discipline", "态度恶劣", "investigating")
    assert ticket.obligation("dispatch").settled is not None


def test_referring_names_no_category_of_quality(ticket, agent, refused):
    with refused("other_track", "category"):
        agent.refers(ticket, category="水质")


@pytest.mark.parametrize(
    ("received", "assigned", "late"),
    [("2026-03-06 08:30", "2026-03-07 08:30", False), ("2026-03-06 08:30", "2026-03-07 08:31", True)],
    ids=["in the 24th hour", "a minute after"],
)
def test_dispatching_has_24_hours_from_the_moment_it_was_received(agent, plant, received, assigned, late):
    """第八条(三)：受理人员不及时处理问题而造成投诉案件延误。"""
    ticket = agent.registers(at="2026-03-06 20:00", received_at=received.replace(" ", "T"))
    agent.assigns(ticket, to=plant, at=assigned)
    assert ticket.obligation("dispatch").was_late is late


# 4. 查明原因及责任人


@pytest.mark.parametrize("missing", ["cause", "responsible", "result"])
def test_a_result_says_the_cause_the_person_responsible_and_what_was_done(ticket, agent, plant, head, missing, refused):
    """第六条(二)4：查明顾客投诉的具体原因及造成顾客投诉的具体责任人。"""
    agent.assigns(ticket, to=plant)
    said = {"cause": "爆管", "responsible": "管网所值班长", "result": "已抢修", missing: " "}
    with refused("required", missing):
        head.does("submit", ticket, fields=said)


def test_the_result_is_kept_in_words_and_in_codes(ticket, agent, plant, head):
    agent.assigns(ticket, to=plant)
    head.submits(ticket, cause_code="pressure", finding="我方责任")
    assert (ticket.cause_code, ticket.finding) == ("pressure", "company")
    assert ticket.text("responsible") == "未查明", "that nobody was found may be said"
    assert ticket.text("cause") == "阀门未全开。"


# 5. 承办单位的负责人负责……72小时内处理完毕


def test_the_head_alone_submits(ticket, agent, plant, head, handler, operations, other_head, refused):
    """第六条(二)5：承办单位的负责人负责对投诉事件进行调查、核实、处理。"""
    agent.assigns(ticket, to=plant)
    for person in (handler, agent, operations):
        with refused("not_yours"):
            person.submits(ticket)
    with refused("unseen"):
        other_head.submits(ticket)
    head.submits(ticket)
    assert ticket.state == "calling_back"


@on_sqlite
@pytest.mark.parametrize(
    ("assigned", "due"),
    [
        ("2026-03-06 10:00", "2026-03-09 10:00"),
        ("2026-03-10 17:45", "2026-03-13 17:45"),
        ("2026-02-14 09:00", "2026-02-17 09:00"),
        ("2025-09-30 23:59", "2025-10-03 23:59"),
        ("2024-02-28 10:00", "2024-03-02 10:00"),
    ],
    ids=["over a weekend", "after closing time", "into Spring Festival", "over National Day", "over a leap day"],
)
def test_the_unit_has_72_elapsed_hours_rest_days_included(agent, plant, assigned, due):
    """第六条(二)5：应72小时内处理完毕。"""
    ticket = agent.registers(at=assigned)
    agent.assigns(ticket, to=plant, at=assigned)
    assert ticket.obligation("handle").due == due


@pytest.mark.parametrize(
    ("submitted", "late"),
    [("2026-03-09 10:00", False), ("2026-03-09 10:00:00.000001", True), ("2026-03-09 10:01", True)],
    ids=["in the 72nd hour, over a weekend", "a microsecond after", "a minute after"],
)
def test_the_result_is_due_72_hours_after_assignment(ticket, plant, agent, head, submitted, late):
    agent.assigns(ticket, to=plant, at="2026-03-06 10:00")
    head.submits(ticket, at=submitted)
    assert ticket.obligation("handle").was_late is late


@on_sqlite
@pytest.mark.parametrize(
    ("asked", "standing"),
    [("2026-03-06 10:00", "pending"), ("2026-03-09 10:00", "pending"), ("2026-03-09 10:01", "late"),
     ("2026-03-10 12:00", "late")],
)  # fmt: skip
def test_until_the_result_is_in_it_is_pending_and_then_late(ticket, plant, agent, head, asked, standing):
    agent.assigns(ticket, to=plant, at="2026-03-06 10:00")
    head.submits(ticket, at="2026-03-11 10:00")
    assert ticket.obligation("handle").standing(asked) == standing


def test_nothing_that_a_unit_writes_moves_its_deadline(ticket, plant, agent, head, handler, operations):
    agent.assigns(ticket, to=plant, at="2026-03-06 10:00")
    handler.notes(ticket)
    handler.contacts(ticket, "progress")
    head.attaches(ticket)
    head.recategorises(ticket, to="维修")
    operations.supervises(ticket)
    operations.amends(ticket, "address", "柳园路 12 号")
    assert [owed.due for owed in ticket.obligations("handle")] == ["2026-03-09 10:00"]


def test_each_round_has_72_hours_of_its_own(ticket, plant, agent, head):
    agent.assigns(ticket, to=plant, at="2026-03-06 10:00")
    head.submits(ticket, at="2026-03-08 10:00")
    agent.calls_back(ticket, "dissatisfied", at="2026-03-09 15:00")
    assert [(owed.row.round, owed.due) for owed in ticket.obligations("handle")] == [
        (1, "2026-03-09 10:00"), (2, "2026-03-12 15:00"),
    ]  # fmt: skip


def test_the_clause_stands_beside_each_deadline(ticket, accusation, plant, agent, head, discipline, chairman):
    agent.assigns(ticket, to=plant)
    head.submits(ticket)
    agent.refers(accusation)
    discipline.finds(accusation, True)
    discipline.reports(accusation)
    chairman.instructs(accusation, to=plant)
    head.submits(accusation)
    clauses = {(row.kind, row.track): row.clause for row in (*ticket.row.obligations, *accusation.row.obligations)}
    assert clauses == {
        ("dispatch", "quality"): "内部指标", ("handle", "quality"): "第六条(二)5",
        ("callback", "quality"): "第六条(三)1",
        ("dispatch", "discipline"): "内部指标", ("opinion", "discipline"): "流程②", ("handle", "discipline"): "流程④",
        ("callback", "discipline"): "第六条(三)2",
    }  # fmt: skip
