"""The funnel of units: compared around the group's figure within limits that widen where there is little (KPI.md)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from analytics.dashboards import words
from analytics.dashboards.figures import Figure, axis, counted, empty
from analytics.dashboards.words import Translate
from analytics.labels import Row
from analytics.metrics import METRICS
from analytics.statistics.funnel import Z95, Z998, Funnel

if TYPE_CHECKING:
    from collections.abc import Iterable

STEPS = 60
"""Points of a limit's curve."""


def around(rows: Sequence[Row]) -> Funnel | None:
    """The funnel of a figure by unit; None where nothing is known."""
    known = _known(rows)
    if not known:
        return None
    metric = METRICS[known[0].metric]
    return Funnel.of([row.numerator for row in known], [row.denominator or 0 for row in known], share=metric.share,
                     per=getattr(metric, "per", 1))  # fmt: skip


def outside(rows: Sequence[Row], limits: Funnel) -> list[tuple[Row, bool]]:
    """The units beyond 99.8 %, each with whether it lies above, the farthest first."""
    found = []
    for row in _known(rows):
        lower, upper = limits.limits(row.denominator or 0, Z998)
        value = row.value or 0.0
        if value < lower or value > upper:
            found.append((abs(value - limits.middle) / ((upper - lower) or 1), row, value > upper))
    return [(row, above) for _far, row, above in sorted(found, key=lambda one: -one[0])]


def _known(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if row.value is not None and row.denominator]


def funnel(
    rows: Sequence[Row], chosen: str | None, better: str, _: Translate, href: Callable[[str | None], str] | None = None
) -> Figure:
    """Units by how much they count over; the one that was chosen is ringed. better: `high` or `low`.

    href: where a click on a unit leads.
    """
    known, limits = _known(rows), around(rows)
    if limits is None:
        return empty(_("没有数据"))
    most = max(row.denominator or 0 for row in known) * 1.08
    xs = [most * n / STEPS for n in range(1, STEPS + 1)]
    beyond = {row.dims["unit"]: above for row, above in outside(known, limits)}
    colours = [_colour(beyond.get(row.dims["unit"]), better) for row in known]
    values = [row.value or 0 for row in known]
    return {
        "data": [
            *(_curve(xs, [limits.limits(x, z)[side] for x in xs], dash)
              for z, dash in ((Z95, "dot"), (Z998, "solid")) for side in (0, 1)),
            {
                "type": "scatter",
                "mode": "markers",
                "x": [row.denominator for row in known],
                "y": values,
                "customdata": [[row.dims["unit"] or _("未转办"), words.number(row, _),
                                *([href(row.dims["unit"])] if href else [])] for row in known],
                "hovertemplate": "%{customdata[0]}<br>%{customdata[1]}<extra></extra>",
                "marker": {
                    "size": 9,
                    "color": colours,
                    "line": {"color": "var(--accent)", "width": [3 if row.dims["unit"] == chosen else 0
                                                                 for row in known]},
                },
                "cliponaxis": False,
            },
        ],
        "layout": {
            "template": None,
            "hovermode": "closest",
            "dragmode": False,
            "margin": {"l": 8, "r": 44, "t": 8, "b": 8},
            "xaxis": counted(most, lambda mark: words.large(mark, _)),
            "yaxis": axis(values, limits.share),
            "shapes": [{"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": limits.middle,
                        "y1": limits.middle, "line": {"color": "var(--limit)", "width": 1}}],
            "annotations": [
                *({"text": told, "xref": "paper", "x": 1, "xanchor": "left", "y": limits.limits(most, z)[0],
                   "showarrow": False, "font": {"color": "var(--ink-3)", "size": 11}}
                  for told, z in (("95%", Z95), ("99.8%", Z998))),
                {"text": _("平均"), "xref": "paper", "x": 1, "xanchor": "left", "y": limits.middle,
                 "showarrow": False, "font": {"color": "var(--ink-2)", "size": 12}},
                *({"text": row.dims["unit"], "x": row.denominator, "y": row.value, "xanchor": "left", "xshift": 8,
                   "showarrow": False, "font": {"color": "var(--ink-2)", "size": 12}}
                  for row in known if row.dims["unit"] in beyond and len(beyond) <= words.NAMED),
            ],
        },
    }  # fmt: skip


def _colour(above: bool | None, better: str) -> str:
    if above is None:
        return "var(--common)"
    return "var(--better)" if above == (better == "high") else "var(--worse)"


def _curve(xs: list[float], ys: list[float], dash: str) -> Figure:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": xs,
        "y": ys,
        "line": {"color": "var(--limit)", "width": 1, "dash": dash},
        "hoverinfo": "skip",
    }
