"""What a review is about in figures: counted when drafted, frozen as JSON when submitted, and never counted again.

`analytics.reviews` fills it in; pages, paper and files are made of it alone, so that they cannot differ.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter

from models import log

SHARE, RATE, COUNT, HOURS = "share", "rate", "count", "hours"
"""How a value reads: 91.2 %, 3.21 per 10,000 customers, 12 complaints, 41.5 hours."""
HIGH, LOW = "high", "low"


@dataclass(frozen=True)
class Value:
    """A figure with both its parts and its 95 % interval, where there is one. value None: nothing to divide by."""

    value: float | None
    numerator: float
    denominator: float | None
    low: float | None = None
    high: float | None = None
    missing: int = 0
    """Complaints of months without a customer figure, which a rate leaves out."""


@dataclass(frozen=True)
class Change:
    """How a figure differs from another period's: a ratio of rates or a difference of shares, with its interval."""

    of: str
    """ratio or difference"""
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Figure:
    """One KPI of the unit in the period, beside the period before and the same one a year before."""

    name: str
    zh: str
    source: str
    excluded: str
    kind: str
    better: str
    now: Value
    before: Value | None = None
    year: Value | None = None
    change: Change | None = None
    """Against the period before."""
    year_change: Change | None = None


@dataclass(frozen=True)
class Month:
    """A point of a control chart. value None: nothing to divide by in this month."""

    label: str
    count: float
    over: float
    value: float | None
    center: float
    lower: float | None
    upper: float | None
    signal: bool = False
    above: bool = False
    unfinished: bool = False


@dataclass(frozen=True)
class Series:
    """A figure by month up to the end of the period, with its limits."""

    name: str
    zh: str
    kind: str
    better: str
    months: tuple[Month, ...]
    trial: bool
    """Too few months to call any of them a signal."""
    widened: bool
    marks: tuple[tuple[str, str], ...] = ()
    """(month, what) of improvement actions that fell due."""


@dataclass(frozen=True)
class Category:
    """Complaints of a category, in the period and in the one before."""

    name: str
    now: int
    before: int


@dataclass(frozen=True)
class Effect:
    """The complaints before an action was due against those after, over windows of equal length.

    over: customer-months (of "customers") or days (of "days"). others: the same comparison of all other units.
    """

    action_id: int
    what: str
    due: date
    category: str | None
    expected: str
    days: int
    """Of each window."""
    left: int
    """Days until the window after is full."""
    of: str
    before: int
    over_before: float
    after: int
    over_after: float
    ratio: float | None
    low: float
    high: float | None
    others: float | None = None
    done: str | None = None
    """The day on which it was carried out; empty: none was reported; None: it is not known."""

    @property
    def verdict(self) -> str:
        """effective, worse, or unknown: the data cannot tell."""
        if not self.days or (self.low == 0.0 and self.high is None):
            return "unknown"
        if self.high is not None and self.high < 1:
            return "effective"
        return "worse" if self.low > 1 else "unknown"


@dataclass(frozen=True)
class Document:
    """Everything counted for one unit and period, as of an instant, of quality complaints."""

    unit: str
    starts: date
    ends: date
    as_of: datetime
    figures: tuple[Figure, ...]
    series: tuple[Series, ...]
    categories: tuple[Category, ...]
    effects: tuple[Effect, ...]

    @property
    def unfinished(self) -> bool:
        """Whether the period was not over when it was counted."""
        from models.reviews.periods import midnight

        return self.as_of < midnight(self.ends)


_ADAPTER: TypeAdapter[Document] = TypeAdapter(Document)


def dumped(document: Document) -> str:
    """Canonical JSON: the same document, the same text."""
    return log.canonical(_ADAPTER.dump_python(document, mode="json")).decode()


def loaded(text: str) -> Document:
    return _ADAPTER.validate_json(text)


def digest(text: str) -> str:
    """What the log keeps of frozen figures, or of words."""
    return hashlib.sha256(text.encode()).hexdigest()


def words_digest(causes: str, lessons: str, actions: list[dict[str, Any]]) -> str:
    return digest(log.canonical([causes, lessons, actions]).decode())
