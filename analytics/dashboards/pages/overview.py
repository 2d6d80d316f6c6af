"""总览: is the rate of complaints rising, are the 72 hours kept, are customers satisfied, what waits?"""

from __future__ import annotations

from collections.abc import Mapping

from analytics.dashboards import panels
from analytics.dashboards.page import Answers, Look, Page, Panel
from analytics.questions import Question

TRENDS = {
    "rate": "complaint_rate", "on-time": "on_time_rate", "satisfied": "first_time_satisfaction",
    "again": "repeat_callback_rate",
}  # fmt: skip
"""panel → the figure it shows over time."""


def asks(look: Look) -> Mapping[str, Question]:
    rates = tuple(TRENDS.values())
    return {
        "total": look.ask((*rates, "backlog")),
        "time": look.ask((*rates, "backlog"), look.chosen.grain),
        "categories": look.ask(("complaints",), "category"),
    }


def make(look: Look, found: Answers) -> Mapping[str, Panel]:
    totals = {row.metric: row for row in found["total"]}
    made = {
        name: panels.trend(look, panels.of(found["time"], metric), totals[metric]) for name, metric in TRENDS.items()
    }
    made["backlog"] = panels.course(look, panels.of(found["time"], "backlog"), totals["backlog"])
    made["categories"] = panels.shares(look, found["categories"], "category")
    return made


PAGE = Page(
    name="",
    title="总览",
    panels={
        "rate": "万户投诉率", "on-time": "72 小时办理及时率", "satisfied": "一次办结满意率", "again": "重复回访率",
        "backlog": "未结案", "categories": "投诉类别",
    },
    asks=asks,
    make=make,
)  # fmt: skip
