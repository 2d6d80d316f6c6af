"""What attacks a web application, beside FAB's own holes (docs/security.md): each shown to come to nothing."""

import base64
import json
import re

import jwt
import pytest
from sqlalchemy import select

from admin.sending import usable
from models.security_log import SecurityEvent
from models.types import now
from tests.admin.conftest import PASSWORD, House

WAYS = {
    "json://127.0.0.1/x": False, "http://127.0.0.1": False, "xml://10.0.0.1": False, "form://desk": False,
    "file:///etc/passwd": False, "syslog://localhost": False, "exec://x": False, "gotify://10.0.0.1/abc": False,
    "MAILTO://user:secret@example.cn": True, "mailtos://user:secret@example.cn": True, "mailto": False, "": False,
    "wecombot://" + "a" * 36: True, "javascript:alert(1)": False, "windows://": False, "dbus://": False,
}  # fmt: skip


@pytest.mark.parametrize(("url", "goes"), WAYS.items())
def test_a_channel_goes_only_the_ways_that_are_named(url, goes):
    """apprise knows a hundred services, among them some that ask whatever server an address names."""
    assert usable(url) is goes


@pytest.mark.parametrize("path", ["/login/", "/ticket/", "/api/v1/unit/", "/static/app.css", "/healthz"])
def test_no_other_origin_is_let_in(still, path):
    for method in ("GET", "OPTIONS"):
        answer = still.browser("agent").client.open(path, method=method, headers={"Origin": "https://evil.example"})
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")]
        answer.close()


def test_trace_is_no_method(still):
    for path in ("/", "/login/", "/api/v1/unit/", "/static/app.css"):
        assert still.app.test_client().open(path, method="TRACE").status_code in (401, 404, 405)


def test_a_header_of_a_proxy_is_nobodys_word(new_house):
    """Without a trusted proxy it is not read; with one, its last word counts and not the client's."""
    seen = {}
    for proxies in (0, 1):
        house = new_house(proxies=proxies)
        forged = {"X-Forwarded-For": "6.6.6.6, 10.0.0.7", "X-Forwarded-Host": "desk.example"}
        body = {"username": "agent", "password": "wrong", "provider": "db"}
        house.app.test_client().post("/api/v1/security/login", json=body, headers=forged)
        with house.session() as session:
            seen[proxies] = session.scalars(select(SecurityEvent.source)).all()
    assert seen == {0: ["127.0.0.1"], 1: ["10.0.0.7"]}


def test_who_gets_in_who_does_not_and_who_is_refused_is_written_down(house: House):
    house.api(None).post("security/login", username="agent", password="wrong", provider="db")
    agent = house.browser("agent")
    assert agent.get("/users/list/").status_code == 403
    with house.session() as session:
        kinds = session.scalars(select(SecurityEvent.kind)).all()
    assert sorted(kinds) == ["refused", "sign_in_failed", "signed_in"]


def unsigned(claims: dict, algorithm: str) -> str:
    parts = [json.dumps({"alg": algorithm, "typ": "JWT"}), json.dumps(claims)]
    return ".".join(base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in parts) + "."


def test_a_token_of_no_or_another_algorithm_is_401(still):
    good = still.api("admin").token
    claims = jwt.decode(good, options={"verify_signature": False})
    key = still.app.config["SECRET_KEY"]
    tokens = [
        unsigned(claims, "none"), unsigned(claims, "None"), unsigned(claims, "HS256"),
        jwt.encode(claims, key, algorithm="HS384"), jwt.encode(claims, "another key of the same length, or so" * 2),
        jwt.encode(claims, "x" * 40, headers={"jwk": {"kty": "oct", "k": "eHh4"}, "jku": "https://evil.example"}),
    ]  # fmt: skip
    for token in tokens:
        answer = still.app.test_client().get("/api/v1/unit/", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401, token
    assert still.api("admin").get("unit/").status_code == 200


def test_a_refresh_token_opens_nothing_but_refresh(still):
    body = {"username": "agent", "password": PASSWORD, "provider": "db", "refresh": True}
    given = still.app.test_client().post("/api/v1/security/login", json=body).json
    client, refresh = still.app.test_client(), {"Authorization": f"Bearer {given['refresh_token']}"}
    assert client.get("/api/v1/unit/", headers=refresh).status_code == 401
    assert client.get("/ticket/", headers=refresh).status_code in (302, 401)
    access = {"Authorization": f"Bearer {given['access_token']}"}
    assert client.post("/api/v1/security/refresh", headers=access).status_code == 401
    assert client.post("/api/v1/security/refresh", headers=refresh).status_code == 200


def test_a_password_is_typed_masked_and_may_be_pasted(still):
    pages = [still.browser(None).get("/login/"), still.browser("agent").get("/resetmypassword/form")]
    for page in pages:
        fields = re.findall(r"<input[^>]*password[^>]*>", page.text)
        assert fields
        for field in fields:
            assert 'type="password"' in field
            assert "onpaste" not in field
            assert 'autocomplete="off"' not in field


@pytest.mark.parametrize("path", ["/", "/ticket/", "/ticket/register", "/unit/list/", "/nonsense", "/users/list/"])
def test_every_page_offers_to_sign_out(still, path):
    assert "/logout/" in still.browser("agent").get(path).text


def test_an_address_makes_no_line_of_the_log(new_house, caplog):
    house = new_house()
    house.app.add_url_rule("/broken/<rest>", "broken", lambda rest: 1 / 0)
    answer = house.browser("agent").get("/broken/x%0AERROR%20all%20is%20well%0D%1B[31m")
    assert answer.status_code == 500
    told = [record.getMessage() for record in caplog.records if "/broken/" in record.getMessage()]
    assert told
    assert not [line for line in told if re.search(r"[\r\n\x1b]", line)]


def test_who_signs_in_gets_a_session_of_their_own(house: House):
    """A cookie that somebody else has put into the browser before is worth nothing after."""
    thief, victim = house.app.test_client(), house.browser(None)
    thief.get("/login/")
    planted = thief.get_cookie(house.app.config["SESSION_COOKIE_NAME"])
    victim.client.set_cookie(planted.key, planted.value)
    assert victim.sign_in("agent").status_code == 302
    assert victim.get("/ticket/").status_code == 200
    assert thief.get("/ticket/").status_code == 302


def test_a_shared_cache_never_keeps_what_somebody_saw(still):
    """Not even at an address that looks like a file, nor by a header that a cache does not count."""
    agent = still.browser("agent")
    for path in ("/ticket/x.css", "/ticket/;x.css", "/ticket/%2e%2e/app.css", "/?x=.js"):
        answer = agent.get(path, headers={"X-Forwarded-Host": "evil.example", "X-Original-URL": "/static/app.css"})
        assert answer.headers["Cache-Control"] == "no-store, private", path
        assert "evil.example" not in answer.text


def test_no_pattern_takes_long_over_a_long_text():
    """ReDoS: the patterns that look at what strangers write, each over the texts that would make it slow."""
    from time import perf_counter

    from admin.views.filters import number
    from models import index, lookup, masking
    from models.importing.times import time_parser

    began = perf_counter()
    long = ("1", "-", "1-", " ", "水", "ZL", "(", "13812345678 ", "0635-")
    for text in (unit * (20_000 // len(unit)) + "x" for unit in long):
        for field in ("complainant", "phone", "address", "account_no"):
            masking.mask(field, text)
        lookup.is_telephone(text)
        index.pairs(text)
        number(text, now())
        with pytest.raises(ValueError, match="读不出时间"):
            time_parser("mixed")(text)
    assert perf_counter() - began < 5
