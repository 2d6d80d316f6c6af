"""Figures are counted in indexes: one more column in a condition, and they are slow without anything failing."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from analytics import kpi
from analytics.metrics import METRICS
from tests.analytics.city import at
from tests.analytics.conftest import Pair

LOOKS_AT_ROWS = {
    "admissible_rate": "when a complaint was decided",
    "founded_rate": "what was found of the few that were investigated",
    "repeat_complaint_rate": "which complaint another repeats",
}
"""The figures for which a database looks at the rows themselves, and for what."""
LARGE = ("ticket ", "obligation ", "callback ", "callback_1 ")


@pytest.mark.parametrize("name", METRICS)
def test_a_month_of_a_figure_is_counted_in_indexes(lively_city: Pair, name: str) -> None:
    steps = [step.partition(" ")[::2] for step in plan(lively_city, name)]
    large = [(how, where) for how, where in steps if where.startswith(LARGE)]
    assert large
    assert not [where for how, where in large if how == "SCAN"], "a whole table"
    # Which ticket something hangs on, and its other calls, are looked up one by one; the rest is a stretch of an index.
    rows = [where for _, where in large if "COVERING" not in where and "PRIMARY KEY" not in where
            and not where.startswith("callback_1")]  # fmt: skip
    assert bool(rows) == (name in LOOKS_AT_ROWS), rows


@pytest.mark.parametrize("name", ["first_time_satisfaction", "repeat_callback_rate"])
def test_a_tickets_other_outcomes_are_looked_up_in_their_index(lively_city: Pair, name: str) -> None:
    others = [step for step in plan(lively_city, name) if "callback_1" in step]
    assert others
    assert all("ix_callback_outcome (ticket_id=? AND n" in step for step in others), others


def plan(city: Pair, name: str) -> list[str]:
    """The steps that SQLite takes for some months of a figure: `SEARCH ticket USING COVERING INDEX …`."""
    session = city["sqlite"]
    connection = session.connection()
    told: list[tuple[str, Any]] = []

    def seen(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        told.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", seen)
    try:
        kpi.query(session, [name], as_of=at("2026-06-01"), start=at("2025-12-01"), end=at("2026-03-01"), by=["month"],
                  scope="all")  # fmt: skip
    finally:
        event.remove(connection, "before_cursor_execute", seen)
    return [row[3] for sql, given in dict(told).items()
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given)]  # fmt: skip
