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
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        # All steps or none: by itself the driver commits before each CREATE and DROP. And making a table anew must not
        # delete the rows that point to it.
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    context.configure(
        connection=connection,
        target_metadata=Model.metadata,
        render_item=render_item,
        include_name=include_name,
        render_as_batch=sqlite,
        compare_type=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    if sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
        raise RuntimeError(f"rows point to what is not there: {broken[:5]}")
    connection.commit()
    if sqlite:
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
