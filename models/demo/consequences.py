"""What followed in the demo city: a media exposure and its penalties, reviews with an action that worked."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.demo.city import IMPROVED_UNIT, LATE_UNIT
from models.demo.lives import Teller
from models.demo.plans import IMPROVED_DAYS
from models.demo.rhythm import local
from models.organisation import Post
from models.penalty import MediaExposure, Penalty
from models.review import Review, ReviewAction
from models.rule import Category, PenaltyRule
from models.tables import Ticket
from models.types import new_id


def consequences(session: Session, teller: Teller, today: date) -> None:
    """Enter them. Amounts come from the penalty rules, people from their posts."""
    _exposure(session, teller, today - timedelta(days=120))
    _reviews(session, teller, today)


def _exposure(session: Session, teller: Teller, day: date) -> None:
    unit = teller.city.units[LATE_UNIT]
    at = local(day, 10)
    ticket_id = session.scalar(
        select(Ticket.id)
        .where(Ticket.unit_id == unit.id, Ticket.track == "quality", Ticket.registered_at < at)
        .order_by(Ticket.registered_at.desc())
        .limit(1)
    )
    if ticket_id is None:
        return
    exposure = MediaExposure(
        id=new_id(), ticket_id=ticket_id, unit_id=unit.id, exposed_at=at, medium="聊城民生频道",
        summary="报道南城一小区水压低、多次反映未解决。",
    )  # fmt: skip
    session.add(exposure)
    rule = session.scalars(select(PenaltyRule).where(PenaltyRule.clause == "第八条(一)")).one()
    posts = {post.post: post for post in session.scalars(select(Post).where(Post.unit_id == unit.id))}
    for post, held, amount in (
        ("responsible", "handler", rule.responsible),
        ("leader", "head", rule.leader),
        ("indicator_holder", "indicator_holder", rule.indicator_holder),
    ):
        user = posts[held].user
        confirmed = post != "indicator_holder"
        session.add(
            Penalty(
                id=new_id(), clause=rule.clause, ticket_id=ticket_id, exposure_id=exposure.id, person_id=user.id,
                person=f"{user.last_name}{user.first_name}", unit_id=unit.id, post=post, amount=amount, conduct_at=at,
                state="confirmed" if confirmed else "proposed", proposed_at=at + timedelta(days=1),
                confirmed_at=at + timedelta(days=4) if confirmed else None,
                confirmed_by=teller.city.operations[0].user_id if confirmed else None,
            )
        )  # fmt: skip


def _reviews(session: Session, teller: Teller, today: date) -> None:
    started = today - timedelta(days=IMPROVED_DAYS)
    pressure = session.scalars(select(Category).where(Category.name == "水压")).one()
    for name, what, causes in (
        (IMPROVED_UNIT, "高峰前一小时切换加压泵，水箱液位每日巡检。", "高峰时段加压不及时，水箱液位无人盯守。"),
        (LATE_UNIT, "班组晨会核对在办工单，临期由负责人督办。", "派工后无人跟进，临期提醒没有落实到人。"),
    ):
        quarter = date(started.year, (started.month - 1) // 3 * 3 + 1, 1)
        starts = date(quarter.year - (quarter.month == 1), (quarter.month - 4) % 12 + 1, 1)
        review = Review(
            unit_id=teller.city.units[name].id, starts=starts, ends=quarter, state="submitted", causes=causes,
            lessons="投诉多集中在同一时段和小区，应当提前处置。", submitted_at=local(started - timedelta(days=10), 16),
        )  # fmt: skip
        review.actions = [
            ReviewAction(
                what=what, owner_id=teller.city.heads[name].user_id, due=started,
                category_id=pressure.id if name == IMPROVED_UNIT else None, expected="同类投诉下降三成以上",
            )
        ]  # fmt: skip
        session.add(review)
