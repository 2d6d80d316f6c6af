"""Checking each review's log against itself, its words and its frozen figures: a part of `run.py verify`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson
from sqlalchemy import Table

from models import log
from models.review import Review, ReviewAction, ReviewEvent
from models.reviews import document
from models.reviews.writing import as_logged, event_hash

REVIEW, ACTION, EVENT = Review.__table__, ReviewAction.__table__, ReviewEvent.__table__
TABLES: tuple[Table, ...] = (REVIEW, ACTION, EVENT)


Row = dict[str, Any]


def differences(read: Callable[[Table], Iterable[Row]]) -> Iterator[tuple[str, str]]:
    """(which review, what is wrong). read: all rows of a table as they stand, in the order of their keys."""
    beside: dict[str, dict[int, list[Row]]] = {table.name: {} for table in (ACTION, EVENT)}
    for table in (ACTION, EVENT):
        for row in read(table):
            beside[table.name].setdefault(row["review_id"], []).append(row)
    for review in read(REVIEW):
        events = beside[EVENT.name].pop(review["id"], [])
        actions = sorted(beside[ACTION.name].get(review["id"], []), key=lambda row: row["n"])
        yield from ((f"总结 {review['id']}", said) for said in _of_one(review, events, actions))
    yield from ((f"总结 {number}", "总结缺失，日志仍在") for number in beside[EVENT.name])


def _of_one(review: Row, events: list[Row], actions: list[Row]) -> Iterator[str]:
    head, broken = log.chained(events, event_hash)
    if broken:
        yield broken
        return
    if review["event_count"] != len(events) or review["head"] != head:
        yield f"日志末尾与总结不符：总结记 {review['event_count']} 条，日志有 {len(events)} 条"
    if not events:  # of before there was a log: nothing had been submitted then
        return
    last, told = events[-1], orjson.loads(events[-1]["payload"])
    named = {"unit": review["unit_id"], "starts": str(review["starts"]), "ends": str(review["ends"]),
             "version": review["version"]}  # fmt: skip
    if last["to_state"] != review["state"] or any(told[name] != value for name, value in named.items()):
        yield "状态、单位或期间与日志不符"
    if told["words"] != document.words_digest(review["causes"], review["lessons"], [_line(a) for a in actions]):
        yield "原因、教训或改进措施与日志不符"
    if told["figures"] != (document.digest(review["figures"]) if review["figures"] is not None else None):
        yield "冻结的数字与日志不符"


def _line(action: Row) -> Row:
    return as_logged(action["what"], action["owner_id"], action["due"], action["category_id"], action["expected"],
                     action["done_on"])  # fmt: skip
