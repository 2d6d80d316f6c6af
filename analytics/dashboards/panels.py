"""The panels that pages are made of: each says, draws and lists the same rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from analytics.charts import of_rows
from analytics.dashboards import control, figures, lines, words
from analytics.dashboards.funnel import around, funnel, outside
from analytics.dashboards.notes import noted
from analytics.dashboards.page import Cell, Linked, Look, Panel, Table
from analytics.dashboards.words import Translate
from analytics.labels import Row
from analytics.metrics import METRICS
from analytics.periods import TIMES
from analytics.targets import assurance

SERIES = 4
"""Lines of one chart."""
LINE = 22
"""Pixels of a name beside a plot."""


def of(rows: Sequence[Row], metric: str) -> list[Row]:
    """The rows of one metric."""
    return [row for row in rows if row.metric == metric]


def trend(look: Look, rows: Sequence[Row], total: Row) -> Panel:
    """A share or a rate over time, on its control chart."""
    _, grain, metric = look.gettext, look.chosen.grain, total.metric
    better, rebased, target = METRICS[metric].better, look.rebased(), look.targets.get(metric)
    said = words.trend(list(rows), total, look.still_open, grain, _, look.chosen.cut())
    by_period = {row.dims[grain]: row for row in rows}
    side = failing(metric)
    hrefs = [look.behind(row, side) if (row := by_period.get(label)) else None for label in look.periods]
    figure = control.control(rows, grain, look.periods, look.still_open, better, _, rebased, target, hrefs)
    notes = noted(look, figure)
    table = listed(look, _("期间"), _dated(look, rows))
    foot = (basis(metric, _), *hollow(look), *notes)
    found = of_rows(rows, grain, look.periods, look.still_open, rebased)
    if found is None or found.latest is None:
        return Panel(said, figure, table, foot)
    points = dict(zip(look.periods, found.points, strict=True))
    limits = [points.get(row.dims[grain] or "") for row in rows]
    sure = assurance(found, metric, target)
    return Panel(
        words.joined(said, control.judged(found, look.periods, better, _)),
        figure,
        Table((*table.head, _("控制限"), _("判断")), tuple(
            (*cells, control.limits(point, metric) if point else "—",
             control.verdict(point, _) if point else "—")
            for cells, point in zip(table.rows, limits, strict=True))),
        (*foot, _("虚线为控制限（±3σ）"), *([_("波动大于件数能解释的，界限已放宽（Laney）")] if found.widened else [])),
        (control.badge(found, better, _),
         *([(control.ASSURED[sure][0], _(control.ASSURED[sure][1]))] if sure is not None else [])),
    )  # fmt: skip


def _dated(look: Look, rows: Sequence[Row]) -> list[tuple[str, Row]]:
    """Rows with their periods in words; of the one that is not over it is said."""
    _, grain = look.gettext, look.chosen.grain
    told = [(row.dims[grain] or "", row) for row in rows]
    return [(words.period(label, _) + (_("（未完）") if label == look.still_open else ""), row) for label, row in told]


def failing(metric: str) -> str:
    """Which tickets somebody wants to see who points at a figure: of a share that should be high, those it lacks."""
    return "rest" if METRICS[metric].share and METRICS[metric].better == "high" else "n"


def course(look: Look, rows: Sequence[Row], total: Row) -> Panel:
    """A count, a mean or a length of time over time: no control chart, with its interval where it has one."""
    _, grain = look.gettext, look.chosen.grain
    figure = lines.course(rows, total, grain, look.periods, look.still_open, _)
    notes = noted(look, figure)
    said = words.trend(list(rows), total, look.still_open, grain, _, look.chosen.cut())
    still = [_("斜纹柱为未完的期间")] if look.still_open and total.denominator is None else hollow(look)
    return Panel(said, figure, listed(look, _("期间"), _dated(look, rows)), (basis(total.metric, _), *still, *notes))


def units(look: Look, rows: Sequence[Row], metric: str) -> Panel:
    """A figure by unit on its funnel."""
    _, better = look.gettext, METRICS[metric].better or ""
    named = [row for row in rows if row.metric == metric and row.dims["unit"] is not None]
    limits = around(named)
    found = outside(named, limits) if limits else []
    beyond = {row.dims["unit"]: above for row, above in found}
    table = listed(look, _("承办单位"), [(row.dims["unit"] or "", row) for row in named], by="unit")
    verdicts = [{None: _("界限内"), True: _("高于上界"), False: _("低于下界")}[beyond.get(row.dims["unit"])]
                for row in named]  # fmt: skip
    widened = limits is not None and limits.scatter > 1
    over = {"complaint_rate": _("横轴为在册户月数"), "on_time_rate": _("横轴为到期件数")}.get(metric, _("横轴为件数"))
    return Panel(
        words.units(named, found, look.chosen.unit, _, widened=widened),
        funnel(named, look.chosen.unit, better, _, lambda name: look.narrowed(unit=name)),
        Table((*table.head, _("对照")), tuple((*cells, verdict if cells[1] != "—" else "—")
                                             for cells, verdict in zip(table.rows, verdicts, strict=True))),
        (basis(metric, _), over, _("线为平均与 95%、99.8% 界限"),
         *([_("各单位的差别大于件数能解释的，界限已放宽")] if widened else []),
         _("不排名：件数少的单位波动大")),
    )  # fmt: skip


def intervals(look: Look, rows: Sequence[Row], by: str) -> Panel:
    """A figure by a dimension with its interval, by name: who differs, and how surely."""
    _ = look.gettext
    known = [row for row in rows if row.value is not None and row.denominator]
    if not known:
        return Panel(words.nothing(rows[0].metric, _) if rows else _("所选期间没有数据，所以没有这个数字。"),
                     figures.empty(_("没有数据")), Table((_("名称"),), ()), ())  # fmt: skip
    metric = known[0].metric
    table = listed(look, _("名称"), [(words.named(row, by, _), row) for row in known], by=by)
    return Panel(
        words.apart(known, by, _),
        lines.intervals(known, by, _, _narrowing(look, by)),
        table,
        (basis(metric, _), _("横线为 95% 区间；说“不像偶然”时已计入项数（Bonferroni）"), _("按名称排列，不排名")),
        height=max(Panel.height, LINE * len(known) + 2 * LINE),
    )


def shares(look: Look, counts: Sequence[Row], by: str, metric: str = "complaints") -> Panel:
    """Counts by a dimension, the most first, with what they come to together (Pareto)."""
    _ = look.gettext
    rows = summed(counts, by, metric)
    total = sum(row.numerator for row in rows)
    sofar, cells = 0, []
    for row in rows:
        sofar += int(row.numerator)
        name = row.dims[by]
        told = words.named(row, by, _)
        first: Cell = Linked(told, look.narrowed(**{by: name})) if name and by in TAKEN else told
        href = look.behind(row, "n")
        count = f"{row.numerator:,}"
        cells.append((first, Linked(count, href) if href else count, f"{row.numerator / total:.1%}",
                      f"{sofar / total:.1%}"))  # fmt: skip
    return Panel(
        words.categories(rows, _, by, metric),
        figures.bars(rows, _, by, _narrowing(look, by)),
        Table((_("名称"), _("件数"), _("占比"), _("累计")), tuple(cells)),
        (_("合计 %(total)s 件") % {"total": f"{total:,}"}, basis(metric, _)),
    )


def _narrowing(look: Look, by: str) -> Callable[[str | None], str] | None:
    """Where a click on a mark of a dimension leads; None: a page cannot be narrowed to it."""
    return (lambda name: look.narrowed(**{by: name}) if name else "") if by in TAKEN else None


TAKEN = ("unit", "category", "channel", "district")
"""The dimensions that a page can be narrowed to."""


def summed(counts: Sequence[Row], by: str, metric: str = "complaints") -> list[Row]:
    """Counts summed over whatever else divides them, the most first."""
    sums: Counter[str | None] = Counter()
    for row in counts:
        sums[row.dims[by]] += int(row.numerator)
    return [Row({by: name}, metric, n, n, None) for name, n in sums.most_common() if n]


def series(look: Look, counts: Sequence[Row], by: str = "category") -> Panel:
    """The few most frequent over time."""
    _, grain = look.gettext, look.chosen.grain
    names = [row.dims[by] for row in summed(counts, by)[:SERIES]]
    by_period = {(row.dims[grain], row.dims[by]): row.numerator for row in counts}
    figure = figures.lines(counts, grain, look.periods, names, look.still_open, _)
    notes = noted(look, figure)
    return Panel(
        words.most(list(counts), names, grain, _),
        figure,
        Table(
            (_("期间"), *(_(name or words.UNNAMED[by]) for name in names)),
            tuple(
                (words.period(label, _), *(f"{by_period.get((label, name), 0):,}" for name in names))
                for label in look.periods
            ),
        ),
        (basis("complaints", _), _("最多的 %(many)d 类") % {"many": len(names)}, *hollow(look), *notes),
    )


def listed(look: Look, heading: str, rows: Sequence[tuple[str, Row]], by: str | None = None) -> Table:
    """Each row's value with both its parts and its interval. by: the dimension that the first column narrows to."""
    _ = look.gettext
    cells = []
    for told, row in rows:
        name = row.dims.get(by) if by else None
        first: Cell = Linked(told, look.narrowed(**{by: name})) if by and name and by in TAKEN else told
        cells.append((first, words.short(row, _), _count(look, row, "n", row.numerator),
                      "—" if row.denominator is None else _count(look, row, "all", row.denominator),
                      words.interval(row)))  # fmt: skip
    return Table((heading, _("数值"), _("分子"), _("分母"), _("95% 区间")), tuple(cells))


def _count(look: Look, row: Row, side: str, many: float) -> Cell:
    """A part of a figure, leading to its tickets where they can be listed: customers cannot."""
    text = f"{many:,.0f}"
    if not many or (side == "all" and not METRICS[row.metric].share):
        return text
    href = look.behind(row, side)
    return Linked(text, href) if href else text


def hollow(look: Look) -> list[str]:
    return [look.gettext("空心点为未完的期间")] if look.still_open else []


def basis(metric: str, _: Translate) -> str:
    """The clause behind a figure, when a row counts, and what is left out."""
    told = METRICS[metric]
    said = [_("依据：%(source)s") % {"source": _(told.source)}, _("按%(when)s") % {"when": _(told.stands_at)}]
    if told.excluded != "无":
        said.append(_("不计：%(excluded)s") % {"excluded": _(told.excluded)})
    return _("；").join(said)


def undivided(rows: Sequence[Row], grain: str) -> list[Row]:
    """Of rows that may be divided by more, those by time alone."""
    return [row for row in rows if set(row.dims) <= {grain} & TIMES.keys()]
