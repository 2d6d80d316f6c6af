"""What happened that figures should be read beside, and saved views of the dashboards

Revision: 0014, after 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "annotation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.String(length=40), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("rebases", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.CheckConstraint("until IS NULL OR until >= day", name="annotation_ends_after_it_starts"),
        sa.CheckConstraint("NOT rebases OR reason IS NOT NULL", name="rebasing_has_a_reason"),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_annotation_day", "annotation", ["day"])
    with op.batch_alter_table("saved_view") as view:
        view.add_column(sa.Column("page", sa.String(length=20), nullable=False, server_default=""))
        view.drop_constraint("one_saved_view_per_name", type_="unique")
        view.create_unique_constraint("one_saved_view_per_name", ["owner_id", "page", "name"])
    with op.batch_alter_table("saved_view") as view:
        view.alter_column("page", server_default=None)


def downgrade() -> None:
    op.execute("DELETE FROM saved_view WHERE page <> ''")
    with op.batch_alter_table("saved_view") as view:
        view.drop_constraint("one_saved_view_per_name", type_="unique")
        view.create_unique_constraint("one_saved_view_per_name", ["owner_id", "name"])
        view.drop_column("page")
    op.drop_table("annotation")
