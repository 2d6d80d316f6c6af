"""预警: what is above its past now, since when and by how much; one place's weeks with their limit; what there was.

Always of product quality, and always up to yesterday: the filters for period and scope change nothing here, those for
category, district and unit choose whose weeks are drawn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from analytics import alerts, behind, clusters
from analytics.clusters import FALSE_ALARMS, WEEK, Cell, History, Week
from analytics.dashboards.figures import Figure, counted, empty
from analytics.dashboards.page import Answers, Linked, Look, Page, Panel, Table
from analytics.dashboards.words import Translate
from analytics.metrics import METRICS
from analytics.periods import local_date
from analytics.questions import Question
from models.alert import KINDS, Alert

SHOWN = 8
"""Cells of the first figure, those furthest from their past."""
WEEKS = 26
PAST = 50
"""Alerts that are listed."""


def asks(look: Look) -> Mapping[str, Question]:
    """Nothing by itself: days by category and place are read as `clusters` wants them."""
    return {}


def make(look: Look, found: Answers) -> Mapping[str, Panel]:
    until = local_date(look.as_of)
    history = clusters.read(look.session, until, look.as_of)
    judged = sorted(clusters.judge(history), key=lambda week: (-week.weight, week.cell))
    told = look.session.scalars(
        select(Alert).order_by(Alert.opened_at.desc(), Alert.id.desc()).limit(PAST)
        .options(selectinload(Alert.category), selectinload(Alert.district), selectinload(Alert.unit))
    ).all()  # fmt: skip
    return {
        "now": _now(look, history, judged, told),
        "weeks": _weeks(look, history, judged),
        "alerts": _alerts(look, told),
    }


def _now(look: Look, history: History, judged: Sequence[Week], told: Sequence[Alert]) -> Panel:
    _ = look.gettext
    called = clusters.clusters(history) if judged else []
    shown = [*called, *(week for week in judged if week not in called and week.observed)][: max(SHOWN, len(called))]
    since = {_key(alert): alert.since for alert in told if alert.ended_at is None and alert.kind == "cluster"}
    rows = tuple(
        (Linked(named(week.cell, _), narrowed(look, history, week.cell)), _count(look, history, week),
         f"{week.expected:.1f}", f"{week.low}–{week.high}", str(week.limit),
         f"{since[week.cell]:%Y-%m-%d}" if week.cell in since else "—",
         _("高于以往") if week.called else _("正常波动"))
        for week in shown
    )  # fmt: skip
    head = (_("类别与地方"), _("近 7 天"), _("预期"), _("95% 范围"), _("界限"), _("自"), _("判断"))
    return Panel(
        _said(history, called, _),
        _beside(shown, [week for week in shown if week.called], _),
        Table(head, rows),
        _method(history, _),
    )


def _said(history: History, called: Sequence[Week], _: Translate) -> str:
    if not history.enough:
        return _("投诉记录还不满六个星期，看不出什么是平常，所以不判断。")
    if not called:
        return _("近 7 天没有哪类投诉在哪个地方多于以往能解释的。")
    said = "".join(
        _("%(what)s近 7 天 %(many)d 件，按以往约 %(expected)s 件，不是偶然。")
        % {"what": named(week.cell, _), "many": week.observed, "expected": f"{week.expected:.1f}"}
        for week in called[:3]
    )
    more = len(called) - 3
    return said + (_("另有 %(more)d 处，见表格。") % {"more": more} if more > 0 else "")


def _method(history: History, _: Translate) -> tuple[str, ...]:
    seasons = _("按 %(weeks)d 周历史的趋势与季节推算") if history.seasoned else _(
        "只有 %(weeks)d 周历史，看不出季节，只与最近一个季度比"
    )  # fmt: skip
    alarms = FALSE_ALARMS["seasoned" if history.seasoned else "recent"]
    return (
        seasons % {"weeks": history.weeks},
        _("方法：Farrington（Noufaily 等 2013），每天看 %(cells)d 处的近 7 天") % {"cells": len(history.cells)},
        _("模拟只有偶然的年份，误报每年约 %(alarms)s 次") % {"alarms": f"{alarms:.1f}"},
        _("产品质量口径，截至昨天，不随上面的期间改变"),
    )


def _weeks(look: Look, history: History, judged: Sequence[Week]) -> Panel:
    _ = look.gettext
    cell = _chosen(look, history, judged)
    series = clusters.series(history, cell, WEEKS) if cell is not None else []
    head = (_("7 天至"), _("件数"), _("预期"), _("95% 范围"), _("界限"), _("判断"))
    if cell is None or not series:
        return Panel(_("还没有可以画的。"), empty(_("没有数据")), Table(head, ()), ())
    above = [(day, week) for day, week in series if week.called]
    if above:
        said = _("%(what)s近 %(weeks)d 周里有 %(many)d 周超过界限，最近一次 7 天至 %(day)s。") % {
            "what": named(cell, _),
            "weeks": len(series),
            "many": len(above),
            "day": f"{above[-1][0]:%Y-%m-%d}",
        }
    else:
        said = _("%(what)s近 %(weeks)d 周都在界限之内。") % {"what": named(cell, _), "weeks": len(series)}
    rows = tuple(
        (f"{day:%Y-%m-%d}", str(week.observed), f"{week.expected:.1f}", f"{week.low}–{week.high}", str(week.limit),
         _("高于以往") if week.called else _("正常波动"))
        for day, week in series
    )  # fmt: skip
    foot = (_("每点为 7 天；虚线为界限，细线为预期"), _("界限按当时已知的历史推算"), _("点表格里的类别与地方可换"))
    return Panel(said, _course(series, _), Table(head, rows), foot)


def _chosen(look: Look, history: History, judged: Sequence[Week]) -> Cell | None:
    """The cell that the filters name; else what is furthest from its past."""
    chosen = look.chosen
    place = chosen.district if history.by == "district" else chosen.unit
    fits = [week.cell for week in judged
            if chosen.category in (None, week.cell.category) and place in (None, week.cell.place)]  # fmt: skip
    if chosen.category is not None and place is None:
        fits.sort(key=lambda cell: bool(cell.place))
    return fits[0] if fits else None


def _alerts(look: Look, told: Sequence[Alert]) -> Panel:
    _ = look.gettext
    open_ = sum(alert.ended_at is None for alert in told)
    counts = {"now": open_, "over": len(told) - open_}
    said = _("现有 %(now)d 条预警，已结束 %(over)d 条。") % counts if told else _("还没有出现过预警。")
    closed = {key: f"{done} / {many}" for key, (done, many) in alerts.closed(look.session, told).items()}
    rows = tuple(
        (_about(alert, _), _(KINDS[alert.kind]), f"{alert.since:%Y-%m-%d}", _figures(alert, _),
         closed.get(alert.id, "—"), _("仍在") if alert.ended_at is None else f"{local_date(alert.ended_at):%Y-%m-%d}")
        for alert in told
    )  # fmt: skip
    head = (_("什么"), _("预警"), _("自"), _("最多时"), _("其中已结案"), _("结束"))
    return Panel(said, None, Table(head, rows), (_("同一件事只提醒一次，结束后自动收起"),))


def _figures(alert: Alert, _: Translate) -> str:
    told = alert.told
    if alert.kind == "cluster":
        return _("%(many)d 件，预期 %(expected)s") % {
            "many": told["observed"], "expected": f"{told['expected']:.1f}",
        }  # fmt: skip
    share = METRICS[alert.metric or ""].share
    return f"{told['value']:.1%}" if share else f"{told['value']:.2f}"


def _about(alert: Alert, _: Translate) -> str:
    if alert.category is not None:
        return named(_key(alert), _)
    where = _(alert.unit.name) if alert.unit else _("全集团")
    return _("%(what)s（%(where)s）") % {"what": _(METRICS[alert.metric or ""].zh), "where": where}


def _key(alert: Alert) -> Cell:
    return Cell(alert.category.name if alert.category else "", alert.place.name if alert.place else "")


def named(cell: Cell, _: Translate) -> str:
    """水质（东昌府）"""
    return _("%(what)s（%(where)s）") % {"what": _(cell.category), "where": _(cell.place) if cell.place else _("全市")}


def narrowed(look: Look, history: History, cell: Cell) -> str:
    """The page with this cell's weeks."""
    other = {"district": None, "unit": None, history.by: cell.place or None}
    return look.narrowed(category=cell.category, **other)


def _count(look: Look, history: History, week: Week) -> str | Linked:
    """How many, leading to those tickets that the reader sees."""
    many = f"{week.observed:,}"
    if look.tickets is None or not week.observed:
        return many
    start = history.until - timedelta(days=WEEK)
    of = {"category": week.cell.category, **({history.by: week.cell.place} if week.cell.place else {})}
    figure = behind.written(behind.Cell("complaints", "n", start, history.until, "quality", tuple(of.items())))
    return Linked(many, f"{look.tickets}?{urlencode({'figure': figure})}") if figure else many


def _beside(shown: Sequence[Week], called: Sequence[Week], _: Translate) -> Figure:
    """What was seen beside what was expected, one cell beneath the other."""
    if not shown:
        return empty(_("没有数据"))
    places = list(range(len(shown)))
    most = max(max(week.observed, week.high) for week in shown)
    return {
        "data": [
            {
                "type": "scatter", "mode": "markers", "x": [week.expected for week in shown], "y": places,
                "error_x": {"type": "data", "symmetric": False, "color": "var(--limit)", "thickness": 1.5, "width": 3,
                            "array": [max(0, week.high - week.expected) for week in shown],
                            "arrayminus": [max(0, week.expected - week.low) for week in shown]},
                "marker": {"size": 6, "symbol": "line-ns-open", "color": "var(--limit)"},
                "hoverinfo": "skip", "cliponaxis": False,
            },
            {
                "type": "scatter", "mode": "markers", "x": [week.observed for week in shown], "y": places,
                "customdata": [[named(week.cell, _), _("%(many)d 件") % {"many": week.observed},
                                _("预期 %(expected)s，界限 %(limit)d") % {"expected": f"{week.expected:.1f}",
                                                                         "limit": week.limit}] for week in shown],
                "hovertemplate": "%{customdata[0]}<br>%{customdata[1]}<br>%{customdata[2]}<extra></extra>",
                "marker": {"size": 9, "color": ["var(--worse)" if week in called else "var(--common)"
                                                for week in shown]},
                "cliponaxis": False,
            },
        ],
        "layout": {
            **PLAIN, "xaxis": counted(most * 1.1),
            "yaxis": {"tickmode": "array", "tickvals": places, "ticktext": [named(week.cell, _) for week in shown],
                      "range": [max(len(shown), 4) - 0.4, -0.6], "showgrid": False, "fixedrange": True},
        },
    }  # fmt: skip


PLAIN: dict[str, Any] = {"template": None, "hovermode": "closest", "dragmode": False}


def _course(series: Sequence[tuple[date, Week]], _: Translate) -> Figure:
    """A cell's weeks with what was expected and the limit."""
    xs = list(range(len(series)))
    most = max(max(week.observed, week.limit) for _day, week in series)
    step = max(1, len(series) // 6)
    marks = xs[::step]

    def line(ys: list[float], dash: str) -> Figure:
        return {"type": "scatter", "mode": "lines", "x": xs, "y": ys, "hoverinfo": "skip", "cliponaxis": False,
                "line": {"color": "var(--limit)", "width": 1, "dash": dash, "shape": "hvh"}}  # fmt: skip

    return {
        "data": [
            line([week.limit for _day, week in series], "dot"),
            line([round(week.expected, 2) for _day, week in series], "solid"),
            {
                "type": "scatter", "mode": "lines+markers", "x": xs, "y": [week.observed for _day, week in series],
                "customdata": [[_("7 天至 %(day)s") % {"day": f"{day:%Y-%m-%d}"},
                                _("%(many)d 件") % {"many": week.observed},
                                _("预期 %(expected)s，界限 %(limit)d") % {"expected": f"{week.expected:.1f}",
                                                                         "limit": week.limit}] for day, week in series],
                "hovertemplate": "%{customdata[0]}<br>%{customdata[1]}<br>%{customdata[2]}<extra></extra>",
                "line": {"color": "var(--common)", "width": 1.5},
                "marker": {"size": 7, "color": ["var(--worse)" if week.called else "var(--common)"
                                                for _day, week in series]},
                "cliponaxis": False,
            },
        ],
        "layout": {
            **PLAIN, "yaxis": counted(max(most * 1.1, 5)),
            "xaxis": {"tickmode": "array", "tickvals": marks, "range": [-0.5, len(series) - 0.5], "fixedrange": True,
                      "ticktext": [f"{series[n][0]:%m-%d}<br>{series[n][0]:%Y}" for n in marks]},
        },
    }  # fmt: skip


PAGE = Page(
    name="alerts",
    title="预警",
    panels={"now": "现在高于以往的", "weeks": "逐周与界限", "alerts": "预警记录"},
    asks=asks,
    make=make,
)
