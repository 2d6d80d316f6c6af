"""Serving: gunicorn with forked workers, its settings made from ours."""

from __future__ import annotations

from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from config import Settings

THREADS = 4
"""Requests at once in one worker: as many database connections, below the pool's five."""


class Server(BaseApplication):  # type: ignore[misc]
    """`Server(app, settings).run()` serves until it is told to stop.

    The application is loaded before the fork: workers share its memory. It holds no open connection then
    (`factory.create_app`).
    """

    def __init__(self, app: Flask, settings: Settings) -> None:
        self.app, self.settings = app, settings
        super().__init__()

    def load_config(self) -> None:
        chosen: dict[str, Any] = {
            "bind": f"{self.settings.host}:{self.settings.port}",
            "workers": self.settings.workers,
            # A browser opens connections ahead of need and sends nothing on them; a worker that serves one at a time
            # waits for each, and nobody else is served.
            "worker_class": "gthread",
            "threads": THREADS,
            "preload_app": True,
            "timeout": 120,
            "graceful_timeout": 20,
            "accesslog": None,
            "limit_request_line": 8190,  # a saved view's address and `q` fit
            "limit_request_fields": 64,
            "limit_request_field_size": 8190,
            "proc_name": "kefu",
            "control_socket_disable": True,
        }
        for name, value in chosen.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.app
