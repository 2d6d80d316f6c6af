"""The one way in: in which order it says no, what a refusal leaves, and that a repeated request happens once."""

import pytest
from sqlalchemy import func, select

from models import desk, scope
from models.actor import SYSTEM
from models.event import RepeatKey
from models.refusals import Invalid, NotYours, Refused, Stale, Unseen, WrongState
from tests.fixtures.city import brought_to

ODD = "\ud800"
"""Half a character: no database stores it."""


# In which order it says no: 404, 403, 409 (state, then version), 422

WRONG = {"version": 999, "颜色": "红"}


def refusal(person, action, ticket, **fields):
    with pytest.raises(Refused) as caught:
        person.does(action, ticket, fields=fields, version=fields.pop("version", 999))
    return type(caught.value)


def test_out_of_sight_comes_first(accusation, colleague):
    assert refusal(colleague, "submit", accusation, **WRONG) is Unseen
    assert refusal(colleague, "没有的动作", accusation, **WRONG) is Unseen


def test_an_unknown_action_is_absent_too(ticket, agent):
    for name in ("没有的动作", "register", "close", "release", "redate", "erase", "", "ASSIGN"):
        assert refusal(agent, name, ticket) is Unseen


def test_then_what_is_never_this_person_s(city, agent):
    closed = brought_to(city, "quality", "closed")
    assert refusal(agent, "submit", closed, **WRONG) is NotYours
    assert refusal(agent, "supervise", closed, **WRONG) is NotYours


def test_then_the_wrong_state(city, agent):
    closed = brought_to(city, "quality", "closed")
    assert refusal(agent, "assign", closed, **WRONG) is WrongState


def test_then_a_stale_version(ticket, agent):
    assert refusal(agent, "assign", ticket, **WRONG) is Stale


def test_and_last_what_was_filled_in(ticket, agent):
    assert refusal(agent, "assign", ticket, version=ticket.version, 颜色="红") is Invalid


@pytest.mark.parametrize(
    ("version", "code"),
    [(None, "required"), ("one", "not_an_integer"), (1.0, "not_an_integer"), (True, "not_an_integer"),
     ("１", "not_an_integer"), ("-1", "not_an_integer"), ([], "not_an_integer"), ("1" * 5000, "not_an_integer")],
)  # fmt: skip
def test_a_version_is_a_number(ticket, agent, plant, version, code, refused):
    with refused(code, "version"):
        agent.assigns(ticket, to=plant, version=version)


@pytest.mark.parametrize("spelled", [int, str, lambda n: f"0{n}"])
def test_as_a_form_or_as_json_sends_it(ticket, agent, plant, spelled):
    agent.assigns(ticket, to=plant, version=spelled(ticket.version))


def test_the_second_of_two_conflicting_acts_changes_nothing(ticket, agent, colleague, plant, hall, refused):
    seen = ticket.version
    agent.assigns(ticket, to=plant, version=seen)
    with refused("wrong_state"):
        colleague.declines(ticket, version=seen)
    with refused("stale"):
        colleague.refers(ticket, version=seen)
    assert ticket.unit == plant.name


@pytest.mark.parametrize(
    ("act", "more"),
    [("notes", {}), ("contacts", {}), ("attaches", {}), ("supervises", {}),
     ("amends", {"field": "phone", "value": "13800000000"}), ("links", {"kind": "related"})],
)  # fmt: skip
def test_notes_and_their_like_neither_need_nor_raise_the_version(city, ticket, operations, act, more):
    other = {"to": operations.registers()} if act == "links" else {}
    before = ticket.version
    getattr(operations, act)(ticket, version=None, **more, **other)
    operations.notes(ticket, version=999)
    assert ticket.version == before


def test_every_act_that_moves_a_ticket_raises_it_by_one(city):
    for track in ("quality", "discipline"):
        ticket = brought_to(city, track, "closed")
        assert ticket.version == len(ticket.events)


def test_an_act_whose_clock_is_behind_is_dated_with_the_last(ticket, agent, plant):
    agent.notes(ticket, at="2026-03-06 12:00")
    agent.assigns(ticket, to=plant, at="2026-03-06 10:00")
    assert ticket.events[-1].at == ticket.events[-2].at
    assert ticket.obligation("handle").due == "2026-03-09 12:00"


@pytest.mark.parametrize(
    ("action", "track", "who"),
    [("find", "discipline", "纪检监察室"), ("supervise", "quality", "运营管理部"),
     ("submit", "quality", "承办单位负责人"), ("conclude", "quality", "董事长")],
)  # fmt: skip
def test_whose_it_is_is_said(city, agent, discipline, action, track, who):
    ticket = brought_to(city, track, "registered")
    with pytest.raises(NotYours) as caught:
        agent.does(action, ticket)
    assert who in str(caught.value)


@pytest.mark.parametrize(
    ("action", "track"), [("assign", "discipline"), ("answer", "discipline"), ("open_to", "quality")]
)
def test_a_step_that_a_track_does_not_have_is_told_as_such(city, agent, discipline, action, track):
    """Not as somebody else's: those whose step it is on the other track would read that it is theirs."""
    ticket = brought_to(city, track, "registered")
    with pytest.raises(NotYours) as caught:
        (discipline if track == "discipline" else agent).does(action, ticket)
    assert "没有" in str(caught.value)


def test_nobody_in_particular_may_nothing(city, ticket):
    with pytest.raises(Unseen):
        desk.act(city.session, ticket.id, "note", {"text": "。"}, by=SYSTEM, at=city.now, book=city.book())
    with pytest.raises(NotYours):
        desk.register(city.session, {"content": "。"}, by=SYSTEM, at=city.now, book=city.book())


# Once: Idempotency-Key


def count(city):
    return {name: len(rows) for name, rows in city.rows().items()}


def test_a_repeated_registration_is_the_same_ticket(city, agent):
    first = agent.registers("没水", once="a1")
    before = city.rows()
    assert agent.registers("没水", once="a1").id == first.id
    assert city.rows() == before


def test_a_repeated_act_happens_once(city, ticket, agent, plant):
    seen = ticket.version
    for _ in range(3):
        agent.assigns(ticket, to=plant, version=seen, once="a1")
    assert ticket.history == ["register", "assign"]
    assert len(ticket.obligations("handle")) == 1


def test_notes_too(ticket, agent):
    for _ in range(2):
        agent.notes(ticket, once="n1")
    assert ticket.history == ["register", "note"]


def test_even_when_much_has_happened_since(ticket, agent, plant, head):
    seen = ticket.version
    agent.assigns(ticket, to=plant, version=seen, once="a1")
    head.submits(ticket)
    agent.assigns(ticket, to=plant, version=seen, once="a1")
    assert ticket.state == "calling_back"


@pytest.mark.parametrize("change", ["field", "version", "action", "ticket"])
def test_the_same_key_with_another_body_is_refused(ticket, agent, plant, hall, change, refused):
    other = agent.registers()
    agent.assigns(ticket, to=plant, version=1, once="a1")
    with refused("key_reused"):
        if change == "field":
            agent.assigns(ticket, to=hall, version=1, once="a1")
        elif change == "version":
            agent.assigns(ticket, to=plant, version=2, once="a1")
        elif change == "action":
            agent.does("decline", ticket, version=1, unit=plant.name, once="a1")
        else:
            agent.assigns(other, to=plant, version=1, once="a1")


def test_registering_something_else_under_a_key_is_refused(agent, refused):
    agent.registers("没水", once="a1")
    with refused("key_reused"):
        agent.registers("水浑", once="a1")


def test_a_key_is_one_s_own(agent, colleague):
    assert agent.registers("没水", once="a1").id != colleague.registers("没水", once="a1").id


def test_the_order_in_which_fields_are_sent_makes_no_difference(city, agent):
    fields = {"phone": "13800000000", "title": "水压", "content": "没水"}
    ids = {
        desk.register(city.session, dict(order), by=agent.as_of(city.now), at=city.now, book=city.book(), once="a1")
        for order in (fields.items(), reversed(fields.items()))
    }
    assert len(ids) == 1


def test_what_was_refused_did_not_use_up_its_key(city, ticket, agent, plant):
    for wrong in ({"unit": "没有的单位"}, {"unit": None}):
        with pytest.raises(Invalid):
            agent.does("assign", ticket, fields=wrong, version=1, once="a1")
    with pytest.raises(Stale):
        agent.assigns(ticket, to=plant, version=7, once="a2")
    with pytest.raises(Invalid):
        agent.registers("", once="a3")
    assert city.session.scalar(select(func.count()).select_from(RepeatKey)) == 0
    agent.assigns(ticket, to=plant, version=1, once="a1")
    assert agent.registers("没水", once="a3").state == "registered"


def test_a_key_that_somebody_used_before_survives_a_later_refusal(city, ticket, agent, plant, refused):
    agent.assigns(ticket, to=plant, version=1, once="a1")
    with refused("key_reused"):
        agent.refers(ticket, once="a1")
    agent.assigns(ticket, to=plant, version=1, once="a1")
    assert ticket.history == ["register", "assign"]


@pytest.mark.parametrize("odd", [ODD, "\0", 2**70, -(2**70), 1e400, {"a": [ODD]}, [1, [2, {"b": None}]], b"\xff"])
def test_whatever_is_sent_with_a_key_gets_a_refusal_and_no_crash(agent, odd):
    for field in ("content", "phone", "category", "accused", "received_at", "form"):
        with pytest.raises(Invalid):
            agent.registers(**{"content": "没水", field: odd}, once=f"k-{field}")


def test_a_key_may_be_long(agent):
    long, longer = "k" * 300, "k" * 301
    first = agent.registers("没水", once=long)
    assert agent.registers("没水", once=long).id == first.id
    assert agent.registers("没水", once=longer).id != first.id


def test_out_of_sight_a_repeated_act_is_out_of_sight(city, accusation, agent, discipline):
    """Whoever referred it sees it no more: a repeated request is answered in today's scope."""
    agent.refers(accusation, version=1, once="r1")
    with pytest.raises(Unseen):
        agent.refers(accusation, version=1, once="r1")
    assert accusation.history == ["register", "refer"]


def test_nothing_is_committed_by_the_desk(city_url):
    from sqlalchemy.orm import Session

    from models.database import engine_for
    from tests.fixtures.city import City

    engine = engine_for(city_url)
    with Session(engine) as session:
        City(session).agent.registers()
    with Session(engine) as session:
        assert City(session).rows()["ticket"] == []
    engine.dispose()


def test_what_is_offered_is_what_is_taken(city):
    """`available` and `act` ask the same question."""
    ticket = brought_to(city, "quality", "handling")
    for name, person in city.people.items():
        level = scope.level_of(city.session, ticket.id, person.as_of(city.now))
        offered = person.may(ticket)
        assert bool(offered) <= bool(level), name
        for action in ("submit", "assign", "note", "return", "conclude", "correct"):
            with pytest.raises(Refused) as caught:
                person.does(action, ticket, fields={"颜色": "红"})
            assert isinstance(caught.value, Unseen | NotYours | WrongState) == (action not in offered)
