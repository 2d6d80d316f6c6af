"""What a sign-in still owes after the right password: a code, a new password, setting up the second step."""

from __future__ import annotations

from typing import Any

from flask import current_app
from pyotp import TOTP

from admin.current import now, session
from models import credential, password_profile
from models.actor import actor
from models.base import User


def _sm() -> Any:
    return current_app.appbuilder.sm  # type: ignore[attr-defined]


def owes(user: User, *, proved: bool) -> str | None:
    """`code`, `renew` (the password is too old) or `enrol`; None: nothing more. proved: a code was given."""
    held = credential.of(session(), user.id)
    # Who stands in for a director as a deputy opens what the director opens, from the first day on, which may begin
    # while the sign-in stands.
    held_roles, at = _sm().roles_of(user), now()
    until = at + current_app.permanent_session_lifetime
    roles = frozenset().union(*(actor(session(), user.id, held_roles, when).roles_today for when in (at, until)))
    second = current_app.config["SECOND_STEP"] and credential.needs_second(roles)
    set_up = held is not None and held.salt is not None
    if second and set_up and not proved:
        return "code"
    if password_profile.is_old(password_profile.in_force(session()), held.password_at if held else None, now()):
        return "renew"
    return "enrol" if second and not set_up else None


def codes(user: User, salt: str) -> TOTP:
    """The codes that follow from a salt. Nothing keeps their secret; only the page of setting up shows it."""
    return credential.totp(current_app.config["DIGEST_KEY"], user.id, salt)


def is_right(user: User, typed: str) -> bool:
    """Whether a code is that of the account's second step and was not taken before. A wrong one is counted, together
    with wrong passwords."""
    waits, held = _sm().must_wait(user), credential.of(session(), user.id)
    salt = held.salt if held is not None else None
    step = credential.step_of(codes(user, salt), typed, now()) if salt and not waits else None
    if step is not None and credential.taken(session(), user.id, step):
        session().commit()
        return True
    _sm().count_failure(user, waits=waits, step="code")
    return False
