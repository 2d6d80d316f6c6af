"""The web application put together: database, accounts, languages, headers, pages and API."""

from __future__ import annotations

import secrets
from pathlib import Path

from flask import Flask, Response, g, request, session
from flask_appbuilder import AppBuilder, Model
from flask_appbuilder.models.sqla.base import SQLA
from flask_compress import Compress
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

import config
from admin import handlers
from admin.api import add_apis
from admin.cookies import Cookies
from admin.security import SecurityManager
from admin.views import IndexView, add_views
from models.database import prepare
from models.types import now

HERE = Path(__file__).parent
FINGERPRINTED = "/analytics/_dash-component-suites/"
"""Dash's scripts, 9 MB of them: their addresses change with their contents."""
COMPRESSED = ("text/css", "text/javascript", "application/javascript", "application/json", "image/svg+xml")
"""Not HTML: beside a token that is always there, what somebody else put into the page would tell of it (BREACH)."""


def create_app(settings: config.Settings) -> Flask:
    """The application for `settings`. It reads no table and opens no connection: a server may fork after it.

    `app.appbuilder` takes more views; `app.extensions["clock"]` tells the time; a response that brings its own
    Content-Security-Policy keeps it.
    """
    app = Flask("admin", root_path=str(HERE), template_folder="templates", static_folder="static")
    app.config.from_mapping(config.flask_config(settings))
    app.config["DIGEST_KEY"] = settings.digest_key
    app.config["DATA_DIR"] = settings.data_dir
    app.config["ATTACHMENT_MOST"] = min(settings.attachment_mebibytes, settings.upload_mebibytes) * config.MEBIBYTE
    app.config["FAB_UPDATE_PERMS"] = False  # `admin.roles.sync_roles` writes them, once, when the tables are there
    app.config["FAB_BASE_TEMPLATE"] = "shell.html"
    app.config["FAB_OPENAPI_SERVERS"] = [{"url": "/"}]  # not whatever host the request names
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.session_interface = Cookies()
    app.extensions["clock"] = now
    if settings.proxies:
        n = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]

    db = SQLA(metadata=Model.metadata)
    db.init_app(app)
    app.before_request(
        SecurityManager.before_request
    )  # first: whatever stops a request tells its reader so in the shell
    handlers.install(app)
    CSRFProtect(app)
    _compress(app)
    _headers(app)
    with app.app_context():
        prepare(db.engine)
        appbuilder = AppBuilder(app, db.session, security_manager_class=SecurityManager, indexview=IndexView)
        add_views(appbuilder)
        add_apis(appbuilder)
    return app


def _compress(app: Flask) -> None:
    """Compress scripts, styles and figures for browsers; programs get the API's answers as they are."""
    app.config |= {"COMPRESS_MIMETYPES": list(COMPRESSED), "COMPRESS_REGISTER": False}
    compress = Compress(app)

    @app.after_request
    def compressed(response: Response) -> Response:
        return response if handlers.for_programs() else compress.after_request(response)


def csp_nonce() -> str:
    """This response's nonce for inline scripts; a Jinja global, because FAB imports macros without context."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def _headers(app: Flask) -> None:
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    secure = app.config["SESSION_COOKIE_SECURE"]

    @app.after_request
    def headers(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy(f"'self' 'nonce-{csp_nonce()}'"))
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        if secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if request.path.startswith(FINGERPRINTED) and response.status_code == 200:
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        elif not is_static():
            response.headers["Cache-Control"] = "no-store, private"
        if handlers.for_programs():
            session.modified = False  # FAB notes the language there; a program keeps no cookies
        return response


def policy(scripts: str) -> str:
    """A Content-Security-Policy whose scripts come from `scripts` only, and everything else from here."""
    return (
        f"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )


def is_static() -> bool:
    """Whether the request is for a file that everybody gets alike."""
    endpoint = request.endpoint or ""
    return endpoint == "static" or endpoint.endswith(".static")
