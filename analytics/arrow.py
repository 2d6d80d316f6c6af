"""Frames as Parquet and Arrow: typed columns, streamed as record batches, and what a file is about in its schema.

Instants are timestamps of Asia/Shanghai, words that stand there often a dictionary, ids and pseudonyms texts. The
schema says frame, scope, as-of, conditions, and of each column its Chinese name and what it means; pandas shows the
former as `attrs`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from analytics.columns import FRAMES, columns
from analytics.declaration import CODES, Column
from analytics.frames import Wanted, about
from analytics.selecting import Batch, Cells

GROUP = 64_000
"""Rows of one row group: what a reader takes in at once, and the writer holds."""
TIMES = pa.timestamp("us", "Asia/Shanghai")
TYPES: dict[str, pa.DataType] = {
    "number": pa.int64(), "measure": pa.float64(), "time": TIMES, "day": pa.date32(), "flag": pa.bool_(),
    "inherited": pa.bool_(), "effect": pa.float64(),
}  # fmt: skip
WORDS = pa.dictionary(pa.int32(), pa.string())
OPTIONS = pa.ipc.IpcWriteOptions(emit_dictionary_deltas=True, compression="zstd")
"""A dictionary grows with the words that come; the file keeps what is new."""


def schema(asked: Wanted) -> pa.Schema:
    """The types of a frame's columns, and what its file is about."""
    said = about(asked)
    told = {name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            for name, value in said.items()}  # fmt: skip
    told |= {"title": FRAMES[asked.frame].zh, "PANDAS_ATTRS": json.dumps(said)}
    return pa.schema(
        [pa.field(c.name, _type(c), metadata={"zh": c.zh, "meaning": c.meaning}) for c in _columns(asked)], told
    )


def batches(asked: Wanted, found: Iterable[Batch]) -> Iterator[pa.RecordBatch]:
    """The rows as record batches of the schema."""
    shape = schema(asked)
    makes = [_maker(column) for column in _columns(asked)]
    for batch in found:
        arrays = [make(cells) for make, cells in zip(makes, batch, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, schema=shape)


def write_parquet(asked: Wanted, found: Iterable[Batch], path: Path) -> None:
    with pq.ParquetWriter(path, schema(asked), compression="zstd") as writer:
        for group in _groups(batches(asked, found)):
            writer.write_table(pa.Table.from_batches(group), row_group_size=GROUP)


def write_arrow(asked: Wanted, found: Iterable[Batch], path: Path) -> None:
    """An IPC file (Feather 2)."""
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, schema(asked), options=OPTIONS) as writer:
        for batch in batches(asked, found):
            writer.write_batch(batch)


WRITERS: dict[str, Callable[[Wanted, Iterable[Batch], Path], None]] = {
    "parquet": write_parquet,
    "arrow": write_arrow,
}


def _columns(asked: Wanted) -> tuple[Column, ...]:
    return columns(FRAMES[asked.frame], asked.identified)


def _type(column: Column) -> pa.DataType:
    return WORDS if column.kind in CODES else TYPES.get(column.kind, pa.string())


def _groups(found: Iterable[pa.RecordBatch]) -> Iterator[list[pa.RecordBatch]]:
    """Batches gathered into row groups."""
    group: list[pa.RecordBatch] = []
    for batch in found:
        group.append(batch)
        if sum(one.num_rows for one in group) + batch.num_rows > GROUP:
            yield group
            group = []
    if group:
        yield group


def _maker(column: Column) -> Callable[[Cells], pa.Array]:
    """The function that makes an array of a column's cells."""
    kind = _type(column)
    if kind == WORDS:
        return _Words().array
    if column.kind == "time":  # read as UTC, as which they are stored, and shown as Shanghai's
        return lambda cells: pa.array(cells, pa.string()).cast(pa.timestamp("us")).view(pa.int64()).view(TIMES)
    if column.kind in ("measure", "effect"):
        return lambda cells: pa.array([cell if cell is None else float(cell) for cell in cells], kind)
    return lambda cells: pa.array(cells, kind)


class _Words:
    """A dictionary that grows: a word keeps its place from batch to batch."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}
        self._words: pa.Array = pa.array([], pa.string())

    def array(self, cells: Sequence[Any]) -> pa.Array:
        places = self._places
        for word in set(cells) - places.keys() - {None}:
            places[word] = len(places)
        if len(places) > len(self._words):
            self._words = pa.array(list(places), pa.string())
        indices = pa.array([None if cell is None else places[cell] for cell in cells], pa.int32())
        return pa.DictionaryArray.from_arrays(indices, self._words)
