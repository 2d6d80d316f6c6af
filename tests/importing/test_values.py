"""A row's cells become typed values; a row that says something impossible is refused with field, column and reason."""
# ruff: noqa: DTZ001  a table's wall clock has no zone: that is what is tested here

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from models.importing.mapping import parse_mapping
from models.importing.rows import SourceRow
from models.importing.values import Reader, RowError, number_key
from tests.importing.conftest import mapping_of, row


def values(mapping, header, *cells):
    return Reader(mapping, header).read(row(*cells))


def refusal(mapping, header, *cells):
    with pytest.raises(RowError) as told:
        values(mapping, header, *cells)
    return told.value


def field(said, cell, top=""):
    """The value of one field read from column c."""
    name = said.partition(":")[0]
    return getattr(values(mapping_of(said, top=top), ["编号", "时间", "c"], "1", "2019/4/8", cell), name)


@pytest.mark.parametrize("cell", ["\n\t\t\u3000水压\u3000低\n了\u00a0", " 水压\u3000低\n了"])
def test_a_text_is_stripped_outside_and_kept_inside(cell):
    assert field("content: {column: c}", cell) == "水压\u3000低\n了"


def test_a_workbooks_way_to_write_a_carriage_return_is_one():
    assert field("content: {column: c}", "水压_x000D_\n低_x000D_\n") == "水压\r\n低"


def test_missing_values_and_empty_cells_are_none():
    for cell in ("", " \u3000", "?", " N/A "):
        assert field("title: {column: c}", cell, top='missing: ["?", N/A]') is None
        assert field("handled_at: {column: c}", cell, top='missing: ["?", N/A]') is None
        assert field("satisfied: {column: c}", cell, top='missing: ["?", N/A]') is None
        assert field("rounds: {column: c}", cell, top='missing: ["?", N/A]') == 1
    assert field("title: {column: c}", "NO", top='missing: ["No"]') == "NO"


def test_what_the_mapping_does_not_name_is_not_said():
    found = values(mapping_of(), ["编号", "时间"], "1", "2019/4/8")
    assert found.rounds == 1
    assert [value for value in found[2:] if value is not None] == [1]


@pytest.mark.parametrize(
    ("cell", "category"),
    [("城乡建设", "工程设计"), ("交通运输", "交通运输"), ("", "其他"), ("无", None)],
    ids=["mapped", "left as it is", "empty: the default", "mapped to nothing"],
)
def test_a_name_is_mapped_then_defaulted(cell, category):
    assert field('category: {column: c, map: {城乡建设: 工程设计, 无: ""}, default: 其他}', cell) == category


@pytest.mark.parametrize(
    ("cell", "kind"), [("咨询", "enquiry"), ("repair", "repair"), ("投诉", "complaint"), ("", "complaint")]
)
def test_a_kind_is_one_of_three_or_the_default(cell, kind):
    assert field("kind: {column: c, map: {咨询: enquiry}, default: complaint}", cell) == kind


def test_a_kind_without_a_default_is_refused_when_it_is_unknown():
    error = refusal(mapping_of("kind: {column: c}"), ["编号", "时间", "c"], "7", "2019/4/8", "表扬")
    assert (error.field, error.column, error.value, error.source_no) == ("kind", "c", "表扬", "7")
    assert "complaint、repair、enquiry" in error.reason
    assert str(error).startswith("诉求类型（c）「表扬」：只能是")


def test_a_constant_is_the_same_in_every_row():
    mapping = mapping_of("channel: {const: 市长热线}", "kind: {const: repair}")
    found = values(mapping, ["编号", "时间"], "1", "2019/4/8")
    assert (found.channel, found.kind) == ("市长热线", "repair")


@pytest.mark.parametrize(
    ("cell", "answer"), [("YES", True), ("满意", True), ("No", False), (" no ", False), ("", None)]
)
def test_an_outcome_is_yes_no_or_not_said(cell, answer):
    assert field("satisfied: {column: c, true: [Yes, 满意], false: [No]}", cell) is answer


@pytest.mark.parametrize(("cell", "answer"), [("是", True), ("0", False), (True, True), (1.0, True), ("False", False)])
def test_an_outcome_has_usual_words_when_none_are_listed(cell, answer):
    assert field("solved: {column: c}", cell) is answer


def test_an_outcome_that_is_in_neither_list_is_refused_not_dropped():
    error = refusal(mapping_of("solved: {column: c}"), ["编号", "时间", "c"], "1", "2019/4/8", "部分")
    assert "既不在 true 也不在 false" in error.reason


@pytest.mark.parametrize(("cell", "rounds"), [("0", 1), ("2", 3), (2.0, 3), ("2.0", 3), ("", 1)])
def test_rounds_are_counted_from_one(cell, rounds):
    assert field("rounds: {column: c, plus: 1}", cell) == rounds


@pytest.mark.parametrize("cell", ["-1", "两次", "1.5", "99"])
def test_rounds_that_are_no_count_are_refused(cell):
    error = refusal(mapping_of("rounds: {column: c, plus: 1}"), ["编号", "时间", "c"], "1", "2019/4/8", cell)
    assert "1 到 99" in error.reason


def test_a_number_is_text_and_keeps_its_zeros():
    assert values(mapping_of(), ["编号", "时间"], "0000045", "2019/4/8").source_no == "0000045"


@pytest.mark.parametrize("number", ["0000045", "45", "45.0", "４５"])
def test_a_number_that_a_spreadsheet_has_eaten_zeros_of_is_known_again(number):
    assert number_key(number) == "45"
    assert number_key("A-045") == "A-045"
    assert number_key("000") == "0"


def test_a_row_without_a_number_or_a_time_is_refused():
    assert refusal(mapping_of(), ["编号", "时间"], " ", "2019/4/8").reason == "没有编号"
    assert refusal(mapping_of(), ["编号", "时间"], "1", "").reason == "没有值"


def test_a_hashed_number_is_the_same_in_every_copy_of_the_table():
    mapping = mapping_of("source_no: {hash: [时间, 标题]}")
    first = values(mapping, ["时间", "标题"], "2019/4/8", "漏水").source_no
    assert first == "ca6e9c8d0ad5c22c811729c1fe079bc088ebc4ca"
    assert values(mapping, ["标题", "别的", "时间"], " 漏水\n", "x", "2019/4/8").source_no == first
    assert values(mapping, ["时间", "标题"], "2019/4/8", "漏 水").source_no != first
    pairs = mapping_of("source_no: {hash: [a, b]}")
    header = ["a", "b", "时间"]
    assert (
        values(pairs, header, "1", "23", "2019/4/8").source_no != values(pairs, header, "12", "3", "2019/4/8").source_no
    )
    assert (
        values(pairs, header, 1.0, "23", "2019/4/8").source_no == values(pairs, header, "1", "23", "2019/4/8").source_no
    )
    assert refusal(pairs, header, "", " ", "2019/4/8").reason == "没有编号"


@pytest.mark.parametrize(
    ("day", "hour"),
    [("2019/4/8", "9:30"), (date(2019, 4, 8), time(9, 30)), (datetime(2019, 4, 8), time(9, 30)),
     (date(2019, 4, 8), "9:30"), (datetime(2019, 4, 8), "9:30"), (datetime(2019, 4, 8, 9, 30), "")],
)  # fmt: skip
def test_two_columns_make_one_time(day, hour):
    mapping = mapping_of("registered_at: {column: [日期, 时刻]}")
    found = values(mapping, ["编号", "日期", "时刻"], "1", day, hour)
    assert found.registered_at == datetime(2019, 4, 8, 1, 30, tzinfo=UTC)


def test_two_columns_make_one_text():
    mapping = mapping_of("address: {column: [路, 号]}")
    assert values(mapping, ["编号", "时间", "路", "号"], "1", "2019/4/8", "东昌路", 12.0).address == "东昌路 12"
    assert values(mapping, ["编号", "时间", "路", "号"], "1", "2019/4/8", "东昌路", "").address == "东昌路"


@pytest.mark.parametrize(
    ("said", "cell", "says"),
    [
        ("title: {column: c}", "水\0压", "U+0000"),
        ("category: {column: c}", "水\n压", "U+000A"),
        ("category: {column: c}", "长" * 101, "有 101 字，最多 100 字"),
        ("category: {column: c, map: {x: y}}", "长" * 101, "最多 100 字"),
        ("phone: {column: c}", "1" * 101, "最多 100 字"),
        ("content: {column: c}", "长" * 100_001, "最多 100000 字"),
        ("handled_at: {column: c}", "03/04/2019", "分不清"),
        ('handled_at: {column: c, format: "%d/%m/%Y"}', "2019/4/8", "不是 %d/%m/%Y 这样的时间"),
    ],
)  # fmt: skip
def test_what_a_field_cannot_hold_is_refused_by_name(said, cell, says):
    error = refusal(mapping_of(said), ["编号", "时间", "c"], "1", "2019/4/8", cell)
    assert (error.field, error.column, error.source_no) == (said.partition(":")[0], "c", "1")
    assert says in str(error)


def test_a_message_shows_no_words_of_the_caller():
    error = refusal(mapping_of("phone: {column: c}"), ["编号", "时间", "c"], "1", "2019/4/8", "138\0")
    assert error.value == "138\0"
    assert "138" not in str(error)


def test_a_format_says_day_first():
    mapping = mapping_of('registered_at: {column: 时间, format: "%d/%m/%Y %H:%M"}')
    assert values(mapping, ["编号", "时间"], "1", "3/4/2019 08:00").registered_at == datetime(2019, 4, 3, tzinfo=UTC)


TIMES = ["happened_at", "received_at", "assigned_at", "handled_at", "callback_at", "closed_at", "due_at"]
ALL_TIMES = mapping_of(*(f"{name}: {{column: {name}}}" for name in TIMES))


def timed(registered, **cells):
    header = ["编号", "时间", *TIMES]
    return Reader(ALL_TIMES, header).read(row("1", registered, *(cells.get(name, "") for name in TIMES)))


@pytest.mark.parametrize(
    ("cells", "field", "against"),
    [
        ({"handled_at": "2019/4/7"}, "handled_at", "登记时间（时间）"),
        ({"closed_at": "2019/4/7 23:59:59"}, "closed_at", "登记时间"),
        ({"assigned_at": "2019/4/7"}, "assigned_at", "登记时间"),
        ({"received_at": "2019/4/9"}, "registered_at", "接到时间"),
        ({"happened_at": "2019/4/9"}, "registered_at", "发生时间"),
        ({"assigned_at": "2019/4/10", "handled_at": "2019/4/9"}, "handled_at", "转办时间"),
        ({"handled_at": "2019/4/10", "callback_at": "2019/4/9"}, "callback_at", "办理时间"),
        ({"handled_at": "2019/4/10", "closed_at": "2019/4/9"}, "closed_at", "办理时间"),
        ({"callback_at": "2019/4/10", "closed_at": "2019/4/9"}, "closed_at", "回访时间"),
    ],
)
def test_times_that_contradict_each_other_refuse_the_row_and_name_both(cells, field, against):
    with pytest.raises(RowError) as told:
        timed("2019/4/8", **cells)
    assert told.value.field == field
    assert told.value.source_no == "1"
    assert f"早于{against}" in told.value.reason


def test_times_at_the_same_instant_and_a_deadline_long_past_contradict_nothing():
    same = "2019/4/8 10:00"
    assert timed(same, received_at=same, assigned_at=same, handled_at=same, callback_at=same, closed_at=same)
    assert timed(same, due_at="2018/1/1").due_at == datetime(2017, 12, 31, 16, tzinfo=UTC)


def test_a_day_without_a_time_that_comes_too_early_is_explained():
    with pytest.raises(RowError, match="date_only: true"):
        timed("2019/4/8 10:00", handled_at="2019/4/8")


def test_a_row_that_cannot_be_told_apart_is_refused_with_its_problem():
    with pytest.raises(RowError, match="引号没有成对"):
        Reader(mapping_of(), ["编号", "时间"]).read(SourceRow(9, ["1"], "引号没有成对"))


def test_names_in_a_mapping_match_what_stands_in_the_table_after_stripping():
    mapping = parse_mapping("name: x\nfields:\n  source_no: {column: ' a '}\n  registered_at: {column: b}\n")
    assert values(mapping, ["a", "b"], "1", "2019/4/8").source_no == "1"
