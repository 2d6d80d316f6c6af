"""Getting in: sign-ins that stand, passwords' profile and past, second step, one-time secrets, agreement

Revision: 0010, after 0008
"""

import sqlalchemy as sa
from alembic import op

from models.types import Moment

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.drop_table("ended_session")  # whoever is signed in signs in once more
    op.create_table(
        "sign_in",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("began_at", Moment(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"]),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_sign_in_user_id", "sign_in", ["user_id"])
    op.create_index("ix_sign_in_began_at", "sign_in", ["began_at"])
    op.create_table(
        "password_profile",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("shortest", sa.Integer(), nullable=False),
        sa.Column("classes", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("history", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.CheckConstraint("shortest BETWEEN 8 AND 64", name="password_profile_shortest"),
        sa.CheckConstraint("classes BETWEEN 1 AND 4", name="password_profile_classes"),
        sa.CheckConstraint("score BETWEEN 0 AND 4", name="password_profile_score"),
        sa.CheckConstraint("history BETWEEN 0 AND 24", name="password_profile_history"),
        sa.CheckConstraint("days BETWEEN 1 AND 3650", name="password_profile_days"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "credential",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("password_at", Moment(), nullable=True),
        sa.Column("salt", sa.String(length=64), nullable=True),
        sa.Column("last_step", big, nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"]),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.create_table(
        "password_past",
        sa.Column("id", big, autoincrement=False, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=256), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_password_past_user_id", "password_past", ["user_id"])
    op.create_table(
        "access_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=True),
        sa.Column("post_id", sa.Integer(), nullable=True),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.CheckConstraint("kind IN ('role', 'post', 'reset', 'password')", name="access_change_kind"),
        sa.CheckConstraint("state IN ('done', 'waiting', 'agreed', 'refused')", name="access_change_state"),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"]),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"]),
        sa.ForeignKeyConstraint(["asked_by_id"], ["ab_user.id"]),
        sa.ForeignKeyConstraint(["decided_by_id"], ["ab_user.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_access_change_user_id", "access_change", ["user_id"])
    op.create_table(
        "one_time_secret",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("second", sa.Boolean(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"]),
        sa.ForeignKeyConstraint(["change_id"], ["access_change.id"]),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.add_column("post", sa.Column("awaits", sa.Boolean(), nullable=False, server_default=sa.false()))
    told_of = sa.Column("change_id", sa.Integer(), sa.ForeignKey("access_change.id"), nullable=True)
    op.add_column("notice", told_of, inline_references=True)


def downgrade() -> None:
    with op.batch_alter_table("notice") as notice:
        notice.drop_column("change_id")
    op.drop_column("post", "awaits")
    for table in ("one_time_secret", "access_change", "password_past", "credential", "password_profile", "sign_in"):
        op.drop_table(table)
    op.create_table(
        "ended_session",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_ended_session_until", "ended_session", ["until"])
