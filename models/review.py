"""总结改进 (第九条): a unit's review of a period, the actions it promises, and the log of each review (POLICY §7).

Only `models.reviews` changes a review. Its words hold no personal data of complainants: the log carries what is said.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model
from models.log import GENESIS
from models.organisation import Unit
from models.rule import Category
from models.types import At, Code, MaybeAt, Serial

if TYPE_CHECKING:
    from models.base import User


class Review(Model):
    """One unit, one period (month, quarter or year), its figures frozen when it is submitted."""

    __tablename__ = "review"
    __table_args__ = (
        UniqueConstraint("unit_id", "starts", "ends", name="one_review_per_unit_and_period"),
        CheckConstraint("ends > starts", name="review_period_in_order"),
        CheckConstraint("state IN ('draft', 'submitted', 'released')", name="review_state"),
        Index("ix_review_state", "state"),
    )

    id: Mapped[Serial]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    starts: Mapped[date] = mapped_column(Date)
    ends: Mapped[date] = mapped_column(Date)
    """Exclusive."""
    state: Mapped[Code] = mapped_column(default="draft")
    due_at: Mapped[MaybeAt]
    """Until when it is to be submitted, by the rule in force when its period ended; None: nobody asked for it."""
    figures: Mapped[str | None] = mapped_column(Text)
    """JSON of `models.reviews.document`, as frozen."""
    causes: Mapped[str] = mapped_column(Text, default="")
    lessons: Mapped[str] = mapped_column(Text, default="")
    shared: Mapped[str | None] = mapped_column(Text)
    """JSON: the words as submitted, without names of persons and numbers: what others than the unit read."""
    drafted_at: Mapped[MaybeAt]
    submitted_at: Mapped[MaybeAt]
    returned_at: Mapped[MaybeAt]
    """When operations sent it back; None again once it is submitted anew."""
    released_at: Mapped[MaybeAt]
    version: Mapped[int] = mapped_column(Integer, default=1)
    event_count: Mapped[int] = mapped_column(Integer, default=0)
    head: Mapped[str] = mapped_column(String(64), default=GENESIS)
    """The hash of the last event."""

    unit: Mapped[Unit] = relationship()
    actions: Mapped[list[ReviewAction]] = relationship(
        back_populates="review", order_by="ReviewAction.n", cascade="all, delete-orphan"
    )

    def __str__(self) -> str:
        return f"{self.unit} {self.starts:%Y-%m-%d}"


class ReviewAction(Model):
    """改进措施: what a unit will do, who does it by when, what it aims at and what it expects."""

    __tablename__ = "review_action"
    __table_args__ = (Index("ix_review_action_due", "due"),)

    id: Mapped[Serial]
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    n: Mapped[int] = mapped_column(Integer, default=1)
    what: Mapped[str] = mapped_column(String(500))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    due: Mapped[date] = mapped_column(Date)
    """The day by which it is done, and from which its effect is counted."""
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    """What it aims at; None: all complaints of the unit."""
    expected: Mapped[str] = mapped_column(String(500), default="")
    done_on: Mapped[date | None] = mapped_column(Date)
    """The day on which the unit says it was carried out; None: it has not said so."""

    review: Mapped[Review] = relationship(back_populates="actions")
    category: Mapped[Category | None] = relationship()
    owner: Mapped[User | None] = relationship()

    def __str__(self) -> str:
        return self.what


class ReviewEvent(Model):
    """One act on a review, for good. `payload` is canonical JSON of codes and of digests of words and figures."""

    __tablename__ = "review_event"

    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), primary_key=True)
    no: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[At]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    """None: the program itself."""
    for_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    """For whom a deputy acted."""
    action: Mapped[Code]
    from_state: Mapped[Code | None]
    to_state: Mapped[Code]
    said: Mapped[str] = mapped_column(Text, default="")
    """A comment, or why it was sent back."""
    payload: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))

    review: Mapped[Review] = relationship()
