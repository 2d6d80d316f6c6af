"""责任追究 on the web: who decides, who reads what, what leaves the program, and that each of it is recorded."""

import io
import re

import orjson
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from models.tables import Penalty, PenaltyEvent, SecurityEvent, Ticket
from tests.admin.conftest import House
from tests.admin.test_notices import bell

EXPOSED = {"medium": "民生频道", "exposed_at": "2026-03-05T20:00:00+08:00", "unit": "第一水厂"}
RETALIATED = {"clause": "第八条(四)", "post": "responsible", "conduct_at": "2026-03-05T20:00:00+08:00"}


def exposed(house: House, **more) -> dict[str, Penalty]:
    """A media exposure is recorded; what it leads to, by post."""
    answer = house.api("operations").post("media_exposure/", **EXPOSED, **more)
    assert answer.status_code == 201, answer.text
    with house.session() as session:
        return {p.post: p for p in session.scalars(select(Penalty))}


def noted(house: House, kind: str) -> list[dict]:
    with house.session() as session:
        rows = session.scalars(select(SecurityEvent.detail).where(SecurityEvent.kind == kind))
        return [orjson.loads(row) for row in rows]


def of(house: House, pk: int) -> Penalty:
    with house.session() as session:
        return session.get_one(Penalty, pk)


def test_an_exposure_that_is_recorded_is_proposed_at_once_and_says_nothing_else_afterwards(house):
    assert {post: p.person for post, p in exposed(house).items()} == {
        "responsible": "何经办", "leader": "孙厂长", "indicator_holder": ""
    }  # fmt: skip
    operations = house.api("operations")
    key = operations.get("media_exposure/").json["ids"][0]
    assert set(operations.put(f"media_exposure/{key}", unit="东城营业所").json["errors"]) == {"exposed_at"}
    assert operations.put(f"media_exposure/{key}", grave=True).status_code == 200
    assert operations.get("penalty/").json["count"] == 5, "found grave, its leaders answer too"


def test_the_actions_over_the_api_are_those_of_the_table(house):
    penalty = exposed(house)["responsible"]
    operations, handler = house.api("operations"), house.api("handler")
    offered = operations.get(f"penalty/{penalty.id}/actions").json
    assert ([a["name"] for a in offered["result"]], offered["version"]) == (["confirm", "withdraw"], 1)
    assert handler.get(f"penalty/{penalty.id}/actions").status_code == 404, "a proposal is not told"
    assert handler.get("penalty/1/actions").json == handler.get(f"penalty/{penalty.id}/actions").json
    confirm = f"penalty/{penalty.id}/actions/confirm"
    assert house.api("leadership").post(confirm, version=1).status_code == 403
    assert set(operations.post(confirm, version=1, amount="x").json["errors"]) == {"amount"}
    assert set(operations.post(confirm).json["errors"]) == {"version"}
    done = operations.post(confirm, once="k", version=1).json["result"]
    assert (done["state"], done["amount"], done["version"]) == ("confirmed", 100, 2)
    assert operations.post(confirm, once="k", version=1).status_code == 200
    stale = operations.post(f"penalty/{penalty.id}/actions/execute", version=1)
    assert (stale.status_code, stale.json["version"]) == (409, 2)
    assert operations.post(confirm, version=2).status_code == 409
    assert [a["name"] for a in handler.get(f"penalty/{penalty.id}/actions").json["result"]] == ["appeal"]
    mine = handler.post(f"penalty/{penalty.id}/actions/appeal", version=2, reason="当天不当班。").json["result"]
    assert (mine["state"], "ticket" in mine, "reason" in mine) == ("appealed", False, False)
    told = {who: "决定申诉" in house.browser(who).get("/penalties/").text for who in ("operations", "chairman")}
    assert told == {"operations": False, "chairman": True}, "nobody who confirmed it decides on the appeal"
    assert {entry.get("did") for entry in noted(house, "penalty")} == {"added", "confirm", "appeal"}


def test_many_are_decided_at_once_each_by_its_own_event(house):
    rows = exposed(house)
    operations = house.browser("operations")
    page = operations.get("/penalties/").text
    assert all(part in page for part in ("何经办", "孙厂长", "（未定人）", "媒体曝光", "第一水厂"))
    marks = re.findall(r'name="t" value="([^"]+)"', page)
    assert len(marks) == 3
    answer = operations.post("/penalties/decide", "/penalties/", t=marks, do="confirm", once="k")
    assert answer.status_code == 422
    assert "（未定人）：姓名——这一项要填。" in answer.text, "what could not be done is told; the others are"
    assert {post: of(house, p.id).state for post, p in rows.items()} == {
        "responsible": "confirmed", "leader": "confirmed", "indicator_holder": "proposed"
    }  # fmt: skip
    with house.session() as session:
        assert len(session.scalars(select(PenaltyEvent).where(PenaltyEvent.action == "confirm")).all()) == 2
    left = f"{rows['indicator_holder'].id}:1"
    assert operations.post("/penalties/decide", "/penalties/", t=left, do="withdraw").status_code == 422
    answer = operations.post("/penalties/decide", "/penalties/", t=left, do="withdraw", reason="没有设这个岗位。")
    assert answer.status_code == 303
    assert of(house, rows["indicator_holder"].id).state == "withdrawn"
    assert "没有等人决定的追究" in operations.get("/penalties/").text
    assert "何经办" in operations.get("/penalties/?month=2026-03").text
    assert operations.get("/penalties/?month=x").status_code == operations.get("/penalties/?month=9999-12").status_code


def test_amount_and_measure_of_many_go_to_those_that_have_none(house):
    house.at("2026-03-06 10:00")
    body = {"clause": "第八条(二)", "post": "responsible", "conduct_at": "2026-03-05T20:00:00+08:00"}
    for person in ("甲", "乙"):
        house.api("operations").post("penalty/", **body, person=person)
    operations = house.browser("operations")
    marks = re.findall(r'name="t" value="([^"]+)"', operations.get("/penalties/").text)
    assert "金额和措施至少填一项" in operations.post("/penalties/decide", "/penalties/", t=marks, do="confirm").text
    answer = operations.post("/penalties/decide", "/penalties/", t=marks, do="confirm", amount="200")
    assert answer.status_code == 303
    with house.session() as session:
        assert [str(p.amount) for p in session.scalars(select(Penalty))] == ["200.00", "200.00"]


def test_clauses_stand_as_the_rules_have_them_and_an_amount_stays_with_the_clause_it_was_typed_for(house):
    house.at("2026-03-06 10:00")
    body = {"post": "responsible", "conduct_at": "2026-03-05T20:00:00+08:00"}
    for clause, person in (("第八条(三)", "丙"), ("第八条(四)", "丁"), ("第八条(二)", "乙")):
        house.api("discipline").post("penalty/", **body, clause=clause, person=person)
    discipline = house.browser("discipline")
    page = discipline.get("/penalties/").text
    heads = re.findall(r"<h2>(第八条\(.\))", page)
    assert heads == ["第八条(二)", "第八条(三)", "第八条(四)"]
    mark = re.findall(r'name="t" value="([^"]+)"', page)[0]
    given = {"t": mark, "do": "confirm", "amount": "20元", "clause": "第八条(二)"}
    answer = discipline.post("/penalties/decide", "/penalties/", **given)
    assert answer.status_code == 422
    assert re.findall(r'name="amount"[^>]*value="([^"]*)"', answer.text) == ["20元", "", ""]
    assert answer.text.count(" checked") == 1
    rules = house.browser("operations").get("/penalty-rule/list/").text
    assert re.findall(r"第八条\((.)\)", rules[rules.index("<tbody>") :])[:4] == [*"一二三四"]


def test_who_records_an_exposure_is_told_that_it_was_proposed_to_fine(house):
    operations = house.browser("operations")
    assert "保存后系统按第八条(一)提出追究" in operations.get("/exposure/add").text
    operations.post("/exposure/add", "/exposure/add", medium="聊城晚报", exposed_at="2026-03-05T20:00")
    assert "由此提出的追究有 3 件等人决定" in operations.get("/exposure/list/").text


@pytest.mark.parametrize("name", ["agent", "head", "handler", "analyst", "auditor", "admin"])
def test_who_does_not_decide_has_neither_list_nor_payroll(house, name):
    pk = exposed(house)["responsible"].id
    browser = house.browser(name)
    for path in ("/penalties/", "/penalties/payroll", "/penalties/payroll.xlsx", f"/penalties/{pk}",
                 f"/penalties/{pk}/confirm", f"/penalties/{pk}/notice?no=1"):  # fmt: skip
        assert browser.get(path).status_code == 404, path
    assert browser.get("/penalties/mine").status_code == 200
    assert house.api(name).post(f"penalty/{pk}/actions/confirm", version=1).status_code == 404


def test_everybody_reads_their_own_without_the_ticket_and_how_to_appeal(house):
    """第七条(二): of a discipline ticket the fined learns what was decided, not its number, words or complainant."""
    discipline = house.api("discipline")
    hidden = discipline.registers(category="吃拿卡要", content="抄表员索要好处。", phone="13912345678")
    body = {**RETALIATED, "user": "handler", "unit": "第一水厂", "ticket": hidden["id"], "reason": "张三来电反映。"}
    pk = discipline.post("penalty/", **body).json["id"]
    assert discipline.post(f"penalty/{pk}/actions/confirm", version=1, measure="记过").status_code == 200
    handler = house.browser("handler")
    home, told = handler.get("/").text, handler.get("/notices/").text
    assert "1 件对您的责任追究还在申诉期限内" in home
    assert (bell(home), "对您的一项责任追究已确认。可以在3月20日 周五 17:30 前申诉一次。" in told) == ("1", True)
    assert all(part not in told for part in (hidden["no"], str(hidden["id"]), "索要", "记过"))
    assert f'href="/penalties/{pk}"' in told
    pages = [handler.get(path).text for path in ("/penalties/mine", f"/penalties/{pk}", f"/penalties/{pk}/appeal")]
    assert bell(pages[1]) == "0", "it is read where it is opened"
    assert all("记过" in page for page in pages)
    assert all(hidden["no"] not in page and "索要" not in page and "张三" not in page for page in pages)
    assert all(str(hidden["id"]) not in page for page in pages)
    assert handler.post(f"/penalties/{pk}/appeal", version="2").status_code == 422, "why is to be said"
    assert handler.post(f"/penalties/{pk}/appeal", version="2", reason="没有这回事。").status_code == 303
    assert "没有这回事。" in house.browser("discipline").get(f"/penalties/{pk}").text
    assert "有一项申诉等您裁定。" in house.browser("inspector").get("/notices/").text
    for name in ("operations", "leadership", "head", "agent"):
        assert house.browser(name).get(f"/penalties/{pk}").status_code == 404
        assert house.api(name).get(f"penalty/{pk}/actions").status_code == 404
    listed = house.browser("operations").get("/penalties/payroll?month=2026-03").text
    assert "何经办" not in listed


def test_the_payrolls_list_is_of_a_month_safe_and_recorded(house):
    rows = exposed(house)
    operations = house.api("operations")
    body = {"clause": "第八条(一)", "person": "=cmd|' /C calc'!A1", "post": "responsible",
            "conduct_at": "2026-03-05T20:00:00+08:00"}  # fmt: skip
    odd = operations.post("penalty/", **body).json["id"]
    for pk in (rows["responsible"].id, odd):
        operations.post(f"penalty/{pk}/actions/confirm", version=1)
    operations.post(f"penalty/{odd}/actions/execute", version=2)
    browser = house.browser("operations")
    page = browser.get("/penalties/payroll").text
    assert "200 元" in page, "the sum"
    answer = browser.get("/penalties/payroll.xlsx?month=2026-03")
    table = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert table[0][:5] == ["姓名", "单位", "责任", "条款", "金额（元）"]
    assert {(row[0], row[4]) for row in table[1:]} == {("何经办", 100.0), ("=cmd|' /C calc'!A1", 100.0)}
    assert browser.get("/penalties/payroll.xlsx?month=2026-02").status_code == 200
    assert [(e["what"], e["month"], e["rows"]) for e in noted(house, "exported")] == [
        ("payroll", "2026-03", 2), ("payroll", "2026-02", 0)
    ]  # fmt: skip


def test_what_was_executed_and_then_revoked_is_given_back(house):
    pk = exposed(house)["responsible"].id
    operations = house.api("operations")
    operations.post(f"penalty/{pk}/actions/confirm", version=1)
    operations.post(f"penalty/{pk}/actions/execute", version=2)
    house.api("handler").post(f"penalty/{pk}/actions/appeal", version=3, reason="当天不当班。")
    assert "何经办" not in house.browser("operations").get("/penalties/payroll").text, "while it is appealed against"
    house.at("2026-04-02 09:00")
    house.api("discipline").post(f"penalty/{pk}/actions/revoke", version=4, reason="查值班表属实。")
    listed = house.browser("operations").get("/penalties/payroll").text
    assert "-100 元" in listed
    assert "应退还" in listed


def test_what_waited_for_its_appeal_is_due_in_the_month_that_dismissed_it(house):
    pk = exposed(house)["responsible"].id
    house.api("operations").post(f"penalty/{pk}/actions/confirm", version=1)
    house.api("handler").post(f"penalty/{pk}/actions/appeal", version=2, reason="当天不当班。")
    house.at("2026-04-02 09:00")
    house.api("discipline").post(f"penalty/{pk}/actions/uphold", version=3, reason="事实清楚。")
    browser = house.browser("operations")
    assert "何经办" not in browser.get("/penalties/payroll?month=2026-03").text
    assert "何经办" in browser.get("/penalties/payroll?month=2026-04").text


def test_the_notice_is_recorded_and_drawn_for_its_maker_alone(house):
    ticket = house.api("agent").registers(complainant="张三丰", phone="13812345678")
    pk = exposed(house, ticket=ticket["no"])["responsible"].id
    house.api("operations").post(f"penalty/{pk}/actions/confirm", version=1)
    operations = house.browser("operations")
    answer = operations.post(f"/penalties/{pk}/print", f"/penalties/{pk}")
    assert answer.status_code == 303
    paper = operations.get(answer.location)
    assert all(part in paper.text for part in ("责任追究通知书", "何经办", "100 元", "2026-03-20 17:30 前申诉"))
    with house.session() as session:
        no = session.get_one(Ticket, ticket["id"]).no
    assert all(part not in paper.text for part in (no, "张三丰", "138"))
    for again in (house.browser("discipline").get(answer.location), operations.get(f"/penalties/{pk}/notice?no=1")):
        assert (again.status_code, "请在这项追究里重新“打印通知书”" in again.text) == (404, True)
    house.at("2026-03-06 09:16")
    assert "打印已过 15 分钟" in operations.get(answer.location).text
    fined = house.browser("handler").get(answer.location)
    assert (fined.status_code, "“打印通知书”由运营管理部、纪检监察室办理。" in fined.text) == (403, True)
    assert "没有找到这项追究" in house.browser("other_head").get(answer.location).text
    with house.session() as session:
        made = session.scalars(select(PenaltyEvent.action).where(PenaltyEvent.penalty_id == pk)).all()
    assert sorted(made) == ["confirm", "print", "propose"]


@pytest.mark.parametrize(("decision", "said"), [("uphold", "已裁定"), ("revoke", "已撤销")])
def test_who_decides_an_appeal_reads_it_beside_and_no_deadline_is_left_afterwards(house, decision, said):
    pk = exposed(house)["responsible"].id
    house.api("operations").post(f"penalty/{pk}/actions/confirm", version=1)
    handler = house.browser("handler")
    appealing = handler.get(f"/penalties/{pk}/appeal").text
    assert "只能申诉一次，2026-03-20 17:30 前提出；由没有经手确认的人裁定。" in appealing
    handler.post(f"/penalties/{pk}/appeal", version="2", reason="当天不当班。")
    form = house.browser("discipline").get(f"/penalties/{pk}/{decision}").text
    beside = form[form.index("<h2>申诉</h2>") :]
    assert all(part in beside for part in ("2026-03-06 09:00", "何经办", "当天不当班。"))
    house.api("discipline").post(f"penalty/{pk}/actions/{decision}", version=3, reason="查值班表。")
    for path in ("/penalties/mine", f"/penalties/{pk}"):
        page = handler.get(path).text
        assert said in page
        assert "2026-03-20" not in page
        assert "可以在申诉期限内申诉一次；" not in page


def test_a_penalty_out_of_sight_reads_like_one_that_is_not_there(house):
    pk = exposed(house)["responsible"].id
    head = house.browser("other_head")
    for tail in ("", "/confirm", "/nonsense"):
        assert head.get(f"/penalties/{pk}{tail}").data == head.get(f"/penalties/12345{tail}").data
