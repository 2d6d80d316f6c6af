"""A sheet is read as people see it: numbers without `.0`, true dates, and nothing where nothing is written."""
# ruff: noqa: DTZ001  a table's wall clock has no zone: that is what is tested here

from __future__ import annotations

import re
import struct
import zipfile
from datetime import UTC, date, datetime
from time import perf_counter

import openpyxl
import pytest

from models.importing import spreadsheet
from models.importing.reading import TableError, open_table
from tests.importing.conftest import mapping_of

TITLES = mapping_of("title: {column: 标题}", "account_no: {column: 户号}")
HEADER = ["编号", "时间", "标题", "户号"]


@pytest.fixture
def book(tmp_path):
    """A workbook of the given rows, and what else is done to its sheet."""

    def book(*rows, also=lambda sheet: None):
        workbook = openpyxl.Workbook()
        for row in rows:
            workbook.active.append(row)
        also(workbook.active)
        workbook.save(tmp_path / "t.xlsx")
        return tmp_path / "t.xlsx"

    return book


def test_numbers_dates_and_truths_are_read_as_a_person_would(book, read):
    path = book(
        HEADER,
        [2759.0, datetime(2019, 4, 8, 8, 37, 20), 12.5, "0007"],
        [2760, date(2019, 4, 9), True, 123456789012345],
        ["0045", 43564.5, "=1/0", None],
    )
    values, rejected = read(path, TITLES)
    assert not rejected
    assert [value.source_no for value in values] == ["2759", "2760", "0045"]
    assert [value.title for value in values] == ["12.5", "TRUE", None]
    assert [value.account_no for value in values] == ["0007", "123456789012345", None]
    assert [value.registered_at for value in values] == [
        datetime(2019, 4, 8, 0, 37, 20, tzinfo=UTC),
        datetime(2019, 4, 8, 16, tzinfo=UTC),
        datetime(2019, 4, 9, 4, tzinfo=UTC),
    ]


def test_a_code_whose_last_digits_the_spreadsheet_lost_is_rejected(book, read):
    path = book(HEADER, [1, "2019/4/8", "a", 370102199001011234], [370102199001011234, "2019/4/8", "b", None])
    values, rejected = read(path, TITLES)
    assert not values
    assert [(line, error.field) for line, error in rejected] == [(2, "account_no"), (3, "source_no")]
    assert "已丢失末几位" in rejected[0][1].reason
    assert rejected[0][1].source_no == "1"


def test_formatted_empty_rows_are_neither_read_nor_rejected_nor_slow(book, read):
    def paint(sheet):
        for line in range(4, 20_000):
            sheet.cell(line, 1).number_format = "0.00"

    path = book(HEADER, [1, "2019/4/8", "a"], [None, None, " "], also=paint)
    started = perf_counter()
    values, rejected = read(path, TITLES)
    assert (len(values), len(rejected)) == (1, 0)
    assert perf_counter() - started < 2


def test_a_merged_cell_has_its_value_at_the_top_left_alone(book, read):
    path = book(HEADER, [1, "2019/4/8", "漏水"], [2, "2019/4/8", None], also=lambda sheet: sheet.merge_cells("C2:C3"))
    values, _ = read(path, TITLES)
    assert [value.title for value in values] == ["漏水", None]


def test_a_table_may_stand_anywhere_on_the_sheet_under_a_title(book, read):
    path = book(["投诉登记表"], [], [None, *HEADER], [None, 1, "2019/4/8", "漏水"], [None, 2, "何时", "停水"])
    values, rejected = read(path, TITLES)
    assert [value.title for value in values] == ["漏水"]
    assert [line for line, _ in rejected] == [5], "the sheet's own row number"


def test_the_sheet_is_the_named_one_or_the_first_with_anything_in_it(book, read, tmp_path):
    workbook = openpyxl.Workbook()
    workbook.active.title = "封面"
    hidden = workbook.create_sheet("代码")
    hidden.append(HEADER)
    hidden.sheet_state = "hidden"
    for name in ("一月", "二月"):
        workbook.create_sheet(name).append(HEADER)
        workbook[name].append([1, "2019/4/8", name])
    path = tmp_path / "t.xlsx"
    workbook.save(path)
    assert read(path, TITLES)[0][0].title == "一月"
    assert read(path, TITLES, "二月")[0][0].title == "二月"
    with pytest.raises(TableError, match="没有「二 月」这张表，是不是「二月」？；有：封面、代码、一月、二月"):
        open_table(path, TITLES, "二 月")
    with pytest.raises(TableError, match="没有表头"):
        open_table(path, TITLES, "封面")


def test_an_empty_workbook_and_a_file_by_another_name_are_told(book, tmp_path):
    with pytest.raises(TableError, match="没有内容"):
        open_table(book(), TITLES)
    path = book(HEADER, [1, "2019/4/8"]).rename(tmp_path / "t.csv")
    with open_table(path, TITLES) as table:
        assert table.sheet == "Sheet", "what a file is called is not trusted"


def test_the_position_counts_rows(book):
    with open_table(book(HEADER, *[[n, "2019/4/8"] for n in range(50)]), TITLES) as table:
        assert (table.unit, table.total) == ("rows", 51)
        assert len(list(table)) == 50
        assert table.position() == 51


def test_a_word_in_the_last_cell_of_the_sheet_is_told_before_it_takes_all_memory(book):
    path = book(HEADER, [1, "2019/4/8"], also=lambda sheet: sheet.cell(1_048_576, 16_384, "x"))
    with pytest.raises(TableError, match="到第 1048576 行、第 16384 列；请删去"):
        open_table(path, TITLES)


def test_a_sheet_that_only_claims_to_be_large_is_read(book, read, tmp_path):
    path = book(HEADER, [1, "2019/4/8", "漏水"])
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(tmp_path / "wide.xlsx", "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, re.sub(rb'<dimension ref="[^"]+"', b'<dimension ref="A1:XFD1048576"', data))
    assert read(tmp_path / "wide.xlsx", TITLES)[0][0].title == "漏水"


def test_a_damaged_workbook_is_told(book):
    path = book(HEADER, [1, "2019/4/8"])
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(TableError, match="不是能打开的电子表格"):
        open_table(path, TITLES)


def test_a_workbook_that_would_unpack_to_gigabytes_is_told_before_it_does(book, monkeypatch):
    """What it says of its own sizes is not believed."""
    monkeypatch.setattr(spreadsheet, "UNPACKED", 1 << 20)
    path = book(HEADER, [1, "2019/4/8"])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", b"\0" * (2 << 20))
    honest, lying = path.read_bytes(), struct.pack("<L", 2 << 20)
    path.write_bytes(honest.replace(lying, struct.pack("<L", 5000)))
    assert len(honest) < 20_000
    with pytest.raises(TableError, match="解开后太大"):
        open_table(path, TITLES)
