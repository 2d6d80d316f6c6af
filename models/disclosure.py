"""What is let out of confidentiality: grants by the chairman (第七条(二)), and a complainant opened for a while."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, Integer, String, and_
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Model
from models.types import At, BigId, Code, MaybeAt, Serial


class DisclosureGrant(Model):
    """A grant of one ticket, or of one frame, to one person: what `models.granting` gives and takes back."""

    __tablename__ = "disclosure_grant"
    __table_args__ = (
        CheckConstraint("(ticket_id IS NULL) <> (frame IS NULL)", name="grant_of_a_ticket_or_a_frame"),
        CheckConstraint("until > granted_at", name="grant_ends_after_it_starts"),
    )

    id: Mapped[Serial]
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    granted_by: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    for_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    """For whom a deputy granted it."""
    ticket_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("ticket.id"), index=True)
    track: Mapped[Code | None]
    """The ticket's track when it was granted: one that has changed it since is another matter."""
    clear: Mapped[bool] = mapped_column(default=False)
    """Whether the complainant stands there in clear."""
    frame: Mapped[Code | None]
    purpose: Mapped[str] = mapped_column(String(500))
    granted_at: Mapped[At]
    until: Mapped[At]
    revoked_at: Mapped[MaybeAt]
    seen_at: Mapped[MaybeAt]
    """When the grantee was shown it."""
    uses: Mapped[int] = mapped_column(Integer, default=0)

    @classmethod
    def in_force(cls, at: datetime) -> ColumnElement[bool]:
        """Whether it stands at a moment."""
        return and_(cls.revoked_at.is_(None), cls.granted_at <= at, cls.until > at)


class Reveal(Model):
    """查看: a masked complainant opened by one person, for a reason and a quarter of an hour (POLICY §5)."""

    __tablename__ = "reveal"
    __table_args__ = (Index("ix_reveal_ticket", "ticket_id", "user_id"),)

    id: Mapped[Serial]
    ticket_id: Mapped[int] = mapped_column(BigId, ForeignKey("ticket.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    reason: Mapped[Code]
    words: Mapped[str | None] = mapped_column(String(200))
    """The reason in words, where none of the list fits. They may speak of the complainant, so no log has them."""
    at: Mapped[At]
    until: Mapped[At]
