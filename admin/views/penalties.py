"""责任追究: one list to decide from, each penalty with the facts that led to it, and everybody's own (POLICY §6)."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from admin import deciding, errors, watch, words
from admin.current import book, current_actor, now, session
from admin.guarding import BaseView
from admin.views import forms
from admin.views.pages import DECIDERS
from models import penalties, view
from models.actor import Actor
from models.penalties import scope
from models.penalties.line import barred
from models.penalty_workflow import ACTIONS, FACTS, PARTS, STATES, Action, action_name
from models.policy import PENALTIES
from models.refusals import Invalid, NoPenalty, NotYours, Refused, StalePenalty, WrongState
from models.tables import Penalty, PenaltyEvent, PenaltyFact, PenaltyText
from models.types import SHANGHAI

MOST = 300
CONDUCTS = {clause: conduct for clause, conduct, *_amounts in PENALTIES}


@dataclass
class One:
    """A penalty as a page shows it. level: `whole`, or `own`: then nothing of its ticket."""

    penalty: Penalty
    level: str
    facts: list[str] = field(default_factory=list)
    why_not: str = ""
    """Why the reader cannot confirm or withdraw it; empty: they can."""

    @property
    def owed(self) -> str:
        p = self.penalty
        amount = words.yuan(p.amount) if p.amount is not None else ""
        return "，".join(part for part in (amount, _(p.measure) if p.measure else "") if part) or words.NOTHING


def is_decider() -> bool:
    return bool(current_actor().roles_today & DECIDERS)


def month_of(written: str | None) -> tuple[date, datetime, datetime] | None:
    """A month from an address, "2026-11", with its first instant and that of the next one."""
    try:
        first = date.fromisoformat(f"{written}-01")
        after = (first + timedelta(days=31)).replace(day=1)
    except (ValueError, OverflowError):
        return None
    return first, datetime.combine(first, time(), SHANGHAI), datetime.combine(after, time(), SHANGHAI)


def beside(first: date) -> tuple[str, str]:
    """The months before and after one, as addresses have them."""
    return f"{first - timedelta(days=1):%Y-%m}", f"{first + timedelta(days=31):%Y-%m}"


class PenaltiesView(BaseView):
    """For those who decide, and for everybody their own."""

    route_base = "/penalties"
    default_view = "list"

    @expose("/")
    def list(self) -> Any:
        if not is_decider():
            abort(404)
        return _list(MultiDict(), [])

    @expose("/decide", methods=["POST"])
    def decide(self) -> Any:
        """Confirm or withdraw several, each in a transaction of its own and by its own event."""
        if not is_decider():
            abort(404)
        typed = MultiDict(request.form)
        name = "confirm" if typed.get("do") == "confirm" else "withdraw"
        refused: list[str] = []
        done = 0
        for mark in typed.getlist("t")[:MOST]:
            number, _colon, version = mark.partition(":")
            pk = int(number) if number.isascii() and number.isdecimal() and len(number) < 17 else 0
            try:
                _decide(pk, name, version, typed)
                done += 1
            except NoPenalty as no:
                refused.append(errors.say(no.code))
            except Refused as no:
                reasons = no.errors.values() if isinstance(no, Invalid) else ()
                said = "".join(errors.reason(why) for why in reasons) or errors.say(no.code, **no.facts)
                who = session().get_one(Penalty, pk).person or _("（未定人）")
                refused.append(f"{who}：{said}")
        if done:
            flash(_("已%(action)s %(n)s 件。", action=_(ACTIONS[name].zh), n=done), "success")
        if not done and not refused:
            refused.append(_("没有勾选。"))
        if refused:
            return _list(typed, refused), 422
        return redirect(url_for("PenaltiesView.list", **_month_asked(typed)), 303)

    @expose("/mine")
    def mine(self) -> Any:
        by = current_actor()
        rows = session().scalars(_rows().where(scope.own(by)).order_by(Penalty.confirmed_at.desc()).limit(MOST)).all()
        found = [One(p, "own") for p in rows]
        able = {p.id for p in rows if "appeal" in {a.name for a in _may(p, "own")}}
        return render_template("penalties_mine.html", title=_("我的追究"), found=found, able=able, conducts=CONDUCTS)

    @expose("/<int:pk>")
    def show(self, pk: int) -> Any:
        return _page(pk)

    @expose("/<int:pk>/<name>")
    def form(self, pk: int, name: str) -> Any:
        """An action's own page."""
        action, one = _action(name), _one(pk)
        try:
            penalties.permitted(session(), one.penalty, action, current_actor(), now(), one.level)
        except (NotYours, WrongState) as no:
            flash(errors.say(no.code, **no.facts), "warning")
            return _page(pk), no.status
        return _form(one, action, None, {}, "")

    @expose("/<int:pk>/<name>", methods=["POST"])
    def act(self, pk: int, name: str) -> Any:
        action, typed = _action(name), MultiDict(request.form)
        _one(pk)
        try:
            given, once = forms.given(action.fields, typed), typed.get("once") or None
            deciding.decide(pk, name, given, typed.get("version"), once)
        except NoPenalty:
            raise
        except Refused as no:
            wrong = {f: errors.reason(why) for f, why in no.errors.items()} if isinstance(no, Invalid) else {}
            said = errors.say(no.code, **no.facts)
            if isinstance(no, NotYours | WrongState | StalePenalty) or not action.fields:
                flash(said, "danger")
                return _page(pk), no.status
            return _form(_one(pk), action, typed, wrong, said), no.status
        if name == "print":
            no = _last_print(pk)
            return redirect(url_for("PenaltyPaperView.notice", pk=pk, no=no), 303)
        flash(_("已%(action)s。", action=_(action.zh)), "success")
        seen = scope.level_of(session(), pk, current_actor())
        back = url_for("PenaltiesView.show", pk=pk) if seen else url_for("PenaltiesView.list")
        return redirect(back, 303)


def _rows() -> Any:
    related = (Penalty.ticket, Penalty.unit, Penalty.exposure)
    return select(Penalty).options(*(joinedload(one) for one in related))


def _action(name: str) -> Action:
    action = ACTIONS.get(name)
    if action is None or name == "propose":
        raise NoPenalty
    return action


def _one(pk: int) -> One:
    """A penalty as the reader may see it. Raises NoPenalty."""
    level = scope.level_of(session(), pk, current_actor()) if 0 < pk < 2**53 else None
    if level is None:
        raise NoPenalty
    penalty = session().scalars(_rows().where(Penalty.id == pk).execution_options(populate_existing=True)).one()
    if penalty.ticket is not None and level == "whole":
        watch.sight(penalty.ticket.id)  # that a discipline ticket is read here is recorded as anywhere
    return One(penalty, level, _facts([penalty]).get(pk, []) if level == "whole" else [])


def _facts(rows: Any) -> dict[int, list[str]]:
    """The facts that led a rule to each proposal, in words."""
    found: dict[int, list[str]] = {}
    units = book().register("unit")
    mine = PenaltyFact.penalty_id.in_([p.id for p in rows])
    for fact in session().scalars(select(PenaltyFact).where(mine).order_by(PenaltyFact.n)):
        said = f"{words.full(fact.at)} {_(FACTS[fact.what])}"
        name = units.name(fact.unit_id)
        found.setdefault(fact.penalty_id, []).append(f"{said}（{_(name)}）" if name else said)
    return found


def _may(penalty: Penalty, level: str) -> list[Action]:
    return penalties.available(session(), penalty, current_actor(), now(), level)


def _decide(pk: int, name: str, version: str, typed: MultiDict[str, str]) -> None:
    """One of several: an amount or measure goes to those that have none."""
    penalty = session().get(Penalty, pk)
    open_ = penalty is not None and penalty.amount is None and not penalty.measure
    asked = {"withdraw": ("reason",), "confirm": ("amount", "measure") if open_ else ()}[name]
    given = {f: value for f in asked if (value := typed.get(f, "").strip())}
    once = typed.get("once")
    deciding.decide(pk, name, given, version, f"{once}-{pk}" if once else None)


def _month_asked(typed: MultiDict[str, str]) -> dict[str, str]:
    month = typed.get("month") or request.args.get("month") or ""
    return {"month": month} if month_of(month) else {}


def _list(typed: MultiDict[str, str], refused: list[str]) -> Any:
    """What waits; or all that was proposed in a month."""
    by, at, asked = current_actor(), now(), _month_asked(typed).get("month")
    month = month_of(asked)
    waits = Penalty.state.in_(("proposed", "appealed"))
    chosen = Penalty.proposed_at.between(month[1], month[2] - timedelta(microseconds=1)) if month else waits
    query = _rows().where(scope.overseen(by), chosen).order_by(Penalty.clause, Penalty.unit_id, Penalty.conduct_at,
                                                               Penalty.conduct, Penalty.n)  # fmt: skip
    rows = session().scalars(query.limit(MOST)).all()
    watch.opened(_sights(rows))
    not_mine, facts = barred(session(), rows, by, at), _facts(rows)
    found = [One(p, "whole", facts.get(p.id, []), _why_not(p, by, not_mine)) for p in rows]
    groups = []
    for clause in dict.fromkeys(p.clause for p in rows):
        mine = [one for one in found if one.penalty.clause == clause]
        groups.append({
            "clause": clause, "conduct": CONDUCTS.get(clause, ""), "rows": mine,
            "able": any(one.penalty.state == "proposed" and not one.why_not for one in mine),
            "asks": any(one.penalty.state == "proposed" and one.penalty.amount is None and not one.penalty.measure
                        for one in mine),
        })  # fmt: skip
    this_month = f"{words.local(at):%Y-%m}"
    before, after = beside(month[0] if month else date.fromisoformat(f"{this_month}-01"))
    return render_template(
        "penalties.html", title=_("待确认追究") if month is None else _("%(month)s 的追究", month=asked), groups=groups,
        month=asked or "", this_month=this_month, before=before, after=after, typed=typed, refused=refused,
        once=secrets.token_urlsafe(12), most=MOST, many=len(rows), now=at,
        pays=bool(by.roles_today & {"operations", "discipline"}),
    )  # fmt: skip


def _sights(rows: Any) -> list[Any]:
    ids = [p.ticket_id for p in rows if p.ticket_id is not None]
    return view.sights(session(), ids, current_actor(), now()) if ids else []


def _why_not(penalty: Penalty, by: Actor, not_mine: set[int]) -> str:
    if penalty.state != "proposed":
        return _(STATES[penalty.state].zh)
    ever = ACTIONS["confirm"].ever_by(penalty.clause)
    if not by.parts(None) & ever:
        return _("由%(who)s确认", who="、".join(_(PARTS[part]) for part in PARTS if part in ever))
    return _("本人或同一条线，由别人确认") if penalty.id in not_mine else ""


def _page(pk: int) -> Any:
    one = _one(pk)
    return render_template(
        "penalty.html", title=_("责任追究"), one=one, p=one.penalty, conduct=CONDUCTS.get(one.penalty.clause, ""),
        actions=_may(one.penalty, one.level), entries=_entries(one), once=secrets.token_urlsafe(12),
    )  # fmt: skip


def _entries(one: One) -> list[dict[str, Any]]:
    """The log in words, the newest first. Who was fined reads what was decided, not by whom it was proposed."""
    pk = one.penalty.id
    texts: dict[int, list[str]] = {}
    for text in session().scalars(select(PenaltyText).where(PenaltyText.penalty_id == pk)):
        if text.field == "reason":
            texts.setdefault(text.event_no, []).append(text.value)
    query = select(PenaltyEvent).where(PenaltyEvent.penalty_id == pk).order_by(PenaltyEvent.no.desc())
    hidden = () if one.level == "whole" else ("propose", "adopt", "print")
    return [
        {
            "at": event.at, "what": _(action_name(event.action)), "says": texts.get(event.no, []),
            "who": (words.person(event.actor) if event.actor else _("系统")) if one.level == "whole" else "",
            "whom": words.person(event.principal) if event.principal and one.level == "whole" else "",
        }
        for event in session().scalars(query)
        if event.action not in hidden
    ]  # fmt: skip


def _form(one: One, action: Action, typed: MultiDict[str, str] | None, wrong: dict[str, str], problem: str) -> Any:
    p = one.penalty
    defaults = {}
    if action.name == "confirm":
        defaults = {"amount": f"{p.amount:.2f}".removesuffix(".00") if p.amount is not None else "",
                    "measure": p.measure}  # fmt: skip
    controls = forms.controls(action.fields, typed, wrong, {}, defaults)
    for control in controls:
        if control.name == "person":
            control.hint = _("账号；没有账号的写姓名。") + (_("留空即%(who)s。", who=p.person) if p.person else "")
            control.required = not p.person
        elif control.name == "reason" and action.name != "appeal":
            control.hint = _("被追究人看得到；不要写投诉人的信息。")
    return render_template(
        "penalty_act.html", title=_(action.zh), one=one, p=p, action=action, controls=controls, problem=problem,
        version=p.version, once=secrets.token_urlsafe(12), conduct=CONDUCTS.get(p.clause, ""),
    )  # fmt: skip


def _last_print(pk: int) -> int:
    mine = (PenaltyEvent.penalty_id == pk, PenaltyEvent.action == "print",
            PenaltyEvent.actor_id == current_actor().user_id)  # fmt: skip
    return session().scalar(select(PenaltyEvent.no).where(*mine).order_by(PenaltyEvent.no.desc()).limit(1)) or 0


def payable(by: Actor) -> Any:
    """What a person may have on the payroll's list: what they oversee, and their own, which hides nothing there."""
    return or_(scope.overseen(by), scope.own(by))
