"""What stands before Dash: who may come in, which pages there are, and whether a callback is one of ours.

Dash answers everybody who reaches it, serves its page under any path, and fails with 500 on a callback that is
malformed or unknown. All three are settled here, before it sees the request.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from dash import Dash
from flask import Flask, abort, redirect, request
from werkzeug.wrappers import Response

CALLBACK = "_dash-update-component"
FILES = ("_dash-", "assets/", "_favicon.ico", "_reload-hash")
"""What the page loads by itself: an answer to a stranger is a status, never a login page."""


def protect(
    server: Flask,
    dash: Dash,
    *,
    is_page: Callable[[str], bool],
    is_logged_in: Callable[[], bool],
    may_read: Callable[[], bool],
    login_url: Callable[[str], str],
) -> None:
    """Guard every route of `dash`: strangers are sent to log in (pages) or told 401, those without the right 403."""
    prefix: str = dash.config.requests_pathname_prefix

    @server.before_request
    def before_dash() -> Response | None:
        rule = request.url_rule.rule if request.url_rule else ""
        if not (request.path + "/").startswith(prefix) and not rule.startswith(prefix):
            return None
        inside = request.path.removeprefix(prefix)
        if not is_logged_in():
            if request.method == "GET" and not inside.startswith(FILES):
                return redirect(login_url(request.full_path.rstrip("?")))
            abort(401)
        if not may_read():
            abort(403)
        if rule == f"{prefix}<path:path>" and not is_page(request.path):
            abort(404)
        if inside == CALLBACK and not is_ours(request.get_json(silent=True), dash.callback_map):
            abort(400)
        return None


def is_ours(body: object, known: Mapping[str, Any]) -> bool:
    """Whether a callback request names a callback of the server's, with exactly its outputs, inputs and state."""
    if not isinstance(body, dict) or not isinstance(body.get("output"), str):
        return False
    declared = known.get(body["output"])
    if declared is None or "callback" not in declared:
        return False
    outputs, changed = body.get("outputs"), body.get("changedPropIds", [])
    inputs = _ids(body.get("inputs", []))
    return (
        inputs is not None
        and inputs == _ids(declared["inputs"])
        and _ids(body.get("state", [])) == _ids(declared["state"])
        and _named(outputs) == body["output"]
        and isinstance(changed, list)
        and all(isinstance(one, str) and one in inputs for one in changed)
    )


def _ids(parts: object) -> list[str] | None:
    """`id.property` of each part; None where they are not that."""
    if not isinstance(parts, list):
        return None
    found = []
    for part in parts:
        if (
            not isinstance(part, dict)
            or not isinstance(part.get("id"), str)
            or not isinstance(part.get("property"), str)
        ):
            return None
        found.append(f"{part['id']}.{part['property']}")
    return found


def _named(outputs: object) -> str | None:
    """The name under which Dash keeps a callback with these outputs."""
    if isinstance(outputs, dict):
        one = _ids([outputs])
        return one[0] if one else None
    many = _ids(outputs)
    return f"..{'...'.join(many)}.." if many else None
