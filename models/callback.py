"""Call-backs: every attempt and every outcome (第六条(三))."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model
from models.organisation import Unit
from models.types import At, BigId, Code, MaybeAt

OUTCOME = text("outcome IN ('satisfied', 'dissatisfied', 'concluded') AND corrected_at IS NULL")
"""An outcome that stands, word for word as the figures ask for it: what other ones a ticket has is in an index."""


class Callback(Model):
    """One entry of the call-back log of a round.

    `satisfied` and `dissatisfied` are outcomes; `unreached` is an attempt and nothing else; `waived` ends the
    round without an outcome (无法回访); `concluded` is the chairman's 仍不满意办结 and counts as dissatisfied.
    """

    __tablename__ = "callback"
    __table_args__ = (
        CheckConstraint(
            "outcome IN ('satisfied', 'dissatisfied', 'unreached', 'waived', 'concluded')", name="callback_outcome"
        ),
        Index("ix_callback_at", "outcome", "called_at", "corrected_at", "ticket_id", "n", "round", "unit_id", "solved"),
        Index("ix_callback_outcome", "ticket_id", "n", "called_at", sqlite_where=OUTCOME, postgresql_where=OUTCOME),
        Index("ix_callback_unit", "unit_id", "called_at"),
    )

    ticket_id: Mapped[int] = mapped_column(BigId, ForeignKey("ticket.id"), primary_key=True)
    n: Mapped[int] = mapped_column(Integer, primary_key=True)
    round: Mapped[int] = mapped_column(Integer)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    """The unit whose result the call was about."""
    called_at: Mapped[At]
    outcome: Mapped[Code]
    solved: Mapped[bool | None]
    event_no: Mapped[int] = mapped_column(Integer)
    corrected_at: Mapped[MaybeAt]
    """When it was undone as a mistake; figures leave it out."""

    unit: Mapped[Unit | None] = relationship()
