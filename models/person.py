"""One person's data: what is held of somebody, and who has seen it (个人信息保护法 第四十五条, POLICY §5).

A person is known by an exact telephone or account number. What is found follows the scope of who asks: quality
tickets, and those of the discipline track only for 纪检监察室.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, exists, literal, null, select, union_all
from sqlalchemy.orm import Session

from models import lookup, policy, scope
from models.actor import Actor
from models.base import User
from models.book import Book
from models.policy import DISCIPLINE, QUALITY
from models.tables import Assignment, Attachment, Callback, SecurityEvent, Ticket, TicketEvent, TicketText
from models.workflow import REGISTRATION

REASONS = {"copy": "本人申请查阅、复制", "correct": "本人申请更正、补充", "leak": "本人反映信息被别人知道"}
"""What one person's data are looked up for."""
GIVEN = {
    field.name: field.zh
    for field in REGISTRATION
    if field.kind in ("text", "line") and field.name != "accused" and field.name not in ("forwarded_by", "forward_no")
}
"""What somebody told of themselves and of their matter. Whom they complained of is another person's."""
ANSWERED = {("answer", "reply"): "答复", ("decline", "reply"): "答复", ("explain", "reply"): "答复",
            ("call_back", "remark"): "顾客意见"}  # fmt: skip
"""(action, field) → what was told to them, and what they said to it. Notes of the office among themselves are not."""
SEEN = ("opened", "exported")
"""Kinds of entries of the security log that tell of somebody's looking."""


@dataclass(frozen=True)
class Item:
    """One thing that is held, of one ticket."""

    ticket: str
    what: str
    value: Any
    at: datetime | None = None


@dataclass(frozen=True)
class Look:
    """Somebody who acted on, printed, opened or exported a ticket of the person. kind: an action, or an entry's."""

    at: datetime
    who: str | None
    ticket: str
    kind: str
    entry: bool


def wanted(book: Book, field: str, value: str) -> set[str]:
    """The digests of a number; none: it is no number of that kind."""
    return lookup.asked(book.key, field, value[:200])


def tickets_of(session: Session, digests: set[str], by: Actor, book: Book) -> list[int]:
    """The tickets in sight in which the number stands, the oldest first."""
    filed = select(lookup.LOOKUP.c.ticket_id).where(lookup.LOOKUP.c.digest.in_(sorted(digests)))
    mine = select(Ticket.id).where(Ticket.id.in_(filed), Ticket.track == QUALITY, scope.visible(by))
    return sorted({*session.scalars(mine), *_of_office(session, digests, by, book)})


def _of_office(session: Session, digests: set[str], by: Actor, book: Book) -> Iterator[int]:
    """Of the discipline track nothing is filed anywhere: its tickets are few, and looked through."""
    if not by.office:
        return
    rows = session.execute(
        select(TicketText.ticket_id, TicketText.field, TicketText.value)
        .join(Ticket, Ticket.id == TicketText.ticket_id)
        .where(Ticket.track == DISCIPLINE, TicketText.field.in_(lookup.KINDS), scope.visible(by))
    )
    for ticket_id, field, value in rows:
        if digests & lookup.filed(book.key, field, value):
            yield ticket_id


def held(session: Session, ids: Sequence[int], book: Book) -> list[Item]:
    """Everything that is held of the person in these tickets, to be handed to them: in clear, for it is theirs."""
    found: dict[int, list[Item]] = {}
    numbers: dict[int, str] = {}
    for ticket in session.scalars(select(Ticket).where(Ticket.id.in_(ids)).order_by(Ticket.id)):
        numbers[ticket.id] = ticket.no
        found[ticket.id] = list(_facts(ticket, book))
    for text, event in session.execute(
        select(TicketText, TicketEvent)
        .join(TicketEvent, (TicketEvent.ticket_id == TicketText.ticket_id) & (TicketEvent.no == TicketText.event_no))
        .where(TicketText.ticket_id.in_(ids))
        .order_by(TicketText.ticket_id, TicketText.event_no, TicketText.field)
    ):
        registered = event.action in ("register", "amend")
        what = GIVEN.get(text.field) if registered else ANSWERED.get((event.action, text.field))
        if what is not None:
            found[text.ticket_id].append(Item(numbers[text.ticket_id], what, text.value, event.at))
    for row in session.scalars(select(Assignment).where(Assignment.ticket_id.in_(ids)).order_by(Assignment.n)):
        unit = book.register("unit").name(row.unit_id)
        found[row.ticket_id].append(Item(numbers[row.ticket_id], "转给的单位", unit, row.assigned_at))
    for call in session.scalars(select(Callback).where(Callback.ticket_id.in_(ids)).order_by(Callback.n)):
        found[call.ticket_id].append(Item(numbers[call.ticket_id], "回访", call.outcome, call.called_at))
    named = TicketText.field == literal("file.") + cast(Attachment.n, String)
    files = select(Attachment.ticket_id, TicketText.value, Attachment.attached_at).join(
        TicketText,
        (TicketText.ticket_id == Attachment.ticket_id) & (TicketText.event_no == Attachment.event_no) & named,
    )
    for ticket_id, name, at in session.execute(files.where(Attachment.ticket_id.in_(ids)).order_by(Attachment.n)):
        found[ticket_id].append(Item(numbers[ticket_id], "附件", name, at))
    return [item for ticket_id in ids for item in found.get(ticket_id, [])]


def _facts(ticket: Ticket, book: Book) -> Iterator[Item]:
    facts = {
        "类别": book.register("category").name(ticket.category_id),
        "渠道": book.register("channel").name(ticket.channel_id),
        "事项": policy.KINDS[ticket.kind], "发生时间": ticket.happened_at, "接到时间": ticket.received_at,
        "登记时间": ticket.registered_at, "办结时间": ticket.closed_at,
    }  # fmt: skip
    for what, value in facts.items():
        if value is not None:
            yield Item(ticket.no, what, value)


def seen(session: Session, ids: Sequence[int], by: Actor) -> list[Look]:
    """Who acted on these tickets, printed, opened or exported them, the latest first: one query.

    What happened under discipline stays there: of a ticket that was once on that track, others hear of no opening.
    """
    acted = select(
        TicketEvent.at, TicketEvent.actor_id, TicketEvent.ticket_id, TicketEvent.action.label("kind"),
        null().cast(String).label("entry"),
    ).where(TicketEvent.ticket_id.in_(ids), TicketEvent.actor_id.is_not(None))  # fmt: skip
    looked = select(
        SecurityEvent.at, SecurityEvent.actor_id, SecurityEvent.ticket_id, SecurityEvent.kind,
        SecurityEvent.kind.label("entry"),
    ).where(SecurityEvent.ticket_id.in_(ids), SecurityEvent.kind.in_(SEEN))  # fmt: skip
    if not by.office:
        past = (TicketEvent.ticket_id == SecurityEvent.ticket_id, TicketEvent.track == DISCIPLINE)
        acted = acted.where(TicketEvent.track == QUALITY)
        looked = looked.where(~exists(TicketEvent.no).where(*past))
    both = union_all(acted, looked).subquery()
    rows = session.execute(
        select(both.c.at, User.last_name + User.first_name, Ticket.no, both.c.kind, both.c.entry)
        .join(Ticket, Ticket.id == both.c.ticket_id)
        .outerjoin(User, User.id == both.c.actor_id)
        .order_by(both.c.at.desc(), Ticket.no)
    )
    return [Look(at, who, number, kind, entry is not None) for at, who, number, kind, entry in rows]
