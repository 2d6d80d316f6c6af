"""The conditions of the ticket list: how each reads the address, narrows the query and is said as a chip.

A condition on a field counts only for tickets of which the reader may see that field, or the list would tell it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from unicodedata import normalize

from flask import current_app
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, false, or_, select
from werkzeug.datastructures import MultiDict

from admin import words
from admin.current import current_actor
from admin.views import duties
from models import lookup, policy, scope, search, view
from models.actor import Actor
from models.book import Book
from models.tables import Ticket
from models.types import SHANGHAI
from models.workflow import OPEN, STATES

Args = MultiDict[str, str]
Options = list[tuple[str, str]]


@dataclass(frozen=True)
class Asking:
    """Who asks for the list, when, and by which policy."""

    by: Actor
    at: datetime
    book: Book


@dataclass(frozen=True)
class Filter:
    """One condition. `field`: the field of the ticket it tells of; None: one that everybody sees (state, number).

    options: the choices it offers; None: something is typed. where: the predicate of one value.
    in_bar: drawn in the filter bar; the others come from links alone. chip: how a value is said that is no choice.
    """

    name: str
    zh: str
    where: Callable[[str, Asking], ColumnElement[bool]]
    options: Callable[[Asking], Options] | None = None
    field: str | None = None
    kind: str = "select"
    in_bar: bool = True
    chip: Callable[[str], str] = str

    def said(self, value: str, asking: Asking) -> str:
        """A value as its chip says it."""
        if self.options is None:
            return self.chip(value)
        return dict(self.options(asking)).get(value) or _("没有“%(value)s”", value=value)


def _table(name: str) -> Callable[[Asking], Options]:
    def options(asking: Asking) -> Options:
        entries = asking.book.register(name).by_id.values()
        return [(str(e.id), words.term(e.name)) for e in sorted(entries, key=lambda e: (not e.active, e.id))]

    return options


def _of(choices: dict[str, str]) -> Callable[[Asking], Options]:
    return lambda asking: [(code, words.term(zh)) for code, zh in choices.items()]


def _id(column: ColumnElement[int | None]) -> Callable[[str, Asking], ColumnElement[bool]]:
    return lambda value, asking: column == int(value) if value.isdecimal() and len(value) < 10 else false()


def _state(value: str, asking: Asking) -> ColumnElement[bool]:
    if value == "open":
        return duties.in_states(*OPEN)
    return duties.in_states(value) if value in STATES else false()


def _states(asking: Asking) -> Options:
    return [("open", _("在办（全部）")), *((name, words.state(name)) for name in (*OPEN, "closed"))]


def number(value: str, at: datetime) -> str:
    """A ticket number, or the beginning of one, as people type, copy and say it: in wide or small letters, without
    its prefix, its dashes or its noughts, or only the running number of this year."""
    typed = normalize("NFKC", value).strip().upper()
    bare = re.sub(r"[\W_]+", "", typed)
    if found := re.fullmatch(r"(?:ZL(?!20[0-9]{2}$))?([0-9]{1,5})", bare):
        return f"ZL-{at.astimezone(SHANGHAI).year}-{int(found[1]):05d}"
    if found := re.fullmatch(r"(?:ZL\W*)?(20[0-9]{2})\W+([1-9][0-9]{0,3})", typed):
        return f"ZL-{found[1]}-{int(found[2]):05d}"
    if found := re.fullmatch(r"ZL(20[0-9]{2})([0-9]*)|(20[0-9]{2})([0-9]{5,})", bare):
        return f"ZL-{found[1] or found[3]}-{found[2] or found[4] or ''}"[:20]
    if found := re.fullmatch(r"纪(20[0-9]{2})([0-9A-Z]{0,4})|(20[0-9]{2})([0-9A-Z]{4})", bare):
        return f"纪{found[1] or found[3]}-{found[2] or found[4] or ''}"
    return typed.replace(" ", "")[:20]


def _number(value: str, asking: Asking) -> ColumnElement[bool]:
    """By its beginning, as a range of the index."""
    typed = number(value, asking.at)
    return and_(Ticket.no >= typed, Ticket.no < typed + "\U0010ffff") if typed else false()


def _search(value: str, asking: Asking, within: search.Within = search.EVERYWHERE) -> ColumnElement[bool]:
    """Words in content and notes, or the beginning of a number."""
    found = search.found(asking.book.session, search.query(value), asking.by, within)
    typed = number(value, asking.at)
    return or_(found, _number(value, asking)) if typed.startswith(("ZL-", "纪")) else found


def _main(value: str, asking: Asking) -> ColumnElement[bool]:
    """One matter: a main ticket in sight, and those that follow it."""
    main = select(Ticket.id).where(Ticket.no == number(value, asking.at), scope.visible(asking.by)).correlate(None)
    return or_(Ticket.main_id.in_(main), Ticket.id.in_(main))


def _day(value: str, days: int = 0) -> datetime | None:
    try:
        day = date.fromisoformat(value)
        return datetime.combine(day + timedelta(days=days), time(0), SHANGHAI)
    except (ValueError, OverflowError):
        return None


def _from(value: str, asking: Asking) -> ColumnElement[bool]:
    start = _day(value)
    return Ticket.registered_at >= start if start else false()


def _to(value: str, asking: Asking) -> ColumnElement[bool]:
    end = _day(value, days=1)
    return Ticket.registered_at < end if end else false()


def _figure(value: str, asking: Asking) -> ColumnElement[bool]:
    """What a cell of the dashboards counts; who mounts them says what that is."""
    figures = current_app.extensions.get("behind")
    cell = figures.read(value) if figures else None
    found = figures.predicate(cell, asking.by, asking.at) if cell else None
    return false() if found is None else found


def _figure_said(value: str) -> str:
    figures = current_app.extensions.get("behind")
    cell = figures.read(value) if figures else None
    if cell is None:
        return _("没有“%(value)s”", value=value)
    told: str = figures.said(cell, str(get_locale()).startswith("en"))
    return told + _("（只列您能看的）") if current_actor().staff else told


def _due(value: str, asking: Asking) -> ColumnElement[bool]:
    return duties.due_is(value, asking.by, asking.at)


def _dues(asking: Asking) -> Options:
    return [("late", _("已逾期")), ("4h", _("4 小时内")), ("today", _("今日到期")), ("tomorrow", _("明日到期"))]


FILTERS = (
    Filter("q", "查找", _search, kind="search"),
    Filter("no", "工单号", _number, kind="search", in_bar=False),
    Filter("state", "状态", _state, _states),
    Filter("unit", "承办单位", _id(Ticket.unit_id), _table("unit"), "unit"),
    Filter("category", "分类", _id(Ticket.category_id), _table("category"), "category"),
    Filter("due", "时限", _due, _dues),
    Filter("channel", "渠道", _id(Ticket.channel_id), _table("channel"), "channel"),
    Filter("district", "片区", _id(Ticket.district_id), _table("district"), "district"),
    Filter("kind", "事项", lambda v, a: Ticket.kind == v if v in policy.KINDS else false(), _of(policy.KINDS), "kind"),
    Filter("from", "登记自", _from, field="registered_at", kind="date"),
    Filter("to", "登记至", _to, field="registered_at", kind="date"),
    Filter("track", "类", lambda v, a: Ticket.track == v if v in policy.TRACKS else false(), _of(policy.TRACKS),
           in_bar=False),
    Filter("turn", "轮到", lambda v, a: duties.mine(a.by, a.at) if v == "mine" else false(),
           lambda a: [("mine", _("我"))], in_bar=False),
    Filter("round", "轮次", lambda v, a: Ticket.round >= int(v) if v in ("2", "3") else false(),
           lambda a: [(n, _("第 %(n)s 轮及以上", n=n)) for n in ("2", "3")], in_bar=False),
    Filter("repeat", "重复投诉", lambda v, a: Ticket.repeat_of_id.is_not(None) if v == "1" else false(),
           lambda a: [("1", _("是"))], "repeat_of", in_bar=False),
    Filter("main", "同一事项", _main, field="main", in_bar=False),
    Filter("unit_late", "近期逾期", lambda v, a: duties.late_of_unit(int(v), a.at) if v.isdecimal() and len(v) < 10
           else false(), _table("unit"), "unit", in_bar=False),
    Filter("returned", "退回", lambda v, a: duties.returned_twice() if v == "2" else false(),
           lambda a: [("2", _("两次及以上"))], "main", in_bar=False),  # as much as who sees the ticket whole may know
    Filter("figure", "指标", _figure, field="main", in_bar=False, chip=_figure_said),  # the same
)  # fmt: skip


def given(args: Args) -> list[tuple[Filter, str]]:
    """The conditions that an address names, empty ones left out."""
    return [(f, value.strip()) for f in FILTERS for value in args.getlist(f.name)[:20] if value.strip()]


def names_a_telephone(args: Args) -> bool:
    """Whether somebody looks for a telephone number, which no list finds and no address should hold."""
    return any(lookup.is_telephone(value) for name in ("q", "no") for value in args.getlist(name))


def predicate(args: Args, asking: Asking) -> ColumnElement[bool]:
    """All conditions at once, within the reader's sight."""
    chosen = given(args)
    others = _all_but_words(chosen, asking)
    if not (typed := [value for f, value in chosen if f.name == "q"]):
        return others
    there = within(args, asking)
    return and_(others, or_(*(_search(value, asking, there) for value in typed)))


def within(args: Args, asking: Asking) -> search.Within:
    """What else than words an address asks for: a search looks at the newest of what is left by it."""
    chosen = given(args)
    days = {
        name: [day.date() for f, value in chosen if f.name == name and (day := _day(value, after))]
        for name, after in (("from", 0), ("to", 1))
    }
    narrowed = duties.near(asking.by) is not None or any(f.name not in ("q", *days) for f, _value in chosen)
    return search.Within(
        since=min(days["from"], default=None),
        until=max(days["to"], default=None),
        others=_all_but_words(chosen, asking) if narrowed else None,
    )


def _all_but_words(chosen: list[tuple[Filter, str]], asking: Asking) -> ColumnElement[bool]:
    chosen = [(f, value) for f, value in chosen if f.name != "q"]
    parts = [scope.visible(asking.by)]
    near = duties.near(asking.by)
    if near is not None:
        parts.append(near)
    fields = {f.field for f, _value in chosen if f.field}
    if fields:
        parts.append(showing(fields, asking.by))
    for one in {f.name: f for f, _value in chosen}.values():
        values = (value for f, value in chosen if f is one)
        parts.append(or_(*(one.where(value, asking) for value in values)))
    return and_(*parts)


def showing(fields: Iterable[str], by: Actor) -> ColumnElement[bool]:
    """Tickets of which the reader may see all these fields."""
    wanted = set(fields)
    return or_(false(), *(condition for condition, level in scope.conditions(by) if wanted <= view.SHOWN[level]))
