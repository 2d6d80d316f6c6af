"""A change of who may open confidential tickets, or of their password (POLICY §1); decided in `models.agreement`."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model
from models.organisation import Post
from models.types import At, Code, MaybeAt, Serial

KINDS = {"role": "角色", "post": "任职", "reset": "一次性口令", "password": "新密码"}
STATES = {"done": "已生效", "waiting": "待同意", "agreed": "已同意", "refused": "未同意"}


class AccessChange(Model):
    """One such change: of whom, by whom, and what became of it."""

    __tablename__ = "access_change"
    __table_args__ = (
        CheckConstraint("kind IN ('role', 'post', 'reset', 'password')", name="access_change_kind"),
        CheckConstraint("state IN ('done', 'waiting', 'agreed', 'refused')", name="access_change_state"),
    )

    id: Mapped[Serial]
    kind: Mapped[Code]
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    role: Mapped[Code | None]
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"))
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    """None: by the command line."""
    asked_at: Mapped[At]
    state: Mapped[Code]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    decided_at: Mapped[MaybeAt]

    post: Mapped[Post | None] = relationship()
