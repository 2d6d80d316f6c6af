"""What is counted one by one: complaints, obligations, call-back outcomes and rounds, penalties, as of an instant.

A grain says which rows there are, when each stands, which unit it counts for, and what was known at AS_OF. All but
penalties are complaints' own: tickets of another kind enter no figure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    SQLColumnExpression,
    String,
    and_,
    bindparam,
    case,
    cast,
    func,
    join,
    or_,
    outerjoin,
    select,
    true,
)
from sqlalchemy.orm import aliased

from models.penalty_workflow import DECIDED
from models.policy import DISCIPLINE, QUALITY
from models.tables import Callback, Obligation, Penalty, Ticket
from models.types import Moment

Where = ColumnElement[bool]
When = SQLColumnExpression[datetime] | SQLColumnExpression[datetime | None]
Whose = SQLColumnExpression[int | None]

AS_OF: ColumnElement[Any] = bindparam("as_of", type_=Moment())
"""The instant at which figures are seen; what happened later has not happened."""
SCOPE: ColumnElement[str] = bindparam("scope", type_=String())

OUTCOMES_OF_CALLS = ("satisfied", "dissatisfied", "concluded")
"""An outcome is what the customer, or the chairman for him (仍不满意), said of the result."""
ATTEMPTS = ("satisfied", "dissatisfied", "unreached")


@dataclass(frozen=True, eq=False)
class Grain:
    """One kind of thing that is counted.

    rows: joined with Ticket. known: what must have happened by AS_OF beyond the ticket's registration. confined:
    what must hold in quality scope beyond the ticket's track of today. of_complaints: False where a row may have no
    ticket; then `known` and `confined` say all there is to say.
    """

    rows: FromClause
    at: When
    unit: Whose
    known: tuple[Where, ...] = ()
    confined: tuple[Where, ...] = ()
    of_complaints: bool = True

    def conditions(self, scope: str) -> Iterable[Where]:
        """What every counted row satisfies."""
        if self.of_complaints:
            yield Ticket.kind == "complaint"
            yield Ticket.registered_at <= AS_OF
        yield from self.known
        if scope == "quality":
            if self.of_complaints:
                yield Ticket.track == QUALITY
            yield from self.confined


def happened(column: Any) -> Where:
    """Whether something had happened by AS_OF."""
    return and_(column.is_not(None), column <= AS_OF)


COMPLAINTS = Grain(rows=Ticket.__table__, at=Ticket.registered_at, unit=Ticket.unit_id)
DECIDED_ON: Where = happened(Ticket.decided_at)
NOT_DECLINED: Where = or_(Ticket.ending.is_(None), Ticket.ending != "declined", Ticket.closed_at > AS_OF)
ADMITTED = Grain(rows=Ticket.__table__, at=Ticket.registered_at, unit=Ticket.unit_id, known=(NOT_DECLINED,))
FOUND = Grain(
    rows=Ticket.__table__,
    at=Ticket.found_at,
    unit=Ticket.unit_id,
    known=(happened(Ticket.found_at), Ticket.founded.is_not(None), Ticket.track == DISCIPLINE),
)
FOUNDED: Where = Ticket.founded.is_(True)

UNHANDLED = ("declined", "explained")
"""Endings before any unit has handled it: 不予受理, 调查认定不属实. What a unit reports as 不属实 it has handled."""
CLOSED = Grain(
    rows=Ticket.__table__,
    at=Ticket.closed_at,
    unit=Ticket.unit_id,
    known=(happened(Ticket.closed_at), or_(Ticket.ending.is_(None), Ticket.ending.not_in(UNHANDLED))),
)

_Earlier = aliased(Ticket)
# In quality scope a link to a discipline ticket does not exist: its unit would show.
_linked = and_(_Earlier.id == Ticket.repeat_of_id, or_(_Earlier.track == QUALITY, SCOPE == "all"))
IS_REPEAT: Where = _Earlier.id.is_not(None)
REPEATS = Grain(
    rows=outerjoin(Ticket, _Earlier, _linked),
    at=Ticket.registered_at,
    unit=case((IS_REPEAT, _Earlier.unit_id), else_=Ticket.unit_id),
)

_held = Obligation.kind.in_(("handle", "callback"))
OWED = Grain(
    rows=join(Obligation, Ticket, Obligation.ticket_id == Ticket.id),
    at=Obligation.due_at,
    unit=case((_held, Obligation.unit_id)),
    known=(Obligation.opened_at <= AS_OF,),
    confined=(Obligation.track == QUALITY,),
)
ON_TIME: Where = and_(happened(Obligation.settled_at), Obligation.settled_at <= Obligation.due_at)
COUNTED: Where = or_(
    happened(Obligation.settled_at),
    and_(happened(Obligation.voided_at), Obligation.voided_at > Obligation.due_at),
    and_(
        or_(Obligation.settled_at.is_(None), Obligation.settled_at > AS_OF),
        or_(Obligation.voided_at.is_(None), Obligation.voided_at > AS_OF),
        Obligation.due_at < AS_OF,
    ),
)
"""On time or late, as `models.obligation.standing` has it: neither pending nor void."""
HANDLING = Grain(
    rows=join(Obligation, Ticket, Obligation.ticket_id == Ticket.id),
    at=Obligation.opened_at,
    unit=Obligation.unit_id,
    known=(
        Obligation.kind == "handle",
        Obligation.opened_at <= AS_OF,
        # What fell away past its deadline stays: it has gone on so long without a result.
        or_(Obligation.voided_at.is_(None), Obligation.voided_at > AS_OF, Obligation.voided_at > Obligation.due_at),
    ),
    confined=(Obligation.track == QUALITY,),
)
"""A round of handling, from the unit's getting it."""

_calls = (Callback.corrected_at.is_(None), Callback.called_at <= AS_OF)
_outcome = (
    select(
        Callback.ticket_id,
        Callback.called_at,
        Callback.unit_id,
        (Callback.outcome == "satisfied").label("satisfied"),
        Callback.solved,
        func.row_number().over(partition_by=Callback.ticket_id, order_by=Callback.n).label("nth"),
        func.count().over(partition_by=Callback.ticket_id).label("of"),
    )
    .where(Callback.outcome.in_(OUTCOMES_OF_CALLS), *_calls)
    .subquery("outcome")
)
OUTCOMES = Grain(
    rows=join(_outcome, Ticket, _outcome.c.ticket_id == Ticket.id), at=_outcome.c.called_at, unit=_outcome.c.unit_id
)
SATISFIED: Where = _outcome.c.satisfied
FIRST: Where = _outcome.c.nth == 1
ASKED_AGAIN: Where = _outcome.c.of > 1
SAID: Where = _outcome.c.solved.is_not(None)
SOLVED: Where = _outcome.c.solved.is_(True)

_refused = (
    select(
        Callback.ticket_id,
        Callback.called_at,
        func.row_number().over(partition_by=Callback.ticket_id, order_by=Callback.n).label("nth"),
    )
    .where(Callback.outcome == "dissatisfied", *_calls)
    .subquery("refused")
)
THIRD_ROUNDS = Grain(
    rows=join(_refused, Ticket, and_(_refused.c.ticket_id == Ticket.id, _refused.c.nth == 2)),
    at=_refused.c.called_at,
    unit=Ticket.unit_id,
)
"""Tickets whose customers have been dissatisfied twice: the third round begins."""

_attempted = case((Callback.outcome.in_(ATTEMPTS), Callback.called_at))
_round = (
    select(
        Callback.ticket_id,
        func.coalesce(func.min(_attempted), func.min(Callback.called_at), type_=Moment()).label("at"),
        func.min(Callback.unit_id).label("unit_id"),  # one unit a round: a ticket changes hands only before its result
        func.max(case((Callback.outcome.in_(("satisfied", "dissatisfied")), 1), else_=0)).label("reached"),
    )
    .where(Callback.outcome.in_((*ATTEMPTS, "waived")), *_calls)
    .group_by(Callback.ticket_id, Callback.round)
    .subquery("round")
)
ROUNDS = Grain(rows=join(_round, Ticket, _round.c.ticket_id == Ticket.id), at=_round.c.at, unit=_round.c.unit_id)
REACHED: Where = _round.c.reached == 1

PENALTIES = Grain(
    rows=outerjoin(Penalty, Ticket, Penalty.ticket_id == Ticket.id),
    at=Penalty.confirmed_at,
    unit=Penalty.unit_id,
    known=(
        happened(Penalty.confirmed_at),
        # Of today, at every as-of: what was withdrawn or revoked never counts against anybody again.
        Penalty.state.in_([state for state in DECIDED if state != "revoked"]),
    ),
    confined=(or_(Penalty.ticket_id.is_(None), Ticket.track == QUALITY),),
    of_complaints=False,
)
CENTS: ColumnElement[Any] = cast(func.round(Penalty.amount * 100), BigInteger)

ALWAYS: Where = true()
