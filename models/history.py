"""A ticket's log as one person may read it: which events, with which of their words (POLICY §5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import log, masking
from models.actor import Actor
from models.base import User
from models.database import together
from models.effects import COLUMNS
from models.files import shows_files
from models.policy import DISCIPLINE, PERSONAL, QUALITY
from models.store import EVENT
from models.tables import Assignment, Ticket, TicketText, Unit
from models.view import Sight

Row = dict[str, Any]


@dataclass(frozen=True)
class Log:
    """The rows of one ticket's log, ascending, and what makes them readable."""

    events: list[Row]
    texts: dict[int, dict[str, str]]
    """Event → field → words."""
    names: dict[int, str]
    """Account → name, family name first, of those who acted."""
    holders: list[tuple[int, int | None, int | None, str | None]]
    """(event, last event, unit, its name) of each time somebody held the ticket."""

    def holds(self, ticket: Ticket) -> bool:
        """Whether it still has the hashes that it was written with, up to the ticket's own."""
        head = log.GENESIS
        for n, event in enumerate(self.events, 1):
            head = log.event_hash(head, event)
            if head != event["hash"] or event["no"] != n:
                return False
        return head == ticket.head and len(self.events) == ticket.event_count


def read(session: Session, ticket_id: int) -> Log:
    """The log of a ticket as it stands, in one query; `events` says what of it a person may read."""
    acted = EVENT.c.ticket_id == ticket_id
    rows, texts, names, holders = together(
        session,
        select(EVENT).where(acted),
        select(TicketText.event_no, TicketText.field, TicketText.value).where(TicketText.ticket_id == ticket_id),
        select(User.id, User.last_name, User.first_name).where(
            or_(User.id.in_(select(EVENT.c.actor_id).where(acted)), User.id.in_(select(EVENT.c.for_id).where(acted)))
        ),
        select(Assignment.event_no, Assignment.ended_no, Assignment.unit_id, Unit.name)
        .join(Unit, Unit.id == Assignment.unit_id, isouter=True)
        .where(Assignment.ticket_id == ticket_id),
    )
    said: dict[int, dict[str, str]] = {}
    for event_no, name, value in texts:
        said.setdefault(event_no, {})[name] = value
    events = [dict(zip(EVENT.columns.keys(), row, strict=True)) for row in rows]
    return Log(
        events=sorted(events, key=lambda event: event["no"]),
        texts=said,
        names={i: f"{last}{first}" for i, last, first in names},
        holders=[(first, last, unit, name) for first, last, unit, name in holders],
    )


def events(found: Log, s: Sight, by: Actor) -> list[Row]:
    """The log as far as the level shows it, ascending; texts in the place of their digests, masked by level."""
    mine = [held for held in found.holders if held[2] in by.staff]
    spans = [(first, last) for first, last, _, _ in mine]
    units = {held[0]: {"unit": held[3]} for held in (found.holders if "unit" in s.shown else mine) if held[3]}
    shown = []
    before = _Before()
    own = {(name, value) for said in found.texts.values() for name, value in said.items() if name in PERSONAL}
    for event in found.events:
        was = before.take(event, found.texts.get(event["no"], {}))
        if not _shows(s, event, by, spans):
            continue
        no, words = event["no"], found.texts.get(event["no"], {})
        said = {name: _said(s, name, value, own) for name, value in words.items() if _says(s, event, name)}
        more = orjson.loads(event["payload"]).get("more", {})
        shown.append(
            {
                "number": no, "at": event["at"], "actor": found.names.get(event["actor_id"] or 0),
                "for": found.names.get(event["for_id"] or 0), "action": event["action"], "from": event["from_state"],
                "to": event["to_state"], "round": event["round"],
                "payload": {"texts": said, **units.get(no, {}), **more, **_amended(s, was, own)},
            }
        )  # fmt: skip
    return shown


class _Before:
    """The amendable facts as they stood before each event."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._columns: Row = {}

    def take(self, event: Row, said: dict[str, str]) -> tuple[str, Any, Any] | None:
        """(fact, what it was, what it became), where the event amends one; a text's new words stand in `texts`."""
        payload = orjson.loads(event["payload"])
        columns = payload["rows"].get("ticket", {}).get("", {})
        found = None
        if event["action"] == "amend":
            fact = str(payload.get("more", {}).get("field"))
            if fact in COLUMNS:
                found = fact, self._columns.get(COLUMNS[fact]), columns.get(COLUMNS[fact])
            else:
                found = fact, self._texts.get(fact), None
        self._columns |= columns
        if event["action"] in ("register", "amend"):
            self._texts |= {name: value for name, value in said.items() if name != "reason"}
        return found


def _amended(s: Sight, was: tuple[str, Any, Any] | None, own: masking.Own) -> Row:
    """The old value of a fact beside the new one, as far as the fact itself is shown, masked where it is."""
    if was is None or was[0] not in s.shown:
        return {}
    fact, old, new = was
    if fact in COLUMNS:
        return {"was": old, "became": new}
    return {"was": _said(s, fact, old, own) if old else None}


def _shows(s: Sight, event: Row, by: Actor, spans: list[tuple[int, int | None]]) -> bool:
    no = event["no"]
    if s.level == "stub":
        own = event["action"] == "record" and event["actor_id"] == by.user_id
        return own or event["action"] in ("feed_back", "waive", "conclude")
    if s.level == "part":
        return event["track"] == QUALITY and any(a <= no and (z is None or no <= z) for a, z in spans)
    if s.level == "summary":
        held = bool(spans) and no >= min(first for first, _ in spans)
        return event["track"] == DISCIPLINE and held and event["action"] not in ("open_to", "print")
    return event["track"] == QUALITY or s.ticket.track == DISCIPLINE or by.office or by.chairman


def _says(s: Sight, event: Row, name: str) -> bool:
    """Whether a text of a visible event may be read: facts of registration follow the ticket's own fields."""
    if name.startswith("file."):
        return shows_files(s)
    if event["action"] in ("register", "amend") and name != "reason":
        return name.split(".")[0] in s.shown
    return True


def _said(s: Sight, name: str, value: str, own: masking.Own) -> str:
    return value if s.in_clear() or not value else masking.shown(name, value, own)
