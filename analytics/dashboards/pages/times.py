"""时限: is what the 办法 demands kept in time, how long does it take, and where is it late?"""

from __future__ import annotations

from collections.abc import Mapping

from analytics.dashboards import lines, panels, words
from analytics.dashboards.page import Answers, Look, Page, Panel, Table
from analytics.labels import Row
from analytics.questions import Question

TRENDS = {
    "on-time": "on_time_rate", "dispatch": "dispatch_on_time_rate", "upstream": "upstream_on_time_rate",
    "opinion": "opinion_on_time_rate",
}  # fmt: skip
"""panel → the figure it shows over time; opinions are discipline's and stand in 全口径 alone."""
HOURS = ("handle_hours_p50", "handle_hours_p90", "close_hours_p50", "close_hours_p90")
CURVE = {"handle": 168.0, "close": 720.0}
"""How many hours of a curve are shown."""


def asks(look: Look) -> Mapping[str, Question]:
    trends = _trends(look)
    return {
        "total": look.ask((*trends, *HOURS, "overdue")),
        "time": look.ask((*trends, "handle_hours_p90", "overdue"), look.chosen.grain),
        "unit": look.ask(("on_time_rate",), "unit", all_units=True),
    }


def _trends(look: Look) -> tuple[str, ...]:
    everything = look.chosen.scope == "all"
    return tuple(metric for name, metric in TRENDS.items() if name != "opinion" or everything)


def make(look: Look, found: Answers) -> Mapping[str, Panel]:
    totals = {row.metric: row for row in found["total"]}
    time = found["time"]
    made = {
        name: panels.trend(look, panels.of(time, metric), totals[metric])
        for name, metric in TRENDS.items() if metric in totals
    }  # fmt: skip
    made["handle-curve"] = curve(look, "handle", totals)
    made["close-curve"] = curve(look, "close", totals)
    made["handle-hours"] = panels.course(look, panels.of(time, "handle_hours_p90"), totals["handle_hours_p90"])
    made["overdue"] = panels.course(look, panels.of(time, "overdue"), totals["overdue"])
    made["late-units"] = panels.intervals(look, [row for row in found["unit"] if row.dims["unit"]], "unit")
    return made


def curve(look: Look, clock: str, totals: Mapping[str, Row]) -> Panel:
    """How long it takes, by Kaplan and Meier: what is still open counts as open."""
    _ = look.gettext
    half, nine = totals[f"{clock}_hours_p50"], totals[f"{clock}_hours_p90"]
    rows = [(_("一半办完"), half), (_("九成办完"), nine)]
    if not half.denominator:
        said = words.nothing(half.metric, _)
    else:
        said = _("%(done)s / %(all)s 件已办完，其余按截至时间仍未办完计。") % {
            "done": f"{half.numerator:,}", "all": f"{half.denominator:,}"}  # fmt: skip
        said = words.joined(said, *(_hours(told, row, look) for told, row in rows))
    return Panel(
        said,
        lines.survival(half.curve, [(told, row.value) for told, row in rows], CURVE[clock], _),
        Table((_("比例"), _("小时"), _("95% 区间"), _("已办完"), _("全部")), tuple(
            (told, words.short(row, _), words.interval(row), f"{row.numerator:,}", f"{row.denominator or 0:,}")
            for told, row in rows)),
        (panels.basis(half.metric, _), _("Kaplan–Meier；虚点线为 95% 区间"),
         _("只画前 %(hours)d 小时") % {"hours": int(CURVE[clock])}),
    )  # fmt: skip


def _hours(told: str, row: Row, look: Look) -> str:
    _ = look.gettext
    if row.value is None:
        return _("%(share)s：尚未达到。") % {"share": told}
    return _("%(share)s用了 %(hours)s 小时（95%% 区间 %(interval)s）。") % {
        "share": told, "hours": f"{row.value:,.1f}", "interval": words.interval(row)}  # fmt: skip


PAGE = Page(
    name="times",
    title="时限",
    panels={
        "on-time": "72 小时办理及时率", "late-units": "谁逾期：各单位 72 小时及时率", "handle-curve": "处理时长",
        "close-curve": "办结时长", "handle-hours": "处理时长：九成在内（小时）", "overdue": "超期未办",
        "dispatch": "转办及时率", "upstream": "上级交办按期办结率", "opinion": "初步意见及时率",
    },
    asks=asks,
    make=make,
)  # fmt: skip
