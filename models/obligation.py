"""Obligations: one row for each deadline that somebody owes (POLICY §4)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model
from models.organisation import Unit
from models.types import At, BigId, Code, MaybeAt, Name

STILL_OWED = text("settled_at IS NULL AND voided_at IS NULL")
"""What is still owed is little, however much there has been: an index of its own keeps asking for it quick."""

HANDLED = text("kind = 'handle'")
LATE = text("coalesce(settled_at, voided_at) IS NULL OR due_at < coalesce(settled_at, voided_at)")
"""What did not end by its deadline, word for word as the figures ask for it (`overdue`)."""


class Obligation(Model):
    """One deadline. Lateness is no column: it follows from the times and from when you ask (`standing`)."""

    __tablename__ = "obligation"
    __table_args__ = (
        CheckConstraint("settled_at IS NULL OR settled_at >= opened_at", name="obligation_settled_after_opened"),
        CheckConstraint("settled_at IS NULL OR voided_at IS NULL", name="obligation_settled_or_void"),
        Index("ix_obligation_due", "kind", "due_at", "track", "ticket_id", "unit_id", "opened_at", "settled_at",
              "voided_at"),  # covering, as those of tickets
        Index("ix_obligation_handled", "kind", "opened_at", "track", "ticket_id", "unit_id", "due_at", "settled_at",
              "voided_at", sqlite_where=HANDLED, postgresql_where=HANDLED),
        Index("ix_obligation_late", "due_at", "kind", "track", "ticket_id", "unit_id", "opened_at", "settled_at",
              "voided_at", sqlite_where=LATE, postgresql_where=LATE),
        Index("ix_obligation_unit", "unit_id", "kind", "due_at"),
        # Settled and voided are nothing in it, but SQLite would look at the rows for them.
        Index("ix_obligation_open", "kind", "due_at", "ticket_id", "settled_at", "voided_at",
              sqlite_where=STILL_OWED, postgresql_where=STILL_OWED),
        Index("ix_obligation_soonest", "due_at", "ticket_id", sqlite_where=STILL_OWED, postgresql_where=STILL_OWED),
    )  # fmt: skip

    ticket_id: Mapped[int] = mapped_column(BigId, ForeignKey("ticket.id"), primary_key=True)
    n: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[Code]
    clause: Mapped[Name]
    track: Mapped[Code]
    """The track the ticket was on when it opened."""
    round: Mapped[int] = mapped_column(Integer)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    """Who held it when it was settled, or at its deadline if that came first; until then who holds it."""
    held_since: Mapped[MaybeAt]
    opened_at: Mapped[At]
    due_at: Mapped[At]
    working_days: Mapped[int | None] = mapped_column(Integer)
    """The term in working days where it rests on the calendar; such a deadline is re-dated when a day is corrected."""
    settled_at: Mapped[MaybeAt]
    voided_at: Mapped[MaybeAt]
    void_reason: Mapped[Code | None]

    unit: Mapped[Unit | None] = relationship()

    def standing(self, at: datetime) -> str:
        """on_time, late, pending or void, as seen at `at` (POLICY §4)."""
        return standing(self.due_at, self.settled_at, self.voided_at, at)

    @property
    def inherited(self) -> bool:
        """Whether the unit that it counts for had it for less than a day when it counted."""
        return inherited(self.opened_at, self.held_since, self.due_at, self.settled_at)


When = TypeVar("When", datetime, str)
"""A time; or the text of one, of texts that sort as their times do."""


def standing(due: When, settled: When | None, voided: When | None, at: When) -> str:
    """How an obligation stands at `at`. What fell away after its deadline had passed stays late (POLICY §3)."""
    if settled is not None and settled <= at:
        return "on_time" if settled <= due else "late"
    if voided is not None and voided <= at:
        return "void" if voided <= due else "late"
    return "pending" if at <= due else "late"


def inherited(opened: datetime, held_since: datetime | None, due: datetime, settled: datetime | None) -> bool:
    """Whether a holder took over, and had it for less than a day when it was settled or due (POLICY §4)."""
    if held_since is None or held_since <= opened:
        return False
    return min(settled or due, due) - held_since < timedelta(hours=24)
