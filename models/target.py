"""What a figure is to come to, and from when: targets as rows, edited like the terms (KPI.md).

The figures themselves are declared in `analytics.metrics`; a test holds the names here to them.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, Date, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Model
from models.types import Name, Serial

SHARES = {
    "on_time_rate": "办理及时率（72 小时）",
    "dispatch_on_time_rate": "转办及时率",
    "callback_on_time_rate": "回访及时率",
    "opinion_on_time_rate": "初步意见及时率",
    "upstream_on_time_rate": "上级交办按期办结率",
    "reach_rate": "回访接通率",
    "first_time_satisfaction": "一次办结满意率",
    "resolution_rate": "解决率",
    "satisfaction_rate": "回访满意率",
    "repeat_callback_rate": "重复回访率",
    "repeat_complaint_rate": "重复投诉率",
}
"""Figures whose target is a share of one."""
OTHERS = {
    "complaint_rate": "万户投诉率",
    "rounds": "平均办理轮次",
    "open_third_round": "第三轮以上未结",
    "close_hours_p50": "办结时长中位数（小时）",
    "close_hours_p90": "办结时长九成在内（小时）",
    "handle_hours_p50": "处理时长中位数（小时）",
    "handle_hours_p90": "处理时长九成在内（小时）",
    "backlog": "未结案",
    "overdue": "超期未办",
}
"""Figures whose target is in their own unit."""
TARGETED = SHARES | OTHERS

SEEDED = ("on_time_rate", "callback_on_time_rate", "opinion_on_time_rate")
"""What the 办法 itself demands of every single case, without exception: 72 hours (第六条(二)5, 流程④), a call-back
(第六条(三)) and an opinion (流程②) within one working day. Their target is all of them. Whatever else is aimed at,
a milder target for a start among it, is the house's to enter."""


class KpiTarget(Model):
    """The latest one on a day is in force; a month is judged by its own, not by today's."""

    __tablename__ = "kpi_target"
    __table_args__ = (
        UniqueConstraint("metric", "since", name="one_target_per_metric_and_day"),
        CheckConstraint("target >= 0", name="kpi_target_not_negative"),
    )

    id: Mapped[Serial]
    metric: Mapped[Name]
    """A key of `TARGETED`."""
    target: Mapped[Decimal] = mapped_column(Numeric(10, 4))
    """A share as 0.95, else in the figure's own unit."""
    since: Mapped[date] = mapped_column(Date)

    def __str__(self) -> str:
        return f"{self.metric} {self.target} {self.since}"
