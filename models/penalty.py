"""责任追究 (第八条): media exposures, penalties, and the log of each penalty. The software proposes, a person decides.

Only `models.penalties` changes a penalty. Its row is what its log adds up to, as with tickets.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model
from models.log import GENESIS
from models.organisation import Unit
from models.ticket import Ticket
from models.types import ID, At, BigId, Code, MaybeAt, Name

if TYPE_CHECKING:
    from models.base import User


class MediaExposure(Model):
    """媒体曝光 (第八条(一)): one event, however many articles it had."""

    __tablename__ = "media_exposure"

    id: Mapped[ID]
    ticket_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("ticket.id"), index=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    exposed_at: Mapped[At]
    medium: Mapped[Name]
    summary: Mapped[str] = mapped_column(Text, default="")
    grave: Mapped[bool] = mapped_column(default=False)

    ticket: Mapped[Ticket | None] = relationship()
    unit: Mapped[Unit | None] = relationship()

    def __str__(self) -> str:
        return f"{self.medium} {self.exposed_at:%Y-%m-%d}"


class Penalty(Model):
    """What one person answers for, in one post, under one clause of 第八条, for one conduct."""

    __tablename__ = "penalty"
    __table_args__ = (
        CheckConstraint(
            "state IN ('proposed', 'confirmed', 'executed', 'withdrawn', 'appealed', 'upheld', 'revoked')",
            name="penalty_state",
        ),
        CheckConstraint("amount IS NULL OR amount >= 0", name="penalty_amount_not_negative"),
        Index("one_proposal_per_conduct", "conduct", "n", unique=True),
        Index("ix_penalty_confirmed", "confirmed_at"),
        Index("ix_penalty_state", "state", "proposed_at"),
    )

    id: Mapped[ID]
    clause: Mapped[Name]
    conduct: Mapped[str | None] = mapped_column(String(60))
    """What a rule found, as a code: it is proposed once. None: proposed by a person."""
    n: Mapped[int] = mapped_column(Integer, default=1)
    """Which of those who answer for the conduct."""
    ticket_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("ticket.id"), index=True)
    exposure_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("media_exposure.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    person: Mapped[str] = mapped_column(String(100), default="")
    """The name as of the day of the conduct; alone where the person has no account. Empty: who confirms names them."""
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    post: Mapped[Code]
    """A key of `penalty_workflow.POSTS`."""
    amount: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    """Yuan."""
    measure: Mapped[str] = mapped_column(String(200), default="")
    conduct_at: Mapped[At]
    state: Mapped[Code] = mapped_column(default="proposed")
    proposed_at: Mapped[At]
    confirmed_at: Mapped[MaybeAt]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    appeal_due_at: Mapped[MaybeAt]
    """Until when it can be appealed against."""
    executed_at: Mapped[MaybeAt]
    decided_at: Mapped[MaybeAt]
    """When the appeal was decided."""
    reason: Mapped[str] = mapped_column(String(500), default="")
    """Why it was proposed, where a person says so."""
    version: Mapped[int] = mapped_column(Integer, default=1)
    event_count: Mapped[int] = mapped_column(Integer, default=0)
    head: Mapped[str] = mapped_column(String(64), default=GENESIS)
    """The hash of the last event."""

    ticket: Mapped[Ticket | None] = relationship()
    exposure: Mapped[MediaExposure | None] = relationship()
    user: Mapped[User | None] = relationship(foreign_keys=[person_id])
    unit: Mapped[Unit | None] = relationship()

    def __str__(self) -> str:
        return f"{self.clause} {self.person}"


class PenaltyFact(Model):
    """One fact that led a rule to a proposal, as a code and a time: which obligation ran out, who held the ticket."""

    __tablename__ = "penalty_fact"

    penalty_id: Mapped[int] = mapped_column(BigId, ForeignKey("penalty.id"), primary_key=True)
    n: Mapped[int] = mapped_column(Integer, primary_key=True)
    what: Mapped[Code]
    """A key of `penalty_workflow.FACTS`."""
    at: Mapped[At]
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))

    unit: Mapped[Unit | None] = relationship()
    penalty: Mapped[Penalty] = relationship()


class PenaltyEvent(Model):
    """One act on a penalty, for good: `payload` is canonical JSON of what it changed, a keyed digest for each text."""

    __tablename__ = "penalty_event"
    __table_args__ = (Index("ix_penalty_event_actor", "actor_id", "at"),)

    penalty_id: Mapped[int] = mapped_column(BigId, ForeignKey("penalty.id"), primary_key=True)
    no: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[At]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    """None: the program itself."""
    for_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    """For whom a deputy acted."""
    action: Mapped[Code]
    from_state: Mapped[Code | None]
    to_state: Mapped[Code]
    payload: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))

    actor: Mapped[User | None] = relationship(foreign_keys=[actor_id], viewonly=True)
    penalty: Mapped[Penalty] = relationship()
    principal: Mapped[User | None] = relationship(foreign_keys=[for_id], viewonly=True)


class PenaltyText(Model):
    """A name or words of an act on a penalty. The log holds their keyed digest, never them."""

    __tablename__ = "penalty_text"

    penalty_id: Mapped[int] = mapped_column(BigId, ForeignKey("penalty.id"), primary_key=True)
    event_no: Mapped[int] = mapped_column(Integer, primary_key=True)
    field: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))

    penalty: Mapped[Penalty] = relationship()
