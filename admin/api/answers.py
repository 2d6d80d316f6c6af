"""Tickets, and what may be done with them, as JSON: as far as the person who asks may see them."""

from __future__ import annotations

from typing import Any

from flask import jsonify
from flask.wrappers import Response
from sqlalchemy.orm import Session

from admin import watch
from admin.current import book, current_actor, now, session
from admin.guarding.values import written
from models import view
from models.actor import Actor
from models.refusals import Unseen
from models.tables import Ticket
from models.view import Sight
from models.workflow import Action, Field


def answers(ids: list[int], by: Actor) -> list[dict[str, Any]]:
    """The given tickets as the person may see them, in that order, as JSON."""
    db: Session = session()
    found = view.sights(db, ids, by, now())
    watch.opened(found)
    return [written(row) for row in view.tickets(db, found, by, now(), book())]


def one(ticket_id: int, by: Actor) -> dict[str, Any]:
    found = answers([ticket_id], by)
    if not found:
        raise Unseen
    return found[0]


def as_seen(found: Sight, by: Actor) -> dict[str, Any]:
    """A ticket as it is seen by who has just opened its complainant."""
    watch.opened([found])
    return written(view.tickets(session(), [found], by, now(), book())[0])


def answer(ticket_id: int, *, repeated: bool = False) -> dict[str, Any]:
    """What is told after an act: the ticket, or that the act ended the person's own sight of it.

    A repeated request answers in today's scope: then what is out of sight is absent.
    """
    found = answers([ticket_id], current_actor())
    if found:
        return found[0]
    if repeated:
        raise Unseen
    ticket = session().get_one(Ticket, ticket_id)
    return {"id": ticket.id, "no": ticket.no, "version": ticket.version, "out_of_sight": True}


def enveloped(row: dict[str, Any]) -> Response:
    """A ticket as FAB's clients look for it, in `result`, and as the contract has it, by its fields."""
    return jsonify(row if "out_of_sight" in row else {**row, "result": row})


def offer(action: Action) -> dict[str, Any]:
    """An action as a program needs it to draw a form."""
    return {
        "name": action.name,
        "zh": action.zh,
        "clause": action.clause,
        "versioned": action.versioned,
        "fields": [field_of(field) for field in action.fields],
    }


def field_of(field: Field) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": field.name,
        "zh": field.zh,
        "kind": field.kind,
        "required": field.required,
        "choices": dict(field.choices),
    }
    if field.required_when:
        found["required_when"] = dict([field.required_when])
    return found
