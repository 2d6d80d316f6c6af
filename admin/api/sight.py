"""Which tickets a person finds over HTTP: those in sight, and in a list those whose sought fields are shown to them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, case, null

from admin.current import current_actor, session
from admin.guarding.filters import Filters
from models import scope, view
from models.actor import Actor
from models.refusals import Unseen
from models.tables import Ticket


def with_tickets() -> Actor:
    """The person who asks. Raises Unseen where the role has no tickets: then there is nothing here."""
    by = current_actor()
    if not scope.conditions(by):
        raise Unseen
    return by


def shows(name: str, by: Actor) -> ColumnElement[bool]:
    """Whether a ticket's field is shown to the person at their level: what is hidden cannot be guessed by filter."""
    if name in (*view.HEADING, "id"):
        return scope.visible(by)
    return scope.level(by).in_([level for level in scope.LEVELS if name in view.SHOWN[level]])


def page_of_ids(
    filters: Filters, column: str, direction: str, page: int, size: int, by: Actor
) -> tuple[int, list[int]]:
    """(tickets in all, ids of the page)."""
    query = filters.apply_all(session().query(Ticket.id).filter(scope.visible(by)))
    for name in {found.column_name for found in filters.filters}:
        query = query.filter(shows(name, by))
    count = query.count()
    key = getattr(Ticket, column)
    if column not in view.HEADING:
        key = case((shows(column, by), key), else_=null())
    orders = (key.asc(), Ticket.id.asc()) if direction == "asc" else (key.desc(), Ticket.id.desc())
    return count, [i for (i,) in query.order_by(*orders).offset(page * size).limit(size)]
