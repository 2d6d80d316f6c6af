"""Disclosure grants: what the chairman lets out of confidentiality, to whom and until when (第七条(二))."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Model
from models.types import At, BigId, Code, MaybeAt, Serial


class DisclosureGrant(Model):
    """A grant of one ticket, or of one frame, to one person."""

    __tablename__ = "disclosure_grant"
    __table_args__ = (
        CheckConstraint("(ticket_id IS NULL) <> (frame IS NULL)", name="grant_of_a_ticket_or_a_frame"),
        CheckConstraint("until > granted_at", name="grant_ends_after_it_starts"),
    )

    id: Mapped[Serial]
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    granted_by: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    ticket_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("ticket.id"), index=True)
    frame: Mapped[Code | None]
    purpose: Mapped[str] = mapped_column(String(500))
    granted_at: Mapped[At]
    until: Mapped[At]
    revoked_at: Mapped[MaybeAt]
    uses: Mapped[int] = mapped_column(Integer, default=0)
