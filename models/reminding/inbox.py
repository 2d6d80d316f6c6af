"""One person's inbox: what they were told, as far as they still see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.orm import Session, selectinload

from models import scope
from models.actor import Actor
from models.alert import Alert
from models.disclosure import DisclosureGrant
from models.notice import Notice
from models.organisation import Post
from models.penalties import scope as penalties
from models.tables import Obligation, Penalty, PenaltyEvent, Review, ReviewAction, Ticket

MOST = 100
"""Unread notices are counted up to here."""


@dataclass(frozen=True)
class Line:
    """One notice with what its words are made of. digest: level → how many still stand behind it. act: of a penalty,
    what was done."""

    notice: Notice
    ticket_no: str | None
    owed: Obligation | None
    digest: dict[str, int]
    post: Post | None
    penalty: Penalty | None = None
    act: str = ""


def _mine(by: Actor, *columns: Any) -> Select[Any]:
    """Notices of a person that stand by themselves; those of what has left their sight are not there."""
    return (
        select(*columns)
        .select_from(Notice)
        .outerjoin(Ticket, Ticket.id == Notice.ticket_id)
        .outerjoin(Obligation, and_(Obligation.ticket_id == Notice.ticket_id, Obligation.n == Notice.n))
        .outerjoin(Penalty, Penalty.id == Notice.penalty_id)
        .where(Notice.user_id == by.user_id, Notice.digest_id.is_(None), _in_sight(by))
    )


def _in_sight(by: Actor) -> ColumnElement[bool]:
    """Of a notice of a ticket or a penalty, whether its reader still sees that."""
    elsewhere = and_(Notice.ticket_id.is_(None), Notice.penalty_id.is_(None))
    return or_(elsewhere, scope.shown(Obligation, by), penalties.own(by), penalties.overseen(by))


def unread(session: Session, by: Actor, at: datetime) -> int:
    """How many a person has not read, up to MOST: one query by the index of what is unread."""
    few = _mine(by, Notice.id).where(Notice.read_at.is_(None)).limit(MOST).subquery()
    granted = _granted(by, at).where(DisclosureGrant.seen_at.is_(None)).subquery()
    counts = (select(func.count()).select_from(one).scalar_subquery() for one in (few, granted))
    return sum(session.execute(select(*counts)).one())


def _granted(by: Actor, at: datetime) -> Select[Any]:
    return select(DisclosureGrant.id).where(DisclosureGrant.user_id == by.user_id, DisclosureGrant.in_force(at))


def saw_grants(session: Session, by: Actor, at: datetime) -> bool:
    """A person has been shown what the chairman granted; whether any of it was new. Does not commit."""
    new = _granted(by, at).where(DisclosureGrant.seen_at.is_(None))
    ids = session.scalars(new).all()
    if ids:
        session.execute(update(DisclosureGrant).where(DisclosureGrant.id.in_(ids)).values(seen_at=at))
    return bool(ids)


def lines(session: Session, by: Actor, *, start: int, size: int) -> list[Line]:
    """A page of the inbox, newest first."""
    acts = and_(PenaltyEvent.penalty_id == Notice.penalty_id, PenaltyEvent.no == Notice.n)
    newest = _mine(by, Notice, Ticket.no, Obligation, Penalty, PenaltyEvent.action).outerjoin(PenaltyEvent, acts)
    newest = newest.order_by(Notice.made_at.desc(), Notice.id.desc())
    newest = newest.options(selectinload(Notice.post), selectinload(Notice.change), *_of_reviews(), *_alerts())
    rows = session.execute(newest.offset(start).limit(size)).all()
    digests = _digests(session, by, [notice.id for notice, *_beside in rows if notice.kind == "digest"])
    return [
        Line(notice, no, owed, digests.get(notice.id, {}), notice.post, penalty, act or "")
        for notice, no, owed, penalty, act in rows
    ]


def _of_reviews() -> tuple[Any, ...]:
    """What the words of a notice of a review are made of."""
    of_action = selectinload(Notice.action)
    return selectinload(Notice.review).joinedload(Review.unit), of_action.joinedload(ReviewAction.review)


def _alerts() -> Iterator[Any]:
    """What an alert is about, read along with it."""
    for part in (Alert.category, Alert.district, Alert.unit):
        yield selectinload(Notice.alert).selectinload(part)


def _digests(session: Session, by: Actor, ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Digest → level → how many of its tickets are in sight and still owe it."""
    found: dict[int, dict[str, int]] = {}
    if ids:
        rows = session.execute(
            select(Notice.digest_id, Notice.kind, func.count())
            .join(Ticket, Ticket.id == Notice.ticket_id)
            .join(Obligation, and_(Obligation.ticket_id == Notice.ticket_id, Obligation.n == Notice.n))
            .where(Notice.digest_id.in_(ids), scope.open_now(Obligation), scope.shown(Obligation, by))
            .group_by(Notice.digest_id, Notice.kind)
        )
        for digest_id, kind, n in rows:
            found.setdefault(digest_id or 0, {})[kind] = n
    return found


def read(
    session: Session, by: Actor, at: datetime, *, ticket_id: int | None = None, penalty_id: int | None = None
) -> bool:
    """Mark all of a person's notices read, or those of one ticket or penalty; whether there were any. No commit."""
    mine = [Notice.user_id == by.user_id, Notice.read_at.is_(None)]
    if ticket_id is not None:
        mine.append(Notice.ticket_id == ticket_id)
    if penalty_id is not None:
        mine.append(Notice.penalty_id == penalty_id)
    if session.scalar(select(Notice.id).where(*mine).limit(1)) is None:
        return False
    session.execute(update(Notice).where(*mine).values(read_at=at))
    return True


def read_one(session: Session, by: Actor, at: datetime, notice_id: int) -> Notice | None:
    """Mark one notice read, and all that a digest stands for; None where there is none of this person's."""
    notice = session.scalar(select(Notice).where(Notice.id == notice_id, Notice.user_id == by.user_id))
    if notice is not None:
        these = or_(Notice.id == notice.id, Notice.digest_id == notice.id)
        session.execute(update(Notice).where(these, Notice.read_at.is_(None)).values(read_at=at))
    return notice
