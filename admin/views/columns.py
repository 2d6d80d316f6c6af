"""The columns of the ticket list: which there are, which somebody chose, how they sort, what an export writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, case, literal, not_, or_

from admin import words
from admin.views.filters import Args, Asking, showing
from admin.words import Due
from models import policy
from models.tables import Ticket
from models.workflow import STATES

Row = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """One column. `sort`: by what it is sorted, upwards first or downwards. `said`: the cell of an export, in the
    words of the page; a time, and the number of a round, as what it is."""

    name: str
    zh: str
    said: Callable[[Row, datetime], Any]
    sort: str | None = None
    chosen: bool = True
    css: str = ""


def _term(name: str) -> Callable[[Row, datetime], str]:
    return lambda row, _now: words.term(row[name]) if row[name] else ""


def _choice(name: str) -> Callable[[Row, datetime], str]:
    return lambda row, _now: words.choice(name, row[name]) if row[name] else ""


def _time(name: str) -> Callable[[Row, datetime], Any]:
    return lambda row, _now: row[name]


def _due(row: Row, _now: datetime) -> datetime | None:
    owed = words.next_due(row["obligations"])
    return owed["due_at"] if owed else None


def standing(row: Row, now: datetime) -> Due | None:
    """How a ticket stands with its deadlines, in a word: what is owed first, else how it was closed."""
    owed = words.next_due(row["obligations"])
    if owed:
        return words.due(owed, now)
    states = {one["state"] for one in row["obligations"]} if row["state"] == "closed" else set()
    if "late" in states:
        return Due("never", _("逾期办结"))
    return Due("met", _("按时办结")) if "on_time" in states else None


def _standing(row: Row, now: datetime) -> str:
    stands = standing(row, now)
    return stands.text if stands else ""


def _unit(row: Row, _now: datetime) -> str:
    if row["unit"]:
        return words.term(row["unit"])
    return _("未转办") if row["state"] == "registered" and row["track"] == policy.QUALITY else ""


CONTENT = Column("content", "内容", lambda row, _now: row["content"] or words.headline(row))
COLUMNS = (
    Column("neighbourhood", "小区", lambda row, _now: row["neighbourhood"]),
    Column("district", "片区", _term("district"), chosen=False),
    Column("category", "分类", _term("category"), "category"),
    Column("no", "工单号", lambda row, _now: row["no"], "-no"),
    Column("unit", "承办单位", _unit, "unit"),
    Column("state", "状态", lambda row, _now: words.state(row["state"]), "state"),
    Column("due", "时限", _due, "due"),
    Column("round", "轮次", lambda row, _now: row["round"], "-round"),
    Column("urgency", "紧急程度", _choice("urgency"), "-urgency", chosen=False),
    Column("kind", "事项", _choice("kind"), chosen=False),
    Column("channel", "渠道", _term("channel"), chosen=False),
    Column("main", "同一事项", lambda row, _now: row["main"], chosen=False),
    Column("received", "接到时间", _time("received_at"), chosen=False, css="kf-num"),
    Column("closed", "办结时间", _time("closed_at"), chosen=False, css="kf-num"),
    Column("registered", "登记时间", _time("registered_at"), "-registered", css="kf-num"),
)  # fmt: skip
STANDING = Column("standing", "时限情况", _standing)
"""Beside the deadline in an export, where both stand in one cell of the page."""
BY_NAME = {column.name: column for column in COLUMNS}
USUAL = tuple(column.name for column in COLUMNS if column.chosen)


def named(text: str) -> tuple[str, ...]:
    """The columns that an address or a saved view names, in the list's own order; none that are known: the usual."""
    wanted = set(text.split(","))
    return tuple(column.name for column in COLUMNS if column.name in wanted) or USUAL


def chosen(args: Args, standing: str = "") -> Sequence[Column]:
    """The columns of a page: those of its address, else those that its reader chose last."""
    return [BY_NAME[name] for name in named(args.get("cols") or standing)]


FIELD = {"category": "category", "unit": "unit", "urgency": "urgency"}
"""The field that a sort tells of; the others everybody sees."""


def rank(name: str, asking: Asking) -> ColumnElement[int]:
    """What a ticket's place follows from in a sort by a name, a code or a count: tickets of which the reader may not
    see it come last, in whatever order."""
    if name == "state":
        found: ColumnElement[int] = _place(Ticket.state, list(STATES))
    elif name == "urgency":
        found = _place(Ticket.urgency, list(policy.URGENCIES))
    elif name in ("category", "unit"):
        entries = sorted(asking.book.register(name).by_id.values(), key=lambda entry: entry.name)
        column: Any = Ticket.category_id if name == "category" else Ticket.unit_id
        found = _place(column, [entry.id for entry in entries])
    else:
        found = Ticket.round
    field = FIELD.get(name)
    return case((not_(or_(showing([field], asking.by))), literal(-1)), else_=found) if field else found


def _place(column: Any, values: Sequence[Any]) -> ColumnElement[int]:
    if not values:
        return literal(0)
    return case({value: n for n, value in enumerate(values)}, value=column, else_=len(values))
