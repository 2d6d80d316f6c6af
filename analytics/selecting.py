"""The SQL of a frame, in scope; and its rows as columns, in which names stand for ids and what is worked out is.

A batch is a list of columns: a million rows of thirty cells are thirty million steps where each cell is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, case, func, literal, or_, select
from sqlalchemy.orm import Session

from analytics.columns import FRAMES, LINKED, PSEUDONYMS
from analytics.labels import NAMED
from analytics.moments import moment, text, utc_text
from analytics.periods import last_day_before, local_date, midnight
from analytics.questions import unknown
from analytics.reviews.judging import judged
from models import actor, pseudonym
from models.book import Book
from models.obligation import inherited, standing
from models.penalties.scope import overseen
from models.policy import QUALITY, ROLES
from models.reviews.measures import measures
from models.reviews.periods import WINDOW
from models.scope import visible
from models.tables import Accused, Source, Ticket, Unit
from models.types import Moment

if TYPE_CHECKING:
    from analytics.declaration import Column, Frame
    from analytics.frames import Wanted
    from models.reviews.document import Effect

AT_ONCE = 1_000
"""Rows read from the database at a time: their cells still fit a processor's cache, four times as many do not."""
TABLES: dict[str, type[Any]] = {**NAMED, "source": Source}
Cells = Sequence[Any]
Batch = list[Cells]
Raw = Mapping[str, Cells]
"""What was selected, column by column."""
Read = Callable[[Raw], Cells]
Where = ColumnElement[bool]


def batches(session: Session, asked: Wanted, declared: Sequence[Column]) -> Iterator[Batch]:
    """The rows as they come from the database, in columns: times as `moments.text`, flags as bool.

    By the connection and not the session, which would make of each row what it makes of objects.
    """
    statement = selected(session, asked, declared)
    names = [column.name for column in statement.selected_columns]
    effects = cache(partial(_effects, session, asked))
    readers = [_reader(session, column, asked, effects) for column in declared]
    with session.connection().execute(statement, execution_options={"yield_per": AT_ONCE}) as result:
        for found in result.partitions():
            raw = dict(zip(names, zip(*found, strict=True), strict=True))
            yield [read(raw) for read in readers]


def count(session: Session, asked: Wanted, declared: Sequence[Column]) -> int:
    """How many rows `batches` gives."""
    statement = selected(session, asked, declared).with_only_columns(func.count()).order_by(None)
    return session.scalar(statement) or 0


def selected(session: Session, asked: Wanted, declared: Sequence[Column]) -> Select[Any]:
    """The rows of a frame, its columns by their names. Raises Unanswerable for a unit that there is not."""
    frame = FRAMES[asked.frame]
    if frame.rows is None:
        raise LookupError(frame.name)
    values = [_value(column, asked).label(column.name) for column in declared if column.value is not None]
    conditions = [*frame.always, *_in_scope(frame, asked), *_period(frame, asked)]
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


def _value(column: Column, asked: Wanted) -> Any:
    """What is selected for a column: a link to a ticket out of the scope does not exist."""
    if column.name in LINKED:
        return case((_in_sight(LINKED[column.name], asked), column.value))
    return utc_text(column.value) if column.kind == "time" else column.value


def _in_scope(frame: Frame, asked: Wanted) -> Iterator[Where]:
    if frame.of == "none":
        return
    if asked.scope == "quality":
        yield from frame.confined
    there = Ticket.registered_at <= literal(asked.as_of, Moment())
    sight = _in_sight(Ticket, asked)
    if frame.of == "ticket":
        yield from (there, sight)
        return
    yield or_(Ticket.id.is_(None), there & sight)
    if asked.reader is not None:
        yield overseen(asked.reader)


def _in_sight(ticket: Any, asked: Wanted) -> Where:
    """What the scope demands of a ticket: of the rows', and of those that they point to.

    In 全口径 of the discipline track what whoever asks may see: a frame has rows and numbers where a figure has sums.
    """
    quality: Where = ticket.track == QUALITY
    if asked.scope == "quality":
        return quality
    if asked.reader is None:
        return ticket.id.is_not(None)  # type: ignore[no-any-return]
    if ticket is Ticket:
        return or_(quality, visible(asked.reader))
    return or_(quality, ticket.id.in_(select(Ticket.id).where(visible(asked.reader)).correlate(None)))


def _period(frame: Frame, asked: Wanted) -> Iterator[Where]:
    """What was there by the as-of, and within [start, end)."""
    if frame.known.type.python_type is date:  # a month: it stands at its first day's beginning
        yield frame.known <= local_date(asked.as_of)
        if asked.start is not None:
            day = local_date(asked.start)
            yield frame.at >= (day if midnight(day) == asked.start else day + timedelta(days=1))
        if asked.end is not None:
            yield frame.at <= last_day_before(asked.end)
        return
    yield frame.known <= literal(asked.as_of, Moment())
    if asked.start is not None:
        yield frame.at >= literal(asked.start, Moment())
    if asked.end is not None:
        yield frame.at < literal(asked.end, Moment())


def _reader(session: Session, column: Column, asked: Wanted, effects: Callable[[], dict[int, Effect]]) -> Read:
    """The function that gives a column's cells."""
    name = column.name
    if column.kind in ("effect", "verdict"):
        return lambda raw: [getattr(effects().get(action), name, None) for action in raw["action_id"]]
    if column.kind in TABLES or column.kind == "role":
        words = _roles(session) if column.kind == "role" else _names(session, column.kind)
        return lambda raw: list(map(words.get, raw[name]))
    if column.kind in PSEUDONYMS:
        return _pseudonyms(column, asked.key)
    if column.kind == "standing":
        at: Any = text(asked.as_of)  # times as texts compare as times do
        return lambda raw: [standing(*owed, at) for owed in zip(
            raw["due_at"], raw["settled_at"], raw["voided_at"], strict=True)]  # fmt: skip
    if column.kind == "inherited":
        return lambda raw: [_inherited(*owed) for owed in zip(
            raw["opened_at"], raw["held_since"], raw["due_at"], raw["settled_at"], strict=True)]  # fmt: skip
    return lambda raw: raw[name]


def _effects(session: Session, asked: Wanted) -> dict[int, Effect]:
    """What became of the actions of released reviews, by their ids."""
    window = Book(session, b"").number("review_window", QUALITY, asked.as_of, WINDOW)
    due = measures(session, None, local_date(asked.as_of) + timedelta(days=1), released=True)
    return {one.action_id: one for one in judged(session, due, as_of=asked.as_of, window=window)}


def _names(session: Session, kind: str) -> dict[int, str]:
    table = TABLES[kind]
    return dict(session.execute(select(table.id, table.name)).all())


def _roles(session: Session) -> dict[int, str]:
    """The role of each account, of several the first of `ROLES`."""
    held = actor.roles_of(session)
    return {who: next(role for role in (*ROLES, *sorted(roles)) if role in roles) for who, roles in held.items()}


def _pseudonyms(column: Column, key: bytes) -> Read:
    name, kind = column.name, column.kind
    if kind == "person":
        return lambda raw: list(map(partial(pseudonym.person, key), raw[name], raw["person_name"]))
    return lambda raw: pseudonym.customers(key, kind, zip(raw["own_track"], raw[name], strict=True))


def _inherited(opened: str, held_since: str | None, due: str, settled: str | None) -> bool:
    """Most holders had it from the beginning: nothing to be worked out."""
    if held_since is None or held_since <= opened:
        return False
    times: list[datetime | None] = [at and moment(at) for at in (opened, held_since, due, settled)]  # type: ignore[misc]
    return inherited(*times)  # type: ignore[arg-type]
