"""一个单位: the page that a head prints and takes to a meeting. Its figures over time, and the group's beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from analytics.dashboards import panels, words
from analytics.dashboards.page import Answers, Look, Page, Panel, Table
from analytics.labels import Row
from analytics.metrics import METRICS, PER_HOUSEHOLDS
from analytics.questions import Question

TRENDS = {
    "rate": "complaint_rate", "on-time": "on_time_rate", "satisfied": "first_time_satisfaction",
    "again": "repeat_callback_rate",
}  # fmt: skip
"""panel → the figure it shows over time."""
BESIDE = (*TRENDS.values(), "callback_on_time_rate", "repeat_complaint_rate", "handle_hours_p50", "handle_hours_p90")
"""Figures of the unit that stand beside the group's."""
CHANCE = 0.05
"""How often a figure that does not differ lies outside of a 95 % interval."""


def asks(look: Look) -> Mapping[str, Question]:
    rates = tuple(TRENDS.values())
    return {
        "unit": look.ask((*BESIDE, "complaints", "backlog")),
        "group": look.ask(tuple(metric for metric in BESIDE if metric != "complaint_rate"), all_units=True),
        "peers": look.ask(("complaint_rate",), "unit", all_units=True),
        "time": look.ask((*rates, "backlog"), look.chosen.grain),
        "categories": look.ask(("complaints",), "category"),
    }


def make(look: Look, found: Answers) -> Mapping[str, Panel]:
    mine = {row.metric: row for row in found["unit"]}
    group = {row.metric: row for row in found["group"]} | {"complaint_rate": _of_peers(found["peers"])}
    made = {"beside": beside(look, mine, group)}
    for name, metric in TRENDS.items():
        made[name] = panels.trend(look, panels.of(found["time"], metric), mine[metric])
    made["backlog"] = panels.course(look, panels.of(found["time"], "backlog"), mine["backlog"])
    made["categories"] = panels.shares(look, found["categories"], "category")
    return made


def beside(look: Look, mine: Mapping[str, Row], group: Mapping[str, Row]) -> Panel:
    """The unit's figures of the whole period with their intervals, and the group's: no chart, a table to read out."""
    _ = look.gettext
    found = {metric: _apart(mine[metric], group[metric]) for metric in BESIDE}
    apart = [metric for metric in BESIDE if found[metric]]
    compared = [metric for metric in BESIDE if found[metric] is not None]
    said = _("所选期间 %(count)s 件投诉，未结 %(open)s 件。") % {
        "count": f"{mine['complaints'].numerator:,}", "open": f"{mine['backlog'].numerator:,}"}  # fmt: skip
    if apart:
        told = {"names": _("、").join(_(METRICS[metric].zh) for metric in apart), "many": len(compared),
                "chance": f"{len(compared) * CHANCE:.1f}"}  # fmt: skip
        said = words.joined(said, _("%(names)s：集团的数字在本单位 95%% 区间之外，值得查原因（比 %(many)d 项，"
                                    "单凭偶然平均也有 %(chance)s 项如此）。") % told)  # fmt: skip
    elif compared:
        said = words.joined(
            said, _("能比的 %(many)d 项，集团的数字都在本单位 95%% 区间之内。") % {"many": len(compared)}
        )
    else:
        said = words.joined(said, _("没有可以同集团比的数字。"))
    return Panel(
        said,
        None,
        Table(
            (_("指标"), _("本单位"), _("95% 区间"), _("集团"), _("对照"), _("依据")),
            tuple(
                (_(METRICS[metric].zh), words.number(mine[metric], _), words.interval(mine[metric]),
                 words.number(group[metric], _),
                 {True: _("有差别"), False: _("差别可能只是偶然"), None: "—"}[found[metric]],
                 _(METRICS[metric].source))
                for metric in BESIDE
            ),
        ),
        (_("集团的数字落在本单位 95% 区间之外，才说有差别"), _("投诉率只比有在册户数的单位")),
    )  # fmt: skip


def _of_peers(rows: Sequence[Row]) -> Row:
    """The rate of all units that have customers: the group's own has the complaints of the others over them as well."""
    count, over = sum(row.numerator for row in rows), sum(row.denominator or 0 for row in rows)
    return Row({}, "complaint_rate", count * PER_HOUSEHOLDS / over if over else None, count, over)


def _apart(mine: Row, group: Row) -> bool | None:
    """Whether the group's value lies outside the unit's interval; None: there is nothing to compare."""
    if group.value is None or mine.low is None:
        return None
    return group.value < mine.low or (mine.high is not None and group.value > mine.high)


PAGE = Page(
    name="unit",
    title="单位",
    panels={
        "beside": "本单位与集团", "rate": "万户投诉率", "on-time": "72 小时办理及时率", "satisfied": "一次办结满意率",
        "again": "重复回访率", "backlog": "未结案", "categories": "投诉类别",
    },
    asks=asks,
    make=make,
    of_unit=True,
)  # fmt: skip
