"""How an obligation stands: on time, late, pending or void, as seen at a moment (POLICY §4)."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.obligation import Obligation, standing
from tests.fixtures.city import shanghai

DUE = "2026-03-09 10:00"
ON_TIME, LATE, PENDING, VOID = "on_time", "late", "pending", "void"


@pytest.mark.parametrize(
    ("settled", "voided", "seen"),
    [
        (None, None, {"03-09 10:00": PENDING, "03-09 10:01": LATE}),
        ("03-09 10:00", None, {"03-09 09:59": PENDING, "03-09 10:00": ON_TIME, "04-01 00:00": ON_TIME}),
        ("03-09 10:01", None, {"03-09 10:00": PENDING, "03-09 10:01": LATE, "04-01 00:00": LATE}),
        (None, "03-09 09:00", {"03-09 08:59": PENDING, "03-09 09:00": VOID, "04-01 00:00": VOID}),
        (None, "03-09 10:00", {"04-01 00:00": VOID}),
        (None, "03-09 10:01", {"03-09 10:01": LATE, "04-01 00:00": LATE}),
    ],
    ids=["unmet", "met in time", "met late", "void", "void at the last moment", "void after it was late"],
)
def test_by_its_times_and_the_moment_of_asking(settled, voided, seen):
    times = [shanghai(f"2026-{at}") if at else None for at in (settled, voided)]
    assert {at: standing(shanghai(DUE), *times, shanghai(f"2026-{at}")) for at in seen} == seen


MINUTES = st.integers(0, 300).map(lambda n: shanghai("2026-03-06 10:00") + timedelta(minutes=n))


@given(MINUTES, st.none() | MINUTES, st.none() | MINUTES, MINUTES, MINUTES)
@settings(max_examples=200, deadline=None)
def test_what_is_decided_stays_decided_and_once_late_is_late_for_good(due, settled, voided, seen, later):
    seen, later = sorted([seen, later])
    if settled and voided:
        voided = None  # no row has both
    before, after = (standing(due, settled, voided, at) for at in (seen, later))
    if before != PENDING:
        assert after == before
    if after == PENDING:
        assert later <= due


@pytest.mark.parametrize(
    ("held_since", "settled", "inherited"),
    [(None, None, False), ("03-06 10:00", None, False), ("03-07 10:00", None, False), ("03-08 10:00", None, False),
     ("03-08 10:01", None, True), ("03-09 09:00", "03-09 09:30", True), ("03-07 10:00", "03-07 12:00", True),
     ("03-08 10:01", "03-12 10:00", True), ("03-08 10:00", "03-12 10:00", False)],
)  # fmt: skip
def test_inherited_by_whoever_had_it_less_than_a_day_when_it_counted(held_since, settled, inherited):
    owed = Obligation(
        opened_at=shanghai("2026-03-06 10:00"),
        due_at=shanghai(DUE),
        held_since=shanghai(f"2026-{held_since}") if held_since else None,
        settled_at=shanghai(f"2026-{settled}") if settled else None,
    )
    assert owed.inherited is inherited
