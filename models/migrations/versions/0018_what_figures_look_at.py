"""Indexes hold the rest of what figures look at: how a ticket ended, what hangs on it, its other call-backs

Revision: 0018, after 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

WIDER = {
    "ix_ticket_registered": (
        ["registered_at", "kind", "track", "unit_id", "category_id", "channel_id", "district_id", "closed_at"],
        ["ending"],
    ),
    "ix_ticket_closed": (["closed_at", "kind", "track", "unit_id", "registered_at"], ["ending", "round"]),
}
"""Index of tickets → its columns before, and what comes to them."""
FOUND = sa.text("found_at IS NOT NULL")
OWED = sa.text("settled_at IS NULL AND voided_at IS NULL")
OUTCOME = sa.text("outcome IN ('satisfied', 'dissatisfied', 'concluded') AND corrected_at IS NULL")


def upgrade() -> None:
    for index, (columns, more) in WIDER.items():
        op.drop_index(index, "ticket")
        op.create_index(index, "ticket", columns + more)
    op.drop_index("ix_obligation_open", "obligation")
    op.create_index(
        "ix_obligation_open", "obligation", ["kind", "due_at", "ticket_id", "settled_at", "voided_at"],
        sqlite_where=OWED, postgresql_where=OWED,
    )  # fmt: skip
    op.create_index("ix_ticket_found", "ticket", ["found_at"], sqlite_where=FOUND, postgresql_where=FOUND)
    op.create_index("ix_ticket_counted", "ticket", ["id", "kind", "track", "registered_at"])
    op.create_index(
        "ix_callback_outcome", "callback", ["ticket_id", "n", "called_at"],
        sqlite_where=OUTCOME, postgresql_where=OUTCOME,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_callback_outcome", "callback")
    op.drop_index("ix_ticket_counted", "ticket")
    op.drop_index("ix_ticket_found", "ticket")
    op.drop_index("ix_obligation_open", "obligation")
    op.create_index("ix_obligation_open", "obligation", ["kind", "due_at"], sqlite_where=OWED, postgresql_where=OWED)
    for index, (columns, _) in WIDER.items():
        op.drop_index(index, "ticket")
        op.create_index(index, "ticket", columns)
