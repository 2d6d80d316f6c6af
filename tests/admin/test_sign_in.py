"""Signing in, staying in, getting out, passwords and accounts: FAB's holes around them, each shut."""

import secrets
from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.security import check_password_hash

from admin import passwords, security
from models import access
from models.access import MOST_FAILURES
from models.base import Role, User
from models.tables import SecurityEvent
from tests.admin.conftest import PASSWORD, QUICK, Browser, House

API = "/api/v1/security/login"


def tries(house: House, username: str, password: str) -> int:
    return house.app.test_client().post(API, json={"username": username, "password": password}).status_code


def account(house: House, username: str) -> User:
    with house.session() as session:
        return session.scalars(select(User).where(User.username == username)).one()


# Signing in


def test_the_login_page_lets_in_and_sends_on(house):
    browser = house.browser(None)
    answer = browser.get("/unit/list/?page_UnitView=0")
    assert answer.headers["Location"] == "/login/?next=/unit/list/?page_UnitView%3D0"
    answer = browser.sign_in("agent", to=answer.headers["Location"])
    assert answer.headers["Location"] == "/unit/list/?page_UnitView=0"


def test_a_token_is_given_for_name_and_password(house):
    body = {"username": "agent", "password": PASSWORD, "provider": "db", "refresh": True}
    answer = house.app.test_client().post(API, json=body)
    assert answer.status_code == 200
    assert answer.json.keys() == {"access_token", "refresh_token"}
    fresh = house.app.test_client().post(
        "/api/v1/security/refresh", headers={"Authorization": f"Bearer {answer.json['refresh_token']}"}
    )
    header = {"Authorization": f"Bearer {fresh.json['access_token']}"}
    assert house.app.test_client().get("/api/v1/unit/", headers=header).status_code == 200


def test_a_wrong_password_leaves_the_name_in_the_form(house):
    answer = house.browser(None).sign_in("agent", "wrong")
    assert answer.status_code == 401
    assert 'value="agent"' in answer.text
    assert "用户名或密码不对" in answer.text
    assert "wrong" not in answer.text


WRONG_LOGINS = {
    "no password": {"username": "agent"},
    "a number": {"username": 1, "password": 2},
    "a list": {"username": ["agent"], "password": "x"},
    "another provider": {"username": "agent", "password": "x", "provider": "ldap"},
    "no name": {"username": "", "password": "x"},
    "unknown field": {"username": "agent", "password": "x", "role": "admin"},
}


@pytest.mark.parametrize("body", WRONG_LOGINS.values(), ids=WRONG_LOGINS)
def test_a_login_that_makes_no_sense_is_422(still, body):
    answer = still.app.test_client().post(API, json=body)
    assert answer.status_code == 422
    assert answer.json["errors"]


def test_a_strange_name_is_nobodys(either):
    for name in ("agent\0", "x" * 500, "' OR 1=1 --", "%", "\u202e"):
        assert tries(either, name, PASSWORD) == 401


def test_an_account_switched_off_gets_in_no_more_and_is_put_out(house):
    agent, browser = house.api("agent"), house.browser("agent")
    house.changes(
        lambda session: setattr(session.scalars(select(User).where(User.username == "agent")).one(), "active", False)
    )
    assert agent.get("unit/").status_code == 401
    assert browser.get("/unit/list/").status_code == 302
    assert tries(house, "agent", PASSWORD) == 401


# Too many failures


def test_after_too_many_failures_even_the_right_password_has_to_wait(either):
    """Counted in the database by account, for form and API alike."""
    for n in range(MOST_FAILURES):
        if n % 3 == 0:
            either.browser(None).sign_in("agent", f"wrong {n}")
        else:
            assert tries(either, "AGENT" if n % 2 else "agent", f"wrong {n}") == 401
    assert tries(either, "agent", PASSWORD) == 401
    assert either.browser(None).sign_in("agent").status_code == 401
    assert tries(either, "colleague", PASSWORD) == 200, "others need not wait"
    either.at("2026-03-06 09:14")
    assert tries(either, "agent", PASSWORD) == 401
    either.at("2026-03-06 09:16")
    assert tries(either, "agent", PASSWORD) == 200


def test_the_address_of_an_account_counts_as_its_name(house):
    for n in range(MOST_FAILURES):
        tries(house, "agent@example.invalid" if n % 2 else "agent", "wrong")
    assert tries(house, "agent@example.invalid", PASSWORD) == 401


def test_only_failures_count_and_a_success_forgets_them(house):
    for _ in range(3):
        for _ in range(MOST_FAILURES - 1):
            tries(house, "agent", "wrong")
        assert tries(house, "agent", PASSWORD) == 200
    for _ in range(MOST_FAILURES * 2):
        assert tries(house, "agent", PASSWORD) == 200


def test_known_and_unknown_names_are_answered_alike_before_and_after(house):
    client = house.app.test_client()
    answers = {"agent": [], "nobody": []}
    for _ in range(MOST_FAILURES + 2):
        for name, heard in answers.items():
            answer = client.post(API, json={"username": name, "password": "wrong"})
            heard.append((answer.status_code, answer.data))
    assert answers["agent"] == answers["nobody"]
    with house.session() as session:
        counted = {row.failures for row in session.scalars(select(access.SignInFailure))}
        names = {row.name for row in session.scalars(select(access.SignInFailure))}
    assert counted == {MOST_FAILURES}
    assert not {"agent", "nobody"} & names, "only a digest: people type passwords into that field"


def test_a_name_costs_the_same_whether_it_exists_or_not(house, monkeypatch):
    """One check, of a hash made by the method configured. FAB's fake hash is scrypt whatever that is."""
    checked = []

    def check(pwhash: str, password: str) -> bool:
        checked.append(pwhash.split("$")[0])
        return check_password_hash(pwhash, password)

    monkeypatch.setattr(security, "check_password_hash", check)
    house.changes(
        lambda session: setattr(session.scalars(select(User).where(User.username == "auditor")).one(), "active", False)
    )
    for name in ("agent", "nobody", "nobody@example.invalid", "auditor"):
        for _ in range(MOST_FAILURES + 1):
            checked.clear()
            tries(house, name, "wrong")
            assert checked == [QUICK], name


# Getting out


def test_a_copied_cookie_opens_nothing_after_signing_out(house):
    browser = house.browser("agent")
    stolen = browser.client.get_cookie("kefu").value
    assert browser.get("/unit/list/").status_code == 200
    assert browser.get("/logout/").status_code == 302
    thief = house.app.test_client()
    thief.set_cookie("kefu", stolen)
    assert thief.get("/unit/list/").status_code == 302


def test_signing_out_ends_this_session_only(house):
    here, there, program = house.browser("agent"), house.browser("agent"), house.api("agent")
    here.get("/logout/")
    assert there.get("/unit/list/").status_code == 200
    assert program.get("unit/").status_code == 200


def test_a_token_given_back_is_worthless(house):
    agent, other = house.api("agent"), house.api("agent")
    assert agent.send("POST", "security/logout").status_code == 200
    assert agent.get("unit/").status_code == 401
    assert other.get("unit/").status_code == 200


def test_a_new_password_ends_every_session_and_token(house):
    browser, agent = house.browser("agent"), house.api("agent")
    refresh = house.app.test_client().post(API, json={"username": "agent", "password": PASSWORD, "refresh": True}).json
    with house.app.app_context():
        house.app.appbuilder.sm.reset_password(account(house, "agent").id, "another good secret")
    assert browser.get("/unit/list/").status_code == 302
    assert agent.get("unit/").status_code == 401
    header = {"Authorization": f"Bearer {refresh['refresh_token']}"}
    assert house.app.test_client().post("/api/v1/security/refresh", headers=header).status_code == 401


def test_a_session_is_as_long_as_a_shift_however_busy(house):
    browser = house.browser("agent")
    house.at("2026-03-06 20:59")
    assert browser.get("/unit/list/").status_code == 200
    house.at("2026-03-06 21:01")
    assert browser.get("/unit/list/").status_code == 302


def test_a_sign_in_that_nobody_uses_ends_in_the_browser_and_for_programs_alike(new_house):
    house = new_house(session_idle_minutes=30)
    browser, idle, agent = house.browser("agent"), house.browser("agent"), house.api("agent")
    given = house.app.test_client().post(API, json={"username": "agent", "password": PASSWORD, "refresh": True}).json
    for clock in ("2026-03-06 09:25", "2026-03-06 09:50"):
        house.at(clock)
        assert browser.get("/unit/list/").status_code == 200, "each use counts"
        assert agent.get("unit/").status_code == 200
    assert idle.get("/unit/list/").status_code == 302
    header = {"Authorization": f"Bearer {given['refresh_token']}"}
    assert house.app.test_client().post("/api/v1/security/refresh", headers=header).status_code == 401
    house.at("2026-03-06 10:21")
    assert browser.get("/unit/list/").status_code == 302
    assert agent.get("unit/").status_code == 401
    with house.session() as session:
        entries = session.scalars(select(SecurityEvent.detail).where(SecurityEvent.kind == "signed_out")).all()
    assert len([one for one in entries if '"why":"idle"' in one]) == 4


def test_a_refreshed_token_lives_no_longer_than_its_sign_in(house):
    given = house.app.test_client().post(API, json={"username": "agent", "password": PASSWORD, "refresh": True}).json
    header = {"Authorization": f"Bearer {given['refresh_token']}"}
    fresh = house.app.test_client().post("/api/v1/security/refresh", headers=header).json["access_token"]
    house.at("2026-03-06 21:01")
    client = house.app.test_client()
    assert client.get("/api/v1/unit/", headers={"Authorization": f"Bearer {fresh}"}).status_code == 401


def changed_account(house: House, username: str, **fields) -> int:
    one = account(house, username)
    with house.session() as session:
        held = [str(role.id) for role in session.get(User, one.id).roles]
    form = {"username": username, "last_name": one.last_name, "first_name": one.first_name, "email": one.email,
            "roles": held, "active": "y", **fields}  # fmt: skip
    return (
        house.browser("admin")
        .post(f"/users/edit/{one.id}", **{k: v for k, v in form.items() if v is not None})
        .status_code
    )


def role_id(house: House, name: str) -> str:
    with house.session() as session:
        return str(session.scalars(select(Role.id).where(Role.name == name)).one())


@pytest.mark.parametrize("change", ["another role", "switched off", "a post", "nothing of the kind"])
def test_what_an_account_has_open_ends_when_its_powers_change(either, change):
    browser, program = either.browser("agent"), either.api("agent")
    if change == "another role":
        assert changed_account(either, "agent", roles=role_id(either, "handler")) == 302
    elif change == "switched off":
        assert changed_account(either, "agent", active=None) == 302
    elif change == "a post":
        row = post_row(user="agent", post="handler")
        assert either.api("operations").post("post/", **row).status_code == 201
    else:
        assert changed_account(either, "agent", email="new@example.cn") == 302
    stays = change == "nothing of the kind"
    assert browser.get("/unit/list/").status_code == (200 if stays else 302)
    assert program.get("unit/").status_code == (200 if stays else 401)


def test_nothing_of_an_earlier_session_stays_in_the_next(house):
    browser = house.browser("operations")
    browser.get("/unit/list/")
    with browser.client.session_transaction() as cookie:
        cookie["left over"] = "x"
    browser.get("/logout/")
    browser.sign_in("agent")
    with browser.client.session_transaction() as cookie:
        assert "left over" not in cookie


BAD_TOKENS = ["", "x", "x.y.z", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.", "Ü"]


@pytest.mark.parametrize("token", BAD_TOKENS)
def test_a_token_that_is_none_is_401(still, token):
    client = still.app.test_client()
    answer = client.get("/api/v1/unit/", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json) == (401, {"message": "请先登录。"})


def test_a_token_of_a_user_that_never_was_is_401(still):
    from flask_jwt_extended import create_access_token

    with still.app.app_context():
        token = create_access_token(identity="1", expires_delta=timedelta(seconds=-1))
        foreign = create_access_token(identity="1", additional_claims={"stamp": "0" * 32})
    client = still.app.test_client()
    for one in (token, foreign):
        assert client.get("/api/v1/unit/", headers={"Authorization": f"Bearer {one}"}).status_code == 401


# The cookie


def test_over_https_the_cookie_can_be_set_by_nobody_else(new_house):
    house = new_house(cookie_secure=True)
    said = house.app.test_client().get("/login/", base_url="https://localhost").headers["Set-Cookie"]
    parts = said.split("; ")
    assert parts[0].startswith("__Host-kefu=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(parts)
    assert "Domain" not in said


def test_the_cookie_stays_under_what_browsers_keep(house):
    """What is said last and where to go back to give way before the session is lost."""
    browser = house.browser("admin")
    with browser.client.session_transaction() as cookie:
        cookie["page_history"] = [f"/{secrets.token_urlsafe(140)}" for _ in range(5)]
        cookie["_flashes"] = [("message", secrets.token_urlsafe(4000))]
    assert len(browser.client.get_cookie("kefu").value) < 4000
    assert browser.get("/unit/list/").status_code == 200, "still signed in"


# Where it sends you


ELSEWHERE = [
    "http://evil.example/",
    "//evil.example/",
    "///evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "javascript:alert(1)",
    "https:evil.example",
    "http://localhost@evil.example/",
    "http://[",
    "data:text/html,x",
    "/ok\r\nX: y",
    "",
    "/%0d%0ax",
]


@pytest.mark.parametrize("further", ELSEWHERE)
def test_the_login_page_sends_nobody_elsewhere(house, further):
    browser = Browser(house.app.test_client())
    token = browser.token("/login/")
    answer = browser.client.post(
        "/login/", query_string={"next": further}, data={"csrf_token": token, "username": "agent", "password": PASSWORD}
    )
    assert answer.status_code == 302
    where = answer.headers["Location"]
    assert where.startswith("/")
    assert not where.startswith(("//", "/\\"))


def test_a_forged_host_does_not_lead_away(house):
    browser = Browser(house.app.test_client())
    token = browser.token("/login/")
    answer = browser.client.post(
        "/login/?next=http://evil.example/x", headers={"Host": "evil.example"},
        data={"csrf_token": token, "username": "agent", "password": PASSWORD},
    )  # fmt: skip
    assert answer.headers.get("Location", "/").startswith("/")


def test_only_the_names_of_this_server_are_answered(new_house):
    house = new_house(public_hosts=("kefu.example",))
    client = house.app.test_client()
    assert client.get("/login/", headers={"Host": "evil.example"}).status_code == 400
    assert client.get("/login/", headers={"Host": "kefu.example"}).status_code == 200


# Passwords


def test_ones_own_password_changes_only_with_the_old_one(house):
    browser, other = house.browser("agent"), house.browser("agent")
    form = {"password": "ein neues Geheimnis", "conf_password": "ein neues Geheimnis"}
    page = browser.post("/resetmypassword/form", old_password="wrong", **form)
    assert page.status_code == 200
    assert "现在的密码不对" in page.text
    assert browser.post("/resetmypassword/form", old_password=PASSWORD, **form).status_code == 302
    assert browser.get("/unit/list/").status_code == 200, "this session goes on"
    assert other.get("/unit/list/").status_code == 302, "the others end"
    assert tries(house, "agent", "ein neues Geheimnis") == 200


@pytest.mark.parametrize(
    "password", ["short1!", "aaaaaaaaaaaa", "12345678901", "my agent 2026", "Password2026", "hotline96568!"]
)
def test_a_password_that_is_easily_guessed_will_not_do(house, password):
    page = house.browser("agent").post(
        "/resetmypassword/form", old_password=PASSWORD, password=password, conf_password=password
    )
    assert page.status_code == 200
    assert tries(house, "agent", PASSWORD) == 200


def test_a_guess_at_the_old_password_is_counted_and_says_nothing_of_the_new_one(house):
    """Who found a screen left open: that a password was used before would say that it is the right one."""
    browser = house.browser("agent")
    for n in range(MOST_FAILURES):
        page = browser.post(
            "/resetmypassword/form", old_password=f"wrong {n}", password=PASSWORD, conf_password=PASSWORD
        )
        assert "用过的密码" not in page.text
    form = {"password": "ein neues Geheimnis", "conf_password": "ein neues Geheimnis"}
    assert browser.post("/resetmypassword/form", old_password=PASSWORD, **form).status_code == 200, "it has to wait"
    assert tries(house, "agent", PASSWORD) == 401, "here as at every other door"
    house.at("2026-03-06 09:16")
    assert tries(house, "agent", PASSWORD) == 200


def test_passwords_are_kept_by_one_slow_method(house):
    house.app.config.pop("FAB_PASSWORD_HASH_METHOD")
    try:
        with house.app.app_context():
            assert passwords.hash_password("x").startswith("scrypt:")
            assert passwords.nobodys_hash().startswith("scrypt:")
        assert passwords.hash_password("x").startswith("scrypt:"), "the command line has no application"
    finally:
        house.app.config["FAB_PASSWORD_HASH_METHOD"] = QUICK


# Accounts


def new_account(house: House, **fields):
    with house.session() as session:
        role = session.scalars(select(Role.id).where(Role.name == "agent")).one()
    return house.browser("admin").post(
        "/users/add", **{"username": "new", "last_name": "新", "first_name": "来的", "email": "new@example.invalid",
                         "roles": str(role), "active": "y", **fields}
    )  # fmt: skip


def test_the_administrator_makes_accounts(house):
    answer, new = new_account(house), account(house, "new")
    assert answer.headers["Location"] == f"/resetpassword/form?pk={new.id}", "to its one-time secret"
    assert not new.password, "until its owner has chosen one, nobody gets in"
    assert tries(house, "new", "None") == 401
    with house.session() as session:
        assert [r.name for r in session.scalars(select(User).where(User.username == "new")).one().roles] == ["agent"]


@pytest.mark.parametrize("fields", [{"username": "agent"}, {"email": "agent@example.invalid"}, {"username": "a\0"},
                                    {"roles": "999"}, {"username": ""}])  # fmt: skip
def test_an_account_that_will_not_do_is_told_in_the_form(house, fields):
    page = new_account(house, **fields)
    assert page.status_code == 200
    assert "来的" in page.text, "everything typed is kept"
    with house.session() as session:
        assert session.scalar(select(User).where(User.first_name == "来的")) is None


def test_a_choice_that_is_not_offered_is_not_dropped_without_a_word(house):
    """FAB's select of several takes what it knows and forgets the rest."""
    with house.session() as session:
        role = session.scalars(select(Role.id).where(Role.name == "agent")).one()
    assert new_account(house, roles=[str(role), "999"]).status_code == 200
    with house.session() as session:
        assert session.scalar(select(User).where(User.first_name == "来的")) is None


def test_no_account_is_ever_deleted(house):
    admin = house.browser("admin")
    pk = account(house, "agent").id
    token = admin.token("/resetmypassword/form")
    assert admin.client.post(f"/users/delete/{pk}", data={"csrf_token": token}).status_code in (404, 405)
    assert (
        admin.client.post(
            "/users/action_post", data={"csrf_token": token, "action": "muldelete", "rowid": pk}
        ).status_code
        == 404
    )
    assert account(house, "agent").active


def test_the_last_administrator_stays(house):
    admin = house.browser("admin")
    one = account(house, "admin")
    with house.session() as session:
        role = session.scalars(select(Role.id).where(Role.name == "admin")).one()
    form = {"username": "admin", "last_name": "管", "first_name": "理员", "email": one.email, "roles": str(role)}
    page = admin.post(f"/users/edit/{one.id}", **form)
    assert page.status_code == 200
    assert "至少要有一名" in page.text
    assert account(house, "admin").active


def test_roles_keep_their_names(house):
    admin = house.browser("admin")
    with house.session() as session:
        pk = session.scalars(select(Role.id).where(Role.name == "agent")).one()
    admin.post(f"/roles/edit/{pk}", name="boss", permissions="")
    with house.session() as session:
        assert session.get(Role, pk).name == "agent"
    assert admin.get("/roles/add").status_code in (404, 405)


# Posts: who gives powers


def post_row(**more):
    return {"user": "deputy", "unit": "第一水厂", "post": "head", "since": "2026-03-01", **more}


def test_operations_appoints_in_units(house):
    operations = house.api("operations")
    made = operations.post("post/", **post_row())
    assert made.status_code == 201
    assert made.json["result"]["user"] == "钱副职"
    ticket = house.api("agent").registers()
    house.api("agent").does(ticket, "assign", unit="第一水厂")
    assert house.api("deputy").get(f"ticket/{ticket['id']}").status_code == 200


def test_only_the_administrator_gives_or_takes_a_post_that_opens_confidential_tickets(house):
    operations, admin = house.api("operations"), house.api("admin")
    for post in ("discipline", "chairman"):
        answer = operations.post("post/", **post_row(post=post, unit="集团纪检监察室"))
        assert (answer.status_code, set(answer.json["errors"])) == (422, {"post"})
    held = next(row for row in admin.get("post/").json["result"] if row["post"] == "discipline")
    assert operations.put(f"post/{held['id']}", post="handler").status_code == 422, "nor by changing one away"
    assert operations.put(f"post/{held['id']}", until="2026-03-02").status_code == 422
    assert operations.delete(f"post/{held['id']}").status_code == 422
    assert admin.post("post/", **post_row(post="discipline", unit="集团纪检监察室")).status_code == 201


def test_nobody_appoints_themselves(house):
    for name in ("operations", "admin"):
        answer = house.api(name).post("post/", **post_row(user=name))
        assert (answer.status_code, set(answer.json["errors"])) == (422, {"user"})
    page = house.browser("operations").post(
        "/post/add", user=str(account(house, "operations").id), unit="4", post="head", since="2026-03-01", until="",
        acting_for="__None",
    )  # fmt: skip
    assert page.status_code == 200
    assert "不能办理自己的任职" in page.text
