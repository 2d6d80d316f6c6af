"""An act as a request brings it: its body, judged after the person, and the key that lets it happen once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request
from sqlalchemy import select
from werkzeug.exceptions import HTTPException

from admin.current import current_actor, session
from admin.guarding.requests import json_body
from models.refusals import Invalid, Reason
from models.tables import RepeatKey

LONGEST_KEY = 200


def body() -> tuple[dict[str, Any], HTTPException | None]:
    """The request's JSON object and what is wrong with it, which is told once the desk has let the person through."""
    try:
        return json_body(), None
    except HTTPException as no:
        return {}, no


def after_the_desk(wrong: Exception | None, act: Callable[[], int]) -> int:
    """What the desk says; but if it only minds the input, or nothing, then what was wrong with the body itself."""
    try:
        done = act()
    except Invalid:
        if wrong is not None:
            raise wrong from None
        raise
    if wrong is not None:
        raise wrong
    return done


def key_of_request() -> tuple[str | None, bool]:
    """The Idempotency-Key, and whether this person has used it before. Raises Invalid."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None, False
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise Invalid({"Idempotency-Key": Reason("bad_key")})
    mine = select(RepeatKey.key).where(RepeatKey.user_id == current_actor().user_id, RepeatKey.key == key)
    return key, session().scalar(mine) is not None
