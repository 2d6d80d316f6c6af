"""The tickets behind a figure: one cell of a page, as a condition of the ticket list.

The list shows what of it its reader may see. The definition is the figure's own (`analytics.metrics`): nothing is
defined twice, so that what a figure counts is what its link lists.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, not_, or_, select, true

from analytics import grains, parts
from analytics.kinds import Flow, Metric, Rate, Stock
from analytics.labels import NAMED
from analytics.metrics import METRICS
from analytics.periods import midnight
from analytics.questions import SCOPES, Question
from analytics.spells import Spell, within
from models.actor import Actor
from models.tables import Ticket

SIDES = {
    "n": ("计入分子的", "numerator"), "rest": ("计入分母、不计入分子的", "denominator without numerator"),
    "all": ("计入分母的", "denominator"),
}  # fmt: skip
"""What of a figure, in Chinese and in English."""
MARK = "~"
"""Between the parts of a cell in an address."""


@dataclass(frozen=True)
class Cell:
    """A figure of [start, end). of: (dimension, name); None: what has none."""

    metric: str
    side: str
    start: date
    end: date
    scope: str = "quality"
    of: tuple[tuple[str, str | None], ...] = ()


def written(cell: Cell) -> str | None:
    """A cell in an address; None where the list cannot say it: hours, and what is not of tickets."""
    metric = METRICS[cell.metric]
    known = isinstance(metric, Flow | Rate | Stock) and not metric.personal
    if not known or not {name for name, _value in cell.of} <= NAMED.keys():
        return None
    if any(MARK in (value or "") for _name, value in cell.of):
        return None
    of = [f"{name}:{value or ''}" for name, value in cell.of]
    return MARK.join([cell.metric, cell.side, cell.start.isoformat(), cell.end.isoformat(), cell.scope, *of])


def read(text: str) -> Cell | None:
    """The cell that an address names; None: it names none."""
    metric, *rest = text.split(MARK)
    if metric not in METRICS or len(rest) < 4 or rest[0] not in SIDES or rest[3] not in SCOPES:
        return None
    try:
        start, end = date.fromisoformat(rest[1]), date.fromisoformat(rest[2])
    except ValueError:
        return None
    of = tuple((name, value or None) for name, _, value in (one.partition(":") for one in rest[4:]))
    found = Cell(metric, rest[0], start, end, rest[3], of)
    return found if start < end and written(found) else None


def said(cell: Cell, english: bool = False) -> str:
    """办理及时率（72 小时），计入分母的：2026-03-01 – 2026-03-31，东城营业所"""
    metric, side = METRICS[cell.metric], SIDES[cell.side][english]
    often = OFTEN[english] if _often(metric) else ""
    facts = [f"{cell.start} – {cell.end - timedelta(days=1)}", *(value or "—" for _name, value in cell.of)]
    if english:
        return f"{metric.en}, {side}: {', '.join(facts)}{often}"
    return f"{metric.zh}，{side}：{'，'.join(facts)}{often}"


OFTEN = ("（一件工单可计多次，这里只列一次）", " (a ticket may count more than once, and stands here once)")


def _often(metric: Metric) -> bool:
    """Whether a figure counts what a ticket may have several of: rounds, deadlines, call-backs."""
    several = metric.grain in (grains.OWED, grains.HANDLING, grains.ROUNDS)
    outcomes = metric.grain is grains.OUTCOMES and getattr(metric, "among", None) is not grains.FIRST
    return several or outcomes or getattr(metric, "weight", None) is not None


def predicate(cell: Cell, actor: Actor, at: datetime) -> ColumnElement[bool] | None:
    """On `Ticket`: what a cell counts as of an instant; None: not for this person (POLICY §5)."""
    if cell.scope == "all" and not actor.sees_all_figures:
        return None
    metric = METRICS[cell.metric]
    until = midnight(cell.end)
    asked = Question(names=(cell.metric,), as_of=at, scope=cell.scope)
    where: list[ColumnElement[bool]] = [*parts.conditions(metric.grain, asked)]
    if isinstance(metric, Stock):
        then = min(at, until)
        where += [metric.starts < then, or_(metric.ends.is_(None), metric.ends > then), metric.known]
    else:
        where += within(metric.grain.at)
        where.append(_side(metric, cell.side))
    for name, value in cell.of:
        column = metric.grain.unit if name == "unit" else parts.COLUMNS[name]
        table = NAMED[name]
        where.append(column.is_(None) if value is None else column.in_(select(table.id).where(table.name == value)))
    found = select(Ticket.id).select_from(metric.grain.rows).where(*where).correlate(None)
    spell = metric.grain.seen(Spell(None, midnight(cell.start), until), at)
    return Ticket.id.in_(found.params(**parts.known(asked, spell)))


def _side(metric: Any, side: str) -> ColumnElement[bool]:
    if not isinstance(metric, Flow):
        return true()
    if side == "n" or metric.denominator is None:
        return and_(metric.among, metric.numerator)
    return and_(metric.among, metric.denominator, *([not_(metric.numerator)] if side == "rest" else []))
