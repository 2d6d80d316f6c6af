"""One engine: the same cell by every way of asking, over figures, dimensions and scopes, on both databases (KPI.md).

A way of asking is a row of READERS; whatever shows figures adds itself there.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

import run as program
from analytics import kpi
from analytics.metrics import METRICS
from analytics.questions import DIMENSIONS, SCOPES, divisible, written
from models.database import engine_for
from models.penalty_workflow import IGNORED
from models.tables import CustomerCount, Penalty, Unit
from tests.admin.conftest import Api, House, _dispose, settings
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


READERS: dict[str, Callable[[Place, Asked], Rows]] = {"api": of_api, "command line": of_command_line}


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
            if names:
                same(place, reader, Asked(names, by, scope, span))
