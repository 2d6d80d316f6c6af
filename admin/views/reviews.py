"""总结改进 (第九条): the reviews in sight, each with its figures first; forms of those who write and release."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from admin import errors, watch, words
from admin.current import book, current_actor, now, session, transact
from admin.guarding import BaseView
from admin.views import forms, review_form, review_parts
from admin.views.review_parts import One, find
from models import reviews
from models.organisation import Unit
from models.policy import QUALITY
from models.refusals import Invalid, NoReview, NotYours, Reason, Refused, WrongState
from models.review_workflow import ACTIONS, Action
from models.reviews import periods, scope, wording
from models.tables import Review
from models.types import local_date

MOST = 300
TABS = (("", "全部"), ("write", "待写"), ("judge", "待审阅"), ("released", "已发布"), ("undone", "到期未报落实"))
FOLLOWS = {
    "send_back": lazy_gettext("退回后数字重新按当时统计，再次提交时冻结。"),
    "release": lazy_gettext("发布后各单位都看得到；按语、原因、教训和措施里的姓名、住址、号码隐去，不显示责任人。"),
    "carry_out": lazy_gettext("各单位都看得到落实日期；怎么落实的由本单位和运营管理部看到。报错了就再报一次。"),
    "comment": lazy_gettext("意见由本单位、集团领导和董事长看到，其他单位看不到。"),
}  # fmt: skip


class ReviewView(BaseView):
    """For units that write, operations that releases, and all who read."""

    route_base = "/reviews"
    default_view = "list"

    @expose("/")
    def list(self) -> Any:
        by, at = current_actor(), now()
        if not by.roles_today & scope.READERS:
            abort(404)
        chosen = request.args.get("show", "")
        narrow = {"write": scope.to_write(by), "judge": scope.to_judge(by), "released": Review.state == "released",
                  "undone": scope.to_report(by, local_date(at))}  # fmt: skip
        query = select(Review).options(joinedload(Review.unit)).where(scope.visible(by))
        if chosen in narrow:
            query = query.where(narrow[chosen])
        rows = session().scalars(query.order_by(Review.starts.desc(), Review.ends, Review.unit_id).limit(MOST))
        found = [(row, review_parts.called(periods.Period(row.starts, row.ends)), review_parts.state(row))
                 for row in rows.unique()]  # fmt: skip
        return render_template("reviews.html", title=_("单位总结"), found=found, chosen=chosen, tabs=TABS, now=at,
                               may_open=_may_open(), most=MOST)  # fmt: skip

    @expose("/new", methods=["GET", "POST"])
    def new(self) -> Any:
        """Begin a review of any period that has begun, or come to the one that is there."""
        if not _may_open():
            abort(404)
        typed = MultiDict(request.form)
        if request.method == "GET":
            return _new_page(None, {}, "")
        try:
            pk = transact(lambda: _open(typed))
        except Refused as no:
            wrong = {f: errors.reason(why) for f, why in no.errors.items()} if isinstance(no, Invalid) else {}
            return _new_page(typed, wrong, errors.say(no.code, **no.facts)), no.status
        return redirect(url_for("ReviewView.show", pk=pk), 303)

    @expose("/<int:pk>")
    def show(self, pk: int) -> Any:
        return _page(find(pk))

    @expose("/<int:pk>/chart/<name>")
    def chart(self, pk: int, name: str) -> Any:
        """A chart of its figures, as SVG."""
        drawn = current_app.extensions["reviews"].picture(review_parts.figures(find(pk).review), name)
        if drawn is None:
            abort(404)
        return Response(drawn, content_type="image/svg+xml")

    @expose("/<int:pk>/file")
    def file(self, pk: int) -> Any:
        """The review as it is read here, to take along; that it was taken is recorded."""
        one, form = find(pk), request.args.get("format", "docx")
        made = current_app.extensions["reviews"].file(
            review_parts.figures(one.review), review_parts.spoken(one), one.review.submitted_at, form
        )  # fmt: skip
        if made is None:
            abort(404)
        watch.note("exported", what="review", review=pk, format=form, level=one.level)
        session().commit()
        data, kind = made
        answer = Response(data, content_type=kind)
        name = f"review-{one.review.unit_id}-{one.period.code}.{form}"
        answer.headers.set("Content-Disposition", "attachment", filename=name)
        return answer

    @expose("/<int:pk>/<name>")
    def form(self, pk: int, name: str) -> Any:
        """An action's own page."""
        one, action = find(pk), _action(name)
        try:
            reviews.permitted(one.review, action, current_actor())
        except (NotYours, WrongState) as no:
            flash(errors.say(no.code, **no.facts), "warning")
            return _page(one), no.status
        return review_form.write(one, None, {}, "") if name == "write" else _form(one, action, None, {}, "")

    @expose("/<int:pk>/<name>", methods=["POST"])
    def act(self, pk: int, name: str) -> Any:
        action, typed = _action(name), MultiDict(request.form)
        find(pk)
        try:
            given = review_form.given(typed) if name == "write" else forms.given(action.fields, typed)
            transact(lambda: _act(pk, name, given, typed))
        except NoReview:
            raise
        except Refused as no:
            return _refused(find(pk), action, typed, no), no.status
        flash(_("已存。") if name == "write" else _("已%(action)s。", action=_(action.zh)), "success")
        return redirect(url_for("ReviewView.show", pk=pk), 303)


def _may_open() -> bool:
    by = current_actor()
    return bool(by.heads) or "operations" in by.roles


def _action(name: str) -> Action:
    action = ACTIONS.get(name)
    if action is None or action.start is None:
        raise NoReview
    return action


def _act(pk: int, name: str, given: dict[str, Any], typed: MultiDict[str, str]) -> int:
    """Take the action; what is frozen is counted before anything is locked."""
    figures = review_parts.counted(session().get_one(Review, pk)) if name == "submit" else None
    return reviews.act(session(), pk, name, given, by=current_actor(), at=now(), book=book(),
                       version=typed.get("version"), figures=figures, once=typed.get("once") or None)  # fmt: skip


def _open(typed: MultiDict[str, str]) -> int:
    period = periods.read(typed.get("period", ""))
    if period is None:
        raise Invalid({"period": Reason("not_a_period")})
    unit_id = forms.number(typed.get("unit", ""))
    if unit_id is None:
        raise Invalid({"unit": Reason("required")})
    return reviews.open_(session(), unit_id, period, by=current_actor(), at=now(), book=book()).id


def _refused(one: One, action: Action, typed: MultiDict[str, str], no: Refused) -> Any:
    """What was typed comes back, with what was wrong; a review that moved on is shown beside it."""
    wrong = {f: errors.reason(why) for f, why in no.errors.items()} if isinstance(no, Invalid) else {}
    said = errors.say(no.code, **no.facts)
    if action.name == "write":  # whatever has become of the review, what was typed is still there to copy
        return review_form.write(one, typed, wrong, said, moved=not isinstance(no, Invalid))
    if action.name == "submit" and isinstance(no, Invalid) and "period" not in wrong:
        return review_form.write(one, None, wrong, _("还差几项，补上再提交。"))
    if action.fields and not isinstance(no, NotYours):
        return _form(one, action, typed, wrong, said)
    flash(wrong.get("period") or said, "danger")
    return _page(one)


def _page(one: One) -> Any:
    review = one.review
    found, spoken, today = review_parts.figures(review), review_parts.spoken(one), local_date(now())
    return render_template(
        "review.html", title=one.title, one=one, r=review, document=found, figures=review_parts.lines(found),
        series=review_parts.series(found), effects=review_parts.effects(found),
        outcomes=review_parts.outcomes(review), spoken=spoken,
        explained=_(wording.SENTENCES["explained"]), actions=reviews.available(review, current_actor()),
        entries=review_parts.entries(review) if one.level == "whole" else [], once=secrets.token_urlsafe(12),
        carried_out={line.n: wording.carried_out(line.done, line.due, today) for line in spoken.lines}, now=now(),
        undone=wording.UNDONE, state=one.state,
    )  # fmt: skip


def _form(one: One, action: Action, typed: MultiDict[str, str] | None, wrong: dict[str, str], problem: str) -> Any:
    controls = forms.controls(action.fields, typed, wrong, {}, _defaults(one, action))
    for control in controls:
        control.long = True
        if control.name == "measure":
            review_form.offer(control, one.review)
    return render_template(
        "review_act.html", title=_(action.zh), one=one, r=one.review, action=action, controls=controls,
        problem=problem, version=one.review.version, once=secrets.token_urlsafe(12),
        follows=FOLLOWS.get(action.name, ""),
    )  # fmt: skip


def _defaults(one: One, action: Action) -> dict[str, str]:
    """What a fresh form has: of several promised actions the first that nobody has reported, else the first."""
    if action.name != "carry_out":
        return {}
    waiting = next((str(a.n) for a in one.review.actions if a.done_on is None), "1")
    return {"measure": waiting, "done_on": local_date(now()).isoformat()}


def _new_page(typed: MultiDict[str, str] | None, wrong: dict[str, str], problem: str) -> Any:
    by, at = current_actor(), now()
    term = book().term("review", QUALITY, at)
    last = periods.last_whole(local_date(now()), term.amount if term else 4)
    units = select(Unit).where(Unit.kind == "unit", Unit.active).order_by(Unit.name)
    if "operations" not in by.roles:
        units = units.where(Unit.id.in_(sorted(by.heads)))
    options = [(str(unit.id), words.term(unit.name)) for unit in session().scalars(units)]
    only = options[0][0] if len(options) == 1 else ""
    controls = forms.controls(ACTIONS["open"].fields, typed, wrong, {"unit": lambda: options},
                              {"unit": only, "period": last.code})  # fmt: skip
    controls[1].hint = _("月写 2026-10，季度写 2026Q3，年写 2026。")
    return render_template("review_new.html", title=_("起草总结"), controls=controls, problem=problem)
