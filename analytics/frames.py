"""Data frames for analysts: as streamed rows for files, and as pandas DataFrames. They name nobody, but where the
chairman has granted it (`models.granting`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, func, literal, select
from sqlalchemy.orm import Session

from analytics.columns import FRAMES, PSEUDONYMS, STAMP, Column, columns
from analytics.labels import NAMED
from analytics.questions import SCOPES, Unanswerable, Withheld, may_read, read_moment, unknown, written
from models import pseudonym
from models.actor import Actor
from models.obligation import inherited, standing
from models.policy import EXPORTERS, IDENTIFIED, QUALITY
from models.tables import Accused, Source, Ticket, Unit
from models.types import SHANGHAI, Moment

if TYPE_CHECKING:
    import pandas as pd

AT_ONCE = 2_000
"""Rows read from the database at a time."""
TABLES: dict[str, type[Any]] = {**NAMED, "source": Source}
Read = Callable[[Any], Any]
"""From a row of the database to a value."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which rows of a frame: [start, end) by its own time, of units by name, in a scope, as of now."""

    frame: str
    as_of: datetime
    start: datetime | None = None
    end: datetime | None = None
    units: tuple[str, ...] = ()
    scope: str = "quality"
    key: bytes = field(default=b"", repr=False)
    """LOG_KEY, of which the pseudonyms' key is made; without it there are none."""
    granted_to: int | None = None
    """With names, for this person: whoever calls has asked `models.granting`."""

    @property
    def identified(self) -> bool:
        return self.granted_to is not None

    def __post_init__(self) -> None:
        if self.frame not in FRAMES:
            raise unknown("frame", "没有“%(given)s”这个数据表", self.frame, FRAMES)
        if self.scope not in SCOPES:
            raise unknown("scope", "没有“%(given)s”这个口径", self.scope, SCOPES)
        if self.start and self.end and self.start >= self.end:
            raise Unanswerable("to", "止于（to，不含）须晚于起于（from）。")


def wanted(
    frame: str,
    *,
    now: datetime,
    start: str | None = None,
    end: str | None = None,
    units: Iterable[str] = (),
    scope: str | None = None,
    key: bytes = b"",
) -> Wanted:
    """What is wanted, in the words of a command line or query string. Raises Unanswerable."""
    return Wanted(
        frame=frame,
        as_of=now,
        start=read_moment("from", start) if start else None,
        end=read_moment("to", end) if end else None,
        units=tuple(dict.fromkeys(units)),
        scope=scope or "quality",
        key=key,
    )


def may_export(actor: Actor) -> bool:
    """Whether the person may take frames away. The scope is a second question (`questions.allowed_scope`)."""
    return may_read(actor) and bool(actor.roles & EXPORTERS)


def allow_export(actor: Actor) -> None:
    """Raises Withheld for who may not take frames away."""
    if not may_export(actor):
        raise Withheld("数据导出由运营管理部、纪检监察室、领导和分析员使用。")


def count(session: Session, asked: Wanted) -> int:
    """How many rows `stream` gives."""
    statement = _select(session, asked).with_only_columns(func.count()).order_by(None)
    return session.scalar(statement) or 0


def stream(session: Session, asked: Wanted) -> Iterator[tuple[Any, ...]]:
    """The rows, a tuple each in the order of `columns`, as they come from the database; times are aware."""
    declared = read_columns(asked)
    names: dict[str, dict[int, str]] = {
        kind: dict(session.execute(select(TABLES[kind].id, TABLES[kind].name)).all())
        for kind in {column.kind for column in declared} & TABLES.keys()
    }
    readers = [_reader(column, n, names, asked) for n, column in enumerate(declared)]
    stamp = (asked.scope, asked.as_of)
    rows = session.execute(_select(session, asked).execution_options(yield_per=AT_ONCE))
    for row in rows:
        yield (*(read(row) for read in readers), *stamp)


def frame(
    session: Session,
    name: str,
    *,
    at: datetime,
    scope: str = "quality",
    start: datetime | None = None,
    end: datetime | None = None,
    units: Iterable[str] = (),
    key: bytes = b"",
) -> pd.DataFrame:
    """A frame as a DataFrame: times in Asia/Shanghai, missing values as pandas' own; `attrs` say scope and as-of.

    at: now, from which an obligation's standing follows. key: LOG_KEY, for the pseudonyms. Raises Unanswerable.
    """
    import pandas as pd  # half a second and 50 MB that a command without it need not pay

    asked = Wanted(frame=name, as_of=at, start=start, end=end, units=tuple(units), scope=scope, key=key)
    declared = FRAMES[name].columns
    rows = list(stream(session, asked))
    found = {}
    for n, column in enumerate(declared):
        values = [row[n] for row in rows]
        if column.kind == "time":
            found[column.name] = pd.Series(pd.to_datetime(values, utc=True)).dt.tz_convert(SHANGHAI)
        else:
            dtype = {"number": "Int64", "flag": "boolean", "inherited": "boolean"}.get(column.kind, "str")
            found[column.name] = pd.Series(values, dtype=dtype)
    made = pd.DataFrame(found, columns=[column.name for column in declared])
    made.attrs = {"frame": name, "scope": scope, "as_of": written(at)}
    return made


def for_grantee(asked: Wanted) -> None:
    """Raises Unanswerable for a frame in which nobody could be named."""
    if asked.frame not in IDENTIFIED:
        raise Unanswerable("identified", "这个数据表里没有个人信息。")


def read_columns(asked: Wanted) -> tuple[Column, ...]:
    """The columns that are read from the database: all but the stamp. Computed ones come last."""
    return columns(FRAMES[asked.frame], asked.identified)[: -len(STAMP)]


def _select(session: Session, asked: Wanted) -> Select[Any]:
    frame = FRAMES[asked.frame]
    values = [column.value for column in read_columns(asked) if column.value is not None]
    conditions = [Ticket.registered_at <= literal(asked.as_of, Moment())]
    if asked.scope == "quality":
        conditions += [Ticket.track == QUALITY, *frame.confined]
    if asked.start is not None:
        conditions.append(frame.at >= literal(asked.start, Moment()))
    if asked.end is not None:
        conditions.append(frame.at < literal(asked.end, Moment()))
    if asked.units:
        ids = dict(session.execute(select(Unit.name, Unit.id)).all())
        for unit in asked.units:
            if unit not in ids:
                raise unknown("unit", "没有“%(given)s”这个单位", unit, ids)
        conditions.append(frame.unit.in_([ids[unit] for unit in asked.units]))
    if asked.granted_to is not None:
        mine = (Accused.ticket_id == Ticket.id, Accused.user_id == asked.granted_to)
        conditions.append(~select(Accused.n).where(*mine).correlate(Ticket).exists())
    return select(*values, *frame.raw).select_from(frame.rows).where(*conditions).order_by(*frame.order)


def _reader(column: Column, n: int, names: dict[str, dict[int, str]], asked: Wanted) -> Read:
    """The function that reads the `n`th column from a row."""
    if column.kind in names:
        table = names[column.kind]
        return lambda row: table.get(row[n])
    if column.kind in PSEUDONYMS:
        return lambda row: pseudonym.customer(asked.key, row.own_track, column.kind, row[n])
    if column.kind == "standing":
        return lambda row: standing(row.due_at, row.settled_at, row.voided_at, asked.as_of)
    if column.kind == "inherited":
        return lambda row: inherited(row.opened_at, row.held_since, row.due_at, row.settled_at)
    if column.kind == "earlier" and asked.scope == "quality":  # a link to a discipline ticket does not exist
        return lambda row: row[n] if row.earlier_track == QUALITY else None
    return lambda row: row[n]
