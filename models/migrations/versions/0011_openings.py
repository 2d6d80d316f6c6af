"""Grants as they are given, a complainant opened for a while, and a search index without whole numbers

Revision: 0011, after 0008
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

from models import index
from models.types import Moment

revision = "0011"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Nothing could give a grant before: the table is made anew. The index is derived data."""
    op.drop_table("disclosure_grant")
    _grants(
        sa.Column("for_id", sa.Integer(), nullable=True),
        sa.Column("track", sa.String(length=20), nullable=True),
        sa.Column("clear", sa.Boolean(), nullable=False),
        sa.Column("seen_at", Moment(), nullable=True),
        sa.ForeignKeyConstraint(["for_id"], ["ab_user.id"]),
    )
    op.create_table(
        "reveal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", BIG, nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=True),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_reveal_ticket", "reveal", ["ticket_id", "user_id"])
    index.rebuild(op.get_bind())


def downgrade() -> None:
    op.drop_table("reveal")
    op.drop_table("disclosure_grant")
    _grants()


def _grants(*more: SchemaItem) -> None:
    op.create_table(
        "disclosure_grant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("granted_by", sa.Integer(), nullable=False),
        sa.Column("ticket_id", BIG, nullable=True),
        sa.Column("frame", sa.String(length=20), nullable=True),
        sa.Column("purpose", sa.String(length=500), nullable=False),
        sa.Column("granted_at", Moment(), nullable=False),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("revoked_at", Moment(), nullable=True),
        sa.Column("uses", sa.Integer(), nullable=False),
        *more,
        sa.CheckConstraint("(ticket_id IS NULL) <> (frame IS NULL)", name="grant_of_a_ticket_or_a_frame"),
        sa.CheckConstraint("until > granted_at", name="grant_ends_after_it_starts"),
        sa.ForeignKeyConstraint(["granted_by"], ["ab_user.id"]),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"]),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_disclosure_grant_ticket_id", "disclosure_grant", ["ticket_id"])
    op.create_index("ix_disclosure_grant_user_id", "disclosure_grant", ["user_id"])
