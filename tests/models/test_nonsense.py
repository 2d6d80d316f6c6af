"""The desk under fire: whatever is sent is stored, equal on both databases, or refused by its field."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import strategies as st
from sqlalchemy import func, select

from models import fields, index, search
from models.fields import Unreadable
from models.refusals import Invalid, Refused
from models.store import TEXT, TICKET
from models.tables import Ticket
from models.workflow import AMENDABLE, REGISTRATION, Field
from tests.fixtures.city import City, Complaint, on_sqlite, shanghai, visited
from tests.nonsense import HOW_MANY, TEXTS, VALUES, each

KINDS = sorted({field.kind for field in REGISTRATION} | {"bool", "coded", "users", "parts", "ticket", "files"})
NAMES = [field.name for field in REGISTRATION]
COLUMNS = sorted({*NAMES, *(f"{name}_id" for name in NAMES)} & set(TICKET.c.keys()))
FEW = [pytest.param(30, id="a sample"), *HOW_MANY[1:]]


def storable(value: Any) -> bool:
    """Whether both databases take it."""
    if isinstance(value, list):
        return all(storable(item) for item in value)
    if isinstance(value, str):
        return len(value) <= fields.TEXT_MOST and not any(ch == "\0" or "\ud800" <= ch <= "\udfff" for ch in value)
    if isinstance(value, datetime):
        return value.tzinfo is UTC and fields.EARLIEST <= value < fields.LATEST
    return value is None or isinstance(value, bool) or (isinstance(value, int) and -(2**63) <= value < 2**63)


@on_sqlite
@pytest.mark.parametrize("most", HOW_MANY)
def test_every_value_is_read_as_what_can_be_stored_or_refused(city: City, most: int) -> None:
    kinds = {kind: Field("x", "某项", kind, choices={"a": "甲"}) for kind in KINDS}
    book = city.book()

    @each(most, st.sampled_from(KINDS), VALUES)
    def check(kind, value):
        try:
            found = fields.read(kinds[kind], value, book, lambda _: None)
        except Unreadable as no:
            said.append(str(no.reason))
        else:
            assert storable(found), (kind, value, found)

    assert all(said)


said: list[str] = []


@pytest.fixture
def both(request: pytest.FixtureRequest) -> Iterator[list[City]]:
    """The city on SQLite and on PostgreSQL, side by side."""
    engines = [request.getfixturevalue(f"{name}_city_engine") for name in ("sqlite", "postgresql")]
    with visited(engines[0]) as one, visited(engines[1]) as other:
        yield [one, other]


def kept(city: City, work: Callable[[], Complaint]) -> dict[str, Any]:
    """What the database gives back of a ticket after `work`, or why it was refused; nothing of it stays."""
    with city.session.begin_nested() as savepoint:
        try:
            ticket = work()
            city.session.flush()
            city.session.expire_all()
            rows = city.session.execute(
                select(TEXT.c.event_no, TEXT.c.field, TEXT.c.value).where(TEXT.c.ticket_id == ticket.id)
            )
            facts = {name: getattr(ticket.row, name) for name in COLUMNS}
            return {**facts, "texts": sorted(map(tuple, rows)), "history": ticket.history}
        except Invalid as no:
            return {"refused": {name: reason[0] for name, reason in no.errors.items()}}
        except Refused as no:
            return {"refused": no.code}
        finally:
            savepoint.rollback()


@pytest.mark.parametrize("most", FEW)
def test_a_registration_is_the_same_on_both_databases(both: list[City], most: int) -> None:
    @each(most, st.dictionaries(st.sampled_from(NAMES), TEXTS | VALUES, max_size=4), TEXTS)
    def check(given, content):
        now = shanghai("2026-03-06 10:00")
        here, there = (
            kept(city, lambda city=city: city.agent.registers(at=now, **{"content": content, **given})) for city in both
        )
        assert here == there
        if "refused" not in here:
            assert (1, "content", {"content": content, **given}["content"].strip()) in here["texts"]

    for city in both:
        assert city.differences() == []


@pytest.mark.parametrize("most", FEW)
def test_an_amendment_and_a_note_are_the_same_on_both_databases(both: list[City], most: int) -> None:
    tickets = [city.agent.registers(phone="13812345678") for city in both]

    def done(city: City, ticket: Complaint, field: str | None, value: Any) -> Complaint:
        city.agent.amends(ticket, field, value) if field is not None else city.agent.notes(ticket, text=value)
        return ticket

    @each(most, st.none() | st.sampled_from(sorted(AMENDABLE)) | TEXTS, TEXTS | VALUES)
    def check(field, value):
        here, there = (
            kept(city, lambda city=city, ticket=ticket: done(city, ticket, field, value))
            for city, ticket in zip(both, tickets, strict=True)
        )
        assert here == there


TELLING = {
    "a day that summer time took an hour from": ("1988-04-17 02:30", "1988-04-17 03:30"),
    "midnight of the next day": ("2026-03-05T24:00", None),
    "a second that is none": ("2026-03-05T10:00:60", None),
    "the day before all of time": ("0001-01-01", None),
    "an hour that came twice, the first time": ("1988-09-11 01:30", "1988-09-11 01:30"),
}


@pytest.mark.parametrize(("written", "meant"), TELLING.values(), ids=TELLING)
def test_a_time_that_no_clock_showed_is_the_same_instant_on_both_or_refused(both, written, meant):
    found = [kept(city, lambda city=city: city.agent.registers(happened_at=written)) for city in both]
    assert found[0] == found[1]
    if meant is None:
        assert found[0]["refused"].keys() == {"happened_at"}
    else:
        assert found[0]["happened_at"] == shanghai(meant)


@pytest.mark.parametrize("most", FEW)
def test_every_search_finds_the_same_on_both_databases(both: list[City], most: int) -> None:
    for city in both:
        for content in ("水压太低，三楼以上没有水。", "水表井 100% 渗水_漏", "ＡＢＣ水厂 ß 😡"):
            city.agent.registers(content)
    words = st.sampled_from(["水", "水压", "三楼 没有水", "100%", "abc", "水_", "ｂｃ"])

    @each(most, st.lists(words | TEXTS, max_size=4).map(" ".join))
    def check(typed):
        assert all(isinstance(pair, str) for pair in index.pairs(typed))
        found = []
        for city in both:
            by = city.agent.as_of(city.now)
            where = search.found(city.session, search.query(typed), by)
            found.append(city.session.scalar(select(func.count()).select_from(Ticket).where(where)))
        assert found[0] == found[1], typed
