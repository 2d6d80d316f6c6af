"""总结改进 (第九条): a unit's review of a period, and the actions it promises (POLICY §7)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model
from models.organisation import Unit
from models.rule import Category
from models.types import Code, MaybeAt, Serial


class Review(Model):
    """One unit, one period (month, quarter or year), its figures frozen when it is submitted."""

    __tablename__ = "review"
    __table_args__ = (
        UniqueConstraint("unit_id", "starts", "ends", name="one_review_per_unit_and_period"),
        CheckConstraint("ends > starts", name="review_period_in_order"),
        CheckConstraint("state IN ('draft', 'submitted', 'released')", name="review_state"),
    )

    id: Mapped[Serial]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    starts: Mapped[date] = mapped_column(Date)
    ends: Mapped[date] = mapped_column(Date)
    """Exclusive."""
    state: Mapped[Code] = mapped_column(default="draft")
    figures: Mapped[str | None] = mapped_column(Text)
    """JSON, as frozen."""
    causes: Mapped[str] = mapped_column(Text, default="")
    lessons: Mapped[str] = mapped_column(Text, default="")
    submitted_at: Mapped[MaybeAt]

    unit: Mapped[Unit] = relationship()
    actions: Mapped[list[ReviewAction]] = relationship(back_populates="review")

    def __str__(self) -> str:
        return f"{self.unit} {self.starts:%Y-%m-%d}"


class ReviewAction(Model):
    """改进措施: what a unit will do, who does it by when, what it aims at and what it expects."""

    __tablename__ = "review_action"

    id: Mapped[Serial]
    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"), index=True)
    what: Mapped[str] = mapped_column(String(500))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    due: Mapped[date] = mapped_column(Date)
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    expected: Mapped[str] = mapped_column(String(500), default="")

    review: Mapped[Review] = relationship(back_populates="actions")
    category: Mapped[Category | None] = relationship()

    def __str__(self) -> str:
        return self.what
