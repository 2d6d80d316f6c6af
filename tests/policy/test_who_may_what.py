"""第五条、第六条、流程①—⑥：谁，在哪一步，可以做什么。What each person is offered, ticket by ticket."""

import pytest

from tests.fixtures.city import PEOPLE, gallery, on_sqlite

TALK = "note contact attach link"
OURS = f"recategorise amend open_to supervise {TALK}"

QUALITY = {
    "registered": {
        "agent": f"assign decline refer reclassify recategorise amend {TALK}",
        "operations": f"assign decline refer reclassify recategorise amend supervise {TALK}",
        "discipline": f"refer {TALK}",
    },
    "handling": {
        "agent": f"refer recategorise amend {TALK}",
        "operations": f"refer return recategorise amend supervise {TALK}",
        "discipline": f"refer {TALK}",
        "head": f"submit return recategorise {TALK}",
        "handler": TALK,
    },
    "returned": {
        "agent": f"assign recategorise amend {TALK}",
        "operations": f"assign reclassify recategorise amend supervise {TALK}",
        "discipline": TALK,
    },
    "calling_back": {
        "agent": f"call_back recategorise amend {TALK}",
        "operations": f"call_back recategorise amend supervise {TALK}",
        "discipline": TALK,
        "head": f"recategorise {TALK}",
        "handler": TALK,
    },
    "closed": {
        "agent": "amend note link",
        "operations": "amend correct note link",
        "discipline": "note link",
        "head": "note link",
        "handler": "note link",
    },
}
DISCIPLINE = {
    "registered": {
        "agent": f"refer recategorise amend {TALK}",
        "discipline": f"refer decline reclassify {OURS}",
    },
    "investigating": {"discipline": f"find reclassify {OURS}"},
    "founded": {"discipline": f"report {OURS}"},
    "unfounded": {"discipline": f"explain {OURS}"},
    "reported": {"discipline": OURS, "chairman": "instruct"},
    "handling": {
        "discipline": f"return {OURS}",
        "head": f"submit return recategorise {TALK}",
        "handler": TALK,
    },
    "calling_back": {
        "discipline": f"call_back {OURS}",
        "head": f"recategorise {TALK}",
        "handler": TALK,
    },
    "satisfied": {
        "discipline": f"feed_back correct {OURS}",
        "head": f"recategorise {TALK}",
        "handler": TALK,
    },
    "fed_back": {
        "agent": "record",
        "colleague": "record",
        "operations": "record",
        "discipline": OURS,
        "head": f"recategorise {TALK}",
        "handler": TALK,
    },
    "closed": {"discipline": "amend note link", "head": "note link", "handler": "note link"},
}
for offered in QUALITY.values():
    offered["colleague"] = offered["agent"]  # among the agents it makes no difference who registered it
for offered in (*QUALITY.values(), *DISCIPLINE.values()):
    offered["inspector"] = offered["discipline"]


@on_sqlite
@pytest.mark.parametrize(("track", "table"), [("quality", QUALITY), ("discipline", DISCIPLINE)])
def test_everybody_is_offered_what_is_theirs_to_do_and_nothing_else(city, track, table):
    for state, ticket in gallery(city, track).items():
        offered = {name: " ".join(sorted(city.people[name].may(ticket) - {"print"})) for name in PEOPLE}
        expected = {name: " ".join(sorted(table[state].get(name, "").split())) for name in PEOPLE}
        assert offered == expected, state


@on_sqlite
def test_an_enquiry_may_be_answered_too(city, agent):
    assert "answer" in agent.may(agent.registers(kind="enquiry"))
    assert "answer" not in agent.may(agent.registers())


@on_sqlite
def test_from_the_third_round_on_the_chairman_is_offered_the_end(city, agent, head, plant, chairman, ticket):
    agent.assigns(ticket, to=plant)
    for _ in range(2):
        assert chairman.may(ticket) == {"print"}
        head.submits(ticket)
        agent.calls_back(ticket, "dissatisfied")
    assert chairman.may(ticket) == {"conclude", "print"}


@on_sqlite
def test_who_sees_the_whole_of_a_ticket_may_have_it_on_paper(city):
    """And the desk the 处理记录表 of a discipline ticket, of which it sees no more than that."""
    for track in ("quality", "discipline"):
        for state, ticket in gallery(city, track).items():
            for name, person in city.people.items():
                whole = person.sees(ticket) in ("contact", "full", "stub")
                assert ("print" in person.may(ticket)) is whole, (track, state, name)
