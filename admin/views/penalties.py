"""责任追究: one list to decide from, each penalty with the facts that led to it, and everybody's own (POLICY §6)."""

from __future__ import annotations

import secrets
from datetime import date, timedelta
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from admin import deciding, errors, watch, words
from admin.current import current_actor, now, session
from admin.guarding import BaseView
from admin.views import forms, inbox
from admin.views import penalty_parts as parts
from admin.views.pages import DECIDERS
from admin.views.penalty_parts import CONDUCTS, One, beside, entries, facts_of, find, month_of
from models import penalties, view
from models.actor import Actor
from models.penalties import scope
from models.penalties.line import barred
from models.penalty_workflow import ACTIONS, PARTS, STATES, Action
from models.refusals import Invalid, NoPenalty, NotYours, Refused, StalePenalty, WrongState
from models.tables import Penalty, PenaltyEvent

MOST = 300
FOLLOWS = lazy_gettext("确认后本人看得到，可以在申诉期限内申诉一次；申诉期间不扣发。")
"""What confirming sets going, said beside the button."""
JUDGES = frozenset({"uphold", "revoke"})
"""Actions that decide an appeal: who appealed, and how, stands beside their form."""


def is_decider() -> bool:
    return bool(current_actor().roles_today & DECIDERS)


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
                wrong = no.errors if isinstance(no, Invalid) else {}
                said = "".join(_of_field(name, f, why) for f, why in wrong.items()) or errors.say(no.code, **no.facts)
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
        rows = (
            session().scalars(parts.rows().where(scope.own(by)).order_by(Penalty.confirmed_at.desc()).limit(MOST)).all()
        )
        found = [One(p, "own") for p in rows]
        able = {p.id for p in rows if "appeal" in {a.name for a in _may(p, "own")}}
        return render_template("penalties_mine.html", title=_("我的追究"), found=found, able=able, conducts=CONDUCTS,
                               until={p.id: parts.until(p, now()) for p in rows})  # fmt: skip

    @expose("/<int:pk>")
    def show(self, pk: int) -> Any:
        return _page(pk)

    @expose("/<int:pk>/<name>")
    def form(self, pk: int, name: str) -> Any:
        """An action's own page."""
        action, one = _action(name), find(pk)
        try:
            penalties.permitted(session(), one.penalty, action, current_actor(), now(), one.level)
        except (NotYours, WrongState) as no:
            flash(errors.say(no.code, **no.facts), "warning")
            return _page(pk), no.status
        return _form(one, action, None, {}, "")

    @expose("/<int:pk>/<name>", methods=["POST"])
    def act(self, pk: int, name: str) -> Any:
        action, typed = _action(name), MultiDict(request.form)
        find(pk)
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
            return _form(find(pk), action, typed, wrong, said), no.status
        if name == "print":
            no = _last_print(pk)
            return redirect(url_for("PenaltyPaperView.notice", pk=pk, no=no), 303)
        flash(_("已%(action)s。", action=_(action.zh)), "success")
        seen = scope.level_of(session(), pk, current_actor())
        back = url_for("PenaltiesView.show", pk=pk) if seen else url_for("PenaltiesView.list")
        return redirect(back, 303)


def _of_field(name: str, field: str, why: Any) -> str:
    """What is wrong, with the field's name: in a list of people nothing else says which field it is."""
    zh = next((one.zh for one in ACTIONS[name].fields if one.name == field), "")
    return f"{_(zh)}——{errors.reason(why)}" if zh else errors.reason(why)


def _action(name: str) -> Action:
    action = ACTIONS.get(name)
    if action is None or name == "propose":
        raise NoPenalty
    return action


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
    query = parts.rows().where(scope.overseen(by), chosen).order_by(Penalty.clause, Penalty.unit_id, Penalty.conduct_at,
                                                               Penalty.conduct, Penalty.n)  # fmt: skip
    rows = session().scalars(query.limit(MOST)).all()
    watch.opened(_sights(rows))
    not_mine, facts = barred(session(), rows, by, at), facts_of(list(rows))
    found = [One(p, "whole", facts.get(p.id, []), _why_not(p, by, not_mine)) for p in rows]
    # Who may decide an appeal is asked of the same table as the form.
    appeals = {p.id for p in rows if p.state == "appealed" and "uphold" in {a.name for a in _may(p, "whole")}}
    groups, there = [], {p.clause for p in rows}
    for clause in [*(c for c in CONDUCTS if c in there), *sorted(there - CONDUCTS.keys())]:
        mine = [one for one in found if one.penalty.clause == clause]
        groups.append({
            "clause": clause, "conduct": CONDUCTS.get(clause, ""), "rows": mine,
            "typed": typed if typed.get("clause") == clause else MultiDict(),
            "able": any(one.penalty.state == "proposed" and not one.why_not for one in mine),
            "asks": any(one.penalty.state == "proposed" and one.penalty.amount is None and not one.penalty.measure
                        for one in mine),
        })  # fmt: skip
    this_month = f"{words.local(at):%Y-%m}"
    before, after = beside(month[0] if month else date.fromisoformat(f"{this_month}-01"))
    return render_template(
        "penalties.html", title=_("待确认追究") if month is None else _("%(month)s 的追究", month=asked), groups=groups,
        appeals=appeals,
        month=asked or "", this_month=this_month, before=before, after=after, typed=typed, refused=refused,
        once=secrets.token_urlsafe(12), most=MOST, many=len(rows), now=at,
        follows=FOLLOWS, pays=bool(by.roles_today & {"operations", "discipline"}),
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
    one = find(pk)
    inbox.opened(penalty_id=pk)
    return render_template(
        "penalty.html", title=_("责任追究"), one=one, p=one.penalty, conduct=CONDUCTS.get(one.penalty.clause, ""),
        actions=_may(one.penalty, one.level), entries=entries(one), until=parts.until(one.penalty, now()),
    )  # fmt: skip


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
        follows=_follows(action, p), until=parts.until(p, now()),
        appeal=parts.appeal_of(one) if action.name in JUDGES else None,
    )  # fmt: skip


def _follows(action: Action, p: Penalty) -> str:
    """What an action sets going."""
    if action.name == "appeal" and p.appeal_due_at is not None:
        return _("只能申诉一次，%(when)s 前提出；由没有经手确认的人裁定。裁定之前不扣发；已经扣发的，撤销后退还。",
                 when=words.full(p.appeal_due_at))  # fmt: skip
    return {"confirm": str(FOLLOWS), "uphold": _("驳回后照原决定扣发，不能再申诉。"),
            "revoke": _("撤销后不扣发；已经扣发的，列入当月扣发清单退还。")}.get(action.name, "")  # fmt: skip


def _last_print(pk: int) -> int:
    mine = (PenaltyEvent.penalty_id == pk, PenaltyEvent.action == "print",
            PenaltyEvent.actor_id == current_actor().user_id)  # fmt: skip
    return session().scalar(select(PenaltyEvent.no).where(*mine).order_by(PenaltyEvent.no.desc()).limit(1)) or 0
