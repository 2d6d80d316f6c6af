"""委托代理: a head, the director and the chairman name deputies with dates; what those do says for whom it was done."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models import delegation
from models.delegation import Given
from models.notice import Notice
from models.refusals import Invalid, Unseen
from models.tables import Post
from tests.fixtures.city import City, Person, brought_to, shanghai

MONDAY = "2026-03-09"


def own(city: City, who: Person) -> Post:
    return city.session.scalars(select(Post).where(Post.user_id == who.id, Post.acting_for_id.is_(None))).one()


def names(
    city: City, principal: Person, deputy: Person, first: str = MONDAY, last: str = "2026-03-10", *,
    at: str = "2026-03-06 12:00", post: Post | None = None,
) -> Post:  # fmt: skip
    """`principal` names `deputy` from the first to the last day, both included."""
    when = shanghai(at)
    post = post or own(city, principal)
    given = Given(post.id, deputy.id, date.fromisoformat(first), date.fromisoformat(last))
    return delegation.delegate(city.session, given, by=principal.as_of(when), at=when)


@pytest.fixture
def handled(ticket, agent, plant):
    agent.assigns(ticket, to=plant, at="2026-03-06 10:00")
    return ticket


def test_a_handler_who_is_no_head_submits_for_the_head_within_the_dates(city, handled, handler, head):
    names(city, head, handler)
    assert "submit" not in handler.may(handled, at="2026-03-08 23:59")
    assert "submit" in handler.may(handled, at="2026-03-09 00:00")
    assert "submit" in handler.may(handled, at="2026-03-10 23:59"), "the last day is included"
    assert "submit" not in handler.may(handled, at="2026-03-11 00:00")
    handler.notes(handled, at="2026-03-09 08:00")
    assert handled.events[-1].for_id is None, "that he may by himself"
    handler.submits(handled, at="2026-03-09 08:30")
    event = handled.events[-1]
    assert (event.actor_id, event.for_id) == (handler.id, head.id)


def test_a_deputy_from_another_unit_does_all_of_it_for_the_head(city, handled, head, other_handler):
    names(city, head, other_handler)
    assert other_handler.sees(handled, at="2026-03-06 12:00") is None
    other_handler.notes(handled, at="2026-03-09 08:00")
    assert handled.events[-1].for_id == head.id
    assert other_handler.sees(handled, at="2026-03-11 00:00") is None


@pytest.mark.parametrize(
    ("principal", "deputy", "state", "act"),
    [
        ("chairman", "leadership", "reported", "instructs"),
        ("discipline", "operations", "investigating", "finds"),
    ],
)
def test_the_director_and_the_chairman_are_stood_in_for(city, principal, deputy, state, act):
    ticket = brought_to(city, "discipline", state)
    who, whom = city.people[deputy], city.people[principal]
    assert who.sees(ticket) is None
    names(city, whom, who, first="2026-03-06")
    getattr(who, act)(
        ticket, **({"to": city.plant} if act == "instructs" else {"founded": True}), at="2026-03-06 15:00"
    )
    assert (ticket.events[-1].actor_id, ticket.events[-1].for_id) == (who.id, whom.id)
    assert who.as_of(shanghai("2026-03-11 00:00")).sees_all_figures is False


def test_ended_early_it_is_over_at_once(city, handled, handler, head):
    row = names(city, head, handler)
    delegation.end(city.session, row.id, by=head.as_of(shanghai("2026-03-09 12:00")), at=shanghai("2026-03-09 12:00"))
    assert "submit" in handler.may(handled, at="2026-03-09 11:59")
    assert "submit" not in handler.may(handled, at="2026-03-09 12:00")
    with pytest.raises(Unseen):
        delegation.end(city.session, row.id, by=head.as_of(city.now), at=shanghai("2026-03-09 12:01"))


def test_nobody_ends_what_another_has_given(city, handler, head, other_head):
    row = names(city, head, handler)
    with pytest.raises(Unseen):
        delegation.end(city.session, row.id, by=other_head.as_of(city.now), at=city.now)


def test_what_the_principal_has_lost_nobody_has_for_him(city, handled, handler, head):
    names(city, head, handler)
    post = own(city, head)
    post.until = date(2026, 3, 9)
    city.changed(post)
    assert "submit" not in handler.may(handled, at="2026-03-09 08:00")


def test_a_deputy_does_not_hand_on_what_is_not_theirs(city, handler, head, deputy):
    names(city, head, handler)
    when = shanghai("2026-03-09 08:00")
    assert delegation.own_posts(city.session, handler.as_of(when), when) == []
    with pytest.raises(Unseen):
        delegation.delegate(
            city.session, Given(1, deputy.id, when.date(), when.date()), by=handler.as_of(when), at=when
        )
    row = Post(user_id=deputy.id, unit_id=city.plant.id, post="head", since=date(2026, 3, 1), acting_for_id=handler.id)
    city.changed(row)
    assert deputy.as_of(when).heads == frozenset(), "nor does the administrator make a chain"


@pytest.mark.parametrize(
    ("first", "last", "field", "code"),
    [
        ("2026-03-05", "2026-03-10", "first", "day_is_past"),
        ("2026-03-09", "2026-03-08", "last", "last_before_first"),
        ("2026-03-09", "2026-06-07", "last", "lent_too_long"),
    ],
    ids=["yesterday", "backwards", "ninety-one days"],
)
def test_dates_that_will_not_do(city, handler, head, first, last, field, code):
    with pytest.raises(Invalid) as no:
        names(city, head, handler, first, last)
    assert {name: reason[0] for name, reason in no.value.errors.items()} == {field: code}


def test_ninety_days_will_do(city, handler, head):
    assert names(city, head, handler, "2026-03-09", "2026-06-06").until == date(2026, 6, 7)


@pytest.mark.parametrize(
    ("principal", "deputy", "code"),
    [
        ("head", "head", "deputy_is_oneself"), ("head", "admin", "no_deputy"), ("chairman", "auditor", "no_deputy"),
        ("discipline", "inspector", "holds_it_already"),
    ],
)  # fmt: skip
def test_people_who_will_not_do(city, principal, deputy, code):
    with pytest.raises(Invalid) as no:
        names(city, city.people[principal], city.people[deputy])
    assert no.value.errors["deputy_id"][0] == code


def test_one_deputy_at_a_time(city, handler, head, deputy):
    row = names(city, head, handler)
    with pytest.raises(Invalid) as no:
        names(city, head, deputy, "2026-03-10", "2026-03-12")
    assert no.value.errors["first"][0] == "lent_already"
    names(city, head, deputy, "2026-03-11", "2026-03-12")
    delegation.end(city.session, row.id, by=head.as_of(city.now), at=city.now)
    names(city, head, deputy, "2026-03-09", "2026-03-10")


def test_who_is_complained_of_does_not_stand_in_for_those_who_judge_it(city, agent, discipline, operations):
    ticket = agent.registers("主管吃请。", category="吃拿卡要", accused=["operations"], at="2026-03-06 09:00")
    agent.refers(ticket, at="2026-03-06 09:30")
    with pytest.raises(Invalid) as no:
        names(city, discipline, operations)
    assert no.value.errors["deputy_id"][0] == "deputy_accused"
    chairman = city.chairman
    names(city, chairman, operations, first="2026-03-06")
    discipline.finds(ticket, True, at="2026-03-06 13:00")
    discipline.reports(ticket, at="2026-03-06 14:00")
    assert chairman.sees(ticket) == "full"
    assert operations.sees(ticket) is None, "of what the chairman did not see nothing was told, and it stays hidden"


def test_all_who_judge_are_told_of_a_deputy_for_one_of_them(city, head, handler, leadership, chairman, deputy):
    def told(row: Post) -> set[str]:
        people = {person.id: name for name, person in city.people.items()}
        return {people[n.user_id] for n in city.session.scalars(select(Notice).where(Notice.post_id == row.id))}

    assert told(names(city, head, handler)) == {"handler"}
    assert told(names(city, chairman, leadership)) == {"leadership", "discipline", "inspector", "chairman"}


def test_a_long_delegation_ends_with_the_principals_own_term(city, head, handler):
    post = own(city, head)
    post.until = date(2026, 3, 20)
    city.changed(post)
    with pytest.raises(Invalid) as no:
        names(city, head, handler, "2026-03-09", "2026-03-20")
    assert no.value.errors["last"][0] == "beyond_ones_post"
    assert names(city, head, handler, "2026-03-09", "2026-03-19").until == post.until + timedelta(0)
