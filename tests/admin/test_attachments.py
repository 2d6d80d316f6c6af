"""Files over HTTP and at the browser: taken in, claimed by an act, and sent only to whom their ticket shows them."""

from io import BytesIO
from urllib.parse import quote

import pytest

from models import verify
from models.shelf import Shelf
from tests.admin.conftest import Api, House
from tests.fixtures.city import KEY, PICTURE

NAME = "李建华家 水表（晚上七点）.png"


def uploads(person, name=NAME, data=PICTURE):
    """POST upload/ by somebody's program."""
    return person.send("POST", "upload/", data={"file": (BytesIO(data), name)})


def gets(person, ticket, n=1):
    """An attachment, by somebody's program or browser; read to its end."""
    path = f"ticket/{ticket['id']}/attachments/{n}"
    if isinstance(person, Api):
        return person.send("GET", path, buffered=True)
    return person.get(f"/{path}", buffered=True)


def sent_page(browser, name=NAME, data=PICTURE):
    """The same by a page's script."""
    token = {"X-CSRFToken": browser.token("/ticket/register")}
    return browser.client.post("/ticket/upload", data={"file": (BytesIO(data), name)}, headers=token)


def test_a_file_goes_in_is_claimed_and_comes_back_as_it_was(either: House):
    agent = either.api("agent")
    answer = uploads(agent)
    assert answer.status_code == 201
    assert {**answer.json, "id": 0} == {"id": 0, "name": NAME, "mime": "image/png", "size": len(PICTURE)}
    ticket = agent.registers(files=[answer.json["id"]])
    (shown,) = agent.sees(ticket)["attachments"]
    assert (shown["n"], shown["name"], shown["mime"], shown["size"]) == (1, NAME, "image/png", len(PICTURE))
    for person in (agent, either.browser("agent")):
        got = gets(person, ticket)
        assert got.data == PICTURE
        assert got.headers["Content-Type"] == "image/png"
        assert got.headers["Content-Disposition"].startswith("inline;")
        assert quote(NAME) in got.headers["Content-Disposition"]
        assert "sandbox" in got.headers["Content-Security-Policy"]
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in got.headers["Cache-Control"]
    with either.session() as session:
        shelf = Shelf(either.app.config["DATA_DIR"])
        assert verify.verify(session.connection(), KEY, shelf).differences == []


def test_what_a_browser_must_not_show_by_itself_is_downloaded(house: House):
    agent = house.api("agent")
    file = uploads(agent, "顾客的话.txt", b"<script>alert(1)</script>").json["id"]
    ticket = agent.registers(files=[file])
    got = gets(agent, ticket)
    assert got.headers["Content-Disposition"].startswith("attachment;")
    assert got.headers["Content-Type"].startswith("text/plain")


def test_a_name_that_lies_is_mended_on_its_way_out(house: House):
    agent = house.api("agent")
    ticket = agent.registers(files=[uploads(agent, "程序.exe").json["id"]])
    assert agent.sees(ticket)["attachments"][0]["name"] == "程序.exe"
    got = gets(agent, ticket)
    assert quote("程序.exe.png") in got.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [("照片.jpg", b"MZ\x90\0" + bytes(60), "不是可以收的文件"), ("空.png", b"", "是空的"),
     ("大.png", PICTURE + bytes(1024), "太大，一个文件最多")],
)  # fmt: skip
def test_what_is_not_taken_says_what_to_do(new_house, name, data, said):
    house = new_house(attachment_mebibytes=1)
    assert house.app.config["ATTACHMENT_MOST"] == 1024 * 1024
    house.app.config["ATTACHMENT_MOST"] = 1024
    for answer in (uploads(house.api("agent"), name, data), sent_page(house.browser("agent"), name, data)):
        assert answer.status_code == 422
        assert said in answer.json["errors"]["file"]
        assert name in answer.json["errors"]["file"]
    assert not list(Shelf(house.app.config["DATA_DIR"]).folder.rglob("0*/*"))


def test_a_flood_is_413_and_nothing_is_422(new_house):
    agent = new_house(upload_mebibytes=1).api("agent")
    flood = {"data": bytes(2 * 1024 * 1024), "content_type": "multipart/form-data; boundary=x"}
    assert agent.send("POST", "upload/", **flood).status_code == 413
    assert agent.send("POST", "upload/", data={}).status_code == 422


def test_a_file_is_claimed_once_and_only_by_its_owner(house: House):
    agent, colleague = house.api("agent"), house.api("colleague")
    file = uploads(agent).json["id"]
    assert "files" in colleague.post("ticket/", content="水压低", files=[file]).json["errors"]
    ticket = agent.registers(files=[file])
    again = agent.does(ticket, "attach", text="照片", files=[file])
    assert again.status_code == 422
    assert "已经用在别处" in again.json["errors"]["files"]
    assert agent.delete(f"upload/{file}").status_code == 404, "it belongs to the ticket now"


def test_an_own_waiting_file_is_dropped_and_nobody_elses(house: House):
    agent, colleague = house.api("agent"), house.api("colleague")
    file = uploads(agent).json["id"]
    path = Shelf(house.app.config["DATA_DIR"]).path(file)
    assert path.exists()
    assert colleague.delete(f"upload/{file}").status_code == 404
    assert path.exists()
    assert agent.delete(f"upload/{file}").status_code == 200
    assert not path.exists()
    assert agent.delete(f"upload/{file}").status_code == 404


def test_a_repeated_registration_with_files_answers_again(house: House):
    agent = house.api("agent")
    file = uploads(agent).json["id"]
    first, second = (agent.post("ticket/", once="k1", content="水压低", files=[file]) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json["id"] == second.json["id"]


def test_what_waited_too_long_goes_when_the_next_comes(house: House):
    agent = house.api("agent")
    old = uploads(agent).json["id"]
    shelf = Shelf(house.app.config["DATA_DIR"])
    house.at("2026-03-07 09:01")
    new = uploads(house.api("agent")).json["id"]
    assert not shelf.path(old).exists()
    assert shelf.path(new).exists()


# Who may have them

NOT_HERS = ["other_head", "other_handler", "analyst", "auditor", "admin"]


@pytest.mark.parametrize("name", ["agent", "operations", "handler", "head", "discipline", "chairman", "leadership",
                                  *NOT_HERS])  # fmt: skip
def test_a_quality_tickets_file_goes_to_whom_the_ticket_is_shown_whole(still: House, name):
    agent = still.api("agent")
    ticket = agent.registers(files=[uploads(agent).json["id"]])
    agent.does(ticket, "assign", unit="东城营业所")
    still.api("operations").does(ticket, "return", reason="not_ours")
    agent.does(ticket, "assign", unit="第一水厂")
    api = gets(still.api(name), ticket)
    page = gets(still.browser(name), ticket)
    assert {api.status_code, page.status_code} == {404 if name in NOT_HERS else 200}


def test_nobody_else_finds_a_discipline_tickets_file_and_it_looks_absent(house: House):
    agent = house.api("agent")
    ticket = agent.registers(category="吃拿卡要", content="索要好处。", files=[uploads(agent).json["id"]])
    agent.does(ticket, "refer")
    office = house.api("discipline")
    assert gets(office, ticket).status_code == 200
    office.does(ticket, "find", founded=True, findings="属实。")
    office.does(ticket, "report", opinion="建议整改。", summary="索要财物。")
    house.api("chairman").does(ticket, "instruct", unit="第一水厂", instruction="整改。")
    office.does(ticket, "open_to", persons=["head"], parts=["contact", "words"])
    for name in ("agent", "operations", "head", "handler", "leadership"):
        person = house.api(name)
        hidden = gets(person, ticket)
        absent = gets(person, {"id": 4711})
        assert hidden.status_code == 404, name
        assert hidden.data == absent.data
    seen = house.api("head").sees(ticket)
    assert seen["attachments"] is None
    assert "attachments" in seen["hidden"]


@pytest.mark.parametrize("n", ["0", "2", "-1", "x", "99999999999999999999", "..%2f..%2fkefu.db", "1/../../x"])
def test_no_address_leads_to_another_file(house: House, n):
    agent = house.api("agent")
    ticket = agent.registers(files=[uploads(agent).json["id"]])
    assert gets(agent, ticket, n).status_code == 404
    assert gets(house.browser("agent"), ticket, n).status_code == 404


def test_a_file_that_is_lost_is_absent_and_no_mistake(house: House):
    agent = house.api("agent")
    file = uploads(agent).json["id"]
    ticket = agent.registers(files=[file])
    Shelf(house.app.config["DATA_DIR"]).path(file).unlink()
    assert gets(agent, ticket).status_code == 404


# The forms


def test_without_a_script_the_form_itself_brings_the_files(house: House):
    browser = house.browser("agent")
    page = "/ticket/register"
    files = [(BytesIO(PICTURE), "一.png"), (BytesIO(PICTURE), "二.png")]
    back = browser.post(page, content="", file=files)
    assert back.status_code == 422
    assert "一.png" in back.text
    ids = [part.split('"')[0] for part in back.text.split('name="files" value="')[1:]]
    assert len(ids) == 2, "what was uploaded survives"
    done = browser.post(page, content="水压低", files=ids, file=(BytesIO(PICTURE), "三.png"))
    assert done.status_code == 302
    shown = browser.get(done.headers["Location"]).text
    assert all(name in shown for name in ("一.png", "二.png", "三.png"))


def test_a_file_that_is_refused_comes_back_as_a_reason_at_its_field(house: House):
    browser = house.browser("agent")
    ticket = house.api("agent").registers()
    page = f"/ticket/{ticket['id']}/attach"
    back = browser.post(page, text="照片在此", file=(BytesIO(b"MZ" + bytes(99)), "照片.jpg"))
    assert back.status_code == 422
    assert "不是可以收的文件" in back.text
    assert "照片在此" in back.text
    assert browser.post(page, text="照片在此", file=(BytesIO(PICTURE), "照片.png")).status_code == 302
    shown = browser.get(f"/ticket/{ticket['id']}").text
    assert "照片.png" in shown
    assert f"/ticket/{ticket['id']}/attachments/1" in shown


def test_a_form_never_shows_what_another_has_uploaded(house: House):
    file = uploads(house.api("colleague"), "同事的.png").json["id"]
    back = house.browser("agent").post("/ticket/register", content="", files=[str(file)])
    assert "同事的" not in back.text


def test_a_script_needs_the_pages_token(house: House):
    browser = house.browser("agent")
    assert browser.client.post("/ticket/upload", data={"file": (BytesIO(PICTURE), NAME)}).status_code == 400
    answer = sent_page(browser)
    assert answer.status_code == 201
    path = f"/ticket/upload/{answer.json['id']}"
    assert browser.client.delete(path).status_code == 400
    assert browser.client.delete(path, headers={"X-CSRFToken": browser.token("/ticket/register")}).status_code == 204


@pytest.mark.parametrize("name", ["analyst", "auditor", "admin"])
def test_who_has_no_tickets_uploads_nothing(still: House, name):
    assert uploads(still.api(name)).status_code == 404
