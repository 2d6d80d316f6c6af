"""What a column is given over the API or in an address becomes its value, or is refused with a reason."""

from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, Numeric, String, Text, Time

from admin.guarding import values
from models.fields import Unreadable
from models.types import Moment

TYPES = (Moment(), Boolean(), BigInteger(), Integer(), Numeric(10, 2), Date(), Time(), Text(), String(20))
DIGITS = st.text(alphabet="0123456789-+.:TZe \t\x1c\x1e\x85\u3000\u0663\uff11", max_size=22)
ANYTHING = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | DIGITS | st.lists(st.integers())


@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: type(kind).__name__)
@given(value=ANYTHING)
@example(value="8\x1e")
@settings(max_examples=300)
def test_anything_is_read_or_refused(kind, value):
    with suppress(Unreadable):
        values.read(Column("it", kind), value)
