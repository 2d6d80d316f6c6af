"""A session that ends while somebody types: nothing typed is lost, and nothing comes into another one's hands."""

import re
from html import unescape

import pytest

from tests.admin.conftest import Browser

HERE = {"Origin": "http://localhost"}
SAID = "三楼早上没有水，<楼下都有>。"


def fields(page: str) -> dict[str, str]:
    """The hidden fields of a page's form."""
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)}


def sign_in_elsewhere(browser: Browser, name: str) -> None:
    """Another tab of the same browser: out, and in again."""
    browser.get("/logout/")
    assert browser.sign_in(name).status_code == 302


def sends(browser: Browser, form: dict[str, str], path: str = "/ticket/register", headers=HERE, **typed: str):
    return browser.client.post(path, data={**form, **typed}, headers=headers)


def test_who_is_signed_out_is_told_that_and_where_to_sign_in(house):
    answer = house.app.test_client().post("/ticket/bulk", data={"csrf_token": "old"})
    assert (answer.status_code, "请先登录" in answer.text, 'href="/login/"' in answer.text) == (401, True, True)


def test_who_is_signed_in_is_all_that_standing_says(house):
    client = house.app.test_client()
    assert client.get("/standing").json == {"of": ""}
    assert "Set-Cookie" not in client.get("/standing").headers
    agent, again, other = house.browser("agent"), house.browser("agent"), house.browser("colleague")
    told = agent.get("/standing")
    assert told.json.keys() == {"of", "csrf_token"}
    assert "no-store" in told.headers["Cache-Control"]
    assert told.json["of"] == fields(agent.get("/ticket/register").text)["page_of"]
    assert told.json["of"] == again.get("/standing").json["of"] != other.get("/standing").json["of"]
    sent = agent.client.post("/ticket/register", data={"csrf_token": told.json["csrf_token"], "content": SAID})
    assert sent.status_code == 302


def test_what_was_typed_outlives_its_session_without_a_script(house):
    browser = house.browser("agent")
    form = fields(browser.get("/ticket/register").text)
    browser.get("/logout/")
    out = sends(browser, form, content=SAID, phone="13812345678", then="")
    assert out.status_code == 401
    assert "登录已过期" in out.text
    assert 'href="/login/" target="_blank"' in out.text
    assert "三楼早上没有水，&lt;楼下都有&gt;。" in out.text
    assert 'class="kf-shell"' not in out.text
    assert browser.sign_in("agent").status_code == 302
    back = sends(browser, fields(out.text))  # its token is of no session any more
    assert back.status_code == 400
    assert "核对后再按一次" in back.text
    assert house.tickets() == []
    done = sends(browser, fields(back.text))
    assert done.status_code == 302
    seen = house.api("agent").get(f"ticket/{house.tickets()[0].id}").json["result"]
    assert (seen["content"], seen["phone"]) == (SAID, "13812345678")


def test_an_action_half_sent_is_there_again_with_its_version_and_key(house):
    agent = house.api("agent")
    ticket = agent.registers(category="水压")
    browser, path = house.browser("agent"), f"/ticket/{ticket['id']}/note"
    form = fields(browser.get(path).text)
    sign_in_elsewhere(browser, "agent")
    back = sends(browser, form, path, text=SAID)
    again = fields(back.text)
    assert {name: again[name] for name in ("once", "version", "seen")} == {
        name: form[name] for name in ("once", "version", "seen")
    }
    assert sends(browser, again, path).status_code == 302


@pytest.mark.parametrize("path", ["/ticket/register", "/ticket/draft/register"])
def test_another_account_neither_sends_nor_sees_it(house, path):
    browser = house.browser("agent")
    form = fields(browser.get("/ticket/register").text)
    sign_in_elsewhere(browser, "colleague")
    token = browser.get("/standing").json["csrf_token"]
    for carried in (form, {**form, "csrf_token": token}):
        answer = sends(browser, carried, path, content=SAID)
        assert answer.status_code == 400
        assert "另一个账号" in answer.text
        assert "三楼" not in answer.text
    assert house.tickets() == []
    assert "三楼" not in browser.get("/ticket/register").text


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}, {"Referer": "https://evil.example/x"}])
def test_nobody_elses_words_are_put_before_somebody_to_be_sent(house, headers):
    for browser in (house.browser("agent"), house.browser(None)):
        of = browser.get("/standing").json["of"] or "guessed"
        answer = sends(browser, {"page_of": of}, headers=headers, content="别处写的")
        assert answer.status_code in (400, 401)
        assert "别处写的" not in answer.text


def test_no_password_comes_back(house):
    browser = house.browser("agent")
    form = fields(browser.get("/resetmypassword/form").text)
    assert "page_of" not in form
    browser.get("/logout/")
    answer = sends(browser, form, "/resetmypassword/form", password="a secret of mine", conf_password="x")
    assert "a secret of mine" not in answer.text
    assert "page_of" not in fields(browser.get("/login/reset").text)


def test_a_generated_form_comes_back_too(house):
    browser = house.browser("admin")
    form = fields(browser.get("/unit/add").text)
    sign_in_elsewhere(browser, "admin")
    back = sends(browser, form, "/unit/add", name="南城营业所")
    assert (back.status_code, fields(back.text)["name"]) == (400, "南城营业所")
