"""Alerts, whom to tell of them, and the days that were looked at

Revision: 0016, after 0015
"""

import sqlalchemy as sa
from alembic import op

from models.types import Moment

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "alert_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("recipient", sa.String(length=20), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("kind IN ('', 'cluster', 'signal', 'assurance')", name="alert_rule_kind"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "alert",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("metric", sa.String(length=40), nullable=True),
        sa.Column("category_id", sa.Integer(), nullable=True),
        sa.Column("district_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("ended_at", Moment(), nullable=True),
        sa.CheckConstraint("kind IN ('cluster', 'signal', 'assurance')", name="alert_kind"),
        sa.CheckConstraint("(metric IS NULL) = (kind = 'cluster')", name="alert_of_a_metric_or_a_category"),
        sa.CheckConstraint("(category_id IS NOT NULL) = (kind = 'cluster')", name="alert_cluster_has_a_category"),
        sa.CheckConstraint("until > since", name="alert_period_in_order"),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"]),
        sa.ForeignKeyConstraint(["district_id"], ["district.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("one_open_alert", "alert", ["key"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_alert_opened", "alert", ["opened_at"])
    op.create_table(
        "alert_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day"),
    )
    op.add_column("notice", sa.Column("alert_id", sa.Integer(), sa.ForeignKey("alert.id"), nullable=True),
                  inline_references=True)  # fmt: skip
    op.create_index("one_notice_per_alert", "notice", ["user_id", "alert_id"], unique=True)
    op.create_index("ix_notice_alert_id", "notice", ["alert_id"])


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM notice WHERE kind = 'alert'"))
    op.drop_index("ix_notice_alert_id", "notice")
    op.drop_index("one_notice_per_alert", "notice")
    with op.batch_alter_table("notice") as notice:
        notice.drop_column("alert_id")
    for table in ("alert_day", "alert", "alert_rule"):
        op.drop_table(table)
