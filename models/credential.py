"""What is kept of an account's password and second step, besides the hash: age, earlier ones, one-time secrets, codes.

The second step is TOTP (RFC 6238). No table holds its secret: it follows from a random salt and the key of the log, so
that a copy of the database makes nobody's codes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import TypeGuard

from pyotp import TOTP
from sqlalchemy import ForeignKey, Integer, String, delete, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Model
from models.types import ID, At, BigId, MaybeAt, new_id

NEEDING = frozenset({"discipline", "chairman", "admin"})
"""Roles that prove a second step, where the setting is on; deputies in such a post too."""
STEP = 30
"""Seconds that a code stands."""
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Of one-time secrets: none that is taken for another when read out."""


class Credential(Model):
    """One row an account, once it has chosen a password here or set up its second step."""

    __tablename__ = "credential"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), primary_key=True, autoincrement=False)
    password_at: Mapped[MaybeAt]
    salt: Mapped[str | None] = mapped_column(String(64))
    """Of the second step; None: not set up."""
    last_step: Mapped[int | None] = mapped_column(BigId)
    """The step of time of the last code that was taken: each is taken once."""


class PasswordPast(Model):
    """The hash of a password that an account has used before."""

    __tablename__ = "password_past"

    id: Mapped[ID]
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    hash: Mapped[str] = mapped_column(String(256))
    until: Mapped[At]


class OneTimeSecret(Model):
    """Leave to choose a new password, once. Only a digest: the secret is shown to whoever made it, that once."""

    __tablename__ = "one_time_secret"

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), primary_key=True, autoincrement=False)
    digest: Mapped[str] = mapped_column(String(64))
    second: Mapped[bool] = mapped_column(default=False)
    """Takes the second step away too: the telephone is lost."""
    until: Mapped[At]
    change_id: Mapped[int | None] = mapped_column(Integer, ForeignKey("access_change.id"))
    """What a holder of a confidential post must agree to first."""


def of(session: Session, user_id: int) -> Credential | None:
    return session.get(Credential, user_id, populate_existing=True)


def _row(session: Session, user_id: int) -> Credential:
    row = of(session, user_id)
    if row is None:
        row = Credential(user_id=user_id)
        session.add(row)
    return row


def chosen(session: Session, user_id: int, before: str | None, at: datetime, *, keep: int) -> None:
    """An account has a new password; `before` is the hash of the last one. keep: how many of the past are kept."""
    _row(session, user_id).password_at = at
    if before:
        session.add(PasswordPast(id=new_id(), user_id=user_id, hash=before, until=at))
    session.flush()
    past = select(PasswordPast.id).where(PasswordPast.user_id == user_id).order_by(PasswordPast.id.desc())
    old = session.scalars(past.offset(keep)).all()
    session.execute(delete(PasswordPast).where(PasswordPast.id.in_(old)))


def past(session: Session, user_id: int, most: int) -> list[str]:
    """Hashes of the last passwords, the newest first."""
    mine = select(PasswordPast.hash).where(PasswordPast.user_id == user_id).order_by(PasswordPast.id.desc())
    return list(session.scalars(mine.limit(most)))


def one_time(session: Session, user_id: int, *, second: bool, until: datetime, change_id: int | None) -> str:
    """A secret for one new password, in four groups of four; the one made before is worthless. Does not commit."""
    said = "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))
    session.execute(delete(OneTimeSecret).where(OneTimeSecret.user_id == user_id))
    session.add(OneTimeSecret(user_id=user_id, digest=_digest(said), second=second, until=until, change_id=change_id))
    session.flush()
    return said


def _digest(said: str) -> str:
    plain = "".join(ch for ch in said.upper() if ch.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def opens(found: OneTimeSecret | None, said: str, at: datetime) -> TypeGuard[OneTimeSecret]:
    """Whether what was typed is the secret, in time. (Whether it was agreed to is another question.)"""
    digest = found.digest if found is not None else _digest("")
    same = hmac.compare_digest(digest, _digest(said))
    return same and found is not None and at < found.until


def one_time_of(session: Session, user_id: int) -> OneTimeSecret | None:
    return session.get(OneTimeSecret, user_id, populate_existing=True)


def use(session: Session, user_id: int) -> bool | None:
    """Take an account's one-time secret, in one statement; whether it takes the second step away too. None: another
    was quicker."""
    gone = delete(OneTimeSecret).where(OneTimeSecret.user_id == user_id).returning(OneTimeSecret.second)
    return session.scalar(gone)


def forget_second(session: Session, user_id: int) -> None:
    """Take the second step away; it is set up anew at the next sign-in."""
    session.execute(update(Credential).where(Credential.user_id == user_id).values(salt=None, last_step=None))


# The second step


def new_salt() -> str:
    return secrets.token_hex(16)


def totp(key: bytes, user_id: int, salt: str) -> TOTP:
    """The codes of an account: what its telephone reckons too."""
    secret = hmac.digest(key, f"second step\0{user_id}\0{salt}".encode(), "sha256")[:20]
    return TOTP(base64.b32encode(secret).decode(), interval=STEP)


def step_of(codes: TOTP, typed: str, at: datetime) -> int | None:
    """The step of time that a code is of, this one or a neighbour: clocks differ; None: of none of them."""
    code = "".join(typed.split())
    if not (code.isascii() and code.isdecimal()):
        return None
    here = int(at.timestamp()) // STEP
    matching = [step for step in (here - 1, here, here + 1) if hmac.compare_digest(codes.generate_otp(step), code)]
    return matching[-1] if matching else None


def set_up(session: Session, user_id: int, salt: str, step: int) -> None:
    """The second step stands, proved by the code of `step`."""
    row = _row(session, user_id)
    row.salt, row.last_step = salt, step
    session.flush()


def taken(session: Session, user_id: int, step: int) -> bool:
    """Take a code, in one statement: of two who send the same one at once, one is let in."""
    mine = (Credential.user_id == user_id, or_(Credential.last_step.is_(None), Credential.last_step < step))
    done = session.execute(update(Credential).where(*mine).values(last_step=step).returning(Credential.user_id))
    return done.first() is not None


def needs_second(roles: Iterable[str]) -> bool:
    return bool(NEEDING & set(roles))
