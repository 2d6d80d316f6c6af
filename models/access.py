"""What guards an account besides its password: failed sign-ins, and sessions that were ended."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Integer, String, case, delete, exists
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Model
from models.database import insert
from models.types import At

MOST_FAILURES = 10
"""Failed sign-ins in a row after which a name has to wait, known or not."""
WAIT = timedelta(minutes=15)
"""How long it has to wait after the last of them."""


class SignInFailure(Model):
    """Failed sign-ins in a row under one name. Only a digest of the name: people type passwords into that field."""

    __tablename__ = "sign_in_failure"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[At] = mapped_column(index=True)


class EndedSession(Model):
    """A session or token that was signed out of before it ran out."""

    __tablename__ = "ended_session"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    until: Mapped[At] = mapped_column(index=True)
    """When it would have run out; then this row is of no use."""


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


def end(session: Session, key: str, until: datetime, at: datetime) -> None:
    """Let nobody use a session or token again; forget those that have run out."""
    table = EndedSession.__table__
    session.execute(insert(session, table).values(key=key, until=until).on_conflict_do_nothing())
    session.execute(delete(table).where(table.c.until < at))


def ended(key: str) -> ColumnElement[bool]:
    """Whether a session or token was ended."""
    return exists().where(EndedSession.key == key)
