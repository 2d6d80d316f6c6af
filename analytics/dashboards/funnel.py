"""The funnel of units: compared around the group's figure within limits that widen where there is little (KPI.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from analytics.dashboards import words
from analytics.dashboards.figures import Figure, axis, counted, empty
from analytics.dashboards.words import Translate
from analytics.labels import Row
from analytics.metrics import METRICS

Z95, Z998 = 1.959964, 3.090232
"""Normal quantiles of the two-sided limits of a funnel: 95 % and 99.8 %."""
STEPS = 60
"""Points of a limit's curve."""


@dataclass(frozen=True)
class Funnel:
    """Units around the group's figure, with limits that widen where there is little to count over."""

    center: float
    share: bool
    per: int

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Funnel | None:
        """The funnel of a figure by unit; None where nothing is known."""
        metric = METRICS[rows[0].metric] if rows else None
        over = sum(row.denominator or 0 for row in rows if row.value is not None)
        if metric is None or not over:
            return None
        count = sum(row.numerator for row in rows if row.value is not None)
        return cls(count / over, metric.share, getattr(metric, "per", 1))

    def limits(self, over: float, z: float) -> tuple[float, float]:
        """Lower and upper limit of the value for a denominator: a share's binomial, a rate's Poisson, both by the
        normal approximation."""
        variance = self.center * (1 - self.center) if self.share else self.center
        gap = z * sqrt(variance / over)
        upper = self.center + gap
        return max(0.0, self.center - gap) * self.per, (min(1.0, upper) if self.share else upper) * self.per

    def outside(self, rows: Sequence[Row]) -> list[tuple[Row, bool]]:
        """The units beyond 99.8 %, each with whether it lies above, the farthest first."""
        found = []
        for row in rows:
            if row.value is not None and row.denominator:
                lower, upper = self.limits(row.denominator, Z998)
                if row.value < lower or row.value > upper:
                    middle = self.center * self.per
                    found.append((abs(row.value - middle) / (upper - lower), row, row.value > upper))
        return [(row, above) for _far, row, above in sorted(found, key=lambda one: -one[0])]


def funnel(rows: Sequence[Row], chosen: str | None, better: str, _: Translate) -> Figure:
    """Units by how much they count over; the one that was chosen is ringed. better: `high` or `low`."""
    around = Funnel.of(rows)
    known = [row for row in rows if row.value is not None and row.denominator]
    if around is None or not known:
        return empty(_("没有数据"))
    most = max(row.denominator or 0 for row in known) * 1.08
    xs = [most * n / STEPS for n in range(1, STEPS + 1)]
    beyond = {row.dims["unit"]: above for row, above in around.outside(known)}
    colours = [_colour(beyond.get(row.dims["unit"]), better) for row in known]
    values = [row.value or 0 for row in known]
    return {
        "data": [
            *(_curve(xs, [around.limits(x, z)[side] for x in xs], dash)
              for z, dash in ((Z95, "dot"), (Z998, "solid")) for side in (0, 1)),
            {
                "type": "scatter",
                "mode": "markers",
                "x": [row.denominator for row in known],
                "y": values,
                "customdata": [[row.dims["unit"] or _("未转办"), words.number(row, _)] for row in known],
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
            "yaxis": axis(values, around.share),
            "shapes": [{"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": around.center * around.per,
                        "y1": around.center * around.per, "line": {"color": "var(--limit)", "width": 1}}],
            "annotations": [
                *({"text": told, "xref": "paper", "x": 1, "xanchor": "left", "y": around.limits(most, z)[0],
                   "showarrow": False, "font": {"color": "var(--ink-3)", "size": 11}}
                  for told, z in (("95%", Z95), ("99.8%", Z998))),
                {"text": _("平均"), "xref": "paper", "x": 1, "xanchor": "left", "y": around.center * around.per,
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
