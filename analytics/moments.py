"""Instants as they pass from the database into a file: as text, without a datetime in between.

A frame of a million rows has eight million times. Both databases give them as one text, `2026-03-02 08:00:00.000000`
in UTC, which sorts as the instants do; a file shows them as Shanghai's clocks do. Hour by hour that is a table.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from models.types import SHANGHAI

Texts = Sequence[str | None]


class utc_text(FunctionElement[str]):
    """A column of instants as text in UTC, with microseconds: what SQLite keeps."""

    type = String()
    inherit_cache = True


@compiles(utc_text, "sqlite")
def _in_sqlite(element: utc_text, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(utc_text, "postgresql")
def _in_postgresql(element: utc_text, compiler: SQLCompiler, **options: Any) -> str:
    at = compiler.process(element.clauses, **options)
    return f"to_char(timezone('UTC', {at}), 'YYYY-MM-DD HH24:MI:SS.US')"


def text(at: datetime) -> str:
    """An instant as the databases give it."""
    return at.astimezone(UTC).isoformat(" ", "microseconds")[:26]


def moment(told: str) -> datetime:
    """The instant that a text is."""
    return datetime.fromisoformat(told).replace(tzinfo=UTC)


class _Hours(dict[str, str]):
    """An hour of UTC → the hour on Shanghai's clocks: 2026-03-02 08 → 2026-03-02 16."""

    def __missing__(self, hour: str) -> str:
        at = datetime.fromisoformat(f"{hour}:00:00+00:00").astimezone(SHANGHAI).isoformat(" ")
        if at[13:19] != ":00:00" or len(at) != 25:
            raise LookupError(hour)  # until 1901 they went by the sun: their minutes are others
        self[hour] = at[:13]
        _offsets[hour] = at[19:]
        return at[:13]


_hours = _Hours()
_offsets: dict[str, str] = {}
"""The hours that have been asked for, with the offset of Shanghai's clocks."""


def clocks(told: Texts) -> list[str | None]:
    """Times as Shanghai's clocks show them, to the second: 2026-03-02 16:00:00."""
    try:
        return [at and _hours[at[:13]] + at[13:19] for at in told]
    except LookupError:
        return [at and f"{moment(at).astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}" for at in told]


def stamps(told: Texts) -> list[str | None]:
    """Times in ISO 8601, Shanghai's with their offset; the fraction of a second where there is one."""
    return [at and _stamp(at) for at in told]


def _stamp(at: str) -> str:
    try:
        hour = _hours[at[:13]]
    except LookupError:
        return moment(at).astimezone(SHANGHAI).isoformat()
    seconds = at[13:19] if at.endswith(".000000") else at[13:]
    return f"{hour[:10]}T{hour[11:]}{seconds}{_offsets[at[:13]]}"
