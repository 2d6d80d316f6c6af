"""Chinese search: the tickets in which words stand that their reader may read there (POLICY §5).

Each word of two characters or more must stand in what was registered, or in what was written since, wherever in the
ticket. Who sees a ticket's registration only (a unit that held it once) does not find it by what was written since;
who sees neither (a stub, a summary) does not find it at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from unicodedata import normalize

from sqlalchemy import ColumnElement, and_, case, false, func, intersect, null, or_, select, union, union_all
from sqlalchemy.orm import Session

from models import index, masking, scope
from models.actor import Actor
from models.policy import DISCIPLINE, PERSONAL, QUALITY
from models.tables import Ticket, TicketEvent, TicketText

NEWEST = 2_000
"""So many of the newest documents that hold a word, or all the words, are looked at: a common word costs no more in a
large table."""
FEW = 400
"""Where no more tickets than these are left by all else that is asked, each of them is looked through."""
WORDS_MOST = 6
LONGEST = 100
"""Of a word longer than this its beginning is looked for: PostgreSQL goes as deep as a word is long."""
AROUND = 14
"""Characters shown on either side of a word found in a longer text."""

Pieces = list[tuple[str, bool]]
"""A text in pieces, each with whether it was looked for."""


@dataclass(frozen=True)
class Query:
    """What somebody looks for. `short`: words left out, for one character stands nearly everywhere."""

    words: tuple[str, ...]
    short: tuple[str, ...]


@dataclass(frozen=True)
class Within:
    """What else is asked, so that it narrows what is looked at. since, until: days of registration, the latter not
    among them. others: on `Ticket`, all that is asked but the words, where that may leave few; None: it does not."""

    since: date | None = None
    until: date | None = None
    others: ColumnElement[bool] | None = None


EVERYWHERE = Within()


def query(typed: str) -> Query:
    runs = list(dict.fromkeys(run[:LONGEST] for run in index.runs(typed)))
    words = [run for run in runs if len(run) > 1]
    return Query(tuple(words[:WORDS_MOST]), tuple(run for run in runs if len(run) == 1))


def reach(session: Session, asked: Query, by: Actor, within: Within = EVERYWHERE) -> ColumnElement[Any]:
    """Since which registration everything has been looked at, as a scalar; null: all there is.

    Of several words, where they stand apart: together in one document they are found further back.
    """
    if not asked.words:
        return null()
    ends = []
    for word in asked.words:
        newest = index.hits(session, (word,), _parts(by), NEWEST, within.since, within.until).subquery()
        last = select(func.count().label("n"), func.min(newest.c.id).label("id")).select_from(newest).subquery()
        ends.append(
            select(Ticket.registered_at.label("at")).join(last, Ticket.id == last.c.id).where(last.c.n >= NEWEST)
        )
    at = union_all(*ends).subquery()
    latest = select(func.max(at.c.at)).scalar_subquery()
    return case((_is_few(within.others), null()), else_=latest) if within.others is not None else latest


def found(session: Session, asked: Query, by: Actor, within: Within = EVERYWHERE) -> ColumnElement[bool]:
    """On `Ticket`: every word stands in something that the person may read there."""
    if not asked.words:
        return false()
    rows = scope.conditions(by)
    notes = or_(false(), *(condition for condition, level in rows if level in ("contact", "full")))
    only_words = [condition for condition, level in rows if level == "part"]
    standing = Ticket.id.in_(_standing(session, asked, _parts(by), within))
    if not only_words:
        return and_(standing, notes)
    # The first condition leads; the second is asked of its rows only.
    registered = Ticket.id.in_(_standing(session, asked, ("words",), within))
    return and_(standing, or_(notes, and_(or_(*only_words), registered)))


def _parts(by: Actor) -> tuple[str, ...]:
    return index.PARTS if by.office or by.chairman else index.PARTS[:2]


def _standing(session: Session, asked: Query, parts: tuple[str, ...], within: Within) -> Any:
    """Ids of tickets: all the words in one document, or each in one of its own; of few tickets, all that fit."""

    def hits(*words: str) -> Any:
        return index.hits(session, words, parts, NEWEST, within.since, within.until)

    ways = [hits(*asked.words)]
    if len(asked.words) > 1:
        apart = intersect(*(hits(word) for word in asked.words)).subquery()
        ways.append(select(apart.c.id))
    if within.others is not None:
        few = _few(within.others)
        ways.append(index.hits_among(session, asked.words, parts, few).where(_is_few(within.others)))
    return union(*ways) if len(ways) > 1 else ways[0]


def _few(others: ColumnElement[bool]) -> Any:
    return select(Ticket.id).where(others).limit(FEW + 1).subquery()


def _is_few(others: ColumnElement[bool]) -> ColumnElement[bool]:
    return select(func.count()).select_from(_few(others)).scalar_subquery() <= FEW


def texts(session: Session, ids: Sequence[int], by: Actor) -> dict[int, list[str]]:
    """What was written since registration, by ticket, oldest first: of tickets that the person sees as `contact` or
    `full`, what may be found there. Numbers are masked: the index knows no others."""
    if not ids:
        return {}
    tracks = (QUALITY, DISCIPLINE) if by.office or by.chairman else (QUALITY,)
    rows = session.execute(
        select(TicketText.ticket_id, TicketText.field, TicketText.value)
        .join(TicketEvent, and_(TicketEvent.ticket_id == TicketText.ticket_id, TicketEvent.no == TicketText.event_no))
        .where(TicketText.ticket_id.in_(ids), TicketEvent.track.in_(tracks), TicketEvent.action != "register",
               TicketText.field.not_in(PERSONAL))
        .order_by(TicketText.ticket_id, TicketText.event_no)
    )  # fmt: skip
    said: dict[int, list[str]] = {}
    for ticket_id, name, value in rows:
        said.setdefault(ticket_id, []).append(masking.shown(name, value, ()))
    return said


def marked(said: str, asked: Query) -> Pieces:
    """A text with the words that are looked for. Width and case do not count, and nothing of the text is lost."""
    folded = ""
    place: list[int] = []
    for n, ch in enumerate(said):
        small = normalize("NFKC", ch).lower()
        folded += small
        place += [n] * len(small)
    hit = [False] * len(said)
    for word in asked.words:
        start = folded.find(word)
        while start >= 0:
            for n in place[start : start + len(word)]:
                hit[n] = True
            start = folded.find(word, start + 1)
    pieces: Pieces = []
    for ch, is_hit in zip(said, hit, strict=True):
        if pieces and pieces[-1][1] == is_hit:
            pieces[-1] = (pieces[-1][0] + ch, is_hit)
        else:
            pieces.append((ch, is_hit))
    return pieces


def snippet(said: str, asked: Query) -> Pieces | None:
    """The words around the first one found in a text; None: none stands there."""
    pieces = marked(" ".join(said.split()), asked)
    first = next((n for n, (_, is_hit) in enumerate(pieces) if is_hit), None)
    if first is None:
        return None
    before = pieces[first - 1][0] if first else ""
    start = [("…" + before[-AROUND:] if len(before) > AROUND else before, False)] if before else []
    rest, room = [], AROUND * 2
    for piece, is_hit in pieces[first:]:
        rest.append((piece if is_hit or len(piece) <= room else piece[:room] + "…", is_hit))
        room -= len(piece)
        if room <= 0:
            break
    return [*start, *rest]
