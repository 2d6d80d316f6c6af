"""Who sees what: POLICY §5's table, spelled out by hand, ticket by ticket and person by person."""

import pytest
from sqlalchemy import func, select

from models import scope
from models.actor import SYSTEM
from models.tables import Ticket
from tests.fixtures.city import PEOPLE, Person, brought_to, gallery, on_sqlite

CONTACT, FULL, PART, SUMMARY, STUB = "contact", "full", "part", "summary", "stub"
DESK = ("agent", "colleague", "operations")
UNIT = ("head", "handler")
OFFICE = ("discipline", "inspector")
TOP = ("chairman", "leadership")
NOTHING = ("other_handler", "other_head", "deputy", "analyst", "auditor", "admin")


def table(**levels):
    """name → level, of everybody; whoever is not named sees nothing."""
    found = dict.fromkeys(PEOPLE)
    for group, level in levels.items():
        found |= dict.fromkeys({"desk": DESK, "unit": UNIT, "office": OFFICE, "top": TOP}.get(group, (group,)), level)
    return found


QUALITY = {
    "registered": table(desk=CONTACT, office=FULL, top=FULL),
    "handling": table(desk=CONTACT, unit=CONTACT, office=FULL, top=FULL),
    "returned": table(desk=CONTACT, unit=PART, office=FULL, top=FULL),
    "calling_back": table(desk=CONTACT, unit=FULL, office=FULL, top=FULL),
    "closed": table(desk=FULL, unit=FULL, office=FULL, top=FULL),
}
DISCIPLINE = {
    "registered": table(agent=CONTACT, office=CONTACT),
    "investigating": table(office=CONTACT),
    "founded": table(office=CONTACT),
    "unfounded": table(office=CONTACT),
    "reported": table(office=CONTACT, chairman=FULL),
    "handling": table(office=CONTACT, chairman=FULL, unit=SUMMARY),
    "calling_back": table(office=CONTACT, chairman=FULL, unit=SUMMARY),
    "satisfied": table(office=CONTACT, chairman=FULL, unit=SUMMARY),
    "fed_back": table(desk=STUB, office=CONTACT, chairman=FULL, unit=SUMMARY),
    "closed": table(office=CONTACT, chairman=FULL, unit=SUMMARY),
}


def check(city, expected):
    """Everybody sees each ticket as expected; and lists exactly what is seen, with the same levels."""
    for name, person in city.people.items():
        assert {t.id: person.sees(t) for t, _ in expected} == {t.id: levels[name] for t, levels in expected}, name
        by = person.as_of(city.now)
        listed = dict(city.session.execute(select(Ticket.id, scope.level(by)).where(scope.visible(by))).all())
        assert listed == {t.id: levels[name] for t, levels in expected if levels[name]}, name
        counted = city.session.scalar(select(func.count()).select_from(Ticket).where(scope.visible(by)))
        assert counted == len(listed)


def test_everybody_is_in_the_table():
    assert {*DESK, *UNIT, *OFFICE, *TOP, *NOTHING} == set(PEOPLE)


def test_each_state_of_both_tracks(city):
    expected = [(ticket, QUALITY[state]) for state, ticket in gallery(city, "quality").items()]
    expected += [(ticket, DISCIPLINE[state]) for state, ticket in gallery(city, "discipline").items()]
    check(city, expected)


def test_a_unit_that_held_it_once_sees_its_own_part_whatever_became_of_it(city, agent, head, other_head, hall):
    given_on = brought_to(city, "quality", "returned")
    agent.assigns(given_on, to=hall)
    expected = [
        (given_on, table(desk=CONTACT, unit=PART, other_head=CONTACT, other_handler=CONTACT, office=FULL, top=FULL))
    ]
    check(city, expected)
    other_head.submits(given_on)
    agent.calls_back(given_on, "satisfied")
    check(city, [(given_on, table(desk=FULL, unit=PART, other_head=FULL, other_handler=FULL, office=FULL, top=FULL))])


def test_a_unit_loses_a_quality_ticket_that_turns_out_to_be_discipline_s(city, agent):
    referred = brought_to(city, "quality", "handling")
    agent.refers(referred)
    check(city, [(referred, table(office=CONTACT))])


def test_a_unit_that_returned_a_discipline_ticket_sees_nothing_of_it_any_more(city, head, chairman, hall):
    returned = brought_to(city, "discipline", "handling")
    head.returns(returned)
    check(city, [(returned, table(office=CONTACT, chairman=FULL))])
    chairman.instructs(returned, to=hall)
    check(city, [(returned, table(office=CONTACT, chairman=FULL, other_head=SUMMARY, other_handler=SUMMARY))])


@on_sqlite
@pytest.mark.parametrize("registrar", ["agent", "colleague", "operations", "discipline"])
def test_until_it_is_referred_its_registrar_sees_a_discipline_ticket(city, registrar):
    ticket = city.people[registrar].registers(category="吃拿卡要")
    levels = {"office": CONTACT}
    check(city, [(ticket, table(**({registrar: CONTACT} | levels)))])
    city.discipline.refers(ticket)
    check(city, [(ticket, table(**levels))])


def test_the_chairman_loses_what_goes_back_to_quality_as_he_sees_all_of_that(city, discipline, agent):
    ticket = brought_to(city, "discipline", "investigating")
    discipline.reclassifies(ticket, to="水质")
    check(city, [(ticket, QUALITY["registered"])])
    agent.reclassifies(ticket, to="吃拿卡要")
    check(city, [(ticket, DISCIPLINE["registered"])])


ACCUSED_OF_QUALITY = {
    "registered": {"agent": FULL, "operations": FULL},
    "handling": {"agent": FULL, "operations": FULL, "handler": FULL, "head": FULL},
    "calling_back": {"agent": FULL, "operations": FULL, "handler": FULL, "head": FULL},
}


@on_sqlite
@pytest.mark.parametrize("state", ACCUSED_OF_QUALITY)
def test_a_person_complained_of_gets_no_customer_s_number(city, state):
    for name, level in ACCUSED_OF_QUALITY[state].items():
        ticket = brought_to(city, "quality", state, accused=name)
        assert city.people[name].sees(ticket) == level


@on_sqlite
@pytest.mark.parametrize(
    ("roles", "expected"),
    [(("agent", "leadership"), CONTACT), (("leadership", "analyst"), FULL), (("auditor", "admin"), None)],
)
def test_of_several_roles_the_widest_counts(city, ticket, roles, expected):
    assert Person(city, "analyst", city.people["analyst"].id, frozenset(roles)).sees(ticket) == expected


def test_nobody_sees_nothing(city, ticket):
    assert scope.level_of(city.session, ticket.id, SYSTEM) is None
    assert city.session.scalars(select(Ticket.id).where(scope.visible(SYSTEM))).all() == []
    assert scope.level_of(city.session, 1, city.agent.as_of(city.now)) is None


def test_the_levels_are_ordered_from_the_most_to_the_least():
    assert scope.LEVELS == (CONTACT, FULL, PART, SUMMARY, STUB)
