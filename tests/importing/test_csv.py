"""A CSV is read whatever its encoding, delimiter and line ends; a row it cannot tell apart is told, with its line."""

from __future__ import annotations

import csv
import gzip
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.importing import delimited
from models.importing.reading import TableError, open_table
from tests.importing.conftest import mapping_of

TITLES = mapping_of("title: {column: 标题}")
TABLE = "编号,时间,标题\r\n1,2019/4/8,水压低\r\n2,2019/4/9,水浑\r\n"


@pytest.fixture
def table(tmp_path):
    """A CSV of the given bytes or text."""

    def table(content, name="t.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return table


def titles(read, path, mapping=TITLES):
    values, rejected = read(path, mapping)
    assert not rejected
    return [value.title for value in values]


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8-sig"),
        ("utf-8-sig", "utf-8-sig"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
        ("utf-16", "utf-16"),
    ],
)
def test_the_encoding_is_found(table, read, encoding, found):
    path = table(TABLE.encode(encoding))
    assert titles(read, path) == ["水压低", "水浑"]
    with open_table(path, TITLES) as opened:
        assert opened.encoding == found
        assert opened.header == ("编号", "时间", "标题")


def test_the_whole_file_decides_not_its_beginning(table, read, monkeypatch):
    monkeypatch.setattr(delimited, "CHUNK", 64)
    plain = "编号,时间,标题\n" + "".join(f"{n},2019/4/8,low\n" for n in range(500))
    path = table(plain.encode("gb18030") + "500,2019/4/8,水\u00a0浑㎡𠮷\n".encode("gb18030"))
    assert titles(read, path)[-1] == "水\u00a0浑㎡𠮷"


def test_what_is_neither_utf_8_nor_gb18030_is_looked_at_more_closely(table, read):
    line = '2019/4/8,"Débit trop faible, déjà signalé, réparé"'
    content = "\r\n".join(["numéro,heure,objet", *(f"{number},{line}" for number in range(40))]).encode("cp1252")
    with pytest.raises(UnicodeDecodeError):
        content.decode("gb18030")
    mapping = mapping_of("source_no: {column: numéro}", "registered_at: {column: heure}", "title: {column: objet}")
    assert titles(read, table(content), mapping)[0].startswith("Débit trop faible")


def test_a_file_of_no_encoding_is_refused_with_the_place(table):
    path = table(TABLE.encode() + b"3,2019/4/9,\xff\xfe\x81\n" + bytes(range(128, 256)) * 3)
    with pytest.raises(TableError, match=r"第 4 行（第 \d+ 个字节）"):
        open_table(path, mapping_of("title: {column: 标题}", top="encoding: utf-8"))


def test_a_wrong_encoding_in_the_mapping_is_told_with_line_and_byte(table, monkeypatch):
    for chunk in (5, 1 << 20):
        monkeypatch.setattr(delimited, "CHUNK", chunk)
        path = table(b"a,b\nc," + "中".encode()[:1] + b"\n")
        with pytest.raises(TableError, match=r"第 2 行（第 7 个字节）不是映射文件所说的 utf-8-sig"):
            delimited._checked(path, "utf-8-sig")


def test_a_file_cut_off_within_a_character_is_told(table):
    path = table(TABLE.encode()[:-3])
    with pytest.raises(TableError, match="第 3 行"):
        open_table(path, mapping_of("title: {column: 标题}", top="encoding: utf-8"))


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_the_one_that_gives_the_columns(table, read, delimiter):
    content = f"编号{delimiter}时间{delimiter}标题\n1{delimiter}2019/4/8{delimiter}水，压;低,\n"
    content = content.replace("水，压;低,", '"水，压;低,"')
    assert titles(read, table(content)) == ["水，压;低,"]


def test_a_single_column_needs_no_delimiter(table, read):
    mapping = mapping_of("source_no: {hash: [时间]}")
    values, _ = read(table("时间\n2019/4/8\n"), mapping)
    assert len(values) == 1


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_row_has_the_line_on_which_it_starts(table, read, end):
    rows = ["编号,时间,标题", '1,2019/4/8,"水压', "", '低"', "2,何时,水浑", "", "3,2019/4/9,停水"]
    values, rejected = read(table(end.join(rows)), TITLES)
    assert [value.title for value in values] == [f"水压{end}{end}低", "停水"]
    assert [line for line, _ in rejected] == [5]


def test_a_gzipped_csv_is_read_as_it_is(table, read):
    path = table(gzip.compress(TABLE.encode("gb18030")), "t.csv.gz")
    assert titles(read, path) == ["水压低", "水浑"]
    with open_table(path, TITLES) as opened:
        assert opened.total == path.stat().st_size


@pytest.mark.parametrize("broken", [lambda data: data[:-9], lambda data: data[:30] + b"\0\0\0\0" + data[34:]])
def test_a_damaged_gzip_is_told(table, broken):
    with pytest.raises(TableError, match="压缩文件已损坏"):
        open_table(table(broken(gzip.compress(TABLE.encode() * 50)), "t.csv.gz"), TITLES)


def test_a_title_above_the_header_is_passed_over(table, read):
    path = table(f"某市投诉统计表,,\n,,\n{TABLE}")
    assert titles(read, path) == ["水压低", "水浑"]
    with open_table(path, TITLES) as opened:
        assert opened.header_line == 3


def test_empty_rows_are_passed_over_silently(table, read):
    assert titles(read, table(f"{TABLE}\n,,\n , \u3000,\n3,2019/4/9,停水\n,,\n")) == ["水压低", "水浑", "停水"]


def test_a_row_with_more_cells_than_the_header_is_rejected(table, read):
    values, rejected = read(table(f"{TABLE}3,2019/4/9,没水,很久了\n4,2019/4/9,停水,,\n"), TITLES)
    assert [value.source_no for value in values] == ["1", "2", "4"], "empty cells too many do no harm"
    assert [(line, error.reason) for line, error in rejected] == [
        (4, "有 4 格，表头有 3 格，多半是格子里的分隔符没有加引号")
    ]


def test_a_row_may_lack_only_cells_that_nothing_is_read_from(table, read):
    content = "编号,时间,标题,备注\n1,2019/4/8,水压低\n2,2019/4/9\n"
    values, rejected = read(table(content), TITLES)
    assert [value.title for value in values] == ["水压低"]
    assert [(line, error.reason) for line, error in rejected] == [
        (3, "有 2 格，表头有 4 格，多半是格子里的换行没有加引号")
    ]


@pytest.mark.parametrize(
    "broken",
    ['2,2019/4/9,"水浑', '2,2019/4/9,"水浑"了', '2,2019/4/9,"水"浑"', f'2,2019/4/9,"{"长" * 200_000}'],
    ids=["never closed", "more after the quote", "a quote inside", "too long"],
)
def test_a_stray_quote_costs_its_own_row_and_no_other(table, read, broken):
    content = f'编号,时间,标题\n1,2019/4/8,"水压\n低"\n{broken}\n3,2019/4/9,"停\n水"\n4,2019/4/9,漏水\n'
    values, rejected = read(table(content), TITLES)
    assert [value.source_no for value in values] == ["1", "3", "4"]
    assert [line for line, _ in rejected] == [4]
    assert "引号" in rejected[0][1].reason


def test_a_missing_column_is_told_with_the_nearest_and_all_at_once(table):
    mapping = mapping_of("title: {column: 标提}", "unit: {column: 单位}")
    with pytest.raises(TableError, match="「标提」，是不是「标题」？；「单位」。第 1 行的表头是：编号、时间、标题"):
        open_table(table(TABLE), mapping)


def test_a_column_that_stands_twice_is_refused_if_it_is_needed(table, read):
    content = "编号,时间,标题,标题,备注,备注\n1,2019/4/8,a,b,c,d\n"
    with pytest.raises(TableError, match="两列同名：标题"):
        open_table(table(content), TITLES)
    assert len(read(table(content), mapping_of())[0]) == 1


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "t.csv", "空的"),
        (b"\n\n,,\n", "t.csv", "没有表头"),
        (b"\xef\xbb\xbf", "t.csv", "没有表头"),
        (b"<html><table>", "t.xls", "网页"),
        (b"a,b", "t.xlsx", "不是电子表格"),
        (b"PK\x03\x04junk", "t.xlsx", "不是能打开的电子表格"),
        ("编号,时间,标题".encode("utf-16-le"), "t.csv", "NUL"),
        (b"a" * (1 << 20), "t.csv", "不像表格"),
        (b"1,2,3\n4,5,6\n", "t.csv", "没有映射文件所说的列"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(table, content, name, says):
    with pytest.raises(TableError, match=says):
        open_table(table(content, name), TITLES)


def test_a_csv_has_no_sheets(table, tmp_path):
    with pytest.raises(TableError, match="没有分表"):
        open_table(table(TABLE), TITLES, "Sheet1")
    with pytest.raises(TableError, match="打不开"):
        open_table(tmp_path / "没有.csv", TITLES)


def test_the_position_grows_to_the_total(table):
    with open_table(table(TABLE * 1), TITLES) as opened:
        assert 0 <= opened.position() <= opened.total
        assert len(list(opened)) == 2
        assert opened.position() == opened.total


CELL = st.text(st.characters(exclude_characters="\r\0", exclude_categories=["Cs"]), max_size=20)


@given(
    st.lists(st.tuples(CELL, CELL), max_size=12),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
    st.sampled_from(",;\t"),
    st.sampled_from(["\n", "\r\n"]),
)
def test_what_the_csv_module_writes_comes_back(tmp_path_factory, rows, encoding, delimiter, end):
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([("编号", "时间"), *rows])
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    path.write_bytes(text.getvalue().encode(encoding))
    with open_table(path, mapping_of(top=f"encoding: {encoding}")) as table:
        cells = [tuple(row.cells) for row in table]
    assert cells == [row for row in rows if any(cell.strip() for cell in row)]
