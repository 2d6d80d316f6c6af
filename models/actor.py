"""Who acts: an account, its roles, and the posts it holds on a day (POLICY §1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models import workflow
from models.organisation import Post
from models.policy import DISCIPLINE
from models.types import SHANGHAI


@dataclass(frozen=True)
class Actor:
    """A person at a moment: roles say what kind of person, posts give unit and powers.

    heads, staff: units of which the person is head, or head or handler, today (as a deputy too).
    standing_in: unit → the user a deputy acts for.
    """

    user_id: int | None
    roles: frozenset[str] = frozenset()
    heads: frozenset[int] = frozenset()
    staff: frozenset[int] = frozenset()
    office: bool = False
    chairman: bool = False
    standing_in: tuple[tuple[str, int, int], ...] = ()
    """(post, unit, for whom) of the posts held as a deputy."""

    @property
    def desk(self) -> bool:
        """Whether the person works at the hotline or in 运营管理部."""
        return bool(self.roles & {"agent", "operations"})

    def parts(self, unit_id: int | None) -> set[str]:
        """The parts the person has in a ticket that is with `unit_id`."""
        held = {
            workflow.AGENT: "agent" in self.roles,
            workflow.OPERATIONS: "operations" in self.roles,
            workflow.HANDLER: unit_id in self.staff,
            workflow.HEAD: unit_id in self.heads,
            workflow.OFFICE: self.office,
            workflow.CHAIRMAN: self.chairman,
        }
        return {part for part, has in held.items() if has}

    def acts_for(self, part: str, unit_id: int | None) -> int | None:
        """For whom the person acts in a part, if as a deputy."""
        post = {workflow.HEAD: "head", workflow.OFFICE: "discipline", workflow.CHAIRMAN: "chairman"}.get(part)
        for held, unit, whom in self.standing_in:
            if held == post and (post != "head" or unit == unit_id):
                return whom
        return None

    @property
    def sees_all_figures(self) -> bool:
        """Whether the person may ask for 全口径 (POLICY §5)."""
        return self.office or self.chairman


SYSTEM = Actor(None)
"""The program itself: imports, re-dating."""


def posts_on(session: Session, user_id: int, day: date) -> list[Post]:
    """The posts a person holds on a day."""
    return list(
        session.scalars(
            select(Post).where(Post.user_id == user_id, Post.since <= day, or_(Post.until.is_(None), Post.until > day))
        )
    )


def actor(session: Session, user_id: int, roles: frozenset[str], at: datetime) -> Actor:
    """The person `user_id` with `roles` at `at`. A post counts only for a person whose role fits it."""
    posts = posts_on(session, user_id, at.astimezone(SHANGHAI).date())
    held: dict[str, set[int]] = {}
    for post in posts:
        held.setdefault(post.post, set()).add(post.unit_id)
    heads = held.get("head", set()) if "unit_head" in roles else set()
    staff = heads | (held.get("handler", set()) if roles & {"handler", "unit_head"} else set())
    return Actor(
        user_id=user_id,
        roles=roles,
        heads=frozenset(heads),
        staff=frozenset(staff),
        office=DISCIPLINE in roles and "discipline" in held,
        chairman="chairman" in roles and "chairman" in held,
        standing_in=tuple((p.post, p.unit_id, p.acting_for_id) for p in posts if p.acting_for_id),
    )
