"""Pseudonyms: what stands for a customer in a file that names nobody (POLICY §5).

The same telephone or account number gives the same pseudonym in every frame, so that repeats can be counted; without
the key nobody finds the number behind one, nor tells whether a number they know is among them. The key is derived from
LOG_KEY and used for nothing else. On the two tracks the same customer has two: a file of quality tickets, which many
may look up in clear, must not say who has complained of a colleague.
"""

from __future__ import annotations

import hmac

from models import lookup

LENGTH = 16


def customer(key: bytes, track: str, field: str, value: str | None) -> str | None:
    """The pseudonym of a telephone (`phone`) or account (`account_no`) number; None where there is no number.

    The number is read as `lookup` reads it: width, blanks and an area code make no difference. Of several the first
    in order counts.
    """
    filed, _asked = lookup.numbers(field, value or "")
    numbers = sorted(one.split(":", 1)[1].rsplit("-", 1)[-1] for one in filed)
    if not numbers or not key:
        return None
    own = hmac.digest(key, b"pseudonym", "sha256")
    return hmac.digest(own, f"{track}:{field}:{numbers[0]}".encode(), "sha256").hex()[:LENGTH]
