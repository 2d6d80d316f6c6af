"""Personal data has an end (POLICY §5): three years after closing the words go, and every figure stays."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, func, select, update

from analytics import kpi, questions
from models import index, lookup, retention
from models.index import PARTS
from models.policy import ALWAYS
from models.rule import Rule
from models.tables import (
    Attachment,
    DisclosureGrant,
    Draft,
    Lookup,
    MediaExposure,
    PenaltyText,
    Reveal,
    SecurityEvent,
    TicketText,
)
from models.verify import verify
from tests.fixtures.city import KEY, brought_to, on_sqlite, shanghai
from tests.policy.penalties import does, exposed, propose

CLOSED = "2026-03-06 15:00"
BEFORE, AFTER = "2029-03-06 14:59", "2029-03-06 15:01"


def erased(city, at):
    """How much `retain` erases; the files go too."""
    done, files = retention.erase(city.session, city.book(), shanghai(at))
    for file_id in files:
        city.shelf.remove(file_id)
    return done


def closed(city, **registered):
    """A ticket with words of every kind and a picture, closed on 6 March 2026 at 15:00."""
    ticket = city.agent.registers(
        "三栋王芳家没水。", at="2026-03-06 09:00", category="水压", complainant="王芳", phone="13812345678",
        address="东昌路 3 号", account_no="A-100200", neighbourhood="水岸花园", **registered,
    )  # fmt: skip
    city.agent.assigns(ticket, to=city.plant, at="2026-03-06 10:00")
    city.handler.notes(ticket, at="2026-03-06 11:00", text="王芳说阀门坏了。",
                       files=[city.handler.uploads("王芳家.png")])  # fmt: skip
    city.head.submits(ticket, at="2026-03-06 14:00")
    city.agent.calls_back(ticket, "satisfied", at=CLOSED)
    return ticket


def held_of(city, ticket):
    return set(city.session.scalars(select(TicketText.field).where(TicketText.ticket_id == ticket.id)))


def figures(city):
    asked = questions.read((), now=shanghai("2030-01-01 00:00"), start=None, end=None, by=("month", "unit"),
                           scope="all", as_of=None)  # fmt: skip
    return kpi.as_json(asked, kpi.answer(city.session, asked))


def found_by(city, word):
    hits = index.hits(city.session, [word], PARTS, 10)
    return set(city.session.scalars(hits))


def test_three_years_after_closing_every_word_goes_and_no_day_earlier(city):
    ticket = closed(city)
    assert erased(city, BEFORE).tickets == 0
    assert "content" in held_of(city, ticket)
    done = erased(city, AFTER)
    assert (done.tickets, done.files) == (1, 1)
    assert held_of(city, ticket) == {"neighbourhood"}
    assert ticket.history[-1] == "erase"


def test_verify_says_erased_and_every_figure_is_what_it_was(city):
    closed(city)
    brought_to(city, "discipline", "closed")
    before = figures(city)
    assert erased(city, "2030-01-01 00:00").tickets == 2
    assert figures(city) == before
    found = verify(city.session.connection(), KEY, city.shelf)
    assert found.differences == []
    assert found.erased > 10


def test_an_open_ticket_keeps_everything_however_old(city):
    ticket = city.agent.registers(at="2026-03-06 09:00", category="水压", phone="13812345678")
    assert erased(city, "2040-01-01 00:00").tickets == 0
    assert {"content", "phone"} <= held_of(city, ticket)


def test_nobody_finds_the_ticket_by_number_or_word_any_more(city):
    ticket = closed(city)
    number = lookup.asked(KEY, "phone", "13812345678")
    digests = select(Lookup.digest).where(Lookup.ticket_id == ticket.id)
    assert number & set(city.session.scalars(digests))
    assert found_by(city, "阀门") == found_by(city, "三栋") == {ticket.id}
    erased(city, AFTER)
    assert city.session.scalars(digests).all() == []
    assert found_by(city, "阀门") == found_by(city, "三栋") == set()
    assert found_by(city, "水岸") == {ticket.id}, "a neighbourhood is nobody"


def test_the_index_is_what_it_would_be_if_made_anew(city):
    closed(city)
    other = city.agent.registers("阀门还在漏。", at="2026-03-07 09:00", category="水压")
    erased(city, AFTER)
    assert found_by(city, "阀门") == {other.id}
    index.rebuild(city.session.connection())
    assert found_by(city, "阀门") == {other.id}


def test_drafts_go_and_files_leave_the_shelf(city):
    ticket = closed(city)
    file_id = ticket_file(city, ticket)
    city.session.add(Draft(key="user/1/x/note", author_id=city.agent.id, ticket_id=ticket.id,
                           saved_at=shanghai(CLOSED), typed='[["text", "王芳"]]'))  # fmt: skip
    city.session.flush()
    assert city.shelf.read(file_id) is not None
    erased(city, AFTER)
    assert city.shelf.read(file_id) is None
    assert city.session.scalar(select(func.count()).select_from(Draft).where(Draft.ticket_id == ticket.id)) == 0


def ticket_file(city, ticket):
    return city.session.scalars(select(Attachment.file_id).where(Attachment.ticket_id == ticket.id)).one()


def test_why_somebody_looked_and_what_it_was_granted_for_go_with_it(city):
    ticket, at = closed(city), shanghai("2026-03-20 10:00")
    city.session.add_all([
        Reveal(ticket_id=ticket.id, user_id=city.discipline.id, reason="other", words="张三的邻居来问", at=at,
               until=at + timedelta(minutes=15)),
        DisclosureGrant(user_id=city.agent.id, granted_by=city.chairman.id, ticket_id=ticket.id, track="quality",
                        purpose="给张三写回信", granted_at=at, until=at + timedelta(days=1)),
    ])  # fmt: skip
    city.session.flush()
    erased(city, AFTER)
    assert city.session.scalars(select(Reveal.words)).all() == [None]
    assert city.session.scalars(select(DisclosureGrant.purpose)).all() == [""]


def test_a_file_that_an_interrupted_run_left_is_named_by_verify_and_taken_by_the_next(city):
    ticket = closed(city)
    file_id = ticket_file(city, ticket)
    retention.erase(city.session, city.book(), shanghai(AFTER))
    said = verify(city.session.connection(), KEY, city.shelf).differences
    assert said == [(ticket.no, "附件 1 已删除，文件还在")]
    assert retention.leftovers(city.session) == [file_id]
    city.shelf.remove(file_id)
    assert verify(city.session.connection(), KEY, city.shelf).differences == []


def test_what_was_said_after_closing_has_three_years_of_its_own(city):
    ticket = closed(city)
    city.operations.notes(ticket, at="2028-05-01 09:00", text="顾客又来电询问。")
    city.operations.amends(ticket, "phone", "13900001111", at="2028-05-01 09:05")
    erased(city, AFTER)
    assert held_of(city, ticket) == {"neighbourhood", "text", "phone"}
    filed = set(city.session.scalars(select(Lookup.digest).where(Lookup.ticket_id == ticket.id)))
    assert filed == lookup.filed(KEY, "phone", "13900001111")
    assert erased(city, "2031-05-02 09:00").texts == 2
    assert held_of(city, ticket) == {"neighbourhood"}


def penalty(city, ticket, *then):
    """One that is proposed of the ticket, and what was done with it."""
    made = propose(city, city.operations, "2026-03-09 10:00", person="某人", ticket_id=ticket.id)
    for n, action in enumerate(then):
        why = {"reason": "另有原因"} if action == "appeal" else {}
        does(city, city.operations, action, made, f"2026-03-1{n} 10:00", **why)


def open_repeat(city, ticket):
    again = city.agent.registers(at="2026-03-09 09:00", category="水压")
    city.agent.links(again, to=ticket, kind="related")


def grant(city, ticket):
    city.session.add(DisclosureGrant(user_id=city.analyst.id, granted_by=city.chairman.id, ticket_id=ticket.id,
                                     purpose="诉讼", granted_at=shanghai(CLOSED),
                                     until=shanghai("2035-01-01 00:00")))  # fmt: skip


@pytest.mark.parametrize(
    "pending",
    [penalty, lambda city, t: penalty(city, t, "confirm", "appeal"), open_repeat, grant],
    ids=["a penalty nobody has decided", "an appeal", "a linked ticket that is open", "a disclosure in force"],
)
def test_a_ticket_of_which_something_is_pending_stays(city, pending):
    ticket = closed(city)
    pending(city, ticket)
    city.session.flush()
    told = retention.due(city.session, city.book(), shanghai(AFTER))
    assert (told.tickets, told.held) == (0, 1)
    assert erased(city, AFTER).tickets == 0
    assert "content" in held_of(city, ticket)


@pytest.mark.parametrize("pending", [open_repeat, grant], ids=["a link", "a grant"])
def test_what_is_pending_of_one_ticket_holds_no_other(city, pending):
    mine, other = closed(city), closed(city)
    pending(city, other)
    city.session.flush()
    told = retention.due(city.session, city.book(), shanghai(AFTER))
    assert (told.tickets, told.held) == (1, 1)
    assert erased(city, AFTER).tickets == 1
    assert ("content" in held_of(city, mine), "content" in held_of(city, other)) == (False, True)


def test_a_penalty_that_is_done_with_holds_nothing(city):
    ticket = closed(city)
    penalty(city, ticket, "confirm", "execute")
    city.session.flush()
    assert erased(city, AFTER).tickets == 1


def test_what_was_said_in_its_penalties_and_exposures_goes_too_and_their_log_stands(city):
    ticket, other = closed(city), city.agent.registers(at="2026-03-06 09:00", category="水压")
    exposed(city, city.plant, "2026-03-08 20:00", ticket=ticket)
    exposed(city, city.plant, "2026-03-08 20:00", ticket=other)
    mine = propose(city, city.operations, "2026-03-09 10:00", person_id=city.handler.id, ticket_id=ticket.id,
                   reason="王芳来电反映。")  # fmt: skip
    does(city, city.operations, "confirm", mine, measure="通报")
    does(city, city.handler, "appeal", mine, reason="王芳认错了人。")
    does(city, city.discipline, "uphold", mine, "2027-03-09 10:00", reason="王芳没有认错。")
    of_other = propose(city, city.operations, person_id=city.handler.id, ticket_id=other.id, reason="另一件。",
                       at="2026-03-09 10:00")  # fmt: skip
    told = retention.due(city.session, city.book(), shanghai("2029-03-10 00:00"))
    assert told.beside == erased(city, "2029-03-10 00:00").beside == 2
    city.session.expire_all()
    said = select(PenaltyText.value).where(PenaltyText.penalty_id == mine.id)
    assert set(city.session.scalars(said)) == {"何经办", "通报", "王芳没有认错。"}, "the last has a year more"
    assert (mine.reason, mine.person, mine.measure, of_other.reason) == ("", "何经办", "通报", "另一件。")
    assert sorted(city.session.scalars(select(MediaExposure.summary))) == ["", "多次反映未解决。"]
    assert city.differences() == []
    assert erased(city, "2030-03-10 00:00").beside == 1
    assert set(city.session.scalars(said)) == {"何经办", "通报"}
    assert city.differences() == []
    assert erased(city, "2031-03-10 00:00").beside == 0
    city.session.add(PenaltyText(penalty_id=mine.id, event_no=1, field="reason", value="改过的话", salt=b"0" * 16))
    city.session.flush()
    assert {name for name, _why in city.differences()} == {f"追究 {mine.id}"}
    city.session.execute(delete(PenaltyText).where(PenaltyText.value == "改过的话"))


def test_a_dry_run_counts_what_a_run_then_erases(city):
    closed(city)
    closed(city)
    told = retention.due(city.session, city.book(), shanghai(AFTER))
    assert held_of(city, closed(city)) > {"content"}
    done = erased(city, AFTER)
    assert done.tickets == 3
    assert (told.tickets, told.files) == (2, 2)
    assert told.texts * 3 == done.texts * 2


def test_a_batch_that_is_interrupted_goes_on_where_it_stopped(city, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    for _ in range(5):
        closed(city)
    assert [erased(city, AFTER).tickets for _ in range(4)] == [2, 2, 1, 0]


@on_sqlite
def test_the_period_is_a_rule_of_its_day_and_may_differ_by_track(city):
    closed(city)
    brought_to(city, "discipline", "closed")
    city.session.execute(delete(Rule).where(Rule.key == "retention"))
    city.changed(
        Rule(key="retention", track="quality", since=ALWAYS, amount=3, measure="years", clause="x"),
        Rule(key="retention", track="quality", since=date(2027, 1, 1), amount=30, measure="days", clause="x"),
        Rule(key="retention", track="discipline", since=ALWAYS, amount=None, measure="years", clause="x"),
    )  # fmt: skip
    assert erased(city, "2026-12-31 00:00").tickets == 0
    assert erased(city, "2027-01-01 00:00").tickets == 1
    assert erased(city, "2099-01-01 00:00").tickets == 0, "switched off for discipline"
    city.session.execute(update(Rule).where(Rule.since == date(2027, 1, 1)).values(measure="times"))
    city.changed()
    with pytest.raises(retention.Unusable):
        erased(city, "2027-01-02 00:00")


def test_what_was_erased_is_in_the_security_log_in_numbers_only(city):
    closed(city)
    erased(city, AFTER)
    entry = city.session.scalars(select(SecurityEvent).where(SecurityEvent.kind == "erased")).one()
    assert "王芳" not in entry.detail
    assert '"tickets":1' in entry.detail


def test_words_of_an_erased_ticket_cannot_be_put_back_unnoticed(city):
    ticket = closed(city)
    erased(city, AFTER)
    city.session.add(TicketText(ticket_id=ticket.id, event_no=1, field="content", value="改过的话", salt=b"0" * 16))
    city.session.flush()
    said = city.differences()
    city.session.execute(delete(TicketText).where(TicketText.value == "改过的话"))
    assert [number for number, _ in said] == [ticket.no]
