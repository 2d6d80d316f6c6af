"""A review as pages show it: its figures in sentences, its words as far as the reader may read them, its log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from admin import words
from admin.current import book, current_actor, now, session
from models import view
from models.policy import QUALITY
from models.refusals import NoReview
from models.review_workflow import ACTIONS, RETURNED, STATES
from models.reviews import document, periods, reading, scope, wording
from models.reviews.document import Document, Effect, Figure
from models.reviews.periods import Period
from models.reviews.reading import Words
from models.tables import Review, ReviewEvent
from models.types import local_date


@dataclass(frozen=True)
class One:
    """A review at the reader's level of `models.reviews.scope`."""

    review: Review
    level: str

    @property
    def period(self) -> Period:
        return Period(self.review.starts, self.review.ends)

    @property
    def title(self) -> str:
        return _("%(unit)s %(period)s总结", unit=words.term(self.review.unit.name), period=called(self.period))

    @property
    def state(self) -> str:
        return state(self.review)


def called(period: Period) -> str:
    """2026 年第 3 季度"""
    template, facts = period.named
    return str(_(template, **facts))


def state(review: Review) -> str:
    returned = review.state == "draft" and review.returned_at is not None
    return str(_(RETURNED if returned else STATES[review.state].zh))


def find(pk: int) -> One:
    """A review as the reader may see it. Raises NoReview."""
    level = scope.level_of(session(), pk, current_actor()) if 0 < pk < 2**31 else None
    if level is None:
        raise NoReview
    one = select(Review).options(joinedload(Review.unit)).where(Review.id == pk)
    return One(session().scalars(one.execution_options(populate_existing=True)).unique().one(), level)


def figures(review: Review) -> Document:
    """As frozen; of a draft as they are now."""
    if review.figures is not None:
        return document.loaded(review.figures)
    return counted(review)


def counted(review: Review) -> Document:
    """The figures of a review as they stand now."""
    made: Document = current_app.extensions["reviews"].draft(
        review.unit, Period(review.starts, review.ends), now(), _window()
    )  # fmt: skip
    return made


def _window() -> int:
    return int(book().number("review_window", QUALITY, now(), periods.WINDOW))


def outcomes(review: Review) -> dict[int, dict[str, Any]]:
    """What became by now of its own actions, by their numbers: of those that are due."""
    if not any(action.due <= local_date(now()) for action in review.actions):
        return {}
    numbers = {action.id: action.n for action in review.actions}
    found = current_app.extensions["reviews"].outcome(review.id, now(), _window())
    return {numbers[one.action_id]: _effect(one) for one in found}


def spoken(one: One) -> Words:
    return reading.words(session(), one.review, one.level)


def said(sentences: list[wording.Said]) -> str:
    return words.joined(*(wording.say(one, _) for one in sentences))


def lines(found: Document) -> list[dict[str, str]]:
    """The figures with value, parts and sentence."""
    return [_line(figure) for figure in found.figures]


def _line(figure: Figure) -> dict[str, str]:
    now_, kind = figure.now, figure.kind
    return {
        "zh": _(figure.zh), "source": _(figure.source), "value": wording.number(now_.value, kind),
        "parts": wording.parts(now_), "interval": wording.interval(now_.low, now_.high, kind),
        "before": wording.number(figure.before.value, kind) if figure.before else words.NOTHING,
        "said": said(wording.of_figure(figure)),
    }  # fmt: skip


def effects(found: Document) -> list[dict[str, Any]]:
    """What became of each action that fell due."""
    return [_effect(one) for one in found.effects]


def _effect(one: Effect) -> dict[str, Any]:
    compared = one.days and (one.before or one.after)
    return {
        "what": one.what, "due": one.due, "category": words.term(one.category) if one.category else _("全部"),
        "before": one.before, "after": one.after, "days": one.days,
        "ratio": f"{one.ratio:.2f}" if one.ratio is not None else words.NOTHING,
        "interval": wording.interval(one.low, one.high, "rate") if compared else "",
        "verdict": _(wording.VERDICTS[one.verdict]), "css": CSS[one.verdict], "said": said(wording.of_effect(one)),
    }  # fmt: skip


CSS = {"effective": "better", "worse": "worse", "unknown": "few"}
"""Verdict → class of .kf-spc."""


def series(found: Document) -> list[dict[str, str]]:
    return [{"name": one.name, "zh": _(one.zh), "said": said(wording.of_series(one))} for one in found.series]


def entries(review: Review) -> list[dict[str, Any]]:
    """The log in words, the newest first."""
    people = view.people(session())
    rows = session().scalars(
        select(ReviewEvent).where(ReviewEvent.review_id == review.id).order_by(ReviewEvent.no.desc())
    )
    return [
        {
            "what": _(ACTIONS[event.action].zh), "at": event.at, "said": event.said,
            "who": people.get(event.actor_id or 0, _("系统")),
            "whom": people.get(event.for_id or 0, ""),
        }
        for event in rows
    ]  # fmt: skip
