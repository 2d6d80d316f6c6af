"""Frames as files, batch by batch, so that a million rows need no more memory than a thousand. Parquet and Arrow are
`analytics.arrow`'s."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, islice, repeat
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy.orm import Session

from analytics import frames, moments
from analytics.columns import FRAMES, STAMP, columns, dictionary
from analytics.declaration import Column
from analytics.frames import Wanted
from analytics.putting import put_whole
from analytics.questions import SCOPES, unknown, written
from analytics.selecting import Batch, Cells
from models.cells import BOM, safe

FORMATS = ("csv", "xlsx", "parquet", "arrow")
MOST_ROWS = 1_048_575
"""Rows that a sheet holds below its heading."""
NOTES = "说明"
Seen = Callable[[int], None]
"""Told after every batch how many rows there were so far."""


def write(
    session: Session, asked: Wanted, form: str, path: Path, seen: Seen = lambda _: None, *, people: bool = True
) -> int:
    """Write a frame to `path`, whole or not at all; how many rows it has. people: see `_write_csv`.

    Raises Unanswerable, OSError.
    """
    check(form)
    rows = _Counted((frames.unstamped if form == "csv" else frames.batches)(session, asked), seen)
    with put_whole(path) as aside:
        if form == "csv":
            with aside.open("w", encoding="utf-8", newline="") as file:
                _write_csv(asked, rows, file, people=people)
        elif form == "xlsx":
            _write_xlsx(asked, rows, frames.count(session, asked), aside)
        else:
            from analytics import arrow  # a fifth of a second and 60 MB, for who asks for it

            arrow.WRITERS[form](asked, rows, aside)
    return rows.count


def check(form: str) -> None:
    """Raises Unanswerable for a format that is not written."""
    if form not in FORMATS:
        raise unknown("format", "没有“%(given)s”这种格式", form, FORMATS)


def write_dictionary(name: str, path: Path) -> None:
    """What the columns of a frame mean, as a CSV file for people."""
    with put_whole(path) as aside, aside.open("w", encoding="utf-8", newline="") as file:
        file.write(BOM)
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        writer.writerows(row.values() for row in dictionary(name))


HEADINGS = ("列", "名称", "类型", "含义")


def _write_csv(asked: Wanted, batches: Iterable[Batch], file: TextIO, *, people: bool) -> None:
    """A CSV file, heading first; what stands in every row is made into text once.

    people: with a byte order mark, without which Excel takes UTF-8 for GBK, and times as Shanghai's clocks show
    them; else without it, and times in ISO 8601 with their offset.
    """
    if people:
        file.write(BOM)
    declared = columns(FRAMES[asked.frame], asked.identified)
    shows = [_cells(column, people=people) for column in declared]
    writer = csv.writer(file)
    writer.writerow([column.name for column in declared])
    stamp = [show([value])[0] for show, value in zip(shows[-len(STAMP) :], frames.stamp(asked), strict=True)]
    for batch in batches:
        cells = [show(cells) for show, cells in zip(shows, batch, strict=False)]
        writer.writerows(zip(*cells, *map(repeat, stamp), strict=False))


def _cells(column: Column, *, people: bool) -> Callable[[Cells], Cells]:
    """What stands in the CSV cells of a column. Numbers are written as they are, and nothing for what is not there."""
    if column.kind == "time":
        return moments.clocks if people else moments.stamps
    if column.kind in ("number", "measure", "effect", "day"):
        return lambda cells: cells
    if column.kind in ("flag", "inherited"):
        return lambda cells: list(map(FLAGS.get, cells))
    return _safe


FLAGS = {True: "true", False: "false"}


def _safe(cells: Cells) -> Cells:
    """Texts that no spreadsheet takes for something else: each is looked at once, however often it stands there."""
    risky = {cell: safe(cell) for cell in set(cells) if cell and safe(cell) != cell}
    return [risky.get(cell, cell) for cell in cells] if risky else cells


def _write_xlsx(asked: Wanted, batches: Iterable[Batch], many: int, path: Path) -> None:
    """Data sheets, as many as the rows need, and one that says what the columns mean. Texts stay texts."""
    from rustpy_xlsxwriter import write_worksheets  # 11 times as fast as xlsxwriter, in as little memory

    declared = columns(FRAMES[asked.frame], asked.identified)
    names = [column.name for column in declared]
    times = [n for n, column in enumerate(declared) if column.kind == "time"]
    records = _records(names, times, batches)
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
            NOTES: dict(zip(HEADINGS, (20.0, 16.0, 12.0, 80.0), strict=True)),
        },
    )


def _records(names: Sequence[str], times: Sequence[int], batches: Iterable[Batch]) -> Iterator[dict[str, Any]]:
    for batch in batches:
        for n in times:
            batch[n] = [at and datetime.fromisoformat(at) for at in moments.clocks(batch[n])]
        for row in zip(*batch, strict=True):
            yield dict(zip(names, row, strict=True))


def _notes(asked: Wanted, sheets: int) -> list[dict[str, str]]:
    said = [("口径", SCOPES[asked.stands_for]), ("截至", written(asked.as_of)), ("时间", "北京时间")]
    said += [(CONDITIONS[name], "、".join(value) if isinstance(value, list) else value)
             for name, value in asked.filters().items()]  # fmt: skip
    if sheets > 1:
        said.append(("分表", f"超过 {MOST_ROWS:,} 行，分为 {sheets} 个工作表"))
    notes = [(name, "", "", meaning) for name, meaning in said]
    meant = (tuple(row.values()) for row in dictionary(asked.frame, asked.identified))
    return [dict(zip(HEADINGS, row, strict=True)) for row in chain(notes, meant)]


CONDITIONS = {"from": "起于（含）", "to": "止于（不含）", "unit": "单位", "by": "分组"}


class _Counted:
    """Batches, and how many rows of them have passed."""

    def __init__(self, batches: Iterable[Batch], seen: Seen) -> None:
        self._batches, self._seen, self.count = batches, seen, 0

    def __iter__(self) -> Iterator[Batch]:
        for batch in self._batches:
            yield batch
            self.count += len(batch[0])
            self._seen(self.count)
