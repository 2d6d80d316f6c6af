"""Files at the edge, the same for browsers and programs: taken in, dropped, and sent as an attachment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Response, current_app, send_file
from werkzeug.datastructures import FileStorage

from admin.current import current_actor, now, session, transact
from models import uploads
from models.attachment import Upload
from models.contents import INLINE, fitting_name
from models.files import File
from models.refusals import Unseen
from models.shelf import Shelf

SHUT = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; media-src 'self'; frame-ancestors 'none'"
"""What a file may do in the browser: be looked at."""
SANDBOX = f"{SHUT}; sandbox"


def shelf() -> Shelf:
    return Shelf(Path(current_app.config["DATA_DIR"]))


def most() -> int:
    """Bytes of the largest file that is taken."""
    return int(current_app.config["ATTACHMENT_MOST"])


def take(file: FileStorage) -> Upload:
    """Keep one file for the person who sends it; what has waited too long makes room. Raises Invalid."""
    written: list[int] = []

    def clear() -> None:
        while written:
            shelf().remove(written.pop())

    def work() -> tuple[Upload, list[int]]:
        clear()  # of an attempt that was not committed
        forgotten = uploads.sweep(session(), now())
        row = uploads.take(session(), shelf(), file.stream, file.filename or "", by=current_actor(), at=now(),
                           most=most())  # fmt: skip
        written.append(row.id)
        return row, forgotten

    try:
        row, forgotten = transact(work)
    except BaseException:
        clear()
        raise
    finally:
        file.close()
    for file_id in forgotten:
        shelf().remove(file_id)
    return row


def drop(upload_id: int) -> None:
    """Forget one's own waiting file. Raises Unseen."""
    transact(lambda: uploads.drop(session(), upload_id, by=current_actor()))
    shelf().remove(upload_id)


def told(row: Upload) -> dict[str, Any]:
    """What is answered for a file taken in."""
    return {"id": row.id, "name": row.name, "mime": row.mime, "size": row.size}


def sent(file: File) -> Response:
    """An attachment as a browser, or a program, gets it: looked at only where that runs nothing, never kept."""
    inline = file.mime in INLINE
    try:
        response = send_file(
            shelf().path(file.file_id), mimetype=file.mime, as_attachment=not inline,
            download_name=fitting_name(file.name or f"{file.n}", file.mime), etag=file.sha256, conditional=True,
        )  # fmt: skip
    except FileNotFoundError:
        raise Unseen from None
    response.headers["Content-Security-Policy"] = SANDBOX
    return response
