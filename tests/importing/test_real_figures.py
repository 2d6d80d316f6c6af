"""Public tables taken in, and the figures that must come of them, as computed apart from this program."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from analytics.dashboards.board import board
from analytics.dashboards.filters import Filters
from analytics.dashboards.page import Linked
from analytics.dashboards.pages import PAGES
from analytics.kpi import query
from analytics.labels import Row
from analytics.periods import midnight
from models import verify
from models.actor import Actor
from models.importing.mapping import load_mapping
from models.tables import Ticket, Unit
from tests.fixtures.shared import SHARED, needs_shared
from tests.importing.test_intake import KEY, Desk
from tests.importing.test_mapping import MAPPINGS

BOSTON, UCI = "boston-311-2015h1", "uci-incident-log"
EVERY = 12
"""A test run takes every so many rows; `make test-slow` all of them."""
EXTRACTS_END = datetime(2016, 1, 13, 5, tzinfo=UTC)
"""2016-01-13T00:00-05:00, after the last time in Boston's table."""
BY_UNIT = {
    "PWDx": (15_117, 25_632), "ISD": (1_948, 9_850), "BTDT": (3_306, 7_534), "INFO": (670, 6_469),
    "PARK": (1_479, 4_055), "PROP": (209, 2_016), "HS_O": (967, 1_092), "BWSC": (187, 576), "DISB": (378, 390),
    "ANML": (24, 279), "HS_Y": (0, 63), "GEN_": (20, 36), "CHT_": (31, 32), "HS_V": (0, 5), "BPS_": (0, 3),
    "HS_D": (0, 2), "No Q": (0, 1),
}  # fmt: skip
BY_MONTH = {
    "2015-01": 7_424, "2015-02": 9_057, "2015-03": 10_052, "2015-04": 10_598, "2015-05": 10_466, "2015-06": 10_173,
    "2015-07": 265,
}  # fmt: skip
"""Registered by month in Asia/Shanghai: Boston's evenings move on."""


SIZES = [pytest.param(EVERY, id=f"every {EVERY}th row"), pytest.param(1, id="whole", marks=pytest.mark.slow)]


@dataclass(frozen=True)
class Taken:
    """A table that was taken in: the desk, and its rows as pandas reads them. whole: then its totals are known."""

    desk: Desk
    rows: pd.DataFrame
    whole: bool


@pytest.fixture(scope="module", params=SIZES)
def taken_in(
    request, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Taken]]:
    """A table taken in once for all tests of this file, or as much of it as a test run has time for."""
    known: dict[str, Taken] = {}

    def take(name: str, path: Path, rejected: Callable[[pd.DataFrame], int]) -> Taken:
        if name not in known:
            folder = tmp_path_factory.mktemp(name)
            (folder / "kefu.db").write_bytes(sqlite_template.read_bytes())
            rows = pd.read_csv(path, dtype=str, keep_default_na=False)[:: request.param]
            rows.to_csv(folder / path.name, index=False)
            desk = Desk(f"sqlite:///{folder / 'kefu.db'}", folder)
            done, _ = desk.takes(folder / path.name, load_mapping(MAPPINGS / f"{name}.yaml"))
            wrong = rejected(rows)
            assert done == {"read": len(rows), "added": len(rows) - wrong, "known": 0, "rejected": wrong}
            known[name] = Taken(desk, rows, request.param == 1)
        return known[name]

    yield take
    for taken in known.values():
        taken.desk.engine.dispose()


def boston_times(rows: pd.DataFrame) -> pd.DataFrame:
    """When each request was opened, due and closed, as instants: an hour that comes twice is its first."""
    written = rows[["OPEN_DT", "TARGET_DT", "CLOSED_DT"]].apply(pd.to_datetime, format="%m/%d/%Y %I:%M:%S %p")
    return written.apply(lambda at: at.dt.tz_localize("America/New_York", ambiguous=[True] * len(at)))


def backwards(rows: pd.DataFrame) -> pd.Series:
    times = boston_times(rows)
    return times["CLOSED_DT"] < times["OPEN_DT"]


@pytest.fixture
def boston(taken_in) -> Taken:
    path = SHARED / BOSTON / "boston311_2015h1.csv"
    return taken_in("boston-311", path, lambda rows: int(backwards(rows).sum()))


@pytest.fixture
def uci(taken_in) -> Taken:
    return taken_in("uci-incidents", SHARED / UCI / "incidents_last_state.csv", lambda _: 0)


def figures(taken: Taken, name: str, as_of: datetime, by: tuple[str, ...] = ()) -> list[Row]:
    with Session(taken.desk.engine) as session:
        return query(session, [name], as_of=as_of, by=by)


def parts(taken: Taken, name: str, as_of: datetime) -> tuple[int, int | None]:
    (row,) = figures(taken, name, as_of)
    return row.numerator, row.denominator


@needs_shared(BOSTON)
def test_bostons_72_hours_and_its_own_deadlines_come_out_as_computed(boston):
    rows = boston.rows[~backwards(boston.rows)]
    times = boston_times(rows)
    closed, target = times["CLOSED_DT"], times["TARGET_DT"]
    on_time = (int((closed - times["OPEN_DT"] <= pd.Timedelta(hours=72)).sum()), len(rows))
    upstream = (int((closed <= target).sum()), int((target.notna() & (closed.notna() | (target < EXTRACTS_END))).sum()))
    assert parts(boston, "on_time_rate", EXTRACTS_END) == on_time
    assert parts(boston, "upstream_on_time_rate", EXTRACTS_END) == upstream
    if boston.whole:
        assert (on_time, upstream) == ((24_336, 58_035), (27_255, 42_981))


@needs_shared(BOSTON)
def test_bostons_units_come_out_as_computed(boston):
    rows = boston.rows[~backwards(boston.rows)]
    times = boston_times(rows)
    on_time = times["CLOSED_DT"] - times["OPEN_DT"] <= pd.Timedelta(hours=72)
    counted = on_time.groupby(rows["Department"]).agg(["sum", "size"])
    expected = {unit: (int(n), int(of)) for unit, n, of in counted.itertuples()}
    found = figures(boston, "on_time_rate", EXTRACTS_END, ("unit",))
    assert {row.dims["unit"]: (row.numerator, row.denominator) for row in found} == expected
    if boston.whole:
        assert expected == BY_UNIT


@needs_shared(BOSTON)
def test_bostons_months_are_shanghais(boston):
    opened = boston_times(boston.rows[~backwards(boston.rows)])["OPEN_DT"].dt.tz_convert("Asia/Shanghai")
    expected = opened.dt.strftime("%Y-%m").value_counts().to_dict()
    found = figures(boston, "complaints", EXTRACTS_END, ("month",))
    assert {row.dims["month"]: row.value for row in found} == expected
    if boston.whole:
        assert expected == BY_MONTH


@needs_shared(BOSTON)
def test_bostons_log_verifies(boston):
    with boston.desk.engine.connect() as connection:
        found = verify.verify(connection, KEY)
    assert (found.tickets, found.differences) == (int((~backwards(boston.rows)).sum()), [])


@needs_shared(UCI)
def test_a_question_mark_is_no_unit_and_leading_zeros_stay(uci):
    first = uci.rows["number"].iloc[0]
    with Session(uci.desk.engine) as session:
        assert session.scalar(select(Unit.id).where(Unit.name == "?")) is None
        assert session.scalars(select(Ticket).where(Ticket.source_key == first.lstrip("0"))).one().source_no == first


@needs_shared(UCI)
def test_a_reopening_is_a_dissatisfied_round(uci):
    """Both rates against pandas: an incident that was resolved and closed was satisfied in the end."""
    resolved = uci.rows[uci.rows["resolved_at"] != "?"]
    reopened = resolved["reopen_count"].astype(int) > 0
    as_of = datetime(2017, 3, 1, tzinfo=UTC)
    again = int(reopened.sum())
    assert parts(uci, "first_time_satisfaction", as_of) == (len(resolved) - again, len(resolved))
    assert parts(uci, "repeat_callback_rate", as_of) == (again, len(resolved))
    rounds = int(resolved["reopen_count"].astype(int).sum())
    assert parts(uci, "satisfaction_rate", as_of) == (len(resolved), len(resolved) + rounds)
    if uci.whole:
        assert (again, len(resolved), rounds) == (274, 23_362, 330)


@needs_shared(UCI)
def test_an_incident_that_nobody_had_or_that_closed_unresolved_in_time_owes_no_72_hours(uci):
    """One has neither group nor resolution and stays registered; twelve were closed within 72 hours: void."""
    table = uci.rows
    times = table[["opened_at", "closed_at"]].apply(pd.to_datetime, format="%d/%m/%Y %H:%M")
    unresolved = table["resolved_at"] == "?"
    nobody = unresolved & (table["assignment_group"] == "?")
    void = unresolved & ~nobody & (times["closed_at"] - times["opened_at"] <= pd.Timedelta(hours=72))
    _, due = parts(uci, "on_time_rate", datetime(2017, 3, 1, tzinfo=UTC))
    assert due == len(table) - int(nobody.sum()) - int(void.sum())
    if uci.whole:
        assert (int(nobody.sum()), int(void.sum())) == (1, 12)
        assert parts(uci, "on_time_rate", datetime(2017, 3, 1, tzinfo=UTC)) == (15_095, 24_918 - 1 - 12)


@needs_shared(BOSTON)
def test_bostons_february_is_a_signal_on_the_page_of_time_limits_and_its_water_commission_a_unit_like_another(boston):
    """The snow: of the city's own deadlines, the weeks from 2 February to 1 March all lie outside the limits; of the 72
    hours, the week from 9 February does, with those beside it close to the limit."""
    if not boston.whole:
        pytest.skip(f"one row in {EVERY} is too few for a signal: the whole is behind `make test-slow`")
    who = Actor(1, frozenset({"operations"}))
    half = Filters(start=midnight(date(2015, 1, 1)), end=midnight(date(2015, 7, 1)), grain="week")
    pages = {page.name: page for page in PAGES}
    with Session(boston.desk.engine) as session:
        times = board(pages["times"], session, who, half, EXTRACTS_END, str).panels
        units = board(pages["units"], session, who, half, EXTRACTS_END, str).panels["on-time"]
    city, hours = (
        {str(cells[0]): str(cells[-1]) for cells in times[name].table.rows} for name in ("upstream", "on-time")
    )
    assert all("超出控制限" in city[f"2015 年第 {week} 周"] for week in (6, 7, 8, 9))
    assert "超出控制限" in hours["2015 年第 7 周"]
    assert [hours[f"2015 年第 {week} 周"] for week in (6, 8)] == ["3 期中有 2 期接近控制限"] * 2
    assert any(isinstance(cells[0], Linked) and cells[0].text == "BWSC" for cells in units.table.rows)
