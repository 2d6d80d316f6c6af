"""What generated forms ask and offer: nothing is chosen that nobody chose, nobody is mistaken for another."""

import re

import pytest

from models.base import User
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
