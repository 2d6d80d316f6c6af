"""Several complaints of one matter are linked to a main ticket, never merged; a later one is a repeat complaint."""

import pytest

from tests.fixtures.city import brought_to


@pytest.fixture
def follower(ticket, agent, colleague):
    """Another customer's complaint of the same matter, which follows `ticket`."""
    other = colleague.registers("我家也没有水。", at="2026-03-06 09:30", phone="13700000000")
    agent.links(other, to=ticket, kind="same_matter", at="2026-03-06 09:40")
    return other


# 同一事项


def test_it_follows_and_stays_a_ticket_of_its_own(ticket, follower):
    assert follower.main_id == ticket.id
    assert (follower.state, follower.no != ticket.no) == ("registered", True)
    assert follower.owes == {"dispatch"}


@pytest.mark.parametrize("name", ["id", "no"])
def test_the_other_is_named_by_id_or_number(ticket, agent, name):
    other = agent.registers()
    agent.links(other, to=getattr(ticket, name), kind="同一事项")
    assert other.main_id == ticket.id


def test_it_is_assigned_with_the_main_ticket_by_an_event_of_its_own(ticket, follower, agent, plant):
    agent.assigns(ticket, to=plant, at="2026-03-06 10:00")
    assert (follower.state, follower.unit, follower.round) == ("handling", plant.name, 1)
    assert follower.obligation("handle").due == "2026-03-09 10:00"
    assert follower.obligation("dispatch").settled == "2026-03-06 10:00"
    event = follower.events[-1]
    assert (event.action, event.actor_id) == ("assign", agent.id)
    assert f'"with":{ticket.id}' in event.payload


def test_who_looks_at_a_follower_meanwhile_looks_at_an_old_version(ticket, follower, agent, plant, refused):
    seen = follower.version
    agent.assigns(ticket, to=plant)
    with refused("stale"):
        agent.refers(follower, version=seen)


def test_its_category_is_its_own(ticket, follower, agent, plant):
    agent.recategorises(follower, to="水质")
    agent.assigns(ticket, to=plant, category="维修")
    assert (ticket.category, follower.category) == ("维修", "水质")


def test_the_result_is_shared(ticket, follower, agent, plant, head):
    agent.assigns(ticket, to=plant)
    head.submits(ticket, cause_code="pressure")
    assert (follower.state, follower.cause_code) == ("calling_back", "pressure")
    assert follower.text("result") == ticket.text("result")
    assert follower.owes == {"callback"}


def test_every_customer_is_called_back(ticket, follower, agent, plant, head):
    agent.assigns(ticket, to=plant)
    head.submits(ticket)
    agent.calls_back(ticket, "satisfied")
    assert (ticket.state, follower.state) == ("closed", "calling_back")
    agent.calls_back(follower, "dissatisfied")
    assert (follower.state, follower.round) == ("handling", 2)
    head.submits(follower)
    agent.calls_back(follower, "satisfied")
    assert [call.outcome for call in follower.callbacks] == ["dissatisfied", "satisfied"]


def test_a_follower_that_has_its_result_is_not_submitted_again(ticket, follower, agent, plant, head):
    agent.assigns(ticket, to=plant)
    head.submits(follower, at="2026-03-06 11:00")
    head.submits(ticket, at="2026-03-06 12:00")
    assert follower.history.count("submit") == 1


@pytest.mark.parametrize("act", ["waives", "concludes"])
def test_ending_the_main_ends_no_follower(city, ticket, follower, agent, plant, head, operations, chairman, act):
    agent.assigns(ticket, to=plant)
    head.submits(ticket)
    if act == "waives":
        agent.amends(ticket, "phone", "")
        operations.waives(ticket)
    else:
        for _ in range(2):
            agent.calls_back(ticket, "dissatisfied")
            head.submits(ticket)
        chairman.concludes(ticket)
    assert (ticket.state, follower.state) == ("closed", "calling_back")


def test_linked_while_the_main_is_handled_it_goes_to_that_unit_at_once(ticket, agent, plant, colleague):
    agent.assigns(ticket, to=plant, at="2026-03-06 10:00")
    late = colleague.registers(at="2026-03-07 09:00")
    colleague.links(late, to=ticket, kind="same_matter", at="2026-03-07 09:10")
    assert (late.state, late.unit) == ("handling", plant.name)
    assert late.obligation("handle").due == "2026-03-10 09:10", "its 72 hours are its own"
    assert late.history == ["register", "link", "assign"]


def test_what_another_unit_has_stays_there(ticket, agent, plant, hall):
    other = agent.registers()
    agent.assigns(other, to=hall)
    agent.assigns(ticket, to=plant)
    agent.links(other, to=ticket, kind="same_matter")
    assert other.unit == hall.name


def test_a_link_to_a_follower_leads_to_its_main(ticket, follower, agent):
    third = agent.registers()
    agent.links(third, to=follower, kind="same_matter")
    assert third.main_id == ticket.id


def test_a_main_does_not_follow(ticket, follower, agent, refused):
    other = agent.registers()
    with refused("has_followers", "to"):
        agent.links(ticket, to=other, kind="same_matter")


@pytest.mark.parametrize("target", ["itself", "its follower"])
def test_nothing_follows_itself(ticket, follower, agent, target, refused):
    with refused("itself", "to"):
        agent.links(ticket, to=ticket if target == "itself" else follower, kind="same_matter")


def test_both_are_open(city, ticket, agent, refused):
    closed = brought_to(city, "quality", "closed")
    with refused("matter_closed", "to"):
        agent.links(ticket, to=closed, kind="same_matter")
    with refused("matter_closed", "to"):
        agent.links(closed, to=ticket, kind="same_matter")


def test_both_are_on_one_track(ticket, accusation, discipline, refused):
    with refused("matter_track", "to"):
        discipline.links(accusation, to=ticket, kind="same_matter")
    discipline.links(accusation, to=ticket, kind="related")


@pytest.mark.parametrize("kind", ["same_matter", "related"])
def test_once_is_enough(ticket, agent, kind, refused):
    other = agent.registers()
    agent.links(other, to=ticket, kind=kind)
    with refused("already_linked", "to"):
        agent.links(other, to=ticket, kind=kind)


# 解除


@pytest.mark.parametrize("act", ["refers", "reclassifies"])
def test_a_main_that_becomes_discipline_s_lets_its_followers_go(ticket, follower, agent, operations, act):
    agent.refers(ticket) if act == "refers" else operations.reclassifies(ticket, to="吃拿卡要")
    assert follower.main_id is None
    assert follower.history[-1] == "release"
    assert (follower.track, follower.state) == ("quality", "registered")
    assert ticket.no not in follower.events[-1].payload, "nothing tells what became of the main"


def test_they_stay_where_they_are(ticket, follower, agent, plant):
    agent.assigns(ticket, to=plant)
    agent.refers(ticket)
    assert (follower.state, follower.unit) == ("handling", plant.name)


def test_released_by_somebody_whose_clock_is_slow_the_log_runs_forward(ticket, follower, agent):
    agent.notes(follower, at="2026-03-06 12:00")
    agent.refers(ticket, at="2026-03-06 11:00")
    times = [event.at for event in follower.events]
    assert times == sorted(times)


def test_a_follower_that_is_referred_follows_no_more(ticket, follower, agent, plant):
    agent.refers(follower)
    agent.assigns(ticket, to=plant)
    assert (follower.main_id, follower.state) == (None, "investigating")


def test_back_on_one_track_they_can_be_linked_again(ticket, follower, agent, discipline):
    agent.refers(ticket)
    discipline.reclassifies(ticket, to="水压")
    agent.links(follower, to=ticket, kind="same_matter")
    assert follower.main_id == ticket.id


# 同一事项 on the discipline track


@pytest.fixture
def accused_twice(city, discipline):
    """Two complaints of one matter, both reported to the chairman; the second follows the first."""
    main, second = (brought_to(city, "discipline", "reported") for _ in range(2))
    discipline.links(second, to=main, kind="same_matter")
    return main, second


def test_the_instruction_and_the_result_are_shared(accused_twice, chairman, plant, head):
    main, second = accused_twice
    chairman.instructs(main, to=plant)
    assert (second.state, second.unit) == ("handling", plant.name)
    assert second.text("instruction") == main.text("instruction")
    head.submits(main)
    assert second.state == "calling_back"


@pytest.mark.parametrize("state", ["registered", "investigating", "founded"])
def test_linked_to_what_a_unit_handles_it_waits_for_its_own_investigation(city, discipline, chairman, state):
    main = brought_to(city, "discipline", "handling")
    late = brought_to(city, "discipline", state)
    discipline.links(late, to=main, kind="same_matter")
    assert (late.state, late.main_id) == (state, main.id)


def test_reported_already_it_goes_to_that_unit_at_once(city, discipline, plant):
    main = brought_to(city, "discipline", "handling")
    late = brought_to(city, "discipline", "reported")
    discipline.links(late, to=main, kind="same_matter")
    assert (late.state, late.unit, late.owes) == ("handling", plant.name, {"handle"})


# 重复投诉


def closed_on(city, at):
    ticket = city.agent.registers(at=at)
    city.agent.declines(ticket, at=at)
    return ticket


@pytest.mark.parametrize(
    ("registered", "is_repeat"),
    [("2026-03-06 10:00", True), ("2026-03-06 10:01", True), ("2026-06-04 09:59", True), ("2026-06-04 10:00", False)],
    ids=["the same minute", "a minute later", "just within 90 days", "90 days later"],
)
def test_the_same_matter_within_90_days_is_a_repeat_complaint(city, agent, registered, is_repeat, refused):
    earlier = closed_on(city, "2026-03-06 10:00")
    ticket = agent.registers(at=registered)
    if is_repeat:
        agent.links(ticket, to=earlier, kind="repeat")
        assert ticket.repeat_of_id == earlier.id
        assert earlier.state == "closed"
    else:
        with refused("not_a_repeat", "to"):
            agent.links(ticket, to=earlier, kind="repeat")


def test_what_is_open_or_was_closed_later_is_nothing_to_repeat(ticket, agent, refused):
    other = agent.registers()
    with refused("not_a_repeat", "to"):
        agent.links(ticket, to=other, kind="repeat")
    agent.declines(other)
    with refused("not_a_repeat", "to"):
        agent.links(ticket, to=other, kind="repeat")


def test_the_90_days_are_a_rule(city, agent, refused):
    city.rule("repeat", 30, "2026-01-01", measure="days")
    earlier = closed_on(city, "2026-03-06 10:00")
    ticket = agent.registers(at="2026-04-06 10:00")
    with refused("not_a_repeat", "to"):
        agent.links(ticket, to=earlier, kind="repeat")


def test_a_repeat_is_linked_whenever_it_is_noticed(city, agent, plant, head):
    earlier = closed_on(city, "2026-03-06 10:00")
    ticket = brought_to(city, "quality", "closed")
    agent.links(ticket, to=earlier, kind="repeat", at="2026-12-01 10:00")
    assert ticket.repeat_of_id == earlier.id


# 相关


def test_related_tickets_only_point_to_each_other(city, ticket, agent, plant):
    closed = brought_to(city, "quality", "closed")
    before = ticket.version
    agent.links(ticket, to=closed, kind="related")
    agent.assigns(ticket, to=plant)
    assert (ticket.main_id, ticket.repeat_of_id, closed.state) == (None, None, "closed")
    assert ticket.version == before + 1, "the link raised none"
