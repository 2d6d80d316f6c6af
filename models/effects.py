"""What an action does to a ticket beyond its move: one function an action, called by `models.desk` only.

An effect gets the case before its state moves, after what the step settles and voids.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models import clocks, lookup, numbers
from models.actor import Actor
from models.book import Book
from models.case import Case
from models.policy import DISCIPLINE, QUALITY


@dataclass(frozen=True)
class Acting:
    """One act as an effect sees it: who, when, by which policy, with which values."""

    by: Actor
    at: datetime
    book: Book
    values: dict[str, Any]


def take_down(case: Case, a: Acting) -> None:
    """Register: the codes and times of the 工单; texts are written by the desk."""
    v = a.values
    case.set(
        no=v.get("no") or numbers.draw(a.book.session, v["track"], a.at),
        kind=v.get("kind") or "complaint",
        track=v["track"],
        category_id=v.get("category"),
        round=0,
        channel_id=v.get("channel"),
        form=v.get("form"),
        urgency=v.get("urgency") or "normal",
        district_id=v.get("district"),
        complained_unit_id=v.get("complained_unit"),
        complainant_kind=v.get("complainant_kind"),
        happened_at=v.get("happened_at"),
        received_at=v.get("received_at") or a.at,
        registered_at=a.at,
        registered_by=a.by.user_id,
        forward_due_at=v.get("forward_due_at"),
    )
    if v.get("source_id"):
        case.set(source_id=v["source_id"], source_no=v["source_no"], source_key=v["source_key"])
    for person in v.get("accused") or []:
        if isinstance(person, int):
            case.add("accused", user_id=person)


def decide(case: Case, a: Acting) -> None:
    if case.ticket["decided_at"] is None:
        case.set(decided_at=a.at)


def hand_to_unit(case: Case, a: Acting) -> None:
    """assign, instruct: the unit gets it; a new round starts, or after a return the old one runs on."""
    decide(case, a)
    category = a.values.get("category")
    if category is not None and category != case.ticket["category_id"]:
        case.set(category_id=category)
    case.set(unit_id=a.values.get("unit"), assigned_at=a.at)
    if case.open_obligation("handle"):
        clocks.hand_over(case, a.values.get("unit"), a.at)
    else:
        case.set(round=new_round(case))
    hold(case, a.at)


def new_round(case: Case) -> int:
    """One more than the outcomes the customer was not satisfied with."""
    return 1 + sum(1 for row in case.outcomes() if row["outcome"] == "dissatisfied")


def hold(case: Case, at: datetime) -> None:
    ticket = case.ticket
    case.add(
        "assignment",
        unit_id=ticket["unit_id"],
        round=ticket["round"],
        track=ticket["track"],
        assigned_at=at,
        event_no=ticket["event_count"] + 1,
    )


def let_go(case: Case, at: datetime) -> None:
    """The assignment that runs now ends."""
    row = case.holding()
    if row is not None:
        case.change("assignment", row, ended_at=max(at, row["assigned_at"]), ended_no=case.ticket["event_count"] + 1)


def give_back(case: Case, a: Acting) -> None:
    clocks.hand_over(case, None, a.at)


def change_track(case: Case, a: Acting, track: str, category: int | None) -> None:
    """The ticket gets the other track's number and starts anew there; no unit has it any more (POLICY §3)."""
    case.set(
        track=track,
        no=numbers.draw(a.book.session, track, a.at),
        category_id=category,
        unit_id=None,
        assigned_at=None,
        round=new_round(case) - 1,
        main_id=None,
    )
    if track == QUALITY:
        case.numbers = lookup.of_ticket(a.book.session, case.ticket["id"], a.book.key) | case.numbers


def refer(case: Case, a: Acting) -> None:
    decide(case, a)
    category = a.values.get("category")
    if case.ticket["track"] == QUALITY:
        change_track(case, a, DISCIPLINE, category or a.book.unsorted_discipline())
    elif category is not None:
        case.set(category_id=category)


def reclassify(case: Case, a: Acting) -> None:
    category = a.values["category"]
    change_track(case, a, a.book.track_of(category) or QUALITY, category)
    case.set(founded=None, found_at=None, reported_at=None)


def find(case: Case, a: Acting) -> None:
    case.set(founded=a.values["founded"], found_at=a.at)


def report(case: Case, a: Acting) -> None:
    case.set(reported_at=a.at)


def submit(case: Case, a: Acting) -> None:
    case.set(finding=a.values.get("finding"), cause_code=a.values.get("cause_code"))


def call_back(case: Case, a: Acting) -> None:
    outcome = a.values["outcome"]
    log_call(case, a, outcome)
    if outcome == "dissatisfied":
        case.set(round=new_round(case), assigned_at=a.at)
        hold(case, a.at)
    elif outcome == "satisfied":
        case.set(ending="satisfied")


def log_call(case: Case, a: Acting, outcome: str) -> None:
    ticket = case.ticket
    case.add(
        "callback",
        round=ticket["round"],
        unit_id=ticket["unit_id"],
        called_at=a.at,
        outcome=outcome,
        solved=a.values.get("solved"),
        event_no=ticket["event_count"] + 1,
    )


def waive(case: Case, a: Acting) -> None:
    log_call(case, a, "waived")
    case.set(ending="waived")


def conclude(case: Case, a: Acting) -> None:
    """仍不满意: an outcome that always counts as dissatisfied."""
    log_call(case, a, "concluded")
    case.set(ending="concluded")


def ended(how: str) -> Callable[[Case, Acting], None]:
    def end(case: Case, a: Acting) -> None:
        decide(case, a)
        case.set(ending=how)

    return end


def recategorise(case: Case, a: Acting) -> None:
    case.set(category_id=a.values["category"])


COLUMNS = {
    "channel": "channel_id", "form": "form", "urgency": "urgency", "kind": "kind", "district": "district_id",
    "complained_unit": "complained_unit_id", "complainant_kind": "complainant_kind", "forward_due_at": "forward_due_at",
}  # fmt: skip
"""Amendable facts that are columns; the others are texts."""
NEVER_EMPTY = {"kind": "complaint", "urgency": "normal"}


def amend(case: Case, a: Acting) -> None:
    name, value = a.values["field"], a.values.get("value")
    if name in COLUMNS:
        case.set(**{COLUMNS[name]: NEVER_EMPTY.get(name) if value is None else value})
    else:
        case.write(a.book.key, name, value or "")
    if name == "forward_due_at":
        clocks.redate_upstream(case, value, a.at, a.book)


def open_to(case: Case, a: Acting) -> None:
    for person in a.values["persons"]:
        for part in a.values["parts"]:
            case.add("opening", user_id=person, part=part, until=a.values.get("until"))


def link(case: Case, a: Acting) -> None:
    kind, to = a.values["kind"], a.values["to"]
    case.add("link", to_id=to, kind=kind, linked_at=a.at)
    if kind == "same_matter":
        case.set(main_id=to)
    elif kind == "repeat":
        case.set(repeat_of_id=to)


def keep_files(case: Case, a: Acting) -> None:
    """Any act: the files that came with it hang on the ticket, their names among its texts."""
    for file in a.values.get("files") or []:
        row = case.add(
            "attachment",
            file_id=file["id"],
            event_no=case.ticket["event_count"] + 1,
            mime=file["mime"],
            size=file["size"],
            sha256=file["sha256"],
            attached_at=a.at,
        )
        case.write(a.book.key, f"file.{row['n']}", file["name"])


EFFECTS: dict[str, Callable[[Case, Acting], None]] = {
    "register": take_down, "answer": ended("answered"), "decline": ended("declined"), "explain": ended("explained"),
    "assign": hand_to_unit, "instruct": hand_to_unit, "refer": refer, "find": find, "report": report, "submit": submit,
    "return": give_back, "call_back": call_back, "waive": waive, "conclude": conclude, "reclassify": reclassify,
    "recategorise": recategorise, "amend": amend, "open_to": open_to, "link": link,
}  # fmt: skip
