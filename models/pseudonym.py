"""Pseudonyms: what stands for a customer, or one of our own people, in a file that names nobody (POLICY §5).

The same telephone or account number gives the same pseudonym in every frame, so that repeats can be counted; without
the key nobody finds the number behind one, nor tells whether a number they know is among them. The key is derived from
LOG_KEY and used for nothing else. On the two tracks the same customer has two: a file of quality tickets, which many
may look up in clear, must not say who has complained of a colleague.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b

from models import lookup

LENGTH = 16
"""Characters of a pseudonym."""
MOBILE = 11
"""Digits of a mobile number."""


def customer(key: bytes, track: str, field: str, value: str | None) -> str | None:
    """The pseudonym of a telephone (`phone`) or account (`account_no`) number; None where there is no number.

    The number is read as `lookup` reads it: width, blanks and an area code make no difference. Of several the first
    in order counts.
    """
    return customers(key, field, [(track, value)])[0]


def customers(key: bytes, field: str, values: Iterable[tuple[str, str | None]]) -> list[str | None]:
    """The pseudonyms of many: (track, value) of each."""
    if not key:
        return [None for _ in values]
    own = _own(key)
    return [
        _pseudonym(own, f"{track}:{field}:{number}") if value and (number := _number(field, value)) else None
        for track, value in values
    ]


def person(key: bytes, who: int | None, name: str) -> str | None:
    """The pseudonym of one of our own people: by the account, or of whom there is none, by the name."""
    if not key or (who is None and not name):
        return None
    return _pseudonym(_own(key), f"person:{who}" if who is not None else f"person:{name}")


def _number(field: str, value: str) -> str | None:
    if value.isascii():  # almost all are written so: nothing to be looked for
        if field == "phone" and len(value) == MOBILE and value[0] == "1" and value.isdecimal():
            return value
        if field == "account_no" and len(value) >= lookup.SHORTEST_ACCOUNT and value.isalnum():
            return value.upper()
    filed, _asked = lookup.numbers(field, value)
    return min((one.split(":", 1)[1].rsplit("-", 1)[-1] for one in filed), default=None)


def _pseudonym(own: bytes, about: str) -> str:
    """A keyed digest: BLAKE2b takes a third of the time of HMAC, and a file has two million."""
    return blake2b(about.encode(), key=own, digest_size=LENGTH // 2).hexdigest()


@lru_cache(maxsize=1)
def _own(key: bytes) -> bytes:
    return hmac.digest(key, b"pseudonym", "sha256")
