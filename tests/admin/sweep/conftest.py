"""The house full of secrets, made once a process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.admin.conftest import _dispose
from tests.admin.sweep.world import World


@pytest.fixture(scope="session")
def world(sqlite_office: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(sqlite_office, tmp_path_factory.mktemp("sweep"))
    made.settle()
    yield made
    _dispose(made.house.app)
    made.house.app.extensions["house"].figures_engine.dispose()
