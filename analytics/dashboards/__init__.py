"""The dashboards: a Dash app inside the program's one server, behind its login and in its frame."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any

from dash import Dash
from flask import Flask, request
from flask import Response as FlaskResponse
from sqlalchemy.orm import Session

from analytics import questions
from analytics.dashboards import service, taking
from analytics.dashboards.asking import Asking
from analytics.dashboards.english import ENGLISH, asked_for
from analytics.dashboards.guard import protect
from analytics.dashboards.pages import PAGES, page_at
from models.actor import Actor
from models.types import now as present

HERE = Path(__file__).parent
Shell = Callable[[dict[str, str]], str]
"""From Dash's parts (metas, title, css, config, scripts, app_entry, favicon, renderer) to a whole HTML page."""


class _Framed(Dash):
    """Dash inside the program's own page: the same side, top and language as the forms."""

    def __init__(self, shell: Shell, translate: Callable[[str], str], **options: Any) -> None:
        self._shell, self._translate = shell, translate
        super().__init__(__name__, **options)

    def interpolate_index(self, *_: Any, **parts: Any) -> str:
        page = page_at(request.path, self.config.requests_pathname_prefix) or PAGES[0]
        return self._shell({**parts, "title": self._translate(page.title)})


def create(
    server: Flask,
    *,
    session: Callable[[], AbstractContextManager[Session]],
    actor_of: Callable[[], Actor | None],
    render_shell: Shell,
    login_url: Callable[[str], str],
    exported: Callable[..., None],
    may_read: Callable[[], bool] | None = None,
    csrf_token: Callable[[], str] | None = None,
    gettext: Callable[[str], str] = str,
    in_english: Callable[[], bool] = asked_for,
    now: Callable[[], datetime] = present,
    tickets: Callable[[], str | None] = lambda: None,
    url_base: str = "/analytics/",
) -> Dash:
    """Mount the dashboards into `server`, guarded.

    session: a session on the database that figures are read from. actor_of: who asks, None for a stranger.
    render_shell: the page around the app. login_url: where a stranger goes, given where to come back to.
    exported: records in the security log that a page was taken away.
    may_read: a further condition beside the roles that read figures. csrf_token: written into the cookie that Dash
    sends back as X-CSRFToken. gettext: for words that are not the page's own. in_english: for the request that runs.
    tickets: where the list of tickets is, for who has any in sight.
    The scripts that a Content-Security-Policy must allow beside 'self' are the app's `csp_hashes()`.
    """

    def translate(text: str) -> str:
        return ENGLISH.get(text) or gettext(text) if in_english() else text

    def actor() -> Actor:
        found = actor_of()
        if found is None:  # the guard has asked already; who logs out between the two gets nothing
            raise PermissionError
        return found

    def known() -> bool:
        return actor_of() is not None

    def allowed() -> bool:
        return questions.may_read(actor()) and (may_read is None or may_read())

    dash = _Framed(
        render_shell,
        translate,
        server=server,
        url_base_pathname=url_base,
        assets_folder=str(HERE / "assets"),
        update_title=None,
        serve_locally=True,
        suppress_callback_exceptions=True,  # no layout outside a request, and no graphs in it
        enable_mcp=False,
        csrf_token_name=_csrf_cookie(server),
        add_log_handler=False,
    )
    asking = Asking(session, known, actor, now, translate, tickets)
    service.install(dash, asking)
    taking.install(server, url_base, asking, exported)
    protect(
        server, dash, is_page=lambda path: page_at(path, url_base) is not None, is_logged_in=known, may_read=allowed,
        login_url=login_url,
    )  # fmt: skip
    if csrf_token is not None:
        _send_token(server, url_base, csrf_token)
    return dash


def _csrf_cookie(server: Flask) -> str:
    """The prefix keeps other hosts of the domain from setting it; browsers honour it over HTTPS only."""
    return "__Host-csrf" if server.config["SESSION_COOKIE_SECURE"] else "_csrf_token"


def _send_token(server: Flask, url_base: str, csrf_token: Callable[[], str]) -> None:
    """Give Dash's pages the cookie from which its scripts take the token of their requests."""

    @server.after_request
    def with_token(response: FlaskResponse) -> FlaskResponse:
        if request.path.startswith(url_base) and response.mimetype == "text/html" and response.status_code == 200:
            secure = bool(server.config["SESSION_COOKIE_SECURE"])
            response.set_cookie(_csrf_cookie(server), csrf_token(), samesite="Strict", secure=secure, path="/")
        return response
