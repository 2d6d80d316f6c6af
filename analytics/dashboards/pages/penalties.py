"""责任追究: how many were decided, how much, by which clause; of whom only for those who oversee them (第八条)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from analytics.dashboards import panels
from analytics.dashboards.page import Answers, Look, Page, Panel
from analytics.questions import Question

COUNTED = ("penalties", "penalty_amount")


def asks(look: Look) -> Mapping[str, Question]:
    """Narrowed to a unit for who oversees penalties only: for the others, of the whole group."""
    confined = {"only": (), **({} if look.actor.oversees_penalties else {"units": ()})}
    asked = {
        "total": look.ask(COUNTED),
        "time": look.ask(COUNTED, look.chosen.grain),
        "clause": look.ask(("penalties",), "clause"),
    }
    if look.actor.oversees_penalties:
        asked |= {"role": look.ask(("penalties",), "role"), "unit": look.ask(("penalties",), "unit", all_units=True)}
    return {name: replace(question, **confined) for name, question in asked.items()}  # type: ignore[arg-type]


def make(look: Look, found: Answers) -> Mapping[str, Panel]:
    totals = {row.metric: row for row in found["total"]}
    made = {
        "penalties": panels.course(look, panels.of(found["time"], "penalties"), totals["penalties"]),
        "amount": panels.course(look, panels.of(found["time"], "penalty_amount"), totals["penalty_amount"]),
        "clauses": panels.shares(look, found["clause"], "clause", "penalties"),
    }
    if "role" in found:
        made["roles"] = panels.shares(look, found["role"], "role", "penalties")
        made["units"] = panels.shares(look, found["unit"], "unit", "penalties")
    return made


PAGE = Page(
    name="penalties",
    title="责任追究",
    panels={
        "penalties": "责任追究件数", "amount": "责任追究金额（元）", "clauses": "按条款", "roles": "按责任",
        "units": "按单位",
    },
    asks=asks,
    make=make,
)  # fmt: skip
