"""One engine: the same cell by every way of asking, over figures, dimensions and scopes, on both databases (KPI.md).

A way of asking is a row of READERS; whatever shows figures adds itself there.
"""

import csv
import io
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow
import pyarrow.ipc
import pytest
from click.testing import CliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

import run as program
from analytics import kpi
from analytics.dashboards import words
from analytics.dashboards.filters import Filters
from analytics.dashboards.page import Look
from analytics.dashboards.pages import PAGES
from analytics.metrics import METRICS
from analytics.questions import DIMENSIONS, SCOPES, divisible, written
from models.actor import Actor
from models.database import engine_for
from models.penalty_workflow import IGNORED
from models.tables import CustomerCount, Penalty, Unit
from tests.admin.conftest import Api, House, _dispose, settings
from tests.admin.sweep.callbacks import bodies
from tests.fixtures.city import City, brought_to, shanghai
from tests.fixtures.database import BOTH
from tests.policy.penalties import does, propose

AS_OF = shanghai("2026-04-20 12:00")
STATES = {"quality": ("handling", "calling_back", "closed"), "discipline": ("unfounded", "handling", "closed")}
SPANS = ((None, None), ("2026-03-01", "2026-04-01"))


@dataclass(frozen=True)
class Asked:
    """The same question for every reader."""

    names: Sequence[str]
    by: Sequence[str]
    scope: str
    span: tuple[str | None, str | None] = (None, None)

    def words(self) -> dict[str, str]:
        start, end = self.span
        given = {"from": start, "to": end, "by": ",".join(self.by), "scope": self.scope, "as_of": written(AS_OF)}
        return {name: value for name, value in given.items() if value}


@dataclass
class Place:
    """The program over a city with something of everything, and the chairman, who may ask it all."""

    house: House
    chairman: Api


Rows = list[dict[str, Any]]


def of_engine(place: Place, asked: Asked) -> Rows:
    start, end = (shanghai(f"{day} 00:00") if day else None for day in asked.span)
    with place.house.session() as session:
        rows = kpi.query(session, asked.names, as_of=AS_OF, start=start, end=end, by=asked.by, scope=asked.scope)
    return [row.as_dict() for row in rows]


def of_api(place: Place, asked: Asked) -> Rows:
    found: Rows = []
    for name in asked.names:
        answer = place.chairman.get(f"kpi/{name}", **asked.words())
        assert answer.status_code == 200, answer.text
        found += answer.json["rows"]
    return found


def of_command_line(place: Place, asked: Asked) -> Rows:
    options = [part for name, value in asked.words().items() for part in (f"--{name.replace('_', '-')}", value)]
    done = CliRunner().invoke(program.kpi, [*asked.names, *options, "--json"], obj=place.house.app.extensions["house"])
    assert done.exit_code == 0, done.output
    found: Rows = json.loads(done.stdout)["rows"]
    return found


def of_file(form: str) -> Callable[[Place, Asked], Rows]:
    """The frame `kpi`, whose as-of is now: it has every figure that can be divided so."""

    def read(place: Place, asked: Asked) -> Rows:
        words = asked.words() | {"format": form, "by": asked.words().get("by", "")}
        answer = place.chairman.get("frame/kpi", **{name: to for name, to in words.items() if name != "as_of"})
        assert answer.status_code == 200, answer.text
        told = [_as_told(row, asked) for row in TABLES[form](answer.data) if row["metric"] in asked.names]
        return sorted(told, key=lambda row: asked.names.index(row["metric"]))  # stable: within a metric as in the file

    return read


def _of_csv(data: bytes) -> Rows:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def _of_arrow(data: bytes) -> Rows:
    rows: Rows = pyarrow.ipc.open_file(pyarrow.BufferReader(data)).read_all().to_pylist()
    return rows


def _of_xlsx(data: bytes) -> Rows:
    head, *rows = openpyxl.load_workbook(io.BytesIO(data), read_only=True).worksheets[0].iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


TABLES: dict[str, Callable[[bytes], Rows]] = {"csv": _of_csv, "arrow": _of_arrow, "xlsx": _of_xlsx}
MEASURES = ("value", "numerator", "denominator", "missing", "low", "high")


def _as_told(row: dict[str, Any], asked: Asked) -> dict[str, Any]:
    """A file's row as the figure says it: of the dimensions those asked for, numbers as numbers."""
    told = {name: row[name] or None for name in (*asked.by, "metric")}
    told |= {name: None if row[name] in ("", None) else float(row[name]) for name in MEASURES}
    if not told["missing"]:
        del told["missing"]
    return told | ({"not_reached": True} if row["not_reached"] in (True, "true", "TRUE") else {})


READERS: dict[str, Callable[[Place, Asked], Rows]] = {
    "api": of_api, "command line": of_command_line, **{f"{form} file": of_file(form) for form in TABLES},
}  # fmt: skip


@pytest.fixture(scope="module", params=BOTH)
def place(
    request: pytest.FixtureRequest, sqlite_office: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("one-engine")
    if request.param == "sqlite":
        shutil.copyfile(sqlite_office, folder / "office.db")
        yield from _furnished(f"sqlite:///{folder / 'office.db'}", folder)
    else:
        server = request.getfixturevalue("postgres_server")
        with server.database(request.getfixturevalue("postgres_office")) as url:
            yield from _furnished(url, folder)


def _furnished(url: str, folder: Path) -> Iterator[Place]:
    """Tickets of both tracks at several stages, customers of one month, a penalty of each scope."""
    engine = engine_for(url)
    with Session(engine) as session:
        city = City(session)
        tickets = {track: [brought_to(city, track, state, channel="市长热线") for state in states]
                   for track, states in STATES.items()}  # fmt: skip
        plant = session.scalars(select(Unit).where(Unit.name == "第一水厂")).one()
        session.add(CustomerCount(unit_id=plant.id, month=date(2026, 3, 1), customers=31_000))
        for track, person in (("quality", "operations"), ("discipline", "discipline")):
            by, about = city.people[person], tickets[track][0]
            penalty: Penalty = propose(city, by, "2026-03-09 09:00", clause=IGNORED, person="某甲", unit_id=plant.id,
                                       ticket_id=about.id, amount=Decimal("33.10"))  # fmt: skip
            does(city, by, "confirm", penalty, "2026-03-10 09:00")
        session.commit()
    engine.dispose()
    app = program.create_app(settings(url, folder))
    house = House(app)
    house.at(AS_OF)
    yield Place(house, house.api("chairman"))
    _dispose(app)
    app.extensions["house"].figures_engine.dispose()
    app.extensions["house"].engine.dispose()


def same(place: Place, reader: str, asked: Asked) -> Rows:
    found = of_engine(place, asked)
    assert READERS[reader](place, asked) == found, (reader, asked)
    return found


def sample() -> Iterator[Asked]:
    """Some of the product: every dimension, beside another one, and between them every figure, scope and span."""
    dimensions = list(DIMENSIONS)
    for n, one in enumerate(dimensions):
        names = divisible([one])
        beside = dimensions[(n + 3) % len(dimensions)]
        by = (one, beside) if divisible([one, beside]) == names else (one,)
        yield Asked(names[n % 9 :: 9] or names, by, list(SCOPES)[n % 2], SPANS[n % 3 == 0])


@pytest.mark.parametrize("reader", READERS)
def test_every_figure_and_every_dimension_is_the_same_cell_however_it_is_asked_for(place: Place, reader: str):
    asked = list(sample())
    assert {name for one in asked for name in one.names} == set(METRICS)
    assert sum(len(same(place, reader, one)) for one in asked) > len(METRICS), "there is something to compare"


@pytest.mark.slow
@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("reader", READERS)
def test_the_whole_product(place: Place, reader: str, scope: str):
    """Every figure by nothing, by each dimension and by each two, in each scope and span."""
    for span in SPANS:
        for by in ((), *((one,) for one in DIMENSIONS), *combinations(DIMENSIONS, 2)):
            names = divisible(by)
            if names and (by or "file" not in reader):  # the frame is by month where nothing is said
                same(place, reader, Asked(names, by, scope, span))


# Pages ask what they ask: each cell of each table is held to the engine's row


@pytest.mark.parametrize("scope", SCOPES)
def test_a_page_shows_the_cells_of_the_engine(place: Place, scope: str):
    shown, told = 0, {page.name: list(_of_page(place, page.name, scope)) for page in PAGES}
    chairman = Actor(0, frozenset({"chairman"}))
    chosen = Filters(start=shanghai("2025-11-01 00:00"), end=shanghai("2026-05-01 00:00"), scope=scope, unit=None)
    for page in PAGES:
        here = replace(chosen, unit="第一水厂") if page.of_unit else chosen
        with place.house.session() as session:
            asked = page.asks(Look(session=session, actor=chairman, chosen=here, as_of=AS_OF, gettext=str))
            rows = [row for question in asked.values() for row in kpi.answer(session, question)]
        expected = {
            (words.short(row, str), f"{row.numerator:,.0f}",
             "—" if row.denominator is None else f"{row.denominator:,.0f}", words.interval(row)) for row in rows
        }  # fmt: skip
        assert set(told[page.name]) <= expected, page.name
        shown += len(told[page.name])
    assert shown > 40, "there is something to compare"


def _of_page(place: Place, page: str, scope: str) -> Iterator[tuple[str, ...]]:
    """(value, numerator, denominator, interval) of every row of a page's tables that says so, from its callback."""
    search = f"?from=2025-11-01&to=2026-05-01&scope={scope}" + ("&unit=第一水厂" if page == "unit" else "")
    client = place.house.browser("chairman").client
    declared = client.get("/analytics/_dash-dependencies").json
    (body,) = (one for one in bodies(declared, f"/analytics/{page}", search) if "figures.data" in one["output"])
    client.get("/analytics/")  # brings the token, as a cookie
    token = client.get_cookie("_csrf_token").value
    answer = client.post("/analytics/_dash-update-component", json=body, headers={"X-CSRFToken": token})
    assert answer.status_code == 200, answer.text
    for table in _named("Table", answer.json):
        head, *rows = ([_text(cell) for cell in _named(("Th", "Td"), row)] for row in _named("Tr", table))
        if tuple(head[1:5]) == ("数值", "分子", "分母", "95% 区间"):
            yield from (tuple(row[1:5]) for row in rows)


def _named(kinds: str | tuple[str, ...], found: Any) -> Iterator[Any]:
    """The components of these kinds, however deep, the outermost only."""
    if isinstance(found, dict):
        if found.get("type") in (kinds if isinstance(kinds, tuple) else (kinds,)):
            yield found
            return
        found = list(found.values())
    if isinstance(found, list):
        for one in found:
            yield from _named(kinds, one)


def _text(found: Any) -> str:
    if isinstance(found, dict):
        return _text(found["props"].get("children", ""))
    return "".join(map(_text, found)) if isinstance(found, list) else str(found)
