"""披露授权: the chairman lets one person see one ticket, or take one frame with its names, until a day (第七条(二)).

A grant of a ticket is sight and nothing else: `models.scope` shows it whole, masked unless the grant says
otherwise; its holder does nothing with it, prints nothing and exports nothing. A grant of a frame is a file with
names, in the scope of its holder. Neither reaches a person complained of. Every use asks whether the grant still
stands, and is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import actor, scope
from models.actor import Actor
from models.base import User
from models.disclosure import DisclosureGrant
from models.fields import Unreadable, text
from models.policy import EXPORTERS, IDENTIFIED, NEVER_CLEAR
from models.refusals import Invalid, NotYours, Reason, Unseen
from models.tables import Accused, Ticket
from models.types import SHANGHAI, local_date
from models.workflow import CHAIRMAN

LONGEST = 90
"""Days that a grant may last."""
PURPOSE_MOST = 500


@dataclass(frozen=True)
class Given:
    """What the chairman asked for. `last` is the last day, included; a ticket's number, or a frame's name."""

    user_id: int | None
    ticket: str
    frame: str
    clear: bool
    purpose: str
    last: date | None


def candidates(session: Session, by: Actor) -> list[User]:
    """Who can be granted something: everybody with an account in use but those who keep or watch the system."""
    roles = actor.roles_of(session)
    people = session.scalars(select(User).where(User.active, User.id != by.user_id).order_by(User.last_name, User.id))
    return [user for user in people if not roles.get(user.id, frozenset()) & actor.NO_DEPUTIES]


def grant(session: Session, given: Given, *, by: Actor, at: datetime) -> DisclosureGrant:
    """Give a grant. Raises Unseen for whoever is not the chairman, Invalid. Does not commit."""
    if not by.chairman:
        raise Unseen
    errors: dict[str, Reason] = {}
    ticket_id = _ticket(session, given, by, errors)
    frame = given.frame or None
    if not errors and (ticket_id is None) == (frame is None):
        errors["ticket"] = Reason("ticket_or_frame")
    elif frame is not None and frame not in IDENTIFIED:
        errors["frame"] = Reason("not_a_choice", choices="、".join(IDENTIFIED))
    _whom(session, given, ticket_id, by, errors)
    purpose = _purpose(given, errors)
    today = local_date(at)
    if given.last is None:
        errors["last"] = Reason("required")
    elif given.last < today:
        errors["last"] = Reason("day_is_past")
    elif (given.last - today).days >= LONGEST:
        errors["last"] = Reason("granted_too_long", days=LONGEST)
    if errors or given.user_id is None or given.last is None:
        raise Invalid(errors)
    row = DisclosureGrant(
        user_id=given.user_id, granted_by=by.user_id, for_id=by.acts_for(CHAIRMAN, None), ticket_id=ticket_id,
        track=session.scalar(select(Ticket.track).where(Ticket.id == ticket_id)) if ticket_id else None,
        clear=given.clear or frame is not None, frame=frame, purpose=purpose, granted_at=at,
        until=datetime.combine(given.last + timedelta(days=1), time(0), SHANGHAI),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def _purpose(given: Given, errors: dict[str, Reason]) -> str:
    try:
        purpose = text(given.purpose, PURPOSE_MOST)
    except Unreadable as no:
        errors["purpose"] = no.reason
        return ""
    if purpose is None:
        errors["purpose"] = Reason("required")
    return purpose or ""


def _ticket(session: Session, given: Given, by: Actor, errors: dict[str, Reason]) -> int | None:
    """The ticket that is named, in the chairman's own sight; what is out of it is answered as absent."""
    if not given.ticket.strip():
        return None
    ticket_id = scope.find(session, given.ticket.strip(), by.by_role)
    if ticket_id is None:
        errors["ticket"] = Reason("not_found", value=given.ticket.strip()[:40])
    return ticket_id


def _whom(session: Session, given: Given, ticket_id: int | None, by: Actor, errors: dict[str, Reason]) -> None:
    user = {user.id: user for user in candidates(session, by)}.get(given.user_id or 0)
    if user is None:
        errors["user_id"] = Reason("required") if given.user_id is None else Reason("not_found", value="")
        return
    named = f"{user.last_name}{user.first_name}"
    roles = actor.roles_of(session, [user.id]).get(user.id, frozenset())
    accused = select(Accused.n).where(Accused.ticket_id == ticket_id, Accused.user_id == user.id)
    if ticket_id is not None and session.scalar(accused.limit(1)) is not None:
        errors["user_id"] = Reason("is_accused")
    elif (given.clear or given.frame) and roles <= NEVER_CLEAR:
        errors["user_id"] = Reason("never_in_clear", value=named)
    elif given.frame and not roles & EXPORTERS:
        errors["user_id"] = Reason("no_exports", value=named)


def revoke(session: Session, grant_id: int, *, by: Actor, at: datetime) -> DisclosureGrant:
    """Take a grant back, at once. Raises Unseen. Does not commit."""
    row = session.get(DisclosureGrant, grant_id) if 0 < grant_id < 2**31 else None
    if row is None or not by.chairman or row.revoked_at is not None or row.until <= at:
        raise Unseen
    row.revoked_at = at
    return row


def given(session: Session, by: Actor, most: int = 200) -> Sequence[DisclosureGrant]:
    """All grants, the latest first, for the chairman. Raises Unseen."""
    if not by.chairman:
        raise Unseen
    return session.scalars(select(DisclosureGrant).order_by(DisclosureGrant.id.desc()).limit(most)).all()


def mine(session: Session, by: Actor, at: datetime) -> Sequence[DisclosureGrant]:
    """What a person has been granted and still has."""
    own = select(DisclosureGrant).where(DisclosureGrant.user_id == by.user_id, DisclosureGrant.in_force(at))
    return session.scalars(own.order_by(DisclosureGrant.id.desc())).all()


def use_ticket(session: Session, grant_id: int) -> None:
    """Count a look at a ticket; that the grant stands, the scope has asked with the ticket itself."""
    _count(session, grant_id)


def use_frame(session: Session, grant_id: int | None, frame: str, at: datetime, user_id: int | None = None) -> int:
    """Count a file with names, and whose grant it is. user_id: who asks, where somebody is signed in.

    Raises NotYours, the same for a grant that is absent, another's, of something else, over or taken back. Does not
    commit.
    """
    row = session.scalar(
        select(DisclosureGrant).where(
            DisclosureGrant.id == grant_id, DisclosureGrant.frame == frame, DisclosureGrant.in_force(at)
        )
    )
    if row is None or (user_id is not None and row.user_id != user_id):
        raise NotYours("no_grant")
    roles = actor.roles_of(session, [row.user_id]).get(row.user_id, frozenset())
    if (
        session.scalar(select(User.active).where(User.id == row.user_id)) is not True
        or not (roles & EXPORTERS) - NEVER_CLEAR
    ):
        raise NotYours("no_grant")
    _count(session, row.id)
    return int(row.user_id)


def _count(session: Session, grant_id: int) -> None:
    session.execute(update(DisclosureGrant).where(DisclosureGrant.id == grant_id).values(uses=DisclosureGrant.uses + 1))
