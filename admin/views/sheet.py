"""Everything on a ticket's page, as far as its reader may see it: made of `models.view` alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from admin import watch, words
from admin.views import attaching, drafting, duties, history
from admin.views.filters import Asking
from models import desk, scope, view
from models.book import Book
from models.database import together
from models.history import events as readable
from models.history import read as reading
from models.policy import DISCIPLINE, LINK_KINDS, OBLIGATIONS
from models.tables import Link, Ticket
from models.view import Sight
from models.workflow import HANDLER, Action

Row = dict[str, Any]
FOLLOWERS = 6
"""So many of the tickets that follow one stand on its page; a burst main has hundreds, and they have a list."""
SIDE_ACTS = ("contact", "note", "supervise", "attach", "amend", "link", "recategorise", "open_to")
"""What may be done beside the way the ticket goes, the commonest first."""


@dataclass(frozen=True)
class Fact:
    label: str
    value: Any
    masked: bool = False
    note: str = ""


@dataclass(frozen=True)
class Owed:
    """One obligation on the page. `used`: per cent of its time that is gone, while it is open."""

    row: Row
    name: str
    when: str
    used: float | None
    unit: str
    held: list[str] = field(default_factory=list)
    """Who had the ticket when, where it was more than one (POLICY §3)."""


@dataclass(frozen=True)
class Related:
    row: Row
    how: str


@dataclass
class Sheet:
    row: Row
    sight: Sight
    facts: list[Fact]
    office: list[Fact]
    results: list[history.Result]
    calls: list[history.Call]
    entries: list[history.Entry]
    amended: list[history.Entry]
    supervised: history.Entry | None
    step: str | None
    """The action that the ticket waits for."""
    main_acts: list[Action]
    side_acts: list[Action]
    owed: list[Owed]
    clock: Row | None
    related: list[Related]
    followers: int
    """How many tickets in sight follow this one; the first of them are among `related`."""
    files: list[attaching.Shown]
    intact: bool | None
    years: list[int]
    drafter: bool
    """Whether the reader drafts the result for somebody else to submit."""
    draft: str
    """Who of the unit drafted the result, and when."""


def sheet(session: Session, ticket_id: int, asking: Asking, *, paper: bool = False) -> Sheet:
    """Raises Unseen. paper: what is drawn leaves the page, and with it what the reader has opened for a while."""
    by, at, book = asking.by, asking.at, asking.book
    sight = watch.sight(ticket_id)
    if paper:
        sight.revealed_until = None
    row = view.tickets(session, [sight], by, at, book)[0]
    log = reading(session, ticket_id)
    events = readable(log, sight, by)
    case = view.case_of(session, sight)
    case.past = log.events
    calls = view.callbacks(case, sight)
    # `print` has its own buttons
    entries = history.entries(events, calls)
    may = [] if sight.grant else desk.available(case, by, at, book, sight.level)
    acts = [a for a in may if a.name != "print"]
    whole = sight.level in ("contact", "full")
    linked, followers = related(session, sight, row, asking) if whole else ([], 0)
    return Sheet(
        row=row,
        sight=sight,
        facts=facts(row, events),
        office=office(row),
        results=history.results(events),
        calls=history.calls(calls, events),
        entries=entries,
        amended=history.amendments(entries),
        supervised=history.supervision(events) if row["state"] != "closed" else None,
        step=duties.STEPS.get((row["track"], row["state"])),
        main_acts=_main(acts, row),
        side_acts=[a for name in SIDE_ACTS for a in acts if a.name == name],
        owed=owed(row, at, case.parts["assignment"] if whole else [], book),
        clock=words.next_due(row["obligations"]),
        related=linked,
        followers=followers,
        files=attaching.shown(sight),
        intact=log.holds(sight.ticket) if whole else None,
        years=provisional(row, asking),
        drafter=drafting.unit_parts(sight) == {HANDLER},
        draft=drafting.said(there) if (there := drafting.waiting(sight)) else "",
    )


def _main(acts: list[Action], row: Row) -> list[Action]:
    """The way on: first the step that the ticket waits for."""
    first = duties.STEPS.get((row["track"], row["state"]))
    return sorted((a for a in acts if a.name not in SIDE_ACTS), key=lambda a: a.name != first)


def facts(row: Row, events: list[Row]) -> list[Fact]:
    """What was registered. Of the caller it is said when nothing is known; the rest is left out when empty."""
    registrar = next((event["actor"] for event in events if event["action"] == "register"), None)
    found: list[Fact] = []

    def add(name: str, label: str, value: Any, *, always: bool = False, note: str = "") -> None:
        if name not in row["hidden"] and (always or value):
            found.append(Fact(_(label), value or words.NOTHING, name in row["masked"], note))

    kind = words.choice("complainant_kind", row["complainant_kind"]) if row["complainant_kind"] else ""
    nobody = "complainant" not in row["hidden"] and not row["complainant"]
    add("complainant", "投诉人", _("匿名") if nobody else row["complainant"], always=True, note=kind)
    add("phone", "电话", row["phone"], always=True)
    add("address", "地址", row["address"])
    add("account_no", "户号", row["account_no"])
    add("neighbourhood", "小区", row["neighbourhood"], note=words.term(row["district"]) if row["district"] else "")
    if not row["neighbourhood"]:
        add("district", "片区", words.term(row["district"]) if row["district"] else None)
    add("happened_at", "发生时间", _moment(row["happened_at"]))
    add("received_at", "接到时间", _moment(row["received_at"]))
    add("registered_at", "登记时间", _moment(row["registered_at"]), note=registrar or "")
    form = words.choice("form", row["form"]) if row["form"] else ""
    add("channel", "渠道", words.term(row["channel"]) if row["channel"] else None, note=form)
    add("forwarded_by", "转呈", row["forwarded_by"])
    add("forward_no", "来文编号", row["forward_no"])
    add("forward_due_at", "来文时限", _moment(row["forward_due_at"]))
    accused = "、".join(name for name in [row["complained_unit"], *(row["accused"] or [])] if name)
    add("complained_unit", "投诉对象", accused)
    if row["kind"] and row["kind"] != "complaint":
        add("kind", "事项", words.choice("kind", row["kind"]))
    return found


def office(row: Row) -> list[Fact]:
    """What discipline and the chairman have said, on their track."""
    if row["track"] != DISCIPLINE:
        return []
    founded = None if row["founded"] is None else _("属实") if row["founded"] else _("不属实")
    named = (("founded", "调查认定", founded), ("opinion", "处理意见", row["opinion"]),
             ("summary", "摘要", row["summary"]), ("instruction", "批示", row["instruction"]))  # fmt: skip
    return [Fact(_(label), value) for name, label, value in named if value and name not in row["hidden"]]


def _moment(at: datetime | None) -> str | None:
    return words.full(at) if at else None


def owed(row: Row, at: datetime, held: list[Row], book: Book) -> list[Owed]:
    """Open ones first, by deadline; then what was met, the latest first; what fell away last.

    held: the ticket's assignments, for whoever may know who had it when.
    """
    order = {"pending": 0, "late": 0, "on_time": 1, "void": 2}
    rows = sorted(row["obligations"], key=lambda o: o["opened_at"], reverse=True)
    rows.sort(key=lambda o: o["due_at"].timestamp() if words.is_open(o) else 0)
    rows.sort(key=lambda o: 0 if words.is_open(o) else max(1, order[o["state"]]))
    found = [_owed(o, row, at) for o in rows]
    for one in found:
        if one.row["kind"] == "handle":
            one.held.extend(_holders(one.row, held, at, book))
    return found


def _holders(o: Row, held: list[Row], at: datetime, book: Book) -> list[str]:
    """二次供水公司 11-26 05:10–05:19，东城营业所 05:37 起: nothing where one unit had it all the time."""
    until = o["settled_at"] or o["voided_at"] or at
    mine = [one for one in held if one["round"] == o["round"] and one["assigned_at"] <= until
            and (one["ended_at"] or until) > o["opened_at"]]  # fmt: skip
    if len({one["unit_id"] for one in mine}) < 2:
        return []
    said = []
    for one in mine:
        unit = words.term(book.register("unit").name(one["unit_id"]))
        since = words.short(one["assigned_at"], at)
        if one["ended_at"]:
            said.append(_("%(unit)s %(since)s 至 %(until)s", unit=unit, since=since,
                          until=words.short(one["ended_at"], at)))  # fmt: skip
        else:
            said.append(_("%(unit)s %(since)s 起", unit=unit, since=since))
    return said


def _owed(o: Row, row: Row, at: datetime) -> Owed:
    name = words.term(OBLIGATIONS[o["kind"]])
    if o["kind"] in ("handle", "callback") and o["round"]:
        name = _("%(name)s，第 %(round)s 轮", name=name, round=o["round"])
    when = words.long_before(o["due_at"], at) if words.is_open(o) else words.before(o["due_at"], at)
    if o["settled_at"]:
        when = _("%(due)s，%(done)s 完成", due=when, done=words.short(o["settled_at"], at))
    elif o["voided_at"]:
        when = _("%(due)s，因“%(why)s”作废", due=when, why=_why(o["void_reason"]))
    used = None
    if words.is_open(o):
        length = (o["due_at"] - o["opened_at"]).total_seconds()
        used = min(100.0, max(0.0, 100 * (at - o["opened_at"]).total_seconds() / length)) if length > 0 else 100.0
    unit = _("（承接不足 24 小时）") if o["inherited"] else ""
    return Owed(o, name, when, used, f"{o['unit']}{unit}" if o["unit"] else "")


def _why(reason: str | None) -> str:
    named = {"corrected": "更正误操作", "amended": "补正"}
    if reason in named:
        return _(named[reason])
    try:
        return words.action(reason or "")
    except KeyError:
        return reason or words.NOTHING


def related(session: Session, sight: Sight, row: Row, asking: Asking) -> tuple[list[Related], int]:
    """Tickets linked with this one, in sight; of those that follow it the first few, and how many there are."""
    me = sight.ticket
    following, repeating = Ticket.main_id == me.id, Ticket.repeat_of_id == me.id
    first = (
        select(Ticket.id, following.label("follows"), func.count().over(partition_by=following).label("many"))
        .where(or_(following, repeating), scope.visible(asking.by))
        .order_by(following.desc(), Ticket.id)
        .limit(FOLLOWERS)
        .subquery()
    )
    to, back, others = together(
        session,
        select(Link.to_id, Link.kind).where(Link.ticket_id == me.id),
        select(Link.ticket_id, Link.kind).where(Link.to_id == me.id, Link.kind != "same_matter"),
        select(first.c.id, first.c.follows, first.c.many),
    )
    kinds: dict[int, str] = dict([*to, *back])  # type: ignore[arg-type]
    followers = 0
    for other, follows, many in others:
        kinds.setdefault(other, "same_matter" if follows else "repeat")
        followers = many if follows else followers
    for one in (me.main_id, me.repeat_of_id):
        if one is not None:
            kinds.setdefault(one, "repeat" if one == me.repeat_of_id else "same_matter")
    seen = view.sights(session, list(kinds), asking.by, asking.at) if kinds else []
    rows = view.tickets(session, seen, asking.by, asking.at, asking.book) if seen else []
    return [Related(other, _how(other, row, kinds[other["id"]])) for other in rows], followers


def _how(other: Row, row: Row, kind: str) -> str:
    if row["main"] == other["no"]:
        return _("主单")
    if other["main"] == row["no"]:
        return _("跟随本单")
    if row["repeat_of"] == other["no"]:
        return _("本件是它的重复投诉")
    if other["repeat_of"] == row["no"]:
        return _("它是本件的重复投诉")
    return words.term(LINK_KINDS.get(kind))


def provisional(row: Row, asking: Asking) -> list[int]:
    """Years not announced yet on which an open deadline in working days rests."""
    calendar = asking.book.calendar
    years: set[int] = set()
    for o in row["obligations"]:
        if words.is_open(o) and o["kind"] in ("callback", "opinion", "investigate", "instruct", "feed_back"):
            years |= set(calendar.provisional(words.local(o["opened_at"]).date(), words.local(o["due_at"]).date()))
    return sorted(years)
