"""Figures as plain data: rows in, a plotly figure out, colours as tokens of the style sheet (UI.md §8).

Nothing here knows a session or a server, and nothing is drawn: the browser adds the one template and resolves the
tokens, so that light, dark and paper are one figure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate
from math import ceil, floor, log10
from typing import Any

from analytics.dashboards import words
from analytics.dashboards.words import Translate
from analytics.labels import Row

Figure = dict[str, Any]

BARS = 12
"""Bars of one chart; what is rarer is summed."""
LEAST_BARS = 6
"""Room for so many, that two bars are not two walls."""


def empty(why: str) -> Figure:
    """No data: the reason stands where the plot would be."""
    return {
        "data": [],
        "layout": {
            "template": None,
            "xaxis": {"visible": False},
            "yaxis": {"visible": False},
            "annotations": [{"text": why, "showarrow": False, "font": {"color": "var(--ink-3)", "size": 13}}],
        },
    }


def marker(size: int, colour: str, periods: Sequence[str], still_open: str | None) -> dict[str, Any]:
    """Full points, and a hollow one for the period that is not over."""
    hollow = [label == still_open for label in periods]
    return {
        "size": size,
        "color": ["var(--surface)" if is_open else colour for is_open in hollow],
        "line": {"color": colour, "width": [2 if is_open else 0 for is_open in hollow]},
    }


def over_periods(periods: Sequence[str], _: Translate) -> dict[str, Any]:
    """An axis of periods: a mark for a few of them, the year where it begins."""
    marks = words.ticks(list(periods), _)
    return {
        "tickmode": "array",
        "tickvals": [n for n, _told in marks],
        "ticktext": [told for _n, told in marks],
        "range": [-0.5, len(periods) - 0.5],
        "fixedrange": True,
    }


def axis(values: Sequence[float], share: bool) -> dict[str, Any]:
    """An axis with few round marks and room at both ends; no mark passes 100 %, and a rate starts at 0."""
    if not share:
        return counted(max(values) * 1.1)
    least, most = max(0.0, min(values) - 0.01), min(1.0, max(values) + 0.01)
    least = max(0.0, min(least, most - 0.05))
    most = max(most, least + 0.05)  # or marks of a whole per cent would say the same twice
    step = _step(most - least)
    marks = [n * step for n in range(floor(least / step), ceil(most / step) + 1)]
    marks = [mark for mark in marks if mark < 1 + step / 2]
    room = (marks[-1] - marks[0]) * 0.04
    return {"range": [marks[0] - room, marks[-1] + room], "tickmode": "array",
            "tickvals": marks, "ticktext": [f"{mark:.0%}" for mark in marks], "fixedrange": True}  # fmt: skip


def counted(most: float, told: Callable[[float], str] = lambda mark: f"{mark:,g}") -> dict[str, Any]:
    """An axis of counts or rates from 0 to `most`."""
    step = _step(most)
    marks = [round(n * step, 6) for n in range(int(most / step) + 1)]
    return {"range": [-0.04 * (most or 1), most or 1], "tickmode": "array", "tickvals": marks,
            "ticktext": [told(mark) for mark in marks], "fixedrange": True}  # fmt: skip


def _step(span: float, most: int = 5) -> float:
    """The round step of which at most so many fit into a span."""
    if span <= 0:
        return 1.0
    power = 10.0 ** floor(log10(span / most))
    return next(power * times for times in (1, 2, 5, 10) if span / (power * times) <= most)


def bars(
    rows: Sequence[Row], _: Translate, by: str = "category", href: Callable[[str | None], str] | None = None
) -> Figure:
    """Counts by a dimension, the most first, as bars that lie, each with the share of it and all above it (Pareto).

    href: where a click on a bar leads.
    """
    total = sum(row.numerator for row in rows)
    if not total:
        return empty(_("没有数据"))
    shown = [(words.named(row, by, _), row.numerator, [href(row.dims[by])] if href else []) for row in rows[:BARS]]
    if len(rows) > BARS:
        shown[-1:] = [(_("其余 %(many)d 项") % {"many": len(rows) - BARS + 1},
                       sum(row.numerator for row in rows[BARS - 1 :]), [])]  # fmt: skip
    names, counts, leads = zip(*shown, strict=True)
    reached = [f"{so_far / total:.0%}" for so_far in accumulate(counts)]
    return {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "x": list(counts),
                "y": list(range(len(names))),
                "text": [f"{count:,} · {told}" for count, told in zip(counts, reached, strict=True)],
                "textposition": "outside",
                "textfont": {"color": "var(--ink-2)", "size": 12},
                "customdata": [
                    [name, f"{count:,} / {total:,}", f"{count / total:.1%}", *lead]
                    for name, count, lead in zip(names, counts, leads, strict=True)
                ],
                "hovertemplate": "%{customdata[0]}<br>%{customdata[1]}（%{customdata[2]}）<extra></extra>",
                "marker": {"color": "var(--series-2)"},
                "width": 0.62,
                "cliponaxis": False,
            }
        ],
        "layout": {
            "template": None,
            "hovermode": "closest",
            "dragmode": False,
            "margin": {"l": 8, "r": 88, "t": 4, "b": 4},
            "xaxis": {"visible": False, "range": [0, max(counts) * 1.05], "fixedrange": True},
            "yaxis": {
                "tickmode": "array",
                "tickvals": list(range(len(names))),
                "ticktext": list(names),
                "range": [max(len(names), LEAST_BARS) - 0.4, -0.6],
                "showgrid": False,
                "fixedrange": True,
            },
        },
    }


def lines(
    rows: Sequence[Row],
    grain: str,
    periods: Sequence[str],
    names: Sequence[str | None],
    still_open: str | None,
    _: Translate,
) -> Figure:
    """Counts over time for the few categories that are named; the points of a period that is not over are hollow."""
    if not names:
        return empty(_("没有数据"))
    counts = {(row.dims[grain], row.dims["category"]): row.numerator for row in rows}
    most = max((counts.get((label, name), 0) for name in names for label in periods), default=0)
    data = []
    for n, name in enumerate(names, 1):
        told = _(name or "未分类")
        values = [counts.get((label, name), 0) for label in periods]
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": told,
                "x": list(range(len(periods))),
                "y": values,
                "customdata": [
                    [words.period(label, _), told, f"{value:,}"] for label, value in zip(periods, values, strict=True)
                ],
                "hovertemplate": "%{customdata[0]}<br>%{customdata[1]} %{customdata[2]}<extra></extra>",
                "line": {"color": f"var(--series-{n})", "width": 1.5},
                "marker": marker(5, f"var(--series-{n})", periods, still_open),
                "cliponaxis": False,
            }
        )
    return {
        "data": data,
        "layout": {
            "template": None,
            "hovermode": "closest",
            "dragmode": False,
            "showlegend": True,
            "xaxis": over_periods(periods, _),
            "yaxis": counted(max(most * 1.1, 5)),
        },
    }  # fmt: skip
