"""First rows: the 办法's policy, the announced calendar, the roles, and accounts with their posts (`run.py init`).

Seeding adds what is missing and never changes what is there: it may run again after an upgrade.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import alert, notice, password_profile, policy
from models.alert import AlertRule
from models.base import Role, User
from models.calendar import announced
from models.notice import NoticeRule
from models.organisation import Post, Unit
from models.password_profile import PasswordProfile
from models.reply import TEMPLATES, ReplyTemplate
from models.rule import CalendarDay, CalendarYear, Category, Channel, ClosingTime, PenaltyRule, Rule
from models.suggestion import KEYWORDS, Keyword
from models.target import SEEDED, KpiTarget

FIRST_YEAR = 2001
"""The first year whose make-up days the announcements list."""


def seed(session: Session, *, through: int) -> None:
    """Policy, calendar up to the year `through`, offices and roles, as far as they are missing."""
    _missing(session, Category, "name", [{"name": name, "track": track} for name, track in policy.CATEGORIES])
    _missing(session, Channel, "name", [{"name": name, "forwarder": forwards} for name, forwards in policy.CHANNELS])
    _missing(session, Unit, "name", [{"name": name, "kind": kind} for name, kind in policy.OFFICES])
    _missing(session, Role, "name", [{"name": name} for name in policy.ROLES])
    known = set(session.scalars(select(Rule.key)))
    session.add_all(
        Rule(key=t.key, track=t.track, since=policy.ALWAYS, amount=t.amount, measure=t.measure, clause=t.clause)
        for t in policy.TERMS
        if t.key not in known
    )
    if session.scalar(select(PenaltyRule.id).limit(1)) is None:
        columns = ("clause", "conduct", "responsible", "leader", "indicator_holder", "by_regulation")
        session.add_all(
            PenaltyRule(since=policy.ALWAYS, **dict(zip(columns, row, strict=True))) for row in policy.PENALTIES
        )
    if session.scalar(select(ClosingTime.id).limit(1)) is None:
        session.add_all(
            ClosingTime(starts=starts, ends=ends, yearly=yearly, closes=closes)
            for starts, ends, yearly, closes in policy.CLOSING_TIMES
        )
    if session.scalar(select(NoticeRule.id).limit(1)) is None:
        names = ("obligation", "track", "level", "amount", "measure", "recipient", "urgent")
        session.add_all(NoticeRule(**dict(zip(names, row, strict=True))) for row in notice.SEEDED)
    if session.scalar(select(AlertRule.id).limit(1)) is None:
        session.add_all(AlertRule(kind=kind, recipient=whom, urgent=urgent) for kind, whom, urgent in alert.SEEDED)
    if session.scalar(select(KpiTarget.id).limit(1)) is None:
        session.add_all(KpiTarget(metric=metric, target=1, since=policy.ALWAYS) for metric in SEEDED)
    if session.scalar(select(PasswordProfile.id).limit(1)) is None:
        session.add(password_profile.seeded())
    publish(session, range(FIRST_YEAR, through + 1))
    session.flush()
    _texts(session)


def _texts(session: Session) -> None:
    """What registration suggests and the texts it offers: once, for operations to go on from."""
    categories: dict[str, int] = dict(session.execute(select(Category.name, Category.id)).all())
    if session.scalar(select(Keyword.id).limit(1)) is None:
        session.add_all(
            Keyword(word=word, category_id=categories[name]) for name, words in KEYWORDS.items() for word in words
        )
    if session.scalar(select(ReplyTemplate.id).limit(1)) is None:
        session.add_all(
            ReplyTemplate(name=name, action=action, track=track, text=text, position=10 * n,
                          category_id=categories[category] if category else None)
            for n, (name, action, track, category, text) in enumerate(TEMPLATES, 1)
        )  # fmt: skip
    session.flush()


def publish(session: Session, years: Iterable[int]) -> list[int]:
    """Enter the announced calendar of `years`, those already entered left alone; returns the years added."""
    known = set(session.scalars(select(CalendarYear.year)))
    entered = set(session.scalars(select(CalendarDay.day)))
    found = announced(year for year in years if year not in known)
    source = "国务院办公厅节假日安排（holidays）"
    session.add_all(CalendarYear(year=year, source=source) for year in found)
    session.add_all(
        CalendarDay(day=day, working=working, name=name)
        for days in found.values()
        for day, (working, name) in days.items()
        if day not in entered
    )
    return list(found)


def _missing(session: Session, model: type[Any], key: str, rows: list[dict[str, Any]]) -> None:
    known = set(session.scalars(select(getattr(model, key))))
    session.add_all(model(**row) for row in rows if row[key] not in known)


def account(
    session: Session, username: str, full_name: str, roles: Iterable[str], password_hash: str, *, surname: int = 1
) -> User:
    """Add an account; `surname` is the length of the family name. The caller hashes the password."""
    user = User(
        username=username,
        last_name=full_name[:surname],
        first_name=full_name[surname:] or full_name,
        email=f"{username}@example.invalid",
        active=True,
        password=password_hash,
        roles=list(session.scalars(select(Role).where(Role.name.in_(list(roles))))),
    )
    session.add(user)
    session.flush()
    return user


def appoint(session: Session, user: User, unit: Unit, post: str, since: date, until: date | None = None) -> Post:
    """Give a person a post of a unit from a day on."""
    row = Post(user_id=user.id, unit_id=unit.id, post=post, since=since, until=until)
    session.add(row)
    session.flush()
    return row
