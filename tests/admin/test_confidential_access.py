"""Nobody becomes discipline or chairman unseen: all holders are told; where the setting is on, one of them agrees."""

import pytest
from sqlalchemy import select

from models.base import User
from models.tables import AccessChange, Post
from tests.admin.conftest import PASSWORD, House
from tests.admin.test_one_time_secrets import NEW, made, used
from tests.admin.test_sign_in import changed_account, post_row, role_id

HOLDERS = ("discipline", "chairman")


@pytest.fixture
def careful(new_house) -> House:
    return new_house(confidential_agreement=True)


def roles(house: House, username: str) -> set[str]:
    with house.session() as session:
        return {role.name for role in session.get(User, house.id_of(username)).roles}


def promoted(house: House, role: str = "discipline") -> None:
    """The administrator gives the agent a role of those."""
    assert changed_account(house, "agent", roles=[role_id(house, "agent"), role_id(house, role)]) == 302


def waiting(house: House) -> list[int]:
    with house.session() as session:
        return list(session.scalars(select(AccessChange.id).where(AccessChange.state == "waiting")))


@pytest.mark.parametrize("role", HOLDERS)
def test_a_new_role_is_told_to_all_who_hold_one_of_them_and_to_nobody_else(house, role):
    promoted(house, role)
    assert role in roles(house, "agent"), "it holds at once: the setting is off"
    for holder in HOLDERS:
        assert "加上“" in house.browser(holder).get("/notices/").text
        assert "加上“" in house.browser(holder).get("/confidential/").text
    for other in ("operations", "head", "auditor"):
        assert "加上“" not in house.browser(other).get("/notices/").text
        assert house.browser(other).get("/confidential/").status_code == 404


def test_a_new_account_with_such_a_role_is_told_too(house):
    form = {"username": "new", "last_name": "新", "first_name": "来的", "email": "new@example.cn", "active": "y"}
    assert house.browser("admin").post("/users/add", **form, roles=role_id(house, "chairman")).status_code == 302
    assert "新来的" in house.browser("discipline").get("/notices/").text


def test_a_post_is_told_and_so_is_one_that_is_given_to_another(house):
    admin = house.api("admin")
    row = post_row(post="discipline", unit="集团纪检监察室")
    held = admin.post("post/", **row).json["id"]
    assert "钱副职任“纪检监察”" in house.browser("chairman").get("/notices/").text
    assert admin.put(f"post/{held}", user="agent").status_code == 200
    with house.session() as session:
        told = [(one.kind, one.user_id) for one in session.scalars(select(AccessChange).order_by(AccessChange.id))]
    assert told == [("post", house.id_of("deputy")), ("post", house.id_of("agent"))]


def test_a_holders_new_password_and_a_secret_for_one_are_told(house):
    secret = made(house, "discipline")
    assert "一次性口令" in house.browser("chairman").get("/notices/").text
    assert used(house, "discipline", secret).status_code == 302
    assert "换了新密码" in house.browser("chairman").get("/notices/").text
    assert used(house, "agent", made(house, "agent")).status_code == 302
    with house.session() as session:
        assert set(session.scalars(select(AccessChange.user_id))) == {house.id_of("discipline")}


def test_a_role_waits_for_a_holder_where_the_setting_is_on(careful):
    promoted(careful)
    assert roles(careful, "agent") == {"agent"}
    [change] = waiting(careful)
    agent, discipline = careful.browser("agent"), careful.browser("discipline")
    assert careful.browser("admin").get("/confidential/").status_code == 404
    page = discipline.get("/confidential/").text
    assert "同意：" in page
    assert discipline.post(f"/confidential/{change}/agree", page="/confidential/").status_code == 302
    assert roles(careful, "agent") == {"agent", "discipline"}
    assert agent.get("/unit/list/").status_code == 302, "it signs in with its new role"
    assert "已同意" in careful.browser("admin").get("/notices/").text, "who asked is told"


def test_what_is_refused_never_holds(careful):
    promoted(careful)
    [change] = waiting(careful)
    chairman = careful.browser("chairman")
    chairman.post(f"/confidential/{change}/refuse", page="/confidential/")
    assert roles(careful, "agent") == {"agent"}
    token = chairman.token("/resetmypassword/form")
    late = chairman.client.post(f"/confidential/{change}/agree", data={"csrf_token": token}, follow_redirects=True)
    assert "已经有人决定过了" in late.text
    assert roles(careful, "agent") == {"agent"}


def test_a_post_is_not_in_force_until_then(careful):
    promoted(careful)
    discipline = careful.browser("discipline")
    discipline.post(f"/confidential/{waiting(careful)[0]}/agree", page="/confidential/")
    row = post_row(user="agent", post="discipline", unit="集团纪检监察室")
    post = careful.api("admin").post("post/", **row).json["id"]
    agent = careful.api("agent")
    accusation = careful.api("colleague").registers(category="吃拿卡要")["id"]
    careful.api("colleague").does(accusation, "refer")
    assert agent.get(f"ticket/{accusation}").status_code == 404
    assert careful.api("admin").put(f"post/{post}", user="deputy").status_code == 422, "nor is it passed on meanwhile"
    discipline = careful.browser("discipline")
    discipline.post(f"/confidential/{waiting(careful)[0]}/agree", page="/confidential/")
    assert careful.api("agent").get(f"ticket/{accusation}").status_code == 200


def test_a_post_can_be_ended_without_anybody(careful):
    with careful.session() as session:
        held = session.scalars(select(Post.id).where(Post.post == "chairman")).one()
    assert careful.api("admin").put(f"post/{held}", until="2026-03-07").status_code == 200
    assert careful.api("admin").put(f"post/{held}", until="2026-09-07").status_code == 422


def test_a_holders_secret_works_when_another_holder_has_agreed(careful):
    secret = made(careful, "discipline")
    assert used(careful, "discipline", secret).status_code == 401
    own = careful.browser("discipline")
    [change] = waiting(careful)
    token = own.token("/resetmypassword/form")
    answer = own.client.post(f"/confidential/{change}/agree", data={"csrf_token": token})
    assert answer.status_code == 404, "nobody agrees to their own"
    careful.browser("chairman").post(f"/confidential/{change}/agree", page="/confidential/")
    assert used(careful, "discipline", secret).status_code == 302
    assert careful.browser(None).sign_in("discipline", PASSWORD).status_code == 401
    assert careful.browser(None).sign_in("discipline", NEW).status_code == 302
