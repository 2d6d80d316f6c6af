"""A ticket's attachments as far as one person sees them (POLICY §2, §5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Select, String, cast, literal, select

from models import masking
from models.actor import Actor
from models.base import User
from models.policy import DISCIPLINE, QUALITY
from models.tables import Attachment, TicketEvent, TicketText

if TYPE_CHECKING:
    from models.view import Sight

Row = dict[str, Any]


@dataclass(frozen=True)
class File:
    """One attachment in sight. `name` None: it was personal data and has been erased."""

    n: int
    file_id: int
    name: str | None
    mime: str
    size: int
    sha256: str
    at: datetime
    who: str | None

    def row(self) -> Row:
        """As the API gives it: nothing of where it lies."""
        return {name: getattr(self, name) for name in ("n", "name", "mime", "size", "sha256", "at")}


def shows_files(s: Sight) -> bool:
    """Whether a level shows attachments: only where the whole ticket is seen. What discipline opens of a ticket opens
    no file: nobody can mask what is in a picture."""
    return s.level in ("contact", "full")


def of_tickets(ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
    """Every file of the tickets; `seen_files` says which of them a person sees."""
    name = TicketText.field == literal("file.") + cast(Attachment.n, String)
    return (
        select(
            Attachment.ticket_id, Attachment.n, Attachment.file_id, TicketText.value, Attachment.mime, Attachment.size,
            Attachment.sha256, Attachment.attached_at, User.last_name + User.first_name, TicketEvent.action,
            TicketEvent.track,
        )
        .join(TicketEvent, (TicketEvent.ticket_id == Attachment.ticket_id) & (TicketEvent.no == Attachment.event_no))
        .outerjoin(User, User.id == TicketEvent.actor_id)
        .outerjoin(
            TicketText,
            (TicketText.ticket_id == Attachment.ticket_id) & (TicketText.event_no == Attachment.event_no) & name,
        )
        .where(Attachment.ticket_id.in_(ids))
    )  # fmt: skip


def seen_files(rows: Sequence[tuple[Any, ...]], seen: Sequence[Sight], by: Actor) -> dict[int, list[File]]:
    """Ticket → its files in order, as far as they are shown.

    What came with the registration goes with the content; what came later goes with its event, so that what was
    attached under discipline stays there.
    """
    mine = {s.ticket.id: s for s in seen if shows_files(s)}
    found: dict[int, list[File]] = {}
    for ticket_id, *file, action, track in sorted(rows, key=lambda row: row[:2]):
        discipline_now = mine[ticket_id].ticket.track == DISCIPLINE
        if action == "register" or track == QUALITY or discipline_now or by.office or by.chairman:
            one = File(*file)
            if one.name and not mine[ticket_id].in_clear():
                one = replace(one, name=masking.words(one.name))
            found.setdefault(ticket_id, []).append(one)
    return found
