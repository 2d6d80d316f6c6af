"""Cities to count in, each on both databases: a lively one from the desk, an odd one of rows that sit on edges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from shutil import copyfile

import pytest
from sqlalchemy import Engine, delete, insert, select
from sqlalchemy.orm import Session

from models.base import Model
from models.database import engine_for
from tests.analytics.city import City, city_of, lively, settle
from tests.analytics.odd import odd
from tests.fixtures.database import BOTH

Pair = dict[str, Session]
"""One city twice: a session on SQLite and one on PostgreSQL, by the database's name."""


@pytest.fixture(scope="session")
def settled_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with units and people, and nothing complained of; copy it, never open it."""
    path = tmp_path_factory.mktemp("settled") / "kefu.db"
    copyfile(sqlite_template, path)
    _build(path, settle)
    return path


@pytest.fixture(scope="session")
def settled_city(request: pytest.FixtureRequest) -> Iterator[Pair]:
    """The same on both databases, for tests that commit nothing."""
    yield from _twice(request, lambda _: None)


@pytest.fixture(params=BOTH)
def city(request: pytest.FixtureRequest, settled_city: Pair) -> Iterator[City]:
    """A city of one's own on each database: what a test does in it is never committed."""
    with Session(settled_city[request.param].get_bind()) as session:
        yield city_of(session)


@pytest.fixture(scope="session")
def lively_city(request: pytest.FixtureRequest) -> Iterator[Pair]:
    """Some tickets that went through the desk."""
    yield from _twice(request, lambda session: lively(session, 40, 7))


@pytest.fixture(scope="session")
def odd_city(request: pytest.FixtureRequest) -> Iterator[Pair]:
    """Rows that no desk would make."""
    yield from _twice(request, lambda session: odd(session, 80, 7))


def _twice(request: pytest.FixtureRequest, build: Callable[[Session], object]) -> Iterator[Pair]:
    """Build on SQLite, copy row by row to PostgreSQL: the same rows, made once."""
    server = request.getfixturevalue("postgres_server")
    path = request.getfixturevalue("tmp_path_factory").mktemp("city") / "kefu.db"
    copyfile(request.getfixturevalue("settled_file"), path)
    _build(path, build)
    with ExitStack() as stack:
        url = stack.enter_context(server.database(request.getfixturevalue("postgres_template")))
        engines = [engine_for(f"sqlite:///{path}"), engine_for(url)]
        for engine in engines:
            stack.callback(engine.dispose)
        copy(*engines)
        yield {engine.dialect.name: stack.enter_context(Session(engine)) for engine in engines}


def _build(path: Path, build: Callable[[Session], object]) -> None:
    engine = engine_for(f"sqlite:///{path}")
    with Session(engine) as session:
        build(session)
        session.commit()
    with engine.connect() as connection:  # what stands in the write-ahead log would be missing in a copy
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


def copy(source: Engine, target: Engine) -> None:
    """Every row of one database into another that has the same tables, with nothing but what a migration puts there."""
    with source.connect() as reads, target.begin() as writes:
        for table in Model.metadata.sorted_tables:
            rows = [dict(row) for row in reads.execute(select(table).order_by(*table.primary_key)).mappings()]
            writes.execute(delete(table))
            if rows:
                writes.execute(insert(table), rows)
