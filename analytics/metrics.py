"""Every KPI, declared once: its names, its source, both its parts, when a row counts and what is left out (KPI.md).

Pages, exports, API and command line ask for them by name (`analytics.kpi`). A declaration counts nothing and
divides nothing: `analytics.parts` makes additive parts of it, and a ratio is taken last.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, case, func, or_, select

from analytics import grains
from analytics.grains import AS_OF
from analytics.kinds import Clock, Flow, Hours, Metric, Rate, Stock
from models.tables import CustomerCount, Obligation, Ticket

PER_HOUSEHOLDS = 10_000
AGES = (("1 天内", 0, 1), ("1–3 天", 1, 3), ("3–7 天", 3, 7), ("7–30 天", 7, 30), ("30 天以上", 30, None))

_HOLDER = "办结时或到期时（以先到者为准）持有工单的单位"
_CALLED_ABOUT = "回访所问结果的承办单位"
_LAST = "工单最后转到的单位"
_NONE = "不分单位，只在合计里"
_NOT_DUE = "未到期的；已作废的"
_NO_OUTCOME = "没有接通的；无法回访的；已更正的误操作"
_END = "期末；未完的期间为截至时间"


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
        better="high",
        **said,  # type: ignore[arg-type]
    )


def _latest(first: Any, *others: Any) -> Any:
    for other in others:
        first = case((first >= other, first), else_=other)
    return first


_CLOSING = Clock(
    name="close", grain=grains.ADMITTED, starts=Ticket.registered_at, ends=Ticket.closed_at
)  # fmt: skip
_HANDLING = Clock(
    name="handle", grain=grains.HANDLING, starts=Obligation.opened_at, ends=Obligation.settled_at,
    cut=Obligation.voided_at,
)  # fmt: skip
PERCENTILES = {"p50": (0.5, "中位数", "median"), "p90": (0.9, "九成在内", "nine in ten within")}


def _hours(clock: Clock, zh: str, en: str, **said: str) -> list[Metric]:
    return [
        Hours(
            name=f"{clock.name}_hours_{short}", zh=f"{zh}{told}（小时）", en=f"{en}, {english} (hours)",
            grain=clock.grain, clock=clock, percentile=percentile, share=False, better="low", **said,  # type: ignore[arg-type]
        )
        for short, (percentile, told, english) in PERCENTILES.items()
    ]  # fmt: skip


def _penalties(**said: Any) -> Flow:
    """What was decided against somebody, and stands."""
    return Flow(
        source="第八条", share=False, personal=True, grain=grains.PENALTIES, stands_at="确认时间",
        excluded="未确认的；撤回的；撤销的（不论截至何时）", by_unit="被追究人所在单位", **said,
    )  # fmt: skip


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Flow(
            name="complaints", zh="投诉量", en="Complaints", source="第六条(一)", share=False,
            grain=grains.COMPLAINTS, formula="登记的投诉件数", excluded="无", stands_at="登记时间", by_unit=_LAST,
        ),
        Rate(
            name="complaint_rate", zh="万户投诉率", en="Complaints per 10,000 customers a month",
            source="在册户数", share=False, better="low", grain=grains.COMPLAINTS, per=PER_HOUSEHOLDS,
            formula="投诉件数 / 在册户数（逐月相加）× 10,000",
            denominator=select(CustomerCount.unit_id, CustomerCount.month, CustomerCount.customers),
            excluded="没有在册户数的单位月（另作“缺”列出）", stands_at="登记时间",
            by_unit=_LAST + "；只列有在册户数的单位",
        ),
        Flow(
            name="admissible_rate", zh="成立率", en="Complaints admitted", source="第六条(二)1",
            grain=grains.COMPLAINTS, formula="没有不予受理的 / 已作首次处理的",
            numerator=and_(grains.DECIDED_ON, grains.NOT_DECLINED), denominator=grains.DECIDED_ON,
            excluded="还没有首次处理的", stands_at="登记时间", by_unit=_LAST,
        ),
        Flow(
            name="founded_rate", zh="属实率", en="Discipline complaints found true", source="流程②",
            grain=grains.FOUND, formula="认定属实的 / 已作认定的（违规违纪和服务态度类）",
            numerator=grains.FOUNDED, denominator=grains.ALWAYS, excluded="还没有认定的；产品质量类",
            stands_at="认定时间", by_unit=_LAST,
        ),
        _punctual("handle", name="on_time_rate", zh="办理及时率（72 小时）", en="Handled on time (72 hours)",
                  source="第六条(二)5，流程④", formula="按时报送结果的 / 到期的办理时限", by_unit=_HOLDER),
        _punctual("dispatch", name="dispatch_on_time_rate", zh="转办及时率", en="Dispatched on time",
                  source="内部指标", formula="按时转办的 / 到期的转办时限", by_unit=_NONE),
        _punctual("callback", name="callback_on_time_rate", zh="回访及时率", en="Called back on time",
                  source="第六条(三)1、2", formula="按时回访的 / 到期的回访时限", by_unit=_CALLED_ABOUT),
        _punctual("opinion", name="opinion_on_time_rate", zh="初步意见及时率", en="Opinions on time",
                  source="流程②", formula="按时上报的 / 到期的初步意见时限", by_unit=_NONE),
        _punctual("upstream", name="upstream_on_time_rate", zh="上级交办按期办结率", en="Forwarders' deadlines met",
                  source="交办方时限", formula="按时办结的 / 到期的交办方时限", by_unit=_NONE),
        Flow(
            name="reach_rate", zh="回访接通率", en="Call-back rounds that reached the customer",
            source="第六条(三)", better="high", grain=grains.ROUNDS, formula="接通的回访轮次 / 拨打过或无法回访的轮次",
            numerator=grains.REACHED, denominator=grains.ALWAYS,
            excluded="没有拨过、也没有按无法回访办结的轮次；已更正的误操作",
            stands_at="本轮首次拨打时间；没有拨过即办结的，为办结时间", by_unit=_CALLED_ABOUT,
        ),
        Flow(
            name="first_time_satisfaction", zh="一次办结满意率", en="Satisfied at the first call-back",
            source="第六条(三)", better="high", grain=grains.OUTCOMES, among=grains.FIRST,
            formula="首次回访结果即满意的工单 / 有回访结果的工单", numerator=grains.SATISFIED,
            denominator=grains.ALWAYS, excluded=_NO_OUTCOME, stands_at="首次回访结果时间", by_unit=_CALLED_ABOUT,
        ),
        Flow(
            name="resolution_rate", zh="解决率", en="Solved, as customers say", source="第六条(三)", better="high",
            grain=grains.OUTCOMES, among=grains.SAID, formula="顾客说已解决的 / 说了是否解决的回访结果",
            numerator=grains.SOLVED, denominator=grains.ALWAYS, excluded="没有问是否解决的；" + _NO_OUTCOME,
            stands_at="回访结果时间", by_unit=_CALLED_ABOUT,
        ),
        Flow(
            name="satisfaction_rate", zh="回访满意率", en="Satisfied call-backs", source="第六条(三)", better="high",
            grain=grains.OUTCOMES, formula="满意的 / 全部回访结果", numerator=grains.SATISFIED,
            denominator=grains.ALWAYS, excluded=_NO_OUTCOME, stands_at="回访结果时间", by_unit=_CALLED_ABOUT,
        ),
        Flow(
            name="repeat_callback_rate", zh="重复回访率", en="Tickets called back more than once",
            source="第六条(三)", better="low", grain=grains.OUTCOMES, among=grains.FIRST,
            formula="有两次以上回访结果的工单 / 有回访结果的工单", numerator=grains.ASKED_AGAIN,
            denominator=grains.ALWAYS, excluded=_NO_OUTCOME, stands_at="首次回访结果时间", by_unit=_CALLED_ABOUT,
        ),
        Flow(
            name="rounds", zh="平均办理轮次", en="Rounds of handling", source="第六条(三)", share=False, better="low",
            grain=grains.CLOSED, formula="办理轮次 / 办结的工单", weight=Ticket.round, denominator=grains.ALWAYS,
            excluded="不予受理的；调查认定不属实、向顾客说明即办结的", stands_at="办结时间", by_unit=_LAST,
        ),
        Stock(
            name="open_third_round", zh="第三轮以上未结", en="Open in the third round or later", source="第六条(三)",
            share=False, better="low", grain=grains.THIRD_ROUNDS, starts=grains.THIRD_ROUNDS.at, ends=Ticket.closed_at,
            formula="回访已有两次不满意、还没有办结的投诉件数", excluded="已更正的误操作", stands_at=_END,
            by_unit=_LAST,
        ),
        Flow(
            name="repeat_complaint_rate", zh="重复投诉率", en="Repeat complaints", source="内部约定", better="low",
            grain=grains.REPEATS, formula="重复投诉 / 全部投诉", numerator=grains.IS_REPEAT,
            denominator=grains.ALWAYS, excluded="无", stands_at="登记时间",
            by_unit="重复投诉计入上一次投诉的单位，其余为" + _LAST,
        ),
        *_hours(
            _CLOSING, "办结时长", "Registered to closed", source="第六条(一)",
            formula="从登记到办结的小时数，未办结的按截至时间删失（Kaplan–Meier）；分子为已办结的，分母为全部",
            excluded="不予受理的", stands_at="登记时间", by_unit=_LAST,
        ),
        *_hours(
            _HANDLING, "处理时长", "Assigned to result", source="第六条(二)5，流程④",
            formula="每轮从转到单位到报送结果的小时数，未报送的按截至时间删失（Kaplan–Meier）；分子为已报送的，分母为全部",
            excluded="已作废的", stands_at="转到单位的时间", by_unit=_HOLDER,
        ),
        Stock(
            name="backlog", zh="未结案", en="Open complaints", source="第六条(一)", share=False, better="low",
            formula="登记了、还没有办结的投诉件数",
            grain=grains.COMPLAINTS, starts=Ticket.registered_at, ends=Ticket.closed_at, ages=AGES,
            excluded="无", stands_at=_END, by_unit=_LAST,
        ),
        Stock(
            name="overdue", zh="超期未办", en="Overdue obligations", source="第六条(二)5 等", share=False, better="low",
            formula="过了期限、还没有履行的时限条数",
            grain=grains.OWED, starts=_latest(Obligation.due_at, Obligation.opened_at, Ticket.registered_at),
            ends=_ENDED, known=and_(Obligation.due_at < AS_OF, or_(_ENDED.is_(None), Obligation.due_at < _ENDED)),
            excluded="已作废的", stands_at=_END, by_unit=_HOLDER + "；无单位的只在合计里",
        ),
        _penalties(name="penalties", zh="责任追究", en="Penalties", formula="确认的追究件数（一人一职一件）"),
        _penalties(
            name="penalty_amount", zh="责任追究金额（元）", en="Penalties (yuan)", formula="确认的追究金额之和",
            weight=grains.CENTS, scale=100,
        ),
    )
}  # fmt: skip
AGED = frozenset(name for name, metric in METRICS.items() if isinstance(metric, Stock) and metric.ages)
"""The metrics that can be divided by age."""
PERSONAL = frozenset(name for name, metric in METRICS.items() if metric.personal)
"""The metrics that count what befell persons."""
