"""With the words of a ticket go the words about it: why a penalty was proposed, appealed against and decided, and the
summary of a media exposure, for a complainant may be named there (POLICY §5).

Names and measures of our own people, amounts, facts and times stay. It is an event of the penalty's own log that names
the places; an exposure has no log.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from models import versions
from models.actor import SYSTEM
from models.penalties import writing
from models.penalty import MediaExposure, Penalty, PenaltyEvent, PenaltyText
from models.ticket import Ticket

FIELD = "reason"
Ended = Iterable[tuple[datetime, ColumnElement[bool]]]
"""(what was said by then is due, on `Ticket`: of which tickets)"""


def due(session: Session, ended: Ended) -> int:
    """How many penalties and exposures have words that are due."""
    found = 0
    for until, of in ended:
        for counted, it, old in ((Penalty.id, Penalty, _said(until)), (MediaExposure.id, MediaExposure, _told(until))):
            joined = select(func.count(counted)).join(Ticket, Ticket.id == it.ticket_id)
            found += session.scalar(joined.where(of, old)) or 0
    return found


def erase(session: Session, ended: Ended, at: datetime, most: int) -> int:
    """Erase what is due, of at most so many penalties and as many exposures of a track; of how many. No commit."""
    done = 0
    for until, of in ended:
        ids = select(Penalty.id).join(Ticket, Ticket.id == Penalty.ticket_id).where(of, _said(until)).limit(most)
        for penalty_id in session.scalars(ids.order_by(Penalty.id)).all():
            _erase(session, versions.locked(session, Penalty, penalty_id), until, at)
            done += 1
        shown = select(MediaExposure.id).join(Ticket, Ticket.id == MediaExposure.ticket_id).where(of, _told(until))
        rows = session.scalars(shown.order_by(MediaExposure.id).limit(most)).all()
        session.execute(update(MediaExposure).where(MediaExposure.id.in_(rows)).values(summary=""))
        done += len(rows)
    return done


def _erase(session: Session, penalty: Penalty, until: datetime, at: datetime) -> None:
    old = select(PenaltyText.event_no).join(PenaltyEvent, _event_of(PenaltyText)).order_by(PenaltyText.event_no)
    mine = (PenaltyText.penalty_id == penalty.id, PenaltyText.field == FIELD)
    numbers = session.scalars(old.where(*mine, PenaltyEvent.at <= until)).all()
    session.execute(delete(PenaltyText).where(*mine, PenaltyText.event_no.in_(numbers)))
    before = writing.snapshot(penalty)
    penalty.reason = ""
    session.add_all(
        writing.append(penalty, "erase", before, {}, by=SYSTEM, at=at, key=b"", erased=[[no, FIELD] for no in numbers])
    )
    session.flush()


def _event_of(text: type[PenaltyText]) -> ColumnElement[bool]:
    return and_(PenaltyEvent.penalty_id == text.penalty_id, PenaltyEvent.no == text.event_no)


def _said(until: datetime) -> ColumnElement[bool]:
    """On `Penalty`: a reason was given by then; those from before the log stand in the row alone."""
    mine = (PenaltyText.penalty_id == Penalty.id, PenaltyText.field == FIELD)
    old = exists(PenaltyText.field).where(*mine, _event_of(PenaltyText), PenaltyEvent.at <= until)
    alone = ~exists(PenaltyText.field).where(*mine, PenaltyText.event_no == 1)
    return or_(old, and_(Penalty.reason != "", Penalty.proposed_at <= until, alone))


def _told(until: datetime) -> ColumnElement[bool]:
    return and_(MediaExposure.summary != "", MediaExposure.exposed_at <= until)
