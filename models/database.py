"""Engines: how each database is spoken to, in one place."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry

SQLITE_PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA busy_timeout = 30000",
    "PRAGMA temp_store = MEMORY",
)
"""Foreign keys hold; readers do not wait for a writer; a writer waits for another up to 30 s."""


def engine_options(url: str) -> dict[str, Any]:
    """Options for `create_engine`, for the web's engine too."""
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": 30}}
    # A restarted server or a firewall drops idle connections.
    return {"pool_pre_ping": True, "pool_recycle": 1800, "connect_args": {"options": "-c timezone=UTC"}}


def prepare(engine: Engine) -> Engine:
    """Hang the per-connection settings on an engine."""
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def pragmas(connection: Any, _: ConnectionPoolEntry) -> None:
            cursor = connection.cursor()
            for pragma in SQLITE_PRAGMAS:
                cursor.execute(pragma)
            cursor.close()

    return engine


def engine_for(url: str) -> Engine:
    """An engine for `url`, SQLite or PostgreSQL."""
    return prepare(create_engine(url, **engine_options(url)))
