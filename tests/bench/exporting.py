"""Exports of a million tickets: time against a bare cursor with `csv` of the same columns, memory against a tenth.

The cities are those of `tests.bench.pages`, and kept in the same folder (`PAGES_DIR`). On PostgreSQL the smaller one.
"""

from __future__ import annotations

import csv
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, func, insert, literal, select
from sqlalchemy.orm import Session

from analytics import files, frames
from analytics.columns import FRAMES, columns
from analytics.frames import Wanted
from models.base import Model
from models.database import engine_for
from models.tables import Ticket
from models.types import SHANGHAI
from tests.bench import pages
from tests.bench.places import KEY, places

ROOT = Path(__file__).parents[2]
TIMES = 3
MEASURED = ("tickets", "obligations")
WATCHED = """
import sys, run
run.main(standalone_mode=False)
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")), file=sys.stderr)
"""


def run() -> None:
    kept = os.environ.get("PAGES_DIR")
    folder = Path(kept or tempfile.mkdtemp(prefix="bench-"))
    try:
        small, large = pages.cities(folder)
        engine = engine_for(large.database_url)
        _speed(engine)
        tenth = _tenth(engine)
        engine.dispose()
        _speed_of_postgresql(small.database_url)
        for form in files.FORMATS:
            whole, part = (_peak(large.data_dir, form, since) for since in (None, tenth))
            print(f"export tickets as {form}, peak memory: whole {whole / 1024:.0f} MiB, a tenth "
                  f"{part / 1024:.0f} MiB; ratio {whole / part:.2f}")  # fmt: skip
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


def _speed(engine: Engine) -> None:
    """Ours and the bare cursor's, one after the other, so that both find the disk in the same state."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, Session(engine) as session:
        for name in MEASURED:
            asked = Wanted(frame=name, as_of=datetime.now(UTC), key=KEY)
            took: dict[str, list[float]] = {"bare": [], "ours": []}
            for n in range(TIMES):
                path = Path(folder) / f"{n}.csv"
                took["bare"].append(_timed(_bare, engine, name, path))
                took["ours"].append(_timed(files.write, session, asked, "csv", path))
                path.unlink()
            rows = frames.count(session, asked)
            bare, ours = (statistics.median(took[who]) for who in ("bare", "ours"))
            print(f"export {name} as CSV, {engine.dialect.name}, {rows} rows: {ours:.2f} s; bare cursor with csv "
                  f"{bare:.2f} s; ratio {ours / bare:.2f}")  # fmt: skip


def _bare(engine: Engine, name: str, path: Path) -> None:
    """The same columns as they stand in the tables, ids and all, in the same order, as the driver gives them; where
    ours are worked out or the same in every row, a word of their length."""
    frame = FRAMES[name]
    values = [literal("on_time") if column.value is None else column.value for column in columns(frame)]
    statement = select(*values).select_from(frame.rows).where(Ticket.track == "quality").order_by(*frame.order)
    told = str(statement.compile(engine, compile_kwargs={"literal_binds": True}))
    with closing(engine.raw_connection()) as connection, path.open("w", encoding="utf-8", newline="") as file:
        cursor = connection.cursor()
        cursor.execute(told)
        csv.writer(file).writerows(cursor)


def _timed(work: Callable[..., object], *given: object) -> float:
    start = time.perf_counter()
    work(*given)
    return time.perf_counter() - start


def _speed_of_postgresql(source: str) -> None:
    with places() as systems:
        reads, writes = engine_for(source), engine_for(next(systems["postgresql"]))
        with reads.connect() as here, writes.begin() as there:
            for table in reversed(Model.metadata.sorted_tables):
                there.execute(table.delete())
            for table in Model.metadata.sorted_tables:
                rows = [dict(row) for row in here.execute(select(table)).mappings()]
                for n in range(0, len(rows), 5000):
                    there.execute(insert(table), rows[n : n + 5000])
        with writes.connect() as there:
            there.exec_driver_sql("ANALYZE")
        _speed(writes)
        reads.dispose(), writes.dispose()


def _tenth(engine: Engine) -> str:
    """Since when a tenth of the tickets was registered."""
    with Session(engine) as session:
        many = session.scalar(select(func.count()).select_from(Ticket)) or 0
        late = select(Ticket.registered_at).order_by(Ticket.registered_at.desc()).offset(many // 10).limit(1)
        return session.scalars(late).one().astimezone(SHANGHAI).isoformat()


def _peak(data: Path, form: str, since: str | None) -> int:
    """Peak resident memory of `run.py export`, in KiB."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        environment = {**os.environ, "DATA_DIR": str(data), "LOG_KEY": KEY.decode()}
        environment.pop("DATABASE_URL", None)
        command = [sys.executable, "-c", WATCHED, "export", "tickets", "--format", form,
                   "--out", str(Path(folder) / f"out.{form}"), *(["--from", since] if since else [])]  # fmt: skip
        done = subprocess.run(
            command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        return int(done.stderr.split()[-2])
