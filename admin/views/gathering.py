"""Gathering a mass incident: the tickets of a cluster, the earliest as their main, linked in one press."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import abort
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from admin import words
from admin.current import session
from admin.views import bulk
from admin.views.filters import Asking
from models import incident
from models.incident import Cluster
from models.workflow import ACTIONS


def page(args: Mapping[str, str], asking: Asking) -> Any:
    """GET /ticket/incident?category=…&district=… or &neighbourhood=…"""
    hours = incident.hours(asking.book, asking.at)
    category, district = _id(args.get("category")), _id(args.get("district"))
    if not asking.by.desk or hours is None or category is None:
        abort(404)
    cluster = Cluster(category, district, args.get("neighbourhood", ""), 0, hours)
    found = incident.members(session(), cluster, asking.at, bulk.MOST + 1)
    if len(found) < 2:
        return bulk.nothing(ACTIONS["link"], _("这些工单已经归在一起，或已经办结。"))
    (_main, number, _version), *others = found
    note = _(
        "%(where)s %(hours)s 小时内 %(n)s 件。主单 %(no)s 的结果各件共用，每位顾客仍各自回访。",
        where=where(cluster, asking), hours=hours, n=len(found), no=number,
    )  # fmt: skip
    typed = MultiDict({"to": number, "kind": "same_matter"})
    return bulk.page(ACTIONS["link"], {i: str(version) for i, _no, version in others}, typed, note)


def where(cluster: Cluster, asking: Asking) -> str:
    """东昌府区 · 维修"""
    district = asking.book.register("district").name(cluster.district_id)
    category = asking.book.register("category").name(cluster.category_id)
    return _("%(place)s · %(category)s：", place=words.term(district or cluster.neighbourhood),
             category=words.term(category))  # fmt: skip


def _id(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else None
