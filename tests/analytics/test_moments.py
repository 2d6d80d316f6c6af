"""Instants as texts on their way into a file: the same as through datetimes, whatever the age of the zone's rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import literal, select

from analytics import moments
from analytics.questions import written
from models.cells import clock
from models.types import Moment
from tests.analytics.conftest import Pair

AGE = timedelta(days=300 * 365)
INSTANTS = st.timedeltas(timedelta(), AGE).map(lambda since: datetime(1899, 12, 31, tzinfo=UTC) + since)
SUMMER = datetime(1988, 4, 16, 18, tzinfo=UTC)


@given(INSTANTS)
@example(SUMMER)
@example(SUMMER - timedelta(microseconds=1))
@example(datetime(1900, 12, 31, 15, 54, 16, tzinfo=UTC))
@example(datetime(2026, 3, 2, 15, 59, 59, 999_999, tzinfo=UTC))
def test_a_text_is_shown_as_its_instant_is(at: datetime) -> None:
    told = moments.text(at)
    assert moments.moment(told) == at
    assert moments.clocks([told, None]) == [clock(at), None]
    assert moments.stamps([None, told]) == [None, written(at)]


def test_both_databases_give_the_same_text(settled_city: Pair) -> None:
    for session in settled_city.values():
        for at in (SUMMER, datetime(2026, 3, 2, 8, 0, 0, 120_000, tzinfo=UTC)):
            found = session.scalar(select(moments.utc_text(literal(at, Moment()))))
            assert found == moments.text(at)
