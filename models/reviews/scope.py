"""Who reads which reviews, and how: as written, or without names of persons.

The unit and 运营管理部 read all of it; leadership and the chairman what was submitted; other units what was released.
Reviews count quality complaints only, so nothing of the discipline track is in them.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, case, false, literal, null, or_, select, true
from sqlalchemy.orm import Session

from models.actor import Actor
from models.policy import ROLES
from models.review import Review, ReviewAction

LEVELS = ("whole", "read", "shared")
"""whole: as written, with the log. read: without names in the words, with owners and comments. shared: neither."""
NEVER = frozenset({"admin", "auditor"})
READERS = frozenset(ROLES) - NEVER


def _graded(by: Actor) -> list[tuple[ColumnElement[bool], str]]:
    rows: list[tuple[ColumnElement[bool], str]] = []
    if "operations" in by.roles:
        rows.append((true(), "whole"))
    if by.staff:
        rows.append((Review.unit_id.in_(sorted(by.staff)), "whole"))
    if by.chairman or "leadership" in by.roles:
        rows.append((Review.state.in_(("submitted", "released")), "read"))
    if by.roles_today & READERS:
        rows.append((Review.state == "released", "shared"))
    return rows


def visible(by: Actor) -> ColumnElement[bool]:
    """On `Review`: those in a person's sight."""
    return or_(false(), *(condition for condition, _level in _graded(by)))


def level_of(session: Session, review_id: int, by: Actor) -> str | None:
    """One of LEVELS; None: absent or out of sight, nobody can tell which."""
    graded = _graded(by)
    if not graded:
        return None
    level = case(*((condition, literal(name)) for condition, name in graded), else_=null())
    return session.scalar(select(level).where(Review.id == review_id))


def to_write(by: Actor) -> ColumnElement[bool]:
    """Those that wait for this person to write them."""
    return (Review.state == "draft") & Review.unit_id.in_(sorted(by.heads)) if by.heads else false()


def to_report(by: Actor, today: date) -> ColumnElement[bool]:
    """Those with an action that is due and not reported as carried out: for the unit's head, and who sees to it."""
    if not by.heads and "operations" not in by.roles:
        return false()
    due = ReviewAction.due <= today
    waits = select(ReviewAction.id).where(ReviewAction.review_id == Review.id, due, ReviewAction.done_on.is_(None))
    own = true() if "operations" in by.roles else Review.unit_id.in_(sorted(by.heads))
    return (Review.state == "released") & own & waits.exists()


def to_judge(by: Actor) -> ColumnElement[bool]:
    """Those that wait for this person to comment on, send back or release them."""
    return Review.state == "submitted" if "operations" in by.roles else false()
