"""Pages of 1,000,000 tickets against 10,000: milliseconds and number of queries.

The million is the demo city of the ten thousand a hundred times over, in the same three years: a hundred times as many
tickets each day, and as many times as many that are open. Texts, events, obligations and the search index come with
them. `PAGES_TICKETS=200000` makes fewer, `PAGES_DIR=folder` keeps both cities there for the next time. What names a
ticket in an event's hash does not: the log of copies is broken.
"""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

import run as program
from admin.roles import sync_roles
from admin.security import hash_password
from config import Settings
from models import index, migrations, setup, store
from models.book import Book
from models.database import analyse, engine_for
from models.demo import build
from models.tables import Ticket
from tests.bench.places import KEY

SMALL, LARGE = 10_000, int(os.environ.get("PAGES_TICKETS", "1000000"))
TIMES = 15
PASSWORD = "desk-Of-the-96568"
TODAY = datetime.now(UTC).date()
PAGES = {
    "list": "/ticket/",
    "list, last page": "/ticket/?page=20",
    "list, filtered": "/ticket/?state=handling",
    "list, by unit": "/ticket/?sort=unit",
    "list, a common word": "/ticket/?q=水压",
    "list, a rare word": "/ticket/?q=漂白粉味",
    "list, two words": "/ticket/?q=水压 热水器",
    "list, a word in notes": "/ticket/?q=停水窗口",
    "list, a common word long ago": f"/ticket/?q=水压&to={TODAY - timedelta(days=900)}",
    "list, a common word in a month": f"/ticket/?q=水压&from={TODAY - timedelta(days=930)}"
    f"&to={TODAY - timedelta(days=900)}",
    "list, a common word of few": "/ticket/?q=水压&state=returned",
    "list, a common word of many": "/ticket/?q=水压&state=closed&unit=3",
    "home": "/",
}


def run() -> None:
    kept = os.environ.get("PAGES_DIR")
    folder = Path(kept or tempfile.mkdtemp(prefix="bench-"))
    try:
        small, large = cities(folder)
        before, after = _measure(small, SMALL), _measure(large, LARGE)
        for name, took in after.items():
            print(f"{name}: {took / before[name]:.2f} times as long")
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


def city(folder: Path, size: int) -> Engine:
    """A city of so many tickets in a folder: the demo's, or as many copies of it. `folder` keeps the demo's."""
    demo, wanted = _settings(folder / f"{SMALL}"), _settings(folder / f"{size}")
    if not (demo.data_dir / "kefu.db").exists():
        fill(demo, SMALL)
    if not (wanted.data_dir / "kefu.db").exists():
        shutil.copyfile(demo.data_dir / "kefu.db", wanted.data_dir / "kefu.db")
        multiply(wanted, size // SMALL)
    migrations.upgrade(wanted.database_url)
    return engine_for(wanted.database_url)


def cities(folder: Path) -> tuple[Settings, Settings]:
    """The small city and the large one in a folder, made where they are not there yet."""
    small, large = _settings(folder / f"{SMALL}"), _settings(folder / f"{LARGE}")
    if not (folder / "complete").exists():
        _build(small, large)
        (folder / "complete").touch()
    for settings in (small, large):
        migrations.upgrade(settings.database_url)
    return small, large


def _build(small: Settings, large: Settings) -> None:
    fill(small, SMALL)
    shutil.copyfile(small.data_dir / "kefu.db", large.data_dir / "kefu.db")
    start = time.perf_counter()
    multiply(large, LARGE // SMALL)
    for settings in (small, large):
        engine = engine_for(settings.database_url)
        analyse(engine)
        engine.dispose()
    print(f"{LARGE} tickets copied from {SMALL} in {time.perf_counter() - start:.0f} s")


def _settings(folder: Path) -> Settings:
    folder.mkdir(parents=True, exist_ok=True)
    return Settings(data_dir=folder, log_key=KEY.decode())  # type: ignore[arg-type]


def multiply(settings: Settings, times: int) -> None:
    """Each ticket with all that hangs on it `times` times, under ids and numbers of their own."""
    engine = engine_for(settings.database_url)
    with engine.connect() as connection:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -500000", "foreign_keys = OFF"):
            connection.exec_driver_sql(f"PRAGMA {pragma}")
        for table in (store.TICKET, *store.PART_TABLES.values(), store.EVENT, store.TEXT):
            columns = [column.name for column in table.columns]
            shown = ", ".join(COPIED.get((table.name, name), COPIED.get(name, name)) for name in columns)
            connection.exec_driver_sql(
                f"WITH RECURSIVE copy(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM copy WHERE k < {times - 1}) "
                f"INSERT INTO {table.name} ({', '.join(columns)}) SELECT {shown} FROM {table.name}, copy"
            )
            connection.commit()
        start = time.perf_counter()
        read = index.rebuild(connection)
        connection.commit()
        print(f"search index of {read} tickets made in {time.perf_counter() - start:.0f} s")
    engine.dispose()


APART = 32
"""The ids of copies stand so far apart; what two tickets of one millisecond have between them is more."""
COPIED = {
    ("ticket", "id"): f"id + k * {APART}",
    "ticket_id": f"ticket_id + k * {APART}",
    "to_id": f"to_id + k * {APART}",
    "main_id": f"main_id + k * {APART}",
    "repeat_of_id": f"repeat_of_id + k * {APART}",
    "no": "CASE WHEN no LIKE 'ZL-%' THEN printf('%s%07d', substr(no, 1, 8), substr(no, 9) + k * 20000) "
    "ELSE no || '-' || k END",
    ("ticket_event", "no"): "no",
    "source_key": "NULL",
}
"""Column → how a copy has it."""


def _measure(settings: Settings, size: int) -> dict[str, float]:
    """page → median seconds."""
    app = program.create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        sync_roles(app.appbuilder)  # type: ignore[attr-defined]
        engine = app.extensions["sqlalchemy"].engine
        with Session(engine) as session:
            ids = session.scalars(
                select(Ticket.id)
                .where(Ticket.track == "quality", Ticket.no.like("ZL-____-_____"))
                .order_by(Ticket.registered_at.desc())
                .limit(50)
            ).all()
    client = app.test_client()
    client.post("/login/", data={"username": "operations", "password": PASSWORD})
    pages = PAGES | {"ticket": f"/ticket/{ids[10]}"}
    found = {}
    for name, path in pages.items():
        with _counted(engine) as count:
            took = [_get(client, path) for _ in range(TIMES)]
        print(f"{size} tickets, {name}: median {statistics.median(took) * 1000:.0f} ms, "
              f"{count[0] / TIMES:.0f} queries")  # fmt: skip
        found[name] = statistics.median(took)
    return found


def fill(settings: Settings, size: int) -> None:
    migrations.upgrade(settings.database_url)
    engine = engine_for(settings.database_url)
    with Session(engine) as session, session.begin():
        setup.seed(session, through=2027)
        build(session, Book(session, KEY), tickets=size, months=36, seed=1, now=datetime.now(UTC),
              password_hash=hash_password(PASSWORD))  # fmt: skip
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
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
