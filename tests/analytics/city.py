"""A small city for the figures: made through the desk by a seeded walk over whatever the workflow allows."""

from __future__ import annotations

import random
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import desk, setup
from models.actor import Actor, actor
from models.base import User
from models.book import Book
from models.refusals import Refused
from models.tables import CustomerCount, District, Ticket, Unit
from models.types import SHANGHAI
from models.workflow import ACTIONS

UNITS = ("东城营业所", "西城营业所", "二次供水公司", "工程公司")
"""The last has no customers in the books."""
DISTRICTS = ("老城", "新区")
CATEGORIES = ("水压", "水质", "维修", "安装", "其他", "吃拿卡要", "态度恶劣")
CHANNELS = ("96568", "市长热线", "网络")
FIRST, LAST = date(2025, 11, 1), date(2026, 3, 1)
KEY = b"k" * 32


def at(text: str) -> datetime:
    """A time as people in Shanghai write it."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@dataclass
class City:
    """A session on a city's database, its people, and how they act."""

    session: Session
    book: Book
    people: dict[str, Actor]

    def register(self, when: str | datetime, **given: Any) -> int:
        given.setdefault("content", "水压低")
        who = self.people["agent"]
        return desk.register(self.session, given, by=who, at=self._at(when), book=self.book)

    def act(self, who: str, ticket: int, action: str, when: str | datetime, **given: Any) -> None:
        version = self.session.get_one(Ticket, ticket).version
        desk.act(self.session, ticket, action, given, by=self.people[who], at=self._at(when), book=self.book,
                 version=version)  # fmt: skip
        self.session.expire_all()

    def customers(self, unit: str, month: date, many: int) -> None:
        row = self.session.scalars(select(Unit).where(Unit.name == unit)).one()
        self.session.add(CustomerCount(unit_id=row.id, month=month, customers=many))
        self.session.flush()

    @staticmethod
    def _at(when: str | datetime) -> datetime:
        return at(when) if isinstance(when, str) else when


POSTS = {
    "agent": ("agent", None, None),
    "operations": ("operations", None, None),
    "discipline": ("discipline", "集团纪检监察室", "discipline"),
    "chairman": ("chairman", "集团领导", "chairman"),
    **{f"head of {name}": ("unit_head", name, "head") for name in UNITS},
}
"""person → role, unit, post."""


def settle(session: Session) -> None:
    """Policy, units, districts and people: a city of which nobody has complained yet."""
    setup.seed(session, through=2027)
    session.add_all([Unit(name=name) for name in UNITS] + [District(name=name) for name in DISTRICTS])
    session.flush()
    units = {unit.name: unit for unit in session.scalars(select(Unit))}
    for n, (role, unit, post) in enumerate(POSTS.values()):
        user = setup.account(session, f"u{n}", "王小明", [role], "x")
        if unit and post:
            setup.appoint(session, user, units[unit], post, date(2020, 1, 1))


def city_of(session: Session) -> City:
    """A settled city to act in."""
    ids = {name: user_id for user_id, name in session.execute(select(User.id, User.username))}
    people = {
        name: actor(session, ids[f"u{n}"], frozenset([role]), at("2025-11-01"))
        for n, (name, (role, _unit, _post)) in enumerate(POSTS.items())
    }
    return City(session, Book(session, KEY), people)


def lively(session: Session, tickets: int, seed: int) -> City:
    """A settled city where `tickets` complaints, and some enquiries, go their ways from FIRST to LAST."""
    city, chance = city_of(session), random.Random(seed)
    for unit in UNITS[:-1]:
        for month in (date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)):
            if (unit, month) != (UNITS[1], date(2026, 1, 1)):  # one unit-month that nobody entered
                city.customers(unit, month, chance.randrange(20_000, 90_000))
    span = (LAST - FIRST).days * 86_400
    for when in sorted(at(FIRST.isoformat()) + timedelta(seconds=chance.randrange(span)) for _ in range(tickets)):
        _Walk(city, chance).go(when)
    return city


class _Walk:
    """One ticket's way: at each step one of the things that somebody may do, at a random time later."""

    def __init__(self, city: City, chance: random.Random) -> None:
        self.city, self.chance = city, chance
        self.ticket: int | None = None

    def go(self, when: datetime) -> None:
        chance, city = self.chance, self.city
        given = {"category": chance.choice([None, *CATEGORIES]), "channel": chance.choice([None, *CHANNELS]),
                 "district": chance.choice([None, *DISTRICTS]), "kind": chance.choice(["complaint"] * 5 + ["enquiry"]),
                 "phone": chance.choice([None, "13812345678"])}  # fmt: skip
        if chance.random() < 0.3:
            given["forward_due_at"] = when + timedelta(hours=chance.randrange(-24, 240))
            given["received_at"] = when - timedelta(hours=chance.randrange(1, 48))
        self.ticket = city.register(when, **given)
        if chance.random() < 0.3:
            closed = city.session.scalars(
                select(Ticket.id).where(Ticket.closed_at <= when, Ticket.id != self.ticket).order_by(Ticket.no)
            ).all()
            if closed:
                self._try(chance.choice(["operations", "discipline"]), "link", when, to=chance.choice(closed),
                          kind="repeat")  # fmt: skip
        for _ in range(chance.randrange(0, 14)):
            when += timedelta(hours=chance.choice([0.5, 3, 20, 60, 90]))
            if not self._step(when):
                return

    def _step(self, when: datetime) -> bool:
        """One step that the workflow table allows; False where nobody may do anything."""
        city = self.city
        ticket = city.session.get_one(Ticket, self.ticket)
        unit = city.book.register("unit").name(ticket.unit_id)
        allowed = [
            (who, action)
            for action in GIVEN
            for part in sorted({part for step in ACTIONS[action].steps if step.fits(ticket.track, ticket.state)
                                for part in step.by})
            if (who := f"head of {unit}" if part == "u" else PEOPLE.get(part)) in city.people
        ]  # fmt: skip
        if not allowed:
            return False
        weights = [GIVEN[action][0] for _, action in allowed]
        who, action = self.chance.choices(allowed, weights)[0]
        self._try(who, action, when, **GIVEN[action][1](self.chance))
        return True

    def _try(self, who: str, action: str, when: datetime, **given: Any) -> None:
        assert self.ticket is not None
        with suppress(Refused):  # a guard said no: nothing happened
            self.city.act(who, self.ticket, action, when, **given)


def _call(chance: random.Random) -> dict[str, Any]:
    outcome = chance.choice(["satisfied", "dissatisfied", "dissatisfied", "unreached"])
    remark = "不行" if outcome == "dissatisfied" else None
    return {"outcome": outcome, "remark": remark, "solved": chance.random() < 0.5}


_RESULT = {"cause": "管道老化", "responsible": "未查明", "result": "已修复"}
PEOPLE = {"a": "agent", "o": "operations", "d": "discipline", "c": "chairman"}
GIVEN: dict[str, tuple[float, Any]] = {
    "answer": (1, lambda _: {"reply": "好"}),
    "decline": (0.3, lambda _: {"reply": "不属受理范围"}),
    "assign": (6, lambda chance: {"unit": chance.choice(UNITS)}),
    "refer": (0.4, lambda _: {}),
    "reclassify": (0.1, lambda chance: {"category": chance.choice(CATEGORIES), "reason": "分类有误"}),
    "find": (3, lambda chance: {"founded": chance.random() < 0.8, "findings": "属实"}),
    "explain": (3, lambda _: {"reply": "说明"}),
    "report": (3, lambda _: {"opinion": "建议处理"}),
    "instruct": (3, lambda chance: {"unit": chance.choice(UNITS), "instruction": "办"}),
    "submit": (4, lambda _: _RESULT),
    "return": (0.5, lambda _: {"reason": "not_ours"}),
    "call_back": (4, _call),
    "waive": (0.7, lambda _: {"reason": "无人接听"}),
    "conclude": (1, lambda _: {"reason": "无法满足"}),
    "feed_back": (3, lambda _: {"opinion": "已处理"}),
    "record": (3, lambda _: {"record": "已记录"}),
    "correct": (0.5, lambda _: {"reason": "点错"}),
}
"""action → (how likely, what is filled in)."""
