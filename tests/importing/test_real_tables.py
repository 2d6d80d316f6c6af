"""Three foreign tables as they really are: every row of them is read or rejected as it should be."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from models.importing.mapping import load_mapping
from models.importing.reading import open_table
from models.importing.values import Reader, RowError, number_key
from tests.fixtures.shared import SHARED, needs_shared
from tests.importing.test_mapping import MAPPINGS

BOSTON, TEDDY, UCI = "boston-311-2015h1", "teddy-gov-messages", "uci-incident-log"


@needs_shared(BOSTON)
def test_bostons_requests_are_read_but_for_84_closed_before_they_were_opened(read):
    values, rejected = read(SHARED / BOSTON / "boston311_2015h1.csv", load_mapping(MAPPINGS / "boston-311.yaml"))
    assert len(values) + len(rejected) == 58_119
    assert len(rejected) == 84
    assert all("早于登记时间" in error.reason and error.source_no for _, error in rejected)
    handled = [value for value in values if value.handled_at]
    assert len(handled) == 49_042
    assert sum(value.handled_at - value.registered_at <= timedelta(hours=72) for value in handled) == 24_336
    assert sum(value.due_at is not None for value in values) == 43_552
    assert min(value.registered_at for value in values) == datetime(2015, 1, 1, 5, 20, 9, tzinfo=UTC)


@needs_shared(TEDDY)
def test_the_same_messages_read_alike_from_a_workbook_and_a_gb18030_csv(read):
    mapping = load_mapping(MAPPINGS / "teddy-4.yaml")
    (sheet, none), (csv, neither) = (
        read(SHARED / TEDDY / name, mapping) for name in ("附件4.xlsx", "附件4_gb18030.csv")
    )
    assert (none, neither) == ([], [])
    assert len(sheet) == 2_816
    assert sheet == csv
    by_number = {value.source_no: value for value in sheet}
    assert by_number["2759"].registered_at == datetime(2019, 4, 8, 0, 37, 20, tzinfo=UTC), "the one true date cell"
    assert by_number["27610"].handled_at == datetime(2018, 4, 23, 16, tzinfo=UTC), "a day without a time"
    assert sum(value.handled_at - value.registered_at <= timedelta(hours=72) for value in sheet) == 448


@needs_shared(TEDDY)
def test_a_csv_row_is_told_by_the_line_on_which_it_starts():
    mapping = load_mapping(MAPPINGS / "teddy-4.yaml")
    path = SHARED / TEDDY / "附件4_gb18030.csv"
    lines = path.read_bytes().decode("gb18030").split("\r\n")
    with open_table(path, mapping) as table:
        first = [row.line for row in table][:2]
    assert first[0] == 2
    assert sum(line.count("\n") + 1 for line in lines) == 17_286, "and one empty piece after the last line"


@needs_shared(TEDDY)
def test_64_707_formatted_empty_rows_are_nothing(read):
    values, rejected = read(SHARED / TEDDY / "附件2.xlsx", load_mapping(MAPPINGS / "teddy-2.yaml"))
    assert (len(values), rejected) == (495, [])
    assert len({value.source_no for value in values}) == 494
    assert Counter(value.category for value in values)["工程设计"] == 101


@needs_shared(UCI)
def test_the_incidents_have_day_first_times_and_question_marks(read):
    values, rejected = read(SHARED / UCI / "incidents_last_state.csv", load_mapping(MAPPINGS / "uci-incidents.yaml"))
    assert (len(values), rejected) == (24_918, [])
    handled = [value for value in values if value.handled_at]
    assert len(handled) == 23_362
    assert sum(value.handled_at - value.registered_at <= timedelta(hours=72) for value in handled) == 15_095
    assert sum(value.unit is None for value in values) == 2_157
    assert sum(value.rounds > 1 for value in values) == 275
    assert values[0].source_no == "0000045"
    assert len({number_key(value.source_no) for value in values}) == 24_918


@needs_shared(UCI)
@pytest.mark.slow
def test_reading_holds_no_table_in_memory():
    mapping = load_mapping(MAPPINGS / "uci-incidents.yaml")
    tracemalloc.start()
    try:
        with open_table(SHARED / UCI / "incidents_last_state.csv", mapping) as table:
            reader = Reader(mapping, table.header)
            tracemalloc.reset_peak()
            before = tracemalloc.get_traced_memory()[0]
            for row in table:
                with suppress(RowError):
                    reader.read(row)
            assert tracemalloc.get_traced_memory()[1] - before < 1 << 20
    finally:
        tracemalloc.stop()
