"""What every test may ask for; each fixture lives with its idea, under fixtures/."""

import pytest

pytest_plugins = [
    "tests.fixtures.postgres",
    "tests.fixtures.database",
    "tests.fixtures.city",
    "tests.fixtures.browser",
]

# Who asks for the fixture gets the marker, so that `-m "not browser"` misses none.
MARKED_BY = {"postgres_server": pytest.mark.postgres, "browser_type_launch_args": pytest.mark.browser}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for fixture, mark in MARKED_BY.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(mark)
