"""Figures are counted in indexes: one more column in a condition, and they are slow without anything failing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from analytics import kpi
from analytics.metrics import METRICS
from models.database import engine_for
from tests.analytics.city import at
from tests.fixtures.plans import like_a_million, planned

LOOKS_AT_ROWS = {
    "admissible_rate": "when a complaint was decided",
    "founded_rate": "what was found of the few that were investigated",
    "open_third_round": "when the few tickets that got so far were closed",
    "repeat_complaint_rate": "which complaint another repeats",
}
"""The figures for which a database looks at the rows themselves, and for what."""
LARGE = ("ticket ", "obligation ", "callback ", "callback_1 ")


@pytest.fixture(scope="module")
def large(settled_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    path = tmp_path_factory.mktemp("large") / "kefu.db"
    copyfile(settled_file, path)
    engine = engine_for(f"sqlite:///{path}")
    with engine.connect() as connection:
        like_a_million(connection)
    engine.dispose()
    yield engine
    engine.dispose()


def plan(engine: Engine, name: str) -> list[str]:
    """What is done with the tables that grow, for some months of a figure: `SEARCH ticket USING …`."""
    with planned(engine) as steps, Session(engine) as session:
        kpi.query(session, [name], as_of=at("2026-06-01"), start=at("2025-12-01"), end=at("2026-03-01"), by=["month"])
    return [step for step in steps if step.partition(" ")[2].startswith(LARGE)]


@pytest.mark.parametrize("name", METRICS)
def test_a_month_of_a_figure_is_counted_in_indexes(large: Engine, name: str) -> None:
    steps = plan(large, name)
    assert steps
    assert not [step for step in steps if step.startswith("SCAN")], "a whole table"
    # A ticket's other calls are looked up one by one, and few penalties' tickets; all else stands in an index.
    rows = [step for step in steps if "COVERING" not in step and "callback_1" not in step and "LEFT-JOIN" not in step]
    assert bool(rows) == (name in LOOKS_AT_ROWS), rows


@pytest.mark.parametrize("name", ["first_time_satisfaction", "repeat_callback_rate"])
def test_a_tickets_other_outcomes_are_looked_up_in_their_index(large: Engine, name: str) -> None:
    others = [step for step in plan(large, name) if "callback_1" in step]
    assert others
    assert all("ix_callback_outcome (ticket_id=? AND n" in step for step in others), others
