"""Notices: yellow before a deadline, red after it, then one level up; once, and only to who may see the ticket."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models.notice import Notice, NoticeRule
from models.reminding import SINGLY, Made, inbox, remind
from models.tables import Accused, Post
from tests.fixtures.city import City, Complaint, brought_to, shanghai


def reminds(city: City, at: str) -> Made:
    made = remind(city.session, shanghai(at))
    city.session.flush()
    return made


def told(city: City, ticket: Complaint | None = None) -> set[tuple[str, str]]:
    """(who, level) of all notices, or of a ticket's."""
    names = {person.id: name for name, person in city.people.items()}
    rows = city.session.scalars(select(Notice).where(Notice.kind.in_(("soon", "late", "escalated"))))
    return {(names[n.user_id], n.kind) for n in rows if ticket is None or n.ticket_id == ticket.id}


@pytest.fixture
def handled(ticket, agent, plant):
    """With the plant from Friday 10:00: 72 hours, to Monday, 9 March 10:00."""
    agent.assigns(ticket, to=plant, at="2026-03-06 10:00")
    return ticket


@pytest.fixture
def city(city):
    """Somebody answers for the plant above its head, and may see quality tickets."""
    city.appoint(city.leadership, "deputy_in_charge", city.plant, "2020-01-01")
    return city


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-03-08 15:59", set()),
        ("2026-03-08 16:00", {("handler", "soon"), ("head", "soon")}),
        ("2026-03-09 10:00", {("handler", "soon"), ("head", "soon")}),
        ("2026-03-09 10:01", {("handler", "late"), ("head", "late"), ("operations", "late")}),
        ("2026-03-10 10:01", {("handler", "late"), ("head", "late"), ("operations", "escalated"),
                              ("leadership", "escalated")}),
    ],
    ids=["a minute before a quarter is left", "a quarter is left", "at the deadline", "a minute after", "a day after"],
)  # fmt: skip
def test_who_owes_is_told_before_and_after_and_then_the_next_level_up(city, handled, at, expected):
    reminds(city, at)
    assert told(city, handled) == expected


def test_whatever_the_number_of_runs_each_is_told_once_at_each_level(city, handled):
    times = ("2026-03-08 16:00", "2026-03-08 16:00", "2026-03-08 20:00", "2026-03-09 10:01", "2026-03-09 10:02",
             "2026-03-10 11:00", "2026-03-12 11:00", "2026-03-20 11:00")  # fmt: skip
    assert [reminds(city, at).notices for at in times] == [2, 0, 0, 3, 0, 2, 0, 0]
    head = [n.kind for n in city.session.scalars(select(Notice).where(Notice.user_id == city.head.id))]
    assert sorted(head) == ["late", "soon"]


def test_what_is_done_is_not_told_and_what_was_told_of_it_is_read(city, handled, head):
    reminds(city, "2026-03-08 16:00")
    head.submits(handled, at="2026-03-08 17:00")
    assert inbox.unread(city.session, head.as_of(city.now), city.now) == 1
    reminds(city, "2026-03-09 11:00")
    assert told(city, handled) & {("head", "late"), ("handler", "late")} == set()
    assert inbox.unread(city.session, head.as_of(city.now), city.now) == 0


def test_a_deadline_that_was_corrected_is_told_of_anew(city, handled, head, agent):
    head.submits(handled, at="2026-03-06 11:00")
    reminds(city, "2026-03-09 16:30")
    assert ("agent", "soon") in told(city, handled)
    city.calendar_day("2026-03-09", working=False)
    city.redate("2026-03-09 16:40")
    assert handled.obligation("callback").due == "2026-03-10 17:30"
    reminds(city, "2026-03-10 16:30")
    mine = [n.due_at for n in city.session.scalars(select(Notice).where(Notice.user_id == agent.id))]
    assert len(set(mine)) == len(mine) == 2


def test_a_ticket_that_changes_hands_is_told_to_whoever_has_it_now(city, handled, head, agent, hall):
    reminds(city, "2026-03-08 16:00")
    city.operations.returns(handled, at="2026-03-08 17:00")
    reminds(city, "2026-03-08 17:01")
    assert {("agent", "soon"), ("operations", "soon")} <= told(city, handled), "who has to assign it again"
    agent.assigns(handled, to=hall, at="2026-03-08 18:00")
    reminds(city, "2026-03-08 18:01")
    assert ("other_head", "soon") in told(city, handled)


def test_a_discipline_ticket_is_told_only_to_who_sees_it(city, accusation, agent, discipline, inspector):
    agent.refers(accusation, at="2026-03-06 10:00")
    discipline.finds(accusation, True, at="2026-03-06 11:00")
    reminds(city, "2026-03-13 09:00")
    who = {name for name, _level in told(city, accusation)}
    assert who == {"discipline", "inspector"}
    rule = city.session.scalars(select(NoticeRule).where(NoticeRule.recipient == "leadership")).one()
    rule.track, rule.recipient = "", "desk"
    city.changed(rule)
    reminds(city, "2026-03-20 09:00")
    assert {name for name, _level in told(city, accusation)} == who, "a rule gives nobody sight of it"


def test_nobody_is_told_of_a_ticket_in_which_they_are_complained_of(city, agent, discipline, inspector, head, plant):
    ticket = agent.registers("监察人员吃请。", category="吃拿卡要", accused=["inspector"], at="2026-03-06 09:00")
    agent.refers(ticket, at="2026-03-06 10:00")
    discipline.finds(ticket, True, at="2026-03-06 11:00")
    ours = agent.registers("厂长态度差。", category="水压", accused=["head"], at="2026-03-06 09:00")
    agent.assigns(ours, to=plant, at="2026-03-06 10:00")
    assert city.session.scalar(select(Accused.user_id).where(Accused.ticket_id == ours.id)) == head.id
    reminds(city, "2026-03-11 09:00")
    assert {name for name, _level in told(city, ticket)} == {"discipline"}
    assert "head" not in {name for name, _level in told(city, ours)}


def test_an_inbox_forgets_a_ticket_that_has_left_ones_sight(city, handled, head, agent):
    reminds(city, "2026-03-08 16:00")
    by = head.as_of(city.now)
    assert [line.ticket_no for line in inbox.lines(city.session, by, start=0, size=9)] == [handled.no]
    agent.refers(handled, at="2026-03-08 17:00")
    assert inbox.lines(city.session, by, start=0, size=9) == []
    assert inbox.unread(city.session, by, city.now) == 0


def test_after_a_time_without_runs_there_is_one_digest_a_person(city, agent, plant, head):
    tickets = [agent.registers("停水。", category="水压", at=f"2026-03-06 09:{n:02}") for n in range(SINGLY + 1)]
    for n, one in enumerate(tickets):
        agent.assigns(one, to=plant, at=f"2026-03-06 10:{n:02}")
    made = reminds(city, "2026-03-09 11:00")
    assert made.digests == 3, "head, handler and operations"
    by = head.as_of(city.now)
    (line,) = inbox.lines(city.session, by, start=0, size=9)
    assert (line.notice.kind, line.digest) == ("digest", {"late": SINGLY + 1})
    assert inbox.unread(city.session, by, city.now) == 1
    assert reminds(city, "2026-03-09 11:05") == Made(0, 0)
    head.submits(tickets[0], at="2026-03-09 11:10")
    (line,) = inbox.lines(city.session, by, start=0, size=9)
    assert line.digest == {"late": SINGLY}
    inbox.read_one(city.session, by, city.now, line.notice.id)
    assert inbox.unread(city.session, by, city.now) == 0


def test_a_deputy_is_told_of_what_the_principal_owes(city, handled, deputy, head, plant):
    city.appoint(deputy, "head", plant, "2026-03-08", until="2026-03-09", acting_for=head)
    reminds(city, "2026-03-08 16:00")
    assert ("deputy", "soon") in told(city, handled)
    reminds(city, "2026-03-09 10:01")
    assert ("deputy", "late") not in told(city, handled)


def test_who_left_is_told_nothing(city, handled, head):
    post = city.session.scalars(select(Post).where(Post.user_id == head.id)).one()
    post.until = date(2026, 3, 8)
    city.changed(post)
    reminds(city, "2026-03-09 11:00")
    assert "head" not in {name for name, _level in told(city, handled)}


def test_a_rule_that_is_switched_off_says_nothing_and_a_new_one_speaks(city, handled):
    for rule in city.session.scalars(select(NoticeRule)):
        rule.active = False
    city.changed(
        NoticeRule(obligation="handle", track="quality", level="soon", amount=48, measure="hours_before",
                   recipient="head")
    )  # fmt: skip
    reminds(city, "2026-03-07 09:59")
    assert told(city) == set()
    reminds(city, "2026-03-07 10:00")
    assert told(city) == {("head", "soon")}
    reminds(city, "2026-03-20 10:00")
    assert told(city) == {("head", "soon")}


def test_at_every_stop_of_both_tracks_somebody_who_can_act_is_told(city):
    """Whoever is told that it is theirs has, in some part, an action there."""
    for track in ("quality", "discipline"):
        for state in ("registered", "handling", "calling_back"):
            ticket = brought_to(city, track, state)
            owed = [row for row in ticket.row.obligations if row.settled_at is None and row.voided_at is None]
            remind(city.session, max(row.due_at for row in owed) + timedelta(hours=1))
            late = {name for name, level in told(city, ticket) if level == "late"}
            assert late, (track, state)
            for name in late:
                assert city.people[name].may(ticket), (track, state, name)
