"""What a column and a frame are. Files, DataFrames and the docs are made of what `analytics.columns` declares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import FromClause, select

from models.tables import Ticket, TicketText

CODES = frozenset({"code", "role", "standing", "verdict", "unit", "category", "channel", "district", "source"})
"""Kinds of columns of which a file knows each word once, however often it stands there."""


@dataclass(frozen=True, eq=False)
class Column:
    """A column of a frame.

    kind: text; code, one of a few words; number, a whole one; measure, any number; time, day, flag; a table whose name
    stands for the id; or what is worked out: standing, inherited, the role of an account, and the fields of which a
    pseudonym stands for the value (`PSEUDONYMS`).
    """

    name: str
    zh: str
    meaning: str
    value: Any = None
    kind: str = "text"


@dataclass(frozen=True, eq=False)
class Frame:
    """One table for analysts.

    at: the time by which a period is cut. known: since when a row is there at all. confined: what quality scope demands
    beside the ticket's track. of: `ticket`, where every row hangs on one and shares its scope; `maybe`; `none`.
    rows: None where the rows are no table's (`kpi`).
    """

    name: str
    zh: str
    columns: tuple[Column, ...]
    rows: FromClause | None = None
    at: Any = None
    unit: Any = None
    known: Any = None
    order: tuple[Any, ...] = ()
    confined: tuple[Any, ...] = ()
    always: tuple[Any, ...] = ()
    """What holds of every row, in whatever scope."""
    of: str = "ticket"
    raw: tuple[Any, ...] = ()
    """Columns that only the computed ones need."""
    quality_only: bool = False
    """Whether it is of quality complaints, whatever scope is asked for."""


def ref(name: str, zh: str, meaning: str, value: Any, table: str) -> Column:
    """A column in which a name stands for the id."""
    return Column(name, zh, meaning, value, table)


def time(name: str, zh: str, meaning: str, value: Any) -> Column:
    return Column(name, zh, meaning, value, "time")


def code(name: str, zh: str, meaning: str, value: Any) -> Column:
    """A column of a few words."""
    return Column(name, zh, meaning, value, "code")


def said(field: str) -> Any:
    """A ticket's text in force."""
    text = select(TicketText.value).where(TicketText.ticket_id == Ticket.id, TicketText.field == field)
    return text.order_by(TicketText.event_no.desc()).limit(1).correlate(Ticket).scalar_subquery()
