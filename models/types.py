"""Shared column kinds: moments in UTC, time-ordered ids, short codes."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, String, TypeDecorator
from sqlalchemy.orm import mapped_column

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""The zone in which people read clocks, days and periods."""

EPOCH_MS = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp() * 1000)


class NaiveTime(ValueError):
    """A time without a zone was about to be stored; what it meant can no longer be told."""


class Moment(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database (timestamptz; on SQLite text in UTC).

    Naive datetimes are refused rather than guessed at.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """One step instead of the two of `process_bind_param`: a million rows feel it."""
        as_text = dialect.name == "sqlite"

        def process(value: datetime | None) -> Any:
            if value is None:
                return None
            if value.tzinfo is not UTC:
                if value.tzinfo is None:
                    raise NaiveTime(f"naive datetime {value!r}")
                value = value.astimezone(UTC)
            return value.isoformat(" ", "microseconds")[:26] if as_text else value

        return process

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    @property
    def python_type(self) -> type[Any]:
        return datetime


class Ids:
    """Time-ordered ids with random low bits: 41 bits of milliseconds since 2020, 12 random ones.

    They stay below 2**53, so that JavaScript reads them exactly, and neither a gap nor a total shows
    (DESIGN §2). Within a process no id is given twice; between processes the primary key decides, and
    the caller draws again.
    """

    def __init__(
        self,
        clock: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        bits: Callable[[int], int] = secrets.randbits,
    ) -> None:
        self._clock, self._bits = clock, bits
        self._lock = threading.Lock()
        self._ms, self._taken = 0, set[int]()

    def __call__(self) -> int:
        with self._lock:
            ms = max(self._clock() - EPOCH_MS, self._ms)
            if ms > self._ms:
                self._ms, self._taken = ms, set()
            elif len(self._taken) > 2048:
                self._ms, self._taken = ms + 1, set()
            low = self._bits(12)
            while low in self._taken:
                low = self._bits(12)
            self._taken.add(low)
            return self._ms << 12 | low


new_id = Ids()

BigId = BigInteger().with_variant(Integer, "sqlite")
ID = Annotated[int, mapped_column(BigId, primary_key=True, autoincrement=False)]
"""Primary key of what arrives all day: drawn by `new_id`."""
Serial = Annotated[int, mapped_column(Integer, primary_key=True)]
"""Primary key of what is set up once: counted."""
Code = Annotated[str, mapped_column(String(20))]
Name = Annotated[str, mapped_column(String(100))]
At = Annotated[datetime, mapped_column(Moment)]
MaybeAt = Annotated[datetime | None, mapped_column(Moment)]


def local_date(at: datetime) -> date:
    """The day of an instant in Shanghai."""
    return at.astimezone(SHANGHAI).date()


def now() -> datetime:
    """The present, for the edges only; everything within takes the time as an argument."""
    return datetime.now(UTC)
