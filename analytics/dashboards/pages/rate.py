"""投诉率与类别: how many complaints for so many customers, of what, when in the year, from where and by which way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from analytics.dashboards import lines, panels, words
from analytics.dashboards.page import Answers, Look, Page, Panel, Table
from analytics.labels import Row
from analytics.periods import label, local_date, midnight
from analytics.questions import Question


def asks(look: Look) -> Mapping[str, Question]:
    grain, trends = look.chosen.grain, tuple(_trends(look).values())
    begins = date(local_date(min(look.chosen.end, look.as_of)).year - lines.YEARS + 1, 1, 1)
    return {
        "total": look.ask(trends),
        "time": look.ask(trends, grain),
        "categories": look.ask(("complaints",), grain, "category"),
        "months": look.ask(("complaints",), "month", start=min(look.chosen.start, midnight(begins))),
        "district": look.ask(("complaints",), "district"),
        "channel": look.ask(("complaints",), "channel"),
    }


def _trends(look: Look) -> dict[str, str]:
    """Panel → the figure it shows over time; what is found true is of discipline alone, and stands in 全口径."""
    founded = {"founded": "founded_rate"} if look.chosen.scope == "all" else {}
    return {"rate": "complaint_rate", "admitted": "admissible_rate", **founded}


def make(look: Look, found: Answers) -> Mapping[str, Panel]:
    totals = {row.metric: row for row in found["total"]}
    return {
        **{
            name: panels.trend(look, panels.of(found["time"], metric), totals[metric])
            for name, metric in _trends(look).items()
        },
        "categories": panels.shares(look, found["categories"], "category"),
        "series": panels.series(look, found["categories"]),
        "seasons": seasons(look, found["months"]),
        "districts": panels.shares(look, found["district"], "district"),
        "channels": panels.shares(look, found["channel"], "channel"),
    }


def seasons(look: Look, months: Sequence[Row]) -> Panel:
    """Each month of the year over the years: what comes every year is no news."""
    _ = look.gettext
    counts = {row.dims["month"]: int(row.numerator) for row in months}
    last = label("month", local_date(min(look.as_of, look.chosen.end)))
    first = min((month for month in counts if month), default=last)
    years: dict[str, list[int | None]] = {
        str(year): [counts.get(month, 0) if first <= (month := f"{year}-{n:02d}") <= last else None
                    for n in range(1, 13)]
        for year in range(int(last[:4]) - lines.YEARS + 1, int(last[:4]) + 1)
    }  # fmt: skip
    years = {year: many for year, many in years.items() if any(one for one in many)}
    shown = [words.period(f"2000-{n:02d}", _, year=False) for n in range(1, 13)]
    running = label("month", local_date(look.as_of))
    return Panel(
        _said(years, running, look),
        lines.seasons(years, running, _),
        Table((_("月份"), *years), tuple(
            (shown[n], *("—" if many[n] is None else f"{many[n]:,}" for many in years.values())) for n in range(12))),
        (_("各年同月相比；按登记时间"), *panels.hollow(look)),
    )  # fmt: skip


def _said(years: Mapping[str, Sequence[int | None]], running: str, look: Look) -> str:
    """In which month of the year there were most, by the finished ones."""
    _ = look.gettext
    means = {}
    for n in range(12):
        known = [many[n] for year, many in years.items() if f"{year}-{n + 1:02d}" != running]
        counts = [one for one in known if one is not None]
        if counts:
            means[n] = sum(counts) / len(counts)
    if not means:
        return words.nothing("complaints", _)
    if len({*means.values()}) == 1:
        return _("%(years)d 年里各月平均都是 %(high)s 件。") % {
            "years": len(years), "high": f"{max(means.values()):,.0f}"}  # fmt: skip
    most, least = max(means, key=lambda n: means[n]), min(means, key=lambda n: means[n])
    told = {"most": most + 1, "least": least + 1, "high": f"{means[most]:,.0f}", "low": f"{means[least]:,.0f}",
            "years": len(years)}  # fmt: skip
    return _("%(years)d 年里平均 %(most)d 月最多，%(high)s 件；%(least)d 月最少，%(low)s 件。") % told


PAGE = Page(
    name="rate",
    title="投诉率与类别",
    panels={
        "rate": "万户投诉率", "categories": "投诉类别", "series": "主要类别的投诉量", "seasons": "各年同月",
        "districts": "片区", "channels": "受理渠道", "admitted": "成立率", "founded": "属实率",
    },
    asks=asks,
    make=make,
)  # fmt: skip
