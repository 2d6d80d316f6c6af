"""Two people at once, each on a connection of their own, on SQLite and on PostgreSQL (DESIGN §2)."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from models.alert import Alert
from models.database import engine_for
from models.notice import Notice
from models.refusals import Refused
from models.reminding import alerts
from models.reminding.alerts import Finding, Told
from models.tables import Penalty
from tests.fixtures.city import City, Complaint, shanghai
from tests.policy.penalties import does, exposed, found, remind

WHILE_WAITING = 0.25
"""Seconds in which whoever does not wait would be done."""


@dataclass
class Desks:
    """A database with several desks at it, each with a session of its own."""

    engine: Engine
    pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(8))

    @contextmanager
    def sitting(self) -> Iterator[City]:
        """Somebody at work: what he does is committed when he is done, or undone if he was refused."""
        with Session(self.engine) as session:
            yield City(session)
            session.commit()

    def does(self, act: Callable[[City], Any]) -> Any:
        """The outcome of one act in one transaction: what it returned, or the code of the refusal."""
        with Session(self.engine) as session:
            try:
                found = act(City(session))
                session.commit()
            except Refused as no:
                session.rollback()
                return no.code
            return found.id if isinstance(found, Complaint) else found

    def together(self, *acts: Callable[[City], Any]) -> list[Any]:
        """The outcomes of acts that start at the same moment."""
        start = threading.Barrier(len(acts))

        def run(act: Callable[[City], Any]) -> Any:
            start.wait()
            return self.does(act)

        return [future.result(timeout=60) for future in [self.pool.submit(run, act) for act in acts]]

    def second_waits(self, first: Callable[[City], Any], second: Callable[[City], Any]) -> Any:
        """The outcome of `second`, begun while `first` is done and not yet committed."""
        with self.sitting() as city:
            first(city)
            waiting = self.pool.submit(self.does, second)
            threading.Event().wait(WHILE_WAITING)
        return waiting.result(timeout=60)


@pytest.fixture(scope="module")
def desks(city_url: str) -> Iterator[Desks]:
    desks = Desks(engine_for(city_url))
    yield desks
    desks.pool.shutdown()
    with desks.sitting() as city:
        assert city.differences() == []
    desks.engine.dispose()


@pytest.fixture
def tickets(desks: Desks) -> list[int]:
    with desks.sitting() as city:
        return [city.agent.registers().id for _ in range(3)]


@contextmanager
def looking(desks: Desks, *ids: int) -> Iterator[list[Complaint]]:
    with desks.sitting() as city:
        yield [Complaint(city, ticket_id) for ticket_id in ids]


def assigning(ticket_id: int, unit: str, version: int = 1) -> Callable[[City], Any]:
    return lambda city: city.agent.assigns(Complaint(city, ticket_id), to=city.units[unit], version=version)


def linking(ticket_id: int, to: int, kind: str = "same_matter") -> Callable[[City], Any]:
    return lambda city: city.agent.links(Complaint(city, ticket_id), to=Complaint(city, to), kind=kind)


def test_of_two_who_assign_it_one_is_told_that_it_has_moved_on(desks, tickets):
    outcome = desks.second_waits(assigning(tickets[0], "plant"), assigning(tickets[0], "hall"))
    assert outcome == "wrong_state"
    with looking(desks, tickets[0]) as (ticket,):
        assert (ticket.unit, ticket.history) == ("第一水厂", ["register", "assign"])


def test_of_two_who_saw_the_same_version_one_is_stale(desks, tickets):
    def recategorising(name: str, to: str) -> Callable[[City], Any]:
        return lambda city: city.people[name].recategorises(Complaint(city, tickets[0]), to=to, version=1)

    assert desks.second_waits(recategorising("agent", "水质"), recategorising("colleague", "维修")) == "stale"
    with looking(desks, tickets[0]) as (ticket,):
        assert (ticket.category, ticket.version) == ("水质", 2)


def test_however_close_they_come_exactly_one_gets_through(desks, tickets):
    for ticket_id in tickets:
        outcomes = desks.together(*(assigning(ticket_id, unit) for unit in ("plant", "hall") * 2))
        assert sorted(map(str, outcomes)) in (
            ["None", "stale", "stale", "stale"], ["None", "stale", "stale", "wrong_state"],
            ["None", "stale", "wrong_state", "wrong_state"], ["None", "wrong_state", "wrong_state", "wrong_state"],
        )  # fmt: skip
        with looking(desks, ticket_id) as (ticket,):
            assert len(ticket.assignments) == len(ticket.obligations("handle")) == 1


def test_who_was_still_seeing_it_when_it_was_referred_is_told_that_it_is_not_there(desks, tickets):
    def refers(city: City) -> None:
        city.agent.refers(Complaint(city, tickets[0]))

    def notes(city: City) -> None:
        city.colleague.notes(Complaint(city, tickets[0]))

    assert desks.second_waits(refers, notes) == "unseen"


def test_notes_taken_at_once_are_all_kept_one_after_the_other(desks, tickets):
    def noting(name: str) -> Callable[[City], Any]:
        return lambda city: city.people[name].notes(Complaint(city, tickets[0]), text=f"{name}的记录")

    names = ["agent", "colleague", "operations", "discipline"] * 2
    assert desks.together(*map(noting, names)) == [None] * len(names)
    with looking(desks, tickets[0]) as (ticket,):
        assert ticket.history == ["register"] + ["note"] * len(names)
        assert ticket.version == 1


def test_a_note_and_a_move_at_once_both_happen(desks, tickets):
    def notes(city: City) -> None:
        city.colleague.notes(Complaint(city, tickets[0]))

    assert desks.second_waits(notes, assigning(tickets[0], "plant")) is None
    assert desks.second_waits(assigning(tickets[1], "plant"), lambda city: city.colleague.notes(
        Complaint(city, tickets[1])
    )) is None  # fmt: skip
    with looking(desks, *tickets[:2]) as found:
        assert [set(ticket.history) for ticket in found] == [{"register", "note", "assign"}] * 2


def test_tickets_registered_at_once_get_consecutive_numbers(desks):
    names = ["agent", "colleague", "operations"]
    ids = desks.together(*((lambda city, name=name: city.people[name].registers()) for name in names * 2))
    with looking(desks, *ids) as found:
        numbers = sorted(int(ticket.no.rpartition("-")[2]) for ticket in found)
    assert numbers == list(range(numbers[0], numbers[0] + 6))


def test_one_key_sent_four_times_at_once_is_one_ticket(desks):
    outcomes = desks.together(*[lambda city: city.agent.registers("没水", once="at once")] * 4)
    assert len(set(outcomes)) == 1
    with looking(desks, outcomes[0]) as (ticket,):
        assert ticket.history == ["register"]


def test_one_key_sent_four_times_at_once_is_one_note(desks, tickets):
    def send(city: City) -> Any:
        return city.agent.notes(Complaint(city, tickets[0]), version=1, once=f"note {tickets[0]}")

    assert desks.together(*[send] * 4) == [None] * 4
    with looking(desks, tickets[0]) as (ticket,):
        assert ticket.history == ["register", "note"]


def test_a_key_whose_first_request_came_to_nothing_serves_the_second(desks):
    with Session(desks.engine) as session:
        first = City(session).agent.registers("没水", once="twice").id
        waiting = desks.pool.submit(desks.does, lambda city: city.agent.registers("没水", once="twice"))
        threading.Event().wait(WHILE_WAITING)
        session.rollback()
    second = waiting.result(timeout=60)
    assert second != first
    with looking(desks, second) as (ticket,):
        assert ticket.history == ["register"]


def test_a_reader_waits_for_nobody(desks, tickets):
    with desks.sitting() as city:
        city.agent.assigns(Complaint(city, tickets[0]), to=city.plant)
        seen = desks.pool.submit(desks.does, lambda there: Complaint(there, tickets[0]).state)
        assert seen.result(timeout=5) == "registered"


# Tickets of one matter


def test_linked_while_the_main_is_being_assigned_it_is_assigned_too(desks, tickets):
    main, other, _ = tickets
    assert desks.second_waits(assigning(main, "plant"), linking(other, main)) is None
    with looking(desks, other) as (follower,):
        assert (follower.state, follower.main_id) == ("handling", main)


def test_assigned_while_another_is_being_linked_to_it_takes_that_along(desks, tickets):
    main, other, _ = tickets
    assert desks.second_waits(linking(other, main), assigning(main, "plant")) is None
    with looking(desks, other) as (follower,):
        assert (follower.state, follower.main_id) == ("handling", main)


def test_what_is_being_closed_is_no_main(desks, tickets):
    main, other, _ = tickets
    outcome = desks.second_waits(lambda city: city.agent.declines(Complaint(city, main)), linking(other, main))
    assert outcome == "invalid"


def test_two_that_are_linked_to_each_other_do_not_go_round_in_circles(desks, tickets):
    one, two, _ = tickets
    for first, second in ((one, two), (two, one)):
        assert desks.second_waits(linking(first, second), linking(second, first)) == "invalid"
        with looking(desks, first, second) as (follower, main):
            assert (follower.main_id, main.main_id) == (second, None)
        desks.does(lambda city, main=main: city.operations.refers(Complaint(city, main.id)))
        desks.does(lambda city, main=main: city.discipline.reclassifies(Complaint(city, main.id), to="水压"))


def test_nor_when_they_start_at_the_same_moment(desks, tickets):
    one, two, _ = tickets
    outcomes = desks.together(linking(one, two), linking(two, one))
    assert sorted(map(str, outcomes)) == ["None", "invalid"]


def test_a_follower_is_worked_on_while_its_main_is_submitted(desks, tickets):
    main, follower, third = tickets
    desks.does(linking(follower, main))
    desks.does(assigning(main, "plant"))

    def submits(city: City) -> None:
        city.head.submits(Complaint(city, main), at="2026-03-07 10:00")

    outcomes = desks.together(
        submits,
        linking(follower, main, "related"),
        linking(follower, third, "related"),
        lambda city: city.colleague.notes(Complaint(city, follower)),
    )
    assert outcomes == [None] * 4
    with looking(desks, main, follower) as found:
        assert [ticket.state for ticket in found] == ["calling_back"] * 2


def test_another_ticket_is_not_held_up(city_url, desks, tickets):
    if city_url.startswith("sqlite"):
        return  # SQLite has one writer
    with desks.sitting() as city:
        city.agent.assigns(Complaint(city, tickets[0]), to=city.plant)
        done = desks.pool.submit(desks.does, assigning(tickets[1], "hall"))
        assert done.result(timeout=5) is None


def test_two_runs_of_the_rules_propose_once_and_two_decisions_are_one(desks):
    """第八条: a second run waits for the first one's proposals; the second of two confirmations is told it is stale."""
    with desks.sitting() as city:
        exposed(city, city.plant, "2026-03-06 20:00")

    def run(city: City) -> int:
        return remind(city, "2026-03-09 08:00")

    assert desks.second_waits(run, run) == 0
    with desks.sitting() as city:
        assert len(found(city)) == 3
        penalty_id = found(city)[0].id

    def confirm(city: City) -> None:
        does(city, city.operations, "confirm", city.session.get_one(Penalty, penalty_id), "2026-03-09 09:00", version=1)

    assert sorted(map(str, desks.together(confirm, confirm))) in (["None", "penalty_state"], ["None", "stale_penalty"])


def test_two_runs_at_once_raise_an_alert_once(desks):
    """A day is claimed by one run: the other waits for it, and has nothing to do."""
    worse = Finding("signal", date(2026, 2, 1), date(2026, 3, 1), {}, metric="on_time_rate")

    def run(city: City) -> Told:
        return alerts.tell(city.session, date(2026, 3, 5), [worse], shanghai("2026-03-06 07:00"))

    assert desks.second_waits(run, run) == Told()
    with desks.sitting() as city:
        assert city.session.scalar(select(func.count(Alert.id))) == 1
        assert len(set(city.session.scalars(select(Notice.user_id).where(Notice.kind == "alert")))) == 2
