"""Data frames for analysts: as streamed batches for files, and as pandas DataFrames. They name nobody, but where the
chairman has granted it (`models.granting`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from analytics import kpi, selecting
from analytics.columns import FRAMES, STAMP, columns
from analytics.declaration import Column
from analytics.metrics import METRICS
from analytics.moments import moment, text
from analytics.questions import (
    SCOPES,
    Question,
    Unanswerable,
    Withheld,
    allow,
    bound,
    may_read,
    read,
    read_moment,
    unknown,
    written,
)
from analytics.selecting import Batch
from models.actor import Actor
from models.policy import EXPORTERS, IDENTIFIED
from models.types import SHANGHAI

if TYPE_CHECKING:
    import pandas as pd

KPI = "kpi"
"""The frame of figures: no table's rows, but what `analytics.kpi` answers."""
BY = ("month",)
"""How its figures are divided where nothing is said."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which rows of a frame: [start, end) by its own time, of units by name, in a scope, as of now.

    by: how the figures of `kpi` are divided. reader: who asks, whose sight bounds the discipline track's rows in
    全口径, and the penalties. None: the program itself, that sees all.
    """

    frame: str
    as_of: datetime
    start: datetime | None = None
    end: datetime | None = None
    units: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    scope: str = "quality"
    reader: Actor | None = None
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
        if self.by and self.frame != KPI:
            raise Unanswerable("by", "只有 kpi 数据表可以分组。")
        if self.frame == KPI:
            self.question()

    def question(self) -> Question:
        """What `kpi` is asked: every figure that can be divided so, and is for whoever asks. Raises Unanswerable."""
        every = read((), now=self.as_of, by=self.by or BY)
        whole = Question(names=every.names, by=every.by, as_of=self.as_of, start=self.start, end=self.end,
                         scope=self.scope, units=self.units)  # fmt: skip
        if self.reader is None:
            return whole
        return replace(whole, names=tuple(name for name in whole.names if self._may(replace(whole, names=(name,)))))

    def _may(self, asked: Question) -> bool:
        try:
            if self.reader is not None:
                allow(self.reader, asked)
        except Withheld:
            return False
        return True

    @property
    def stands_for(self) -> str:
        """The scope that the file says it is of."""
        return "quality" if FRAMES[self.frame].quality_only else self.scope

    def filters(self) -> dict[str, Any]:
        """The conditions in the words of a query string; what is not asked is not there."""
        by = self.question().by if self.frame == KPI else ()
        given = {"from": bound(self.start), "to": bound(self.end), "unit": list(self.units), "by": list(by)}
        return {name: value for name, value in given.items() if value}


def wanted(
    frame: str,
    *,
    now: datetime,
    start: str | None = None,
    end: str | None = None,
    units: Iterable[str] = (),
    by: Iterable[str] = (),
    scope: str | None = None,
    key: bytes = b"",
    reader: Actor | None = None,
) -> Wanted:
    """What is wanted, in the words of a command line or query string. Raises Unanswerable."""
    return Wanted(
        frame=frame,
        as_of=now,
        start=read_moment("from", start) if start else None,
        end=read_moment("to", end) if end else None,
        units=tuple(dict.fromkeys(units)),
        by=tuple(dict.fromkeys(word.strip() for words in by for word in words.split(",") if word.strip())),
        scope=scope or "quality",
        key=key,
        reader=reader,
    )


def may_export(actor: Actor) -> bool:
    """Whether the person may take frames away. The scope is a second question (`questions.allowed_scope`)."""
    return may_read(actor) and bool(actor.roles & EXPORTERS)


def allow_export(actor: Actor, frame: str) -> None:
    """Raises Withheld for who may not take a frame away: penalties are theirs who oversee them (POLICY §6)."""
    if not may_export(actor):
        raise Withheld("数据导出由运营管理部、纪检监察室、领导和分析员使用。")
    if frame == "penalties" and not actor.oversees_penalties:
        raise Withheld("责任追究的明细由运营管理部、纪检监察室和领导使用。")


def read_columns(asked: Wanted) -> tuple[Column, ...]:
    """The columns that are read from the database: all but the stamp."""
    return columns(FRAMES[asked.frame], asked.identified)[: -len(STAMP)]


def stamp(asked: Wanted) -> tuple[str, str, str]:
    """The values of the stamp's columns, the same in every row."""
    filters = "&".join(f"{name}={one}" for name, value in asked.filters().items()
                       for one in (value if isinstance(value, list) else [value]))  # fmt: skip
    return asked.stands_for, text(asked.as_of), filters


def count(session: Session, asked: Wanted) -> int:
    """How many rows `batches` gives."""
    if asked.frame == KPI:
        return len(kpi.answer(session, asked.question()))
    return selecting.count(session, asked, read_columns(asked))


def unstamped(session: Session, asked: Wanted) -> Iterator[Batch]:
    """The rows, a batch at a time, as columns in the order of `read_columns`: times as `moments.text`."""
    return _figures(session, asked) if asked.frame == KPI else selecting.batches(session, asked, read_columns(asked))


def batches(session: Session, asked: Wanted) -> Iterator[Batch]:
    """The same with the stamp: every column of a file."""
    for batch in unstamped(session, asked):
        many = len(batch[0])
        yield [*batch, *([value] * many for value in stamp(asked))]


def _figures(session: Session, asked: Wanted) -> Iterator[Batch]:
    """All figures in long form: the rows of `kpi --json`, each with every dimension there is."""
    rows = kpi.answer(session, asked.question())
    told = [{**row.as_dict(), "metric_zh": METRICS[row.metric].zh} for row in rows]
    for n in range(0, len(told), selecting.AT_ONCE):
        part = told[n : n + selecting.AT_ONCE]
        yield [[row.get(column.name, EMPTY.get(column.name)) for row in part] for column in read_columns(asked)]


EMPTY = {"missing": 0, "not_reached": False}
"""What stands in a row of `kpi` that does not say."""


def stream(session: Session, asked: Wanted) -> Iterator[tuple[Any, ...]]:
    """The rows, a tuple each; times are aware."""
    times = [n for n, column in enumerate(columns(FRAMES[asked.frame], asked.identified)) if column.kind == "time"]
    for batch in batches(session, asked):
        for n in times:
            batch[n] = [at and moment(at) for at in batch[n]]
        yield from zip(*batch, strict=True)


def frame(
    session: Session,
    name: str,
    *,
    at: datetime,
    scope: str = "quality",
    start: datetime | None = None,
    end: datetime | None = None,
    units: Iterable[str] = (),
    by: Iterable[str] = (),
    key: bytes = b"",
) -> pd.DataFrame:
    """A frame as a DataFrame: times in Asia/Shanghai, missing values as pandas' own; `attrs` say scope and as-of.

    at: now, from which an obligation's standing follows. key: LOG_KEY, for the pseudonyms. Raises Unanswerable.
    """
    import pandas as pd  # half a second and 50 MB that a command without it need not pay

    asked = Wanted(frame=name, as_of=at, start=start, end=end, units=tuple(units), by=tuple(by), scope=scope, key=key)
    declared = FRAMES[name].columns
    whole: list[list[Any]] = [[] for _ in declared]
    for batch in batches(session, asked):
        for cells, more in zip(whole, batch, strict=False):  # without the stamp
            cells.extend(more)
    found = {}
    for column, cells in zip(declared, whole, strict=True):
        if column.kind == "time":
            times = pd.to_datetime(cells, utc=True, format="%Y-%m-%d %H:%M:%S.%f").as_unit("us")
            found[column.name] = pd.Series(times).dt.tz_convert(SHANGHAI)
        elif column.kind == "day":
            found[column.name] = pd.Series(pd.to_datetime(cells).as_unit("us"))
        else:
            found[column.name] = pd.Series(cells, dtype=DTYPES.get(column.kind, "str"))
    made = pd.DataFrame(found, columns=[column.name for column in declared])
    made.attrs.update(about(asked))
    return made


def about(asked: Wanted) -> dict[str, Any]:
    """What a file is of, as it says itself."""
    return {"frame": asked.frame, "scope": asked.stands_for, "as_of": written(asked.as_of), **asked.filters()}


DTYPES = {"number": "Int64", "measure": "Float64", "effect": "Float64", "flag": "boolean", "inherited": "boolean"}
"""Kind of column → pandas' type of it; all else is text."""


def for_grantee(asked: Wanted) -> None:
    """Raises Unanswerable for a frame in which nobody could be named."""
    if asked.frame not in IDENTIFIED:
        raise Unanswerable("identified", "这个数据表里没有个人信息。")
