"""The index that Chinese search asks: pairs of characters of what was registered and of what was written since.

Derived data, outside the log: `rebuild` makes it anew from texts and events (`run.py db reindex`). A text becomes its
overlapping pairs of letters and digits, 水压低 → 水压 压低, and a word is where its pairs stand side by side: so a word
of two characters finds every text that contains it, inside of longer words too, and no other. Punctuation and white
space end a run; `%` and `_` mean nothing. Width and case do not count.

One document is what one event said, in one of three parts, by who may read it (`models.view`): `words`, what was
registered; `notes`, what was written since; `office`, what was written since while the ticket was discipline's.
Personal data and persons complained of are in none. Documents are only ever added.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any
from unicodedata import normalize

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    and_,
    cast,
    column,
    insert,
    literal,
    literal_column,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.orm import Session

from models.policy import PERSONAL, QUALITY, WORDS
from models.tables import Ticket, TicketEvent, TicketText

PARTS = ("words", "notes", "office")
REGISTERED = frozenset({*WORDS, "neighbourhood", "forwarded_by", "forward_no"})
NEVER = PERSONAL | {"accused"}
STOP = "x"
"""Between two runs where a pair could seem to reach across. It has one character, so that it is no pair."""
POSITIONS = 16_383
"""What PostgreSQL counts to in a text; words beyond it are found only if they are pairs."""
EVENT_BITS = 10
"""SQLite's documents are numbered by ticket and event; what is said after a ticket's first thousand events is lost."""

NAME = "ticket_search"
PAIRS = Table(
    NAME,
    MetaData(),
    Column("ticket_id", BigInteger, primary_key=True),
    Column("event_no", Integer, primary_key=True),
    Column("part", String(10), primary_key=True),
    Column("pairs", TSVECTOR, nullable=False),
    Index("ix_ticket_search", "pairs", postgresql_using="gin"),
)
"""PostgreSQL's."""
FTS = table(NAME, column("rowid", BigInteger))
"""SQLite's: contentless, for the texts stand elsewhere."""
CREATE_FTS = f"CREATE VIRTUAL TABLE {NAME} USING fts5({', '.join(PARTS)}, content='', columnsize=0, tokenize='ascii')"
FILL_FTS = f"INSERT INTO {NAME} (rowid, {', '.join(PARTS)}) VALUES (?, ?, ?, ?)"  # noqa: S608 our own names
EMPTY_FTS = f"INSERT INTO {NAME} ({NAME}) VALUES ('delete-all')"  # noqa: S608
RUN = re.compile(r"[^\W_]+")

Document = tuple[int, int, dict[str, list[str]]]
"""ticket, event, part → pairs."""


def fold(said: str) -> str:
    """Without width and case."""
    return normalize("NFKC", said).lower()


def runs(said: str) -> list[str]:
    """The runs of letters and digits of a text."""
    return RUN.findall(fold(said))


def pairs(said: str) -> list[str]:
    """The overlapping pairs of a text's runs, in order."""
    found: list[str] = []
    end = ""
    for run in runs(said):
        if run[0] == end:
            found.append(STOP)
        found.extend(map("".join, pairwise(run)))
        end = run[-1]
    return found


def part_of(action: str, track: str, field: str) -> str | None:
    """The part that a text goes to; None: it is never found."""
    if field.split(".", 1)[0] in NEVER:
        return None
    if action in ("register", "amend") and field != "reason":
        return "words" if field in REGISTERED else None
    return "notes" if track == QUALITY else "office"


def add(session: Session, events: Iterable[Mapping[str, Any]], texts: Iterable[Mapping[str, Any]]) -> None:
    """Index what new events said, in the transaction that writes them."""
    acts = {(event["ticket_id"], event["no"]): (event["action"], event["track"]) for event in events}
    # SQLite's index fills quickly only in the order of its numbers.
    said = sorted((text["ticket_id"], text["event_no"], text["field"], text["value"]) for text in texts)
    rows = ((ticket, no, *acts[ticket, no], field, value) for ticket, no, field, value in said)
    _write(session.connection(), _documents(rows))


def _documents(rows: Iterable[Sequence[Any]]) -> Iterator[Document]:
    """Of (ticket, event, action, track, field, value), those of an event together."""
    place: tuple[int, int] = (0, 0)
    parts: dict[str, list[str]] = {}
    for ticket_id, event_no, action, track, field, value in rows:
        if place != (ticket_id, event_no):
            if parts:
                yield *place, parts
            place, parts = (ticket_id, event_no), {}
        part = part_of(action, track, field)
        found = pairs(value) if part else []
        if part and found:
            parts[part] = [*parts[part], STOP, *found] if part in parts else found
    if parts:
        yield *place, parts


def _write(connection: Connection, found: Iterable[Document]) -> None:
    if connection.dialect.name == "sqlite":
        numbered = [
            (ticket_id << EVENT_BITS | event_no, *(" ".join(parts.get(part, ())) for part in PARTS))
            for ticket_id, event_no, parts in found
            if event_no < 1 << EVENT_BITS
        ]
        if numbered:
            connection.exec_driver_sql(FILL_FTS, numbered)
        return
    rows = [
        {"ticket_id": ticket_id, "event_no": event_no, "part": part, "pairs": _vector(said)}
        for ticket_id, event_no, parts in found
        for part, said in parts.items()
    ]
    if rows:
        connection.execute(insert(PAIRS), rows)


def _vector(said: Sequence[str]) -> str:
    """Pairs with their positions, as PostgreSQL reads them."""
    return " ".join(f"{pair}:{min(n, POSITIONS)}" for n, pair in enumerate(said, 1) if pair != STOP)


def make(connection: Connection) -> None:
    """The empty index."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(CREATE_FTS)
    else:
        PAIRS.create(connection)


def drop(connection: Connection) -> None:
    connection.exec_driver_sql(f"DROP TABLE {NAME}")


def rebuild(connection: Connection, batch: int = 2_000) -> int:
    """Make the index anew from all texts; how many tickets there were. Does not commit."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(EMPTY_FTS)
    else:
        connection.exec_driver_sql(f"TRUNCATE {NAME}")
    ticket, said, event = Ticket.__table__.c, TicketText.__table__.c, TicketEvent.__table__.c
    last, read = -1, 0
    while True:
        ids = connection.scalars(select(ticket.id).where(ticket.id > last).order_by(ticket.id).limit(batch)).all()
        if not ids:
            return read
        rows = connection.execute(
            select(said.ticket_id, said.event_no, event.action, event.track, said.field, said.value)
            .join_from(TicketText.__table__, TicketEvent.__table__,
                       and_(event.ticket_id == said.ticket_id, event.no == said.event_no))
            .where(said.ticket_id.between(ids[0], ids[-1]))
            .order_by(said.ticket_id, said.event_no, said.field)
        )  # fmt: skip
        _write(connection, _documents(rows))
        last, read = ids[-1], read + len(ids)


def hits(session: Session, words: Sequence[str], parts: Sequence[str], most: int) -> Select[Any]:
    """Ids of the tickets of the newest documents, at most so many, in which all the words stand."""
    phrases = [pairs(word) for word in words]
    if session.get_bind().dialect.name == "sqlite":
        asked = " AND ".join(f'{{{" ".join(parts)}}} : "{" ".join(phrase)}"' for phrase in phrases)
        newest = select(FTS.c.rowid).where(literal_column(NAME).op("MATCH")(asked)).order_by(FTS.c.rowid.desc())
        numbered = newest.limit(most).subquery()
        return select(numbered.c.rowid.op(">>")(EVENT_BITS).label("id"))
    query = cast(literal(" & ".join(f"({' <-> '.join(phrase)})" for phrase in phrases)), TSQUERY)
    within = PAIRS.c.pairs.op("@@")(query), PAIRS.c.part.in_(parts)
    newest = select(PAIRS.c.ticket_id.label("id")).where(*within).order_by(PAIRS.c.ticket_id.desc())
    return select(newest.limit(most).subquery().c.id)
