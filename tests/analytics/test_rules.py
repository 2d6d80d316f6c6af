"""The figures' rules one by one, in cities small enough to count on one hand, each through the desk."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from analytics import kpi
from analytics.grains import COUNTED, ON_TIME, OWED
from models.obligation import Obligation
from models.tables import CustomerCount, Ticket
from tests.analytics.city import City, at

EAST, WEST, SECONDARY, WORKS = "东城营业所", "西城营业所", "二次供水公司", "工程公司"
RESULT = {"cause": "管道老化", "responsible": "未查明", "result": "已修复"}


def figure(city: City, name: str, **asked: Any) -> Any:
    """(numerator, denominator) of the only row, or of each row by its dimensions."""
    asked = {key: at(value) if key in ("start", "end", "as_of") else value for key, value in asked.items()}
    asked.setdefault("as_of", at("2026-06-01"))
    rows = kpi.query(city.session, [name], **asked)
    if not asked.get("by"):
        (row,) = rows
        return row.numerator, row.denominator
    keys = [tuple(row.dims.values()) for row in rows]
    assert len(set(keys)) == len(keys)
    return {key if len(key) > 1 else key[0]: (row.numerator, row.denominator)
            for key, row in zip(keys, rows, strict=True)}  # fmt: skip


def handled(city: City, unit: str, registered: str, submitted: str | None = None, **given: Any) -> int:
    ticket = city.register(registered, **given)
    city.act("agent", ticket, "assign", registered, unit=unit)
    if submitted:
        city.act(f"head of {unit}", ticket, "submit", submitted, **RESULT)
    return ticket


def called(city: City, ticket: int, outcome: str, when: str) -> None:
    remark = "没修好" if outcome == "dissatisfied" else None
    city.act("agent", ticket, "call_back", when, outcome=outcome, remark=remark)


def test_a_result_at_the_72nd_hour_is_on_time_and_a_minute_later_is_not(city: City) -> None:
    handled(city, EAST, "2026-03-06 10:00", "2026-03-09 10:00")
    handled(city, EAST, "2026-03-06 10:00", "2026-03-09 10:01")
    assert figure(city, "on_time_rate") == (1, 2)


def test_an_open_obligation_is_pending_until_its_deadline_has_passed_and_late_from_then_on(city: City) -> None:
    handled(city, EAST, "2026-03-06 10:00")
    assert figure(city, "on_time_rate", as_of="2026-03-09 10:00") == (0, 0)
    assert figure(city, "overdue", as_of="2026-03-09 10:00") == (0, None)
    assert figure(city, "on_time_rate", as_of="2026-03-09 10:00:00.000001") == (0, 1)
    assert figure(city, "overdue", as_of="2026-03-09 10:00:00.000001") == (1, None)


def test_what_was_met_early_counts_in_the_month_of_its_deadline(city: City) -> None:
    handled(city, EAST, "2026-02-27 10:00", "2026-02-27 11:00")
    assert figure(city, "on_time_rate", by=["month"], as_of="2026-02-28") == {"2026-03": (1, 1)}


def test_what_happened_later_has_not_happened_yet(city: City) -> None:
    ticket = handled(city, EAST, "2026-03-06 10:00", "2026-03-10 10:00")
    called(city, ticket, "dissatisfied", "2026-03-10 15:00")
    assert figure(city, "on_time_rate", as_of="2026-03-08") == (0, 0)
    assert figure(city, "complaints", as_of="2026-03-06 09:59") == (0, None)
    assert figure(city, "satisfaction_rate", as_of="2026-03-10 14:59") == (0, 0)
    assert figure(city, "satisfaction_rate", as_of="2026-03-10 15:00") == (0, 1)
    assert figure(city, "on_time_rate", as_of="2026-03-11") == (0, 1)


def test_what_is_referred_in_time_is_void_and_what_is_referred_late_stays_late(city: City) -> None:
    for referred in ("2026-03-07 10:00", "2026-03-12 10:00"):
        ticket = handled(city, EAST, "2026-03-06 10:00")
        city.act("operations", ticket, "refer", referred)
    assert figure(city, "on_time_rate", scope="all") == (0, 1)
    assert figure(city, "overdue", scope="all") == (0, None)
    assert figure(city, "on_time_rate") == (0, 0)  # in quality scope they have never been there


def test_a_returned_ticket_counts_for_who_held_it_at_the_deadline(city: City) -> None:
    ticket = handled(city, EAST, "2026-03-06 10:00")
    city.act(f"head of {EAST}", ticket, "return", "2026-03-06 15:00", reason="not_ours")
    city.act("agent", ticket, "assign", "2026-03-07 10:00", unit=WEST)
    city.act(f"head of {WEST}", ticket, "submit", "2026-03-12 10:00", **RESULT)
    assert figure(city, "on_time_rate", by=["unit"]) == {WEST: (0, 1)}
    assert figure(city, "dispatch_on_time_rate", by=["unit"]) == {None: (1, 1)}


def test_a_deadline_past_at_registration_is_late_from_birth_but_not_before_it(city: City) -> None:
    city.register("2026-03-06 10:00", forward_due_at=at("2026-03-05 10:00"))
    assert figure(city, "upstream_on_time_rate", as_of="2026-03-06 09:00") == (0, 0)
    assert figure(city, "upstream_on_time_rate", as_of="2026-03-06 11:00") == (0, 1)


def test_the_first_outcome_decides_and_an_unreached_customer_is_none(city: City) -> None:
    ticket = handled(city, EAST, "2026-03-02 10:00", "2026-03-02 12:00")
    called(city, ticket, "unreached", "2026-03-02 13:00")
    assert figure(city, "first_time_satisfaction") == (0, 0)
    assert figure(city, "reach_rate") == (0, 1)
    called(city, ticket, "dissatisfied", "2026-03-03 13:00")
    city.act(f"head of {EAST}", ticket, "submit", "2026-03-04 10:00", **RESULT)
    called(city, ticket, "satisfied", "2026-03-04 11:00")
    assert figure(city, "reach_rate") == (2, 2)
    assert figure(city, "satisfaction_rate") == (1, 2)
    assert figure(city, "first_time_satisfaction") == (0, 1)
    assert figure(city, "repeat_callback_rate") == (1, 1)
    assert figure(city, "repeat_callback_rate", as_of="2026-03-04 10:59") == (0, 1)


def test_a_mis_clicked_outcome_is_left_out_at_every_as_of(city: City) -> None:
    ticket = handled(city, EAST, "2026-03-02 10:00", "2026-03-02 12:00")
    called(city, ticket, "dissatisfied", "2026-03-02 13:00")
    city.act("operations", ticket, "correct", "2026-03-02 13:05", reason="点错")
    called(city, ticket, "satisfied", "2026-03-02 13:10")
    assert figure(city, "satisfaction_rate", as_of="2026-03-02 13:02") == (0, 0)
    assert figure(city, "first_time_satisfaction") == (1, 1)
    assert figure(city, "repeat_callback_rate") == (0, 1)
    assert figure(city, "on_time_rate") == (1, 1)  # the second round's 72 hours never ran


def test_a_round_waived_without_an_attempt_stands_at_the_waiving(city: City) -> None:
    ticket = handled(city, EAST, "2026-02-27 10:00", "2026-02-27 12:00")
    city.act("operations", ticket, "waive", "2026-03-02 09:00", reason="没有留电话")
    assert figure(city, "reach_rate", by=["month", "unit"]) == {("2026-03", EAST): (0, 1)}
    assert figure(city, "satisfaction_rate") == (0, 0)


def test_the_chairmans_conclusion_is_a_dissatisfied_outcome_and_no_attempt(city: City) -> None:
    ticket = handled(city, EAST, "2026-03-02 10:00", "2026-03-02 11:00")
    for day in (2, 3):
        called(city, ticket, "dissatisfied", f"2026-03-0{day} 15:00")
        city.act(f"head of {EAST}", ticket, "submit", f"2026-03-0{day} 16:00", **RESULT)
    city.act("chairman", ticket, "conclude", "2026-03-04 10:00", reason="已尽力")
    assert figure(city, "satisfaction_rate") == (0, 3)
    assert figure(city, "reach_rate") == (2, 2)


def test_a_repeat_counts_for_the_unit_of_the_earlier_complaint(city: City) -> None:
    first = handled(city, EAST, "2026-03-02 10:00", "2026-03-02 11:00")
    called(city, first, "satisfied", "2026-03-02 15:00")
    again = handled(city, WEST, "2026-03-10 10:00")
    city.act("agent", again, "link", "2026-03-10 11:00", to=first, kind="repeat")
    assert figure(city, "repeat_complaint_rate", by=["unit"]) == {EAST: (1, 2)}
    assert figure(city, "complaints", by=["unit"]) == {EAST: (1, None), WEST: (1, None)}


def test_no_unit_of_a_discipline_ticket_shows_through_a_link(city: City) -> None:
    first = handled(city, EAST, "2026-03-02 10:00", "2026-03-02 11:00")
    called(city, first, "satisfied", "2026-03-02 15:00")
    again = handled(city, WEST, "2026-03-10 10:00")
    city.act("agent", again, "link", "2026-03-10 11:00", to=first, kind="repeat")
    city.session.execute(update(Ticket).where(Ticket.id == first).values(track="discipline"))
    assert figure(city, "repeat_complaint_rate", by=["unit"]) == {WEST: (0, 1)}
    assert figure(city, "repeat_complaint_rate", by=["unit"], scope="all") == {EAST: (1, 2)}


def test_enquiries_enter_no_figure_and_discipline_tickets_only_the_whole(city: City) -> None:
    city.register("2026-03-02 10:00", kind="enquiry")
    city.register("2026-03-02 10:00", category="吃拿卡要")
    city.register("2026-03-02 10:00", category="水压")
    assert figure(city, "complaints") == (1, None)
    assert figure(city, "complaints", scope="all", by=["track"]) == {"discipline": (1, None), "quality": (1, None)}
    assert figure(city, "complaints", by=["category"]) == {"水压": (1, None)}
    assert figure(city, "backlog", scope="all") == (2, None)


def test_the_backlog_of_a_month_is_what_was_open_at_its_end(city: City) -> None:
    one = handled(city, EAST, "2026-01-31 23:59", "2026-02-02 10:00")
    called(city, one, "satisfied", "2026-02-28 23:59")
    city.register("2026-02-28 23:59")
    city.register("2026-03-01 00:00")
    months = figure(city, "backlog", by=["month"], as_of="2026-04-10")
    assert months == {"2026-01": (1, None), "2026-02": (1, None), "2026-03": (2, None), "2026-04": (2, None)}
    assert figure(city, "backlog", end="2026-03-01") == (1, None)
    assert figure(city, "backlog", as_of="2026-03-01") == (2, None)
    assert figure(city, "backlog", by=["age"], as_of="2026-03-01 12:00") == {"1 天内": (2, None)}


def test_an_age_begins_with_its_whole_days(city: City) -> None:
    city.register("2026-03-01 10:00")
    for seen, age in (("2026-03-02 09:59:59", "1 天内"), ("2026-03-02 10:00", "1–3 天"), ("2026-03-04 10:00", "3–7 天"),
                      ("2026-03-31 09:59", "7–30 天"), ("2026-03-31 10:00", "30 天以上")):  # fmt: skip
        assert figure(city, "backlog", by=["age"], as_of=seen) == {age: (1, None)}


def test_customers_are_summed_by_month_and_a_cut_month_gives_its_share(city: City) -> None:
    city.customers(EAST, date(2026, 1, 1), 31_000)
    city.customers(EAST, date(2026, 2, 1), 28_000)
    city.register("2026-01-10 10:00")
    assert figure(city, "complaint_rate") == (1, 59_000)
    assert figure(city, "complaint_rate", by=["month"]) == {"2026-01": (1, 31_000), "2026-02": (0, 28_000)}
    assert figure(city, "complaint_rate", by=["quarter"]) == {"2026-Q1": (1, 59_000)}
    assert figure(city, "complaint_rate", by=["week"])["2026-W05"] == (0, 6 * 1000 + 1 * 1000)
    assert figure(city, "complaint_rate", by=["day"])["2026-01-10"] == (1, 1000)
    assert figure(city, "complaint_rate", start="2026-01-10", end="2026-02-02") == (1, 22_000 + 1000)
    (row,) = kpi.query(city.session, ["complaint_rate"], as_of=at("2026-06-01"), end=at("2026-02-01"))
    assert row.value == pytest.approx(10_000 / 31_000)


def test_months_that_have_not_begun_have_no_customers_yet(city: City) -> None:
    city.customers(EAST, date(2026, 1, 1), 1000)
    city.customers(EAST, date(2026, 2, 1), 1000)
    assert figure(city, "complaint_rate", as_of="2026-01-31 23:59") == (0, 1000)
    assert figure(city, "complaint_rate", as_of="2026-02-01 00:00") == (0, 2000)


def test_a_unit_month_without_customers_is_missing_and_not_dropped(city: City) -> None:
    city.customers(EAST, date(2026, 1, 1), 1000)
    city.customers(WEST, date(2026, 1, 1), 3000)
    city.customers(WEST, date(2026, 2, 1), 3000)
    handled(city, EAST, "2026-01-05 10:00")
    handled(city, EAST, "2026-02-05 10:00")
    handled(city, WEST, "2026-02-05 10:00")
    handled(city, WORKS, "2026-02-06 10:00")
    city.register("2026-02-07 10:00")
    rows = kpi.query(city.session, ["complaint_rate"], as_of=at("2026-06-01"), by=["month"])
    assert [(row.dims["month"], row.numerator, row.denominator, row.missing) for row in rows] == [
        ("2026-01", 1, 4000, 0),
        ("2026-02", 3, 3000, 1),  # the west's, the engineers' and nobody's; the east's is missing
    ]
    assert "missing" not in rows[0].as_dict()
    assert rows[1].as_dict()["missing"] == 1
    by_unit = kpi.query(city.session, ["complaint_rate"], as_of=at("2026-06-01"), by=["unit", "month"])
    assert [(*row.dims.values(), row.value, row.numerator, row.denominator, row.missing) for row in by_unit] == [
        (EAST, "2026-01", 10.0, 1, 1000, 0),
        (EAST, "2026-02", None, 1, 0, 1),
        (WEST, "2026-01", 0.0, 0, 3000, 0),
        (WEST, "2026-02", pytest.approx(10_000 / 3000), 1, 3000, 0),
    ]


def test_each_category_counts_over_all_customers_and_no_district_over_any(city: City) -> None:
    city.customers(EAST, date(2026, 3, 1), 2000)
    for category in ("水压", "水压", "水质"):
        city.register("2026-03-05 10:00", category=category, district="老城")
    assert figure(city, "complaint_rate", by=["category"]) == {"水压": (2, 2000), "水质": (1, 2000)}
    assert figure(city, "complaint_rate", by=["district"]) == {"老城": (3, None)}


@pytest.mark.parametrize("name", ["complaint_rate", "on_time_rate", "satisfaction_rate", "repeat_complaint_rate"])
def test_nothing_to_divide_by_is_no_data(city: City, name: str) -> None:
    (row,) = kpi.query(city.session, [name], as_of=at("2026-06-01"))
    assert (row.value, row.numerator, row.denominator) == (None, 0, 0)


def test_without_customers_the_rate_says_what_there_was(city: City) -> None:
    city.register("2026-03-05 10:00")
    (row,) = kpi.query(city.session, ["complaint_rate"], as_of=at("2026-06-01"))
    assert (row.value, row.numerator, row.denominator, row.missing) == (None, 1, 0, 1)


def test_sql_and_the_model_agree_on_every_obligation(odd_city: Any) -> None:
    """`grains.COUNTED` and `ON_TIME` are `models.obligation.standing` in SQL."""
    for session in odd_city.values():
        owed = session.scalars(select(Obligation)).all()
        edges = sorted({moment for one in owed for moment in (one.due_at, one.settled_at, one.voided_at) if moment})
        for edge in edges[:: max(1, len(edges) // 25)]:
            for seen in (edge - timedelta(microseconds=1), edge, edge + timedelta(microseconds=1)):
                rows = session.execute(
                    select(Obligation, COUNTED, ON_TIME).select_from(OWED.rows), {"as_of": seen, "scope": "all"}
                )
                for one, counted, on_time in rows:
                    stands = one.standing(seen)
                    assert (bool(counted), bool(on_time)) == (stands in ("on_time", "late"), stands == "on_time")


def test_every_customer_figure_may_be_zero(city: City) -> None:
    city.customers(EAST, date(2026, 3, 1), 0)
    handled(city, EAST, "2026-03-05 10:00")
    assert figure(city, "complaint_rate", by=["unit"]) == {EAST: (1, 0)}
    assert city.session.scalar(select(CustomerCount.customers)) == 0
