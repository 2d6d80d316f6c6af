"""Panels as parts of the page: a card each, with its title, sentence, plot, table twin and foot."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from dash import dcc, html

from analytics.dashboards.page import Cell, Linked, Panel, Table
from analytics.dashboards.words import Translate

GRAPH: Any = {
    "displayModeBar": False,
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "locale": "zh-CN",
    "scrollZoom": False,
    "responsive": True,
}  # fmt: skip


DAY = re.compile(r"\d{4}(-| 年)")


def card(name: str, title: str, panel: Panel, _: Translate) -> Any:
    """The card of a panel. Without a plot its table stands open."""
    drawn = panel.figure is not None
    badges = [html.Span(told, className=f"kf-spc {kind}") for kind, told in panel.badges]
    swap = html.Button(_("表格"), id=f"{name}-swap", className="kf-quiet kf-small", type="button",
                       **wild(aria_label=_("%(title)s：看表格") % {"title": title}, aria_pressed="false",
                              data_kf_swap=name))  # fmt: skip
    save = html.Button(_("下载"), className="kf-quiet kf-small", type="button",
                       **wild(aria_label=_("%(title)s：下载") % {"title": title}, data_kf_csv=f"{name}-table",
                              data_kf_name=title))  # fmt: skip
    plot = html.Div(id=f"{name}-plot", className="kf-plot-box kf-wait-box", role="img", children=[
        dcc.Graph(id={"panel": name}, config=GRAPH, className="kf-graph", style={"height": f"{panel.height}px"},
                  figure={"data": [], "layout": {}}),
    ], **wild(aria_label=panel.say))  # fmt: skip
    wide = "" if drawn else " kf-wide"
    return html.Figure(className=f"kf-card kf-figure{wide}", id=f"{name}-card", children=[
        html.Header([html.H2(title),
                     html.Span(className="kf-do", children=[*badges, *([swap] if drawn else []), save])]),
        html.P(panel.say, id=f"{name}-say", className="kf-say"),
        *([plot] if drawn else []),
        html.Div(table(panel.table), id=f"{name}-table", className="kf-scroll kf-twin", hidden=drawn, role="region",
                 tabIndex="0", **wild(aria_label=_("%(title)s：表格") % {"title": title})),
        html.Footer([html.Span(told) for told in panel.foot], id=f"{name}-foot"),
    ])  # fmt: skip


def table(shown: Table) -> Any:
    """The figure's twin; the first column says what each row is."""
    right = [n > 0 and _of_numbers(row[n] for row in shown.rows) for n in range(len(shown.head))]
    head: list[Any] = [
        html.Th(told, scope="col", className="kf-num" if number else None)
        for told, number in zip(shown.head, right, strict=True)
    ]
    rows: list[Any] = [
        html.Tr([html.Th(_cell(cells[0]), scope="row"),
                 *(html.Td(_cell(cell), className="kf-num" if number else None)
                   for cell, number in zip(cells[1:], right[1:], strict=True))])
        for cells in shown.rows
    ]  # fmt: skip
    return html.Table(className="kf-table", children=[html.Thead(html.Tr(head)), html.Tbody(rows)])


def _of_numbers(cells: Iterable[Cell]) -> bool:
    """Whether a column stands to the right: 91.2%（432 / 484）, ≥ 3.00, — beside others; days and words do not."""
    texts = [cell.text if isinstance(cell, Linked) else cell for cell in cells]
    told = [text for text in texts if text != "—"]
    return all(text[:1] in "0123456789≥" and not DAY.match(text) for text in told) and bool(told or texts)


def _cell(cell: Cell) -> Any:
    """A text, or a link: to the page with another filter, or out of the dashboards."""
    if not isinstance(cell, Linked):
        return cell
    if cell.href.startswith("?"):
        return dcc.Link(cell.text, href=cell.href, refresh=False)
    return html.A(cell.text, href=cell.href)


def wild(**attributes: str) -> Any:
    """aria-* and data-* attributes, which no signature of Dash's names."""
    return {name.replace("_", "-"): value for name, value in attributes.items()}
