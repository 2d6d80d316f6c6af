"""What is answered when something goes wrong, who is asked who they are, and what those hear who ask if we are up."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Response, current_app, jsonify, make_response, redirect, render_template, request, url_for
from flask_jwt_extended import verify_jwt_in_request
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from markupsafe import escape
from sqlalchemy.exc import OperationalError, TimeoutError
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.wrappers import Response as AnyResponse

from admin import errors, watch, whose
from models.lookup import is_telephone
from models.refusals import Refused

log = logging.getLogger(__name__)

OPEN = frozenset({
    "static", "appbuilder.static", "healthz", "standing", "SignInView.login", "StepsView.code", "StepsView.enrol",
    "StepsView.renew", "StepsView.reset", "SecurityApi.login", "SecurityApi.refresh", "LocaleView.index",
})  # fmt: skip
"""All that answers without asking who you are. (A refresh token is asked for by `refresh` itself.)"""
PAGE = "error.html"


def install(app: Flask) -> None:
    """Hang the guards, `/healthz`, `/standing` and the error handlers on the application.

    Before the check of the CSRF token: who has signed out meanwhile is told that, not that the token is wrong.
    """
    app.before_request(ask_who)
    app.before_request(ask_whose)
    app.after_request(watch.after)
    app.register_error_handler(Refused, refused)
    app.register_error_handler(HTTPException, failed)
    app.register_error_handler(OperationalError, database_away)
    app.register_error_handler(TimeoutError, database_away)
    app.register_error_handler(Exception, unforeseen)

    @app.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @app.get("/standing")
    def standing() -> Response:
        return jsonify(whose.standing())


def for_programs() -> bool:
    """Whether the request came to the API: then every answer is JSON."""
    return request.path.startswith("/api/")


def ask_who() -> AnyResponse | None:
    """Before every request but those of `OPEN`: nobody gets in without a name, whatever a view forgets to ask."""
    if request.endpoint is None or request.endpoint in OPEN or current_user.is_authenticated:
        return None
    if for_programs():
        verify_jwt_in_request()  # answers 401 by itself
        return None
    if request.method not in ("GET", "HEAD") or request.headers.get("X-CSRFToken"):
        return make_response(_page(401, errors.by_status(401), whose.typed()), 401)
    # A telephone number that came in an address goes into no other.
    plain = request.query_string and not any(is_telephone(value) for _name, value in request.args.items(multi=True))
    here = request.full_path if plain else request.path
    return redirect(url_for("SignInView.login", next=here))


def ask_whose() -> AnyResponse | None:
    """Nothing is done in one person's name that was typed into another one's page; and nobody is shown it."""
    if request.method == "POST" and not for_programs() and whose.another_ones():
        return make_response(_page(400, errors.say("another_ones")), 400)
    return None


def refused(no: Refused) -> AnyResponse:
    """The desk said no, and a page let it through."""
    body, status = errors.answer(no)
    if for_programs():
        return make_response(jsonify(body), status)
    said = "；".join([body["message"], *body.get("errors", {}).values()])
    return make_response(_page(status, said), status)


def failed(error: HTTPException) -> AnyResponse:
    """Any HTTP error: the same shape everywhere, the details kept out."""
    if error.response is not None:
        return error.response
    status = error.code or 500
    said, typed = errors.by_status(status), None
    if isinstance(error, CSRFError):
        said, typed = errors.say("stale_form"), whose.typed()
    headers = [(name, value) for name, value in error.get_headers() if name in ("Allow", "Retry-After", "Location")]
    if 300 <= status < 400:
        return error.get_response()
    return make_response(jsonify(message=said) if for_programs() else _page(status, said, typed), status, headers)


def database_away(error: Exception) -> AnyResponse:
    """The database is locked, full up or gone: nothing to mend in the request."""
    log.error("database: %s", type(error).__name__, exc_info=error)
    _roll_back()
    said = errors.by_status(503)
    return make_response(jsonify(message=said) if for_programs() else _page(503, said), 503, {"Retry-After": "5"})


def unforeseen(error: Exception) -> AnyResponse:
    """A mistake of ours: logged in full, told in one sentence. Tests see it as it is."""
    if current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    log.error("%s %s", request.method, request.path, exc_info=error)
    _roll_back()
    return failed(InternalServerError())


def _roll_back() -> None:
    current_app.appbuilder.session.rollback()  # type: ignore[attr-defined]


def _page(status: int, said: str, typed: whose.Typed | None = None) -> str:
    """An error page in the look of the others, with what was typed; a bare one where even that fails."""
    appbuilder: Any = current_app.appbuilder  # type: ignore[attr-defined]
    facts = {"status": status, "title": said, "message": said, "base_template": appbuilder.base_template}
    try:
        return render_template("again.html" if typed else PAGE, appbuilder=appbuilder, typed=typed, **facts)
    except Exception:  # a page that tells of an error must not become one
        log.warning("the error page itself fails", exc_info=True)
    return f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{status}</title><p>{escape(said)}</p>'
