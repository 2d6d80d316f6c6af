"""What a figure can be: counted in its period, per so many, as of an instant, or a length of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select

from analytics import grains
from analytics.grains import Grain, Where


@dataclass(frozen=True, kw_only=True, eq=False)
class Metric:
    """What every figure says of itself. formula, excluded, stands_at, by_unit: in words, for the page and the docs."""

    name: str
    zh: str
    en: str
    source: str
    """The clause of the 办法 it measures, or where the definition comes from."""
    grain: Grain
    formula: str
    """What is counted; of a ratio what over what."""
    excluded: str
    stands_at: str
    by_unit: str
    share: bool = True
    """Whether the value is a share of one (shown as per cent)."""
    better: str | None = None
    """`high` or `low`; None where neither is."""
    personal: bool = False
    """Whether a small cell tells of a person: then only who oversees may divide it (`questions.allow`)."""

    @property
    def interval(self) -> str:
        """How its 95 % interval is made, in words; empty: it has none, being a full count."""
        return "Wilson" if self.share else ""


@dataclass(frozen=True, kw_only=True, eq=False)
class Flow(Metric):
    """Counted in the period in which each row stands. No denominator: a count."""

    numerator: Where = grains.ALWAYS
    weight: Any = None
    """A whole number to sum over the rows of the numerator; None: each counts one."""
    scale: int = 1
    """How many of it make one of what is shown."""
    denominator: Where | None = None
    among: Where = grains.ALWAYS
    """The rows that matter at all, so that the database need not look at the others."""

    @property
    def interval(self) -> str:
        if self.denominator is None:
            return ""
        return super().interval or "1 + 精确 Poisson（超出每件一轮的轮次）"


@dataclass(frozen=True, kw_only=True, eq=False)
class Rate(Metric):
    """Counted in its period, per so many of something that another table counts by unit and month."""

    numerator: Where = grains.ALWAYS
    denominator: Select[int, date, int]
    """(unit_id, month, how many)."""
    per: int

    @property
    def interval(self) -> str:
        return "精确 Poisson"


@dataclass(frozen=True, kw_only=True, eq=False)
class Stock(Metric):
    """Counted as of an instant: each row is there from `starts` until `ends`. Summed over units, never over time.

    known: what must hold at AS_OF besides having started.
    """

    starts: Any
    ends: Any
    known: Where = grains.ALWAYS
    ages: tuple[tuple[str, int, int | None], ...] = ()
    """(label, from, to) in days since it started, where it can be divided so."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Clock:
    """A length of time, from `starts` to `ends`. Without an end by AS_OF it is open; `cut`: broken off then."""

    name: str
    grain: Grain
    starts: Any
    ends: Any
    cut: Any = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Hours(Metric):
    """A percentile of a clock's hours by Kaplan and Meier, open ones censored. Parts: those ended, of all."""

    clock: Clock
    percentile: float

    @property
    def interval(self) -> str:
        return "Brookmeyer–Crowley（log-log）"
