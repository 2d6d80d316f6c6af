"""The security log is one chain: what is changed, removed or cut in it is named, and nothing happens without it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Column, String, delete, select, update
from sqlalchemy.orm import Session

from models import security_log
from models.database import engine_for
from models.security_log import EVENT, HEAD, Unrecorded
from models.tables import SecurityEvent
from tests.fixtures.city import on_sqlite, shanghai

MORNING = shanghai("2026-03-06 09:00")


@pytest.fixture
def entries(city):
    """Five entries; their numbers."""
    return [
        security_log.record(city.session, "exported", at=MORNING + timedelta(minutes=n), by=city.analyst.id,
                            source="10.1.1.1", what="frame", rows=n)
        for n in range(5)
    ]  # fmt: skip


@pytest.fixture
def tampering(entries, city):
    """The entries in the hands of somebody who writes by SQL; afterwards all is as it was."""
    nested = city.session.begin_nested()
    yield entries
    nested.rollback()


def said(city):
    return list(security_log.differences(city.session.connection()))


def test_entries_are_numbered_without_a_gap_and_the_chain_holds(city, entries):
    assert entries == list(range(entries[0], entries[0] + 5))
    assert said(city) == []


@pytest.mark.parametrize("column", [column for column in EVENT.columns if column.name != "no"], ids=lambda c: c.name)
def test_no_column_of_an_entry_can_be_changed_unnoticed(city, tampering, column: Column[object]):
    new = {"at": MORNING + timedelta(days=1), "actor_id": city.admin.id, "user_id": city.admin.id, "ticket_id": 7}
    other = "x" if isinstance(column.type, String) else new[column.name]
    city.session.execute(update(EVENT).where(EVENT.c.no == tampering[2]).values({column.name: other}))
    assert [text for text in said(city) if text.startswith(f"条目 {tampering[2]}（")]


def test_a_removed_entry_is_named(city, tampering):
    city.session.execute(delete(EVENT).where(EVENT.c.no == tampering[2]))
    assert said(city) == [f"条目 {tampering[2]} 缺失"]


def test_a_cut_end_is_named(city, tampering):
    city.session.execute(delete(EVENT).where(EVENT.c.no == tampering[4]))
    assert said(city) == [f"末尾与记录不符：登记 {tampering[4]} 条，日志有 {tampering[3]} 条"]


def test_without_an_end_to_hang_it_on_nothing_is_recorded(city, tampering):
    city.session.execute(delete(HEAD))
    with pytest.raises(Unrecorded):
        security_log.record(city.session, "exported", at=MORNING)
    assert said(city) == [f"末尾与记录不符：登记 0 条，日志有 {tampering[4]} 条"]


@on_sqlite
def test_only_kinds_that_are_declared_are_recorded(city):
    with pytest.raises(LookupError):
        security_log.record(city.session, "gossip", at=MORNING)


def test_a_confidential_ticket_has_a_mark_and_no_number(city, ticket, accusation):
    for one in (ticket, accusation):
        security_log.record(city.session, "opened", at=MORNING, ticket_id=one.id)
    newest = select(SecurityEvent).order_by(SecurityEvent.no.desc()).limit(2)
    hidden, open_one = city.session.scalars(newest).all()
    assert open_one.subject == ticket.no
    assert hidden.subject == security_log.mark(accusation.id)
    assert accusation.no not in str(hidden.subject)


def test_two_at_once_make_one_chain(city_url):
    engine = engine_for(city_url)

    def records() -> None:
        for n in range(10):
            with Session(engine) as session, session.begin():
                security_log.record(session, "signed_out", at=MORNING, rows=n)

    both = [threading.Thread(target=records) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    with engine.connect() as connection:
        assert list(security_log.differences(connection)) == []
        assert len(connection.execute(select(EVENT.c.no)).all()) == 20
    engine.dispose()
