"""Files on their way into a ticket: taken in by whoever may act, dropped again, or claimed by one act.

Each function leaves the commit to the edge; the file itself is written before the row is committed and removed after
its row is gone, so that a row never names a file that is not there.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from models.actor import Actor
from models.attachment import NAME_MOST, Upload
from models.contents import SAID, kind_of
from models.refusals import Invalid, Reason, Unseen
from models.shelf import Shelf, TooLarge
from models.types import new_id

KEPT = timedelta(days=1)
"""How long a file waits for an act: as long as a draft."""
WAITING_MOST = 50
"""Files that one person may have waiting: a desk full of scans, and no more of the disk."""
MEBIBYTE = 1024 * 1024
NAMELESS = "未命名"

Row = dict[str, Any]


def take(session: Session, shelf: Shelf, stream: BinaryIO, name: str, *, by: Actor, at: datetime, most: int) -> Upload:
    """Keep a file for `by`. most: bytes. Raises Invalid: too large, empty, of no kind that is taken, too many.

    If the edge does not commit, it removes the file from the shelf.
    """
    name = plain_name(name)
    if by.user_id is None or waiting(session, by) >= WAITING_MOST:
        raise Invalid({"file": Reason("too_many_waiting", most=WAITING_MOST)})
    stream.seek(0, 2)
    size = stream.tell()
    if size > most:
        raise Invalid({"file": Reason("file_too_large", name=name, most=most // MEBIBYTE)})
    if not size:
        raise Invalid({"file": Reason("file_empty", name=name)})
    mime = kind_of(stream, name)
    if mime is None:
        raise Invalid({"file": Reason("file_kind", name=name, kinds=SAID)})
    file_id = new_id()
    try:
        kept = shelf.put(file_id, stream, most)
    except TooLarge:
        raise Invalid({"file": Reason("file_too_large", name=name, most=most // MEBIBYTE)}) from None
    row = Upload(id=file_id, owner_id=by.user_id, name=name, mime=mime, size=kept.size, sha256=kept.sha256,
                 uploaded_at=at)  # fmt: skip
    session.add(row)
    return row


def plain_name(name: str) -> str:
    """A file's name as its owner gave it, without a path, without what cannot be seen, no longer than is kept.

    Marks that turn the direction of writing are among the unseen: with them `gpj.exe` reads as `exe.jpg`.
    """
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(ch for ch in name if unicodedata.category(ch) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")).strip()
    if len(name) > NAME_MOST:
        stem, dot, ending = name.rpartition(".")
        name = f"{stem[: NAME_MOST - len(ending) - 1]}.{ending}" if dot and len(ending) < 10 else name[:NAME_MOST]
    return name or NAMELESS


def waiting(session: Session, by: Actor) -> int:
    """How many files of a person wait."""
    return session.scalar(select(func.count()).where(Upload.owner_id == by.user_id)) or 0


def drop(session: Session, upload_id: int, *, by: Actor) -> None:
    """Forget one's own waiting file; the edge removes it from the shelf. Raises Unseen for any other."""
    if not 0 < upload_id < 2**63:
        raise Unseen
    mine = delete(Upload).where(Upload.id == upload_id, Upload.owner_id == by.user_id).returning(Upload.id)
    if session.scalar(mine) is None:
        raise Unseen


def of(session: Session, ids: Sequence[int], by: Actor) -> dict[int, Row]:
    """Those of a person's waiting files that have these ids, held until the transaction ends."""
    found = session.execute(_mine(ids, by).with_for_update()).mappings()
    return {row["id"]: dict(row) for row in found}


def look(session: Session, ids: Sequence[int], by: Actor) -> list[Row]:
    """The same for a form that shows them, in the order given; nobody is kept waiting."""
    found = {row["id"]: dict(row) for row in session.execute(_mine(ids, by)).mappings()}
    return [found[i] for i in dict.fromkeys(ids) if i in found]


def _mine(ids: Sequence[int], by: Actor) -> Select[Any]:
    return select(*Upload.__table__.columns).where(Upload.id.in_(ids), Upload.owner_id == by.user_id)


def claim(session: Session, rows: Sequence[Row]) -> None:
    """These belong to a ticket now; nobody can claim or drop them again. Raises Invalid where somebody was quicker:
    SQLite holds no rows that are only read."""
    if rows:
        mine = delete(Upload).where(Upload.id.in_([row["id"] for row in rows])).returning(Upload.id)
        taken = set(session.scalars(mine))
        gone = [row["name"] for row in rows if row["id"] not in taken]
        if gone:
            raise Invalid({"files": Reason("file_gone", value="、".join(gone))})


def sweep(session: Session, at: datetime) -> list[int]:
    """Forget what has waited for longer than a day. The edge commits, then removes these from the shelf."""
    return list(session.scalars(delete(Upload).where(Upload.uploaded_at < at - KEPT).returning(Upload.id)))
