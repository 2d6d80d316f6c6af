"""The description of the API: complete, true, and sound."""

import re

import jsonschema
import pytest

from admin.handlers import OPEN
from models import view
from models.workflow import ACTIONS
from tests.admin.conftest import House

METHODS = {"GET", "POST", "PUT", "DELETE"}
WITHOUT = {"OpenApi.get", "MenuApi.get_menu_data"}
"""FAB's own, which describe themselves."""


@pytest.fixture(scope="module")
def spec(still: House) -> dict:
    answer = still.api("agent").get("_openapi")
    assert answer.status_code == 200
    return answer.json


def operations(spec):
    return ((path, method, one) for path, methods in spec["paths"].items() for method, one in methods.items())


def test_every_route_of_the_api_is_described(still, spec):
    described = {(method.upper(), path) for path, method, _ in operations(spec)}
    routes = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in still.app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and rule.endpoint not in WITHOUT
        for method in (rule.methods or set()) & METHODS
    }
    assert routes - described == set()


def test_every_operation_says_all_its_answers(spec):
    for path, method, one in operations(spec):
        if path.startswith(("/api/{version}", "/api/v1/menu")):
            continue
        codes = set(one["responses"])
        assert codes & {"200", "201"}, (path, method)
        assert "401" in codes, (path, method)
        if path.startswith("/api/v1/ticket") or "{pk}" in path:
            assert "404" in codes, (path, method)
        if method in ("post", "put") and not path.endswith(("/refresh", "/logout")):
            assert {"400", "422"} <= codes, (path, method)
        if path.endswith("/actions/{name}"):
            assert {"403", "404", "409", "422"} <= codes


def test_every_reference_leads_somewhere(spec):
    def references(node):
        if isinstance(node, dict):
            for key, value in node.items():
                if key == "$ref":
                    yield value
                yield from references(value)
        elif isinstance(node, list):
            for value in node:
                yield from references(value)

    for reference in references(spec):
        found = spec
        for part in reference.removeprefix("#/").split("/"):
            assert part in found, reference
            found = found[part]


def test_the_actions_are_those_of_the_workflow_table(spec):
    schemas = spec["components"]["schemas"]
    for name, action in ACTIONS.items():
        schema = schemas["Registration" if name == "register" else f"TicketAction.{name}"]
        fields = {field.name for field in action.fields}
        assert set(schema["properties"]) - {"version"} == fields, name
        assert ("version" in schema.get("required", ())) is (action.versioned and name != "register")
    assert set(view.ALL) - {"result"} <= set(schemas["TicketFields"]["properties"])


def test_the_description_names_no_host_of_the_request(still):
    answer = still.api("agent").send("GET", "_openapi", headers={"Host": "evil.example"})
    assert "evil" not in answer.text


def test_what_is_open_to_everybody_asks_for_no_token(spec):
    for path, method, one in operations(spec):
        if path == "/api/v1/security/login":
            assert "security" not in one or not one["security"], method
    assert "SecurityApi.login" in OPEN


def test_answers_are_as_described(still, spec):
    """The bodies that the contract tests see fit their schemas."""
    agent = still.api("agent")
    ticket = agent.registers(phone="13812345678", category="水压")
    agent.does(ticket, "assign", unit="第一水厂")
    for path, query in (
        ("/api/v1/ticket/", "ticket/"), ("/api/v1/ticket/{pk}", f"ticket/{ticket['id']}"),
        ("/api/v1/ticket/{pk}/events", f"ticket/{ticket['id']}/events"),
        ("/api/v1/ticket/{pk}/actions", f"ticket/{ticket['id']}/actions"), ("/api/v1/unit/", "unit/"),
        ("/api/v1/rule/", "rule/"), ("/api/v1/calendar_day/", "calendar_day/"), ("/api/v1/post/", "post/"),
    ):  # fmt: skip
        person = still.api("operations") if "post" in path else agent
        body = person.get(query).json
        schema = spec["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        jsonschema.validate(body, plain({**schema, "components": spec["components"]}))


def plain(node):
    """OpenAPI 3.0's `nullable` as JSON Schema says it."""
    if isinstance(node, list):
        return [plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    found = {key: plain(value) for key, value in node.items() if key != "nullable"}
    return {"anyOf": [found, {"type": "null"}]} if node.get("nullable") is True else found
