"""Who sees which penalties: those who oversee, as far as they see its ticket in full; and each person their own.

A proposal is nobody's business but theirs who decide: not the person's, nor their head's. Of a discipline ticket the
person learns what was decided against them, and nothing of the ticket.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, case, false, literal, null, or_, select
from sqlalchemy.orm import Session

from models import scope
from models.actor import Actor
from models.penalty import Penalty
from models.penalty_workflow import ACTIONS
from models.tables import Ticket

WHOLE = ("contact", "full")
"""Levels of a ticket at which what hangs on it may be seen."""


def overseen(by: Actor) -> ColumnElement[bool]:
    """Those that a person oversees: with the ticket's number, the facts and the log."""
    if not by.oversees_penalties and not by.heads:
        return false()
    whole = [condition for condition, level in scope.conditions(by) if level in WHOLE]
    # Looked up for each penalty: of a set of all tickets in sight the database would make a table first.
    its = select(Ticket.id).where(Ticket.id == Penalty.ticket_id, or_(false(), *whole))
    seen = its.correlate(Penalty).exists()
    others = or_(Penalty.person_id.is_(None), Penalty.person_id != by.user_id)
    found = and_(or_(Penalty.ticket_id.is_(None), seen), others)
    if by.oversees_penalties:
        return found
    return and_(found, Penalty.unit_id.in_(sorted(by.heads)), Penalty.confirmed_at.is_not(None))


def own(by: Actor) -> ColumnElement[bool]:
    """What was decided against a person."""
    return and_(Penalty.person_id == by.user_id, Penalty.confirmed_at.is_not(None))


def level_of(session: Session, penalty_id: int, by: Actor) -> str | None:
    """`whole`, `own`, or None: absent or out of sight, nobody can tell which."""
    level = case((overseen(by), literal("whole")), (own(by), literal("own")), else_=null())
    return session.scalar(select(level).where(Penalty.id == penalty_id))


def waiting(by: Actor) -> ColumnElement[bool]:
    """Those that wait for somebody like this person: to confirm or withdraw, or to decide an appeal."""
    parts = by.parts(None)
    due: list[ColumnElement[bool]] = []
    for name in ("confirm", "uphold"):
        for step in ACTIONS[name].steps:
            if parts & set(step.by):
                clauses = Penalty.clause.in_(step.of) if step.of else Penalty.clause.not_in(step.but or ("",))
                due.append(and_(Penalty.state == step.start, clauses))
    own_act = and_(Penalty.state == "appealed", Penalty.confirmed_by == by.user_id)
    return and_(overseen(by), or_(false(), *due), ~own_act)
