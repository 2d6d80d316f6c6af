"""Numbers tell nothing: those of quality run by year, those of discipline are drawn; ids are ordered and fit 2**53."""

import re

import pytest

from models import numbers, types
from models.types import Ids
from tests.fixtures.city import shanghai


def test_quality_numbers_run_by_year_from_one(city, agent):
    ticket = agent.registers(at="2026-12-31 23:59")
    later = agent.registers(at="2027-01-01 00:00")
    another = agent.registers(at="2027-01-01 00:01")
    assert [t.no for t in (ticket, later, another)] == ["ZL-2026-00001", "ZL-2027-00001", "ZL-2027-00002"]


def test_a_hundred_thousand_a_year_are_no_trouble():
    assert numbers.quality_number(2026, 100_000) == "ZL-2026-100000"


def test_discipline_numbers_have_no_order(city, discipline):
    drawn = [discipline.registers(category="吃拿卡要").no for _ in range(12)]
    assert all(re.fullmatch(r"纪2026-[2-9A-HJKMNP-TV-Z]{4}", no) for no in drawn)
    assert len(set(drawn)) == len(drawn)
    assert drawn != sorted(drawn)


def test_a_number_that_is_taken_is_drawn_again(city, discipline, monkeypatch):
    letters = iter("AAAAAAAABBBB")
    monkeypatch.setattr(numbers.secrets, "choice", lambda _: next(letters))
    assert [discipline.registers(category="吃拿卡要").no for _ in range(2)] == ["纪2026-AAAA", "纪2026-BBBB"]


def test_many_numbers_at_once_follow_on(city):
    assert numbers.reserve(city.session, 2026, 10) == 1
    assert numbers.reserve(city.session, 2026, 5) == 11
    assert numbers.draw(city.session, "quality", shanghai("2026-05-01 00:00")) == "ZL-2026-00016"


def test_ids_are_ordered_by_time_and_exact_in_javascript():
    now = [types.EPOCH_MS]
    ids = Ids(clock=lambda: now[0])
    drawn = []
    for _ in range(50):
        drawn.append(ids())
        now[0] += 1
    assert drawn == sorted(set(drawn))
    now[0] = types.EPOCH_MS + 60 * 365 * 24 * 3600 * 1000  # sixty years on
    assert ids() < 2**53


def test_within_a_millisecond_none_is_given_twice():
    ids = Ids(clock=lambda: types.EPOCH_MS + 5)
    drawn = [ids() for _ in range(10_000)]
    assert len(set(drawn)) == len(drawn)


def test_a_clock_that_is_set_back_gives_none_twice():
    times = iter([10, 11, 3, 3, 12])
    low = iter(range(99))
    ids = Ids(clock=lambda: types.EPOCH_MS + next(times), bits=lambda _: next(low))
    drawn = [ids() for _ in range(5)]
    assert drawn == sorted(set(drawn))


def test_a_collision_is_drawn_again():
    low = iter([7, 7, 7, 8])
    ids = Ids(clock=lambda: types.EPOCH_MS, bits=lambda _: next(low))
    assert [ids() & 0xFFF for _ in range(2)] == [7, 8]


def test_gaps_do_not_show_how_many_there_were():
    ids = Ids(clock=lambda: types.EPOCH_MS)
    steps = {ids() & 0xFFF for _ in range(64)}
    assert max(steps) - min(steps) > 64


@pytest.mark.parametrize("at", ["2026-03-06 10:00"])
def test_a_time_without_a_zone_does_not_pass_the_database(city, at):
    from datetime import datetime

    from sqlalchemy import select
    from sqlalchemy.exc import StatementError

    from models.tables import TicketEvent
    from models.types import NaiveTime

    naive = datetime.fromisoformat(at)
    with pytest.raises(StatementError) as caught:
        city.session.execute(select(TicketEvent.no).where(TicketEvent.at == naive))
    assert isinstance(caught.value.orig, NaiveTime)


def test_times_come_back_in_utc_to_the_microsecond(city, agent):
    ticket = agent.registers(at="2026-03-06 10:00:00.123456")
    city.session.expire_all()
    assert ticket.registered_at.isoformat() == "2026-03-06T02:00:00.123456+00:00"
