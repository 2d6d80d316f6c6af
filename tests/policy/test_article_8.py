"""第八条 责任追究: what each clause costs, what the rules propose, who decides, and what the log keeps of it."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from models.notice import Notice
from models.penalties import scope
from models.penalty_workflow import ACTIONS, DELAYED, EXPOSED, IGNORED, RETALIATED, STATES
from models.reminding import inbox
from models.tables import Penalty, PenaltyEvent, PenaltyFact, PenaltyRule, PenaltyText, Source, Ticket
from tests.fixtures.city import on_sqlite, shanghai, written
from tests.policy.penalties import does, exposed, found, may, propose, remind, sees

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


# What the rules propose


def test_one_exposure_is_one_proposal_for_each_post_with_the_rule_of_its_day(city, plant, head, handler):
    """第八条(一), 每次: however many articles. Who holds two posts pays once per post; the unknown is left open."""
    city.appoint(head, "indicator_holder", plant, "2020-01-01")
    city.changed(PenaltyRule(clause=EXPOSED, conduct="曝光", since=date(2026, 3, 10), responsible=200, leader=80,
                             indicator_holder=80))  # fmt: skip
    exposed(city, plant, "2026-03-06 20:00")
    assert remind(city, "2026-03-07 08:00") == 3
    assert remind(city, "2026-03-07 08:15") == 0, "once, whatever the number of runs"
    assert [(p.post, p.person, p.amount) for p in found(city)] == [
        ("responsible", "何经办", Decimal(100)), ("leader", "孙厂长", Decimal(50)),
        ("indicator_holder", "孙厂长", Decimal(50)),
    ]  # fmt: skip
    exposed(city, plant, "2026-03-11 20:00")
    assert remind(city, "2026-03-12 08:00") == 3
    assert [p.amount for p in found(city)[3:]] == [200, 80, 80]
    facts = city.session.scalars(select(PenaltyFact).where(PenaltyFact.penalty_id == found(city)[0].id)).all()
    assert [(fact.what, written(fact.at), fact.unit.name) for fact in facts] == [
        ("exposed", "2026-03-06 20:00", "第一水厂")
    ]


def test_a_grave_exposure_is_also_a_measure_for_leader_and_deputy_in_charge(city, plant, leadership):
    """第八条(一)：情节严重的，追究直接领导和单位分管负责人的行政责任。Found grave later, only this is added."""
    city.appoint(leadership, "deputy_in_charge", plant, "2020-01-01")
    row = exposed(city, plant, "2026-03-06 20:00")
    assert remind(city, "2026-03-07 08:00") == 3
    row.grave = True
    assert remind(city, "2026-03-08 08:00") == 2
    assert [(p.post, p.person, p.measure, p.amount) for p in found(city)[3:]] == [
        ("leader", "孙厂长", "追究行政责任", None), ("deputy_in_charge", "李副总", "追究行政责任", None)
    ]  # fmt: skip


@on_sqlite
def test_the_post_of_the_day_answers_and_a_deputy_within_the_dates(city, plant, head, deputy, other_head):
    city.appoint(deputy, "head", plant, "2026-03-01", "2026-03-10", acting_for=head)
    exposed(city, plant, "2026-03-09 20:00")
    exposed(city, plant, "2026-03-10 20:00")
    remind(city, "2026-03-11 08:00")
    assert [p.person for p in found(city) if p.post == "leader"] == ["钱副职", "孙厂长"]


def test_an_overdue_ticket_on_which_its_unit_left_nothing_is_proposed(city, agent, plant, head, operations):
    """第八条(二)：拒不理睬，又不汇报。What others leave on it does not count for the unit."""
    ticket = agent.registers(at="2026-03-02 09:00", category="水压")
    agent.assigns(ticket, to=plant, at="2026-03-02 10:00")
    operations.supervises(ticket, at="2026-03-04 10:00")
    agent.notes(ticket, at="2026-03-04 11:00")
    assert remind(city, "2026-03-05 10:00") == 0, "in its 72nd hour it is not overdue"
    assert remind(city, "2026-03-05 10:15") == 1
    assert remind(city, "2026-03-09 10:15") == 0
    (penalty,) = found(city, IGNORED)
    assert (penalty.person, penalty.post, penalty.amount) == ("孙厂长", "responsible", None)
    assert written(penalty.conduct_at) == "2026-03-05 10:00"
    facts = city.session.scalars(select(PenaltyFact.what).where(PenaltyFact.penalty_id == penalty.id)).all()
    assert facts == ["assigned", "handle_due", "silent"]


@on_sqlite
@pytest.mark.parametrize("left", ["notes", "contacts", "returns", "submits"])
def test_a_unit_that_left_a_note_a_contact_or_a_result_did_not_ignore_it(city, agent, plant, head, left):
    ticket = agent.registers(at="2026-03-02 09:00", category="水压")
    agent.assigns(ticket, to=plant, at="2026-03-02 10:00")
    getattr(head, left)(ticket, at="2026-03-02 11:00")
    assert remind(city, "2026-03-06 10:15") == 0


@on_sqlite
def test_a_unit_that_had_it_for_less_than_a_day_is_not_proposed(city, agent, plant, hall, head, operations):
    ticket = agent.registers(at="2026-03-02 09:00", category="水压")
    agent.assigns(ticket, to=plant, at="2026-03-02 10:00")
    operations.returns(ticket, at="2026-03-05 08:00")
    agent.assigns(ticket, to=hall, at="2026-03-05 09:00")
    assert remind(city, "2026-03-05 10:15") == 0


def test_dispatched_late_and_then_late_is_the_registrars(city, agent, colleague, plant, head):
    """第八条(三)：不及时处理问题而造成投诉案件延误: late dispatch alone, or a late unit alone, is not it."""
    ticket = agent.registers(at="2026-03-02 09:00", category="水压")
    colleague.assigns(ticket, to=plant, at="2026-03-04 10:00")
    head.notes(ticket, at="2026-03-04 11:00")
    assert remind(city, "2026-03-07 10:00") == 0
    assert remind(city, "2026-03-07 10:15") == 1
    head.submits(ticket, at="2026-03-08 10:00")
    assert remind(city, "2026-03-08 10:15") == 0
    (penalty,) = found(city, DELAYED)
    assert (penalty.person, penalty.post, penalty.unit_id) == ("林小满", "responsible", None)
    assert written(penalty.conduct_at) == "2026-03-03 09:00", "the day on which it should have been dispatched"


@on_sqlite
def test_dispatched_late_and_handled_in_time_is_nobodys(city, agent, plant, head):
    ticket = agent.registers(at="2026-03-02 09:00", category="水压")
    agent.assigns(ticket, to=plant, at="2026-03-04 10:00")
    head.submits(ticket, at="2026-03-05 10:00")
    assert remind(city, "2026-03-20 10:00") == 0


@on_sqlite
def test_a_forwarders_deadline_counts_unless_it_was_past_from_the_beginning(city, agent, plant, head):
    for due, many in (("2026-03-01 10:00", 0), ("2026-03-05 10:00", 1)):
        ticket = agent.registers(at="2026-03-02 09:00", category="水压", forward_due_at=shanghai(due))
        agent.assigns(ticket, to=plant, at="2026-03-04 10:00")
        head.submits(ticket, at="2026-03-06 10:00")
        assert remind(city, "2026-03-07 10:00") == many


def test_imported_history_is_never_proposed(city, agent, plant):
    silent = agent.registers(at="2026-03-02 09:00", category="水压")
    agent.assigns(silent, to=plant, at="2026-03-04 10:00")
    source = Source(name="旧系统")
    city.changed(source)
    city.session.execute(update(Ticket).values(source_id=source.id))
    exposed(city, plant, "2026-03-06 20:00", ticket=silent)
    assert remind(city, "2026-03-09 10:00") == 0
    city.session.execute(update(Ticket).values(source_id=None))
    assert remind(city, "2026-03-09 10:00") == 5, "else all three clauses would have found it"


@on_sqlite
def test_what_failed_long_before_the_program_first_looks_is_history(city, agent, plant):
    ticket = agent.registers(at="2026-01-02 09:00", category="水压")
    agent.assigns(ticket, to=plant, at="2026-01-02 10:00")
    assert remind(city, "2026-03-09 10:00") == 0


# Who decides


@pytest.fixture
def exposure(city, plant):
    exposed(city, plant, "2026-03-06 20:00")
    remind(city, "2026-03-09 08:00")
    return {p.post: p for p in found(city)}


def test_proposed_confirmed_executed(city, exposure, operations, handler, head):
    penalty = exposure["responsible"]
    assert sees(city, handler, penalty) is None, "a proposal is not told to whom it is about"
    assert sees(city, head, penalty) is None
    does(city, operations, "confirm", penalty, "2026-03-09 09:00")
    assert (penalty.state, penalty.amount, written(penalty.appeal_due_at)) == (
        "confirmed", Decimal(100), "2026-03-23 17:30"
    )  # fmt: skip
    assert (sees(city, handler, penalty), sees(city, head, penalty)) == ("own", "whole")
    assert may(city, handler, penalty) == {"appeal"}
    assert may(city, head, penalty) == set()
    does(city, operations, "execute", penalty)
    assert penalty.state == "executed"
    events = city.session.scalars(select(PenaltyEvent).where(PenaltyEvent.penalty_id == penalty.id)).all()
    assert [event.action for event in sorted(events, key=lambda event: event.no)] == ["propose", "confirm", "execute"]


@on_sqlite
def test_an_amount_that_the_rule_sets_is_nobodys_to_choose(city, exposure, operations, refused):
    with refused("amount_by_rule", "amount"):
        does(city, operations, "confirm", exposure["responsible"], amount="300")


@on_sqlite
def test_whom_no_post_names_the_confirmer_names(city, exposure, operations, refused):
    with refused("required", "person"):
        does(city, operations, "confirm", exposure["indicator_holder"])
    does(city, operations, "confirm", exposure["indicator_holder"], person="other_head")
    assert exposure["indicator_holder"].person == "吴所长"


@on_sqlite
def test_of_another_regulations_the_confirmer_enters_amount_or_measure(city, operations, discipline, handler, refused):
    penalty = propose(city, operations, "2026-03-09 09:00", clause=IGNORED, person_id=handler.id)
    with refused("amount_or_measure", "amount"):
        does(city, discipline, "confirm", penalty)
    for amount in ("-1", "1.005", "x", "1e9", True):
        with refused("not_text" if amount is True else "not_an_amount", "amount"):
            does(city, discipline, "confirm", penalty, amount=amount)
    does(city, discipline, "confirm", penalty, amount="200", measure="通报批评")
    assert (penalty.amount, penalty.measure) == (Decimal(200), "通报批评")


CONFIRMERS = {
    EXPOSED: {"operations", "discipline"}, IGNORED: {"operations", "discipline"},
    DELAYED: {"leadership", "discipline"}, RETALIATED: {"discipline"},
}  # fmt: skip


@on_sqlite
@pytest.mark.parametrize("clause", CONFIRMERS)
def test_each_clause_is_confirmed_by_those_whom_the_policy_names(city, operations, handler, clause):
    """POLICY §6: (三) by leadership or discipline, (四) by discipline only."""
    penalty = propose(city, operations, "2026-03-09 09:00", clause=clause, person_id=handler.id, post="responsible")
    able = {name for name, one in city.people.items() if "confirm" in may(city, one, penalty)}
    assert able - {"inspector"} == CONFIRMERS[clause]


@on_sqlite
def test_nobody_decides_on_themselves_or_in_their_own_line(
    city, operations, leadership, discipline, inspector, plant, office, refused
):
    of_operations = propose(city, discipline, "2026-03-09 09:00", person_id=operations.id)
    assert sees(city, operations, of_operations) is None
    city.appoint(discipline, "head", office, "2020-01-01")
    subordinate = propose(city, operations, "2026-03-09 09:00", person_id=inspector.id)
    superior = propose(city, operations, "2026-03-09 09:00", person_id=discipline.id)
    for by, penalty in ((discipline, subordinate), (inspector, superior)):
        for action in ("confirm", "withdraw"):
            with refused("own_line"):
                does(city, by, action, penalty, **({"reason": "不属实"} if action == "withdraw" else {}))
    city.appoint(leadership, "deputy_in_charge", plant, "2020-01-01")
    led = propose(city, operations, "2026-03-09 09:00", clause=DELAYED, unit_id=plant.id, person="临时工")
    with refused("own_line"):
        does(city, leadership, "confirm", led, amount=50)
    does(city, operations, "confirm", subordinate)
    with refused("own_line"):
        does(city, discipline, "execute", subordinate)


@on_sqlite
def test_nor_does_naming_somebody_else_get_round_it(city, exposure, discipline, refused):
    with refused("own_line"):
        does(city, discipline, "confirm", exposure["indicator_holder"], person="discipline")


@on_sqlite
def test_withdrawn_with_a_reason(city, exposure, operations, handler, refused):
    with refused("required", "reason"):
        does(city, operations, "withdraw", exposure["responsible"])
    does(city, operations, "withdraw", exposure["responsible"], reason="报道与我方无关。")
    assert exposure["responsible"].state == "withdrawn"
    assert sees(city, handler, exposure["responsible"]) is None


@on_sqlite
@pytest.mark.parametrize(("decision", "end"), [("uphold", "upheld"), ("revoke", "revoked")])
def test_appealed_within_ten_working_days_and_decided_by_another_one(
    city, exposure, operations, discipline, inspector, handler, refused, decision, end
):
    penalty = exposure["responsible"]
    does(city, discipline, "confirm", penalty, "2026-03-09 09:00")
    with refused("appeal_own"):
        does(city, operations, "appeal", penalty, reason="替他申诉。")
    with refused("appeal_too_late"):
        does(city, handler, "appeal", penalty, "2026-03-23 17:31", reason="当天不当班。")
    does(city, handler, "appeal", penalty, "2026-03-23 17:30", reason="当天不当班。")
    with refused("penalty_state"):
        does(city, operations, "execute", penalty)
    with refused("confirmed_it"):
        does(city, discipline, decision, penalty, reason="事实清楚。")
    does(city, inspector, decision, penalty, reason="查值班表。")
    assert penalty.state == end
    assert may(city, handler, penalty) == set(), "once"
    assert ("execute" in may(city, operations, penalty)) is (end == "upheld")


@on_sqlite
def test_for_whom_has_no_account_the_appeal_is_entered_as_it_was_told(city, operations, discipline, leadership):
    penalty = propose(city, discipline, "2026-03-09 09:00", person="劳务工")
    does(city, discipline, "confirm", penalty)
    assert "appeal" not in may(city, leadership, penalty)
    does(city, operations, "appeal", penalty, reason="本人书面申诉：当天请假。")
    does(city, leadership, "revoke", penalty, reason="请假属实。")
    assert penalty.state == "revoked"


@on_sqlite
def test_executed_upheld_is_not_executed_twice(city, exposure, operations, discipline, handler):
    penalty = exposure["responsible"]
    does(city, operations, "confirm", penalty)
    does(city, operations, "execute", penalty)
    does(city, handler, "appeal", penalty, reason="当天不当班。")
    does(city, discipline, "uphold", penalty, reason="事实清楚。")
    assert "execute" not in may(city, operations, penalty)


def test_the_second_of_two_decisions_changes_nothing(city, exposure, operations, refused):
    penalty = exposure["responsible"]
    does(city, operations, "confirm", penalty, once="k1")
    does(city, operations, "confirm", penalty, version=1, once="k1")
    assert penalty.version == 2
    with refused("stale_penalty"):
        does(city, operations, "execute", penalty, version=1)
    with refused("key_reused"):
        does(city, operations, "execute", penalty, once="k1")


# Who is told


def heard(city, person):
    """(the act, until when it can be appealed) of all that a person was told, newest first; and how much is unread."""
    by = person.as_of(city.now)
    lines = inbox.lines(city.session, by, start=0, size=10)
    told = [(line.act, line.notice.due_at and written(line.notice.due_at)) for line in lines]
    return told, inbox.unread(city.session, by, city.now)


@pytest.mark.parametrize("decision", ["uphold", "revoke"])
def test_the_fined_are_told_and_of_an_appeal_whoever_may_decide_it(
    city, exposure, discipline, inspector, handler, decision
):
    penalty = exposure["responsible"]
    assert heard(city, handler) == ([], 0), "of a proposal nobody hears"
    does(city, discipline, "confirm", penalty, "2026-03-09 09:00")
    assert heard(city, handler) == ([("confirm", "2026-03-23 17:30")], 1)
    does(city, handler, "appeal", penalty, reason="当天不当班。")
    waits = {name for name, one in city.people.items() if heard(city, one)[1]}
    assert waits == {"inspector", "leadership", "chairman"}, "but who confirmed it, and who decides no appeals"
    does(city, inspector, decision, penalty, reason="查值班表。")
    assert heard(city, handler) == ([(decision, None), ("confirm", "2026-03-23 17:30")], 1)
    assert {name for name, one in city.people.items() if heard(city, one)[1]} == {"handler"}, "it waits no longer"


def test_of_what_was_confirmed_and_withdrawn_the_person_hears_and_of_a_proposal_withdrawn_nobody(
    city, exposure, operations, handler
):
    does(city, operations, "withdraw", exposure["leader"], reason="报道与我方无关。")
    does(city, operations, "confirm", exposure["responsible"])
    does(city, operations, "withdraw", exposure["responsible"], reason="报道与我方无关。")
    assert [act for act, _until in heard(city, handler)[0]] == ["withdraw", "confirm"]
    assert {n.user_id for n in city.session.scalars(select(Notice))} == {handler.id}


def test_an_appeal_in_a_discipline_ticket_is_told_to_whom_its_ticket_is(
    city, accusation, agent, discipline, handler, plant
):
    agent.refers(accusation)
    penalty = propose(city, discipline, "2026-03-09 09:00", clause=RETALIATED, ticket_id=accusation.id,
                      person_id=handler.id, unit_id=plant.id)  # fmt: skip
    does(city, discipline, "confirm", penalty, measure="记过")
    does(city, handler, "appeal", penalty, reason="没有这回事。")
    assert {name for name, one in city.people.items() if heard(city, one)[1]} == {"inspector"}


# Confidentiality


def test_a_discipline_tickets_penalty_is_seen_by_whom_its_ticket_is_and_by_the_fined(
    city, accusation, agent, discipline, operations, leadership, head, handler, plant, chairman
):
    agent.refers(accusation)
    penalty = propose(city, discipline, "2026-03-09 09:00", clause=RETALIATED, ticket_id=accusation.id,
                      person_id=handler.id, unit_id=plant.id)  # fmt: skip
    does(city, discipline, "confirm", penalty, measure="记过")
    seen = {name: sees(city, one, penalty) for name, one in city.people.items()}
    assert {name: level for name, level in seen.items() if level} == {
        "discipline": "whole", "inspector": "whole", "handler": "own"
    }  # fmt: skip


def test_what_waits_is_counted_for_whom_it_waits(city, exposure, operations, leadership, discipline, handler):
    def waiting(person):
        return {p.id for p in city.session.scalars(select(Penalty).where(scope.waiting(person.as_of(city.now))))}

    delayed = propose(city, operations, "2026-03-09 09:00", clause=DELAYED, person_id=handler.id)
    assert waiting(leadership) == {delayed.id}
    assert waiting(operations) == {p.id for p in exposure.values()}
    assert waiting(discipline) == {delayed.id} | waiting(operations)
    assert waiting(handler) == set()


# The log


CHANGES = {
    "a column": update(Penalty).values(amount=Decimal(1)),
    "a state": update(Penalty).values(state="withdrawn"),
    "a name": update(Penalty).values(person="别人"),
    "an event": update(PenaltyEvent).where(PenaltyEvent.no == 2).values(actor_id=None),
    "a text": update(PenaltyText).values(value="别的"),
    "a fact": update(PenaltyFact).values(at=shanghai("2026-03-01 10:00")),
    "an event gone": PenaltyEvent.__table__.delete().where(PenaltyEvent.__table__.c.no == 2),
    "a text gone": PenaltyText.__table__.delete(),
    "a fact gone": PenaltyFact.__table__.delete(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_verify_names_a_penalty_that_was_changed_past_the_program(city, exposure, operations, change):
    penalty = exposure["responsible"]
    does(city, operations, "confirm", penalty)
    assert city.differences() == []
    with city.session.begin_nested() as before:
        city.session.execute(change)
        assert f"追究 {penalty.id}" in {name for name, _ in city.differences()}
        before.rollback()
    city.session.expire_all()


def test_the_table_leads_nowhere_but_to_its_states_and_reaches_all_of_them():
    for action in ACTIONS.values():
        for step in action.steps:
            assert step.start is None or step.start in STATES
            assert step.end is None or step.end in STATES
    reached, new = {"proposed"}, True
    while new:
        new = {s.end for a in ACTIONS.values() for s in a.steps if s.start in reached and s.end} - reached
        reached |= new
    assert reached == set(STATES)
