"""From what was found out of its course to alerts and their notices: opened once, told once, put away when it ends.

What is found is worked out where the figures are (`analytics.alerts`); here it becomes rows, in one transaction.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from models import actor
from models.alert import Alert, AlertDay, AlertRule
from models.database import insert
from models.notice import Notice
from models.reminding.recipients import Recipients
from models.types import local_date, new_id

CALM = timedelta(days=14)
"""A cluster ends when so many days have passed without it: two of the weeks that are compared. What a month says ends
with the month that says otherwise."""
OF_MONTHS = ("signal", "assurance")


@dataclass(frozen=True)
class Finding:
    """One departure from the usual. facts: figures and codes only. weight: how far, to tell the worst day."""

    kind: str
    since: date
    until: date
    facts: Mapping[str, Any]
    weight: float = 0.0
    metric: str | None = None
    category_id: int | None = None
    district_id: int | None = None
    unit_id: int | None = None
    by_unit: bool = True
    """Whether the unit is what it is about, or only who has most of it."""
    opens: bool = True
    """Whether it is news; what is not goes on with the alert that there is, and opens none."""

    @property
    def key(self) -> str:
        unit = self.unit_id if self.by_unit else None
        return ":".join(str(part or "") for part in (self.kind, self.metric, self.category_id, self.district_id, unit))


@dataclass(frozen=True)
class Told:
    """What a run has done: alerts opened and ended, notices made."""

    opened: int = 0
    ended: int = 0
    notices: int = 0


def due(session: Session, at: datetime) -> date | None:
    """The last finished day, where nobody has looked at it yet."""
    day = _yesterday(at)
    return None if session.get(AlertDay, day) is not None else day


def tell(session: Session, day: date, found: Sequence[Finding], at: datetime) -> Told:
    """Write down what was found of `day`, and tell of what is new. Does not commit; of two runs at once one does it."""
    table = AlertDay.__table__
    claim = insert(session, table).on_conflict_do_nothing().returning(table.c.day)
    if session.scalar(claim, {"day": day, "at": at, "found": len(found)}) is None:
        return Told()
    standing = {one.key: one for one in session.scalars(select(Alert).where(Alert.ended_at.is_(None)))}
    opened = []
    for one in found:
        alert = standing.pop(one.key, None)
        if alert is not None:
            _go_on(alert, one, day)
        elif one.opens:
            opened.append(_open(session, one, day, at))
    over = [one for one in standing.values() if one.kind in OF_MONTHS or day - one.found_on >= CALM]
    for alert in over:
        alert.ended_at = at
    session.flush()
    _put_away(session, [alert.id for alert in over], at)
    return Told(len(opened), len(over), _notify(session, opened, at))


def _yesterday(at: datetime) -> date:
    return local_date(at) - timedelta(days=1)


def _written(one: Finding) -> str:
    return json.dumps({**one.facts, "weight": one.weight}, ensure_ascii=False, sort_keys=True)


def _open(session: Session, one: Finding, day: date, at: datetime) -> Alert:
    alert = Alert(
        key=one.key, kind=one.kind, metric=one.metric, category_id=one.category_id, district_id=one.district_id,
        unit_id=one.unit_id, since=one.since, until=one.until, facts=_written(one), opened_at=at, found_on=day,
    )  # fmt: skip
    session.add(alert)
    return alert


def _go_on(alert: Alert, one: Finding, day: date) -> None:
    """Found again: the figures are those of its worst day, the time runs on."""
    alert.found_on, alert.until = day, max(alert.until, one.until)
    if one.weight > alert.told["weight"]:
        alert.facts = _written(one)


def _put_away(session: Session, ids: Sequence[int], at: datetime) -> None:
    """What has ended asks for nobody's attention any more."""
    session.execute(
        update(Notice)
        .where(Notice.alert_id.in_(ids), Notice.read_at.is_(None))
        .values(read_at=at)
        .execution_options(synchronize_session=False)
    )


def _notify(session: Session, opened: Sequence[Alert], at: datetime) -> int:
    rules = session.scalars(select(AlertRule).where(AlertRule.active).order_by(AlertRule.id)).all()
    if not opened or not rules:
        return 0
    people = [one for one in actor.everybody(session, at) if one.user_id is not None]
    recipients = Recipients(session, people, at)
    readers = {one.user_id for one in people if one.roles - {"auditor"}}
    wanted: dict[tuple[int, int], bool] = {}
    for alert in opened:
        for rule in rules:
            if rule.kind in ("", alert.kind):
                for user_id in recipients.at(rule.recipient, alert.unit_id) & readers:
                    key = (user_id, alert.id)
                    wanted[key] = wanted.get(key, False) or rule.urgent
    rows = [
        {"id": new_id(), "user_id": user_id, "kind": "alert", "alert_id": alert_id, "urgent": urgent, "made_at": at}
        for (user_id, alert_id), urgent in wanted.items()
    ]
    if rows:
        session.execute(insert(session, Notice.__table__).on_conflict_do_nothing(), rows)
    return len(rows)
