"""第七条 工作要求：未作出处理决定前不得做任何承诺；在案件办理过程中必须严格保密，没有集团授权，不得泄露。"""

import pytest

from models import history, view
from tests.fixtures.city import PEOPLE, ROUTES, brought_to, gallery, on_sqlite

# (一) 在承办单位未作出处理决定前不得做任何承诺

OPERATIONS = {"quality": "operations", "discipline": "discipline"}
AFTER = ("calling_back", "satisfied", "fed_back")


@on_sqlite
@pytest.mark.parametrize("track", ["quality", "discipline"])
def test_before_the_result_nobody_tells_the_customer_an_outcome(city, track, refused):
    """第七条(一)：在承办单位未作出处理决定前不得做任何承诺。"""
    person = city.people[OPERATIONS[track]]
    for state, ticket in gallery(city, track).items():
        if state not in (*AFTER, "closed"):
            with refused("outcome_too_early", "kind"):
                person.contacts(ticket, "outcome")
            for kind in ("inquire", "progress", "appointment"):
                person.contacts(ticket, kind)


@on_sqlite
@pytest.mark.parametrize("track", ["quality", "discipline"])
def test_from_the_result_on_one_may(city, track):
    for state, ticket in gallery(city, track).items():
        if state in AFTER:
            city.people[OPERATIONS[track]].contacts(ticket, "outcome")
            assert ticket.history[-1] == "contact"


def test_while_it_is_handled_anew_nothing_is_decided_either(city, agent, handler, refused):
    ticket = brought_to(city, "quality", "calling_back")
    agent.calls_back(ticket, "dissatisfied")
    with refused("outcome_too_early", "kind"):
        handler.contacts(ticket, "outcome")


def test_the_contact_may_be_named_in_chinese(city, handler, refused):
    ticket = brought_to(city, "quality", "handling")
    handler.contacts(ticket, "了解情况")
    with refused("outcome_too_early", "kind"):
        handler.contacts(ticket, "告知结果")


@pytest.mark.parametrize("track", ["quality", "discipline"])
def test_after_closing_it_is_noted_and_linked_but_nobody_is_contacted(city, track, refused):
    ticket = brought_to(city, track, "closed")
    person = city.operations if track == "quality" else city.discipline
    person.notes(ticket)
    for act in ("contacts", "supervises", "attaches"):
        with refused("wrong_state"):
            getattr(person, act)(ticket)


# (二) 严格保密


@on_sqlite
def test_once_referred_a_matter_of_conduct_is_not_there_for_others(city, refused):
    """第七条(二)：在案件办理过程中必须严格保密。"""
    tickets = [t for state, t in gallery(city, "discipline").items() if state not in ("registered", "fed_back")]
    for name in ("agent", "colleague", "operations", "leadership", "analyst", "auditor", "admin"):
        person = city.people[name]
        assert person.lists().isdisjoint(ticket.id for ticket in tickets)
        for ticket in tickets:
            assert person.sees(ticket) is None
            with refused("unseen"):
                person.notes(ticket)


@pytest.mark.parametrize("action", ["note", "refer", "call_back", "record", "register", "没有的动作"])
def test_nor_is_it_there_for_whatever_they_try(city, operations, action, refused):
    ticket = brought_to(city, "discipline", "investigating")
    with refused("unseen"):
        operations.does(action, ticket)


def test_before_it_is_referred_its_registrar_alone_of_the_desk_sees_it(accusation, agent, colleague, operations):
    assert agent.sees(accusation) == "contact"
    assert colleague.sees(accusation) is None
    assert operations.sees(accusation) is None


def test_absent_and_out_of_sight_are_the_same_answer(city, accusation, colleague, refused):
    class Absent:
        id, version = 1, 1

    for ticket in (accusation, Absent()):
        with refused("unseen"):
            colleague.notes(ticket)


def test_a_ticket_out_of_sight_cannot_be_linked_to(ticket, accusation, colleague, refused):
    """POLICY §5: not in links, duplicate hints or error messages."""
    for name in (accusation.id, accusation.no, 1, "纪2026-ZZZZ", "\0", 2**63, "\ud800"):
        with refused("bad_characters" if name in ("\0", "\ud800") else "not_found", "to"):
            colleague.links(ticket, to=name, kind="related")


@on_sqlite
def test_the_unit_sees_a_summary_and_only_from_the_instruction_on(city, head, handler):
    for state, ticket in gallery(city, "discipline").items():
        expected = "summary" if state in ("handling", "calling_back", "satisfied", "fed_back", "closed") else None
        assert (head.sees(ticket), handler.sees(ticket)) == (expected, expected), state


@on_sqlite
def test_the_chairman_sees_it_from_the_report_on(city, chairman):
    for state, ticket in gallery(city, "discipline").items():
        before = state in ("registered", "investigating", "founded", "unfounded")
        assert chairman.sees(ticket) == (None if before else "full"), state


def test_the_dispatcher_gets_a_stub_to_fill_and_nothing_else(city, agent, colleague, operations, refused):
    ticket = brought_to(city, "discipline", "fed_back")
    for person in (agent, colleague, operations):
        assert person.sees(ticket) == "stub"
        assert person.may(ticket) == {"record", "print"}
        with refused("not_yours"):
            person.notes(ticket)
    colleague.records(ticket)
    assert colleague.sees(ticket) is None


# 开放


@pytest.fixture
def instructed(city):
    return brought_to(city, "discipline", "handling")


def opened(city, ticket, person, at=None):
    from models import scope

    return scope.opened(city.session, [ticket.id], person.as_of(city.now), city.at(at)).get(ticket.id, set())


def test_discipline_opens_the_customers_number_to_who_is_to_talk_to_him(city, instructed, discipline, head, handler):
    """第六条(二)5、流程④：与顾客的沟通事宜；第七条(二)：严格保密。"""
    assert opened(city, instructed, head) == set()
    discipline.opens(instructed, to=[head], parts=["联系方式", "words"])
    assert opened(city, instructed, head) == {"contact", "words"}
    assert opened(city, instructed, handler) == set(), "to the persons named and to nobody else"


def test_an_opening_may_end(city, instructed, discipline, head):
    discipline.opens(instructed, to=[head], until="2026-03-10T12:00")
    assert opened(city, instructed, head, at="2026-03-10 11:59") == {"contact"}
    assert opened(city, instructed, head, at="2026-03-10 12:00") == set()


def test_never_to_a_person_complained_of(city, agent, discipline, head, handler, refused):
    ticket = brought_to(city, "discipline", "investigating", accused="handler")
    with refused("is_accused", "persons"):
        discipline.opens(ticket, to=[head, handler])
    discipline.opens(ticket, to=[head])


def test_only_to_people_with_an_account(instructed, discipline, refused):
    with refused("not_found", "persons"):
        discipline.does("open_to", instructed, persons=["路人"], parts=["contact"])


@pytest.mark.parametrize(("field", "value"), [("persons", []), ("parts", []), ("parts", ["all"])])
def test_to_whom_and_what_is_said(instructed, discipline, field, value, refused):
    given = {"persons": ["head"], "parts": ["contact"], field: value}
    with refused("not_a_choice" if value == ["all"] else "required", field):
        discipline.does("open_to", instructed, fields=given)


def test_nobody_but_discipline_opens_anything(city, instructed):
    may = {name for name in PEOPLE if "open_to" in city.people[name].may(instructed)}
    assert may == {"discipline", "inspector"}


def test_a_quality_ticket_has_nothing_to_open(ticket, discipline, refused):
    with refused("not_on_track"):
        discipline.opens(ticket, to=[discipline])


# 被投诉人


@on_sqlite
@pytest.mark.parametrize("name", ["agent", "colleague", "operations", "other_handler", "other_head", "inspector"])
def test_a_person_complained_of_never_sees_it(city, name):
    """POLICY §5: never to a person complained of."""
    person = city.people[name]
    for ticket in list(_in_every_state(city, name)):
        assert person.sees(ticket) is None, ticket.state
        assert ticket.id not in person.lists()
        assert person.may(ticket) == set()


@pytest.mark.parametrize("name", ["head", "chairman"])
def test_not_even_where_it_is_his_turn(city, name):
    state = {"head": "handling", "chairman": "reported"}[name]
    ticket = brought_to(city, "discipline", state, accused=name)
    assert city.people[name].sees(ticket) is None


def _in_every_state(city, accused):
    """Tickets in every state that somebody else brought there; of the hall, where its people are complained of."""
    people, units = dict(city.people), dict(city.units)
    if accused == "agent":
        city.people["agent"] = people["colleague"]
    if accused.startswith("other"):
        city.units["plant"], city.people["head"] = units["hall"], people["other_head"]
    try:
        for state, acts in ROUTES["discipline"].items():
            if accused != "other_head" or "submits" not in acts:
                yield brought_to(city, "discipline", state, accused=accused)
    finally:
        city.people, city.units = people, units


# 经过

PRIVATE = {"note": "先不惊动站长。", "contact": "顾客说怕报复。", "attach": "谈话笔录。"}


def reads(city, person, ticket):
    """What of a ticket's log somebody reads: action → its words."""
    by = person.as_of(city.now)
    seen = view.sight(city.session, ticket.id, by, city.now)
    return [(e["action"], *e["payload"]["texts"].values())
            for e in history.events(history.read(city.session, ticket.id), seen, by)]  # fmt: skip


def test_a_unit_does_not_read_what_discipline_writes_down_for_itself(city, instructed, discipline, head, handler):
    """POLICY §5: from 批示 on the unit has summary and instruction; of the rest what it does itself."""
    discipline.notes(instructed, text=PRIVATE["note"])
    discipline.contacts(instructed, text=PRIVATE["contact"])
    discipline.attaches(instructed, text=PRIVATE["attach"])
    discipline.supervises(instructed, text="请抓紧。")
    handler.notes(instructed, text="已约谈抄表员。")
    told = reads(city, head, instructed)
    assert told[-2:] == [("supervise", "请抓紧。"), ("note", "已约谈抄表员。")]
    assert not set(PRIVATE.values()) & {text for _action, *texts in told for text in texts}
    assert set(PRIVATE.values()) <= {text for _a, *texts in reads(city, city.inspector, instructed) for text in texts}


def test_what_turns_back_to_quality_keeps_its_past_closed(city, discipline, agent, chairman, leadership):
    ticket = brought_to(city, "discipline", "investigating")
    discipline.notes(ticket, text="已找三个人谈过。")
    discipline.reclassifies(ticket, to="水质", reason="查明不是吃拿卡要。")
    agent.assigns(ticket, to=city.plant)
    for person in (agent, city.operations, city.head, leadership):
        assert [action for action, *_texts in reads(city, person, ticket)] == ["assign"]
    for person in (discipline, chairman):
        assert ("reclassify", "查明不是吃拿卡要。") in reads(city, person, ticket)


def test_a_log_does_not_say_which_ticket_another_one_followed(city, agent, head):
    """By now that one may be discipline's, and then it is nobody's to know."""
    main, follower = (city.agent.registers("水压低。") for _ in range(2))
    agent.links(follower, to=main, kind="same_matter")
    agent.assigns(main, to=city.plant)
    by = head.as_of(city.now)
    seen = view.sight(city.session, follower.id, by, city.now)
    events = history.events(history.read(city.session, follower.id), seen, by)
    assert events[-1]["payload"]["with"] is True
    assert str(main.id) not in str(events)
