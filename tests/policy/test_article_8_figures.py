"""第八条 in figures: what was decided and stands, in scope, and divided only for who oversees penalties."""

from decimal import Decimal

import pytest

from analytics import kpi
from analytics.metrics import PERSONAL
from analytics.questions import Question, Withheld, allow
from models.penalty_workflow import EXPOSED, IGNORED, RETALIATED
from tests.fixtures.city import brought_to, on_sqlite, shanghai
from tests.policy.penalties import does, exposed, found, propose, remind

LATER = shanghai("2026-04-20 12:00")


def figures(city, *by, scope="quality", as_of=LATER):
    """key → (how many, yuan)."""
    rows = kpi.query(city.session, sorted(PERSONAL), as_of=as_of, by=by, scope=scope)
    told = {}
    for row in rows:
        told.setdefault(tuple(row.dims.values()), {})[row.metric] = row.value
    return {key: (one.get("penalties", 0), one.get("penalty_amount", 0)) for key, one in told.items()}


def test_a_penalty_counts_from_its_confirmation_by_clause_role_and_unit(city, operations, plant):
    """第八条(一): 100 + 50 yuan confirmed, the third withdrawn before it is anything."""
    exposed(city, plant, "2026-03-06 20:00")
    remind(city, "2026-03-07 08:00")
    responsible, leader, *_rest = found(city)
    assert figures(city) == {(): (0, 0)}
    does(city, operations, "confirm", responsible, "2026-03-10 09:00")
    does(city, operations, "confirm", leader, "2026-04-01 09:00")
    assert figures(city) == {(): (2, 150)}
    assert figures(city, as_of=shanghai("2026-03-31 23:59")) == {(): (1, 100)}
    assert figures(city, "month", "clause") == {("2026-03", EXPOSED): (1, 100), ("2026-04", EXPOSED): (1, 50)}
    assert figures(city, "unit", "role") == {("第一水厂", "责任人"): (1, 100), ("第一水厂", "直接领导"): (1, 50)}


def test_what_was_withdrawn_or_revoked_counts_against_nobody_at_any_as_of(city, operations, discipline, plant):
    kept, undone, appealed = (
        propose(
            city,
            operations,
            "2026-03-09 09:00",
            clause=IGNORED,
            person=f"某{n}",
            unit_id=plant.id,
            amount=Decimal("33.10"),
        )
        for n in "甲乙丙"
    )
    for one in (kept, undone, appealed):
        does(city, operations, "confirm", one, "2026-03-10 09:00")
    assert figures(city) == {(): (3, 99.3)}
    does(city, operations, "withdraw", undone, "2026-03-11 09:00", reason="记错了人")
    does(city, operations, "appeal", appealed, "2026-03-11 10:00", reason="不是我")
    assert figures(city) == {(): (2, 66.2)}, "an appeal alone takes nothing away"
    does(city, discipline, "revoke", appealed, "2026-03-12 09:00", reason="申诉成立")
    assert figures(city) == figures(city, as_of=shanghai("2026-03-10 12:00")) == {(): (1, 33.1)}


def test_a_penalty_of_a_discipline_ticket_moves_no_figure_that_others_see(city, discipline, operations, plant):
    """严格保密 (第七条(二)): it is in 全口径 alone; of no ticket at all it is operations' business too (POLICY §6)."""
    propose(city, operations, "2026-03-09 09:00", clause=IGNORED, person="某甲", unit_id=plant.id, amount=Decimal(50))
    does(city, operations, "confirm", found(city)[0], "2026-03-09 10:00")
    before = {by: figures(city, *by) for by in ((), ("month",), ("clause", "role"), ("unit",), ("track",))}
    ticket = brought_to(city, "discipline", "founded")
    hidden = propose(city, discipline, "2026-03-12 09:00", clause=RETALIATED, person="某乙", unit_id=plant.id,
                     ticket_id=ticket.id, amount=Decimal(500))  # fmt: skip
    does(city, discipline, "confirm", hidden, "2026-03-12 10:00")
    assert {by: figures(city, *by) for by in before} == before
    assert figures(city, "track", scope="all") == {(None,): (1, 50), ("discipline",): (1, 500)}


@on_sqlite
def test_divided_by_unit_role_or_matter_they_are_for_who_oversees_penalties(city):
    """A cell of one is data about a person; the whole group's, by time and clause, is every reader's of figures."""
    overseers = {"operations", "leadership", "discipline", "inspector", "chairman"}
    for name, person in city.people.items():
        actor = person.as_of(city.now)
        for by, units in ((("unit",), ()), (("month", "role"), ()), (("category",), ()), ((), ("第一水厂",))):
            asked = Question(names=("complaints", "penalties") if "role" not in by else ("penalties",), as_of=LATER,
                             by=by, units=units)  # fmt: skip
            if name in overseers:
                allow(actor, asked)
            else:
                with pytest.raises(Withheld):
                    allow(actor, asked)
        allow(actor, Question(names=("penalties", "penalty_amount"), as_of=LATER, by=("month", "clause")))
        allow(actor, Question(names=("complaints",), as_of=LATER, by=("unit",)))
