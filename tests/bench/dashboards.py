"""Pages of the dashboards at 200,000 tickets: server time against their SQL alone, size on the wire, and pandas.

DASHBOARDS_TICKETS: how many tickets; PAGES_DIR: where a filled database is kept from run to run.
"""

from __future__ import annotations

import gzip
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

import run as program
from admin.roles import sync_roles
from analytics.dashboards.pages import PAGES
from config import Settings
from models import migrations
from models.database import analyse, engine_for
from tests.admin.sweep.callbacks import bodies
from tests.bench.pages import PASSWORD, fill, multiply

SEED, SIZE = 10_000, int(os.environ.get("DASHBOARDS_TICKETS", "200000"))
TIMES = 7
Statement = tuple[str, Any]


def run() -> None:
    kept = os.environ.get("PAGES_DIR")
    folder = Path(kept or tempfile.mkdtemp(prefix="bench-")) / f"dashboards-{SIZE}"
    settings = Settings(data_dir=folder, log_key="b" * 64)  # type: ignore[arg-type]
    try:
        if not (folder / "complete").exists():
            folder.mkdir(parents=True, exist_ok=True)
            fill(settings, SEED)
            multiply(settings, SIZE // SEED)
            engine = engine_for(settings.database_url)
            analyse(engine)
            engine.dispose()
            (folder / "complete").touch()
        migrations.upgrade(settings.database_url)
        _measure(settings)
    finally:
        if not kept:
            shutil.rmtree(folder.parent, ignore_errors=True)


def _measure(settings: Settings) -> None:
    app = program.create_app(settings)
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        sync_roles(app.appbuilder)  # type: ignore[attr-defined]
    house = app.extensions["house"]
    engine: Engine = house.figures_engine
    client = app.test_client()
    client.post("/login/", data={"username": "operations", "password": PASSWORD})
    declared = client.get("/analytics/_dash-dependencies").json
    on_change = [one for one in declared if not one.get("clientside_function")
                 and any(given["property"] == "search" for given in one["inputs"])]  # fmt: skip
    print(f"requests to the server for a filter that changes: {len(on_change)}")
    took = {}
    for page in PAGES:
        search = "?unit=东城营业所" if page.of_unit else ""
        (body,) = bodies(on_change, f"/analytics/{page.name}", search)
        with _seen(engine) as statements:
            answer = _ask(client, body)
        told = tuple(statements)
        whole = statistics.median(_timed(lambda body=body: _ask(client, body)) for _n in range(TIMES))
        alone = statistics.median(_timed(lambda told=told: _replay(engine, told)) for _n in range(TIMES))
        took[page.name] = whole
        print(f"{SIZE} tickets, {page.name or 'overview'}: {whole * 1000:.0f} ms, its {len(told)} statements alone "
              f"{alone * 1000:.0f} ms, ratio {whole / alone:.2f}; {len(gzip.compress(answer)) / 1024:.0f} KB for "
              f"{len(page.panels)} figures")  # fmt: skip
    pandas = _timed(lambda: _in_pandas(engine))
    print(f"overview by pandas over the whole tables: {pandas:.1f} s, {pandas / took['']:.0f} times as long")


def _ask(client: FlaskClient, body: Any) -> bytes:
    response = client.post("/analytics/_dash-update-component", json=body)
    if response.status_code != 200 or b"kf-figure" not in response.data:
        raise RuntimeError(f"no figures: {response.status_code}")
    return response.data


def _timed(work: Any) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


@contextmanager
def _seen(engine: Engine) -> Iterator[list[Statement]]:
    found: list[Statement] = []

    def seen(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        found.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", seen)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", seen)


def _replay(engine: Engine, statements: tuple[Statement, ...]) -> None:
    """The statements by the bare driver, all rows fetched."""
    with closing(engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
        for statement, parameters in statements:
            cursor.execute(statement, parameters)
            cursor.fetchall()


def _in_pandas(engine: Engine) -> list[Any]:
    """The overview as an analyst has it: the tables whole, then grouped by month."""
    tickets = pd.read_sql("SELECT * FROM ticket", engine)
    owed = pd.read_sql("SELECT * FROM obligation", engine)
    calls = pd.read_sql("SELECT * FROM callback", engine)
    books = pd.read_sql("SELECT * FROM customer_count", engine)

    def month(values: pd.Series[Any]) -> pd.Series[Any]:
        return pd.to_datetime(values, utc=True, format="ISO8601").dt.tz_convert("Asia/Shanghai").dt.strftime("%Y-%m")

    complaints = tickets[(tickets["kind"] == "complaint") & (tickets["track"] == "quality")].copy()
    complaints["month"] = month(complaints["registered_at"])
    by_month = complaints.groupby("month").size()
    customers = books.assign(month=books["month"].map(lambda day: str(date.fromisoformat(str(day)))[:7]))
    rate = by_month / customers.groupby("month")["customers"].sum() * 10_000
    mine = owed[(owed["kind"] == "handle") & owed["ticket_id"].isin(complaints["id"])].copy()
    mine["month"] = month(mine["due_at"])
    mine["on_time"] = mine["settled_at"].notna() & (mine["settled_at"] <= mine["due_at"])
    on_time = mine.groupby("month")["on_time"].mean()
    said = calls[calls["outcome"].isin(["satisfied", "dissatisfied", "concluded"]) & calls["corrected_at"].isna()]
    said = said[said["ticket_id"].isin(complaints["id"])].sort_values(["ticket_id", "n"])
    first = said.groupby("ticket_id").agg(outcome=("outcome", "first"), at=("called_at", "first"), of=("n", "size"))
    first["month"] = month(first["at"])
    satisfied = first.groupby("month")["outcome"].apply(lambda outcome: (outcome == "satisfied").mean())
    again = first.groupby("month")["of"].apply(lambda of: (of > 1).mean())
    closed = month(complaints["closed_at"].dropna())
    backlog = by_month.cumsum() - closed.value_counts().sort_index().cumsum()
    categories = complaints.groupby("category_id").size().sort_values()
    return [rate, on_time, satisfied, again, backlog, categories]
