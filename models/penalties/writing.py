"""A penalty's log: what an act has changed, as an event of its chain; its words in rows of their own."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from models import log
from models.actor import SYSTEM, Actor
from models.penalty import Penalty, PenaltyEvent, PenaltyFact, PenaltyText

Row = dict[str, Any]

WORDS = ("person", "measure", "reason")
"""Columns that hold words: the log has their digests."""
BOOKKEEPING = ("id", "event_count", "head")
"""Columns that follow from the log itself."""
COLUMNS = tuple(c.name for c in Penalty.__table__.columns if c.name not in (*WORDS, *BOOKKEEPING))
FACT_COLUMNS = tuple(c.name for c in PenaltyFact.__table__.columns if c.name not in ("penalty_id", "n"))


def plain(value: Any) -> Any:
    """A column's value as the log writes it: an amount with its two decimals."""
    return f"{value:.2f}" if isinstance(value, Decimal) else log.plain(value)


def snapshot(penalty: Penalty) -> Row:
    """The columns that the log keeps, as it writes them."""
    return {name: plain(getattr(penalty, name)) for name in COLUMNS}


def event_hash(before: str, event: Mapping[str, Any]) -> str:
    """SHA-256 over every column of an event and the hash before it."""
    names = ("actor_id", "for_id", "action", "from_state", "to_state", "payload")
    told = [before, event["penalty_id"], event["no"], log.stamp(event["at"]), *(event[name] for name in names)]
    return hashlib.sha256(log.canonical(told)).hexdigest()


def append(
    penalty: Penalty, action: str, before: Row, said: Mapping[str, str], *, by: Actor, at: datetime, key: bytes,
    for_id: int | None = None, facts: Sequence[PenaltyFact] = (), erased: Sequence[list[Any]] = (),
) -> list[PenaltyEvent | PenaltyText | PenaltyFact]:  # fmt: skip
    """Close an act with its event; the rows to be written beside the penalty's own.

    before: `snapshot` as it was, {} for a new one. said: the words of the act, by their fields. erased: [event, field]
    of words that go with it.
    """
    no = penalty.event_count + 1
    changed = {name: value for name, value in snapshot(penalty).items() if value != before.get(name)}
    rows: dict[str, dict[str, Row]] = {"penalty": {"": changed}}
    if facts:
        rows["penalty_fact"] = {str(f.n): {c: plain(getattr(f, c)) for c in FACT_COLUMNS} for f in facts}
    texts = [
        PenaltyText(penalty_id=penalty.id, event_no=no, field=name, value=value, salt=os.urandom(16))
        for name, value in said.items()
    ]
    digests = {text.field: log.digest(key, text.salt, text.field, text.value) for text in texts}
    event: Row = {
        "penalty_id": penalty.id, "no": no, "at": at,
        "actor_id": by.user_id if by is not SYSTEM else None, "for_id": for_id, "action": action,
        "from_state": before.get("state"), "to_state": penalty.state,
        "payload": log.canonical({"rows": rows, **({"texts": digests} if digests else {}),
                                  **({"erased": list(erased)} if erased else {})}).decode(),
    }  # fmt: skip
    event["hash"] = event_hash(penalty.head, event)
    penalty.event_count, penalty.head = no, event["hash"]
    return [PenaltyEvent(**event), *texts, *facts]
