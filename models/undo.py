"""Undoing a mis-clicked call-back, decline or answer: exactly what it did, in the open (POLICY §3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from models import clocks, log
from models.book import Book
from models.case import BLANK, BLANK_PARTS, Case
from models.guards import Moment, last_move, past
from models.refusals import WrongState


@dataclass(frozen=True)
class Undo:
    """What an event changed, and what stood there before it."""

    no: int
    changed: log.Rows
    before: log.Rows


def plan(case: Case, m: Moment) -> Undo:
    """Read the last move and the log before it."""
    last = last_move(m)
    if last is None:
        raise WrongState("nothing_to_correct")
    earlier = (event["payload"] for event in past(m) if event["no"] < last["no"])
    return Undo(last["no"], orjson.loads(last["payload"])["rows"], log.fold(earlier))


def carry_out(case: Case, done: Undo, at: datetime, book: Book) -> None:
    """Put back what the move changed; what it opened never counts, what it logged is marked corrected.

    A deadline that was amended, or a calendar day that was corrected, since the move holds for what is owed again.
    """
    for table, patches in done.changed.items():
        for key, patch in patches.items():
            before = done.before.get(table, {}).get(key)
            if table == "ticket":
                put_back = {column: _value(before, column, BLANK) for column in patch if column != "version"}
                case.set(**put_back)
                continue
            row = next(row for row in case.parts[table] if str(row["n"]) == key)
            if before is not None:
                case.change(table, row, **{column: _value(before, column, BLANK_PARTS[table]) for column in patch})
            elif table == "callback":
                case.change(table, row, corrected_at=at)
            elif table == "obligation":
                case.change(table, row, settled_at=None, voided_at=row["opened_at"], void_reason="corrected")
            elif table == "assignment":
                case.change(table, row, ended_at=row["assigned_at"], ended_no=case.ticket["event_count"] + 1)
    if case.ticket["forward_due_at"] is not None or case.open_obligation("upstream"):
        clocks.redate_upstream(case, case.ticket["forward_due_at"], at, book)
    clocks.redate(case, book)


def _value(before: dict[str, Any] | None, column: str, blank: dict[str, Any]) -> Any:
    return log.unplain(column, (before or blank).get(column))
