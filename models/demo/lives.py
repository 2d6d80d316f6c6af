"""One demo ticket's life, act by act through the desk, until it closes or the present is reached."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from models import numbers, steps
from models.actor import Actor
from models.book import Book
from models.case import Case
from models.demo import words
from models.demo.city import BY_CATEGORY, IMPROVED_UNIT, LATE_UNIT, City
from models.demo.rhythm import after, soon, working
from models.types import SHANGHAI
from models.workflow import ACTIONS


class NotYet(Exception):
    """The next act lies in the future: the ticket stands where it is."""


@dataclass
class Caller:
    """Somebody who complains; keeps number and address when calling again."""

    name: str | None
    phone: str | None
    district: str
    neighbourhood: str
    address: str
    account_no: str


@dataclass
class Plan:
    """What is known when the telephone rings."""

    at: datetime
    category: str
    caller: Caller
    kind: str = "complaint"
    forwarded: bool = False
    unit: str | None = None
    content: str | None = None
    repeat_of: Case | None = None
    burst: int | None = None
    """Which burst main it is about, and the ticket of its first caller."""
    main: Case | None = None
    patient: bool = True
    """Whether the customer is easily satisfied."""
    improved: bool = False
    """Whether the unit's improvement action is at work already."""


@dataclass
class Teller:
    """Tells lives: who does what when."""

    book: Book
    city: City
    rng: Random
    now: datetime
    ids: Any
    lives: list[Case] = field(default_factory=list)
    given: dict[int, int] = field(default_factory=dict)
    """Year → the last number given to a quality ticket."""

    def act(self, case: Case, name: str, by: Actor, at: datetime, **values: Any) -> datetime:
        """One act of the workflow table at `at`, unless that is still to come. Returns `at`."""
        if at > self.now:
            raise NotYet
        if name != "register":
            at = max(at, case.ticket["last_event_at"])
        steps.perform(case, ACTIONS[name], values, by=by, at=at, book=self.book, parts=by.parts(case.ticket["unit_id"]))
        return at

    def tell(self, plan: Plan) -> Case:
        case = Case.new(self.ids())
        with suppress(NotYet):  # the present: the ticket stays open, which is what a desk looks like
            self._tell(case, plan)
        if case.events:
            self.lives.append(case)
        return case

    def _tell(self, case: Case, plan: Plan) -> None:
        rng = self.rng
        agent = rng.choice(self.city.agents)
        track = self.book.track_of(self._category(plan.category))
        self._register(case, plan, agent, str(track))
        if plan.repeat_of is not None:
            self.act(case, "link", agent, soon(rng, plan.at, 0.05, 0.2), kind="repeat", to=plan.repeat_of.ticket["id"])
        if plan.main is not None and self._follow(case, plan, plan.main, agent):
            return
        if track == "discipline":
            self._discipline(case, plan, agent)
        elif plan.kind != "complaint" and rng.random() < 0.65:
            self.act(case, "answer", agent, soon(rng, plan.at, 0.05, 0.4), reply=rng.choice(words.ANSWERED))
        elif rng.random() < 0.04 and plan.burst is None:
            self.act(case, "decline", agent, soon(rng, plan.at, 0.2, 3), reply=rng.choice(words.DECLINED))
        else:
            self._quality(case, plan, agent)

    def _category(self, name: str) -> int:
        return self.book.register("category").by_name[name].id

    def _register(self, case: Case, plan: Plan, agent: Actor, track: str) -> None:
        rng, caller = self.rng, plan.caller
        values: dict[str, Any] = {
            "track": track,
            "no": self._number(plan.at) if track == "quality" else None,
            "content": plan.content or self._content(plan),
            "category": self._category(plan.category) if rng.random() > 0.01 or track != "quality" else None,
            "kind": plan.kind,
            "channel": self.book.register("channel").by_name["96568"].id,
            "form": "电话",
            "urgency": "urgent" if rng.random() < 0.05 else "normal",
            "complainant": caller.name,
            "complainant_kind": "organisation" if caller.name in words.ORGANISATIONS else "individual",
            "phone": caller.phone,
            "address": caller.address,
            "account_no": caller.account_no if rng.random() < 0.7 else None,
            "district": self.city.districts[caller.district].id,
            "neighbourhood": caller.neighbourhood,
            "demand": rng.choice(words.DEMANDS) if rng.random() < 0.6 else None,
            "suggestion": rng.choice(words.SUGGESTIONS) if rng.random() < 0.08 else None,
            "happened_at": soon(rng, plan.at, -48, -0.2) if rng.random() < 0.5 else None,
            "received_at": plan.at,
        }
        if plan.forwarded:
            channel = rng.choice(("市长热线", "城建热线", "部门转呈"))
            values |= {
                "channel": self.book.register("channel").by_name[channel].id,
                "form": "书面" if channel == "部门转呈" else "网络",
                "forwarded_by": channel,
                "forward_no": f"{plan.at.astimezone(SHANGHAI):%Y%m%d}{rng.randrange(1000, 9999)}",
                "received_at": plan.at - timedelta(hours=rng.uniform(0.5, 6)),
                "forward_due_at": self.book.calendar.end_of_working_days(plan.at, rng.choice((3, 5, 5, 7))),
            }
        elif rng.random() < 0.06:
            values |= {"channel": self.book.register("channel").by_name["网络"].id, "form": "网络"}
        if track == "discipline" and rng.random() < 0.4:
            values["accused"] = [rng.choice(words.SURNAMES) + "某"]
        self.act(case, "register", agent, plan.at, **values)

    def _number(self, at: datetime) -> str:
        year = at.astimezone(SHANGHAI).year
        self.given[year] = self.given.get(year, 0) + 1
        return numbers.quality_number(year, self.given[year])

    def _content(self, plan: Plan) -> str:
        rng = self.rng
        kinds = {"repair": words.REPAIRS, "enquiry": words.ENQUIRIES}
        sentence = rng.choice(kinds.get(plan.kind, words.CONTENTS[plan.category]))
        return sentence.format(
            place=plan.caller.neighbourhood + f"{rng.randrange(1, 36)}号楼",
            floor=rng.choice((2, 4, 5, 6, 11, 17)), days=rng.choice((2, 3, 3, 4, 7, 10)),
            minutes=rng.choice((5, 10, 20)), money=rng.choice((50, 80, 100, 200)),
        )  # fmt: skip

    def unit_for(self, category: str, district: str) -> str:
        name = self.rng.choice(BY_CATEGORY.get(category, ("hall",)))
        return self.city.hall(district) if name == "hall" else name

    def _quality(self, case: Case, plan: Plan, agent: Actor) -> None:
        rng = self.rng
        unit = plan.unit or self.unit_for(plan.category, plan.caller.district)
        late = rng.random() < 0.03
        at = soon(rng, plan.at, 24.5, 60) if late else after(rng, plan.at + timedelta(minutes=10), 0.6, 0.8)
        at = self.act(case, "assign", agent, at, unit=self.city.units[unit].id)
        if rng.random() < 0.03:
            unit, at = self._sent_back(case, plan, unit, at)
        while True:
            at = self._handle(case, plan, unit, at)
            outcome, at = self._call_back(case, plan, unit, rng.choice(self.city.agents), self.city.operations[0], at)
            if outcome != "dissatisfied":
                return
            if case.ticket["round"] >= 3 and rng.random() < 0.5:
                self.act(case, "conclude", self.city.chairman, soon(rng, at, 20, 60),
                         reason="多次办理，诉求超出规定范围，已书面说明。")  # fmt: skip
                return

    def _follow(self, case: Case, plan: Plan, main: Case, agent: Actor) -> bool:
        """Follow the main ticket of a burst main while a unit handles it: one result serves all (DESIGN §5)."""
        events = {event["action"]: event for event in reversed(main.events)}
        linked = soon(self.rng, plan.at, 0.05, 0.3)
        if "submit" not in events or events["submit"]["at"] <= linked or not plan.unit:
            return False
        self.act(case, "link", agent, linked, kind="same_matter", to=main.ticket["id"])
        unit, head = self.city.units[plan.unit].id, self.city.heads[plan.unit]
        self.act(case, "assign", agent, max(linked, events["assign"]["at"]), unit=unit)
        result = {text["field"]: text["value"] for text in main.texts if text["event_no"] == events["submit"]["no"]}
        at = self.act(case, "submit", head, events["submit"]["at"], **result)
        outcome, at = self._call_back(case, plan, plan.unit, agent, self.city.operations[0], at)
        while outcome == "dissatisfied":
            at = self._handle(case, plan, plan.unit, at)
            outcome, at = self._call_back(case, plan, plan.unit, agent, self.city.operations[0], at)
        return True

    def _sent_back(self, case: Case, plan: Plan, unit: str, at: datetime) -> tuple[str, datetime]:
        rng = self.rng
        at = self.act(case, "return", self.city.heads[unit], soon(rng, at, 1, 6), reason="not_ours",
                      remark="不属本单位管理范围。")  # fmt: skip
        other = next(name for name in iter(lambda: self.unit_for(plan.category, plan.caller.district), None)
                     if name != unit or rng.random() < 0.2)  # fmt: skip
        return other, self.act(
            case, "assign", self.city.operations[0], soon(rng, at, 0.5, 4), unit=self.city.units[other].id
        )

    def _handle(self, case: Case, plan: Plan, unit: str, at: datetime) -> datetime:
        """Work on it: notes, contacts, now and then a reminder from above, the result."""
        rng = self.rng
        median = 44 if unit == LATE_UNIT else 15 if unit == IMPROVED_UNIT and plan.improved else 21
        done = after(rng, at + timedelta(hours=1), median, 0.75)
        if unit != LATE_UNIT and done > at + timedelta(hours=72) and rng.random() < 0.45:
            done = working(rng, at + timedelta(hours=rng.uniform(40, 66)))
        handler = self.city.handlers[unit]
        if rng.random() < 0.55:
            noted = at + (done - at) * rng.uniform(0.1, 0.6)
            if rng.random() < 0.5:
                self.act(case, "contact", handler, noted, kind="inquire", text=rng.choice(words.NOTES))
            else:
                self.act(case, "note", handler, noted, text=rng.choice(words.NOTES))
        if done - at > timedelta(hours=75) and rng.random() < 0.6:
            self.act(case, "supervise", self.city.operations[0], working(rng, at + timedelta(hours=73)),
                     text=rng.choice(words.SUPERVISED))  # fmt: skip
        code, cause = rng.choice(words.CAUSES[plan.category])
        finding = rng.choices(("company", "customer", "third_party", "unfounded"), (72, 14, 8, 6))[0]
        return self.act(case, "submit", self.city.heads[unit], done, cause=cause, cause_code=code,
                        responsible="未查明" if rng.random() < 0.3 else rng.choice(words.SURNAMES) + "师傅",
                        result=rng.choice(words.RESULTS), finding=finding)  # fmt: skip

    def _call_back(
        self, case: Case, plan: Plan, unit: str, caller: Actor, ender: Actor, at: datetime
    ) -> tuple[str, datetime]:
        rng = self.rng
        if plan.caller.phone is None:
            at = self.act(case, "waive", ender, soon(rng, at, 2, 30), reason="没有联系方式。")
            return "waived", at
        at = after(rng, at, 5, 0.8) if rng.random() > 0.04 else soon(rng, at, 60, 120)
        tries, reached = 0, 0.86
        while rng.random() > reached:
            at = working(rng, self.act(case, "call_back", caller, at, outcome="unreached") + timedelta(hours=9))
            tries, reached = tries + 1, 0.55
            if tries >= 3 and rng.random() < 0.7:
                return "waived", self.act(case, "waive", ender, at, reason="多次拨打无人接听。")
        happy = 0.9 if plan.patient else 0.35
        happy -= 0.16 if unit == LATE_UNIT else 0
        happy += 0.06 if unit == IMPROVED_UNIT and plan.improved else 0
        if rng.random() < happy:
            return "satisfied", self.act(case, "call_back", caller, at, outcome="satisfied",
                                         solved=rng.random() < 0.96)  # fmt: skip
        solved = rng.random() < 0.25
        said = words.UNHAPPY_THOUGH_SOLVED if solved else words.UNHAPPY
        at = self.act(case, "call_back", caller, at, outcome="dissatisfied", solved=solved, remark=rng.choice(said))
        return "dissatisfied", at

    def _discipline(self, case: Case, plan: Plan, agent: Actor) -> None:
        rng, office = self.rng, self.city.discipline
        at = self.act(case, "refer", agent, after(rng, plan.at + timedelta(minutes=15), 1, 0.6))
        founded = rng.random() < 0.5
        found = words.FINDINGS_TRUE if founded else words.FINDINGS_FALSE
        at = self.act(case, "find", office, after(rng, at, 44, 0.5), founded=founded, findings=rng.choice(found))
        if not founded:
            self.act(case, "explain", office, after(rng, at, 4), reply="已向来电人说明调查情况，表示理解。")
            return
        at = self.act(case, "report", office, after(rng, at, 7, 0.9), opinion=rng.choice(words.OPINIONS),
                      summary=rng.choice(words.SUMMARIES))  # fmt: skip
        unit = self.city.hall(plan.caller.district)
        at = self.act(case, "instruct", self.city.chairman, after(rng, at, 9, 0.6), unit=self.city.units[unit].id,
                      instruction=rng.choice(words.INSTRUCTIONS))  # fmt: skip
        while True:
            at = self._handle(case, plan, unit, at)
            outcome, at = self._call_back(case, plan, unit, office, office, at)
            if outcome == "satisfied":
                at = self.act(case, "feed_back", office, after(rng, at, 3), opinion="顾客满意，处理意见已落实。")
            if outcome != "dissatisfied":
                self.act(case, "record", agent, after(rng, at, 3), record="已按纪检监察室处理意见记录归档。")
                return
