"""责任追究 (第八条): media exposures and penalties. The software proposes, a person decides (POLICY §6)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model
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
    """What one person owes, or a unit's head answers for, under one clause of 第八条 for one conduct."""

    __tablename__ = "penalty"
    __table_args__ = (
        CheckConstraint(
            "state IN ('proposed', 'confirmed', 'executed', 'withdrawn', 'appealed', 'upheld', 'revoked')",
            name="penalty_state",
        ),
        CheckConstraint("amount IS NULL OR amount >= 0", name="penalty_amount_not_negative"),
        Index("ix_penalty_confirmed", "confirmed_at"),
    )

    id: Mapped[ID]
    clause: Mapped[Name]
    ticket_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("ticket.id"), index=True)
    exposure_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("media_exposure.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    person: Mapped[str] = mapped_column(String(100), default="")
    """The name as of the day of the conduct; alone where the person has no account."""
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    post: Mapped[Code]
    """responsible 责任人, leader 直接领导, indicator_holder 指标责任人, deputy_in_charge 分管负责人."""
    amount: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    """Yuan."""
    measure: Mapped[str] = mapped_column(String(200), default="")
    conduct_at: Mapped[At]
    state: Mapped[Code] = mapped_column(default="proposed")
    proposed_at: Mapped[At]
    confirmed_at: Mapped[MaybeAt]
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    reason: Mapped[str] = mapped_column(String(500), default="")

    ticket: Mapped[Ticket | None] = relationship()
    exposure: Mapped[MediaExposure | None] = relationship()
    user: Mapped[User | None] = relationship(foreign_keys=[person_id])
    unit: Mapped[Unit | None] = relationship()

    def __str__(self) -> str:
        return f"{self.clause} {self.person}"
