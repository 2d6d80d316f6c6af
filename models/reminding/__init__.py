"""`run.py remind`: yellow and red notices per obligation, person, level and deadline, once whatever the number of runs.

Which rules there are is data (`NoticeRule`); who has a deadline to meet follows from whose turn its ticket is. What
goes out of the house from there is the edge's (`admin.sending`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, aliased

from models import actor, scope
from models.actor import Actor
from models.database import insert
from models.notice import RANK, Notice, NoticeRule
from models.reminding.due import Owed, applies, horizon, owed_until
from models.reminding.recipients import Recipients
from models.tables import Accused, Obligation, Ticket
from models.types import new_id

SINGLY = 5
"""Notices that one run makes for a person one by one; of more it makes a digest."""
KEPT = timedelta(days=180)
"""How long what was settled is kept in the inbox."""
CHUNK = 500

Key = tuple[int, int, int]
"""(user, ticket, obligation's number)"""


@dataclass(frozen=True)
class Made:
    """What a run has made: notices, and the digests that stand for many of them."""

    notices: int
    digests: int


def remind(session: Session, at: datetime) -> Made:
    """Make the notices that are due at `at`. Does not commit; two runs at once make them once."""
    _put_away(session, at)
    rules = session.scalars(select(NoticeRule).where(NoticeRule.active).order_by(NoticeRule.id)).all()
    owed = owed_until(session, horizon(rules, at)) if rules else []
    people = {one.user_id: one for one in actor.everybody(session, at) if one.user_id is not None}
    wanted = _wanted(owed, rules, Recipients(session, people.values(), at), at)
    _leave_out_accused(session, wanted)
    _leave_out_told(session, wanted)
    found = [
        {
            "id": new_id(), "user_id": user_id, "kind": level, "ticket_id": one.ticket_id, "n": one.n,
            "due_at": one.due_at, "urgent": urgent, "made_at": at,
        }
        for (user_id, _ticket, _n), (level, urgent, one) in _in_sight(session, wanted, people).items()
    ]  # fmt: skip
    return _write(session, found, at)


Wanted = dict[Key, tuple[str, bool, Owed]]


def _wanted(owed: list[Owed], rules: Any, recipients: Recipients, at: datetime) -> Wanted:
    """For whom what would be told: of several levels the highest."""
    wanted: Wanted = {}
    for one in owed:
        for rule in rules:
            if not applies(rule, one, at):
                continue
            for user_id in recipients.of(rule.recipient, one):
                key = (user_id, one.ticket_id, one.n)
                level, urgent, _one = wanted.get(key, ("", False, one))
                if not level or RANK[rule.level] > RANK[level]:
                    level, urgent = rule.level, one.urgent or rule.urgent
                elif rule.level == level:
                    urgent = urgent or rule.urgent
                wanted[key] = (level, urgent, one)
    return wanted


def _chunks(ids: set[int]) -> list[list[int]]:
    found = sorted(ids)
    return [found[n : n + CHUNK] for n in range(0, len(found), CHUNK)]


def _leave_out_accused(session: Session, wanted: Wanted) -> None:
    """Nobody is told of a ticket in which they are complained of."""
    for ids in _chunks({key[1] for key in wanted}):
        accused = session.execute(select(Accused.user_id, Accused.ticket_id).where(Accused.ticket_id.in_(ids)))
        named = {(user_id, ticket_id) for user_id, ticket_id in accused}
        for key in [key for key in wanted if key[:2] in named]:
            del wanted[key]


def _leave_out_told(session: Session, wanted: Wanted) -> None:
    """Who was told of the same deadline at this level or a higher one is not told again."""
    n = Notice
    for ids in _chunks({key[1] for key in wanted}):
        told = select(n.user_id, n.ticket_id, n.n, n.due_at, n.kind).where(n.ticket_id.in_(ids))
        for user_id, ticket_id, number, due_at, kind in session.execute(told):
            key = (user_id, ticket_id or 0, number or 0)
            if key in wanted and wanted[key][2].due_at == due_at and RANK[kind] >= RANK[wanted[key][0]]:
                del wanted[key]


def _in_sight(session: Session, wanted: Wanted, people: dict[int, Actor]) -> Wanted:
    """What each person may see of it, by the one scope."""
    by_person: dict[int, set[int]] = {}
    for user_id, ticket_id, _n in wanted:
        by_person.setdefault(user_id, set()).add(ticket_id)
    seen: Wanted = {}
    for user_id, tickets in by_person.items():
        shown = scope.shown(Obligation, people[user_id])
        for ids in _chunks(tickets):
            rows = session.execute(
                select(Obligation.ticket_id, Obligation.n)
                .join(Ticket, Ticket.id == Obligation.ticket_id)
                .where(Ticket.id.in_(ids), scope.open_now(Obligation), shown)
            )
            keys = ((user_id, ticket_id, n) for ticket_id, n in rows)
            seen.update((key, wanted[key]) for key in keys if key in wanted)
    return seen


def _write(session: Session, rows: list[dict[str, Any]], at: datetime) -> Made:
    """Insert what another run has not inserted meanwhile; digests for those for whom it is a lot."""
    made: dict[int, list[int]] = {}
    table = Notice.__table__
    new = insert(session, table).on_conflict_do_nothing().returning(table.c.id, table.c.user_id)
    for start in range(0, len(rows), CHUNK):
        for notice_id, user_id in session.execute(new, rows[start : start + CHUNK]):
            made.setdefault(user_id, []).append(notice_id)
    many = {user_id: ids for user_id, ids in made.items() if len(ids) > SINGLY}
    for user_id, ids in many.items():
        digest = Notice(id=new_id(), user_id=user_id, kind="digest", made_at=at, urgent=False)
        session.add(digest)
        session.flush()
        for start in range(0, len(ids), CHUNK):
            some = ids[start : start + CHUNK]
            session.execute(update(Notice).where(Notice.id.in_(some)).values(digest_id=digest.id))
    return Made(sum(map(len, made.values())), len(many))


def _put_away(session: Session, at: datetime) -> None:
    """What was done since is read; a digest is, once all of it is; old notices of what is settled go."""
    owed, other = aliased(Obligation), aliased(Notice)
    still = select(owed.n).where(
        owed.ticket_id == Notice.ticket_id, owed.n == Notice.n, owed.due_at == Notice.due_at, scope.open_now(owed)
    )
    settled = ~still.correlate(Notice).exists()
    options = {"synchronize_session": False}
    session.execute(
        update(Notice)
        .where(Notice.read_at.is_(None), Notice.ticket_id.is_not(None), settled)
        .values(read_at=at)
        .execution_options(**options)
    )
    unread = select(other.id).where(other.digest_id == Notice.id, other.read_at.is_(None)).correlate(Notice).exists()
    session.execute(
        update(Notice)
        .where(Notice.read_at.is_(None), Notice.kind == "digest", ~unread)
        .values(read_at=at)
        .execution_options(**options)
    )
    old = Notice.made_at < at - KEPT
    session.execute(delete(Notice).where(old, Notice.ticket_id.is_not(None), settled).execution_options(**options))
    left = select(other.id).where(other.digest_id == Notice.id).correlate(Notice).exists()
    session.execute(
        delete(Notice).where(old, Notice.read_at.is_not(None), Notice.ticket_id.is_(None), ~left)
        .execution_options(**options)
    )  # fmt: skip
