"""单位对比: which units differ from the group by more than chance. A funnel each, never a ranking."""

from __future__ import annotations

from collections.abc import Mapping

from analytics.dashboards import panels
from analytics.dashboards.page import Answers, Look, Page, Panel
from analytics.questions import Question

FUNNELS = {
    "rate": "complaint_rate", "on-time": "on_time_rate", "called": "callback_on_time_rate",
    "satisfied": "first_time_satisfaction", "again": "repeat_callback_rate", "repeats": "repeat_complaint_rate",
}  # fmt: skip
"""panel → the figure of which it is the funnel."""


def asks(look: Look) -> Mapping[str, Question]:
    return {"unit": look.ask(tuple(FUNNELS.values()), "unit", all_units=True)}


def make(look: Look, found: Answers) -> Mapping[str, Panel]:
    return {name: panels.units(look, found["unit"], metric) for name, metric in FUNNELS.items()}


PAGE = Page(
    name="units",
    title="单位对比",
    panels={
        "rate": "各单位万户投诉率", "on-time": "各单位 72 小时办理及时率", "called": "各单位回访及时率",
        "satisfied": "各单位一次办结满意率", "again": "各单位重复回访率", "repeats": "各单位重复投诉率",
    },
    asks=asks,
    make=make,
)  # fmt: skip
