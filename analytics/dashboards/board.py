"""What the page 服务质量 shows: eight figures from one session, each with its sentence, its plot and its table.

Asks `analytics.kpi` by name; computes nothing but which rows go where.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from analytics import kpi
from analytics.dashboards import control, figures, words
from analytics.dashboards.figures import Figure
from analytics.dashboards.filters import Filters
from analytics.dashboards.funnel import around, funnel, outside
from analytics.dashboards.words import Translate
from analytics.labels import Row
from analytics.metrics import METRICS

SERIES = 4
"""Lines of one chart."""

RATES = {"rate": "complaint_rate", "on-time": "on_time_rate", "again": "repeat_callback_rate"}
"""panel → the figure it shows over time; the panel beside it shows the same by unit."""
BETTER = {metric: METRICS[metric].better or "" for metric in RATES.values()}
PANELS = {
    "rate": "万户投诉率",
    "rate-units": "各单位万户投诉率",
    "on-time": "72 小时办理及时率",
    "on-time-units": "各单位 72 小时办理及时率",
    "again": "重复回访率",
    "again-units": "各单位重复回访率",
    "categories": "投诉类别",
    "categories-time": "主要类别的投诉量",
}
"""The panels in their order, by title."""


@dataclass(frozen=True)
class Table:
    """A figure's twin: headings, and cells of which all but the first column are numbers."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Panel:
    """One figure: what it says, what it draws, what it lists, and what it rests on."""

    say: str
    figure: Figure
    table: Table
    foot: tuple[str, ...]
    badge: tuple[str, str] | None = None
    """(class of .kf-spc, word): what the latest point of a control chart says."""


@dataclass(frozen=True)
class Board:
    """The whole page. missing: unit-months whose customers nobody has entered, in words."""

    panels: dict[str, Panel]
    missing: tuple[str, ...]


def board(session: Session, chosen: Filters, as_of: datetime, _: Translate) -> Board:
    """Everything the page shows, as of one instant."""

    def ask(names: Sequence[str], by: Sequence[str], *, all_units: bool = False) -> list[Row]:
        units = (chosen.unit,) if chosen.unit and not all_units else ()
        return kpi.query(session, names, as_of=as_of, start=chosen.start, end=chosen.end, by=by, scope=chosen.scope,
                         units=units)  # fmt: skip

    rates = tuple(RATES.values())
    totals = {row.metric: row for row in ask(rates, ())}
    over_time = ask(rates, (chosen.grain,))
    by_unit = ask(rates, ("unit",), all_units=True)
    counts = ask(("complaints",), (chosen.grain, "category"))
    panels = {}
    for name, metric in RATES.items():
        panels[name] = _trend([row for row in over_time if row.metric == metric], totals[metric], chosen, as_of, _)
        units = [row for row in by_unit if row.metric == metric and row.dims["unit"] is not None]
        panels[f"{name}-units"] = _units(units, metric, chosen, _)
    panels |= _categories(counts, chosen, as_of, _)
    return Board({name: panels[name] for name in PANELS}, _missing(ask, totals["complaint_rate"], _))


def _trend(rows: list[Row], total: Row, chosen: Filters, as_of: datetime, _: Translate) -> Panel:
    still_open, better = chosen.still_open(as_of), BETTER[total.metric]
    periods = chosen.periods(as_of)
    said = words.trend(rows, total, still_open, chosen.grain, _)
    figure = control.control(rows, chosen.grain, periods, still_open, better, _)
    table = _listed(_("期间"), [(words.period(row.dims[chosen.grain] or "", _), row) for row in rows], _)
    foot = (_stands(total.metric, _), *_hollow(chosen, as_of, _))
    found = control.of_rows(rows, chosen.grain, periods, still_open)
    if found is None or found.latest is None:
        return Panel(said, figure, table, foot)
    points = dict(zip(periods, found.points, strict=True))
    limits = [points.get(row.dims[chosen.grain] or "") for row in rows]
    return Panel(
        words.joined(said, control.judged(found, better, _)),
        figure,
        Table((*table.head, _("控制限"), _("判断")), tuple(
            (*cells, control.limits(point, total.metric) if point else "—",
             control.verdict(point, _) if point and not found.trial else "—")
            for cells, point in zip(table.rows, limits, strict=True))),
        (*foot, _("虚线为控制限（±3σ）"), *([_("波动大于件数能解释的，界限已放宽（Laney）")] if found.widened else [])),
        control.badge(found, better, _),
    )  # fmt: skip


def _hollow(chosen: Filters, as_of: datetime, _: Translate) -> list[str]:
    return [_("空心点为未完的期间")] if chosen.still_open(as_of) else []


def _units(rows: list[Row], metric: str, chosen: Filters, _: Translate) -> Panel:
    limits = around(rows)
    found = outside(rows, limits) if limits else []
    beyond = {row.dims["unit"]: above for row, above in found}
    table = _listed(_("承办单位"), [(row.dims["unit"] or "", row) for row in rows], _)
    verdicts = [{None: _("界限内"), True: _("高于上界"), False: _("低于下界")}[beyond.get(row.dims["unit"])]
                for row in rows]  # fmt: skip
    over = {"complaint_rate": _("横轴为在册户月数"), "on_time_rate": _("横轴为到期件数")}.get(
        metric, _("横轴为回访件数")
    )
    return Panel(
        words.units(rows, found, chosen.unit, _),
        funnel(rows, chosen.unit, BETTER[metric], _),
        Table((*table.head, _("对照")), tuple((*cells, verdict if cells[1] != "—" else "—")
                                             for cells, verdict in zip(table.rows, verdicts, strict=True))),
        (over, _("线为平均与 95%、99.8% 界限"),
         *([_("各单位的差别大于件数能解释的，界限已放宽")] if limits and limits.scatter > 1 else []),
         _("不排名：件数少的单位波动大")),
    )  # fmt: skip


def _categories(counts: list[Row], chosen: Filters, as_of: datetime, _: Translate) -> dict[str, Panel]:
    sums: Counter[str | None] = Counter()
    for row in counts:
        sums[row.dims["category"]] += int(row.numerator)
    rows = [Row({"category": name}, "complaints", n, n, None) for name, n in sums.most_common()]
    total = sum(sums.values())
    names = [name for name, _n in sums.most_common(SERIES)]
    periods = chosen.periods(as_of)
    by_period = {(row.dims[chosen.grain], row.dims["category"]): row.numerator for row in counts}
    return {
        "categories": Panel(
            words.categories(rows, _),
            figures.bars(rows, _),
            Table(
                (_("类别"), _("件数"), _("占比")),
                tuple((words.category(row, _), f"{row.numerator:,}", f"{row.numerator / total:.1%}") for row in rows),
            ),
            (_("合计 %(total)s 件") % {"total": f"{total:,}"}, _stands("complaints", _)),
        ),
        "categories-time": Panel(
            words.most(counts, names, chosen.grain, _),
            figures.lines(counts, chosen.grain, periods, names, chosen.still_open(as_of), _),
            Table(
                (_("期间"), *(_(name or "未分类") for name in names)),
                tuple(
                    (words.period(label, _), *(f"{by_period.get((label, name), 0):,}" for name in names))
                    for label in periods
                ),
            ),
            (_("最多的 %(many)d 类；按登记时间") % {"many": len(names)}, *_hollow(chosen, as_of, _)),
        ),
    }


def _listed(heading: str, rows: Sequence[tuple[str, Row]], _: Translate) -> Table:
    """Each row's value with both its parts."""
    return Table(
        (heading, _("数值"), _("分子"), _("分母")),
        tuple(
            (told, words.short(row), f"{row.numerator:,}",
             "—" if row.denominator is None else f"{row.denominator:,.0f}")
            for told, row in rows
        ),
    )  # fmt: skip


def _stands(metric: str, _: Translate) -> str:
    """When a row counts, and what is left out."""
    told = METRICS[metric]
    if told.excluded == "无":
        return _("按%(when)s") % {"when": _(told.stands_at)}
    return _("按%(when)s；不计：%(excluded)s") % {"when": _(told.stands_at), "excluded": _(told.excluded)}


def _missing(ask: Any, total: Row, _: Translate) -> tuple[str, ...]:
    """The unit-months that lack their customers though there were complaints."""
    if not total.missing:
        return ()
    found: list[str] = []
    for row in ask(("complaint_rate",), ("unit", "month")):
        if row.missing:
            day = date.fromisoformat(f"{row.dims['month']}-01")
            told = {"unit": row.dims["unit"] or _("各单位"), "year": day.year, "month": day.month}
            found.append(_("%(unit)s %(year)d 年 %(month)d 月在册户数") % told)
    return tuple(found) or (_("部分在册户数"),)
