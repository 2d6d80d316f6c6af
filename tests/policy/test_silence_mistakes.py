"""Mistakes are corrected in the open: a mis-clicked call-back, decline or answer is undone within one working day.

It undoes exactly its own; both stay in the log, and figures use the corrected one.
"""

import pytest

from models.store import PART_TABLES
from tests.fixtures.city import brought_to


def standing_rows(city, ticket):
    """The ticket and what hangs on it, less what only says that something was done and undone."""
    rows = {"ticket": city.session.connection().exec_driver_sql(f"SELECT * FROM ticket WHERE id = {ticket.id}").all()}
    columns = list(PART_TABLES["obligation"].metadata.tables["ticket"].columns.keys())
    (row,) = rows["ticket"]
    kept = {
        c: v for c, v in zip(columns, row, strict=True) if c not in ("version", "event_count", "head", "last_event_at")
    }
    found = {"ticket": kept}
    for name, table in PART_TABLES.items():
        where = {"callback": " AND corrected_at IS NULL", "assignment": "", "obligation": ""}.get(name, "")
        found[name] = [
            dict(zip(table.columns.keys(), row, strict=True))
            for row in city.session.connection().exec_driver_sql(
                f"SELECT * FROM {name} WHERE ticket_id = {ticket.id}{where} ORDER BY n"
            )
        ]
    found["obligation"] = [row for row in found["obligation"] if row["void_reason"] != "corrected"]
    return found


CASES = [
    ("quality", "satisfied"), ("quality", "dissatisfied"), ("quality", "unreached"),
    ("discipline", "satisfied"), ("discipline", "dissatisfied"), ("discipline", "unreached"),
]  # fmt: skip


@pytest.mark.parametrize(("track", "outcome"), CASES)
def test_a_call_back_is_undone_exactly(city, agent, operations, discipline, track, outcome):
    ticket = brought_to(city, track, "calling_back")
    caller, corrector = (agent, operations) if track == "quality" else (discipline, discipline)
    before = standing_rows(city, ticket)
    assignments = len(before["assignment"])
    caller.calls_back(ticket, outcome, solved=outcome == "satisfied")
    corrector.corrects(ticket)
    after = standing_rows(city, ticket)
    extra = after["assignment"][assignments:]
    after["assignment"] = after["assignment"][:assignments]
    assert after == before
    assert [row["ended_at"] == row["assigned_at"] for row in extra] == [True] * (outcome == "dissatisfied")
    assert ticket.owes == {"callback"}
    assert ticket.history[-2:] == ["call_back", "correct"]
    assert ticket.callbacks[-1].corrected_at is not None


@pytest.mark.parametrize(("action", "kind"), [("declines", "complaint"), ("answers", "enquiry")])
def test_a_decline_or_an_answer_is_undone_exactly(city, agent, operations, action, kind):
    ticket = agent.registers(kind=kind, forward_due_at="2026-03-11T18:00")
    before = standing_rows(city, ticket)
    getattr(agent, action)(ticket)
    assert ticket.state == "closed"
    operations.corrects(ticket)
    assert standing_rows(city, ticket) == before
    assert ticket.owes == {"dispatch", "upstream"}


def test_discipline_undoes_its_own_decline(city, accusation, discipline):
    before = standing_rows(city, accusation)
    discipline.declines(accusation)
    discipline.corrects(accusation)
    assert standing_rows(city, accusation) == before


def test_afterwards_the_right_outcome_is_recorded(city, agent, operations):
    ticket = brought_to(city, "quality", "calling_back")
    agent.calls_back(ticket, "dissatisfied")
    operations.corrects(ticket)
    agent.calls_back(ticket, "satisfied")
    assert (ticket.state, ticket.round, ticket.ending) == ("closed", 1, "satisfied")
    assert [(call.outcome, call.corrected_at is None) for call in ticket.callbacks] == [
        ("dissatisfied", False), ("satisfied", True),
    ]  # fmt: skip


def test_what_it_opened_never_counts(city, agent, operations, ticket, plant, head):
    city.rule("handle", 1, "2026-03-09")
    agent.assigns(ticket, to=plant, at="2026-03-06 10:00")
    head.submits(ticket, at="2026-03-06 12:00")
    agent.calls_back(ticket, "dissatisfied", at="2026-03-09 10:00")
    operations.corrects(ticket, at="2026-03-10 10:00")
    wrong = ticket.obligation("handle")
    assert (wrong.due, wrong.voided) == ("2026-03-09 11:00", "corrected")
    for asked in ("2026-03-09 10:30", "2026-03-09 12:00", "2026-04-01 00:00"):
        assert wrong.standing(asked) == "void"


def test_the_corrected_call_does_not_meet_the_callback(city, agent, operations, ticket, plant, head):
    agent.assigns(ticket, to=plant, at="2026-03-06 10:00")
    head.submits(ticket, at="2026-03-06 12:00")
    agent.calls_back(ticket, "satisfied", at="2026-03-09 10:00")
    operations.corrects(ticket, at="2026-03-09 11:00")
    assert ticket.obligation("callback").is_open
    agent.calls_back(ticket, "satisfied", at="2026-03-09 17:31")
    assert ticket.obligation("callback").was_late


def test_an_earlier_attempt_that_met_it_still_does(city, agent, operations):
    ticket = brought_to(city, "quality", "calling_back")
    agent.calls_back(ticket, "unreached", at="2026-03-06 15:00")
    agent.calls_back(ticket, "satisfied", at="2026-03-06 16:00")
    operations.corrects(ticket)
    assert ticket.obligation("callback").settled == "2026-03-06 15:00"


def test_only_the_last_move_is_undone_whatever_was_noted_since(city, agent, operations):
    ticket = brought_to(city, "quality", "calling_back")
    agent.calls_back(ticket, "dissatisfied")
    operations.notes(ticket)
    operations.amends(ticket, "address", "柳园路 12 号")
    operations.supervises(ticket)
    operations.recategorises(ticket, to="维修")
    operations.corrects(ticket)
    assert (ticket.state, ticket.round, ticket.category) == ("calling_back", 1, "维修")


def test_what_was_amended_since_stays_amended(city, agent, operations):
    ticket = agent.registers(forward_due_at="2026-03-11T18:00")
    agent.declines(ticket)
    agent.amends(ticket, "forward_due_at", "2026-03-12T18:00")
    operations.corrects(ticket)
    assert ticket.forward_due_at.isoformat() == "2026-03-12T10:00:00+00:00"
    assert ticket.obligation("upstream").due == "2026-03-12 18:00"


def test_a_day_corrected_since_stays_corrected(city, agent, operations, ticket, plant, head):
    agent.assigns(ticket, to=plant, at="2026-03-06 10:00")
    head.submits(ticket, at="2026-03-06 12:00")
    agent.calls_back(ticket, "satisfied", at="2026-03-06 13:00")
    city.calendar_day("2026-03-09", working=False)
    city.redate(at="2026-03-06 14:00")
    operations.corrects(ticket, at="2026-03-06 15:00")
    assert ticket.obligation("callback").due == "2026-03-10 17:30"


@pytest.mark.parametrize(
    ("corrected", "late"), [("2026-03-09 17:30", False), ("2026-03-09 17:31", True)], ids=["on Monday", "too late"]
)
def test_within_one_working_day(ticket, agent, operations, corrected, late, refused):
    agent.declines(ticket, at="2026-03-06 10:00")
    if late:
        with refused("correct_too_late"):
            operations.corrects(ticket, at=corrected)
    else:
        operations.corrects(ticket, at=corrected)
        assert ticket.state == "registered"


def test_it_takes_operations_and_a_reason(ticket, agent, operations, discipline, refused):
    agent.declines(ticket)
    for person in (agent, discipline):
        with refused("not_yours"):
            person.corrects(ticket)
    with refused("required", "reason"):
        operations.corrects(ticket, reason=None)


def test_a_correction_is_not_corrected(ticket, agent, operations, refused):
    agent.declines(ticket)
    operations.corrects(ticket)
    with refused("wrong_state"):
        operations.corrects(ticket)


@pytest.mark.parametrize("track", ["quality", "discipline"])
def test_nothing_else_can_be_undone(city, track, operations, discipline, agent, chairman, head, refused):
    person = operations if track == "quality" else discipline
    ticket = brought_to(city, track, "calling_back")
    with refused("nothing_to_correct"):
        person.corrects(ticket)
    person.calls_back(ticket, "dissatisfied")
    head.submits(ticket)
    with refused("nothing_to_correct"):
        person.corrects(ticket)


def test_a_closed_ticket_opens_again_in_no_other_way(city, operations, agent, refused):
    """A closed ticket never re-opens; what the customer says later is a repeat complaint."""
    ticket = brought_to(city, "quality", "closed")
    assert operations.may(ticket, at="2026-03-20 10:00") == {"note", "link", "amend", "print"}
    for act in ("declines", "submits", "waives", "corrects"):
        with refused("not_yours" if act == "submits" else "correct_too_late" if act == "corrects" else "wrong_state"):
            getattr(operations, act)(ticket, at="2026-03-20 10:00")


def test_what_a_wrong_next_round_left_with_the_unit_ends(city, agent, operations, head):
    ticket = brought_to(city, "quality", "calling_back")
    agent.calls_back(ticket, "dissatisfied")
    assert "submit" in head.may(ticket)
    operations.corrects(ticket)
    assert "submit" not in head.may(ticket)
    assert all(row.ended_at is not None for row in ticket.assignments)
