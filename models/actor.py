"""Who acts: an account, its roles, and the posts it holds on a day (POLICY §1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from models import workflow
from models.base import Role, User, assoc_group_role, assoc_user_group, assoc_user_role
from models.database import together
from models.disclosure import DisclosureGrant
from models.organisation import Post
from models.policy import DISCIPLINE, NEVER_CLEAR
from models.types import local_date


@dataclass(frozen=True)
class Granted:
    """A ticket that the chairman lets somebody see who otherwise would not: `models.granting`."""

    id: int
    ticket_id: int
    track: str
    clear: bool


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
    own_units: frozenset[int] = frozenset()
    """Those of `staff` that the person is not of as a deputy only."""
    standing_in: tuple[tuple[str, int, int], ...] = ()
    """(post, unit, for whom) of the posts held as a deputy."""
    granted: tuple[Granted, ...] = ()

    @property
    def by_role(self) -> Actor:
        """The person without what was granted: what they may do, and what they see by their own roles and posts."""
        return replace(self, granted=()) if self.granted else self

    @property
    def roles_today(self) -> frozenset[str]:
        """The person's own roles, and those of the posts held as a deputy: what a page is offered by."""
        return self.roles | {ROLE_OF[post] for post, _unit, _whom in self.standing_in}

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
            workflow.READER: "leadership" in self.roles,
        }
        return {part for part, has in held.items() if has}

    def acts_for(self, part: str, unit_id: int | None) -> int | None:
        """For whom the person acts in a part, if as a deputy."""
        posts = LENT_AS.get(part, ())
        if part == workflow.HANDLER and unit_id in self.own_units:
            return None
        for held, unit, whom in self.standing_in:
            if held in posts and (held not in OF_UNIT or unit == unit_id):
                return whom
        return None

    @property
    def sees_all_figures(self) -> bool:
        """Whether the person may ask for 全口径 (POLICY §5)."""
        return self.office or self.chairman

    @property
    def oversees_penalties(self) -> bool:
        """Whether the person decides on penalties of the whole group, or judges appeals (POLICY §6)."""
        return bool(self.roles & {"operations", "leadership"}) or self.office or self.chairman

    @property
    def sees_totals(self) -> bool:
        """Whether the person may have discipline's totals by quarter (POLICY §5)."""
        return self.sees_all_figures or "leadership" in self.roles


SYSTEM = Actor(None)
"""The program itself: imports, re-dating."""


OF_UNIT = ("handler", "head")
LENT_AS = {
    workflow.HANDLER: OF_UNIT, workflow.HEAD: ("head",), workflow.OFFICE: ("discipline",),
    workflow.CHAIRMAN: ("chairman",),
}  # fmt: skip
"""Part → the posts by which a deputy has it."""
ROLE_OF = {"handler": "handler", "head": "unit_head", "discipline": DISCIPLINE, "chairman": "chairman"}
"""The role that fits a post with powers."""
FITTING = {"handler": {"handler", "unit_head"}}
NO_DEPUTIES = frozenset({"admin", "auditor"})
"""Who keeps the system or watches over it stands in for nobody (POLICY §1)."""
Roles = Mapping[int, frozenset[str]]


def fits(post: str, roles: frozenset[str]) -> bool:
    """Whether the role of a person fits a post: without it the post gives no powers."""
    return bool(roles & FITTING.get(post, {ROLE_OF.get(post, "")}))


def in_force(at: datetime) -> ColumnElement[bool]:
    """On `Post`: held at a moment."""
    day = local_date(at)
    return and_(
        Post.since <= day,
        or_(Post.until.is_(None), Post.until > day),
        or_(Post.ended_at.is_(None), Post.ended_at > at),
        ~Post.awaits,
    )


def actor(session: Session, user_id: int, roles: frozenset[str], at: datetime) -> Actor:
    """The person `user_id` with `roles` at `at`. A post counts only for a person whose role fits it.

    A deputy's counts by the role of whom it is held for, who must hold the post himself: what he cannot do, nobody
    can for him.
    """
    g, columns = DisclosureGrant, Post.__table__.columns
    standing = (g.user_id == user_id, g.ticket_id.is_not(None), g.in_force(at))
    held, let_see = together(
        session,
        select(Post.__table__).where(Post.user_id == user_id, in_force(at)),
        select(g.id, g.ticket_id, g.track, g.clear).where(*standing),
    )
    posts = sorted((Post(**dict(zip(columns.keys(), row, strict=True))) for row in held), key=lambda post: post.id)
    granted = tuple(
        Granted(i, ticket_id, track, clear and not roles <= NEVER_CLEAR)
        for i, ticket_id, track, clear in sorted(let_see)
        if not roles & NO_DEPUTIES
    )
    principals = {p.acting_for_id for p in posts if p.acting_for_id}
    if not principals:
        return replace(made(user_id, roles, posts, {}, frozenset()), granted=granted)
    theirs = session.scalars(
        select(Post).where(Post.user_id.in_(principals), Post.acting_for_id.is_(None), in_force(at))
    )
    there = made(user_id, roles, posts, roles_of(session, principals), holdings(theirs))
    return replace(there, granted=granted)


def everybody(session: Session, at: datetime) -> list[Actor]:
    """All whose account is in use, as they are at `at`: three queries, however many."""
    roles = roles_of(session)
    posts: dict[int, list[Post]] = {}
    for post in session.scalars(select(Post).where(in_force(at)).order_by(Post.id)):
        posts.setdefault(post.user_id, []).append(post)
    own = holdings(post for held in posts.values() for post in held if post.acting_for_id is None)
    active = session.scalars(select(User.id).where(User.active).order_by(User.id))
    return [made(i, roles.get(i, frozenset()), posts.get(i, []), roles, own) for i in active]


Holdings = frozenset[tuple[int, str, int]]


def holdings(posts: Iterable[Post]) -> Holdings:
    """(who, post, unit) of posts."""
    return frozenset((post.user_id, post.post, post.unit_id) for post in posts)


def made(user_id: int, roles: frozenset[str], posts: Sequence[Post], others: Roles, held_by: Holdings) -> Actor:
    """A person from rows. others, held_by: roles and own posts of those whom the person may stand in for."""
    held: dict[str, set[int]] = {}
    for post in posts:
        if post.acting_for_id is None and fits(post.post, roles):
            held.setdefault(post.post, set()).add(post.unit_id)
    own_units = frozenset().union(*(held.get(name, set()) for name in OF_UNIT))
    standing_in = []
    for post in posts:
        whom = post.acting_for_id
        if whom is None or post.unit_id in held.get(post.post, ()) or roles & NO_DEPUTIES:
            continue
        if (whom, post.post, post.unit_id) in held_by and fits(post.post, others.get(whom, frozenset())):
            standing_in.append((post.post, post.unit_id, whom))
    for name, unit, _whom in standing_in:
        held.setdefault(name, set()).add(unit)
    heads = frozenset(held.get("head", ()))
    return Actor(
        user_id=user_id,
        roles=roles,
        heads=heads,
        staff=heads | held.get("handler", set()),
        office="discipline" in held,
        chairman="chairman" in held,
        own_units=own_units,
        standing_in=tuple(standing_in),
    )


def roles_of(session: Session, people: Iterable[int] | None = None) -> dict[int, frozenset[str]]:
    """Role names by account, those held through a group among them."""
    held = held_roles(User.id, Role.name)
    if people is not None:
        held = held.where(User.id.in_(sorted(people)))
    found: dict[int, set[str]] = {}
    for user_id, name in session.execute(held):
        found.setdefault(user_id, set()).add(name)
    return {user_id: frozenset(names) for user_id, names in found.items()}


def held_roles(*columns: Any) -> Select[Any]:
    """Accounts with each role of theirs, its own and those of its groups, in one query."""
    mine, through = assoc_user_role, assoc_user_group
    role = or_(
        Role.id.in_(select(mine.c.role_id).where(mine.c.user_id == User.id).correlate(User)),
        Role.id.in_(
            select(assoc_group_role.c.role_id)
            .join(through, through.c.group_id == assoc_group_role.c.group_id)
            .where(through.c.user_id == User.id)
            .correlate(User)
        ),
    )
    return select(*columns).select_from(User).join(Role, role)
