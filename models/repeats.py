"""Repeated requests: an Idempotency-Key lets an act happen once (DESIGN §2)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.database import insert
from models.event import RepeatKey
from models.refusals import KeyReused, Refused
from models.ticket import Ticket, TicketText
from models.workflow import REGISTRATION

KEY_MOST = 200
SAYING = tuple(f.name for f in REGISTRATION if f.kind in ("text", "line"))
"""The fields of a registration that hold words."""


@contextmanager
def claimed(
    session: Session, by: Actor, key: str | None, what: str, given: Mapping[str, Any], ticket_id: int, at: datetime
) -> Iterator[int | None]:
    """Hold `key` for the act within, which gets None, or the ticket that an earlier request with it led to.

    An act that is refused gives its key back. Without a key every request is new.
    """
    known = claim(session, by, key, what, given, ticket_id, at) if key is not None else None
    try:
        yield known
    except Refused:
        if key is not None:
            session.execute(delete(RepeatKey).where(RepeatKey.user_id == by.user_id, RepeatKey.key == _short(key)))
        raise


def claim(
    session: Session, by: Actor, key: str, what: str, given: Mapping[str, Any], ticket_id: int, at: datetime
) -> int | None:
    """Take `key` for this act. None: it is new, go on; else the ticket that the earlier request led to.

    A second request with the same key waits for the first one's transaction, whichever came in first.
    Raises KeyReused where the key stood for something else.
    """
    row = {
        "user_id": by.user_id,
        "key": _short(key),
        "fingerprint": hashlib.sha256(_body([what, dict(given)])).hexdigest(),
        "ticket_id": ticket_id,
        "used_at": at,
    }
    # What is returned tells, not the row count: PostgreSQL's driver gives -1 here.
    claimed = insert(session, RepeatKey.__table__).values(row).on_conflict_do_nothing().returning(RepeatKey.key)
    if session.scalar(claimed) is not None:
        return None
    known = session.execute(
        select(RepeatKey.fingerprint, RepeatKey.ticket_id).where(
            RepeatKey.user_id == by.user_id, RepeatKey.key == row["key"]
        )
    ).one()
    if known.fingerprint != row["fingerprint"]:
        raise KeyReused
    return int(known.ticket_id)


def led_to(session: Session, by: Actor, key: str) -> int | None:
    """The ticket that a request with this key has led to; None: it has done nothing yet."""
    mine = select(RepeatKey.ticket_id).where(RepeatKey.user_id == by.user_id, RepeatKey.key == _short(key))
    return session.scalar(mine)


def registered(session: Session, by: Actor, said: Mapping[str, str], since: datetime) -> int | None:
    """The latest ticket that this person has registered since then in the same words, whatever was chosen beside them.

    said: every text of the form that says something.
    """
    text = TicketText
    rows = session.execute(
        select(Ticket.id, text.field, text.value)
        .join(text, (text.ticket_id == Ticket.id) & (text.event_no == 1) & text.field.in_(SAYING))
        .where(Ticket.registered_by == by.user_id, Ticket.registered_at >= since)
        .order_by(Ticket.registered_at, Ticket.id)
    )
    found: dict[int, dict[str, str]] = {}
    for ticket_id, name, value in rows:
        if value.strip():
            found.setdefault(ticket_id, {})[name] = value.strip()
    wanted = {name: said[name].strip() for name in SAYING if said.get(name, "").strip()}
    return next((ticket_id for ticket_id in reversed(found) if found[ticket_id] == wanted), None)


def _body(value: Any) -> bytes:
    """What was sent, the same for the same, whether or not it makes sense; what JSON cannot hold, by its repr."""
    return json.dumps(value, sort_keys=True, default=repr).encode()


def _short(key: str) -> str:
    """A key as it is kept: a long one, or one that no database stores, by its hash."""
    if len(key) <= KEY_MOST and key.isprintable():
        return key
    return "sha256:" + hashlib.sha256(repr(key).encode()).hexdigest()
