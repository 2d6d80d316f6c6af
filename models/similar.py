"""可能是同一件事: earlier quality tickets that a new one may belong to, found while it is being typed (UI: 登记投诉).

Cheap before it is clever: numbers by their digests, then at most a week's tickets compared in memory. It never finds
a discipline ticket, nor one out of its reader's sight.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import lookup, scope
from models.actor import Actor
from models.policy import QUALITY
from models.tables import Ticket, TicketText

MOST = 3
WEEK, RECENT = timedelta(days=7), timedelta(days=3)
COMPARED, STILL_OPEN = 500, 200
"""How many of the week's tickets, and of the open ones of a category, are looked at."""
FEWEST_PAIRS, ALIKE = 5, 0.5
"""Pairs of characters that make a comparison worth it, and the share of them that makes two texts alike."""
WEIGHTS = {"phone": 8, "account_no": 8, "place": 4, "words": 1}


@dataclass(frozen=True)
class Typed:
    """What stands in the form so far."""

    phone: str = ""
    account_no: str = ""
    content: str = ""
    neighbourhood: str = ""
    category: int | None = None
    district: int | None = None


@dataclass
class Kin:
    """A ticket, and why it may be the same matter: keys of `WEIGHTS`."""

    ticket_id: int
    why: list[str] = field(default_factory=list)

    @property
    def weight(self) -> int:
        return sum(WEIGHTS[one] for one in self.why)


def find(session: Session, typed: Typed, *, by: Actor, at: datetime, key: bytes) -> list[Kin]:
    """At most three, the likeliest first, of two alike the newer."""
    found: dict[int, Kin] = {}
    for name in lookup.KINDS:
        wanted = lookup.asked(key, name, getattr(typed, name))
        for ticket_id in lookup.tickets(session, wanted, scope.visible(by), most=MOST)[0]:
            found.setdefault(ticket_id, Kin(ticket_id)).why.append(name)
    pairs, place = bigrams(typed.content), plain(typed.neighbourhood)
    if len(pairs) >= FEWEST_PAIRS or place:
        for ticket_id, why in _alike(session, typed, pairs, place, by, at):
            found.setdefault(ticket_id, Kin(ticket_id)).why += why
    return sorted(found.values(), key=lambda kin: (kin.weight, kin.ticket_id), reverse=True)[:MOST]


def _alike(
    session: Session, typed: Typed, pairs: set[str], place: str, by: Actor, at: datetime
) -> Iterable[tuple[int, list[str]]]:
    rows = {row.id: row for row in _candidates(session, typed, bool(place), by, at)}
    said: dict[int, dict[str, str]] = {}
    texts = select(TicketText.ticket_id, TicketText.field, TicketText.value).where(
        TicketText.ticket_id.in_(rows), TicketText.field.in_(("content", "neighbourhood"))
    )
    for ticket_id, name, value in session.execute(texts.order_by(TicketText.event_no)):
        said.setdefault(ticket_id, {})[name] = value
    for ticket_id, row in rows.items():
        there = said.get(ticket_id, {})
        why = []
        recent = row.closed_at is None or row.registered_at >= at - RECENT
        if place and recent and row.category_id == typed.category and plain(there.get("neighbourhood", "")) == place:
            why.append("place")
        if row.registered_at >= at - WEEK and _fits(row, typed) and alike(pairs, bigrams(there.get("content", ""))):
            why.append("words")
        if why:
            yield ticket_id, why


def _candidates(session: Session, typed: Typed, by_place: bool, by: Actor, at: datetime) -> list[Any]:
    columns = (Ticket.id, Ticket.category_id, Ticket.district_id, Ticket.registered_at, Ticket.closed_at)
    mine = select(*columns).where(Ticket.track == QUALITY, scope.visible(by)).order_by(Ticket.registered_at.desc())
    rows = list(session.execute(mine.where(Ticket.registered_at >= at - WEEK).limit(COMPARED)))
    if by_place and typed.category is not None:
        still = mine.where(Ticket.category_id == typed.category, Ticket.closed_at.is_(None))
        rows += session.execute(still.limit(STILL_OPEN))
    return rows


def _fits(row: Any, typed: Typed) -> bool:
    """Words alone tell little: nothing else may speak against them."""
    same = ((row.category_id, typed.category), (row.district_id, typed.district))
    return all(theirs is None or mine is None or theirs == mine for theirs, mine in same)


def plain(text: str) -> str:
    return "".join(ch for ch in text.lower() if ch.isalnum())


def bigrams(text: str) -> set[str]:
    """Pairs of neighbouring characters, punctuation aside: what stands for words in Chinese."""
    letters = plain(text)
    return {letters[i : i + 2] for i in range(len(letters) - 1)}


def alike(one: set[str], other: set[str]) -> bool:
    """Whether most of the shorter text's pairs are in the longer."""
    least = min(len(one), len(other))
    return least >= FEWEST_PAIRS and len(one & other) >= ALIKE * least
