"""Which doors stand open to which role: one declared table, written into the database's roles (POLICY §1).

A door is a permission on a view; what is behind it is decided inside, by the scope and the workflow table. So the
doors of tickets stand open to every role, and the administrator, who may go through them, finds nothing there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from flask_appbuilder import AppBuilder
from flask_appbuilder.security.sqla.models import Permission, PermissionView, ViewMenu
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import policy
from models.base import Role

EVERYBODY = frozenset(policy.ROLES)
OFFICES = frozenset({"operations", "admin"})
"""Who keeps the configuration."""
READERS = EVERYBODY - {"auditor"}
"""Who may look at figures; the auditor reads the security log and nothing else."""
ON_PENALTIES = frozenset({"operations", "discipline", "chairman", "leadership", "unit_head"})


@dataclass(frozen=True)
class Door:
    """What may be done with a view, and by which roles: `read`, `write`, and whatever else it has a name for."""

    read: frozenset[str] = frozenset()
    write: frozenset[str] = frozenset()
    more: dict[str, frozenset[str]] = field(default_factory=dict)

    def permissions(self) -> Iterator[tuple[str, frozenset[str]]]:
        for name, roles in {"read": self.read, "write": self.write, **self.more}.items():
            if roles:
                yield f"can_{name}", roles


DOORS: dict[str, Door] = {
    "Ticket": Door(read=EVERYBODY, write=EVERYBODY),
    "Unit": Door(EVERYBODY, OFFICES),
    "Category": Door(EVERYBODY, OFFICES),
    "Channel": Door(EVERYBODY, OFFICES),
    "District": Door(EVERYBODY, OFFICES),
    "Keyword": Door(OFFICES, OFFICES),
    "Routing": Door(OFFICES, OFFICES),
    "ReplyTemplate": Door(OFFICES, OFFICES),
    "CustomerCount": Door(READERS, OFFICES),
    "Rule": Door(EVERYBODY, OFFICES),
    "NoticeRule": Door(OFFICES, OFFICES),
    "AlertRule": Door(OFFICES, OFFICES),
    "NoticeChannel": Door(frozenset({"admin"}), frozenset({"admin"})),
    "PenaltyRule": Door(EVERYBODY, OFFICES),
    "KpiTarget": Door(READERS, OFFICES),
    "Annotation": Door(READERS, OFFICES),
    "CalendarDay": Door(EVERYBODY, OFFICES),
    "CalendarYear": Door(EVERYBODY, OFFICES),
    "ClosingTime": Door(EVERYBODY, OFFICES),
    "Post": Door(OFFICES | {"discipline", "chairman"}, OFFICES),
    "Penalty": Door(ON_PENALTIES, frozenset({"operations", "discipline"}), {"act": EVERYBODY}),
    "MediaExposure": Door(ON_PENALTIES, frozenset({"operations", "discipline"})),
    "Account": Door(frozenset({"admin"}), frozenset({"admin"}), {"userinfo": EVERYBODY}),
    "Role": Door(frozenset({"admin"}), frozenset({"admin"})),
    "SecurityEvent": Door(read=frozenset({"auditor"})),
    "PasswordProfile": Door(frozenset({"admin"}), frozenset({"admin"})),
    "MyPassword": Door(write=EVERYBODY),
    "Analytics": Door(READERS),
    "Frame": Door(frozenset({"analyst", "operations", "discipline", "chairman", "leadership"})),
    "OpenApi": Door(more={"get": EVERYBODY}),
    "MenuApi": Door(more={"get": EVERYBODY}),
}
"""View's permission name → who. `tests/admin/test_roles.py` holds every view to it."""


def grants() -> dict[tuple[str, str], frozenset[str]]:
    """(permission, view) → roles, of the table."""
    return {(name, view): roles for view, door in DOORS.items() for name, roles in door.permissions()}


def menu_grants(appbuilder: AppBuilder) -> dict[tuple[str, str], frozenset[str]]:
    """The same for the menu: who may read a view sees its entry, and a heading shows with any of its entries."""
    found: dict[tuple[str, str], frozenset[str]] = {}

    def roles_of(item: Any) -> frozenset[str]:
        own: frozenset[str] = frozenset()
        if item.childs:
            own = frozenset().union(*(roles_of(child) for child in item.childs if child.name != "-"))
        elif item.baseview is not None:
            door = DOORS.get(str(item.baseview.class_permission_name), Door())
            own = door.read or door.write
        else:
            own = READERS
        found["menu_access", item.name] = found.get(("menu_access", item.name), frozenset()) | own
        return own

    for item in appbuilder.menu.get_list():
        roles_of(item)
    return found


def sync_roles(appbuilder: AppBuilder) -> None:
    """Write what the table has and the database has not, and commit. May run at every start, after the migrations.

    A permission is granted to its roles when it first appears. What an administrator has granted or taken away
    since then stays.
    """
    session: Session = appbuilder.session
    roles = {role.name: role for role in session.scalars(select(Role).where(Role.name.in_(policy.ROLES)))}
    for name in policy.ROLES.keys() - roles.keys():
        roles[name] = Role(name=name)
        session.add(roles[name])
    permissions = {row.name: row for row in session.scalars(select(Permission))}
    views = {row.name: row for row in session.scalars(select(ViewMenu))}
    known = {(row.permission.name, row.view_menu.name) for row in session.scalars(select(PermissionView))}
    for (name, view), holders in {**grants(), **menu_grants(appbuilder)}.items():
        if (name, view) in known:
            continue
        if name not in permissions:
            permissions[name] = Permission(name=name)
        if view not in views:
            views[view] = ViewMenu(name=view)
        row = PermissionView(permission=permissions[name], view_menu=views[view])
        session.add(row)
        for holder in sorted(holders):
            roles[holder].permissions.append(row)
    session.commit()
