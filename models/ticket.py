"""The 工单 and what hangs on it: texts, assignments, links, persons complained of (POLICY §2, §3).

Only `models.desk` changes these rows. They are what the log adds up to: `models.verify` rebuilds each of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model
from models.organisation import District, Unit
from models.rule import Category, Channel
from models.types import ID, At, BigId, Code, MaybeAt, Name, Serial

if TYPE_CHECKING:
    from models.callback import Callback
    from models.event import TicketEvent
    from models.obligation import Obligation


FOUND = text("found_at IS NOT NULL")
"""Few are ever investigated."""


class Source(Model):
    """A foreign table that tickets were imported from: the `name` of its mapping."""

    __tablename__ = "source"

    id: Mapped[Serial]
    name: Mapped[Name] = mapped_column(unique=True)

    def __str__(self) -> str:
        return self.name


class Ticket(Model):
    """客户服务管理系统工单: one complaint, repair request or enquiry as registered (第六条(一)).

    Everything a person said or wrote is in `TicketText`; here stand codes, times and where it is now.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        CheckConstraint("track IN ('quality', 'discipline')", name="ticket_track"),
        CheckConstraint("kind IN ('complaint', 'repair', 'enquiry')", name="ticket_kind"),
        CheckConstraint("(closed_at IS NULL) = (state <> 'closed')", name="ticket_closed_has_time"),
        UniqueConstraint("source_id", "source_key", name="one_ticket_per_source_number"),
        # What figures count is in the index itself (covering): they never look at the rows, which are wide.
        Index("ix_ticket_registered", "registered_at", "kind", "track", "unit_id", "category_id", "channel_id",
              "district_id", "closed_at", "ending"),
        Index("ix_ticket_closed", "closed_at", "kind", "track", "unit_id", "registered_at", "ending", "round"),
        Index("ix_ticket_found", "found_at", sqlite_where=FOUND, postgresql_where=FOUND),
        # Whether what hangs on a ticket is counted. With any more columns SQLite looks at the rows all the same.
        Index("ix_ticket_counted", "id", "kind", "track", "registered_at"),
        Index("ix_ticket_state", "state", "registered_at"),  # not by track: SQLite would sort all of one
        Index("ix_ticket_again", "state", "round"),
        Index("ix_ticket_unit", "unit_id", "state"),
        Index("ix_ticket_main", "main_id"),
        Index("ix_ticket_repeat", "repeat_of_id"),
    )  # fmt: skip

    id: Mapped[ID]
    no: Mapped[Code] = mapped_column(unique=True)
    kind: Mapped[Code]
    track: Mapped[Code]
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"), index=True)
    state: Mapped[Code]
    round: Mapped[int] = mapped_column(Integer)
    """The round of handling it is in; 0 before a unit has it."""
    version: Mapped[int] = mapped_column(Integer)
    """Raised by every workflow action; an action names the version it saw."""
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    """The unit last assigned."""
    channel_id: Mapped[int | None] = mapped_column(ForeignKey("channel.id"), index=True)
    form: Mapped[Code | None]
    urgency: Mapped[Code]
    district_id: Mapped[int | None] = mapped_column(ForeignKey("district.id"), index=True)
    complained_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    complainant_kind: Mapped[Code | None]
    happened_at: Mapped[MaybeAt]
    received_at: Mapped[At]
    registered_at: Mapped[At]
    registered_by: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    """None: imported."""
    forward_due_at: Mapped[MaybeAt]
    source_id: Mapped[int | None] = mapped_column(ForeignKey("source.id"))
    source_no: Mapped[str | None] = mapped_column(String(100))
    source_key: Mapped[str | None] = mapped_column(String(100))
    """The number without what spreadsheets add and eat: two copies of a table agree on it."""
    decided_at: Mapped[MaybeAt]
    """When it was first assigned, referred, declined or answered."""
    assigned_at: Mapped[MaybeAt]
    """When the unit last assigned got it."""
    founded: Mapped[bool | None]
    found_at: Mapped[MaybeAt]
    reported_at: Mapped[MaybeAt]
    finding: Mapped[Code | None]
    cause_code: Mapped[Code | None]
    closed_at: Mapped[MaybeAt]
    ending: Mapped[Code | None]
    """How it was closed: declined, answered, explained, satisfied, waived, concluded, imported."""
    main_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("ticket.id"))
    """The main ticket of one matter that this one follows."""
    repeat_of_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("ticket.id"))
    event_count: Mapped[int] = mapped_column(Integer)
    head: Mapped[str] = mapped_column(String(64))
    """The hash of the last event."""
    last_event_at: Mapped[At]

    category: Mapped[Category | None] = relationship()
    unit: Mapped[Unit | None] = relationship(foreign_keys=[unit_id])
    channel: Mapped[Channel | None] = relationship()
    district: Mapped[District | None] = relationship()
    source: Mapped[Source | None] = relationship()
    obligations: Mapped[list[Obligation]] = relationship(order_by="Obligation.n", viewonly=True)
    callbacks: Mapped[list[Callback]] = relationship(order_by="Callback.n", viewonly=True)
    assignments: Mapped[list[Assignment]] = relationship(order_by="Assignment.n", viewonly=True)
    events: Mapped[list[TicketEvent]] = relationship(order_by="TicketEvent.no", viewonly=True)

    def __str__(self) -> str:
        return self.no


class TicketText(Model):
    """One text or name as somebody said or wrote it. The log holds its keyed digest, never the text.

    An amended fact gets a new row; the row of the latest event is the one in force. Erasing personal data
    deletes the row and leaves the digest.
    """

    __tablename__ = "ticket_text"

    ticket_id: Mapped[int] = mapped_column(BigId, ForeignKey("ticket.id"), primary_key=True)
    event_no: Mapped[int] = mapped_column(Integer, primary_key=True)
    field: Mapped[str] = mapped_column(String(40), primary_key=True)
    """A field of the action; `accused.1`, `accused.2` where there may be several."""
    value: Mapped[str] = mapped_column(Text)
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))


class Accused(Model):
    """A person complained of who has an account here; the names are texts."""

    __tablename__ = "accused"
    __table_args__ = (Index("ix_accused_user", "user_id"),)

    ticket_id: Mapped[int] = mapped_column(BigId, ForeignKey("ticket.id"), primary_key=True)
    n: Mapped[int] = mapped_column(Integer, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))


class Assignment(Model):
    """Who held a ticket, from when to when. A null unit: handled elsewhere by nobody the source names."""

    __tablename__ = "assignment"
    __table_args__ = (Index("ix_assignment_unit", "unit_id", "ticket_id"),)

    ticket_id: Mapped[int] = mapped_column(BigId, ForeignKey("ticket.id"), primary_key=True)
    n: Mapped[int] = mapped_column(Integer, primary_key=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    round: Mapped[int] = mapped_column(Integer)
    track: Mapped[Code]
    assigned_at: Mapped[At]
    event_no: Mapped[int] = mapped_column(Integer)
    ended_at: Mapped[MaybeAt]
    ended_no: Mapped[int | None] = mapped_column(Integer)

    unit: Mapped[Unit | None] = relationship()


class Link(Model):
    """A ticket's pointer to another: `same_matter` (it follows that main), `repeat` of it, or `related`."""

    __tablename__ = "link"
    __table_args__ = (Index("ix_link_to", "to_id"),)

    ticket_id: Mapped[int] = mapped_column(BigId, ForeignKey("ticket.id"), primary_key=True)
    n: Mapped[int] = mapped_column(Integer, primary_key=True)
    to_id: Mapped[int] = mapped_column(BigId, ForeignKey("ticket.id"))
    kind: Mapped[Code]
    linked_at: Mapped[At]


class Opening(Model):
    """开放: what discipline opened of a discipline ticket to a named person, and until when (POLICY §5)."""

    __tablename__ = "opening"
    __table_args__ = (Index("ix_opening_user", "user_id", "part"),)

    ticket_id: Mapped[int] = mapped_column(BigId, ForeignKey("ticket.id"), primary_key=True)
    n: Mapped[int] = mapped_column(Integer, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    part: Mapped[Code]
    """`contact` or `words`."""
    until: Mapped[MaybeAt]
