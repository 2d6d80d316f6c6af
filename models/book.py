"""The policy as it stands in the database, loaded once for a piece of work: a request or a batch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import String, null, select
from sqlalchemy.orm import Session

from models import calendar
from models.calendar import Calendar, in_force
from models.database import together
from models.organisation import District, Unit
from models.policy import TERM_NAMES, TRACKS, UNSORTED_DISCIPLINE
from models.rule import Category, Channel, Rule
from models.types import local_date


@dataclass(frozen=True)
class Entry:
    """A row of a short table that tickets refer to."""

    id: int
    name: str
    active: bool
    track: str | None = None


@dataclass(frozen=True)
class TermInForce:
    """An amount with its measure and clause, as of some day."""

    amount: int
    measure: str
    clause: str


class Register:
    """A short table by id and by name."""

    def __init__(self, entries: list[Entry]) -> None:
        self.by_id = {entry.id: entry for entry in entries}
        self.by_name = {entry.name: entry for entry in entries}

    def add(self, entry: Entry) -> None:
        self.by_id[entry.id] = self.by_name[entry.name] = entry

    def name(self, key: int | None) -> str | None:
        entry = self.by_id.get(key) if key is not None else None
        return entry.name if entry else None


TABLES: dict[str, type[Any]] = {"unit": Unit, "category": Category, "channel": Channel, "district": District}


class Book:
    """Rules, calendar and the short tables. Reads each of them at most once."""

    def __init__(self, session: Session, key: bytes) -> None:
        self.session, self.key = session, key
        self._terms: dict[tuple[str, str, date], TermInForce | None] = {}

    @cached_property
    def calendar(self) -> Calendar:
        return calendar.load(self.session)

    @cached_property
    def _read(self) -> tuple[dict[str, Register], list[tuple[Any, ...]]]:
        """The short tables and the rules in one query: who asks for one soon asks for the others."""
        each = (
            select(m.id, m.name, m.active, m.track if hasattr(m, "track") else null().cast(String))
            for m in TABLES.values()
        )
        rules = select(Rule.since, Rule.track, Rule.key, Rule.amount, Rule.measure, Rule.clause)
        *tables, found = together(self.session, *each, rules)
        registers = {
            name: Register(sorted((Entry(*row) for row in rows), key=lambda e: e.id))
            for name, rows in zip(TABLES, tables, strict=True)
        }
        return registers, sorted(found, key=lambda rule: rule[:2])

    @cached_property
    def _rules(self) -> dict[tuple[str, str], list[tuple[date, TermInForce]]]:
        rules: dict[tuple[str, str], list[tuple[date, TermInForce]]] = {}
        for since, own, key, amount, measure, clause in self._read[1]:
            for track in (own,) if own else TRACKS:
                rules.setdefault((key, track), []).append((since, TermInForce(amount or 0, measure, clause)))
        return rules

    def term(self, key: str, track: str, at: datetime) -> TermInForce | None:
        """The term in force on the day of `at`; None where it is switched off."""
        day = local_date(at)
        cached = self._terms.get((key, track, day), ...)
        if cached is not ...:
            return cached
        if key not in TERM_NAMES:
            raise KeyError(key)
        rules = self._rules.get((key, track), [])
        index = in_force([since for since, _ in rules], day)
        found = rules[index][1] if index is not None else None
        if found and not found.amount and key != "upstream":
            found = None
        self._terms[key, track, day] = found
        return found

    def number(self, key: str, track: str, at: datetime, otherwise: int) -> int:
        """A count among the terms; `otherwise` where it is switched off."""
        term = self.term(key, track, at)
        return term.amount if term else otherwise

    def until(self, key: str, track: str, since: datetime) -> datetime | None:
        """When the window `key` that opened at `since` ends; None where there is no limit."""
        term = self.term(key, track, since)
        return self.calendar.deadline(since, term.amount, term.measure) if term else None

    def register(self, table: str) -> Register:
        """A short table by its name."""
        return self._read[0][table]

    def track_of(self, category_id: int | None) -> str | None:
        return self.register("category").by_id[category_id].track if category_id is not None else None

    def unsorted_discipline(self) -> int | None:
        """The category of a referred ticket that has none of that track."""
        entry = self.register("category").by_name.get(UNSORTED_DISCIPLINE)
        return entry.id if entry else None
