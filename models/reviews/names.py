"""A review's words without names of persons and numbers, as all other units read them (第七条(二))."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from models import log, masking
from models.base import User
from models.policy import QUALITY
from models.reviews.periods import midnight
from models.tables import Review, Ticket, TicketText

SHORTEST, LONGEST = 2, 20
"""Characters of what is taken for a name."""
SHORTEST_ADDRESS = 6
"""Characters of an address that says where somebody lives."""
LOOKS_BACK = timedelta(days=365)
"""How long before its period a complaint may be that a review speaks of."""
NOBODY = frozenset({"未查明", "不详", "匿名", "无名氏"})


ADDRESS = "（地址）"
"""What stands for a complainant's address."""


def known(session: Session, unit_id: int, since: datetime, at: datetime) -> list[str]:
    """Names of persons that a unit may write of: all who have an account, the complainants, those found responsible and
    those complained of in the unit's own quality tickets. The longest first."""
    accounts = session.execute(select(User.last_name, User.first_name))
    field = TicketText.field
    written = _written(
        session, unit_id, since, at, or_(field.in_(("complainant", "responsible")), field.like("accused.%"))
    )
    found = {f"{last}{first}".strip() for last, first in accounts}
    found |= {piece.strip() for value in written for piece in masking.BETWEEN.split(value)}
    return _longest_first(name for name in found - NOBODY if SHORTEST <= len(name) <= LONGEST)


def addresses(session: Session, unit_id: int, since: datetime, at: datetime) -> list[str]:
    """The complainants' addresses in the unit's own quality tickets, the longest first."""
    written = _written(session, unit_id, since, at, TicketText.field == "address")
    return _longest_first(one for one in {value.strip() for value in written} if len(one) >= SHORTEST_ADDRESS)


def _written(
    session: Session, unit_id: int, since: datetime, at: datetime, fields: ColumnElement[bool]
) -> Iterable[str]:
    """What stands in some fields of a unit's own quality tickets."""
    return session.scalars(
        select(TicketText.value)
        .join(Ticket, Ticket.id == TicketText.ticket_id)
        .where(Ticket.unit_id == unit_id, Ticket.track == QUALITY, Ticket.registered_at.between(since, at), fields)
        .distinct()
    )


def _longest_first(found: Iterable[str]) -> list[str]:
    return sorted(found, key=lambda one: (-len(one), one))


@dataclass(frozen=True)
class Masks:
    """What is known of persons that a unit may write of."""

    names: list[str]
    addresses: list[str]

    def without(self, text: str) -> str:
        """A text in which of each name only the family name stays, of each number its ends, and no address. Blanks
        within a name hide it from nobody."""
        for address in self.addresses:
            text = text.replace(address, ADDRESS)
        for name in self.names:
            if name[0] in text:
                text = re.sub(r"\s*".join(map(re.escape, name)), masking.name(name).replace("\\", r"\\"), text)
        return masking.words(text)


def masks(session: Session, review: Review, at: datetime) -> Masks:
    asked = (session, review.unit_id, midnight(review.starts) - LOOKS_BACK, at)
    return Masks(known(*asked), addresses(*asked))


def shared(session: Session, review: Review, at: datetime) -> str:
    """The words of a review without names, as JSON."""
    hide = masks(session, review, at).without
    told: dict[str, Any] = {
        "causes": hide(review.causes), "lessons": hide(review.lessons),
        "actions": [{"what": hide(a.what), "expected": hide(a.expected)} for a in review.actions],
    }  # fmt: skip
    return log.canonical(told).decode()


def released(session: Session, review: Review, said: str, at: datetime) -> str:
    """The same with what operations says to all units as it releases it."""
    told = {**read(review.shared or "{}"), "remark": masks(session, review, at).without(said)}
    return log.canonical(told).decode()


def read(shared_words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shared_words)
    return found
