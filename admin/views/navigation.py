"""The side of every page: the groups and items that this person may open, with counts of what waits."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import current_app, g, request, url_for
from flask_babel import gettext as _
from sqlalchemy import ColumnElement
from werkzeug.datastructures import MultiDict

from admin import words
from admin.current import book, current_actor, current_user, now, session
from admin.views import filters, listing
from admin.views.pages import GROUPS, LINKS, Link, Page
from models.actor import Actor

FOLDED = frozenset({"Settings", "Security"})
MOST = 99


@dataclass
class Item:
    label: str
    url: str
    icon: str
    current: bool = False
    count: int = 0
    late: bool = False

    @property
    def shown_count(self) -> str:
        return f"{MOST}+" if self.count > MOST else str(self.count)


@dataclass(frozen=True)
class Group:
    label: str
    items: list[Item]
    open: bool


def navigation() -> list[Group]:
    """The groups with their items; what a person may not open is not in the page."""
    by = current_actor()
    open_doors = current_app.appbuilder.sm.permissions_of(current_user())  # type: ignore[attr-defined]
    links = [link for link in LINKS if link.roles & by.roles_today and _exists(link)]
    numbers = _counts()
    here = _here()
    groups = []
    for name, zh in GROUPS.items():
        items = [_link(link, by, numbers.get(link.name, 0)) for link in links if link.group == name]
        items += [_page(page) for page in pages() if page.group == name and page.door in open_doors]
        for item in items:
            item.current = item.url == here
        if items:
            groups.append(Group(_(zh), items, name not in FOLDED or any(item.current for item in items)))
    return groups


def pages() -> tuple[Page, ...]:
    found: tuple[Page, ...] = current_app.extensions["pages"]
    return found


def _exists(link: Link) -> bool:
    """Whether somebody answers there: the dashboards are mounted, or not, by whoever starts the server."""
    if not link.href.startswith("/analytics/"):
        return True
    return any(rule.rule.startswith("/analytics/") for rule in current_app.url_map.iter_rules())


def _link(link: Link, by: Actor, count: int) -> Item:
    zh = link.zh
    if link.name == "All tickets" and by.roles_today <= {"handler", "unit_head"}:
        zh = "本单位工单"
    return Item(_(zh), _url(link), link.icon, count=count, late=link.late)


def _url(link: Link) -> str:
    return f"{link.href}?{urlencode(link.args)}" if link.args else link.href


def _page(page: Page) -> Item:
    return Item(_(page.zh), url_for(f"{page.view.__name__}.list"), page.icon)


def counted() -> dict[str, ColumnElement[bool]]:
    """Link → the condition of the rows that stand behind it."""
    by = current_actor()
    asking = filters.Asking(by, now(), book())
    return {
        link.name: filters.predicate(MultiDict(link.args), asking)
        for link in LINKS
        if link.args and link.roles & by.roles_today and _exists(link)
    }


def keep(conditions: Collection[str], counts: Sequence[int]) -> None:
    """A page that counts anyway has counted the side's conditions too: one query for both."""
    g.side_counts = {name: min(n, MOST + 1) for name, n in zip(conditions, counts, strict=True)}


def _counts() -> dict[str, int]:
    """How many rows stand behind the links, up to a hundred, in one query."""
    if "side_counts" not in g:
        conditions = counted()
        keep(conditions, listing.counts(session(), list(conditions.values()), MOST + 1))
    return dict(g.side_counts)


def _here() -> str:
    """The item that the page belongs to: its own address, else the nearest above it."""
    urls = [_url(link) for link in LINKS]
    asked = request.full_path.rstrip("?")
    if asked in urls:
        return asked
    if request.path in ("/ticket/register", "/ticket/where"):
        return request.path
    if request.path.startswith("/ticket/"):
        return "/ticket/"
    if request.path.startswith("/analytics/"):
        return max((url for url in urls if url.rstrip("/") and request.path.startswith(url.rstrip("/"))), key=len)
    for page in pages():
        base = url_for(f"{page.view.__name__}.list")
        if request.path.startswith(base.rsplit("/", 2)[0] + "/"):
            return base
    return request.path


def standing() -> Iterator[str]:
    """Who the reader is: unit and post, or role."""
    by = current_actor()
    units = book().register("unit")
    stands_in = {(unit, post) for post, unit, _whom in by.standing_in}
    for unit in sorted(by.own_units):
        post = "负责人" if unit in by.heads and (unit, "head") not in stands_in else "经办人"
        yield f"{units.name(unit)} · {_(post)}"
    for unit, post in sorted(stands_in):
        acting = _("代%(post)s", post=_(words.policy.POSTS[post]))
        yield f"{units.name(unit)} · {acting}"
    if not by.own_units:
        yield from (words.term(words.policy.ROLES[role]) for role in sorted(by.roles) if role in words.policy.ROLES)


def me() -> dict[str, Any]:
    """Name and standing of who is logged in, for the top."""
    if "me" not in g:
        g.me = {"name": words.person(current_user()), "standing": list(standing())}
    return dict(g.me)
