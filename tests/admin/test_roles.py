"""Every route asks who you are, and each role has exactly the doors of one table."""

import pytest
from flask_appbuilder.security.sqla.models import Group, PermissionView
from sqlalchemy import select

from admin.handlers import OPEN
from admin.roles import DOORS, grants, menu_grants, sync_roles
from models import policy
from models.base import Role, User
from tests.admin.conftest import House

ARGUMENTS = {
    "pk": 1,
    "ticket_id": 1,
    "name": "x",
    "action": "x",
    "filename": "x",
    "version": "v1",
    "locale": "en",
    "form": "ticket",
}
NOBODY = {301, 302, 308, 400, 401, 403, 404, 405}
"""What nobody may be answered with. 400: a form without its CSRF token."""


def routes(house: House):
    for rule in house.app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method


def test_every_route_asks_who_you_are(still):
    client = still.app.test_client()
    adapter = still.app.url_map.bind("localhost")
    answered = {}
    for rule, method in routes(still):
        if rule.endpoint in OPEN:
            continue
        values = {name: ARGUMENTS.get(name, 1) for name in rule.arguments}
        path = adapter.build(rule.endpoint, values, method=method, append_unknown=False)
        answer = client.open(path, method=method)
        where = answer.headers.get("Location", "")
        if answer.status_code not in NOBODY or (answer.status_code in (301, 302, 308) and "/login/" not in where):
            answered[f"{method} {rule.rule}"] = (answer.status_code, where)
    assert answered == {}


def test_the_guard_stands_before_a_view_that_forgets_to_ask(new_house):
    house = new_house()
    house.app.add_url_rule("/forgetful", "forgetful", lambda: "secret")
    house.app.add_url_rule("/api/v1/forgetful", "forgetful_api", lambda: "secret")
    client = house.app.test_client()
    assert client.get("/forgetful").status_code == 302
    assert client.get("/api/v1/forgetful").status_code == 401
    assert client.get("/api/v1/forgetful", headers={"Authorization": "Bearer x.y.z"}).status_code == 401
    assert house.browser("agent").get("/forgetful").text == "secret"


def test_what_is_open_to_everybody_is_little(still):
    assert {rule.endpoint for rule, _ in routes(still)} >= OPEN, "nothing in OPEN is left over"
    client = still.app.test_client()
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/login/").status_code == 200


def test_every_permission_of_every_view_stands_in_the_table(still):
    declared = set(grants())
    missing = {
        (permission, view.class_permission_name)
        for view in still.app.appbuilder.baseviews
        for permission in view.base_permissions or ()
        if (permission, view.class_permission_name) not in declared
    }
    assert missing == set()


def test_each_role_has_exactly_what_the_table_says(still):
    with still.app.app_context():
        wanted = {**grants(), **menu_grants(still.app.appbuilder)}
        session = still.app.appbuilder.session
        for role in session.scalars(select(Role)):
            held = {(row.permission.name, row.view_menu.name) for row in role.permissions}
            assert held == {door for door, holders in wanted.items() if role.name in holders}, role.name


def test_the_roles_are_those_of_the_policy(still):
    with still.app.app_context():
        names = set(still.app.appbuilder.session.scalars(select(Role.name)))
    assert names == set(policy.ROLES), "FAB's own Admin and Public are not used"
    assert {role for door in DOORS.values() for _, roles in door.permissions() for role in roles} <= set(policy.ROLES)


def test_the_administrator_keeps_accounts_and_configuration_but_sees_no_ticket(house):
    ticket = house.api("agent").registers()
    admin = house.api("admin")
    assert admin.get(f"ticket/{ticket['id']}").status_code == 404
    assert admin.get("ticket/").status_code == 404
    assert admin.get("unit/").status_code == 200
    assert house.browser("admin").get("/users/list/").status_code == 200


@pytest.mark.parametrize("name", sorted(set(policy.ROLES) - {"admin"}))
def test_nobody_else_keeps_accounts(still, name):
    person = {"unit_head": "head"}.get(name, name)
    browser = still.browser(person)
    for path in ("/users/list/", "/users/add", "/users/show/1", "/roles/list/", "/resetpassword/form?pk=1"):
        assert browser.get(path).status_code == 403, path


def test_writing_the_roles_again_changes_nothing_and_keeps_what_an_administrator_changed(house):
    def take_away(session):
        role = session.scalars(select(Role).where(Role.name == "analyst")).one()
        role.permissions = [row for row in role.permissions if row.view_menu.name != "Frame"]

    house.changes(take_away)
    with house.app.app_context():
        session = house.app.appbuilder.session
        before = {tuple(r) for r in session.execute(select(PermissionView.id, Role.id).join(Role.permissions))}
        sync_roles(house.app.appbuilder)
        after = {tuple(r) for r in session.execute(select(PermissionView.id, Role.id).join(Role.permissions))}
        assert after == before
        held = session.scalars(select(Role).where(Role.name == "analyst")).one().permissions
        assert "Frame" not in {row.view_menu.name for row in held}


def test_roles_held_through_a_group_count(house):
    """FAB's user.roles misses them, and its has_access does not."""

    def give(session):
        user = session.scalars(select(User).where(User.username == "analyst")).one()
        role = session.scalars(select(Role).where(Role.name == "agent")).one()
        session.add(Group(name="desk", roles=[role], users=[user]))

    house.changes(give)
    assert house.api("analyst").post("ticket/", content="水压低").status_code == 201
