"""The program as people meet it: served, with a demo city and an afternoon's tickets, in a real browser."""

import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from shutil import copyfile
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from sqlalchemy.orm import Session
from werkzeug.serving import WSGIRequestHandler, make_server

import run as program
from admin.passwords import hash_password
from admin.roles import sync_roles
from config import Settings
from models import setup
from models.book import Book
from models.database import engine_for
from models.demo import build
from models.reminding import remind
from models.types import SHANGHAI
from tests.browser.scene import Scene, play

KEY = "a key of the log that only the browser's tests have"
PASSWORD = "Water-at-all-hours-7"
NOW = datetime(2026, 11, 25, 16, 32, tzinfo=SHANGHAI)
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
DESK = {"viewport": {"width": 1440, "height": 900}}

PATIENCE = 10_000  # milliseconds; half a second is usual
DRAWN = 30_000  # for the first figures: the server loads what draws them

expect.set_options(timeout=PATIENCE)


class Silent(WSGIRequestHandler):
    """Tells nobody of each file it serves."""

    def log_request(self, *_: object) -> None:
        pass


class Desk:
    """The served program: its address, and the tickets by what they are here for. app: to change a setting."""

    def __init__(self, url: str, tickets: dict[str, int], unit: str, app: Flask) -> None:
        self.url, self.tickets, self.unit, self.app = url, tickets, unit, app

    def now(self) -> datetime:
        """By the program's clock."""
        return self.app.extensions["clock"]()  # type: ignore[no-any-return]

    def at(self, ticket: str, action: str = "") -> str:
        return f"{self.url}/ticket/{self.tickets[ticket]}" + (f"/{action}" if action else "")


@pytest.fixture(scope="session")
def afternoon(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int], str]:
    """A file with the demo city and the scene's tickets, to copy; the tickets by what they are here for; a unit."""
    path = tmp_path_factory.mktemp("afternoon") / "kefu.db"
    copyfile(sqlite_template, path)
    engine = engine_for(f"sqlite:///{path}")
    with closing(engine.connect()) as connection, Session(connection) as session:
        setup.seed(session, through=2026)
        build(session, Book(session, KEY.encode()), tickets=300, months=13, seed=5, now=NOW,
              password_hash=hash_password(PASSWORD), count=program.draft)  # fmt: skip
        scene = Scene(session, KEY.encode(), NOW)
        tickets = play(scene)
        remind(session, NOW)
        session.commit()
        unit = scene.unit
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path, tickets, unit


@pytest.fixture(scope="module")
def desk(afternoon: tuple[Path, dict[str, int], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The afternoon served, as new for each file of tests: what one of them does to a ticket, no other one meets."""
    path, tickets, unit = afternoon
    folder = tmp_path_factory.mktemp("desk")
    copyfile(path, folder / "kefu.db")
    settings = Settings(data_dir=folder, log_key=KEY)  # type: ignore[arg-type]
    app = program.create_app(settings)
    started = time.monotonic()
    app.extensions["clock"] = lambda: NOW + timedelta(seconds=time.monotonic() - started)
    with app.app_context():
        sync_roles(app.appbuilder)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Silent)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Desk(f"http://127.0.0.1:{server.port}", tickets, unit, app)
    server.shutdown()
    thread.join()
    server.server_close()
    with app.app_context():
        for engine in app.extensions["sqlalchemy"].engines.values():
            engine.dispose()


Look = tuple[str, bool, bool]
"""Who, on a phone, in the dark."""


@pytest.fixture(scope="module")
def signed_in(browser: Browser, browser_context_args: dict[str, Any], desk: Desk) -> Iterator[Callable[..., Any]]:
    """A browser context of a demo person, signed in once a file of tests."""
    states: dict[str, Any] = {}
    contexts: dict[Look, BrowserContext] = {}

    def come(name: str, phone: bool, dark: bool) -> BrowserContext:
        if name not in states:
            states[name] = _sign_in(browser, browser_context_args, desk, name)
        look = (name, phone, dark)
        if look not in contexts:
            options = browser_context_args | (PHONE if phone else DESK)
            contexts[look] = browser.new_context(
                **options, storage_state=states[name], color_scheme="dark" if dark else "light", reduced_motion="reduce"
            )
            contexts[look].set_default_timeout(PATIENCE)
        return contexts[look]

    yield come
    for context in contexts.values():
        context.close()


@pytest.fixture
def person(signed_in: Callable[..., BrowserContext]) -> Iterator[Callable[..., Page]]:
    """A page of a demo person: `person("agent")`, `person("head", dark=True, phone=True)`."""
    pages: list[Page] = []
    wrong: list[str] = []

    def come(name: str, *, phone: bool = False, dark: bool = False) -> Page:
        page = signed_in(name, phone, dark).new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
        pages.append(page)
        return page

    yield come
    for page in pages:
        page.close()
    assert wrong == [], "a script failed, or the policy stopped one"


def _sign_in(browser: Browser, options: dict[str, Any], desk: Desk, name: str) -> Any:
    """By the login form, without drawing it each time; `test_the_pages` draws it once."""
    context = browser.new_context(**options)
    form = context.request.get(f"{desk.url}/login/").text()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)
    assert token is not None
    given = {"username": name, "password": PASSWORD, "csrf_token": token[1]}
    assert context.request.post(f"{desk.url}/login/", form=given).ok
    state = context.storage_state()
    context.close()
    return state


Picture = Callable[..., None]
"""Takes a picture of a page, or of a part of it, under a name."""


@pytest.fixture(scope="session")
def picture() -> Picture:
    """Takes a picture into the docs when PICTURES is set; nobody looks at the others."""
    folder = Path(__file__).parents[2] / "docs" / "pictures"

    def take(of: Page | Locator, name: str, **options: Any) -> None:
        if os.environ.get("PICTURES"):
            of.screenshot(path=folder / f"{name}.png", **options)

    return take
