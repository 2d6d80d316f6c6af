"""查看 on a ticket's page: the reason that is asked before what is masked of a complainant is shown."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from admin import errors, watch
from admin.current import book, current_actor, now, session, transact
from admin.guarding import BaseView
from admin.views.door import to_tickets
from admin.views.forms import Control
from models import view
from models.policy import REVEAL_MINUTES, REVEAL_REASONS
from models.refusals import Invalid, NotYours
from models.revealing import WORDS_MOST


class RevealView(BaseView):
    """A small form, and what is opened stands on the ticket's page for a quarter of an hour."""

    route_base = "/ticket"
    default_view = "ask"

    @expose("/<int:ticket_id>/open", methods=["GET"])
    @to_tickets
    def ask(self, ticket_id: int) -> Any:
        return _draw(ticket_id, MultiDict(), {}, "")

    @expose("/<int:ticket_id>/open", methods=["POST"])
    @to_tickets
    def open(self, ticket_id: int) -> Any:
        typed = MultiDict(request.form)
        given = {"reason": typed.get("reason"), "words": typed.get("words") or None}
        try:
            transact(lambda: watch.revealed(ticket_id, given))
        except Invalid as no:
            wrong = {name: errors.reason(why) for name, why in no.errors.items()}
            return _draw(ticket_id, typed, wrong, errors.say(no.code)), no.status
        flash(_("已打开联系方式，%(n)s 分钟内在这一页看得到。查看已记录。", n=REVEAL_MINUTES), "success")
        return redirect(url_for("TicketView.show", ticket_id=ticket_id))


def _draw(ticket_id: int, typed: Any, wrong: dict[str, str], problem: str) -> str:
    sight = watch.sight(ticket_id)
    if not sight.revealable:
        raise NotYours("not_to_reveal")
    row = view.tickets(session(), [sight], current_actor(), now(), book())[0]
    chosen = typed.get("reason", "")
    reason = Control(
        "reason", _("为什么要看"), "radios", True, chosen, frozenset([chosen]), error=wrong.get("reason", "")
    )
    reason.options = [(code, _(zh)) for code, zh in REVEAL_REASONS.items()]
    said = Control("words", _("写明原因"), "line", False, typed.get("words", ""), error=wrong.get("words", ""))
    said.hint = _("选“其他”时要写。不要写顾客的姓名和电话。")
    return render_template("reveal.html", title=_("查看联系方式"), row=row, controls=[reason, said], problem=problem,
                           minutes=REVEAL_MINUTES, now=now(), most=WORDS_MOST)  # fmt: skip
