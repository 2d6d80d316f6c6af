"""Alerts: each is opened once and told once, to those whom the rules name, and put away when it is over."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select

from models import setup
from models.alert import Alert, AlertRule
from models.notice import Notice
from models.reminding import alerts, inbox
from models.reminding.alerts import CALM, Finding, Told
from tests.fixtures.city import City, shanghai

DAY = date(2026, 3, 6)


def cluster(city: City, *, on: date = DAY, many: int = 12, weight: float = 5.0, **given) -> Finding:
    facts = {"observed": many, "expected": 2.0, "low": 0, "high": 5, "limit": 6, "weeks": 156, "seasoned": True}
    category = city.book().register("category").by_name["水质"].id
    given = {"unit_id": city.plant.id, "by_unit": False, **given}
    return Finding("cluster", on - timedelta(days=6), on + timedelta(days=1), facts, weight, category_id=category,
                   **given)  # fmt: skip


def signal(city: City, **given) -> Finding:
    facts = {"value": 0.7, "center": 0.9, "rules": ["outside"]}
    return Finding("signal", date(2026, 2, 1), date(2026, 3, 1), facts, 3.4, metric="on_time_rate", **given)


def looks(city: City, day: date, *found: Finding) -> Told:
    """A run on the morning after `day`."""
    told = alerts.tell(city.session, day, found, shanghai(f"{day + timedelta(days=1)} 07:30"))
    city.session.flush()
    city.session.expire_all()
    return told


def told(city: City) -> set[str]:
    names = {person.id: name for name, person in city.people.items()}
    return {names[n.user_id] for n in city.session.scalars(select(Notice).where(Notice.kind == "alert"))}


def test_a_cluster_is_told_to_operations_and_the_head_of_the_unit_that_has_it(city):
    assert looks(city, DAY, cluster(city)) == Told(opened=1, ended=0, notices=2)
    assert told(city) == {"operations", "head"}


def test_a_chart_of_the_whole_group_is_told_to_operations_and_leadership(city):
    looks(city, DAY, signal(city))
    assert told(city) == {"operations", "leadership"}


def test_whom_to_tell_is_data(city):
    city.session.execute(delete(AlertRule))
    city.changed(AlertRule(kind="cluster", recipient="leadership"), AlertRule(kind="signal", recipient="operations"),
                 AlertRule(kind="", recipient="head", active=False))  # fmt: skip
    looks(city, DAY, cluster(city))
    assert told(city) == {"leadership"}
    setup.seed(city.session, through=2026)
    assert len(list(city.session.scalars(select(AlertRule)))) == 3, "seeding again changes nothing"


def test_however_often_it_is_found_it_is_one_alert_told_once(city):
    looks(city, DAY, cluster(city))
    for n in range(1, 9):
        day = DAY + timedelta(days=n)
        assert looks(city, day, cluster(city, on=day, many=12 + n, weight=5.0 + n)) == Told()
    alert = city.session.scalars(select(Alert)).one()
    assert (alert.since, alert.until) == (DAY - timedelta(days=6), DAY + timedelta(days=9))
    assert alert.told["observed"] == 20, "the figures are those of its worst day"
    assert len(told(city)) == 2


def test_a_second_run_of_the_same_day_does_nothing(city):
    assert alerts.due(city.session, shanghai("2026-03-07 00:05")) == DAY
    looks(city, DAY, cluster(city))
    assert alerts.due(city.session, shanghai("2026-03-07 23:55")) is None
    assert looks(city, DAY, cluster(city), signal(city)) == Told()
    assert alerts.due(city.session, shanghai("2026-03-08 00:00")) == DAY + timedelta(days=1)


def test_a_fortnight_without_it_ends_a_cluster_and_its_notice_is_read(city):
    looks(city, DAY, cluster(city))
    who = city.operations.as_of(city.now)
    for n in range(1, CALM.days):
        assert looks(city, DAY + timedelta(days=n)) == Told()
    assert inbox.unread(city.session, who, city.now) == 1
    over = DAY + CALM
    assert looks(city, over) == Told(ended=1)
    assert inbox.unread(city.session, who, city.now) == 0
    assert looks(city, over + timedelta(days=1), cluster(city, on=over + timedelta(days=1))).opened == 1, "another one"


def test_what_a_month_said_ends_with_the_month_that_says_otherwise(city):
    looks(city, DAY, signal(city), cluster(city))
    assert looks(city, date(2026, 4, 1), cluster(city)) == Told(ended=1)
    kinds = {alert.kind: alert.ended_at is None for alert in city.session.scalars(select(Alert))}
    assert kinds == {"signal": False, "cluster": True}


def test_what_is_no_news_goes_on_with_an_alert_and_opens_none(city):
    facts = {"value": 0.8, "target": 0.95}
    lost = {"metric": "on_time_rate", "facts": facts, "since": date(2026, 2, 1), "until": date(2026, 3, 1)}
    assert looks(city, DAY, Finding("assurance", opens=False, **lost)) == Told()
    assert looks(city, DAY + timedelta(days=1), Finding("assurance", **lost)).opened == 1
    assert looks(city, DAY + timedelta(days=2), Finding("assurance", opens=False, **lost)) == Told()


@pytest.mark.parametrize("by_unit", [True, False], ids=["of the unit", "where it happens to be"])
def test_one_that_changes_hands_is_another_only_if_it_is_the_units_own(city, by_unit):
    looks(city, DAY, cluster(city, by_unit=by_unit))
    again = looks(city, DAY + timedelta(days=1), cluster(city, by_unit=by_unit, unit_id=city.hall.id))
    assert again.opened == int(by_unit)
