"""A row's cells as the typed values of a ticket's fields, or the one reason why they are none."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from models.importing.fields import FIELDS, ORDER, REQUIRED
from models.importing.mapping import CONTROL, Field
from models.importing.mapping import Mapping as MappingFile
from models.importing.rows import EXACT, Cell, RowError, SourceRow, cell_text
from models.importing.times import cell_time, time_parser, utc

__all__ = ["Reader", "RowError", "Values", "number_key"]

Cells = Sequence[Cell]
Take = Callable[[Cells], str | None]
Read = Callable[[Cells], Any]

MOST_ROUNDS: Final = 99
CARRIAGE_RETURN: Final = "_x000D_"
"""How a workbook writes a carriage return inside; some programs carry it over into a CSV as it stands."""
UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")


class Values(NamedTuple):
    """What a row says of a ticket, in the order of `fields.FIELDS`. Times are in UTC; None is what it does not say.

    Names (category, unit, channel, district) are names still, after `map` and `default`.
    """

    source_no: str
    registered_at: datetime
    received_at: datetime | None = None
    happened_at: datetime | None = None
    assigned_at: datetime | None = None
    handled_at: datetime | None = None
    callback_at: datetime | None = None
    closed_at: datetime | None = None
    due_at: datetime | None = None
    title: str | None = None
    content: str | None = None
    demand: str | None = None
    suggestion: str | None = None
    result: str | None = None
    category: str | None = None
    unit: str | None = None
    channel: str | None = None
    district: str | None = None
    neighbourhood: str | None = None
    kind: str | None = None
    form: str | None = None
    urgency: str | None = None
    satisfied: bool | None = None
    solved: bool | None = None
    rounds: int = 1
    complainant: str | None = None
    phone: str | None = None
    address: str | None = None
    account_no: str | None = None
    forwarded_by: str | None = None
    forward_no: str | None = None


def number_key(source_no: str) -> str:
    """What two copies of a table agree on in a number: a spreadsheet eats leading zeros, pandas adds `.0`."""
    text = unicodedata.normalize("NFKC", source_no).strip()
    found = re.fullmatch(r"0*([0-9]+)(?:\.0+)?", text)
    return found[1] if found else text


class Reader:
    """A mapping compiled for one header. `read` is called once a row."""

    def __init__(self, mapping: MappingFile, header: Sequence[str], now: datetime | None = None) -> None:
        """now: what was registered later is refused; None: nothing is."""
        self._now = now
        self._zone = ZoneInfo(mapping.timezone)
        self._missing = mapping.missing
        self._places = {column: header.index(column) for column in mapping.columns}
        self._fields = mapping.fields
        makers = {
            "number": self._number, "time": self._time, "end": self._time, "text": self._text, "code": self._text,
            "name": self._text, "choice": self._text, "outcome": self._outcome, "rounds": self._rounds,
        }  # fmt: skip
        self._blank: list[Any] = [Values._field_defaults.get(name) for name in FIELDS]
        self._readers: list[tuple[int, Read]] = []
        for place, name in enumerate(FIELDS):
            field = mapping.fields.get(name)
            if field and field.const is not None:
                self._blank[place] = field.const
            elif field:
                self._readers.append((place, makers[field.spec.type](field)))
        self._order = [Values._fields.index(name) for name in ORDER if name in mapping.fields]

    def read(self, row: SourceRow) -> Values:
        """The row's values. Raises RowError."""
        if row.problem:
            raise RowError("", "", "", row.problem)
        cells, found = row.cells, self._blank.copy()
        try:
            for place, read in self._readers:
                found[place] = read(cells)
            self._refuse_contradiction(found, cells)
            self._refuse_future(found, cells)
        except RowError as error:
            error.source_no = found[0]
            raise
        return Values._make(found)

    def _refuse_contradiction(self, found: list[Any], cells: Cells) -> None:
        last = None
        for place in self._order:
            if found[place] is not None:
                if last is not None and found[place] < found[last]:
                    raise self._contradiction(place, last, found, cells)
                last = place

    def _refuse_future(self, found: list[Any], cells: Cells) -> None:
        if self._now is not None and found[Values._fields.index("registered_at")] > self._now:
            raise self._refused(self._fields["registered_at"], cells, "时间还没有到")

    def _contradiction(self, late: int, early: int, found: list[Any], cells: Cells) -> RowError:
        later, earlier = (self._fields[Values._fields[place]] for place in (late, early))
        here, there = (found[place].astimezone(self._zone) for place in (late, early))
        reason = f"{here:%Y-%m-%d %H:%M:%S} 早于{earlier.spec.zh}（{_columns(earlier)}）{there:%Y-%m-%d %H:%M:%S}"
        if later.spec.type == "end" and here.date() == there.date() and here.time() == time():
            reason += "；如果这一列只有日期，请在映射文件里给它写 date_only: true"
        return RowError(later.name, _columns(later), self._raw(later, cells), reason)

    def _raw(self, field: Field, cells: Cells) -> str:
        return " ".join(cell_text(cells[self._places[column]]).strip() for column in field.columns)

    def _refused(self, field: Field, cells: Cells, reason: str) -> RowError:
        return RowError(field.name, _columns(field), self._raw(field, cells), reason)

    def _take(self, columns: Sequence[str]) -> Take:
        """Takes the columns' text, stripped and joined by a space; None if there is none or it is a missing value."""
        missing = self._missing
        if len(columns) > 1:
            parts = [self._take([column]) for column in columns]
            return lambda cells: " ".join(filter(None, [part(cells) for part in parts])) or None
        place = self._places[columns[0]]

        def take(cells: Cells) -> str | None:
            cell = cells[place]
            text = cell if isinstance(cell, str) else cell_text(cell)
            if CARRIAGE_RETURN in text:
                text = text.replace(CARRIAGE_RETURN, "\r")
            text = text.strip()
            return None if not text or text in missing else text

        return take

    def _number(self, field: Field) -> Read:
        take = self._hashed(field) if field.hashed else self._exact(field)

        def read(cells: Cells) -> str:
            text = take(cells)
            if text is None:
                raise self._refused(field, cells, "没有编号")
            return self._fitting(field, cells, text)

        return read

    def _hashed(self, field: Field) -> Take:
        """A number made of the columns' text: the same in every copy of the table, whatever its encoding."""
        parts = [self._take([column]) for column in field.columns]

        def take(cells: Cells) -> str | None:
            texts = [part(cells) or "" for part in parts]
            if not any(texts):
                return None
            whole = unicodedata.normalize("NFC", json.dumps(texts, ensure_ascii=False))
            return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:40]

        return take

    def _exact(self, field: Field) -> Take:
        """Takes a code's text, and refuses a number of so many digits that the spreadsheet has lost some."""
        take, places = self._take(field.columns), [self._places[column] for column in field.columns]

        def exact(cells: Cells) -> str | None:
            for place in places:
                cell = cells[place]
                if isinstance(cell, float) and abs(cell) >= EXACT:
                    raise self._refused(field, cells, "数字太长，电子表格已丢失末几位；请把这一列设为文本后重新导出")
            return take(cells)

        return exact

    def _text(self, field: Field) -> Read:
        take = self._exact(field) if field.spec.type == "code" else self._take(field.columns)
        default, known, choices = field.default, field.map, field.spec.choices
        limit, plain = field.spec.limit, field.spec.type == "text"

        def read(cells: Cells) -> str | None:
            text = take(cells)
            if text is None:
                return default
            if known:
                text = known.get(text, text)
                if not text:
                    return None
            if choices and text not in choices:
                if default is not None:
                    return default
                raise self._refused(field, cells, f"只能是 {'、'.join(choices)}，请在映射文件里用 map 或 default 说明")
            if len(text) <= limit and (text.isprintable() or (plain and not UNSTORABLE.search(text))):
                return text
            return self._fitting(field, cells, text)

        return read

    def _fitting(self, field: Field, cells: Cells, text: str) -> str:
        """The text, if the field can hold it."""
        if len(text) > field.spec.limit:
            raise self._refused(field, cells, f"有 {len(text)} 字，最多 {field.spec.limit} 字")
        flaw = (UNSTORABLE if field.spec.type == "text" else CONTROL).search(text)
        if flaw:
            raise self._refused(field, cells, f"含有控制字符 U+{ord(flaw[0]):04X}")
        return text

    def _time(self, field: Field) -> Read:
        zone, missing, parse, date_only = self._zone, self._missing, time_parser(field.format), field.date_only
        required = field.name in REQUIRED
        places = [self._places[column] for column in field.columns]
        first = places[0] if len(places) == 1 else -1

        def read(cells: Cells) -> datetime | None:
            cell = cells[first] if first >= 0 else _joined([cells[place] for place in places], missing)
            try:
                if isinstance(cell, str):
                    text = cell.strip()
                    if text and text not in missing:
                        return utc(parse(text), zone, date_only=date_only)
                    if required:
                        raise ValueError("没有值")
                    return None
                return utc(cell_time(cell, field.format, parse), zone, date_only=date_only)
            except ValueError as error:
                raise self._refused(field, cells, str(error)) from None

        return read

    def _outcome(self, field: Field) -> Read:
        take, true, false = self._take(field.columns), field.true, field.false

        def read(cells: Cells) -> bool | None:
            text = take(cells)
            if text is None:
                return None
            if (folded := text.casefold()) in true:
                return True
            if folded in false:
                return False
            raise self._refused(field, cells, "既不在 true 也不在 false 里，请补进映射文件，或列入 missing")

        return read

    def _rounds(self, field: Field) -> Read:
        take, plus, default = self._take(field.columns), field.plus, int(field.default or 1)

        def read(cells: Cells) -> int:
            text = take(cells)
            if text is None:
                return default
            found = re.fullmatch(r"([0-9]{1,9})(?:\.0+)?", text)
            rounds = int(found[1]) + plus if found else 0
            if not 1 <= rounds <= MOST_ROUNDS:
                raise self._refused(
                    field, cells, f"轮次要是 1 到 {MOST_ROUNDS} 的整数" + (f"（已加 {plus}）" if plus else "")
                )
            return rounds

        return read


def _columns(field: Field) -> str:
    return "、".join(field.columns)


def _joined(cells: Cells, missing: Mapping[str, Any] | frozenset[str]) -> Cell:
    """Columns of one time as one cell: a date cell and a time cell make a datetime, anything else is text."""
    filled = [cell for cell in cells if not (isinstance(cell, str) and (not cell.strip() or cell.strip() in missing))]
    if len(filled) < 2:
        return filled[0] if filled else ""
    day, *rest = filled
    if isinstance(day, date) and len(rest) == 1:
        if isinstance(rest[0], time):
            return datetime.combine(day, rest[0])
        if isinstance(day, datetime) and day.time() == time():
            day = day.date()
    return " ".join(cell_text(cell).strip() for cell in [day, *rest])
