"""Filling an empty database with a city's years of complaints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from models import numbers, store
from models.book import Book
from models.demo.city import count_customers, found
from models.demo.consequences import Counting, consequences
from models.demo.lives import Teller
from models.demo.plans import plans
from models.demo.rhythm import days_between
from models.types import Ids, local_date

BATCH = 500


@dataclass(frozen=True)
class Built:
    """How much was made."""

    tickets: int
    events: int


def build(
    session: Session, book: Book, *, tickets: int, months: int, seed: int, now: datetime, password_hash: str,
    progress: Callable[[int, int], None] = lambda done, total: None, count: Counting | None = None,
) -> Built:  # fmt: skip
    """Fill an empty, seeded database with `tickets` tickets over the last `months` months before `now`.

    The same seed and present give the same city. count: counts the figures of its reviews; without it there are none.
    Does not commit.
    """
    rng = Random(seed)
    today = local_date(now)
    first = _months_before(today, months)
    city = found(session, rng, password_hash)
    count_customers(session, city, rng, [_months_before(today, m) for m in range(months, -1, -1)])
    clock = [now]
    teller = Teller(book, city, rng, now, Ids(lambda: int(clock[0].timestamp() * 1000), rng.getrandbits))
    days = days_between(first, today + timedelta(days=1))
    made = events = 0
    for plan, told in plans(teller, tickets, days):
        clock[0] = plan.at
        told(teller.tell(plan))
        if len(teller.lives) == BATCH:
            made, events = made + BATCH, events + _save(session, teller)
            progress(made, tickets)
    made, events = made + len(teller.lives), events + _save(session, teller)
    for year, last in teller.given.items():
        numbers.reserve(session, year, last)
    consequences(session, teller, today, count)
    session.flush()
    return Built(made, events)


def _save(session: Session, teller: Teller) -> int:
    store.save_new(session, teller.lives)
    events = sum(len(case.events) for case in teller.lives)
    teller.lives.clear()
    return events


def _months_before(day: date, months: int) -> date:
    """The first day of the month that lies `months` months before that of `day`."""
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)
