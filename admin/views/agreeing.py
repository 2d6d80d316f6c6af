"""保密权限: who becomes discipline or chairman, or gets a new password there; a holder agrees (POLICY §1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _

from admin import watch, words
from admin.current import current_actor, now, session, transact
from admin.guarding import BaseView
from models import agreement, view
from models.access_change import STATES, AccessChange
from models.policy import POSTS, ROLES
from models.refusals import NotWaiting


@dataclass(frozen=True)
class Line:
    """One change as the page shows it."""

    id: int
    text: str
    state: str
    waits: bool
    mine: bool
    at: datetime
    decided: str


class AgreementView(BaseView):
    """Of those who hold such a role or post; to others there is nothing."""

    route_base = "/confidential"
    default_view = "list"

    @expose("/")
    def list(self) -> Any:
        by = current_actor()
        rows, names = agreement.shown(session(), by), view.people(session())
        lines = [
            Line(row.id, sentence(row, names), words.term(STATES[row.state]), row.state == "waiting",
                 agreement.may_decide(row, by), row.asked_at, names.get(row.decided_by_id or 0, ""))
            for row in rows
        ]  # fmt: skip
        return render_template("confidential.html", title=_("保密权限"), lines=lines, now=now())

    @expose("/<int:pk>/agree", methods=["POST"])
    def agree(self, pk: int) -> Any:
        return self._decide(pk, True)

    @expose("/<int:pk>/refuse", methods=["POST"])
    def refuse(self, pk: int) -> Any:
        return self._decide(pk, False)

    def _decide(self, pk: int, agrees: bool) -> Any:
        def decide() -> None:
            row = agreement.decide(session(), pk, agrees, by=current_actor(), at=now())
            watch.note("agreement", user_id=row.user_id, did=row.state, what=row.kind)

        try:
            transact(decide)
        except NotWaiting:
            flash(_("这一项已经有人决定过了。"), "warning")
        else:
            flash(_("已同意，即时生效。") if agrees else _("没有同意，不生效。"), "success")
        return redirect(url_for("AgreementView.list"))


def sentence(row: AccessChange, names: dict[int, str]) -> str:
    """系统管理员给郑严加上“集团纪检监察室”角色。"""
    by = names.get(row.asked_by_id or 0) or _("服务器上的命令")
    who = names.get(row.user_id, words.NOTHING)
    if row.kind == "role":
        return _("%(by)s给%(who)s加上“%(role)s”角色。", by=by, who=who, role=words.term(ROLES.get(row.role or "")))
    if row.kind == "post" and row.post is not None:
        return _("%(by)s让%(who)s任“%(post)s”。", by=by, who=who, post=_(POSTS[row.post.post]))
    if row.kind == "reset":
        return _("%(by)s给%(who)s发了设新密码的一次性口令。", by=by, who=who)
    return _("%(who)s换了新密码。", who=who)
