"""Chinese search: any two characters are found wherever they stand side by side, and only by who may read them."""

from datetime import date
from importlib import import_module

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from models import index, search
from models.database import engine_for
from models.tables import Ticket
from tests.fixtures.city import brought_to, on_sqlite, shanghai

LETTERS = st.sampled_from("水压水水低管a1ＡÀ，。 %_\n9漏")
TEXTS = st.text(LETTERS, max_size=40)


def finds(city, who, typed, within=search.EVERYWHERE):
    """The contents that somebody finds, by the numbers of the tickets."""
    by = who.as_of(city.now)
    found = search.found(city.session, search.query(typed), by, within)
    return set(city.session.scalars(select(Ticket.no).where(found)))


def reaches(city, who, typed, within=search.EVERYWHERE):
    """How far back a search has looked, as a day; None: everywhere."""
    asked = search.reach(city.session, search.query(typed), who.as_of(city.now), within)
    at = city.session.scalar(select(asked))
    return at and at.date()


def plainly(said, typed):
    """Whether every word of two characters or more stands in a run of a text."""
    return all(any(word in run for run in index.runs(said)) for word in search.query(typed).words)


def stands(pairs, word):
    """What both databases do: the word's pairs side by side."""
    wanted = index.pairs(word)
    return any(pairs[n : n + len(wanted)] == wanted for n in range(len(pairs)))


@given(TEXTS, st.text(LETTERS, min_size=1, max_size=6))
def test_pairs_side_by_side_are_the_word_itself(said, typed):
    pairs = index.pairs(said)
    assert all(stands(pairs, word) for word in search.query(typed).words) is plainly(said, typed)


@given(TEXTS, st.text(LETTERS, max_size=6))
def test_marking_loses_nothing_and_marks_what_was_found(said, typed):
    asked = search.query(typed)
    pieces = search.marked(said, asked)
    assert "".join(piece for piece, _ in pieces) == said
    if asked.words and plainly(said, typed):
        assert any(hit for _, hit in pieces)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("水压", True), ("压太", True), ("三楼以上没有水", True), ("没有 水压", True), ("水压，没有", True),
        ("DN１００", True), ("dn1", True), ("n10", True), ("阳光花园", True), ("0473", True), ("聊市热", True),
        ("水太", False), ("水有", False), ("低三", False), ("水压 爆管", False), ("压%没", False), ("水压__", True),
        ("水压%", True), ("dn10 三", True), ("13812345678", False), ("三丰", False), ("振兴路", False),
        ("371500", False), ("抄表员", False),
    ],
)  # fmt: skip
def test_what_was_registered_is_found_from_two_characters_on(city, typed, found):
    ticket = city.agent.registers(
        "水压太低，三楼以上没有水。管径 DN100。", phone="13812345678", complainant="张三丰", address="振兴路 8 号",
        account_no="371500", neighbourhood="阳光花园", accused="抄表员", forward_no="聊市热 2026-118-0473",
    )  # fmt: skip
    city.agent.registers("水表不转。")
    assert finds(city, city.agent, typed) == ({ticket.no} if found else set())


def test_one_character_is_no_word():
    assert search.query("水").words == ()
    assert search.query("水 管道 3").short == ("水", "3")


def test_of_a_word_that_goes_on_and_on_the_beginning_is_looked_for(city):
    """PostgreSQL has a stack; whoever pastes a page into the search gets an answer all the same."""
    said = "".join(chr(0x4E00 + n) for n in range(9_000))
    ticket = city.agent.registers(said[:500])
    assert finds(city, city.agent, said) == {ticket.no}
    assert finds(city, city.agent, "水" + said) == set()


def test_words_may_stand_in_different_texts_of_a_ticket(city):
    ticket = city.agent.registers("阀门井里渗水。")
    city.agent.assigns(ticket, to=city.plant)
    city.handler.notes(ticket, text="已约好电工。")
    city.agent.registers("电工没有来。")
    assert finds(city, city.agent, "阀门 电工") == {ticket.no}


def test_every_kind_of_later_text_is_found(city):
    ticket = city.agent.registers("水压太低。")
    city.agent.assigns(ticket, to=city.plant)
    city.handler.contacts(ticket, text="顾客晚上在家。")
    city.operations.supervises(ticket, text="须当面核实。")
    city.head.submits(ticket)
    city.agent.calls_back(ticket, "dissatisfied")
    for typed in ("晚上在家", "当面核实", "阀门未全开", "水压恢复", "还是没有"):
        assert finds(city, city.operations, typed) == {ticket.no}, typed


def test_a_corrected_fact_is_found_and_personal_data_never_is(city):
    ticket = city.agent.registers("水压太低。")
    city.agent.amends(ticket, "neighbourhood", "香江花园")
    city.agent.amends(ticket, "phone", "13900001111")
    assert finds(city, city.agent, "香江花园") == {ticket.no}
    assert finds(city, city.agent, "139000") == set()


def test_a_unit_that_only_held_it_does_not_find_it_by_what_others_wrote(city):
    ticket = city.agent.registers("表井盖板破损。")
    city.agent.assigns(ticket, to=city.plant)
    city.head.returns(ticket)
    city.agent.assigns(ticket, to=city.hall)
    city.other_handler.notes(ticket, text="新盖板已订货。")
    assert finds(city, city.other_head, "订货") == {ticket.no}
    assert finds(city, city.head, "盖板破损") == {ticket.no}
    assert finds(city, city.head, "订货") == set()


@pytest.mark.parametrize("state", ["registered", "investigating", "handling", "fed_back", "closed"])
def test_a_discipline_tickets_words_are_found_by_nobody_who_may_not_read_them(city, state):
    ticket = brought_to(city, "discipline", state, neighbourhood="阳光花园")
    readers = {name for name in city.people if finds(city, city.people[name], "内容不论")}
    registrar = {"agent"} if state == "registered" else set()
    chairman = {"chairman"} if state in ("handling", "fed_back", "closed") else set()
    assert readers == {"discipline", "inspector"} | registrar | chairman
    for typed in ("阳光花园", "责令整改", "认真整改", "阀门未全开"):
        assert not {n for n in city.people if finds(city, city.people[n], typed)} - readers, typed
    assert ticket.track == "discipline"


def test_what_discipline_wrote_stays_with_discipline_after_the_ticket_has_left_it(city):
    ticket = city.agent.registers("抄表员态度生硬，水表也坏了。", category="态度恶劣")
    city.agent.refers(ticket)
    city.discipline.notes(ticket, text="已查阅考勤记录。")
    city.discipline.reclassifies(ticket, to=city.category("维修"))
    city.agent.assigns(ticket, to=city.plant)
    city.head.notes(ticket, text="水表已更换。")
    for who in (city.agent, city.operations, city.head, city.leadership):
        assert finds(city, who, "水表也坏") == {ticket.no}
        assert finds(city, who, "已更换") == {ticket.no}
        assert finds(city, who, "考勤") == set()
    assert finds(city, city.discipline, "考勤") == {ticket.no}


def test_what_was_written_before_a_ticket_became_disciplines_is_gone_with_it(city):
    ticket = city.agent.registers("工人收了辛苦费。")
    city.agent.assigns(ticket, to=city.plant)
    city.head.notes(ticket, text="工人姓名待查。")
    city.agent.refers(ticket)
    assert finds(city, city.discipline, "姓名待查") == {ticket.no}
    for who in (city.agent, city.operations, city.head, city.leadership):
        assert finds(city, who, "姓名待查") == set()


def test_a_rebuilt_index_finds_the_same(city):
    ticket = brought_to(city, "quality", "closed", neighbourhood="阳光花园")
    accusation = brought_to(city, "discipline", "closed")
    asked = ("内容", "阳光花园", "水压恢复", "责令整改", "已按处理")
    before = {(who, typed): finds(city, city.people[who], typed) for who in ("agent", "discipline") for typed in asked}
    assert before["agent", "内容"] == {ticket.no}
    assert before["discipline", "责令整改"] == {accusation.no}
    assert index.rebuild(city.session.connection(), batch=1) == 2
    assert {key: finds(city, city.people[key[0]], key[1]) for key in before} == before


DAYS = st.dates(date(2019, 1, 1), date(2027, 12, 31))


@given(DAYS, DAYS, DAYS)
def test_the_terms_of_days_are_those_of_each_day_among_them_and_of_no_other(since, until, day):
    noon = shanghai(f"{day} 12:00")
    terms = index.terms_between(since, until)
    assert bool(set(index.terms_of(noon).split()) & set(terms)) is (since <= day < until)
    assert len(terms) <= 2 * (30 + 11) + 9


def test_days_without_an_end_have_terms_too():
    today = index.terms_of(shanghai("2026-03-06 23:59")).split()
    assert set(today) & set(index.terms_between(date(2026, 3, 6), None))
    assert set(today) & set(index.terms_between(None, date(2026, 3, 7)))
    assert not set(today) & set(index.terms_between(None, date(2026, 3, 6)))
    assert index.terms_between(date.max, date.min) == index.terms_between(date.max, None) == []


@pytest.fixture
def eight_days(city, monkeypatch):
    """A ticket on each of eight days, taken in from a table that begins with the newest: number by day of March."""
    monkeypatch.setattr("models.search.NEWEST", 2)
    made = {}
    for day in range(8, 0, -1):
        ticket = city.agent.registers("小区停水。" + ("阀门坏了。" if day == 4 else ""), at=f"2026-03-0{day} 00:00")
        made[day] = ticket.no
    city.at("2026-03-09 09:00")
    return made


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        (None, 4, {3, 2, 1}),
        (None, 2, {1}),
        (5, 7, {5, 6}),
        (8, None, {8}),
        (5, 5, set()),
        (None, None, set(range(1, 9))),
    ],
)
def test_days_narrow_what_is_looked_at_whatever_the_order_of_ids(city, eight_days, since, until, found):
    within = search.Within(since and date(2026, 3, since), until and date(2026, 3, until))
    inside = {eight_days[day] for day in found}
    got = finds(city, city.agent, "停水", within)
    assert got <= inside
    assert len(got) == min(2, len(inside))
    assert (reaches(city, city.agent, "停水", within) is None) is (len(inside) < 2)


def test_a_search_says_where_it_has_stopped(city, eight_days):
    assert reaches(city, city.agent, "停水") is not None
    assert reaches(city, city.agent, "停水 阀门") is not None, "停水 alone may stand in an older ticket's note"
    assert reaches(city, city.agent, "阀门") is None
    assert reaches(city, city.agent, "停") is None


def test_of_few_tickets_each_is_looked_through(city, eight_days):
    closed = next(ticket for ticket in city.session.scalars(select(Ticket)) if ticket.no == eight_days[7])
    others = Ticket.id == closed.id
    assert finds(city, city.agent, "停水", search.Within(others=others)) >= {closed.no}
    assert reaches(city, city.agent, "停水", search.Within(others=others)) is None
    assert finds(city, city.agent, "停水 小区", search.Within(others=others)) >= {closed.no}


def test_what_is_looked_through_among_few_keeps_to_what_one_may_read(city, monkeypatch):
    monkeypatch.setattr("models.search.NEWEST", 1)
    ticket = city.agent.registers("表井盖板破损。")
    city.agent.assigns(ticket, to=city.plant)
    city.head.returns(ticket)
    city.agent.assigns(ticket, to=city.hall)
    city.other_handler.notes(ticket, text="新盖板已订货。")
    city.agent.registers("订货太慢，盖板没有来。")
    within = search.Within(others=Ticket.no == ticket.no)
    assert finds(city, city.other_head, "订货", within) == {ticket.no}
    assert finds(city, city.head, "盖板破损", within) == {ticket.no}
    assert finds(city, city.head, "订货", within) == set()


def test_an_index_without_days_is_made_anew(sqlite_database_url):
    engine = engine_for(sqlite_database_url)
    with engine.begin() as connection:
        index.drop(connection)
        connection.exec_driver_sql(index.CREATE_FTS.replace(f", {index.DAYS}", ""))
        with Operations.context(MigrationContext.configure(connection)):
            import_module("models.migrations.versions.0007_search_by_day").upgrade()
        assert index.DAYS in {row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({index.NAME})")}
    engine.dispose()


@on_sqlite
def test_a_refused_act_leaves_nothing_in_the_index(city):
    ticket = city.agent.registers("水压太低。")
    with city.session.begin_nested() as undone:
        city.agent.notes(ticket, text="这条不算。")
        undone.rollback()
    assert finds(city, city.agent, "这条不算") == set()


@pytest.mark.parametrize(
    ("said", "typed", "shown"),
    [
        ("没有水", "没有", "[没有]水"),
        ("一" * 30 + "阀门" + "二" * 40, "阀门", "…" + "一" * 14 + "[阀门]" + "二" * 26 + "…"),
        ("没有水", "阀门", None),
        ("阀\n门，阀门", "阀门", "阀 门，[阀门]"),
    ],
)
def test_a_snippet_shows_the_word_among_its_neighbours(said, typed, shown):
    pieces = search.snippet(said, search.query(typed))
    assert (pieces and "".join(f"[{p}]" if hit else p for p, hit in pieces)) == shown
