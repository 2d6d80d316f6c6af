"""我的工作: how much waits, one list of what is owed by deadline, and what else wants a look."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import render_template, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from sqlalchemy import and_, func, literal, or_, select
from werkzeug.datastructures import MultiDict

from admin import words
from admin.current import book, current_actor, now, session
from admin.guarding import BaseView
from admin.views import duties, filters, listing, navigation, registering
from admin.views.door import has_tickets
from admin.views.filters import Asking
from admin.views.pages import DECIDERS
from models import anchor
from models.penalties import scope as penalties
from models.reviews import scope as reviews
from models.security_log import KINDS
from models.tables import CalendarYear, Penalty, Post, Review, SecurityEvent, Unit
from models.types import local_date

SHOWN = 12
MINE, LATE = (("turn", "mine"),), (("due", "late"),)
"""The list on the home page: what one owes oneself; who only oversees sees what is late."""


class IndexView(BaseView):
    """The page everybody starts from."""

    route_base = ""
    default_view = "index"

    @expose("/")
    def index(self) -> Any:
        self.update_redirect()
        return render_template("home.html", title=_("我的工作"), **(_of_tickets() if has_tickets() else _of_pages()))


def _of_tickets() -> dict[str, Any]:
    by, at = current_actor(), now()
    asking = Asking(by, at, book())
    counts = duties.counts_of(by)
    args = LATE if by.roles_today <= {"leadership"} else MINE
    conditions, side = [filters.predicate(MultiDict(c.args), asking) for c in counts], navigation.counted()
    found = listing.find(session(), MultiDict(args), asking, size=SHOWN, tabs=[*conditions, *side.values()])
    numbers = found.tabs[: len(counts)]
    navigation.keep(side, found.tabs[len(counts) :])
    return {
        "now": at, "found": found, "sentence": _sentence(counts, numbers, found), "steps": _steps(found, by),
        "counts": [(c, listing.shown(n), n, f"{url_for('TicketView.list')}?{urlencode(c.args)}")
                   for c, n in zip(counts, numbers, strict=True)],
        "may_register": registering.may_register(), "mine_url": f"{url_for('TicketView.list')}?{urlencode(args)}",
        "list_title": _("按时限排") if args is MINE else _("各单位逾期工单"),
        "warnings": list(warnings()), "groups": [],
    }  # fmt: skip


def _of_pages() -> dict[str, Any]:
    """Whose role has no tickets finds the pages it keeps."""
    return {
        "now": now(), "found": None, "log": _of_log() if "auditor" in current_actor().roles else None,
        "sentence": "", "counts": [], "may_register": False, "mine_url": "", "steps": {},
        "warnings": list(warnings()),
        "groups": [group for group in navigation.navigation() if any(item.url != "/" for item in group.items)],
    }  # fmt: skip


WATCHED = ("sign_in_failed", "locked_out", "refused", "opened", "exported")
"""Kinds of entries that the auditor is shown even where there are none."""
LOOKED_BACK = timedelta(days=7)


def _of_log() -> dict[str, Any]:
    """What the security log has of the last days, each kind a link to its entries; and the last checkpoint."""
    entry, since = SecurityEvent, now() - LOOKED_BACK
    rows = select(entry.kind, func.count()).where(entry.at >= since).group_by(entry.kind)
    counted: dict[str, int] = dict(session().execute(rows).all())
    kinds = [kind for kind in KINDS if kind in WATCHED or counted.get(kind)]
    day, to = words.local(since).date().isoformat(), "SecurityEventView.list"
    return {
        "kinds": [(KINDS[kind], counted.get(kind, 0), url_for(to, _flt_0_kind=kind, _flt_1_at=day)) for kind in kinds],
        "all": url_for(to), "days": LOOKED_BACK.days, "anchored": anchor.last_made(session().connection()),
    }  # fmt: skip


def _sentence(counts: Any, numbers: tuple[int, ...], found: listing.Found) -> str:
    known = dict(zip((c.zh for c in counts), numbers, strict=True))
    late, today = known.get("已逾期", known.get("全部逾期", 0)), known.get("今日到期", 0)
    if late and today:
        return _("今天还有 %(today)s 件到期，%(late)s 件已逾期。", today=today, late=late)
    if late:
        return _("%(late)s 件已逾期。", late=late)
    if today:
        return _("今天还有 %(today)s 件到期。", today=today)
    return _("今天没有到期的事。") if not found.total else _("今天没有到期的事，在手 %(n)s 件。", n=found.total)


def _steps(found: listing.Found, by: Any) -> dict[int, str]:
    """What to do with each ticket, by its id."""
    units = book().register("unit").by_name
    steps = {}
    for row in found.rows:
        entry = units.get(row["unit"] or "")
        step = duties.step(row, by, holds=entry is not None and entry.id in by.staff)
        steps[row["id"]] = words.action(step) if step else ""
    return steps


def warnings() -> list[tuple[str, str, str, str]]:
    """(icon, sentence, link's words, address): penalties to decide, reviews to write, to read and to report on, a
    calendar year that is missing, units without a head."""
    by, day = current_actor(), local_date(now())
    found = []
    proposed = _how_many(penalties.waiting(by)) if by.roles_today & DECIDERS else literal(0)
    mine = and_(penalties.own(by), Penalty.state.in_(("confirmed", "executed")), Penalty.decided_at.is_(None),
                Penalty.appeal_due_at > now())  # fmt: skip
    which = (reviews.to_write(by), reviews.to_judge(by), reviews.to_report(by, day))
    of_reviews = [_how_many(condition, Review) for condition in which]
    vacant = _units_without_head(day) if by.roles & {"operations", "admin"} else literal(0)
    years = (day.year, day.year + 1)
    published = (select(CalendarYear.year).where(CalendarYear.year == year).exists() for year in years)
    *known, vacancies, waiting, own, unwritten, unread, undone = (
        session().execute(select(*published, vacant, proposed, _how_many(mine), *of_reviews)).one()
    )
    if waiting:
        said = _("%(n)s 件责任追究等您决定。", n=waiting)
        found.append(("scale", said, _("看事实，逐件决定"), url_for("PenaltiesView.list")))
    if own:
        said = _("%(n)s 件对您的责任追究还在申诉期限内。", n=own)
        found.append(("scale", said, _("看我的追究"), url_for("PenaltiesView.mine")))
    if unwritten:
        said = _("%(n)s 份单位总结等您写。", n=unwritten)
        found.append(("note", said, _("去写总结"), url_for("ReviewView.list", show="write")))
    if unread:
        said = _("%(n)s 份单位总结待审阅。", n=unread)
        found.append(("note", said, _("去审阅"), url_for("ReviewView.list", show="judge")))
    if undone:
        said = _("%(n)s 份总结有到期的改进措施没有报落实。", n=undone)
        found.append(("note", said, _("看是哪些"), url_for("ReviewView.list", show="undone")))
    missing = [year for year, is_known in zip(years, known, strict=True) if not is_known]
    if missing:
        keeper = bool(by.roles & {"operations", "admin"})
        years = "、".join(map(str, missing))
        said = _("%(years)s 年放假安排尚未公布，跨年的工作日时限暂按周一至周五推算。", years=years)
        to = (_("录入日历"), url_for("CalendarYearView.list")) if keeper else ("", "")
        found.append(("cal", said, *to))
    if vacancies:
        said = _("%(n)s 个单位现在没有负责人，结果报送不出来。", n=vacancies)
        found.append(("users", said, _("看任职"), url_for("PostView.list")))
    return found


def _how_many(condition: Any, table: Any = Penalty) -> Any:
    """Rows of a table, as a scalar subquery."""
    return select(func.count()).select_from(table).where(condition).scalar_subquery()


def _units_without_head(day: date) -> Any:
    """How many, as a scalar subquery."""
    held = select(Post.unit_id).where(
        Post.post == "head", Post.since <= day, or_(Post.until.is_(None), Post.until > day)
    )
    vacant = select(func.count()).select_from(Unit).where(Unit.kind == "unit", Unit.active, Unit.id.not_in(held))
    return vacant.scalar_subquery()
