"""Saved views of the dashboards: a name for a page with its filters, kept and shared like those of the ticket list."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import abort, flash, redirect, request
from flask_appbuilder import expose
from flask_babel import gettext as _
from sqlalchemy import or_, select

from admin.current import current_actor, session, transact
from admin.guarding import BaseView
from admin.roles import READERS
from admin.views import saved
from models.tables import SavedView

BASE, PAGE_MOST = "/analytics/", 30
KNOWN = ("from", "to", "by", "unit", "scope", "category", "channel", "district")
"""The filters of a page, as its query string names them."""


class PageViewView(BaseView):
    """What the menu over a page of the dashboards sends."""

    route_base = "/page-view"

    @expose("/", methods=["POST"])
    def save(self) -> Any:
        """Keep a page as it stands under a name; a name that one has already gets this address."""
        by, page = current_actor(), request.form.get("of", "")
        name, address, shared = saved.named(), checked(request.form.get("address", "")), saved.share(by)
        if not (by.roles_today & READERS and page.startswith(BASE) and len(page) <= PAGE_MOST):
            abort(404)
        if not name:
            flash(_("给视图起个名字，再存一次。"), "warning")
            return _back(page, address)

        def work() -> bool:
            mine = session().scalars(saved.own(by, place(page))).all()
            row = next((row for row in mine if row.name == name), None)
            if row is None and len(mine) >= saved.VIEWS_MOST:
                return False
            row = row or saved.new(by, place(page), name)
            row.address, row.shared = address, shared
            return True

        if transact(work):
            flash(_("已保存视图“%(name)s”。", name=name), "success")
        else:
            flash(_("最多保存 %(most)s 个视图。先删去不用的。", most=saved.VIEWS_MOST), "warning")
        return _back(page, address)

    @expose("/<int:pk>", methods=["POST"])
    def drop(self, pk: int) -> Any:
        """Delete one of one's own; another's is not there."""
        by = current_actor()

        def work() -> tuple[str, str]:
            mine = select(SavedView).where(SavedView.owner_id == by.user_id, SavedView.page != saved.LIST)
            row = session().scalar(mine.where(SavedView.id == pk))
            if row is None:
                abort(404)
            told = row.name, row.page
            session().delete(row)
            return told

        name, page = transact(work)
        flash(_("已删除视图“%(name)s”。", name=name), "success")
        return _back(address_of(page), "")


def place(path: str) -> str:
    """A page as its views remember it: its name under /analytics/, with a mark, so that the first page has one too."""
    return "/" + path.removeprefix(BASE).strip("/")


def address_of(page: str) -> str:
    return BASE + (f"{page.strip('/')}/" if page.strip("/") else "")


def checked(text: str) -> str:
    """A query string with nothing in it but what a page knows."""
    kept = [(k, v.strip()[: saved.VALUE_MOST]) for k, v in parse_qsl(text.lstrip("?")) if k in KNOWN and v.strip()]
    return urlencode(kept[: len(KNOWN)])


def kept(path: str) -> dict[str, Any]:
    """The views of a page that a person has, and with whom one may share."""
    by = current_actor()
    page = place(path)
    rows = session().scalars(
        select(SavedView)
        .where(SavedView.page == page, or_(SavedView.owner_id == by.user_id, saved.shared_with(by)))
        .order_by(SavedView.position, SavedView.id)
        .limit(2 * saved.VIEWS_MOST)
    )
    views = [
        {"id": row.id, "name": row.name, "url": f"{address_of(page)}?{row.address}", "mine": row.owner_id == by.user_id,
         "current": sorted(parse_qsl(row.address)) == sorted(parse_qsl(request.query_string.decode()))}
        for row in rows
    ]  # fmt: skip
    return {"page": address_of(page), "views": views, "shares": saved.shares(by)}


def _back(page: str, address: str) -> Any:
    return redirect(f"{page}?{address}" if address else page)
