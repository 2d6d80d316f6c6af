"""Taking a foreign table in: batch by batch through the desk, restartable, nothing dropped silently (DESIGN §4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import numbers, store
from models.book import TABLES, Book, Entry
from models.case import Case
from models.importing.mapping import Mapping
from models.importing.reading import SourceRow, Table
from models.importing.story import Story
from models.importing.values import Reader, RowError, Values, number_key
from models.policy import DISCIPLINE
from models.tables import Source, Ticket
from models.types import SHANGHAI, new_id

BATCH = 1000
LABELS = {"category": "类别", "unit": "承办单位", "channel": "渠道", "district": "片区"}


@dataclass
class Count:
    """The counting line."""

    read: int = 0
    added: int = 0
    known: int = 0
    rejected: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


class Rejected(NamedTuple):
    """A row that did not go in, and why."""

    row: SourceRow
    error: RowError


Told = Callable[[Rejected], None]
Opening = Callable[[], AbstractContextManager[Session]]


class Intake:
    """One import of one table. A batch is one transaction; what was committed is known on the next run.

    open_session: a context manager that commits at its end; for a dry run one that rolls back.
    """

    def __init__(self, mapping: Mapping, table: Table, open_session: Opening, key: bytes, now: datetime) -> None:
        self.mapping, self.table, self.open_session = mapping, table, open_session
        self.key, self.now = key, now
        self.count = Count()
        self._rejected_keys: set[str] = set()

    def run(self, rejected: Told, progress: Callable[[int], None] = lambda position: None) -> Count:
        """Take every row in. rejected: told of each row that is not."""
        reader = Reader(self.mapping, self.table.header, self.now)
        for batch in self._batches():
            with self.open_session() as session:
                self._take(session, reader, batch, rejected)
            progress(self.table.position())
        return self.count

    def _batches(self) -> Iterator[list[SourceRow]]:
        batch: list[SourceRow] = []
        for row in self.table:
            batch.append(row)
            if len(batch) == BATCH:
                yield batch
                batch = []
        if batch:
            yield batch

    def _take(self, session: Session, reader: Reader, batch: list[SourceRow], rejected: Told) -> None:
        book = Book(session, self.key)
        source_id = self._source(session)
        story = Story(book, source_id, self.now, counts_rounds="rounds" in self.mapping.fields)
        names = Names(session, book, self.mapping)
        good = self._readable(session, reader, batch, source_id, rejected)
        self.count.read += len(batch)
        ready: list[tuple[Values, dict[str, int | None]]] = []
        for row, values in good:
            try:
                ready.append((values, names.resolve(values)))
            except RowError as error:
                self._reject(row, error, number_key(values.source_no), rejected)
        given = self._numbers(session, book, ready)
        cases = []
        for values, ids in ready:
            case = Case.new(new_id())
            story.tell(case, values, ids, next(given))
            cases.append(case)
        store.save_new(session, cases)
        self.count.added += len(cases)

    def _readable(
        self, session: Session, reader: Reader, batch: list[SourceRow], source_id: int, rejected: Told
    ) -> list[tuple[SourceRow, Values]]:
        """The rows that can be read and are not known already; the first of a number wins, rejected or not."""
        read = [(row, *self._read(reader, row)) for row in batch]
        keys = {key for _row, key, _values in read if key}
        known = set(
            session.scalars(select(Ticket.source_key).where(Ticket.source_id == source_id, Ticket.source_key.in_(keys)))
        )
        found: dict[str, tuple[SourceRow, Values]] = {}
        for row, key, values in read:
            if key and (key in known or key in found or key in self._rejected_keys):
                self.count.known += 1
            elif isinstance(values, RowError):
                self._reject(row, values, key, rejected)
            else:
                found[key] = row, values
        return list(found.values())

    @staticmethod
    def _read(reader: Reader, row: SourceRow) -> tuple[str, Values | RowError]:
        """The key of a row's number, empty where it has none that could be read; its values, or why it has none."""
        try:
            values = reader.read(row)
        except RowError as error:
            return number_key(error.source_no or ""), error
        return number_key(values.source_no), values

    def _reject(self, row: SourceRow, error: RowError, key: str, rejected: Told) -> None:
        if key:
            self._rejected_keys.add(key)
        self.count.rejected += 1
        rejected(Rejected(row, error))

    def _source(self, session: Session) -> int:
        source = session.scalar(select(Source).where(Source.name == self.mapping.name))
        if source is None:
            source = Source(name=self.mapping.name)
            session.add(source)
            session.flush()
        return source.id

    def _numbers(
        self, session: Session, book: Book, ready: list[tuple[Values, dict[str, int | None]]]
    ) -> Iterator[str]:
        """A number for each: quality ones in the order of the rows, by year of registration."""
        years: dict[int, int] = {}
        tracks = [book.track_of(ids["category"]) for _, ids in ready]
        for (values, _), track in zip(ready, tracks, strict=True):
            if track != DISCIPLINE:
                year = values.registered_at.astimezone(SHANGHAI).year
                years[year] = years.get(year, 0) + 1
        next_of = {year: numbers.reserve(session, year, count) for year, count in sorted(years.items())}
        for (values, _), track in zip(ready, tracks, strict=True):
            if track == DISCIPLINE:
                yield numbers.draw(session, DISCIPLINE, values.registered_at)
            else:
                year = values.registered_at.astimezone(SHANGHAI).year
                yield numbers.quality_number(year, next_of[year])
                next_of[year] += 1


class Names:
    """The categories, units, channels and districts that rows name: found, or made where the mapping says so."""

    def __init__(self, session: Session, book: Book, mapping: Mapping) -> None:
        self.session, self.book, self.mapping = session, book, mapping

    def resolve(self, values: Values) -> dict[str, int | None]:
        """table → id. Raises RowError for a name that is not there and may not be made; then none is made."""
        names = {table: getattr(values, table) for table in LABELS}
        ids = {table: self._find(table, name) for table, name in names.items() if name is not None}
        category = ids.get("category")
        if self.book.track_of(category) == DISCIPLINE and (values.handled_at or values.unit):
            reason = "违规违纪类只能登记，不能导入其办理过程"
            raise RowError("category", self._column("category"), values.category or "", reason)
        made = {table: self._make(table, names[table]) for table, key in ids.items() if key is None}
        return {**dict.fromkeys(LABELS), **ids, **made}

    def _find(self, table: str, name: str) -> int | None:
        """The id of a name; None: it is to be made."""
        register = self.book.register(table)
        entry = register.by_name.get(name)
        if entry is not None:
            return entry.id
        field = self.mapping.fields[table]
        if field.create:
            return None
        if field.default is not None and field.default in register.by_name:
            return register.by_name[field.default].id
        raise RowError(
            table, self._column(table), name, f"没有这个{LABELS[table]}，可在映射中写 create: true 或 default"
        )

    def _make(self, table: str, name: str) -> int:
        extra: dict[str, Any] = {"track": "quality"} if table == "category" else {}
        row = TABLES[table](name=name, active=True, **extra)
        self.session.add(row)
        self.session.flush()
        self.book.register(table).add(Entry(row.id, name, True, extra.get("track")))
        return int(row.id)

    def _column(self, table: str) -> str:
        field = self.mapping.fields.get(table)
        return "、".join(field.columns) if field else ""
