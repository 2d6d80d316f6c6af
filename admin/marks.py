"""Keyed digests that a session, a token or a page carries of an account."""

from __future__ import annotations

import hmac

from flask import current_app

from models.base import User


def digest(*parts: object) -> str:
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.digest(key, "\0".join(map(str, parts)).encode(), "sha256").hex()


def stamp(user: User) -> str:
    """What sessions and tokens of an account carry: a new password makes all earlier ones worthless."""
    return digest("stamp", user.id, user.password)[:32]


def mark(user: User | None) -> str:
    """What a page carries to say whose it is: it tells accounts apart and names none; empty: nobody's."""
    return digest("page", user.id)[:24] if user is not None else ""
