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
    _checked(BEFORE, AFTER)
    op.create_index("one_notice_per_act", "notice", ["user_id", "penalty_id", "n"], unique=True)
    op.create_index("ix_notice_penalty", "notice", ["penalty_id"])


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM notice WHERE kind IN ('penalty', 'review', 'alert')"))
    op.drop_index("ix_notice_penalty", "notice")
    op.drop_index("one_notice_per_act", "notice")
    _checked(AFTER, BEFORE)
    with op.batch_alter_table("notice", table_args=_there(BEFORE)) as notice:
        notice.drop_column("penalty_id")


def _there(checks: dict[str, str]) -> tuple[sa.CheckConstraint, ...]:
    """SQLite makes the table anew, and is told its checks: it does not read them back."""
    if op.get_bind().dialect.name != "sqlite":
        return ()
    return tuple(sa.CheckConstraint(text, name=name) for name, text in checks.items())


def _checked(old: dict[str, str], new: dict[str, str]) -> None:
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table("notice", recreate="always", table_args=_there(new)):
            return
    for name in old:
        op.drop_constraint(name, "notice", type_="check")
    for name, text in new.items():
        op.create_check_constraint(name, "notice", text)
