"""下载全部: a page as one workbook, of the filters in its address, in the scope of who asks, and recorded."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import datetime

from flask import Flask, Response, abort, request
from sqlalchemy import select

from analytics import workbook
from analytics.api import MIME
from analytics.dashboards import filters
from analytics.dashboards.asking import Asking
from analytics.dashboards.board import Board, board, own_unit
from analytics.dashboards.filters import Filters
from analytics.dashboards.page import Page
from analytics.dashboards.pages import PAGES
from analytics.dashboards.words import Translate
from analytics.metrics import METRICS
from analytics.periods import TIMES
from analytics.questions import DIMENSIONS, SCOPES, Unanswerable, Withheld, allowed_scope, bound
from analytics.workbook import Sheet, Source
from models.tables import Unit
from models.types import SHANGHAI

FILE = "workbook.xlsx"


def address(prefix: str, page: Page, search: object = "") -> str:
    """Where a page's workbook is: its query string is the page's own."""
    query = search if isinstance(search, str) and len(search) <= filters.LONGEST else ""
    return f"{prefix}{page.name}/{FILE}{query}" if page.name else f"{prefix}{FILE}{query}"


def install(server: Flask, prefix: str, asking: Asking, exported: Callable[..., None]) -> None:
    """A route for each page; `guard.protect` stands before it as before the page. exported: writes the security log."""
    for page in PAGES:
        at = address(prefix, page)
        server.add_url_rule(at, at, _route(page, asking, exported))


def _route(page: Page, asking: Asking, exported: Callable[..., None]) -> Callable[[], Response]:
    def taken() -> Response:
        """The page's figures as of now. 403 for figures that are not theirs, 404 for an address without sense."""
        _, as_of, actor = asking.gettext, asking.now(), asking.actor()
        with asking.session() as session:
            units = list(session.scalars(select(Unit.name).where(Unit.kind == "unit")))
            try:
                chosen = filters.read(request.query_string.decode("ascii", "replace"), as_of, units)
                if page.of_unit and chosen.unit is None:
                    chosen = chosen.but(unit=own_unit(session, actor))
                if page.of_unit and chosen.unit is None:
                    abort(404)
                allowed_scope(actor, chosen.scope)
                made = board(page, session, actor, chosen, as_of, _)
            except Withheld:
                abort(403)
            except Unanswerable:
                abort(404)
        out = io.BytesIO()
        told = list(facts(chosen, made, as_of, _))
        workbook.write(out, _(page.title), told, list(sheets(page, made, _)), list(sources(made, _)), _)
        exported(what="page", name=page.name or "overview", format="xlsx", scope=chosen.scope,
                 period=[bound(chosen.start), bound(chosen.end)], conditions=sorted(chosen.given()))  # fmt: skip
        answer = Response(out.getvalue(), content_type=MIME["xlsx"])
        name = f"{page.name or 'overview'}-{as_of.astimezone(SHANGHAI):%Y%m%d-%H%M}.xlsx"
        answer.headers.set("Content-Disposition", "attachment", filename=name)
        return answer

    return taken


def sheets(page: Page, made: Board, _: Translate) -> Iterator[Sheet]:
    """A sheet for each panel of a page; what leads somewhere on the page is its words here."""
    for name, panel in made.panels.items():
        rows = tuple(tuple(cell if isinstance(cell, str) else cell.text for cell in row) for row in panel.table.rows)
        yield Sheet(title=_(page.panels[name]), say=panel.say, head=panel.table.head, rows=rows,
                    figure=panel.figure, notes=panel.foot)  # fmt: skip


def sources(made: Board, _: Translate) -> Iterator[Source]:
    """The clause of each figure of a page, when it counts what, and what it leaves out."""
    for name in made.metrics:
        metric = METRICS[name]
        yield Source(_(metric.zh), _(metric.source), _(metric.stands_at), _(metric.excluded))


def facts(chosen: Filters, made: Board, as_of: datetime, _: Translate) -> Iterator[tuple[str, str]]:
    """What the whole page rests on."""
    yield _("口径"), _(SCOPES[chosen.scope])
    yield _("截至"), f"{as_of.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    yield _("期间"), _("%(from)s 至 %(to)s（不含）") % {"from": bound(chosen.start), "to": bound(chosen.end)}
    yield _("按"), _(TIMES[chosen.grain])
    for name, value in chosen.given().items():
        yield _(DIMENSIONS[name]), _(value)
    if made.missing:
        yield _("缺"), _("、").join(made.missing)
