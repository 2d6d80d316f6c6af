"""第六条(三) 顾客回访：接到处理结果后，1个工作日内回访；不满意的退回承办单位重新办理，直至顾客满意为止。"""

from datetime import date

import pytest

from tests.fixtures.city import Person, on_sqlite


@pytest.fixture
def called_for(ticket, agent, plant, head):
    """A ticket whose result came in on Monday, 9 March 2026 at 10:00."""
    agent.assigns(ticket, to=plant, at="2026-03-06 10:00")
    head.submits(ticket, at="2026-03-09 10:00")
    return ticket


def resulting(city, at):
    """A ticket whose result came in at `at`."""
    ticket = city.agent.registers(at=at, phone="13812345678")
    city.agent.assigns(ticket, to=city.plant, at=at)
    city.head.submits(ticket, at=at)
    return ticket


@on_sqlite
@pytest.mark.parametrize(
    ("result", "due"),
    [
        ("2026-03-09 10:00", "2026-03-10 17:30"),
        ("2026-03-09 00:00", "2026-03-10 17:30"),
        ("2026-03-09 23:59", "2026-03-10 17:30"),
        ("2026-03-06 10:00", "2026-03-09 17:30"),
        ("2026-03-07 10:00", "2026-03-09 17:30"),
        ("2025-09-30 10:00", "2025-10-09 17:30"),
        ("2025-09-26 10:00", "2025-09-28 18:00"),
        ("2024-02-09 10:00", "2024-02-18 17:30"),
        ("2022-12-30 10:00", "2023-01-03 17:30"),
        ("2026-04-29 10:00", "2026-04-30 17:30"),
        ("2026-05-11 10:00", "2026-05-12 18:00"),
        ("2026-09-29 10:00", "2026-09-30 18:00"),
        ("2026-07-10 10:00", "2026-07-13 18:00"),
    ],
    ids=["the next day", "just after midnight", "just before midnight", "Friday to Monday", "on a Saturday",
         "over National Day", "to a make-up Sunday", "over Spring Festival to a make-up Sunday",
         "over New Year, which the next year's notice begins", "the last day of winter hours", "summer hours",
         "the last day of summer hours", "a summer weekend"],
)  # fmt: skip
def test_the_call_is_due_at_closing_time_of_the_next_working_day(city, result, due):
    """第六条(三)1：运营管理部接到处理结果后，1个工作日内进行顾客回访。"""
    assert resulting(city, result).obligation("callback").due == due


@pytest.mark.parametrize(
    ("result", "due"),
    [("2031-09-30 10:00", "2031-10-06 17:30"), ("2031-12-31 10:00", "2032-01-02 17:30")],
    ids=["National Day", "into the next year"],
)
def test_in_a_year_not_yet_announced_the_fixed_holidays_are_off(city, result, due):
    assert resulting(city, result).obligation("callback").due == due
    day = date.fromisoformat(due[:10])
    assert city.book().calendar.provisional(day, day) == [day.year]


@on_sqlite
@pytest.mark.parametrize(
    ("called", "late"), [("2026-03-10 17:30", False), ("2026-03-10 17:31", True)], ids=["at closing time", "after it"]
)
@pytest.mark.parametrize("outcome", ["satisfied", "dissatisfied", "unreached"])
def test_the_first_call_meets_it_whether_or_not_it_reached_anybody(called_for, agent, outcome, called, late):
    agent.calls_back(called_for, outcome, at=called)
    assert called_for.obligation("callback").was_late is late
    assert called_for.obligation("callback").settled == called


def test_a_satisfied_customer_closes_the_ticket(called_for, operations):
    """第六条(三)1：处理满意的做好记录。"""
    operations.calls_back(called_for, "satisfied", at="2026-03-09 15:00", solved=True)
    assert (called_for.state, called_for.ending) == ("closed", "satisfied")
    assert called_for.owes == set()
    (call,) = called_for.callbacks
    assert (call.outcome, call.solved, call.round, call.unit_id) == ("satisfied", True, 1, called_for.unit_id)


def test_a_dissatisfied_customer_sends_it_back_to_the_same_unit(called_for, agent, head):
    """第六条(三)1：不满意的退回承办单位重新办理。"""
    agent.calls_back(called_for, "dissatisfied", at="2026-03-09 15:00")
    assert (called_for.state, called_for.round, called_for.unit) == ("handling", 2, "第一水厂")
    assert called_for.owes == {"handle"}
    assert head.sees(called_for) == "contact"


def test_what_the_customer_is_dissatisfied_with_is_written_down(called_for, agent, refused):
    with refused("required", "remark"):
        agent.does("call_back", called_for, outcome="dissatisfied")
    agent.does("call_back", called_for, outcome="unreached")


def test_until_the_customer_is_satisfied(called_for, agent, head):
    """第六条(三)1：直至顾客满意为止。"""
    for n in range(2, 7):
        agent.calls_back(called_for, "dissatisfied")
        assert called_for.round == n
        head.submits(called_for)
    agent.calls_back(called_for, "satisfied")
    assert [call.outcome for call in called_for.callbacks] == ["dissatisfied"] * 5 + ["satisfied"]
    assert [call.round for call in called_for.callbacks] == [1, 2, 3, 4, 5, 6]
    assert len(called_for.obligations("callback")) == len(called_for.obligations("handle")) == 6


def test_an_outcome_is_one_of_three(called_for, agent, refused):
    for outcome in ("waived", "concluded", "很好"):
        with refused("not_a_choice", "outcome"):
            agent.calls_back(called_for, outcome)
    with refused("required", "outcome"):
        agent.does("call_back", called_for)


def test_discipline_calls_back_on_its_own_track_only(called_for, discipline, refused):
    with refused("not_yours"):
        discipline.calls_back(called_for, "satisfied")


# 无法回访


def test_a_call_that_reaches_nobody_is_kept_and_is_no_outcome(called_for, agent):
    agent.calls_back(called_for, "unreached")
    agent.calls_back(called_for, "unreached")
    assert called_for.state == "calling_back"
    assert [call.outcome for call in called_for.callbacks] == ["unreached", "unreached"]


@on_sqlite
@pytest.mark.parametrize(
    ("calls", "enough"),
    [
        ([], False),
        (["03-09 11:00", "03-10 11:00"], False),
        (["03-09 11:00", "03-09 14:00", "03-09 17:00"], False),
        (["03-09 11:00", "03-09 14:00", "03-10 09:00"], True),
        (["03-09 23:58", "03-09 23:59", "03-10 00:00"], True),
        (["03-10 00:01", "03-10 07:59", "03-10 08:01"], False),
    ],
    ids=["none", "two on two days", "three on one day", "three on two days", "around midnight",
         "around midnight in Greenwich"],
)  # fmt: skip
def test_nobody_reached_may_end_it_after_three_attempts_on_two_days(
    called_for, agent, operations, calls, enough, refused
):
    for call in calls:
        agent.calls_back(called_for, "unreached", at=f"2026-{call}")
    if enough:
        operations.waives(called_for, at="2026-03-11 10:00")
        assert (called_for.state, called_for.ending) == ("closed", "waived")
    else:
        with refused("too_few_attempts"):
            operations.waives(called_for, at="2026-03-11 10:00")


def test_an_agent_does_not_end_it_so(called_for, agent, refused):
    for day in ("09", "10", "11"):
        agent.calls_back(called_for, "unreached", at=f"2026-03-{day} 11:00")
    with refused("not_yours"):
        agent.waives(called_for)


def test_ended_so_it_is_neither_satisfied_nor_dissatisfied(called_for, agent, operations):
    for day in ("09", "10", "11"):
        agent.calls_back(called_for, "unreached", at=f"2026-03-{day} 11:00")
    operations.waives(called_for)
    assert [call.outcome for call in called_for.callbacks] == ["unreached"] * 3 + ["waived"]
    assert called_for.obligation("callback").settled == "2026-03-09 11:00", "it was called in time all the same"


def test_attempts_of_an_earlier_round_do_not_count(called_for, agent, head, operations, refused):
    for day in ("09", "10", "11"):
        agent.calls_back(called_for, "unreached", at=f"2026-03-{day} 11:00")
    agent.calls_back(called_for, "dissatisfied")
    head.submits(called_for)
    with refused("too_few_attempts"):
        operations.waives(called_for)


def test_where_nobody_can_be_called_it_may_end_at_once(called_for, agent, operations):
    agent.amends(called_for, "phone", "")
    operations.waives(called_for)
    assert called_for.obligation("callback").voided == "waive"


# 仍不满意办结


@pytest.mark.parametrize("state", ["handling", "calling_back"])
def test_from_the_third_round_on_the_chairman_may_end_what_cannot_be_settled(
    called_for, agent, head, chairman, state, refused
):
    with refused("too_early_to_conclude"):
        chairman.concludes(called_for)
    agent.calls_back(called_for, "dissatisfied")
    with refused("too_early_to_conclude"):
        chairman.concludes(called_for)
    head.submits(called_for)
    agent.calls_back(called_for, "dissatisfied")
    if state == "calling_back":
        head.submits(called_for)
    chairman.concludes(called_for)
    assert (called_for.state, called_for.ending, called_for.round) == ("closed", "concluded", 3)
    assert called_for.callbacks[-1].outcome == "concluded"
    assert called_for.owes == set()
    assert called_for.obligation("handle" if state == "handling" else "callback").voided == "conclude"


def test_nobody_else_may(called_for, operations, discipline, leadership, refused):
    for person in (operations, discipline, leadership):
        with refused("not_yours"):
            person.concludes(called_for)


# 谁不得回访


def test_who_handled_it_does_not_call_its_customer_back(city, ticket, agent, plant, head, handler, refused):
    handler_at_the_desk = Person(city, "handler", handler.id, frozenset({"handler", "agent"}))
    head_at_the_desk = Person(city, "head", head.id, frozenset({"unit_head", "operations"}))
    agent.assigns(ticket, to=plant)
    handler.contacts(ticket)
    head.submits(ticket)
    for person in (handler_at_the_desk, head_at_the_desk):
        assert "call_back" not in person.may(ticket)
        with refused("handled_it"):
            person.calls_back(ticket, "satisfied")


def test_nor_does_the_head_who_submitted_the_main_ticket_call_its_followers_customers(
    city, ticket, agent, plant, head, refused
):
    follower = agent.registers()
    agent.links(follower, to=ticket, kind="same_matter")
    agent.assigns(ticket, to=plant)
    head.submits(ticket)
    assert follower.state == "calling_back"
    with refused("handled_it"):
        Person(city, "head", head.id, frozenset({"unit_head", "agent"})).calls_back(follower, "satisfied")


def test_one_of_the_unit_who_had_no_hand_in_it_may(city, called_for, handler):
    Person(city, "handler", handler.id, frozenset({"handler", "agent"})).calls_back(called_for, "satisfied")
    assert called_for.state == "closed"


def test_who_only_took_notes_at_the_desk_may(called_for, agent):
    agent.notes(called_for)
    agent.contacts(called_for, "outcome")
    agent.calls_back(called_for, "satisfied")
    assert called_for.state == "closed"


def test_who_is_complained_of_does_not_call(city, agent, colleague, plant, head, refused):
    ticket = agent.registers(accused="agent")
    colleague.assigns(ticket, to=plant)
    head.submits(ticket)
    with refused("handled_it"):
        agent.calls_back(ticket, "satisfied")
    colleague.calls_back(ticket, "satisfied")
