"""总结改进 (第九条): which units have reviewed which period, and what the actions did that fell due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import select

from analytics.dashboards import panels
from analytics.dashboards.page import Answers, Cell, Linked, Look, Page, Panel, Table
from analytics.dashboards.words import Translate
from analytics.periods import local_date
from analytics.questions import Question
from analytics.reviews.judging import judged
from models.actor import Actor
from models.book import Book
from models.policy import QUALITY
from models.review_workflow import STATES
from models.reviews import periods, scope, wording
from models.reviews.document import RATE, Effect
from models.reviews.measures import Measure, measures
from models.reviews.periods import Period
from models.tables import Review, Unit

MOST = 60
"""Rows of a table."""
ADDRESS = "/reviews/"
"""Where the admin has them."""


def asks(look: Look) -> Mapping[str, Question]:
    names = ("complaint_rate", "on_time_rate")
    return {"total": look.ask(names), "time": look.ask(names, look.chosen.grain)}


def make(look: Look, found: Answers) -> Mapping[str, Panel]:
    totals = {row.metric: row for row in found["total"]}
    return {
        "effects": effects(look, _due(look)),
        "rate": panels.trend(look, panels.of(found["time"], "complaint_rate"), totals["complaint_rate"]),
        "on-time": panels.trend(look, panels.of(found["time"], "on_time_rate"), totals["on_time_rate"]),
        "written": written(look),
    }


def _due(look: Look) -> list[Measure]:
    """Actions due in the period, the latest of them: of what was submitted for who reads that, else of what is out."""
    units = None
    if look.chosen.unit:
        units = look.session.scalars(select(Unit.id).where(Unit.name == look.chosen.unit)).all()
    end = min(local_date(look.chosen.end), local_date(look.as_of) + timedelta(days=1))
    found = measures(look.session, local_date(look.chosen.start), end, units=units, released=not _oversees(look.actor))
    return found[-MOST:]


def _oversees(actor: Actor) -> bool:
    return actor.chairman or bool(actor.roles & {"operations", "leadership"})


def effects(look: Look, due: list[Measure]) -> Panel:
    """Before against after of each action, in words and with its interval: a table, and no ranking."""
    _ = look.gettext
    window = Book(look.session, b"").number("review_window", QUALITY, look.as_of, periods.WINDOW)
    found = judged(look.session, due, as_of=look.as_of, window=window)
    whose = {one.id: one for one in due}
    verdicts = Counter(one.verdict for one in found)
    counted = _("、").join(_("%(verdict)s %(n)d 项") % {"verdict": _(wording.VERDICTS[verdict]), "n": verdicts[verdict]}
                          for verdict in wording.VERDICTS if verdicts[verdict])  # fmt: skip
    said = _("所选期间没有到期的改进措施。")
    if found:
        said = _("到期 %(n)d 项：%(counted)s。") % {"n": len(found), "counted": counted}
        undone = sum(one.done == "" for one in found)
        said += _("其中 %(n)d 项单位还没有报告落实。") % {"n": undone} if undone else ""
    head = (_("单位"), _("改进措施"), _("期限"), _("落实"), _("类别"), _("前"), _("后"), _("比值"), _("95% 区间"),
            _("结论"))  # fmt: skip
    rows = tuple(_row(one, whose[one.action_id], look, _) for one in reversed(found))
    feet = (_("期限前后各 %(days)d 天，不到的按已过的天数") % {"days": window}, _("产品质量口径"),
            _("区间含 1 的，数据尚不能判断"))  # fmt: skip
    return Panel(said, None, Table(head, rows), feet)


def _row(one: Effect, of: Measure, look: Look, _: Translate) -> tuple[Cell, ...]:
    compared = bool(one.days and (one.before or one.after))
    readable = look.tickets is not None
    what: Cell = Linked(one.what, f"{ADDRESS}{of.review_id}") if readable else one.what
    return (
        Linked(of.unit, look.narrowed(unit=of.unit)), what, one.due.isoformat(),
        _(wording.carried_out(one.done, one.due, local_date(look.as_of))),
        _(one.category) if one.category else _("全部"), f"{one.before:,}", f"{one.after:,}",
        f"{one.ratio:.2f}" if one.ratio is not None else "—",
        wording.interval(one.low, one.high, RATE) if compared else "—", _(wording.VERDICTS[one.verdict]),
    )  # fmt: skip


def written(look: Look) -> Panel:
    """Reviews of the period that this person may read, and how far each is."""
    _, chosen = look.gettext, look.chosen
    asked = (
        select(Review, Unit.name)
        .join(Unit, Unit.id == Review.unit_id)
        .where(
            scope.visible(look.actor), Review.starts < local_date(chosen.end), Review.ends > local_date(chosen.start)
        )
        .order_by(Review.starts.desc(), Unit.name)
    )
    if chosen.unit:
        asked = asked.where(Unit.name == chosen.unit)
    rows = look.session.execute(asked.limit(MOST)).all()
    states = Counter(review.state for review, _unit in rows)
    said = _("所选期间没有您能看的总结。")
    if rows:
        counted = _("、").join(_("%(state)s %(n)d 份") % {"state": _(STATES[state].zh), "n": states[state]}
                              for state in STATES if states[state])  # fmt: skip
        said = _("所选期间 %(n)d 份总结：%(counted)s。") % {"n": len(rows), "counted": counted}
    cells = tuple(
        (Linked(unit, f"{ADDRESS}{review.id}"), _period(Period(review.starts, review.ends), _),
         _(STATES[review.state].zh), _day(review.submitted_at), _day(review.released_at))
        for review, unit in rows
    )  # fmt: skip
    table = Table((_("单位"), _("期间"), _("状态"), _("提交"), _("发布")), cells)
    return Panel(said, None, table, (_("只列您能看的"),))


def _period(period: Period, _: Translate) -> str:
    template, facts = period.named
    return _(template) % facts


def _day(at: datetime | None) -> str:
    return local_date(at).isoformat() if at is not None else "—"


PAGE = Page(
    name="reviews",
    title="总结改进",
    panels={
        "effects": "到期改进措施的效果", "rate": "万户投诉率", "on-time": "72 小时办理及时率", "written": "单位总结",
    },
    asks=asks,
    make=make,
)  # fmt: skip
