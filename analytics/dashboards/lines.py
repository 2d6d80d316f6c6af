"""Figures that are no control chart: a course with its intervals, intervals side by side, years, survival."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from analytics.dashboards import words
from analytics.dashboards.figures import Figure, axis, counted, empty, marker, over_periods
from analytics.dashboards.words import Translate
from analytics.labels import Row
from analytics.metrics import METRICS
from analytics.statistics.survival import At

YEARS = 4
"""Years beside each other."""
SHOWN = 150
"""Points of a curve."""


def course(
    rows: Sequence[Row], total: Row, grain: str, periods: Sequence[str], still_open: str | None, _: Translate
) -> Figure:
    """Values over time; a count as columns, hatched where the period is not over; else a line with whiskers.

    Of a count a period without a row has none; of all else it has no data. total: of the whole period.
    """
    count = total.denominator is None
    by_period = {row.dims[grain]: row for row in rows}
    shown = [by_period.get(label) for label in periods]
    values = [row.value if row else 0 if count else None for row in shown]
    known = [value for value in values if value is not None]
    if not known:
        return empty(_("没有数据"))
    trace: Figure = {
        "x": list(range(len(periods))),
        "y": values,
        "customdata": [[words.period(label, _), words.number(row, _) if row else "—", words.interval(row) if row
                        else "—"] for label, row in zip(periods, shown, strict=True)],
        "hovertemplate": "%{customdata[0]}<br>%{customdata[1]}<br>%{customdata[2]}<extra></extra>",
        "cliponaxis": False,
    }  # fmt: skip
    if count:
        trace |= {
            "type": "bar", "width": 0.62,
            "marker": {"color": "var(--series-2)",
                       "pattern": {"shape": ["/" if label == still_open else "" for label in periods]}},
        }  # fmt: skip
    else:
        trace |= {
            "type": "scatter", "mode": "lines+markers", "line": {"color": "var(--common)", "width": 1.5},
            "marker": marker(7, "var(--common)", periods, still_open), "error_y": _whiskers(shown),
        }  # fmt: skip
    highs = [row.high for row in shown if row and row.high is not None]
    most = max([*known, *highs])
    share = METRICS[total.metric].share
    across = axis([*known, most], share) if share else counted(most * 1.1)
    return {"data": [trace], "layout": {**_plain(), "xaxis": over_periods(periods, _), "yaxis": across}}


def _whiskers(rows: Sequence[Row | None], along: str = "y") -> dict[str, Any]:
    """The 95 % intervals; a side that has no end is left out."""
    up, down = [], []
    for row in rows:
        value = row.value if row else None
        up.append(row.high - value if row and value is not None and row.high is not None else 0)
        down.append(value - row.low if row and value is not None and row.low is not None else 0)
    return {"type": "data", "symmetric": False, "array": up, "arrayminus": down, "color": "var(--limit)",
            "thickness": 1.5, "width": 3}  # fmt: skip


def intervals(rows: Sequence[Row], by: str, _: Translate, href: Callable[[str | None], str] | None = None) -> Figure:
    """Values by name with their intervals, one beneath the other."""
    share = METRICS[rows[0].metric].share
    ends = [end for row in rows for end in (row.value, row.low, row.high) if end is not None]
    return {
        "data": [{
            "type": "scatter", "mode": "markers", "x": [row.value for row in rows], "y": list(range(len(rows))),
            "error_x": _whiskers(rows),
            "customdata": [[words.named(row, by, _), words.number(row, _), words.interval(row),
                            *([href(row.dims[by])] if href else [])] for row in rows],
            "hovertemplate": "%{customdata[0]}<br>%{customdata[1]}<br>%{customdata[2]}<extra></extra>",
            "marker": {"size": 8, "color": "var(--series-2)"}, "cliponaxis": False,
        }],
        "layout": {
            **_plain(),
            "xaxis": axis(ends, share) if share else counted(max(ends) * 1.1),
            "yaxis": {"tickmode": "array", "tickvals": list(range(len(rows))), "showgrid": False, "fixedrange": True,
                      "ticktext": [words.named(row, by, _) for row in rows], "range": [max(len(rows), 4) - 0.4, -0.6]},
        },
    }  # fmt: skip


def seasons(years: dict[str, list[int | None]], running: str | None, _: Translate) -> Figure:
    """Twelve months of each of a few years over one another, the latest strongest; the month that runs is hollow."""
    shown = dict(list(years.items())[-YEARS:])
    if not shown:
        return empty(_("没有数据"))
    months = [words.period(f"2000-{n:02d}", _, year=False) for n in range(1, 13)]
    data = []
    for n, (year, counts) in enumerate(reversed(shown.items()), 1):
        labels = [f"{year}-{month:02d}" for month in range(1, 13)]
        data.append({
            "type": "scatter", "mode": "lines+markers", "name": year, "x": list(range(12)), "y": counts,
            "customdata": [[words.period(label, _), "—" if many is None else f"{many:,}"]
                           for label, many in zip(labels, counts, strict=True)],
            "hovertemplate": "%{customdata[0]}<br>%{customdata[1]}<extra></extra>",
            "line": {"color": f"var(--series-{n})", "width": 2.5 if n == 1 else 1.2},
            "marker": marker(5, f"var(--series-{n})", labels, running), "cliponaxis": False,
        })  # fmt: skip
    most = max((many for counts in shown.values() for many in counts if many is not None), default=0)
    return {"data": list(reversed(data)), "layout": {
        **_plain(), "showlegend": True, "yaxis": counted(max(most * 1.1, 5)),
        "xaxis": {"tickmode": "array", "tickvals": list(range(12)), "ticktext": months, "range": [-0.5, 11.5],
                  "fixedrange": True},
    }}  # fmt: skip


def survival(curve: Sequence[At], marks: Sequence[tuple[str, float | None]], hours: float, _: Translate) -> Figure:
    """The share not yet done by hours since the beginning, with its interval. marks: (name, hours) on it."""
    if not curve:
        return empty(_("没有数据"))
    within = [at for at in curve if at.time <= hours] or list(curve[:1])
    step = -(-len(within) // SHOWN)
    points = within[::step]
    xs = [0.0, *(at.time for at in points)]

    shares = [1.0, *(at.share for at in points)]

    def line(ys: list[float], **more: Any) -> Figure:
        return {"type": "scatter", "mode": "lines", "x": xs, "y": ys, "hoverinfo": "skip", **more}

    limit = {"color": "var(--limit)", "width": 1, "dash": "dot", "shape": "hv"}
    return {
        "data": [
            line([1.0, *(at.low for at in points)], line=limit),
            line([1.0, *(at.high for at in points)], line=limit),
            line(shares, hoverinfo="all", line={"color": "var(--series-1)", "width": 2, "shape": "hv"},
                 customdata=[[f"{x:,.1f}", f"{y:.1%}"] for x, y in zip(xs, shares, strict=True)],
                 hovertemplate=_("%{customdata[0]} 小时后还有 %{customdata[1]}") + "<extra></extra>"),
        ],
        "layout": {
            **_plain(),
            "xaxis": {**counted(hours), "range": [0, hours]},
            "yaxis": {"range": [0, 1.02], "tickmode": "array", "tickvals": [0, 0.25, 0.5, 0.75, 1],
                      "ticktext": ["0%", "25%", "50%", "75%", "100%"], "fixedrange": True},
            "shapes": [{"type": "line", "xref": "x", "x0": at, "x1": at, "yref": "paper", "y0": 0, "y1": 1,
                        "line": {"color": "var(--ink-3)", "width": 1, "dash": "dash"}}
                       for _name, at in marks if at is not None and at <= hours],
            "annotations": [{"text": name, "x": at, "xanchor": "left", "xshift": 3, "yref": "paper",
                             "y": 1 - n * 0.12, "yanchor": "top", "showarrow": False,
                             "font": {"color": "var(--ink-2)", "size": 12}}
                            for n, (name, at) in enumerate(marks) if at is not None and at <= hours],
        },
    }  # fmt: skip


def _plain() -> Figure:
    return {"template": None, "hovermode": "closest", "dragmode": False}
