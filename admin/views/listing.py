"""One page of the ticket list: what is owed first, by deadline, then the rest by when it was registered.

A page costs the same few queries whatever the size of the table: counts stop at a cap, and the order follows an
index (open obligations by deadline; tickets by registration).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from admin.views import columns, duties, filters
from admin.views.filters import Args, Asking
from models import view
from models.tables import Obligation, Ticket

PAGE = 25
MOST = 1_000
"""Rows that are counted and can be paged to; who needs what lies beyond narrows the list."""

SORTS = {
    "due": "时限", "registered": "登记时间", "-registered": "登记时间", "no": "工单号", "-no": "工单号",
    "category": "分类", "-category": "分类", "unit": "承办单位", "-unit": "承办单位", "state": "状态", "-state": "状态",
    "round": "轮次", "-round": "轮次", "urgency": "紧急程度", "-urgency": "紧急程度",
}  # fmt: skip
INDEXED = {"registered": Ticket.registered_at, "no": Ticket.no}
"""Orders that an index gives. The others sort the newest MOST tickets, so that they too cost the same in any table."""


@dataclass(frozen=True)
class Found:
    """A page of tickets, as their reader may see them. `total` stops at MOST."""

    rows: list[dict[str, Any]]
    total: int
    page: int
    pages: int
    sort: str
    tabs: tuple[int, ...] = ()
    more_found: Any = None

    @property
    def more(self) -> bool:
        return self.total >= MOST

    @property
    def of_newest(self) -> bool:
        """Whether only the newest were sorted."""
        return self.more and self.sort != "due" and self.sort.lstrip("-") not in INDEXED


def shown(n: int) -> str:
    """A capped count for people."""
    return f"{MOST:,}+" if n >= MOST else f"{n:,}"


def capped(where: ColumnElement[bool], most: int = MOST) -> Any:
    """How many tickets fit, as a scalar subquery that stops counting at `most`."""
    return select(func.count()).select_from(select(Ticket.id).where(where).limit(most).subquery()).scalar_subquery()


def counts(session: Session, conditions: Sequence[ColumnElement[bool]], most: int = MOST) -> tuple[int, ...]:
    """Several capped counts in one query."""
    if not conditions:
        return ()
    return tuple(session.execute(select(*(capped(where, most) for where in conditions))).one())


def find(
    session: Session, args: Args, asking: Asking, *, size: int = PAGE, tabs: Sequence[ColumnElement[bool]] = (),
    more: ColumnElement[Any] | None = None,
) -> Found:  # fmt: skip
    """The page that an address asks for; a page beyond the last is the last.

    tabs, more: further conditions to count, and a scalar to ask, with the same query.
    """
    where = filters.predicate(args, asking)
    sort = args.get("sort", "due")
    sort = sort if sort in SORTS else "due"
    owing_by = [value for f, value in filters.given(args) if f.name == "due"]
    owing = _owing(where, owing_by, asking)
    first = select(func.count()).select_from(owing.order_by(None).limit(MOST).subquery()).scalar_subquery()
    asked = (null() if more is None else more, *(capped(tab) for tab in tabs))
    total, owed, more_found, *in_tabs = session.execute(select(capped(where), first, *asked)).one()
    pages = max(1, -(-min(total, MOST) // size))
    page = min(max(1, _integer(args.get("page"))), pages)
    start = (page - 1) * size
    if sort == "due":
        if owed == MOST:
            owing = _owing(where, owing_by, asking, leading=True)
        ids = _by_deadline(session, where, owing, owed, start, size, asking, rest=not owing_by)
    else:
        ids = list(session.scalars(_sorted(where, sort, asking).offset(start).limit(size)))
    return Found(rows(session, ids, asking), total, page, pages, sort, tuple(in_tabs), more_found)


def rows(session: Session, ids: Sequence[int], asking: Asking) -> list[dict[str, Any]]:
    """The tickets of some ids, in that order, as far as they are in sight."""
    seen = view.sights(session, ids, asking.by, asking.at)
    return view.tickets(session, seen, asking.by, asking.at, asking.book) if seen else []


def _sorted(where: ColumnElement[bool], sort: str, asking: Asking) -> Select[Any]:
    name, down = sort.lstrip("-"), sort.startswith("-")
    if name in INDEXED:
        return select(Ticket.id).where(where).order_by(INDEXED[name].desc() if down else INDEXED[name].asc())
    rank = columns.rank(name, asking).label("rank")
    newest = select(Ticket.id, Ticket.registered_at, rank).where(where)
    newest = newest.order_by(Ticket.registered_at.desc(), Ticket.id.desc()).limit(MOST)
    of = newest.subquery().c
    return select(of.id).order_by(
        of.rank < 0, of.rank.desc() if down else of.rank, of.registered_at.desc(), of.id.desc()
    )


def _owing(
    where: ColumnElement[bool], owing_by: Sequence[str], asking: Asking, *, leading: bool = False
) -> Select[Any]:
    """Ids of the fitting tickets that owe something, by deadline. A condition on deadlines is one on the first.

    leading: go through the deadlines and ask whether each one's ticket fits. Right where so many fit that the first
    are soon found, and to sort them all would take long.
    """
    spans = [duties.due_between(value, asking.at) for value in owing_by]
    ends: list[ColumnElement[bool]] = []
    if len(spans) == 1 and spans[0]:
        ends.append(Obligation.due_at < spans[0][1])
    fits = and_(duties.first_due(asking.by), where, *ends)
    found = select(Obligation.ticket_id).order_by(Obligation.due_at, Obligation.ticket_id)
    if not leading:
        return found.join(Ticket, Ticket.id == Obligation.ticket_id).where(fits)
    ticket = select(Ticket.id).where(Ticket.id == Obligation.ticket_id, fits).correlate(Obligation)
    return found.where(duties.open_now(Obligation), ticket.exists())


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
