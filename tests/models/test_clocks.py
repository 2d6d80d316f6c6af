"""Clocks opened, settled, voided and handed over, whatever the order: against who held what when, on paper."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import clocks
from models.case import Case
from models.obligation import Obligation, standing
from tests.fixtures.city import on_sqlite

START = datetime(2026, 3, 6, 2, 0, tzinfo=UTC)
UNITS = st.sampled_from([1, 2, 3, None])
"""None: it is returned and nobody has it."""
MINUTES = st.integers(0, 6 * 24 * 60)


pytestmark = on_sqlite


@pytest.fixture
def book(city):
    return city.book()


def handled(book, unit=1, at=START):
    case = Case.new(1)
    case.set(track="quality", round=1, unit_id=unit)
    clocks.start(case, "handle", at, book)
    return case


def owed(case):
    (row,) = case.parts["obligation"]
    return row


def test_who_held_it_at_its_deadline_is_who_it_counts_for(book):
    @given(st.lists(st.tuples(MINUTES, UNITS), max_size=6), st.none() | MINUTES)
    @settings(max_examples=200, deadline=None)
    def whatever_happens(moves, settled):
        case = handled(book)
        due = START + timedelta(hours=72)
        moves = sorted(((START + timedelta(minutes=m), unit) for m, unit in moves), key=lambda move: move[0])
        done = START + timedelta(minutes=settled) if settled is not None else None
        holder, since = 1, START
        for at, unit in moves:
            if done is None or at <= done:
                clocks.hand_over(case, unit, at)
                if at <= due:
                    holder, since = unit, at if unit is not None else None
        if done is not None:
            clocks.settle(case, "handle", done)
        row = owed(case)
        assert row["due_at"] == due, "nothing moves a deadline"
        assert (row["unit_id"], row["held_since"]) == (holder, since)
        assert row["settled_at"] == done
        inherited = Obligation(
            **{name: row[name] for name in ("opened_at", "due_at", "held_since", "settled_at")}
        ).inherited
        at_the_end = min(done or due, due)
        assert inherited == (since is not None and since > START and at_the_end - since < timedelta(hours=24))

    whatever_happens()


def test_void_or_settled_but_never_both_and_only_once(book):
    @given(st.lists(st.tuples(MINUTES, st.sampled_from(["settle", "void"])), min_size=1, max_size=4))
    @settings(max_examples=100, deadline=None)
    def whatever_happens(acts):
        case = handled(book)
        acts = sorted(acts, key=lambda act: act[0])
        for minute, act in acts:
            at = START + timedelta(minutes=minute)
            clocks.settle(case, "handle", at) if act == "settle" else clocks.void(case, "handle", at, "refer")
        row, (minute, first) = owed(case), acts[0]
        at = START + timedelta(minutes=minute)
        assert (row["settled_at"], row["voided_at"]) == ((at, None) if first == "settle" else (None, at))
        seen = standing(row["due_at"], row["settled_at"], row["voided_at"], START + timedelta(days=99))
        assert seen == ("late" if minute > 72 * 60 else "on_time" if first == "settle" else "void")

    whatever_happens()


def test_what_was_not_opened_is_neither_settled_nor_handed_over(book):
    case = Case.new(1)
    case.set(track="quality", round=1, unit_id=None)
    clocks.settle(case, "handle", START)
    clocks.void(case, "*", START, "refer")
    clocks.hand_over(case, 1, START)
    assert case.parts["obligation"] == []


def test_an_act_dated_before_it_began_ends_it_where_it_began(book):
    case = handled(book)
    clocks.settle(case, "handle", START - timedelta(hours=1))
    assert owed(case)["settled_at"] == START


@pytest.mark.parametrize("kind", ["investigate", "instruct", "feed_back"])
def test_what_is_switched_off_is_not_owed(book, kind):
    case = Case.new(1)
    case.set(track="discipline", round=0, unit_id=None)
    clocks.start(case, kind, START, book)
    assert case.parts["obligation"] == []


def test_re_dating_touches_only_what_is_owed_and_rests_on_the_calendar(city, book):
    case = handled(book)
    clocks.start(case, "callback", START, book)
    assert clocks.redate(case, book) is False
    city.calendar_day("2026-03-09", working=False)
    assert clocks.redate(case, city.book()) is True
    assert [row["due_at"].isoformat() for row in case.parts["obligation"]] == [
        "2026-03-09T02:00:00+00:00", "2026-03-10T09:30:00+00:00",
    ]  # fmt: skip
    assert clocks.redate(case, city.book()) is False
