"""Who asks, when, and under which policy: what every page and every API method needs to know of its request."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar, cast

from flask import current_app, g
from flask_appbuilder.security.sqla.models import User
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session
from werkzeug.exceptions import Unauthorized

from models import actor as actors
from models.actor import Actor
from models.book import Book

T = TypeVar("T")


def session() -> Session:
    """The request's database session. Nothing commits it but the edge: `transact`."""
    return cast(Session, current_app.appbuilder.session)  # type: ignore[attr-defined]


def now() -> datetime:
    """The present, by the application's clock; tests set `app.extensions["clock"]`."""
    return cast(datetime, current_app.extensions["clock"]())


def book() -> Book:
    """The policy as this request found it. A request that edits policy calls `forget`."""
    if "book" not in g:
        g.book = Book(session(), current_app.config["DIGEST_KEY"])
    return cast(Book, g.book)


def forget() -> None:
    """Drop what was read for this request: it was changed, or its transaction is over."""
    g.pop("book", None)
    g.pop("actor", None)


def current_user() -> User | None:
    """The account that is logged in, by cookie or by token."""
    user = current_app.appbuilder.sm.current_user  # type: ignore[attr-defined]
    return cast(User, user) if user else None


def current_actor() -> Actor:
    """The person who asks, with the roles and posts of now. Raises 401 for nobody."""
    if "actor" not in g:
        user = current_user()
        if user is None:
            raise Unauthorized
        roles = current_app.appbuilder.sm.roles_of(user)  # type: ignore[attr-defined]
        g.actor = actors.actor(session(), user.id, roles, now())
    return cast(Actor, g.actor)


ATTEMPTS = 3


def transact(work: Callable[[], T]) -> T:
    """Do `work` in a transaction of its own and commit it; whatever it raises, nothing of it stays.

    Two people can draw the same id or number at the same moment: then the database refuses the second, and `work`
    starts again from the rows as they are now, so it must ask `book()` and `current_actor()` itself.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            result = work()
            session().commit()
        except (IntegrityError, OperationalError) as error:
            session().rollback()
            forget()
            if attempt == ATTEMPTS or not _may_go_again(error):
                raise
        except BaseException:
            session().rollback()
            forget()
            raise
        else:
            forget()
            return result
    raise AssertionError("unreachable")


def _may_go_again(error: DBAPIError) -> bool:
    """Whether only the moment was wrong: a number taken, or PostgreSQL chose this one of two that were in each other's
    way. SQLite has waited long enough by itself."""
    return isinstance(error, IntegrityError) or getattr(error.orig, "sqlstate", None) in ("40001", "40P01")
