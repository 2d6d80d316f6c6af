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
NEXT = ", \n\t"
"""Between two lines of a table's text."""
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
    there = tuple(sa.CheckConstraint(said, name=name) for name, said in BEFORE.items())
    with op.batch_alter_table("notice", table_args=there if _is_sqlite() else ()) as notice:
        notice.drop_column("penalty_id")


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _checks(old: dict[str, str], new: dict[str, str]) -> None:
    if _is_sqlite():
        _rewritten(old, new)
        return
    for name in old:
        op.drop_constraint(name, "notice", type_="check")
    for name, said in new.items():
        op.create_check_constraint(name, "notice", said)


def _rewritten(old: dict[str, str], new: dict[str, str]) -> None:
    """SQLite has no statement for it. Making the table anew would take along what hangs on it: deliveries, and digests
    that other notices name. So its text is changed, as SQLite describes it for constraints (lang_altertable, 7)."""
    bind = op.get_bind()
    said: str = bind.scalar(sa.text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = 'notice'"))
    for name, check in [(name, _spelled(name, old)) for name in old]:
        if check not in said:
            raise RuntimeError(f"notice has no such check: {check}")
        said = said.replace(*((check, _spelled(name, new)) if name in new else (NEXT + check, "")))
    first = _spelled("notice_kind", new)
    more = "".join(NEXT + _spelled(name, new) for name in new if name not in old)
    said = said.replace(first, first + more)
    version = bind.scalar(sa.text("PRAGMA schema_version"))
    bind.exec_driver_sql("PRAGMA writable_schema = ON")
    mine = "UPDATE sqlite_master SET sql = :said WHERE type = 'table' AND name = 'notice'"
    bind.execute(sa.text(mine), {"said": said})
    bind.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema = OFF")


def _spelled(name: str, checks: dict[str, str]) -> str:
    return f"CONSTRAINT {name} CHECK ({checks[name]})"
