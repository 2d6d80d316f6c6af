"""One matter, several tickets: what an act on a main ticket does to those that follow it (DESIGN §5, `link`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import fields, policy, scope, store
from models.actor import Actor
from models.book import Book
from models.case import Case
from models.steps import perform
from models.tables import Ticket, TicketText
from models.workflow import ACTIONS, Action


def hold_both(session: Session, ticket_id: int, given: Mapping[str, Any], by: Actor) -> None:
    """Hold a follower-to-be and its main, which must not move meanwhile; the lower id first, so that nobody who links
    them the other way round and this one wait for each other."""
    if given.get("kind") not in ("same_matter", policy.LINK_KINDS["same_matter"]):
        return
    try:
        to = fields.ticket(given.get("to"), lambda value: scope.find(session, value, by))
    except fields.Unreadable:
        return
    main = session.scalar(select(Ticket.main_id).where(Ticket.id == to)) or to
    for held in sorted({ticket_id, main or ticket_id}):
        store.lock(session, held)


def followers(session: Session, main_id: int) -> list[int]:
    """The tickets of one matter that follow a main ticket."""
    return list(session.scalars(select(Ticket.id).where(Ticket.main_id == main_id).order_by(Ticket.id)))


def spread(
    session: Session, main: Case, action: Action, values: dict[str, Any], by: Actor, at: datetime, book: Book
) -> None:
    """What an act on a main ticket does to those that follow it, each by an event of its own (DESIGN §5)."""
    main_id = main.ticket["id"]
    if action.name == "link" and values["kind"] == "same_matter":
        _catch_up(session, main, by, at, book)
    elif action.name in ("assign", "instruct", "submit"):
        for follower_id in followers(session, main_id):
            follower = store.load(session, follower_id)
            if follower.ticket["state"] in {step.start for step in action.steps}:
                shared = {name: value for name, value in values.items() if name not in ("category", "files")}
                _follow(session, follower, action, shared, main_id, by, at, book)
    elif action.name in ("refer", "reclassify"):
        for follower_id in followers(session, main_id):
            follower = store.load(session, follower_id)
            follower.set(main_id=None)
            when = max(at, follower.ticket["last_event_at"])
            follower.close_event("release", at=when, recorded_at=when, from_state=follower.ticket["state"])
            store.save(session, follower)


def _catch_up(session: Session, case: Case, by: Actor, at: datetime, book: Book) -> None:
    """A ticket linked to a main that a unit already handles goes to that unit too."""
    main = session.get_one(Ticket, case.ticket["main_id"])
    action = ACTIONS["assign" if main.track == policy.QUALITY else "instruct"]
    if main.state == "handling" and case.ticket["state"] in {step.start for step in action.steps}:
        said = select(TicketText.value).where(TicketText.ticket_id == main.id, TicketText.field == "instruction")
        instruction = session.scalar(said.order_by(TicketText.event_no.desc()).limit(1))
        _follow(session, case, action, {"unit": main.unit_id, "instruction": instruction}, main.id, by, at, book)


def _follow(
    session: Session,
    case: Case,
    action: Action,
    values: dict[str, Any],
    main_id: int,
    by: Actor,
    at: datetime,
    book: Book,
) -> None:
    at = max(at, case.ticket["last_event_at"])
    perform(case, action, values, by=by, at=at, book=book, parts=by.parts(case.ticket["unit_id"]),
            more={"with": main_id})  # fmt: skip
    store.save(session, case)
