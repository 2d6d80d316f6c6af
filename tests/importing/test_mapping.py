"""The mapping file says which column is which field, and says what is wrong with it in one go."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from models.importing.fields import FIELDS, TOP, WORDS
from models.importing.mapping import TOP_READERS, WORD_READERS, MappingError, load_mapping, parse_mapping
from models.importing.values import Values
from tests.importing.conftest import mapping_of

WHOLE = """
name: 城建热线 2024
encoding: gbk
timezone: Asia/Shanghai
missing: ["?", N/A]
fields:
  source_no:     {column: 编号}
  registered_at: {column: [日期, 时间], format: "%d/%m/%Y %H:%M"}
  category:      {column: 类别, map: {城乡建设: 工程设计}, default: 其他, create: true}
  channel:       {const: 城建热线}
  satisfied:     {column: 满意, true: [Yes, 是], false: No}
  due_at:        {column: 期限, date_only: true}
  rounds:        {column: 重开, plus: 1}
  kind:          {column: 类型, map: {咨询: enquiry}, default: complaint}
"""
FIELDS_ONLY = "name: x\nfields:\n  source_no: {column: a}\n  registered_at: {column: b}\n"
MAPPINGS = Path(__file__).parents[2] / "docs" / "mappings"


def problems(text: str | bytes) -> dict[str, str]:
    with pytest.raises(MappingError) as told:
        parse_mapping(text)
    return {problem.where: problem.text for problem in told.value.problems}


def test_a_whole_mapping_is_read_as_it_is_written():
    mapping = parse_mapping(WHOLE)
    assert (mapping.name, mapping.timezone, mapping.missing) == ("城建热线 2024", "Asia/Shanghai", {"?", "N/A"})
    assert mapping.encoding == "gb18030", "a table called GBK often has what only GB18030 has"
    assert mapping.columns == ("编号", "日期", "时间", "期限", "类别", "类型", "满意", "重开")
    fields = mapping.fields
    assert fields["registered_at"].columns == ("日期", "时间")
    assert fields["category"].map == {"城乡建设": "工程设计"}
    assert (fields["category"].default, fields["category"].create) == ("其他", True)
    assert fields["channel"].const == "城建热线"
    assert (fields["satisfied"].true, fields["satisfied"].false) == ({"yes", "是"}, {"no"})
    assert (fields["due_at"].format, fields["due_at"].date_only) == ("mixed", True)
    assert fields["rounds"].plus == 1


def test_scalars_stay_the_text_they_are_written_as():
    mapping = parse_mapping(
        "name: 2019\nmissing: [No, ~, 007, 1e3]\nfields:\n"
        "  source_no: {column: 0o17}\n  registered_at: {column: 2019-01-01}\n  title: {const: yes}\n"
    )
    assert mapping.name == "2019"
    assert mapping.missing == {"No", "~", "007", "1e3"}
    assert mapping.columns == ("0o17", "2019-01-01")
    assert mapping.fields["title"].const == "yes"


def test_what_is_left_out_has_its_default():
    mapping = parse_mapping(FIELDS_ONLY)
    assert (mapping.encoding, mapping.timezone, mapping.missing) == (None, "Asia/Shanghai", frozenset())


def test_every_mapping_in_the_docs_is_sound():
    paths = sorted(MAPPINGS.glob("*.yaml"))
    assert paths
    for path in paths:
        assert load_mapping(path).name


@pytest.mark.parametrize(
    ("text", "where", "says"),
    [
        (FIELDS_ONLY.replace("name: x\n", ""), "name", "缺少 name"),
        ("name: x\n", "fields", "缺少 fields"),
        ("name: x\nfields: {source_no: {column: a}}\n", "fields.registered_at", "登记时间"),
        ("name: x\nfields: {registered_at: {column: a}}\n", "fields.source_no", "原编号"),
        (FIELDS_ONLY + "  handle_at: {column: c}\n", "fields.handle_at", "是不是「handled_at」"),
        (FIELDS_ONLY + "  title: {colum: c}\n", "fields.title.colum", "是不是「column」"),
        (FIELDS_ONLY + "feilds: {}\n", "feilds", "是不是「fields」"),
        (FIELDS_ONLY + "  title: 标题\n", "fields.title", "例如 {column: 标题}"),
        (FIELDS_ONLY + "  title: {default: x}\n", "fields.title", "请写 column 或 const"),
        (FIELDS_ONLY + "  title: {column: c, const: x}\n", "fields.title", "只能写一个"),
        (FIELDS_ONLY + "  title: {const: x, map: {a: b}}\n", "fields.title", "请去掉 map"),
        (FIELDS_ONLY + "  title: {column: c, plus: 1}\n", "fields.title.plus", "标题）不能用 plus"),
        (FIELDS_ONLY + "  closed_at: {const: 2019-01-01}\n", "fields.closed_at.const", "不能用 const"),
        (FIELDS_ONLY + "  unit: {column: c, create: 是}\n", "fields.unit.create", "true 或 false"),
        (FIELDS_ONLY + "  unit: {column: c, map: [a]}\n", "fields.unit.map", "原值: 新值"),
        (FIELDS_ONLY + "  unit: {column: {a: b}}\n", "fields.unit.column", "方括号"),
        (FIELDS_ONLY + "  unit: {column: []}\n", "fields.unit.column", "方括号"),
        (FIELDS_ONLY + "  unit: {column: }\n", "fields.unit.column", "方括号"),
        (FIELDS_ONLY + "  unit: {column: c, default: }\n", "fields.unit.default", "请写上值"),
        (FIELDS_ONLY + f"  unit: {{const: {'长' * 101}}}\n", "fields.unit.const", "超过 100 字"),
        (FIELDS_ONLY + "  kind: {column: c, map: {咨询: inquiry}}\n", "fields.kind.map", "是不是「enquiry」"),
        (FIELDS_ONLY + "  kind: {const: 投诉}\n", "fields.kind.const", "complaint、repair、enquiry"),
        (FIELDS_ONLY + "  rounds: {column: c, plus: 半}\n", "fields.rounds.plus", "整数"),
        (FIELDS_ONLY + "  rounds: {column: c, default: 0}\n", "fields.rounds.default", "1 到 99"),
        (FIELDS_ONLY + "  solved: {column: c, true: [是]}\n", "fields.solved", "一起写"),
        (FIELDS_ONLY + "  solved: {column: c, true: [Y], false: [y]}\n", "fields.solved", "同时在 true 和 false"),
        (FIELDS_ONLY + "  due_at: {column: c, format: '%H:%M'}\n", "fields.due_at.format", "年、月、日"),
        (FIELDS_ONLY + "  due_at: {column: c, format: '%d.%m %H:%M'}\n", "fields.due_at.format", "年、月、日"),
        (FIELDS_ONLY + "  due_at: {column: c, format: '%Y-%-m-%Q'}\n", "fields.due_at.format", "不能读时间"),
        (FIELDS_ONLY + "timezone: Asia/Shanghi\n", "timezone", "是不是「Asia/Shanghai」"),
        (FIELDS_ONLY + "timezone: ../../etc/passwd\n", "timezone", "没有"),
        (FIELDS_ONLY + "timezone: Asia\n", "timezone", "没有"),
        (FIELDS_ONLY + "encoding: utf-9\n", "encoding", "没有「utf-9」"),
        (FIELDS_ONLY + "encoding: base64\n", "encoding", "没有「base64」"),
        (FIELDS_ONLY + "missing: {a: b}\n", "missing", "方括号"),
        (FIELDS_ONLY.replace("name: x", "name: [x]"), "name", "一个词"),
        (FIELDS_ONLY.replace("name: x", f"name: {'长' * 101}"), "name", "100 字"),
        (FIELDS_ONLY + "  title: {column: c}\n  title: {column: d}\n", "fields.title", "写了两次"),
        ("- a\n- b\n", "", "词: 值"),
        ("", "", "空的"),
        ("name: x\n\tfields: {}\n", "", "不要用制表符"),
        ("name: [x\n", "", "YAML 写法有误"),
        ("name: x\n---\nname: y\n", "", "YAML 写法有误"),
        ("name: 热线\n".encode("gb18030"), "", "另存为 UTF-8"),
        ("[" * 5000, "", "嵌套过深"),
        ("name: &a [*a]\n", "name", "嵌套过深"),
        ("x" * (1 << 20) + "x", "", "1 MiB"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place_and_what_to_do(text, where, says):
    told = problems(text)
    assert where in told
    assert says in told[where]


def test_everything_wrong_is_told_at_once_with_its_line():
    with pytest.raises(MappingError) as told:
        parse_mapping("name: x\ntimezone: Mars\nfields:\n  source_no: {column: a}\n  titel: {column: b}\n")
    assert [(problem.where, problem.line) for problem in told.value.problems] == [
        ("timezone", 2), ("fields.registered_at", 3), ("fields.titel", 5),
    ]  # fmt: skip
    assert told.value.where == "timezone"
    assert str(told.value).splitlines()[2].startswith("fields.titel，第 5 行：没有「titel」这个字段，是不是「title」？")


@pytest.mark.parametrize(
    "tag", ["!!python/object/apply:os.system [true]", "!!python/name:os.system", "!env HOME", "!!int 5"]
)
def test_a_tag_builds_nothing_and_is_refused(tag):
    told = problems(f"{FIELDS_ONLY}missing: {tag}\n")
    assert "不接受 YAML 标签" in told["missing"]


def test_a_million_laughs_are_refused_before_they_are_spelled_out():
    bomb = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    bomb += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    assert any("别名展开后过大" in text for text in problems("\n".join(bomb)).values())


def test_an_alias_is_a_way_not_to_write_the_same_thing_twice():
    mapping = parse_mapping(FIELDS_ONLY + "  category: {column: c, map: &m {a: b}}\n  unit: {column: d, map: *m}\n")
    assert mapping.fields["unit"].map == {"a": "b"}


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(MappingError, match=re.escape("没有.yaml")):
        load_mapping(tmp_path / "没有.yaml")


def test_a_mapping_saved_by_notepad_has_a_byte_order_mark(tmp_path):
    (tmp_path / "m.yaml").write_text(FIELDS_ONLY, encoding="utf-8-sig")
    assert load_mapping(tmp_path / "m.yaml").name == "x"


def test_the_tables_of_the_language_agree_with_each_other():
    assert tuple(FIELDS) == Values._fields
    assert {spec.type for spec in FIELDS.values()} == set(WORDS)
    assert set().union(*WORDS.values()) == set(WORD_READERS)
    assert {*TOP_READERS, "fields"} == set(TOP)


def test_half_a_character_is_no_value_of_a_mapping():
    """YAML can spell it, no database stores it."""
    with pytest.raises(MappingError, match=r"fields\.title\.const"):
        mapping_of('title: {const: "\\ud800"}')
