"""The figures once more, counted by hand: plain Python over plain rows, straight from the words of KPI.md.

Slow and simple on purpose; it shares nothing with `analytics` but the names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.policy import CAUSES
from models.tables import Callback, Category, Channel, CustomerCount, District, Obligation, Penalty, Ticket, Unit

SHANGHAI = ZoneInfo("Asia/Shanghai")
Fact = Mapping[str, Any]
Key = tuple[str | None, ...]
KINDS = {
    "on_time_rate": "handle",
    "dispatch_on_time_rate": "dispatch",
    "callback_on_time_rate": "callback",
    "opinion_on_time_rate": "opinion",
    "upstream_on_time_rate": "upstream",
}
STOCKS = ("backlog", "overdue", "open_third_round")
COUNTS = ("complaints", "penalties", "penalty_amount", *STOCKS)
HOURS = {"close_hours_p50": 50, "close_hours_p90": 90, "handle_hours_p50": 50, "handle_hours_p90": 90}
ROLES = {"responsible": "责任人", "leader": "直接领导", "indicator_holder": "指标责任人"}
AGES = (("1 天内", 0), ("1–3 天", 1), ("3–7 天", 3), ("7–30 天", 7), ("30 天以上", 30))


@dataclass
class Asked:
    by: Sequence[str]
    scope: str
    as_of: datetime
    start: datetime | None = None
    end: datetime | None = None

    def within(self, at: datetime) -> bool:
        return (self.start is None or at >= self.start) and (self.end is None or at < self.end)


def label(grain: str, at: datetime | date) -> str:
    day = at.astimezone(SHANGHAI).date() if isinstance(at, datetime) else at
    if grain == "week":
        return day.strftime("%G-W%V")
    if grain == "quarter":
        return f"{day.year}-Q{[1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4][day.month - 1]}"
    return day.strftime({"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}[grain])


TIMES = ("day", "week", "month", "quarter", "year")


class Oracle:
    """All rows of a database, read once."""

    def __init__(self, session: Session) -> None:
        def rows(table: Any) -> list[dict[str, Any]]:
            return [dict(row) for row in session.execute(select(table.__table__)).mappings()]

        self.tickets = {row["id"]: row for row in rows(Ticket)}
        self.obligations = rows(Obligation)
        self.callbacks = sorted(rows(Callback), key=lambda row: (row["ticket_id"], row["n"]))
        self.penalties = rows(Penalty)
        self.customers = {(row["unit_id"], row["month"]): row["customers"] for row in rows(CustomerCount)}
        tables = {"unit": Unit, "category": Category, "channel": Channel, "district": District}
        self.names = {dim: {row["id"]: row["name"] for row in rows(table)} for dim, table in tables.items()}

    def rows(self, metric: str, asked: Asked) -> dict[Key, tuple[Any, Any, int]]:
        """key → (numerator, denominator, missing) of every row that counts anything."""
        if metric == "complaint_rate":
            return self._rate(asked)
        if metric in STOCKS:
            return {key: (n, None, 0) for key, n in self._stock(metric, asked).items() if n}
        sums: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
        for fact in self._facts(metric, asked):
            if asked.within(fact["at"]):
                key = self.key(fact, asked.by)
                sums[key][0] += fact["hit"]
                sums[key][1] += 1
        if metric in COUNTS:
            return {key: (float(hits), None, 0) for key, (hits, _) in sums.items() if hits}
        return {key: (hits, n, 0) for key, (hits, n) in sums.items()}

    def key(self, fact: Fact, by: Sequence[str], at: datetime | date | None = None) -> Key:
        found: list[str | None] = []
        for dim in by:
            if dim in TIMES:
                found.append(label(dim, at or fact["at"]))
            elif dim == "age":
                found.append(fact["age"])
            elif dim == "track":
                found.append(fact["ticket"].get("track"))
            elif dim == "clause":
                found.append(fact["clause"])
            elif dim == "role":
                found.append(ROLES[fact["post"]])
            elif dim == "cause":
                found.append(CAUSES.get(fact["ticket"]["cause_code"]))
            else:
                ref = fact["unit"] if dim == "unit" else fact["ticket"].get(f"{dim}_id")
                found.append(self.names[dim][ref] if ref is not None else None)
        return tuple(found)

    def _complaints(self, asked: Asked) -> Iterator[dict[str, Any]]:
        for ticket in self.tickets.values():
            in_scope = asked.scope == "all" or ticket["track"] == "quality"
            if in_scope and ticket["kind"] == "complaint" and ticket["registered_at"] <= asked.as_of:
                yield ticket

    def _facts(self, metric: str, asked: Asked) -> Iterator[Fact]:
        if metric in KINDS:
            return self._owed(KINDS[metric], asked)
        return {
            "complaints": self._registered,
            "admissible_rate": self._decided,
            "founded_rate": self._found,
            "resolution_rate": self._said,
            "rounds": self._closed,
            "penalties": self._punished,
            "penalty_amount": self._paid,
            **dict.fromkeys(HOURS, lambda asked: self._lasted(metric, asked)),
            "repeat_complaint_rate": self._repeats,
            "reach_rate": self._rounds,
            "satisfaction_rate": self._outcomes,
            "first_time_satisfaction": self._first_outcomes,
            "repeat_callback_rate": self._asked_again,
        }[metric](asked)

    def _registered(self, asked: Asked) -> Iterator[Fact]:
        for ticket in self._complaints(asked):
            yield {"at": ticket["registered_at"], "unit": ticket["unit_id"], "ticket": ticket, "hit": 1}

    def _decided(self, asked: Asked) -> Iterator[Fact]:
        for fact in self._registered(asked):
            if fact["ticket"]["decided_at"] and fact["ticket"]["decided_at"] <= asked.as_of:
                yield {**fact, "hit": not self._declined(fact["ticket"], asked)}

    @staticmethod
    def _declined(ticket: Fact, asked: Asked) -> bool:
        return bool(ticket["ending"] == "declined" and ticket["closed_at"] <= asked.as_of)

    def _found(self, asked: Asked) -> Iterator[Fact]:
        for fact in self._registered(asked):
            ticket = fact["ticket"]
            said = ticket["founded"] is not None and ticket["track"] == "discipline"
            if said and ticket["found_at"] <= asked.as_of:
                yield {**fact, "at": ticket["found_at"], "hit": ticket["founded"]}

    def _closed(self, asked: Asked) -> Iterator[Fact]:
        for fact in self._registered(asked):
            ticket = fact["ticket"]
            closed = ticket["closed_at"] and ticket["closed_at"] <= asked.as_of
            if closed and ticket["ending"] not in ("declined", "explained"):
                yield {**fact, "at": ticket["closed_at"], "hit": ticket["round"]}

    def _punished(self, asked: Asked) -> Iterator[Fact]:
        for row in self.penalties:
            ticket = self.tickets.get(row["ticket_id"], {})
            in_scope = asked.scope == "all" or ticket.get("track", "quality") == "quality"
            stands = row["state"] in ("confirmed", "executed", "appealed", "upheld")
            if in_scope and stands and row["confirmed_at"] <= asked.as_of:
                yield {**row, "at": row["confirmed_at"], "unit": row["unit_id"], "ticket": ticket, "hit": 1}

    def _paid(self, asked: Asked) -> Iterator[Fact]:
        for fact in self._punished(asked):
            yield {**fact, "hit": fact["amount"] or 0}

    def _lasted(self, metric: str, asked: Asked) -> Iterator[Fact]:
        if metric.startswith("close"):
            for fact in self._registered(asked):
                ticket = fact["ticket"]
                if not self._declined(ticket, asked):
                    yield {**fact, **lasted(ticket["registered_at"], ticket["closed_at"], None, asked.as_of)}
        else:
            for owed, ticket in self._obligations(asked):
                if owed["kind"] == "handle" and standing(owed, asked.as_of) != "void":
                    spell = lasted(owed["opened_at"], owed["settled_at"], owed["voided_at"], asked.as_of)
                    yield {"at": owed["opened_at"], "unit": owed["unit_id"], "ticket": ticket, **spell}

    def hours(self, metric: str, asked: Asked) -> dict[Key, float | None]:
        """key → the percentile by Kaplan and Meier, case by case; None: not reached."""
        spells = defaultdict(list)
        for fact in self._lasted(metric, asked):
            if asked.within(fact["at"]):
                spells[self.key(fact, asked.by)].append((fact["hours"], fact["hit"]))
        return {key: kaplan_meier(mine, Fraction(HOURS[metric], 100)) for key, mine in spells.items()}

    def _repeats(self, asked: Asked) -> Iterator[Fact]:
        for fact in self._registered(asked):
            earlier = self.tickets.get(fact["ticket"]["repeat_of_id"])
            if earlier and (asked.scope == "all" or earlier["track"] == "quality"):
                yield {**fact, "unit": earlier["unit_id"], "hit": 1}
            else:
                yield {**fact, "hit": 0}

    def _owed(self, kind: str, asked: Asked) -> Iterator[Fact]:
        for owed, ticket in self._obligations(asked):
            if owed["kind"] == kind:
                stands = standing(owed, asked.as_of)
                if stands in ("on_time", "late"):
                    unit = owed["unit_id"] if kind in ("handle", "callback") else None
                    yield {"at": owed["due_at"], "unit": unit, "ticket": ticket, "hit": stands == "on_time"}

    def _obligations(self, asked: Asked) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
        tickets = {ticket["id"]: ticket for ticket in self._complaints(asked)}
        for owed in self.obligations:
            in_scope = asked.scope == "all" or owed["track"] == "quality"
            if in_scope and owed["ticket_id"] in tickets and owed["opened_at"] <= asked.as_of:
                yield owed, tickets[owed["ticket_id"]]

    def _calls(self, asked: Asked) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
        calls = defaultdict(list)
        for call in self.callbacks:
            if call["corrected_at"] is None and call["called_at"] <= asked.as_of:
                calls[call["ticket_id"]].append(call)
        for ticket in self._complaints(asked):
            yield ticket, calls[ticket["id"]]

    def _outcomes(self, asked: Asked, pick: Callable[[list[Any]], list[Any]] = lambda all_: all_) -> Iterator[Fact]:
        for ticket, calls in self._calls(asked):
            outcomes = [c for c in calls if c["outcome"] in ("satisfied", "dissatisfied", "concluded")]
            for call in pick(outcomes):
                yield {"at": call["called_at"], "unit": call["unit_id"], "ticket": ticket, "of": len(outcomes),
                       "hit": call["outcome"] == "satisfied", "solved": call["solved"]}  # fmt: skip

    def _first_outcomes(self, asked: Asked) -> Iterator[Fact]:
        return self._outcomes(asked, lambda outcomes: outcomes[:1])

    def _said(self, asked: Asked) -> Iterator[Fact]:
        for fact in self._outcomes(asked):
            if fact["solved"] is not None:
                yield {**fact, "hit": fact["solved"]}

    def _asked_again(self, asked: Asked) -> Iterator[Fact]:
        for fact in self._first_outcomes(asked):
            yield {**fact, "hit": fact["of"] >= 2}

    def _rounds(self, asked: Asked) -> Iterator[Fact]:
        for ticket, calls in self._calls(asked):
            for number in {call["round"] for call in calls}:
                mine = [call for call in calls if call["round"] == number and call["outcome"] != "concluded"]
                attempts = [call for call in mine if call["outcome"] != "waived"]
                if mine:
                    first = (attempts or mine)[0]
                    reached = any(call["outcome"] in ("satisfied", "dissatisfied") for call in mine)
                    yield {"at": first["called_at"], "unit": first["unit_id"], "ticket": ticket, "hit": reached}

    def _stock(self, metric: str, asked: Asked) -> dict[Key, int]:
        times = [dim for dim in asked.by if dim in TIMES]
        last = asked.as_of.astimezone(SHANGHAI).date()
        if asked.end:
            last = min(last, (asked.end - timedelta(microseconds=1)).astimezone(SHANGHAI).date())
        if not times:
            return self._stood(metric, asked, asked.end, last)
        first = min((t["registered_at"] for t in self.tickets.values()), default=asked.as_of) - timedelta(days=31)
        day = first.astimezone(SHANGHAI).date()
        if asked.start:
            day = asked.start.astimezone(SHANGHAI).date()
        ends: dict[Key, date] = {}
        while day <= last:
            ends[tuple(label(dim, day) for dim in times)] = day
            day += timedelta(days=1)
        found: dict[Key, int] = {}
        for end_day in ends.values():
            end = datetime.combine(end_day + timedelta(days=1), datetime.min.time(), SHANGHAI)
            found |= self._stood(metric, asked, min(end, asked.end) if asked.end else end, end_day)
        return found

    def _stood(self, metric: str, asked: Asked, before: datetime | None, shown: date) -> dict[Key, int]:
        """Where things stood at the end of a period, or at the as-of if that comes first."""

        def done(at: datetime | None) -> bool:
            return at is not None and at <= asked.as_of and (before is None or at < before)

        found: dict[Key, int] = defaultdict(int)
        if metric == "backlog":
            # the age is taken at the last instant that is seen
            seen = asked.as_of if before is None else min(asked.as_of, before - timedelta(microseconds=1))
            for fact in self._registered(asked):
                ticket = fact["ticket"]
                if done(ticket["registered_at"]) and not done(ticket["closed_at"]):
                    days = (seen - ticket["registered_at"]) / timedelta(days=1)
                    age = [name for name, least in AGES if days >= least][-1]
                    found[self.key({**fact, "age": age}, asked.by, shown)] += 1
        elif metric == "open_third_round":
            for ticket, calls in self._calls(asked):
                refused = [call for call in calls if call["outcome"] == "dissatisfied"]
                if len(refused) >= 2 and done(refused[1]["called_at"]) and not done(ticket["closed_at"]):
                    found[self.key({"unit": ticket["unit_id"], "ticket": ticket}, asked.by, shown)] += 1
        else:
            for owed, ticket in self._obligations(asked):
                past = owed["due_at"] < asked.as_of and (before is None or owed["due_at"] < before)
                there = done(owed["opened_at"]) and done(ticket["registered_at"])
                if there and past and not done(owed["settled_at"]) and not done(owed["voided_at"]):
                    unit = owed["unit_id"] if owed["kind"] in ("handle", "callback") else None
                    found[self.key({"unit": unit, "ticket": ticket}, asked.by, shown)] += 1
        return dict(found)

    def _rate(self, asked: Asked) -> dict[Key, tuple[Any, Any, int]]:
        times = [dim for dim in asked.by if dim in TIMES]
        spread = [dim for dim in asked.by if dim not in TIMES and dim != "unit"]
        by_unit = "unit" in asked.by
        have = {unit for unit, _ in self.customers}
        over: dict[Key, Fraction] = defaultdict(Fraction)
        for (unit, month), many in self.customers.items():
            days = [month + timedelta(days=n) for n in range(31) if (month + timedelta(days=n)).month == month.month]
            for day in days:
                share = self._share(day, asked)
                begins = day
                while ("week" in times or begins.day > 1) and self._together(begins - timedelta(days=1), day, times):
                    begins -= timedelta(days=1)
                if share and datetime.combine(begins, datetime.min.time(), SHANGHAI) <= asked.as_of:
                    where = tuple(label(dim, day) for dim in times) + ((self.names["unit"][unit],) if by_unit else ())
                    over[where] += many * share / len(days)
        sums: dict[Key, list[int]] = defaultdict(lambda: [0, 0])
        if not spread:
            for where in over:
                unit_name = where[-1] if by_unit else None
                time = iter(where)
                sums[tuple(next(time) if dim in TIMES else unit_name for dim in asked.by)] = [0, 0]
        for fact in self._registered(asked):
            if not asked.within(fact["at"]) or (by_unit and fact["unit"] not in have):
                continue
            month = fact["at"].astimezone(SHANGHAI).date().replace(day=1)
            if fact["unit"] in have:
                counts = (fact["unit"], month) in self.customers
            else:
                counts = any(m == month for _, m in self.customers)
            sums[self.key(fact, asked.by)][0 if counts or "district" in asked.by else 1] += 1
        found: dict[Key, tuple[Any, Any, int]] = {}
        for key, (hits, missing) in sums.items():
            given = dict(zip(asked.by, key, strict=True))
            where = tuple(given[dim] for dim in times) + ((given["unit"],) if by_unit else ())
            many = over.get(where, Fraction())
            if "district" in asked.by:
                found[key] = (hits, None, 0)
            else:
                found[key] = (hits if many else hits + missing, many, missing)
        return found

    @staticmethod
    def _together(one: date, other: date, times: Sequence[str]) -> bool:
        return all(label(dim, one) == label(dim, other) for dim in times)

    @staticmethod
    def _share(day: date, asked: Asked) -> Fraction:
        """How much of a day lies in the period."""
        begins = datetime.combine(day, datetime.min.time(), SHANGHAI)
        ends = datetime.combine(day + timedelta(days=1), datetime.min.time(), SHANGHAI)
        inside_from = max(begins, asked.start) if asked.start else begins
        inside_to = min(ends, asked.end) if asked.end else ends
        return Fraction(
            max((inside_to - inside_from) // timedelta(seconds=1), 0), (ends - begins) // timedelta(seconds=1)
        )


def standing(owed: Fact, at: datetime) -> str:
    """on_time, late, pending or void, from the words of POLICY §4."""
    met, fell = owed["settled_at"], owed["voided_at"]
    if met is not None and met <= at:
        return "on_time" if met <= owed["due_at"] else "late"
    if fell is not None and fell <= at:
        return "late" if fell > owed["due_at"] else "void"
    return "late" if at > owed["due_at"] else "pending"


def lasted(start: datetime, end: datetime | None, broken_off: datetime | None, at: datetime) -> dict[str, Any]:
    """How many hours something went on, and whether it had come to its end by then."""
    if end is not None and end <= at:
        return {"hours": (end - start) / timedelta(hours=1), "hit": True}
    if broken_off is not None:
        at = min(at, broken_off)
    return {"hours": (at - start) / timedelta(hours=1), "hit": False}


def kaplan_meier(spells: Sequence[tuple[float, bool]], share: Fraction) -> float | None:
    """The first time at which `share` has ended."""
    left = Fraction(1)
    for time in sorted({hours for hours, ended in spells if ended}):
        at_risk = sum(hours >= time for hours, _ in spells)
        left *= 1 - Fraction(sum(hours == time and ended for hours, ended in spells), at_risk)
        if left <= 1 - share:
            return time
    return None
