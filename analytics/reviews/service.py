"""What pages ask of reviews: to count one, to draw its charts, to make a file of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from analytics.periods import local_date
from analytics.reviews import draft
from analytics.reviews.judging import judged
from models.organisation import Unit
from models.reviews.document import Document, Effect
from models.reviews.measures import measures
from models.reviews.periods import Period
from models.reviews.reading import Words


class Reviews:
    """The figures of reviews, on the database that figures are read from. company: the head of its paper."""

    def __init__(self, session: Callable[[], AbstractContextManager[Session]], company: str) -> None:
        self._session, self._company = session, company

    def draft(self, unit: Unit, period: Period, as_of: datetime, window: int) -> Document:
        """Count a unit's period as of now."""
        with self._session() as session:
            return draft(session, unit, period, as_of=as_of, window=window)

    def outcome(self, review_id: int, as_of: datetime, window: int) -> list[Effect]:
        """What became by now of the actions of a review that have fallen due."""
        with self._session() as session:
            due = measures(session, None, local_date(as_of) + timedelta(days=1), review_id=review_id)
            return judged(session, due, as_of=as_of, window=window)

    def picture(self, document: Document, name: str) -> bytes | None:
        """A chart as SVG, by the name of its series or `categories`; None: it has none of that name."""
        from analytics.reviews import charts

        return charts.picture(document, name, "svg")

    def file(self, document: Document, words: Words, frozen: datetime | None, form: str) -> tuple[bytes, str] | None:
        """A review as a file, and its media type; None: there is no such form."""
        from analytics.reviews import files
        from analytics.reviews.paper import Paper

        if form not in files.FORMS:
            return None
        return files.made(Paper(self._company, document, words, frozen), form), files.TYPES[form]
