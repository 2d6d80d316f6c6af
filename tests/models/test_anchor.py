"""Checkpoints: what is told of a file that is none, or was changed; and that a million tickets need no more memory.

What a checkpoint finds in a log that was changed is in test_tampering.py.
"""

from __future__ import annotations

import gzip
import tracemalloc
from datetime import date

import pytest
from sqlalchemy import delete, insert, select, update

from models import anchor, reviews
from models.database import engine_for
from models.penalty import Penalty, PenaltyEvent, PenaltyFact, PenaltyText
from models.review import Review, ReviewEvent
from models.reviews.periods import Period
from models.store import EVENT, TICKET
from tests.fixtures.city import brought_to, on_sqlite, shanghai
from tests.policy.penalties import does, propose

KEY, OTHER_KEY = b"a key of checkpoints", b"another one"
AT = shanghai("2026-04-01 09:00")


@pytest.fixture
def file(city, tmp_path):
    """A checkpoint of three tickets."""
    for state in ("registered", "handling", "closed"):
        brought_to(city, "quality", state)
    return written(city.session.connection(), tmp_path / "checkpoint.gz")


def written(connection, path):
    with path.open("wb") as file:
        anchor.write(connection, file, KEY, AT)
    return path


def changed(path, change):
    """The file with its lines changed, packed again."""
    path.write_bytes(gzip.compress(change(gzip.decompress(path.read_bytes()))))
    return path


def test_a_checkpoint_says_how_many_there_are_and_by_when(city, file):
    made = anchor.read(file, KEY)
    assert (made.at, made.tickets) == (AT, 3)
    assert made.events == sum(city.session.scalars(select(TICKET.c.event_count)))
    assert [mark.events for mark in anchor.marks(file)] == [1, 2, 4]


@on_sqlite
def test_the_file_alone_tells_no_number(city, file):
    lines = gzip.decompress(file.read_bytes())
    assert not [number for number in city.session.scalars(select(TICKET.c.no)) if number.encode() in lines]


def line_taken_out(lines):
    head, _first, *rest = lines.splitlines(keepends=True)
    return b"".join([head, *rest])


@on_sqlite
@pytest.mark.parametrize(
    "change",
    [line_taken_out, lambda lines: lines.replace(b'"tickets":3', b'"tickets":2'),
     lambda lines: lines.replace(b"+00:00", b"+01:00"), lambda lines: lines.replace(b" 2 ", b" 1 ", 1)],
    ids=["a ticket taken out", "the count", "the time", "a ticket's events"],
)  # fmt: skip
def test_a_file_that_was_changed_is_told(file, change):
    with pytest.raises(anchor.Forged):
        anchor.read(changed(file, change), KEY)


@on_sqlite
def test_who_has_not_the_key_can_make_none(file):
    with pytest.raises(anchor.Forged):
        anchor.read(file, OTHER_KEY)


@on_sqlite
@pytest.mark.parametrize(
    "spoil",
    [lambda data: b"", lambda data: b"no checkpoint", lambda data: data[:-20], lambda data: gzip.compress(b"{}\n"),
     lambda data: gzip.compress(b"[1]\n"), lambda data: gzip.compress(b"\xff\n"),
     lambda data: gzip.compress(gzip.decompress(data).rsplit(b"\n", 2)[0] + b"\n"),
     lambda data: gzip.compress(gzip.decompress(data).replace(b" 2 ", b" x ", 1)),
     lambda data: gzip.compress(gzip.decompress(data).replace(b'"signature"', b'"signed"'))],
    ids=["empty", "a text", "cut short", "an object", "a list", "bytes", "no summary", "a line that is none",
         "no signature"],
)  # fmt: skip
def test_what_is_no_checkpoint_is_told(file, spoil):
    file.write_bytes(spoil(file.read_bytes()))
    with pytest.raises(anchor.Unreadable):
        anchor.read(file, KEY)


def seen_and_named(city, tmp_path, one, do, name, said):
    """A checkpoint with nothing to say, and just this to say once something was done to one of those that it saw."""
    connection = city.session.connection()
    path = written(connection, tmp_path / "checkpoint.gz")
    made = anchor.read(path, KEY)
    assert list(anchor.differences(connection, path, made, KEY)) == []
    meanwhile = city.session.begin_nested()
    do(city, one)
    assert list(anchor.differences(connection, path, made, KEY)) == [(name, said)]
    meanwhile.rollback()
    return made


def drop_penalty(city, penalty_id):
    for table in (PenaltyText, PenaltyFact, PenaltyEvent):
        city.session.execute(delete(table).where(table.penalty_id == penalty_id))
    city.session.execute(delete(Penalty).where(Penalty.id == penalty_id))


def cut_penalty(city, penalty_id):
    city.session.execute(delete(PenaltyText).where(PenaltyText.penalty_id == penalty_id, PenaltyText.event_no == 2))
    city.session.execute(delete(PenaltyEvent).where(PenaltyEvent.penalty_id == penalty_id, PenaltyEvent.no == 2))


def rewrite_penalty(city, penalty_id):
    mine = PenaltyEvent.penalty_id == penalty_id, PenaltyEvent.no == 2
    city.session.execute(update(PenaltyEvent).where(*mine).values(hash="0" * 64))


@pytest.mark.parametrize(
    ("do", "said"),
    [(drop_penalty, "追究缺失：存证时有它，共 2 条记录"), (cut_penalty, "日志被截短：存证时有 2 条记录"),
     (rewrite_penalty, "日志被改写：存证时第 2 条的校验值与现在不同")],
)  # fmt: skip
def test_a_penalty_that_the_checkpoint_saw_is_named_when_it_is_another(city, tmp_path, do, said):
    penalty = propose(city, city.operations, "2026-03-03 10:00", person="王五", unit_id=city.plant.id)
    does(city, city.operations, "confirm", penalty, "2026-03-04 10:00")
    assert seen_and_named(city, tmp_path, penalty.id, do, f"追究 {penalty.id}", said).penalties == 1


def cut_review(city, review_id):
    city.session.execute(delete(ReviewEvent).where(ReviewEvent.review_id == review_id, ReviewEvent.no == 1))


def drop_review(city, review_id):
    cut_review(city, review_id)
    city.session.execute(delete(Review).where(Review.id == review_id))


@pytest.mark.parametrize(
    ("do", "said"),
    [(drop_review, "总结缺失：存证时有它，共 1 条记录"), (cut_review, "日志被截短：存证时有 1 条记录")],
)
def test_a_review_that_the_checkpoint_saw_is_named_when_it_is_another(city, tmp_path, do, said):
    at = shanghai("2026-04-02 10:00")
    review = reviews.open_(city.session, city.plant.id, Period(date(2026, 1, 1), date(2026, 4, 1)),
                           by=city.operations.as_of(at), at=at, book=city.book())  # fmt: skip
    assert seen_and_named(city, tmp_path, review.id, do, f"总结 {review.id}", said).reviews == 1


def many(path, sqlite_city, count):
    """A database of so many tickets with an event each."""
    path.write_bytes(sqlite_city.read_bytes())
    engine = engine_for(f"sqlite:///{path}")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        ticket = {
            "kind": "complaint", "track": "quality", "state": "registered", "round": 0, "version": 1, "event_count": 1,
            "urgency": "normal", "received_at": AT, "registered_at": AT, "last_event_at": AT,
        }  # fmt: skip
        event = {"no": 1, "at": AT, "recorded_at": AT, "action": "register", "to_state": "registered", "round": 0,
                 "track": "quality", "payload": "{}"}  # fmt: skip
        for first in range(0, count, 5000):
            numbers = range(first + 1, min(first + 5000, count) + 1)
            connection.execute(
                insert(TICKET), [{**ticket, "id": n, "no": f"n{n}", "head": f"{n:064x}"} for n in numbers]
            )
            connection.execute(insert(EVENT), [{**event, "ticket_id": n, "hash": f"{n:064x}"} for n in numbers])
        connection.commit()
    return engine


def peak_of(engine, path):
    """Bytes at most held while a checkpoint is written, read and compared."""
    with engine.connect() as connection:
        tracemalloc.start()
        written(connection, path)
        made = anchor.read(path, KEY)
        assert list(anchor.differences(connection, path, made, KEY)) == []
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    engine.dispose()
    return peak


@pytest.mark.slow
def test_five_times_the_tickets_need_no_more_memory(sqlite_city, tmp_path):
    few, lots = (many(tmp_path / f"{n}.db", sqlite_city, n) for n in (6_000, 30_000))
    small, large = peak_of(few, tmp_path / "few.gz"), peak_of(lots, tmp_path / "lots.gz")
    assert large < small * 1.2 + 1_000_000
    assert (tmp_path / "lots.gz").stat().st_size < 30_000 * 60
