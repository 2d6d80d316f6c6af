"""Passwords: how they are kept, and which will not do."""

from __future__ import annotations

import secrets
from functools import cache

from flask import current_app, has_app_context
from flask_babel import gettext as _
from werkzeug.security import generate_password_hash

SHORTEST, LONGEST = 8, 200
EASY = ("password", "96568", "qwerty", "abc123")


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


def check_password(password: str, *about: str) -> str | None:
    """Why a password will not do, in words; None: it will. `about`: names that it must not be made of."""
    if len(password) < SHORTEST or len(set(password)) < SHORTEST // 2:
        return str(_("密码至少要 8 个字符，不能只是几个字符的重复。"))
    if len(password) > LONGEST:
        return str(_("密码太长。"))
    if password.isdecimal():
        return str(_("密码不能全是数字。"))
    if any(part and part.lower() in password.lower() for part in (*about, *EASY)):
        return str(_("密码不能含有用户名、96568 这类容易猜到的内容。"))
    return None
