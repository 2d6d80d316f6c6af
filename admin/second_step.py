"""What a sign-in still owes after the right password: a code, a new password, setting up the second step."""

from __future__ import annotations

from typing import Any

from flask import current_app
from pyotp import TOTP

from admin.current import now, session
from models import credential, password_profile
from models.actor import actor
from models.base import User

NOBODYS = "0" * 32
"""In place of a salt, where there is none."""


def _sm() -> Any:
    return current_app.appbuilder.sm  # type: ignore[attr-defined]


def owes(user: User, *, proved: bool) -> str | None:
    """`code`, `renew` (the password is too old) or `enrol`; None: nothing more. proved: a code was given.

    It asks the database the same whatever is owed.
    """
    held = credential.of(session(), user.id)
    # Who stands in for a director as a deputy opens what the director opens, from the first day on, which may begin
    # while the sign-in stands.
    held_roles, at = _sm().roles_of(user), now()
    until = at + current_app.permanent_session_lifetime
    roles = frozenset().union(*(actor(session(), user.id, held_roles, when).roles_today for when in (at, until)))
    second = current_app.config["SECOND_STEP"] and credential.needs_second(roles)
    set_up = held is not None and held.salt is not None
    old = password_profile.is_old(password_profile.in_force(session()), held.password_at if held else None, now())
    if second and set_up and not proved:
        return "code"
    if old:
        return "renew"
    return "enrol" if second and not set_up else None


def codes(user: User, salt: str) -> TOTP:
    """The codes that follow from a salt. Nothing keeps their secret; only the page of setting up shows it."""
    return credential.totp(current_app.config["DIGEST_KEY"], user.id, salt)


def is_right(user: User, typed: str) -> bool:
    """Whether a code is that of the account's second step and was not taken before. A wrong one is counted, together
    with wrong passwords."""
    waits = _sm().must_wait(user)
    if took(user, typed, right=not waits):
        return True
    _sm().count_failure(user, waits=waits, step="code")
    return False


def took(user: User, typed: str, *, right: bool) -> bool:
    """Whether a code is the account's and was not taken before; then it is taken, and committed.

    right: whether all else was. If not the code is reckoned all the same, and stays good.
    """
    held = credential.of(session(), user.id)
    salt = held.salt if held is not None else None
    step = credential.step_of(codes(user, salt or NOBODYS), typed, now())
    if not (right and salt) or step is None or not credential.taken(session(), user.id, step):
        return False
    session().commit()
    return True
