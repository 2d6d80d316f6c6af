"""Addresses of our static files that change with their content, so that browsers may keep them for good."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Response, current_app, request, url_for

YEAR = 365 * 24 * 3600


def asset(name: str) -> str:
    """The address of a file under static/, with a mark of what is in it."""
    return url_for("static", filename=name, v=_mark(Path(str(current_app.static_folder)) / name))


@cache
def _mark(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()[:10]


def keep(response: Response) -> Response:
    """After a request: what was asked for by its mark never changes."""
    if request.endpoint == "static" and "v" in request.args and response.status_code == 200:
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response
