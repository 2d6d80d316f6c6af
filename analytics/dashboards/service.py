"""The page 服务质量: is the rate of complaints rising, are the 72 hours kept, how often is a customer called again?

Its filters are the query string. One callback answers for all figures; the browser draws them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import dash_mantine_components as dmc
from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html
from sqlalchemy import select

from analytics.dashboards import filters, totals
from analytics.dashboards.asking import Asking
from analytics.dashboards.board import PANELS, Board, Panel, Table, board
from analytics.dashboards.filters import Filters
from analytics.dashboards.words import Translate
from analytics.periods import TIMES
from analytics.questions import SCOPES, Unanswerable, Withheld, allowed_scope
from models.tables import Unit
from models.types import SHANGHAI

TITLE = "服务质量"
MOST_OPTIONS = 200
"""Units in the list of one select."""
NAMED_MISSING = 3
PARTS = 5
"""Outputs of a panel: sentence, its twin for screen readers, table, foot, badge."""

THEME = {
    "primaryColor": "water",
    "primaryShade": {"light": 7, "dark": 5},
    "colors": {"water": ["#eaf4f5", "#d3e8ea", "#a6d0d5", "#78b8bf", "#4ba0aa", "#1b7682", "#15707c", "#0b6470",
                         "#084e58", "#053a42"]},
    "fontFamily": "var(--font)",
    "radius": {"sm": "4px", "md": "6px", "lg": "10px"},
    "defaultRadius": "md",
    "fontSizes": {"xs": "12px", "sm": "14px", "md": "14px", "lg": "16px", "xl": "20px"},
    "spacing": {"xs": "8px", "sm": "12px", "md": "16px", "lg": "24px", "xl": "32px"},
    "headings": {"fontWeight": "600"},
    "cursorType": "pointer",
    "respectReducedMotion": True,
}  # fmt: skip
"""Mantine in the colours of tokens.css; the ten shades are what its buttons and calendars are made of."""
GRAPH: Any = {
    "displayModeBar": False,
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "locale": "zh-CN",
    "scrollZoom": False,
    "responsive": True,
}  # fmt: skip


def layout(asking: Asking) -> Any:
    """The page without its figures: they come with the first callback, for the query string it was opened with."""
    _ = asking.gettext
    return dmc.MantineProvider(
        theme=THEME,
        children=dmc.DatesProvider(
            settings={"locale": "zh-cn", "firstDayOfWeek": 1},
            children=[
                dcc.Location(id="url", refresh=False),
                *(dcc.Store(id=name) for name in ("figures", "theme", "shown", "drawn")),
                html.Div(className="kf-stack", children=[
                    html.Div(className="kf-head", children=[
                        html.Div(html.H1(_(TITLE))),
                        html.Div(className="kf-do", children=[
                            html.Button(_("打印"), className="kf-btn kf-wide-only", type="button",
                                        **_wild(data_kf_print="1")),
                        ]),
                    ]),
                    _filter_row(asking, _),
                    html.Div(id="chips", className="kf-chips"),
                    html.Div(id="problem", role="status"),
                    html.Div(id="grid", className="kf-grid", children=[_card(name, _) for name in PANELS]),
                    html.Div(id="totals"),
                ]),
            ],
        ),
    )  # fmt: skip


def _filter_row(asking: Asking, _: Translate) -> Any:
    """One row, always open. The scope is drawn only for those who have a choice."""
    choice = asking.actor().sees_all_figures
    scopes = [{"value": value, "label": _(told)} for value, told in SCOPES.items()]
    return html.Div(className="kf-filters kf-dash-filters", role="search", children=[
        dmc.MonthPickerInput(id="period", label=_("期间"), type="range", valueFormat="YYYY-MM", size="sm", w=190,
                             allowSingleDateInRange=True),
        dmc.Select(id="grain", label=_("按"), size="sm", w=84, allowDeselect=False, checkIconPosition="right",
                   data=[{"value": value, "label": _(told)} for value, told in TIMES.items()]),
        dmc.Select(id="unit", label=_("承办单位"), size="sm", w=180, clearable=True, searchable=True,
                   placeholder=_("全部单位"), nothingFoundMessage=_("没有这个单位"), data=[]),
        html.Div(dmc.Select(id="scope", label=_("口径"), size="sm", w=150, allowDeselect=False, data=scopes),
                 hidden=not choice),
    ])  # fmt: skip


def _card(name: str, _: Translate) -> Any:
    """A figure's frame: title, its two buttons, sentence, plot, table, foot."""
    title = _(PANELS[name])
    return html.Figure(className="kf-card kf-figure", id=f"{name}-card", children=[
        html.Header([
            html.H2(title),
            html.Span(className="kf-do", children=[
                html.Span(id=f"{name}-badge"),
                html.Button(_("表格"), id=f"{name}-swap", className="kf-quiet kf-small", type="button",
                            **_wild(aria_label=_("%(title)s：看表格") % {"title": title}, aria_pressed="false")),
                html.Button(_("下载"), className="kf-quiet kf-small", type="button",
                            **_wild(aria_label=_("%(title)s：下载") % {"title": title},
                                    data_kf_csv=f"{name}-table", data_kf_name=title)),
            ]),
        ]),
        html.P(id=f"{name}-say", className="kf-say"),
        html.Div(id=f"{name}-plot", className="kf-plot-box kf-wait-box", role="img", children=[
            dcc.Graph(id=f"{name}-graph", config=GRAPH, className="kf-graph", style={"height": "236px"},
                      figure={"data": [], "layout": {}}),
        ], **_wild(aria_label=title)),
        html.Div(id=f"{name}-table", className="kf-scroll kf-twin", hidden=True, role="region", tabIndex="0",
                 **_wild(aria_label=_("%(title)s：表格") % {"title": title})),
        html.Footer(id=f"{name}-foot"),
    ])  # fmt: skip


def _wild(**attributes: str) -> Any:
    """aria-* and data-* attributes, which no signature of Dash's names."""
    return {name.replace("_", "-"): value for name, value in attributes.items()}


def install(app: Dash, asking: Asking) -> None:
    """The page's layout and callbacks."""
    # Dash asks for it once before it knows who asks, with whatever request comes first.
    app.layout = lambda: layout(asking) if asking.known() else html.Div()
    outputs = [
        Output("figures", "data"), Output("shown", "data"), Output("period", "value"), Output("grain", "value"),
        Output("unit", "value"), Output("unit", "data"), Output("scope", "value"), Output("chips", "children"),
        Output("problem", "children"), Output("grid", "hidden"),
        *(Output(f"{name}-{part}", property_) for name in PANELS
          for part, property_ in (("say", "children"), ("plot", "aria-label"), ("table", "children"),
                                  ("foot", "children"), ("badge", "children"))),
    ]  # fmt: skip

    @app.callback(outputs, Input("url", "search"))
    def show(search: Any) -> list[Any]:
        return answer(asking, search)

    totals.install(app, asking)
    browser: Any = app  # its method for the browser's callbacks is untyped
    browser.clientside_callback(
        ClientsideFunction("kf", "draw"),
        [Output(f"{name}-graph", "figure") for name in PANELS],
        Input("figures", "data"),
        Input("theme", "data"),
    )
    browser.clientside_callback(
        ClientsideFunction("kf", "ask"),
        Output("drawn", "data"),
        [Input("period", "value"), Input("grain", "value"), Input("unit", "value"), Input("scope", "value")],
        State("shown", "data"),
        prevent_initial_call=True,
    )
    for name in PANELS:
        browser.clientside_callback(
            ClientsideFunction("kf", "swap"),
            [
                Output(f"{name}-plot", "hidden"),
                Output(f"{name}-table", "hidden"),
                Output(f"{name}-swap", "aria-pressed"),
            ],
            Input(f"{name}-swap", "n_clicks"),
            prevent_initial_call=True,
        )


def answer(asking: Asking, search: object) -> list[Any]:
    """Everything the callback gives back, in the order of its outputs. The scope is decided again here."""
    _, as_of = asking.gettext, asking.now()
    with asking.session() as session:
        units = list(session.scalars(select(Unit.name).where(Unit.kind == "unit").order_by(Unit.name)))
        try:
            chosen = filters.read(search, as_of, units)
            allowed_scope(asking.actor(), chosen.scope)
            made, problem = board(session, chosen, as_of, _), None
        except Unanswerable as no:
            chosen, made, problem = filters.default(as_of), None, no.told(_)
        except Withheld as no:
            chosen, made, problem = filters.default(as_of), None, _(no.sentence)
    held = {"period": list(chosen.months()), "grain": chosen.grain, "unit": chosen.unit, "scope": chosen.scope}
    options: list[Any] = [{"value": name, "label": name} for name in units[:MOST_OPTIONS]]
    shown: list[Any] = [None, held, held["period"], chosen.grain, chosen.unit, options, chosen.scope]
    if made is None:
        note = html.Div(className="kf-note late", children=html.Span(
            [problem, " ", dcc.Link(_("看最近 24 个月"), href="?", refresh=False)]))  # fmt: skip
        return [*shown, None, note, True, *([None] * (PARTS * len(PANELS)))]
    drawn = [part for name in PANELS for part in _parts(made.panels[name])]
    shown[0] = {"names": list(PANELS), "figures": [made.panels[name].figure for name in PANELS]}
    return [*shown, _chips(chosen, made, as_of, _), None, False, *drawn]


def _parts(panel: Panel) -> list[Any]:
    badge = html.Span(panel.badge[1], className=f"kf-spc {panel.badge[0]}") if panel.badge else None
    return [panel.say, panel.say, _table(panel.table), [html.Span(told) for told in panel.foot], badge]


def _table(table: Table) -> Any:
    """The figure's twin; the first column says what each row is."""
    head: list[Any] = [
        html.Th(told, scope="col", className="kf-num" if n else None) for n, told in enumerate(table.head)
    ]
    rows: list[Any] = [
        html.Tr([html.Th(cells[0], scope="row"), *(html.Td(cell, className="kf-num") for cell in cells[1:])])
        for cells in table.rows
    ]
    return html.Table(className="kf-table", children=[html.Thead(html.Tr(head)), html.Tbody(rows)])


def _chips(chosen: Filters, made: Board, as_of: datetime, _: Translate) -> list[Any]:
    """What is filtered, each with the way to take it away; and what every figure rests on."""
    chips: list[Any] = []
    if chosen.unit:
        told = _("%(label)s：%(value)s") % {"label": _("承办单位"), "value": chosen.unit}
        chips.append(html.Span(className="kf-chip", children=[
            told, " ", dcc.Link("×", href=chosen.without_unit().query(as_of) or "?", refresh=False,
                                title=_("移除条件 %(told)s") % {"told": told}),
        ]))  # fmt: skip
    facts = [(_("口径"), _(SCOPES[chosen.scope])), (_("截至"), f"{as_of.astimezone(SHANGHAI):%Y-%m-%d %H:%M}")]
    if made.missing:
        named = _("、").join(made.missing[:NAMED_MISSING])
        more = len(made.missing) - NAMED_MISSING
        facts.append((_("缺"), named + (_(" 等 %(many)d 处") % {"many": len(made.missing)} if more > 0 else "")))
    said = [html.Span([label, " ", html.B(value)]) for label, value in facts]
    return [*chips, html.Span(className="kf-asof", style={"marginLeft": "auto"}, children=said)]
