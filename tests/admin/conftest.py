"""The admin over the small city of `tests.fixtures.city`: all have one password.

agent = house.api("agent")
ticket = agent.post("ticket/", content="水压低").json["id"]
house.browser("head").get("/ticket/…")
"""

import re
import shutil
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_appbuilder.api import BaseApi
from flask_appbuilder.api.manager import OpenApi
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.security import generate_password_hash
from werkzeug.test import TestResponse

from admin.factory import create_app
from admin.roles import sync_roles
from config import Settings
from models.base import User
from models.database import engine_for
from models.tables import Ticket
from tests.fixtures.city import KEY, shanghai
from tests.fixtures.database import BOTH
from tests.fixtures.postgres import PostgresServer

PASSWORD = "a horse of the right battery"
QUICK = "pbkdf2:sha256:1"
"""Tests sign in a hundred times; what is slow about a password's hash has a test of its own."""


class Everything:
    """Whatever stands in no description: an address that is none."""

    def __contains__(self, status: int) -> bool:
        return True


def described(app: Flask, method: str, path: str) -> Container[int]:
    """The statuses that the API's description has for a request."""
    try:
        rule, _ = app.url_map.bind("localhost").match(path, method, return_rule=True)
    except HTTPException:
        return Everything()
    template = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
    operation = description(app)["paths"].get(template, {}).get(method.lower())
    return {500, 503, *map(int, operation["responses"])} if operation else Everything()


def description(app: Flask) -> dict[str, Any]:
    """The OpenAPI document, made once: all applications of the tests have the same."""
    if not DESCRIPTION:
        with app.test_request_context():
            spec = OpenApi._create_api_spec("v1")
            for one in app.appbuilder.baseviews:
                if isinstance(one, BaseApi) and one.version == "v1":
                    one.add_api_spec(spec)
        DESCRIPTION.update(spec.to_dict())
    return DESCRIPTION


DESCRIPTION: dict[str, Any] = {}


class Api:
    """Somebody's program: `post("ticket/", content="…")` sends JSON with their token."""

    def __init__(self, client: FlaskClient, token: str | None) -> None:
        self.client, self.token = client, token

    def send(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = {**options.pop("headers", {})}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        answer = self.client.open(f"/api/v1/{path}", method=method, headers=headers, **options)
        assert answer.status_code in described(self.client.application, method, f"/api/v1/{path}"), answer.text
        return answer

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.send("GET", path, query_string=query)

    def post(self, path: str, once: str | None = None, **body: Any) -> TestResponse:
        return self.send("POST", path, json=body, headers={"Idempotency-Key": once} if once else {})

    def put(self, path: str, **body: Any) -> TestResponse:
        return self.send("PUT", path, json=body)

    def delete(self, path: str) -> TestResponse:
        return self.send("DELETE", path)

    def registers(self, **fields: Any) -> dict[str, Any]:
        """A new ticket; what it answers."""
        answer = self.post("ticket/", **{"content": "水压太低，三楼以上没有水。", "category": "水压", **fields})
        assert answer.status_code == 201, answer.text
        return answer.json["result"]

    def does(self, ticket: dict[str, Any] | int, action: str, **fields: Any) -> TestResponse:
        """An action with the version in force; any status."""
        ticket_id = ticket if isinstance(ticket, int) else ticket["id"]
        version = fields.pop("version", None) or self.get(f"ticket/{ticket_id}").json.get("version")
        return self.post(f"ticket/{ticket_id}/actions/{action}", version=version, **fields)

    def sees(self, ticket: dict[str, Any]) -> dict[str, Any]:
        answer = self.get(f"ticket/{ticket['id']}")
        assert answer.status_code == 200, answer.text
        return answer.json["result"]


class Browser:
    """Somebody at a browser: forms are sent with the page's CSRF token."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, **options)

    def post(self, path: str, page: str | None = None, **fields: Any) -> TestResponse:
        """Send a form; its token comes from `page`, or from the form's own address."""
        token = self.token(page or path)
        return self.client.post(path, data={"csrf_token": token, **fields})

    def token(self, page: str) -> str:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.client.get(page).text)
        assert found, f"no form on {page}"
        return found[1]

    def sign_in(self, username: str, password: str = PASSWORD, to: str = "/login/") -> TestResponse:
        return self.post(to, username=username, password=password)


class House:
    """The application and everybody who uses it."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def at(self, written: str | datetime) -> None:
        """Set the clock."""
        now = shanghai(written)
        self.app.extensions["clock"] = lambda: now

    def api(self, username: str | None) -> Api:
        client = self.app.test_client()
        if username is None:
            return Api(client, None)
        answer = client.post(
            "/api/v1/security/login", json={"username": username, "password": PASSWORD, "provider": "db"}
        )
        assert answer.status_code == 200, answer.text
        return Api(self.app.test_client(), answer.json["access_token"])

    def browser(self, username: str | None) -> Browser:
        browser = Browser(self.app.test_client())
        if username is not None:
            assert browser.sign_in(username).status_code == 302
        return browser

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session of the tests' own, outside of the application."""
        engine = engine_for(self.app.config["SQLALCHEMY_DATABASE_URI"])
        try:
            with Session(engine) as session:
                yield session
        finally:
            engine.dispose()

    def id_of(self, username: str) -> int:
        with self.session() as session:
            return session.scalars(select(User.id).where(User.username == username)).one()

    def tickets(self) -> list[Ticket]:
        with self.session() as session:
            return list(session.scalars(select(Ticket)))

    def changes(self, work: Callable[[Any], None]) -> None:
        """Change rows behind the application's back."""
        with self.session() as session:
            work(session)
            session.commit()


def settings(url: str, folder: Path, **more: Any) -> Settings:
    return Settings(
        database_url=url, data_dir=folder, secret_key="k" * 16 + "0123456789abcdef" * 2, log_key=KEY.decode(), **more
    )


def build(url: str, folder: Path, **more: Any) -> House:
    app = create_app(settings(url, folder, **more))
    app.config["FAB_PASSWORD_HASH_METHOD"] = QUICK
    return House(app)


def _open(url: str, folder: Path) -> None:
    """Give everybody a password, and every role its doors."""
    engine = engine_for(url)
    with engine.begin() as connection:
        connection.execute(update(User.__table__).values(password=generate_password_hash(PASSWORD, method=QUICK)))
    engine.dispose()
    house = build(url, folder)
    with house.app.app_context():
        sync_roles(house.app.appbuilder)
        house.app.appbuilder.session.remove()
        _dispose(house.app)


def _dispose(app: Flask) -> None:
    with app.app_context():
        for engine in app.extensions["sqlalchemy"].engines.values():
            if engine.dialect.name == "sqlite":
                with engine.connect() as connection:
                    connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            engine.dispose()


@pytest.fixture(scope="session")
def sqlite_office(sqlite_city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file of the city with passwords and permissions; copy it."""
    folder = tmp_path_factory.mktemp("office")
    path = folder / "office.db"
    shutil.copyfile(sqlite_city, path)
    _open(f"sqlite:///{path}", folder)
    return path


@pytest.fixture(scope="session")
def postgres_office(
    postgres_server: PostgresServer, postgres_city: str, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The same on PostgreSQL: a database to copy."""
    name = postgres_server.create(postgres_city)
    _open(postgres_server.url(name), tmp_path_factory.mktemp("office"))
    return name


class Rooms:
    """One application for many tests, each of which finds its database as new: building one takes a quarter second."""

    def __init__(self, template: Path, folder: Path) -> None:
        self.template, self.path = template, folder / "office.db"
        shutil.copyfile(template, self.path)
        self.house = build(f"sqlite:///{self.path}", folder)

    def fresh(self) -> House:
        """The house as it was: its rows, its clock, nobody at home."""
        _dispose(self.house.app)
        for left in self.path.parent.glob("office.db-*"):
            left.unlink()
        shutil.copyfile(self.template, self.path)
        self.house.at("2026-03-06 09:00")
        return self.house


@pytest.fixture(scope="session")
def rooms(sqlite_office: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rooms]:
    made = Rooms(sqlite_office, tmp_path_factory.mktemp("rooms"))
    yield made
    _dispose(made.house.app)


@pytest.fixture
def house(rooms: Rooms) -> House:
    """The admin on a SQLite database as new."""
    return rooms.fresh()


@pytest.fixture
def new_house(sqlite_office: Path, tmp_path: Path) -> Iterator[Callable[..., House]]:
    """Build an application of one's own, with other settings or more views."""
    built: list[House] = []

    def make(**settings: Any) -> House:
        path = tmp_path / f"office{len(built)}.db"
        shutil.copyfile(sqlite_office, path)
        built.append(build(f"sqlite:///{path}", tmp_path, **settings))
        built[-1].at("2026-03-06 09:00")
        return built[-1]

    yield make
    for one in built:
        _dispose(one.app)


@pytest.fixture(params=BOTH)
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """The admin on SQLite and on PostgreSQL: for the core of the contract."""
    if request.param == "sqlite":
        built = request.getfixturevalue("house")
        yield built
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        with server.database(request.getfixturevalue("postgres_office")) as there:
            built = build(there, tmp_path)
            built.at("2026-03-06 09:00")
            yield built
            _dispose(built.app)


@pytest.fixture(scope="module")
def still(sqlite_office: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One admin for a whole file, for tests that change nothing."""
    folder = tmp_path_factory.mktemp("still")
    path = folder / "office.db"
    shutil.copyfile(sqlite_office, path)
    built = build(f"sqlite:///{path}", folder)
    built.at("2026-03-06 09:00")
    yield built
    _dispose(built.app)
