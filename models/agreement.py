"""Who becomes discipline or chairman, and who gets a new password there: told to all who hold such a role or post, and,
where the setting is on, agreed to by one of them before it holds (POLICY §1).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload

from models import access, actor
from models.access_change import AccessChange
from models.actor import Actor
from models.base import Role, User
from models.credential import OneTimeSecret
from models.notice import Notice
from models.organisation import Post
from models.refusals import NotWaiting, Unseen
from models.types import new_id

if TYPE_CHECKING:
    from collections.abc import Iterable

CONFIDENTIAL = frozenset({"discipline", "chairman"})
"""Roles and posts of these names open confidential tickets."""
SHOWN = 50


def concerns(one: Actor) -> bool:
    """Whether somebody holds such a role or post."""
    return bool(one.roles & CONFIDENTIAL) or one.office or one.chairman


def holders(session: Session, at: datetime) -> set[int]:
    """Accounts in use with such a role or post, as a deputy too."""
    return {one.user_id for one in actor.everybody(session, at) if one.user_id is not None and concerns(one)}


def ask(
    session: Session, kind: str, user_id: int, *, by: int | None, at: datetime, waits: bool, role: str | None = None,
    post: Post | None = None,
) -> AccessChange:  # fmt: skip
    """Record a change and tell all holders of it, but whoever makes it. waits: until one of them agrees. No commit."""
    state = "waiting" if waits else "done"
    row = AccessChange(kind=kind, user_id=user_id, role=role, post=post, asked_by_id=by, asked_at=at, state=state)
    session.add(row)
    session.flush()
    _tell(session, row, holders(session, at) - {by}, at)
    return row


def _tell(session: Session, row: AccessChange, whom: Iterable[int], at: datetime) -> None:
    session.add_all(
        Notice(id=new_id(), user_id=one, kind="appointed", change_id=row.id, urgent=True, made_at=at)
        for one in sorted(whom)
    )


def password_set(session: Session, user_id: int, *, by: int | None, at: datetime) -> None:
    """Tell of a holder's new password."""
    if user_id in holders(session, at):
        ask(session, "password", user_id, by=by, at=at, waits=False)


def may_decide(row: AccessChange, by: Actor) -> bool:
    """A holder, but neither who asked for it nor whom it would make one."""
    return row.state == "waiting" and concerns(by) and by.user_id not in (row.asked_by_id, row.user_id)


def shown(session: Session, by: Actor) -> list[AccessChange]:
    """The changes of late, what waits first. Raises Unseen for who holds none of it."""
    if not concerns(by):
        raise Unseen
    newest = select(AccessChange).options(joinedload(AccessChange.post))
    rows = session.scalars(newest.order_by((AccessChange.state != "waiting"), AccessChange.id.desc()).limit(SHOWN))
    return list(rows)


def decide(session: Session, change_id: int, agrees: bool, *, by: Actor, at: datetime) -> AccessChange:
    """A holder agrees to a change, or not. Raises Unseen, or NotWaiting for what was decided meanwhile. No commit."""
    row = session.get(AccessChange, change_id)
    if row is None or not concerns(by) or by.user_id in (row.asked_by_id, row.user_id):
        raise Unseen
    return settle(session, change_id, agrees, by=by.user_id, at=at)


def settle(session: Session, change_id: int, agrees: bool, *, by: int | None, at: datetime) -> AccessChange:
    """Agree or not, as a holder or (by: None) as whoever keeps the server. All holders and who asked hear of it."""
    row = session.get(AccessChange, change_id, with_for_update=True, populate_existing=True)
    if row is None or row.state != "waiting":
        raise NotWaiting
    row.state, row.decided_by_id, row.decided_at = "agreed" if agrees else "refused", by, at
    (_carry_out if agrees else _drop)(session, row, at)
    session.flush()
    asker = set() if row.asked_by_id is None else {row.asked_by_id}
    _tell(session, row, (holders(session, at) | asker) - {by}, at)
    return row


def _carry_out(session: Session, row: AccessChange, at: datetime) -> None:
    if row.kind == "role":
        user = session.get_one(User, row.user_id)
        role = session.scalars(select(Role).where(Role.name == row.role)).one()
        if role not in user.roles:
            user.roles.append(role)
    if row.post is not None:
        row.post.awaits = False
    access.end_all(session, row.user_id)


def _drop(session: Session, row: AccessChange, at: datetime) -> None:
    if row.post is not None:
        row.post.ended_at = at
    session.execute(delete(OneTimeSecret).where(OneTimeSecret.change_id == row.id))


def allows(session: Session, change_id: int | None) -> bool:
    """Whether what was made with a change may be used."""
    row = session.get(AccessChange, change_id) if change_id is not None else None
    return row is None or row.state in ("done", "agreed")
