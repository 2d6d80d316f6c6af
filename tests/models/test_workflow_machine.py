"""The desk against a ticket kept on paper (`plain.py`): whatever anybody tries, in whatever order, at whatever time."""

import os
from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Engine

from models.calendar import announced
from models.refusals import Invalid, NotYours, Stale, Unseen, WrongState
from tests.fixtures.city import City, Person, visited
from tests.models import plain
from tests.models.plain import ACTIONS, UNVERSIONED, Plain, Who

plain.HOLIDAYS.update({day: working for day, (working, _) in announced([2026])[2026].items()})

PEOPLE = {
    "agent": Who("agent", desk="a"),
    "colleague": Who("colleague", desk="a"),
    "operations": Who("operations", desk="o"),
    "handler": Who("handler", units=(("plant", "h"),)),
    "head": Who("head", units=(("plant", "uh"),)),
    "other_head": Who("other_head", units=(("hall", "uh"),)),
    "discipline": Who("discipline", office=True),
    "chairman": Who("chairman", chairman=True),
    "leadership": Who("leadership", reads=True),
    "admin": Who("admin"),
    "moonlighter": Who("handler", desk="a", units=(("plant", "h"),)),
}
"""The moonlighter is the handler on evenings when he answers the telephone too."""
CATEGORIES = {"quality": ["水压", "水质", "维修"], "discipline": ["吃拿卡要", "态度恶劣"]}
PAUSES = st.sampled_from([0, 1, 5, 60, 7 * 60, 24 * 60, 50 * 60, 96 * 60]).map(
    lambda minutes: timedelta(minutes=minutes)
)
SHORT = [timedelta(minutes=minutes) for minutes in (0, 1, 5, 60, 60, 7 * 60, 24 * 60)]
RANDOM = st.integers(0, 2**63).map(Random)
names = st.sampled_from(sorted(PEOPLE))
actions = st.sampled_from(ACTIONS)


class Desk(RuleBasedStateMachine):
    """A ticket, everybody, and time that passes; when nobody can move it any more, another."""

    engine: Engine

    def __init__(self) -> None:
        super().__init__()
        self.visit = visited(self.engine)
        self.city: City = self.visit.__enter__()
        self.people = dict(self.city.people)
        self.people["moonlighter"] = Person(
            self.city, "handler", self.people["handler"].id, frozenset({"handler", "agent"})
        )
        self.now = self.city.now

    def teardown(self) -> None:
        self.visit.__exit__(None, None, None)

    @initialize(random=RANDOM)
    def begin(self, random):
        track, kind = (
            random.choice(["quality", "quality", "discipline"]),
            random.choice(["complaint"] * 3 + ["enquiry"]),
        )
        phone, hours = random.choice([True, False]), random.choice([None, None, 48, -5])
        accused = random.choice([None, None, "agent", "handler", "discipline"])
        due = self.now + timedelta(hours=hours) if hours else None
        self.paper = Plain(track, kind, "agent", self.now, phone, due, accused)
        self.paper.register()
        self.ticket = self.city.agent.registers(
            at=self.now, kind=kind, category=CATEGORIES[track][0], phone="13812345678" if phone else None,
            forward_due_at=due, accused=accused,
        )  # fmt: skip
        self.other, self.linked = self.city.agent.registers(at=self.now), False
        self.done: Counter[str] = Counter(decline=4, answer=4, reclassify=2, refer=1)

    @rule(pause=PAUSES)
    def wait(self, pause):
        self.now += pause

    @rule(random=RANDOM)
    def somebody_moves_it_on(self, random):
        for _ in range(6):
            ways = self.ways()
            if not ways:
                return self.begin(random)
            self.now += random.choice(SHORT)
            # What has been done often is done less, and what ends a life early least: it should have everything in it.
            (action,) = random.choices(sorted(ways), [1 / (1 + self.done[a]) ** 2 for a in sorted(ways)])
            self.take(random.choice(ways[action]), action, random)
            self.check()
        return None

    @rule(random=RANDOM)
    def somebody_adds_something(self, random):
        name = random.choice(sorted(PEOPLE))
        offered = sorted(self.paper.may(PEOPLE[name], self.now) & plain.MOVES_NOTHING)
        if offered:
            self.take(name, random.choice(offered), random)

    @rule(random=RANDOM)
    def people_try_anything(self, random):
        for _ in range(5):
            self.take(random.choice(sorted(PEOPLE)), random.choice(ACTIONS), random)

    @rule(name=names, action=actions)
    def act_on_what_one_saw_before(self, name, action):
        allowed = self.paper.refusal(action, PEOPLE[name], self.now) is None
        if self.paper.version > 1 and allowed and action not in UNVERSIONED:
            self.refused(Stale, name, action, {}, version=self.paper.version - 1)

    @rule(name=names)
    def what_is_offered_is_what_is_taken(self, name):
        offered = self.paper.may(PEOPLE[name], self.now)
        assert self.people[name].may(self.ticket, at=max(self.now, self.paper.last)) == offered
        for action in ACTIONS:
            self.refused(Invalid if action in offered else None, name, action, {"没有这一项": "。"})

    def ways(self) -> dict[str, list[str]]:
        """action → who may take it now, of those that move the ticket."""
        found: dict[str, list[str]] = {}
        for name, who in PEOPLE.items():
            for action in self.paper.may(who, self.now) - plain.MOVES_NOTHING:
                found.setdefault(action, []).append(name)
        return found

    def take(self, name: str, action: str, random: Random) -> None:
        who, no = PEOPLE[name], self.paper.refusal(action, PEOPLE[name], self.now)
        given, known = self.filled_in(action, random)
        if no is not None:
            self.refused(None, name, action, given)
        elif (action == "contact" and given["kind"] == "outcome" and self.paper.state not in plain.AFTER_RESULT) or (
            action == "open_to" and given["persons"] == [self.paper.accused]
        ):
            self.refused(Invalid, name, action, given)
        elif action == "link" and (self.linked or not (who.desk or who.office)):
            self.refused(Invalid, name, action, given)  # once is enough; and a unit does not see the other one
        else:
            self.people[name].does(action, self.ticket, at=self.now, fields=given)
            self.paper.act(action, who, self.now, **known)
            self.linked |= action == "link"
            self.done[action] += 1

    def filled_in(self, action: str, random: Random) -> tuple[dict[str, Any], dict[str, Any]]:
        """What is sent, and of that what the paper needs to know, the deciding one first."""
        track = self.paper.track
        other_track = {"quality": "discipline", "discipline": "quality"}[track]
        if action in ("assign", "instruct"):
            unit = random.choice(["plant", "hall"])
            given = {"unit": self.city.units[unit].name}
            return given | ({"instruction": "请办理。"} if action == "instruct" else {}), {"unit": unit}
        if action == "find":
            founded = random.choice([True, True, False])
            return {"founded": founded, "findings": "已查。"}, {"founded": founded}
        if action == "call_back":
            outcome = random.choice(["satisfied", "dissatisfied", "dissatisfied", "unreached"])
            return {"outcome": outcome, "remark": "。"}, {"outcome": outcome}
        if action == "amend":
            field = random.choice(["phone", "forward_due_at", "address"])
            hours = random.choice([None, 1, 100])
            due = self.now + timedelta(hours=hours) if hours else None
            value = {"phone": "13911112222" if hours else "", "forward_due_at": due or "", "address": "柳园路"}[field]
            return {"field": field, "value": value}, {"field": field, "value": due if "due" in field else value}
        if action == "recategorise":
            return {"category": random.choice(CATEGORIES[track])}, {}
        if action == "open_to":
            return {"persons": [random.choice(["head", "handler"])], "parts": ["contact"]}, {}
        if action == "contact":
            return {"kind": random.choice(["inquire", "outcome"]), "text": "通了电话。"}, {}
        if action == "print":
            return {"form": "record" if self.paper.state == "fed_back" else "ticket"}, {}
        return {
            "refer": {},
            "submit": {"cause": "阀门。", "responsible": "未查明", "result": "已修好。"},
            "report": {"opinion": "属实。"},
            "return": {"reason": "not_ours"},
            "feed_back": {"opinion": "已办。"},
            "record": {"record": "已记录。"},
            "reclassify": {"category": CATEGORIES[other_track][0], "reason": "改类。"},
            "link": {"to": self.other.id, "kind": "related"},
            **{name: {"reply": "已答复。"} for name in ("answer", "decline", "explain")},
            **{name: {"reason": "有理由。"} for name in ("waive", "conclude", "correct")},
            **{name: {"text": "记一笔。"} for name in ("note", "supervise", "attach")},
        }[action], {}  # fmt: skip

    def refused(self, kind: type | None, name: str, action: str, given: dict[str, Any], **more: Any) -> None:
        """The act is refused, as `kind` or as the paper says, and changes not one row."""
        expected = kind or {"Unseen": Unseen, "NotYours": NotYours, "WrongState": WrongState}[
            self.paper.refusal(action, PEOPLE[name], self.now)
        ]  # fmt: skip
        before = self.city.rows()
        with pytest.raises(expected):
            self.people[name].does(action, self.ticket, at=self.now, fields=given, **more)
        assert self.city.rows() == before

    @invariant()
    @precondition(lambda self: hasattr(self, "ticket"))
    def check(self):
        self.is_as_on_paper()
        self.hangs_together()
        for name, who in PEOPLE.items():
            assert self.people[name].sees(self.ticket, at=self.now) == self.paper.level(who), name

    def is_as_on_paper(self):
        t, p = self.ticket.row, self.paper
        units = {unit.id: name for name, unit in self.city.units.items()}
        assert (t.state, t.track, t.round, units.get(t.unit_id)) == (p.state, p.track, p.round, p.unit)
        assert (t.version, t.event_count, len(t.events)) == (p.version, p.events, p.events)
        rows = [
            (o.kind, o.round, units.get(o.unit_id), o.opened_at, o.due_at, o.settled_at, o.voided_at, o.void_reason)
            for o in t.obligations
        ]
        assert rows == [(o.kind, o.round, o.unit, o.opened, o.due, o.settled, o.voided, o.reason) for o in p.owed]

    def hangs_together(self):
        t = self.ticket.row
        assert (t.closed_at is not None) == (t.state == "closed")
        still = [o.kind for o in t.obligations if o.settled_at is None and o.voided_at is None]
        assert len(still) == len(set(still)), "at most one open obligation of a kind"
        assert t.state != "closed" or (still == [] and t.ending)
        running = [a for a in t.assignments if a.ended_at is None]
        assert [a.unit_id for a in running] == [t.unit_id] * (t.state == "handling")
        assert [e.at for e in t.events] == sorted(e.at for e in t.events)
        assert self.city.differences() == []


def run(engine: Engine, examples: int, steps: int) -> None:
    machine = type("DeskHere", (Desk,), {"engine": engine})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, derandomize="CI" in os.environ,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking takes minutes
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
        ),
    )  # fmt: skip


def test_the_desk_does_what_one_would_keep_on_paper(sqlite_city_engine):
    run(sqlite_city_engine, examples=12, steps=10)


@pytest.mark.slow
def test_the_desk_does_what_one_would_keep_on_paper_for_long(sqlite_city_engine):
    run(sqlite_city_engine, examples=60, steps=30)


@pytest.mark.slow
def test_the_desk_does_so_on_postgresql_too(postgresql_city_engine):
    run(postgresql_city_engine, examples=20, steps=15)
