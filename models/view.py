"""What one person sees of a ticket: its fields by level, obligations, log and actions (POLICY §5, DESIGN §6).

Pages, REST API, prints and exports of single tickets are made from these dictionaries, so that none of them decides
by itself what to show. Times are aware; edges write them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import desk, masking, scope, store
from models.actor import Actor
from models.base import User
from models.book import Book
from models.case import Case
from models.database import together
from models.files import File, of_tickets, seen_files, shows_files
from models.policy import DISCIPLINE, PERSONAL, QUALITY, WORDS
from models.refusals import Unseen
from models.tables import Accused, Obligation, Ticket, TicketEvent, TicketText
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
SAID = frozenset((*TEXT_FIELDS, *RESULT, "summary", "instruction", "opinion")) - {"accused"}
"""Fields in somebody's words: whoever sees the complainant masked reads no number in them (`models.masking`)."""
OFFICE_ONLY = frozenset(("founded", "summary", "instruction", "opinion"))
"""What belongs to the discipline track: null on a quality ticket, and never shown of its past."""


@dataclass
class Sight:
    """One ticket as one person may see it."""

    ticket: Ticket
    level: str
    opened: set[str] = field(default_factory=set)
    files: list[File] = field(default_factory=list)
    """Its attachments, once `tickets` has read them."""
    grant: int | None = None
    """The chairman's grant by which alone it is seen so: then it is there to be read, and nothing else."""
    revealable: bool = False
    """Whether the person may open the complainant with a reason: asked of a single ticket only."""
    revealed_until: datetime | None = None
    """Until when they have."""

    @property
    def shown(self) -> frozenset[str]:
        extra: set[str] = set()
        if self.level == "summary":
            extra |= PERSONAL if "contact" in self.opened else set()
            extra |= set(WORDS) if "words" in self.opened else set()
        return SHOWN[self.level] | extra

    def in_clear(self) -> bool:
        """Whether the complainant's data stand there in full."""
        opened = self.level == "summary" and "contact" in self.opened
        return self.level == "contact" or opened or self.revealed_until is not None


def sights(session: Session, ids: Sequence[int], by: Actor, at: datetime) -> list[Sight]:
    """The given tickets as far as they are in sight, in the order given."""
    level, own = scope.level(by).label("level"), scope.level(by.by_role).label("own_level")
    rows = session.execute(select(Ticket, level, own).where(Ticket.id.in_(ids), scope.visible(by)))
    granted = {one.ticket_id: one.id for one in by.granted}
    found = {
        ticket.id: Sight(ticket, str(name), grant=granted.get(ticket.id) if name != mine else None)
        for ticket, name, mine in rows
    }
    opened = scope.opened(session, [i for i, sight in found.items() if sight.level == "summary"], by, at)
    for ticket_id, parts in opened.items():
        found[ticket_id].opened = parts
    return [found[i] for i in ids if i in found]


def sight(session: Session, ticket_id: int, by: Actor, at: datetime) -> Sight:
    """One ticket, and what the person has opened of its complainant or may open; raises Unseen."""
    found = sights(session, [ticket_id], by, at)
    if not found:
        raise Unseen
    one = found[0]
    if one.level == "full" and one.grant is None and (by.desk or by.office or by.chairman):
        opened = scope.revealed_until(by, at)
        may, until = session.execute(select(scope.may_reveal(by), opened).where(Ticket.id == ticket_id)).one()
        one.revealable, one.revealed_until = bool(may), until if may else None
    return one


def tickets(session: Session, seen: Sequence[Sight], by: Actor, at: datetime, book: Book) -> list[Row]:
    """The API's answer for each ticket: heading, fields, `hidden`, `masked`, obligations. A few queries in all."""
    ids = [s.ticket.id for s in seen]
    obligation = Obligation.__table__
    written, owed, accused, numbered, attached = together(
        session,
        select(TicketText.ticket_id, TicketText.event_no, TicketText.field, TicketText.value, TicketEvent.action)
        .join(TicketEvent, (TicketEvent.ticket_id == TicketText.ticket_id) & (TicketEvent.no == TicketText.event_no))
        .where(TicketText.ticket_id.in_(ids)),
        select(obligation).where(obligation.c.ticket_id.in_(ids)),
        select(Accused.ticket_id, Accused.n, User.last_name, User.first_name)
        .join(User, User.id == Accused.user_id)
        .where(Accused.ticket_id.in_(ids)),
        select(Ticket.id, Ticket.no).where(Ticket.id.in_(_linked(seen)), scope.visible(by)),
        of_tickets([s.ticket.id for s in seen if shows_files(s)]),
    )
    texts, own = _in_force(written), _own(written)
    owes: dict[int, list[Obligation]] = {}
    for read in owed:
        one = Obligation(**dict(zip(obligation.columns.keys(), read, strict=True)))
        owes.setdefault(one.ticket_id, []).append(one)
    named: dict[int, list[str]] = {}
    for ticket_id, _n, last, first in sorted(accused, key=lambda row: row[:2]):
        named.setdefault(ticket_id, []).append(f"{last}{first}")
    linked: dict[int, str] = {row[0]: row[1] for row in numbered}
    files = seen_files(attached, seen, by)
    for s in seen:
        s.files = files.get(s.ticket.id, [])
    return [
        _row(s, texts.get(s.ticket.id, {}), sorted(owes.get(s.ticket.id, []), key=lambda o: o.n),
             named.get(s.ticket.id, []), linked, own.get(s.ticket.id, set()), by, at, book)
        for s in seen
    ]  # fmt: skip


def _row(
    s: Sight, texts: dict[str, str], owed: list[Obligation], accused: list[str], linked: dict[int, str],
    own: set[tuple[str, str]], by: Actor, at: datetime, book: Book,
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
        elif name in SAID and values[name] and not s.in_clear():
            whole, values[name] = values[name], masking.shown(name, values[name], own)
            if name in PERSONAL or values[name] != whole:
                masked.append(name)
    row: Row = {name: getattr(ticket, name) for name in HEADING}
    row |= {name: values[name] for name in ALL}
    row["hidden"], row["masked"], row["level"] = hidden, masked, s.level
    row["obligations"] = [obligation(o, at, book) for o in owed if _shows(s, o, by)]
    row["attachments"] = [file.row() for file in s.files] if shows_files(s) else None
    if not shows_files(s):
        row["hidden"] = sorted([*hidden, "attachments"])
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


def _in_force(written: list[tuple[Any, ...]]) -> dict[int, dict[str, str]]:
    """Each ticket's texts in force by field; `stub`: what discipline told the dispatcher."""
    found: dict[int, dict[str, str]] = {}
    for ticket_id, _no, name, value, action in sorted(written, key=lambda row: row[:2]):
        mine = found.setdefault(ticket_id, {})
        if action in ("register", "amend"):
            if not (action == "amend" and name == "reason"):
                mine[name] = value
        elif (action, name) in (("feed_back", "opinion"), ("waive", "reason"), ("conclude", "reason")):
            mine["stub"] = mine["opinion"] = value
        elif name in (*RESULT, "summary", "instruction", "opinion"):
            mine[name] = value
    return found


def _own(written: list[tuple[Any, ...]]) -> dict[int, set[tuple[str, str]]]:
    """Each ticket's personal data, those amended since among them."""
    found: dict[int, set[tuple[str, str]]] = {}
    for ticket_id, _no, name, value, _action in written:
        if name in PERSONAL:
            found.setdefault(ticket_id, set()).add((name, value))
    return found


def _linked(seen: Sequence[Sight]) -> set[int]:
    """The tickets that the seen ones point to."""
    return {i for s in seen for i in (s.ticket.main_id, s.ticket.repeat_of_id) if i is not None}


def people(session: Session) -> dict[int, str]:
    """Names by account: family name first."""
    return {i: f"{last}{first}" for i, last, first in session.execute(select(User.id, User.last_name, User.first_name))}


def case_of(session: Session, s: Sight) -> Case:
    """The ticket's rows to look at, not to change."""
    ticket = {column.name: getattr(s.ticket, column.name) for column in store.TICKET.columns}
    return Case(ticket, store.parts(session, s.ticket.id))


def callbacks(case: Case, s: Sight) -> list[Row]:
    """The call-back log of a ticket; a stub and a part show none."""
    return [] if s.level in ("stub", "part") else case.parts["callback"]


def actions(session: Session, s: Sight, by: Actor, at: datetime, book: Book) -> list[Action]:
    """What the person may do with the ticket now; with one that was granted to be read, nothing."""
    return [] if s.grant else desk.available(case_of(session, s), by, at, book, s.level)


def attachment(session: Session, s: Sight, n: int, by: Actor) -> File:
    """One file of a ticket in sight; raises Unseen where it is not shown to the person."""
    rows = together(session, of_tickets([s.ticket.id] if shows_files(s) else []))[0]
    for file in seen_files(rows, [s], by).get(s.ticket.id, []):
        if file.n == n:
            return file
    raise Unseen
