"""纪检监察季度合计: all that the group's leadership learns of the discipline track in figures (POLICY §5).

Complaints of the whole group by finished quarter, in all and by what was found of them, as the log stood when the
quarter ended. Nothing that is written down later moves them: neither a ticket that changes its track, nor a finding,
nor an imported history, because only events recorded before the quarter's end are read. So nothing is stored.

What is small is withheld, nought included, or it would say that there is one: a total under `LEAST` with its parts,
and with one small part all parts of its quarter, or the others would give it away. No year, unit or category is given
from which a quarter could be worked out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from analytics.periods import first_day, label, local_date, midnight
from analytics.questions import Withheld, written
from models import log
from models.actor import Actor
from models.policy import DISCIPLINE
from models.tables import Ticket, TicketEvent

LEAST = 5
"""Cases below which a cell is withheld."""
SHOWN = 8
"""Finished quarters that are shown, whether anything happened in them or not."""
PARTS = {"founded": "属实", "unfounded": "不属实", "undecided": "季末未认定"}
SCOPE, SCOPE_ZH = "totals", "纪检监察季度合计"
MOVES = ("refer", "reclassify")
"""The acts that change a ticket's track."""


@dataclass(frozen=True)
class Quarter:
    """One finished quarter. total, parts: None where withheld."""

    label: str
    ended: datetime
    total: int | None
    parts: Mapping[str, int | None]


def allow(actor: Actor) -> None:
    """Raises Withheld for who may not have the totals: leadership has them, and who sees 全口径."""
    if not actor.sees_totals:
        raise Withheld("纪检监察季度合计只向集团领导、纪检监察室和董事长开放。")


def quarters(session: Session, now: datetime) -> list[Quarter]:
    """The last finished quarters, the latest first."""
    spans = list(_finished(now))
    found: dict[str, dict[str, int]] = {name: dict.fromkeys(PARTS, 0) for name, _start, _end in spans}
    for events in _histories(session, spans[-1][1], spans[0][2]):
        registered = events[0].at
        for name, start, end in spans:
            if start <= registered < end and (part := _part(events, end)):
                found[name][part] += 1
    return [Quarter(name, end, *withheld(found[name])) for name, _start, end in spans]


def withheld(parts: Mapping[str, int]) -> tuple[int | None, dict[str, int | None]]:
    """(total, parts) of a quarter as they may be told."""
    total = sum(parts.values())
    if total < LEAST or min(parts.values()) < LEAST:
        return (total if total >= LEAST else None), dict.fromkeys(parts)
    return total, dict(parts)


def as_json(found: Sequence[Quarter]) -> dict[str, Any]:
    """The document of `GET totals/`: null is withheld."""
    rows = [
        {"quarter": one.label, "as_of": written(one.ended), "complaints": one.total, **one.parts} for one in found
    ]  # fmt: skip
    return {"scope": SCOPE, "least": LEAST, "rows": rows}


def _finished(now: datetime) -> Iterator[tuple[str, datetime, datetime]]:
    """(label, start, end) of the finished quarters, the latest first."""
    end = first_day("quarter", local_date(now))
    for _n in range(SHOWN):
        month = end.month - 3
        start = date(end.year, month, 1) if month > 0 else date(end.year - 1, month + 12, 1)
        yield label("quarter", start), midnight(start), midnight(end)
        end = start


def _histories(session: Session, since: datetime, until: datetime) -> Iterator[list[Any]]:
    """The logs of the tickets registered in [since, until) that are, or once were, of the discipline track."""
    moved = select(TicketEvent.ticket_id).where(TicketEvent.action.in_(MOVES), TicketEvent.at >= since)
    rows = session.execute(
        select(TicketEvent.ticket_id, TicketEvent.at, TicketEvent.recorded_at, TicketEvent.track, TicketEvent.payload)
        .join(Ticket, Ticket.id == TicketEvent.ticket_id)
        .where(
            Ticket.registered_at >= since,
            Ticket.registered_at < until,
            or_(Ticket.track == DISCIPLINE, Ticket.id.in_(moved)),
        )
        .order_by(TicketEvent.ticket_id, TicketEvent.no)
    )
    for _ticket, events in groupby(rows, key=lambda row: row.ticket_id):
        yield list(events)


def _part(events: Sequence[Any], end: datetime) -> str | None:
    """Which part a ticket counted in as a quarter ended; None: it was no complaint of the discipline track then."""
    known = [event for event in events if event.recorded_at < end]
    if not known or known[-1].track != DISCIPLINE:
        return None
    stood = log.fold(event.payload for event in known)["ticket"][""]
    if stood.get("kind") != "complaint":
        return None
    founded = stood.get("founded")
    return "undecided" if founded is None else "founded" if founded else "unfounded"
