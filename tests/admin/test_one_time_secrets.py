"""A new password without the old one: by a secret that works once, and that the administrator cannot use unseen."""

import re

import pytest
from sqlalchemy import select

from models.access import MOST_FAILURES
from models.tables import Credential, OneTimeSecret, SecurityEvent
from tests.admin.conftest import PASSWORD, House
from tests.admin.test_second_step import enrolled

API = "/api/v1/security/login"
NEW = "Zwölf Boote, ein See"


def made(house: House, username: str, by: str = "admin", **fields: str) -> str:
    """The secret, as the page shows it that once."""
    path = f"/resetpassword/form?pk={house.id_of(username)}"
    page = house.browser(by).post(path, **fields).text
    found = re.search(r'class="kf-secret">([A-Z2-9-]+)<', page)
    assert found
    return found[1]


def used(house: House, username: str, secret: str, password: str = NEW, again: str | None = None):
    fields = {"username": username, "secret": secret, "password": password, "again": again or password}
    return house.browser(None).post("/login/reset", **fields)


def tries(house: House, username: str, password: str) -> int:
    return house.app.test_client().post(API, json={"username": username, "password": password}).status_code


def test_its_owner_chooses_the_password_once_and_all_earlier_sign_ins_end(either):
    secret, browser = made(either, "agent"), either.browser("agent")
    assert tries(either, "agent", PASSWORD) == 200, "until then the old one works"
    assert used(either, "agent", secret.lower().replace("-", " ")).headers["Location"] == "/login/"
    assert (tries(either, "agent", NEW), tries(either, "agent", PASSWORD)) == (200, 401)
    assert browser.get("/unit/list/").status_code == 302
    assert used(either, "agent", secret).status_code == 401


def test_it_is_kept_as_a_digest_and_told_to_the_log(house):
    secret = made(house, "agent")
    with house.session() as session:
        kept = session.scalars(select(OneTimeSecret)).one()
        told = [one.detail for one in session.scalars(select(SecurityEvent).where(SecurityEvent.kind == "password"))]
    assert secret not in str(vars(kept))
    assert any('"did":"one_time"' in detail for detail in told)
    assert not [detail for detail in told if secret in detail]


def test_another_one_makes_it_void_and_so_does_a_day(house):
    first, second = made(house, "agent"), made(house, "agent")
    assert used(house, "agent", first).status_code == 401
    house.at("2026-03-07 09:01")
    assert used(house, "agent", second).status_code == 401


def test_a_wrong_secret_is_counted_like_a_password_and_says_nothing_of_the_name(house):
    secret = made(house, "agent")
    heard = {name: {used(house, name, "AAAA-AAAA-AAAA-AAAA").status_code for _ in range(MOST_FAILURES)}
             for name in ("agent", "nobody")}  # fmt: skip
    assert heard == {"agent": {401}, "nobody": {401}}
    assert used(house, "agent", secret).status_code == 401, "it has to wait, with the right one too"
    assert tries(house, "agent", PASSWORD) == 401
    house.at("2026-03-06 09:16")
    assert used(house, "agent", secret).status_code == 302


def test_a_password_that_will_not_do_does_not_use_it_up(house):
    secret = made(house, "agent")
    for password, again in (("agent2026!A", None), (PASSWORD, None), (NEW, "another one")):
        answer = used(house, "agent", secret, password, again)
        assert answer.status_code == 422
        assert f'value="{secret}"' in answer.text, "it need not be typed again"
    assert used(house, "agent", secret).status_code == 302


def test_only_the_administrator_makes_one_and_of_accounts_that_exist(house):
    admin, operations = house.browser("admin"), house.browser("operations")
    for pk in ("0", "999", "x", "", str(2**70)):
        assert admin.get(f"/resetpassword/form?pk={pk}").status_code == 404
    token = operations.token("/resetmypassword/form")
    path = f"/resetpassword/form?pk={house.id_of('admin')}"
    assert operations.client.post(path, data={"csrf_token": token}).status_code == 403


def test_of_an_account_switched_off_it_is_worthless(house):
    secret = made(house, "agent")
    from models.base import User

    house.changes(lambda session: setattr(session.get(User, house.id_of("agent")), "active", False))
    assert used(house, "agent", secret).status_code == 401


@pytest.mark.parametrize("lost", [True, False], ids=["the telephone is lost", "only the password is forgotten"])
def test_a_lost_telephone_is_set_up_anew(new_house, lost):
    house = new_house(second_step=True)
    browser, _telephone = enrolled(house, "admin")
    pk = house.id_of("admin")
    fields = {"second": "1"} if lost else {}
    page = browser.post(f"/resetpassword/form?pk={pk}", **fields).text
    secret = re.search(r'class="kf-secret">([A-Z2-9-]+)<', page)[1]
    assert used(house, "admin", secret).status_code == 302
    with house.session() as session:
        assert (session.get(Credential, pk).salt is None) is lost
    house.at("2026-03-06 09:05")
    after = house.browser(None).sign_in("admin", NEW).headers["Location"]
    assert after == ("/login/enrol" if lost else "/login/code")
