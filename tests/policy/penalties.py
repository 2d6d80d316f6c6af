"""How the tests of 第八条 speak: what the rules have proposed, and what people do with it."""

from typing import Any

from sqlalchemy import select

from models import penalties
from models.penalties import finding, scope
from models.tables import MediaExposure, Penalty
from models.types import new_id
from tests.fixtures.city import City, Person, shanghai


def exposed(city: City, unit: Any, at: str, *, ticket: Any = None, grave: bool = False) -> MediaExposure:
    """A media exposure is recorded."""
    row = MediaExposure(
        id=new_id(), unit_id=unit.id if unit else None, ticket_id=ticket.id if ticket else None,
        exposed_at=shanghai(at), medium="民生频道", summary="多次反映未解决。", grave=grave,
    )  # fmt: skip
    city.changed(row)
    return row


def remind(city: City, at: str) -> int:
    """`run.py remind` runs; how many penalties it proposes."""
    return finding.find(city.session, city.at(at), city.book())


def found(city: City, clause: str | None = None) -> list[Penalty]:
    rows = select(Penalty).order_by(Penalty.conduct_at, Penalty.conduct, Penalty.n)
    return list(city.session.scalars(rows.where(Penalty.clause == clause) if clause else rows))


def propose(city: City, by: Person, at: str, **values: Any) -> Penalty:
    """A person proposes."""
    when = city.at(at)
    values = {"clause": "第八条(一)", "post": "responsible", "conduct_at": when, **values}
    penalty = Penalty(**values)
    beside = penalties.propose(city.session, penalty, by=by.as_of(when), at=when, book=city.book())
    city.session.add_all([penalty, *beside])
    city.session.flush()
    return penalty


def does(city: City, by: Person, action: str, penalty: Penalty, at: str | None = None, *, version: Any = ...,
         once: str | None = None, **fields: Any) -> None:  # fmt: skip
    """A person acts on a penalty, naming the version that it has."""
    when = city.at(at)
    seen = penalty.version if version is ... else version
    penalties.act(city.session, penalty.id, action, fields, by=by.as_of(when), at=when, book=city.book(),
                  version=seen, once=once)  # fmt: skip


def may(city: City, by: Person, penalty: Penalty) -> set[str]:
    """The actions that a person is offered."""
    actor = by.as_of(city.now)
    level = scope.level_of(city.session, penalty.id, actor)
    if level is None:
        return set()
    return {action.name for action in penalties.available(city.session, penalty, actor, city.now, level)}


def sees(city: City, by: Person, penalty: Penalty) -> str | None:
    return scope.level_of(city.session, penalty.id, by.as_of(city.now))
