"""The security log

Revision: 0008, after 0007
"""

import sqlalchemy as sa
from alembic import op

from models.types import Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "security_event",
        sa.Column("no", big, autoincrement=False, nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("ticket_id", big, nullable=True),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["ab_user.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"]),
        sa.PrimaryKeyConstraint("no"),
    )
    op.create_index("ix_security_event_at", "security_event", ["at"])
    for column, name in (("kind", "kind"), ("actor_id", "actor"), ("ticket_id", "ticket")):
        op.create_index(f"ix_security_event_{name}", "security_event", [column, "no"])
    head = op.create_table(
        "security_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("no", big, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.bulk_insert(head, [{"id": 1, "no": 0, "hash": "0" * 64}])


def downgrade() -> None:
    op.drop_table("security_head")
    op.drop_table("security_event")
