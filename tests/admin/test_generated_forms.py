"""What generated forms ask and offer: nothing is chosen that nobody chose, nobody is mistaken for another."""

import re

import pytest
from sqlalchemy import select

from models.base import User
from models.tables import Unit
from tests.admin.conftest import House


@pytest.mark.parametrize(("path", "field"), [("post", "user"), ("post", "unit"), ("customers", "unit")])
def test_a_relation_that_must_be_chosen_begins_empty(house: House, path: str, field: str):
    browser = house.browser("admin")
    page = browser.get(f"/{path}/add")
    first = re.search(rf'<select[^>]*name="{field}"[^>]*><option value="([^"]*)"[^>]*>([^<]*)', page.text)
    assert first
    assert (first[1], first[2]) == ("__None", "请选择")
    sent = browser.post(f"/{path}/add")
    assert sent.status_code == 200
    assert "kf-error" in sent.text


def test_two_people_of_one_name_can_be_told_apart(house: House):
    def rename(session) -> None:
        for user in session.query(User).filter(User.username.in_(("handler", "other_handler"))):
            user.last_name, user.first_name = "马", "长河"

    house.changes(rename)
    for page in (house.browser("admin").get("/post/add").text, house.browser("head").get("/delegation/").text):
        assert "马长河（handler）" in page or "马长河（other_handler）" in page
    assert "马长河（other_handler）" in house.browser("head").get("/delegation/").text


def test_the_page_of_a_one_time_secret_says_whose(house: House):
    page = house.browser("admin").get(f"/resetpassword/form?pk={house.id_of('head')}").text
    assert "给孙厂长（head）发一次性口令" in page


def test_an_account_has_an_address_that_is_one(house: House):
    browser = house.browser("admin")
    role = re.search(r'name="roles" value="(\d+)"', browser.get("/users/add").text)
    assert role
    fields = {"username": "new", "last_name": "新", "first_name": "人", "roles": role[1], "active": "y"}
    refused = browser.post("/users/add", **fields, email="bad")
    assert "邮箱地址看不懂" in refused.text
    assert browser.post("/users/add", **fields, email="new@example.cn").status_code == 302


def test_the_boxes_of_a_field_stand_under_its_name_and_the_reason_leads_to_the_first(house: House):
    browser = house.browser("admin")
    group = r'<fieldset[^>]*>\s*<legend>角色<span class="kf-needed">必填</span></legend>'
    assert re.search(group, browser.get("/users/add").text)
    refused = browser.post("/users/add", username="new").text
    assert re.search(r'<fieldset[^>]* aria-describedby="\s*roles-error"', refused)
    assert '<a href="#roles">角色</a>' in refused
    assert refused.count(' id="roles"') == 1
    assert re.search(r'<input id="roles" type="checkbox"', refused)


def test_a_cell_that_says_nothing_by_itself_carries_its_heading_to_where_the_row_is_folded(house: House):
    page = house.browser("admin").get("/users/list/").text
    assert 'data-heading="在用：">是</td>' in page
    assert 'data-heading="姓：' not in page


@pytest.mark.parametrize(("path", "name"), [("roles/edit/{}", "系统管理员"), ("unit/edit/{}", "第一水厂")])
def test_the_form_of_a_row_says_which_and_leads_back_to_it(house: House, path: str, name: str):
    browser, table = house.browser("admin"), path.split("/")[0]
    pk = re.search(rf'href="/{table}/show/(\d+)">{name}<', browser.get(f"/{table}/list/?page_size_UnitView=100").text)
    assert pk
    page = browser.get(path.format(pk[1])).text
    assert f'<a href="/{table}/show/{pk[1]}">{name}</a>' in page


def test_a_closing_time_of_every_year_names_no_year(house: House):
    page = house.browser("operations").get("/closing-time/list/").text
    assert ">05-01</a>" in page
    assert ">09-30</td>" in page
    assert ">一直</a>" in page
    assert "1900" not in page


def test_the_target_of_a_share_is_no_more_than_one(house: House):
    """95 would be met by nobody: 0.95 is meant."""
    browser = house.browser("operations")
    fields = {"metric": "on_time_rate", "since": "2026-04-01"}
    refused = browser.post("/target/add", **fields, target="95")
    assert refused.status_code == 200
    assert "kf-error" in refused.text
    assert browser.post("/target/add", **fields, target="0.95").status_code == 302
    page = browser.get("/target/list/").text
    assert ">0.95</td>" in page
    assert "办理及时率（72 小时）" in page


@pytest.mark.parametrize(
    ("path", "form"),
    [("/calendar/add", {"day": " ", "working": "", "name": ""}), ("/unit/add", {"name": " \u3000", "kind": "unit"})],
)
def test_blanks_are_nothing_where_something_is_needed(house, path, form):
    answer = house.browser("operations").post(path, **form)
    assert answer.status_code == 200, "the form comes back"
    assert 'aria-invalid="true"' in answer.text
    with house.session() as session:
        assert session.scalar(select(Unit.id).where(Unit.name.in_(("", " ", "\u3000")))) is None


def test_blanks_are_nothing_over_the_api_either(house):
    answer = house.api("operations").post("unit/", name=" \u3000", kind="unit")
    assert answer.status_code == 422
    assert "name" in answer.json["errors"]
