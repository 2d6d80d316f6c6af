"""Lengths of time as additive parts: a histogram of those that ended and those still open, a statement a clock.

STEPS buckets an octave, each under a hundredth wide, and one more edge at each deadline that has been in force, so
that a percentile says "within 72 hours" exactly when it is. A bucket carries the seconds of what ended in it: its
mean stands for it, and of a single case it is the case itself. Percentiles come from the buckets by Kaplan and Meier,
within 1 % of those of the single cases.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from math import log
from typing import Any

from sqlalchemy import BigInteger, Double, Integer, Select, and_, case, cast, func, literal_column, not_, select
from sqlalchemy.orm import Session

from analytics import parts
from analytics.grains import AS_OF, happened
from analytics.kinds import Clock, Hours
from analytics.labels import Key, Labels
from analytics.metrics import METRICS
from analytics.periods import grouped_by, seconds_between
from analytics.questions import Question
from analytics.spells import spells, within
from analytics.statistics.survival import Step
from models.tables import Rule

STEPS = 72
"""Buckets an octave: 2^(1/72) is 0.97 % more."""
HOUR = 3600
Bucket = tuple[int, int]
"""Which one of all, and how many deadlines lie below it."""
Histogram = dict[Bucket, list[int]]
"""bucket → how many ended in it, how many were open, the seconds of those that ended."""


@dataclass(frozen=True, slots=True)
class Length:
    """Those of a part whose lengths fell into one bucket. metric: the clock's name."""

    metric: str
    day: date | None
    unit: int | None
    ids: tuple[Any, ...]
    bucket: Bucket
    ended: int
    still: int
    seconds: int


def lengths(session: Session, asked: Question) -> Iterator[Length]:
    """The lengths of every clock in the question."""
    clocks = {metric.clock: None for name in asked.names if isinstance(metric := METRICS[name], Hours)}
    edges = _edges(session) if clocks else []
    for clock in clocks:
        every, rest = spells(grouped_by(asked.by), asked.start, asked.end, clock.grain.at)
        stretches = (clock.grain.seen(spell, asked.as_of) for spell in every)
        for day, unit, ids, counted in parts.read(session, _counted(clock, rest, asked, edges), stretches, asked):
            bucket, passed, ended, still, seconds = counted
            yield Length(clock.name, day, unit, ids, (bucket, passed), ended, still, int(seconds or 0))


def histograms(found: Iterable[Length], labels: Labels) -> dict[Key, Histogram]:
    """The histogram of each row that counts anything."""
    sums: dict[Key, Histogram] = defaultdict(lambda: defaultdict(lambda: [0, 0, 0]))
    known: dict[tuple[Any, ...], Histogram] = {}  # hundreds of buckets share their words
    for part in found:
        told = (part.day, part.unit, part.ids)
        mine = known.get(told)
        if mine is None:
            mine = known[told] = sums[labels.key(*told)]
        there = mine[part.bucket]
        there[0] += part.ended
        there[1] += part.still
        there[2] += part.seconds
    return dict(sums)


def steps(histogram: Mapping[Bucket, list[int]]) -> Iterator[Step]:
    """A histogram as Kaplan and Meier read it, in hours: within a bucket what ended comes before what was open."""
    for (bucket, _passed), (ended, still, seconds) in sorted(histogram.items()):
        yield Step(seconds / ended / HOUR if ended else 2 ** (bucket / STEPS) / HOUR, ended, still)


def _edges(session: Session) -> list[int]:
    """The lengths in seconds of every term for handling that has been in force."""
    terms = select(Rule.amount).where(Rule.key == "handle", Rule.measure == "hours", Rule.amount.is_not(None))
    return sorted({amount * HOUR for amount in session.scalars(terms) if amount is not None})


def _counted(clock: Clock, rest: str | None, asked: Question, edges: list[int]) -> Select[Any]:
    grain = clock.grain
    ended = happened(clock.ends)
    last: list[Any] = [(ended, clock.ends)]
    if clock.cut is not None:
        last.append((happened(clock.cut), clock.cut))
    lasted = (
        select(
            *parts.keys(grain.at, grain.unit, rest, asked),
            ended.label("ended"),
            seconds_between(clock.starts, case(*last, else_=AS_OF)).label("seconds"),
        )
        .select_from(grain.rows)
        .where(*within(grain.at), *parts.conditions(grain, asked))
        .offset(0)  # or a planner works the seconds out anew wherever they are named
        .subquery("lasted")
    )
    c = lasted.c
    found = [column for column in c if column.name not in ("ended", "seconds")]
    # A thousand-millionth lifts whole octaves over their edge, whatever the last bit of the logarithm is.
    octaves = func.ln(cast(c.seconds, Double)) * literal_column(str(STEPS / log(2))) + literal_column("1e-9")
    bucket = case((c.seconds > 1, cast(func.floor(octaves), Integer)), else_=0).label("bucket")
    passed: Any = cast(literal_column("0"), Integer)  # of a bare number a database would think it means a column
    for edge in edges:
        passed = passed + case((c.seconds > literal_column(str(edge)), 1), else_=0)
    passed = passed.label("passed")
    return select(
        *found,
        bucket,
        passed,
        func.count().filter(c.ended).label("ended"),
        func.count().filter(not_(c.ended)).label("still"),
        func.sum(cast(c.seconds, BigInteger)).filter(and_(c.ended, c.seconds > 0)).label("seconds"),
    ).group_by(*found, bucket, passed)
