"""预警: what has left its usual course and was told of, once, however often it is looked for (第九条).

A complaint that clusters, a control chart that calls its latest month, a target that is no longer met: each opens one
alert, which ends when it is found no more. Product quality alone: nothing here knows of a discipline ticket.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model
from models.organisation import District, Unit
from models.rule import Category
from models.types import At, Code, MaybeAt, Serial

KINDS = {"cluster": "投诉聚集", "signal": "指标变差", "assurance": "不再达标"}
WATCHED = {
    "complaint_rate": "万户投诉率",
    "on_time_rate": "办理及时率（72 小时）",
    "first_time_satisfaction": "一次办结满意率",
}
"""Figures whose control charts raise alerts, by name: how many complain, how soon and how well they are answered."""
RECIPIENTS = {
    "operations": "运营管理部",
    "leadership": "集团领导",
    "head": "承办单位负责人",
    "leader": "承办单位直接领导",
    "deputy_in_charge": "承办单位分管负责人",
}
"""Whom a rule may mean. Those of a unit hear of what is about their unit."""
SEEDED = (
    ("", "operations", False),
    ("cluster", "head", False),
    ("signal", "head", False),
    ("assurance", "head", False),
    ("signal", "leadership", False),
    ("assurance", "leadership", False),
)
"""(kind, recipient, urgent), as `run.py init` writes them."""

OPEN = text("ended_at IS NULL")


class AlertRule(Model):
    """Whom to tell of which kind of alert."""

    __tablename__ = "alert_rule"
    __table_args__ = (CheckConstraint("kind IN ('', 'cluster', 'signal', 'assurance')", name="alert_rule_kind"),)

    id: Mapped[Serial]
    kind: Mapped[Code] = mapped_column(default="")
    """Empty: all."""
    recipient: Mapped[Code]
    urgent: Mapped[bool] = mapped_column(default=False)
    """Goes out in quiet hours too."""
    active: Mapped[bool] = mapped_column(default=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.recipient}"


class Alert(Model):
    """One departure from the usual, from the day it was found to the day it was found no more."""

    __tablename__ = "alert"
    __table_args__ = (
        CheckConstraint("kind IN ('cluster', 'signal', 'assurance')", name="alert_kind"),
        CheckConstraint("(metric IS NULL) = (kind = 'cluster')", name="alert_of_a_metric_or_a_category"),
        CheckConstraint("(category_id IS NOT NULL) = (kind = 'cluster')", name="alert_cluster_has_a_category"),
        CheckConstraint("until > since", name="alert_period_in_order"),
        Index("one_open_alert", "key", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_alert_opened", "opened_at"),
    )

    id: Mapped[Serial]
    key: Mapped[str] = mapped_column(String(100))
    """What it is about, as one word: of two runs at once one opens it."""
    kind: Mapped[Code]
    metric: Mapped[str | None] = mapped_column(String(40))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    district_id: Mapped[int | None] = mapped_column(ForeignKey("district.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    """The unit it is about; of a cluster in a district, the one that has most of its tickets."""
    since: Mapped[date] = mapped_column(Date)
    """The first day of what was counted, in Shanghai."""
    until: Mapped[date] = mapped_column(Date)
    """Exclusive."""
    facts: Mapped[str] = mapped_column(Text)
    """JSON of figures and codes, as they stood when it was at its furthest."""
    opened_at: Mapped[At]
    found_on: Mapped[date] = mapped_column(Date)
    """The last day on which it was found."""
    ended_at: Mapped[MaybeAt]

    category: Mapped[Category | None] = relationship()
    district: Mapped[District | None] = relationship()
    unit: Mapped[Unit | None] = relationship()

    @property
    def told(self) -> Mapping[str, Any]:
        """The facts, read."""
        return json.loads(self.facts)  # type: ignore[no-any-return]

    @property
    def place(self) -> District | Unit | None:
        """Where it is: a district, a unit, or (None) everywhere."""
        return self.district or self.unit

    def __str__(self) -> str:
        return self.key


class AlertDay(Model):
    """A day that was looked at: by one run, once, whatever it found."""

    __tablename__ = "alert_day"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    at: Mapped[At]
    found: Mapped[int] = mapped_column(Integer)
