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
from admin.views import (
    acting,
    bulk,
    columns,
    drafting,
    earlier,
    exporting,
    filters,
    finding,
    gathering,
    inbox,
    listing,
    navigation,
    outcome,
    registering,
    saved,
    sheet,
    where,
)  # fmt: skip
from admin.views.door import to_tickets
from admin.views.filters import Asking
from models import incident, scope, search
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
        who, args = asking(), MultiDict(request.args)
        if filters.names_a_telephone(args):
            return redirect(url_for("TicketView.numbers"))
        kept = saved.views()
        built_in = [MultiDict(conditions) for _zh, conditions in TABS]
        views = [filters.predicate(one, who) for one in (*built_in, *(saved.pairs(row.address) for row in kept.rows))]
        side = navigation.counted()
        asked = finding.asked(args)
        clusters = incident.biggest(who.book, who.at) if who.by.desk and not filters.given(args) else None
        more = search.reach(session(), asked, who.by, filters.within(args, who)) if asked else clusters
        found = listing.find(session(), args, who, tabs=[*views, *side.values()], more=more)
        navigation.keep(side, found.tabs[len(views) :])
        current, rows = kept.at(args), found.rows
        reached = found.more_found if asked else None
        return render_template(
            "tickets.html", title=_title(), found=found, bar=_bar(args, who), chips=_chips(args, who), now=who.at,
            tabs=_tabs(args, found.tabs) + saved.tabs(kept, found.tabs[len(TABS) : len(views)], current),
            link=_link_to(args, "page"), sorted_by=_link_to(args, "sort"), kept=_kept(args), asked=asked,
            may_register=registering.may_register(), sorts=listing.SORTS, most=listing.MOST,
            marks=finding.mark(rows, asked, who) if asked and asked.words else {}, view=current,
            left_out=finding.said(asked, reached) if asked else "", further=finding.further(args, reached),
            columns=columns.chosen(args, kept.columns), all_columns=columns.COLUMNS,
            standing=columns.standing, address=_address(args), shares=saved.shares(who.by), bulk=bulk,
            cluster=None if asked else incident.read(found.more_found, who.book, who.at), names=who.book.register,
        )  # fmt: skip

    @expose("/views", methods=["POST"])
    @to_tickets
    def save_view(self) -> Any:
        return saved.save()

    @expose("/views/<int:pk>", methods=["POST"])
    @to_tickets
    def change_view(self, pk: int) -> Any:
        return saved.change(pk)

    @expose("/columns", methods=["POST"])
    @to_tickets
    def columns(self) -> Any:
        return saved.choose_columns()

    @expose("/export")
    @to_tickets
    def export(self) -> Any:
        if filters.names_a_telephone(request.args):
            return redirect(url_for("TicketView.numbers"))
        return exporting.send(MultiDict(request.args), asking())

    @expose("/bulk", methods=["GET", "POST"])
    @to_tickets
    def bulk(self) -> Any:
        return bulk.send() if request.method == "POST" else bulk.ask()

    @expose("/bulk/done")
    @to_tickets
    def bulk_done(self) -> Any:
        return outcome.page()

    @expose("/incident")
    @to_tickets
    def incident(self) -> Any:
        """The tickets of a cluster, to be gathered under one of them in one press."""
        return gathering.page(request.args, asking())

    @expose("/find")
    @to_tickets
    def find(self) -> Any:
        """The search in the top bar: straight to the ticket whose number it is, else to those in which it stands."""
        if filters.names_a_telephone(request.args):
            return redirect(url_for("TicketView.numbers"))
        typed = request.args.get("q") or request.args.get("no", "")
        number = filters.number(typed, now())
        ticket_id = session().scalar(select(Ticket.id).where(Ticket.no == number, scope.visible(current_actor())))
        if ticket_id is not None:
            return redirect(url_for("TicketView.show", ticket_id=ticket_id))
        return redirect(url_for("TicketView.list", q=typed))

    @expose("/numbers")
    @to_tickets
    def numbers(self) -> Any:
        """Where telephone numbers are looked up, for whoever typed one into a search; it stays behind."""
        return render_template("numbers.html", title=_("电话号码不在列表里查"), desk=current_actor().desk)

    @expose("/where")
    @to_tickets
    def where(self) -> Any:
        return where.page()

    @expose("/register", methods=["GET", "POST"])
    @to_tickets
    def register(self) -> Any:
        return registering.send() if request.method == "POST" else registering.page()

    @expose("/sent/<form>")
    @to_tickets
    def sent(self, form: str) -> Any:
        return registering.sent(form)

    @expose("/lookup", methods=["POST"])
    @to_tickets
    def lookup(self) -> Any:
        return earlier.lookup_number()

    @expose("/similar", methods=["POST"])
    @to_tickets
    def similar(self) -> Any:
        return earlier.similar_ones()

    @expose("/draft/register", methods=["POST"])
    @to_tickets
    def draft_registration(self) -> Any:
        return drafting.save(None, "register")

    @expose("/draft/<int:ticket_id>/<name>", methods=["POST"])
    @to_tickets
    def draft_action(self, ticket_id: int, name: str) -> Any:
        return drafting.save(ticket_id, name)

    @expose("/<int:ticket_id>/draft")
    @to_tickets
    def draft_result(self, ticket_id: int) -> Any:
        return acting.drafting_page(ticket_id)

    @expose("/<int:ticket_id>")
    @to_tickets
    def show(self, ticket_id: int) -> Any:
        inbox.opened(ticket_id=ticket_id)
        who = asking()
        shown = sheet.sheet(session(), ticket_id, who)
        return render_template("ticket.html", title=shown.row["no"], sheet=shown, row=shown.row, now=who.at,
                               list_title=_title())  # fmt: skip

    @expose("/<int:ticket_id>/<name>", methods=["GET", "POST"])
    @to_tickets
    def act(self, ticket_id: int, name: str) -> Any:
        return acting.send(ticket_id, name) if request.method == "POST" else acting.page(ticket_id, name)


def _title() -> str:
    return _("本单位工单") if current_actor().roles_today <= {"handler", "unit_head"} else _("全部工单")


def _bar(args: filters.Args, who: Asking) -> list[dict[str, Any]]:
    """The filter bar's controls, each with what the address says of it."""
    return [
        {"name": f.name, "label": _(f.zh), "kind": f.kind, "value": args.get(f.name, ""),
         "options": f.options(who) if f.options else []}
        for f in filters.FILTERS if f.in_bar
    ]  # fmt: skip


def _kept(args: filters.Args) -> list[tuple[str, str]]:
    """What the bar does not show and keeps all the same: conditions that came by a link, the order, the columns."""
    hidden = {f.name for f in filters.FILTERS if not f.in_bar} | {"sort", "cols"}
    return [(k, v) for k, v in args.items(multi=True) if v and k in hidden]


def _address(args: filters.Args) -> str:
    """The conditions, order and columns of the page, as a saved view keeps them."""
    return saved.checked(urlencode(list(args.items(multi=True))))


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
         "count": listing.shown(n)}
        for (zh, conditions), n in zip(TABS, found, strict=False)  # the saved ones follow
    ]  # fmt: skip


def _link_to(args: filters.Args, name: str) -> Any:
    """A function from a page or an order to its address, the conditions kept."""
    rest = [(k, v) for k, v in args.items(multi=True) if v and k not in (name, "page")]
    return lambda value: _url([*rest, (name, str(value))])


def _url(pairs: Any) -> str:
    base = url_for("TicketView.list")
    return f"{base}?{urlencode(list(pairs))}" if pairs else base
