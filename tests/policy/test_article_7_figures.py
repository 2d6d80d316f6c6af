"""第七条(二) 严格保密 in figures: no figure tells anyone that a discipline ticket exists (POLICY §5)."""

from itertools import product

import pytest

from analytics import frames, kpi, totals
from analytics.columns import FRAMES
from analytics.dashboards.board import board
from analytics.dashboards.filters import default
from analytics.dashboards.pages import PAGES
from analytics.questions import DIMENSIONS, Withheld, allowed_scope, divisible
from tests.fixtures.city import brought_to, gallery, on_sqlite, shanghai

LATER = shanghai("2026-04-20 12:00")


def quality(city):
    """Every figure by every dimension, every frame, the pages and the totals, as others than discipline have them."""
    found = {}
    for by in ((), *((one,) for one in DIMENSIONS), ("month", "unit"), ("quarter", "category"), ("channel", "track")):
        rows = kpi.query(city.session, divisible(by), as_of=LATER, by=by)
        found[by] = [row.as_dict() for row in rows]
    for name in FRAMES:
        found[name] = list(frames.stream(city.session, frames.wanted(name, now=LATER)))
    who = city.operations.as_of(LATER)
    for page in PAGES:
        found[page.title] = board(page, city.session, who, default(LATER), LATER, str)
    return found


def test_a_discipline_ticket_moves_no_figure_that_others_see(city):
    for ticket in gallery(city, "quality").values():
        city.agent.notes(ticket)
    before = quality(city)
    for state, ticket in gallery(city, "discipline", channel="市长热线").items():
        if state != "closed":
            city.discipline.supervises(ticket)
    city.agent.links(
        brought_to(city, "discipline", "registered"), brought_to(city, "discipline", "registered"), "related"
    )
    city.session.flush()
    after = quality(city)
    assert [name for name in before if before[name] != after[name]] == []
    everything = kpi.query(city.session, ["complaints"], as_of=LATER, scope="all")
    assert everything[0].value == before[()][0]["value"] + 12


@on_sqlite
def test_who_may_ask_for_which_figures(city):
    """产品质量口径对所有人；全口径只对纪检监察室和董事长；季度合计对集团领导。"""
    for name, person in city.people.items():
        actor = person.as_of(city.now)
        top = name in ("discipline", "inspector", "chairman")
        for scope, allowed in (
            ("quality", name != "auditor"),
            ("all", top),
        ):
            if allowed:
                assert allowed_scope(actor, scope) == scope
            else:
                with pytest.raises(Withheld):
                    allowed_scope(actor, scope)
        assert actor.sees_totals is (top or name == "leadership")


# 季度合计


def told(city, at):
    return {one.label: (one.total, *one.parts.values()) for one in totals.quarters(city.session, shanghai(at))}


def registers(city, how_many, state):
    return [brought_to(city, "discipline", state) for _ in range(how_many)]


def test_leadership_learns_finished_quarters_as_they_ended(city):
    city.at("2026-02-02 09:00")
    founded, unfounded = registers(city, 5, "founded"), registers(city, 6, "unfounded")
    undecided = registers(city, 7, "investigating")
    city.agent.registers("问一下。", category="吃拿卡要", kind="enquiry")
    assert told(city, "2026-03-31 23:59")["2025-Q4"] == (None, None, None, None)
    assert "2026-Q1" not in told(city, "2026-03-31 23:59")
    assert told(city, "2026-04-01 00:00")["2026-Q1"] == (18, 5, 6, 7)

    city.discipline.finds(undecided[0], True, at="2026-04-01 09:00")
    city.discipline.reclassifies(undecided[1], to="水质")
    referred = city.agent.registers("水压低。")
    city.agent.refers(referred)
    city.discipline.reports(founded[0])
    city.discipline.explains(unfounded[0])
    assert told(city, "2026-07-01 00:00")["2026-Q1"] == (18, 5, 6, 7), "what comes later does not move it"
    assert told(city, "2026-07-01 00:00")["2026-Q2"] == (None, None, None, None)


def test_a_ticket_counts_for_the_track_that_it_was_on_when_its_quarter_ended(city):
    city.at("2026-02-02 09:00")
    registers(city, 5, "founded")
    referred = city.agent.registers("水压低。", at="2026-03-20 09:00")
    assert told(city, "2026-04-01 00:00")["2026-Q1"] == (5, None, None, None)
    city.agent.refers(referred, at="2026-04-02 09:00")
    assert told(city, "2026-04-03 00:00")["2026-Q1"][0] == 5
    assert told(city, "2026-07-01 00:00")["2026-Q2"][0] is None, "nor does it count in a quarter it is not of"


def test_a_small_number_cannot_be_worked_out_from_what_is_told():
    """Whoever knows the rule and sees a row still has five numbers or more to choose from for each withheld cell."""
    rows = {}
    for counts in product(range(20), repeat=len(totals.PARTS)):
        if sum(counts) >= 20:
            continue  # of these only some would be among the rows
        total, parts = totals.withheld(dict(zip(totals.PARTS, counts, strict=True)))
        rows.setdefault((total, *parts.values()), []).append((sum(counts), *counts))
        assert all(many is None or many >= totals.LEAST for many in (total, *parts.values()))
    for row, possible in rows.items():
        for n, cell in enumerate(row):
            if cell is None:
                assert len({counts[n] for counts in possible}) >= totals.LEAST, row
