"""Penalties as pages show them: in words, as far as their reader sees them, by months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from admin import watch, words
from admin.current import book, current_actor, session
from models.actor import Actor
from models.penalties import scope
from models.penalty_workflow import FACTS, STATES, action_name
from models.policy import PENALTIES
from models.refusals import NoPenalty
from models.tables import Penalty, PenaltyEvent, PenaltyFact, PenaltyText
from models.types import SHANGHAI

CONDUCTS = {clause: conduct for clause, conduct, *_amounts in PENALTIES}


@dataclass
class One:
    """A penalty as a page shows it. level: `whole`, or `own`: then nothing of its ticket."""

    penalty: Penalty
    level: str
    facts: list[str] = field(default_factory=list)
    why_not: str = ""
    """Why the reader cannot confirm or withdraw it; empty: they can."""

    @property
    def owed(self) -> str:
        p = self.penalty
        amount = words.yuan(p.amount) if p.amount is not None else ""
        return "，".join(part for part in (amount, _(p.measure) if p.measure else "") if part) or words.NOTHING


def month_of(written: str | None) -> tuple[date, datetime, datetime] | None:
    """A month from an address, "2026-11", with its first instant and that of the next one."""
    try:
        first = date.fromisoformat(f"{written}-01")
        after = (first + timedelta(days=31)).replace(day=1)
    except (ValueError, OverflowError):
        return None
    return first, datetime.combine(first, time(), SHANGHAI), datetime.combine(after, time(), SHANGHAI)


def beside(first: date) -> tuple[str, str]:
    """The months before and after one, as addresses have them."""
    return f"{first - timedelta(days=1):%Y-%m}", f"{first + timedelta(days=31):%Y-%m}"


def rows() -> Select[Any]:
    related = (Penalty.ticket, Penalty.unit, Penalty.exposure)
    return select(Penalty).options(*(joinedload(one) for one in related))


def find(pk: int) -> One:
    """A penalty as the reader may see it. Raises NoPenalty."""
    level = scope.level_of(session(), pk, current_actor()) if 0 < pk < 2**53 else None
    if level is None:
        raise NoPenalty
    penalty = session().scalars(rows().where(Penalty.id == pk).execution_options(populate_existing=True)).one()
    if penalty.ticket is not None and level == "whole":
        watch.sight(penalty.ticket.id)  # that a discipline ticket is read here is recorded as anywhere
    return One(penalty, level, facts_of([penalty]).get(pk, []) if level == "whole" else [])


def until(p: Penalty, at: datetime) -> str:
    """Until when a penalty can be appealed against; or why it can no longer be."""
    if p.state in ("appealed", "withdrawn", "revoked"):
        return _(STATES[p.state].zh)
    if p.decided_at is not None:
        return _("已裁定")
    if p.appeal_due_at is None:
        return words.NOTHING
    when = words.full(p.appeal_due_at)
    return when if at <= p.appeal_due_at else _("已过（%(when)s）", when=when)


def appeal_of(one: One) -> dict[str, Any] | None:
    """The appeal that is to be decided: who made it, when, and what they say."""
    pk = one.penalty.id
    query = select(PenaltyEvent).where(PenaltyEvent.penalty_id == pk, PenaltyEvent.action == "appeal")
    event = session().scalars(query.order_by(PenaltyEvent.no.desc()).limit(1)).first()
    if event is None:
        return None
    said = session().get(PenaltyText, (pk, event.no, "reason"))
    theirs = event.actor_id == one.penalty.person_id
    return {"at": event.at, "who": one.penalty.person, "by": "" if theirs else words.person(event.actor),
            "says": said.value if said else ""}  # fmt: skip


def facts_of(found: Sequence[Penalty]) -> dict[int, list[str]]:
    """The facts that led a rule to each proposal, in words."""
    said_of: dict[int, list[str]] = {}
    units = book().register("unit")
    mine = PenaltyFact.penalty_id.in_([p.id for p in found])
    for fact in session().scalars(select(PenaltyFact).where(mine).order_by(PenaltyFact.n)):
        said = f"{words.full(fact.at)} {_(FACTS[fact.what])}"
        name = units.name(fact.unit_id)
        said_of.setdefault(fact.penalty_id, []).append(f"{said}（{_(name)}）" if name else said)
    return said_of


def entries(one: One) -> list[dict[str, Any]]:
    """The log in words, the newest first. Who was fined reads what was decided, not by whom it was proposed."""
    pk = one.penalty.id
    texts: dict[int, list[str]] = {}
    for text in session().scalars(select(PenaltyText).where(PenaltyText.penalty_id == pk)):
        if text.field == "reason":
            texts.setdefault(text.event_no, []).append(text.value)
    query = select(PenaltyEvent).where(PenaltyEvent.penalty_id == pk).order_by(PenaltyEvent.no.desc())
    hidden = () if one.level == "whole" else ("propose", "adopt", "print")
    return [
        {
            "at": event.at, "what": _(action_name(event.action)), "says": texts.get(event.no, []),
            "who": (words.person(event.actor) if event.actor else _("系统")) if one.level == "whole" else "",
            "whom": words.person(event.principal) if event.principal and one.level == "whole" else "",
        }
        for event in session().scalars(query)
        if event.action not in hidden
    ]  # fmt: skip


def payable(by: Actor) -> Any:
    """What a person may have on the payroll's list: what they oversee, and their own, which hides nothing there."""
    return or_(scope.overseen(by), scope.own(by))
