"""Attachments (第六条(一)): files wait a day, hang on one ticket, follow its scope, and are checked with its log."""

import orjson
import pytest
from sqlalchemy import select

from models import history, uploads, view
from models.refusals import Unseen
from models.tables import Attachment, Upload
from tests.fixtures.city import MOST, PICTURE, brought_to, on_sqlite, shanghai

NAME = "李建华家 水表（晚上七点）.png"


def seen_by(city, person, ticket):
    """The names of the files that somebody sees on a ticket; None: there are none to see."""
    by = person.as_of(city.now)
    (row,) = view.tickets(
        city.session, view.sights(city.session, [ticket.id], by, city.now), by, city.now, city.book()
    ) or ({"attachments": None},)
    return row["attachments"] if row["attachments"] is None else [file["name"] for file in row["attachments"]]


def waiting(city):
    city.session.flush()
    return set(city.session.scalars(select(Upload.id)))


@pytest.mark.parametrize("act", ["registers", "attaches", "notes", "submits"])
def test_a_file_hangs_on_the_ticket_from_the_act_on_that_took_it(city, agent, head, act):
    ticket = brought_to(city, "quality", "handling")
    person = agent if act == "registers" else head
    file = person.uploads(NAME)
    if act == "registers":
        ticket = agent.registers(files=[file])
    else:
        getattr(person, act)(ticket, files=[file])
    assert waiting(city) == set()
    assert seen_by(city, agent, ticket) == [NAME]
    payload = orjson.loads(ticket.events[-1].payload)
    (row,) = payload["rows"]["attachment"].values()
    assert {"file_id", "sha256", "size", "mime"} <= row.keys()
    assert (row["size"], row["mime"]) == (len(PICTURE), "image/png")
    assert [key for key in payload["texts"] if key.startswith("file.")] == ["file.1"]


def test_several_keep_their_order_and_the_same_one_counts_once(city, agent, ticket):
    first, second = agent.uploads("一.png"), agent.uploads("二.png")
    agent.attaches(ticket, files=[second, first, second])
    agent.attaches(ticket, files=[agent.uploads("三.png")])
    assert seen_by(city, agent, ticket) == ["二.png", "一.png", "三.png"]


def test_what_is_taken_once_cannot_be_taken_again(city, agent, ticket, refused):
    file = agent.uploads()
    agent.attaches(ticket, files=[file])
    with refused("file_gone", "files"):
        agent.attaches(ticket, files=[file])
    with refused("file_gone", "files"):
        agent.registers(files=[file])


def test_nobody_takes_or_drops_what_another_has_uploaded(city, agent, colleague, ticket, refused):
    file = agent.uploads()
    with refused("file_gone", "files"):
        colleague.attaches(ticket, files=[file])
    with pytest.raises(Unseen):
        uploads.drop(city.session, file, by=colleague.as_of(city.now))
    uploads.drop(city.session, file, by=agent.as_of(city.now))
    assert waiting(city) == set()


def test_an_act_that_is_refused_leaves_its_files_waiting(city, agent, ticket, refused):
    file = agent.uploads()
    with refused("required", "text"):
        agent.attaches(ticket, text=None, files=[file])
    assert waiting(city) == {file}


@pytest.mark.parametrize(
    ("files", "code"),
    [("1", "not_a_list"), ([True], "not_an_integer"), (["1"], "not_an_integer"), ([2**70], "file_gone"),
     ([-1], "file_gone"), (list(range(21)), "too_many")],
)  # fmt: skip
def test_what_names_no_file_is_told_by_its_field(city, agent, ticket, refused, files, code):
    with refused(code, "files"):
        agent.attaches(ticket, files=files)


@pytest.mark.parametrize(
    ("name", "data", "most", "code"),
    [("空.txt", b"", MOST, "file_empty"), ("大.png", PICTURE, 10, "file_too_large"),
     ("程序.jpg", b"MZ\x90\0" * 40, MOST, "file_kind"), ("页.html", b"<script>alert(1)</script>", MOST, "file_kind")],
)  # fmt: skip
def test_what_is_not_taken_leaves_nothing_and_says_what_to_do(city, agent, refused, name, data, most, code):
    with refused(code, "file"):
        agent.uploads(name, data, most=most)
    assert waiting(city) == set()
    assert not city.shelf.folder.exists() or not list(city.shelf.folder.rglob("*"))


def test_a_desk_full_of_waiting_files_takes_no_more(city, agent, refused, monkeypatch):
    monkeypatch.setattr(uploads, "WAITING_MOST", 2)
    agent.uploads(), agent.uploads()
    with refused("too_many_waiting", "file"):
        agent.uploads()


@pytest.mark.parametrize(
    ("given", "kept"),
    [("C:\\照片\\水表.png", "水表.png"), ("../../etc/passwd.png", "passwd.png"), ("水表\u202egnp.exe", "水表gnp.exe"),
     ("\0\n\t", "未命名"), ("", "未命名"), ("水" * 300 + ".png", "水" * 196 + ".png"), ("..", "..")],
)  # fmt: skip
def test_a_name_is_kept_without_path_and_without_what_cannot_be_seen(given, kept):
    assert uploads.plain_name(given) == kept


def test_a_file_lies_where_its_number_says_and_nowhere_else(city, agent):
    file = agent.uploads("../../../tmp/x.png")
    path = city.shelf.path(file)
    assert path.read_bytes() == PICTURE
    assert path.parent.parent == city.shelf.folder
    assert path.name == f"{file:016d}"
    assert path.stat().st_mode & 0o077 == 0


def test_what_waits_for_longer_than_a_day_is_forgotten(city, agent):
    old = agent.uploads(at="2026-03-06 09:00")
    new = agent.uploads(at="2026-03-06 21:00")
    assert uploads.sweep(city.session, shanghai("2026-03-07 09:00")) == []
    assert uploads.sweep(city.session, shanghai("2026-03-07 09:01")) == [old]
    assert waiting(city) == {new}


# Who sees them (POLICY §5)


def test_on_a_quality_ticket_who_sees_the_whole_of_it_sees_its_files(city, agent):
    ticket = agent.registers(category="水压", files=[agent.uploads(NAME)])
    agent.assigns(ticket, to=city.hall)
    city.operations.returns(ticket)
    agent.assigns(ticket, to=city.plant)
    for name in ("agent", "operations", "handler", "head", "discipline", "chairman", "leadership"):
        assert seen_by(city, city.people[name], ticket) == [NAME], name
    for name in ("other_head", "analyst", "auditor", "admin"):  # other_head: its unit held it once
        assert seen_by(city, city.people[name], ticket) is None, name


def test_on_a_discipline_ticket_the_unit_and_the_desk_see_none_whatever_is_opened(city, agent, discipline, chairman):
    ticket = agent.registers(category="吃拿卡要", accused="other_head", files=[agent.uploads(NAME)])
    assert seen_by(city, agent, ticket) == [NAME]
    agent.refers(ticket)
    assert seen_by(city, agent, ticket) is None
    discipline.finds(ticket, True)
    discipline.reports(ticket)
    discipline.opens(ticket, to=[city.head], parts=("contact", "words"))
    chairman.instructs(ticket, to=city.plant)
    city.head.notes(ticket, text="见附图。", files=[city.head.uploads("甲某的收条.png")])
    assert seen_by(city, city.head, ticket) is None
    for name in ("discipline", "chairman"):
        assert seen_by(city, city.people[name], ticket) == [NAME, "甲某的收条.png"], name
    assert seen_by(city, city.other_head, ticket) is None
    by = city.head.as_of(city.now)
    sight = view.sight(city.session, ticket.id, by, city.now)
    log = history.events(history.read(city.session, ticket.id), sight, by)
    assert "甲某的收条" not in str(log), "nor by its name"


def test_what_was_attached_under_discipline_stays_there(city, agent, discipline):
    ticket = agent.registers(category="态度恶劣", files=[agent.uploads("顾客寄来.png")])
    agent.refers(ticket)
    discipline.attaches(ticket, files=[discipline.uploads("问话笔录.png")])
    discipline.reclassifies(ticket, to="水压")
    assert seen_by(city, agent, ticket) == ["顾客寄来.png"]
    assert seen_by(city, discipline, ticket) == ["顾客寄来.png", "问话笔录.png"]


def test_a_result_that_is_shared_shares_no_file(city, agent, head):
    main, follower = agent.registers(category="水压"), agent.registers(category="水压")
    agent.links(follower, to=main, kind="same_matter")
    agent.assigns(main, to=city.plant)
    head.submits(main, files=[head.uploads()])
    assert follower.state == "calling_back"
    assert seen_by(city, agent, follower) == []
    assert len(seen_by(city, agent, main)) == 1


# And verify


@on_sqlite
@pytest.mark.parametrize(
    ("damage", "said"),
    [(lambda path: path.unlink(), "缺失"), (lambda path: path.write_bytes(PICTURE[:-1]), "校验值"),
     (lambda path: path.write_bytes(PICTURE[:-1] + b"\0"), "校验值")],
    ids=["gone", "cut", "changed"],
)  # fmt: skip
def test_verify_names_the_ticket_whose_file_was_touched(city, damage, said):
    ticket = city.agent.registers(files=[city.agent.uploads(), city.agent.uploads()])
    assert city.differences() == []
    path = city.shelf.path(city.session.scalar(select(Attachment.file_id).where(Attachment.n == 2)))
    whole = path.read_bytes()
    damage(path)
    (difference,) = city.differences()
    assert difference[0] == ticket.no
    assert said in difference[1]
    path.write_bytes(whole)
