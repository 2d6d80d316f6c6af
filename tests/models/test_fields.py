"""What people fill in, read a field at a time: what is taken, and what is said where it cannot be."""

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import fields
from models.fields import Unreadable
from models.workflow import REGISTRATION, Field
from tests.fixtures.city import on_sqlite, shanghai


def read(city, kind, value, **more):
    return fields.read(Field("x", "某项", kind, **more), value, city.book(), lambda _: None)


def refusal(city, kind, value, **more):
    with pytest.raises(Unreadable) as caught:
        read(city, kind, value, **more)
    assert str(caught.value.reason)
    return caught.value.reason[0]


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.binary(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=5,
)
KINDS = sorted({field.kind for field in REGISTRATION} | {"bool", "coded", "users", "parts", "ticket"})


@on_sqlite
def test_whatever_is_sent_is_read_or_refused_with_a_reason(city):
    """JSON knows more kinds of value than a form: none of them is a crash."""
    field = {kind: Field("x", "某项", kind, choices={"a": "甲"}) for kind in KINDS}

    @given(st.sampled_from(KINDS), JUNK)
    @settings(max_examples=300, deadline=None)
    def any_junk(kind, value):
        with suppress(Unreadable):
            fields.read(field[kind], value, city.book(), lambda _: None)

    any_junk()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-03-06T10:00", "2026-03-06 10:00"),
        ("2026-03-06 10:00", "2026-03-06 10:00"),
        ("2026-03-06", "2026-03-06 00:00"),
        ("2026-03-06T10:00:30.5", "2026-03-06 10:00:30.5"),
        ("2026-03-06T02:00Z", "2026-03-06 10:00"),
        ("2026-03-06T10:00+08:00", "2026-03-06 10:00"),
        (" 2026-03-05T21:00-05:00 ", "2026-03-06 10:00"),
        (datetime(2026, 3, 6, 2, tzinfo=UTC), "2026-03-06 10:00"),
        (datetime.fromisoformat("2026-03-06 10:00"), "2026-03-06 10:00"),
    ],
)
def test_a_time_without_a_zone_is_shanghai_s(written, meant):
    assert fields.moment(written) == shanghai(meant)


@pytest.mark.parametrize(
    ("written", "code"),
    [("昨天", "not_a_time"), ("2026-02-30", "not_a_time"), ("10:00", "not_a_time"), ("1899-12-31", "time_out_of_range"),
     ("2200-01-02", "time_out_of_range"), ("0001-01-01T00:00+14:00", "time_out_of_range"),
     ("9999-12-31T23:59-14:00", "time_out_of_range"), (20260306, "not_text"), (True, "not_text")],
)  # fmt: skip
def test_what_is_no_time(written, code):
    with pytest.raises(Unreadable) as caught:
        fields.moment(written)
    assert caught.value.reason[0] == code


@on_sqlite
@pytest.mark.parametrize("nothing", [None, "", "  ", "\t"])
@pytest.mark.parametrize("kind", ["text", "line", "choice", "coded", "bool", "moment", "category", "persons", "ticket"])
def test_nothing_is_nothing(city, kind, nothing):
    assert read(city, kind, nothing, choices={"a": "甲"}) is None


def test_a_text_is_kept_as_it_was_said(city):
    said = "第一行\r\n第二行\t😡 𠮷 e\u0301 “引号”\u200b"
    assert read(city, "text", said) == said
    assert read(city, "text", f" \n{said}\n ") == said


@on_sqlite
@pytest.mark.parametrize("bad", ["\0", "a\0b", "\ud800"])
@pytest.mark.parametrize("kind", ["text", "line", "coded", "choice", "moment", "category", "unit", "persons", "ticket"])
def test_what_no_database_stores_is_refused(city, kind, bad):
    assert refusal(city, kind, bad) == "bad_characters"


@on_sqlite
@pytest.mark.parametrize("bad", ["第一行\n第二行", "\r", "a\x1fb", "\x07"])
def test_a_line_is_one_line(city, bad):
    assert refusal(city, "line", f"x{bad}x") == "bad_characters"
    assert read(city, "text", f"x{bad}x") == f"x{bad}x"


@on_sqlite
@pytest.mark.parametrize(("kind", "most"), [("text", 20_000), ("line", 200), ("coded", 500)])
def test_how_long_it_may_be(city, kind, most):
    assert read(city, kind, "水" * most) == "水" * most
    assert refusal(city, kind, "水" * (most + 1)) == "too_long"


@on_sqlite
@pytest.mark.parametrize(
    ("value", "meant"),
    [
        (True, True),
        (False, False),
        ("true", True),
        ("False", False),
        ("1", True),
        ("0", False),
        ("是", True),
        (" 否 ", False),
    ],
)
def test_yes_and_no(city, value, meant):
    assert read(city, "bool", value) is meant


@on_sqlite
@pytest.mark.parametrize("value", [1, 0, "yes", "对", 1.0, []])
def test_what_is_neither(city, value):
    assert refusal(city, "bool", value) == "not_a_bool"


def test_an_integer_is_an_id_and_a_string_always_a_name(city, plant):
    """DESIGN §6."""
    assert read(city, "unit", plant.id) == read(city, "unit", plant.name) == plant.id
    assert refusal(city, "unit", str(plant.id)) == "not_found"
    for odd in (True, 1.0, [plant.id], {"id": plant.id}):
        assert refusal(city, "unit", odd) == "not_a_reference"
    for unknown in (0, -1, 2**31, 2**63, 10**30):
        assert refusal(city, "unit", unknown) == "not_found"


def test_a_unit_whose_name_is_a_number_is_found_by_it(city):
    from models.tables import Unit

    other = Unit(name="1")
    city.changed(other)
    assert read(city, "unit", "1") == other.id


@pytest.mark.parametrize(
    "value",
    ["张三、handler，李四\n王五", ["张三", "handler", "李四", "王五"], ["张三", " handler ", "", "李四", "王五"]],
)
def test_people_are_accounts_where_they_have_one(city, handler, value):
    assert read(city, "persons", value) == ["张三", handler.id, "李四", "王五"]


def test_people_by_id(city, handler):
    assert read(city, "persons", [handler.id]) == read(city, "users", [handler.id]) == [handler.id]
    for unknown in (0, -1, 10**6, 2**31, 2**70):
        assert refusal(city, "persons", [unknown]) == "not_found"
    for odd in (True, 1.5, None, ["x"]):
        assert refusal(city, "persons", [odd]) == "not_a_reference"
    assert refusal(city, "persons", 5) == "not_a_list"
    assert refusal(city, "users", ["路人"]) == "not_found"


def test_a_code_or_its_chinese_name_and_what_there_is_is_said(city):
    choices = {"normal": "普通", "urgent": "加急"}
    assert read(city, "choice", "加急", choices=choices) == read(city, "choice", "urgent", choices=choices) == "urgent"
    with pytest.raises(Unreadable) as caught:
        read(city, "choice", "特急", choices=choices)
    assert "urgent" in str(caught.value.reason)


def test_several_of_a_list(city):
    choices = {"contact": "联系方式", "words": "投诉原文"}
    assert read(city, "parts", ["投诉原文", "contact", "words"], choices=choices) == ["contact", "words"]
    assert read(city, "parts", "words", choices=choices) == ["words"]
    assert refusal(city, "parts", {"words": True}, choices=choices) == "not_a_list"
