"""What a unit writes into its review, read and checked; and the log of each act."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models import fields, log
from models.actor import SYSTEM, Actor
from models.base import User
from models.book import Book
from models.fields import Unreadable
from models.notice import Notice
from models.refusals import Invalid, Reason
from models.review import Review, ReviewAction, ReviewEvent
from models.review_workflow import MEASURE_FIELDS
from models.reviews import document
from models.types import local_date

MOST_ACTIONS = 12
LINE_MOST = 500

Line = dict[str, Any]
"""what, owner (an account's id), due, category (its id), expected."""


def read_actions(given: Any, book: Book) -> list[Line]:
    """The lines of the improvement actions that say something. Raises Invalid, its reasons by `due_2` and the like."""
    if given is None:
        return []
    if isinstance(given, str) or not isinstance(given, Sequence):
        raise Invalid({"actions": Reason("not_a_list")})
    if len(given) > MOST_ACTIONS:
        raise Invalid({"actions": Reason("too_many", most=MOST_ACTIONS)})
    found: list[Line] = []
    errors: dict[str, Reason] = {}
    for n, line in enumerate(given, 1):
        if not isinstance(line, Mapping):
            raise Invalid({"actions": Reason("not_a_list")})
        errors |= {f"{name}_{n}": Reason("unknown_field") for name in line if name not in MEASURE_FIELDS}
        values = {}
        for name in MEASURE_FIELDS:
            try:
                values[name] = _cell(name, line.get(name), book)
            except Unreadable as no:
                errors[f"{name}_{n}"] = no.reason
        if any(values.values()) or any(key.endswith(f"_{n}") for key in errors):
            found.append(values)
            for name in ("what", "due"):
                if not values.get(name) and f"{name}_{n}" not in errors:
                    errors[f"{name}_{n}"] = Reason("required")
    if errors:
        raise Invalid(errors)
    return found


def _cell(name: str, value: Any, book: Book) -> Any:
    if value is None or value == "":
        return None
    if name in ("what", "expected"):
        return fields.text(value, LINE_MOST)
    if name == "category":
        return fields.reference(value, "category", book)
    if name == "owner":
        found = fields.people(value if isinstance(value, str) else [value], book.session, accounts_only=True)
        return found[0] if found else None
    return fields.day(value)


def put(session: Session, review: Review, lines: Sequence[Line]) -> None:
    """Let the review promise these actions: a line keeps its row, so that what was told of it still leads there."""
    rows = list(review.actions)
    for n, line in enumerate(lines, 1):
        if n > len(rows):
            review.actions.append(ReviewAction(n=n, what="", due=line["due"]))
            rows = list(review.actions)
        row = rows[n - 1]
        row.n, row.what, row.due = n, line["what"], line["due"]
        row.owner_id, row.category_id, row.expected = line["owner"], line["category"], line["expected"] or ""
    for row in rows[len(lines) :]:
        session.execute(delete(Notice).where(Notice.action_id == row.id))  # that it was due is nobody's business now
        review.actions.remove(row)
    session.flush()


def as_logged(what: str, owner: int | None, due: date, category: int | None, expected: str, done: date | None) -> Line:
    """A line of the improvement actions as digests are made of it; `done` is named once it is reported."""
    line = {"what": what, "owner": owner, "due": str(due), "category": category, "expected": expected}
    return line if done is None else {**line, "done": str(done)}


def carry_out(review: Review, measure: str, done_on: date, at: datetime) -> None:
    """Note the day on which an action was carried out, or another one if it was reported before. Raises Invalid."""
    action = next((action for action in review.actions if str(action.n) == measure), None)
    if action is None:
        raise Invalid({"measure": Reason("not_found", value=measure)})
    if done_on > local_date(at):
        raise Invalid({"done_on": Reason("in_the_future")})
    action.done_on = done_on


def complete(session: Session, review: Review, at: datetime) -> None:
    """What a review must say before it is submitted. Raises Invalid."""
    errors = {}
    for name in ("causes", "lessons"):
        if not getattr(review, name):
            errors[name] = Reason("required")
    if not review.actions:
        errors["actions"] = Reason("no_measures")
    active = set(session.scalars(select(User.id).where(User.active)))
    for action in review.actions:
        if action.owner_id is None:
            errors[f"owner_{action.n}"] = Reason("required")
        elif action.owner_id not in active:
            errors[f"owner_{action.n}"] = Reason("not_found", value="")
        if not action.expected:
            errors[f"expected_{action.n}"] = Reason("required")
        if action.due <= local_date(at):  # or one could choose a day after which it went well
            errors[f"due_{action.n}"] = Reason("due_has_passed")
    if errors:
        raise Invalid(errors)


def event_hash(before: str, event: Mapping[str, Any]) -> str:
    """SHA-256 over every column of an event and the hash before it."""
    names = ("actor_id", "for_id", "action", "from_state", "to_state", "said", "payload")
    told = [before, event["review_id"], event["no"], log.stamp(event["at"]), *(event[name] for name in names)]
    return hashlib.sha256(log.canonical(told)).hexdigest()


def append(
    session: Session, review: Review, action: str, start: str | None, said: str, *, by: Actor, at: datetime,
    for_id: int | None = None,
) -> None:  # fmt: skip
    """Close an act with its event: it holds what the words, and frozen figures, were then."""
    payload = {
        "unit": review.unit_id, "starts": review.starts.isoformat(), "ends": review.ends.isoformat(),
        "version": review.version, "words": words_of(review),
        "figures": document.digest(review.figures) if review.figures is not None else None,
    }  # fmt: skip
    event: dict[str, Any] = {
        "review_id": review.id, "no": review.event_count + 1, "at": at,
        "actor_id": by.user_id if by is not SYSTEM else None, "for_id": for_id, "action": action, "from_state": start,
        "to_state": review.state, "said": said, "payload": log.canonical(payload).decode(),
    }  # fmt: skip
    event["hash"] = event_hash(review.head, event)
    review.event_count, review.head = event["no"], event["hash"]
    session.add(ReviewEvent(**event))
    session.flush()


def words_of(review: Review) -> str:
    lines = [as_logged(a.what, a.owner_id, a.due, a.category_id, a.expected, a.done_on) for a in review.actions]
    return document.words_digest(review.causes, review.lessons, lines)
