"""Passwords: how they are kept, and why one will not do, in words. Which will is `models.password_profile`'s."""

from __future__ import annotations

import secrets
from functools import cache

from flask import current_app, has_app_context
from werkzeug.security import check_password_hash, generate_password_hash

from admin import errors
from admin.current import session
from models import credential, password_profile
from models.base import User
from models.refusals import Reason


def hash_password(password: str) -> str:
    """A password as the database keeps it: one method everywhere, so that all checks take equally long."""
    return generate_password_hash(password, method=_method())


def nobodys_hash() -> str:
    """What a password is checked against where there is no account: made by the same method, so as slow."""
    return _nobodys_hash(_method())


@cache
def _nobodys_hash(method: str) -> str:
    return generate_password_hash(secrets.token_hex(16), method=method)


def _method() -> str:
    return str(current_app.config.get("FAB_PASSWORD_HASH_METHOD", "scrypt")) if has_app_context() else "scrypt"


def first_password(password: str, name: str) -> str | None:
    """Why a password will not do for an account that is about to be made, by the profile as seeded: there may be no
    table yet. None: it will."""
    why = password_profile.weakness(password, password_profile.seeded(), name)
    return errors.reason(why) if why else None


def new_password(password: str, user: User) -> str | None:
    """Why a password will not do for an account, by the profile in force and by what it had before; None: it will."""
    profile = password_profile.in_force(session())
    why = password_profile.weakness(password, profile, user.username, user.last_name + user.first_name)
    if why is None and _used(password, user, profile.history):
        why = Reason("password_used", many=profile.history)
    return errors.reason(why) if why else None


def _used(password: str, user: User, most: int) -> bool:
    """Whether it is the password that the account has, or one of the last."""
    if not most:
        return False
    before = [user.password or "", *credential.past(session(), user.id, most - 1)]
    return any(check_password_hash(one, password) for one in before if one)
