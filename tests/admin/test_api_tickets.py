"""The HTTP API of tickets, sentence by sentence of DESIGN §6."""

import json
import threading
from datetime import datetime

import pytest
from sqlalchemy import event, select, text

from models import verify
from models.base import User
from models.tables import Ticket
from models.workflow import ACTIONS
from tests.admin.conftest import House
from tests.fixtures.city import KEY

ABSENT = 2**52 + 1


def quality(house: House, **fields):
    return house.api("agent").registers(phone="13812345678", complainant="张三", **fields)


def handled(house: House):
    ticket = quality(house)
    assert house.api("agent").does(ticket, "assign", unit="第一水厂").status_code == 200
    return ticket


def accused(house: House, **fields):
    return house.api("agent").registers(content="抄表员索要好处。", category="吃拿卡要", **fields)


RESULT = {"cause": "阀门未全开。", "responsible": "未查明", "result": "已开足阀门。"}


# Registering


def test_registering_answers_201_with_id_number_state_and_version(either):
    answer = either.api("agent").post("ticket/", content="水压低")
    assert answer.status_code == 201
    assert answer.json["id"] == answer.json["result"]["id"]
    assert answer.json["result"]["no"] == "ZL-2026-00001"
    assert answer.json["result"]["state"] == "registered"
    assert answer.json["result"]["version"] == 1


def test_only_the_content_is_required(house):
    agent = house.api("agent")
    assert agent.post("ticket/", content="一句话").status_code == 201
    answer = agent.post("ticket/", category="水压")
    assert answer.status_code == 422
    assert answer.json["errors"] == {"content": "请写下顾客说了什么，一句话也行。"}


def test_every_field_of_the_form_is_taken_and_given_back(house):
    given = {
        "content": "三楼没有水", "title": "没有水", "category": "水压", "channel": "市长热线", "form": "电话",
        "kind": "complaint", "complainant": "张三", "complainant_kind": "individual", "phone": "13812345678",
        "address": "东昌路1号", "account_no": "0012345678", "complained_unit": "东城营业所",
        "accused": ["handler", "王五"],
        "demand": "尽快", "suggestion": "换泵", "urgency": "urgent", "neighbourhood": "阳光小区",
        "forwarded_by": "市政府",         "forward_no": "〔2026〕1号", "happened_at": "2026-03-05T08:00:00+08:00",
        "received_at": "2026-03-06T08:30:00+08:00",
        "forward_due_at": "2026-03-09T17:00:00+08:00",
    }  # fmt: skip
    found = house.api("agent").registers(**given)
    assert {name: found[name] for name in given} == {**given, "accused": ["王五", "何经办"]}
    assert found["hidden"] == []
    assert {owed["kind"] for owed in found["obligations"]} == {"dispatch", "upstream"}


def test_a_reference_is_an_id_as_an_integer_and_a_name_as_a_string(house):
    agent = house.api("agent")
    unit = next(row for row in agent.get("unit/").json["result"] if row["name"] == "第一水厂")
    ticket = agent.registers()
    assert agent.does(ticket, "assign", unit=unit["id"]).json["unit"] == "第一水厂"
    wrong = agent.does(agent.registers(), "assign", unit=str(unit["id"]))
    assert wrong.status_code == 422, "digits in a string are a name"
    assert set(wrong.json["errors"]) == {"unit"}


def test_all_times_are_iso_8601_with_shanghais_offset(house):
    ticket = handled(house)
    agent = house.api("agent")
    found = [
        ticket["registered_at"],
        *(event["at"] for event in agent.get(f"ticket/{ticket['id']}/events").json["result"]),
    ]
    found += [owed[name] for owed in agent.sees(ticket)["obligations"] for name in ("opened_at", "due_at")]
    assert all(time.endswith("+08:00") and datetime.fromisoformat(time).tzinfo for time in found)
    assert ticket["registered_at"] == "2026-03-06T09:00:00+08:00"


# Reading


def test_a_ticket_answers_with_its_fields_and_obligations(house):
    ticket = handled(house)
    answer = house.api("agent").get(f"ticket/{ticket['id']}").json
    assert {"id", "no", "track", "state", "round", "version", "hidden", "obligations"} <= answer.keys()
    assert answer["result"]["id"] == answer["id"] == ticket["id"]
    handle = next(owed for owed in answer["obligations"] if owed["kind"] == "handle")
    assert handle == {
        "kind": "handle", "clause": "第六条(二)5", "round": 1, "unit": "第一水厂",
        "opened_at": "2026-03-06T09:00:00+08:00",
        "due_at": "2026-03-09T09:00:00+08:00", "settled_at": None, "voided_at": None, "void_reason": None,
        "inherited": False, "state": "pending",
    }  # fmt: skip


def test_hidden_fields_are_null_and_named(house):
    ticket = accused(house, phone="13812345678")
    agent, office, chairman, head = (house.api(name) for name in ("agent", "discipline", "chairman", "head"))
    agent.does(ticket, "refer")
    office.does(ticket, "find", founded=True, findings="属实")
    office.does(ticket, "report", opinion="整改", summary="请改进服务")
    chairman.does(ticket, "instruct", unit="第一水厂", instruction="整改")
    found = head.sees(ticket)
    assert found["level"] == "summary"
    assert found["summary"] == "请改进服务"
    assert {"content", "phone", "accused"} <= set(found["hidden"])
    assert all(found[name] is None for name in found["hidden"])


def test_personal_data_is_masked_where_nobody_needs_to_call(house):
    ticket = quality(house)
    assert house.api("agent").sees(ticket)["phone"] == "13812345678"
    found = house.api("leadership").sees(ticket)
    assert (found["phone"], found["complainant"]) == ("138****5678", "张*")
    assert set(found["masked"]) == {"phone", "complainant"}


def test_events_ascend_with_number_actor_action_from_to_round_and_payload(house):
    ticket = handled(house)
    answer = house.api("agent").get(f"ticket/{ticket['id']}/events")
    first, second = answer.json["result"]
    assert [first["number"], second["number"]] == [1, 2]
    assert second == {
        "number": 2, "at": "2026-03-06T09:00:00+08:00", "actor": "林小满", "for": None, "action": "assign",
        "from": "registered", "to": "handling", "round": 1, "payload": second["payload"],
    }  # fmt: skip
    assert second["payload"]["as"] == "a"


def test_actions_are_those_that_this_person_may_take_now_with_clause_and_fields(house):
    ticket = quality(house)
    answer = house.api("agent").get(f"ticket/{ticket['id']}/actions").json
    offered = {offer["name"]: offer for offer in answer["result"]}
    assert {"assign", "decline", "refer", "note"} <= offered.keys()
    assert not {"submit", "call_back", "supervise", "conclude"} & offered.keys()
    assert offered["assign"] == {
        "name": "assign", "zh": "转办", "clause": "第六条(二)2", "versioned": True,
        "fields": [
            {"name": "unit", "zh": "承办单位", "kind": "unit", "required": True, "choices": {}},
            {"name": "category", "zh": "类别", "kind": "category", "required": False, "choices": {}},
        ],
    }  # fmt: skip
    assert answer["version"] == 1


@pytest.mark.parametrize("name", ["agent", "operations", "handler", "head", "discipline", "chairman"])
def test_what_is_offered_can_be_taken_and_nothing_else(house, name):
    """The buttons and the answers come from one table."""
    path = f"ticket/{handled(house)['id']}/actions"
    person = house.api(name)
    offered = {offer["name"] for offer in person.get(path).json["result"]}
    for action in set(ACTIONS) - {"register"}:
        answer = person.post(f"{path}/{action}", version=-1, nonsense="x")
        if action not in offered:
            assert answer.status_code in (403, 409), action
            assert "version" not in answer.json, action
        elif ACTIONS[action].versioned:
            assert (answer.status_code, answer.json["version"]) == (409, 2), action
        else:
            assert "nonsense" in answer.json["errors"], action


# Acting


def test_an_action_answers_with_the_ticket(house):
    ticket = quality(house)
    answer = house.api("agent").post(f"ticket/{ticket['id']}/actions/assign", unit="第一水厂", version=1)
    assert answer.status_code == 200
    assert (answer.json["state"], answer.json["version"], answer.json["round"]) == ("handling", 2, 1)


def test_a_ticket_lives_its_whole_life_over_http(either):
    ticket = quality(either)
    either.api("agent").does(ticket, "assign", unit="第一水厂")
    either.at("2026-03-09 08:00")
    agent, head = either.api("agent"), either.api("head")  # a token does not last over a weekend
    assert head.does(ticket, "submit", **RESULT).json["state"] == "calling_back"
    assert agent.does(ticket, "call_back", outcome="dissatisfied", remark="还是没水").json["round"] == 2
    head.does(ticket, "submit", **RESULT)
    done = agent.does(ticket, "call_back", outcome="satisfied", solved=True).json
    assert (done["state"], done["ending"]) == ("closed", "satisfied")
    assert [(owed["kind"], owed["state"]) for owed in done["obligations"]] == [
        ("dispatch", "on_time"), ("handle", "on_time"), ("callback", "on_time"), ("handle", "on_time"),
        ("callback", "on_time"),
    ]  # fmt: skip


def test_who_ends_their_own_sight_of_a_ticket_hears_only_that(house):
    agent = house.api("agent")
    ticket = quality(house)
    answer = agent.post(f"ticket/{ticket['id']}/actions/refer", version=1)
    assert answer.status_code == 200
    assert answer.json.keys() == {"id", "no", "version", "out_of_sight"}
    assert (answer.json["id"], answer.json["version"], answer.json["out_of_sight"]) == (ticket["id"], 2, True)
    assert agent.get(f"ticket/{ticket['id']}").status_code == 404


def test_notes_need_no_version_and_raise_none(house):
    ticket = handled(house)
    answer = house.api("head").post(f"ticket/{ticket['id']}/actions/note", text="已到现场。")
    assert (answer.status_code, answer.json["version"]) == (200, 2)


# The order of answers


def test_nobody_hears_401_whatever_they_ask(still):
    nobody = still.api(None)
    for method, path in (
        ("GET", "ticket/"), ("POST", "ticket/"), ("GET", f"ticket/{ABSENT}"), ("GET", "ticket/1/events"),
        ("GET", "ticket/1/actions"), ("POST", "ticket/1/actions/assign"), ("GET", "unit/"), ("POST", "penalty/"),
    ):  # fmt: skip
        answer = nobody.send(method, path)
        assert answer.status_code == 401, path
        assert answer.json["message"] == "请先登录。"


@pytest.mark.parametrize("path", ["{}", "{}/events", "{}/actions"])
def test_out_of_scope_unknown_and_a_role_without_tickets_are_the_same_bytes(house, path):
    secret = accused(house)
    house.api("agent").does(secret, "refer")
    answers = [
        house.api(name).get("ticket/" + path.format(key))
        for name, key in (
            ("agent", secret["id"]), ("agent", ABSENT), ("agent", 0), ("agent", -1), ("agent", 2**63),
            ("agent", 10**30),
            ("agent", "x"), ("agent", "%00"), ("head", secret["id"]), ("leadership", secret["id"]),
            ("analyst", secret["id"]), ("analyst", ABSENT), ("auditor", ABSENT), ("admin", secret["id"]),
        )
    ]  # fmt: skip
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1


def test_the_same_holds_for_acting_whatever_is_wrong_with_the_request(house):
    secret = accused(house)
    agent = house.api("agent")
    agent.does(secret, "refer")
    answers = [
        agent.post(f"ticket/{secret['id']}/actions/find", version=1, founded=True, findings="x"),
        agent.post(f"ticket/{secret['id']}/actions/nonsense"),
        agent.post(f"ticket/{ABSENT}/actions/assign", version=1),
        agent.send("POST", f"ticket/{ABSENT}/actions/assign", data="{"),
        agent.send("POST", f"ticket/{secret['id']}/actions/note", data="{", headers={"Idempotency-Key": "x"}),
        house.api("analyst").post("ticket/", content="水压低"),
        house.api("auditor").send("POST", "ticket/", data="{"),
        house.api("admin").get("ticket/"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.data for answer in answers}) == 1


def test_an_account_without_any_role_finds_no_tickets(house):
    def strip(session):
        session.scalars(select(User).where(User.username == "agent")).one().roles = []

    ticket = quality(house)
    agent = house.api("agent")
    house.changes(strip)
    assert agent.get(f"ticket/{ticket['id']}").status_code == 404
    assert agent.get("ticket/").status_code == 404


def test_what_is_never_this_persons_is_403_before_state_version_and_input(house):
    ticket = quality(house)
    answer = house.api("leadership").post(f"ticket/{ticket['id']}/actions/assign", version=99, nonsense=1)
    assert answer.status_code == 403
    assert answer.json["message"] == "“转办”由热线受理人员、运营管理部办理。"
    assert house.api("head").post("ticket/", nonsense=1).status_code == 403


def test_a_wrong_state_comes_before_a_stale_version_before_bad_input(house):
    ticket = handled(house)
    path = f"ticket/{ticket['id']}/actions"
    agent, head = house.api("agent"), house.api("head")
    state = agent.post(f"{path}/assign", version=1)
    assert (state.status_code, "version" in state.json) == (409, False)
    assert state.json["message"] == "工单现在是“办理中”，不能“转办”。"
    stale = head.post(f"{path}/submit", version=1)
    assert (stale.status_code, stale.json["version"]) == (409, 2), "and the version in force is told"
    bad = head.post(f"{path}/submit", version=2)
    assert bad.status_code == 422
    assert bad.json["message"] == "有内容需要修改。"
    assert bad.json["errors"] == dict.fromkeys(RESULT, "这一项要填。")


def test_a_missing_version_is_bad_input(house):
    ticket = quality(house)
    answer = house.api("agent").post(f"ticket/{ticket['id']}/actions/assign", unit="第一水厂")
    assert (answer.status_code, set(answer.json["errors"])) == (422, {"version"})


def test_the_second_of_two_conflicting_actions_changes_nothing(house):
    ticket = quality(house)
    agent, operations = house.api("agent"), house.api("operations")
    agent.does(ticket, "recategorise", category="水质", version=1)
    assert operations.does(ticket, "assign", unit="第一水厂", version=1).status_code == 409
    assert agent.sees(ticket)["state"] == "registered"


# Bad input


BODIES = {
    "no JSON": {"data": "content=x"},
    "no type": {"data": '{"content":"x"}'},
    "half": {"data": '{"content":', "content_type": "application/json"},
    "nothing": {"data": "", "content_type": "application/json"},
    "a list": {"json": [1]},
    "a text": {"json": "x"},
    "a number": {"json": 1},
    "null": {"data": "null", "content_type": "application/json"},
    "not a number": {"data": '{"content": NaN}', "content_type": "application/json"},
    "bad UTF-8": {"data": b'{"content": "\xff"}', "content_type": "application/json"},
    "half a character": {"data": '{"content": "\\ud800"}', "content_type": "application/json"},
    "nested too deep": {"data": "[" * 5000 + "]" * 5000, "content_type": "application/json"},
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_that_is_no_json_object_is_refused(still, body):
    agent = still.api("agent")
    answer = agent.send("POST", "ticket/", **body)
    assert answer.status_code in (400, 422)
    assert answer.json["message"]
    login = still.app.test_client().post("/api/v1/security/login", **body)
    assert login.status_code in (400, 422)


WRONG = {
    "unknown field": ({"conttent": "x"}, "conttent"),
    "a NUL": ({"title": "a\0b"}, "title"),
    "not a text": ({"title": 1}, "title"),
    "a list for a text": ({"title": ["x"]}, "title"),
    "too long": ({"title": "长" * 201}, "title"),
    "a line in two": ({"phone": "1\n2"}, "phone"),
    "no such category": ({"category": "没有"}, "category"),
    "an id too large": ({"category": 2**70}, "category"),
    "an id of nobody": ({"category": 2**40}, "category"),
    "true for an id": ({"category": True}, "category"),
    "an object for an id": ({"unit": {"id": 1}}, "unit"),
    "not a choice": ({"kind": "praise"}, "kind"),
    "no time": ({"happened_at": "昨天"}, "happened_at"),
    "a far time": ({"happened_at": "9999-12-31T23:59:59-12:00"}, "happened_at"),
    "a coming time": ({"received_at": "2026-03-07T00:00:00+08:00"}, "received_at"),
    "an infinite number": ({"category": 1e308}, "category"),
    "state": ({"state": "closed"}, "state"),
    "registered_at": ({"registered_at": "2020-01-01T00:00:00Z"}, "registered_at"),
    "due_at": ({"obligations": []}, "obligations"),
}


@pytest.mark.parametrize(("fields", "field"), WRONG.values(), ids=WRONG)
def test_bad_input_is_422_with_the_field_and_the_reason(still, fields, field):
    answer = still.api("agent").post("ticket/", content="水压低", **fields)
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {field}
    assert answer.json["errors"][field]
    assert still.tickets() == []


@pytest.mark.parametrize("version", [None, "x", 1.5, True, [], {}, 2**70, -1, "1\0"])
def test_a_version_that_is_none_is_refused(house, version):
    ticket = quality(house)
    answer = house.api("agent").post(f"ticket/{ticket['id']}/actions/assign", unit="第一水厂", version=version)
    assert answer.status_code in (409, 422)


def test_tickets_have_no_put_and_no_delete(house):
    ticket = quality(house)
    agent = house.api("agent")
    for answer in (
        agent.put(f"ticket/{ticket['id']}", content="anders"), agent.delete(f"ticket/{ticket['id']}"),
        agent.send("PATCH", f"ticket/{ticket['id']}", json={}), agent.delete("ticket/"),
    ):  # fmt: skip
        assert answer.status_code in (404, 405)
    assert agent.sees(ticket) == ticket


# Once


def test_a_repeated_request_registers_once_and_answers_again(either):
    agent = either.api("agent")
    first = agent.post("ticket/", once="k-1", content="水压低")
    again = agent.post("ticket/", once="k-1", content="水压低")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json == first.json
    assert len(either.tickets()) == 1


def test_a_repeated_action_changes_nothing_and_answers_from_todays_rows(either):
    agent, head = either.api("agent"), either.api("head")
    ticket = quality(either)
    path = f"ticket/{ticket['id']}/actions/assign"
    agent.post(path, once="k-2", unit="第一水厂", version=1)
    head.does(ticket, "submit", **RESULT)
    again = agent.post(path, once="k-2", unit="第一水厂", version=1)
    assert (again.status_code, again.json["state"], again.json["version"]) == (200, "calling_back", 3)


def test_the_same_key_with_another_body_is_422(house):
    agent = house.api("agent")
    agent.post("ticket/", once="k-3", content="水压低")
    assert agent.post("ticket/", once="k-3", content="水质差").status_code == 422
    assert len(house.tickets()) == 1


def test_a_key_is_its_users_own(house):
    house.api("agent").post("ticket/", once="k-4", content="水压低")
    assert house.api("colleague").post("ticket/", once="k-4", content="水压低").status_code == 201
    assert len(house.tickets()) == 2


def test_a_repeated_request_answers_in_todays_scope(house):
    agent = house.api("agent")
    first = agent.post("ticket/", once="k-5", content="抄表员索要好处", category="吃拿卡要")
    agent.does(first.json["id"], "refer")
    again = agent.post("ticket/", once="k-5", content="抄表员索要好处", category="吃拿卡要")
    assert again.status_code == 404, "not even its new number is told"


def test_a_refused_request_leaves_its_key_free(house):
    agent = house.api("agent")
    assert agent.post("ticket/", once="k-6", content="").status_code == 422
    assert agent.post("ticket/", once="k-6", content="水压低").status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "\x01", "é"])
def test_a_key_that_is_none_is_refused(house, key):
    assert house.api("agent").send(
        "POST", "ticket/", json={"content": "x"}, headers={"Idempotency-Key": key}
    ).status_code == 422  # fmt: skip
    assert house.tickets() == []


def test_a_number_that_somebody_took_at_the_same_moment_is_drawn_again(house, monkeypatch):
    from models import desk

    agent = house.api("agent")
    taken = agent.registers()
    ids = iter([taken["id"], taken["id"] + 1])
    monkeypatch.setattr(desk, "new_id", lambda: next(ids))
    assert agent.registers()["id"] == taken["id"] + 1


def test_many_at_once_lose_nothing(either):
    """Each gets a number of its own; and one request sent many times makes one ticket."""
    agents = [either.api("agent") for _ in range(6)]
    answers = []

    def send(agent):
        answers.append(agent.post("ticket/", content="水压低"))
        answers.append(agent.post("ticket/", once="same", content="水质差"))

    threads = [threading.Thread(target=send, args=(agent,)) for agent in agents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201] * 12
    tickets = either.tickets()
    assert len(tickets) == len({ticket.no for ticket in tickets}) == 7


# Lists


@pytest.fixture(scope="module")
def full(still):
    """Tickets of both tracks in several states."""
    agent, head = still.api("agent"), still.api("head")
    made = {}
    made["handling"] = agent.registers(category="水压", urgency="urgent")
    agent.does(made["handling"], "assign", unit="第一水厂")
    made["calling_back"] = agent.registers(category="水质")
    agent.does(made["calling_back"], "assign", unit="第一水厂")
    head.does(made["calling_back"], "submit", **RESULT)
    made["registered"] = agent.registers(category="维修", channel="市长热线")
    made["secret"] = agent.registers(content="索要好处", category="吃拿卡要")
    agent.does(made["secret"], "refer")
    yield {name: row["id"] for name, row in made.items()}
    with still.session() as session:  # the other tests of this file want an empty desk
        for table in ("assignment", "obligation", "callback", "ticket_text", "ticket_event", "ticket"):
            session.execute(text(f"DELETE FROM {table}"))
        session.commit()


def listed(answer):
    assert answer.status_code == 200, answer.text
    assert answer.json["ids"] == [row["id"] for row in answer.json["result"]], "every row carries its id"
    return answer.json["ids"]


def q(**wish):
    return json.dumps(wish)


def flt(col, opr, value):
    return q(filters=[{"col": col, "opr": opr, "value": value}])


def test_a_list_shows_what_is_in_scope_and_counts_nothing_else(still, full):
    everything = still.api("agent").get("ticket/")
    assert listed(everything) == [full["registered"], full["calling_back"], full["handling"]], "newest first"
    assert everything.json["count"] == 3
    assert set(listed(still.api("head").get("ticket/"))) == {full["handling"], full["calling_back"]}
    assert set(listed(still.api("discipline").get("ticket/"))) == set(full.values())
    assert listed(still.api("other_head").get("ticket/")) == []


FILTERS = {
    "state": ("state", "eq", "handling", {"handling"}),
    "not the state": ("state", "neq", "handling", {"calling_back", "registered"}),
    "by name in Chinese": ("urgency", "eq", "加急", {"handling"}),
    "states": ("state", "in", ["handling", "registered"], {"handling", "registered"}),
    "unit by name": ("unit", "eq", "第一水厂", {"handling", "calling_back"}),
    "unit by FAB's relation": ("unit", "rel_o_m", 4, {"handling", "calling_back"}),
    "not the unit": ("unit", "neq", "第一水厂", {"registered"}),
    "another unit": ("unit", "eq", "东城营业所", set()),
    "no such unit": ("unit", "rel_o_m", 999, set()),
    "category": ("category", "in", ["水质", "维修"], {"calling_back", "registered"}),
    "after": ("registered_at", "gt", "2026-03-06T08:59:59+08:00", {"handling", "calling_back", "registered"}),
    "before": ("registered_at", "lt", "2026-03-06T09:00:00", set()),
    "round": ("round", "gt", 0, {"handling", "calling_back"}),
    "number": ("no", "ct", "ZL-2026", {"handling", "calling_back", "registered"}),
    "a wildcard": ("no", "ct", "%", set()),
    "another wildcard": ("no", "ct", "Z_", set()),
    "the other track": ("track", "eq", "discipline", set()),
}


@pytest.mark.parametrize(("col", "opr", "value", "found"), FILTERS.values(), ids=FILTERS)
def test_a_list_filters(still, full, col, opr, value, found):
    assert set(listed(still.api("agent").get("ticket/", q=flt(col, opr, value)))) == {full[name] for name in found}


def test_q_is_rison_or_json(still, full):
    agent = still.api("agent")
    rison = "(filters:!((col:state,opr:eq,value:handling)),order_column:no,order_direction:asc,page:0,page_size:5)"
    assert listed(agent.get("ticket/", q=rison)) == [full["handling"]]
    assert listed(agent.get("ticket/", q=flt("state", "eq", "handling"))) == [full["handling"]]


def test_a_list_pages_and_sorts(still, full):
    agent = still.api("agent")
    asked = [q(page=page, page_size=1, order_column="no", order_direction="asc") for page in range(4)]
    assert [listed(agent.get("ticket/", q=one)) for one in asked] == [
        [full["handling"]], [full["calling_back"]], [full["registered"]], [],
    ]  # fmt: skip
    assert agent.get("ticket/", q=q(page_size=1)).json["count"] == 3


def test_a_list_gives_the_columns_asked_for(still, full):
    answer = still.api("agent").get("ticket/", q=q(columns=["no", "state"], page_size=1))
    assert answer.json["result"] == [{"id": full["registered"], "no": "ZL-2026-00003", "state": "registered"}]


REFUSED = {
    "unknown column": flt("nonsense", "eq", 1),
    "masked column": flt("phone", "ct", "138"),
    "a column of the row": flt("head", "sw", "0"),
    "a relation's column": flt("unit.name", "eq", "x"),
    "unknown operator": flt("state", "like", "x"),
    "another column's operator": flt("round", "ct", "1"),
    "no operator": q(filters=[{"col": "state", "value": "x"}]),
    "not a list": q(filters={"col": "state"}),
    "a list of texts": q(filters=["state"]),
    "not a choice": flt("kind", "eq", "praise"),
    "not a time": flt("registered_at", "gt", "gestern"),
    "not a number": flt("round", "gt", "eins"),
    "too large": flt("round", "gt", 2**70),
    "a list for one": flt("state", "eq", ["handling"]),
    "one for a list": flt("state", "in", "handling"),
    "too many": flt("state", "in", ["x"] * 201),
    "a NUL": flt("no", "ct", "\0"),
    "unsortable": q(order_column="phone"),
    "sort by relation": q(order_column="unit.name"),
    "sort by what is not there": q(order_column="x"),
    "direction": q(order_column="no", order_direction="up"),
    "page": q(page="x"),
    "negative page": q(page=-1),
    "huge page": q(page=10**30),
    "size": q(page_size="x"),
    "column": q(columns=["password"]),
    "no object": "[1]",
    "no rison": "(((",
    "half": '{"page":',
    "long": "x" * 20000,
    "unknown text": "!!!",
    "true": "!t",
}


@pytest.mark.parametrize("wish", REFUSED.values(), ids=REFUSED)
def test_what_a_list_does_not_allow_is_400_and_never_ignored(still, full, wish):
    answer = still.api("agent").get("ticket/", q=wish)
    assert answer.status_code == 400, answer.text
    assert answer.json["message"]


@pytest.mark.parametrize("size", [101, 10**9, -1, 0])
def test_no_page_is_larger_than_a_hundred(still, full, size):
    assert len(listed(still.api("agent").get("ticket/", q=q(page_size=size)))) <= 100


def test_hidden_fields_cannot_be_guessed_by_filter_or_order(house):
    """The dispatcher sees a stub: its category must not answer to a filter, nor its urgency to an order."""
    agent, office = house.api("agent"), house.api("discipline")
    chairman, head = house.api("chairman"), house.api("head")
    stubs = [accused(house, urgency=urgency) for urgency in ("urgent", "normal")]
    for stub in stubs:
        agent.does(stub, "refer")
        office.does(stub, "find", founded=True, findings="属实")
        office.does(stub, "report", opinion="整改")
        chairman.does(stub, "instruct", unit="第一水厂", instruction="整改")
        head.does(stub, "submit", **RESULT)
        office.does(stub, "call_back", outcome="satisfied")
        office.does(stub, "feed_back", opinion="已处理")
    found = {row["id"]: row for row in agent.get("ticket/").json["result"]}
    assert [found[stub["id"]]["level"] for stub in stubs] == ["stub", "stub"]
    for col, opr, value in (("category", "eq", "吃拿卡要"), ("category", "neq", "水压"), ("unit", "eq", "第一水厂"),
                            ("urgency", "eq", "normal")):  # fmt: skip
        assert listed(agent.get("ticket/", q=flt(col, opr, value))) == [], col
    assert len(listed(agent.get("ticket/", q=flt("state", "eq", "fed_back")))) == 2
    newest_first = [stubs[1]["id"], stubs[0]["id"]]
    assert listed(agent.get("ticket/", q=q(order_column="urgency", order_direction="desc"))) == newest_first
    assert listed(house.api("discipline").get("ticket/", q=q(order_column="urgency", order_direction="desc"))) == [
        stubs[0]["id"], stubs[1]["id"],
    ]  # fmt: skip


def test_the_number_of_queries_does_not_grow_with_the_list(house):
    agent = house.api("agent")
    with house.app.app_context():
        engine = house.app.extensions["sqlalchemy"].engines[None]
    counted = []
    event.listen(engine, "before_cursor_execute", lambda *_: counted.append(1))
    agent.registers()
    counts = []
    for _ in range(2):
        counted.clear()
        agent.get("ticket/")
        counts.append(len(counted))
        for _ in range(10):
            agent.registers()
    assert counts[0] == counts[1] <= 25


def test_rows_stay_as_the_log_tells(house):
    """What came in over HTTP verifies like anything else."""
    house.api("head").does(handled(house), "submit", **RESULT)
    with house.session() as session:
        assert verify.verify(session.connection(), KEY).differences == []
        assert session.scalar(select(Ticket.event_count)) == 3
