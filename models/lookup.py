"""Finding earlier tickets by an exact telephone or account number, without keeping either (POLICY §5).

`Lookup` holds a keyed digest of the number. It is derived from the texts of quality tickets and stands outside the
log: the desk's store writes it, `rebuild` makes it anew, and a ticket that turns to discipline is taken out.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import ForeignKey, Index, String, delete, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Model
from models.policy import QUALITY
from models.types import BigId, Code

KINDS = {"phone": "phone", "account_no": "account"}
"""The facts that are looked up, by their field, and what their digests are filed under."""
SHORTEST_PHONE, SHORTEST_ACCOUNT = 7, 4
MOBILE = re.compile(r"(?<!\d)(?:\+?86[-\s]?)?(1\d(?:[-\s]?\d){9})(?!\d)")
LAND_LINE = re.compile(r"(?<!\d)(?:\(?(0\d{2,3})\)?[-\s]*)?(\d{7,8})(?!\d)")


TYPED_MOBILE = re.compile(r"(?<!\d)(?:(?:\+|00)?86[-\s]?)?1\d(?:[-\s.]{0,3}\d){9}(?!\d)")
TYPED_LAND_LINE = re.compile(r"\s*(?:\(?0\d{2,3}\)?[-\s]{0,3}|(?!20[0-3]\d))[2-9]\d{2,3}[-\s]?\d{4}\s*")
"""Not what begins with a year: that is a day, or a ticket's number. `shell.js` has the same two."""


class Lookup(Model):
    """A ticket can be found by a number."""

    __tablename__ = "lookup"
    __table_args__ = (Index("ix_lookup_digest", "digest"),)

    ticket_id: Mapped[int] = mapped_column(BigId, ForeignKey("ticket.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[Code]


LOOKUP = Lookup.__table__


def numbers(field: str, value: str) -> tuple[set[str], set[str]]:
    """(how it is filed, how it is asked for): the numbers in a field, each written in one way.

    A land line without its area code finds one with it and the other way round, but not one of another area.
    """
    plain = unicodedata.normalize("NFKC", value)
    if field == "account_no":
        account = re.sub(r"[\s\-]", "", plain).upper()
        found = {f"account:{account}"} if len(account) >= SHORTEST_ACCOUNT else set()
        return found, found
    filed, asked = set(), set()
    rest = plain
    for mobile in MOBILE.finditer(plain):
        filed.add(f"phone:{re.sub(r'[^0-9]', '', mobile[1])}")
        rest = rest.replace(mobile[0], " ")
    asked |= filed
    for area, local in LAND_LINE.findall(rest):
        filed |= {f"phone:{area}-{local}", f"phone:*-{local}"} if area else {f"phone:{local}"}
        asked |= {f"phone:{area}-{local}", f"phone:{local}"} if area else {f"phone:{local}", f"phone:*-{local}"}
    return filed, asked


def is_telephone(typed: str) -> bool:
    """Whether a text to be looked for has a mobile number in it, or is a land line."""
    plain = unicodedata.normalize("NFKC", typed[:200])
    return bool(TYPED_MOBILE.search(plain) or TYPED_LAND_LINE.fullmatch(plain))


def digests(key: bytes, found: Iterable[str]) -> set[str]:
    return {hmac.new(key, b"lookup:" + one.encode(), hashlib.sha256).hexdigest()[:32] for one in found}


def filed(key: bytes, field: str, value: str) -> set[str]:
    """The digests under which a fact of a ticket is filed."""
    return digests(key, numbers(field, value)[0])


def asked(key: bytes, field: str, value: str) -> set[str]:
    """The digests that a number typed in by an agent is looked for under."""
    return digests(key, numbers(field, value)[1])


def write(session: Session, ticket_id: int, found: dict[str, set[str]], *, fresh: bool = False) -> None:
    """File a ticket under new numbers in the place of the old ones of the same fields."""
    if not fresh:
        kinds = [KINDS[field] for field in found]
        session.execute(delete(LOOKUP).where(LOOKUP.c.ticket_id == ticket_id, LOOKUP.c.kind.in_(kinds)))
    rows = rows_of(ticket_id, found)
    if rows:
        session.execute(insert(LOOKUP), rows)


def rows_of(ticket_id: int, found: dict[str, set[str]]) -> list[dict[str, Any]]:
    return [
        {"ticket_id": ticket_id, "digest": digest, "kind": KINDS[field]}
        for field, of_field in found.items()
        for digest in sorted(of_field)
    ]


def forget(session: Session, ticket_ids: Sequence[int]) -> None:
    """Nobody finds these tickets by a number any more."""
    session.execute(delete(LOOKUP).where(LOOKUP.c.ticket_id.in_(ticket_ids)))


def of_ticket(session: Session, ticket_id: int, key: bytes) -> dict[str, set[str]]:
    """What a ticket is to be filed under, from its texts in force."""
    from models.tables import TicketText

    rows = session.execute(
        select(TicketText.field, TicketText.value)
        .where(TicketText.ticket_id == ticket_id, TicketText.field.in_(KINDS))
        .order_by(TicketText.event_no)
    )
    return {field: filed(key, field, value) for field, value in rows}


def fill(session: Session, key: bytes) -> None:
    """File the tickets of a database that is older than the look-up."""
    if session.scalar(select(LOOKUP.c.ticket_id).limit(1)) is None:
        rebuild(session, key)


def rebuild(session: Session, key: bytes) -> int:
    """File every quality ticket anew; how many rows that made. Does not commit."""
    from models.tables import Ticket, TicketText

    session.execute(delete(LOOKUP))
    texts = (
        select(TicketText.ticket_id, TicketText.field, TicketText.value)
        .join(Ticket, Ticket.id == TicketText.ticket_id)
        .where(TicketText.field.in_(KINDS), Ticket.track == QUALITY)
        .order_by(TicketText.ticket_id, TicketText.event_no)
    )
    made, last, found = 0, 0, dict[str, set[str]]()
    batch: list[dict[str, Any]] = []
    rows = session.execute(texts.execution_options(yield_per=5000))
    for ticket_id, field, value in chain(rows, [(0, "phone", "")]):
        if ticket_id != last:
            batch += rows_of(last, found)
            last, found = ticket_id, {}
        found[field] = filed(key, field, value)
        if len(batch) > 5000 or (batch and not ticket_id):
            session.execute(insert(LOOKUP), batch)
            made, batch = made + len(batch), []
    return made


def tickets(
    session: Session, wanted: set[str], visible: Any, since: datetime | None = None, most: int = 5
) -> tuple[list[int], int]:
    """(the newest tickets filed under any of the digests, how many there are since `since`), among quality tickets
    that `visible` lets through."""
    from models.tables import Ticket

    if not wanted:
        return [], 0
    filed_under = select(LOOKUP.c.ticket_id).where(LOOKUP.c.digest.in_(sorted(wanted)))
    mine = (Ticket.id.in_(filed_under), Ticket.track == QUALITY, visible)
    newest = select(Ticket.id).where(*mine).order_by(Ticket.registered_at.desc()).limit(most)
    recent = select(func.count()).select_from(Ticket).where(*mine, *([Ticket.registered_at >= since] if since else []))
    return list(session.scalars(newest)), int(session.scalar(recent) or 0)
