"""Repeated requests: an Idempotency-Key lets an act happen once (DESIGN §2)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models.actor import Actor
from models.event import RepeatKey
from models.log import canonical
from models.refusals import KeyReused


def claim(
    session: Session, by: Actor, key: str, what: str, given: Mapping[str, Any], ticket_id: int, at: datetime
) -> int | None:
    """Take `key` for this act. None: it is new, go on; else the ticket that the earlier request led to.

    A second request with the same key waits for the first one's transaction, whichever came in first.
    Raises KeyReused where the key stood for something else.
    """
    body = canonical([what, {name: log_value(value) for name, value in given.items()}])
    row = {
        "user_id": by.user_id,
        "key": key[:200],
        "fingerprint": hashlib.sha256(body).hexdigest(),
        "ticket_id": ticket_id,
        "used_at": at,
    }
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    taken = session.execute(insert(RepeatKey.__table__).values(row).on_conflict_do_nothing())
    if taken.rowcount == 1:  # type: ignore[attr-defined]
        return None
    known = session.execute(
        select(RepeatKey.fingerprint, RepeatKey.ticket_id).where(
            RepeatKey.user_id == by.user_id, RepeatKey.key == row["key"]
        )
    ).one()
    if known.fingerprint != row["fingerprint"]:
        raise KeyReused
    return int(known.ticket_id)


def log_value(value: Any) -> Any:
    """A given value as the fingerprint takes it; what JSON cannot hold, by its representation."""
    return value if isinstance(value, str | int | float | bool | list | dict | None) else repr(value)
