"""第十条 本办法由运营管理部负责解释；第十一条 自发布之日起施行：期限和日历是数据，各有施行之日。"""

import pytest

# 期限


def test_72_hours_become_48_from_a_day_on_and_no_deadline_already_set_moves(city, agent, plant):
    """第十一条：自发布之日起施行。"""
    before, on_the_day = agent.registers(at="2026-03-30 09:00"), agent.registers(at="2026-03-30 09:00")
    city.rule("handle", 48, "2026-04-01")
    agent.assigns(before, to=plant, at="2026-03-31 23:59")
    agent.assigns(on_the_day, to=plant, at="2026-04-01 00:00")
    assert before.obligation("handle").due == "2026-04-03 23:59"
    assert on_the_day.obligation("handle").due == "2026-04-03 00:00"


def test_a_deadline_set_before_the_rule_was_entered_stays_too(city, agent, plant, head):
    ticket = agent.registers(at="2026-04-01 09:00")
    agent.assigns(ticket, to=plant, at="2026-04-01 10:00")
    city.rule("handle", 48, "2026-04-01")
    head.returns(ticket, at="2026-04-01 11:00")
    agent.assigns(ticket, to=plant, at="2026-04-01 12:00")
    assert [owed.due for owed in ticket.obligations("handle")] == ["2026-04-04 10:00"]
    head.submits(ticket, at="2026-04-02 10:00")
    agent.calls_back(ticket, "dissatisfied", at="2026-04-02 11:00")
    assert ticket.obligation("handle").due == "2026-04-04 11:00", "the new round is under the new rule"


def test_a_rule_holds_on_its_track_only(city, accusation, agent, plant, discipline, chairman):
    city.rule("handle", 24, "2026-01-01", track="quality")
    agent.refers(accusation)
    discipline.finds(accusation, True)
    discipline.reports(accusation)
    chairman.instructs(accusation, to=plant, at="2026-03-09 10:00")
    assert accusation.obligation("handle").due == "2026-03-12 10:00"


def test_the_latest_rule_in_force_counts(city, ticket, agent, plant):
    city.rule("handle", 48, "2026-01-01")
    city.rule("handle", 24, "2026-03-01")
    city.rule("handle", 12, "2026-05-01")
    agent.assigns(ticket, to=plant, at="2026-03-06 10:00")
    assert ticket.obligation("handle").due == "2026-03-07 10:00"


def test_a_rule_without_an_amount_is_switched_off(city, ticket, agent, plant, head):
    city.rule("handle", None, "2026-03-01")
    city.rule("callback", None, "2026-03-01", measure="working_days")
    agent.assigns(ticket, to=plant)
    head.submits(ticket)
    assert ticket.owes == set()
    agent.calls_back(ticket, "dissatisfied")
    assert (ticket.state, ticket.round) == ("handling", 2)


@pytest.mark.parametrize("kind", ["investigate", "instruct", "feed_back"])
def test_internal_targets_are_off_until_somebody_sets_them(city, agent, plant, head, discipline, chairman, kind):
    def life():
        ticket = agent.registers(at="2026-03-06 09:00", category="吃拿卡要")
        agent.refers(ticket)
        discipline.finds(ticket, True)
        discipline.reports(ticket)
        chairman.instructs(ticket, to=plant)
        head.submits(ticket)
        discipline.calls_back(ticket, "satisfied")
        discipline.feeds_back(ticket)
        return ticket

    assert life().obligations(kind) == []
    city.rule(kind, 2, "2026-01-01", track="discipline", measure="working_days")
    owed = life().obligation(kind)
    assert owed.due == "2026-03-10 17:30"
    assert not owed.was_late


def test_counts_are_rules_too(city, ticket, agent, plant, head, operations, chairman):
    city.rule("attempts", 1, "2026-01-01", measure="times")
    city.rule("attempt_days", 1, "2026-01-01", measure="days")
    city.rule("conclude", 2, "2026-01-01", measure="times")
    agent.assigns(ticket, to=plant)
    head.submits(ticket)
    agent.calls_back(ticket, "unreached")
    assert "waive" in operations.may(ticket)
    agent.calls_back(ticket, "dissatisfied")
    assert "conclude" in chairman.may(ticket)


# 日历


def test_a_corrected_day_re_dates_what_is_still_owed_by_an_event(city, ticket, agent, plant, head):
    agent.assigns(ticket, to=plant, at="2026-03-06 10:00")
    head.submits(ticket, at="2026-03-09 10:00")
    version = ticket.version
    city.calendar_day("2026-03-10", working=False)
    assert city.redate(at="2026-03-09 11:00") == 1
    assert ticket.obligation("callback").due == "2026-03-11 17:30"
    event = ticket.events[-1]
    assert (event.action, event.actor_id, event.from_state, event.to_state) == (
        "redate", None, "calling_back", "calling_back",
    )  # fmt: skip
    assert ticket.version == version


def test_a_make_up_day_brings_it_forward(city, ticket, agent, plant, head):
    agent.assigns(ticket, to=plant, at="2026-03-06 10:00")
    head.submits(ticket, at="2026-03-06 12:00")
    city.calendar_day("2026-03-07", working=True)
    city.redate(at="2026-03-06 13:00")
    assert ticket.obligation("callback").due == "2026-03-07 17:30"


def test_what_is_settled_void_or_counted_in_hours_stays(city, agent, plant, head, operations):
    settled, void, hours = (agent.registers(at="2026-03-06 09:00") for _ in range(3))
    for ticket in (settled, void, hours):
        agent.assigns(ticket, to=plant, at="2026-03-06 10:00")
    for ticket in (settled, void):
        head.submits(ticket, at="2026-03-09 10:00")
    agent.calls_back(settled, "satisfied", at="2026-03-09 11:00")
    operations.waives(void, at="2026-03-09 11:00")
    before = city.rows()
    city.calendar_day("2026-03-10", working=False)
    assert city.redate() == 0
    assert city.rows() == before


def test_once_is_enough(city, ticket, agent, plant, head):
    agent.assigns(ticket, to=plant)
    head.submits(ticket, at="2026-03-09 10:00")
    city.calendar_day("2026-03-10", working=False)
    assert (city.redate(), city.redate()) == (1, 0)


def test_a_day_elsewhere_in_the_year_moves_nothing(city, ticket, agent, plant, head):
    agent.assigns(ticket, to=plant)
    head.submits(ticket, at="2026-03-09 10:00")
    city.calendar_day("2026-03-11", working=False)
    assert city.redate() == 0


def test_only_a_corrected_day_does_that_not_a_rule(city, ticket, agent, plant, head):
    agent.assigns(ticket, to=plant)
    head.submits(ticket, at="2026-03-09 10:00")
    city.rule("callback", 3, "2026-01-01", measure="working_days")
    assert city.redate() == 0
    assert ticket.obligation("callback").due == "2026-03-10 17:30"
