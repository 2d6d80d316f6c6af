"""Targets in force on a day, and whether a process as it is will meet one: asked by pages and alerts alike."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from analytics.metrics import METRICS
from analytics.statistics.control import Assurance, Chart
from models.tables import KpiTarget


def target_of(session: Session, metric: str, day: date) -> float | None:
    """What a figure is to come to on a day, in its own unit (a share as one of 1); None: no target is set."""
    return targets_on(session, day).get(metric)


def targets_on(session: Session, day: date) -> dict[str, float]:
    """metric → its target on a day: of each the row that began last. One query for a whole page."""
    rows = select(KpiTarget.metric, KpiTarget.target).where(KpiTarget.since <= day).order_by(KpiTarget.since)
    return {metric: float(target) for metric, target in session.execute(rows)}


def assurance(found: Chart, metric: str, target: float | None) -> Assurance | None:
    """Whether the process on a control chart will meet its target; None: nothing to meet, or too little known."""
    better = METRICS[metric].better
    return found.assurance(target, better) if target is not None and better is not None else None
