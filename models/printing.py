"""Print-outs: which forms a person may have on paper, and the record that each of them leaves (第七条(二)).

Paper has no scope: so a print-out is an act of its own, and what is drawn is drawn for the act's maker alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.policy import DISCIPLINE
from models.refusals import Unseen
from models.tables import TicketEvent

FRESH = timedelta(minutes=15)
"""How long a print-out can be drawn again: a jam of paper is no reason for a second record, the next day is."""
RELEASED = ("satisfied", "waived", "concluded")
"""Endings of a discipline ticket of which 纪检监察室 has told the desk."""


def forms_for(ticket: Mapping[str, Any], level: str | None) -> tuple[str, ...]:
    """The forms that a level of a ticket shows: `ticket`, the 工单, where it is shown whole (masked where it is);
    `record`, the 处理记录表, once discipline has released what stands in it."""
    found = ["ticket"] if level in ("contact", "full") else []
    told = ticket["state"] == "fed_back" or (ticket["state"] == "closed" and ticket["ending"] in RELEASED)
    if ticket["track"] == DISCIPLINE and told and level in ("contact", "full", "stub"):
        found.append("record")
    return tuple(found)


def made(session: Session, ticket_id: int, no: int, form: str, by: Actor, at: datetime) -> TicketEvent:
    """The recorded print-out that a page is drawn for. Raises Unseen for another's, another form's or an old one."""
    event = session.get(TicketEvent, (ticket_id, no)) if 0 < no < 2**31 else None
    if (
        event is None
        or event.action != "print"
        or event.actor_id != by.user_id
        or orjson.loads(event.payload)["more"].get("form") != form
        or at - event.at > FRESH
    ):
        raise Unseen
    return event


def made_with_its_record(session: Session, ticket_id: int, no: int, by: Actor, at: datetime) -> bool:
    """Whether a print-out of the 处理记录表 was recorded in one press with the record that it shows.

    That press closes the ticket, and takes it out of its maker's sight: the paper is all they have of it, while it can
    be drawn at all.
    """
    try:
        event = made(session, ticket_id, no, "record", by, at)
    except Unseen:
        return False
    then = session.get(TicketEvent, (ticket_id, no + 1))
    return then is not None and (then.action, then.actor_id, then.at) == ("record", by.user_id, event.at)


def last_of(session: Session, ticket_id: int, by: Actor) -> int:
    """The number of the latest print-out that a person has recorded on a ticket."""
    mine = (TicketEvent.ticket_id == ticket_id, TicketEvent.action == "print", TicketEvent.actor_id == by.user_id)
    return session.scalar(select(TicketEvent.no).where(*mine).order_by(TicketEvent.no.desc()).limit(1)) or 0
