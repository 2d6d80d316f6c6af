"""安全日志: what goes into it, who reads it, that nobody edits it, and that nothing happens which it cannot tell of."""

from __future__ import annotations

import re
from io import BytesIO

import orjson
import pytest
from sqlalchemy import delete, select

from models import security_log
from models.base import User
from models.organisation import Post, Unit
from models.security_log import KINDS, SecurityEvent
from models.tables import Penalty, SecurityHead, Ticket, TicketEvent
from tests.admin.conftest import House
from tests.fixtures.city import PICTURE

WRONG = "not the password at all"


def entries(house: House, kind: str | None = None) -> list[SecurityEvent]:
    """The entries so far, in order."""
    with house.session() as session:
        found = select(SecurityEvent).order_by(SecurityEvent.no)
        return list(session.scalars(found.where(SecurityEvent.kind == kind) if kind else found))


def told(entry: SecurityEvent) -> dict[str, object]:
    return orjson.loads(entry.detail)


def refer(house: House) -> dict[str, object]:
    """A discipline ticket that is with 纪检监察室."""
    ticket = house.api("agent").registers(content="抄表员索要好处。", category="吃拿卡要", phone="13912345678")
    assert house.api("agent").does(ticket, "refer").status_code == 200
    return ticket


def without_an_end(house: House) -> None:
    house.changes(lambda session: session.execute(delete(SecurityHead)))


# Signing in


def test_sign_ins_by_page_and_by_program_are_told_with_their_address(house):
    house.browser("agent")
    house.api("head")
    page, program = entries(house, "signed_in")
    assert (page.actor_id, told(page)["door"]) == (house.id_of("agent"), "SignInView.login")
    assert (program.actor_id, told(program)["door"]) == (house.id_of("head"), "SecurityApi.login")
    assert page.source == "127.0.0.1"


def test_a_failure_is_told_for_known_and_unknown_names_and_what_was_typed_is_not(house):
    browser = house.browser(None)
    for name in ("agent", "nobody-of-that-name"):
        browser.sign_in(name, WRONG)
    known, unknown = entries(house, "sign_in_failed")
    assert (known.user_id, unknown.user_id) == (house.id_of("agent"), None)
    assert "nobody-of-that-name" not in unknown.detail
    assert WRONG not in known.detail + unknown.detail


def test_a_lock_out_is_told_once_and_what_follows_as_failures_that_wait(house):
    browser = house.browser(None)
    for _ in range(12):
        browser.sign_in("agent", WRONG)
    assert len(entries(house, "locked_out")) == 1
    assert [told(entry)["waits"] for entry in entries(house, "sign_in_failed")][-2:] == [True, True]


def test_signing_out_is_told(house):
    house.browser("agent").get("/logout/")
    house.api("head").post("security/logout")
    assert {entry.actor_id for entry in entries(house, "signed_out")} == {house.id_of("agent"), house.id_of("head")}


# Refusals and openings


def test_a_hidden_and_an_absent_ticket_are_recorded_alike(house):
    ticket = refer(house)
    handler = house.api("handler")
    for number in (ticket["id"], 12345):
        assert handler.get(f"ticket/{number}").status_code == 404
    hidden, absent = entries(house, "refused")
    assert (hidden.ticket_id, absent.ticket_id) == (ticket["id"], 12345)
    assert hidden.detail == absent.detail
    page = house.browser("auditor").get("/security-log/list/").text
    assert ticket["no"] not in page
    assert str(ticket["id"]) not in page


def test_a_door_that_is_closed_is_told(house):
    assert house.browser("agent").get("/users/list/").status_code == 403
    (entry,) = entries(house, "refused")
    assert (told(entry)["status"], told(entry)["endpoint"]) == (403, "AccountView.list")
    assert entry.actor_id == house.id_of("agent")
    house.browser("agent").get("/ticket/12345/submit")
    rows = _rows(house.browser("auditor").get("/security-log/list/").text)
    assert "页面：账号；方式：GET" in rows, "by the name that the side has for it"
    assert "页面：/ticket/…/…；方式：GET" in rows, "else by its address, without the number"


def test_a_wrong_address_is_no_refusal(house):
    house.browser("agent").get("/no-such-page")
    assert entries(house, "refused") == []


def test_opening_a_discipline_ticket_is_told_once_a_request_over_pages_api_and_attachments(house):
    ticket = refer(house)
    discipline = house.api("discipline")
    uploaded = discipline.send("POST", "upload/", data={"file": (BytesIO(PICTURE), "证据.png")})
    assert discipline.does(ticket, "attach", text="证据", files=[uploaded.json["id"]]).status_code == 200
    before = len(entries(house, "opened"))
    browser = house.browser("discipline")
    doors = (
        lambda: discipline.get(f"ticket/{ticket['id']}"),
        lambda: discipline.get(f"ticket/{ticket['id']}/events"),
        lambda: discipline.get(f"ticket/{ticket['id']}/attachments/1"),
        lambda: browser.get(f"/ticket/{ticket['id']}"),
        lambda: browser.get(f"/ticket/{ticket['id']}/attachments/1"),
    )
    for n, opens in enumerate(doors, 1):
        answer = opens()
        assert answer.status_code == 200
        answer.close()
        new = entries(house, "opened")[before:]
        assert len(new) == n
        assert (new[-1].ticket_id, new[-1].actor_id) == (ticket["id"], house.id_of("discipline"))
        assert told(new[-1])["level"] == "contact"


def test_opening_a_quality_ticket_whole_is_no_entry(house):
    ticket = house.api("agent").registers()
    house.browser("agent").get(f"/ticket/{ticket['id']}")
    assert entries(house, "opened") == []


# Exports and changes


def test_an_export_is_told_with_its_rows_and_conditions_and_no_word_that_was_looked_for(house):
    house.api("agent").registers(content="水压太低")
    assert house.browser("agent").get("/ticket/export?format=csv&q=水压太低").status_code == 200
    (entry,) = entries(house, "exported")
    assert (told(entry)["what"], told(entry)["rows"], told(entry)["conditions"]) == ("list", 1, ["q"])
    assert "水压" not in entry.detail


def test_a_change_of_a_rule_is_told_from_what_to_what(house):
    rule = house.api("admin").get("rule/", q="(filters:!((col:key,opr:eq,value:handle)))").json["result"][0]
    assert house.api("admin").put(f"rule/{rule['id']}", amount=48).status_code == 200
    (entry,) = entries(house, "rule")
    assert told(entry)["columns"] == {"amount": [72, 48]}
    assert (told(entry)["table"], told(entry)["did"], entry.actor_id) == ("rule", "changed", house.id_of("admin"))
    assert "数量 72 → 48" in house.browser("auditor").get("/security-log/list/").text


def test_calendar_days_added_and_deleted_are_told(house):
    admin = house.api("admin")
    assert admin.post("calendar_day/", day="2026-03-10", working=False, name="停工").status_code == 201
    assert admin.delete("calendar_day/2026-03-10").status_code == 200
    added, deleted = entries(house, "calendar")
    assert told(added)["columns"]["day"] == [None, "2026-03-10"]
    assert (told(deleted)["did"], told(deleted)["columns"]["day"]) == ("deleted", ["2026-03-10", None])


def test_a_post_is_told_with_whose_it_is(house):
    def free(session):
        user = session.scalars(select(User).where(User.username == "colleague")).one()
        return user.id, session.scalars(select(Unit.id).where(Unit.kind == "unit")).first()

    with house.session() as session:
        user_id, unit_id = free(session)
    answer = house.api("admin").post("post/", user=user_id, unit=unit_id, post="leader", since="2026-03-01")
    assert answer.status_code == 201, answer.text
    (entry,) = entries(house, "post")
    assert entry.user_id == user_id
    with house.session() as session:
        assert session.scalar(select(Post.id).where(Post.post == "leader", Post.user_id == user_id))


def test_an_account_is_told_with_its_roles_and_never_with_its_password(house):
    with house.session() as session:
        user = session.scalars(select(User).where(User.username == "agent")).one()
        fields = {"username": user.username, "last_name": user.last_name, "first_name": "改名", "email": user.email,
                  "roles": [role.id for role in user.roles], "active": "y"}  # fmt: skip
        user_id = user.id
    house.browser("admin").post(f"/users/edit/{user_id}", **fields)
    (entry,) = entries(house, "account")
    assert entry.user_id == user_id
    assert told(entry)["columns"]["first_name"][1] == "改名"
    new = "ein neues Geheimnis"
    house.browser("admin").post(f"/resetpassword/form?pk={user_id}", password=new, conf_password=new)
    (changed,) = entries(house, "password")
    assert changed.user_id == user_id
    everything = "".join(entry.detail for entry in entries(house))
    assert new not in everything
    assert "pbkdf2" not in everything


def test_the_address_of_a_channel_is_a_secret_and_only_told_to_have_changed(house):
    secret = "mailtos://desk:Geheim-96568@mail.example.cn?to=head@example.cn"
    fields = {"name": "负责人邮箱", "user": str(house.id_of("head")), "level": "late", "active": "y"}
    assert house.browser("admin").post("/notice-channel/add", **fields, secret=secret).status_code == 302
    (entry,) = entries(house, "table")
    assert (told(entry)["table"], told(entry)["columns"]["url"]) == ("notice_channel", ["…", "…"])
    assert "Geheim" not in entry.detail


# Who reads it


def test_the_auditor_reads_list_filters_and_single_entries(house):
    house.browser("agent")
    house.browser(None).sign_in("agent", WRONG)
    auditor = house.browser("auditor")
    page = auditor.get("/security-log/list/").text
    assert "登录失败" in page
    no = entries(house, "sign_in_failed")[0].no
    assert auditor.get(f"/security-log/show/{no}").status_code == 200
    only = auditor.get("/security-log/list/?_flt_0_kind=sign_in_failed").text
    rows = only[only.index("<tbody>") :]
    assert "登录失败" in rows
    assert ">登录<" not in rows
    agent = house.id_of("agent")
    assert "登录失败" not in _rows(auditor.get(f"/security-log/list/?_flt_0_actor={agent}").text)
    assert _rows(auditor.get("/security-log/list/?_flt_1_at=2026-03-07").text) == ""
    assert "登录失败" in _rows(auditor.get("/security-log/list/?_flt_1_at=2026-03-06&_flt_2_at=2026-03-07").text)


def test_what_was_exported_and_decided_is_read_in_words_and_not_in_codes(house):
    house.api("agent").registers(content="没有水。", phone="13912345678")
    operations = house.browser("operations")
    assert operations.get("/ticket/export?format=csv&state=registered").status_code == 200
    assert operations.get("/penalties/payroll.xlsx?month=2026-03").status_code == 200
    assert house.api("operations").post("media_exposure/", medium="聊城晚报", unit="第一水厂",
                                        exposed_at="2026-03-05T20:00:00+08:00").status_code == 201  # fmt: skip
    with house.session() as session:
        penalty = session.scalars(select(Penalty).where(Penalty.post == "leader")).one()
    confirm = f"penalty/{penalty.id}/actions/confirm"
    assert house.api("operations").post(confirm, version=1).status_code == 200
    operations.post("/person/", "/person/", phone="13912345678", reason="copy")
    rows = _rows(house.browser("auditor").get("/security-log/list/").text)
    for said in ("列：内容、小区、分类", "条件：状态", "月份：2026-03", "内容：扣发清单", "做了：确认追究",
                 "理由：本人申请查阅、复制"):  # fmt: skip
        assert said in rows, said
    assert not re.search(r"neighbourhood|payroll|confirm|copy|month：|\bId\b", rows)


def _rows(page: str) -> str:
    return page[page.index("<tbody>") :] if "<tbody>" in page else ""


def test_the_auditor_finds_what_is_about_one_ticket_by_number_or_by_mark_and_no_confidential_number(house):
    open_one, hidden = house.api("agent").registers(), refer(house)
    handler = house.api("other_head")
    handler.get(f"ticket/{open_one['id']}")
    house.api("discipline").get(f"ticket/{hidden['id']}")
    auditor = house.browser("auditor")

    def found(typed: str) -> int:
        page = auditor.get("/security-log/list/", query_string={"_flt_0_ticket_id": typed}).text
        return len(re.findall(r'class="kf-row"', _rows(page)))

    assert found(open_one["no"]) == 1
    mark = security_log.mark(hidden["id"])
    assert found(mark) == len([e for e in entries(house) if e.ticket_id == hidden["id"]]) > 0
    assert found(hidden["no"]) == found("ZL-2026-99999") == 0
    assert mark in auditor.get("/security-log/list/").text


def test_the_auditors_home_leads_there_with_what_the_week_has(house):
    house.browser(None).sign_in("agent", WRONG)
    home = house.browser("auditor").get("/").text
    assert "登录失败<b>1</b>" in home
    assert "/security-log/list/?_flt_0_kind=sign_in_failed" in home
    assert "还没有存证" in home
    assert "安全日志，最近" not in house.browser("admin").get("/").text


OTHERS = ("agent", "operations", "handler", "head", "discipline", "chairman", "leadership", "analyst", "admin")


@pytest.mark.parametrize("name", OTHERS)
def test_nobody_else_reads_it(still, name):
    browser = still.browser(name)
    assert browser.get("/security-log/list/").status_code == 403
    assert browser.get("/security-log/show/1").status_code == 403


def test_there_is_no_door_by_which_an_entry_is_made_changed_or_deleted(house):
    auditor = house.browser("auditor")
    before = entries(house)
    no = before[0].no
    for path in (f"/security-log/edit/{no}", f"/security-log/delete/{no}", "/security-log/add", "/security-log/action"):
        assert auditor.get(path).status_code == 404, path
        assert auditor.client.post(path).status_code in (400, 404), path
    for name in ("auditor", "admin"):
        api = house.api(name)
        for path in ("securityevent/", "security_event/", "security-log/", f"security_event/{no}"):
            assert {api.get(path).status_code, api.delete(path).status_code} == {404}, path
    with house.session() as session:
        assert session.get_one(SecurityEvent, no).hash == before[0].hash
        assert list(security_log.differences(session.connection())) == []


# Nothing without it


@pytest.fixture
def strict(new_house) -> House:
    """A house that answers as in service: a mistake of ours is a page, not a traceback."""
    house = new_house()
    house.app.config["PROPAGATE_EXCEPTIONS"] = False
    return house


def test_nobody_gets_in_unrecorded(strict):
    without_an_end(strict)
    browser = strict.browser(None)
    assert browser.sign_in("agent").status_code == 500
    assert browser.get("/").status_code == 302, "and nobody is signed in"


def test_nothing_of_a_discipline_ticket_leaves_unrecorded(strict):
    ticket = refer(strict)
    discipline, browser = strict.api("discipline"), strict.browser("discipline")
    without_an_end(strict)
    for answer in (discipline.get(f"ticket/{ticket['id']}"), browser.get(f"/ticket/{ticket['id']}")):
        assert answer.status_code == 500
        assert "抄表员" not in answer.text
        assert "13912345678" not in answer.text


def test_a_list_is_not_exported_unrecorded(strict):
    strict.api("agent").registers(content="水压太低")
    browser = strict.browser("agent")
    without_an_end(strict)
    answer = browser.get("/ticket/export?format=csv")
    assert answer.status_code == 500
    assert "水压太低" not in answer.text


def test_a_rule_does_not_change_unrecorded(strict):
    admin = strict.api("admin")
    rule = admin.get("rule/", q="(filters:!((col:key,opr:eq,value:handle)))").json["result"][0]
    without_an_end(strict)
    assert admin.put(f"rule/{rule['id']}", amount=48).status_code == 500
    assert admin.get(f"rule/{rule['id']}").json["result"]["amount"] == 72


def test_an_act_that_shows_a_discipline_ticket_stands_while_its_answer_does_not_leave(strict):
    """The act is in the ticket's own log; only its answer would have been an opening."""
    ticket = refer(strict)
    discipline = strict.api("discipline")
    version = discipline.get(f"ticket/{ticket['id']}").json["version"]
    without_an_end(strict)
    answer = discipline.post(f"ticket/{ticket['id']}/actions/find", version=version, founded=True, findings="属实")
    assert answer.status_code == 500
    assert "抄表员" not in answer.text
    with strict.session() as session:
        state = session.get_one(Ticket, ticket["id"]).state
        last = session.scalars(select(TicketEvent.action).where(TicketEvent.ticket_id == ticket["id"])).all()[-1]
    assert (state, last) == ("founded", "find")


def test_every_kind_has_its_words():
    assert all(any(ch >= "\u4e00" for ch in name) for name in KINDS.values())
