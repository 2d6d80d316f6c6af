"""A ticket in the desk's hands: its rows as plain values, and the events that change them.

One shape serves a single act and a batch of thousands: an act changes the case, the case records each change as
the event's payload, and `models.store` writes rows and events, one by one or many at a time.
"""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

from models import log, lookup
from models.tables import Accused, Assignment, Attachment, Callback, Link, Obligation, Opening, Ticket

PARTS: dict[str, Any] = {
    "obligation": Obligation,
    "assignment": Assignment,
    "callback": Callback,
    "link": Link,
    "accused": Accused,
    "opening": Opening,
    "attachment": Attachment,
}
"""The tables that hang on a ticket, each with the key (ticket_id, n)."""

BLANK = {c.name: None for c in Ticket.__table__.columns}
BLANK_PARTS = {name: {c.name: None for c in model.__table__.columns} for name, model in PARTS.items()}
BOOKKEEPING = frozenset({"id", "event_count", "head", "last_event_at"})
"""Ticket columns that follow from the log itself rather than from any payload."""

Row = dict[str, Any]


class Case:
    """One ticket's rows. `fresh`: not in the database yet. `seen`: the version that was loaded."""

    __slots__ = (
        "_patch",
        "_texts",
        "changed",
        "events",
        "fresh",
        "numbers",
        "parts",
        "past",
        "seen",
        "texts",
        "ticket",
    )

    def __init__(self, ticket: Row, parts: dict[str, list[Row]] | None = None, *, fresh: bool = False) -> None:
        self.ticket = ticket
        self.parts: dict[str, list[Row]] = parts or {name: [] for name in PARTS}
        self.fresh, self.seen = fresh, ticket["version"]
        self.events: list[Row] = []
        self.texts: list[Row] = []
        self.past: list[Row] | None = None
        """Its log so far, where somebody has read it."""
        self.changed: dict[str, dict[int, bool]] = {}
        """table → n → whether the row is new."""
        self.numbers: dict[str, set[str]] = {}
        """Field → the digests that the ticket is now to be found by (`models.lookup`)."""
        self._patch: dict[str, dict[str, Row]] = {}
        self._texts: dict[str, str] = {}

    @classmethod
    def new(cls, ticket_id: int) -> Case:
        return cls({**BLANK, "id": ticket_id, "event_count": 0, "head": log.GENESIS, "version": 0}, fresh=True)

    def set(self, **values: Any) -> None:
        """Change columns of the ticket itself."""
        self.ticket.update(values)
        patch = self._patch.setdefault("ticket", {}).setdefault("", {})
        for column, value in values.items():
            patch[column] = log.plain(value)

    def add(self, table: str, **values: Any) -> Row:
        """Hang a new row on the ticket."""
        rows = self.parts[table]
        n = rows[-1]["n"] + 1 if rows else 1
        row = {**BLANK_PARTS[table], "ticket_id": self.ticket["id"], "n": n, **values}
        rows.append(row)
        self.changed.setdefault(table, {})[n] = True
        patch = self._patch.setdefault(table, {})
        patch[str(n)] = {column: log.plain(value) for column, value in values.items() if value is not None}
        return row

    def change(self, table: str, row: Row, **values: Any) -> None:
        """Change a row that hangs on the ticket."""
        row.update(values)
        self.changed.setdefault(table, {}).setdefault(row["n"], False)
        patch = self._patch.setdefault(table, {}).setdefault(str(row["n"]), {})
        for column, value in values.items():
            patch[column] = log.plain(value)

    def write(self, key: bytes, field: str, value: str) -> None:
        """Keep a text of the event being written; the log gets its digest."""
        salt = os.urandom(16)
        self.texts.append(
            {
                "ticket_id": self.ticket["id"],
                "event_no": self.ticket["event_count"] + 1,
                "field": field,
                "value": value,
                "salt": salt,
            }
        )
        self._texts[field] = log.digest(key, salt, field, value)
        if field in lookup.KINDS:
            self.numbers[field] = lookup.filed(key, field, value)

    def close_event(
        self,
        action: str,
        *,
        at: datetime,
        recorded_at: datetime,
        from_state: str | None,
        actor_id: int | None = None,
        for_id: int | None = None,
        more: Row | None = None,
    ) -> Row:
        """Append the event of everything changed since the last one.

        more: codes and ids of the act that no row keeps.
        """
        ticket = self.ticket
        payload: Row = {"rows": self._patch}
        if self._texts:
            payload["texts"] = self._texts
        if more:
            payload["more"] = more
        event: Row = {
            "ticket_id": ticket["id"],
            "no": ticket["event_count"] + 1,
            "at": at,
            "recorded_at": recorded_at,
            "actor_id": actor_id,
            "for_id": for_id,
            "action": action,
            "from_state": from_state,
            "to_state": ticket["state"],
            "round": ticket["round"],
            "track": ticket["track"],
            "payload": log.canonical(payload).decode(),
        }
        event["hash"] = log.event_hash(ticket["head"], event)
        ticket["event_count"], ticket["head"], ticket["last_event_at"] = event["no"], event["hash"], at
        self.events.append(event)
        self._patch, self._texts = {}, {}
        return event

    def open_obligation(self, kind: str) -> Row | None:
        """The obligation of a kind that is still owed."""
        for row in reversed(self.parts["obligation"]):
            if row["kind"] == kind and row["settled_at"] is None and row["voided_at"] is None:
                return row
        return None

    def holding(self) -> Row | None:
        """The assignment that runs now."""
        rows = self.parts["assignment"]
        return rows[-1] if rows and rows[-1]["ended_at"] is None else None

    def outcomes(self) -> list[Row]:
        """Call-back outcomes so far, corrected ones left out."""
        return [
            row
            for row in self.parts["callback"]
            if row["corrected_at"] is None and row["outcome"] in ("satisfied", "dissatisfied", "concluded")
        ]

    def attempts(self) -> list[Row]:
        """This round's calls that reached nobody."""
        return [
            row
            for row in self.parts["callback"]
            if row["corrected_at"] is None and row["outcome"] == "unreached" and row["round"] == self.ticket["round"]
        ]
