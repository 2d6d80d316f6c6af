"""What leaves the program of a penalty: 责任追究通知书 for the person, 扣发清单 for the payroll. Both are recorded."""

from __future__ import annotations

import io
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import Response, abort, render_template, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from sqlalchemy import and_, case, literal, or_, select

from admin import pdf, watch, words
from admin.current import current_actor, current_user, now, session
from admin.guarding import BaseView
from admin.views.exporting import FORMATS
from admin.views.penalty_parts import CONDUCTS, beside, month_of, payable
from models import penalties
from models.penalties import scope
from models.penalty_workflow import ACTIONS, OWED, POSTS
from models.printing import FRESH
from models.refusals import NoNotice, NoPenalty
from models.tables import Penalty, PenaltyEvent
from models.types import Moment

PAYROLL = frozenset({"operations", "discipline"})


@dataclass(frozen=True)
class Line:
    """A line of the payroll's list. amount: what is deducted, or given back where it is below zero."""

    penalty: Penalty
    amount: Decimal | None
    note: str


class PenaltyPaperView(BaseView):
    """For those who execute."""

    route_base = "/penalties"
    default_view = "payroll"

    @expose("/<int:pk>/notice", methods=["GET"])
    def notice(self, pk: int) -> Any:
        """The notice, for whoever has recorded that it is printed, and for a quarter of an hour.

        Raises NoPenalty out of sight; NotYours, WrongState or NoNotice where the penalty is seen, and no notice is.
        """
        no = request.args.get("no", "")
        number = int(no) if no.isascii() and no.isdecimal() and len(no) < 10 else 0
        by = current_actor()
        event = session().get(PenaltyEvent, (pk, number)) if 0 < pk < 2**53 else None
        mine = event is not None and event.action == "print" and event.actor_id == by.user_id
        level = scope.level_of(session(), pk, by) if 0 < pk < 2**53 else None
        if level is None:
            raise NoPenalty
        penalty = session().get_one(Penalty, pk)
        penalties.permitted(session(), penalty, ACTIONS["print"], by, now(), level)
        if event is None or not mine or now() - event.at > FRESH:
            raise NoNotice
        as_pdf = request.args.get("as") == "pdf" and pdf.available()
        page = render_template(
            "penalty_notice.html", title=_("责任追究通知书"), p=penalty, at=event.at, as_pdf=as_pdf,
            conduct=CONDUCTS.get(penalty.clause, ""), printed_by=words.person(current_user()), posts=POSTS,
            pdf=url_for("PenaltyPaperView.notice", pk=pk, no=number, **{"as": "pdf"}) if pdf.available() else "",
        )  # fmt: skip
        return pdf.answer(page, "notice.pdf") if as_pdf else page

    @expose("/payroll")
    def payroll(self) -> Any:
        first, lines = _asked()
        before, after = beside(first)
        total = sum((line.amount for line in lines if line.amount is not None), Decimal(0))
        return render_template("payroll.html", title=_("扣发清单"), month=f"{first:%Y-%m}", before=before, after=after,
                               lines=lines, total=total, posts=POSTS)  # fmt: skip

    @expose("/payroll.xlsx")
    def file(self) -> Any:
        first, lines = _asked()
        month = f"{first:%Y-%m}"
        watch.note("exported", what="payroll", rows=len(lines), format="xlsx", month=month)
        session().commit()
        answer = Response(_xlsx(lines), content_type=FORMATS["xlsx"])
        answer.headers.set("Content-Disposition", "attachment", filename=f"payroll-{month}.xlsx")
        return answer


def _asked() -> tuple[Any, list[Line]]:
    """The month of the address, or this one, and what was decided in it, as far as the reader sees it."""
    by = current_actor()
    if not by.roles_today & PAYROLL:
        abort(404)
    month = month_of(request.args.get("month")) or month_of(f"{words.local(now()):%Y-%m}")
    if month is None:
        abort(404)
    first, start, end = month
    # What waited for its appeal is due once that was dismissed, unless it had been executed before.
    waited = and_(Penalty.decided_at.is_not(None), or_(Penalty.executed_at.is_(None),
                                                       Penalty.executed_at > Penalty.decided_at))  # fmt: skip
    due_at = case((waited, Penalty.decided_at), else_=Penalty.confirmed_at)
    confirmed = and_(Penalty.state.in_(OWED), due_at >= literal(start, Moment()), due_at < literal(end, Moment()))
    taken_back = and_(Penalty.state == "revoked", Penalty.executed_at.is_not(None), Penalty.decided_at >= start,
                      Penalty.decided_at < end)  # fmt: skip
    query = select(Penalty).where(payable(by), or_(confirmed, taken_back)).order_by(Penalty.unit_id, Penalty.person,
                                                                                    Penalty.id)  # fmt: skip
    return first, [_line(penalty) for penalty in session().scalars(query)]


def _line(p: Penalty) -> Line:
    if p.state == "revoked":
        return Line(p, -p.amount if p.amount is not None else None, _("执行后撤销，应退还"))
    return Line(p, p.amount, _("已执行") if p.executed_at is not None else "")


HEADS = ("姓名", "单位", "责任", "条款", "金额（元）", "措施", "确认时间", "状态", "说明")


def _xlsx(lines: list[Line]) -> bytes:
    """Texts stay texts: nothing in them is a formula, a link or a number. Neither ticket nor complainant."""
    import xlsxwriter  # loaded by who exports

    file = io.BytesIO()
    as_they_are = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, {"in_memory": True, **as_they_are}) as book:
        sheet = book.add_worksheet(_("扣发清单"))
        money = book.add_format({"num_format": "#,##0.00"})
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(HEADS) - 1, 16)
        for n, zh in enumerate(HEADS):
            sheet.write_string(0, n, _(zh))
        for row, line in enumerate(lines, 1):
            p = line.penalty
            told = (p.person, words.term(p.unit.name) if p.unit else "", _(POSTS[p.post]), _(p.clause), None,
                    _(p.measure) if p.measure else "", words.full(p.confirmed_at) if p.confirmed_at else "",
                    words.choice("penalty", p.state), line.note)  # fmt: skip
            for n, text in enumerate(told):
                if text:
                    sheet.write_string(row, n, text)
            if line.amount is not None:
                sheet.write_number(row, 4, float(line.amount), money)
    return file.getvalue()
