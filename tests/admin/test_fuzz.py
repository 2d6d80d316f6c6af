"""Whatever is sent to the API, by whom ever, it answers as its description says, and never with a mistake of its own.

schemathesis makes the requests from the program's own description, fitting ones and unfitting ones; some are led to
tickets that there are, or nothing would get past the first 404.
"""

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

import run as program
from analytics.columns import FRAMES
from analytics.metrics import METRICS
from models import verify
from models.policy import ROLES
from tests.admin.conftest import QUICK, House, _dispose
from tests.admin.conftest import settings as house_settings
from tests.fixtures.city import KEY, PEOPLE
from tests.fixtures.database import BOTH
from tests.fixtures.postgres import PostgresServer

CHECKS = [not_a_server_error, status_code_conformance, response_schema_conformance]
LEFT_OUT = ("/api/v1/security/logout", "/api/v1/security/refresh", "/api/{version}/_openapi", "/api/v1/menu/")
"""Those that end one's own token, and FAB's two that describe themselves."""
EVERYBODY = [next(name for name, (_, role, _) in PEOPLE.items() if role == wanted) for wanted in ROLES]
"""One account a role."""
SOME = 1
"""Requests to an operation in `make test`."""
MANY = 100_000
"""Requests of `make test-slow`, on both databases together, shared out among roles and operations."""


@pytest.fixture(params=BOTH)
def whole(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """The whole program, figures included; a new one each time: who keeps the categories may well end one."""
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_office"), tmp_path / "office.db")
        yield from _house(f"sqlite:///{tmp_path / 'office.db'}", tmp_path)
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        with server.database(request.getfixturevalue("postgres_office")) as there:
            yield from _house(there, tmp_path)


def _house(url: str, folder: Path) -> Iterator[House]:
    app = program.create_app(house_settings(url, folder))
    app.config["FAB_PASSWORD_HASH_METHOD"] = QUICK
    house = House(app)
    house.at("2026-03-06 09:00")
    yield house
    _dispose(app)
    app.extensions["house"].figures_engine.dispose()


def tickets_of(house: House) -> list[int]:
    """Tickets of each kind that there is: just registered, at a unit, reported, of discipline."""
    agent, found = house.api("agent"), []
    for n in range(4):
        ticket = agent.registers(content=f"{n} 楼没有水。", phone="13812345678")
        found.append(ticket["id"])
        if n:
            agent.does(ticket, "assign", unit="第一水厂")
        if n > 1:
            house.api("head").does(ticket, "submit", result="换了阀门。")
    found.append(house.api("discipline").registers(category="吃拿卡要", content="抄表员索要好处。")["id"])
    return found


def operations(house: House) -> list[Any]:
    schema = schemathesis.openapi.from_dict(house.api("agent").get("_openapi").json)
    schema.app = house.app
    return [one for one in (found.ok() for found in schema.get_all_operations()) if one.path not in LEFT_OUT]


def requests_to(operation: Any) -> st.SearchStrategy[Any]:
    """Requests as the description has them and, every other time, as it does not."""
    fitting = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    if not (operation.path_parameters or operation.query or operation.body):
        return fitting
    return fitting | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)


def aims(operation: Any, tickets: list[int]) -> st.SearchStrategy[dict[str, Any]]:
    """What is there: parts of an address that lead somewhere."""
    if "/ticket/" in operation.path:
        return st.fixed_dictionaries({"pk": st.sampled_from(tickets)})
    if operation.path.endswith(("/kpi/{name}", "/frame/{name}")):
        return st.fixed_dictionaries(
            {"name": st.sampled_from(sorted(METRICS if "/kpi/" in operation.path else FRAMES))}
        )
    return st.fixed_dictionaries({"pk": st.integers(1, 8)})


def under_fire(
    house: House, who: str, these: list[Any], tickets: list[int], most: int, *, repeatable: bool
) -> Counter[int]:
    """Send `most` requests as somebody to each of these operations; the statuses that were heard."""
    heard = Counter[int]()
    headers = {"Authorization": f"Bearer {house.api(who).token}"}
    for operation in these:

        @settings(max_examples=most, deadline=None, database=None, derandomize=repeatable, phases=[Phase.generate],
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        def attempt(case: Any, aim: dict[str, Any] | None, version: int | None) -> None:
            if aim:
                case.path_parameters |= {name: to for name, to in aim.items() if name in case.path_parameters}
            if version is not None and isinstance(case.body, dict) and "version" in case.body:
                case.body["version"] = version
            heard[case.call_and_validate(headers=headers, checks=CHECKS).status_code] += 1

        given(case=requests_to(operation), aim=st.none() | aims(operation, tickets),
              version=st.none() | st.integers(1, 5))(attempt)()  # fmt: skip
    return heard


def stands(house: House) -> None:
    """What was written under fire holds together: the log of tickets adds up, and that of security."""
    with house.session() as session:
        assert verify.verify(session.connection(), KEY).differences == []


def test_no_request_of_a_sample_is_too_strange(whole: House) -> None:
    """Every operation by one of the roles; the same requests every time."""
    every, tickets, heard = operations(whole), tickets_of(whole), Counter[int]()
    for turn, who in enumerate(EVERYBODY):
        heard += under_fire(whole, who, every[turn :: len(EVERYBODY)], tickets, SOME, repeatable=True)
    assert heard.total() >= len(every) * SOME
    stands(whole)


@pytest.mark.slow
@pytest.mark.parametrize("who", EVERYBODY)
def test_no_request_is_too_strange(whole: House, who: str) -> None:
    every = operations(whole)
    most = -(-MANY // (len(every) * len(EVERYBODY) * len(BOTH)))
    heard = under_fire(whole, who, every, tickets_of(whole), most, repeatable=False)
    print(f"{who}: {heard.total()} requests, {dict(sorted(heard.items()))}")
    assert heard.keys() >= {200, 400, 404}, "it got past the door"
    stands(whole)
