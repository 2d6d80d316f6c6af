"""What is taken for a telephone number where somebody types into a search, by the server and by the page alike."""

import re
from pathlib import Path

import pytest

import admin
from models import lookup

SCRIPT = Path(admin.__file__).parent / "static" / "shell.js"


@pytest.mark.parametrize(
    ("typed", "is_one"),
    [
        ("13812345678", True), ("138 1234 5678", True), ("138-1234-5678", True), ("１３８１２３４５６７８", True),
        ("+86 13812345678", True), ("8613812345678", True), ("0086-138-1234-5678", True),
        ("电话13812345678打不通", True),
        ("138 - 1234 - 5678", True), ("0635-8412345", True), ("(0635) 8412345", True), ("06358412345", True),
        ("010 6552 1234", True), ("8412345", True), ("841-2345", True), ("８４１ ２３４５", True),
        ("ZL-2026-01596", False), ("202601596", False), ("2026-01596", False), ("2026-1596", False), ("1596", False),
        ("2024-03-01", False), ("20240301", False), ("371520260926", False), ("118-0473", False), ("96568", False),
        ("12345", False), ("水压", False), ("聊市热 2026-118-0473", False), ("7 号楼 2 单元", False),
        ("23-1-2101", False),
        ("138123456789", False), ("", False),
    ],
)  # fmt: skip
def test_a_telephone_number_is_told_from_other_numbers(typed, is_one):
    assert lookup.is_telephone(typed) is is_one


def test_the_page_has_the_same_patterns():
    said = re.sub(r"\(\?:", "(", SCRIPT.read_text(encoding="utf-8"))
    for pattern in (lookup.TYPED_MOBILE, lookup.TYPED_LAND_LINE):
        there = re.sub(r"\(\?:", "(", pattern.pattern).replace(r"(?<!\d)", r"(^|\D)")
        assert there in said
