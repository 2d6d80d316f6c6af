"""Serving: gunicorn with forked workers, its settings made from ours."""

from __future__ import annotations

import time
from functools import partial
from selectors import EVENT_READ
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.workers.gthread import TConn, ThreadWorker

from config import Settings

THREADS = 4
"""Requests at once in one worker: as many database connections, below the pool's five."""

SILENT = 30
"""Seconds for which a connection is kept on which nothing has been sent yet."""


class Worker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's threads; but whoever has sent nothing yet waits at the door, and not in one of them.

    A browser opens connections ahead of need and sends nothing on them. gunicorn lets each hold a thread for five
    seconds before it puts it where the others wait; eight of them, and the next request is answered after ten.
    """

    def enqueue_req(self, conn: TConn) -> None:
        if conn.initialized or conn.data_ready:
            super().enqueue_req(conn)
            return
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + SILENT
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))


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
            "worker_class": Worker,
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
