"""Targets of figures as rows

Revision: 0013, after 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kpi_target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("metric", sa.String(length=100), nullable=False),
        sa.Column("target", sa.Numeric(precision=10, scale=4), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.CheckConstraint("target >= 0", name="kpi_target_not_negative"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("metric", "since", name="one_target_per_metric_and_day"),
    )


def downgrade() -> None:
    op.drop_table("kpi_target")
