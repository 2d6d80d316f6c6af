"""Small foreign tables and mappings, written by the test that reads them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.importing.mapping import Mapping, parse_mapping
from models.importing.reading import SourceRow, open_table
from models.importing.values import Reader, RowError, Values

Read = Callable[..., tuple[list[Values], list[tuple[int, RowError]]]]


def mapping_of(*fields: str, top: str = "") -> Mapping:
    """A mapping with a number in 编号, a time in 时间, and what else is said."""
    lines = ["source_no: {column: 编号}", "registered_at: {column: 时间}"]
    named = {field.partition(":")[0] for field in fields}
    lines = [line for line in lines if line.partition(":")[0] not in named]
    return parse_mapping(f"name: 试验\n{top}\nfields:\n" + "".join(f"  {line}\n" for line in [*lines, *fields]))


def row(*cells: Any) -> SourceRow:
    return SourceRow(2, list(cells))


@pytest.fixture
def read() -> Read:
    """Reads a whole table: its values, and its rejected rows with their lines."""

    def read(path: Path, mapping: Mapping, sheet: str | None = None) -> tuple[list[Values], list[tuple[int, RowError]]]:
        values, rejected = [], []
        with open_table(path, mapping, sheet) as table:
            reader = Reader(mapping, table.header)
            for each in table:
                try:
                    values.append(reader.read(each))
                except RowError as error:
                    rejected.append((each.line, error))
        return values, rejected

    return read
