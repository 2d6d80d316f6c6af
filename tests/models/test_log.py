"""The log is the truth: whatever is changed behind the desk's back, `verify` names the ticket."""

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Boolean, Integer, LargeBinary, Table

from models import log
from models.database import engine_for
from models.store import EVENT, PART_TABLES, TEXT, TICKET
from models.types import Moment
from tests.fixtures.city import City, Complaint, brought_to, visited
from tests.fixtures.postgres import PostgresServer

TABLES: dict[str, Table] = {table.name: table for table in (TICKET, EVENT, TEXT, *PART_TABLES.values())}
COLUMNS = [(table.name, column.name) for table in TABLES.values() for column in table.columns]


def eventful(city: City) -> Complaint:
    """A ticket with a row in every table: it was linked, returned, called back twice, corrected, opened and amended,
    and a picture was attached."""
    main = city.agent.registers(category="水压")
    ticket = city.agent.registers(
        "抄表员说水表坏了要收钱。", category="水压", complainant="欧阳春", phone="13812345678", channel="市长热线",
        accused="other_head、王某", complained_unit="东城营业所", forward_due_at="2026-03-20T18:00",
        happened_at="2026-03-05T08:00",
    )  # fmt: skip
    city.agent.links(ticket, to=main, kind="related")
    city.agent.assigns(ticket, to=city.hall)
    city.operations.returns(ticket)
    city.agent.assigns(ticket, to=city.plant)
    city.handler.notes(ticket, files=[city.handler.uploads("抄表记录.png")])
    city.agent.amends(ticket, "phone", "13900000000")
    city.agent.refers(ticket)
    city.discipline.finds(ticket, True)
    city.discipline.reports(ticket)
    city.discipline.opens(ticket, to=[city.head], until="2027-01-01T00:00")
    city.chairman.instructs(ticket, to=city.plant)
    city.head.submits(ticket, cause_code="service", finding="company")
    city.discipline.calls_back(ticket, "dissatisfied")
    city.discipline.corrects(ticket)
    city.discipline.calls_back(ticket, "satisfied", solved=True)
    return ticket


class Tampering:
    """A city with an eventful ticket, and somebody who writes into its tables by SQL; each `undo` puts all back."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.bystander = brought_to(city, "quality", "closed")
        self.ticket = eventful(city)
        self.id, self.no = self.ticket.id, self.ticket.no
        assert city.differences() == []
        city.session.expunge_all()
        if city.session.connection().dialect.name == "sqlite":
            self.run("PRAGMA ignore_check_constraints = ON")
            self.run("PRAGMA defer_foreign_keys = ON")
        else:
            self.run("SET LOCAL session_replication_role = replica")
        self.run("SAVEPOINT before")

    def run(self, statement: str, *values: object) -> int:
        connection = self.city.session.connection()
        sql = statement if connection.dialect.name == "sqlite" else statement.replace("?", "%s")
        return connection.exec_driver_sql(sql, values or None).rowcount

    def undo(self) -> None:
        self.run("ROLLBACK TO SAVEPOINT before")

    def blamed(self) -> set[str]:
        return {name for name, _ in self.city.differences()}


@pytest.fixture(scope="module")
def sqlite_tampering(sqlite_city: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tampering]:
    path = tmp_path_factory.mktemp("tampering") / "city.db"
    shutil.copyfile(sqlite_city, path)
    yield from _tampering(f"sqlite:///{path}")


@pytest.fixture(scope="module")
def postgresql_tampering(postgres_server: PostgresServer, postgres_city: str) -> Iterator[Tampering]:
    with postgres_server.database(postgres_city) as url:
        yield from _tampering(url)


def _tampering(url: str) -> Iterator[Tampering]:
    engine = engine_for(url)  # a city of its own: it stays in one transaction while other tests come and go
    with visited(engine) as city:
        yield Tampering(city)
    engine.dispose()


@pytest.fixture
def tampering(sqlite_tampering: Tampering) -> Iterator[Tampering]:
    yield sqlite_tampering
    sqlite_tampering.undo()


@pytest.fixture(params=["sqlite", "postgresql"])
def tampering_anywhere(request: pytest.FixtureRequest) -> Iterator[Tampering]:
    there: Tampering = request.getfixturevalue(f"{request.param}_tampering")
    yield there
    there.undo()


def row_of(tampering: Tampering, table: str) -> tuple[str, dict[str, object]]:
    """The last row of a table that belongs to the ticket: where it is, and what it holds as the database has it."""
    key = [column.name for column in TABLES[table].primary_key.columns]
    own = "id" if table == "ticket" else "ticket_id"
    order = ", ".join(f"{name} DESC" for name in key)
    connection = tampering.city.session.connection()
    row = connection.exec_driver_sql(f"SELECT * FROM {table} WHERE {own} = {tampering.id} ORDER BY {order}").mappings()
    first = dict(row.first() or {})
    assert first, f"no {table} to tamper with"
    return " AND ".join(f"{name} = {first[name]!r}" for name in key), first


def another(column_type: object, value: object) -> object:
    """A value that column might have just as well."""
    if isinstance(column_type, Moment):
        if value is None:
            return "2026-01-01 00:00:00.000000"
        at = datetime.fromisoformat(value) if isinstance(value, str) else value
        return (at + timedelta(microseconds=1)).isoformat(" ", "microseconds")
    if isinstance(column_type, Boolean):
        return not value
    if isinstance(column_type, Integer) or type(column_type).__name__ == "BigInteger":
        return 1 if value is None else value + 1
    if isinstance(column_type, LargeBinary):
        return bytes([value[0] ^ 1]) + value[1:]
    return "x" if value is None else value[:-1] + chr(ord(value[-1]) + 1)


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_no_column_can_be_changed_unnoticed(tampering, table, column):
    where, row = row_of(tampering, table)
    value = another(TABLES[table].columns[column].type, row[column])
    assert tampering.run(f"UPDATE {table} SET {column} = ? WHERE {where}", value) == 1
    named = tampering.no if (table, column) != ("ticket", "no") else value
    assert named in tampering.blamed()
    assert tampering.bystander.no not in tampering.blamed()


@pytest.mark.parametrize(
    ("table", "column"), [(t, c) for t, c in COLUMNS if TABLES[t].columns[c].nullable and c != "source_id"]
)
def test_nor_emptied_or_filled(tampering, table, column):
    where, row = row_of(tampering, table)
    value = None if row[column] is not None else another(TABLES[table].columns[column].type, None)
    tampering.run(f"UPDATE {table} SET {column} = ? WHERE {where}", value)
    assert tampering.no in tampering.blamed()


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_nor_any_byte_of_it_even_where_it_makes_no_sense_any_more(tampering, table, column):
    """SQLite keeps whatever is written: texts that are no times, bytes that are no text, 2 for true."""
    where, row = row_of(tampering, table)
    if row[column] is None:
        where = where.rsplit(" AND ", 1)[0]  # another row of the ticket may have a value there
        first = tampering.city.session.connection().exec_driver_sql(
            f"SELECT * FROM {table} WHERE {where} AND {column} IS NOT NULL"
        )
        row = dict(first.mappings().first() or {})
        if not row:
            return
        key = [name.name for name in TABLES[table].primary_key.columns]
        where = " AND ".join(f"{name} = {row[name]!r}" for name in key)
    value = row[column]
    if (table, column) == ("ticket", "id"):
        return  # a row id; SQLite lets it be nothing else
    stored = value if isinstance(value, bytes) else str(value).encode()
    text = not isinstance(value, bytes | int)
    for place in sorted({0, len(stored) - 1}):
        for byte in (b"\xff", b"9" if stored[place : place + 1] != b"9" else b"8"):
            changed = stored[:place] + byte + stored[place + 1 :]
            tampering.run(f"UPDATE {table} SET {column} = {'CAST(? AS TEXT)' if text else '?'} WHERE {where}", changed)
            blamed = tampering.blamed()
            tampering.undo()
            assert blamed, changed
            assert tampering.bystander.no not in blamed, changed
            if (table, column) != ("ticket", "no"):
                assert tampering.no in blamed, changed


@pytest.mark.parametrize("at", ["x", "2026-03-06T01:00:00.000000", "2026-03-06 01:00:00", "2026-03-06", 5, b"\xff", ""])
@pytest.mark.parametrize(
    ("table", "column"), [("ticket", "registered_at"), ("ticket_event", "at"), ("obligation", "due_at")]
)
def test_what_is_no_time_as_we_write_it_is_no_time(tampering, table, column, at):
    where, _ = row_of(tampering, table)
    tampering.run(f"UPDATE {table} SET {column} = ? WHERE {where}", at)
    assert tampering.no in tampering.blamed()


@pytest.mark.parametrize("table", [name for name in TABLES if name != "ticket"])
def test_no_row_can_be_removed_unnoticed(tampering_anywhere, table):
    where, _ = row_of(tampering_anywhere, table)
    assert tampering_anywhere.run(f"DELETE FROM {table} WHERE {where}") == 1
    assert tampering_anywhere.blamed() == {tampering_anywhere.no}


@pytest.mark.parametrize("table", [name for name in TABLES if name != "ticket"])
def test_nor_added(tampering, table):
    _, row = row_of(tampering, table)
    serial = next(name for name in ("n", "no", "event_no") if name in row)
    row[serial] += 1
    marks = ", ".join("?" for _ in row)
    tampering.run(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", *row.values())
    assert tampering.blamed() == {tampering.no}


@pytest.mark.parametrize("no", [1, 2, 10], ids=["first", "second", "tenth"])
def test_no_event_can_be_taken_out_of_the_middle(tampering_anywhere, no):
    tampering_anywhere.run(f"DELETE FROM ticket_event WHERE ticket_id = {tampering_anywhere.id} AND no = {no}")
    assert tampering_anywhere.blamed() == {tampering_anywhere.no}


def test_nor_can_the_others_be_renumbered_to_close_the_gap(tampering):
    own = f"ticket_id = {tampering.id}"
    tampering.run(f"DELETE FROM ticket_event WHERE {own} AND no = 7")
    for no in range(8, tampering.ticket.event_count + 1):
        tampering.run(f"UPDATE ticket_event SET no = {no - 1} WHERE {own} AND no = {no}")
    assert tampering.blamed() == {tampering.no}


@pytest.mark.parametrize("left", [0, 1, 10])
def test_nor_can_the_tail_be_cut(tampering_anywhere, left):
    tampering_anywhere.run(f"DELETE FROM ticket_event WHERE ticket_id = {tampering_anywhere.id} AND no > {left}")
    assert tampering_anywhere.blamed() == {tampering_anywhere.no}


def test_even_with_the_count_and_the_head_set_back_the_rows_tell(tampering):
    """What remains is a ticket whose rows are more than its log adds up to."""
    own = f"ticket_id = {tampering.id}"
    count = tampering.ticket.event_count
    tampering.run(f"DELETE FROM ticket_event WHERE {own} AND no = {count}")
    tampering.run(
        f"UPDATE ticket SET event_count = {count - 1}, (head, last_event_at) = "
        f"(SELECT hash, at FROM ticket_event WHERE {own} AND no = {count - 1}) WHERE id = {tampering.id}"
    )
    assert tampering.blamed() == {tampering.no}


def test_two_events_cannot_change_places(tampering):
    own = f"ticket_id = {tampering.id}"
    for no, other in ((5, 500), (6, 5), (500, 6)):
        tampering.run(f"UPDATE ticket_event SET no = {other} WHERE {own} AND no = {no}")
    assert tampering.blamed() == {tampering.no}


def test_an_event_of_another_ticket_does_not_pass_for_one_of_this(tampering):
    for column in ("payload", "action", "at", "actor_id", "hash"):
        tampering.run(
            f"UPDATE ticket_event SET {column} = (SELECT {column} FROM ticket_event WHERE ticket_id = "
            f"{tampering.bystander.id} AND no = 1) WHERE ticket_id = {tampering.id} AND no = 1"
        )
    assert tampering.no in tampering.blamed()


def test_a_ticket_cannot_vanish(tampering_anywhere):
    tampering_anywhere.run(f"DELETE FROM ticket WHERE id = {tampering_anywhere.id}")
    assert str(tampering_anywhere.id) in tampering_anywhere.blamed()


@pytest.mark.parametrize("new_id", [5, -5])
def test_nor_appear_from_nowhere(tampering, new_id):
    _, row = row_of(tampering, "ticket")
    row |= {"id": new_id, "no": "ZL-2026-99999", "event_count": 0, "head": log.GENESIS, "source_key": None}
    marks = ", ".join("?" for _ in row)
    tampering.run(f"INSERT INTO ticket ({', '.join(row)}) VALUES ({marks})", *row.values())
    assert tampering.blamed() == {"ZL-2026-99999"}


def test_two_texts_cannot_change_places(tampering):
    where = f"ticket_id = {tampering.id} AND event_no = 1 AND field"
    for field, other in (("phone", "x"), ("complainant", "phone"), ("x", "complainant")):
        tampering.run(f"UPDATE ticket_text SET field = '{other}' WHERE {where} = '{field}'")
    assert tampering.blamed() == {tampering.no}


def test_the_text_of_another_with_its_salt_does_not_pass(tampering):
    for column in ("value", "salt"):
        tampering.run(
            f"UPDATE ticket_text SET {column} = (SELECT {column} FROM ticket_text WHERE ticket_id = "
            f"{tampering.bystander.id} AND field = 'content') WHERE ticket_id = {tampering.id} AND field = 'content'"
        )
    assert tampering.blamed() == {tampering.no}


@pytest.mark.parametrize(
    ("table", "change"),
    [("ticket", "state = 'handling', closed_at = NULL"), ("ticket", "founded = FALSE"), ("ticket", "round = 2"),
     ("ticket", "registered_at = registered_at"), ("obligation", "due_at = opened_at"),
     ("obligation", "unit_id = NULL"),
     ("callback", "outcome = 'dissatisfied'"), ("callback", "corrected_at = NULL"), ("assignment", "round = 9"),
     ("link", "kind = 'repeat'"), ("accused", "user_id = 1"), ("attachment", "size = size + 1"),
     ("opening", "part = 'words'"),
     ("ticket_event", "actor_id = 1"), ("ticket_event", "payload = replace(payload, '1', '2')"),
     ("ticket_event", "at = recorded_at"), ("ticket_text", "value = value || '。'")],
)  # fmt: skip
def test_on_either_database(tampering_anywhere, table, change):
    own = "id" if table == "ticket" else "ticket_id"
    tampering_anywhere.run(f"UPDATE {table} SET {change} WHERE {own} = {tampering_anywhere.id}")
    same = change in ("registered_at = registered_at", "at = recorded_at")
    assert tampering_anywhere.blamed() == (set() if same else {tampering_anywhere.no})


def test_another_key_knows_none_of_the_texts(tampering):
    from models import verify

    connection = tampering.city.session.connection()
    found = verify.verify(connection, b"another key")
    assert {name for name, _ in found.differences} >= {tampering.no, tampering.bystander.no}
    assert all("文字" in what for _, what in found.differences)


def test_it_says_what_it_checked(tampering):
    from models import verify
    from tests.fixtures.city import KEY

    found = verify.verify(tampering.city.session.connection(), KEY)
    rows = tampering.city.rows()
    assert (found.tickets, found.events, found.texts, found.erased) == (
        len(rows["ticket"]), len(rows["ticket_event"]), len(rows["ticket_text"]), 0,
    )  # fmt: skip


# What the log holds


def test_nothing_that_anybody_said_or_is_called_is_in_the_payloads(city):
    ticket = eventful(city)
    payloads = "".join(event.payload for event in ticket.events)
    for said in (
        "欧阳春",
        "13812345678",
        "13900000000",
        "抄表员",
        "王某",
        "东城营业所",
        "已向当事人核实",
        "点错了",
        "other_head",
    ):
        assert said not in payloads
    assert set("".join(payloads)) & set("春抄表员某核实") == set()


def test_equal_texts_have_unequal_digests(city, agent):
    texts = [orjson.loads(agent.registers("没水").events[0].payload)["texts"]["content"] for _ in range(2)]
    assert texts[0] != texts[1]


def test_the_payload_is_canonical(city):
    for event in eventful(city).events:
        assert log.canonical(orjson.loads(event.payload)).decode() == event.payload
        assert event.hash == event.hash.lower()


def test_events_are_numbered_and_in_order(city):
    events = eventful(city).events
    assert [event.no for event in events] == list(range(1, len(events) + 1))
    assert [event.at for event in events] == sorted(event.at for event in events)
    for before, after in pairwise(events):
        assert after.from_state == before.to_state


# Its arithmetic

EVENT_ROW = {
    "ticket_id": 1, "no": 1, "at": datetime(2026, 3, 6, 1, tzinfo=UTC),
    "recorded_at": datetime(2026, 3, 6, 1, tzinfo=UTC), "actor_id": 2, "for_id": None, "action": "register",
    "from_state": None, "to_state": "registered", "round": 0, "track": "quality", "payload": '{"rows":{}}',
}  # fmt: skip


HASH = "a175c1b3f5413382fc4b80bf419dbe858e32a8cfa10c743900d4306adabd9efa"
DIGEST = "b2930ab36a86e1f189291796fc068d3620960f990e81f778419fae1a864ec727"


def test_the_hash_is_what_it_was_when_this_was_written():
    """Whoever changes how it is computed breaks every log that there is."""
    assert log.event_hash(log.GENESIS, EVENT_ROW) == HASH
    assert log.digest(b"key", b"salt", "phone", "13812345678") == DIGEST


@pytest.mark.parametrize("column", EVENT_ROW)
def test_every_column_is_in_the_hash(column):
    value = EVENT_ROW[column]
    other = value + timedelta(microseconds=1) if isinstance(value, datetime) else f"{value}x"
    assert log.event_hash(log.GENESIS, EVENT_ROW | {column: other}) != log.event_hash(log.GENESIS, EVENT_ROW)


def test_the_columns_of_the_table_are_those_of_the_hash():
    assert {column.name for column in EVENT.columns} - {"hash"} == set(EVENT_ROW)


@given(st.binary(max_size=8), st.binary(max_size=8), st.text(max_size=4), st.text(max_size=4), st.integers(0, 3))
@settings(max_examples=50, deadline=None)
def test_a_digest_depends_on_key_salt_field_and_value(key, salt, field, value, which):
    parts = [key, salt, field, value]
    changed = list(parts)
    changed[which] = parts[which] + (b"\1" if which < 2 else "\1")
    if which == 1 and parts[2].startswith("\1"):
        return
    assert log.digest(*changed) != log.digest(*parts)


@given(st.builds(datetime.combine, st.dates(date(1900, 1, 1), date(2199, 1, 1)), st.times(), st.timezones()))
@settings(max_examples=50, deadline=None)
def test_a_time_survives_the_log(at):
    assert log.unplain("opened_at", log.plain(at)) == at
    assert log.plain(at) == log.plain(at.astimezone(UTC))


def test_what_is_no_time_survives_too():
    assert log.unplain("action", "2026-01-01") == "2026-01-01"
    assert log.unplain("until", None) is None


def test_a_log_adds_up_to_its_last_word_on_each_column():
    payloads = [
        '{"rows":{"ticket":{"":{"state":"registered","round":0}}}}',
        '{"rows":{"ticket":{"":{"state":"handling"}},"obligation":{"1":{"kind":"handle"}}}}',
        '{"rows":{"obligation":{"1":{"settled_at":"t"},"2":{"kind":"callback"}}}}',
    ]
    assert log.fold(payloads) == {
        "ticket": {"": {"state": "handling", "round": 0}},
        "obligation": {"1": {"kind": "handle", "settled_at": "t"}, "2": {"kind": "callback"}},
    }
