"""预警 over HTTP: the inbox's words, the rules' form, and what goes out of the house."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.sending import Outside, message, send
from admin.views import alerting
from admin.views.pages import LINKS
from models.alert import WATCHED, Alert
from models.base import User
from models.notice import Notice, NoticeChannel
from models.reminding import alerts
from models.reminding.alerts import Finding
from models.reminding.inbox import Line
from models.tables import Category, District, Unit
from tests.admin.conftest import House
from tests.admin.test_notices import bell
from tests.fixtures.city import shanghai

DAY = date(2026, 3, 5)
CLUSTER = {"observed": 12, "expected": 2.04, "low": 0, "high": 5, "limit": 6, "weeks": 156, "seasoned": True}
SIGNAL = {"value": 0.702, "center": 0.913, "rules": ["outside"]}


@pytest.fixture
def alarmed(house: House) -> House:
    """Yesterday showed a cluster of complaints of the water's quality, and a bad month of the plant."""

    def found(session: Session) -> None:
        district = District(name="老城")
        session.add(district)
        session.flush()
        category = session.scalars(select(Category.id).where(Category.name == "水质")).one()
        plant = session.scalars(select(Unit.id).where(Unit.name == "第一水厂")).one()
        since, until = DAY - timedelta(days=6), DAY + timedelta(days=1)
        alerts.tell(session, DAY, [
            Finding("cluster", since, until, CLUSTER, 5.0, category_id=category, district_id=district.id, unit_id=plant,
                    by_unit=False),
            Finding("signal", date(2026, 2, 1), date(2026, 3, 1), SIGNAL, 3.4, metric="on_time_rate", unit_id=plant),
        ], shanghai("2026-03-06 07:00"))  # fmt: skip

    house.changes(found)
    return house


def test_the_inbox_says_what_is_above_its_past_and_leads_to_its_chart(alarmed):
    browser = alarmed.browser("head")
    assert bell(browser.get("/").text) == "2"
    page = browser.get("/notices/").text
    assert "投诉聚集 · 水质（老城）" in page
    assert "7 天 12 件，按以往约 2.0 件，超过 6 件才算异常。" in page
    assert "2026-02 70.2%，平均 91.3%：超出控制限，确有变差。" in page
    with alarmed.session() as session:
        mine = select(Notice).join(Alert).where(Notice.user_id == alarmed.id_of("head"), Alert.kind == "cluster")
        notice = session.scalars(mine).one()
    answer = browser.get(f"/notices/{notice.id}")
    assert answer.headers["Location"] == "/analytics/alerts/?category=%E6%B0%B4%E8%B4%A8&district=%E8%80%81%E5%9F%8E"
    assert bell(browser.get("/").text) == "1"
    assert alarmed.browser("other_head").get(f"/notices/{notice.id}").status_code == 404


def test_every_figure_that_is_watched_has_its_page():
    assert set(alerting.PAGES) == set(WATCHED)
    assert {f"/analytics/{page}/" for page in alerting.PAGES.values()} <= {link.href for link in LINKS}


def test_one_that_is_over_says_so(alarmed):
    alarmed.changes(lambda session: alerts.tell(session, DAY + timedelta(days=20), [], shanghai("2026-03-26 07:00")))
    browser = alarmed.browser("operations")
    assert bell(browser.get("/").text) == "0"
    assert browser.get("/notices/").text.count("已恢复正常。") == 2


def test_the_rules_are_kept_by_operations(house):
    browser = house.browser("operations")
    assert "运营管理部" in browser.get("/alert-rule/list/").text
    assert browser.post("/alert-rule/add", kind="cluster", recipient="deputy_in_charge", active="y").status_code == 302
    assert "承办单位分管负责人" in browser.get("/alert-rule/list/").text
    assert browser.post("/alert-rule/add", kind="weather", recipient="head").status_code == 200
    assert house.browser("head").get("/alert-rule/list/").status_code == 403


def test_outside_goes_only_that_there_is_one_and_once_to_a_group(alarmed):
    def channels(session: Session) -> None:
        head = session.scalars(select(User.id).where(User.username == "head")).one()
        since = shanghai("2026-03-01 00:00")
        session.add_all([
            NoticeChannel(name="本人", user_id=head, url="mailto://a", active=True, since=since),
            NoticeChannel(name="群", role="operations", url="mailto://b", active=True, since=since),
        ])  # fmt: skip

    alarmed.changes(channels)
    went: list[tuple[str, str]] = []

    def keep(url: str, title: str, text: str) -> bool:
        went.append((url, f"{title}\n{text}"))
        return True

    for _run in range(2):
        with alarmed.session() as session:
            send(session, shanghai("2026-03-06 08:00"), Outside(None, "https://desk.example"), by=keep)
    assert [url for url, _text in went] == ["mailto://a", "mailto://b"]
    for _url, text in went:
        assert text.count("有一条投诉预警，请登录查看。 https://desk.example/notices/") == 2
        assert not any(word in text for word in ("水质", "老城", "12 件", "第一水厂", "%"))


def test_a_message_of_many_names_none():
    line: Any = Line(Notice(id=1, kind="alert"), None, None, {}, None)
    title, text = message([line] * 7, shanghai("2026-03-06 08:00"), "")
    assert (title, text) == ("顾客投诉提醒：请登录查看", "请登录查看。")
