"""委托代理: a head, the director or the chairman names a deputy with dates (POLICY §1).

The deputy's post names whom it is held for; what it gives follows in `models.actor`, and the log says for whom each
act was done.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import access, actor, scope
from models.actor import NO_DEPUTIES, Actor
from models.base import User
from models.notice import Notice
from models.organisation import Post
from models.policy import DISCIPLINE
from models.refusals import Invalid, Reason, Unseen
from models.tables import Accused, Ticket
from models.types import local_date, new_id

LENDABLE = ("head", "discipline", "chairman")
"""Posts whose holder may name a deputy."""
POWERS = frozenset({"discipline", "chairman"})
"""Posts that open confidential tickets: giving one is told to all who hold one."""
LONGEST = 90
"""Days that one delegation may last."""


@dataclass(frozen=True)
class Given:
    """What the principal asked for; `last` is the last day, included."""

    post_id: int | None
    deputy_id: int | None
    first: date | None
    last: date | None


def own_posts(session: Session, by: Actor, at: datetime) -> list[Post]:
    """The posts that a person holds themselves and may lend. A deputy cannot hand on what is not theirs."""
    mine = (Post.user_id == by.user_id, Post.acting_for_id.is_(None), Post.post.in_(LENDABLE))
    held = session.scalars(select(Post).where(*mine, actor.in_force(at)).order_by(Post.id))
    return [post for post in held if actor.fits(post.post, by.roles)]


def lent(session: Session, by: Actor, at: datetime) -> list[Post]:
    """Deputies of a person, now and to come, the next first."""
    running = _running(by, at)
    return list(session.scalars(select(Post).where(*running).order_by(Post.since, Post.id)))


def _running(by: Actor, at: datetime) -> tuple[Any, ...]:
    today = local_date(at)
    return (
        Post.acting_for_id == by.user_id,
        or_(Post.until.is_(None), Post.until > today),
        Post.ended_at.is_(None),
    )


def candidates(session: Session, by: Actor) -> list[User]:
    """Who can be named: everybody with an account in use but those who keep or watch the system."""
    keepers = {i for i, roles in actor.roles_of(session).items() if roles & NO_DEPUTIES}
    people = session.scalars(select(User).where(User.active, User.id != by.user_id).order_by(User.last_name, User.id))
    return [user for user in people if user.id not in keepers]


def delegate(session: Session, given: Given, *, by: Actor, at: datetime) -> Post:
    """Name a deputy, and tell those who must know. Raises Unseen for whom has nothing to lend, Invalid. No commit."""
    posts = {post.id: post for post in own_posts(session, by, at)}
    if not posts:
        raise Unseen
    named = {name: getattr(given, name) for name in ("post_id", "deputy_id", "first", "last")}
    missing = {name: Reason("required") for name, value in named.items() if value is None}
    if missing or given.first is None or given.last is None or given.deputy_id is None:
        raise Invalid(missing)
    post = posts.get(given.post_id or 0)
    if post is None:
        raise Invalid({"post_id": Reason("no_post_to_lend")})
    errors = _wrong_days(post, given.first, given.last, at)
    no = _wrong_person(session, post, given.deputy_id, by, at)
    if no:
        errors["deputy_id"] = no
    if not errors:
        errors = _taken(session, post, given.first, given.last, by, at)
    if errors:
        raise Invalid(errors)
    row = Post(
        user_id=given.deputy_id, unit_id=post.unit_id, post=post.post, since=given.first,
        until=given.last + timedelta(days=1), acting_for_id=by.user_id,
    )  # fmt: skip
    session.add(row)
    session.flush()
    tell(session, row, given.deputy_id, at)
    if row.post in POWERS:  # what else the deputy has open was opened with less to prove
        access.end_all(session, given.deputy_id)
    return row


def _wrong_days(post: Post, first: date, last: date, at: datetime) -> dict[str, Reason]:
    if first < local_date(at):
        return {"first": Reason("day_is_past")}
    if last < first:
        return {"last": Reason("last_before_first")}
    if (last - first).days >= LONGEST:
        return {"last": Reason("lent_too_long", days=LONGEST)}
    if post.until is not None and last >= post.until:
        return {"last": Reason("beyond_ones_post", day=f"{post.until - timedelta(days=1):%Y-%m-%d}")}
    return {}


def _wrong_person(session: Session, post: Post, deputy_id: int, by: Actor, at: datetime) -> Reason | None:
    user = session.get(User, deputy_id)
    if user is None or not user.active:
        return Reason("not_found", value="")
    name = f"{user.last_name}{user.first_name}"
    if user.id == by.user_id:
        return Reason("deputy_is_oneself")
    roles = actor.roles_of(session, [deputy_id]).get(deputy_id, frozenset())
    if roles & NO_DEPUTIES:
        return Reason("no_deputy", value=name)
    same = (Post.user_id == user.id, Post.post == post.post, Post.unit_id == post.unit_id)
    if session.scalar(select(Post.id).where(*same, Post.acting_for_id.is_(None), actor.in_force(at))) is not None:
        return Reason("holds_it_already", value=name)
    return Reason("deputy_accused", value=name) if post.post in POWERS and _accused(session, user.id, by) else None


def _accused(session: Session, user_id: int, by: Actor) -> bool:
    """Whether an open discipline ticket that the principal sees is about the deputy.

    Of one that the principal does not see nothing is told; from the deputy the scope hides it in any case.
    """
    about = select(Ticket.id).join(Accused, Accused.ticket_id == Ticket.id)
    among = (Accused.user_id == user_id, Ticket.track == DISCIPLINE, Ticket.state != "closed", scope.visible(by))
    return session.scalar(about.where(*among).limit(1)) is not None


def _taken(session: Session, post: Post, first: date, last: date, by: Actor, at: datetime) -> dict[str, Reason]:
    """One deputy at a time."""
    same = (Post.post == post.post, Post.unit_id == post.unit_id, Post.since <= last)
    for other in session.scalars(select(Post).where(*_running(by, at), *same)):
        if other.until is None or other.until > first:
            return {"first": Reason("lent_already", value=f"{other.user.last_name}{other.user.first_name}")}
    return {}


def end(session: Session, post_id: int, *, by: Actor, at: datetime) -> Post:
    """End a delegation of one's own, at once. Raises Unseen. Does not commit."""
    row: Post | None = session.scalar(select(Post).where(Post.id == post_id, *_running(by, at)))
    if row is None:
        raise Unseen
    row.ended_at = at
    if row.post in POWERS:
        access.end_all(session, row.user_id)
    return row


def tell(session: Session, post: Post, holder_id: int, at: datetime) -> None:
    """Tell a deputy of the post; and of one that opens confidential tickets, all who hold one (POLICY §1)."""
    whom: set[int] = {holder_id} if post.acting_for_id is not None else set()
    if post.post in POWERS:
        whom |= _holders(actor.everybody(session, at))
    session.add_all(
        Notice(id=new_id(), user_id=user_id, kind="appointed", post=post, urgent=True, made_at=at)
        for user_id in sorted(whom)
    )


def _holders(people: Iterable[Actor]) -> set[int]:
    return {one.user_id for one in people if one.user_id is not None and (one.office or one.chairman)}
