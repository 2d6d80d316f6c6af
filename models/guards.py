"""Conditions of an action beyond state and part (POLICY §3), by the name the workflow table gives them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from models import log
from models.actor import Actor
from models.book import Book
from models.case import Case, Row
from models.printing import forms_for
from models.refusals import NotYours, WrongState
from models.tables import TicketEvent, TicketText
from models.types import local_date
from models.workflow import ACTIONS, UNDOABLE

EVENT = TicketEvent.__table__


@dataclass(frozen=True)
class Moment:
    """Who wants to act on which case, when, by which policy, in which parts, and seeing how much of it."""

    case: Case
    by: Actor
    parts: set[str]
    at: datetime
    book: Book
    level: str

    @property
    def track(self) -> str:
        return str(self.case.ticket["track"])


def handed_over(case: Case) -> Row | None:
    """The assignment by which the unit that holds the ticket was given it, rounds of its own passed over."""
    undone = {row["event_no"] for row in case.parts["callback"] if row["corrected_at"] is not None}
    rows = [row for row in case.parts["assignment"] if row["event_no"] not in undone]
    index = len(rows) - 1
    while index > 0 and rows[index - 1]["unit_id"] == rows[index]["unit_id"] and (
        rows[index - 1]["round"] == rows[index]["round"] - 1
    ):  # fmt: skip
        index -= 1
    return rows[index] if rows else None


def may_return(m: Moment) -> None:
    """A unit within one working day of getting it; operations and discipline at any time."""
    if m.parts & {"o", "d"} & ACTIONS["return"].ever_by(m.track):
        return
    given = handed_over(m.case)
    until = m.book.until("return", m.track, given["assigned_at"]) if given else None
    if until and m.at > until:
        raise WrongState("return_too_late", until=log.local(until))


def may_call_back(m: Moment) -> None:
    """Whoever handled a ticket as one of its unit, or is complained of in it, does not call its customer back."""
    me = m.by.user_id
    if any(row["user_id"] == me for row in m.case.parts["accused"]):
        raise NotYours("handled_it")
    acts = [event for event in past(m) if event["actor_id"] == me and event["action"] in ("note", "contact", "submit")]
    if any('"as":"h"' in event["payload"] or '"as":"u"' in event["payload"] for event in acts):
        raise NotYours("handled_it")


def may_waive(m: Moment) -> None:
    """After three attempts on two days, or where no contact is known."""
    session, ticket_id = m.book.session, m.case.ticket["id"]
    known = session.scalar(
        select(TicketText.value)
        .where(TicketText.ticket_id == ticket_id, TicketText.field == "phone")
        .order_by(TicketText.event_no.desc())
        .limit(1)
    )
    if not known:
        return
    calls = m.case.attempts()
    days = {local_date(row["called_at"]) for row in calls}
    attempts = m.book.number("attempts", m.track, m.at, 1)
    on_days = m.book.number("attempt_days", m.track, m.at, 1)
    if len(calls) < attempts or len(days) < on_days:
        raise WrongState("too_few_attempts", attempts=attempts, days=on_days, made=len(calls), on=len(days))


def may_conclude(m: Moment) -> None:
    """From the third round on."""
    first = m.book.number("conclude", m.track, m.at, 1)
    if m.case.ticket["round"] < first:
        raise WrongState("too_early_to_conclude", round=first, now=m.case.ticket["round"])


def may_correct(m: Moment) -> None:
    """The last move was a call-back, a decline or an answer, made within one working day."""
    last = last_move(m)
    if last is None or last["action"] not in UNDOABLE:
        raise WrongState("nothing_to_correct")
    until = m.book.until("correct", m.track, last["at"])
    if until and m.at > until:
        raise WrongState("correct_too_late", until=log.local(until))


def last_move(m: Moment) -> Row | None:
    """The last act that moved the ticket, whatever was noted since."""
    still = {a.name for a in ACTIONS.values() if not a.versioned} | {"recategorise", "open_to", "redate", "release"}
    return next((event for event in reversed(past(m)) if event["action"] not in still), None)


def past(m: Moment) -> list[Row]:
    """The ticket's log: read once, and not at all where a page has read it."""
    if m.case.past is None:
        rows = m.book.session.execute(
            select(EVENT).where(EVENT.c.ticket_id == m.case.ticket["id"]).order_by(EVENT.c.no)
        )
        m.case.past = [dict(row) for row in rows.mappings()]
    return m.case.past


def may_print(m: Moment) -> None:
    """Who sees the whole of a ticket, or what discipline has released of it."""
    if not forms_for(m.case.ticket, m.level):
        raise NotYours("no_form")


GUARDS: dict[str, Callable[[Moment], None]] = {
    "return": may_return,
    "call_back": may_call_back,
    "waive": may_waive,
    "conclude": may_conclude,
    "correct": may_correct,
    "print": may_print,
}
