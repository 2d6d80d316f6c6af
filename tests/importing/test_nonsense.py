"""The importer under fire: what it cannot read it refuses in words, and what it reads can be stored."""

from __future__ import annotations

import csv
import io
from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from hypothesis import strategies as st

from models.cells import plain
from models.importing.fields import FIELDS
from models.importing.mapping import MappingError, parse_mapping
from models.importing.reading import TableError, open_table
from models.importing.rows import RowError
from models.importing.times import cell_time, time_parser, utc
from models.importing.values import Reader, number_key
from tests.importing.conftest import mapping_of, row
from tests.nonsense import HOW_MANY, TEXTS, TROUBLE, each

SHANGHAI = ZoneInfo("Asia/Shanghai")
CELLS = (
    TEXTS | st.booleans() | st.integers(-(2**63), 2**63) | st.floats()
    | st.datetimes() | st.dates() | st.times() | st.timedeltas()
)  # fmt: skip
"""What a spreadsheet's reader gives for a cell."""
EVERY = mapping_of(
    *(f"{name}: {{column: {name}}}" for name in FIELDS if name not in ("source_no", "registered_at")),
    top="missing: [无]",
)
"""A mapping that reads every field there is."""
HEADER = ["编号", "时间", *(name for name in FIELDS if name not in ("source_no", "registered_at"))]


@pytest.mark.parametrize("most", HOW_MANY)
def test_every_cell_is_a_value_or_refused_by_its_field(most):
    reader = Reader(EVERY, HEADER)
    good, told = {"编号": "1", "时间": "2026-03-06 10:00"}, []

    @each(most, st.sampled_from(HEADER), CELLS)
    def check(column, cell):
        cells = [cell if name == column else good.get(name, "") for name in HEADER]
        try:
            found = reader.read(row(*cells))
        except RowError as no:
            told.append((no.field, str(no)))
            return
        for value in found:
            if isinstance(value, str):
                assert not any(ch == "\0" or "\ud800" <= ch <= "\udfff" for ch in value)
            elif isinstance(value, datetime):
                assert value.tzinfo is UTC
                assert 1899 <= value.year <= 2200
        number_key(found.source_no)

    assert all(field and words for field, words in told)


def test_no_field_takes_what_no_database_stores():
    """Each of the old troublemakers in each column, alone and within other words."""
    reader = Reader(EVERY, HEADER)
    good = {"编号": "1", "时间": "2026-03-06 10:00"}
    for column in HEADER:
        for cell in (*TROUBLE, "水\ud800", "水\n\udfff", "\0水"):
            with suppress(RowError):
                found = reader.read(row(*(cell if name == column else good.get(name, "") for name in HEADER)))
                stored = [value for value in found if isinstance(value, str)]
                assert not any(ch == "\0" or "\ud800" <= ch <= "\udfff" for value in stored for ch in value), column


FORMATS = ["mixed", "%Y-%m-%d", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%y", "%m/%d/%Y %I:%M %p", "%Y%m%d"]


@pytest.mark.parametrize("most", HOW_MANY)
def test_every_time_is_an_instant_or_no_time(most):
    parsers = {format: time_parser(format) for format in FORMATS}
    written = st.builds(
        lambda at, pattern: at.strftime(pattern), st.datetimes(datetime(1890, 1, 1), datetime(2210, 1, 1)),  # noqa: DTZ001
        st.sampled_from([*FORMATS[1:], "%Y/%m/%d %H:%M:%S", "%Y年%m月%d日 %H时%M分", "%Y-%m-%dT%H:%M:%S+08:00"]),
    )  # fmt: skip

    @each(most, st.sampled_from(FORMATS), CELLS | written, st.booleans())
    def check(format, cell, date_only):
        with suppress(ValueError):
            found = utc(cell_time(cell, format, parsers[format]), SHANGHAI, date_only=date_only)
            assert found.tzinfo is UTC


def test_an_hour_that_shanghai_s_clock_skipped_is_an_hour_later():
    """1988-04-17 02:30 was never shown by a clock there: summer time began at two."""
    found = utc(time_parser("mixed")("1988-04-17 02:30"), SHANGHAI)
    assert found.astimezone(SHANGHAI) == datetime(1988, 4, 17, 3, 30, tzinfo=SHANGHAI)
    for written in ("1988-04-17 24:00", "2026-03-06 24:00", "2026-02-29", "2026-03-06 10:60"):
        with pytest.raises(ValueError, match="没有这一天或这个时刻"):
            time_parser("mixed")(written)


BYTES = (
    st.binary(max_size=200)
    | TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass"))
    | TEXTS.map(lambda text: text.encode("gb18030", "replace"))
    | TEXTS.map(lambda text: text.encode("utf-16", "surrogatepass"))
)


@pytest.mark.parametrize("most", HOW_MANY)
def test_every_file_is_a_table_or_refused_in_words(most, tmp_path):
    """Torn, foreign, binary: TableError says so; rows that can be told apart are read or refused one by one."""
    path, mapping = tmp_path / "t.csv", mapping_of("content: {column: 内容}")
    head = "编号,时间,内容\r\n"
    starts = [b"", head.encode(), head.encode("utf-8-sig"), head.encode("utf-16"), b"PK\3\4", b"\x1f\x8b"]

    @each(most, st.sampled_from(starts), st.lists(BYTES, max_size=4))
    def check(start, rest):
        path.write_bytes(start + b"\n".join(rest))
        with suppress(TableError), open_table(path, mapping) as table:
            reader = Reader(mapping, table.header)
            for each_row in table:
                with suppress(RowError):
                    reader.read(each_row)


@pytest.mark.parametrize("most", HOW_MANY)
def test_what_is_written_as_csv_comes_back(most, tmp_path):
    """Every text that a field takes survives quoting, whatever stands in it, but for the mark that keeps a
    spreadsheet from taking it for a formula."""
    path, mapping = tmp_path / "t.csv", mapping_of("content: {column: 内容}")

    @each(most, TEXTS)
    def check(content):
        out = io.StringIO()
        try:
            content.encode()
        except UnicodeEncodeError:
            return
        csv.writer(out).writerows([["编号", "时间", "内容"], ["1", "2026-03-06", content]])
        path.write_bytes(out.getvalue().encode())
        with suppress(TableError, RowError), open_table(path, mapping) as table:
            found = [Reader(mapping, table.header).read(each_row).content for each_row in table]
            assert found == [plain(content).strip() or None]


@pytest.mark.parametrize("most", [pytest.param(30, id="a sample"), HOW_MANY[1]])
def test_every_workbook_is_a_table_or_refused_in_words(most, tmp_path):
    path, mapping = tmp_path / "t.xlsx", mapping_of("content: {column: 内容}")
    cells = (
        st.text(st.characters(codec="utf-8"), max_size=30)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.booleans()
    )

    @each(
        most, st.lists(st.lists(cells, max_size=4), max_size=4), st.integers(0, 400) | st.none(), st.binary(max_size=3)
    )
    def check(table, place, damage):
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            for n, line in enumerate([["编号", "时间", "内容"], *table]):
                for m, cell in enumerate(line):
                    sheet.write_string(n, m, cell) if isinstance(cell, str) else sheet.write(n, m, cell)
        if place is not None:
            data = bytearray(path.read_bytes())
            data[place : place + len(damage)] = damage
            path.write_bytes(data)
        with suppress(TableError), open_table(path, mapping) as found:
            reader = Reader(mapping, found.header)
            for each_row in found:
                with suppress(RowError):
                    reader.read(each_row)


ODD = st.sampled_from(["{", "[", "&a", "*a", "!!python/object:os.system", "- x", "\t", "<<: *a", "? x", "|", "%"])
WORDS = st.sampled_from([*FIELDS, "name", "fields", "column", "map", "format", "encoding", "timezone"])
YAML = st.recursive(
    TEXTS | ODD,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: "[" + ", ".join(items) + "]")
        | st.lists(st.tuples(WORDS, inner), max_size=4).map(
            lambda all: "{" + ", ".join(f"{a}: {b}" for a, b in all) + "}"
        )
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("most", HOW_MANY)
def test_every_mapping_file_is_a_mapping_or_refused_in_words(most):
    told = []

    @each(most, YAML | st.binary(max_size=60), st.booleans(), st.sampled_from(sorted(FIELDS)))
    def check(text, framed, name):
        if framed and isinstance(text, str):
            text = f"name: x\nfields:\n  source_no: {{column: a}}\n  registered_at: {{column: b}}\n  {name}: {text}\n"
        try:
            given = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
            parse_mapping(given)
        except MappingError as no:
            told.append(str(no))

    assert all(told)
