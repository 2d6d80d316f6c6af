"""docs/security.md and docs/asvs.md are held to the tests that they name."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
NAMED = re.compile(r"`(?:test_\w+\.py::)?(test_\w+|\u2026\w+|test_\w+\u2026)`")
ITEMS = {1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 9: 7, 10: 29, 11: 14, 12: 9, 13: 13, 14: 9, 15: 13,
         16: 16, 17: 7}  # fmt: skip
"""Chapter of ASVS 5.0.0 → its requirements of levels 1 and 2: 253 in all."""


def rows(page: str, heading: str) -> list[list[str]]:
    """The rows of the table under a heading, without its head."""
    section = (DOCS / page).read_text(encoding="utf-8").partition(f"\n## {heading}")[2].partition("\n## ")[0]
    table = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("|")]
    return table[2:]


def there() -> set[str]:
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    return set(re.findall(r"def (test_\w+)\(", tests))


@pytest.mark.parametrize("page", ["security.md", "asvs.md"])
def test_every_test_that_the_page_on_security_names_is_there(page):
    known, named = there(), NAMED.findall((DOCS / page).read_text(encoding="utf-8"))
    assert len(named) > 50
    for name in named:
        start, _, end = name.partition("\u2026")
        assert [one for one in known if one.startswith(start) and one.endswith(end)], name


@pytest.mark.parametrize("heading", ["The holes", "Threats"])
def test_every_hole_and_every_threat_has_its_mechanism_and_its_test(heading):
    found = rows("security.md", heading)
    assert len(found) > 20
    for row in found:
        assert len(row) == 3, row
        assert row[1].strip(), row
        assert NAMED.search(row[2]), row


def test_every_item_of_the_standard_has_its_answer_once():
    page = (DOCS / "asvs.md").read_text(encoding="utf-8")
    found = re.findall(r"^\| (V(\d+)\.\d+\.\d+) \| ([^|]+) \| ([^|]+) \|$", page, re.MULTILINE)
    items = [item for item, *_ in found]
    assert len(set(items)) == len(items) == 253
    assert {chapter: sum(int(c) == chapter for _, c, *_ in found) for chapter in ITEMS} == ITEMS
