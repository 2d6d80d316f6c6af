"""The second step: who needs it, setting it up at the next sign-in, a code once, a lost telephone."""

import re
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
import segno
from pyotp import TOTP, parse_uri
from sqlalchemy import event, select, update

import admin
from models.access import MOST_FAILURES
from models.base import User
from models.tables import Credential, Post, SecurityEvent
from tests.admin.conftest import PASSWORD, Browser, House
from tests.fixtures.city import shanghai

ADMIN = Path(admin.__file__).parent
API = "/api/v1/security/login"
NINE = shanghai("2026-03-06 09:00")


@pytest.fixture
def strict(new_house) -> House:
    """The house with the setting on, as in production."""
    return new_house(second_step=True)


def secret_on(page: str) -> str:
    found = re.search(r'class="kf-secret">([A-Z2-7 ]+)<', page)
    assert found
    return found[1].replace(" ", "")


def enrolled(house: House, username: str) -> tuple[Browser, TOTP]:
    """Somebody who has just set up their second step, and what their telephone reckons."""
    browser = house.browser(None)
    assert browser.sign_in(username).headers["Location"] == "/login/enrol"
    telephone = TOTP(secret_on(browser.get("/login/enrol").text))
    assert browser.post("/login/enrol", code=telephone.at(NINE)).headers["Location"] == "/"
    return browser, telephone


def token_for(house: House, username: str, **more: str):
    return house.app.test_client().post(API, json={"username": username, "password": PASSWORD, **more})


@pytest.mark.parametrize("username", ["discipline", "chairman", "admin"])
def test_it_is_set_up_at_the_next_sign_in_and_asked_at_each_one_after(strict, username):
    browser, telephone = enrolled(strict, username)
    assert browser.get("/notices/").status_code == 200
    strict.at("2026-03-06 09:05")
    again = strict.browser(None)
    assert again.sign_in(username, to="/login/?next=/notices/").headers["Location"] == "/login/code"
    assert again.get("/notices/").status_code == 302, "half-way is nowhere"
    assert again.post("/login/code", code="000000").status_code == 401
    code = telephone.at(NINE + timedelta(minutes=5))
    assert again.post("/login/code", code=f"{code[:3]} {code[3:]}").headers["Location"] == "/notices/"


def dark_modules(svg: str) -> set[tuple[int, int]]:
    """(column, row) of the dark modules, which the last path of a drawing strokes; before it comes the light ground."""
    found, x, y = set(), 0.0, 0.0
    for letter, said in re.findall(r"([Mmh])([-\d. ]+)", re.findall(r' d="([^"]+)"', svg)[-1]):
        steps = [float(number) for number in said.split()]
        if letter == "h":
            found |= {(int(x) + n, int(y)) for n in range(int(steps[0]))}
            x += steps[0]
        else:
            x, y = (steps[0], steps[1]) if letter == "M" else (x + steps[0], y + steps[1])
    return found


@pytest.mark.parametrize(("name", "issuer"), [("discipline", "聊城水务集团有限公司"), ("d" * 64, "聊城水务集团有限")])
def test_its_qr_code_is_what_a_telephone_can_read_off_a_screen(strict, name, issuer):
    """The address of the secret beside it; under 200 characters, with the four light modules around that the standard
    asks for, and at least 4 pixels a module."""
    strict.changes(lambda session: session.execute(
        update(User).where(User.username == "discipline").values(username=name)))  # fmt: skip
    browser = strict.browser(None)
    browser.sign_in(name)
    page = browser.get("/login/enrol").text
    address = f"otpauth://totp/{name}?secret={secret_on(page)}&issuer={quote(issuer)}"
    assert len(address) < 200
    parsed = parse_uri(address)
    assert (parsed.name, parsed.issuer, parsed.interval, parsed.digits) == (name, issuer, 30, 6)
    code = segno.make(address, error="m")
    (svg,) = re.findall(r'<div class="kf-qr".*?(<svg.*?</svg>)', page, re.DOTALL)
    (side,) = {int(n) for n in re.search(r'viewBox="0 0 (\d+) (\d+)"', svg).groups()}
    assert side == code.symbol_size(border=4)[0]
    assert dark_modules(svg) == {
        (x + 4, y + 4) for y, row in enumerate(code.matrix) for x, dark in enumerate(row) if dark
    }
    css = (ADMIN / "static" / "page.css").read_text()
    width, padding = int(re.search(r"\.kf-qr \{ width: (\d+)px", css)[1]), 2 * 8
    assert (width - padding) / side >= 4


def test_nobody_else_is_asked_for_it(strict):
    for username in ("agent", "operations", "head", "leadership", "auditor"):
        assert strict.browser(None).sign_in(username).headers["Location"] == "/"


def test_in_a_trial_a_password_is_enough(house):
    assert house.browser(None).sign_in("chairman").headers["Location"] == "/"


def test_a_deputy_of_the_director_needs_it_before_the_first_day(strict):
    post = {"user_id": strict.id_of("deputy"), "acting_for_id": strict.id_of("discipline"), "post": "discipline"}

    def lend(session):
        held = session.scalars(select(Post).where(Post.user_id == post["acting_for_id"])).one()
        session.add(Post(**post, unit_id=held.unit_id, since=date(2026, 3, 7)))

    strict.changes(lend)
    assert strict.browser(None).sign_in("deputy").headers["Location"] == "/"
    strict.at("2026-03-06 20:00")  # the sign-in would reach into the first day
    assert strict.browser(None).sign_in("deputy").headers["Location"] == "/login/enrol"


def test_a_code_is_taken_once_at_every_door(strict):
    _browser, telephone = enrolled(strict, "discipline")
    used = telephone.at(NINE)
    other = strict.browser(None)
    other.sign_in("discipline")
    assert other.post("/login/code", code=used).status_code == 401, "the one of setting up is used"
    strict.at("2026-03-06 09:01")
    code = telephone.at(NINE + timedelta(minutes=1))
    assert token_for(strict, "discipline", code=code).status_code == 200
    assert token_for(strict, "discipline", code=code).status_code == 401
    assert other.post("/login/code", code=code).status_code == 401


def test_a_telephones_clock_may_be_half_a_minute_off(strict):
    _browser, telephone = enrolled(strict, "admin")
    strict.at("2026-03-06 09:10")
    heard = {
        off: token_for(strict, "admin", code=telephone.at(NINE + timedelta(minutes=10, seconds=off))).status_code
        for off in (-90, -30, 0, 30, 90)
    }
    assert heard == {-90: 401, -30: 200, 0: 200, 30: 200, 90: 401}


def test_wrong_codes_are_counted_with_wrong_passwords_and_the_right_password_forgets_none(strict):
    _browser, telephone = enrolled(strict, "chairman")
    strict.at("2026-03-06 09:01")
    thief = strict.browser(None)
    for n in range(MOST_FAILURES):
        assert thief.sign_in("chairman").headers["Location"] == "/login/code", "who knows the password tries codes"
        assert thief.post("/login/code", code=f"{n:06}").status_code == 401
    code = telephone.at(NINE + timedelta(minutes=1))
    assert thief.post("/login/code", code=code).status_code == 401
    assert token_for(strict, "chairman", code=code).status_code == 401
    assert strict.browser(None).sign_in("chairman").status_code == 401
    strict.at("2026-03-06 09:17")
    assert token_for(strict, "chairman", code=telephone.at(NINE + timedelta(minutes=17))).status_code == 200


def test_a_program_gives_the_code_with_the_password(strict):
    told = token_for(strict, "admin")
    assert (told.status_code, "网页" in told.json["message"]) == (401, True), "it is set up by the page"
    _browser, telephone = enrolled(strict, "admin")
    strict.at("2026-03-06 09:02")
    assert "放在 code 里" in token_for(strict, "admin").json["message"]
    given = token_for(strict, "admin", code=telephone.at(NINE + timedelta(minutes=2))).json["access_token"]
    header = {"Authorization": f"Bearer {given}"}
    assert strict.app.test_client().get("/api/v1/post/", headers=header).status_code == 200
    assert token_for(strict, "agent", code="whatever").status_code == 200, "of who needs none it is not asked"


def test_a_program_cannot_tell_a_wrong_password_from_a_wrong_or_missing_code(strict):
    """The same answer, after the same questions to the database: else the password of a stolen list is confirmed."""
    _browser, telephone = enrolled(strict, "admin")
    strict.at("2026-03-06 09:02")
    code = telephone.at(NINE + timedelta(minutes=2))
    bad = {"password": "Nicht-das-96568"}
    with strict.app.app_context():
        engine = strict.app.extensions["sqlalchemy"].engine
    answers, asked = {}, []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    for case, body in {
        "wrong password": bad, "wrong password, right code": bad | {"code": code}, "no code": {},
        "wrong code": {"code": "000000"}, "no such name": {"username": "nobody", "code": code},
    }.items():  # fmt: skip
        asked.clear()
        told = strict.app.test_client().post(API, json={"username": "admin", "password": PASSWORD, **body})
        answers[case] = (told.status_code, told.data, len(asked))
    assert len(set(answers.values())) == 1, answers
    assert token_for(strict, "admin", code=code).status_code == 200, "a code without its password is not used up"


STRANGE = ["", "12345", "1234567", "abcdef", "１２３４５６", "-12345", "\0" * 6, "٣٣٣٣٣٣"]


def test_a_strange_code_is_a_wrong_one(strict):
    _browser, telephone = enrolled(strict, "admin")
    strict.at("2026-03-06 09:02")
    browser = strict.browser(None)
    browser.sign_in("admin")
    assert {browser.post("/login/code", code=code).status_code for code in STRANGE} == {401}
    assert browser.post("/login/code", code=telephone.at(NINE + timedelta(minutes=2))).status_code == 302


def test_the_steps_are_for_who_is_half_way_and_not_for_long(strict):
    stranger = strict.browser(None)
    for step in ("code", "enrol", "renew"):
        assert stranger.get(f"/login/{step}").headers["Location"] == "/login/"
    browser = strict.browser(None)
    browser.sign_in("admin")
    for step in ("code", "renew"):
        assert browser.get(f"/login/{step}").headers["Location"] == "/login/", "nor is a step left out"
    strict.at("2026-03-06 09:11")
    assert browser.get("/login/enrol").headers["Location"] == "/login/"


def test_its_secret_is_on_no_page_in_no_table_and_in_no_log(strict):
    browser, telephone = enrolled(strict, "admin")
    strict.at("2026-03-06 09:02")
    assert browser.get("/login/enrol").status_code == 302
    with strict.session() as session:
        rows = [str(vars(one)) for table in (Credential, SecurityEvent, User) for one in session.scalars(select(table))]
    pages = [browser.get(path).text for path in ("/users/list/", f"/users/show/{strict.id_of('admin')}")]
    assert not [one for one in (*rows, *pages) if telephone.secret in one]
    assert any('"did":"set_up"' in row for row in rows), "that it was set up is told"
