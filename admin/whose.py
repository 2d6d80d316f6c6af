"""Whose page a form stands on, and what was typed into it when its session has ended meanwhile.

Every large form carries a mark of the account that it was drawn for. With script the page asks `/standing` before it
sends (static/session.js); without it, the answer to a form that came too late has all of it again, to be sent once
more. Under another account nothing of it is done, kept or shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flask import request
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from admin.marks import mark
from models.workflow import ACTIONS

FIELD = "page_of"
NOT_CARRIED = frozenset({"csrf_token"})


@dataclass(frozen=True)
class Typed:
    """A form that was not taken. `words`: what a person wrote in it, under the names of its fields."""

    action: str
    fields: list[tuple[str, str]]
    words: list[tuple[str, str]]
    files: bool


def mine() -> str:
    """The mark of who is signed in by cookie; empty: nobody."""
    return mark(current_user if current_user.is_authenticated else None)


def standing() -> dict[str, Any]:
    """Who is signed in, and the token that this session's forms need. Only pages of this site can read it."""
    of = mine()
    return {"of": of, "csrf_token": generate_csrf()} if of else {"of": ""}


def another_ones() -> bool:
    """Whether the form was drawn for another account than the one that sends it."""
    return bool(current_user.is_authenticated) and request.form.get(FIELD, mine()) != mine()


def typed() -> Typed | None:
    """What came, for the same person to send once more; None where it came from no page of ours, or from a script."""
    if not request.form.get(FIELD) or request.form.get("auto") or not _from_here():
        return None
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in NOT_CARRIED]
    labels = {f.name: f.zh for action in ACTIONS.values() for f in action.fields if f.kind in ("text", "line")}
    words = [(labels[name], value) for name, value in fields if name in labels and value.strip()]
    action = request.full_path if request.query_string else request.path
    return Typed(action, fields, words, any(file.filename for file in request.files.values()))


def _from_here() -> bool:
    """Whether a page of this site sent the form: nobody else's words are put before somebody to be sent by a press."""
    sender = request.headers.get("Origin") or request.referrer or ""
    return urlsplit(sender).netloc == request.host
