"""Who is told what of reviews: to write one, that it is late, that it came back, that an action has fallen due.

`run.py remind` opens the draft of each unit that had complaints once its period is over, and tells each person once.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session

from models import actor
from models.actor import SYSTEM
from models.book import Book
from models.database import insert
from models.notice import Notice
from models.organisation import Post, Unit
from models.policy import QUALITY
from models.reviews.periods import Period, last_whole, midnight
from models.tables import Review, ReviewAction, Ticket
from models.types import local_date, new_id

ABOUT = {
    "write": "%(unit)s %(period)s的总结等您写，%(when)s前提交。",
    "late": "%(unit)s %(period)s的总结过了提交期限，还没有提交。",
    "returned": "%(unit)s %(period)s的总结退回修改。", "due": "改进措施到期：%(what)s。报落实，看前后对比。",
}  # fmt: skip
"""What a notice of a review says."""


def remind(session: Session, book: Book, at: datetime) -> int:
    """Open what is to be written, and make the notices that are due; how many. Does not commit."""
    _put_away(session, at)
    _open(session, book, at)
    return _to_write(session, at) + _due_actions(session, at)


def _open(session: Session, book: Book, at: datetime) -> None:
    """A draft of the last whole period for each unit that had complaints in it; none where the rule is switched off."""
    from models.reviews import open_

    term = book.term("review", QUALITY, at)
    if term is None:
        return
    period = last_whole(local_date(at), term.amount)
    for unit_id in _complained_of(session, period):
        open_(session, unit_id, period, by=SYSTEM, at=at, book=book)


def _complained_of(session: Session, period: Period) -> Iterable[int]:
    """Units with quality complaints in a period, and no review of it yet."""
    start, end = period.instants
    there = select(Review.unit_id).where(Review.starts == period.starts, Review.ends == period.ends)
    had = select(Ticket.unit_id).where(
        Ticket.registered_at >= start, Ticket.registered_at < end, Ticket.track == QUALITY,
        Ticket.kind == "complaint", Ticket.source_id.is_(None),
    )  # fmt: skip
    units = select(Unit.id).where(Unit.kind == "unit", Unit.active, Unit.id.in_(had), Unit.id.not_in(there))
    return session.scalars(units.order_by(Unit.id)).all()


def _to_write(session: Session, at: datetime) -> int:
    waiting = session.scalars(select(Review).where(Review.state == "draft", Review.due_at.is_not(None)))
    rows: list[dict[str, Any]] = []
    for review in waiting:
        late = review.due_at is not None and at > review.due_at
        whom = _heads(session, review.unit_id, at) | (_operations(session, at) if late else set())
        about = "late" if late else "write"
        rows += [{"user_id": one, "review_id": review.id, "about": about, "due_at": review.due_at} for one in whom]
    return _write(session, rows, at)


def _due_actions(session: Session, at: datetime) -> int:
    """Actions of reviews that were submitted, from the day on which they fall due."""
    today = local_date(at)
    told = select(Notice.id).where(Notice.action_id == ReviewAction.id).exists()
    waiting = session.scalars(
        select(ReviewAction)
        .join(Review)
        .where(Review.state.in_(("submitted", "released")), ReviewAction.due <= today, ~told)
    )
    rows: list[dict[str, Any]] = []
    for action in waiting:
        whom = _heads(session, action.review.unit_id, at) | ({action.owner_id} - {None})
        due_at = midnight(action.due)
        rows += [{"user_id": one, "action_id": action.id, "about": "due", "due_at": due_at} for one in whom]
    return _write(session, rows, at)


def tell(session: Session, review: Review, about: str, at: datetime) -> int:
    """Tell the unit's heads of a review that came back."""
    whom = _heads(session, review.unit_id, at)
    return _write(
        session, [{"user_id": one, "review_id": review.id, "about": about, "due_at": at} for one in whom], at
    )  # fmt: skip


def _write(session: Session, rows: list[dict[str, Any]], at: datetime) -> int:
    """Insert what nobody has been told yet."""
    empty = {"review_id": None, "action_id": None}
    made = [{"id": new_id(), "kind": "review", "urgent": False, "made_at": at, **empty, **row}
            for row in sorted(rows, key=lambda row: row["user_id"])]  # fmt: skip
    if not made:
        return 0
    table = Notice.__table__
    new = insert(session, table).on_conflict_do_nothing().returning(table.c.id)
    return len(session.scalars(new, made).all())


def _heads(session: Session, unit_id: int, at: datetime) -> set[int | None]:
    """Heads of a unit today, deputies among them."""
    held = select(Post.user_id).where(Post.unit_id == unit_id, Post.post == "head", actor.in_force(at))
    return set(session.scalars(held))


def _operations(session: Session, at: datetime) -> set[int | None]:
    return {user_id for user_id, roles in actor.roles_of(session).items() if "operations" in roles}


def _put_away(session: Session, at: datetime) -> None:
    """What waits no longer to be written is read."""
    waits = select(Review.id).where(Review.state == "draft")
    over = and_(Notice.review_id.is_not(None), Notice.review_id.not_in(waits))
    session.execute(
        update(Notice).where(Notice.read_at.is_(None), Notice.kind == "review", over).values(read_at=at)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
