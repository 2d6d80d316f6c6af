"""A small program around the dashboards: a shell, a person, a strict Content-Security-Policy; no admin."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask, Response, request, send_from_directory
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from analytics.dashboards import create
from models.actor import Actor

STATIC = Path(__file__).parents[2] / "admin" / "static"
SHELL = """<!DOCTYPE html>
<html lang="zh-CN" data-theme="light" data-mantine-color-scheme="light">
<head>{metas}<title>{title}</title>
<script src="/static/theme.js"></script>{css}
<link rel="stylesheet" href="/static/tokens.css"><link rel="stylesheet" href="/static/app.css"></head>
<body><div class="kf-shell"><nav class="kf-side" id="side" aria-label="主导航"></nav>
<div><main class="kf-main" id="main" tabindex="-1">{app_entry}</main></div></div>{config}{scripts}{renderer}</body>
</html>"""


@dataclass
class Harness:
    """The server, and who is at it; tests change `actor` and `token`."""

    engine: Engine
    now: datetime
    actor: Actor | None = None
    english: bool = False
    exported: list[dict[str, Any]] = field(default_factory=list)
    server: Flask = field(default_factory=lambda: Flask(__name__, static_folder=None))

    def __post_init__(self) -> None:
        self.server.config["SESSION_COOKIE_SECURE"] = False
        self.server.add_url_rule("/static/<path:name>", view_func=lambda name: send_from_directory(STATIC, name))
        self.dash = create(
            self.server,
            session=self.session,
            actor_of=lambda: self.actor,
            render_shell=lambda parts: SHELL.format(**parts),
            login_url=lambda target: f"/login/?next={target}",
            exported=lambda **what: self.exported.append(what),
            csrf_token=lambda: "token",
            in_english=lambda: self.english,
            now=lambda: self.now,
        )
        self.server.after_request(self._policy)

    @contextmanager
    def session(self) -> Iterator[Session]:
        with Session(self.engine) as session:
            yield session

    def _policy(self, response: Response) -> Response:
        if request.path.startswith("/analytics/"):
            scripts = " ".join(self.dash.csp_hashes())
            response.headers["Content-Security-Policy"] = (
                f"default-src 'self'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' "
                "data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; "
                "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
            )
        return response
