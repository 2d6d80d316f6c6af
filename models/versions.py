"""Two people at once: a row held while it is changed, and the version that an act was decided on."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import update
from sqlalchemy.orm import Session

from models.penalty import Penalty
from models.refusals import Invalid, Reason
from models.review import Review

Kept = TypeVar("Kept", Penalty, Review)


def locked(session: Session, model: type[Kept], row_id: int) -> Kept:
    """A row as it is now, held until the transaction ends: on SQLite by an update that changes nothing."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(update(model).where(model.id == row_id).values(version=model.version))
    return session.get_one(model, row_id, populate_existing=True, with_for_update=True)


def seen(given: Any) -> int:
    """The version that whoever acts has seen, from a form or a program. Raises Invalid."""
    if given is None:
        raise Invalid({"version": Reason("required")})
    if isinstance(given, str) and given.isascii() and given.isdecimal() and len(given) < 10:
        given = int(given)
    if isinstance(given, bool) or not isinstance(given, int):
        raise Invalid({"version": Reason("not_an_integer")})
    return given
