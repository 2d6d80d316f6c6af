"""The session's cookie: never so large that a browser drops it, and the whole session with it."""

from __future__ import annotations

import logging

from flask import Flask, Response
from flask.sessions import SecureCookieSessionInterface, SessionMixin

log = logging.getLogger(__name__)

MOST = 3800
"""Bytes of the signed value; with its name and attributes it stays under the 4 KB that browsers keep."""
SPARED = ("page_history", "_flashes")
"""What can be done without, in this order: where to go back to, and what was said last."""


class Cookies(SecureCookieSessionInterface):
    """Flask's, which leaves out what is of least use rather than write a cookie that is lost."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        serializer = self.get_signing_serializer(app)
        for name in SPARED:
            if serializer is None or not session.modified or len(serializer.dumps(dict(session))) <= MOST:
                break
            if session.pop(name, None) is not None:
                log.warning("the session's cookie is too large: %s was left out", name)
        super().save_session(app, session, response)
