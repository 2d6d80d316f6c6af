"""Alembic's entry: our tables and FAB's (`ab_*`) are one database and migrate together."""

from typing import Any, Literal

from alembic import context

import models.tables  # noqa: F401  registers ours
from models import index
from models.base import Model
from models.types import Moment


def render_item(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """Write our column types by their names, so that a revision reads like a model."""
    return "Moment()" if kind == "type" and isinstance(item, Moment) else False


def include_name(name: str | None, kind: str, _: Any) -> bool:
    """The search index is no model: each database has its own (`models.index`)."""
    return not (kind == "table" and name and name.startswith(index.NAME))


with context.config.attributes["engine"].connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Model.metadata,
        render_item=render_item,
        include_name=include_name,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
