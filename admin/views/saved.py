"""Saved views of the list: the tabs of one's own, one's role and everyone, and what may be done with them.

A view is an address, checked as it is saved: conditions that the list knows, its order and its columns. Operations
shares with everyone or with any role, discipline with its own role; the others keep theirs for themselves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, func, or_, select
from werkzeug.datastructures import MultiDict

from admin import words
from admin.current import current_actor, session, transact
from admin.views import columns, filters, listing
from admin.views.door import WITH_TICKETS
from admin.views.filters import Args
from models import policy
from models.actor import Actor
from models.base import User
from models.saved_view import EVERYONE
from models.tables import SavedView

LIST = ""
"""The page whose views these are."""
NAME_MOST, ADDRESS_MOST, VALUE_MOST, VIEWS_MOST = 20, 2_000, 100, 20
KNOWN = frozenset({*(f.name for f in filters.FILTERS), "sort", "cols"})


@dataclass(frozen=True)
class Views:
    """What one person has: the saved views in the order of the tabs, and the columns they chose last."""

    rows: tuple[SavedView, ...]
    columns: str
    owners: Mapping[int, str]
    """Names of those whose views they are, oneself left out."""

    def at(self, args: Args) -> SavedView | None:
        """The view that an address is."""
        here = conditions(args)
        return next((row for row in self.rows if conditions(pairs(row.address)) == here), None)


def views() -> Views:
    by = current_actor()
    mine = SavedView.owner_id == by.user_id
    rows = session().execute(
        select(SavedView, User)
        .join(User, User.id == SavedView.owner_id)
        .where(SavedView.page == LIST, or_(mine, shared_with(by)))
        .order_by(SavedView.position, SavedView.id)
    )
    owners: dict[int, str] = {}
    found = []
    for row, owner in rows:
        found.append(row)
        if owner.id != by.user_id:
            owners[owner.id] = words.person(owner)
    standing = next((row for row in found if not row.name and row.owner_id == by.user_id), None)
    named = sorted((row for row in found if row.name), key=lambda row: (row.owner_id != by.user_id, row.shared))
    kept = str(pairs(standing.address).get("cols", "")) if standing else ""
    return Views(tuple(named[: 2 * VIEWS_MOST]), kept, owners)


def shared_with(by: Actor) -> ColumnElement[bool]:
    return SavedView.shared.in_([EVERYONE, *sorted(by.roles)])


def pairs(address: str) -> Args:
    return MultiDict(parse_qsl(address))


def conditions(args: Args) -> list[tuple[str, str]]:
    """What an address asks for, whatever its order of words: two addresses with the same are the same view."""
    return sorted((k, v.strip()) for k, v in args.items(multi=True) if k in KNOWN - {"cols"} and v.strip())


def checked(text: str) -> str:
    """An address with nothing in it but what the list knows."""
    kept = [(k, v.strip()[:VALUE_MOST]) for k, v in parse_qsl(text.lstrip("?")) if k in KNOWN and v.strip()]
    address = ""
    for n in range(len(kept) + 1):
        longer = urlencode(kept[:n])
        address = longer if len(longer) <= ADDRESS_MOST else address
    return address


def shares(by: Actor) -> list[tuple[str, str]]:
    """With whom a person may share: (code, name); nobody first."""
    all_ = "operations" in by.roles
    everyone = [(EVERYONE, _("所有人"))] if all_ else []
    roles = [r for r in policy.ROLES if r in WITH_TICKETS and (all_ or (by.office and r == policy.DISCIPLINE))]
    return [("", _("只有我")), *everyone, *((role, words.term(policy.ROLES[role])) for role in roles)]


def _hint(row: SavedView, owners: Mapping[int, str]) -> str:
    """Who shares a view with whom: of one's own with whom, of another's who; nothing of what is one's own alone."""
    if row.owner_id in owners:
        return _("%(who)s共享", who=owners[row.owner_id])
    if not row.shared:
        return ""
    whom = _("所有人") if row.shared == EVERYONE else words.term(policy.ROLES.get(row.shared, row.shared))
    return _("共享给%(whom)s", whom=whom)


def save() -> Any:
    """POST /ticket/views: keep the list as it stands under a name; a name that one has already gets this address."""
    by = current_actor()
    name, address, shared = named(), checked(request.form.get("address", "")), share(by)
    if not name:
        flash(_("给视图起个名字，再存一次。"), "warning")
        return _back(address)

    def work() -> bool:
        mine = session().scalars(own(by, LIST)).all()
        row = next((row for row in mine if row.name == name), None)
        if row is None and len(mine) >= VIEWS_MOST:
            return False
        if row is None:
            row = new(by, LIST, name)
        row.address, row.shared = address, shared
        return True

    if transact(work):
        flash(_("已保存视图“%(name)s”。", name=name), "success")
    else:
        flash(_("最多保存 %(most)s 个视图。先删去不用的。", most=VIEWS_MOST), "warning")
    return _back(address)


def change(view_id: int) -> Any:
    """POST /ticket/views/<id>: rename, share otherwise, or delete one of one's own; another's is not there."""
    by = current_actor()
    name, shared, deleting = named(), share(by), request.form.get("do") == "delete"

    def work() -> tuple[str, str, str]:
        mine = own(by, LIST)
        row = session().scalar(mine.where(SavedView.id == view_id))
        if row is None:
            abort(404)
        old = row.name, row.address
        if deleting:
            session().delete(row)
            return _("已删除视图“%(name)s”。", name=old[0]), "", "success"
        if name and name != row.name and session().scalar(mine.where(SavedView.name == name)) is not None:
            return _("已经有叫“%(name)s”的视图。", name=name), old[1], "warning"
        row.name, row.shared = name or row.name, shared
        return _("已更新视图“%(name)s”。", name=row.name), old[1], "success"

    said, address, how = transact(work)
    flash(said, how)
    return _back(address)


def choose_columns() -> Any:
    """POST /ticket/columns: how the list looks to this person from now on, here and wherever no address says."""
    by = current_actor()
    wanted = ",".join(columns.named(",".join(request.form.getlist("cols"))))
    rest = [(k, v) for k, v in parse_qsl(checked(request.form.get("address", ""))) if k != "cols"]

    def work() -> None:
        row = session().scalar(
            select(SavedView).where(SavedView.owner_id == by.user_id, SavedView.page == LIST, SavedView.name == "")
        )
        if row is None:
            row = SavedView(owner_id=by.user_id, page=LIST, name="", shared="", position=0)
            session().add(row)
        row.address = urlencode({"cols": wanted})

    transact(work)
    return _back(urlencode(rest))


def tabs(found: Views, counted: Sequence[int], current: SavedView | None) -> list[dict[str, Any]]:
    """The saved views as tabs, after the built-in ones."""
    base = url_for("TicketView.list")
    return [
        {"label": row.name, "url": f"{base}?{row.address}" if row.address else base, "current": row is current,
         "count": listing.shown(n), "hint": _hint(row, found.owners)}
        for row, n in zip(found.rows, counted, strict=True)
    ]  # fmt: skip


def own(by: Actor, page: str) -> Select[tuple[SavedView]]:
    """The named views that a person keeps of a page."""
    return select(SavedView).where(SavedView.owner_id == by.user_id, SavedView.page == page, SavedView.name != "")


def new(by: Actor, page: str, name: str) -> SavedView:
    """A view after all that the person has."""
    last = session().scalar(select(func.max(SavedView.position)).where(SavedView.owner_id == by.user_id))
    row = SavedView(owner_id=by.user_id, page=page, name=name, position=(last or 0) + 1)
    session().add(row)
    return row


def named() -> str:
    return "".join(ch for ch in request.form.get("name", "") if ch.isprintable()).strip()[:NAME_MOST]


def share(by: Actor) -> str:
    wanted = request.form.get("shared", "")
    return wanted if wanted in dict(shares(by)) else ""


def _back(address: str) -> Any:
    base = url_for("TicketView.list")
    return redirect(f"{base}?{address}" if address else base)
