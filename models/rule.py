"""Policy as rows: categories, channels, terms with effective dates, penalty rules, the calendar (POLICY §2, §4, §6)."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal

from sqlalchemy import CheckConstraint, Date, ForeignKey, Integer, Numeric, String, Time, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Model
from models.organisation import Unit
from models.types import Code, Name, Serial


class Category(Model):
    """投诉类别 under one of the two tracks (第四条). A switched-off one stays on the tickets that have it."""

    __tablename__ = "category"
    __table_args__ = (CheckConstraint("track IN ('quality', 'discipline')", name="category_track"),)

    id: Mapped[Serial]
    name: Mapped[Name] = mapped_column(unique=True)
    track: Mapped[Code] = mapped_column(default="quality")
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    """The unit it is usually assigned to; a person decides."""
    active: Mapped[bool] = mapped_column(default=True)

    unit: Mapped[Unit | None] = relationship()

    def __str__(self) -> str:
        return self.name


class Channel(Model):
    """受理渠道: the hotline itself, or who handed the complaint over (流程①)."""

    __tablename__ = "channel"

    id: Mapped[Serial]
    name: Mapped[Name] = mapped_column(unique=True)
    forwarder: Mapped[bool] = mapped_column(default=False)
    """Whether it comes with a number and a deadline of its own."""
    active: Mapped[bool] = mapped_column(default=True)

    def __str__(self) -> str:
        return self.name


class Rule(Model):
    """A term of the 办法 with the day from which it is in force.

    The latest one in force on the (Shanghai) day an obligation opens gives its deadline; deadlines already
    set stay as they were. No amount: switched off.
    """

    __tablename__ = "rule"
    __table_args__ = (
        UniqueConstraint("key", "track", "since", name="one_rule_per_key_and_day"),
        CheckConstraint("amount IS NULL OR amount > 0", name="rule_amount_positive"),
        CheckConstraint("measure IN ('hours', 'days', 'working_days', 'times', 'years')", name="rule_measure"),
        CheckConstraint("track IN ('', 'quality', 'discipline')", name="rule_track"),
    )

    id: Mapped[Serial]
    key: Mapped[Code]
    track: Mapped[Code] = mapped_column(default="")
    """Empty: both tracks."""
    since: Mapped[date] = mapped_column(Date)
    amount: Mapped[int | None] = mapped_column(Integer)
    measure: Mapped[Code]
    clause: Mapped[Name] = mapped_column(default="")

    def __str__(self) -> str:
        return f"{self.key} {self.amount or '—'} {self.measure}"


class PenaltyRule(Model):
    """What a clause of 第八条 costs, and from when. Amounts in yuan; none: the person confirming enters it."""

    __tablename__ = "penalty_rule"
    __table_args__ = (UniqueConstraint("clause", "since", name="one_penalty_rule_per_clause_and_day"),)

    id: Mapped[Serial]
    clause: Mapped[Name]
    conduct: Mapped[str] = mapped_column(String(200))
    since: Mapped[date] = mapped_column(Date)
    responsible: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    leader: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    indicator_holder: Mapped[Decimal | None] = mapped_column(Numeric(10, 2))
    by_regulation: Mapped[str | None] = mapped_column(String(100))
    """The other regulation that sets the measure, such as 《供水服务管理办法》第三十四条."""

    def __str__(self) -> str:
        return f"{self.clause} {self.conduct}"


class CalendarYear(Model):
    """A year whose holidays the State Council has announced; the others are provisional."""

    __tablename__ = "calendar_year"
    __table_args__ = (CheckConstraint("year BETWEEN 1949 AND 2200", name="calendar_year_plausible"),)

    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    source: Mapped[str | None] = mapped_column(String(200))

    def __str__(self) -> str:
        return str(self.year)


class CalendarDay(Model):
    """A day that is not what its weekday says: a holiday, or a make-up working day (调休)."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    working: Mapped[bool]
    name: Mapped[Name] = mapped_column(default="")

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class ClosingTime(Model):
    """下班时间 by date range. Where ranges overlap, the one that starts last counts; a yearly one returns each year."""

    __tablename__ = "closing_time"
    __table_args__ = (CheckConstraint("ends IS NULL OR ends >= starts", name="closing_range_in_order"),)

    id: Mapped[Serial]
    starts: Mapped[date] = mapped_column(Date)
    ends: Mapped[date | None] = mapped_column(Date)
    """The last day, inclusive."""
    yearly: Mapped[bool] = mapped_column(default=False)
    closes: Mapped[time] = mapped_column(Time)

    def __str__(self) -> str:
        return f"{self.starts:%m-%d} {self.closes:%H:%M}"


class NumberSeries(Model):
    """The last number given out to a quality ticket in a year."""

    __tablename__ = "number_series"

    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(Integer)
