"""Checking each penalty's log against itself and against its rows: a part of `run.py verify`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson
from sqlalchemy import Table

from models import log
from models.penalties.writing import COLUMNS, FACT_COLUMNS, WORDS, event_hash, plain
from models.penalty import Penalty, PenaltyEvent, PenaltyFact, PenaltyText

PENALTY, EVENT = Penalty.__table__, PenaltyEvent.__table__
FACT, TEXT = PenaltyFact.__table__, PenaltyText.__table__
TABLES: tuple[Table, ...] = (PENALTY, EVENT, FACT, TEXT)

Row = dict[str, Any]


def differences(read: Callable[[Table], Iterable[Row]], key: bytes) -> Iterator[tuple[str, str]]:
    """(which penalty, what is wrong). read: all rows of a table as they stand, in the order of their keys."""
    penalties = {row["id"]: row for row in read(PENALTY)}
    beside: dict[Any, dict[str, list[Row]]] = {key: {} for key in penalties}
    for table in (EVENT, FACT, TEXT):
        for row in read(table):
            beside.setdefault(row["penalty_id"], {}).setdefault(table.name, []).append(row)
    for number, rows in beside.items():
        name = f"追究 {number}"
        if number not in penalties:
            yield from ((name, f"追究缺失，{table} 仍在") for table in rows)
            continue
        events, facts, texts = (rows.get(table.name, []) for table in (EVENT, FACT, TEXT))
        yield from ((name, difference) for difference in _of_one(penalties[number], events, facts, texts, key))


def _of_one(penalty: Row, events: list[Row], facts: list[Row], texts: list[Row], key: bytes) -> Iterator[str]:
    head, broken = log.chained(events, event_hash)
    if broken:
        yield broken
        return
    if not events or penalty["event_count"] != len(events) or penalty["head"] != head:
        yield f"日志末尾与追究不符：追究记 {penalty['event_count']} 条，日志有 {len(events)} 条"
    rows = log.fold(event["payload"] for event in events)
    yield from _compare("追究", rows.get("penalty", {}).get("", {}), penalty, COLUMNS)
    logged = dict(rows.get("penalty_fact", {}))
    for fact in facts:
        yield from _compare(f"事实 {fact['n']}", logged.pop(str(fact["n"]), {}), fact, FACT_COLUMNS)
    yield from (f"事实 {n} 缺失" for n in logged)
    yield from _of_texts(penalty, events, texts, key)


def _compare(what: str, logged: Row, row: Row, columns: tuple[str, ...]) -> Iterator[str]:
    for column in columns:
        if logged.get(column) != plain(row[column]):
            yield f"{what} 的 {column} 与日志不符：日志 {logged.get(column)}，库中 {plain(row[column])}"


def _of_texts(penalty: Row, events: list[Row], texts: list[Row], key: bytes) -> Iterator[str]:
    """Each text against its digest; and the penalty's own words against the last that were said and not erased."""
    digests: dict[tuple[int, str], str] = {}
    erased: set[tuple[int, str]] = set()
    for event in events:
        payload = orjson.loads(event["payload"])
        digests.update({(event["no"], field): digest for field, digest in payload.get("texts", {}).items()})
        erased.update((no, field) for no, field in payload.get("erased", []))
    standing: Row = {}
    for text in texts:
        place = (text["event_no"], text["field"])
        if digests.pop(place, None) != _digest(key, text):
            yield f"事件 {place[0]} 的文字 {place[1]} 与日志不符"
        if place[1] in WORDS and _is_of_row(events, *place):
            standing[place[1]] = text["value"]
    yield from (f"事件 {no} 的文字 {field} 缺失" for no, field in digests if (no, field) not in erased)
    if events and events[0]["action"] == "adopt":
        return  # what stood there before the log has no digest
    for name in WORDS:
        if penalty[name] != standing.get(name, ""):
            yield f"追究 的 {name} 与日志不符"


def _is_of_row(events: list[Row], no: int, field: str) -> bool:
    """Whether a text is one of the penalty's own words, and not the reason of a later act."""
    action = next((event["action"] for event in events if event["no"] == no), "")
    return action == "propose" or (action == "confirm" and field != "reason")


def _digest(key: bytes, text: Row) -> str | None:
    try:
        return log.digest(key, text["salt"], text["field"], text["value"])
    except (AttributeError, TypeError):
        return None
