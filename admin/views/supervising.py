"""督办台: what is late or will be, by unit and by person; disputes, third rounds, remarks and what followed, today."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import abort, render_template, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _

from admin import words
from admin.current import book, current_actor, now, session
from admin.guarding import BaseView
from admin.views import board, listing
from admin.views.board import SPANS, Holders, Turn, Turns
from admin.views.filters import Asking
from admin.views.pages import OVERSEERS
from models.actor import Actor
from models.policy import DISCIPLINE, QUALITY

HEADS = {"late": "已逾期", "4h": "4 小时内", "today": "今日到期", "tomorrow": "明日到期"}
BOARD = {"register": "登记", "assign": "转办", "submit": "报送结果", "call_back": "回访"}
OFFICES = {"desk": "热线与运营管理部", "discipline": "集团纪检监察室", "chairman": "集团董事长"}


class SupervisionView(BaseView):
    """For those who oversee; what each of them sees, the scope decides."""

    route_base = "/supervision"
    default_view = "board"

    @expose("/")
    def board(self) -> Any:
        by, at = current_actor(), now()
        if not by.roles_today & OVERSEERS:
            abort(404)
        asking = Asking(by, at, book())
        by_person = request.args.get("by") == "person"
        marks = board.marks(session(), asking)
        turns, records = board.counts(session(), asking)
        silent = [one.ticket_id for one in marks.silent[: board.SHOWN]]
        ids = {one.ticket_id for name in SECTIONS for one in marks.of(name)} | set(silent)
        rows = {row["id"]: row for row in listing.rows(session(), sorted(ids), asking)}
        posts = board.holders(session(), at)
        shown = _by_person(turns, posts) if by_person else _by_unit(turns, posts)
        return render_template(
            "supervision.html", title=_("督办台"), now=at, by_person=by_person, heads=HEADS, turns=shown, url=_url,
            total={span: sum(n[i] for n in turns.values()) for i, span in enumerate(SPANS)}, marks=marks,
            sections=_sections(marks, rows), records=_records(records), board=BOARD, days=board.DAYS,
            silent=[rows[i] for i in silent if i in rows], may_urge=lambda row: may_urge(by, row),
        )  # fmt: skip


def may_urge(by: Actor, row: Mapping[str, Any]) -> bool:
    """Whether a person may supervise a ticket: operations its own track, the office the other."""
    part = {QUALITY: "o", DISCIPLINE: "d"}[row["track"]]
    return row["state"] != "closed" and part in by.parts(None)


def _url(args: tuple[tuple[str, str], ...], due: str = "") -> str:
    pairs = [*args, *([("due", due)] if due else [])]
    return f"{url_for('TicketView.list')}?{urlencode(pairs)}"


def _unit(unit_id: int) -> str:
    return words.term(book().register("unit").name(unit_id))


def _by_unit(found: Turns, posts: Holders) -> list[Turn]:
    rows = []
    for unit_id in board.units_of(found):
        turn = Turn(_unit(unit_id), args=_of_units([unit_id]))
        turn.who = [_named(name, deputy) for _i, name, deputy in posts.get(("head", unit_id), [])]
        turn.add(found["unit", unit_id])
        rows.append(turn)
    rows.sort(key=lambda one: tuple(-one.counts[span] for span in SPANS))
    return [*rows, *_offices(found, posts)]


def _offices(found: Turns, posts: Holders) -> list[Turn]:
    """What no unit has: the desk's, the office's, the chairman's."""
    rows = []
    for office, name in OFFICES.items():
        if (office, None) in found:
            turn = Turn(_(name), args=board.CONDITIONS[office])
            turn.who = [_named(n, deputy) for (post, _u), some in posts.items() if post == office
                        for _i, n, deputy in some]  # fmt: skip
            turn.add(found[office, None])
            rows.append(turn)
    return rows


def _by_person(found: Turns, posts: Holders) -> list[Turn]:
    """By the heads of the units, deputies too: what is late is theirs to answer for. What is with an office stands
    under whoever holds its post, or under the office."""
    units: dict[tuple[int, str], list[int]] = {}
    for unit_id in board.units_of(found):
        for user_id, name, deputy in posts.get(("head", unit_id), [(0, _("没有负责人"), False)]):
            units.setdefault((user_id, _named(name, deputy)), []).append(unit_id)
    rows = []
    for (_user_id, name), theirs in units.items():
        names = [_unit(unit_id) for unit_id in theirs]
        turn = Turn(name, names, _of_units(theirs))
        for unit_id in theirs:
            turn.add(found["unit", unit_id])
        rows.append(turn)
    rows.sort(key=lambda one: tuple(-one.counts[span] for span in SPANS))
    for office in _offices(found, posts):
        if office.who:
            office.name, office.who = _("、").join(office.who), [office.name]
        rows.append(office)
    return rows


def _of_units(ids: list[int]) -> tuple[tuple[str, str], ...]:
    return (*(("unit", str(unit_id)) for unit_id in ids), ("state", "handling"))


def _named(name: str, deputy: bool) -> str:
    return _("%(who)s（代）", who=name) if deputy else name


SECTIONS = ("late", "disputed", "rounds")


def _sections(marks: board.Marks, rows: Mapping[int, Any]) -> list[dict[str, Any]]:
    """The lists of tickets: heading, how many, the address of all of them, the first few."""
    said = (
        ("late", _("逾期最久的"), (("due", "late"),), _("现在没有逾期的工单。")),
        ("disputed", _("退回两次及以上"), (("returned", "2"),), _("没有反复退回的工单。")),
        ("rounds", _("第 3 轮及以上"), (("state", "open"), ("round", "3")), _("没有办到第 3 轮的工单。")),
    )
    return [
        {"heading": heading, "count": marks.count(name), "url": _url(args), "none": none,
         "rows": [rows[one.ticket_id] for one in marks.of(name) if one.ticket_id in rows]}
        for name, heading, args, none in said
    ]  # fmt: skip


def _records(records: list[board.Record]) -> list[dict[str, Any]]:
    return [
        {"unit": _unit(one.unit_id), "late": one.late, "due": one.due, "url": _url((("unit_late", str(one.unit_id)),))}
        for one in records
    ]
