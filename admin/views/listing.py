"""One page of the ticket list: what is owed first, by deadline, then the rest by when it was registered.

A page costs the same few queries whatever the size of the table: counts stop at a cap, and the order follows an
index (open obligations by deadline; tickets by registration).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, select, union_all
from sqlalchemy.orm import Session

from admin.views import duties, filters
from admin.views.filters import Args, Asking
from models import view
from models.tables import Obligation, Ticket

PAGE = 25
MOST = 1_000
"""Rows that are counted and can be paged to; who needs what lies beyond narrows the list."""
MOST_IN_TAB = 1_000

SORTS = {
    "due": "时限",
    "registered": "登记时间",
    "-registered": "登记时间",
    "no": "工单号",
    "-no": "工单号",
}
COLUMNS = {"registered": Ticket.registered_at, "no": Ticket.no}


@dataclass(frozen=True)
class Found:
    """A page of tickets, as their reader may see them. `total` stops at MOST."""

    rows: list[dict[str, Any]]
    total: int
    page: int
    pages: int
    sort: str
    tabs: tuple[int, ...] = ()

    @property
    def more(self) -> bool:
        return self.total >= MOST


def capped(where: ColumnElement[bool], most: int = MOST) -> Any:
    """How many tickets fit, as a scalar subquery that stops counting at `most`."""
    return select(func.count()).select_from(select(Ticket.id).where(where).limit(most).subquery()).scalar_subquery()


def counts(session: Session, conditions: Sequence[ColumnElement[bool]], most: int = MOST_IN_TAB) -> tuple[int, ...]:
    """Several capped counts in one query."""
    if not conditions:
        return ()
    return tuple(session.execute(select(*(capped(where, most) for where in conditions))).one())


def find(
    session: Session, args: Args, asking: Asking, *, size: int = PAGE, tabs: Sequence[ColumnElement[bool]] = ()
) -> Found:
    """The page that an address asks for; a page beyond the last is the last."""
    where = filters.predicate(args, asking)
    sort = args.get("sort", "due")
    sort = sort if sort in SORTS else "due"
    owing_by = [value for f, value in filters.given(args) if f.name == "due"]
    owing = _owing(where, owing_by, asking)
    first = select(func.count()).select_from(owing.limit(MOST).subquery()).scalar_subquery()
    total, owed, *in_tabs = session.execute(
        select(capped(where), first, *(capped(tab, MOST_IN_TAB) for tab in tabs))
    ).one()
    pages = max(1, -(-min(total, MOST) // size))
    page = min(max(1, _integer(args.get("page"))), pages)
    start = (page - 1) * size
    if sort == "due":
        ids = _by_deadline(session, where, owing, owed, start, size, asking, rest=not owing_by)
    else:
        column = COLUMNS[sort.lstrip("-")]
        order = column.desc() if sort.startswith("-") else column.asc()
        ids = list(session.scalars(select(Ticket.id).where(where).order_by(order).offset(start).limit(size)))
    return Found(rows(session, ids, asking), total, page, pages, sort, tuple(in_tabs))


def rows(session: Session, ids: Sequence[int], asking: Asking) -> list[dict[str, Any]]:
    """The tickets of some ids, in that order, as far as they are in sight."""
    seen = view.sights(session, ids, asking.by, asking.at)
    return view.tickets(session, seen, asking.by, asking.at, asking.book) if seen else []


def _owing(where: ColumnElement[bool], owing_by: Sequence[str], asking: Asking) -> Select[Any]:
    """Ids of the fitting tickets that owe something, by deadline. A condition on deadlines is one on the first."""
    spans = [duties.due_between(value, asking.at) for value in owing_by]
    ends: list[ColumnElement[bool]] = []
    if len(spans) == 1 and spans[0]:
        ends.append(Obligation.due_at < spans[0][1])
    return (
        select(Obligation.ticket_id)
        .join(Ticket, Ticket.id == Obligation.ticket_id)
        .where(duties.first_due(asking.by), where, *ends)
        .order_by(Obligation.due_at, Obligation.ticket_id)
    )


def _by_deadline(
    session: Session, where: ColumnElement[bool], owing: Select[Any], owed: int, start: int, size: int, asking: Asking,
    *, rest: bool,
) -> list[int]:  # fmt: skip
    """What is owed, by deadline, and after it what owes nothing, the newest first: one statement for both."""
    from_owing = max(0, min(size, owed - start))
    halves = []
    if from_owing:
        halves.append(owing.add_columns(Obligation.due_at).offset(start).limit(from_owing))
    if rest and from_owing < size and owed < MOST:
        owing_nothing = and_(where, ~duties.has_due(asking.by))
        newest = select(Ticket.id, Ticket.registered_at).where(owing_nothing)
        newest = newest.order_by(Ticket.registered_at.desc(), Ticket.id.desc())
        halves.append(newest.offset(max(0, start - owed)).limit(size - from_owing))
    parts = [half.subquery() for half in halves]
    both = [select(literal(n), *part.c) for n, part in enumerate(parts)]
    found = session.execute(union_all(*both)).all() if both else []
    first = sorted((at, key) for n, key, at in found if n == 0 and from_owing)
    then = sorted(((at, key) for n, key, at in found if n == 1 or not from_owing), reverse=True)
    return [key for _at, key in first + then]


def _integer(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 1
