"""The one way in to reviews (第九条): opened for a unit and period, written, submitted, commented, released.

`act` checks everything, then writes everything, the event of the review's log included. It does not commit: the edge
does. Figures come from outside (`analytics.reviews`): what is handed in at submission is frozen.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import fields, repeats, versions
from models.actor import SYSTEM, Actor
from models.book import Book
from models.notice import Notice
from models.organisation import Unit
from models.policy import QUALITY
from models.refusals import Invalid, NoReview, NotYours, Reason, StaleReview, WrongState
from models.review import Review
from models.review_workflow import ACTIONS, PARTS, PROGRAM, STATES, Action
from models.reviews import document, names, scope, writing
from models.reviews.document import Document
from models.reviews.periods import Period, midnight
from models.reviews.telling import tell
from models.types import local_date
from models.workflow import HEAD, OPERATIONS


def parts_of(unit_id: int, by: Actor) -> set[str]:
    """The parts that a person has in the reviews of a unit."""
    if by is SYSTEM:
        return {PROGRAM}
    return by.parts(unit_id) & {HEAD, OPERATIONS}


def open_(session: Session, unit_id: int, period: Period, *, by: Actor, at: datetime, book: Book) -> Review:
    """The review of a unit and period: begun, or as it is there already. Raises NotYours, Invalid."""
    action = ACTIONS["open"]
    if not parts_of(unit_id, by) & set(action.by):
        raise _not_yours(action)
    if period.starts > local_date(at):
        raise Invalid({"period": Reason("in_the_future")})
    unit = session.get(Unit, unit_id)
    if unit is None or unit.kind != "unit":
        raise Invalid({"unit": Reason("not_found", value=unit.name if unit else "")})
    there: Review | None = session.scalar(
        select(Review).where(
            Review.unit_id == unit_id, Review.starts == period.starts, Review.ends == period.ends
        )
    )  # fmt: skip
    if there is not None:
        return there
    review = Review(unit_id=unit_id, starts=period.starts, ends=period.ends, state="draft", drafted_at=at, version=1)
    if by is SYSTEM:
        review.due_at = book.until("review_due", QUALITY, midnight(period.ends))
    session.add(review)
    session.flush()
    writing.append(session, review, action.name, None, "", by=by, at=at, for_id=_for(action, unit_id, by))
    return review


def permitted(review: Review, action: Action, by: Actor) -> None:
    """Raises NotYours or WrongState."""
    if not parts_of(review.unit_id, by) & set(action.by):
        raise _not_yours(action)
    if action.start != review.state:
        raise WrongState("review_state", action=action.zh, state=STATES[review.state].zh)


def _not_yours(action: Action) -> NotYours:
    return NotYours("not_yours", action=action.zh, who="、".join(PARTS[part] for part in PARTS if part in action.by))


def available(review: Review, by: Actor) -> list[Action]:
    """The actions a person may take on a review now: its buttons."""
    found = []
    for action in ACTIONS.values():
        try:
            permitted(review, action, by)
        except (NotYours, WrongState):
            continue
        found.append(action)
    return found


def act(
    session: Session, review_id: int, name: str, given: Mapping[str, Any], *, by: Actor, at: datetime, book: Book,
    version: Any = None, figures: Document | None = None, once: str | None = None,
) -> int:  # fmt: skip
    """Take one action of the table on a review, as `by`, at `at`; its id.

    figures: what was counted now, frozen by `submit`. Raises, in this order, NoReview, NotYours, WrongState,
    StaleReview, Invalid; then nothing has changed.
    """
    action = ACTIONS.get(name)
    if action is None or action.start is None or scope.level_of(session, review_id, by) is None:
        raise NoReview
    body = {**given, "version": version}
    with repeats.claimed(session, by, once, f"review/{review_id}/{name}", body, review_id, at) as known:
        if known:
            return known
        review = versions.locked(session, Review, review_id)
        permitted(review, action, by)
        if action.versioned and versions.seen(version) != review.version:
            raise StaleReview(review.version)
        values = fields.read_all(action.fields, given, book, lambda _: None)
        start = review.state
        _effect(session, review, name, values, figures, at, book)
        review.state, review.version = action.end or review.state, review.version + action.versioned
        for_id = _for(action, review.unit_id, by)
        writing.append(session, review, name, start, values.get("said") or "", by=by, at=at, for_id=for_id)
    return review_id


def _for(action: Action, unit_id: int, by: Actor) -> int | None:
    """For whom a deputy acts."""
    if "operations" in by.roles and OPERATIONS in action.by:
        return None
    return by.acts_for(HEAD, unit_id) if HEAD in action.by else None


def _effect(
    session: Session, review: Review, name: str, values: Mapping[str, Any], figures: Document | None, at: datetime,
    book: Book,
) -> None:  # fmt: skip
    if name == "write":
        lines = writing.read_actions(values["actions"], book)
        review.causes, review.lessons = values["causes"] or "", values["lessons"] or ""
        writing.put(session, review, lines)
    elif name == "submit":
        if midnight(review.ends) > at:
            raise Invalid({"period": Reason("period_not_over")})
        writing.complete(session, review, at)
        if figures is None:
            raise Invalid({"figures": Reason("required")})
        review.figures, review.shared = document.dumped(figures), names.shared(session, review, at)
        review.submitted_at, review.returned_at = at, None
        _told(session, review, at)
    elif name == "send_back":
        review.returned_at, review.figures, review.shared = at, None, None
        tell(session, review, "returned", at)
    elif name == "release":
        review.released_at = at
        review.shared = names.released(session, review, values["said"] or "", at)
    elif name == "carry_out":
        writing.carry_out(review, values["measure"], values["done_on"], at)


def _told(session: Session, review: Review, at: datetime) -> None:
    """What was said of a review that waited to be written is over."""
    session.execute(
        update(Notice).where(Notice.review_id == review.id, Notice.read_at.is_(None)).values(read_at=at)
    )  # fmt: skip
