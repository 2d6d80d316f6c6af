"""The pages: home, tickets, generated forms, and the shell around them all."""

from __future__ import annotations

from typing import Any

from flask import current_app, render_template, session
from flask_appbuilder import AppBuilder, ModelView, SimpleFormView

from admin import files, whose, words
from admin.views import agreeing, assets, attaching, drawing, inbox, navigation, printing, saved_pages
from admin.views.delegating import DelegationView
from admin.views.door import has_tickets
from admin.views.granting import GrantView
from admin.views.home import IndexView
from admin.views.inbox import NoticeView
from admin.views.pages import LINKS
from admin.views.penalties import PenaltiesView
from admin.views.penalty_paper import PenaltyPaperView
from admin.views.person import PersonView
from admin.views.revealing import RevealView
from admin.views.supervising import SupervisionView
from admin.views.tables import ACCOUNTS, PAGES
from admin.views.tickets import TicketView
from admin.widgets import dress, dress_form
from models.base import User

__all__ = ["LINKS", "PAGES", "IndexView", "add_views", "render_dash_shell"]


def add_views(appbuilder: AppBuilder) -> None:
    """Hang the pages on the application, and what every template may use."""
    app = current_app
    User.get_full_name = words.person  # FAB writes the given name first
    app.extensions["pages"] = (*PAGES, *ACCOUNTS)
    app.jinja_env.globals.update(
        appbuilder=appbuilder,
        words=words,
        kf_asset=assets.asset,
        kf_mine=whose.mine,
        kf_navigation=navigation.navigation,
        kf_me=navigation.me,
        kf_has_tickets=has_tickets,
        kf_unread=inbox.unread,
        kf_lang=lambda: "en" if locale() == "en" else "zh-CN",
        kf_locale=locale,
        kf_view=drawing.view,
        kf_may=drawing.may,
        kf_cell=drawing.cell,
        kf_named=drawing.named,
        kf_edited=drawing.edited,
        kf_warnings=drawing.warnings,
        kf_pages=drawing.pages,
        kf_field=drawing.field,
        kf_boxes=drawing.boxes,
        kf_unsaid=drawing.unsaid,
        kf_page_views=saved_pages.kept,
        kf_forms=printing.forms,
        kf_bytes=attaching.size,
        kf_accept=attaching.accepted,
        kf_most_bytes=files.most,
    )
    app.after_request(assets.keep)
    for own in (
        TicketView, attaching.FileView, printing.PrintView, NoticeView, DelegationView, PersonView, SupervisionView,
        PenaltiesView, PenaltyPaperView, agreeing.AgreementView, RevealView, GrantView, saved_pages.PageViewView,
    ):  # fmt: skip
        appbuilder.add_view_no_menu(own)
    for page in PAGES:
        appbuilder.add_view(page.view, page.name, icon=page.icon, label=page.zh, category=page.group)
    for link in LINKS:
        appbuilder.add_link(link.name, link.href, icon=link.icon, label=link.zh, category=link.group)
    for view in appbuilder.baseviews:  # the security manager's own pages were there before ours
        if isinstance(view, ModelView):
            dress(view)
        elif isinstance(view, SimpleFormView):
            dress_form(view)


def locale() -> str:
    """The reader's language, also on pages that came before a choice was made."""
    return str(session.get("locale") or current_app.config["BABEL_DEFAULT_LOCALE"])


def render_dash_shell(parts: dict[str, Any]) -> str:
    """The page around the dashboards: `parts` are what Dash's `interpolate_index` is given."""
    return render_template("dash.html", **parts)
