"""The tampering matrix: what somebody changes by SQL, what `verify` says alone, and what it says with a checkpoint.

Each line is done on SQLite and on PostgreSQL and must be answered alike; docs/security.md has the table made from it
(UPDATE_DOCS=1 writes it anew).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy import delete, insert, select, update

from models import anchor, log, security_log
from models.security_log import EVENT as ENTRY
from models.security_log import HEAD
from models.store import EVENT, PART_TABLES, TEXT, TICKET
from models.verify import verify
from tests.fixtures.city import KEY, City, Complaint, brought_to, shanghai
from tests.models.test_log import eventful

DOC = Path(__file__).parents[2] / "docs" / "security.md"
BEGIN, END = "<!-- tampering: made by tests/models/test_tampering.py -->", "<!-- /tampering -->"
ANCHOR_KEY = b"a key of checkpoints that only tests have"
MOST = 5
"""Lines of a cell."""
ANCHORED = shanghai("2026-04-01 09:00")


@dataclass
class Scene:
    """A city with its checkpoint, in the hands of somebody who writes into its tables."""

    city: City
    ticket: Complaint
    others: list[Complaint]
    file: Path

    @property
    def noted(self) -> Complaint:
        """A closed ticket whose last event is a note: cutting it changes no other row."""
        return self.others[0]

    def run(self, statement: object) -> None:
        self.city.session.connection().execute(statement)

    def said(self) -> tuple[list[str], list[str]]:
        """What `verify` says alone, and what the checkpoint adds; numbers as the matrix writes them."""
        connection = self.city.session.connection()
        made = anchor.read(self.file, ANCHOR_KEY)
        alone = verify(connection, KEY, self.city.shelf).differences
        more = anchor.differences(connection, self.file, made, ANCHOR_KEY)
        return [self._told(*one) for one in alone], [self._told(*one) for one in more]

    def _told(self, number: str, difference: str) -> str:
        for ticket, letter in zip((self.ticket, *self.others), "甲乙丙丁", strict=False):
            number = number.replace(self.numbers[ticket.id], letter).replace(str(ticket.id), letter)
        difference = re.sub(r"日志 .*，库中 .*", "…", difference)
        return f"{number}：{difference}"

    def __post_init__(self) -> None:
        self.numbers = {one.id: one.no for one in (self.ticket, *self.others)}


def scene_of(city: City, folder: Path) -> Scene:
    ticket = eventful(city)
    others = [brought_to(city, "quality", "closed") for _ in range(2)]
    city.operations.notes(others[0], text="顾客又来电道谢。")
    for n in range(3):
        security_log.record(city.session, "signed_in", at=ANCHORED - timedelta(hours=3 - n), by=city.agent.id,
                            source="10.1.1.1")  # fmt: skip
    scene = Scene(city, ticket, others, folder / "checkpoint.gz")
    with scene.file.open("wb") as file:
        anchor.write(city.session.connection(), file, ANCHOR_KEY, ANCHORED)
    return scene


# What is done


def change_event(s: Scene) -> None:
    s.run(update(EVENT).where(EVENT.c.ticket_id == s.ticket.id, EVENT.c.no == 3).values(actor_id=s.city.admin.id))


def drop_middle(s: Scene) -> None:
    s.run(delete(EVENT).where(EVENT.c.ticket_id == s.ticket.id, EVENT.c.no == 3))


def cut_tail(s: Scene, ticket: Complaint | None = None) -> None:
    one = ticket or s.noted
    last = (
        EVENT.c.ticket_id == one.id,
        EVENT.c.no == s.city.session.scalar(select(TICKET.c.event_count).where(TICKET.c.id == one.id)),
    )
    s.run(delete(TEXT).where(TEXT.c.ticket_id == one.id, TEXT.c.event_no == last[1].right.value))
    s.run(delete(EVENT).where(*last))


def cut_tail_and_mend(s: Scene) -> None:
    """And the ticket's row is set to what is left."""
    cut_tail(s)
    left = select(EVENT.c.no, EVENT.c.hash, EVENT.c.at).where(EVENT.c.ticket_id == s.noted.id)
    no, head, at = s.city.session.execute(left.order_by(EVENT.c.no.desc()).limit(1)).one()
    s.run(update(TICKET).where(TICKET.c.id == s.noted.id).values(event_count=no, head=head, last_event_at=at))


def change_row(s: Scene) -> None:
    s.run(update(TICKET).where(TICKET.c.id == s.ticket.id).values(finding="customer"))


def change_deadline(s: Scene) -> None:
    table = PART_TABLES["obligation"]
    later = shanghai("2027-01-01 00:00")
    s.run(update(table).where(table.c.ticket_id == s.ticket.id, table.c.n == 1).values(due_at=later))


def drop_deadline(s: Scene) -> None:
    table = PART_TABLES["obligation"]
    s.run(delete(table).where(table.c.ticket_id == s.ticket.id, table.c.n == 1))


def change_text(s: Scene) -> None:
    mine = TEXT.c.ticket_id == s.ticket.id, TEXT.c.event_no == 1, TEXT.c.field == "content"
    s.run(update(TEXT).where(*mine).values(value="水压低。"))


def drop_text(s: Scene) -> None:
    s.run(delete(TEXT).where(TEXT.c.ticket_id == s.ticket.id, TEXT.c.event_no == 1, TEXT.c.field == "content"))


def change_file(s: Scene) -> None:
    s.city.shelf.path(_file(s)).write_bytes(b"another picture")


def drop_file(s: Scene) -> None:
    s.city.shelf.remove(_file(s))


def _file(s: Scene) -> int:
    table = PART_TABLES["attachment"]
    return int(s.city.session.scalar(select(table.c.file_id).where(table.c.ticket_id == s.ticket.id)) or 0)


def drop_ticket(s: Scene) -> None:
    s.run(delete(TICKET).where(TICKET.c.id == s.noted.id))


def drop_ticket_and_all(s: Scene, ticket: Complaint | None = None) -> None:
    one = ticket or s.noted
    for table in (TEXT, EVENT, *PART_TABLES.values()):
        s.run(delete(table).where(table.c.ticket_id == one.id))
    s.run(delete(TICKET).where(TICKET.c.id == one.id))


def rewrite(s: Scene, ticket: Complaint | None = None) -> None:
    """With our own code and the log's key: the words are others, and digest, payload and every hash after fit."""
    one = ticket or s.noted
    said, salt = "一切都好。", b"s" * 16
    mine = TEXT.c.ticket_id == one.id, TEXT.c.event_no == 1, TEXT.c.field == "content"
    s.run(update(TEXT).where(*mine).values(value=said, salt=salt))
    head = log.GENESIS
    events = s.city.session.execute(select(EVENT).where(EVENT.c.ticket_id == one.id).order_by(EVENT.c.no)).mappings()
    for event in events.all():
        payload = orjson.loads(event["payload"])
        if event["no"] == 1:
            payload["texts"]["content"] = log.digest(KEY, salt, "content", said)
        new = {**event, "payload": log.canonical(payload).decode()}
        head = log.event_hash(head, new)
        here = EVENT.c.ticket_id == one.id, EVENT.c.no == event["no"]
        s.run(update(EVENT).where(*here).values(payload=new["payload"], hash=head))
    s.run(update(TICKET).where(TICKET.c.id == one.id).values(head=head))


def rewrite_all(s: Scene) -> None:
    for one in (s.ticket, *s.others):
        rewrite(s, one)
    rewrite_entries(s)


def slip_in(s: Scene) -> None:
    """A ticket with a number from before the checkpoint, made of another one's rows."""
    row = dict(s.city.session.execute(select(TICKET).where(TICKET.c.id == s.noted.id)).mappings().one())
    new_id = 1000
    row |= {"id": new_id, "no": "丁"}
    s.run(insert(TICKET).values(row))


def change_entry(s: Scene) -> None:
    s.run(update(ENTRY).where(ENTRY.c.no == 2).values(actor_id=s.city.admin.id))


def drop_entry(s: Scene) -> None:
    s.run(delete(ENTRY).where(ENTRY.c.no == 2))


def cut_entries(s: Scene) -> None:
    s.run(delete(ENTRY).where(ENTRY.c.no == 3))


def cut_entries_and_mend(s: Scene) -> None:
    cut_entries(s)
    end = s.city.session.scalar(select(ENTRY.c.hash).where(ENTRY.c.no == 2))
    s.run(update(HEAD).values(no=2, hash=end))


def rewrite_entries(s: Scene) -> None:
    head = log.GENESIS
    for entry in s.city.session.execute(select(ENTRY).order_by(ENTRY.c.no)).mappings().all():
        new = {**entry, "source": "10.9.9.9"}
        head = security_log.entry_hash(head, new)
        s.run(update(ENTRY).where(ENTRY.c.no == entry["no"]).values(source="10.9.9.9", hash=head))
    s.run(update(HEAD).values(hash=head))


def change_end(s: Scene) -> None:
    s.run(update(HEAD).values(hash="0" * 64))


def drop_end(s: Scene) -> None:
    s.run(delete(HEAD))


def restore_old_copy(s: Scene) -> None:
    """As things stood before the last ticket, the note, and the last sign-in."""
    drop_ticket_and_all(s, s.others[1])
    cut_tail_and_mend(s)
    cut_entries_and_mend(s)


def grow(s: Scene) -> None:
    """What the desk does: no tampering at all."""
    s.city.operations.notes(s.noted, text="再记一笔。")
    brought_to(s.city, "quality", "handling")
    security_log.record(s.city.session, "signed_in", at=ANCHORED + timedelta(hours=1), by=s.city.agent.id)


MATRIX: dict[str, Callable[[Scene], None]] = {
    "an event's actor": change_event,
    "an event in the middle deleted": drop_middle,
    "the last event deleted": cut_tail,
    "the last event deleted, the ticket's row set to what is left": cut_tail_and_mend,
    "a ticket's finding": change_row,
    "a deadline moved": change_deadline,
    "a deadline deleted": drop_deadline,
    "the caller's words": change_text,
    "the caller's words deleted": drop_text,
    "an attachment's file replaced": change_file,
    "an attachment's file deleted": drop_file,
    "a ticket's row deleted": drop_ticket,
    "a ticket deleted with all its rows": drop_ticket_and_all,
    "a ticket rewritten with our own code and the log's key": rewrite,
    "every ticket and the security log rewritten in that way": rewrite_all,
    "a ticket slipped in with an old id": slip_in,
    "an entry of the security log": change_entry,
    "an entry deleted": drop_entry,
    "the last entry deleted": cut_entries,
    "the last entry deleted, the chain's end set to what is left": cut_entries_and_mend,
    "the security log rewritten with our own code": rewrite_entries,
    "the row of the security log's end changed": change_end,
    "the row of the security log's end deleted": drop_end,
    "an old copy of the database put back": restore_old_copy,
    "nothing: the desk went on working": grow,
}
UNSEEN = {
    "the last event deleted, the ticket's row set to what is left", "a ticket deleted with all its rows",
    "a ticket rewritten with our own code and the log's key", "every ticket and the security log rewritten in that way",
    "the last entry deleted, the chain's end set to what is left", "the security log rewritten with our own code",
    "an old copy of the database put back", "nothing: the desk went on working",
}  # fmt: skip
"""What `verify` cannot know by itself."""


@pytest.fixture
def scene(city: City, tmp_path: Path) -> Iterator[Scene]:
    made = scene_of(city, tmp_path)
    session = city.session
    files = {path: path.read_bytes() for path in city.shelf.folder.rglob("0*/*") if path.is_file()}
    nested = session.begin_nested()
    yield made
    nested.rollback()
    session.expire_all()
    for path, data in files.items():
        path.write_bytes(data)


def played(scene: Scene) -> dict[str, tuple[list[str], list[str]]]:
    """Each line of the matrix on the same scene, taken back after it."""
    found = {}
    session = scene.city.session
    if session.connection().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    else:
        session.connection().exec_driver_sql("SET LOCAL session_replication_role = replica")
    data = scene.city.shelf.path(_file(scene)).read_bytes()
    for what, tamper in MATRIX.items():
        nested = session.begin_nested()
        tamper(scene)
        session.flush()
        found[what] = scene.said()
        nested.rollback()
        session.expire_all()
        scene.city.shelf.path(_file(scene)).write_bytes(data)
    return found


def table(found: dict[str, tuple[list[str], list[str]]]) -> str:
    def cell(said: list[str]) -> str:
        more = f"<br>… {len(said)} in all" if len(said) > MOST else ""
        return "<br>".join(said[:MOST]) + more or "—"

    lines = ["| changed by SQL | `verify` | `verify --anchor` adds |", "| --- | --- | --- |"]
    lines += [f"| {what} | {cell(alone)} | {cell(more)} |" for what, (alone, more) in found.items()]
    return "\n".join([BEGIN, *lines, END])


def test_the_matrix_is_answered_on_both_databases_as_the_page_says(scene):
    found = played(scene)
    assert {what for what, (alone, _) in found.items() if not alone} == UNSEEN
    quiet = {what for what, said in found.items() if not any(said)}
    assert quiet == {"nothing: the desk went on working"}
    text = DOC.read_text(encoding="utf-8")
    page = re.search(f"{re.escape(BEGIN)}.*?{re.escape(END)}", text, re.DOTALL)
    assert page, "docs/security.md has no place for the table"
    if os.environ.get("UPDATE_DOCS"):
        DOC.write_text(text.replace(page[0], table(found)), encoding="utf-8")
    else:
        assert page[0] == table(found), "UPDATE_DOCS=1 writes it anew"
