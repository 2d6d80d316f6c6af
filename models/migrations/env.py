"""Alembic's entry: our tables and FAB's (`ab_*`) are one database and migrate together."""

from typing import Any, Literal

from alembic import context

import models.tables  # noqa: F401  registers ours
from models.base import Model
from models.types import Moment


def render_item(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Write our column types by their names, so that a revision reads like a model."""
    return "Moment()" if kind == "type" and isinstance(item, Moment) else False


with context.config.attributes["engine"].connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Model.metadata,
        render_item=render_item,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
