"""Notices of penalties; and kinds for what reviews and alerts will tell

Revision: 0012, after 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LEVELS = "'soon', 'late', 'escalated'"
BEFORE = {
    "notice_kind": f"kind IN ({LEVELS}, 'digest', 'appointed')",
    "notice_of_ticket": "(ticket_id IS NULL) = (kind IN ('digest', 'appointed'))",
}
AFTER = {
    "notice_kind": f"kind IN ({LEVELS}, 'digest', 'appointed', 'penalty', 'review', 'alert')",
    "notice_of_ticket": f"(ticket_id IS NOT NULL) = (kind IN ({LEVELS}))",
    "notice_of_penalty": "(penalty_id IS NOT NULL) = (kind = 'penalty')",
}


def upgrade() -> None:
    told_of = sa.Column("penalty_id", BIG, sa.ForeignKey("penalty.id"), nullable=True)
    op.add_column("notice", told_of, inline_references=True)
    _checks(BEFORE, AFTER)
    op.create_index("one_notice_per_act", "notice", ["user_id", "penalty_id", "n"], unique=True)
    op.create_index("ix_notice_penalty", "notice", ["penalty_id"])


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM notice WHERE kind IN ('penalty', 'review', 'alert')"))
    op.drop_index("ix_notice_penalty", "notice")
    op.drop_index("one_notice_per_act", "notice")
    _checks(AFTER, BEFORE)
    with op.batch_alter_table("notice") as notice:
        notice.drop_column("penalty_id")


def _checks(old: dict[str, str], new: dict[str, str]) -> None:
    with op.batch_alter_table("notice") as notice:
        for name in old:
            notice.drop_constraint(name, type_="check")
        for name, said in new.items():
            notice.create_check_constraint(name, said)
