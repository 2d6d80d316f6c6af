"""The indexes by time hold what figures count, so that a month is counted without a look at its rows

Revision: 0017, after 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INDEXES = {
    ("ix_ticket_registered", "ticket"): (
        ["registered_at"],
        ["registered_at", "kind", "track", "unit_id", "category_id", "channel_id", "district_id", "closed_at"],
    ),
    ("ix_ticket_closed", "ticket"): (["closed_at"], ["closed_at", "kind", "track", "unit_id", "registered_at"]),
    ("ix_obligation_due", "obligation"): (
        ["kind", "due_at"],
        ["kind", "due_at", "track", "ticket_id", "unit_id", "opened_at", "settled_at", "voided_at"],
    ),
    ("ix_callback_at", "callback"): (
        ["outcome", "called_at"],
        ["outcome", "called_at", "corrected_at", "ticket_id", "n", "round", "unit_id", "solved"],
    ),
}
"""(index, table) → columns before, columns after."""
HANDLED = sa.text("kind = 'handle'")
LATE = sa.text("coalesce(settled_at, voided_at) IS NULL OR due_at < coalesce(settled_at, voided_at)")


def upgrade() -> None:
    for (index, table), (_, columns) in INDEXES.items():
        op.drop_index(index, table)
        op.create_index(index, table, columns)
    op.create_index(
        "ix_obligation_handled", "obligation",
        ["kind", "opened_at", "track", "ticket_id", "unit_id", "due_at", "settled_at", "voided_at"],
        sqlite_where=HANDLED, postgresql_where=HANDLED,
    )  # fmt: skip
    op.create_index(
        "ix_obligation_late", "obligation",
        ["due_at", "kind", "track", "ticket_id", "unit_id", "opened_at", "settled_at", "voided_at"],
        sqlite_where=LATE, postgresql_where=LATE,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_obligation_late", "obligation")
    op.drop_index("ix_obligation_handled", "obligation")
    for (index, table), (columns, _) in INDEXES.items():
        op.drop_index(index, table)
        op.create_index(index, table, columns)
