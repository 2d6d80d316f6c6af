"""Improvement actions that units have promised: which fell due when, in words that everybody may read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.organisation import Unit
from models.reviews import names
from models.tables import Review, ReviewAction


@dataclass(frozen=True)
class Measure:
    """An action of a submitted review. what, expected: without names of persons."""

    id: int
    review_id: int
    unit_id: int
    unit: str
    due: date
    what: str
    expected: str
    category_id: int | None
    category: str | None
    done: str | None
    """The day on which it was carried out; empty: none has been reported; None: nobody could report it yet."""


def measures(
    session: Session, start: date | None, end: date, *, units: Iterable[int] | None = None, released: bool = False,
    review_id: int | None = None,
) -> list[Measure]:  # fmt: skip
    """Those due in [start, end) of submitted reviews, the earliest first. released: of released reviews only; units,
    review_id: of these alone."""
    states = ("released",) if released else ("submitted", "released")
    asked = (
        select(ReviewAction, Review, Unit.name)
        .join(Review, Review.id == ReviewAction.review_id)
        .join(Unit, Unit.id == Review.unit_id)
        .options(joinedload(ReviewAction.category))
        .where(Review.state.in_(states), ReviewAction.due < end)
        .order_by(ReviewAction.due, ReviewAction.id)
    )
    if start is not None:
        asked = asked.where(ReviewAction.due >= start)
    if units is not None:
        asked = asked.where(Review.unit_id.in_(sorted(units)))
    if review_id is not None:
        asked = asked.where(Review.id == review_id)
    found = []
    for action, review, unit in session.execute(asked):
        told = names.read(review.shared)["actions"][action.n - 1] if review.shared else {"what": "", "expected": ""}
        found.append(
            Measure(
                id=action.id, review_id=review.id, unit_id=review.unit_id, unit=unit, due=action.due,
                what=told["what"], expected=told["expected"], category_id=action.category_id,
                category=action.category.name if action.category else None, done=reported(review, action),
            )
        )  # fmt: skip
    return found


def reported(review: Review, action: ReviewAction) -> str | None:
    """`Measure.done`: it is reported where all units read what was promised."""
    if review.state != "released":
        return None
    return action.done_on.isoformat() if action.done_on else ""


def actions_for_chart(
    session: Session, units: Iterable[int] | None, start: date, end: date
) -> list[tuple[date, str, str]]:
    """(day due, what, unit) of released actions in [start, end): notes on a control chart, for every reader of it.

    units: ids; None: all.
    """
    return [(one.due, one.what, one.unit) for one in measures(session, start, end, units=units, released=True)]
