"""个人信息查询: all that is held of one person as a file for them, and who has seen it (个人信息保护法 第四十五条)."""

from __future__ import annotations

from io import BytesIO

import orjson
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from models import lookup
from models.security_log import SecurityEvent
from tests.admin.conftest import House
from tests.fixtures.city import KEY

PHONE = "13812345678"


@pytest.fixture
def quality(house: House):
    """A quality ticket of the caller's that was answered, and amended."""
    agent = house.api("agent")
    ticket = agent.registers(content="家里没水。", complainant="王芳", phone=PHONE, accused=["李四"])
    assert agent.does(ticket, "note", text="内部跟进：疑似欠费。").status_code == 200
    assert agent.does(ticket, "amend", field="address", value="东昌路 3 号").status_code == 200
    return ticket


@pytest.fixture
def confidential(house: House):
    """A discipline ticket of the same caller's, with 纪检监察室."""
    agent = house.api("agent")
    ticket = agent.registers(content="抄表员索要好处。", category="吃拿卡要", complainant="王芳", phone=PHONE)
    assert agent.does(ticket, "refer").status_code == 200
    return ticket


def asks(house: House, who: str, path: str = "/person/", **typed: str):
    return house.browser(who).post(path, page="/person/", **{"phone": PHONE, "reason": "copy", **typed})


def entries(house: House, what: str) -> list[SecurityEvent]:
    with house.session() as session:
        found = session.scalars(select(SecurityEvent).order_by(SecurityEvent.no))
        return [entry for entry in found if orjson.loads(entry.detail).get("what") == what]


def test_operations_hand_a_person_what_is_held_of_them_and_nothing_of_others(house, quality, confidential):
    answer = asks(house, "operations", "/person/file", format="json")
    held = orjson.loads(answer.data)["held"]
    assert {item["ticket"] for item in held} == {quality["no"]}
    assert {"王芳", "家里没水。", PHONE, "东昌路 3 号"} <= {item["value"] for item in held}
    for others in ("李四", "疑似欠费", "索要好处", confidential["no"]):
        assert others not in answer.text


def test_discipline_hands_over_its_own_track_too(house, quality, confidential):
    answer = asks(house, "discipline", "/person/file", format="xlsx")
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert {row[0] for row in rows[1:]} == {quality["no"], confidential["no"]}


def test_each_look_is_recorded_for_each_ticket_and_never_with_the_number(house, quality):
    asks(house, "operations")
    asks(house, "operations", "/person/file", format="json")
    asks(house, "operations", phone="13700000000")
    saw, nothing = entries(house, "seen")
    (took,) = entries(house, "person")
    assert (saw.ticket_id, took.ticket_id, nothing.ticket_id) == (quality["id"], quality["id"], None)
    assert (saw.kind, took.kind, took.actor_id) == ("opened", "exported", house.id_of("operations"))
    mark = min(lookup.asked(KEY, "phone", PHONE))[:12]
    assert orjson.loads(took.detail) | {"number": mark, "reason": "copy"} == orjson.loads(took.detail)
    with house.session() as session:
        assert not [e for e in session.scalars(select(SecurityEvent)) if PHONE in e.detail]


def test_who_has_seen_the_person_is_one_page(house, quality):
    asks(house, "operations", "/person/file", format="json")
    page = asks(house, "operations", reason="leak").text
    rows = page[page.index("<tbody>") :]
    assert rows.count("<tr>") == 4, "registered, noted, amended, exported"
    assert "登记" in rows
    assert "导出" in rows
    assert PHONE not in rows


def test_operations_hear_nothing_of_who_opened_it_while_it_was_confidential(house, confidential):
    discipline = house.api("discipline")
    assert discipline.does(confidential, "reclassify", category="水压", reason="不属纪检").status_code == 200
    mine = asks(house, "operations").text
    theirs = asks(house, "discipline").text
    assert "查看" not in mine[mine.index("<tbody>") :]
    assert "移送纪检" not in mine[mine.index("<tbody>") :]
    assert "移送纪检" in theirs[theirs.index("<tbody>") :]


@pytest.mark.parametrize(
    ("typed", "said"), [({"reason": ""}, "理由"), ({"phone": "138"}, "完整"), ({"phone": ""}, "完整")]
)
def test_without_a_reason_or_a_whole_number_nothing_is_looked_up(house, quality, typed, said):
    answer = asks(house, "operations", **typed)
    assert answer.status_code == 422
    assert said in answer.text
    assert quality["no"] not in answer.text
    assert entries(house, "seen") == []


@pytest.mark.parametrize("name", ["agent", "handler", "head", "chairman", "leadership", "analyst", "auditor", "admin"])
def test_nobody_else_looks_anybody_up(house, name):
    assert house.browser(name).get("/person/").status_code == 403
