"""Checking the log against itself and against the rows it adds up to (DESIGN §2).

A hash chain that breaks, a number that is missing, a text that no longer has its digest, a row that the events do
not give: each is named with its ticket.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import Boolean, Date, Select, String, Table, select, type_coerce
from sqlalchemy.engine import Connection
from sqlalchemy.exc import OperationalError

from models import log, security_log
from models.case import BLANK, BLANK_PARTS, BOOKKEEPING
from models.penalties import checking
from models.reviews import checking as reviews
from models.shelf import Shelf
from models.store import EVENT, PART_TABLES, TEXT, TICKET
from models.types import Moment

BATCH = 500
BEFORE_ALL = -(2**63)
TIMES = {
    table: [column.name for column in table.columns if isinstance(column.type, Moment)]
    for table in (TICKET, EVENT, TEXT, *PART_TABLES.values(), *checking.TABLES, *reviews.TABLES)
}


@dataclass
class Findings:
    """What was checked, and every difference as (ticket number, what is wrong)."""

    tickets: int = 0
    events: int = 0
    texts: int = 0
    erased: int = 0
    files: int = 0
    differences: list[tuple[str, str]] = field(default_factory=list)


def verify(connection: Connection, key: bytes, shelf: Shelf | None = None) -> Findings:
    """Rebuild every ticket from its events and compare it with its rows, its attachments with their files; check the
    security log's chain."""
    found = Findings()
    last = BEFORE_ALL
    while True:
        tickets = _read(
            connection, TICKET, _stored(connection, TICKET).where(TICKET.c.id > last).order_by(TICKET.c.id).limit(BATCH)
        )
        if not tickets:
            break
        first, last = tickets[0]["id"], tickets[-1]["id"]
        events = _by_ticket(connection, EVENT, first, last)
        texts = _by_ticket(connection, TEXT, first, last)
        parts = {name: _by_ticket(connection, table, first, last) for name, table in PART_TABLES.items()}
        for ticket in tickets:
            ticket_id = ticket["id"]
            own = {name: rows.get(ticket_id, []) for name, rows in parts.items()}
            for difference in _differences(
                ticket, events.get(ticket_id, []), texts.get(ticket_id, []), own, key, found
            ):
                found.differences.append((ticket["no"], difference))
            if shelf is not None:
                found.files += len(own["attachment"])
                named = {(text["event_no"], text["field"]) for text in texts.get(ticket_id, [])}
                wrong = [
                    _file_difference(row, shelf, named=(row["event_no"], f"file.{row['n']}") in named)
                    for row in own["attachment"]
                ]
                found.differences.extend((ticket["no"], difference) for difference in wrong if difference)
    _orphans(connection, found)
    found.differences.extend(checking.differences(lambda table: _whole(connection, table), key))
    found.differences.extend(reviews.differences(lambda table: _whole(connection, table)))
    found.differences.extend(("安全日志", difference) for difference in security_log.differences(connection))
    return found


def _by_ticket(connection: Connection, table: Table, first: int, last: int) -> dict[int, list[dict[str, Any]]]:
    mine = _stored(connection, table).where(table.c.ticket_id.between(first, last))
    rows = _read(connection, table, mine.order_by(*table.primary_key.columns))
    return {key: list(group) for key, group in groupby(rows, itemgetter("ticket_id"))}


def _whole(connection: Connection, table: Table) -> list[dict[str, Any]]:
    return _read(connection, table, _stored(connection, table).order_by(*table.primary_key.columns))


def _stored(connection: Connection, table: Table) -> Select[Any]:
    """Everything in a table; from SQLite, which keeps whatever is written, as it stands there."""
    if connection.dialect.name != "sqlite":
        return select(table)
    read_otherwise = (Moment, Boolean, Date)
    return select(
        *(type_coerce(c, String).label(c.name) if isinstance(c.type, read_otherwise) else c for c in table.columns)
    )


def _read(connection: Connection, table: Table, statement: Select[Any]) -> list[dict[str, Any]]:
    """The rows; what is no time, or no text, stays as it is and so differs from what was logged."""
    if connection.dialect.name != "sqlite":
        return [dict(row) for row in connection.execute(statement).mappings()]
    try:
        rows = [dict(row) for row in connection.execute(statement).mappings()]
    except OperationalError:  # bytes that are no UTF-8
        raw: Any = connection.connection.dbapi_connection
        usual, raw.text_factory = raw.text_factory, lambda stored: stored.decode("utf-8", "backslashreplace")
        try:
            rows = [dict(row) for row in connection.execute(statement).mappings()]
        finally:
            raw.text_factory = usual
    for row in rows:
        for name in TIMES[table]:
            row[name] = _time(row[name])
    return rows


def _time(stored: Any) -> Any:
    """A time written as we write it; anything else as it stands."""
    try:
        at = datetime.fromisoformat(stored)
    except (TypeError, ValueError):
        return stored
    return at.replace(tzinfo=UTC) if at.isoformat(" ", "microseconds") == stored else stored


def _differences(
    ticket: dict[str, Any],
    events: list[dict[str, Any]],
    texts: list[dict[str, Any]],
    parts: dict[str, list[dict[str, Any]]],
    key: bytes,
    found: Findings,
) -> Iterator[str]:
    found.tickets += 1
    found.events += len(events)
    head, broken = log.chained(events)
    if broken:
        yield broken
        return
    if ticket["event_count"] != len(events) or ticket["head"] != head:
        yield f"日志末尾与工单不符：工单记 {ticket['event_count']} 条，日志有 {len(events)} 条"
    if events and log.plain(ticket["last_event_at"]) != log.plain(events[-1]["at"]):
        yield "工单的 last_event_at 与日志不符"
    rows = log.fold(event["payload"] for event in events)
    yield from _compare("ticket", rows.get("ticket", {}).get("", {}), ticket, BLANK, BOOKKEEPING)
    for table, blank in BLANK_PARTS.items():
        logged = dict(rows.get(table, {}))
        for row in parts[table]:
            expected = logged.pop(str(row["n"]), None)
            if expected is None:
                yield f"{table} {row['n']} 不在日志中"
            else:
                yield from _compare(f"{table} {row['n']}", expected, row, blank, frozenset({"ticket_id", "n"}))
        yield from (f"{table} {n} 缺失" for n in logged)
    yield from _text_differences(events, texts, key, found)


def _text_differences(
    events: list[dict[str, Any]], texts: list[dict[str, Any]], key: bytes, found: Findings
) -> Iterator[str]:
    digests: dict[tuple[int, str], str] = {}
    erased: set[tuple[int, str]] = set()
    for event in events:
        payload = orjson.loads(event["payload"])
        digests.update({(event["no"], name): digest for name, digest in payload.get("texts", {}).items()})
        erased.update((no, name) for no, name in payload.get("more", {}).get("erased", []))
    for text in texts:
        found.texts += 1
        place = (text["event_no"], text["field"])
        expected_digest = digests.pop(place, None)
        if expected_digest is None or expected_digest != _digest(key, text):
            yield f"事件 {place[0]} 的文字 {place[1]} 与日志不符"
    for no, name in digests:
        if (no, name) in erased:
            found.erased += 1
        else:
            yield f"事件 {no} 的文字 {name} 缺失"


def _digest(key: bytes, text: dict[str, Any]) -> str | None:
    try:
        return log.digest(key, text["salt"], text["field"], text["value"])
    except (AttributeError, TypeError):
        return None


def _compare(
    what: str, logged: dict[str, Any], row: dict[str, Any], blank: dict[str, Any], apart: frozenset[str]
) -> Iterator[str]:
    for column in blank:
        if column not in apart and logged.get(column) != log.plain(row[column]):
            yield f"{what} 的 {column} 与日志不符：日志 {logged.get(column)}，库中 {log.plain(row[column])}"


def _file_difference(row: dict[str, Any], shelf: Shelf, *, named: bool) -> str | None:
    """What is wrong with the file of an attachment's row. One whose name is erased is erased with it; whether the name
    might be, its text says."""
    kept = shelf.read(row["file_id"])
    if not named:
        return f"附件 {row['n']} 已删除，文件还在" if kept else None
    if kept is None:
        return f"附件 {row['n']} 的文件缺失"
    if (kept.size, kept.sha256) != (row["size"], row["sha256"]):
        return f"附件 {row['n']} 的文件与校验值不符"
    return None


def _orphans(connection: Connection, found: Findings) -> None:
    """Rows of tickets that are not there any more."""
    for table in (EVENT, TEXT, *PART_TABLES.values()):
        lost = connection.execute(
            select(table.c.ticket_id)
            .where(~select(TICKET.c.id).where(TICKET.c.id == table.c.ticket_id).exists())
            .distinct()
        ).scalars()
        found.differences.extend((str(ticket_id), f"工单缺失，{table.name} 仍在") for ticket_id in lost)
