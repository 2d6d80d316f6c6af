"""A row as it stands in a foreign table: its line, its cells as the file types them, and how a cell reads as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple, Protocol

from models.importing.fields import FIELDS

Cell = str | int | float | bool | datetime | date | time | timedelta
"""A cell of a CSV is always text; an empty one is ""."""

EXACT: Final = 2**53
"""From here on a spreadsheet's number has lost digits: 370102199001011234 comes back as …264."""
HEAD: Final = 20
"""The header is looked for among so many rows: tables often have a title above it."""

SHOWN: Final = 60
"""So much of a bad value is told."""
PRIVATE: Final = frozenset({"text", "code"})
"""Types whose values are told to nobody but the rejects file: they may be personal."""


class TableError(ValueError):
    """Nothing could be read of a table, and why."""


class RowError(ValueError):
    """Why a row is rejected: `field`, `column` and `value` are empty where the row as a whole is at fault.

    `source_no` is the row's number if that much could be read, for a number met before is known even so.
    """

    def __init__(self, field: str, column: str, value: str, reason: str) -> None:
        self.field, self.column, self.value, self.reason = field, column, value, reason
        self.source_no: str | None = None
        spec = FIELDS.get(field)
        told = value and spec and spec.type not in PRIVATE
        shown = f"「{value[:SHOWN]}{'…' * (len(value) > SHOWN)}」" if told else ""
        super().__init__(f"{spec.zh}（{column or '映射文件里的固定值'}）{shown}：{reason}" if spec else reason)


class SourceRow(NamedTuple):
    """`line` is the physical line on which the row starts (CSV) or the sheet's row; both count from 1.

    `problem` says why the row cannot be read at all; its cells are then whatever could be told apart.
    """

    line: int
    cells: Sequence[Cell]
    problem: str = ""


class Source(Protocol):
    """Where rows come from, the header among them. `position` grows to `total`, counted in `unit`."""

    @property
    def encoding(self) -> str | None: ...
    @property
    def delimiter(self) -> str | None: ...
    @property
    def sheet(self) -> str | None: ...
    @property
    def unit(self) -> str: ...
    @property
    def total(self) -> int: ...
    def rows(self) -> Iterator[SourceRow]: ...
    def position(self) -> int: ...
    def close(self) -> None: ...


def cell_text(cell: Cell) -> str:
    """The cell as text: a number without the `.0` a spreadsheet adds, a time in ISO form, a truth as Excel shows it."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < EXACT else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)
