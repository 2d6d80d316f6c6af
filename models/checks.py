"""What an action's input must fit besides its kind: the reasons of a 422, gathered a field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import fields, undo
from models.case import Case
from models.guards import Moment
from models.policy import DISCIPLINE, QUALITY
from models.printing import forms_for
from models.refusals import Invalid, Reason
from models.tables import Ticket
from models.workflow import AFTER_RESULT, AMENDABLE

Values = dict[str, Any]


def _refuse(field: str, code: str, **facts: Any) -> None:
    raise Invalid({field: Reason(code, **facts)})


def _category_on(m: Moment, values: Values, track: str, code: str) -> None:
    category = values.get("category")
    if category is not None and m.book.track_of(category) != track:
        _refuse("category", code, value=m.book.register("category").name(category))


def within_track(case: Case, values: Values, m: Moment) -> None:
    """assign, recategorise: a category of the ticket's own track."""
    _category_on(m, values, m.track, "other_track")


def to_discipline(case: Case, values: Values, m: Moment) -> None:
    _category_on(m, values, DISCIPLINE, "other_track")


def to_other_track(case: Case, values: Values, m: Moment) -> None:
    _category_on(m, values, QUALITY if m.track == DISCIPLINE else DISCIPLINE, "same_track")


def outcome_after_result(case: Case, values: Values, m: Moment) -> None:
    """No reply that states an outcome before the unit's result is in (第七条(一))."""
    if values["kind"] == "outcome" and case.ticket["state"] not in AFTER_RESULT:
        _refuse("kind", "outcome_too_early")


def amendment(case: Case, values: Values, m: Moment) -> None:
    """Read the new value as the fact it corrects. Changing the kind takes operations."""
    field = AMENDABLE[values["field"]]
    if field.name == "kind" and "o" not in m.parts:
        _refuse("field", "operations_only")
    try:
        values["value"] = fields.read(field, values.get("value"), m.book, lambda _: None)
    except fields.Unreadable as no:
        raise Invalid({"value": no.reason}) from None


def opened_to_others(case: Case, values: Values, m: Moment) -> None:
    """Never to a person complained of (POLICY §5)."""
    accused = {row["user_id"] for row in case.parts["accused"]}
    if accused & set(values["persons"]):
        _refuse("persons", "is_accused")


def linkable(case: Case, values: Values, m: Moment) -> None:
    """`to` is in sight already (desk); here: what each kind of link demands."""
    session: Session = m.book.session
    kind, to = values["kind"], session.get_one(Ticket, values["to"], populate_existing=True)
    if kind == "same_matter" and to.main_id is not None:
        to = session.get_one(Ticket, to.main_id, populate_existing=True)
        values["to"] = to.id
    me = case.ticket
    if to.id == me["id"]:
        _refuse("to", "itself")
    linked = any(row["to_id"] == to.id and row["kind"] == kind for row in case.parts["link"])
    if linked and (kind != "same_matter" or me["main_id"] == to.id):  # it may have been released since
        _refuse("to", "already_linked")
    if kind == "same_matter":
        if to.track != me["track"]:
            _refuse("to", "matter_track")
        if to.state == "closed" or me["state"] == "closed":
            _refuse("to", "matter_closed")
        if session.scalar(select(Ticket.id).where(Ticket.main_id == me["id"]).limit(1)) is not None:
            _refuse("to", "has_followers")
    elif kind == "repeat":
        days = m.book.number("repeat", m.track, me["registered_at"], 0)
        closed = to.closed_at
        if closed is None or closed > me["registered_at"] or me["registered_at"] - closed >= timedelta(days=days):
            _refuse("to", "not_a_repeat", days=days)


def correction(case: Case, values: Values, m: Moment) -> None:
    """Work out, while it can still be refused, what the last move did."""
    values["undo"] = undo.plan(case, m)


def printable(case: Case, values: Values, m: Moment) -> None:
    """Only a form that the person's level of the ticket shows."""
    if values["form"] not in forms_for(case.ticket, m.level):
        _refuse("form", "not_printable")


CHECKS: dict[str, Callable[[Case, Values, Moment], None]] = {
    "assign": within_track,
    "recategorise": within_track,
    "refer": to_discipline,
    "reclassify": to_other_track,
    "contact": outcome_after_result,
    "amend": amendment,
    "open_to": opened_to_others,
    "link": linkable,
    "correct": correction,
    "print": printable,
}
