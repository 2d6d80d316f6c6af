"""Notices: who was told of which deadline, by which rule, and over which channel outside (POLICY §4, §5).

A notice holds codes and times only; its words are made when it is shown, for whoever looks, from what they may see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.access_change import AccessChange
from models.alert import Alert
from models.base import Model
from models.organisation import Post
from models.review import Review, ReviewAction
from models.types import ID, At, BigId, Code, MaybeAt, Name, Serial

if TYPE_CHECKING:
    from models.base import User

LEVELS = {"soon": "将到期", "late": "已逾期", "escalated": "升级"}
"""How pressing a notice is, rising: yellow, red, and one to the next level up."""
RANK = {level: n for n, level in enumerate(LEVELS)}
MEASURES = {"percent_left": "剩余时长（%）", "hours_before": "到期前（小时）", "hours_after": "到期后（小时）"}
RECIPIENTS = {
    "owing": "轮到办理的人",
    "head": "承办单位负责人",
    "leader": "承办单位直接领导",
    "deputy_in_charge": "承办单位分管负责人",
    "desk": "热线受理人员与运营管理部",
    "operations": "运营管理部",
    "discipline": "集团纪检监察室",
    "chairman": "集团董事长",
    "leadership": "集团领导",
}

SEEDED = (
    ("", "", "soon", 25, "percent_left", "owing", False),
    ("", "", "late", 0, "hours_after", "owing", False),
    ("handle", "quality", "late", 0, "hours_after", "operations", False),
    ("", "quality", "escalated", 24, "hours_after", "operations", False),
    ("", "quality", "escalated", 24, "hours_after", "deputy_in_charge", False),
    ("", "discipline", "escalated", 24, "hours_after", "discipline", False),
    ("", "quality", "escalated", 72, "hours_after", "leadership", False),
)
"""(obligation, track, level, amount, measure, recipient, urgent), as `run.py init` writes them."""

UNREAD = text("read_at IS NULL")


class NoticeRule(Model):
    """When whom to tell of a deadline. Escalation to the next level up is a row like any other."""

    __tablename__ = "notice_rule"
    __table_args__ = (
        CheckConstraint("track IN ('', 'quality', 'discipline')", name="notice_rule_track"),
        CheckConstraint("level IN ('soon', 'late', 'escalated')", name="notice_rule_level"),
        CheckConstraint("measure IN ('percent_left', 'hours_before', 'hours_after')", name="notice_rule_measure"),
        CheckConstraint("amount BETWEEN 0 AND 8760", name="notice_rule_amount"),
    )

    id: Mapped[Serial]
    obligation: Mapped[Code] = mapped_column(default="")
    """A kind of obligation; empty: all."""
    track: Mapped[Code] = mapped_column(default="")
    """Empty: both tracks."""
    level: Mapped[Code]
    amount: Mapped[int] = mapped_column(Integer)
    measure: Mapped[Code]
    recipient: Mapped[Code]
    urgent: Mapped[bool] = mapped_column(default=False)
    """Goes out in quiet hours too."""
    active: Mapped[bool] = mapped_column(default=True)

    def __str__(self) -> str:
        return f"{self.level} {self.amount} {self.measure} {self.recipient}"


class Notice(Model):
    """One person told of one obligation at one level, once for each deadline it has had; or of a post given, of what
    was decided on a penalty, of a review or of an action that a review promised.

    A digest stands for the many that a run made for one person: those name it, and are not shown themselves.
    """

    __tablename__ = "notice"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('soon', 'late', 'escalated', 'digest', 'appointed', 'penalty', 'review', 'alert')",
            name="notice_kind",
        ),
        CheckConstraint("(ticket_id IS NOT NULL) = (kind IN ('soon', 'late', 'escalated'))", name="notice_of_ticket"),
        CheckConstraint("(penalty_id IS NOT NULL) = (kind = 'penalty')", name="notice_of_penalty"),
        UniqueConstraint("user_id", "ticket_id", "n", "kind", "due_at", name="one_notice_per_level_and_deadline"),
        UniqueConstraint("user_id", "post_id", name="one_notice_per_post"),
        Index("one_notice_per_act", "user_id", "penalty_id", "n", unique=True),
        Index("ix_notice_penalty", "penalty_id"),
        Index("one_notice_of_a_review", "user_id", "review_id", "about", "due_at", unique=True),
        Index("one_notice_of_an_action", "user_id", "action_id", "about", "due_at", unique=True),
        Index("one_notice_per_alert", "user_id", "alert_id", unique=True),
        Index("ix_notice_user", "user_id", "made_at"),
        Index("ix_notice_unread", "user_id", "ticket_id", sqlite_where=UNREAD, postgresql_where=UNREAD),
        Index("ix_notice_ticket", "ticket_id", "n"),
        Index("ix_notice_made", "made_at"),
    )

    id: Mapped[ID]
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    kind: Mapped[Code]
    """A level, `digest`, `appointed`, `penalty`, or `alert`."""
    ticket_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("ticket.id"))
    n: Mapped[int | None] = mapped_column(Integer)
    """The obligation's number in its ticket; of `penalty`: the number of the act in its log."""
    due_at: Mapped[MaybeAt]
    """The deadline as it stood: a re-dated obligation is told of anew. Of `penalty`: until when it can be appealed."""
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id"), index=True)
    change_id: Mapped[int | None] = mapped_column(ForeignKey("access_change.id"))
    """Of `appointed`: the change of confidential access that it tells of."""
    penalty_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("penalty.id"))
    review_id: Mapped[int | None] = mapped_column(ForeignKey("review.id"), index=True)
    action_id: Mapped[int | None] = mapped_column(ForeignKey("review_action.id"), index=True)
    """Of `review`: the review that it speaks of, or the improvement action."""
    about: Mapped[Code | None]
    """Of `review`: a key of `reviews.telling.ABOUT`."""
    alert_id: Mapped[int | None] = mapped_column(ForeignKey("alert.id"), index=True)
    digest_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("notice.id"), index=True)
    urgent: Mapped[bool] = mapped_column(default=False)
    made_at: Mapped[At]
    read_at: Mapped[MaybeAt]

    post: Mapped[Post | None] = relationship()
    change: Mapped[AccessChange | None] = relationship()
    review: Mapped[Review | None] = relationship()
    action: Mapped[ReviewAction | None] = relationship()
    alert: Mapped[Alert | None] = relationship()


class NoticeChannel(Model):
    """A way out of the house (apprise), of one person or of a role's group. Kept by the administrator."""

    __tablename__ = "notice_channel"
    __table_args__ = (
        CheckConstraint("(user_id IS NULL) = (role IS NOT NULL)", name="notice_channel_of_one"),
        CheckConstraint("level IN ('soon', 'late', 'escalated')", name="notice_channel_level"),
    )

    id: Mapped[Serial]
    name: Mapped[Name]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    role: Mapped[Code | None]
    """A group of people with that role reads there; then only of quality tickets."""
    url: Mapped[str] = mapped_column(String(500))
    """Holds the secret; nobody is shown it again."""
    level: Mapped[Code] = mapped_column(default="soon")
    """From which level on."""
    active: Mapped[bool] = mapped_column(default=False)
    since: Mapped[At]
    """Notices made before are not sent over it."""

    user: Mapped[User | None] = relationship()

    def __str__(self) -> str:
        return self.name


class NoticeDelivery(Model):
    """A notice on its way over a channel: claimed before it is sent, so that two runs at once send it once."""

    __tablename__ = "notice_delivery"

    notice_id: Mapped[int] = mapped_column(BigId, ForeignKey("notice.id", ondelete="CASCADE"), primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("notice_channel.id", ondelete="CASCADE"), primary_key=True)
    claimed_at: Mapped[At]
    sent_at: Mapped[MaybeAt]
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    error: Mapped[Code | None]
    """Why the last attempt failed, as a code: an address or a password is never kept."""
