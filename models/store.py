"""Cases from the database and back: one with its lock, or thousands in a few statements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from models import draft, index, lookup
from models.case import PARTS, Case, Row
from models.database import together
from models.policy import QUALITY
from models.refusals import Stale, Unseen
from models.tables import Ticket, TicketEvent, TicketText

TICKET: Table = Ticket.__table__
EVENT: Table = TicketEvent.__table__
TEXT: Table = TicketText.__table__
PART_TABLES: dict[str, Table] = {name: model.__table__ for name, model in PARTS.items()}


def lock(session: Session, ticket_id: int) -> None:
    """Hold a ticket until the transaction ends, before its rows are read.

    SQLite has no row locks: an update that changes nothing takes its write lock, so that what is read next is
    what is written over. PostgreSQL's weaker lock lets others refer to the ticket meanwhile: with the full one, a
    link to a main and the main's act on that follower would wait for each other.
    """
    if session.get_bind().dialect.name == "sqlite":
        session.execute(update(TICKET).where(TICKET.c.id == ticket_id).values(version=TICKET.c.version))
    else:
        session.execute(select(TICKET.c.id).where(TICKET.c.id == ticket_id).with_for_update(key_share=True))


def load(session: Session, ticket_id: int, *, locked: bool = True) -> Case:
    """A ticket's rows as they are now, locked unless only looked at. Raises Unseen where there is none."""
    if locked:
        lock(session, ticket_id)
    ticket = session.execute(select(TICKET).where(TICKET.c.id == ticket_id)).mappings().one_or_none()
    if ticket is None:
        raise Unseen
    return Case(dict(ticket), parts(session, ticket_id))


def parts(session: Session, ticket_id: int) -> dict[str, list[Row]]:
    """What hangs on a ticket: table → its rows in order."""
    read = together(session, *(select(table).where(table.c.ticket_id == ticket_id) for table in PART_TABLES.values()))
    return {
        name: sorted((dict(zip(table.columns.keys(), row, strict=True)) for row in rows), key=lambda row: row["n"])
        for (name, table), rows in zip(PART_TABLES.items(), read, strict=True)
    }


def save(session: Session, case: Case) -> None:
    """Write what has changed in one case. Raises Stale where somebody else's version came in between."""
    session.flush()
    ticket = case.ticket
    if case.fresh:
        session.execute(insert(TICKET), ticket)
    else:
        values = {column: value for column, value in ticket.items() if column != "id"}
        hit = session.execute(
            update(TICKET).where(TICKET.c.id == ticket["id"], TICKET.c.version == case.seen).values(values)
        )
        if hit.rowcount != 1:  # type: ignore[attr-defined]
            raise Stale(case.seen)
    _write_parts(session, [case])
    session.execute(insert(EVENT), case.events)
    if case.texts:
        session.execute(insert(TEXT), case.texts)
        index.add(session, case.events, case.texts, {ticket["id"]: ticket["registered_at"]})
    _write_beside(session, case)
    case.fresh, case.seen = False, ticket["version"]
    case.events, case.texts, case.changed, case.numbers = [], [], {}, {}
    session.expire_all()


def save_new(session: Session, cases: Sequence[Case]) -> None:
    """Write many new cases at once, a statement a table."""
    if not cases:
        return
    session.execute(insert(TICKET), [case.ticket for case in cases])
    _write_parts(session, cases)
    events = [event for case in cases for event in case.events]
    session.execute(insert(EVENT), events)
    texts = [text for case in cases for text in case.texts]
    if texts:
        session.execute(insert(TEXT), texts)
        index.add(session, events, texts, {case.ticket["id"]: case.ticket["registered_at"] for case in cases})
    numbers = [row for case in cases if case.ticket["track"] == QUALITY
               for row in lookup.rows_of(case.ticket["id"], case.numbers)]  # fmt: skip
    if numbers:
        session.execute(insert(lookup.LOOKUP), numbers)


def _write_beside(session: Session, case: Case) -> None:
    """What stands outside the log and follows a ticket: the numbers it is found by, drafts."""
    ticket_id = case.ticket["id"]
    if case.ticket["track"] != QUALITY:
        if not case.fresh:
            lookup.forget(session, [ticket_id])
    elif case.numbers:
        lookup.write(session, ticket_id, case.numbers, fresh=case.fresh)
    if any(event["action"] in ("refer", "reclassify") for event in case.events):
        draft.turned(session, ticket_id)
    gone = [event["action"] for event in case.events if event["from_state"] == "handling" != event["to_state"]]
    if "submit" in gone:
        draft.sent(session, ticket_id)
    elif gone:
        draft.left(session, ticket_id)


def _write_parts(session: Session, cases: Sequence[Case]) -> None:
    for name, table in PART_TABLES.items():
        new: list[Row] = []
        old: list[Row] = []
        for case in cases:
            changed = case.changed.get(name)
            if changed:
                for row in case.parts[name]:
                    if row["n"] in changed:
                        (new if changed[row["n"]] else old).append(row)
        if new:
            session.execute(insert(table), new)
        if old:
            session.connection().execute(_update(table), [{f"_{k}": v for k, v in row.items()} for row in old])


def _update(table: Table) -> Any:
    key = [column for column in table.columns if column.primary_key]
    return (
        update(table)
        .where(*(column == bindparam(f"_{column.name}") for column in key))
        .values({column.name: bindparam(f"_{column.name}") for column in table.columns if not column.primary_key})
    )
