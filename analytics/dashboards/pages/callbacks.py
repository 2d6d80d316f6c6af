"""回访: are customers called back in time, reached, helped and satisfied, and why are they called again?"""

from __future__ import annotations

from collections.abc import Mapping

from analytics.dashboards import panels
from analytics.dashboards.page import Answers, Look, Page, Panel
from analytics.questions import Question

TRENDS = {
    "on-time": "callback_on_time_rate", "reached": "reach_rate", "solved": "resolution_rate",
    "satisfied": "first_time_satisfaction", "again": "repeat_callback_rate", "every": "satisfaction_rate",
}  # fmt: skip
"""panel → the figure it shows over time."""


def asks(look: Look) -> Mapping[str, Question]:
    names = (*TRENDS.values(), "rounds", "open_third_round")
    return {
        "total": look.ask(names),
        "time": look.ask(names, look.chosen.grain),
        "causes": look.ask(("repeat_callback_rate",), "cause"),
        "categories": look.ask(("repeat_callback_rate",), "category"),
    }


def make(look: Look, found: Answers) -> Mapping[str, Panel]:
    totals = {row.metric: row for row in found["total"]}
    made = {
        name: panels.trend(look, panels.of(found["time"], metric), totals[metric]) for name, metric in TRENDS.items()
    }
    made |= {name: panels.course(look, panels.of(found["time"], metric), totals[metric])
             for name, metric in (("rounds", "rounds"), ("third", "open_third_round"))}  # fmt: skip
    made["causes"] = panels.intervals(look, found["causes"], "cause")
    made["categories"] = panels.intervals(look, found["categories"], "category")
    return made


PAGE = Page(
    name="callbacks",
    title="回访",
    panels={
        "on-time": "回访及时率", "reached": "回访接通率", "solved": "解决率", "satisfied": "一次办结满意率",
        "again": "重复回访率", "causes": "为什么再回访：按原因", "categories": "再回访：按类别",
        "rounds": "平均办理轮次", "third": "第三轮以上未结", "every": "回访满意率",
    },
    asks=asks,
    make=make,
)  # fmt: skip
