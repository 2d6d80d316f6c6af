"""The log of a ticket as sentences: who did what, what it moved, and in whose words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from admin import words
from admin.current import book
from models.workflow import ACTIONS, AMENDABLE, REGISTRATION, STATES, Field

Row = dict[str, Any]
REGISTERED = {f.name: f.zh for f in REGISTRATION}
UNTOLD = frozenset({"as", "with", "erased", "rows", "unit", "texts", "was", "became"})


@dataclass
class Entry:
    """One line of the history. `turn`: it changed the state. quotes: (what it is, the words)."""

    at: datetime
    action: str
    clause: str
    who: str
    turn: bool
    said: list[str] = field(default_factory=list)
    quotes: list[tuple[str, str]] = field(default_factory=list)
    labelled: bool = False


@dataclass
class Call:
    """One entry of the call-back log."""

    at: datetime
    round: int
    who: str
    outcome: str
    solved: bool | None
    remark: str
    corrected: bool


@dataclass
class Result:
    """What a unit reported in one round."""

    at: datetime
    round: int
    who: str
    unit: str
    texts: list[tuple[str, str]]
    codes: list[tuple[str, str]]


def entries(events: list[Row], calls: list[Row]) -> list[Entry]:
    """Newest first."""
    outcomes = {call["event_no"]: call for call in calls}
    return [_entry(event, outcomes.get(event["number"])) for event in reversed(events)]


def who(event: Row) -> str:
    name = str(event["actor"] or _("系统"))
    return _("%(who)s（代 %(whom)s）", who=name, whom=event["for"]) if event["for"] else name


def _entry(event: Row, call: Row | None) -> Entry:
    name, payload = event["action"], event["payload"]
    texts: Mapping[str, str] = payload["texts"]
    entry = Entry(event["at"], words.action(name), ACTIONS[name].clause if name in ACTIONS else "", who(event),
                  event["from"] != event["to"])  # fmt: skip
    if call is not None:
        entry.said.append(words.choice("outcome", call["outcome"]))
        if call["solved"] is not None:
            entry.said.append(_("已解决") if call["solved"] else _("未解决"))
        if call["corrected_at"] is not None:
            entry.said.append(_("后来更正，不计入统计"))
    entry.said += _codes(name, payload)
    if entry.turn and event["from"] in STATES:
        entry.said.append(f"{words.state(event['from'])} → {words.state(event['to'])}")
    if payload.get("unit"):
        entry.said.append(str(payload["unit"]))
    if event["round"] > 1 and event["to"] == "handling" and entry.turn:
        entry.said.append(_("第 %(round)s 轮开始", round=event["round"]))
    if payload.get("with"):
        entry.said.append(_("随主单"))
    if name == "register":
        entry.quotes = [(_label(name, key), text) for key, text in texts.items() if key.startswith("file.")]
        entry.labelled = True
    else:
        entry.quotes = _replaced(payload) + [(_label(name, key), text) for key, text in texts.items() if text]
        entry.labelled = name == "amend"
    return entry


def _replaced(payload: Row) -> list[tuple[str, str]]:
    """What an amended fact was before; of one that is no text also what it became."""
    if "was" not in payload:
        return []
    fact = AMENDABLE[payload["field"]]
    found = [(_("原为"), fact_in_words(fact, payload["was"]))]
    if "became" in payload:
        found.append((_("%(what)s改为", what=_(fact.zh)), fact_in_words(fact, payload["became"])))
    return found


def fact_in_words(fact: Field, value: Any) -> str:
    """A fact as the log has it: a text, a code, an id, an instant."""
    if value is None or value == "":
        return _("（空）")
    if fact.kind == "choice":
        return words.choice(fact.name, value) if fact.name in words.CHOICES else _(fact.choices.get(value, value))
    if fact.kind in ("channel", "district", "unit"):
        return words.term(book().register(fact.kind).name(value))
    if fact.kind == "moment":
        return words.full(datetime.fromisoformat(value))
    return str(value)


def amendments(entries: list[Entry]) -> list[Entry]:
    """The corrections, newest first: they stand below what was registered."""
    return [entry for entry in entries if entry.labelled and entry.action == words.action("amend")]


def _label(action: str, key: str) -> str:
    if key.startswith("file."):
        return _("附件")
    if action == "amend" and key != "reason":
        return _("%(what)s改为", what=_(REGISTERED.get(key, key)))
    named = {f.name: f.zh for f in ACTIONS[action].fields} if action in ACTIONS else {}
    return _(named.get(key.split(".")[0], key))


def _codes(action: str, payload: Row) -> list[str]:
    """The codes of an act, in words."""
    if action not in ACTIONS:
        return []
    said = []
    for f in ACTIONS[action].fields:
        code = payload.get(f.name)
        if code is None or f.name in UNTOLD:
            continue
        if action == "amend" and f.name == "field":
            said.append(_(AMENDABLE[code].zh) if code in AMENDABLE else str(code))
        elif f.name == "founded":
            said.append(_("属实") if code else _("不属实"))
        elif code in f.choices:
            said.append(_(f.choices[code]))
    return said


def calls(log_: list[Row], events: list[Row]) -> list[Call]:
    """The call-back log, newest first, with who called and what the customer said."""
    by_number = {event["number"]: event for event in events}
    found = []
    for call in reversed(log_):
        event = by_number.get(call["event_no"])
        texts = event["payload"]["texts"] if event else {}
        remark = "；".join(t for t in (texts.get("remark"), texts.get("reason")) if t)
        found.append(
            Call(call["called_at"], call["round"], who(event) if event else words.NOTHING, call["outcome"],
                 call["solved"], remark, call["corrected_at"] is not None)
        )  # fmt: skip
    return found


def results(events: list[Row]) -> list[Result]:
    """The results of each round, newest first. Who only sees an old part of it reads that part's."""
    found, unit = [], ""
    for event in events:
        unit = event["payload"].get("unit") or unit
        if event["action"] != "submit":
            continue
        texts = event["payload"]["texts"]
        named = {f.name: f.zh for f in ACTIONS["submit"].fields}
        codes = [
            (_(named[name]), words.choice(name, event["payload"][name]))
            for name in ("cause_code", "finding")
            if event["payload"].get(name)
        ]
        said = [(_(named[name]), texts[name]) for name in ("cause", "responsible", "result") if texts.get(name)]
        found.append(Result(event["at"], event["round"], who(event), unit, said, codes))
    return found[::-1]


def supervision(events: list[Row]) -> Entry | None:
    """The last word of supervision, while it still counts: nothing moved the ticket on since."""
    for event in reversed(events):
        if event["action"] == "supervise":
            return _entry(event, None)
        if event["from"] != event["to"]:
            return None
    return None
