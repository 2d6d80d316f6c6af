"""How times, spans, deadlines, states and amounts are written for people, in the reader's language.

Chinese sentences are the catalogue's keys; English is in translations/en. Times are Shanghai's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask_babel import gettext as _

from models import policy
from models.base import Role
from models.types import SHANGHAI
from models.workflow import STATES, action_name

NOTHING = "—"
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


def term(text: str | None) -> str:
    """A word of the policy's tables in the reader's language."""
    return _(text) if text else NOTHING


def local(at: datetime) -> datetime:
    return at.astimezone(SHANGHAI)


def iso(at: datetime) -> str:
    """For `<time datetime>`."""
    return local(at).isoformat(timespec="minutes")


def full(at: datetime) -> str:
    """2026-11-25 16:32"""
    return f"{local(at):%Y-%m-%d %H:%M}"


def short(at: datetime, now: datetime) -> str:
    """11-25 16:32; of another year in full."""
    then = local(at)
    return f"{then:%m-%d %H:%M}" if then.year == local(now).year else full(at)


def today(now: datetime) -> str:
    """2026年11月25日 周三 16:32"""
    then = local(now)
    return _("%(year)s年%(month)s月%(day)s日 %(weekday)s %(clock)s", year=then.year, month=then.month, day=then.day,
             weekday=weekday(then.date()), clock=f"{then:%H:%M}")  # fmt: skip


def weekday(day: date) -> str:
    return _(WEEKDAYS[day.weekday()])


def span(length: timedelta, days_from: int = 48) -> str:
    """52 分; 17 小时 40 分; from 48 hours on 3 天 4 小时."""
    minutes = max(0, int(length.total_seconds() // 60))
    hours, minute = divmod(minutes, 60)
    if hours >= days_from:
        days, hour = divmod(hours, 24)
        return _("%(days)s 天 %(hours)s 小时", days=days, hours=hour) if hour else _("%(days)s 天", days=days)
    if hours:
        return _("%(hours)s 小时 %(minutes)s 分", hours=hours, minutes=minute) if minute else _(
            "%(hours)s 小时", hours=hours)  # fmt: skip
    return _("%(minutes)s 分", minutes=minute)


def before(at: datetime, now: datetime) -> str:
    """今天 17:30 前; 明天 17:30 前; 11-27 11:02 前."""
    then, days = local(at), (local(at).date() - local(now).date()).days
    if days == 0:
        return _("今天 %(clock)s 前", clock=f"{then:%H:%M}")
    if days == 1:
        return _("明天 %(clock)s 前", clock=f"{then:%H:%M}")
    return _("%(moment)s 前", moment=short(at, now))


def long_before(at: datetime, now: datetime) -> str:
    """11月26日 周四 10:12 前: a deadline with its weekday."""
    then = local(at)
    if -1 < (then.date() - local(now).date()).days < 2:
        return before(at, now)
    words = {"month": then.month, "day": then.day, "weekday": weekday(then.date()), "clock": f"{then:%H:%M}"}
    if then.year == local(now).year:
        return _("%(month)s月%(day)s日 %(weekday)s %(clock)s 前", **words)
    return _("%(year)s年%(month)s月%(day)s日 %(weekday)s %(clock)s 前", year=then.year, **words)


@dataclass(frozen=True)
class Due:
    """An obligation in a word: `css` is a class of .kf-due."""

    css: str
    text: str


def is_soon(opened: datetime, due: datetime, now: datetime) -> bool:
    """A quarter of its length is left, or it is due today."""
    return local(due).date() == local(now).date() or due - now <= (due - opened) / 4


def due(owed: dict[str, Any], now: datetime, *, exact: bool = False) -> Due:
    """How an obligation stands, from `view.obligation`'s row. `exact`: what is left rather than by when."""
    state, at = owed["state"], owed["due_at"]
    if state == "void":
        return Due("void", _("已作废"))
    if state == "on_time":
        return Due("met", _("按时"))
    if state == "late":
        if owed["settled_at"] is not None:
            return Due("never", _("逾期完成"))
        if owed["voided_at"] is not None:
            return Due("never", _("逾期后作废"))
        return Due("late", _("逾期 %(span)s", span=span(now - at, 24)))
    soon = is_soon(owed["opened_at"], at, now)
    left = exact or (soon and local(at).date() != local(now).date())
    return Due("soon" if soon else "pending", _("还剩 %(span)s", span=span(at - now)) if left else before(at, now))


def is_open(owed: dict[str, Any]) -> bool:
    return owed["settled_at"] is None and owed["voided_at"] is None


def next_due(obligations: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The open obligation that ends first."""
    return min((o for o in obligations if is_open(o)), key=lambda o: o["due_at"], default=None)


TO_DO = {
    "dispatch": "转办", "handle": "报送结果", "callback": "回访", "opinion": "上报初步意见", "upstream": "报送结果",
    "investigate": "调查认定", "instruct": "批示", "feed_back": "反馈96568",
}  # fmt: skip
"""What settles an obligation, as a verb."""


def to_do(kind: str) -> str:
    return _(TO_DO[kind])


def state(name: str) -> str:
    return _(STATES[name].zh)


def turn(name: str, track: str) -> str:
    """Whose turn a state is: a class of .kf-state. On the discipline track discipline calls back."""
    if name == "calling_back" and track == policy.DISCIPLINE:
        return "discipline"
    if name == "registered" and track == policy.DISCIPLINE:
        return "discipline"
    return STATES[name].turn


def action(name: str) -> str:
    return _(action_name(name))


CHOICES: dict[str, dict[str, str]] = {
    "kind": policy.KINDS, "form": policy.FORMS, "urgency": policy.URGENCIES, "track": policy.TRACKS,
    "complainant_kind": policy.COMPLAINANT_KINDS, "finding": policy.FINDINGS, "cause_code": policy.CAUSES,
    "outcome": {"satisfied": "满意", "dissatisfied": "不满意", "unreached": "未接通", "waived": "无法回访",
                "concluded": "仍不满意办结"},
    "ending": {"declined": "不予受理", "answered": "当场答复", "explained": "已说明原因", "satisfied": "顾客满意",
               "waived": "无法回访", "concluded": "仍不满意", "imported": "按原件办结"},
    "obligation": policy.OBLIGATIONS,
    "post": {**policy.POSTS, "responsible": "责任人"},
    "penalty": {"proposed": "待确认", "confirmed": "已确认", "executed": "已执行", "withdrawn": "已撤回",
                "appealed": "申诉中", "upheld": "申诉驳回", "revoked": "已撤销"},
    "unit_kind": {"unit": "承办单位", "operations": "运营管理部", "discipline": "集团纪检监察室", "board": "集团领导"},
    "link": policy.LINK_KINDS,
    "measure": policy.MEASURES,
    "rule": policy.TERM_NAMES,
}  # fmt: skip
"""Codes and their Chinese names, by the field that holds them."""


def choice(field: str, code: str | None) -> str:
    """The name of a code; — for none."""
    return term(CHOICES[field].get(code, code)) if code else NOTHING


def yes_no(value: bool | None) -> str:
    return NOTHING if value is None else _("是") if value else _("否")


def anything(value: Any) -> str:
    """A cell of a generated list or page: no None, no True, no microseconds."""
    if value is None or value == "" or value == []:
        return NOTHING
    if isinstance(value, bool):
        return yes_no(value)
    if isinstance(value, Role):
        return term(policy.ROLES.get(value.name, value.name))
    if value == policy.ALWAYS:
        return _("一直")
    if isinstance(value, datetime):
        return full(value) if value.tzinfo else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list | tuple):
        return _("、").join(anything(item) for item in value)
    return str(value)


def joined(*sentences: str) -> str:
    """Sentences one after the other: with a space where they are written with spaces."""
    return "".join(f" {s}" if s[:1].isascii() and n else s for n, s in enumerate(sentences))


def yuan(amount: Any) -> str:
    return NOTHING if amount is None else _("%(amount)s 元", amount=f"{amount:,.2f}".removesuffix(".00"))


def person(user: Any) -> str:
    """Family name first."""
    return f"{user.last_name}{user.first_name}" if user else NOTHING


def account(user: Any) -> str:
    """Where one is chosen from many: two people may have one name, no two accounts do."""
    return f"{person(user)}（{user.username}）" if user else NOTHING


def shortened(text: str, most: int = 30) -> str:
    """The first words of a text: to the first stop, or cut."""
    line = text.strip().split("\n", 1)[0]
    for stop in "。！？；":
        head = line.split(stop, 1)[0]
        if 0 < len(head) < len(line):
            line = head
    return line if len(line) <= most else line[:most].rstrip("，、 ") + "…"


def headline(row: dict[str, Any]) -> str:
    """What a ticket is called in lists and as a title, as far as its reader may know."""
    for name in ("title", "content", "summary"):
        if row.get(name):
            return shortened(str(row[name]), 40 if name == "title" else 30)
    if row["level"] in ("summary", "stub"):
        return _("%(track)s投诉（内容不公开）", track=term(policy.TRACKS[row["track"]]))
    return no_content(row)


def no_content(row: dict[str, Any]) -> str:
    """Why a ticket says nothing."""
    return _("内容已到保存期，已删除") if row.get("erased") else _("原件无内容")
