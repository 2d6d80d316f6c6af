"""The 办法 is silent on a ticket that is not the unit's own. A unit may return it within one working day of getting it.

The 72 hours run on: returning is no way to win time. The obligation records who held it when.
"""

import pytest


@pytest.fixture
def assigned(ticket, agent, plant):
    """The plant's, from Friday, 6 March 2026 at 10:00; due on Monday at 10:00."""
    agent.assigns(ticket, to=plant, at="2026-03-06 10:00")
    return ticket


@pytest.mark.parametrize(
    ("returned", "late"), [("2026-03-09 17:30", False), ("2026-03-09 17:31", True)], ids=["on Monday", "too late"]
)
def test_the_unit_returns_within_one_working_day(assigned, head, returned, late, refused):
    if late:
        with refused("return_too_late"):
            head.returns(assigned, at=returned)
        assert "return" not in head.may(assigned, at=returned)
    else:
        assert "return" in head.may(assigned, at=returned)
        head.returns(assigned, at=returned)
        assert assigned.state == "returned"


def test_later_only_operations_moves_it(assigned, agent, head, handler, operations, refused):
    for person in (agent, handler):
        with refused("not_yours"):
            person.returns(assigned, at="2026-03-06 11:00")
    operations.returns(assigned, at="2026-04-20 10:00")
    assert assigned.state == "returned"


@pytest.mark.parametrize("reason", ["not_ours", "不属本单位", "这是热力公司的管道。"])
def test_it_says_why_by_a_code_or_in_words(assigned, head, reason):
    head.returns(assigned, reason=reason)
    assert assigned.text("reason") == (reason if reason.endswith("。") else None)


def test_without_a_reason_nothing_is_returned(assigned, head, refused):
    with refused("required", "reason"):
        head.returns(assigned, reason=" ")


def test_the_72_hours_run_on_and_change_holder(assigned, agent, head, hall):
    head.returns(assigned, at="2026-03-06 11:00")
    (owed,) = assigned.obligations("handle")
    assert (owed.due, owed.unit, owed.is_open) == ("2026-03-09 10:00", None, True)
    agent.assigns(assigned, to=hall, at="2026-03-07 09:00")
    (owed,) = assigned.obligations("handle")
    assert (owed.due, owed.unit) == ("2026-03-09 10:00", hall.name)
    assert assigned.round == 1


@pytest.mark.parametrize(
    ("given", "inherited"), [("2026-03-08 10:00", False), ("2026-03-08 10:01", True)], ids=["24 hours", "less"]
)
def test_who_had_it_less_than_a_day_inherited_it(assigned, agent, head, hall, given, inherited):
    head.returns(assigned, at="2026-03-06 11:00")
    agent.assigns(assigned, to=hall, at=given)
    owed = assigned.obligation("handle")
    assert (owed.unit, owed.row.inherited) == (hall.name, inherited)


def test_the_first_holder_inherits_nothing(assigned, head):
    head.submits(assigned, at="2026-03-06 12:00")
    assert not assigned.obligation("handle").row.inherited


def test_a_deadline_that_passes_while_it_is_returned_counts_for_no_unit(assigned, agent, head, hall, other_head):
    head.returns(assigned, at="2026-03-06 11:00")
    agent.assigns(assigned, to=hall, at="2026-03-09 10:01")
    other_head.submits(assigned, at="2026-03-09 12:00")
    owed = assigned.obligation("handle")
    assert (owed.unit, owed.was_late) == (None, True)


def test_returned_at_the_last_moment_it_is_held_by_nobody(assigned, operations):
    operations.returns(assigned, at="2026-03-09 10:00")
    assert assigned.obligation("handle").unit is None


def test_a_deadline_that_passed_while_a_unit_had_it_counts_for_that_unit(assigned, agent, operations, hall, plant):
    operations.returns(assigned, at="2026-03-09 10:01")
    agent.assigns(assigned, to=hall, at="2026-03-09 11:00")
    owed = assigned.obligation("handle")
    assert (owed.unit, owed.was_late) == (plant.name, True)


def test_the_next_unit_may_return_it_too(assigned, agent, head, other_head, hall):
    head.returns(assigned, at="2026-03-06 11:00")
    agent.assigns(assigned, to=hall, at="2026-03-10 09:00")
    other_head.returns(assigned, at="2026-03-11 17:30")
    assert assigned.state == "returned"


def test_a_unit_that_is_given_it_again_has_a_day_again(assigned, agent, operations, head, plant):
    operations.returns(assigned, at="2026-03-12 10:00")
    agent.assigns(assigned, to=plant, at="2026-03-12 11:00")
    head.returns(assigned, at="2026-03-13 17:30")
    assert assigned.state == "returned"


def test_a_next_round_is_no_new_day_to_return_it(assigned, agent, head, refused):
    head.submits(assigned, at="2026-03-09 09:00")
    agent.calls_back(assigned, "dissatisfied", at="2026-03-10 09:00")
    with refused("return_too_late"):
        head.returns(assigned, at="2026-03-10 10:00")


def test_nor_is_a_next_round_that_was_first_clicked_by_mistake(assigned, agent, operations, head, refused):
    head.submits(assigned, at="2026-03-09 09:00")
    agent.calls_back(assigned, "dissatisfied", at="2026-03-10 09:00")
    operations.corrects(assigned, at="2026-03-10 09:30")
    agent.calls_back(assigned, "dissatisfied", at="2026-03-10 10:00")
    with refused("return_too_late"):
        head.returns(assigned, at="2026-03-10 11:00")


def test_the_unit_that_returned_it_keeps_its_own_part(assigned, head, handler, refused):
    head.returns(assigned)
    assert head.sees(assigned) == handler.sees(assigned) == "part"
    assert head.may(assigned) == set()
    with refused("not_yours"):
        head.notes(assigned)


def test_the_assignments_say_who_held_it_when(assigned, agent, head, plant, hall, other_head):
    head.returns(assigned, at="2026-03-06 11:00")
    agent.assigns(assigned, to=hall, at="2026-03-07 09:00")
    other_head.submits(assigned, at="2026-03-08 09:00")
    held = [(row.unit.name, row.round, row.event_no, row.ended_no) for row in assigned.assignments]
    assert held == [(plant.name, 1, 2, 3), (hall.name, 1, 4, 5)]


def test_what_is_returned_owes_its_72_hours_whoever_has_it(assigned, head, operations):
    head.returns(assigned)
    assert assigned.owes == {"handle"}
    assert "decline" not in operations.may(assigned)
