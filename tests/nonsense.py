"""What people, programs and spreadsheets send that nobody meant: generated, with the old troublemakers among it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

MANY, SOME = 20_000, 100
HOW_MANY = [pytest.param(SOME, id="a sample"), pytest.param(MANY, id="20,000", marks=pytest.mark.slow)]
"""Inputs for one parser: a sample in `make test`, all of them in `make test-slow`."""

TROUBLE = (
    "", " ", "\0", "a\0b", "\ud800", "\udfff水", "\ufeff", "\u202e", "\u200b", "\r\n", "\x1f", "水" * 20_001, "x" * 201,
    "' OR 1=1 --", "%", "_", "\\", "${7*7}", "{{7*7}}", "%s%n", "<script>alert(1)</script>", "=1+1", "@x", "../../etc",
    "1988-04-17 02:30", "1988-04-17T02:30:00", "1986-05-04 00:30", "1991-09-15 01:30", "24:00", "2026-03-06T24:00",
    "2026-02-29", "2026-03-06T10:00:60", "9999-12-31T23:59:59.999999-23:59", "0001-01-01", "1900-01-01", "2200-01-01",
    "2026-03-06T10:00+24:00", "2026-W10-5", "20260306", "２０２６-03-06", "٣", "²", "1e400", "-0", "NaN", "Infinity",
    "9223372036854775808", "-9223372036854775809", "1" * 5000, "0x10", "1_000", "1.5", "true", "None", "null", "是",
)  # fmt: skip
TEXTS = st.sampled_from(TROUBLE) | st.text(st.characters(codec=None), max_size=30)
NUMBERS = st.sampled_from((0, -1, 2**31, 2**53, 2**63, -(2**63) - 1, 10**400)) | st.integers() | st.floats()
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
"""Whatever JSON can carry, and some that it cannot."""


def each(most: int, *strategies: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], None]:
    """Run the decorated check on `most` inputs; a sample is the same every time, the many are new ones."""

    def run(check: Callable[..., None]) -> None:
        named = dict(zip(check.__code__.co_varnames[: check.__code__.co_argcount], strategies, strict=True))
        always = settings(
            max_examples=most, deadline=None, database=None, derandomize=most == SOME,
            phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        always(given(**named)(check))()

    return run
