"""Penalties have a life and a log

Revision: 0009, after 0008. What was entered before has no log to add up: an event of its own says what stood there.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from models import log
from models.penalties.writing import event_hash, plain
from models.types import Moment, now

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG: Any = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LOGGED = (
    "clause", "conduct", "n", "ticket_id", "exposure_id", "person_id", "unit_id", "post", "amount", "conduct_at",
    "state", "proposed_at", "confirmed_at", "confirmed_by", "appeal_due_at", "executed_at", "decided_at", "version",
)  # fmt: skip
MOMENTS = ("conduct_at", "proposed_at", "confirmed_at", "appeal_due_at", "executed_at", "decided_at")
KINDS: dict[str, Any] = {"amount": sa.Numeric(10, 2), "clause": sa.String(), "conduct": sa.String(),
                         "post": sa.String(), "state": sa.String()}  # fmt: skip
PENALTY = sa.table(
    "penalty",
    sa.column("id", BIG), sa.column("event_count", sa.Integer()), sa.column("head", sa.String()),
    *(sa.column(name, Moment() if name in MOMENTS else KINDS.get(name, BIG)) for name in LOGGED),
)  # fmt: skip
EVENT = sa.table(
    "penalty_event",
    sa.column("penalty_id", BIG), sa.column("no", sa.Integer()), sa.column("at", Moment()),
    sa.column("actor_id", sa.Integer()), sa.column("for_id", sa.Integer()), sa.column("action", sa.String()),
    sa.column("from_state", sa.String()), sa.column("to_state", sa.String()), sa.column("payload", sa.Text()),
    sa.column("hash", sa.String()),
)  # fmt: skip


def _new() -> list[sa.Column[Any]]:
    return [
        sa.Column("conduct", sa.String(length=60), nullable=True),
        sa.Column("n", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("appeal_due_at", Moment(), nullable=True),
        sa.Column("executed_at", Moment(), nullable=True),
        sa.Column("decided_at", Moment(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("event_count", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("head", sa.String(length=64), nullable=False, server_default=log.GENESIS),
    ]


def upgrade() -> None:
    for column in _new():
        op.add_column("penalty", column)
    op.create_index("one_proposal_per_conduct", "penalty", ["conduct", "n"], unique=True)
    op.create_index("ix_penalty_state", "penalty", ["state", "proposed_at"])
    op.create_table(
        "penalty_fact",
        sa.Column("penalty_id", BIG, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["penalty_id"], ["penalty.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"]),
        sa.PrimaryKeyConstraint("penalty_id", "n"),
    )
    op.create_table(
        "penalty_event",
        sa.Column("penalty_id", BIG, nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("for_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("from_state", sa.String(length=20), nullable=True),
        sa.Column("to_state", sa.String(length=20), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["ab_user.id"]),
        sa.ForeignKeyConstraint(["for_id"], ["ab_user.id"]),
        sa.ForeignKeyConstraint(["penalty_id"], ["penalty.id"]),
        sa.PrimaryKeyConstraint("penalty_id", "no"),
    )
    op.create_index("ix_penalty_event_actor", "penalty_event", ["actor_id", "at"])
    op.create_table(
        "penalty_text",
        sa.Column("penalty_id", BIG, nullable=False),
        sa.Column("event_no", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(["penalty_id"], ["penalty.id"]),
        sa.PrimaryKeyConstraint("penalty_id", "event_no", "field"),
    )
    _adopt()


def _adopt() -> None:
    """Give each penalty that is there a first event. Its words had no digest, and have none now."""
    bind, at = op.get_bind(), now()
    for row in bind.execute(sa.select(PENALTY)).mappings().all():
        changed = {name: plain(row[name]) for name in LOGGED if row[name] is not None}
        event = {
            "penalty_id": row["id"], "no": 1, "at": at, "actor_id": None, "for_id": None, "action": "adopt",
            "from_state": None, "to_state": row["state"],
            "payload": log.canonical({"rows": {"penalty": {"": changed}}}).decode(),
        }  # fmt: skip
        event["hash"] = event_hash(log.GENESIS, event)
        bind.execute(EVENT.insert().values(event))
        mine = sa.update(PENALTY).where(PENALTY.c.id == row["id"])
        bind.execute(mine.values(event_count=1, head=event["hash"]))


def downgrade() -> None:
    for table in ("penalty_text", "penalty_event", "penalty_fact"):
        op.drop_table(table)
    op.drop_index("ix_penalty_state", "penalty")
    op.drop_index("one_proposal_per_conduct", "penalty")
    for column in _new():
        op.drop_column("penalty", column.name)
