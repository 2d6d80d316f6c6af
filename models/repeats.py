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

KEY_MOST = 200


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


def used(session: Session, by: Actor, key: str) -> bool:
    """Whether a request with this key has done its work already."""
    mine = select(RepeatKey.key).where(RepeatKey.user_id == by.user_id, RepeatKey.key == _short(key))
    return session.scalar(mine) is not None


def _body(value: Any) -> bytes:
    """What was sent, the same for the same, whether or not it makes sense; what JSON cannot hold, by its repr."""
    return json.dumps(value, sort_keys=True, default=repr).encode()


def _short(key: str) -> str:
    """A key as it is kept: a long one, or one that no database stores, by its hash."""
    if len(key) <= KEY_MOST and key.isprintable():
        return key
    return "sha256:" + hashlib.sha256(repr(key).encode()).hexdigest()
