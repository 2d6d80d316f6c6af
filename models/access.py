"""What guards an account besides its password: failed sign-ins, and the sign-ins that stand."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Integer, String, case, delete, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Model
from models.database import insert
from models.types import At

MOST_FAILURES = 10
"""Failed sign-ins in a row after which a name has to wait, known or not."""
WAIT = timedelta(minutes=15)
"""How long it has to wait after the last of them."""
SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is known when a sign-in was last used: not every request is worth a write."""


class SignInFailure(Model):
    """Failed sign-ins in a row under one name. Only a digest of the name: people type passwords into that field."""

    __tablename__ = "sign_in_failure"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[At] = mapped_column(index=True)


class SignIn(Model):
    """A sign-in that stands: a browser's session, or a program's tokens, those refreshed from it among them.

    What has no row here is worthless, however well it is signed.
    """

    __tablename__ = "sign_in"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    began_at: Mapped[At] = mapped_column(index=True)
    seen_at: Mapped[At]


def must_wait(session: Session, name: str, at: datetime) -> bool:
    """Whether too many sign-ins under the digest `name` have failed of late."""
    failed = session.get(SignInFailure, name, populate_existing=True)
    return failed is not None and failed.failures >= MOST_FAILURES and at < failed.last_at + WAIT


def failed(session: Session, name: str, at: datetime) -> None:
    """Count one more failure, in one statement: two servers at once lose none. After a quiet time it starts anew."""
    table = SignInFailure.__table__
    stale = table.c.last_at < at - WAIT
    session.execute(
        insert(session, table)
        .values(name=name, failures=1, last_at=at)
        .on_conflict_do_update(
            index_elements=[table.c.name],
            set_={"failures": case((stale, 1), else_=table.c.failures + 1), "last_at": at},
        )
    )
    session.execute(delete(table).where(table.c.last_at < at - 10 * WAIT))


def succeeded(session: Session, name: str) -> None:
    session.execute(delete(SignInFailure).where(SignInFailure.name == name))


def begin(session: Session, user_id: int, at: datetime, life: timedelta) -> str:
    """A sign-in that stands from now on; its key. Those that have run out are forgotten."""
    key = secrets.token_hex(16)
    session.execute(delete(SignIn).where(SignIn.began_at < at - life))
    session.add(SignIn(key=key, user_id=user_id, began_at=at, seen_at=at))
    session.flush()
    return key


def seen(session: Session, key: str, at: datetime) -> None:
    """Note that a sign-in is in use."""
    session.execute(update(SignIn).where(SignIn.key == key).values(seen_at=at))


def end(session: Session, key: str) -> None:
    """Let nobody use a sign-in again, copies of it neither."""
    session.execute(delete(SignIn).where(SignIn.key == key))


def end_all(session: Session, user_id: int) -> None:
    """End every sign-in of an account: what it may do has changed, or who knows its password."""
    session.execute(delete(SignIn).where(SignIn.user_id == user_id))
