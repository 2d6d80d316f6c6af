"""A ticket page and a list page of 58,000 tickets against 5,800: milliseconds and number of queries."""

from __future__ import annotations

import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

import run as program
from admin.roles import sync_roles
from admin.security import hash_password
from config import Settings
from models import migrations, setup
from models.book import Book
from models.database import engine_for
from models.demo import build
from models.tables import Ticket
from tests.bench.places import KEY

SIZES = (5_800, 58_000)
TIMES = 15
PASSWORD = "desk-Of-the-96568"
PAGES = {
    "list": "/ticket/",
    "list, last page": "/ticket/?page=20",
    "list, filtered": "/ticket/?state=handling",
    "home": "/",
}


def run() -> None:
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        for size in SIZES:
            _measure(folder / str(size), size)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _measure(folder: Path, size: int) -> None:
    settings = Settings(data_dir=folder, log_key=KEY.decode())  # type: ignore[arg-type]
    folder.mkdir()
    _fill(settings, size)
    app = program.create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        sync_roles(app.appbuilder)  # type: ignore[attr-defined]
        engine = app.extensions["sqlalchemy"].engine
        with Session(engine) as session:
            ids = session.scalars(
                select(Ticket.id).where(Ticket.track == "quality").order_by(Ticket.registered_at.desc()).limit(50)
            ).all()
    client = app.test_client()
    client.post("/login/", data={"username": "operations", "password": PASSWORD})
    pages = PAGES | {"ticket": f"/ticket/{ids[10]}"}
    for name, path in pages.items():
        with _counted(engine) as count:
            took = [_get(client, path) for _ in range(TIMES)]
        print(f"{size} tickets, {name}: median {statistics.median(took) * 1000:.0f} ms, "
              f"{count[0] / TIMES:.0f} queries")  # fmt: skip


def _fill(settings: Settings, size: int) -> None:
    migrations.upgrade(settings.database_url)
    engine = engine_for(settings.database_url)
    with Session(engine) as session, session.begin():
        setup.seed(session, through=2027)
        build(session, Book(session, KEY), tickets=size, months=36, seed=1, now=datetime.now(UTC),
              password_hash=hash_password(PASSWORD))  # fmt: skip
    engine.dispose()


def _get(client: FlaskClient, path: str) -> float:
    start = time.perf_counter()
    response = client.get(path)
    took = time.perf_counter() - start
    if response.status_code != 200:
        raise RuntimeError(f"{path} answered {response.status_code}")
    return took


@contextmanager
def _counted(engine: Engine) -> Iterator[list[int]]:
    count = [0]

    def seen(*_: object) -> None:
        count[0] += 1

    event.listen(engine, "before_cursor_execute", seen)
    try:
        yield count
    finally:
        event.remove(engine, "before_cursor_execute", seen)
