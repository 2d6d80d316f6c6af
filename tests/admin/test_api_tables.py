"""The tables around the tickets over HTTP: who reads, who writes, and what follows from a change."""

from datetime import date

import pytest
from sqlalchemy import select

from admin.api.tables import TABLES
from admin.roles import DOORS
from models import desk, policy
from models.tables import CalendarDay, Obligation, Post
from tests.admin.conftest import House

PEOPLE = {role: {"unit_head": "head"}.get(role, role) for role in policy.ROLES}
NEW = {
    "unit": {"name": "西城营业所"},
    "category": {"name": "水表", "track": "quality", "unit": "第一水厂"},
    "channel": {"name": "来访"},
    "district": {"name": "东城区"},
    "customer_count": {"unit": "第一水厂", "month": "2026-01", "customers": 41000},
    "rule": {"key": "handle", "track": "quality", "since": "2026-07-01", "amount": 48, "measure": "hours"},
    "penalty_rule": {"clause": "第八条(一)", "conduct": "曝光", "since": "2026-07-01", "responsible": 200},
    "calendar_day": {"day": "2027-05-04", "working": False, "name": "调休"},
    "calendar_year": {"year": 2028, "source": "通知"},
    "closing_time": {"starts": "2026-06-01", "ends": "2026-08-31", "closes": "18:30"},
    "post": {"user": "deputy", "unit": "第一水厂", "post": "head", "since": "2026-03-01"},
    "media_exposure": {"medium": "电视台", "exposed_at": "2026-03-05T20:00:00+08:00"},
    "penalty": {"clause": "第八条(一)", "person": "某", "post": "leader", "conduct_at": "2026-03-05T20:00:00+08:00",
                "amount": 50},
}  # fmt: skip
CHANGE = {
    "unit": {"phone": "1"}, "category": {"active": False}, "channel": {"forwarder": True},
    "district": {"name": "西城区"}, "customer_count": {"customers": 42000},
    "rule": {"amount": 36}, "penalty_rule": {"leader": 100},
    "calendar_day": {"working": True}, "calendar_year": {"source": "国务院办公厅"}, "closing_time": {"closes": "17:00"},
    "post": {"until": "2026-04-01"}, "media_exposure": {"grave": True},
}  # fmt: skip


def door(resource: str):
    return next(api for api in TABLES if api.resource_name == resource).class_permission_name


def test_every_table_is_tried_here():
    assert set(NEW) == set(CHANGE) | {"penalty"} == {api.resource_name for api in TABLES}


@pytest.mark.parametrize("resource", NEW)
def test_who_may_keeps_the_table_and_every_row_carries_its_id(house, resource):
    operations = house.api("operations")
    made = operations.post(f"{resource}/", **NEW[resource])
    assert made.status_code == 201, made.text
    key = made.json["id"]
    assert made.json["result"]["id"] == key
    for name, value in NEW[resource].items():
        wanted = {"month": "2026-01-01", "user": "钱副职"}.get(name, value)
        assert made.json["result"][name] == wanted
    if resource not in CHANGE:
        return
    changed = operations.put(f"{resource}/{key}", **CHANGE[resource])
    assert changed.status_code == 200, changed.text
    assert changed.json["result"] == {**made.json["result"], **CHANGE[resource]}
    assert operations.get(f"{resource}/{key}").json["result"] == changed.json["result"]
    rows = operations.get(f"{resource}/", q='{"page_size":100}').json
    assert rows["ids"] == [row["id"] for row in rows["result"]]
    assert key in rows["ids"] or rows["count"] > 100
    gone = resource != "media_exposure"  # on it rest the penalties that it led to
    assert operations.delete(f"{resource}/{key}").status_code == (200 if gone else 409)
    assert operations.get(f"{resource}/{key}").status_code == (404 if gone else 200)


@pytest.mark.parametrize("role", policy.ROLES)
def test_each_role_reads_and_writes_what_the_table_of_doors_says(still, role):
    person = still.api(PEOPLE[role])
    for resource in NEW:
        may = DOORS[door(resource)]
        assert (person.get(f"{resource}/").status_code == 200) is (role in may.read), resource
        refused = person.post(f"{resource}/", nonsense=1).status_code
        assert refused == (422 if role in may.write else 403), resource
        for method in ("PUT", "DELETE") if resource in CHANGE else ():
            assert (person.send(method, f"{resource}/0", json={}).status_code == 403) is (role not in may.write)


@pytest.mark.parametrize("resource", ["unit", "category", "channel", "district"])
def test_units_categories_channels_and_districts_are_read_by_all(still, resource):
    for person in PEOPLE.values():
        assert still.api(person).get(f"{resource}/").status_code == 200


def test_what_is_in_use_is_switched_off_not_deleted(house):
    agent, operations = house.api("agent"), house.api("operations")
    agent.registers(category="水压")
    category = next(row for row in operations.get("category/").json["result"] if row["name"] == "水压")
    answer = operations.delete(f"category/{category['id']}")
    assert answer.status_code == 409
    assert answer.json["message"] == "还在使用，不能删除；可以停用。"
    assert operations.put(f"category/{category['id']}", active=False).status_code == 200
    assert agent.post("ticket/", content="x", category="水压").json["errors"] == {"category": "“水压”已停用。"}
    office = next(row for row in operations.get("unit/").json["result"] if row["kind"] == "discipline")
    assert operations.delete(f"unit/{office['id']}").status_code == 409, "the offices of the 办法 stay"


def test_a_category_with_tickets_stays_on_its_track(house):
    agent, operations = house.api("agent"), house.api("operations")
    agent.registers(category="水压")
    rows = {row["name"]: row["id"] for row in operations.get("category/").json["result"]}
    answer = operations.put(f"category/{rows['水压']}", track="discipline")
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"track"})
    assert operations.put(f"category/{rows['水质']}", track="discipline").status_code == 200


def due(house: House, kind: str) -> str:
    with house.session() as session:
        owed = session.scalars(select(Obligation).where(Obligation.kind == kind)).one()
        return owed.due_at.isoformat()


def waiting_for_a_call(house: House) -> dict:
    """Submitted on Friday 6 March 2026: to be called back by Monday's closing time."""
    agent, head = house.api("agent"), house.api("head")
    ticket = agent.registers()
    agent.does(ticket, "assign", unit="第一水厂")
    head.does(ticket, "submit", cause="a", responsible="未查明", result="b")
    assert due(house, "callback") == "2026-03-09T09:30:00+00:00"
    return ticket


def test_a_corrected_calendar_day_redates_what_rests_on_it(either):
    ticket = waiting_for_a_call(either)
    operations = either.api("operations")
    operations.post("calendar_day/", day="2026-03-09", working=False, name="临时放假")
    assert due(either, "callback") == "2026-03-10T09:30:00+00:00"
    operations.put("calendar_day/2026-03-09", working=True)
    assert due(either, "callback") == "2026-03-09T09:30:00+00:00"
    operations.put("calendar_day/2026-03-09", working=False)
    operations.delete("calendar_day/2026-03-09")
    assert due(either, "callback") == "2026-03-09T09:30:00+00:00"
    history = [row["action"] for row in either.api("agent").get(f"ticket/{ticket['id']}/events").json["result"]]
    assert history.count("redate") == 4, "each by an event"


def test_the_form_of_a_calendar_day_does_the_same(house):
    waiting_for_a_call(house)
    answer = house.browser("operations").post("/calendar/add", day="2026-03-09", name="临时放假")
    assert answer.status_code == 302, answer.text
    assert due(house, "callback") == "2026-03-10T09:30:00+00:00"


def test_a_new_rule_leaves_what_is_owed_as_it_was(house):
    waiting_for_a_call(house)
    rule = {"key": "callback", "track": "quality", "since": "2026-03-01", "amount": 3, "measure": "working_days"}
    assert house.api("operations").post("rule/", **rule).status_code == 201
    assert due(house, "callback") == "2026-03-09T09:30:00+00:00"


def test_what_goes_wrong_in_redating_undoes_the_day(house, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(desk, "redate", fail)
    assert house.api("operations").post("calendar_day/", day="2026-03-09", working=False).status_code == 500
    with house.session() as session:
        assert session.get(CalendarDay, date(2026, 3, 9)) is None


def test_nobody_takes_a_post_from_themselves(house):
    """The refusal stands in the API's description, as every answer of every test does (conftest)."""
    operations = house.api("operations")
    me = house.id_of("operations")
    house.changes(lambda session: session.add(Post(user_id=me, unit_id=1, post="handler", since=date(2026, 1, 1))))
    with house.session() as session:
        mine = session.scalars(select(Post.id).where(Post.user_id == me)).one()
    assert operations.delete(f"post/{mine}").status_code == 422


def test_a_penalty_is_no_row_to_edit(house):
    """What follows a proposal is an act of its workflow: tests/admin/test_penalties.py."""
    operations = house.api("operations")
    key = operations.post("penalty/", **NEW["penalty"]).json["id"]
    assert operations.client.put(f"/api/v1/penalty/{key}", json={"amount": 1}).status_code == 405
    assert operations.client.delete(f"/api/v1/penalty/{key}").status_code == 405
    assert operations.get(f"penalty/{key}").json["result"]["amount"] == 50


def test_a_penalty_names_the_person_of_its_account(house):
    body = {**NEW["penalty"], "user": "head"}
    del body["person"]
    assert house.api("operations").post("penalty/", **body).json["result"]["person"] == "孙厂长"
    del body["user"]
    assert set(house.api("operations").post("penalty/", **body).json["errors"]) == {"person"}
