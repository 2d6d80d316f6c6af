"""The two forms of the 办法 on paper: 《客户服务管理系统工单》 and 《顾客投诉处理记录表》.

The button sends a form: the desk records the print-out, and only then its page is drawn, for whoever recorded it and
for a quarter of an hour. Whoever comes to the address otherwise is offered the button. Several are drawn on one page
after the list's 打印工单 has recorded each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import segno
from flask import flash, redirect, render_template, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from markupsafe import Markup

from admin import pdf, watch, words
from admin.current import book, current_actor, current_user, now, session, transact
from admin.guarding import BaseView
from admin.views import history, sheet
from admin.views.door import to_tickets
from admin.views.filters import Asking
from models import desk, masking, printing, view
from models import history as log
from models.policy import OBLIGATIONS, PRINTS
from models.refusals import Unseen
from models.tables import Ticket
from models.view import Sight
from models.workflow import ACTIONS

Row = dict[str, Any]
MOST = 100
"""Forms drawn on one page."""
DECIDING = ("answer", "decline", "refer", "assign")
RELEASING = {"feed_back": "satisfied", "waive": "waived", "conclude": "concluded"}
"""What tells the desk of a discipline ticket's end, and the outcome that it tells."""


@dataclass(frozen=True)
class Line:
    """A line of the form: the time, what was done, by when and by which clause."""

    when: str
    text: str


def forms(sight: Sight) -> list[tuple[str, str]]:
    """The forms that this person may print of a ticket now."""
    t = sight.ticket
    if sight.grant:
        return []
    found = printing.forms_for({"state": t.state, "ending": t.ending, "track": t.track}, sight.level)
    return [(form, _(PRINTS[form])) for form in found]


def form_of_ticket(sight: Sight) -> Row:
    """What stands in the 工单."""
    found = sheet.sheet(session(), sight.ticket.id, Asking(current_actor(), now(), book()), paper=True)
    row, events = found.row, log.events(log.read(session(), found.sight.ticket.id), found.sight, current_actor())
    return {
        "row": row,
        "received": _received(events),
        "given": [_given(o) for o in row["obligations"] if o["kind"] == "handle"],
        "owed": [_owed(o) for o in row["obligations"] if o["kind"] != "handle"],
        "results": found.results[::-1],
        "calls": found.calls[::-1],
        "files": found.files[::-1],
        "amended": history.amendments(found.entries)[::-1],
    }


def _received(events: list[Row]) -> list[Line]:
    """受理意见: what the desk decided first."""
    for event in events:
        if event["action"] in DECIDING:
            reply = event["payload"]["texts"].get("reply")
            said = _("受理") if event["action"] in ("assign", "refer") else words.action(event["action"])
            return [Line(words.full(event["at"]), f"{said}：{reply}" if reply else said)]
    return []


def _given(o: Row) -> Line:
    """转二次供水公司，2026-11-21 09:02 前办理完毕（第六条(二)5），按时"""
    unit = words.term(o["unit"]) if o["unit"] else _("承办单位")
    text = _("第 %(round)s 轮，转%(unit)s，%(due)s 前办理完毕（%(clause)s）", round=o["round"], unit=unit,
             due=words.full(o["due_at"]), clause=_(o["clause"]))  # fmt: skip
    return Line(words.full(o["opened_at"]), text + _ended(o))


def _owed(o: Row) -> Line:
    text = _("%(name)s，%(due)s 前（%(clause)s）", name=_(OBLIGATIONS[o["kind"]]), due=words.full(o["due_at"]),
             clause=_(o["clause"]))  # fmt: skip
    return Line(words.full(o["opened_at"]), text + _ended(o))


def _ended(o: Row) -> str:
    return "" if words.is_open(o) else f"，{words.due(o, now()).text}"


def form_of_record(sight: Sight) -> Row:
    """What stands in the 处理记录表: the same for everybody, and no more than discipline has released."""
    row = view.tickets(session(), [sight], current_actor(), now(), book())[0]
    events = log.events(log.read(session(), sight.ticket.id), sight, current_actor())
    told = next((e for e in reversed(events) if e["action"] in RELEASING), None)
    recorded = next((e for e in reversed(events) if e["action"] == "record"), None)
    return {
        "row": {"no": row["no"], "id": row["id"]},
        "opinion": _said(told, ("opinion", "reason")),
        "outcome": words.choice("outcome", RELEASING[told["action"]]) if told else "",
        "told_at": words.full(told["at"]) if told else "",
        "record": _said(recorded, ("record",)),
        "recorder": history.who(recorded) if recorded else "",
        "recorded_at": words.full(recorded["at"]) if recorded else "",
    }


def _said(event: Row | None, names: tuple[str, ...]) -> str:
    texts = event["payload"]["texts"] if event else {}
    return masking.words(next((texts[name] for name in names if texts.get(name)), ""))


CLAUSES = {"ticket": ACTIONS["register"].clause, "record": ACTIONS["record"].clause}
DRAWN = {"ticket": form_of_ticket, "record": form_of_record}


def code(address: str) -> Markup:
    """A QR code to an address, as SVG of the page itself."""
    drawn = segno.make(address, error="m", micro=False)
    return Markup(drawn.svg_inline(scale=2, border=0, omitsize=True, svgclass="kf-qr", lineclass=None))  # noqa: S704


@dataclass(frozen=True)
class Paper:
    """One form of one ticket, recorded as printed `at`."""

    ticket_id: int
    at: datetime
    address: str
    qr: Markup
    of: Row
    """What stands in it, by the names of its template."""
    in_sight: bool
    """Whether its reader can go back to the ticket."""


def paper(ticket_id: int, form: str, no: str) -> Paper:
    """A recorded print-out, drawn. Raises Unseen where the person may not have it, or has not recorded it of late."""
    number = int(no) if no.isascii() and no.isdecimal() and len(no) < 10 else 0
    seen = view.sights(session(), [ticket_id], current_actor(), now())
    sight = seen[0] if seen else _finished(ticket_id, form, number)
    if form not in dict(forms(sight)):
        raise Unseen
    at = printing.made(session(), ticket_id, number, form, current_actor(), now()).at
    address = url_for("TicketView.show", ticket_id=ticket_id, _external=True)
    return Paper(ticket_id, at, address, code(address), DRAWN[form](sight), bool(seen))


def _finished(ticket_id: int, form: str, no: int) -> Sight:
    """A ticket out of sight, as its 处理记录表 shows it to who has just written and printed that. Raises Unseen."""
    ticket = session().get(Ticket, ticket_id)
    if form != "record" or not ticket or ticket.state != "closed":
        raise Unseen
    if not printing.made_with_its_record(session(), ticket_id, no, current_actor(), now()):
        raise Unseen
    return Sight(ticket, "stub")


def draw(form: str, papers: Sequence[Paper]) -> Any:
    """The forms one after the other, to print from the browser; as PDF where the address asks for one."""
    as_pdf = request.args.get("as") == "pdf" and pdf.available()
    page = render_template(
        "print.html", title=_(PRINTS[form]), form=form, clause=_(CLAUSES[form]), papers=papers,
        printed_by=words.person(current_user()), as_pdf=as_pdf,
        pdf=f"{request.path}?{urlencode([*request.args.items(multi=True), ('as', 'pdf')])}" if pdf.available() else "",
    )  # fmt: skip
    # A file's name travels further than its content: of a discipline ticket it says nothing.
    number = papers[0].of["row"]["no"] if len(papers) == 1 and form == "ticket" else ""
    return pdf.answer(page, f"{number if number.startswith('ZL') else 'print'}.pdf") if as_pdf else page


class PrintView(BaseView):
    """Forms to print."""

    route_base = "/ticket"
    default_view = "form"

    @expose("/<int:ticket_id>/print", methods=["GET", "POST"])
    @to_tickets
    def choose(self, ticket_id: int) -> Any:
        """The action's own page is the ticket's: its buttons print and record at once."""
        watch.sight(ticket_id)
        return redirect(url_for("TicketView.show", ticket_id=ticket_id))

    @expose("/<int:ticket_id>/print/<form>", methods=["GET"])
    @to_tickets
    def form(self, ticket_id: int, form: str) -> Any:
        try:
            return draw(form, [paper(ticket_id, form, request.args.get("no", ""))])
        except Unseen:
            sight = watch.sight(ticket_id)
            if form not in dict(forms(sight)):
                raise
            row = view.tickets(session(), [sight], current_actor(), now(), book())[0]
            return render_template("print_first.html", title=_(PRINTS[form]), row=row, form=form)

    @expose("/<int:ticket_id>/print/<form>", methods=["POST"])
    @to_tickets
    def record(self, ticket_id: int, form: str) -> Any:
        """Record the print-out, then show it."""
        transact(lambda: desk.act(session(), ticket_id, "print", {"form": form}, by=current_actor(), at=now(),
                                  book=book()))  # fmt: skip
        no = printing.last_of(session(), ticket_id, current_actor())
        return redirect(url_for("PrintView.form", ticket_id=ticket_id, form=form, no=no), 303)

    @expose("/prints", methods=["GET"])
    @to_tickets
    def forms(self) -> Any:
        """The 工单 of several tickets, each recorded before by the list's 打印工单: `of` is a ticket and its record."""
        papers = []
        for one in request.args.getlist("of")[:MOST]:
            ticket_id, _dot, no = one.partition(".")
            try:
                papers.append(paper(int(ticket_id), "ticket", no))
            except (Unseen, ValueError):
                flash(_("打印要先有记录，记录后 15 分钟内可以打印。请重新选择工单。"), "warning")
                return redirect(url_for("TicketView.list"))
        return draw("ticket", papers) if papers else redirect(url_for("TicketView.list"))


def together_at(ids: Sequence[int]) -> str:
    """The address that draws what the person has just recorded of some tickets."""
    return url_for("PrintView.forms", of=[f"{i}.{printing.last_of(session(), i, current_actor())}" for i in ids])
