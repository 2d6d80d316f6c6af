"""A row's values as a ticket's life: the events, obligations and call-backs that its times imply (DESIGN §4).

What the source does not say opens nothing: no `dispatch` without a time of receipt or assignment, no `callback`
without a time of the call, no clock for the rounds that only a count tells of.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from models import steps
from models.actor import SYSTEM
from models.book import Book
from models.case import Case
from models.importing.values import Values, number_key
from models.policy import DISCIPLINE, QUALITY
from models.workflow import ACTIONS, Step

PARTS: set[str] = set()
NOTHING: frozenset[str] = frozenset()
CALL_BACK = ACTIONS["call_back"]
DISSATISFIED = next(s for s in CALL_BACK.steps if s.when == ("outcome", "dissatisfied") and s.track == QUALITY)
SATISFIED = next(s for s in CALL_BACK.steps if s.when == ("outcome", "satisfied") and s.track == QUALITY)
SATISFIED_STAYS = replace(SATISFIED, end=None)
"""The customer is satisfied, but the source closes the ticket at a later time of its own."""
UNREACHED = next(s for s in CALL_BACK.steps if s.when == ("outcome", "unreached") and s.track == QUALITY)

TEXTS = ("title", "content", "demand", "suggestion", "complainant", "phone", "address", "account_no", "neighbourhood",
         "forwarded_by", "forward_no")  # fmt: skip


class Story:
    """Tells rows of one source. `counts_rounds`: its mapping has `rounds`, so closing says satisfied."""

    def __init__(self, book: Book, source_id: int, recorded_at: datetime, *, counts_rounds: bool) -> None:
        self.book, self.source_id, self.recorded_at = book, source_id, recorded_at
        self.counts_rounds = counts_rounds

    def tell(self, case: Case, v: Values, ids: dict[str, int | None], no: str) -> None:
        """Fill a new case. ids: the category, unit, channel and district that the row names."""
        handled = v.handled_at is not None
        assigned = handled or ids["unit"] is not None
        track = self.book.track_of(ids["category"]) or QUALITY
        self._register(case, v, ids, no, track)
        if assigned and track != DISCIPLINE:
            at = v.assigned_at or v.registered_at
            self._act(case, "assign", at, {"unit": ids["unit"]})
            if v.handled_at is not None:
                self._handled(case, v, v.handled_at)
        if v.closed_at is not None and case.ticket["state"] != "closed":
            outcomes = case.outcomes()
            satisfied = bool(outcomes) and outcomes[-1]["outcome"] == "satisfied"
            steps.close(case, v.closed_at, self.recorded_at, "satisfied" if satisfied else "imported")

    def _register(self, case: Case, v: Values, ids: dict[str, int | None], no: str, track: str) -> None:
        values: dict[str, Any] = {name: getattr(v, name) for name in TEXTS}
        values |= {
            "no": no, "track": track, "kind": v.kind, "form": v.form, "urgency": v.urgency,
            "happened_at": v.happened_at, "received_at": v.received_at or v.registered_at,
            "forward_due_at": v.due_at, "source_id": self.source_id, "source_no": v.source_no,
            "source_key": number_key(v.source_no), **ids,
        }  # fmt: skip
        timed = v.received_at is not None or v.assigned_at is not None
        self._act(case, "register", v.registered_at, values, NOTHING if timed else frozenset({"dispatch"}))

    def _handled(self, case: Case, v: Values, at: datetime) -> None:
        result = {"result": v.result}
        for _ in range(v.rounds - 1):
            self._act(case, "submit", at, {}, frozenset({"callback"}))
            self._act(case, "call_back", at, {"outcome": "dissatisfied"}, frozenset({"handle"}), DISSATISFIED)
        called = v.callback_at is not None
        self._act(case, "submit", at, result, NOTHING if called else frozenset({"callback"}))
        satisfied = v.satisfied
        if satisfied is None and self.counts_rounds and v.closed_at is not None:
            satisfied = True
        when = v.callback_at or at
        values = {"solved": v.solved}
        if satisfied:
            step = SATISFIED_STAYS if v.closed_at is not None and v.closed_at != when else SATISFIED
            self._act(case, "call_back", when, {**values, "outcome": "satisfied"}, NOTHING, step)
        elif satisfied is False:
            unopened = NOTHING if called else frozenset({"handle"})
            self._act(case, "call_back", when, {**values, "outcome": "dissatisfied"}, unopened, DISSATISFIED)
        elif called:
            self._act(case, "call_back", when, {**values, "outcome": "unreached"}, NOTHING, UNREACHED)

    def _act(
        self, case: Case, name: str, at: datetime, values: dict[str, Any], unopened: frozenset[str] = NOTHING,
        step: Step | None = None,
    ) -> None:  # fmt: skip
        steps.perform(case, ACTIONS[name], values, by=SYSTEM, at=at, book=self.book, parts=PARTS, step=step,
                     recorded_at=self.recorded_at, unopened=unopened)  # fmt: skip
