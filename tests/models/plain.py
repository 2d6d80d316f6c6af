"""A ticket as one would keep it on paper: the model that the stateful test holds the desk to.

It goes by the table of `spelled_out.py` and knows nothing of the program's own modules.
"""

import copy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone

from tests.models.spelled_out import Step, spelled_out

SHANGHAI = timezone(timedelta(hours=8))
STEPS = spelled_out()
ACTIONS = sorted({step.action for step in STEPS} - {"register"})
WITH_UNIT = {"handling", "calling_back", "satisfied", "fed_back", "closed"}
AFTER_RESULT = {"calling_back", "satisfied", "fed_back", "closed"}
MOVES_NOTHING = {
    "note", "contact", "amend", "attach", "supervise", "link", "recategorise", "open_to", "print",
}  # fmt: skip
UNVERSIONED = MOVES_NOTHING - {"recategorise", "open_to"}
HANDLING_IT = {"note", "contact", "submit"}
OFF = {"investigate", "instruct", "feed_back"}
HOLIDAYS: dict[date, bool] = {}
"""day → whether people work on it, where that is not what its weekday says."""

UNSEEN, NOT_YOURS, WRONG_STATE = "Unseen", "NotYours", "WrongState"


@dataclass(frozen=True)
class Who:
    """Somebody: the account, and the parts by role and by unit ("h", "uh")."""

    user: str
    desk: str = ""
    units: tuple[tuple[str, str], ...] = ()
    office: bool = False
    chairman: bool = False
    reads: bool = False

    def parts(self, unit: str | None) -> set[str]:
        held = dict(self.units).get(unit or "", "")
        return set(self.desk) | set(held) | ({"d"} if self.office else set()) | ({"c"} if self.chairman else set()) | (
            {"l"} if self.reads else set())  # fmt: skip


@dataclass
class Owed:
    kind: str
    round: int
    unit: str | None
    opened: datetime
    due: datetime
    settled: datetime | None = None
    voided: datetime | None = None
    reason: str | None = None

    @property
    def is_open(self) -> bool:
        return self.settled is None and self.voided is None

    def void(self, at: datetime, reason: str) -> None:
        self.voided, self.reason = max(at, self.opened), reason


def closing_of_the_next_working_day(at: datetime) -> datetime:
    day = at.astimezone(SHANGHAI).date() + timedelta(days=1)
    while not HOLIDAYS.get(day, day.isoweekday() < 6):
        day += timedelta(days=1)
    return datetime(day.year, day.month, day.day, 18 if 5 <= day.month <= 9 else 17, 0 if 5 <= day.month <= 9 else 30,
                    tzinfo=SHANGHAI)  # fmt: skip


@dataclass
class Plain:
    """One ticket. `moved`: the last act that moved it, when, and all as it was before."""

    track: str
    kind: str
    registrar: str
    registered: datetime
    phone: bool
    forward_due: datetime | None
    accused: str | None = None
    state: str = "registered"
    unit: str | None = None
    held: set[str] = field(default_factory=set)
    given: datetime | None = None
    outcomes: list[str] = field(default_factory=list)
    calls: list[tuple[int, datetime]] = field(default_factory=list)
    round: int = 0
    result_seen: bool = False
    reported: bool = False
    handlers: set[str] = field(default_factory=set)
    version: int = 1
    events: int = 1
    last: datetime | None = None
    owed: list[Owed] = field(default_factory=list)
    moved: "tuple[str, datetime, Plain] | None" = None

    def register(self) -> None:
        self.last = self.registered
        self.open("dispatch", self.registered)
        self.open("upstream", self.registered)

    # Who sees it and who may what

    def level(self, who: Who) -> str | None:
        quality, accused = self.track == "quality", who.user == self.accused
        mine = self.state in WITH_UNIT and self.unit in dict(who.units)
        if quality:
            if not accused and ((who.desk and self.state != "closed") or (mine and self.state == "handling")):
                return "contact"
            if who.desk or who.office or who.chairman or who.reads or mine:
                return "full"
            return "part" if self.held & set(dict(who.units)) else None
        if accused:
            return None
        if who.office or (who.desk and self.state == "registered" and who.user == self.registrar):
            return "contact"
        if who.chairman and self.reported:
            return "full"
        if mine:
            return "summary"
        return "stub" if who.desk and self.state == "fed_back" else None

    def parts(self, who: Who) -> set[str]:
        with_unit = self.state in WITH_UNIT and self.level(who) != "part"
        return who.parts(self.unit if with_unit else None)

    def refusal(self, action: str, who: Who, at: datetime) -> str | None:
        """Why the act is refused whatever is filled in; None: it is not."""
        level = self.level(who)
        if level is None:
            return UNSEEN
        parts = self.parts(who)
        mine = [step for step in STEPS if (step.action, step.track) == (action, self.track) and step.who & parts]
        if not mine or (level == "stub" and action not in ("record", "print")):
            return NOT_YOURS
        if not any(step.start == self.state for step in mine):
            return WRONG_STATE
        if action == "answer" and self.kind == "complaint":
            return WRONG_STATE
        condition = getattr(self, f"may_{action}", None)
        return condition(who, parts, max(at, self.last)) if condition else None

    def may_print(self, who: Who, parts: set[str], at: datetime) -> str | None:
        return None if self.level(who) in ("contact", "full", "stub") else NOT_YOURS

    def may_return(self, who: Who, parts: set[str], at: datetime) -> str | None:
        if {"quality": "o", "discipline": "d"}[self.track] in parts:
            return None
        return WRONG_STATE if at > closing_of_the_next_working_day(self.given) else None

    def may_call_back(self, who: Who, parts: set[str], at: datetime) -> str | None:
        return NOT_YOURS if who.user in (*self.handlers, self.accused) else None

    def may_waive(self, who: Who, parts: set[str], at: datetime) -> str | None:
        calls = [when.astimezone(SHANGHAI).date() for n, when in self.calls if n == self.round]
        return WRONG_STATE if self.phone and (len(calls) < 3 or len(set(calls)) < 2) else None

    def may_conclude(self, who: Who, parts: set[str], at: datetime) -> str | None:
        return WRONG_STATE if self.round < 3 else None

    def may_correct(self, who: Who, parts: set[str], at: datetime) -> str | None:
        if self.moved is None or self.moved[0] not in ("call_back", "decline", "answer"):
            return WRONG_STATE
        return WRONG_STATE if at > closing_of_the_next_working_day(self.moved[1]) else None

    def may(self, who: Who, at: datetime) -> set[str]:
        return {action for action in ACTIONS if self.refusal(action, who, at) is None}

    # What an act does

    def step(self, action: str, who: Who, **values: object) -> Step:
        (step,) = [
            step for step in STEPS
            if (step.action, step.track, step.start) == (action, self.track, self.state)
            and step.who & self.parts(who)
            and (not step.when or step.when == "{}={}".format(*next(iter(values.items()))))
        ]  # fmt: skip
        return step

    def act(self, action: str, who: Who, at: datetime, **values: object) -> None:
        """values: what decides, the deciding one first."""
        at = max(at, self.last)
        before = copy.deepcopy(self)
        step = self.step(action, who, **values)
        if action in HANDLING_IT and self.parts(who) & {"h", "u"}:
            self.handlers.add(who.user)
        for kind in step.settles:
            for owed in self.owed:
                if owed.kind == kind and owed.is_open:
                    owed.settled = max(at, owed.opened)
        for owed in self.owed:
            if owed.is_open and (owed.kind in step.voids or "*" in step.voids):
                owed.void(at, action)
        effect = getattr(self, f"do_{action}", None)
        if effect:
            effect(at, **values)
        if step.end:
            self.state = step.end
        for kind in sorted(step.opens):
            self.open(kind, at)
        self.events, self.last = self.events + 1, at
        self.version += action not in UNVERSIONED
        if action not in MOVES_NOTHING:
            self.moved = (action, at, before)

    def open(self, kind: str, at: datetime) -> None:
        if kind in OFF or (kind == "handle" and any(o.kind == "handle" and o.is_open for o in self.owed)):
            return
        if kind == "upstream" and self.forward_due is None:
            return
        due = {
            "handle": lambda: at + timedelta(hours=72),
            "dispatch": lambda: at + timedelta(hours=24),
            "upstream": lambda: self.forward_due,
        }.get(kind, lambda: closing_of_the_next_working_day(at))()
        unit = self.unit if kind in ("handle", "callback") else None
        self.owed.append(Owed(kind, self.round, unit, at, due))

    def dissatisfied(self) -> int:
        return self.outcomes.count("dissatisfied")

    def give(self, unit: str, at: datetime) -> None:
        running = [owed for owed in self.owed if owed.kind == "handle" and owed.is_open]
        self.unit, self.given = unit, at
        if not running:
            self.round = 1 + self.dissatisfied()
        elif at <= running[0].due:
            running[0].unit = unit
        if self.track == "quality":
            self.held.add(unit)

    def do_assign(self, at: datetime, unit: str, **_: object) -> None:
        self.give(unit, at)

    def do_instruct(self, at: datetime, unit: str, **_: object) -> None:
        self.give(unit, at)

    def do_return(self, at: datetime, **_: object) -> None:
        for owed in self.owed:
            if owed.kind == "handle" and owed.is_open and at <= owed.due:
                owed.unit = None

    def turn(self, track: str) -> None:
        self.track, self.unit, self.round = track, None, self.dissatisfied()

    def do_refer(self, at: datetime, **_: object) -> None:
        if self.track == "quality":
            self.turn("discipline")

    def do_reclassify(self, at: datetime, **_: object) -> None:
        self.turn("quality" if self.track == "discipline" else "discipline")
        self.reported = False

    def do_report(self, at: datetime, **_: object) -> None:
        self.reported = True

    def do_submit(self, at: datetime, **_: object) -> None:
        self.result_seen = True

    def do_call_back(self, at: datetime, outcome: str, **_: object) -> None:
        if outcome == "unreached":
            self.calls.append((self.round, at))
        else:
            self.outcomes.append(outcome)
            if outcome == "dissatisfied":
                self.round = 1 + self.dissatisfied()

    def do_amend(self, at: datetime, field: str, value: object = None, **_: object) -> None:
        if field == "phone":
            self.phone = bool(value)
        if field == "forward_due_at":
            self.forward_due = value
            self.redate_upstream(at)

    def redate_upstream(self, at: datetime) -> None:
        rows = [owed for owed in self.owed if owed.kind == "upstream"]
        if self.forward_due is None:
            for owed in rows:
                if owed.is_open:
                    owed.void(at, "amended")
        elif self.result_seen or self.state == "closed":
            pass
        elif not rows:
            self.open("upstream", self.registered)
        elif rows[-1].is_open or rows[-1].reason == "amended":
            rows[-1].due, rows[-1].voided, rows[-1].reason = self.forward_due, None, None

    def do_correct(self, at: datetime, **_: object) -> None:
        before = self.moved[2]
        for wrong in self.owed[len(before.owed) :]:
            wrong.settled, wrong.voided, wrong.reason = None, wrong.opened, "corrected"
        self.owed[: len(before.owed)] = copy.deepcopy(before.owed)
        for name in ("state", "round", "outcomes", "calls"):
            setattr(self, name, copy.deepcopy(getattr(before, name)))
        self.redate_upstream(at)
