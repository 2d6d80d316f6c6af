"""Who there is: units, districts, customers in the books, and posts with dates (POLICY §1)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model
from models.types import Code, MaybeAt, Name, Serial

if TYPE_CHECKING:
    from models.base import User


class Unit(Model):
    """承办单位: a business hall, a water works, a network company, an office of the group."""

    __tablename__ = "unit"

    id: Mapped[Serial]
    name: Mapped[Name] = mapped_column(unique=True)
    kind: Mapped[Code] = mapped_column(default="unit")
    """`unit` 承办单位, `operations` 运营管理部, `discipline` 集团纪检监察室, `board` 集团领导."""
    phone: Mapped[str | None] = mapped_column(String(40))
    active: Mapped[bool] = mapped_column(default=True)

    def __str__(self) -> str:
        return self.name


class District(Model):
    """片区: where a complaint comes from."""

    __tablename__ = "district"

    id: Mapped[Serial]
    name: Mapped[Name] = mapped_column(unique=True)
    active: Mapped[bool] = mapped_column(default=True)

    def __str__(self) -> str:
        return self.name


class CustomerCount(Model):
    """在册户数: customers in the books of a unit in a month, the denominator of 万户投诉率."""

    __tablename__ = "customer_count"
    __table_args__ = (
        UniqueConstraint("unit_id", "month", name="one_count_per_unit_and_month"),
        CheckConstraint("customers >= 0", name="customers_not_negative"),
    )

    id: Mapped[Serial]
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    month: Mapped[date] = mapped_column(Date, index=True)
    """The first day of the month."""
    customers: Mapped[int] = mapped_column(Integer)

    unit: Mapped[Unit] = relationship()

    def __str__(self) -> str:
        return f"{self.unit} {self.month:%Y-%m}"


class Post(Model):
    """任职: a person in a post of a unit, from when to when. It alone gives unit and powers.

    `acting_for_id` names whom a deputy stands in for; the deputy acts within these dates only.
    """

    __tablename__ = "post"
    __table_args__ = (
        CheckConstraint("until IS NULL OR until > since", name="post_ends_after_it_starts"),
        Index("ix_post_user_since", "user_id", "since"),
        Index("ix_post_unit_post", "unit_id", "post"),
    )

    id: Mapped[Serial]
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    post: Mapped[Code]
    """A key of `policy.POSTS`."""
    since: Mapped[date] = mapped_column(Date)
    until: Mapped[date | None] = mapped_column(Date)
    """The first day on which it is no longer held."""
    acting_for_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    ended_at: Mapped[MaybeAt]
    """When a deputy was called off before the last day, or a post was not agreed to."""
    awaits: Mapped[bool] = mapped_column(default=False)
    """Not in force until a holder of a confidential post has agreed (`models.agreement`)."""

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    unit: Mapped[Unit] = relationship()
    acting_for: Mapped[User | None] = relationship(foreign_keys=[acting_for_id])

    def __str__(self) -> str:
        return f"{self.unit} {self.post}"
