"""Rows that sit on every edge: met at the very deadline, void before it and after, years of summer time, no unit.

They are written straight into the tables, since no desk would make most of them; the figures must count them all.
"""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models.tables import Callback, Category, Channel, CustomerCount, District, Obligation, Penalty, Ticket, Unit

EDGES = (datetime.fromisoformat("1940-05-31T23:00+08:00"), datetime.fromisoformat("1986-05-03T22:00+08:00"),
         datetime.fromisoformat("1988-09-10T21:00+08:00"), datetime.fromisoformat("2024-12-29T12:00+08:00"),
         datetime.fromisoformat("2025-12-30T00:00+08:00"))  # fmt: skip
"""Where the rows lie: changes of the clock, turns of the year, weeks in two years."""
KINDS = ("handle", "dispatch", "callback", "opinion", "upstream", "investigate")
OUTCOMES = ("satisfied", "dissatisfied", "unreached", "waived", "concluded")
ENDINGS = ("satisfied", "declined", "explained", "imported", None)
STATES = ("proposed", "confirmed", "executed", "withdrawn", "appealed", "upheld", "revoked")
CLAUSES = ("第八条(一)", "第八条(四)")


def odd(session: Session, tickets: int, seed: int) -> None:
    """Write `tickets` tickets and what hangs on them, on a grid of six hours so that times meet."""
    chance = random.Random(seed)
    ids = {table: [None, *session.scalars(select(table.id).order_by(table.id))]  # type: ignore[attr-defined]
           for table in (Category, Channel, District, Unit)}  # fmt: skip
    rows: dict[Any, list[dict[str, Any]]] = {Ticket: [], Obligation: [], Callback: [], CustomerCount: [], Penalty: []}
    for n in range(1, tickets + 1):
        start = chance.choice(EDGES) + timedelta(hours=6 * chance.randrange(60))
        rows[Ticket].append(_ticket(n, start, chance, ids))
        for k in range(1, chance.randrange(5) + 1):
            rows[Obligation].append(_obligation(n, k, start, chance, ids))
        rows[Callback] += _calls(n, start, chance, ids)
        rows[Penalty].append(_penalty(n, start, chance, ids))
    for unit in ids[Unit][-4:-1]:
        for month in sorted({edge.date().replace(day=1) for edge in EDGES} | {date(1940, 6, 1), date(2026, 1, 1)}):
            if chance.random() < 0.8:
                rows[CustomerCount].append({"unit_id": unit, "month": month, "customers": chance.randrange(30_000)})
    for table, made in rows.items():
        session.execute(insert(table.__table__), made)


def _later(at: datetime, chance: random.Random, most: int = 40) -> datetime:
    return at + timedelta(hours=6 * chance.randrange(most))


def _ticket(n: int, at: datetime, chance: random.Random, ids: Any) -> dict[str, Any]:
    closed = _later(at, chance, 200) if chance.random() < 0.6 else None
    found = chance.choice([None, True, False])
    return {
        "id": n, "no": f"T{n}", "kind": chance.choice(["complaint"] * 8 + ["repair", "enquiry"]),
        "track": chance.choice(["quality", "quality", "discipline"]), "category_id": chance.choice(ids[Category]),
        "state": "closed" if closed else "handling", "round": chance.randrange(5), "version": 1,
        "unit_id": chance.choice(ids[Unit]),
        "channel_id": chance.choice(ids[Channel]), "urgency": "normal", "district_id": chance.choice(ids[District]),
        "received_at": at, "registered_at": at, "closed_at": closed,
        "ending": chance.choice(ENDINGS) if closed else None,
        "decided_at": chance.choice([None, at, _later(at, chance)]), "founded": found,
        "found_at": None if found is None else _later(at, chance),
        "repeat_of_id": chance.randrange(1, n) if n > 1 and chance.random() < 0.3 else None,
        "event_count": 0, "head": "", "last_event_at": at,
    }  # fmt: skip


def _obligation(n: int, k: int, at: datetime, chance: random.Random, ids: Any) -> dict[str, Any]:
    opened = _later(at, chance, 8) - timedelta(hours=12)
    due = _later(opened, chance, 12) - timedelta(hours=12)
    if chance.random() < 0.2:  # a deadline that is the last instant of its day
        due = due.replace(hour=23, minute=59, second=59, microsecond=999_999)
    end = chance.choice([due, max(due, opened), _later(opened, chance, 24), None])
    end = max(end, opened) if end else None
    met = chance.random() < 0.7
    return {
        "ticket_id": n, "n": k, "kind": chance.choice(KINDS), "clause": "", "round": 1,
        "track": chance.choice(["quality", "quality", "discipline"]), "unit_id": chance.choice(ids[Unit]),
        "opened_at": opened, "due_at": due, "settled_at": end if met else None, "voided_at": None if met else end,
    }  # fmt: skip


def _calls(n: int, at: datetime, chance: random.Random, ids: Any) -> list[dict[str, Any]]:
    rows, number, unit = [], 1, chance.choice(ids[Unit])
    for k in range(1, chance.randrange(7) + 1):
        at = _later(at, chance, 12)
        outcome = chance.choice(OUTCOMES)
        wrong = chance.random() < 0.2
        rows.append({"ticket_id": n, "n": k, "round": number, "unit_id": unit, "called_at": at, "outcome": outcome,
                     "solved": chance.choice([None, True, False]), "event_no": k,
                     "corrected_at": at if wrong else None})  # fmt: skip
        if outcome == "dissatisfied" and not wrong:
            number, unit = number + 1, chance.choice(ids[Unit])
    return rows


def _penalty(n: int, at: datetime, chance: random.Random, ids: Any) -> dict[str, Any]:
    state = chance.choice(STATES)
    return {
        "id": n, "clause": chance.choice(CLAUSES), "post": chance.choice(["responsible", "leader"]),
        "ticket_id": chance.choice([None, n, n]), "unit_id": chance.choice(ids[Unit]), "state": state,
        "amount": chance.choice([None, Decimal(0), Decimal(50), Decimal("33.10")]), "conduct_at": at,
        "proposed_at": at, "confirmed_at": None if state == "proposed" else _later(at, chance),
    }  # fmt: skip
