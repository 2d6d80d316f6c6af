"""The log: numbered, hash-chained, free of personal data; and the keys of repeated requests (DESIGN §2)."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Model
from models.types import At, BigId, Code


class TicketEvent(Model):
    """One act on a ticket, as it stands in the log for good.

    `payload` is canonical JSON of what the act changed, row by row, with a keyed digest in the place of every
    text; `hash` is SHA-256 over all columns and the hash before.
    """

    __tablename__ = "ticket_event"
    __table_args__ = (Index("ix_event_actor", "actor_id", "at"), Index("ix_event_action", "action", "at"))

    ticket_id: Mapped[int] = mapped_column(BigId, ForeignKey("ticket.id"), primary_key=True)
    no: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[At]
    recorded_at: Mapped[At]
    """When it was written down: later than `at` where history was imported."""
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    """None: the program itself (an import, a corrected calendar)."""
    for_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    """For whom a deputy acted."""
    action: Mapped[Code]
    from_state: Mapped[Code | None]
    to_state: Mapped[Code]
    round: Mapped[int] = mapped_column(Integer)
    track: Mapped[Code]
    """The track it was on: what happened under discipline stays under discipline's confidentiality."""
    payload: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))


class RepeatKey(Model):
    """An `Idempotency-Key` a person has used, what it stood for, and the ticket it led to."""

    __tablename__ = "repeat_key"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    ticket_id: Mapped[int] = mapped_column(BigId)
    """No foreign key: the key is claimed before its ticket is written."""
    used_at: Mapped[At]
