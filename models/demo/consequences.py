"""What followed in the demo city: media exposures and penalties in every state, reviews in every state."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import penalties, reviews
from models.actor import Actor
from models.demo import words
from models.demo.city import HEAD2_UNIT, HEAD_UNIT, IMPROVED_UNIT, LATE_UNIT
from models.demo.lives import Teller
from models.demo.plans import IMPROVED_DAYS
from models.demo.rhythm import local
from models.organisation import Unit
from models.penalties import finding
from models.penalty import MediaExposure, Penalty
from models.penalty_workflow import DELAYED, IGNORED
from models.review import Review
from models.reviews import telling
from models.reviews.document import Document
from models.reviews.periods import Period, last_whole, midnight
from models.rule import Category
from models.tables import Ticket
from models.types import new_id


class Counting(Protocol):
    """What counts a review's figures: `analytics.reviews.draft`, which models cannot know."""

    def __call__(
        self, session: Session, unit: Unit, period: Period, *, as_of: datetime, window: int
    ) -> Document: ...  # fmt: skip


def consequences(session: Session, teller: Teller, today: date, count: Counting | None) -> None:
    """Enter them, by the ways that people take. count: None makes no reviews."""
    _penalties(session, teller, today)
    if count is not None:
        _reviews(session, teller, today, count)


def _penalties(session: Session, teller: Teller, today: date) -> None:
    """Exposures with their proposals, decided each in its own way; what the other rules find of late waits."""
    city = teller.city
    operations, office, chairman = city.operations[0], city.discipline, city.chairman
    late, own = LATE_UNIT, HEAD_UNIT
    of_late = _exposed(session, teller, late, today - timedelta(days=120), "报道南城一小区水压低、多次反映未解决。")
    for penalty in of_late:
        at = _act(session, teller, penalty, "confirm", operations, penalty.proposed_at + timedelta(days=3))
        if penalty.post == "leader":
            said = "当日已组织抢修，报道未采访本单位。"
            at = _act(session, teller, penalty, "appeal", city.heads[late], at + timedelta(days=4), reason=said)
            said = "多次反映未解决属实，维持原决定。"
            _act(session, teller, penalty, "uphold", office, at + timedelta(days=6), reason=said)
        else:
            _act(session, teller, penalty, "execute", operations, at + timedelta(days=18))
    of_own = _exposed(session, teller, own, today - timedelta(days=45), "报道二次供水泵房夜间噪声扰民。")
    handler = next(penalty for penalty in of_own if penalty.post == "responsible")
    for penalty in of_own:
        day = penalty.proposed_at + timedelta(days=2)
        if penalty is not handler:
            _act(session, teller, penalty, "withdraw", operations, day, reason="设备到货延误，非管理责任。")
            continue
        at = _act(session, teller, penalty, "confirm", office, day)
        said = "当晚不当班，有值班表。"
        at = _act(session, teller, penalty, "appeal", city.handlers[own], at + timedelta(days=3), reason=said)
        _act(session, teller, penalty, "revoke", chairman, at + timedelta(days=5), reason="值班表属实，撤销。")
    latest = _exposed(session, teller, own, today - timedelta(days=6), "视频反映小区连续两天早高峰停水。")
    for penalty in latest:
        if penalty.post == "indicator_holder":
            continue
        at = _act(session, teller, penalty, "confirm", operations, penalty.proposed_at + timedelta(days=1))
        if penalty.post == "leader":
            said = "停水由市政施工挖断管线引起。"
            _act(session, teller, penalty, "appeal", city.heads[own], at + timedelta(days=1), reason=said)
    _by_hand(session, teller, DELAYED, city.agents[1], None, "周五下班前来件，周一才转办，办理因此逾期。")
    _by_hand(session, teller, IGNORED, city.heads[late], city.units[late], "督办两次没有回音。")
    finding.find(session, teller.now, teller.book)


def _by_hand(session: Session, teller: Teller, clause: str, who: Actor, unit: Unit | None, reason: str) -> None:
    at = teller.now - timedelta(days=2)
    penalty = Penalty(clause=clause, person_id=who.user_id, unit_id=unit.id if unit else None, post="responsible",
                      conduct_at=at - timedelta(days=3), reason=reason)  # fmt: skip
    beside = penalties.propose(session, penalty, by=teller.city.operations[0], at=at, book=teller.book)
    session.add_all([penalty, *beside])
    session.flush()


def _exposed(session: Session, teller: Teller, unit_name: str, day: date, summary: str) -> list[Penalty]:
    """A media exposure and what it leads to on the next day."""
    unit, at = teller.city.units[unit_name], local(day, 10)
    ticket_id = session.scalar(
        select(Ticket.id)
        .where(Ticket.unit_id == unit.id, Ticket.track == "quality", Ticket.registered_at < at)
        .order_by(Ticket.registered_at.desc())
        .limit(1)
    )
    exposure = MediaExposure(id=new_id(), ticket_id=ticket_id, unit_id=unit.id, exposed_at=at, medium="聊城民生频道",
                             summary=summary)  # fmt: skip
    session.add(exposure)
    session.flush()
    finding.of_exposures(session, at + timedelta(days=1), teller.book)
    mine = select(Penalty).where(Penalty.exposure_id == exposure.id).order_by(Penalty.n)
    return list(session.scalars(mine))


def _act(session: Session, teller: Teller, penalty: Penalty, name: str, by: Actor, at: datetime,
         **given: str) -> datetime:  # fmt: skip
    penalties.act(session, penalty.id, name, given, by=by, at=at, book=teller.book, version=penalty.version)
    return at


def _reviews(session: Session, teller: Teller, today: date, count: Counting) -> None:
    """Two reviews whose actions have fallen due, and the last quarter's in every state."""
    city, started = teller.city, today - timedelta(days=IMPROVED_DAYS)
    pressure = session.scalars(select(Category.id).where(Category.name == "水压")).one()
    for name, category, (causes, lessons, what) in (
        (IMPROVED_UNIT, pressure, words.REVIEWS[0]),
        (LATE_UNIT, None, words.REVIEWS[1]),
    ):
        at = local(started - timedelta(days=10), 16)
        period = last_whole(at.date(), 4)
        action = {"what": what, "owner": city.heads[name].user_id, "due": started, "category": category,
                  "expected": "同类投诉下降三成以上"}  # fmt: skip
        review = reviews.open_(session, city.units[name].id, period, by=city.heads[name], at=at, book=teller.book)
        _written(session, teller, review, name, (causes, lessons, [action]), at, count)
        _review(session, teller, review, "release", city.operations[0], at + timedelta(days=3))
        if name == IMPROVED_UNIT:  # the other has not said a word
            _review(session, teller, review, "carry_out", city.heads[name], local(started, 17), measure="1",
                    done_on=started.isoformat(), said=words.CARRIED_OUT)  # fmt: skip
    telling.remind(session, teller.book, teller.now - timedelta(hours=24))  # the drafts of the last quarter
    last = last_whole(today, 4)
    for name, then in ((LATE_UNIT, ""), (HEAD2_UNIT, "send_back")):
        unit_id = city.units[name].id
        found = select(Review).where(Review.unit_id == unit_id, Review.starts == last.starts, Review.ends == last.ends)
        draft = session.scalar(found)
        at = teller.now - timedelta(hours=20)
        if draft is None or at < midnight(last.ends):
            continue
        causes, lessons, what = words.REVIEWS[1]
        action = {"what": what, "owner": city.heads[name].user_id, "due": today + timedelta(days=40), "category": None,
                  "expected": "逾期件数减半"}  # fmt: skip
        _written(session, teller, draft, name, (causes, lessons, [action]), at, count)
        if then:
            said = "教训写得太笼统，请写明是哪几个环节。"
            _review(session, teller, draft, then, city.operations[0], at + timedelta(hours=2), said=said)


def _written(
    session: Session, teller: Teller, review: Review, unit: str, said: tuple[str, str, list[dict[str, Any]]],
    at: datetime, count: Counting,
) -> None:  # fmt: skip
    """The unit's head writes and submits it."""
    causes, lessons, actions = said
    head = teller.city.heads[unit]
    _review(session, teller, review, "write", head, at, causes=causes, lessons=lessons, actions=actions)
    figures = count(session, teller.city.units[unit], Period(review.starts, review.ends), as_of=at, window=90)
    _review(session, teller, review, "submit", head, at + timedelta(minutes=5), figures=figures)


def _review(
    session: Session, teller: Teller, review: Review, name: str, by: Actor, at: datetime,
    figures: Document | None = None, **given: Any,
) -> None:  # fmt: skip
    reviews.act(session, review.id, name, given, by=by, at=at, book=teller.book, version=review.version,
                figures=figures)  # fmt: skip
