"""Engines: how each database is spoken to, in one place."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    Engine,
    Integer,
    LargeBinary,
    Select,
    String,
    Table,
    Text,
    Time,
    cast,
    create_engine,
    event,
    literal,
    null,
    type_coerce,
    union_all,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeEngine

from models.types import Moment

SQLITE_PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA busy_timeout = 30000",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -65536",
    "PRAGMA mmap_size = 2147418112",
)
"""Foreign keys hold; readers do not wait for a writer; a writer waits for another up to 30 s.

A file is read where the system keeps it, up to the 2 GB that SQLite maps, and beyond that a connection may keep 64 MB
of its pages, not 2: an index that figures count in is read a month at a time, again and again.
"""


def engine_options(url: str) -> dict[str, Any]:
    """Options for `create_engine`, for the web's engine too."""
    # Whatever fails, what somebody typed does not stand in a log.
    always = {"hide_parameters": True}
    if url.startswith("sqlite"):
        return {**always, "connect_args": {"timeout": 30}}
    # A restarted server or a firewall drops idle connections.
    return {**always, "pool_pre_ping": True, "pool_recycle": 1800, "connect_args": {"options": "-c timezone=UTC"}}


def prepare(engine: Engine) -> Engine:
    """Hang the per-connection settings on an engine, and keep rows out of its errors' messages."""
    event.listen(engine, "handle_error", _without_values)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def pragmas(connection: Any, _: ConnectionPoolEntry) -> None:
            cursor = connection.cursor()
            for pragma in SQLITE_PRAGMAS:
                cursor.execute(pragma)
            cursor.close()

    return engine


def _without_values(context: ExceptionContext) -> None:
    """What a server says of a statement names what is wrong in its first line; behind that come the values of a row.

    Cut where it arises: however it is logged then, it is without them. Code, constraint and column stay (`diag`).
    """
    error, wrapped = context.original_exception, context.sqlalchemy_exception
    if getattr(error, "sqlstate", None) is None:
        return
    whole = str(error)
    short = whole.splitlines()[0].partition(': "')[0] if whole else ""
    error.args = (short,)
    if wrapped is not None:
        wrapped.args = tuple(part.replace(whole, short) if isinstance(part, str) else part for part in wrapped.args)


def engine_for(url: str) -> Engine:
    """An engine for `url`, SQLite or PostgreSQL."""
    return prepare(create_engine(url, **engine_options(url)))


def analyse(engine: Engine) -> None:
    """Let SQLite's planner know how the tables are filled, by a sample: about a second for a million tickets.

    After much has come in, and from time to time; PostgreSQL does it by itself. Without it SQLite takes any state for
    one ticket in ten, and goes through all that are closed to find a word in a few.
    """
    if engine.dialect.name == "sqlite":
        with engine.begin() as connection:
            connection.exec_driver_sql("PRAGMA analysis_limit = 1000")
            connection.exec_driver_sql("ANALYZE")


def insert(session: Session, table: Table) -> Any:
    """An INSERT that can say ON CONFLICT, which each dialect spells by itself."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert(table)


KINDS: tuple[tuple[type[TypeEngine[Any]], TypeEngine[Any]], ...] = (
    (Moment, Moment()), (Boolean, Boolean()), (Integer, BigInteger()), (Date, Date()), (Time, Time()),
    (LargeBinary, LargeBinary()), (String, Text()),
)  # fmt: skip
"""Column type → the type of the place it shares with its like in `together`."""


def together(session: Session, *selects: Select[*tuple[Any, ...]]) -> list[list[tuple[Any, ...]]]:
    """The rows of several short selects, read in one query: a page of one ticket looks into a dozen tables.

    Each select becomes a part of a UNION ALL, its columns put into places by type, the rest null. In no order.
    """
    places: list[list[tuple[int, int]]] = []
    for one in selects:
        used: Counter[int] = Counter()
        mine = []
        for column in one.selected_columns:
            kind = next(n for n, (known, _) in enumerate(KINDS) if isinstance(column.type, known))
            mine.append((kind, used[kind]))
            used[kind] += 1
        places.append(mine)
    row = sorted({place for mine in places for place in mine})
    parts = []
    for n, (one, mine) in enumerate(zip(selects, places, strict=True)):
        columns = dict(zip(mine, one.selected_columns, strict=True))
        filled = [
            type_coerce(columns[place], KINDS[place[0]][1]) if place in columns else cast(null(), KINDS[place[0]][1])
            for place in row
        ]
        parts.append(one.with_only_columns(literal(n), *filled))
    at = {place: n for n, place in enumerate(row, 1)}
    found: list[list[tuple[Any, ...]]] = [[] for _ in selects]
    for read in session.execute(union_all(*parts)):
        found[read[0]].append(tuple(read[at[place]] for place in places[read[0]]))
    return found
