"""Search within days: SQLite's index holds the day of registration

Revision: 0007, after 0006
"""

from alembic import op

from models import index

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Derived data, made anew. A database as old as 0004 has it in this shape from 0005 already."""
    bind = op.get_bind()
    if bind.dialect.name == "sqlite" and index.DAYS not in {row[1] for row in bind.exec_driver_sql(INFO)}:
        index.drop(bind)
        index.make(bind)
        index.rebuild(bind)


def downgrade() -> None:
    """An older program reads this shape too; what it adds to it, it adds by the names of columns."""


INFO = f"PRAGMA table_info({index.NAME})"
