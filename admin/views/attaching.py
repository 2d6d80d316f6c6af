"""Files at the browser: taken in one by one while a form is filled in, dropped again, and read from their ticket.

Without script the form brings them along: then they are taken in before the desk is asked, and wait like the others,
so that a form that comes back still has them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, jsonify, request
from flask_appbuilder import expose
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from admin import errors, files, watch
from admin.current import current_actor, session
from admin.guarding import BaseView
from admin.views.door import to_tickets
from models import uploads, view
from models.contents import ENDINGS, INLINE
from models.refusals import Invalid, Reason, Refused
from models.view import Sight


def take_in(typed: MultiDict[str, str]) -> None:
    """Take in the files that came with the form itself, and put their ids beside the others'. Raises Invalid."""
    for file in request.files.getlist("file"):
        if file.filename:
            try:
                typed.add("files", str(files.take(file).id))
            except Invalid as no:
                raise Invalid({"files": no.errors["file"]}) from None


def ids_of(values: Sequence[str]) -> list[int | str]:
    """The ids that a form brings back; what is none stays as it is, for the desk to refuse."""
    return [int(v) if v.isascii() and v.isdecimal() and len(v) < 19 else v for v in values if v]


def kept(values: Sequence[str]) -> list[dict[str, Any]]:
    """The waiting files of the person among these ids, as a form shows them."""
    ids = [value for value in ids_of(values) if isinstance(value, int)]
    return uploads.look(session(), ids, current_actor()) if ids else []


@dataclass(frozen=True)
class Shown:
    """An attachment as the ticket's page shows it. `picture`: small enough to be drawn beside its name."""

    n: int
    name: str
    size: int
    at: datetime
    who: str
    ending: str
    picture: bool
    inline: bool


THUMBNAIL_MOST = 8 * 1024 * 1024
"""Bytes of a picture that is drawn at once; larger ones by a click."""


def shown(sight: Sight) -> list[Shown]:
    """The attachments of a ticket that are still there, the latest first."""
    return [
        Shown(
            f.n, f.name, f.size, f.at, f.who or _("系统"),
            ENDINGS[f.mime][0][1:].upper() if f.mime in ENDINGS else "",
            f.mime.startswith("image/") and f.size <= THUMBNAIL_MOST, f.mime in INLINE,
        )
        for f in reversed(sight.files)
        if f.name is not None
    ]  # fmt: skip


def size(n: int) -> str:
    """340 KB; 2.4 MB."""
    return f"{max(1, round(n / 1024))} KB" if n < 1024 * 1024 else f"{n / 1024 / 1024:.1f} MB"


def accepted() -> str:
    """What the browser's file picker offers."""
    return ",".join(sorted({*ENDINGS, *(ending for endings in ENDINGS.values() for ending in endings)}))


class FileView(BaseView):
    """The addresses of files. Which tickets' decides `models.view`; nothing here is public."""

    route_base = "/ticket"
    default_view = "upload"

    @expose("/upload", methods=["POST"])
    @to_tickets
    def upload(self) -> Any:
        """One file in the field `file`; 201 with what it is, or why it is not taken."""
        file = request.files.get("file")
        try:
            if file is None:
                raise Invalid({"file": Reason("required")})
            return jsonify(files.told(files.take(file))), 201
        except Refused as no:
            body, status = errors.answer(no)
            return jsonify(body), status

    @expose("/upload/<int:upload_id>", methods=["DELETE"])
    @to_tickets
    def forget(self, upload_id: int) -> Any:
        files.drop(upload_id)
        return "", 204

    @expose("/<int:ticket_id>/attachments/<int:n>")
    @to_tickets
    def attachment(self, ticket_id: int, n: int) -> Response:
        return files.sent(view.attachment(session(), watch.sight(ticket_id), n, current_actor()))
