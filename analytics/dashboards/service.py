"""The pages in the browser: one skeleton with the filters, and one callback that answers for all of a page's figures.

The filters are the query string; which page it is, the path says. The browser draws the figures.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update
from sqlalchemy import select

from analytics.dashboards import filters, taking, totals
from analytics.dashboards.asking import Asking
from analytics.dashboards.board import Board, board, own_unit
from analytics.dashboards.cards import card, wild
from analytics.dashboards.filters import Filters, TooFine
from analytics.dashboards.page import Page
from analytics.dashboards.pages import PAGES, page_at
from analytics.dashboards.words import Translate
from analytics.periods import TIMES, last_day_before, local_date
from analytics.questions import DIMENSIONS, SCOPES, Unanswerable, Withheld, allowed_scope
from models.tables import Unit
from models.types import SHANGHAI

MOST_OPTIONS = 200
"""Units in the list of one select."""
NAMED_MISSING = 3

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
OUTPUTS = (
    ("figures", "data"), ("shown", "data"), ("title", "children"), ("period", "value"), ("grain", "value"),
    ("unit", "value"), ("unit", "data"), ("scope", "value"), ("chips", "children"), ("problem", "children"),
    ("grid", "children"),
)  # fmt: skip
"""What the one callback answers with, in this order."""


def layout(asking: Asking) -> Any:
    """The page without its figures: they come with the first callback, for the address it was opened with."""
    _ = asking.gettext
    return dmc.MantineProvider(
        theme=THEME,
        children=dmc.DatesProvider(
            settings={"locale": "zh-cn", "firstDayOfWeek": 1},
            children=[
                dcc.Location(id="url", refresh=False),
                *(dcc.Store(id=name) for name in ("figures", "theme", "shown", "drawn", "followed")),
                html.Div(className="kf-stack", children=[
                    html.Div(className="kf-head", children=[
                        html.Div(html.H1(id="title")),
                        html.Div(className="kf-do", children=[
                            html.A(_("下载全部"), id="whole", className="kf-btn", download=""),
                            html.Button(_("打印"), className="kf-btn kf-wide-only", type="button",
                                        **wild(data_kf_print="1")),
                        ]),
                    ]),
                    _filter_row(asking, _),
                    html.Div(id="chips", className="kf-chips"),
                    html.Div(id="problem", role="status"),
                    html.Div(id="grid", className="kf-grid"),
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


def install(app: Dash, asking: Asking) -> None:
    """The pages' layout and callbacks."""
    # Dash asks for it once before it knows who asks, with whatever request comes first.
    app.layout = lambda: layout(asking) if asking.known() else html.Div()
    base: str = app.config.requests_pathname_prefix

    outputs = [Output(*one) for one in (*OUTPUTS, ("whole", "href"))]

    @app.callback(outputs, Input("url", "pathname"), Input("url", "search"))
    def show(pathname: Any, search: Any) -> list[Any]:
        page = page_at(pathname, base) or PAGES[0]
        return [*answer(asking, page, search), taking.address(base, page, search)]

    totals.install(app, asking, lambda pathname: page_at(pathname, base) is PAGES[0])
    browser: Any = app  # its method for the browser's callbacks is untyped
    browser.clientside_callback(
        ClientsideFunction("kf", "draw"),
        Output({"panel": ALL}, "figure"),
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
    browser.clientside_callback(
        ClientsideFunction("kf", "follow"),
        Output("followed", "data"),
        Input({"panel": ALL}, "clickData"),
        prevent_initial_call=True,
    )


def answer(asking: Asking, page: Page, search: object) -> list[Any]:
    """Everything the callback gives back, in the order of its outputs. The scope is decided again here."""
    _, as_of = asking.gettext, asking.now()
    made, problem, chosen = None, None, filters.default(as_of)
    with asking.session() as session:
        units = list(session.scalars(select(Unit.name).where(Unit.kind == "unit").order_by(Unit.name)))
        try:
            read = filters.read(search, as_of, units)
            if page.of_unit and read.unit is None:
                read = read.but(unit=own_unit(session, asking.actor()))
            allowed_scope(asking.actor(), read.scope)
            if not page.of_unit or read.unit:
                made = board(page, session, asking.actor(), read, as_of, _, asking.tickets)
            chosen = read
        except TooFine as no:
            problem, chosen = no.told(_), no.chosen
        except Unanswerable as no:
            problem = no.told(_)
        except Withheld as no:
            problem = _(no.sentence)
    held = {"period": list(chosen.months()), "grain": chosen.grain, "unit": chosen.unit, "scope": chosen.scope}
    options: list[Any] = [{"value": name, "label": name} for name in units[:MOST_OPTIONS]]
    title = (
        _("%(title)s：%(unit)s") % {"title": _(page.title), "unit": chosen.unit}
        if page.of_unit and chosen.unit
        else _(page.title)
    )
    # Without charts nothing is drawn: to draw for what is being taken away leaves Dash without the page's callbacks.
    shown: list[Any] = [no_update, held, title, held["period"], chosen.grain, chosen.unit, options, chosen.scope]
    if made is None:
        return [*shown, None, _instead(problem, units, chosen, as_of, _), None]
    shown[0] = {name: panel.figure for name, panel in made.panels.items() if panel.figure is not None}
    cards = [card(name, _(page.panels[name]), panel, _) for name, panel in made.panels.items()]
    return [*shown, _chips(page, chosen, made, as_of, _), None, cards]


def _instead(problem: str | None, units: list[str], chosen: Filters, as_of: datetime, _: Translate) -> Any:
    """What stands in the place of the figures: what was wrong and the way on, or the units to choose from."""
    if problem is not None:
        return html.Div(className="kf-note late", children=html.Span(
            [problem, " ", dcc.Link(_("看最近 24 个月"), href="?", refresh=False)]))  # fmt: skip
    links = [dcc.Link(name, href=chosen.but(unit=name).query(as_of), refresh=False) for name in units[:MOST_OPTIONS]]
    return html.Div(className="kf-card", children=[
        html.P(_("选一个单位："), className="kf-say"),
        html.Ul([html.Li(link) for link in links], className="kf-choices"),
    ])  # fmt: skip


def _chips(page: Page, chosen: Filters, made: Board, as_of: datetime, _: Translate) -> list[Any]:
    """What is filtered, each with the way to take it away; and what every figure rests on."""
    chips: list[Any] = []
    for name, value in chosen.given().items():
        if page.of_unit and name == "unit":
            continue
        told = _("%(label)s：%(value)s") % {"label": _(DIMENSIONS[name]), "value": _(value)}
        chips.append(html.Span(className="kf-chip", children=[
            told, " ", dcc.Link("×", href=chosen.but(**{name: None}).query(as_of) or "?", refresh=False,
                                title=_("移除条件 %(told)s") % {"told": told}),
        ]))  # fmt: skip
    span = f"{local_date(chosen.start)} – {last_day_before(chosen.end)}"
    asked = [(_("期间"), span), (_("按"), _(TIMES[chosen.grain]))]
    facts = [(_("口径"), _(SCOPES[chosen.scope])), (_("截至"), f"{as_of.astimezone(SHANGHAI):%Y-%m-%d %H:%M}")]
    if made.missing:
        named = _("、").join(made.missing[:NAMED_MISSING])
        more = len(made.missing) - NAMED_MISSING
        facts.append((_("缺"), named + (_(" 等 %(many)d 处") % {"many": len(made.missing)} if more > 0 else "")))
    said = [html.Span([label, " ", html.B(value)], className="kf-onpaper") for label, value in asked]
    said += [html.Span([label, " ", html.B(value)]) for label, value in facts]
    return [*chips, html.Span(className="kf-asof", style={"marginLeft": "auto"}, children=said)]
