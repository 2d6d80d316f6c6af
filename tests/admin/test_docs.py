"""docs/security.md is held to the tests that it names."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_test_that_the_page_on_security_names_is_there():
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    there = set(re.findall(r"def (test_\w+)\(", tests))
    named = re.findall(r"`(test_\w+|\u2026\w+|test_\w+\u2026)`", page)
    assert len(named) > 50
    for name in named:
        start, _, end = name.partition("\u2026")
        assert [one for one in there if one.startswith(start) and one.endswith(end)], name
