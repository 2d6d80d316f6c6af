"""Drafts of forms: kept on the server while somebody types, there again when the form is opened again.

A draft is its writer's, but for that of a result: the unit that has the ticket writes it together (POLICY §3).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from admin import watch, words
from admin.current import current_actor, now, session, transact
from admin.views.forms import Typed
from models import desk, draft, repeats
from models.base import User
from models.draft import Draft, Place
from models.refusals import NotYours, Unseen
from models.view import Sight
from models.workflow import ACTIONS, HANDLER, HEAD, PARTS

LONGEST = 20_000
NOT_KEPT = frozenset({"csrf_token", "once", "version", "seen", "auto", "discard", "draft_seen", "then", "unreached",
                      "page_of", "again", "draft"})  # fmt: skip
"""What belongs to one page and not to what was typed."""
CHOSEN = frozenset({"outcome", "solved"})
"""Answers of a call-back: the next call asks again."""
STANDING = frozenset({"kind", "channel", "form", "urgency"})
"""What a fresh form has by itself: alone no draft."""
MOST = 3
"""Registrations not sent that a fresh form offers."""


@dataclass(frozen=True)
class Found:
    """A draft as its form shows it."""

    typed: Typed
    said: str
    saved_at: datetime


@dataclass(frozen=True)
class Unfinished:
    """A registration that was not sent, as a fresh form offers it."""

    form: str
    when: str
    said: str


def registering(form: str) -> Place:
    return draft.registering(current_actor().user_id, form)


def unfinished() -> list[Unfinished]:
    """The registrations that one has not sent, by their first words, to go on with."""
    found = draft.registrations(session(), current_actor().user_id, now(), MOST)
    return [Unfinished(one.form, words.short(one.saved_at, now()), _first_words(one)) for one in found]


def _first_words(one: Draft) -> str:
    typed = MultiDict(one.values())
    said = typed.get("content", "").strip() or next(
        (v for n, v in one.values() if n in repeats.SAYING and v.strip()), ""
    )
    return words.shortened(said, 20)


def acting(sight: Sight, action: str) -> Place:
    """Where the draft of an action is kept: of a result, with the unit that has the ticket."""
    ticket = sight.ticket
    if action == "submit" and ticket.unit_id is not None:
        return draft.of_unit(ticket.unit_id, ticket.id)
    return own(ticket.id, action)


def own(ticket_id: int, action: str) -> Place:
    """One's own, of a result too that the unit has no more."""
    return draft.acting(current_actor().user_id, ticket_id, action)


def of(sight: Sight, action: str) -> Found | None:
    """The draft that a form begins with: the unit's, or what one wrote oneself before the ticket left it."""
    return found(acting(sight, action)) or found(own(sight.ticket.id, action))


def keep(ticket_id: int, action: str) -> bool:
    """Keep for its writer what an act was refused with that is no longer theirs to take; whether there was any."""
    typed = _typed(action)
    if action == "amend" or not _says_something(typed):
        return False
    by, at = current_actor(), now()
    transact(lambda: draft.keep(session(), own(ticket_id, action), typed, author_id=by.user_id or 0, at=at))
    return True


def _typed(action: str) -> draft.Typed:
    left_out = NOT_KEPT | (CHOSEN if action == "call_back" else frozenset())
    return [(name, value[:LONGEST]) for name, value in request.form.items(multi=True) if name not in left_out]


def _says_something(typed: draft.Typed) -> bool:
    return any(value.strip() for name, value in typed if name not in STANDING)


def found(place: Place) -> Found | None:
    there = draft.find(session(), place, now())
    if there is None:
        return None
    return Found(MultiDict(there.values()), said(there), there.saved_at)


def said(there: Draft) -> str:
    """16:05 的草稿, and of a unit's who wrote it."""
    when = words.short(there.saved_at, now())
    if there.unit_id is None:
        return _("%(when)s 的草稿已恢复。", when=when)
    return _("%(who)s %(when)s 起草。", who=_author(there), when=when)


def _author(there: Draft) -> str:
    return words.person(session().get(User, there.author_id))


def waiting(sight: Sight) -> Draft | None:
    """On a ticket's page: the draft of its result, for those of the unit that has it."""
    if not unit_parts(sight):
        return None
    return draft.waiting(session(), [sight.ticket.unit_id or 0], sight.ticket.id, now())


def unit_parts(sight: Sight) -> set[str]:
    """The parts of somebody of the unit that has the ticket in hand."""
    ticket = sight.ticket
    if ticket.state != "handling" or sight.grant:
        return set()
    parts = desk.parts_in({"state": ticket.state, "unit_id": ticket.unit_id}, current_actor(), sight.level)
    return parts & {HANDLER, HEAD}


def may_draft(sight: Sight) -> None:
    """Raises NotYours for who is not of the unit that has the ticket now."""
    if not unit_parts(sight):
        raise NotYours("not_yours", action="起草结果", who=PARTS[HANDLER])


def save(ticket_id: int | None, action: str) -> Any:
    """POST /ticket/draft/…: from the script every few seconds, from a button, or to throw it away."""
    if request.form.get("discard") and ticket_id is not None:
        return _discard(ticket_id, action)
    place, back = _place(ticket_id, action)
    if request.form.get("discard"):
        transact(lambda: draft.drop(session(), place))
        return redirect(back)
    by, once = current_actor(), request.form.get("once")
    if once and repeats.led_to(session(), by, once) is not None:
        return jsonify(saved_at=None)  # it was sent meanwhile; this came late
    typed = _typed(action)
    if not _says_something(typed):
        transact(lambda: draft.drop(session(), place, by.user_id or 0))
        return jsonify(saved_at=None) if request.form.get("auto") else redirect(back)
    at = now()
    try:
        transact(lambda: draft.keep(session(), place, typed, author_id=by.user_id or 0, at=at,
                                    seen=_moment(request.form.get("draft_seen"))))  # fmt: skip
    except draft.Overtaken as no:
        who, when = _author(no.draft), words.short(no.draft.saved_at, at)
        said = _(
            "%(who)s在 %(when)s 也写过这份草稿，您写的还没有存上。要用您的，请先看过对方写的。", who=who, when=when
        )
        if request.form.get("auto"):
            return jsonify(message=said), 409
        flash(said, "warning")
        return redirect(back)
    if request.form.get("auto"):
        return jsonify(saved_at=at.isoformat(), said=_("草稿已存 %(when)s", when=words.short(at, at)))
    flash(_("草稿已存。负责人打开“报送结果”就能看到。"), "success")
    return redirect(back)


def _discard(ticket_id: int, action: str) -> Any:
    """Throw away a draft of an action: the one that its form shows. One's own goes wherever the ticket is now."""
    sight = watch.sight(ticket_id)
    places, back = [own(ticket_id, action)], url_for("TicketView.show", ticket_id=ticket_id)
    if action != "submit" or unit_parts(sight):
        place, back = _place(ticket_id, action)
        places.append(place)

    def work() -> None:
        for one in places:
            draft.drop(session(), one)

    transact(work)
    return redirect(back)


def _place(ticket_id: int | None, action: str) -> tuple[Place, str]:
    """The draft's place, for whom it is, and the address of its form."""
    if ticket_id is None:
        by = current_actor()
        if not (by.desk or by.office):
            raise NotYours("not_yours", action=ACTIONS["register"].zh, who=PARTS["a"])
        return registering(request.form.get("draft") or request.form.get("once", "")), url_for("TicketView.register")
    sight = watch.sight(ticket_id)
    if action not in ACTIONS or action == "register":
        raise Unseen
    here = url_for("TicketView.act", ticket_id=ticket_id, name=action)
    if action == "submit":
        may_draft(sight)
        if HEAD not in unit_parts(sight):
            here = url_for("TicketView.draft_result", ticket_id=ticket_id)
    return acting(sight, action), here


def _moment(written: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(written or "")
    except ValueError:
        return None
    return at if at.tzinfo else None
