"""Which passwords will do: a profile that the administrator keeps, asked at every door, and what is too old or used."""

import pytest
from sqlalchemy import select
from werkzeug.security import generate_password_hash

from models import password_profile
from models.base import User
from models.password_profile import PasswordProfile, weakness
from tests.admin.conftest import PASSWORD, QUICK, House
from tests.admin.test_one_time_secrets import NEW, made, tries, used

WEAK = {
    "a short one": ("Sh0rt!x", "password_short"),
    "the same again and again": ("aaaaaaaaaaaaA1", "password_short"),
    "letters only": ("stillgewaesser", "password_classes"),
    "figures only": ("83150297364", "password_classes"),
    "one's own name": ("X-agent-2026-y", "password_named"),
    "the hotline's number": ("Rufen!96568", "password_named"),
    "the city in pinyin": ("Liaocheng#2031x", "password_named"),
    "the city, with signs for letters": ("L1@ocheng#2031x", "password_named"),
    "water in Chinese": ("我的自来水Ab1", "password_named"),
    "a word of love in pinyin": ("Woaini_7788x", "password_named"),
    "one that everybody takes": ("Monkey-123", "password_easy"),
    "too long to hash": ("Ab1!" * 60, "too_long"),
}


@pytest.mark.parametrize(("password", "why"), WEAK.values(), ids=WEAK)
def test_what_will_not_do(password, why):
    assert weakness(password, password_profile.seeded(), "agent")[0] == why


@pytest.mark.parametrize(
    "password", ["Zwölf Boote, ein See", "kT9#vwqL2p", "三楼的水压 Low again 7", "Regen 4 Montag Tinte"]
)
def test_what_will_do(password):
    assert weakness(password, password_profile.seeded(), "agent") is None


def rule(house: House, **values) -> int:
    """The administrator edits the profile; the form's status."""
    admin = house.browser("admin")
    form = {**{name: str(value) for name, value in password_profile.SEEDED.items()}, **values}
    return admin.post("/password-profile/edit/1", **form).status_code


def test_the_administrator_makes_it_stricter_or_milder(house):
    assert rule(house, shortest="16", classes="2", days="") == 302
    assert used(house, "agent", made(house, "agent"), "Zwölf 7 Boote").status_code == 422
    assert rule(house, shortest="4") == 200, "never under eight"
    assert house.browser("operations").get("/password-profile/list/").status_code == 403
    with house.session() as session:
        assert session.scalars(select(PasswordProfile)).one().days is None


def test_the_last_five_passwords_are_not_used_again(house):
    browser, old = house.browser("agent"), PASSWORD
    for n in range(1, 7):
        password = f"{NEW} {'I' * n}"
        form = {"old_password": old, "password": password, "conf_password": password}
        assert browser.post("/resetmypassword/form", **form).status_code == 302
        old = password
    form = {"old_password": old}
    for n, status in ((6, 200), (2, 200), (1, 302)):
        password = f"{NEW} {'I' * n}"
        page = browser.post("/resetmypassword/form", **form, password=password, conf_password=password)
        assert page.status_code == status
        assert ("用过的密码" in page.text) is (status == 200)


def test_a_password_of_ninety_days_is_changed_at_the_next_sign_in(house):
    assert used(house, "agent", made(house, "agent")).status_code == 302
    house.at("2026-06-04 08:59")
    assert house.browser(None).sign_in("agent", NEW).headers["Location"] == "/"
    house.at("2026-06-04 09:01")
    assert tries(house, "agent", NEW) == 401, "a program is told to use the page"
    browser = house.browser(None)
    assert browser.sign_in("agent", NEW, to="/login/?next=/notices/").headers["Location"] == "/login/renew"
    assert browser.get("/notices/").status_code == 302
    assert browser.post("/login/renew", password=NEW, again=NEW).status_code == 422
    another = "Dreizehn Boote & 1 See"
    assert browser.post("/login/renew", password=another, again=another).headers["Location"] == "/notices/"
    assert browser.get("/notices/").status_code == 200


def test_a_demo_accounts_password_never_grows_old(house):
    """Nobody chose it here."""
    hashed = generate_password_hash(PASSWORD, method=QUICK)
    house.changes(lambda session: setattr(session.get(User, house.id_of("agent")), "password", hashed))
    house.at("2029-03-06 09:00")
    assert tries(house, "agent", PASSWORD) == 200
