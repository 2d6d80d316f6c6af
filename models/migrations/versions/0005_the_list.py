"""The list: search, saved views

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

from models import index

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    index.make(op.get_bind())
    index.rebuild(op.get_bind())
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("address", sa.String(length=2000), nullable=False),
        sa.Column("shared", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["ab_user.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("owner_id", "name", name="one_saved_view_per_name"),
    )
    with op.batch_alter_table("saved_view") as batch:
        batch.create_index(op.f("ix_saved_view_shared"), ["shared"])
    owed = sa.text("settled_at IS NULL AND voided_at IS NULL")
    op.create_index("ix_obligation_soonest", "obligation", ["due_at", "ticket_id"],
                    sqlite_where=owed, postgresql_where=owed)  # fmt: skip
    op.create_index("ix_ticket_again", "ticket", ["state", "round"])


def downgrade() -> None:
    op.drop_index("ix_ticket_again", "ticket")
    op.drop_index("ix_obligation_soonest", "obligation")
    op.drop_table("saved_view")
    index.drop(op.get_bind())
