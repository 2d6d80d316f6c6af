"""The application as a whole: its headers, its forms' tokens, its errors, its start."""

import re

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import OperationalError

from admin.current import transact
from admin.factory import create_app
from admin.serving import Server
from models.tables import Unit
from tests.admin.conftest import PASSWORD, House, settings
from tests.fixtures.database import BOTH

PATHS = ["/login/", "/unit/list/", "/api/v1/unit/", "/nonsense", "/healthz"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_its_guards(still, path):
    headers = still.browser("agent").get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cache-Control"] == "no-store, private", "only FAB's login page says so by itself"


def test_the_nonce_is_new_each_time_and_stands_on_every_inline_script(still):
    browser = still.browser("operations")
    first, second = browser.get("/unit/list/"), browser.get("/unit/list/")
    assert first.headers["Content-Security-Policy"] != second.headers["Content-Security-Policy"]
    nonce = first.headers["Content-Security-Policy"].split("'nonce-")[1].split("'")[0]
    scripts = [part.split(">")[0] for part in first.text.split("<script")[1:]]
    sources = [tag.split('src="')[1].split('"')[0] for tag in scripts if " src=" in tag]
    assert sources
    assert all(source.startswith("/static/") for source in sources), "everything is served from here"
    assert [tag for tag in scripts if " src=" not in tag and f'nonce="{nonce}"' not in tag] == []


def test_a_response_that_brings_its_own_policy_keeps_it(new_house):
    house = new_house()
    house.app.add_url_rule("/own", "own", lambda: ("x", {"Content-Security-Policy": "default-src 'none'"}))
    assert house.browser("agent").get("/own").headers["Content-Security-Policy"] == "default-src 'none'"


def test_files_may_be_kept_by_the_browser(still):
    answer = still.app.test_client().get("/static/app.css")
    assert "no-store" not in answer.headers.get("Cache-Control", "")
    answer.close()


def test_the_cookie_is_not_for_scripts_nor_for_other_sites(new_house):
    house = new_house(cookie_secure=True)
    cookie = house.app.test_client().get("/login/").headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Secure"} <= set(cookie.split("; "))


@pytest.mark.parametrize("path", ["/unit/add", "/users/add", "/login/", "/resetmypassword/form", "/roles/edit/1"])
def test_no_form_is_taken_without_its_token(still, path):
    client = still.browser("admin").client
    assert client.post(path, data={"name": "x"}).status_code == 400
    assert client.post(path, data={"name": "x", "csrf_token": "forged"}).status_code == 400


@pytest.mark.parametrize(
    ("path", "more"),
    [("/ticket/bulk", {}), ("/ticket/register", {"content": "x", "csrf_token": "forged"}), ("/unit/add", {})],
)
def test_a_form_without_its_token_is_told_so_in_the_shell(house, caplog, path, more):
    answer = house.browser("operations").client.post(path, data=more)
    assert answer.status_code == 400
    assert 'class="kf-shell"' in answer.text
    assert "回到我的工作" in answer.text
    assert "the error page itself fails" not in caplog.text


def test_a_cookie_does_not_open_the_api(still):
    """The API takes no CSRF token, so it must not take the cookie either."""
    client = still.browser("operations").client
    assert client.post("/api/v1/unit/", json={"name": "x"}).status_code == 401
    assert client.get("/api/v1/unit/").status_code == 401


def test_the_api_gives_no_cookies(still):
    for answer in (still.api("agent").get("unit/"), still.api("agent").get("nonsense"), still.api(None).get("unit/")):
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/unit/delete/4", "/users/delete/1"])
def test_nothing_is_deleted_by_a_link(still, path):
    assert still.browser("admin").get(path).status_code in (302, 404, 405)
    with still.session() as session:
        assert session.get(Unit, 4) is not None


def test_errors_have_one_shape(still):
    agent = still.api("agent")
    for answer in (agent.get("nonsense/"), agent.put("ticket/1"), agent.get("unit/0"), agent.get("unit/", q="((")):
        assert answer.is_json
        assert answer.json.keys() == {"message"}


def number_in(text: str) -> str:
    found = re.search(r"编号 ([0-9A-F]{4})。", text)
    assert found, text
    return found[1]


def test_pages_tell_errors_in_words_and_show_nothing_of_the_program(new_house, caplog):
    house = new_house()

    def broken():
        raise RuntimeError("SELECT secret FROM ticket")

    house.app.add_url_rule("/broken", "broken", broken)
    house.app.add_url_rule("/api/v1/broken", "broken_api", broken)
    browser = house.browser("agent")
    for answer in (browser.get("/broken"), house.api("agent").get("broken")):
        assert answer.status_code == 500
        assert "SELECT" not in answer.text
        assert "Traceback" not in answer.text
        assert "出了问题" in answer.text
        found = number_in(answer.text)
        logged = next(record for record in caplog.records if record.getMessage().startswith(f"{found}: "))
        assert "SELECT secret" in str(logged.exc_info), "the log has all of it"
    gone = browser.get("/nonsense")
    assert (gone.status_code, "没有找到" in gone.text) == (404, True)


def test_a_database_that_is_busy_is_told_so(new_house, caplog):
    house = new_house()

    def locked():
        raise OperationalError("SELECT 1", {}, Exception("database is locked"))

    house.app.add_url_rule("/api/v1/locked", "locked", locked)
    answer = house.api("agent").get("locked")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json["number"] == number_in(answer.json["message"])
    assert f"{answer.json['number']}: database: OperationalError" in caplog.messages


UNFORESEEN = "CREATE TRIGGER unforeseen BEFORE INSERT ON unit BEGIN SELECT RAISE(ABORT, 'tables of the house'); END"


def test_what_the_database_refuses_for_no_known_reason_has_a_number_that_the_log_has_too(house, caplog):
    house.changes(lambda session: session.execute(text(UNFORESEEN)))
    answer = house.api("operations").post("unit/", name="西城营业所")
    assert answer.status_code == 422
    assert answer.json["number"] == number_in(answer.json["message"])
    page = house.browser("operations").post("/unit/add", name="西城营业所", kind="unit", phone="", active="y")
    assert page.status_code == 200
    assert "西城营业所" in page.text, "what was typed stays"
    for number, told in ((answer.json["number"], answer.text), (number_in(page.text), page.text)):
        assert "tables of the house" not in told
        logged = next(record for record in caplog.records if record.getMessage() == f"{number}: Unit was not written")
        assert "tables of the house" in str(logged.exc_info)
        assert "西城营业所" not in str(logged.exc_info), "values do not go into the server's log"


TWICE = (
    "CREATE TABLE twice (words text PRIMARY KEY)",
    "INSERT INTO twice VALUES ('水压太低，请打 13812345678。')",
    """CREATE FUNCTION twice() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO twice VALUES (NEW.value); RETURN NEW; END $$""",
    "CREATE TRIGGER twice BEFORE INSERT ON ticket_text FOR EACH ROW EXECUTE FUNCTION twice()",
)


@pytest.mark.parametrize("either", [BOTH[1]], indirect=True)
def test_what_postgresql_says_of_a_row_is_in_no_log(either, caplog):
    """Its DETAIL has the row's values, its CONTEXT what was done with them; neither is asked for by anybody here."""
    either.changes(lambda session: [session.execute(text(statement)) for statement in TWICE])
    answer = either.api("agent").post("ticket/", content="水压太低，请打 13812345678。")
    assert answer.status_code == 500
    assert f"{answer.json['number']}: POST" in caplog.text
    assert "UniqueViolation" in caplog.text
    assert "twice_pkey" in caplog.text
    assert not [told for told in ("13812345678", "DETAIL", "CONTEXT", "水压") if told in caplog.text]


def test_a_row_that_a_busy_database_does_not_take_is_no_mistake_of_the_row(house):
    with house.app.app_context():
        engine = house.app.extensions["sqlalchemy"].engines[None]
    operations = house.api("operations")

    def locked(connection, cursor, statement, *_):
        if statement.startswith("INSERT INTO unit"):
            raise OperationalError("INSERT", {}, Exception("database is locked"))

    event.listen(engine, "before_cursor_execute", locked)
    try:
        assert operations.post("unit/", name="西城营业所").status_code == 503
    finally:
        event.remove(engine, "before_cursor_execute", locked)


def test_a_flood_is_413(new_house):
    house = new_house(upload_mebibytes=1)
    answer = house.api("agent").send("POST", "ticket/", data=b"x" * 2**21, content_type="application/json")
    assert answer.status_code == 413


def test_json_is_smaller_than_a_scan_and_no_deeper_than_a_form(still):
    agent = still.api("agent")
    long = agent.send(
        "POST", "ticket/", data=b'{"content": "' + b"x" * (3 << 20) + b'"}', content_type="application/json"
    )
    assert long.status_code == 413
    deep = agent.send("POST", "ticket/", data=b'{"content": ' + b"[" * 100_000, content_type="application/json")
    assert deep.status_code == 400
    nested = b'{"content": ' + b"[" * 500 + b"]" * 500 + b"}"
    assert agent.send("POST", "ticket/", data=nested, content_type="application/json").status_code == 422
    for wish in ("(" * 5_000, "!(" * 2_000, '{"a":' * 3_000, "(filters:!(" * 900):
        assert agent.get("unit/", q=wish).status_code == 400


def test_a_form_has_so_many_fields_and_no_more(still):
    browser = still.browser("operations")
    fields = {f"x{n}": "1" for n in range(2_000)}
    answer = browser.client.post("/unit/add", data=fields, content_type="multipart/form-data")
    assert answer.status_code == 413
    long = {"content": "长" * 20_000, "demand": "长" * 20_000, "suggestion": "长" * 20_000}
    told = browser.post("/ticket/register", **long, once="x")
    assert told.status_code != 413, "the longest texts that a form may have"
    assert browser.client.post("/unit/add", data={"name": "x" * (3 << 20)}).status_code == 413


def test_the_server_reads_no_endless_headers(still, tmp_path):
    server = Server(still.app, settings("sqlite://", tmp_path))
    limits = {name: getattr(server.cfg, name) for name in (
        "limit_request_line", "limit_request_fields", "limit_request_field_size", "timeout")}  # fmt: skip
    assert limits == {"limit_request_line": 8190, "limit_request_fields": 64, "limit_request_field_size": 8190,
                      "timeout": 120}  # fmt: skip


EVERY_KIND = {
    "/static/app.css": 200, "/": 302, "/login/": 302, "/ticket/1": 404, "/nonsense": 404, "/broken": 500,
    "/users/list/": 403, "/unit/list/?page_UnitView=x": 400, "/api/v1/unit/": 401, "/lang/zh": 302,
}  # fmt: skip


def test_every_kind_of_answer_carries_its_guards(new_house):
    """Pages, files, redirects, refusals and failures."""
    house = new_house(cookie_secure=True)
    house.app.add_url_rule("/broken", "broken", lambda: 1 / 0)
    client = house.app.test_client()
    known = client.get("/login/", base_url="https://localhost")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', known.text)[1]
    client.post("/login/", base_url="https://localhost", headers={"Referer": "https://localhost/login/"},
                data={"csrf_token": token, "username": "agent", "password": PASSWORD})  # fmt: skip
    heard = {}
    for path in EVERY_KIND:
        answer = client.get(path, base_url="https://localhost")
        heard[path] = answer.status_code
        for name, value in GUARDS.items():
            assert answer.headers[name] == value, (path, name)
        assert "object-src 'none'; base-uri 'none'" in answer.headers["Content-Security-Policy"], path
        assert ("no-store" in answer.headers.get("Cache-Control", "")) == (not path.startswith("/static/")), path
        answer.close()
    assert heard == {**EVERY_KIND, "/": heard["/"]}


GUARDS = {
    "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin", "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}  # fmt: skip


def test_building_the_application_opens_no_connection(sqlite_database_url, tmp_path, monkeypatch):
    """A server forks after it: connections must not be shared."""
    from sqlalchemy import pool

    opened = []
    listener = lambda *_: opened.append(1)  # noqa: E731
    event.listen(pool.Pool, "connect", listener)
    try:
        create_app(settings(sqlite_database_url, tmp_path))
    finally:
        event.remove(pool.Pool, "connect", listener)
    assert opened == []


def test_the_webs_connections_are_set_like_all_others(still):
    with still.app.app_context():
        session = still.app.appbuilder.session
        assert session.connection().exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert session.connection().exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_whatever_a_piece_of_work_raises_nothing_of_it_stays(house: House):
    with house.app.test_request_context("/"):
        session = house.app.appbuilder.session

        def work():
            session.add(Unit(name="西城营业所"))
            session.flush()
            raise KeyError("x")

        with pytest.raises(KeyError):
            transact(work)
    with house.session() as other:
        assert other.scalar(select(Unit).where(Unit.name == "西城营业所")) is None


def test_the_language_of_errors_follows_the_reader(still):
    answer = still.app.test_client().get("/api/v1/unit/?_l_=en")
    assert answer.status_code == 401
    assert answer.json["message"]
