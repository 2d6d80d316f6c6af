"""Notices outside, over a real SMTP server: once, masked, held back at night, tried again; and their form."""

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import time
from email import message_from_bytes
from email.header import decode_header, make_header
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.sending import Outside, Sent, is_quiet, message, send
from models.base import User
from models.notice import Notice, NoticeChannel, NoticeDelivery, NoticeRule
from models.reminding import remind
from tests.admin.conftest import House
from tests.admin.test_notices import played
from tests.admin.test_penalties import exposed
from tests.fixtures.city import City, brought_to, shanghai

NIGHT = Outside((time(21), time(7, 30)), "https://desk.example/")
LATE = "2026-03-09 11:00"


class Mail:
    """A post office: whom it was for, what it was about, what it said."""

    def __init__(self) -> None:
        self.received: list[tuple[str, str, str]] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        letter = message_from_bytes(envelope.content)
        parts = [part for part in letter.walk() if part.get_content_type() == "text/plain"]
        text = parts[0].get_payload(decode=True).decode()
        self.received.append((envelope.rcpt_tos[0], str(make_header(decode_header(letter["Subject"]))), text))
        return "250 OK"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def open_post(port: int) -> Iterator[Callable[[], Mail]]:
    opened: list[Controller] = []

    def start() -> Mail:
        mail = Mail()
        opened.append(Controller(mail, hostname="127.0.0.1", port=port))
        opened[-1].start()
        return mail

    yield start
    for one in opened:
        one.stop()


def channel(house: House, port: int, *, user: str | None = None, role: str | None = None, level: str = "soon") -> None:
    def add(session: Session) -> None:
        whose = session.scalars(select(User.id).where(User.username == user)).one() if user else None
        address = f"mailto://127.0.0.1:{port}?from=desk@example.cn&to={user or role}@example.cn"
        session.add(NoticeChannel(name="邮箱", user_id=whose, role=role, url=address, level=level, active=True,
                                  since=shanghai("2026-03-01 00:00")))  # fmt: skip

    house.changes(add)


def runs(house: House, at: str, outside: Outside = NIGHT) -> Sent:
    """What `run.py remind` does."""
    with house.session() as session:
        remind(session, shanghai(at))
        session.commit()
        return send(session, shanghai(at), outside)


@pytest.fixture
def late(house: House) -> tuple[House, int, str]:
    """The plant has had a ticket since Friday 10:00: due on Monday at 10:00."""
    with played(house) as city:
        ticket = city.agent.registers("张三丰说水压低。", category="水压", phone="13812345678", at="2026-03-06 09:00")
        city.agent.assigns(ticket, to=city.plant, at="2026-03-06 10:00")
        return house, ticket.id, ticket.no


def test_a_letter_says_which_ticket_what_by_when_and_where_and_nothing_of_its_content(late, port, open_post):
    house, ticket, no = late
    mail = open_post()
    channel(house, port, user="head")
    assert runs(house, LATE) == Sent(sent=1)
    ((to, title, text),) = mail.received
    assert (to, title) == ("head@example.cn", "顾客投诉提醒：1 件已逾期")
    assert text.strip() == f"{no}：逾期 1 小时，等待报送结果。 https://desk.example/ticket/{ticket}"
    assert runs(house, LATE) == Sent(), "once"
    assert len(mail.received) == 1


def test_at_night_it_waits_for_the_morning_unless_it_is_urgent(late, port, open_post):
    house, _ticket, _no = late
    with played(house) as city:
        urgent = city.agent.registers("爆管。", category="水压", urgency="urgent", at="2026-03-06 11:30")
        city.agent.assigns(urgent, to=city.plant, at="2026-03-06 11:31")
        number = urgent.no
    mail = open_post()
    channel(house, port, user="head")
    assert runs(house, "2026-03-08 23:00") == Sent(sent=1, held=1)
    assert number in mail.received[0][2]
    assert runs(house, "2026-03-09 07:29") == Sent(held=1)
    assert runs(house, "2026-03-09 07:30") == Sent(sent=1)


@pytest.mark.parametrize(
    ("at", "quiet"), [("20:59", False), ("21:00", True), ("00:00", True), ("07:29", True), ("07:30", False)]
)
def test_the_night_is_quiet(at, quiet):
    assert is_quiet(shanghai(f"2026-03-08 {at}"), (time(21), time(7, 30))) is quiet
    assert is_quiet(shanghai(f"2026-03-08 {at}"), None) is False


def test_what_was_not_taken_is_tried_again_and_holds_up_nobody(late, port, open_post):
    house, _ticket, _no = late
    channel(house, free_port(), user="handler")
    channel(house, port, user="head")
    mail = open_post()
    assert runs(house, LATE) == Sent(sent=1, failed=1)
    with house.session() as session:
        failed = session.scalars(select(NoticeDelivery).where(NoticeDelivery.sent_at.is_(None))).one()
        assert (failed.error, failed.attempts) == ("not_taken", 1)
        session.scalars(
            select(NoticeChannel).where(NoticeChannel.id == failed.channel_id)
        ).one().url = f"mailto://127.0.0.1:{port}?from=desk@example.cn&to=handler@example.cn"
        session.commit()
    assert runs(house, "2026-03-09 11:05") == Sent(sent=1)
    assert [to for to, _title, _text in mail.received] == ["head@example.cn", "handler@example.cn"]


def test_of_a_discipline_ticket_only_that_something_waits(house, port, open_post):
    with played(house) as city:
        number = brought_to(city, "discipline", "founded").no
    mail = open_post()
    channel(house, port, user="discipline")
    channel(house, port, role="discipline")
    assert runs(house, "2026-03-10 11:00").sent == 1
    ((to, _title, text),) = mail.received
    assert to == "discipline@example.cn"
    assert number not in text
    assert text.strip() == "有一件事等您办理，请登录查看。 https://desk.example/notices/"


def test_of_a_penalty_only_that_there_is_something_and_to_the_person_alone(house, port, open_post):
    pk = exposed(house)["responsible"].id
    house.api("operations").post(f"penalty/{pk}/actions/confirm", version=1)
    mail = open_post()
    channel(house, port, user="handler")
    channel(house, port, role="handler")
    assert runs(house, "2026-03-06 09:10") == Sent(sent=1)
    ((to, title, text),) = mail.received
    assert (to, title) == ("handler@example.cn", "顾客投诉提醒：请登录查看")
    assert text.strip() == "有一件与您有关的事，请登录查看。 https://desk.example/notices/"


def test_a_group_hears_of_each_deadline_once(late, port, open_post):
    house, _ticket, no = late
    mail = open_post()
    channel(house, port, role="agent", level="late")
    with played(house) as city:
        city.operations.returns(city_ticket(city, no), at="2026-03-09 10:30")
    assert runs(house, "2026-03-09 11:00") == Sent(sent=1)
    assert mail.received[0][2].count(no) == 1
    with house.session() as session:
        assert len(session.scalars(select(Notice).where(Notice.kind == "late")).all()) >= 3


def city_ticket(city: City, no: str) -> Any:
    from tests.fixtures.city import Complaint

    with city.session.no_autoflush:
        from models.tables import Ticket

        return Complaint(city, city.session.scalars(select(Ticket.id).where(Ticket.no == no)).one())


def test_many_at_once_are_one_letter_of_counts(house, port, open_post):
    with played(house) as city:
        for n in range(8):
            ticket = city.agent.registers("停水。", category="水压", at=f"2026-03-06 09:0{n}")
            city.agent.assigns(ticket, to=city.plant, at=f"2026-03-06 10:0{n}")
    mail = open_post()
    channel(house, port, user="head")
    assert runs(house, LATE) == Sent(sent=8)
    ((_to, title, text),) = mail.received
    assert title == "顾客投诉提醒：8 件已逾期"
    assert text.split() == ["请登录查看。", "https://desk.example/notices/"]


def test_what_was_done_meanwhile_or_has_left_ones_sight_is_not_sent(late, port, open_post):
    house, _ticket, no = late
    runs(house, LATE)
    mail = open_post()
    channel(house, port, user="head")
    with played(house) as city:
        city.head.submits(city_ticket(city, no), at="2026-03-09 11:10")
    assert runs(house, "2026-03-09 11:20") == Sent()
    assert mail.received == []


def test_a_channel_says_nothing_of_what_was_before_it(late, port, open_post):
    house, _ticket, _no = late
    runs(house, LATE)
    mail = open_post()
    channel(house, port, user="head")

    def begin(session: Session) -> None:
        session.scalars(select(NoticeChannel)).one().since = shanghai("2026-03-09 12:00")

    house.changes(begin)
    assert runs(house, "2026-03-09 12:30") == Sent()
    assert mail.received == []


def test_two_runs_at_once_tell_and_send_once(either, port, open_post):
    with played(either) as city:
        ticket = city.agent.registers("水压低。", category="水压", at="2026-03-06 09:00")
        city.agent.assigns(ticket, to=city.plant, at="2026-03-06 10:00")
    mail = open_post()
    channel(either, port, user="head")
    with ThreadPoolExecutor(4) as pool:
        sent = [future.result() for future in [pool.submit(runs, either, LATE) for _ in range(4)]]
    assert sum(one.sent for one in sent) == 1
    assert len(mail.received) == 1
    with either.session() as session:
        told = session.scalars(select(Notice).where(Notice.user_id == either.id_of("head"))).all()
        assert [one.kind for one in told] == ["late"]


def test_an_address_is_typed_and_never_shown_again(house):
    browser = house.browser("admin")
    secret = "mailtos://desk:Geheim-96568@mail.example.cn?to=head@example.cn"
    fields = {"name": "负责人邮箱", "user": str(house.id_of("head")), "level": "late", "active": "y"}
    assert browser.post("/notice-channel/add", **fields, secret="json://localhost").status_code != 302
    assert browser.post("/notice-channel/add", **fields, role="agent", secret=secret).status_code != 302
    added = browser.post("/notice-channel/add", **fields, secret=secret)
    assert added.status_code == 302
    with house.session() as session:
        one = session.scalars(select(NoticeChannel)).one()
        assert (one.url, one.since) == (secret, shanghai("2026-03-06 09:00"))
    for path in ("list/", f"show/{one.id}", f"edit/{one.id}"):
        text = browser.get(f"/notice-channel/{path}").text
        assert "Geheim" not in text
        assert "mail.example" not in text
    assert "mailtos://…" in browser.get("/notice-channel/list/").text
    assert browser.post(f"/notice-channel/edit/{one.id}", **{**fields, "name": "另名"}, secret="").status_code == 302
    with house.session() as session:
        kept = session.scalars(select(NoticeChannel)).one()
        assert (kept.name, kept.url) == ("另名", secret)
    for name in ("operations", "discipline", "auditor"):
        assert house.browser(name).get("/notice-channel/list/").status_code == 403


def test_a_rule_that_is_urgent_goes_out_at_night(late, port, open_post):
    house, _ticket, _no = late

    def urgent(session: Session) -> None:
        for rule in session.scalars(select(NoticeRule)):
            rule.urgent = True

    house.changes(urgent)
    mail = open_post()
    channel(house, port, user="head")
    assert runs(house, "2026-03-08 23:00") == Sent(sent=1)
    assert "还剩 11 小时" in mail.received[0][2]


def test_a_post_that_was_given_is_told_without_a_name(house):
    assert message([], shanghai(LATE), "")[0] == "顾客投诉提醒：任职变动"


def test_a_refused_form_has_the_address_that_was_typed_and_never_a_stored_one(house):
    browser = house.browser("admin")
    typed, stored = 'json://localhost/"<typed>"', "mailtos://desk:stored-secret@mail.example?to=a@b.example"
    shown = 'type="password" value="json://localhost/&#34;&lt;typed&gt;&#34;"'
    fields = {"name": "邮箱", "user": str(house.id_of("agent")), "level": "soon", "active": "y"}
    for wrong in ({"secret": typed}, {"secret": typed, "role": "agent"}, {"secret": typed, "name": ""}):
        told = browser.post("/notice-channel/add", **{**fields, **wrong})
        assert (told.status_code, told.headers["Cache-Control"]) == (200, "no-store, private")
        assert shown in told.text
    assert 'type="password" value=""' in browser.get("/notice-channel/add").text
    assert browser.post("/notice-channel/add", **fields, secret=stored).status_code == 302
    with house.session() as session:
        edit = f"/notice-channel/edit/{session.scalars(select(NoticeChannel.id)).one()}"
    assert shown in browser.post(edit, **fields, secret=typed).text
    for told in (browser.get(edit), browser.post(edit, **{**fields, "role": "agent"})):
        assert 'type="password" value=""' in told.text
        assert "stored-secret" not in told.text
