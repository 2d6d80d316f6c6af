"""`run.py remind` proposes what the rules of 第八条 find, once for each conduct, with the facts that led to it.

(一) when a media exposure is recorded; (二) when a ticket is overdue and its unit has left no note, contact or result
at all; (三) when it was dispatched late and its 72 hours or its forwarder's deadline then failed. Never for imported
history. (四) is proposed by people only. Nobody is fined by this: a person decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from models import penalties, scope
from models.actor import SYSTEM, in_force
from models.book import Book
from models.database import insert
from models.obligation import inherited
from models.organisation import Post
from models.penalties.line import holders
from models.penalty import MediaExposure, Penalty, PenaltyFact
from models.penalty_workflow import ADMINISTRATIVE, DELAYED, EXPOSED, IGNORED
from models.tables import Obligation, Ticket, TicketEvent
from models.types import local_date

LOOKS_BACK = timedelta(days=62)
"""What failed longer ago than this when the program first looks is history, and proposed by people if at all."""
HAS_DONE = ("note", "contact", "submit", "return", "attach")
"""What a unit can leave on a ticket: none of it means ignored, and not reported."""
CHUNK = 500


@dataclass(frozen=True)
class Who:
    """One who would answer, in which post. Without a user nobody is known: who confirms names them."""

    post: str
    user_id: int | None = None
    measure: str = ""


@dataclass(frozen=True)
class Conduct:
    """What a rule has found. facts: (code, when, unit)."""

    code: str
    clause: str
    at: datetime
    who: list[Who]
    ticket_id: int | None = None
    exposure_id: int | None = None
    unit_id: int | None = None
    facts: Sequence[tuple[str, datetime, int | None]] = ()


def find(session: Session, at: datetime, book: Book) -> int:
    """Propose what is new at `at`; how many penalties. Does not commit; two runs at once propose once."""
    found = [*_exposed(session, at), *_ignored(session, at), *_delayed(session, at)]
    return _propose(session, found, at, book)


def of_exposures(session: Session, at: datetime, book: Book) -> int:
    """The same for exposures alone, as soon as one is recorded."""
    return _propose(session, list(_exposed(session, at)), at, book)


def _propose(session: Session, found: Sequence[Conduct], at: datetime, book: Book) -> int:
    return sum(_add(session, one, n, who, at, book) for one in found for n, who in enumerate(one.who, 1))


def _known(session: Session, codes: Sequence[str]) -> set[str | None]:
    """Those that were proposed before, whatever became of it: who answers for them need not be looked for again."""
    known: set[str | None] = set()
    for chunk in _chunks(codes):
        known.update(session.scalars(select(Penalty.conduct).where(Penalty.conduct.in_(chunk))))
    return known


def _add(session: Session, one: Conduct, n: int, who: Who, at: datetime, book: Book) -> bool:
    """Write a proposal, unless another run has written it meanwhile."""
    penalty = Penalty(
        clause=one.clause, conduct=one.code, n=n, ticket_id=one.ticket_id, exposure_id=one.exposure_id,
        person_id=who.user_id, unit_id=one.unit_id, post=who.post, measure=who.measure, conduct_at=one.at,
    )  # fmt: skip
    facts = [PenaltyFact(what=what, at=when, unit_id=unit_id) for what, when, unit_id in one.facts]
    beside = penalties.propose(session, penalty, by=SYSTEM, at=at, book=book, facts=facts)
    table = Penalty.__table__
    row = {column.name: getattr(penalty, column.name) for column in table.columns}
    written = session.scalar(insert(session, table).values(row).on_conflict_do_nothing().returning(table.c.id))
    if written is not None:
        session.add_all(beside)
        session.flush()
    return written is not None


def _chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (items[n : n + CHUNK] for n in range(0, len(items), CHUNK))


def _holding(session: Session, unit_id: int | None, post: str, held: Sequence[str], at: datetime,
             measure: str = "") -> list[Who]:  # fmt: skip
    """Who held a post that day; each pays once per post."""
    people = holders(session, unit_id, held, at)
    return [Who(post, one.user_id, measure) for one in people] or [Who(post, None, measure)]


def _exposed(session: Session, at: datetime) -> Iterator[Conduct]:
    """第八条(一): responsible person, direct leader, indicator holder; of a grave one who leads them, too."""
    rows = session.execute(
        select(MediaExposure, Ticket.unit_id)
        .outerjoin(Ticket, Ticket.id == MediaExposure.ticket_id)
        .where(MediaExposure.exposed_at.between(at - LOOKS_BACK, at), Ticket.source_id.is_(None))
        .order_by(MediaExposure.exposed_at, MediaExposure.id)
    ).all()
    known = _known(session, [f"{kind} {one.id}" for one, _unit in rows for kind in ("exposed", "grave")])
    for one, unit_of_ticket in rows:
        unit_id, day = one.unit_id or unit_of_ticket, one.exposed_at
        same: dict[str, Any] = {"clause": EXPOSED, "at": day, "ticket_id": one.ticket_id, "exposure_id": one.id,
                                "unit_id": unit_id}  # fmt: skip
        leaders = ("leader", "head")
        if f"exposed {one.id}" not in known:
            staff = holders(session, unit_id, ("handler",), day)
            who = [Who("responsible", staff[0].user_id if len(staff) == 1 else None)]
            who += _holding(session, unit_id, "leader", leaders, day)
            who += _holding(session, unit_id, "indicator_holder", ("indicator_holder",), day)
            yield Conduct(f"exposed {one.id}", who=who, facts=[("exposed", day, unit_id)], **same)
        if one.grave and f"grave {one.id}" not in known:
            above = _holding(session, unit_id, "leader", leaders, day, ADMINISTRATIVE)
            above += _holding(session, unit_id, "deputy_in_charge", ("deputy_in_charge",), day, ADMINISTRATIVE)
            yield Conduct(f"grave {one.id}", who=above, facts=[("grave", day, unit_id)], **same)


def _ignored(session: Session, at: datetime) -> Iterator[Conduct]:
    """第八条(二): the unit's head answers, who alone submits its result (第六条(二)5).

    Not a unit that had it for less than a day, and not a follower: what is done is done on the main ticket.
    """
    o, t = Obligation, Ticket
    rows = session.execute(
        select(o.ticket_id, o.n, o.unit_id, o.opened_at, o.held_since, o.due_at)
        .join(t, t.id == o.ticket_id)
        .where(
            o.kind == "handle", scope.open_now(o), o.due_at.between(at - LOOKS_BACK, at), o.due_at < at,
            o.unit_id.is_not(None), t.source_id.is_(None), t.main_id.is_(None), t.kind == "complaint",
        )
        .order_by(o.due_at, o.ticket_id)
    ).all()  # fmt: skip
    known = _known(session, [f"ignored {row.ticket_id} {row.n}" for row in rows])
    for chunk in _chunks([row for row in rows if f"ignored {row.ticket_id} {row.n}" not in known]):
        active = _active(session, [row.ticket_id for row in chunk])
        for row in chunk:
            if (row.ticket_id, row.unit_id) in active or inherited(row.opened_at, row.held_since, row.due_at, None):
                continue
            facts = [
                ("assigned", row.held_since or row.opened_at, row.unit_id), ("handle_due", row.due_at, None),
                ("silent", at, None),
            ]  # fmt: skip
            yield Conduct(
                f"ignored {row.ticket_id} {row.n}", IGNORED, row.due_at,
                _holding(session, row.unit_id, "responsible", ("head",), row.due_at),
                ticket_id=row.ticket_id, unit_id=row.unit_id, facts=facts,
            )  # fmt: skip


def _active(session: Session, tickets: Sequence[int]) -> set[tuple[int, int]]:
    """(ticket, unit) where somebody who then was of the unit has left something."""
    e = TicketEvent
    done = session.execute(
        select(e.ticket_id, e.actor_id, e.at).where(e.ticket_id.in_(tickets), e.action.in_(HAS_DONE))
    ).all()
    posts: dict[int, list[Post]] = {}
    mine = select(Post).where(Post.user_id.in_({row.actor_id for row in done}), Post.post.in_(("head", "handler")))
    for post in session.scalars(mine):
        posts.setdefault(post.user_id, []).append(post)
    return {
        (row.ticket_id, post.unit_id)
        for row in done
        for day in [local_date(row.at)]
        for post in posts.get(row.actor_id, ())
        if post.since <= day and (post.until is None or day < post.until)
    }


def _delayed(session: Session, at: datetime) -> Iterator[Conduct]:
    """第八条(三): the registrar answers. A forwarder's deadline that was past from the beginning is not their delay."""
    first, failed, t = aliased(Obligation), aliased(Obligation), Ticket
    own = or_(
        and_(failed.kind == "handle", failed.round == 1),
        and_(failed.kind == "upstream", failed.due_at > failed.opened_at),
    )
    late = or_(
        and_(failed.settled_at.is_(None), failed.voided_at.is_(None)),
        failed.settled_at > failed.due_at,
        failed.voided_at > failed.due_at,
    )
    rows = session.execute(
        select(t.id, t.registered_by, t.received_at, first.due_at, first.settled_at, failed.kind,
               failed.due_at.label("failed_at"), failed.settled_at.label("ended_at"))
        .join(failed, failed.ticket_id == t.id)
        .join(first, and_(first.ticket_id == t.id, first.kind == "dispatch", first.settled_at > first.due_at))
        .where(failed.kind.in_(("handle", "upstream")), own, late)
        .where(failed.due_at.between(at - LOOKS_BACK, at), failed.due_at < at, t.source_id.is_(None),
               t.kind == "complaint")
        .order_by(failed.due_at, t.id)
    ).all()  # fmt: skip
    first_of = {f"delayed {row.id}": row for row in reversed(rows)}
    known = _known(session, list(first_of))
    for code, row in reversed(first_of.items()):
        if code in known:
            continue
        facts = [
            ("received", row.received_at, None), ("dispatch_due", row.due_at, None),
            ("dispatched", row.settled_at, None), (f"{row.kind}_due", row.failed_at, None),
        ]  # fmt: skip
        if row.ended_at is not None:
            facts.append(("settled", row.ended_at, None))
        yield Conduct(
            code, DELAYED, row.due_at, [Who("responsible", row.registered_by)], ticket_id=row.id,
            unit_id=_unit_of(session, row.registered_by, row.due_at), facts=facts,
        )  # fmt: skip


def _unit_of(session: Session, user_id: int | None, at: datetime) -> int | None:
    """The unit of a person that day, where their posts name one."""
    held = select(Post.unit_id).where(Post.user_id == user_id, in_force(at))
    return session.scalar(held.order_by(Post.id).limit(1))
