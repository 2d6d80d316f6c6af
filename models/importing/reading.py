"""A foreign table, opened: its header checked against the mapping, its rows one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from models.importing.delimited import Delimited
from models.importing.document import nearest
from models.importing.mapping import Mapping
from models.importing.rows import HEAD, Cell, Source, SourceRow, TableError, cell_text
from models.importing.spreadsheet import Spreadsheet

__all__ = ["Cell", "SourceRow", "Table", "TableError", "cell_text", "open_table"]

SPREADSHEETS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How XLSX (a zip) and XLS (an OLE file) begin; what a file is called is not trusted."""
SUFFIXES: Final = frozenset({".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"})


class Table:
    """A table whose header has every column the mapping names. Iterating it gives its rows, once.

    `header` is the column names, stripped; `header_line` the line they stand on; `encoding` and `delimiter` are None
    for a spreadsheet, `sheet` for a CSV; `total` is what `position()` grows to while rows are taken, in `unit`.
    """

    def __init__(self, source: Source, columns: Sequence[str]) -> None:
        self._source = source
        self.encoding, self.delimiter, self.sheet = source.encoding, source.delimiter, source.sheet
        self.total, self.unit = source.total, source.unit
        rows = source.rows()
        head = list(islice(rows, HEAD))
        place = _find_header(head, columns)
        self.header_line = head[place].line
        self.header = _names(head[place].cells)
        _check_header(self.header, self.header_line, columns)
        self._rows = chain(head[place + 1 :], rows)
        self._reach = max((self.header.index(column) + 1 for column in columns), default=0)

    def __iter__(self) -> Iterator[SourceRow]:
        """Rows with as many cells as the header; those with nothing in them are passed over.

        A row may lack cells at its end only where no field is read from them, and have more only if these are empty:
        anything else is a cell torn in two, and a `problem`.
        """
        width = len(self.header)
        for row in self._rows:
            cells = row.cells
            if not row.problem:
                if _blank(cells[:1]) and _blank(cells):
                    continue
                if len(cells) != width:
                    row = self._fitted(row, width)
            yield row

    def _fitted(self, row: SourceRow, width: int) -> SourceRow:
        cells = row.cells
        if self._reach <= len(cells) < width:
            return SourceRow(row.line, [*cells, *[""] * (width - len(cells))])
        if len(cells) > width and not any(map(cell_text, cells[width:])):
            return SourceRow(row.line, cells[:width])
        reason = "多半是格子里的分隔符没有加引号" if len(cells) > width else "多半是格子里的换行没有加引号"
        return SourceRow(row.line, cells, f"有 {len(cells)} 格，表头有 {width} 格，{reason}")

    def position(self) -> int:
        """How far reading has come, of `total`."""
        return self._source.position()

    def close(self) -> None:
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def open_table(path: Path | str, mapping: Mapping, sheet: str | None = None) -> Table:
    """Open a CSV (also gzipped) or a spreadsheet. Raises TableError when nothing can be read of it.

    Rows stream: a CSV is never held whole, a spreadsheet by calamine alone. Only a CSV is checked from end to end at
    once, so that a wrong encoding is told before the first row is taken.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            start = file.read(512)
        if not start:
            raise TableError("文件是空的")
        source = _source(path, start, mapping, sheet)
    except OSError as error:
        raise TableError(f"打不开 {path}：{error.strerror or error}") from error
    try:
        return Table(source, mapping.columns)
    except TableError:
        source.close()
        raise


def _source(path: Path, start: bytes, mapping: Mapping, sheet: str | None) -> Source:
    if start.startswith(SPREADSHEETS):
        return Spreadsheet(path, sheet)
    _refuse_what_is_no_text(path, start, sheet)
    return Delimited(path, mapping.columns, mapping.encoding)


def _refuse_what_is_no_text(path: Path, start: bytes, sheet: str | None) -> None:
    if start.lstrip()[:5].lower() in (b"<html", b"<!doc", b"<?xml"):
        raise TableError("这是网页或 XML，不是表格，请在 Excel 里打开后另存为 .xlsx 或 CSV")
    if path.suffix.lower() in SUFFIXES:
        raise TableError(f"名为 {path.suffix}，却不是电子表格，请在 Excel 里另存为 .xlsx 或 CSV")
    if sheet is not None:
        raise TableError(f"CSV 里没有分表，请去掉「{sheet}」")


def _blank(cells: Sequence[Cell]) -> bool:
    return all(isinstance(cell, str) and (not cell or cell.isspace()) for cell in cells)


def _names(cells: Sequence[Cell]) -> tuple[str, ...]:
    return tuple(cell_text(cell).strip().strip("\ufeff").strip() for cell in cells)


def _find_header(head: Sequence[SourceRow], columns: Sequence[str]) -> int:
    """The place of the row that has most of the columns; of equal ones the first that is not empty."""
    wanted = set(columns)
    filled = [place for place, row in enumerate(head) if not row.problem and any(_names(row.cells))]
    if not filled:
        torn = next((f"，第 {row.line} 行{row.problem}" for row in head if row.problem), "")
        raise TableError(f"没有表头，文件里没有内容{torn}")
    return max(filled, key=lambda place: len(wanted & set(_names(head[place].cells))))


def _check_header(header: Sequence[str], line: int, columns: Sequence[str]) -> None:
    if missing := [column for column in columns if column not in header]:
        told = "；".join(f"「{column}」{nearest(column, filter(None, header))}" for column in missing)
        raise TableError(f"表里没有映射文件所说的列：{told}。第 {line} 行的表头是：{'、'.join(header)}")
    if twice := [column for column in columns if header.count(column) > 1]:
        raise TableError(f"第 {line} 行的表头里有两列同名：{'、'.join(twice)}，请改名后再导入")
