"""What goes into the security log from a request: who is known here, from where, and in the transaction of the act."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from flask import g, has_request_context, request
from sqlalchemy import inspect
from werkzeug.wrappers import Response

from admin.current import book, current_actor, current_user, now, session
from models import granting, policy, revealing, security_log, view
from models.base import Role, User
from models.tables import (
    CalendarDay,
    CalendarYear,
    ClosingTime,
    MediaExposure,
    Penalty,
    PenaltyRule,
    Post,
    Rule,
)
from models.view import Sight

KIND_OF: dict[type[Any], str] = {
    User: "account", Role: "role", Post: "post", Rule: "rule", PenaltyRule: "rule", CalendarDay: "calendar",
    CalendarYear: "calendar", ClosingTime: "calendar", Penalty: "penalty", MediaExposure: "penalty",
}  # fmt: skip
"""Table → the kind of entry that a change of it makes; of all others `table`."""
SECRET = frozenset({"password", "conf_password", "url"})
"""Columns whose values are nobody's to read: that they changed is told, not from what to what."""
COUNTED = frozenset({"last_login", "login_count", "fail_login_count", "changed_on", "created_on"})
"""Columns that change by themselves."""
TICKETS = ("/ticket/", "/api/v1/ticket/")

Change = dict[str, list[Any]]
"""Column → [old, new]."""


def note(kind: str, *, by: int | None = None, user_id: int | None = None, ticket_id: int | None = None,
         **detail: Any) -> None:  # fmt: skip
    """Write an entry of the security log; it stands with the request's transaction, and falls with it.

    by: who did it, where nobody is signed in yet.
    """
    source = security_log.PROGRAM
    if has_request_context():
        user, source = current_user(), request.remote_addr or ""
        by = by if by is not None else user.id if user else None
    security_log.record(session(), kind, at=now(), by=by, user_id=user_id, ticket_id=ticket_id, source=source, **detail)


def sight(ticket_id: int) -> Sight:
    """A ticket as the person who asks may see it. That a discipline ticket was opened is recorded, once a request.

    Raises Unseen.
    """
    found = view.sight(session(), ticket_id, current_actor(), now())
    opened([found])
    return found


def opened(found: Iterable[Sight]) -> None:
    """Remember that discipline tickets are being read, and those that the chairman granted; `after` records it before
    anything of them leaves."""
    known: dict[int, tuple[str, int | None]] = g.setdefault("opened_tickets", {})
    known.update({s.ticket.id: (s.level, s.grant) for s in found if s.grant or s.ticket.track == policy.DISCIPLINE})


def revealed(ticket_id: int, given: Mapping[str, Any]) -> Sight:
    """查看: open a masked complainant to whoever asks, and record it with the fields that were masked; the ticket as it
    is seen then. Raises Unseen, NotYours, Invalid. Does not commit."""
    by, at = current_actor(), now()
    before = view.sight(session(), ticket_id, by, at)
    row = revealing.reveal(session(), ticket_id, given, by=by, at=at)
    if row is not None:
        masked = view.tickets(session(), [before], by, at, book())[0]["masked"]
        note("opened", ticket_id=ticket_id, what="fields", fields=masked, reason=row.reason, reveal=row.id)
    return view.sight(session(), ticket_id, by, at)


def after(response: Response) -> Response:
    """After a request: which discipline tickets were opened; that somebody who is known was refused, or asked for a
    ticket that is not in their sight. One that is hidden and one that does not exist are recorded alike.

    Where the record cannot be written the answer is a 500, and nothing of the tickets leaves.
    """
    seen: dict[int, tuple[str, int | None]] = g.pop("opened_tickets", {})
    on_tickets = request.path.startswith(TICKETS)
    missed = response.status_code == 404 and request.endpoint is not None and on_tickets
    refused = (missed or response.status_code == 403) and current_user() is not None
    if not seen and not refused:
        return response
    if response.status_code >= 400:
        session().rollback()
    for ticket_id, (level, grant) in seen.items():
        note("opened", ticket_id=ticket_id, level=level, what="ticket", **({"grant": grant} if grant else {}))
        if grant:
            granting.use_ticket(session(), grant)
    if refused:
        asked = (request.view_args or {}).get("ticket_id", (request.view_args or {}).get("pk"))
        number = int(asked) if str(asked).isdecimal() and len(str(asked)) < 19 else None
        note("refused", ticket_id=number if on_tickets else None, status=response.status_code,
             endpoint=request.endpoint, method=request.method)  # fmt: skip
    session().commit()
    return response


def changed(item: Any, *, adding: bool = False, deleting: bool = False) -> Change:
    """What a row that is about to be written changes; read before the flush, after which nobody knows any more."""
    found: Change = {}
    for attribute in inspect(item).attrs:
        name, history = attribute.key, attribute.history
        if name in COUNTED or (deleting and name not in item.__mapper__.columns):
            continue
        old, new = list(history.deleted or ()), list(history.added or ())
        if deleting:
            old, new = [getattr(item, name)], []
        if old == new or (adding and new in ([None], [[]])):
            continue
        found[name] = ["…", "…"] if name in SECRET else [_told(old), _told(new)]
    return found


def _told(values: list[Any]) -> Any:
    """A column's value, or what a relation's rows are called, for canonical JSON."""
    told = [v if v is None or isinstance(v, bool | int) else _text(v) for v in values]
    return told[0] if len(told) == 1 else told or None


def _text(value: Any) -> str:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    text = value.username if isinstance(value, User) else str(value)
    return text if len(text) <= 200 else text[:199] + "…"


def change(item: Any, what: Change, *, adding: bool, deleting: bool) -> None:
    """Record a change of a table, flushed: which row, and from what to what.

    What hangs on a ticket follows its confidentiality: of it only the names of the columns are told.
    """
    if not what:
        return
    of_ticket = getattr(item, "ticket_id", None)
    hangs = "ticket_id" in item.__mapper__.columns
    about = item.id if isinstance(item, User) else getattr(item, "user_id", None)
    note(
        KIND_OF.get(type(item), "table"), user_id=about, ticket_id=of_ticket, table=item.__tablename__,
        key=[str(part) for part in item.__mapper__.primary_key_from_instance(item)],
        did="added" if adding else "deleted" if deleting else "changed",
        columns=sorted(what) if hangs else what,
    )  # fmt: skip
