"""Fresh databases to measure in, on SQLite and on PostgreSQL."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.orm import Session

from models import migrations, setup
from models.database import engine_for
from tests.fixtures.postgres import running_server

KEY = b"b" * 64


@contextmanager
def places() -> Iterator[dict[str, Iterator[str]]]:
    """name of the database system → an endless supply of URLs of seeded databases."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, running_server() as server:

        def sqlite() -> Iterator[str]:
            n = 0
            while True:
                n += 1
                yield _seeded(f"sqlite:///{Path(folder) / f'{n}.db'}")

        def postgresql() -> Iterator[str]:
            while True:
                yield _seeded(server.url(server.create()))

        yield {"sqlite": sqlite(), "postgresql": postgresql()}


def _seeded(url: str) -> str:
    migrations.upgrade(url)
    engine = engine_for(url)
    with Session(engine) as session, session.begin():
        setup.seed(session, through=2026)
    engine.dispose()
    return url
