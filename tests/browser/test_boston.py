"""Pictures of the dashboards over another city's half year: Boston's 311, January to June 2015, with its winter."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Thread
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from models import setup
from models.actor import Actor
from models.database import engine_for
from models.importing.intake import Intake
from models.importing.mapping import load_mapping
from models.importing.reading import open_table
from models.types import now
from tests.analytics.harness import Harness
from tests.browser.conftest import DRAWN, Picture
from tests.fixtures.shared import SHARED, needs_shared

BOSTON = "boston-311-2015h1"
MAPPING = Path(__file__).parents[2] / "docs" / "mappings" / "boston-311.yaml"
END = datetime(2016, 1, 13, tzinfo=ZoneInfo("America/New_York"))
PERIOD = "?from=2015-01-01&to=2015-07-01&by=week"

pytestmark = [pytest.mark.slow, needs_shared(BOSTON)]


@pytest.fixture(scope="module")
def boston(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The table taken in and served, as its extract ended."""
    path = tmp_path_factory.mktemp("boston") / "kefu.db"
    path.write_bytes(sqlite_template.read_bytes())
    engine = engine_for(f"sqlite:///{path}")
    with Session(engine) as made, made.begin():
        setup.seed(made, through=END.year)

    @contextmanager
    def session() -> Iterator[Session]:
        with Session(engine) as made, made.begin():
            yield made

    mapping = load_mapping(MAPPING)
    with open_table(SHARED / BOSTON / "boston311_2015h1.csv", mapping) as table:
        Intake(mapping, table, session, b"b" * 64, now()).run(lambda rejected: None)
    harness = Harness(engine, END, Actor(1, frozenset({"operations"})))
    server = make_server("127.0.0.1", 0, harness.server, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/analytics/"
    server.shutdown()
    thread.join()
    server.server_close()
    engine.dispose()


@pytest.mark.parametrize(("name", "panel"), [("times", "upstream"), ("units", "on-time")])
def test_bostons_winter_is_seen_and_its_water_commission_is_a_unit_like_another(
    page: Page, boston: str, picture: Picture, name: str, panel: str
) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{boston}{name}/{PERIOD}")
    expect(page.locator(f"#{panel}-plot .main-svg").first).to_be_visible(timeout=4 * DRAWN)
    if name == "units":
        page.locator(f"#{panel}-swap").click()
        expect(page.locator(f"#{panel}-table")).to_contain_text("BWSC")
        page.locator(f"#{panel}-swap").click()
    page.wait_for_load_state("networkidle")
    picture(page, f"boston-{name}", full_page=True, clip=page.locator("main").bounding_box())
