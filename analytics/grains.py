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
    exists,
    func,
    join,
    literal_column,
    not_,
    or_,
    outerjoin,
    select,
    true,
)
from sqlalchemy.orm import aliased

from analytics.spells import Spell
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

    rows: joined with Ticket. known: what must hold at AS_OF beyond its time, and the ticket's registration, being no
    later. confined: what must hold in quality scope beyond the ticket's track of today. of_complaints: False where a
    row may have no ticket; then `known` and `confined` say all there is to say. ahead: its time may be after the
    as-of, as a deadline is; all others are counted up to it (`seen`), and no row is asked again.
    """

    rows: FromClause
    at: When
    unit: Whose
    known: tuple[Where, ...] = ()
    confined: tuple[Where, ...] = ()
    of_complaints: bool = True
    ahead: bool = False

    def seen(self, spell: Spell, as_of: datetime) -> Spell:
        """Of a stretch of time what had been, as of an instant."""
        return spell if self.ahead else spell.up_to(as_of)

    def conditions(self, scope: str) -> Iterable[Where]:
        """What every counted row satisfies, that it was `seen` apart."""
        if self.of_complaints:
            yield Ticket.kind == "complaint"
            if self.at is not Ticket.registered_at:
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
    known=(Ticket.founded.is_not(None), Ticket.track == DISCIPLINE),
)
FOUNDED: Where = Ticket.founded.is_(True)

UNHANDLED = ("declined", "explained")
"""Endings before any unit has handled it: 不予受理, 调查认定不属实. What a unit reports as 不属实 it has handled."""
CLOSED = Grain(
    rows=Ticket.__table__,
    at=Ticket.closed_at,
    unit=Ticket.unit_id,
    known=(or_(Ticket.ending.is_(None), Ticket.ending.not_in(UNHANDLED)),),
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
    ahead=True,
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
        Obligation.kind == literal_column("'handle'"),  # as its index says it
        # What fell away past its deadline stays: it has gone on so long without a result.
        or_(Obligation.voided_at.is_(None), Obligation.voided_at > AS_OF, Obligation.voided_at > Obligation.due_at),
    ),
    confined=(Obligation.track == QUALITY,),
)
"""A round of handling, from the unit's getting it."""

_Other = aliased(Callback)
_MADE = _Other.called_at <= AS_OF


def _stands(call: Any, *outcomes: str) -> tuple[Where, ...]:
    """That a call-back has one of these outcomes and is no mistake; as an index says it (`models.callback.OUTCOME`)."""
    return call.outcome.in_([literal_column(f"'{outcome}'") for outcome in outcomes]), call.corrected_at.is_(None)


def _another(*outcomes: str, where: Where) -> Where:
    """Whether the ticket had another such call-back by AS_OF: one look into the calls of a single ticket."""
    return exists().where(_Other.ticket_id == Callback.ticket_id, where, *_stands(_Other, *outcomes), _MADE)


_EARLIER, _LATER = _Other.n < Callback.n, _Other.n > Callback.n
_CALLS = join(Callback, Ticket, Callback.ticket_id == Ticket.id)
OUTCOMES = Grain(rows=_CALLS, at=Callback.called_at, unit=Callback.unit_id, known=_stands(Callback, *OUTCOMES_OF_CALLS))
SATISFIED: Where = Callback.outcome == "satisfied"
FIRST: Where = or_(Callback.n == 1, not_(_another(*OUTCOMES_OF_CALLS, where=_EARLIER)))
ASKED_AGAIN: Where = _another(*OUTCOMES_OF_CALLS, where=_LATER)
"""Of the first outcome, whether there is a second."""
SAID: Where = Callback.solved.is_not(None)
SOLVED: Where = Callback.solved.is_(True)

_refused_before = (
    select(func.count())
    .where(_Other.ticket_id == Callback.ticket_id, _EARLIER, *_stands(_Other, "dissatisfied"), _MADE)
    .scalar_subquery()
)
THIRD_ROUNDS = Grain(
    rows=_CALLS,
    at=Callback.called_at,
    unit=Ticket.unit_id,
    known=(*_stands(Callback, "dissatisfied"), _refused_before == 1),
)
"""Tickets whose customers have been dissatisfied twice: the third round begins."""

_SAME_ROUND = _Other.round == Callback.round
_sooner = or_(
    _Other.called_at < Callback.called_at, and_(_Other.called_at == Callback.called_at, _Other.n < Callback.n)
)
ROUNDS = Grain(
    rows=_CALLS,
    at=Callback.called_at,
    unit=Callback.unit_id,  # one unit a round: a ticket changes hands only before its result
    known=(
        *_stands(Callback, *ATTEMPTS, "waived"),
        or_(
            and_(Callback.outcome != "waived", not_(_another(*ATTEMPTS, where=and_(_SAME_ROUND, _sooner)))),
            and_(Callback.outcome == "waived", not_(_another(*ATTEMPTS, where=_SAME_ROUND)),
                 not_(_another("waived", where=and_(_SAME_ROUND, _sooner)))),
        ),
    ),
)  # fmt: skip
"""A round of calling back: its first attempt stands for it, or, where there is none, its being waived."""
_REACHING = ("satisfied", "dissatisfied")
REACHED: Where = or_(Callback.outcome.in_(_REACHING), _another(*_REACHING, where=_SAME_ROUND))

PENALTIES = Grain(
    rows=outerjoin(Penalty, Ticket, Penalty.ticket_id == Ticket.id),
    at=Penalty.confirmed_at,
    unit=Penalty.unit_id,
    known=(
        # Of today, at every as-of: what was withdrawn or revoked never counts against anybody again.
        Penalty.state.in_([state for state in DECIDED if state != "revoked"]),
    ),
    confined=(or_(Penalty.ticket_id.is_(None), Ticket.track == QUALITY),),
    of_complaints=False,
)
CENTS: ColumnElement[Any] = cast(func.round(Penalty.amount * 100), BigInteger)

ALWAYS: Where = true()
