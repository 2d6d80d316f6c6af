"""When things happen in the demo city: seasons, weekdays, hours, bursts."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from models.types import SHANGHAI

SEASON = {
    "水压": (0.6, 0.5, 0.6, 0.8, 1.1, 1.7, 2.2, 2.0, 1.2, 0.8, 0.6, 0.6),
    "水质": (0.8, 0.7, 0.9, 1.0, 1.1, 1.3, 1.4, 1.4, 1.1, 0.9, 0.8, 0.8),
    "工程设计": (0.6, 0.5, 1.0, 1.2, 1.2, 1.1, 1.0, 1.0, 1.2, 1.2, 1.0, 0.8),
    "安装": (0.6, 0.5, 1.1, 1.3, 1.2, 1.1, 1.0, 1.0, 1.2, 1.2, 1.0, 0.7),
    "维修": (1.7, 1.4, 0.9, 0.8, 0.8, 0.9, 0.9, 0.9, 0.8, 0.8, 1.0, 1.5),
    "其他": (1.0, 0.8, 1.0, 1.0, 1.0, 1.1, 1.2, 1.2, 1.0, 0.9, 0.9, 1.0),
}
"""Relative load of January … December by category."""
SHARE = {"水压": 0.23, "水质": 0.14, "工程设计": 0.04, "安装": 0.11, "维修": 0.27, "其他": 0.21}
WEEKDAY = (1.25, 1.1, 1.0, 1.0, 1.05, 0.8, 0.75)
HOURS = (0.2, 0.1, 0.1, 0.1, 0.1, 0.4, 1.5, 4, 7, 8, 7.5, 5.5, 4, 4, 5, 5.5, 5.5, 6, 6.5, 6, 4.5, 3, 1.5, 0.6)


def local(day: date, hour: float) -> datetime:
    """A Shanghai wall-clock time as an instant."""
    return (datetime.combine(day, time(), SHANGHAI) + timedelta(hours=hour)).astimezone(UTC)


def moment_on(rng: Random, day: date) -> datetime:
    """Some time of a day, as telephones ring."""
    hour = rng.choices(range(24), HOURS)[0]
    return local(day, hour) + timedelta(seconds=rng.randrange(3600))


def days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days)]


def weight(category: str, day: date) -> float:
    return SEASON[category][day.month - 1] * WEEKDAY[day.weekday()]


def working(rng: Random, at: datetime) -> datetime:
    """The same moment if people are at work then, else some minutes after the next morning's start."""
    there = at.astimezone(SHANGHAI)
    if 8 <= there.hour < 18:
        return at
    day = there.date() if there.hour < 8 else there.date() + timedelta(days=1)
    return local(day, 8) + timedelta(minutes=rng.uniform(5, 180))


def after(rng: Random, at: datetime, median_hours: float, spread: float = 0.7) -> datetime:
    """A log-normal while later, in working hours."""
    return working(rng, at + timedelta(hours=median_hours * math.exp(rng.gauss(0, spread))))


def soon(rng: Random, at: datetime, low: float, high: float) -> datetime:
    """Between `low` and `high` hours later."""
    return at + timedelta(hours=rng.uniform(low, high))
