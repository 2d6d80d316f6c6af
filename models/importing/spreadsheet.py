"""Rows of a sheet of a spreadsheet: XLSX, XLS and their kin, by calamine."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from models.importing.document import nearest
from models.importing.rows import SourceRow, TableError

LARGEST: Final = 30_000_000
"""Cells a sheet may span, a gigabyte of them. Calamine lays out the whole rectangle: a stray word in the last cell of a
sheet would ask for half a terabyte and end the process, where no exception can be caught."""
UNPACKED: Final = 1 << 30
"""Bytes that a workbook may hold, unpacked. A file of a megabyte can claim, and fill, a thousand times as much."""
PARTS: Final = 10_000
DIMENSION: Final = re.compile(rb'<(?:\w+:)?dimension\s[^>]*?ref="(?:[A-Z]+[0-9]+:)?([A-Z]{1,3})([0-9]{1,7})"')
FILLED: Final = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*(?<!/)>')


class Spreadsheet:
    """One sheet opened for reading: `sheet` if named, else the first visible one with anything in it.

    Merged cells have their value at the top left alone, and are not filled down. Raises TableError.
    """

    encoding = delimiter = None
    unit = "rows"

    def __init__(self, path: Path, sheet: str | None) -> None:
        _refuse_stray_cells(path)
        try:
            self._book = load_workbook(path)
            found = _sheet(self._book, sheet)
        except PasswordError as error:
            raise TableError("工作簿有密码，请先去掉密码再导入") from error
        except (CalamineError, OSError) as error:
            raise TableError(f"不是能打开的电子表格（{error}），请在 Excel 里另存为 .xlsx 或 CSV") from error
        self.sheet = found.name
        self._cells = found
        self.total = found.end[0] + 1 if found.end else 0
        self._at = 0

    def rows(self) -> Iterator[SourceRow]:
        for line, cells in enumerate(self._cells.iter_rows(), 1):
            self._at = line
            yield SourceRow(line, cells)

    def position(self) -> int:
        return self._at

    def close(self) -> None:
        self._book.close()


def _sheet(book: CalamineWorkbook, name: str | None) -> CalamineSheet:
    if name is not None and name not in book.sheet_names:
        raise TableError(f"没有「{name}」这张表{nearest(name, book.sheet_names)}；有：{'、'.join(book.sheet_names)}")
    if name is not None:
        return book.get_sheet_by_name(name)
    for meta in book.sheets_metadata:
        if meta.typ is SheetTypeEnum.WorkSheet and meta.visible is SheetVisibleEnum.Visible:
            found = book.get_sheet_by_name(meta.name)
            if found.start is not None:
                return found
    raise TableError("工作簿里没有内容")


def _refuse_stray_cells(path: Path) -> None:
    """Look for a cell far out, in the sheets that claim to be large or do not say how large they are."""
    try:
        with zipfile.ZipFile(path) as book:
            _refuse_bomb(book)
            for name in book.namelist():
                if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name):
                    with book.open(name) as sheet:
                        _refuse_if_spread(sheet)
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError, EOFError):
        return  # calamine says it better


def _refuse_bomb(book: zipfile.ZipFile) -> None:
    """Unpack every part and count, for what a part says of its size is its writer's word."""
    left = UNPACKED
    if len(book.infolist()) > PARTS:
        raise TableError(f"工作簿里有 {len(book.infolist())} 个部分，不像是电子表格")
    for info in book.infolist():
        info.file_size = 1 << 62  # read to its end, whatever it says of its size
        with book.open(info) as part:
            while chunk := part.read(1 << 20):
                left -= len(chunk)
                if left < 0:
                    raise TableError("工作簿解开后太大，请拆成几个文件，或另存为 CSV 再导入")


def _refuse_if_spread(sheet: IO[bytes]) -> None:
    chunk = sheet.read(1 << 16)
    said = DIMENSION.search(chunk)
    if said and _column(said[1]) * int(said[2]) <= LARGEST:
        return
    width = height = 0
    rest = b""
    while chunk:
        for found in FILLED.finditer(rest + chunk):
            width, height = max(width, _column(found[1])), max(height, int(found[2]))
        rest, chunk = chunk[-500:], sheet.read(1 << 20)
    if width * height > LARGEST:
        raise TableError(f"表格的内容散得太开，一直到第 {height} 行、第 {width} 列；请删去远处多余的单元格")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
