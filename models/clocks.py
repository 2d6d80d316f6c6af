"""Obligations opened, settled, voided, handed over, re-dated: the clocks of POLICY §4."""

from __future__ import annotations

from datetime import datetime

from models.book import Book
from models.case import Case, Row
from models.workflow import AFTER_RESULT


def start(case: Case, kind: str, at: datetime, book: Book, *, due: datetime | None = None) -> None:
    """Open an obligation by the rule in force at `at`; nothing where the rule is switched off.

    `due`: a deadline that somebody else set (`upstream`).
    """
    ticket = case.ticket
    term = book.term(kind, ticket["track"], at)
    if term is None:
        return
    if due is None:
        due = book.calendar.deadline(at, term.amount, term.measure)
    unit_id = ticket["unit_id"] if kind in ("handle", "callback") else None
    case.add(
        "obligation",
        kind=kind,
        clause=term.clause,
        track=ticket["track"],
        round=ticket["round"],
        unit_id=unit_id,
        held_since=at if kind == "handle" else None,
        opened_at=at,
        due_at=due,
        working_days=term.amount if term.measure == "working_days" else None,
    )


def settle(case: Case, kind: str, at: datetime) -> None:
    """What was owed is done."""
    owed = case.open_obligation(kind)
    if owed is not None:
        case.change("obligation", owed, settled_at=max(at, owed["opened_at"]))


def void(case: Case, kind: str, at: datetime, reason: str) -> None:
    """What was owed falls away; if its deadline had passed it stays late (`obligation.standing`)."""
    for owed in list(case.parts["obligation"]):
        if kind in ("*", owed["kind"]) and owed["settled_at"] is None and owed["voided_at"] is None:
            case.change("obligation", owed, voided_at=max(at, owed["opened_at"]), void_reason=reason)


def hand_over(case: Case, unit_id: int | None, at: datetime) -> None:
    """The 72 hours run on with another holder, or with none while it is returned.

    Once the deadline has passed, whoever held it then is the one it counts for.
    """
    owed: Row | None = case.open_obligation("handle")
    if owed is not None and at <= owed["due_at"]:
        case.change("obligation", owed, unit_id=unit_id, held_since=at if unit_id is not None else None)


def redate_upstream(case: Case, due: datetime | None, at: datetime, book: Book) -> None:
    """The forwarder's deadline was amended: it alone moves. Once a result is in, nothing is owed upstream any more."""
    rows = [row for row in case.parts["obligation"] if row["kind"] == "upstream"]
    answered = case.ticket["state"] in AFTER_RESULT or bool(case.parts["callback"])
    if due is None:
        void(case, "upstream", at, "amended")
    elif answered:
        return
    elif not rows:
        start(case, "upstream", case.ticket["registered_at"], book, due=due)
    elif rows[-1]["voided_at"] is None and rows[-1]["settled_at"] is None:
        case.change("obligation", rows[-1], due_at=due)
    elif rows[-1]["void_reason"] == "amended":
        case.change("obligation", rows[-1], due_at=due, voided_at=None, void_reason=None)


def redate(case: Case, book: Book) -> bool:
    """Set anew what is still owed and rests on the calendar; whether anything moved."""
    moved = False
    for owed in case.parts["obligation"]:
        if owed["working_days"] and owed["settled_at"] is None and owed["voided_at"] is None:
            due = book.calendar.deadline(owed["opened_at"], owed["working_days"], "working_days")
            if due != owed["due_at"]:
                case.change("obligation", owed, due_at=due)
                moved = True
    return moved
