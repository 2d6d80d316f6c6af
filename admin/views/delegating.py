"""我的代理: a head, the director or the chairman names a deputy with dates, and ends it at any time (POLICY §1)."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from admin import errors, words
from admin.current import book, current_actor, now, session, transact
from admin.guarding import BaseView
from admin.views import forms
from admin.views.forms import Control, Option
from admin.views.inbox import period
from models import actor, delegation, view
from models.delegation import Given
from models.organisation import Post
from models.policy import POSTS
from models.refusals import Invalid
from models.types import local_date


class DelegationView(BaseView):
    """Of one's own posts only; everybody else's are the administrator's (任职)."""

    route_base = "/delegation"
    default_view = "list"

    @expose("/")
    def list(self) -> Any:
        return _draw(None, {}, "")

    @expose("/", methods=["POST"])
    def add(self) -> Any:
        typed = MultiDict(request.form)
        try:
            row = transact(lambda: delegation.delegate(session(), _given(typed), by=current_actor(), at=now()))
        except Invalid as no:
            wrong = {name: errors.reason(why) for name, why in no.errors.items()}
            return _draw(typed, wrong, errors.say(no.code)), no.status
        who = view.people(session())[row.user_id]
        flash(_("已委托%(who)s，%(when)s。办理时记录会写明代谁。", who=who, when=period(row)), "success")
        return redirect(url_for("DelegationView.list"))

    @expose("/<int:pk>/end", methods=["POST"])
    def end(self, pk: int) -> Any:
        row = transact(lambda: delegation.end(session(), pk, by=current_actor(), at=now()))
        flash(_("已结束%(who)s的代理，即时生效。", who=view.people(session())[row.user_id]), "success")
        return redirect(url_for("DelegationView.list"))


def _given(typed: Any) -> Given:
    return Given(forms.number(typed.get("post_id", "")), forms.number(typed.get("deputy_id", "")),
                 forms.day(typed.get("first", "")), forms.day(typed.get("last", "")))  # fmt: skip


def called(post: Post) -> str:
    """第一水厂 · 负责人"""
    return f"{words.term(book().register('unit').name(post.unit_id))} · {_(POSTS[post.post])}"


def _draw(typed: Any, wrong: dict[str, str], problem: str) -> str:
    by, at = current_actor(), now()
    posts, lent = delegation.own_posts(session(), by, at), delegation.lent(session(), by, at)
    names = view.people(session()) if lent else {}
    today = local_date(at)
    deputies = [
        {"id": row.id, "who": names.get(row.user_id, words.NOTHING), "post": called(row), "when": period(row),
         "now": row.since <= today}
        for row in lent
    ]  # fmt: skip
    return render_template(
        "delegation.html", title=_("我的代理"), posts=posts, deputies=deputies, problem=problem, now=at, today=today,
        longest=delegation.LONGEST, controls=_controls(posts, typed, wrong, today.isoformat()) if posts else {},
    )  # fmt: skip


def _controls(posts: list[Post], typed: Any, wrong: dict[str, str], today: str) -> dict[str, Control]:
    def control(name: str, label: str, kind: str, value: str = "") -> Control:
        typed_value = typed.get(name, "") if typed is not None else value
        return Control(name, label, kind, True, typed_value, frozenset([typed_value]), error=wrong.get(name, ""))

    post = control("post_id", _("哪个职务"), "select", str(posts[0].id))
    post.options = [(str(one.id), called(one)) for one in posts]
    deputy = control("deputy_id", _("委托给谁"), "select")
    deputy.groups = _people({one.unit_id for one in posts})
    made = (post, deputy, control("first", _("自"), "day", today), control("last", _("至（含当天）"), "day"))
    return {one.name: one for one in made}


def _people(units: set[int]) -> list[tuple[str, list[Option]]]:
    """Those of one's own units first."""
    of_unit = select(Post.user_id).where(Post.unit_id.in_(units), actor.in_force(now()))
    near = set(session().scalars(of_unit))
    ours: list[Option] = []
    others: list[Option] = []
    for user in delegation.candidates(session(), current_actor()):
        (ours if user.id in near else others).append((str(user.id), words.account(user)))
    return [(_("本单位"), ours), (_("其他单位"), others)]
