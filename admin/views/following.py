"""What follows an action, in sentences: before it is taken, from the workflow table; afterwards, from the ticket."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from admin import words
from models.book import Book
from models.policy import DISCIPLINE, OBLIGATIONS
from models.workflow import STATES, Action, Step

ENDS = {
    "closed": "工单办结。", "handling": "转承办单位办理。", "calling_back": "转 96568 回访顾客。",
    "returned": "退回受理处，重新转办。", "registered": "换用另一类的工单号，从登记重新开始。",
    "investigating": "移送集团纪检监察室调查，其他人不再看得到。", "founded": "转为属实，须上报初步意见。",
    "unfounded": "转为不属实，须向来电人说明。", "reported": "报董事长批示。", "satisfied": "转反馈 96568。",
    "fed_back": "由 96568 填写处理记录表后办结。",
}  # fmt: skip
"""What it means to arrive in a state."""


def before(action: Action, steps: Sequence[Step], ticket: dict[str, Any], book: Book, now: datetime) -> list[str]:
    """What will happen, a sentence a way it can go."""
    if not action.versioned:
        return [_("只作记录，不改变状态和时限。")]
    said: dict[str, None] = {}
    for step in steps:
        said[_lead(action, step) + words.joined(_arrival(step, ticket), *_deadlines(step, ticket, book, now))] = None
    return list(said)


def _lead(action: Action, step: Step) -> str:
    """满意：… where one action goes several ways."""
    if step.when is None:
        return ""
    name, value = step.when
    field = next(f for f in action.fields if f.name == name)
    if isinstance(value, bool):
        yes, no = ("属实", "不属实") if name == "founded" else ("是", "否")
        return _("%(case)s：", case=_(yes if value else no))
    return _("%(case)s：", case=_(field.choices[value]))


def _arrival(step: Step, ticket: dict[str, Any]) -> str:
    if step.end is None:
        return _("记为一次尝试，状态不变。") if step.when else _("状态和时限不变。")
    if step.end == "calling_back" and ticket["track"] == DISCIPLINE:
        return _("转集团纪检监察室组织回访。")
    if step.end == "handling" and step.when:
        return _("转回承办单位，开始第 %(round)s 轮。", round=ticket["round"] + 1)
    return _(ENDS[step.end])


def _deadlines(step: Step, ticket: dict[str, Any], book: Book, now: datetime) -> list[str]:
    """办理时限 72 小时，自现在起算，11月27日 周五 10:12 前（第六条(二)5）。"""
    running = {o["kind"] for o in ticket["obligations"] if words.is_open(o)}
    said = []
    for kind in step.opens:
        if kind == "handle" and kind in running:
            said.append(_("办理时限照旧，不重新起算。"))
            continue
        term = book.term(kind, ticket["track"], now)
        if term is None or not term.amount:
            continue
        until = words.long_before(book.calendar.deadline(now, term.amount, term.measure), now)
        said.append(
            _("%(name)s %(amount)s %(measure)s，自现在起算，%(until)s（%(clause)s）。",
              name=_(OBLIGATIONS[kind]), amount=term.amount, measure=words.choice("measure", term.measure),
              until=until, clause=_(term.clause))
        )  # fmt: skip
    return said


def after(action: Action, row: dict[str, Any] | None, values: dict[str, Any], now: datetime) -> str:
    """One sentence of what happened and what comes next. `row`: the ticket afterwards, None out of sight."""
    if row is None and action.name == "record":
        return _("已填写处理记录表，工单办结。")
    if row is None:
        return _("已%(action)s。这件工单现在由别人办理，您不再看得到。", action=_(action.zh))
    if not action.versioned:
        return _("已记下“%(action)s”。", action=_(action.zh))
    if action.name == "call_back":
        return _called(row, values, now)
    if action.name in ("assign", "instruct"):
        return _("已转%(unit)s，%(next)s", unit=row["unit"], next=_next(row, now))
    if action.name == "recategorise":
        return _("细类已改为“%(category)s”，时限不变。", category=row["category"])
    return _("已%(action)s，%(next)s", action=_(action.zh), next=_next(row, now))


def registered(row: dict[str, Any], now: datetime, then: str = "") -> str:
    """已登记 ZL-2026-03835，11-26 16:32 前请转办。 `then`: what was done in the same press."""
    if then == "assign":
        return _("已登记 %(no)s 并转%(unit)s，%(next)s", no=row["no"], unit=row["unit"], next=_next(row, now))
    if then == "answer":
        return _("已登记 %(no)s 并答复，%(next)s", no=row["no"], next=_next(row, now))
    return _("已登记 %(no)s，%(next)s", no=row["no"], next=_next(row, now, please=True))


def _called(row: dict[str, Any], values: dict[str, Any], now: datetime) -> str:
    outcome = values.get("outcome")
    if outcome == "unreached":
        return _("已记一次未接通。多次、分日仍未接通，可按“无法回访”办结。")
    if outcome == "dissatisfied":
        return _("已记不满意，转回%(unit)s办理第 %(round)s 轮，%(next)s", unit=row["unit"] or _("承办单位"),
                 round=row["round"], next=_next(row, now))  # fmt: skip
    return _("已记满意，%(next)s", next=_next(row, now))


def _next(row: dict[str, Any], now: datetime, *, please: bool = False) -> str:
    if row["state"] == "closed":
        return _("工单办结。")
    owed = words.next_due([o for o in row["obligations"] if o["kind"] != "upstream"])
    if owed is None:
        return _("现在是“%(state)s”。", state=words.state(row["state"]))
    when, what = words.before(owed["due_at"], now), words.to_do(owed["kind"])
    if owed["due_at"] < now:
        return _("%(what)s已经逾期。", what=what)
    if please:
        return _("%(when)s请%(what)s。", when=when, what=what)
    return _("%(when)s%(what)s。", when=when, what=what)


def past(row: dict[str, Any], now: datetime) -> str:
    """The warning of a forwarder's deadline that is over already (POLICY §4: late from birth); empty where none is."""
    late = next((o for o in row["obligations"] if o["kind"] == "upstream" and o["state"] == "late"), None)
    if late is None:
        return ""
    return _("来文时限 %(when)s 已过，这一项按逾期计。时限写错了，用“补正”改。", when=words.short(late["due_at"], now))


def changes(events: list[dict[str, Any]], seen: int, now: datetime) -> list[str]:
    """Who did what since event number `seen`: 赵国栋在 16:05 报送结果，办理中 → 待回访。"""
    said = []
    for event in events:
        if event["number"] <= seen:
            continue
        moved = ""
        if event["to"] != event["from"] and event["from"] in STATES:
            moved = _("，%(was)s → %(now)s", was=words.state(event["from"]), now=words.state(event["to"]))
        said.append(_("%(who)s在 %(when)s %(what)s%(moved)s", who=event["actor"] or _("系统"),
                      when=words.short(event["at"], now), what=words.action(event["action"]), moved=moved))  # fmt: skip
    return said
