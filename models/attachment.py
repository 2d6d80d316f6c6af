"""Files of a ticket: those that wait to be taken into one, and those that hang on one (第六条(一)).

The bytes lie on disk (`models.shelf`); here stand what they are and whose. The name that somebody gave a file is a
text like any other: while it waits it stands here, afterwards in `ticket_text` as `file.<n>`.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Model
from models.types import ID, At, BigId

NAME_MOST = 200


class Upload(Model):
    """A file that is on disk and belongs to no ticket yet. Its owner may drop it, or take it into an act, for a day."""

    __tablename__ = "upload"
    __table_args__ = (Index("ix_upload_owner", "owner_id"), Index("ix_upload_at", "uploaded_at"))

    id: Mapped[ID]
    owner_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    name: Mapped[str] = mapped_column(String(NAME_MOST))
    mime: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    uploaded_at: Mapped[At]


class Attachment(Model):
    """A file that hangs on a ticket. Only the desk writes it; `verify` compares row, log and file."""

    __tablename__ = "attachment"

    ticket_id: Mapped[int] = mapped_column(BigId, ForeignKey("ticket.id"), primary_key=True)
    n: Mapped[int] = mapped_column(Integer, primary_key=True)
    file_id: Mapped[int] = mapped_column(BigId)
    """What the file is called on disk: the id of the upload that it was."""
    event_no: Mapped[int] = mapped_column(Integer)
    mime: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    attached_at: Mapped[At]
