"""How a step of the workflow table is carried out on a case, in memory: for one act, a batch and the demo city alike.

Checks nothing: `models.desk` has let the person through, or an imported source tells what has happened.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from models import clocks, effects, undo
from models.actor import Actor
from models.book import Book
from models.case import Case, Row
from models.effects import EFFECTS, Acting
from models.workflow import Action, Step


def perform(
    case: Case,
    action: Action,
    values: dict[str, Any],
    *,
    by: Actor,
    at: datetime,
    book: Book,
    parts: set[str],
    step: Step | None = None,
    recorded_at: datetime | None = None,
    more: Row | None = None,
    unopened: frozenset[str] = frozenset(),
) -> None:
    """Carry one step out on a case: what it settles, voids, changes and opens, and its event.

    unopened: obligations that it does not open, because an imported source lacks the time they start from.
    """
    ticket = case.ticket
    before: str | None = ticket["state"]
    if step is None:
        track = values.get("track") or ticket["track"]
        step = next(
            s for s in action.steps if s.fits(track, before) and (s.when is None or values.get(s.when[0]) == s.when[1])
        )
    acting = Acting(by, at, book, values)
    for kind in step.settles:
        clocks.settle(case, kind, at)
    for kind in step.voids:
        clocks.void(case, kind, at, action.name)
    if before == "handling" and step.end not in (None, "handling"):
        effects.let_go(case, at)
    effect = EFFECTS.get(action.name)
    if effect:
        effect(case, acting)
    if "undo" in values:
        undo.carry_out(case, values["undo"], at, book)
    _move(case, step, at)
    for kind in step.opens:
        if kind not in unopened:
            _open(case, kind, at, book)
    if action.versioned:
        case.set(version=ticket["version"] + 1)
    effects.keep_files(case, acting)
    noted = _write_texts(case, action, values, book)
    part = next((p for p in step.by if p in parts), None)
    if part:
        noted["as"] = part
    case.close_event(
        action.name,
        at=at,
        recorded_at=recorded_at or at,
        from_state=before,
        actor_id=by.user_id,
        for_id=by.acts_for(part, ticket["unit_id"]) if part else None,
        more={**noted, **(more or {})},
    )


def _move(case: Case, step: Step, at: datetime) -> None:
    if step.end is not None and step.end != case.ticket["state"]:
        case.set(state=step.end)
        if step.end == "closed":
            case.set(closed_at=at)


def close(case: Case, at: datetime, recorded_at: datetime, ending: str) -> None:
    """按原件办结: an imported ticket closes when its source says so. What is still owed falls away then."""
    before = case.ticket["state"]
    clocks.void(case, "*", at, "close")
    if before == "handling":
        effects.let_go(case, at)
    case.set(state="closed", closed_at=at, ending=ending, version=case.ticket["version"] + 1)
    case.close_event("close", at=at, recorded_at=recorded_at, from_state=before)


def _open(case: Case, kind: str, at: datetime, book: Book) -> None:
    ticket = case.ticket
    if kind == "upstream":
        if ticket["forward_due_at"] is not None:
            clocks.start(case, kind, at, book, due=ticket["forward_due_at"])
    elif kind == "dispatch":
        clocks.start(case, kind, ticket["received_at"], book)
    elif not (kind == "handle" and case.open_obligation("handle")):
        clocks.start(case, kind, at, book)


def _write_texts(case: Case, action: Action, values: Mapping[str, Any], book: Book) -> Row:
    """Keep the act's texts in rows of their own; returns the codes that no row keeps."""
    noted: Row = {}
    for field in action.fields:
        value = values.get(field.name)
        if value is None:
            continue
        if field.kind in ("text", "line"):
            case.write(book.key, field.name, value)
        elif field.kind == "coded":
            noted[field.name] = value if value in field.choices else "other"
            if value not in field.choices:
                case.write(book.key, field.name, value)
        elif field.kind == "persons":
            names = [person for person in value if isinstance(person, str)]
            for n, name in enumerate(names, 1):
                case.write(book.key, f"{field.name}.{n}", name)
        elif action.name not in ("register", "call_back", "open_to") and field.kind in ("choice", "bool"):
            noted[field.name] = value
    return noted
