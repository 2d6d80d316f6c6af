"""Notices: rules, channels and deliveries; a deputy's post ends at a moment

Revision: 0006, after 0005
"""

import sqlalchemy as sa
from alembic import op

from models.types import Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("post", sa.Column("ended_at", Moment(), nullable=True))
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "notice_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("obligation", sa.String(length=20), nullable=False),
        sa.Column("track", sa.String(length=20), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(length=20), nullable=False),
        sa.Column("recipient", sa.String(length=20), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("track IN ('', 'quality', 'discipline')", name="notice_rule_track"),
        sa.CheckConstraint("level IN ('soon', 'late', 'escalated')", name="notice_rule_level"),
        sa.CheckConstraint("measure IN ('percent_left', 'hours_before', 'hours_after')", name="notice_rule_measure"),
        sa.CheckConstraint("amount BETWEEN 0 AND 8760", name="notice_rule_amount"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "notice",
        sa.Column("id", big, autoincrement=False, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("ticket_id", big, nullable=True),
        sa.Column("n", sa.Integer(), nullable=True),
        sa.Column("due_at", Moment(), nullable=True),
        sa.Column("post_id", sa.Integer(), nullable=True),
        sa.Column("digest_id", big, nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("read_at", Moment(), nullable=True),
        sa.CheckConstraint("kind IN ('soon', 'late', 'escalated', 'digest', 'appointed')", name="notice_kind"),
        sa.CheckConstraint("(ticket_id IS NULL) = (kind IN ('digest', 'appointed'))", name="notice_of_ticket"),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"]),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"]),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"]),
        sa.ForeignKeyConstraint(["digest_id"], ["notice.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "ticket_id", "n", "kind", "due_at", name="one_notice_per_level_and_deadline"),
        sa.UniqueConstraint("user_id", "post_id", name="one_notice_per_post"),
    )
    unread = sa.text("read_at IS NULL")
    op.create_index("ix_notice_user", "notice", ["user_id", "made_at"])
    op.create_index(
        "ix_notice_unread", "notice", ["user_id", "ticket_id"], sqlite_where=unread, postgresql_where=unread
    )
    op.create_index("ix_notice_ticket", "notice", ["ticket_id", "n"])
    op.create_index("ix_notice_made", "notice", ["made_at"])
    op.create_index("ix_notice_post_id", "notice", ["post_id"])
    op.create_index("ix_notice_digest_id", "notice", ["digest_id"])
    op.create_table(
        "notice_channel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=True),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.CheckConstraint("(user_id IS NULL) = (role IS NOT NULL)", name="notice_channel_of_one"),
        sa.CheckConstraint("level IN ('soon', 'late', 'escalated')", name="notice_channel_level"),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_notice_channel_user_id", "notice_channel", ["user_id"])
    op.create_table(
        "notice_delivery",
        sa.Column("notice_id", big, nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("claimed_at", Moment(), nullable=False),
        sa.Column("sent_at", Moment(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["channel_id"], ["notice_channel.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("notice_id", "channel_id"),
    )


def downgrade() -> None:
    op.drop_table("notice_delivery")
    op.drop_table("notice_channel")
    op.drop_table("notice")
    op.drop_table("notice_rule")
    op.drop_column("post", "ended_at")
