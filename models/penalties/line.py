"""Nobody decides on themselves or in their own line (POLICY §6): by the posts of the conduct's day up to today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.actor import Actor, in_force
from models.organisation import Post
from models.penalty import Penalty
from models.types import local_date

ABOVE = ("head", "leader", "deputy_in_charge", "indicator_holder")
"""Posts that lead a unit, or answer for it."""


def barred(session: Session, penalties: Sequence[Penalty], by: Actor, at: datetime) -> set[int]:
    """The ids of those on which a person may not decide: their own, of who is in a unit that they head or lead, or of
    who heads or leads a unit that they are in. One query, however many."""
    people = {p.person_id for p in penalties if p.person_id is not None}
    today = local_date(at)
    rows = session.scalars(select(Post).where(Post.user_id.in_([*people, by.user_id]), Post.since <= today)).all()
    stood_in_for = {whom for _post, _unit, whom in by.standing_in}
    found = set()
    for penalty in penalties:
        since = local_date(penalty.conduct_at)
        mine = [post for post in rows if post.user_id == by.user_id and _held_since(post, since)]
        theirs = [post for post in rows if post.user_id == penalty.person_id and _held_since(post, since)]
        units = {post.unit_id for post in theirs} | {penalty.unit_id}
        led = {post.unit_id for post in mine if post.post in ABOVE}
        above_me = {post.unit_id for post in theirs if post.post in ABOVE} & {post.unit_id for post in mine}
        is_me = penalty.person_id is not None and penalty.person_id in {by.user_id, *stood_in_for}
        if is_me or led & units or above_me:
            found.add(penalty.id)
    return found


def _held_since(post: Post, day: date) -> bool:
    return post.until is None or post.until > day


def holders(session: Session, unit_id: int | None, posts: Sequence[str], at: datetime) -> list[Post]:
    """Who held a post of a unit at a moment: of several posts the first that anybody held. Where a deputy stood in,
    the deputy did."""
    if unit_id is None:
        return []
    held = select(Post).where(Post.unit_id == unit_id, Post.post.in_(posts), in_force(at)).order_by(Post.id)
    found = session.scalars(held).all()
    away = {(post.acting_for_id, post.post) for post in found if post.acting_for_id is not None}
    for name in posts:
        mine = {post.user_id: post for post in found if post.post == name and (post.user_id, name) not in away}
        if mine:
            return list(mine.values())
    return []
