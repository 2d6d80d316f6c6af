"""The card 纪检监察季度合计 of the first page: drawn for leadership and who sees 全口径, for nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import Dash, Input, Output, html

from analytics import totals
from analytics.dashboards import words
from analytics.dashboards.asking import Asking
from analytics.dashboards.words import Translate
from analytics.questions import Withheld
from analytics.totals import LEAST, PARTS, Quarter


def install(app: Dash, asking: Asking, here: Callable[[Any], bool]) -> None:
    """The card's callback: it decides by who asks. here: whether a path is that of the page on which it stands."""

    @app.callback(Output("totals", "children"), Input("url", "pathname"))
    def show(pathname: Any) -> Any:
        return card(asking) if here(pathname) else None


def card(asking: Asking) -> Any:
    """The card; nothing for whom it is not."""
    try:
        totals.allow(asking.actor())
    except Withheld:
        return None
    with asking.session() as session:
        found = totals.quarters(session, asking.now())
    _ = asking.gettext
    named: Any = {"aria-label": _(totals.SCOPE_ZH)}
    return html.Figure(className="kf-card kf-figure", children=[
        html.Header(html.H2(_(totals.SCOPE_ZH))),
        html.P(_("全集团的件数，只列已结束的季度，以季末为准，以后不变。"), className="kf-say"),
        html.Div(_table(found, _), className="kf-scroll", role="region", tabIndex="0",
                 **named),
        html.Footer([html.Span(_("违规违纪和服务态度类投诉")),
                     html.Span(_("不足 %(least)d 件的不列，连同由它可以算出的各项") % {"least": LEAST})]),
    ])  # fmt: skip


def _table(found: list[Quarter], _: Translate) -> Any:
    head = [_("期间"), _("件数"), *(_(zh) for zh in PARTS.values())]
    rows = [
        html.Tr([html.Th(words.period(one.label, _), scope="row"),
                 html.Td(_told(one.total, _("不足 %(least)d 件") % {"least": LEAST}), className="kf-num"),
                 *(html.Td(_told(one.parts[name], "—"), className="kf-num") for name in PARTS)])
        for one in found
    ]  # fmt: skip
    cells = [html.Th(told, scope="col", className="kf-num" if n else None) for n, told in enumerate(head)]
    return html.Table(className="kf-table", children=[html.Thead(html.Tr(cells)), html.Tbody(rows)])


def _told(many: int | None, withheld: str) -> str:
    return withheld if many is None else f"{many:,}"
