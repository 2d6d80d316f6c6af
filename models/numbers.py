"""Ticket numbers: quality ones run by year, discipline ones are random (DESIGN §2)."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models.database import insert
from models.policy import DISCIPLINE
from models.rule import NumberSeries
from models.tables import Ticket
from models.types import SHANGHAI

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without what is misread over the telephone: 0 O, 1 I L, U."""


def draw(session: Session, track: str, at: datetime) -> str:
    """A number for a ticket registered, or re-classified, at `at`."""
    year = at.astimezone(SHANGHAI).year
    if track == DISCIPLINE:
        while True:
            number = f"纪{year}-" + "".join(secrets.choice(ALPHABET) for _ in range(4))
            if session.scalar(select(Ticket.id).where(Ticket.no == number)) is None:
                return number
    return quality_number(year, reserve(session, year, 1))


def quality_number(year: int, n: int) -> str:
    return f"ZL-{year}-{n:05d}"


def reserve(session: Session, year: int, count: int) -> int:
    """Take `count` numbers of a year; returns the first. The series stays locked until the transaction ends."""
    table = NumberSeries.__table__
    session.execute(insert(session, table).values(year=year, last=0).on_conflict_do_nothing())
    last = session.execute(
        update(table).where(table.c.year == year).values(last=table.c.last + count).returning(table.c.last)
    ).scalar_one()
    return int(last) - count + 1
