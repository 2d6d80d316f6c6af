"""Import of Boston's half year against a bare `executemany` of all the rows it makes, and its memory on a tenth."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Table
from sqlalchemy.orm import Session

from models import store
from models.database import engine_for
from models.importing.intake import Intake
from models.importing.mapping import load_mapping
from models.importing.reading import open_table
from models.tables import Category, Channel, NumberSeries, Source, Unit
from models.types import now
from tests.bench.places import KEY, places
from tests.fixtures.shared import SHARED

ROOT = Path(__file__).parents[2]
BOSTON = SHARED / "boston-311-2015h1" / "boston311_2015h1.csv"
MAPPING = ROOT / "docs" / "mappings" / "boston-311.yaml"
REFERENCE: tuple[Table, ...] = tuple(m.__table__ for m in (Source, Unit, Category, Channel, NumberSeries))
ROWS: tuple[Table, ...] = (store.TICKET, *store.PART_TABLES.values(), store.EVENT, store.TEXT)

WATCHED = """
import sys, run
run.main(standalone_mode=False)
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")), file=sys.stderr)
"""
"""`run.py`, and at the end the most memory it had. Not `ru_maxrss`: a child's begins with its parent's."""


def run() -> None:
    if not BOSTON.exists():
        print(f"importing: {BOSTON} is not here")
        return
    with places() as systems:
        for system, urls in systems.items():
            url, bare = next(urls), next(urls)
            took, counted = _import(url)
            rows = _rows(url)
            total = sum(len(found) for _, found in rows)
            floor = _executemany(bare, rows)
            print(f"import Boston H1, {system}: {took:.1f} s ({counted}); bare executemany of its {total} rows "
                  f"{floor:.1f} s; ratio {took / floor:.2f}")  # fmt: skip
    whole, tenth = _peak(BOSTON), _peak_of_a_tenth()
    print(f"peak memory: whole {whole / 1024:.0f} MiB, a tenth {tenth / 1024:.0f} MiB; ratio {whole / tenth:.2f}")


def _import(url: str) -> tuple[float, dict[str, int]]:
    engine = engine_for(url)

    @contextmanager
    def session() -> Iterator[Session]:
        with Session(engine) as made, made.begin():
            yield made

    mapping = load_mapping(MAPPING)
    start = time.perf_counter()
    with open_table(BOSTON, mapping) as table:
        count = Intake(mapping, table, session, KEY, now()).run(lambda rejected: None)
    took = time.perf_counter() - start
    engine.dispose()
    return took, count.as_dict()


def _rows(url: str) -> list[tuple[Table, list[tuple[Any, ...]]]]:
    """Every row the import made, as the driver gives it."""
    engine = engine_for(url)
    with closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        found = []
        for table in (*REFERENCE, *ROWS):
            columns = ", ".join(column.name for column in table.columns)
            cursor.execute(f"SELECT {columns} FROM {table.name}")
            found.append((table, [tuple(row) for row in cursor.fetchall()]))
    engine.dispose()
    return found


def _executemany(url: str, rows: list[tuple[Table, list[tuple[Any, ...]]]]) -> float:
    engine = engine_for(url)
    with closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        took = 0.0
        for table, found in rows:
            if not found:
                continue
            start = time.perf_counter()
            cursor.executemany(_insert(engine, table), found)
            if table in ROWS:
                took += time.perf_counter() - start
        start = time.perf_counter()
        connection.commit()
        took += time.perf_counter() - start
    engine.dispose()
    return took


def _insert(engine: Engine, table: Table) -> str:
    mark = "?" if engine.dialect.name == "sqlite" else "%s"
    columns = ", ".join(column.name for column in table.columns)
    marks = ", ".join(mark for _ in table.columns)
    return f"INSERT INTO {table.name} ({columns}) VALUES ({marks}) ON CONFLICT DO NOTHING"


def _peak(path: Path) -> int:
    """Peak resident memory of `run.py import`, in KiB."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        environment = {**os.environ, "DATA_DIR": folder, "ADMIN_PASSWORD": "bench-Bench-12345"}
        environment.pop("DATABASE_URL", None)
        run = [sys.executable, str(ROOT / "run.py")]
        subprocess.run([*run, "init"], env=environment, check=True, stdout=subprocess.DEVNULL)
        command = [sys.executable, "-c", WATCHED, "import", str(path), "--mapping", str(MAPPING), "--json"]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        return int(done.stderr.split()[-2])


def _peak_of_a_tenth() -> int:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, BOSTON.open("rb") as whole:
        path = Path(folder) / "tenth.csv"
        with path.open("wb") as part:
            for n, line in enumerate(whole):
                if n <= 5812:
                    part.write(line)
        return _peak(path)
