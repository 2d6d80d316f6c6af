"""Who reaches the dashboards, and what their one callback answers to whatever is sent."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from analytics.dashboards.pages import PAGES
from models.actor import Actor
from tests.analytics.city import at
from tests.analytics.conftest import Pair
from tests.analytics.harness import Harness

NOW = at("2026-03-10 15:00")


@pytest.fixture
def harness(settled_city: Pair) -> Harness:
    return Harness(settled_city["sqlite"].get_bind(), NOW)  # type: ignore[arg-type]


@pytest.fixture
def browser_of(harness: Harness) -> FlaskClient:
    return harness.server.test_client()


def callback(harness: Harness, search: Any = "", path: Any = "/analytics/") -> dict[str, Any]:
    """The request that the callback of a page's figures sends."""
    served = [name for name, declared in harness.dash.callback_map.items() if "callback" in declared]
    (output,) = [name for name in served if name != "totals.children"]
    parts = [part.rsplit(".", 1) for part in output.strip(".").split("...")]
    return {
        "output": output,
        "outputs": [{"id": part, "property": name} for part, name in parts],
        "inputs": [
            {"id": "url", "property": "pathname", "value": path},
            {"id": "url", "property": "search", "value": search},
        ],
        "changedPropIds": ["url.search"],
        "state": [],
    }


CALL = "/analytics/_dash-update-component"


def test_a_stranger_is_sent_to_log_in_and_gets_nothing_else(browser_of: FlaskClient, harness: Harness) -> None:
    answer = browser_of.get("/analytics/?by=week")
    assert (answer.status_code, answer.location) == (302, "/login/?next=/analytics/?by=week")
    for path in ("_dash-layout", "_dash-dependencies", "assets/charts.js", "_favicon.ico", "_reload-hash",
                 "_dash-component-suites/dash/deps/react@18.js"):  # fmt: skip
        assert browser_of.get(f"/analytics/{path}").status_code == 401, path
    assert browser_of.post(CALL, json=callback(harness)).status_code == 401
    assert browser_of.get("/analytics").status_code in (302, 308)


@pytest.mark.parametrize("roles", [{"auditor"}, set()], ids=str)
def test_who_reads_no_figures_gets_no_page(browser_of: FlaskClient, harness: Harness, roles: set[str]) -> None:
    harness.actor = Actor(1, frozenset(roles))
    for path in ("", "_dash-layout", "assets/charts.js"):
        assert browser_of.get(f"/analytics/{path}").status_code == 403
    assert browser_of.post(CALL, json=callback(harness)).status_code == 403


def test_there_are_the_pages_of_the_registry_and_no_other(browser_of: FlaskClient, harness: Harness) -> None:
    harness.actor = Actor(1, frozenset({"agent"}))
    for known in PAGES:
        page = browser_of.get(f"/analytics/{known.name}")
        assert page.status_code == 200
        assert f"<title>{known.title}</title>" in page.text
        assert "_csrf_token=token" in page.headers["Set-Cookie"]
        assert "SameSite=Strict" in page.headers["Set-Cookie"]
    for path in ("nothing", "a/b", "rate/x", "%2e%2e/x"):
        assert browser_of.get(f"/analytics/{path}").status_code == 404


def test_only_our_callback_reaches_dash(browser_of: FlaskClient, harness: Harness) -> None:
    harness.actor = Actor(1, frozenset({"agent"}))
    good = callback(harness)
    assert browser_of.post(CALL, json=good).status_code == 200
    drawn = next(name for name in harness.dash.callback_map if "panel" in name)
    bad: list[Any] = [
        None, [], "x", {}, {"output": 1}, {"output": "nobody.children"}, {**good, "output": "grid.children"},
        {**good, "output": drawn}, {**good, "inputs": []}, {**good, "inputs": "x"}, {**good, "inputs": [1]},
        {**good, "inputs": [{"id": "url", "property": "href", "value": ""}]},
        {**good, "inputs": [{"id": {"type": "x"}, "property": "search"}]},
        {**good, "outputs": good["outputs"][:-1]}, {**good, "outputs": None}, {**good, "state": [{"id": "a"}]},
        {**good, "changedPropIds": ["theme.data"]}, {**good, "changedPropIds": 7},
    ]  # fmt: skip
    for body in bad:
        assert browser_of.post(CALL, json=body).status_code == 400, body
    assert browser_of.post(CALL, data="{", content_type="application/json").status_code == 400
    assert browser_of.post(CALL, data="x").status_code == 400


def shown(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(answer.data)["response"]
    return found


def test_the_callback_decides_the_scope_again(browser_of: FlaskClient, harness: Harness) -> None:
    harness.actor = Actor(1, frozenset({"operations"}))
    refused = shown(browser_of.post(CALL, json=callback(harness, "?scope=all")))
    assert "全口径只向集团纪检监察室和董事长开放" in str(refused["problem"])
    assert refused["grid"] == {"children": None}
    assert "figures" not in refused
    harness.actor = Actor(1, frozenset({"discipline"}), office=True)
    given = shown(browser_of.post(CALL, json=callback(harness, "?scope=all")))
    assert given["scope"] == {"value": "all"}
    assert "全口径" in str(given["chips"])
    assert "2026-03-10 15:00" in str(given["chips"])


@pytest.mark.parametrize(
    "search",
    ["?unit=%E6%B0%B4%E6%98%9F", "?category=%E6%B0%B4%E6%98%9F", "?by=hour", 5, ["x"], {"a": 1}, None, "?%ff=%00"],
    ids=str,
)
def test_whatever_the_query_string_holds_the_page_answers(
    browser_of: FlaskClient, harness: Harness, search: object
) -> None:
    harness.actor = Actor(1, frozenset({"agent"}))
    for path in ("/analytics/", "/analytics/rate/", "/elsewhere", None, {"a": 1}):
        assert shown(browser_of.post(CALL, json=callback(harness, search, path)))["grain"] == {"value": "month"}


def test_the_totals_are_drawn_for_leadership_and_above(browser_of: FlaskClient, harness: Harness) -> None:
    """Whatever the request says: who asks decides."""
    asked = {
        "output": "totals.children", "outputs": {"id": "totals", "property": "children"},
        "inputs": [{"id": "url", "property": "pathname", "value": "/analytics/?scope=all"}],
        "changedPropIds": ["url.pathname"], "state": [],
    }  # fmt: skip
    for actor, drawn in (
        (Actor(1, frozenset({"leadership"})), True),
        (Actor(1, frozenset({"discipline"}), office=True), True),
        *((Actor(1, frozenset({role})), False) for role in ("agent", "operations", "unit_head", "analyst", "admin")),
    ):
        harness.actor = actor
        answer = browser_of.post(CALL, json=asked)
        assert answer.status_code == 200
        assert ("纪检监察季度合计" in str(answer.json)) is drawn, actor.roles


def test_the_scope_is_drawn_only_for_who_has_a_choice(browser_of: FlaskClient, harness: Harness) -> None:
    chairman = Actor(1, frozenset({"chairman"}), chairman=True)
    for actor, hidden in ((Actor(1, frozenset({"agent"})), True), (chairman, False)):
        harness.actor = actor
        layout = browser_of.get("/analytics/_dash-layout").get_data(as_text=True)
        assert ('"hidden":true},"type":"Div"' in layout.split('"id":"scope"')[1][:400].replace(" ", "")) is hidden


def test_the_page_speaks_the_readers_language(browser_of: FlaskClient, harness: Harness) -> None:
    harness.actor, harness.english = Actor(1, frozenset({"agent"})), True
    assert "<title>Units compared</title>" in browser_of.get("/analytics/units/").text
    assert shown(browser_of.post(CALL, json=callback(harness, path="/analytics/units/")))["title"] == {
        "children": "Units compared"
    }
    answer = shown(browser_of.post(CALL, json=callback(harness, "?by=hour")))
    assert "There is no dimension \u201chour\u201d. There are: day" in str(answer["problem"])
