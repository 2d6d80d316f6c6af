"""A figure by period as a control chart: the same for the pages that draw it and the alerts that watch it."""

from __future__ import annotations

from collections.abc import Sequence

from analytics.labels import Row
from analytics.metrics import METRICS
from analytics.statistics.control import Chart, chart


def of_rows(
    rows: Sequence[Row], grain: str, periods: Sequence[str], still_open: str | None, rebased: Sequence[int] = ()
) -> Chart | None:
    """The chart of a share or a rate by period; the period that is not over is drawn, and sets no limit.

    rebased: the places of the periods from which limits are made anew.
    """
    if not rows:
        return None
    by_period = {row.dims[grain]: row for row in rows}
    metric = METRICS[rows[0].metric]
    shown = [by_period.get(label) for label in periods]
    return chart(
        [row.numerator if row else 0 for row in shown],
        [float(row.denominator or 0) if row else 0.0 for row in shown],
        "p" if metric.share else "u",
        per=getattr(metric, "per", 1),
        rebased=rebased,
        running=bool(periods) and periods[-1] == still_open,
    )
