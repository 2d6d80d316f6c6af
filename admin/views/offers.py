"""What a form offers to choose from: units, categories, channels, districts, people."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _
from sqlalchemy import or_, select

from admin import words
from admin.current import book, now, session
from admin.views import forms
from models import reply, suggestion
from models.policy import DISCIPLINE, QUALITY, TRACKS
from models.tables import Accused, Post, Unit
from models.types import local_date
from models.view import Sight
from models.workflow import Action, Field


def of(action: Action, sight: Sight, row: dict[str, Any], fact: Field | None = None) -> forms.Offers:
    """Choices for the fields of an action on a ticket."""
    offered = {
        "category": lambda: forms.categories(entries("category"), _tracks(action, row["track"])),
        "unit": handling_units,
        "channel": lambda: forms.in_use(entries("channel")),
        "district": lambda: forms.in_use(entries("district")),
        "users": lambda: people(sight),
    }
    if fact is not None and fact.kind == "unit":
        offered["unit"] = lambda: forms.in_use(entries("unit"))
    return {**offered, "value": offered[fact.kind]} if fact is not None and fact.kind in offered else offered


def for_registration(tracks: tuple[str, ...]) -> forms.Offers:
    return {
        "category": lambda: forms.categories(entries("category"), tracks),
        "channel": lambda: forms.in_use(entries("channel")),
        "district": lambda: forms.in_use(entries("district")),
        "unit": lambda: forms.in_use(entries("unit")),
    }


def defaults(action: Action, row: dict[str, Any], fact: Field | None) -> dict[str, str]:
    """What stands in a fresh form: the unit a category usually goes to, the category it has."""
    found: dict[str, str] = {}
    if action.name == "assign":
        category = book().register("category").by_name.get(row["category"] or "")
        district = book().register("district").by_name.get(row["district"] or "")
        usual = suggestion.usual_unit(session(), category.id if category else None, district.id if district else None)
        if category:
            found["category"] = str(category.id)
        if usual and row["state"] == "registered":
            found["unit"] = str(usual)
        if forms.number(request.args.get("unit")):  # chosen while it was registered
            found["unit"] = request.args["unit"]
    if action.name == "amend" and fact is not None and fact.name not in row["masked"]:
        found["value"] = _as_typed(fact, row[fact.name])
    return found


def _as_typed(fact: Field, value: Any) -> str:
    if value is None:
        return ""
    if fact.kind == "moment":
        return f"{words.local(value):%Y-%m-%dT%H:%M}"
    if fact.kind in ("unit", "channel", "district", "category"):
        entry = book().register(fact.kind).by_name.get(value)
        return str(entry.id) if entry else ""
    return str(value)


def texts(action: str, row: dict[str, Any] | None) -> list[forms.Option]:
    """常用答复 for an action's answer; `row` None: to what is being registered, whose category may still change."""
    if row is None:
        return reply.offered(session(), action, QUALITY, None, None, all_categories=True)
    entry = book().register("category").by_name.get(row["category"] or "")
    return reply.offered(session(), action, row["track"], entry.id if entry else None, row["no"])


def entries(table: str) -> list[Any]:
    return sorted(book().register(table).by_id.values(), key=lambda entry: entry.id)


def handling_units() -> list[forms.Option]:
    """Units that handle complaints, those in use."""
    rows = session().execute(select(Unit.id, Unit.name).where(Unit.kind == "unit", Unit.active).order_by(Unit.id))
    return [(str(unit_id), _(name)) for unit_id, name in rows]


def people(sight: Sight) -> list[forms.Option]:
    """Who may be told of a discipline ticket: heads and handlers of the unit that has it, none complained of."""
    day = local_date(now())
    accused = select(Accused.user_id).where(Accused.ticket_id == sight.ticket.id)
    rows = session().execute(
        select(User.id, User.last_name, User.first_name, Post.post, Unit.name)
        .join(Post, Post.user_id == User.id)
        .join(Unit, Unit.id == Post.unit_id)
        .where(
            Post.post.in_(("head", "handler")), Post.since <= day, or_(Post.until.is_(None), Post.until > day),
            Post.unit_id == sight.ticket.unit_id, User.id.not_in(accused),
        )
        .order_by(Post.post.desc(), User.id)
    )  # fmt: skip
    found: dict[str, str] = {}
    for user_id, last, first, post, unit in rows:
        found.setdefault(str(user_id), f"{last}{first}（{unit} {words.choice('post', post)}）")
    return list(found.items())


def _tracks(action: Action, track: str) -> tuple[str, ...]:
    if action.name == "refer":
        return (DISCIPLINE,)
    if action.name == "reclassify":
        return tuple(other for other in TRACKS if other != track)
    return (track if track in TRACKS else QUALITY,)
