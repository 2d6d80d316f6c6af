"""Who calls when: everyday complaints by season, burst mains, customers who call again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from random import Random

from models.case import Case
from models.demo import words
from models.demo.city import DISTRICTS
from models.demo.lives import Caller, Plan, Teller
from models.demo.rhythm import SEASON, SHARE, moment_on, soon, weight

DISCIPLINE_SHARE, OTHER_KINDS, REPEATS, ANONYMOUS = 0.03, 0.16, 0.035, 0.08
BURST = 0.008
"""Share of all tickets that the callers of one burst main make."""
IMPROVED_DAYS = 270
"""For how many days the improvement action of one unit has been at work."""
IMPROVEMENT = 0.45
"""What is left of that unit's complaints since."""


def plans(teller: Teller, total: int, days: list[date]) -> Iterator[tuple[Plan, Callable[[Case], None]]]:
    """`total` calls over `days`, in order of time, each with where to report the ticket that came of it."""
    rng = teller.rng
    bursts = [days[len(days) * 3 // 10], days[len(days) * 7 // 10], days[max(0, len(days) - 2)]]
    size = max(3, round(total * BURST))
    callers = [plan for day in bursts for plan in _burst(rng, day, size)] if total >= 100 else []
    everyday = _everyday(rng, total - len(callers), days)
    for plan in everyday:
        if plan.at > teller.now:
            plan.at -= timedelta(days=1)
    closed: list[tuple[Case, Plan]] = []
    mains: dict[int, Case] = {}
    for plan in sorted(callers + everyday, key=lambda p: p.at):
        if plan.burst is not None:
            plan.main = mains.get(plan.burst)
        elif plan.kind == "complaint" and plan.category in SEASON and rng.random() < REPEATS:
            _call_again(rng, plan, closed)

        def told(case: Case, plan: Plan = plan) -> None:
            if plan.burst is not None:
                mains.setdefault(plan.burst, case)
            elif case.ticket["state"] == "closed" and case.ticket["track"] == "quality":
                closed.append((case, plan))

        yield plan, told


def _call_again(rng: Random, plan: Plan, closed: list[tuple[Case, Plan]]) -> None:
    """Turn a call into the repeat of a ticket that was closed some weeks before."""
    while closed and plan.at - closed[0][0].ticket["closed_at"] > timedelta(days=85):
        closed.pop(0)
    earlier = [
        pair for pair in closed
        if pair[1].category == plan.category and pair[0].ticket["closed_at"] < plan.at - timedelta(days=3)
    ]  # fmt: skip
    if earlier:
        case, before = rng.choice(earlier)
        plan.repeat_of, plan.caller, plan.patient = case, before.caller, False


def _everyday(rng: Random, total: int, days: list[date]) -> list[Plan]:
    moments = [(category, day) for category in SEASON for day in days]
    weights = [
        SHARE[category] * weight(category, day) * (IMPROVEMENT if _improves(category, day, days) else 1)
        for category, day in moments
    ]
    found: list[Plan] = []
    for category, day in rng.choices(moments, weights, k=total):
        found.append(_call(rng, category, moment_on(rng, day)))
    for plan in found:
        plan.improved = (days[-1] - plan.at.date()).days < IMPROVED_DAYS
    return found


def _improves(category: str, day: date, days: list[date]) -> bool:
    return category == "水压" and (days[-1] - day).days < IMPROVED_DAYS


def _call(rng: Random, category: str, at: datetime) -> Plan:
    plan = Plan(at=at, category=category, caller=someone(rng), patient=rng.random() < 0.93)
    if rng.random() < DISCIPLINE_SHARE:
        plan.category = rng.choices(("吃拿卡要", "态度恶劣", "其他违规违纪"), (2, 6, 2))[0]
    elif rng.random() < OTHER_KINDS:
        plan.kind = rng.choice(("repair", "enquiry"))
    plan.forwarded = plan.kind == "complaint" and rng.random() < 0.14
    return plan


def someone(rng: Random, district: str | None = None) -> Caller:
    """A customer, a company, or somebody who gives no name."""
    district = district or rng.choices(list(DISTRICTS), [share for _, share in DISTRICTS.values()])[0]
    neighbourhood = rng.choice(words.NEIGHBOURHOODS[district])
    anonymous = rng.random() < ANONYMOUS
    name = rng.choice(words.SURNAMES) + rng.choice(words.GIVEN)
    if rng.random() < 0.04:
        name = rng.choice(words.ORGANISATIONS)
    phone = f"199{rng.randrange(10**7, 10**8)}" if rng.random() > 0.05 else f"0635-8{rng.randrange(10**5, 10**6)}"
    return Caller(
        name=None if anonymous else name,
        phone=None if anonymous and rng.random() < 0.5 else phone,
        district=district,
        neighbourhood=neighbourhood,
        address=f"{neighbourhood}{rng.randrange(1, 36)}号楼{rng.randrange(1, 5)}单元{rng.randrange(1, 19)}01室",
        account_no=f"37{rng.randrange(10**8, 10**9)}",
    )


def _burst(rng: Random, day: date, size: int) -> list[Plan]:
    """A burst main: one street without water, and everybody calls within hours."""
    district = rng.choice(list(DISTRICTS))
    start = moment_on(rng, day)
    found = []
    for n in range(size):
        caller = someone(rng, district)
        at = start if n == 0 else soon(rng, start, 0.1, 9)
        content = f"{caller.neighbourhood}门口主管爆裂，整条街停水，什么时候能来水？"
        found.append(Plan(at, "维修", caller, unit="抢修中心", content=content, burst=day.toordinal()))
    return found
