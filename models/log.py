"""The log's arithmetic: canonical JSON, hash chain, keyed digests, and what a log adds up to (DESIGN §2)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from models.types import SHANGHAI

GENESIS = "0" * 64
"""The hash before the first event."""


def stamp(at: datetime) -> str:
    """An instant as the log writes it: ISO 8601, UTC, microseconds."""
    return (at if at.tzinfo is UTC else at.astimezone(UTC)).isoformat(timespec="microseconds")


def plain(value: Any) -> Any:
    """A column's value as the log writes it."""
    return stamp(value) if isinstance(value, datetime) else value


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, no spaces, UTF-8."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def event_hash(before: str, event: Mapping[str, Any]) -> str:
    """SHA-256 over every column of an event and the hash before it."""
    return hashlib.sha256(
        canonical(
            [
                before,
                event["ticket_id"],
                event["no"],
                stamp(event["at"]),
                stamp(event["recorded_at"]),
                event["actor_id"],
                event["for_id"],
                event["action"],
                event["from_state"],
                event["to_state"],
                event["round"],
                event["track"],
                event["payload"],
            ]
        )
    ).hexdigest()


def chained(
    events: Sequence[Mapping[str, Any]], link: Callable[[str, Mapping[str, Any]], str] = event_hash
) -> tuple[str, str | None]:
    """The hash of the last event, and where the chain breaks. link: (the hash before, an event) → its hash."""
    head = GENESIS
    for n, event in enumerate(events, 1):
        if event["no"] != n:
            return head, f"事件 {n} 缺失"
        try:
            head = link(head, event)
        except (AttributeError, TypeError):
            return head, f"事件 {n} 不可读"
        if head != event["hash"]:
            return head, f"事件 {n}（{event['action']}）与校验值不符"
    return head, None


def digest(key: bytes, salt: bytes, field: str, value: str) -> str:
    """What the log keeps of a text: HMAC-SHA256 under the log's key, salted so that equal texts differ."""
    return hmac.digest(key, salt + field.encode() + b"\0" + value.encode(), "sha256").hex()


Rows = dict[str, dict[str, dict[str, Any]]]
"""table → row's key → column → value, as `plain` writes them."""


def fold(payloads: Iterable[str]) -> Rows:
    """What a ticket's events add up to, row by row; the ticket's own row has the key ""."""
    rows: Rows = {}
    for payload in payloads:
        for table, patches in orjson.loads(payload)["rows"].items():
            for key, patch in patches.items():
                rows.setdefault(table, {}).setdefault(key, {}).update(patch)
    return rows


def local(at: datetime) -> str:
    """A time as people read it."""
    return f"{at.astimezone(SHANGHAI):%m-%d %H:%M}"


def unplain(column: str, value: Any) -> Any:
    """A column's value from what the log wrote: times are the columns that end in `_at`, `_since` or `until`."""
    if isinstance(value, str) and column.endswith(("_at", "_since", "until")):
        return datetime.fromisoformat(value)
    return value
