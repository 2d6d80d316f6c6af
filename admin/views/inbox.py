"""提醒: what one was told of deadlines, posts and penalties, newest first, each with what to do and by when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from flask import flash, g, redirect, render_template, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from admin import words
from admin.current import current_actor, now, session, transact
from admin.guarding import BaseView
from admin.views import alerting
from admin.views.agreeing import sentence
from admin.views.granting import last_day, numbers_of, what
from models import agreement, granting, view
from models.access_change import STATES
from models.notice import LEVELS, Notice
from models.organisation import Post
from models.policy import POSTS
from models.refusals import Unseen
from models.reminding import inbox
from models.reminding.inbox import Line
from models.reviews.periods import Period
from models.reviews.telling import ABOUT

PAGE = 25
FURTHEST = 40
"""Pages that can be turned to; older notices are of no use to anybody."""
DECIDED = {
    "confirm": lazy_gettext("对您的一项责任追究已确认。"),
    "withdraw": lazy_gettext("对您的一项责任追究已撤回。"),
    "uphold": lazy_gettext("申诉已裁定：驳回申诉。"),
    "revoke": lazy_gettext("申诉已裁定：撤销追究。"),
}
"""What the person hears of an act on a penalty."""
CHIPS = {"soon": "soon", "late": "late", "escalated": "late"}


@dataclass(frozen=True)
class Entry:
    """One notice as the page shows it."""

    url: str
    chip: str
    css: str
    no: str
    text: str
    at: datetime
    unread: bool


class NoticeView(BaseView):
    """One's own inbox, for everybody who is logged in."""

    route_base = "/notices"
    default_view = "list"

    @expose("/")
    def list(self) -> Any:
        by, at = current_actor(), now()
        asked = request.args.get("page", "")
        page = min(max(1, int(asked) if asked.isdecimal() and len(asked) < 5 else 1), FURTHEST)
        found = inbox.lines(session(), by, start=(page - 1) * PAGE, size=PAGE + 1)
        names = view.people(session()) if any(line.post or line.notice.change for line in found) else {}
        granted = _granted() if page == 1 else []
        entries = [entry(line, at, names) for line in found[:PAGE]]
        return render_template("notices.html", title=_("提醒"), days=list(by_day(entries, at)), page=page,
                               more=len(found) > PAGE and page < FURTHEST, now=at, granted=granted)  # fmt: skip

    @expose("/<int:notice_id>")
    def show(self, notice_id: int) -> Any:
        """To what a notice speaks of; on the way it is read."""
        notice = transact(lambda: inbox.read_one(session(), current_actor(), now(), notice_id))
        if notice is None:
            raise Unseen
        if notice.ticket_id is not None:
            return redirect(url_for("TicketView.show", ticket_id=notice.ticket_id))
        if notice.penalty_id is not None:
            return redirect(url_for("PenaltiesView.show", pk=notice.penalty_id))
        if notice.alert is not None:
            return redirect(alerting.page(notice.alert))
        if notice.change_id is not None and agreement.concerns(current_actor()):
            return redirect(url_for("AgreementView.list"))
        if notice.kind == "review":
            review_id = notice.action.review_id if notice.action is not None else notice.review_id
            return redirect(url_for("ReviewView.show", pk=review_id))
        if notice.kind == "digest":
            return redirect(f"{url_for('TicketView.list')}?{urlencode({'turn': 'mine'})}")
        return redirect(url_for("NoticeView.list"))

    @expose("/read", methods=["POST"])
    def read(self) -> Any:
        """全部已读"""
        if transact(lambda: inbox.read(session(), current_actor(), now())):
            flash(_("提醒都已标为已读。"), "success")
        return redirect(url_for("NoticeView.list"))


def _granted() -> list[dict[str, Any]]:
    """What the chairman has granted to the reader and still stands; it is told by being shown."""
    rows = granting.mine(session(), current_actor(), now())
    numbers = numbers_of(rows)
    shown = [{"id": row.id, "what": what(row, numbers), "ticket": row.ticket_id if row.ticket_id in numbers else None,
              "purpose": row.purpose, "until": last_day(row), "frame": row.frame, "new": row.seen_at is None}
             for row in rows]  # fmt: skip
    if any(one["new"] for one in shown):
        transact(lambda: inbox.saw_grants(session(), current_actor(), now()))
        g.pop("unread", None)
    return shown


def unread() -> int:
    """The count in the top bar; one query a page."""
    if "unread" not in g:
        g.unread = inbox.unread(session(), current_actor(), now())
    return int(g.unread)


def opened(**what: int) -> None:
    """A ticket (`ticket_id`) or penalty (`penalty_id`) was looked at: what was told of it is read."""
    if unread() and inbox.read(session(), current_actor(), now(), **what):
        g.pop("unread")
        transact(lambda: inbox.read(session(), current_actor(), now(), **what))


def by_day(entries: list[Entry], at: datetime) -> Iterator[tuple[str, list[Entry]]]:
    """(the day in words, its entries)"""
    today = words.local(at).date()
    for day, some in groupby(entries, key=lambda one: words.local(one.at).date()):
        yield _day(day, today), list(some)


def _day(day: date, today: date) -> str:
    if day == today:
        return _("今天")
    if (today - day).days == 1:
        return _("昨天")
    written = f"{day:%m-%d}" if day.year == today.year else f"{day:%Y-%m-%d}"
    return f"{written} {words.weekday(day)}"


def entry(line: Line, at: datetime, names: dict[int, str]) -> Entry:
    """A notice in words, as things stand now."""
    notice, kind = line.notice, line.notice.kind
    chip = _(LEVELS[kind]) if kind in LEVELS else _("汇总") if kind == "digest" else _("任职")
    css, url = CHIPS.get(kind, ""), url_for("NoticeView.show", notice_id=notice.id)
    if line.owed is not None:
        text, no = owed(line, at), str(line.ticket_no)
        url = url_for("TicketView.show", ticket_id=notice.ticket_id)
        css = css if words.is_open({"settled_at": line.owed.settled_at, "voided_at": line.owed.voided_at}) else "void"
    elif line.penalty is not None:
        text, no, chip = decided(line, at), _("责任追究"), _("追究")
        url = url_for("PenaltiesView.show", pk=line.penalty.id)
    elif notice.alert is not None:
        text, no, chip = alerting.sentence(notice.alert), alerting.title(notice.alert), _("预警")
        css = "late" if notice.alert.ended_at is None else "void"
    elif notice.change is not None:
        change = notice.change
        state = "" if change.state == "done" else f"（{_(STATES[change.state])}）"
        text, no, chip = sentence(change, names) + state, _("保密权限"), _("权限")
    elif kind == "review":
        text, no, chip = of_review(notice), _("总结改进"), _("总结")
        css = "late" if notice.about == "late" else css
    elif line.post is not None:
        text, no = appointed(line.post, at, names), _("任职")
    else:
        text, no = digest(line.digest), _("积下的提醒")
    return Entry(url, chip, css, no, text, notice.made_at, notice.read_at is None)


def of_review(notice: Notice) -> str:
    """二次供水公司 2026 年第 3 季度的总结等您写，10-21 17:30 前提交。"""
    if notice.action is not None:
        return _(ABOUT["due"], what=words.shortened(notice.action.what))
    review = notice.review
    if review is None:
        return ""
    template, facts = Period(review.starts, review.ends).named
    when = words.full(notice.due_at) if notice.due_at else ""
    return _(ABOUT[notice.about or "write"], unit=words.term(review.unit.name), period=_(template, **facts), when=when)


def owed(line: Line, at: datetime) -> str:
    """今天 17:30 前报送结果，还剩 1 小时 20 分。"""
    o = line.owed
    if o is None:
        return ""
    what = words.to_do(o.kind)
    if o.settled_at is not None:
        return _("已完成：%(what)s。", what=what)
    if o.voided_at is not None:
        return _("已不需要：%(what)s。", what=what)
    if at > o.due_at:
        return _("逾期 %(span)s，等待%(what)s。", span=words.span(at - o.due_at, 24), what=what)
    when = words.long_before(o.due_at, at)
    return _("%(when)s%(what)s，还剩 %(span)s。", when=when, what=what, span=words.span(o.due_at - at))


def decided(line: Line, at: datetime) -> str:
    """What was decided on a penalty, not on whom nor of which ticket; while it can be appealed against, until when."""
    penalty, due_at = line.penalty, line.notice.due_at
    if line.act == "appeal":
        waits = penalty is not None and penalty.state == "appealed"
        return _("有一项申诉等您裁定。") if waits else _("有一项申诉，已由别人裁定。")
    said = str(DECIDED.get(line.act, ""))
    open_ = penalty is not None and penalty.decided_at is None and penalty.state in ("confirmed", "executed")
    if line.act == "confirm" and due_at is not None and open_ and at <= due_at:
        said = words.joined(said, _("可以在%(when)s申诉一次。", when=words.long_before(due_at, at)))
    return said


def digest(counted: dict[str, int]) -> str:
    """上次提醒之后：12 件已逾期，28 件将到期。"""
    parts = [_("%(n)s 件%(level)s", n=counted[level], level=_(LEVELS[level])) for level in reversed(LEVELS)
             if counted.get(level)]  # fmt: skip
    return _("这次一并提醒：%(parts)s。", parts="，".join(parts)) if parts else _("一并提醒过的都已办完。")


def appointed(post: Post, at: datetime, names: dict[int, str]) -> str:
    """郑严委托钱进代行“纪检监察”，11-25 至 12-01。"""
    who, what, when = names.get(post.user_id, words.NOTHING), _(POSTS[post.post]), period(post)
    if post.acting_for_id is None:
        return _("%(who)s任“%(what)s”，%(when)s。", who=who, what=what, when=when)
    whom = names.get(post.acting_for_id, words.NOTHING)
    said = _("%(whom)s委托%(who)s代行“%(what)s”，%(when)s。", whom=whom, who=who, what=what, when=when)
    over = _("已提前结束。") if post.ended_at is not None and post.ended_at <= at else ""
    return words.joined(said, over)


def period(post: Post) -> str:
    """2026-11-25 至 2026-12-01, both days included; 自 2026-11-25 起."""
    if post.until is None:
        return _("自 %(day)s 起", day=f"{post.since:%Y-%m-%d}")
    last = date.fromordinal(post.until.toordinal() - 1)
    return _("%(first)s 至 %(last)s", first=f"{post.since:%Y-%m-%d}", last=f"{last:%Y-%m-%d}")
