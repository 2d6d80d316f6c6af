"""总结改进 in the browser: written, released, read without names; nothing typed is lost, every file is recorded."""

import json
import zipfile
from contextlib import contextmanager
from io import BytesIO
from secrets import token_urlsafe

import pytest
from sqlalchemy import select

from analytics.reviews.service import Reviews
from models.tables import Notice, Review, SecurityEvent
from tests.admin.conftest import House

LINE = {"what_1": "何经办每天查水箱。", "due_1": "2026-05-01", "expected_1": "下降三成"}
WORDS = {"causes": "早高峰加压晚。", "lessons": "孙厂长应当提前安排。"}


@pytest.fixture
def office(house: House) -> House:
    """The admin with the figures of reviews hung into it, as `run.create_app` does."""

    @contextmanager
    def figures():
        with house.session() as session:
            yield session

    house.app.extensions["reviews"] = Reviews(figures, "聊城水务集团有限公司")
    house.at("2026-04-08 10:00")
    return house


def review(house: House) -> Review:
    with house.session() as session:
        return session.scalars(select(Review)).one()


def opened(house: House, period: str = "2026Q1") -> int:
    """The head begins the plant's review."""
    head = house.browser("head")
    page = head.get("/reviews/new").text
    assert 'value="2026Q1"' in page
    unit = page.split('<option value="')[-1].split('"')[0]
    answer = head.post("/reviews/new", unit=unit, period=period)
    assert answer.status_code == 303, answer.text
    return int(answer.location.rsplit("/", 1)[1])


def act(house: House, who: str, pk: int, name: str, page: str | None = None, **fields: str):
    return house.browser(who).post(f"/reviews/{pk}/{name}", page or f"/reviews/{pk}/{name}", once=token_urlsafe(8),
                                   **{"version": str(review(house).version), **fields})  # fmt: skip


def written(house: House) -> int:
    pk = opened(house)
    owner = str(house.id_of("handler"))
    assert act(house, "head", pk, "write", **WORDS, **LINE, owner_1=owner).status_code == 303
    return pk


def test_a_review_goes_its_way(office):
    pk = written(office)
    assert "起草于 2026-04-08 10:00，提交时冻结" in office.browser("head").get(f"/reviews/{pk}").text
    assert "1 份单位总结等您写。" in office.browser("head").get("/").text
    assert act(office, "head", pk, "submit", page=f"/reviews/{pk}").status_code == 303
    assert "1 份单位总结待审阅。" in office.browser("operations").get("/").text
    page = office.browser("leadership").get(f"/reviews/{pk}").text
    assert "已冻结于 2026-04-08 10:00" in page
    assert "孙**应当提前安排。" in page
    assert "何经办" in page, "who is to do it is named to the leadership"
    assert act(office, "operations", pk, "comment", said="数字看到了。").status_code == 303
    assert act(office, "operations", pk, "release").status_code == 303
    other = office.browser("other_head").get(f"/reviews/{pk}").text
    assert "早高峰加压晚。" in other
    for name in ("何经办", "孙厂长", "数字看到了", "责任人"):
        assert name not in other
    assert "数字看到了" in office.browser("head").get(f"/reviews/{pk}").text


def test_what_was_promised_and_is_due_is_asked_for_until_it_is_reported(office):
    pk = written(office)
    act(office, "head", pk, "submit", page=f"/reviews/{pk}")
    act(office, "operations", pk, "release")
    assert "报落实" in office.browser("head").get(f"/reviews/{pk}").text
    assert "到期未报" not in office.browser("head").get(f"/reviews/{pk}").text
    office.at(f"{LINE['due_1']} 10:00")
    for who in ("head", "operations"):
        assert "有到期的改进措施没有报落实。" in office.browser(who).get("/").text
        assert f"/reviews/{pk}" in office.browser(who).get("/reviews/?show=undone").text
        page = office.browser(who).get(f"/reviews/{pk}").text
        assert "到期未报" in page
        assert "期限刚到，还没有可比的日子。" in page, "what became of it by now, though the figures are frozen"
    assert f"/reviews/{pk}" not in office.browser("other_head").get("/reviews/?show=undone").text
    form = office.browser("head").get(f"/reviews/{pk}/carry_out").text
    assert LINE["what_1"] in form
    assert f'type="date" value="{LINE["due_1"]}"' in form
    answer = act(office, "head", pk, "carry_out", measure="1", done_on="昨天", said="泵已改造。")
    assert answer.status_code == 422
    assert "日期看不懂" in answer.text
    assert "泵已改造。" in answer.text
    assert (
        act(office, "head", pk, "carry_out", measure="1", done_on=LINE["due_1"], said="泵已改造。").status_code == 303
    )
    assert "没有报落实。" not in office.browser("head").get("/").text
    assert "泵已改造。" in office.browser("operations").get(f"/reviews/{pk}").text
    other = office.browser("other_head").get(f"/reviews/{pk}").text
    assert LINE["due_1"] in other
    assert "泵已改造。" not in other


def test_what_is_out_of_sight_is_not_there(office):
    pk = written(office)
    for who in ("other_head", "agent", "leadership", "admin", "auditor"):
        browser = office.browser(who)
        for path in ("", "/write", "/chart/on_time_rate", "/file?format=docx", "/nothing"):
            assert browser.get(f"/reviews/{pk}{path}").status_code == 404, (who, path)
    assert office.browser("auditor").get("/reviews/").status_code == 404
    assert office.browser("agent").get("/reviews/new").status_code == 404
    assert "第一水厂" not in office.browser("other_head").get("/reviews/").text
    assert office.browser("head").get("/reviews/999999").status_code == 404


def test_what_was_typed_comes_back_with_what_was_wrong(office):
    pk = opened(office)
    answer = act(office, "head", pk, "write", causes="写了很久的原因", what_1="巡检", due_1="五一")
    assert answer.status_code == 422
    for kept in ("写了很久的原因", "巡检", 'value="五一"', "日期看不懂"):
        assert kept in answer.text
    assert review(office).causes == ""


def test_the_second_of_two_gets_409_and_keeps_what_it_wrote(office):
    pk = written(office)
    answer = act(office, "head", pk, "write", causes="另一页写的", version="1")
    assert answer.status_code == 409
    for shown in ("另一页写的", "早高峰加压晚。", "您写的还在下面"):
        assert shown in answer.text
    assert review(office).causes == WORDS["causes"]


def test_what_is_missing_is_asked_for_when_it_is_submitted(office):
    pk = opened(office)
    assert act(office, "head", pk, "write", causes="早高峰加压晚。").status_code == 303
    answer = act(office, "head", pk, "submit", page=f"/reviews/{pk}")
    assert answer.status_code == 422
    assert "至少写一条改进措施。" in answer.text
    assert "早高峰加压晚。" in answer.text


def test_charts_and_files_are_those_of_the_page_and_recorded(office):
    pk = written(office)
    act(office, "head", pk, "submit", page=f"/reviews/{pk}")
    act(office, "operations", pk, "release")
    agent = office.browser("agent")
    file = agent.get(f"/reviews/{pk}/file?format=docx")
    with zipfile.ZipFile(BytesIO(file.data)) as found:
        text = found.read("word/document.xml").decode()
    assert "早高峰加压晚。" in text
    assert "何经办" not in text
    assert "孙厂长" not in text
    assert agent.get(f"/reviews/{pk}/file?format=exe").status_code == 404
    assert agent.get(f"/reviews/{pk}/chart/no_such").status_code == 404
    with office.session() as session:
        entry = session.scalars(select(SecurityEvent).where(SecurityEvent.kind == "exported")).one()
    told = json.loads(entry.detail)
    assert (entry.actor_id, told["what"], told["format"], told["level"]) == (
        office.id_of("agent"), "review", "docx", "shared",
    )  # fmt: skip


def test_a_reminder_leads_to_the_review(office):
    pk = written(office)
    act(office, "head", pk, "submit", page=f"/reviews/{pk}")
    act(office, "operations", pk, "send_back", said="写具体些。")
    head = office.browser("head")
    assert "第一水厂 2026 年第 1 季度的总结退回修改。" in head.get("/notices/").text
    with office.session() as session:
        notice = session.scalars(select(Notice.id).where(Notice.kind == "review")).one()
    assert head.get(f"/notices/{notice}").location == f"/reviews/{pk}"
    assert "写具体些。" in head.get(f"/reviews/{pk}").text
