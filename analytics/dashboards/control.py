"""A figure over time on its control chart: what is signal and what is noise, drawn and said from the same points."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from analytics.charts import of_rows
from analytics.dashboards import words
from analytics.dashboards.figures import Figure, axis, empty, over_periods
from analytics.dashboards.words import Translate
from analytics.labels import Row
from analytics.metrics import METRICS
from analytics.statistics.control import FEWEST, Assurance, Chart, Point, Rule, Variation

COLOUR = {Variation.BETTER: "var(--better)", Variation.WORSE: "var(--worse)"}
BADGES = {
    Variation.BETTER: "好转", Variation.WORSE: "变差", Variation.CHANGED: "有变化", Variation.COMMON: "正常波动",
    Variation.FEW: "数据尚少",
}  # fmt: skip
RULES = {
    Rule.OUTSIDE: "超出控制限", Rule.RUN: "连续 7 期在均值一侧", Rule.TREND: "连续 7 期同向",
    Rule.OUTER_THIRD: "3 期中有 2 期接近控制限",
}  # fmt: skip
ASSURED = {
    Assurance.CAPABLE: ("better", "达得到目标"), Assurance.INCAPABLE: ("worse", "达不到目标"),
    Assurance.HIT_OR_MISS: ("neutral", "时达时不达"),
}  # fmt: skip
"""(class of .kf-spc, word)"""
SAID = {
    Variation.BETTER: "%(period)s%(why)s，确有好转。",
    Variation.WORSE: "%(period)s%(why)s，确有变差，值得查原因。", Variation.CHANGED: "%(period)s%(why)s，确有变化。",
    Variation.COMMON: "%(period)s在正常波动之内，不能说变好或变差。",
    Variation.FEW: "不足 %(many)d 期，尚不能判断好坏。",
}  # fmt: skip


def judged(found: Chart, periods: Sequence[str], better: str | None, _: Translate) -> str:
    """What the latest period that is over says, in a sentence. periods: the labels of the points."""
    variation, last = found.variation(better), found.latest
    told = words.parted(words.period(periods[found.last], _)) if found.last is not None else ""
    why = _("；").join(_(RULES[rule]) for rule in (last.reasons if last else ()))
    return _(SAID[variation]) % {"period": told, "why": why, "many": FEWEST}


def badge(found: Chart, better: str | None, _: Translate) -> tuple[str, str]:
    """(class of .kf-spc, word)."""
    variation = found.variation(better)
    return variation.value, _(BADGES[variation])


def verdict(point: Point, _: Translate) -> str:
    """A period's signals, for the table."""
    return (_("；").join(_(RULES[rule]) for rule in point.reasons) or _("正常波动")) if point.judged else "—"


def control(
    rows: Sequence[Row], grain: str, periods: Sequence[str], still_open: str | None, better: str | None,
    _: Translate, rebased: Sequence[int] = (), target: float | None = None, hrefs: Sequence[str | None] = (),
) -> Figure:  # fmt: skip
    """A point a period with centre and limits; coloured where a rule calls it, hollow where the period is not over.

    hrefs: where a click on each point leads.
    """
    found = of_rows(rows, grain, periods, still_open, rebased)
    if found is None or all(point.value is None for point in found.points):
        return empty(_("没有数据"))
    center = (found.latest or found.points[-1]).center
    by_period = {row.dims[grain]: row for row in rows}
    told = [by_period.get(label) for label in periods]
    colours = [_colour(point, better) for point in found.points]
    hollow = [label == still_open for label in periods]
    xs = list(range(len(periods)))
    known = [value for p in found.points if p.value is not None for value in (p.value, p.lower, p.upper)]
    known += [target] if target is not None else []
    leads = hrefs or [None] * len(periods)
    return {
        "data": [
            *(_limit(xs, [getattr(point, name) for point in found.points]) for name in ("lower", "upper")),
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": xs,
                "y": [point.value for point in found.points],
                "customdata": [
                    [words.period(label, _), words.number(row, _) if row else "—",
                     _("控制限 %(limits)s") % {"limits": limits(point, rows[0].metric)},
                     *([href] if href else [])]
                    for label, row, point, href in zip(periods, told, found.points, leads, strict=True)
                ],
                "hovertemplate": "%{customdata[0]}<br>%{customdata[1]}<br>%{customdata[2]}<extra></extra>",
                "line": {"color": "var(--common)", "width": 1.5},
                "marker": {
                    "size": 7,
                    "color": ["var(--surface)" if is_open else colour
                              for is_open, colour in zip(hollow, colours, strict=True)],
                    "line": {"color": colours, "width": [2 if is_open else 0 for is_open in hollow]},
                },
                "cliponaxis": False,
            },
        ],
        "layout": {
            "template": None,
            "hovermode": "closest",
            "dragmode": False,
            "margin": {"l": 8, "r": 40, "t": 8, "b": 8},
            "xaxis": over_periods(periods, _),
            "yaxis": axis([value for value in known if value is not None], METRICS[rows[0].metric].share),
            "shapes": [*_centres(found), *([_level(target, "dash")] if target is not None else [])],
            "annotations": [
                _named(_("平均"), center),
                *([{**_named(_("目标"), target), "x": 0, "yanchor": "bottom"}] if target is not None else []),
            ],
        },
    }  # fmt: skip


def _centres(found: Chart) -> list[Figure]:
    """The mean as a line; of each phase its own."""
    starts = [*found.starts, len(found.points)]
    if len(starts) == 2:
        return [_level(found.points[0].center)]
    return [
        {"type": "line", "xref": "x", "x0": first - 0.5, "x1": end - 0.5, "y0": found.points[first].center,
         "y1": found.points[first].center, "line": {"color": "var(--limit)", "width": 1}}
        for first, end in pairwise(starts)
    ]  # fmt: skip


def _level(at: float, dash: str = "solid") -> Figure:
    line = {"color": "var(--limit)" if dash == "solid" else "var(--accent)", "width": 1, "dash": dash}
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": at, "y1": at, "line": line}


def _named(told: str, at: float) -> Figure:
    return {"text": told, "xref": "paper", "x": 1, "xanchor": "left", "y": at, "showarrow": False,
            "font": {"color": "var(--ink-2)", "size": 12}}  # fmt: skip


def _colour(point: Point, better: str | None) -> str:
    if not point.signals:
        return "var(--common)"
    if better is None:
        return "var(--neutral)"
    return COLOUR[Variation.BETTER if point.up == (better == "high") else Variation.WORSE]


def limits(point: Point, metric: str) -> str:
    """The limits of a period: 85.1–97.3%, 2.10–4.65."""
    if point.lower is None or point.upper is None:
        return "—"
    if METRICS[metric].share:
        return f"{point.lower * 100:.1f}–{point.upper:.1%}"
    return f"{point.lower:.2f}–{point.upper:.2f}"


def _limit(xs: Sequence[int], ys: Sequence[float | None]) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(xs),
        "y": list(ys),
        "line": {"color": "var(--limit)", "width": 1, "dash": "dot", "shape": "hvh"},
        "hoverinfo": "skip",
        "cliponaxis": False,
    }
