"""What happened that figures should be read beside: a policy changed, a main burst, something was done about it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model
from models.types import Code, Serial

if TYPE_CHECKING:
    from models.organisation import Unit

KINDS = {"policy": "制度变化", "burst": "爆管", "action": "改进措施", "other": "其他"}


class Annotation(Model):
    """A note on a day, drawn on every chart over time that it concerns. Everybody who reads figures reads it.

    rebases: from the period of its day on, control charts have limits of their own; that needs a reason.
    """

    __tablename__ = "annotation"
    __table_args__ = (
        CheckConstraint("until IS NULL OR until >= day", name="annotation_ends_after_it_starts"),
        CheckConstraint("NOT rebases OR reason IS NOT NULL", name="rebasing_has_a_reason"),
    )

    id: Mapped[Serial]
    day: Mapped[date] = mapped_column(Date, index=True)
    until: Mapped[date | None] = mapped_column(Date)
    """The last day, where it lasted."""
    kind: Mapped[Code]
    """A key of `KINDS`."""
    text: Mapped[str] = mapped_column(String(40))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    """Whose figures it concerns; null: everybody's."""
    rebases: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str | None] = mapped_column(String(200))

    unit: Mapped[Unit | None] = relationship()

    def __str__(self) -> str:
        return f"{self.day} {self.text}"
