"""Reviews have a life and a log; notices tell of them

Revision: 0015, after 0014. Nothing could submit a review before: what stands there is a draft again.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from models import log
from models.types import Moment

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

REVIEW: tuple[tuple[str, Any, str | None], ...] = (
    ("due_at", Moment(), None), ("shared", sa.Text(), None), ("drafted_at", Moment(), None),
    ("returned_at", Moment(), None), ("released_at", Moment(), None), ("version", sa.Integer(), "1"),
    ("event_count", sa.Integer(), "0"), ("head", sa.String(length=64), log.GENESIS),
)  # fmt: skip
NEW = ("about", "action_id", "review_id")


def upgrade() -> None:
    for name, kind, default in REVIEW:
        op.add_column("review", sa.Column(name, kind, nullable=default is None, server_default=default))
    op.create_index("ix_review_state", "review", ["state"])
    op.execute(sa.text("UPDATE review SET state = 'draft', submitted_at = NULL, figures = NULL"))
    op.add_column("review_action", sa.Column("n", sa.Integer(), nullable=False, server_default="1"))
    op.create_index("ix_review_action_due", "review_action", ["due"])
    op.execute(
        sa.text(
            "UPDATE review_action SET n = (SELECT count(*) FROM review_action AS other "
            "WHERE other.review_id = review_action.review_id AND other.id <= review_action.id)"
        )
    )
    op.create_table(
        "review_event",
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("for_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("from_state", sa.String(length=20), nullable=True),
        sa.Column("to_state", sa.String(length=20), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["ab_user.id"]),
        sa.ForeignKeyConstraint(["for_id"], ["ab_user.id"]),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"]),
        sa.PrimaryKeyConstraint("review_id", "no"),
    )
    _notices()


def _notices() -> None:
    of_review = sa.Column("review_id", sa.Integer(), sa.ForeignKey("review.id"), nullable=True)
    of_action = sa.Column("action_id", sa.Integer(), sa.ForeignKey("review_action.id"), nullable=True)
    for column in (of_review, of_action):
        op.add_column("notice", column, inline_references=True)
    op.add_column("notice", sa.Column("about", sa.String(length=20), nullable=True))
    for name, columns in (
        ("one_notice_of_a_review", ["user_id", "review_id", "about", "due_at"]),
        ("one_notice_of_an_action", ["user_id", "action_id", "about", "due_at"]),
    ):
        op.create_index(name, "notice", columns, unique=True)
    op.create_index("ix_notice_review_id", "notice", ["review_id"])
    op.create_index("ix_notice_action_id", "notice", ["action_id"])


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM notice WHERE kind = 'review'"))
    for name in ("ix_notice_action_id", "ix_notice_review_id", "one_notice_of_an_action", "one_notice_of_a_review"):
        op.drop_index(name, "notice")
    with op.batch_alter_table("notice") as notice:
        for name in NEW:
            notice.drop_column(name)
    op.drop_table("review_event")
    op.drop_index("ix_review_action_due", "review_action")
    op.drop_column("review_action", "n")
    op.drop_index("ix_review_state", "review")
    for name, _kind, _default in REVIEW:
        op.drop_column("review", name)
