"""“办到哪了”: what 96568 reads out to a customer who asks by number: where it is, what comes next, and nothing else.

A sentence says what the ticket knows, and of what comes by when the rules want it: nobody here can promise that it
will. No outcome before the unit's result is in (第七条(一)), no internal target, no name, no word of the ticket's own.
Of a complaint on the discipline track an agent hears the same whether it is there or not.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _

from admin import words
from admin.current import book, current_actor, now, session
from admin.views import filters
from models import scope, view

DISCIPLINE_MARK = "纪"
SAID = {
    "registered": "您反映的问题已于 %(registered)s 登记，下一步是安排承办单位。",
    "returned": "您反映的问题已于 %(registered)s 登记，正在重新安排承办单位。",
    "handling": "您反映的问题已转%(unit)s办理。",
    "calling_back": "%(unit)s已报来办理结果，下一步是回访，听取您的意见。",
}
AGAIN = "您反映的问题由%(unit)s再次办理，现在是第 %(round)s 轮。"
CLOSED = {
    "answered": "您反映的问题已于 %(closed)s 当场答复，工单已经办结。",
    "declined": "您反映的问题已于 %(closed)s 答复，没有受理，工单已经办结。对答复有不同意见，可以拨打 12345。",
    "satisfied": "您反映的问题已于 %(closed)s 办结，回访时您表示满意。",
    "waived": "您反映的问题已于 %(closed)s 办结，没有能够回访。您有意见，现在可以说。",
}
OTHERWISE = "您反映的问题已于 %(closed)s 办结。"
DUE = {"handle": "按规定，%(unit)s应在 %(due)s报送结果，之后回访您。", "callback": "按规定，应在 %(due)s给您回访。"}
LATE = "这一步已经超过规定的时间，还没有完成。"
AFTERWARDS = "以后再遇到同样的问题，请报这个工单号。"
TO_DISCIPLINE = "这个编号请向集团纪检监察室询问。"


def page() -> Any:
    """GET /ticket/where"""
    by = current_actor()
    if not by.desk:
        abort(404)
    if filters.names_a_telephone(request.args):
        return redirect(url_for("TicketView.numbers"))
    typed = request.args.get("no", "").strip()
    number = filters.number(typed, now()) if typed else ""
    sentences: list[str] = []
    if number.startswith(DISCIPLINE_MARK):
        sentences = [_(TO_DISCIPLINE)]
    elif number:
        ticket_id = scope.find(session(), number, by)
        seen = view.sights(session(), [ticket_id], by, now()) if ticket_id else []
        row = view.tickets(session(), seen, by, now(), book())[0] if seen else None
        sentences = told(row, now()) if row else []
    return render_template("where.html", title=_("办到哪了"), typed=typed, number=number, sentences=sentences)


def told(row: dict[str, Any], at: datetime) -> list[str]:
    """State and next step of a quality ticket, in sentences that may be read out."""
    facts = {
        "registered": words.short(row["registered_at"], at), "round": row["round"],
        "unit": words.term(row["unit"]) if row["unit"] else _("承办单位"),
        "closed": words.short(row["closed_at"], at) if row["closed_at"] else "",
    }  # fmt: skip
    if row["state"] == "closed":
        return [_(CLOSED.get(row["ending"], OTHERWISE), **facts), _(AFTERWARDS)]
    again = row["state"] == "handling" and row["round"] > 1
    sentences = [_(AGAIN if again else SAID[row["state"]], **facts)]
    owed = words.next_due([o for o in row["obligations"] if o["kind"] in DUE])
    if owed is not None:
        late = owed["due_at"] < at
        sentences.append(_(LATE) if late else _(DUE[owed["kind"]], due=words.long_before(owed["due_at"], at), **facts))
    return sentences
