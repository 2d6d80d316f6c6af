"""What one person sees of a ticket: its fields by level, obligations, log and actions (POLICY §5, DESIGN §6).

Pages, REST API, prints and exports of single tickets are made from these dictionaries, so that none of them decides
by itself what to show. Times are aware; edges write them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import desk, masking, scope, store
from models.actor import Actor
from models.base import User
from models.book import Book
from models.policy import DISCIPLINE, PERSONAL, QUALITY, WORDS
from models.refusals import Unseen
from models.tables import Accused, Assignment, Callback, Obligation, Ticket, TicketEvent, TicketText, Unit
from models.workflow import REGISTRATION, Action

Row = dict[str, Any]

REFERENCES = {"category": "category_id", "channel": "channel_id", "district": "district_id", "unit": "unit_id",
              "complained_unit": "complained_unit_id"}  # fmt: skip
PLAIN = ("kind", "form", "urgency", "complainant_kind", "happened_at", "received_at", "registered_at", "forward_due_at",
         "closed_at", "ending", "founded", "finding", "cause_code")  # fmt: skip
RESULT = ("cause", "responsible", "result")
HEADING = ("id", "no", "track", "state", "round", "version")
REGISTERED = tuple(f.name for f in REGISTRATION)
TEXT_FIELDS = tuple(f.name for f in REGISTRATION if f.kind in ("text", "line"))
ALL = (*REGISTERED, "registered_at", "unit", *RESULT, "finding", "cause_code", "founded", "closed_at", "ending",
       "main", "repeat_of", "summary", "instruction", "opinion")  # fmt: skip
"""Every field of a ticket besides its heading; what a person may not see is null and named in `hidden`."""

SHOWN: dict[str, frozenset[str]] = {
    "contact": frozenset(ALL),
    "full": frozenset(ALL),
    "part": frozenset((*REGISTERED, "registered_at")) - {"accused"},
    "summary": frozenset(("category", "kind", "urgency", "unit", *RESULT, "finding", "cause_code", "closed_at",
                          "ending", "summary", "instruction")),
    "stub": frozenset(("opinion",)),
}  # fmt: skip
OFFICE_ONLY = frozenset(("founded", "summary", "instruction", "opinion"))
"""What belongs to the discipline track: null on a quality ticket, and never shown of its past."""


@dataclass
class Sight:
    """One ticket as one person may see it."""

    ticket: Ticket
    level: str
    opened: set[str] = field(default_factory=set)

    @property
    def shown(self) -> frozenset[str]:
        extra: set[str] = set()
        if self.level == "summary":
            extra |= PERSONAL if "contact" in self.opened else set()
            extra |= set(WORDS) if "words" in self.opened else set()
        return SHOWN[self.level] | extra

    def in_clear(self) -> bool:
        """Whether the complainant's data stand there in full."""
        return self.level == "contact" or (self.level == "summary" and "contact" in self.opened)


def sights(session: Session, ids: Sequence[int], by: Actor, at: datetime) -> list[Sight]:
    """The given tickets as far as they are in sight, in the order given."""
    level = scope.level(by).label("level")
    rows = session.execute(select(Ticket, level).where(Ticket.id.in_(ids), scope.visible(by)))
    found = {ticket.id: Sight(ticket, str(name)) for ticket, name in rows}
    opened = scope.opened(session, [i for i, sight in found.items() if sight.level == "summary"], by, at)
    for ticket_id, parts in opened.items():
        found[ticket_id].opened = parts
    return [found[i] for i in ids if i in found]


def sight(session: Session, ticket_id: int, by: Actor, at: datetime) -> Sight:
    """One ticket; raises Unseen."""
    found = sights(session, [ticket_id], by, at)
    if not found:
        raise Unseen
    return found[0]


def tickets(session: Session, seen: Sequence[Sight], by: Actor, at: datetime, book: Book) -> list[Row]:
    """The API's answer for each ticket: heading, fields, `hidden`, `masked`, obligations. A few queries in all."""
    ids = [s.ticket.id for s in seen]
    texts = _texts(session, ids)
    owed = _by_ticket(session.scalars(select(Obligation).where(Obligation.ticket_id.in_(ids)).order_by(Obligation.n)))
    accused = _accused(session, ids)
    linked = _linked(session, seen, by)
    return [_row(s, texts.get(s.ticket.id, {}), owed.get(s.ticket.id, []), accused.get(s.ticket.id, []), linked, by, at,
                 book) for s in seen]  # fmt: skip


def _row(
    s: Sight, texts: dict[str, str], owed: list[Obligation], accused: list[str], linked: dict[int, str], by: Actor,
    at: datetime, book: Book,
) -> Row:  # fmt: skip
    ticket, shown = s.ticket, s.shown
    values: Row = {name: texts.get(name) for name in (*TEXT_FIELDS, *RESULT, "summary", "instruction")}
    values |= {name: getattr(ticket, name) for name in PLAIN}
    values |= {name: book.register(_table(name)).name(getattr(ticket, key)) for name, key in REFERENCES.items()}
    names = [texts[key] for key in sorted(texts) if key.startswith("accused.")]
    values["accused"] = names + accused
    values["main"] = linked.get(ticket.main_id or 0)
    values["repeat_of"] = linked.get(ticket.repeat_of_id or 0)
    values["opinion"] = texts.get("stub" if s.level == "stub" else "opinion")
    hidden = sorted(name for name in ALL if name not in shown)
    masked = []
    for name in ALL:
        if name not in shown or (ticket.track == QUALITY and name in OFFICE_ONLY):
            values[name] = None
        elif name in PERSONAL and values[name] and not s.in_clear():
            values[name] = masking.mask(name, values[name])
            masked.append(name)
    row: Row = {name: getattr(ticket, name) for name in HEADING}
    row |= {name: values[name] for name in ALL}
    row["hidden"], row["masked"], row["level"] = hidden, masked, s.level
    row["obligations"] = [obligation(o, at, book) for o in owed if _shows(s, o, by)]
    return row


def obligation(o: Obligation, at: datetime, book: Book) -> Row:
    """One obligation as the API gives it, standing as of `at`."""
    return {
        "kind": o.kind, "clause": o.clause, "round": o.round, "unit": book.register("unit").name(o.unit_id),
        "opened_at": o.opened_at, "due_at": o.due_at, "settled_at": o.settled_at, "voided_at": o.voided_at,
        "void_reason": o.void_reason, "inherited": o.inherited, "state": o.standing(at),
    }  # fmt: skip


def _shows(s: Sight, o: Obligation, by: Actor) -> bool:
    if s.level == "stub":
        return False
    if s.level == "part":
        return o.unit_id in by.staff
    if s.level == "summary":
        return o.track == DISCIPLINE and o.kind in ("handle", "callback")
    return o.track == QUALITY or by.office or by.chairman or s.ticket.track == DISCIPLINE


def _table(name: str) -> str:
    return "unit" if name == "complained_unit" else name


def _texts(session: Session, ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Each ticket's texts in force by field; `stub`: what discipline told the dispatcher."""
    found: dict[int, dict[str, str]] = {}
    rows = session.execute(
        select(TicketText.ticket_id, TicketText.field, TicketText.value, TicketEvent.action)
        .join(
            TicketEvent,
            (TicketEvent.ticket_id == TicketText.ticket_id) & (TicketEvent.no == TicketText.event_no),
        )
        .where(TicketText.ticket_id.in_(ids))
        .order_by(TicketText.ticket_id, TicketText.event_no)
    )
    for ticket_id, name, value, action in rows:
        mine = found.setdefault(ticket_id, {})
        if action in ("register", "amend"):
            if not (action == "amend" and name == "reason"):
                mine[name] = value
        elif (action, name) in (("feed_back", "opinion"), ("waive", "reason"), ("conclude", "reason")):
            mine["stub"] = mine["opinion"] = value
        elif name in (*RESULT, "summary", "instruction", "opinion"):
            mine[name] = value
    return found


def _by_ticket(rows: Iterable[Obligation]) -> dict[int, list[Obligation]]:
    found: dict[int, list[Obligation]] = {}
    for row in rows:
        found.setdefault(row.ticket_id, []).append(row)
    return found


def _accused(session: Session, ids: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = session.execute(
        select(Accused.ticket_id, User.last_name, User.first_name)
        .join(User, User.id == Accused.user_id)
        .where(Accused.ticket_id.in_(ids))
        .order_by(Accused.ticket_id, Accused.n)
    )
    for ticket_id, last, first in rows:
        found.setdefault(ticket_id, []).append(f"{last}{first}")
    return found


def _linked(session: Session, seen: Sequence[Sight], by: Actor) -> dict[int, str]:
    """Numbers of the tickets that the seen ones point to, as far as they too are in sight."""
    ids = {i for s in seen for i in (s.ticket.main_id, s.ticket.repeat_of_id) if i is not None}
    if not ids:
        return {}
    rows = session.execute(select(Ticket.id, Ticket.no).where(Ticket.id.in_(ids), scope.visible(by)))
    return dict(rows.all())


def events(session: Session, s: Sight, by: Actor) -> list[Row]:
    """The log as far as the level shows it, ascending; texts in the place of their digests, masked by level."""
    ticket = s.ticket
    names = people(session)
    texts: dict[int, dict[str, str]] = {}
    for row in session.scalars(select(TicketText).where(TicketText.ticket_id == ticket.id)):
        texts.setdefault(row.event_no, {})[row.field] = row.value
    found = []
    spans = _own_spans(session, ticket.id, by) if s.level in ("part", "summary") else []
    units = _units(session, s, by)
    for event in session.scalars(
        select(TicketEvent).where(TicketEvent.ticket_id == ticket.id).order_by(TicketEvent.no)
    ):
        if not _shows_event(s, event, by, spans):
            continue
        payload = orjson.loads(event.payload)
        said = {name: _said(s, name, value) for name, value in texts.get(event.no, {}).items() if _says(s, event, name)}
        found.append(
            {
                "number": event.no, "at": event.at, "actor": names.get(event.actor_id or 0),
                "for": names.get(event.for_id or 0), "action": event.action, "from": event.from_state,
                "to": event.to_state, "round": event.round,
                "payload": {"texts": said, **units.get(event.no, {}), **payload.get("more", {})},
            }
        )  # fmt: skip
    return found


def people(session: Session) -> dict[int, str]:
    """Names by account: family name first."""
    return {i: f"{last}{first}" for i, last, first in session.execute(select(User.id, User.last_name, User.first_name))}


def _own_spans(session: Session, ticket_id: int, by: Actor) -> list[tuple[int, int | None]]:
    """(first, last) event of each time the person's units held the ticket."""
    rows = session.execute(
        select(Assignment.event_no, Assignment.ended_no).where(
            Assignment.ticket_id == ticket_id, Assignment.unit_id.in_(by.staff)
        )
    )
    return [(first, last) for first, last in rows]


def _units(session: Session, s: Sight, by: Actor) -> dict[int, Row]:
    """Event → the unit that it gave the ticket to, as far as units are shown."""
    mine = [] if "unit" in s.shown else [Assignment.unit_id.in_(by.staff)]
    rows = session.execute(
        select(Assignment.event_no, Unit.name)
        .join(Unit, Unit.id == Assignment.unit_id)
        .where(Assignment.ticket_id == s.ticket.id, *mine)
    )
    return {no: {"unit": name} for no, name in rows}


def _shows_event(s: Sight, event: TicketEvent, by: Actor, spans: list[tuple[int, int | None]]) -> bool:
    if s.level == "stub":
        return event.action in ("feed_back", "waive", "conclude")
    if s.level == "part":
        return event.track == QUALITY and any(a <= event.no and (z is None or event.no <= z) for a, z in spans)
    if s.level == "summary":
        starts = [a for a, _ in spans]
        return event.track == DISCIPLINE and bool(starts) and event.no >= min(starts) and event.action != "open_to"
    return event.track == QUALITY or s.ticket.track == DISCIPLINE or by.office or by.chairman


def _says(s: Sight, event: TicketEvent, name: str) -> bool:
    """Whether a text of a visible event may be read: facts of registration follow the ticket's own fields."""
    if event.action in ("register", "amend") and name != "reason":
        return name.split(".")[0] in s.shown
    return True


def _said(s: Sight, name: str, value: str) -> str:
    return masking.mask(name, value) if name in PERSONAL and value and not s.in_clear() else value


def callbacks(session: Session, s: Sight) -> list[Callback]:
    """The call-back log of a ticket; a stub and a part show none."""
    if s.level in ("stub", "part"):
        return []
    return list(session.scalars(select(Callback).where(Callback.ticket_id == s.ticket.id).order_by(Callback.n)))


def actions(session: Session, s: Sight, by: Actor, at: datetime, book: Book) -> list[Action]:
    """What the person may do with the ticket now."""
    case = store.load(session, s.ticket.id, locked=False)
    return desk.available(case, by, at, book, s.level)
