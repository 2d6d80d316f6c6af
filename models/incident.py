"""Mass incidents: one burst main, many callers. Complaints that cluster are offered to be gathered as one matter.

A cluster is so many open tickets of one category, in one district or one neighbourhood, registered within so many
hours, none of which belongs to a matter yet; both numbers are terms (`incident_count`, `incident_hours`).
Only the quality track: there the desk sees every ticket.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, func, literal, select, union_all
from sqlalchemy.orm import Session, aliased

from models.book import Book
from models.policy import QUALITY
from models.tables import Ticket, TicketText

KINDS = ("complaint", "repair")
APART = "\x1f"


@dataclass(frozen=True)
class Cluster:
    """Tickets that are probably one matter: those of a category in a district, or in a neighbourhood."""

    category_id: int
    district_id: int | None
    neighbourhood: str
    count: int
    hours: int


def biggest(book: Book, at: datetime) -> ColumnElement[str] | None:
    """The biggest cluster as a scalar, for `read`; None: they are not looked for."""
    terms = _terms(book, at)
    if terms is None:
        return None
    least, hours = terms
    said = _neighbourhood().label("said")
    fresh = select(Ticket.category_id, Ticket.district_id, said).where(
        _loose(hours, at), Ticket.category_id.is_not(None)
    )
    each = fresh.subquery().c
    many = func.count().label("many")
    by_district = (
        select(each.category_id, cast(each.district_id, String).label("district"), literal("").label("said"), many)
        .where(each.district_id.is_not(None)).group_by(each.category_id, each.district_id).having(many >= least)
    )  # fmt: skip
    by_neighbourhood = (
        select(each.category_id, literal("").label("district"), each.said, many)
        .where(each.said.is_not(None), each.district_id.is_(None))
        .group_by(each.category_id, each.said).having(many >= least)
    )  # fmt: skip
    both = union_all(by_district, by_neighbourhood).subquery().c
    parts = (cast(both.many, String), cast(both.category_id, String), both.district, both.said)
    written = parts[0].concat(APART).concat(parts[1]).concat(APART).concat(parts[2]).concat(APART).concat(parts[3])
    return select(written).order_by(both.many.desc(), both.category_id).limit(1).scalar_subquery()


def read(written: str | None, book: Book, at: datetime) -> Cluster | None:
    """What `biggest` found."""
    terms = _terms(book, at) if written else None
    if not written or terms is None:
        return None
    many, category, district, said = written.split(APART, 3)
    return Cluster(int(category), int(district) if district else None, said, int(many), terms[1])


def members(session: Session, cluster: Cluster, at: datetime, most: int) -> list[tuple[int, str, int]]:
    """(id, number, version) of a cluster's tickets: first the main that some of its kind follow already, else the
    earliest; then the others, the earliest first."""
    within = [Ticket.category_id == cluster.category_id]
    if cluster.district_id is not None:
        within.append(Ticket.district_id == cluster.district_id)
    else:
        within += [Ticket.district_id.is_(None), _neighbourhood() == cluster.neighbourhood]
    fresh = _fresh(cluster.hours, at)
    leads = _followed()
    rows = session.execute(
        select(Ticket.id, Ticket.no, Ticket.version)
        .where(fresh, Ticket.main_id.is_(None), *within)
        .order_by(case((leads, 0), else_=1), Ticket.registered_at, Ticket.id)
        .limit(most)
    )
    return [(i, no, version) for i, no, version in rows]


def hours(book: Book, at: datetime) -> int | None:
    terms = _terms(book, at)
    return terms[1] if terms else None


def _terms(book: Book, at: datetime) -> tuple[int, int] | None:
    count, hours = (book.term(key, QUALITY, at) for key in ("incident_count", "incident_hours"))
    return (max(2, count.amount), hours.amount) if count and hours else None


def _fresh(hours: int, at: datetime) -> ColumnElement[bool]:
    return and_(
        Ticket.registered_at >= at - timedelta(hours=hours), Ticket.registered_at <= at, Ticket.track == QUALITY,
        Ticket.kind.in_(KINDS), Ticket.state.in_(("registered", "returned", "handling")),
    )  # fmt: skip


def _loose(hours: int, at: datetime) -> ColumnElement[bool]:
    """Of no matter yet, neither as a follower nor as its main."""
    return and_(_fresh(hours, at), Ticket.main_id.is_(None), ~_followed())


def _followed() -> ColumnElement[bool]:
    follower = aliased(Ticket)
    return select(follower.id).where(follower.main_id == Ticket.id).correlate(Ticket).exists()


def _neighbourhood() -> Any:
    """As it was registered."""
    said: Select[Any] = select(TicketText.value).where(
        TicketText.ticket_id == Ticket.id, TicketText.event_no == 1, TicketText.field == "neighbourhood"
    )
    return said.correlate(Ticket).scalar_subquery()
