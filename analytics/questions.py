"""What is asked of the figures: names, period, dimensions, scope, as of when. One reader for CLI, API and pages."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from analytics.metrics import AGED, METRICS, PERSONAL
from analytics.periods import TIMES, local_date, midnight
from models.actor import Actor
from models.policy import ROLES
from models.types import SHANGHAI

PLACES = {"unit": "承办单位", "category": "类别", "channel": "渠道", "track": "性质", "district": "片区",
          "cause": "原因"}  # fmt: skip
AGE = "age"
"""How long an open ticket has been open: a dimension of `backlog` alone."""
DIMENSIONS = {**TIMES, **PLACES, AGE: "未结时长", "clause": "条款", "role": "责任"}
ONLY = {AGE: AGED, "clause": PERSONAL, "role": PERSONAL}
"""Dimension → the only metrics that have it."""
UNTOLD = frozenset(TIMES) | {"clause"}
"""Dimensions by which penalties of the whole group tell nothing of a person."""
CONFINING = ("category", "channel", "district")
"""What a page may be confined to beside units."""
SCOPES = {"quality": "产品质量口径", "all": "全口径"}
YEARS = range(1900, 2201)

WORKING_ROLES = frozenset(ROLES) - {"auditor"}
"""Who reads figures at all: everyone but the auditor, who reads the security log and nothing else (POLICY §1, §5)."""


class Unanswerable(ValueError):
    """A question that cannot be answered as asked; its sentence says what to change.

    field: which part of the question: name, from, to, by, scope, as_of, unit, format, frame.
    """

    def __init__(self, field: str, *sentences: str, **facts: Any) -> None:
        self.field, self.sentences, self.facts = field, sentences, facts
        super().__init__(self.told(str))

    def told(self, translate: Callable[[str], str]) -> str:
        """The sentence in another language; what stands in it is given as it was."""
        said = "".join(map(translate, self.sentences))
        return said % self.facts if self.facts else said


class Withheld(PermissionError):
    """Figures that are not for this person (POLICY §5)."""

    status = 403

    def __init__(self, sentence: str) -> None:
        self.sentence = sentence
        super().__init__(sentence)


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question that can be answered. start, end: [from, to) as instants; units: names; none: all.

    only: (dimension of `CONFINING`, name): what alone is counted. Raises Unanswerable.
    """

    names: tuple[str, ...]
    as_of: datetime
    start: datetime | None = None
    end: datetime | None = None
    by: tuple[str, ...] = ()
    scope: str = "quality"
    units: tuple[str, ...] = ()
    only: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        for name in self.names:
            if name not in METRICS:
                raise unknown("name", "没有“%(given)s”这个指标", name, METRICS)
        for dimension in self.by:
            if dimension not in DIMENSIONS:
                raise unknown("by", "不能按“%(given)s”分", dimension, DIMENSIONS)
        for dimension in self.by:
            misfit = [name for name in self.names if name not in ONLY.get(dimension, METRICS)]
            if misfit:
                raise Unanswerable("by", "“%(by)s”（%(zh)s）只用于 %(fitting)s，不用于 %(names)s。", by=dimension,
                                   zh=DIMENSIONS[dimension], fitting="、".join(sorted(ONLY[dimension])),
                                   names="、".join(misfit))  # fmt: skip
        if self.scope not in SCOPES:
            raise unknown("scope", "没有“%(given)s”这个口径", self.scope, SCOPES)
        if self.start and self.end and self.start >= self.end:
            raise Unanswerable("to", "止于（to，不含）须晚于起于（from）。")


def divisible(by: Iterable[str]) -> tuple[str, ...]:
    """The metrics that can be divided by all of these."""
    return tuple(name for name in METRICS if all(name in ONLY.get(dimension, METRICS) for dimension in by))


def unknown(field: str, sentence: str, given: str, known: Iterable[str]) -> Unanswerable:
    """The refusal of a word that nobody knows, with the nearest known one or all of them."""
    names = list(known)
    near = difflib.get_close_matches(given, names, n=1)
    if near:
        return Unanswerable(field, sentence, "，是“%(near)s”吗？", given=given, near=near[0])
    return Unanswerable(field, sentence, "。可用：%(known)s。", given=given, known="、".join(names))


def read(
    names: Iterable[str],
    *,
    now: datetime,
    start: str | None = None,
    end: str | None = None,
    by: Iterable[str] = (),
    scope: str | None = None,
    as_of: str | None = None,
    units: Iterable[str] = (),
) -> Question:
    """The question in the words of a command line or a query string; no names: every metric. Raises Unanswerable.

    `by` may hold several dimensions with commas between. Nothing given: all of time, as of `now`.
    """
    dimensions = dict.fromkeys(word.strip() for words in by for word in words.split(",") if word.strip())
    chosen = tuple(dict.fromkeys(names))
    if not chosen:
        chosen = divisible(dimensions)
    return Question(
        names=chosen,
        start=read_moment("from", start) if start else None,
        end=read_moment("to", end) if end else None,
        by=tuple(dimensions),
        scope=scope or "quality",
        as_of=read_as_of(as_of, now),
        units=tuple(dict.fromkeys(units)),
    )


def read_as_of(text: str | None, now: datetime) -> datetime:
    """As of when; nothing given: now. Raises Unanswerable for what lies in the future: nobody knows it yet."""
    as_of = read_moment("as_of", text) if text else now
    if as_of > now:
        raise Unanswerable("as_of", "截至时间（as-of）还没有到：%(at)s。", at=written(as_of))
    return as_of


def read_moment(field: str, text: str) -> datetime:
    """An instant from a day, a month or year (its first day) or ISO 8601; Shanghai's unless it says its offset.

    A day is the instant at which it begins.
    """
    plain = text.strip()
    plain += {4: "-01-01", 7: "-01"}.get(len(plain), "") if re.fullmatch(r"\d{4}(-\d{2})?", plain) else ""
    # A + that nobody escaped in a URL arrives as a space.
    plain = re.sub(r"(T[\d:.]+) (\d{2}:?\d{2})$", r"\1+\2", plain)
    try:
        moment = datetime.fromisoformat(plain)
    except ValueError:
        raise Unanswerable(
            field, "“%(given)s”看不懂，请写成 2026-01-31 或 2026-01-31T16:30+08:00。", given=text
        ) from None
    if moment.year not in YEARS:
        raise Unanswerable(field, "“%(given)s”超出范围。", given=text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).astimezone(UTC)


def written(at: datetime) -> str:
    """An instant for people and JSON alike: ISO 8601 in Shanghai, with its offset."""
    return at.astimezone(SHANGHAI).isoformat()


def bound(at: datetime | None) -> str | None:
    """A bound of a period: the day where one begins there, else the instant."""
    if at is None:
        return None
    day: date = local_date(at)
    return day.isoformat() if midnight(day) == at else written(at)


def allowed_scope(actor: Actor, scope: str) -> str:
    """`scope`, if the person may have it: quality for everyone with a working role, all for discipline and the
    chairman (POLICY §5). Raises Withheld, or Unanswerable for a scope that does not exist."""
    if scope not in SCOPES:
        raise unknown("scope", "没有“%(given)s”这个口径", scope, SCOPES)
    if not may_read(actor):
        raise Withheld("审计员不看统计数字。")
    if scope == "all" and not actor.sees_all_figures:
        raise Withheld("全口径只向集团纪检监察室和董事长开放。")
    return scope


def allow(actor: Actor, asked: Question) -> None:
    """Raises Withheld where a cell could tell of a person (第八条): penalties by unit, role or what they were about,
    or of some units, are for who oversees penalties. The group's, by time and clause, are for every reader."""
    divided = bool(asked.units or asked.only) or not UNTOLD.issuperset(asked.by)
    if divided and not PERSONAL.isdisjoint(asked.names) and not actor.oversees_penalties:
        raise Withheld(
            "按单位、责任等细分的责任追究数字涉及个人，只向运营管理部、集团纪检监察室、董事长和集团领导开放。"
        )


def may_read(actor: Actor) -> bool:
    """Whether the person may read figures of any scope."""
    return bool(actor.roles & WORKING_ROLES)
