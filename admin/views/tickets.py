"""The tickets' pages: list, one ticket, registration, and a page for each action (DESIGN §7)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from admin.current import book, current_actor, now, session
from admin.guarding import BaseView
from admin.views import acting, filters, listing, registering, sheet
from admin.views.door import to_tickets
from admin.views.filters import Asking
from models import scope
from models.tables import Ticket

TABS = (
    ("在办", (("state", "open"),)),
    ("已逾期", (("due", "late"),)),
    ("今日到期", (("due", "today"),)),
    ("第 2 轮及以上", (("state", "open"), ("round", "2"))),
    ("全部", ()),
)


def asking() -> Asking:
    return Asking(current_actor(), now(), book())


class TicketView(BaseView):
    """Reads through `models.view`, writes through `models.desk`, decides nothing."""

    route_base = "/ticket"
    default_view = "list"

    @expose("/")
    @to_tickets
    def list(self) -> Any:
        who = asking()
        args = MultiDict(request.args)
        tabs = [filters.predicate(MultiDict(conditions), who) for _zh, conditions in TABS]
        found = listing.find(session(), args, who, tabs=tabs)
        return render_template(
            "tickets.html", title=_title(), found=found, bar=_bar(args, who), chips=_chips(args, who), now=who.at,
            tabs=_tabs(args, found.tabs), link=_link_to(args, "page"), sorted_by=_link_to(args, "sort"),
            may_register=registering.may_register(), sorts=listing.SORTS, most=listing.MOST,
        )  # fmt: skip

    @expose("/find")
    @to_tickets
    def find(self) -> Any:
        """The search in the top bar: straight to the ticket whose number it is, else to those that begin so."""
        typed = request.args.get("no", "")
        number = filters.number(typed, now())
        ticket_id = session().scalar(select(Ticket.id).where(Ticket.no == number, scope.visible(current_actor())))
        if ticket_id is not None:
            return redirect(url_for("TicketView.show", ticket_id=ticket_id))
        return redirect(url_for("TicketView.list", no=typed))

    @expose("/register", methods=["GET", "POST"])
    @to_tickets
    def register(self) -> Any:
        return registering.send() if request.method == "POST" else registering.page()

    @expose("/<int:ticket_id>")
    @to_tickets
    def show(self, ticket_id: int) -> Any:
        who = asking()
        shown = sheet.sheet(session(), ticket_id, who)
        return render_template("ticket.html", title=shown.row["no"], sheet=shown, row=shown.row, now=who.at,
                               list_title=_title())  # fmt: skip

    @expose("/<int:ticket_id>/<name>", methods=["GET", "POST"])
    @to_tickets
    def act(self, ticket_id: int, name: str) -> Any:
        return acting.send(ticket_id, name) if request.method == "POST" else acting.page(ticket_id, name)


def _title() -> str:
    return _("本单位工单") if current_actor().roles <= {"handler", "unit_head"} else _("全部工单")


def _bar(args: filters.Args, who: Asking) -> list[dict[str, Any]]:
    """The filter bar's controls, each with what the address says of it."""
    return [
        {"name": f.name, "label": _(f.zh), "kind": f.kind, "value": args.get(f.name, ""),
         "options": f.options(who) if f.options else []}
        for f in filters.FILTERS if f.in_bar
    ]  # fmt: skip


def _chips(args: filters.Args, who: Asking) -> list[dict[str, str]]:
    """Each condition in force again, with the address without it."""
    chips = []
    for f, value in filters.given(args):
        rest = [(k, v) for k, v in args.items(multi=True) if v and k != "page" and (k, v.strip()) != (f.name, value)]
        chips.append({"label": _(f.zh), "value": f.said(value, who), "without": _url(rest)})
    return chips


def _tabs(args: filters.Args, found: tuple[int, ...]) -> list[dict[str, Any]]:
    now_ = sorted((f.name, value) for f, value in filters.given(args))
    return [
        {"label": _(zh), "url": _url(conditions), "current": sorted(conditions) == now_,
         "count": f"{listing.MOST_IN_TAB:,}+" if n >= listing.MOST_IN_TAB else f"{n:,}"}
        for (zh, conditions), n in zip(TABS, found, strict=True)
    ]  # fmt: skip


def _link_to(args: filters.Args, name: str) -> Any:
    """A function from a page or an order to its address, the conditions kept."""
    rest = [(k, v) for k, v in args.items(multi=True) if v and k not in (name, "page")]
    return lambda value: _url([*rest, (name, str(value))])


def _url(pairs: Any) -> str:
    base = url_for("TicketView.list")
    return f"{base}?{urlencode(list(pairs))}" if pairs else base
