"""Frames as Parquet and Arrow: the rows of the CSV, typed, saying themselves what they are of."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from analytics import arrow, files, frames, selecting
from analytics.columns import FRAMES, columns
from tests.analytics.city import at
from tests.analytics.conftest import Pair
from tests.fixtures.database import BOTH

NOW = at("2026-06-01 09:30")


def read(form: str, path: Path) -> pa.Table:
    return pq.read_table(path) if form == "parquet" else pa.ipc.open_file(path).read_all()


@pytest.mark.parametrize("database", BOTH)
def test_both_hold_every_row_of_every_frame_in_typed_columns(
    lively_city: Pair, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = lively_city[database]
    monkeypatch.setattr(selecting, "AT_ONCE", 7)  # many batches, whose dictionaries grow
    monkeypatch.setattr(arrow, "GROUP", 20)
    for name in FRAMES:
        asked = frames.Wanted(frame=name, as_of=NOW, scope="all", key=b"a key that only tests have")
        rows = list(frames.stream(session, asked))
        for form in arrow.WRITERS:
            path = tmp_path / f"{name}.{form}"
            assert files.write(session, asked, form, path) == len(rows)
            table = read(form, path)
            assert table.schema.names == [column.name for column in columns(FRAMES[name])]
            assert list(zip(*table.to_pydict().values(), strict=True)) == rows
    types = dict(zip(table.schema.names, table.schema.types, strict=True))
    assert (types["value"], types["missing"], types["as_of"]) == (pa.float64(), pa.int64(), arrow.TIMES)
    assert pq.ParquetFile(tmp_path / "tickets.parquet").num_row_groups > 1


def test_the_schema_says_what_was_asked_and_what_each_column_means(lively_city: Pair, tmp_path: Path) -> None:
    asked = frames.Wanted(frame="customers", as_of=NOW, start=at("2025-12-01"), units=("东城营业所",))
    for form in arrow.WRITERS:
        files.write(lively_city["sqlite"], asked, form, tmp_path / form)
        schema = read(form, tmp_path / form).schema
        about = {key.decode(): value.decode() for key, value in schema.metadata.items()}
        told = {"frame": "customers", "title": "在册户数", "scope": "quality", "as_of": "2026-06-01T09:30:00+08:00",
                "from": "2025-12-01", "unit": '["东城营业所"]'}  # fmt: skip
        assert {name: about[name] for name in told} == told
        assert schema.field("customers").metadata[b"meaning"].decode().startswith("当月在册户数")
    found = pd.read_parquet(tmp_path / "parquet")
    assert found.attrs["unit"] == ["东城营业所"]
    assert (found["month"].iloc[0], str(found["unit"].dtype)) == (date(2025, 12, 1), "category")


def test_pandas_reads_the_same_from_either_and_from_the_desk_itself(lively_city: Pair, tmp_path: Path) -> None:
    asked = frames.Wanted(frame="obligations", as_of=NOW)
    for form in arrow.WRITERS:
        files.write(lively_city["sqlite"], asked, form, tmp_path / form)
    found: dict[str, Any] = {"parquet": pd.read_parquet(tmp_path / "parquet"),
                             "arrow": pd.read_feather(tmp_path / "arrow")}  # fmt: skip
    direct = frames.frame(lively_city["sqlite"], "obligations", at=NOW)
    for one in found.values():
        assert str(one["due_at"].dtype) == "datetime64[us, Asia/Shanghai]" == str(direct["due_at"].dtype)
        assert one["due_at"].tolist() == direct["due_at"].tolist()
        assert one["standing"].tolist() == direct["standing"].tolist()


def test_a_file_that_breaks_off_is_not_there(
    lively_city: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = selecting.batches

    def broken(*given: Any) -> Any:
        yield next(whole(*given))
        raise RuntimeError("the database went away")

    monkeypatch.setattr(selecting, "batches", broken)
    for form in arrow.WRITERS:
        with pytest.raises(RuntimeError):
            files.write(lively_city["sqlite"], frames.Wanted(frame="tickets", as_of=NOW), form, tmp_path / form)
    assert list(tmp_path.iterdir()) == []
