"""Drafts: what was typed and not yet sent. They stand outside the log (POLICY §3), and nobody else ever sees one.

A draft is its writer's; that of a result is the unit's that has the ticket: the handler writes it, the head submits.
Where the ticket leaves the unit without it, it goes back to who wrote last, and is seen by nobody else.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, Text, and_, delete, or_, select, true, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Model
from models.database import insert
from models.types import At, BigId

Typed = list[tuple[str, str]]
"""Names and values as a form sends them, a name more than once where several were ticked."""


class Draft(Model):
    """One form's draft. Derived from nothing and kept for nobody: gone when it is sent, or when its time is over."""

    __tablename__ = "draft"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    """Who wrote last."""
    ticket_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("ticket.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    """The unit whose draft it is; none: its writer's own."""
    saved_at: Mapped[At] = mapped_column(index=True)
    typed: Mapped[str] = mapped_column(Text)

    @property
    def form(self) -> str:
        """The key of the form that it was typed into: of a registration."""
        return self.key.rsplit("/", 1)[-1]

    def values(self) -> Typed:
        return [(name, value) for name, value in json.loads(self.typed)]


@dataclass(frozen=True)
class Place:
    """Whose draft of which form."""

    key: str
    lasts: timedelta
    ticket_id: int | None = None
    unit_id: int | None = None


A_CALL, ONES_OWN, LONGEST = timedelta(days=1), timedelta(days=7), timedelta(days=30)
"""How long the draft of a registration is kept, of one's own action, and of a unit's result."""


class Overtaken(Exception):
    """Somebody else of the unit has written since the draft that this one rests on."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        super().__init__(draft.key)


def registering(user_id: int | None, form: str) -> Place:
    """Each form of a registration has a draft of its own, for two calls may be open at once. form: its key."""
    plain = len(form) <= 40 and re.fullmatch(r"[\w-]+", form, re.ASCII)
    return Place(f"user/{user_id}/register/{form if plain else hashlib.sha256(repr(form).encode()).hexdigest()[:40]}",
                 A_CALL)  # fmt: skip


def registrations(session: Session, user_id: int | None, at: datetime, most: int) -> list[Draft]:
    """Somebody's registrations that were not sent, the latest first."""
    theirs = Draft.key.startswith(f"user/{user_id}/register/", autoescape=True)
    fresh = Draft.saved_at > at - A_CALL
    return list(session.scalars(select(Draft).where(theirs, fresh).order_by(Draft.saved_at.desc()).limit(most)))


def acting(user_id: int | None, ticket_id: int, action: str) -> Place:
    return Place(f"user/{user_id}/{ticket_id}/{action}", ONES_OWN, ticket_id)


def of_unit(unit_id: int, ticket_id: int) -> Place:
    """The draft of the result. Another unit that gets the ticket later has one of its own."""
    return Place(f"unit/{unit_id}/{ticket_id}/submit", LONGEST, ticket_id, unit_id)


def find(session: Session, place: Place, at: datetime) -> Draft | None:
    draft = session.get(Draft, place.key, populate_existing=True)
    return draft if draft is not None and at - draft.saved_at < place.lasts else None


def keep(
    session: Session, place: Place, typed: Iterable[tuple[str, str]], *, author_id: int, at: datetime,
    seen: datetime | None = None,
) -> None:  # fmt: skip
    """Write the draft over the one before, and forget what is too old for anybody.

    seen: when the one was saved that the writer began with. Raises Overtaken.
    """
    there = find(session, place, at)
    if there is not None and there.author_id != author_id and (seen is None or there.saved_at > seen):
        raise Overtaken(there)
    row = {"author_id": author_id, "saved_at": at, "typed": json.dumps(list(typed))}
    table = Draft.__table__
    session.execute(
        insert(session, table)
        .values(key=place.key, ticket_id=place.ticket_id, unit_id=place.unit_id, **row)
        .on_conflict_do_update(index_elements=[table.c.key], set_=row)
    )
    call, own = table.c.ticket_id.is_(None), table.c.unit_id.is_(None)
    old = [(A_CALL, call), (ONES_OWN, own), (LONGEST, true())]
    session.execute(delete(table).where(or_(*(and_(table.c.saved_at <= at - span, which) for span, which in old))))


def drop(session: Session, place: Place, author_id: int | None = None) -> None:
    """Forget a draft; given `author_id`, only if they wrote last."""
    table = Draft.__table__
    mine = [table.c.author_id == author_id] if author_id is not None else []
    session.execute(delete(table).where(table.c.key == place.key, *mine))


def sent(session: Session, ticket_id: int) -> None:
    """The result is submitted: so much for the unit's draft of it."""
    table = Draft.__table__
    session.execute(delete(table).where(table.c.ticket_id == ticket_id, table.c.unit_id.is_not(None)))


def turned(session: Session, ticket_id: int) -> None:
    """A ticket has changed its track: what was half written on the one says nothing on the other."""
    table = Draft.__table__
    session.execute(delete(table).where(table.c.ticket_id == ticket_id))


def left(session: Session, ticket_id: int) -> None:
    """A ticket has left its unit without a result: its draft is now that of who wrote last, and of nobody else."""
    table = Draft.__table__
    mine = table.c.ticket_id == ticket_id, table.c.unit_id.is_not(None)
    rows = session.execute(select(table.c.key, table.c.author_id).where(*mine).order_by(table.c.saved_at)).all()
    for key, author_id in rows:
        own = acting(author_id, ticket_id, "submit").key
        session.execute(delete(table).where(table.c.key == own))
        session.execute(update(table).where(table.c.key == key).values(key=own, unit_id=None))


def waiting(session: Session, unit_ids: Iterable[int], ticket_id: int, at: datetime) -> Draft | None:
    """A result that somebody of these units has drafted for a ticket."""
    rows = session.scalars(select(Draft).where(Draft.ticket_id == ticket_id, Draft.unit_id.in_(sorted(unit_ids)))).all()
    return next((draft for draft in rows if at - draft.saved_at < LONGEST), None)
