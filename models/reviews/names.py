"""A review's words without names of persons and numbers, as all other units read them (第七条(二))."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import log, masking
from models.base import User
from models.policy import QUALITY
from models.reviews.periods import midnight
from models.tables import Review, Ticket, TicketText

SHORTEST, LONGEST = 2, 20
"""Characters of what is taken for a name."""
LOOKS_BACK = timedelta(days=365)
"""How long before its period a complaint may be that a review speaks of."""
NOBODY = frozenset({"未查明", "不详", "匿名", "无名氏"})


def known(session: Session, unit_id: int, since: datetime, at: datetime) -> list[str]:
    """Names of persons that a unit may write of: all who have an account, the complainants, those found responsible and
    those complained of in the unit's own quality tickets. The longest first."""
    accounts = session.execute(select(User.last_name, User.first_name))
    written = session.scalars(
        select(TicketText.value)
        .join(Ticket, Ticket.id == TicketText.ticket_id)
        .where(Ticket.unit_id == unit_id, Ticket.track == QUALITY, Ticket.registered_at.between(since, at))
        .where(or_(TicketText.field.in_(("complainant", "responsible")), TicketText.field.like("accused.%")))
        .distinct()
    )
    found = {f"{last}{first}".strip() for last, first in accounts}
    found |= {piece.strip() for value in written for piece in masking.BETWEEN.split(value)}
    return sorted(
        (name for name in found - NOBODY if SHORTEST <= len(name) <= LONGEST), key=lambda name: (-len(name), name)
    )


def without(text: str, names: Iterable[str]) -> str:
    """A text in which of each name only the family name stays, and of each number its ends."""
    for name in names:
        if name in text:
            text = text.replace(name, masking.name(name))
    return masking.words(text)


def shared(session: Session, review: Review, at: datetime) -> str:
    """The words of a review without names, as JSON."""
    names = known(session, review.unit_id, midnight(review.starts) - LOOKS_BACK, at)
    told: dict[str, Any] = {
        "causes": without(review.causes, names), "lessons": without(review.lessons, names),
        "actions": [{"what": without(a.what, names), "expected": without(a.expected, names)} for a in review.actions],
    }  # fmt: skip
    return log.canonical(told).decode()


def read(shared_words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shared_words)
    return found
