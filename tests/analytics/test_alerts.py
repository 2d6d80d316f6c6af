"""Alerts: what raises one, that nothing else does, and whom it is told; on both databases."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import event

from analytics import alerts, clusters
from analytics.labels import Row
from analytics.metrics import METRICS
from analytics.periods import midnight
from models.alert import WATCHED
from tests.analytics.city import City, at

TODAY = date(2026, 2, 2)


def complains(city: City, day: date, many: int = 1, **given) -> list[int]:
    given = {"category": "水压", "district": "老城", **given}
    when = datetime.combine(day, datetime.min.time()).replace(hour=9)
    return [city.register(at(str(when + timedelta(minutes=n))), **given) for n in range(many)]


@pytest.fixture
def usual(city: City) -> City:
    """Two complaints a week of the water's pressure in the old town, for eight weeks; two of its quality."""
    for week in range(8):
        for back in (2, 5):
            complains(city, TODAY - timedelta(days=7 * week + back + 7))
            complains(city, TODAY - timedelta(days=7 * week + back + 7), category="水质", district="新区")
    return city


def found(city: City, day: date = TODAY) -> list[alerts.Finding]:
    return alerts.find(city.session, day, midnight(day) + timedelta(hours=1))


def test_what_its_past_explains_is_no_cluster(usual):
    complains(usual, TODAY - timedelta(days=3), 4)
    assert found(usual) == []


def test_more_than_its_past_explains_is_a_cluster_where_it_is(usual):
    complains(usual, TODAY - timedelta(days=3), 12)
    (one,) = found(usual)
    assert (one.kind, one.since, one.until) == ("cluster", TODAY - timedelta(days=7), TODAY)
    assert usual.book.register("category").name(one.category_id) == "水压"
    assert usual.book.register("district").name(one.district_id) == "老城"
    assert one.facts["observed"] == 12
    assert one.facts["expected"] == pytest.approx(2)
    assert one.facts["seasoned"] is False
    assert one.unit_id is None, "nobody has them yet"


def test_the_unit_that_has_most_of_them_is_concerned(usual):
    for n, ticket in enumerate(complains(usual, TODAY - timedelta(days=3), 12)):
        unit = "东城营业所" if n else "二次供水公司"
        usual.act("operations", ticket, "assign", str(TODAY - timedelta(days=2)) + f" 10:{n:02}", unit=unit)
    (one,) = found(usual)
    assert usual.book.register("unit").name(one.unit_id) == "东城营业所"
    assert one.key == f"cluster::{one.category_id}:{one.district_id}:", "it stays one when the unit changes"


def test_what_is_everywhere_at_once_is_one_matter_of_the_city(usual):
    for district in ("老城", "新区"):
        complains(usual, TODAY - timedelta(days=3), 12, district=district)
    complains(usual, TODAY - timedelta(days=3), 12, district=None)
    (one,) = found(usual)
    assert (one.district_id, one.unit_id, one.facts["observed"]) == (None, None, 36)


def test_without_districts_the_places_are_units(city):
    for week, many in enumerate([12, *[2] * 8]):
        day = TODAY - timedelta(days=7 * week + 3)
        for ticket in complains(city, day, many, category="维修", district=None):
            city.act("operations", ticket, "assign", f"{day} 10:00", unit="工程公司")
    assert clusters.read(city.session, TODAY, midnight(TODAY)).by == "unit"
    (one,) = found(city)
    assert city.book.register("unit").name(one.unit_id) == "工程公司"
    assert one.key.endswith(f":{one.unit_id}"), "it is about the unit"


def test_a_discipline_ticket_moves_nothing(usual):
    before = clusters.read(usual.session, TODAY, midnight(TODAY))
    complains(usual, TODAY - timedelta(days=3), 15, category="态度恶劣")
    after = clusters.read(usual.session, TODAY, midnight(TODAY))
    assert after.cells == before.cells
    assert (after.counts == before.counts).all()
    assert found(usual) == []


def test_enquiries_are_no_complaints_and_a_short_history_says_nothing(city):
    complains(city, TODAY - timedelta(days=3), 15, kind="enquiry")
    assert found(city) == []
    for week in range(5):
        complains(city, TODAY - timedelta(days=7 * week + 2))
    complains(city, TODAY - timedelta(days=3), 15)
    assert found(city) == [], "five weeks are too few"
    assert not clusters.read(city.session, TODAY, midnight(TODAY)).enough


def month(n: int) -> str:
    return f"{2024 + n // 12}-{n % 12 + 1:02}"


MONTHS = [month(n) for n in range(24)]


def raised(metric: str, parts: list[tuple[int, int]], *, unit: int | None = None, target: float | None = None):
    rows = [
        Row({"month": label}, metric, n / of if of else None, n, of)
        for label, (n, of) in zip(MONTHS, parts, strict=True)
    ]  # fmt: skip
    aim = alerts.no_target if target is None else lambda _metric, _day: target
    return list(alerts.of_chart(rows, metric, MONTHS, aim, unit_id=unit))


USUAL = [(181, 200), (178, 200), (183, 200), (179, 200)] * 6


def test_a_chart_raises_one_when_its_last_month_is_worse_and_none_when_it_is_better_or_common():
    assert raised("on_time_rate", USUAL) == []
    (worse,) = raised("on_time_rate", [*USUAL[:-1], (140, 200)])
    assert (worse.kind, worse.metric, worse.facts["rules"]) == ("signal", "on_time_rate", ["outside"])
    assert raised("on_time_rate", [*USUAL[:-1], (200, 200)]) == []
    assert raised("on_time_rate", [(140, 200), *USUAL[1:]]) == [], "what was long ago is no news"


def test_a_units_chart_raises_one_outside_of_its_limits_alone_and_with_enough_behind_it():
    run = [*USUAL[:-7], *[(174, 200)] * 7]
    assert [one.facts["rules"] for one in raised("on_time_rate", run)] == [["run"]]
    assert raised("on_time_rate", run, unit=7) == []
    assert len(raised("on_time_rate", [*USUAL[:-1], (140, 200)], unit=7)) == 1
    few = [(n // 20, of // 20) for n, of in USUAL]
    assert raised("on_time_rate", [*few[:-1], (2, 10)], unit=7) == []


def test_thirteen_months_are_needed():
    assert raised("on_time_rate", [(0, 0)] * 12 + [*USUAL[:11], (140, 200)]) == []


def test_a_target_that_is_lost_is_told_and_one_that_never_was_within_reach_is_not():
    slipping = [*USUAL[:-1], (166, 200)]  # its upper limit falls from 96.5 % to 96.3 %
    assert [one.opens for one in raised("on_time_rate", slipping, target=0.964) if one.kind == "assurance"] == [True]
    assert [one.kind for one in raised("on_time_rate", slipping, target=0.90)] == ["signal"]
    assert [one.opens for one in raised("on_time_rate", USUAL, target=0.999)] == [False]


def test_the_figures_that_are_watched_are_called_as_everywhere():
    assert {name: METRICS[name].zh for name in WATCHED} == WATCHED
    assert all(METRICS[name].better for name in WATCHED)


def test_what_is_found_is_read_in_few_questions(usual):
    """The days are read once, whatever the number of cells."""
    complains(usual, TODAY - timedelta(days=3), 12)
    asked: list[str] = []
    engine = usual.session.get_bind()
    note = lambda _c, _cursor, statement, *_: asked.append(statement)  # noqa: E731
    event.listen(engine, "before_cursor_execute", note)
    found(usual)
    event.remove(engine, "before_cursor_execute", note)
    assert len({one for one in asked if "ticket" in one}) <= 12
