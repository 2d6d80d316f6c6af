"""Personal data has an end (POLICY §5): what is held of a closed ticket's people goes after the retention period.

Erased is every text of the ticket and the files that hang on it, for a name or a number may stand in any of them;
codes, times and the neighbourhood stay, so that every figure stays what it was. It is an event of the ticket itself
that names what was erased, and `verify` then says erased. With the texts go what was derived from them: look-up,
search index, drafts, fingerprints of requests, and the words of who opened it or granted it; and what was said of it
in penalties and media exposures (`models.penalties.erasing`).

A text goes when its ticket has been closed, and it has itself been there, for as long as the rule `retention` says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, String, and_, bindparam, cast, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from models import index, lookup, security_log, store
from models.book import Book
from models.penalties import erasing
from models.policy import QUALITY, TRACKS
from models.store import EVENT, TEXT
from models.tables import Attachment, DisclosureGrant, Draft, Link, Penalty, RepeatKey, Reveal, Ticket
from models.types import SHANGHAI

KEPT_FIELDS = frozenset({"neighbourhood"})
"""An area of some hundred households: nobody is found by it, and figures are read by it."""
UNDECIDED = ("proposed", "confirmed", "appealed")
"""States of a penalty that somebody still has to decide on, or may have to prove."""
BATCH = 200

Places = dict[int, list[tuple[int, str]]]
"""Ticket → (event, field) of its texts."""


class Unusable(Exception):
    """The rule `retention` has a measure that no period is counted in."""


@dataclass
class Erased:
    """How much is, or would be, erased. beside: penalties and exposures whose words go. held: tickets that are due and
    stay, for something of theirs is pending."""

    tickets: int = 0
    texts: int = 0
    files: int = 0
    beside: int = 0
    held: int = 0


def cutoff(book: Book, track: str, at: datetime) -> datetime | None:
    """What was closed by then is due on `at`; None: kept for good. The rule in force on that day counts, for it says
    how long data may be held, not how long a deadline is."""
    term = book.term("retention", track, at)
    if term is None:
        return None
    if term.measure in ("hours", "days"):
        return at - timedelta(**{term.measure: term.amount})
    if term.measure != "years":
        raise Unusable(term.measure)
    day = at.astimezone(SHANGHAI)
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - term.amount, day=28 if leap else day.day).astimezone(UTC)


def _ended(book: Book, at: datetime) -> list[tuple[datetime, ColumnElement[bool]]]:
    """A track's end of keeping, and on `Ticket` which of the track were closed by then, and nothing holds."""
    ends = ((track, cutoff(book, track, at)) for track in TRACKS)
    return [
        (until, and_(Ticket.track == track, Ticket.closed_at <= until, ~held(at)))
        for track, until in ends
        if until is not None
    ]


def _due(book: Book, at: datetime) -> ColumnElement[bool] | None:
    """On `Ticket`: closed for longer than its track's period, with a text that is as old."""
    parts = []
    for track in TRACKS:
        until = cutoff(book, track, at)
        if until is not None:
            old = exists(TEXT.c.field).where(_old_text(until))
            parts.append(and_(Ticket.track == track, Ticket.closed_at <= until, old))
    return or_(*parts) if parts else None


def _old_text(until: datetime) -> ColumnElement[bool]:
    return and_(
        TEXT.c.ticket_id == Ticket.id, TEXT.c.field.not_in(KEPT_FIELDS), EVENT.c.ticket_id == TEXT.c.ticket_id,
        EVENT.c.no == TEXT.c.event_no, EVENT.c.at <= until,
    )  # fmt: skip


def held(at: datetime) -> ColumnElement[bool]:
    """On `Ticket`: a penalty of it is undecided, a ticket linked with it is still open, or a disclosure is in force."""
    other = aliased(Ticket)
    # Two deep: left to itself it would ask for any ticket that is linked, and one open one would hold all the others.
    linked = or_(
        exists(Link.n).where(Link.ticket_id == Ticket.id, Link.to_id == other.id).correlate(Ticket, other),
        exists(Link.n).where(Link.to_id == Ticket.id, Link.ticket_id == other.id).correlate(Ticket, other),
    )
    return or_(
        exists(Penalty.id).where(Penalty.ticket_id == Ticket.id, Penalty.state.in_(UNDECIDED)).correlate(Ticket),
        exists(other.id).where(other.state != "closed", linked),
        exists(DisclosureGrant.id).where(DisclosureGrant.ticket_id == Ticket.id, DisclosureGrant.in_force(at)),
    )


def due(session: Session, book: Book, at: datetime) -> Erased:
    """How much would be erased, and nothing done."""
    is_due = _due(book, at)
    found = Erased()
    if is_due is None:
        return found
    found.held = session.scalar(select(func.count()).select_from(Ticket).where(is_due, held(at))) or 0
    for track in TRACKS:
        until = cutoff(book, track, at)
        if until is None:
            continue
        mine = Ticket.track == track, Ticket.closed_at <= until, ~held(at), _old_text(until)
        counts = func.count(Ticket.id.distinct()), func.count(), func.count().filter(TEXT.c.field.like("file.%"))
        tickets, texts, files = session.execute(select(*counts).where(*mine)).one()
        found.tickets, found.texts, found.files = found.tickets + tickets, found.texts + texts, found.files + files
    found.beside = erasing.due(session, _ended(book, at))
    return found


def erase(session: Session, book: Book, at: datetime) -> tuple[Erased, list[int]]:
    """Erase what is due of the next tickets, each by an event of its own, with an entry of the security log.

    Does not commit. Returns how much it was, nothing where all is done, and the files that the edge removes from the
    shelf once it has committed.
    """
    is_due = _due(book, at)
    if is_due is None:
        return Erased(), []
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA secure_delete = ON")  # or the words stay in the file's free pages
    ids = session.scalars(select(Ticket.id).where(is_due, ~held(at)).order_by(Ticket.id).limit(BATCH)).all()
    done, files = Erased(), list[int]()
    gone: Places = {}
    for ticket_id in ids:
        case = store.load(session, ticket_id)
        until = cutoff(book, case.ticket["track"], at)
        places = session.execute(
            select(TEXT.c.event_no, TEXT.c.field)
            .select_from(Ticket)
            .where(Ticket.id == ticket_id, Ticket.state == "closed", ~held(at), _old_text(until or at))
            .order_by(TEXT.c.event_no, TEXT.c.field)
        )
        gone[ticket_id] = [(no, name) for no, name in places]
        if not gone[ticket_id]:  # somebody was here between
            continue
        when = max(at, case.ticket["last_event_at"])
        case.close_event("erase", at=when, recorded_at=when, from_state=case.ticket["state"],
                         more={"erased": [list(place) for place in gone[ticket_id]]})  # fmt: skip
        store.save(session, case)
        named = {name for _no, name in gone[ticket_id]}
        files += [row["file_id"] for row in case.parts["attachment"] if f"file.{row['n']}" in named]
        done.tickets, done.texts = done.tickets + 1, done.texts + len(gone[ticket_id])
    _forget(session, {i: places for i, places in gone.items() if places}, book.key)
    done.files = len(files)
    if len(ids) < BATCH:
        done.beside = erasing.erase(session, _ended(book, at), at, BATCH)
    if done.tickets or done.beside:
        security_log.record(session, "erased", at=at, tickets=done.tickets, texts=done.texts, files=done.files,
                            beside=done.beside)  # fmt: skip
    return done, files


def _forget(session: Session, gone: Places, key: bytes) -> None:
    """Delete the texts, and what was derived from them or said beside them."""
    if not gone:
        return
    ids, connection = sorted(gone), session.connection()
    index.take_out(connection, ids)
    connection.execute(
        delete(TEXT).where(
            TEXT.c.ticket_id == bindparam("t"), TEXT.c.event_no == bindparam("e"), TEXT.c.field == bindparam("f")
        ),
        [{"t": ticket_id, "e": no, "f": name} for ticket_id, places in gone.items() for no, name in places],
    )
    index.put_in(connection, ids)
    lookup.forget(session, ids)
    numbered = select(TEXT.c.ticket_id).where(TEXT.c.ticket_id.in_(ids), TEXT.c.field.in_(lookup.KINDS))
    left = select(Ticket.id).where(Ticket.id.in_(numbered), Ticket.track == QUALITY)
    for ticket_id in session.scalars(left).all():  # amended since: the new number has its own period
        lookup.write(session, ticket_id, lookup.of_ticket(session, ticket_id, key), fresh=True)
    session.execute(delete(Draft).where(Draft.ticket_id.in_(ids)))
    session.execute(delete(RepeatKey).where(RepeatKey.ticket_id.in_(ids)))
    # Why somebody looked, and what for it was granted, may speak of the complainant.
    session.execute(update(Reveal).where(Reveal.ticket_id.in_(ids)).values(words=None))
    session.execute(update(DisclosureGrant).where(DisclosureGrant.ticket_id.in_(ids)).values(purpose=""))


def leftovers(session: Session) -> list[int]:
    """Files whose names are erased: what an interrupted run may have left on the shelf."""
    named = exists(TEXT.c.field).where(
        TEXT.c.ticket_id == Attachment.ticket_id, TEXT.c.event_no == Attachment.event_no, TEXT.c.field.like("file.%"),
        TEXT.c.field == "file." + cast(Attachment.n, String),
    )  # fmt: skip
    of_erased = select(EVENT.c.ticket_id).where(EVENT.c.action == "erase")
    return list(session.scalars(select(Attachment.file_id).where(Attachment.ticket_id.in_(of_erased), ~named)))
