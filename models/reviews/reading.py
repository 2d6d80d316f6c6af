"""A review's words as somebody reads them: as written, or without names of persons."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import User
from models.review import Review, ReviewEvent
from models.reviews import names
from models.reviews.measures import reported

SPOKEN = ("comment", "send_back", "release")
"""Acts in which operations says something of a review."""


@dataclass(frozen=True)
class Line:
    """An improvement action. owner: empty where its name is not for this reader."""

    n: int
    what: str
    owner: str
    due: date
    category: str | None
    expected: str
    done: str | None
    """As `Measure.done`."""


@dataclass(frozen=True)
class Remark:
    """What operations said, and when."""

    action: str
    at: datetime
    who: str
    said: str


@dataclass(frozen=True)
class Words:
    """Everything a unit wrote, and what was said of it."""

    causes: str = ""
    lessons: str = ""
    lines: tuple[Line, ...] = ()
    remarks: tuple[Remark, ...] = field(default=())


def words(session: Session, review: Review, level: str) -> Words:
    """The words at a level of `models.reviews.scope`."""
    told = names.read(review.shared) if level != "whole" and review.shared else None
    lines = []
    for position, action in enumerate(review.actions):
        spoken = told["actions"][position] if told else {"what": action.what, "expected": action.expected}
        owner = _name(action.owner) if level != "shared" else ""
        category = action.category.name if action.category else None
        lines.append(Line(action.n, spoken["what"], owner, action.due, category, spoken["expected"],
                          reported(review, action)))  # fmt: skip
    if told:
        return Words(told["causes"], told["lessons"], tuple(lines), _remarks(session, review, level))
    return Words(review.causes, review.lessons, tuple(lines), _remarks(session, review, level))


def _remarks(session: Session, review: Review, level: str) -> tuple[Remark, ...]:
    """Comments are for the unit, operations, leadership and chairman; all others read what it was released with."""
    actions = SPOKEN if level != "shared" else ("release",)
    e = ReviewEvent
    rows = session.execute(
        select(e.action, e.at, e.said, User)
        .outerjoin(User, User.id == e.actor_id)
        .where(e.review_id == review.id, e.action.in_(actions), e.said != "")
        .order_by(e.no)
    )
    if level != "shared":
        return tuple(Remark(action, at, _name(user), said) for action, at, said, user in rows)
    hidden = names.read(review.shared or "{}").get("remark", "")
    return tuple(Remark(action, at, "", hidden) for action, at, _said, _user in rows if hidden)


def _name(user: User | None) -> str:
    return f"{user.last_name}{user.first_name}" if user is not None else ""
