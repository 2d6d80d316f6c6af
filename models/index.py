"""The index that Chinese search asks: pairs of characters of what was registered and of what was written since.

Derived data, outside the log: `rebuild` makes it anew from texts and events (`run.py db reindex`). A text becomes its
overlapping pairs of letters and digits, 水压低 → 水压 压低, and a word is where its pairs stand side by side: so a word
of two characters finds every text that contains it, inside of longer words too, and no other. Punctuation and white
space end a run; `%` and `_` mean nothing. Width and case do not count.

One document is what one event said, in one of three parts, by who may read it (`models.view`): `words`, what was
registered; `notes`, what was written since; `office`, what was written since while the ticket was discipline's.
Personal data and persons complained of are in none, and of the numbers in somebody's words only what a reader sees
who sees them masked: nobody finds out by searching what stands behind the stars. Documents are only ever added.

A word is looked for in the newest documents only, so the days of registration must narrow them before that. PostgreSQL
asks the tickets; SQLite's index holds for each document the day, month and year of its ticket's registration as terms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from unicodedata import normalize

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
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
    exists,
    insert,
    literal,
    literal_column,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR
from sqlalchemy.orm import Session

from models import masking
from models.policy import PERSONAL, QUALITY, WORDS
from models.tables import Ticket, TicketEvent, TicketText
from models.types import SHANGHAI

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
DAYS = "days"
"""SQLite's column of the terms that `terms_of` gives."""
COLUMNS = ", ".join((*PARTS, DAYS))
CREATE_FTS = f"CREATE VIRTUAL TABLE {NAME} USING fts5({COLUMNS}, content='', columnsize=0, tokenize='ascii')"
FILL_FTS = f"INSERT INTO {NAME} (rowid, {COLUMNS}) VALUES (?, ?, ?, ?, ?)"  # noqa: S608 our own names
EMPTY_FTS = f"INSERT INTO {NAME} ({NAME}) VALUES ('delete-all')"  # noqa: S608
RUN = re.compile(r"[^\W_]+")

FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2101, 1, 1)
"""Where days without an end are taken to end."""

Document = tuple[int, int, datetime, dict[str, list[str]]]
"""ticket, event, when the ticket was registered, part → pairs."""


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


def terms_of(registered_at: datetime) -> str:
    """The terms of a ticket's documents: y2024 m202403 d20240301."""
    return f"{registered_at.astimezone(SHANGHAI):y%Y m%Y%m d%Y%m%d}"


def terms_between(since: date | None, until: date | None) -> list[str]:
    """The fewest terms of the days from `since` to the one before `until`."""
    day, end = max(since or FIRST_DAY, FIRST_DAY), min(until or LAST_DAY, LAST_DAY)
    found = []
    while day < end:
        year, month = date(day.year + 1, 1, 1), (day.replace(day=1) + timedelta(days=31)).replace(day=1)
        if (day.month, day.day) == (1, 1) and year <= end:
            found.append(f"{day:y%Y}")
            day = year
        elif day.day == 1 and month <= end:
            found.append(f"{day:m%Y%m}")
            day = month
        else:
            found.append(f"{day:d%Y%m%d}")
            day += timedelta(days=1)
    return found


def add(
    session: Session,
    events: Iterable[Mapping[str, Any]],
    texts: Iterable[Mapping[str, Any]],
    registered: Mapping[int, datetime],
) -> None:
    """Index what new events said, in the transaction that writes them. registered: ticket → when that was."""
    acts = {(event["ticket_id"], event["no"]): (event["action"], event["track"]) for event in events}
    # SQLite's index fills quickly only in the order of its numbers.
    said = sorted((text["ticket_id"], text["event_no"], text["field"], text["value"]) for text in texts)
    rows = ((ticket, no, registered[ticket], *acts[ticket, no], field, value) for ticket, no, field, value in said)
    _write(session.connection(), _documents(rows))


def _documents(rows: Iterable[Sequence[Any]]) -> Iterator[Document]:
    """Of (ticket, event, registered, action, track, field, value), those of an event together."""
    place: tuple[int, int, datetime] | None = None
    parts: dict[str, list[str]] = {}
    for ticket_id, event_no, registered_at, action, track, field, value in rows:
        if place is None or place[:2] != (ticket_id, event_no):
            if place and parts:
                yield *place, parts
            place, parts = (ticket_id, event_no, registered_at), {}
        part = part_of(action, track, field)
        found = pairs(masking.shown(field, value, ())) if part else []
        if part and found:
            parts[part] = [*parts[part], STOP, *found] if part in parts else found
    if place and parts:
        yield *place, parts


def _write(connection: Connection, found: Iterable[Document]) -> None:
    if connection.dialect.name == "sqlite":
        numbered = [
            (
                ticket_id << EVENT_BITS | event_no,
                *(" ".join(parts.get(part, ())) for part in PARTS),
                terms_of(registered_at),
            )
            for ticket_id, event_no, registered_at, parts in found
            if event_no < 1 << EVENT_BITS
        ]
        if numbered:
            connection.exec_driver_sql(FILL_FTS, numbered)
        return
    rows = [
        {"ticket_id": ticket_id, "event_no": event_no, "part": part, "pairs": _vector(said)}
        for ticket_id, event_no, _registered_at, parts in found
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
            select(said.ticket_id, said.event_no, ticket.registered_at, event.action, event.track, said.field,
                   said.value)
            .join_from(TicketText.__table__, TicketEvent.__table__,
                       and_(event.ticket_id == said.ticket_id, event.no == said.event_no))
            .join(Ticket.__table__, ticket.id == said.ticket_id)
            .where(said.ticket_id.between(ids[0], ids[-1]))
            .order_by(said.ticket_id, said.event_no, said.field)
        )  # fmt: skip
        _write(connection, _documents(rows))
        last, read = ids[-1], read + len(ids)


def hits(
    session: Session,
    words: Sequence[str],
    parts: Sequence[str],
    most: int,
    since: date | None = None,
    until: date | None = None,
) -> Select[Any]:
    """Ids of the tickets of the newest documents, at most so many, in which all the words stand.

    since, until: only tickets registered from the one day on, and before the other.
    """
    if session.get_bind().dialect.name == "sqlite":
        asked = _fts(words, parts)
        if since or until:
            asked = f"({asked}) AND {DAYS} : ({' OR '.join(terms_between(since, until)) or 'never'})"
        newest = select(FTS.c.rowid).where(_matches(asked)).order_by(FTS.c.rowid.desc())
        numbered = newest.limit(most).subquery()
        return select(numbered.c.rowid.op(">>")(EVENT_BITS).label("id"))
    found = select(PAIRS.c.ticket_id.label("id")).where(_holds(words, parts))
    if since or until:
        # In the order of registration, so that the index of tickets can lead where the word is common.
        found = found.join(Ticket, Ticket.id == PAIRS.c.ticket_id).order_by(Ticket.registered_at.desc())
        if since:
            found = found.where(Ticket.registered_at >= _midnight(since))
        if until:
            found = found.where(Ticket.registered_at < _midnight(until))
    return select(found.order_by(PAIRS.c.ticket_id.desc()).limit(most).subquery().c.id)


def hits_among(session: Session, words: Sequence[str], parts: Sequence[str], among: Any) -> Select[Any]:
    """Those of a few tickets, a subquery of ids, in which each of the words stands: each ticket is asked by itself."""
    stand = []
    for word in words:
        if session.get_bind().dialect.name == "sqlite":
            first = among.c.id.op("<<")(EVENT_BITS)
            own = FTS.c.rowid.between(first, first.op("|")((1 << EVENT_BITS) - 1))
            stand.append(exists(FTS.c.rowid).where(_matches(_fts([word], parts)), own).correlate(among))
        else:
            own = PAIRS.c.ticket_id == among.c.id
            stand.append(exists(PAIRS.c.part).where(own, _holds([word], parts)).correlate(among))
    return select(among.c.id).where(*stand)


def _fts(words: Sequence[str], parts: Sequence[str]) -> str:
    return " AND ".join(f'{{{" ".join(parts)}}} : "{" ".join(pairs(word))}"' for word in words)


def _matches(asked: str) -> ColumnElement[bool]:
    return literal_column(NAME).op("MATCH", is_comparison=True)(asked)


def _holds(words: Sequence[str], parts: Sequence[str]) -> ColumnElement[bool]:
    query = cast(literal(" & ".join(f"({' <-> '.join(pairs(word))})" for word in words)), TSQUERY)
    return and_(PAIRS.c.pairs.op("@@", is_comparison=True)(query), PAIRS.c.part.in_(parts))


def _midnight(day: date) -> datetime:
    return datetime.combine(min(max(day, FIRST_DAY), LAST_DAY), time(0), SHANGHAI)
