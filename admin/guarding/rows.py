"""Which rows of a table the person who asks may see: applied to every query of every interface (POLICY §5).

A ticket's own rows follow the scope. What hangs on a ticket is generated only for those who see the ticket in full:
a list of penalties must not tell anyone of a ticket of which they see a stub.
"""

from __future__ import annotations

from typing import Any

from flask import has_request_context
from sqlalchemy import ColumnElement, false, or_, select

from admin.current import current_actor
from models import scope
from models.penalties import scope as penalties
from models.tables import Penalty, SecurityEvent, Ticket

WHOLE = ("contact", "full")
"""Levels at which what hangs on a ticket may be listed."""


def in_sight(model: type[Any]) -> ColumnElement[bool] | None:
    """The rows of `model` that the person may see; None: all. Outside of a request nobody asks, and sees nothing."""
    if model is Ticket:
        return scope.visible(current_actor()) if has_request_context() else false()
    if model is Penalty:
        return penalties.overseen(current_actor()) if has_request_context() else false()
    if model is SecurityEvent:
        return None  # the auditor's: it names no ticket that is confidential
    hangs_on = model.__mapper__.columns.get("ticket_id")
    if hangs_on is None:
        return None
    if not has_request_context():
        return false()
    column = getattr(model, "ticket_id")  # noqa: B009  the attribute, which knows an alias
    whole = [condition for condition, level in scope.conditions(current_actor()) if level in WHOLE]
    seen = select(Ticket.id).where(Ticket.id == column, or_(false(), *whole)).correlate_except(Ticket).exists()
    return or_(column.is_(None), seen) if hangs_on.nullable else seen
