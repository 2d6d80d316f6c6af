"""Frames as files: CSV and XLSX, row by row, so that a million rows need no more memory than a thousand."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from analytics import frames
from analytics.columns import FRAMES, Column, columns, dictionary
from analytics.frames import Wanted
from analytics.questions import unknown, written
from models.cells import BOM, clock, safe
from models.types import SHANGHAI

FORMATS = ("csv", "xlsx")
MOST_ROWS = 1_048_575
"""Rows that a sheet holds below its heading."""
NOTES = "说明"
CHUNK = 500
"""Rows of CSV written at a time."""
Seen = Callable[[int], None]
"""Told after every so many rows how many there were so far."""


def write(
    session: Session, asked: Wanted, form: str, path: Path, seen: Seen = lambda _: None, *, people: bool = True
) -> int:
    """Write a frame to `path`, whole or not at all; how many rows it has. people: see `csv_chunks`.

    Raises Unanswerable, OSError.
    """
    check(form)
    rows = _Counted(frames.stream(session, asked), seen)
    with put_whole(path) as aside:
        if form == "csv":
            with aside.open("w", encoding="utf-8", newline="") as file:
                file.writelines(csv_chunks(asked, rows, people=people))
        else:
            _write_xlsx(asked, rows, frames.count(session, asked), aside)
    return rows.count


def check(form: str) -> None:
    """Raises Unanswerable for a format that is not written."""
    if form not in FORMATS:
        raise unknown("format", "没有“%(given)s”这种格式", form, FORMATS)


def csv_chunks(asked: Wanted, rows: Iterable[tuple[Any, ...]], *, people: bool) -> Iterator[str]:
    """The text of a CSV file, heading first.

    people: with a byte order mark, without which Excel takes UTF-8 for GBK, and times as Shanghai's clocks show
    them; else without it, and times in ISO 8601 with their offset.
    """
    if people:
        yield BOM
    declared = columns(FRAMES[asked.frame], asked.identified)
    cells = [_cell(column, people=people) for column in declared]
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([column.name for column in declared])
    rows = iter(rows)
    while True:
        chunk = list(islice(rows, CHUNK))
        writer.writerows([cell(value) for cell, value in zip(cells, row, strict=True)] for row in chunk)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        if not chunk:
            return


def _cell(column: Column, *, people: bool) -> Callable[[Any], Any]:
    """What stands in a CSV cell of a column. Numbers are written as they are."""
    show: Callable[[Any], Any] = safe
    if column.kind == "time":
        show = clock if people else written
    elif column.kind == "number":
        return lambda value: value
    elif column.kind in ("flag", "inherited"):
        show = {True: "true", False: "false"}.__getitem__
    return lambda value: "" if value is None else show(value)


def _write_xlsx(asked: Wanted, rows: Iterable[tuple[Any, ...]], many: int, path: Path) -> None:
    """Data sheets, as many as the rows need, and one that says what the columns mean. Texts stay texts."""
    from rustpy_xlsxwriter import write_worksheets  # 11 times as fast as xlsxwriter, in as little memory

    declared = columns(FRAMES[asked.frame], asked.identified)
    names = [column.name for column in declared]
    times = [n for n, column in enumerate(declared) if column.kind == "time"]
    records = iter(_records(names, times, rows))
    sheets = max(1, -(-many // MOST_ROWS))
    data: list[tuple[str, Any]] = [
        # The last one takes what is left, however much was added meanwhile.
        (f"{FRAMES[asked.frame].zh} {n}" if n > 1 else FRAMES[asked.frame].zh,
         islice(records, MOST_ROWS) if n < sheets else records)
        for n in range(1, sheets + 1)
    ]  # fmt: skip
    if not many:
        import pandas as pd

        data = [(FRAMES[asked.frame].zh, pd.DataFrame(columns=names))]  # the heading alone
    data.append((NOTES, _notes(asked, sheets)))
    write_worksheets(
        data,
        str(path),
        datetime_format="yyyy-mm-dd hh:mm:ss",
        freeze_panes={"general": {"row": 1, "col": 0}},
        column_widths={
            "general": {name: 19.0 if n in times else 14.0 for n, name in enumerate(names)},
            NOTES: {"列": 20.0, "名称": 16.0, "含义": 80.0},
        },
    )


def _records(names: Sequence[str], times: Sequence[int], rows: Iterable[tuple[Any, ...]]) -> Iterator[dict[str, Any]]:
    for row in rows:
        values = list(row)
        for n in times:
            if values[n] is not None:
                values[n] = values[n].astimezone(SHANGHAI).replace(tzinfo=None)
        yield dict(zip(names, values, strict=True))


def _notes(asked: Wanted, sheets: int) -> list[dict[str, str]]:
    scope = {"quality": "产品质量口径", "all": "全口径"}[asked.scope]
    said = [("口径", "", scope), ("截至", "", written(asked.as_of)), ("时间", "", "北京时间")]
    if sheets > 1:
        said.append(("分表", "", f"超过 {MOST_ROWS:,} 行，分为 {sheets} 个工作表"))
    notes = [{"列": name, "名称": zh, "含义": meaning} for name, zh, meaning in said]
    meant = dictionary(asked.frame, asked.identified)
    return list(chain(notes, ({"列": row["column"], "名称": row["zh"], "含义": row["meaning"]} for row in meant)))


class _Counted:
    """Rows, and how many of them have passed."""

    def __init__(self, rows: Iterable[tuple[Any, ...]], seen: Seen) -> None:
        self._rows, self._seen, self.count = rows, seen, 0

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        for row in self._rows:
            self.count += 1
            if self.count % CHUNK == 0:
                self._seen(self.count)
            yield row
        self._seen(self.count)


class put_whole:
    """A file beside `path` that takes its place when all went well, and is gone when not."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Path:
        handle, name = tempfile.mkstemp(prefix=f".{self._path.name}.", suffix=self._path.suffix, dir=self._path.parent)
        os.close(handle)
        self._aside = Path(name)
        return self._aside

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._aside.chmod(0o666 & ~_umask())
            self._aside.replace(self._path)
        else:
            self._aside.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
