"""Every KPI, declared once: its names, its source, both its parts, when a row counts and what is left out (KPI.md).

Pages, exports, API and command line ask for them by name (`analytics.kpi`). A declaration counts nothing and
divides nothing: `analytics.parts` makes additive parts of it, and a ratio is taken last.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select

from analytics import grains
from analytics.grains import AS_OF, Grain, Where
from models.tables import CustomerCount, Obligation, Ticket


@dataclass(frozen=True, kw_only=True, eq=False)
class Metric:
    """What every figure says of itself. excluded, stands_at, by_unit: in words, for the page and the docs."""

    name: str
    zh: str
    en: str
    source: str
    """The clause of the 办法 it measures, or where the definition comes from."""
    grain: Grain
    excluded: str
    stands_at: str
    by_unit: str
    share: bool = True
    """Whether the value is a share of one (shown as per cent)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Flow(Metric):
    """Counted in the period in which each row stands. No denominator: a count."""

    numerator: Where = grains.ALWAYS
    denominator: Where | None = None
    among: Where = grains.ALWAYS
    """The rows that matter at all, so that the database need not look at the others."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Rate(Metric):
    """Counted in its period, per so many of something that another table counts by unit and month."""

    numerator: Where = grains.ALWAYS
    denominator: Select[int, date, int]
    """(unit_id, month, how many)."""
    per: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Stock(Metric):
    """Counted as of an instant: each row is there from `starts` until `ends`. Summed over units, never over time.

    known: what must hold at AS_OF besides having started.
    """

    starts: Any
    ends: Any
    known: Where = grains.ALWAYS
    ages: tuple[tuple[str, int, int | None], ...] = ()
    """(label, from, to) in days since it started, where it can be divided so."""


PER_HOUSEHOLDS = 10_000
AGES = (("1 天内", 0, 1), ("1–3 天", 1, 3), ("3–7 天", 3, 7), ("7–30 天", 7, 30), ("30 天以上", 30, None))

_HOLDER = "办结时或到期时（以先到者为准）持有工单的单位"
_CALLED_ABOUT = "回访所问结果的承办单位"
_LAST = "工单最后转到的单位"
_NONE = "不分单位，只在合计里"
_NOT_DUE = "未到期的；已作废的"
_NO_OUTCOME = "没有接通的；无法回访的；已更正的误操作"


# Never overdue was what ended by its deadline: most rows, and the quickest to pass over.
_ENDED = func.coalesce(Obligation.settled_at, Obligation.voided_at)


def _punctual(kind: str, **said: str) -> Flow:
    """The share of obligations of a kind met by their deadline, of those met or past it."""
    return Flow(
        grain=grains.OWED,
        among=Obligation.kind == kind,
        numerator=grains.ON_TIME,
        denominator=grains.COUNTED,
        excluded=_NOT_DUE,
        stands_at="到期时间",
        **said,  # type: ignore[arg-type]
    )


def _latest(first: Any, *others: Any) -> Any:
    for other in others:
        first = case((first >= other, first), else_=other)
    return first


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Flow(
            name="complaints", zh="投诉量", en="Complaints", source="第六条(一)", share=False,
            grain=grains.COMPLAINTS, excluded="无", stands_at="登记时间", by_unit=_LAST,
        ),
        Rate(
            name="complaint_rate", zh="万户投诉率", en="Complaints per 10,000 customers a month",
            source="在册户数", share=False, grain=grains.COMPLAINTS, per=PER_HOUSEHOLDS,
            denominator=select(CustomerCount.unit_id, CustomerCount.month, CustomerCount.customers),
            excluded="没有在册户数的单位月（另作“缺”列出）", stands_at="登记时间",
            by_unit=_LAST + "；只列有在册户数的单位",
        ),
        _punctual("handle", name="on_time_rate", zh="办理及时率（72 小时）", en="Handled on time (72 hours)",
                  source="第六条(二)5，流程④", by_unit=_HOLDER),
        _punctual("dispatch", name="dispatch_on_time_rate", zh="转办及时率", en="Dispatched on time",
                  source="内部指标", by_unit=_NONE),
        _punctual("callback", name="callback_on_time_rate", zh="回访及时率", en="Called back on time",
                  source="第六条(三)1、2", by_unit=_CALLED_ABOUT),
        _punctual("opinion", name="opinion_on_time_rate", zh="初步意见及时率", en="Opinions on time",
                  source="流程②", by_unit=_NONE),
        _punctual("upstream", name="upstream_on_time_rate", zh="上级交办按期办结率", en="Forwarders' deadlines met",
                  source="交办方时限", by_unit=_NONE),
        Flow(
            name="reach_rate", zh="回访接通率", en="Call-back rounds that reached the customer",
            source="第六条(三)", grain=grains.ROUNDS, numerator=grains.REACHED, denominator=grains.ALWAYS,
            excluded="没有拨过、也没有按无法回访办结的轮次；已更正的误操作",
            stands_at="本轮首次拨打时间；没有拨过即办结的，为办结时间", by_unit=_CALLED_ABOUT,
        ),
        Flow(
            name="first_time_satisfaction", zh="一次办结满意率", en="Satisfied at the first call-back",
            source="第六条(三)", grain=grains.OUTCOMES, among=grains.FIRST, numerator=grains.SATISFIED,
            denominator=grains.ALWAYS, excluded=_NO_OUTCOME, stands_at="首次回访结果时间", by_unit=_CALLED_ABOUT,
        ),
        Flow(
            name="satisfaction_rate", zh="回访满意率", en="Satisfied call-backs", source="第六条(三)",
            grain=grains.OUTCOMES, numerator=grains.SATISFIED, denominator=grains.ALWAYS,
            excluded=_NO_OUTCOME, stands_at="回访结果时间", by_unit=_CALLED_ABOUT,
        ),
        Flow(
            name="repeat_callback_rate", zh="重复回访率", en="Tickets called back more than once",
            source="第六条(三)", grain=grains.OUTCOMES, among=grains.FIRST, numerator=grains.ASKED_AGAIN,
            denominator=grains.ALWAYS, excluded=_NO_OUTCOME, stands_at="首次回访结果时间", by_unit=_CALLED_ABOUT,
        ),
        Flow(
            name="repeat_complaint_rate", zh="重复投诉率", en="Repeat complaints", source="内部约定",
            grain=grains.REPEATS, numerator=grains.IS_REPEAT, denominator=grains.ALWAYS, excluded="无",
            stands_at="登记时间", by_unit="重复投诉计入上一次投诉的单位，其余为" + _LAST,
        ),
        Stock(
            name="backlog", zh="未结案", en="Open complaints", source="第六条(一)", share=False,
            grain=grains.COMPLAINTS, starts=Ticket.registered_at, ends=Ticket.closed_at, ages=AGES,
            excluded="无", stands_at="期末；未完的期间为截至时间", by_unit=_LAST,
        ),
        Stock(
            name="overdue", zh="超期未办", en="Overdue obligations", source="第六条(二)5 等", share=False,
            grain=grains.OWED, starts=_latest(Obligation.due_at, Obligation.opened_at, Ticket.registered_at),
            ends=_ENDED, known=and_(Obligation.due_at < AS_OF, or_(_ENDED.is_(None), Obligation.due_at < _ENDED)),
            excluded="已作废的", stands_at="期末；未完的期间为截至时间", by_unit=_HOLDER + "；无单位的只在合计里",
        ),
    )
}  # fmt: skip
AGED = frozenset(name for name, metric in METRICS.items() if isinstance(metric, Stock) and metric.ages)
"""The metrics that can be divided by age."""
