"""Each figure's query time at 10,000 and 100,000 tickets, on SQLite and PostgreSQL, and how it grows.

Ten times the tickets in the same three years may take ten times as long, and no longer. The larger city is the smaller
one copied (`pages`); what no figure reads stays behind on PostgreSQL. `FIGURES_TICKETS=1000000` measures there instead.
"""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, insert, select, text
from sqlalchemy.orm import Session

from analytics import kpi
from analytics.metrics import METRICS
from models import migrations
from models.base import Model
from models.database import analyse, engine_for
from models.tables import Attachment, Notice, NoticeDelivery, TicketEvent, TicketText
from tests.bench import pages
from tests.fixtures.postgres import running_server

SIZES = (10_000, int(os.environ.get("FIGURES_TICKETS", "100000")))
TIMES = 5
DIVIDED: tuple[tuple[str, ...], ...] = ((), ("month",), ("month", "unit"))
UNREAD = {one.__table__ for one in (TicketText, TicketEvent, Attachment, Notice, NoticeDelivery)}
CHUNK = 20_000

Took = dict[tuple[str, tuple[str, ...]], float]


def run() -> None:
    kept = os.environ.get("PAGES_DIR")
    folder = Path(kept or tempfile.mkdtemp(prefix="bench-"))
    try:
        with running_server() as server:
            found: dict[str, list[Took]] = {"sqlite": [], "postgresql": []}
            for size in SIZES:
                city = pages.city(folder, size)
                analyse(city)
                found["sqlite"].append(_measure(city))
                there = engine_for(server.url(server.create()))
                migrations.upgrade(there.url.render_as_string(hide_password=False))
                _copy(city, there)
                found["postgresql"].append(_measure(there))
                city.dispose()
                there.dispose()
        for database, (small, large) in found.items():
            for name in METRICS:
                told = [f"by {' and '.join(by) or 'nothing'} {small[name, by]:.0f} -> {large[name, by]:.0f} ms"
                        for by in DIVIDED]  # fmt: skip
                print(f"{database}, {name}: {', '.join(told)}")
            slowest = max(large, key=lambda key: large[key] / max(small[key], 1))
            grown = large[slowest] / max(small[slowest], 1)
            print(f"{database}, {SIZES[0]} to {SIZES[1]} tickets: grows most {slowest}, {grown:.1f} times as long")
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


def _measure(engine: Engine) -> Took:
    """(figure, by) → median milliseconds of the whole answer, intervals and names included."""
    now, took = datetime.now(UTC), {}
    with Session(engine) as session:
        for name in METRICS:
            for by in DIVIDED:
                times = []
                for _ in range(TIMES):
                    start = time.perf_counter()
                    kpi.query(session, [name], as_of=now, by=by, scope="all")
                    times.append((time.perf_counter() - start) * 1000)
                took[name, by] = statistics.median(times)
    return took


def _copy(source: Engine, target: Engine) -> None:
    """What figures read, row by row."""
    with source.connect() as reads, target.begin() as writes:
        writes.execute(text("SET session_replication_role = replica"))
        for table in Model.metadata.sorted_tables:
            if table in UNREAD:
                continue
            writes.execute(table.delete())
            for rows in reads.execution_options(yield_per=CHUNK).execute(select(table)).mappings().partitions():
                writes.execute(insert(table), [dict(row) for row in rows])
    with target.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
