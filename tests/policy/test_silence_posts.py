"""Posts are dated: who is head, or acting for whom, from when to when; a deputy acts within its dates."""

import pytest

from tests.fixtures.city import Person, brought_to


@pytest.fixture
def handled(ticket, agent, plant):
    agent.assigns(ticket, to=plant, at="2026-03-06 10:00")
    return ticket


@pytest.mark.parametrize(
    ("at", "acts"),
    [("2026-03-08 23:59", False), ("2026-03-09 00:00", True), ("2026-03-10 23:59", True), ("2026-03-11 00:00", False)],
    ids=["the evening before", "from the first day", "to the last", "the day after"],
)
def test_a_deputy_acts_within_its_dates(city, handled, deputy, head, plant, at, acts, refused):
    city.appoint(deputy, "head", plant, "2026-03-09", until="2026-03-11", acting_for=head)
    if acts:
        deputy.submits(handled, at=at)
        event = handled.events[-1]
        assert (event.actor_id, event.for_id) == (deputy.id, head.id)
    else:
        with refused("unseen"):
            deputy.submits(handled, at=at)


def test_whoever_holds_the_post_himself_acts_for_nobody(handled, head):
    head.submits(handled)
    assert handled.events[-1].for_id is None


def test_a_deputy_of_another_unit_has_no_part_in_it(city, handled, deputy, other_head, hall, refused):
    city.appoint(deputy, "head", hall, "2026-01-01", acting_for=other_head)
    with refused("unseen"):
        deputy.submits(handled)


def test_a_deputy_of_two_acts_for_the_one_whose_ticket_it_is(city, handled, deputy, head, other_head, plant, hall):
    city.appoint(deputy, "head", hall, "2026-01-01", acting_for=other_head)
    city.appoint(deputy, "head", plant, "2026-01-01", acting_for=head)
    deputy.submits(handled)
    assert handled.events[-1].for_id == head.id


def test_the_chairman_has_a_deputy_too(city, plant, chairman):
    ticket = brought_to(city, "discipline", "reported")
    vice = Person(city, "leadership", city.people["leadership"].id, frozenset({"leadership", "chairman"}))
    city.appoint(vice, "chairman", city.units["board"], "2026-01-01", until="2027-01-01", acting_for=chairman)
    vice.instructs(ticket, to=plant)
    assert ticket.events[-1].for_id == chairman.id


def test_who_left_the_post_has_lost_its_powers_and_its_sight(city, handled, head, deputy, plant):
    from datetime import date

    from sqlalchemy import select

    from models.tables import Post

    post = city.session.scalars(select(Post).where(Post.user_id == head.id)).one()
    post.until = date(2026, 3, 9)
    city.changed(post)
    assert head.sees(handled, at="2026-03-08 12:00") == "contact"
    assert head.sees(handled, at="2026-03-09 00:00") is None
    city.appoint(deputy, "head", plant, "2026-03-09")
    assert "submit" in deputy.may(handled, at="2026-03-09 08:00")


@pytest.mark.parametrize("role", ["agent", "leadership", "admin", "handler"])
def test_a_post_counts_only_for_a_person_whose_role_fits_it(city, handled, role, plant):
    person = Person(city, "admin", city.people["admin"].id, frozenset({role}))
    city.appoint(person, "head", plant, "2020-01-01")
    assert "submit" not in person.may(handled)


@pytest.mark.parametrize(("post", "where"), [("discipline", "office"), ("chairman", "board")])
def test_being_an_admin_opens_no_confidential_ticket(city, accusation, admin, post, where):
    """POLICY §1: being an admin opens no confidential ticket, and changes no ticket."""
    city.appoint(admin, post, city.units[where], "2020-01-01")
    assert admin.sees(accusation) is None
    assert admin.lists() == set()


def test_the_role_without_the_post_is_nothing(city, accusation):
    for role in ("discipline", "chairman", "unit_head", "handler"):
        person = Person(city, "analyst", city.people["analyst"].id, frozenset({role}))
        assert person.lists() == set()


@pytest.mark.parametrize("post", ["leader", "deputy_in_charge", "indicator_holder"])
def test_posts_of_responsibility_give_no_part_in_a_ticket(city, handled, deputy, plant, post):
    city.appoint(deputy, post, plant, "2020-01-01")
    assert deputy.sees(handled) is None


def test_a_head_is_of_the_unit_too_and_a_head_of_two_units_sees_both(city, agent, deputy, plant, hall, handled):
    city.appoint(deputy, "head", plant, "2020-01-01")
    city.appoint(deputy, "handler", hall, "2020-01-01")
    other = agent.registers()
    agent.assigns(other, to=hall)
    assert deputy.lists() == {handled.id, other.id}
    assert "submit" in deputy.may(handled)
    assert "submit" not in deputy.may(other), "there, only a handler"
