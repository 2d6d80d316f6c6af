"""Values from outside as a column takes them, one reader a kind of column. Raises `models.fields.Unreadable`.

Forms, filters and JSON bodies come through here, so that no number is too large for the database, no text holds
what it cannot store, and no time is naive.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, Numeric, String, Text, Time
from sqlalchemy.types import TypeEngine

from models import fields
from models.fields import Unreadable
from models.types import SHANGHAI, Moment

LARGEST = {"big": 2**63 - 1, "normal": 2**31 - 1}
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)


def integer(value: Any, largest: int) -> int:
    """A whole number, as such or in digits."""
    if isinstance(value, str):
        digits = value.strip().removeprefix("-")
        if not (digits.isascii() and digits.isdecimal() and len(digits) < 20):
            raise Unreadable("not_an_integer")
        value = int(value.strip())
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Unreadable("not_an_integer")
    if not -largest <= value <= largest:
        raise Unreadable("out_of_range")
    return value


def decimal(value: Any, kind: Numeric[Any]) -> Decimal:
    """An amount that fits the column without rounding."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        raise Unreadable("not_a_number")
    try:
        found = Decimal(str(value).strip())
    except InvalidOperation:
        raise Unreadable("not_a_number") from None
    if not found.is_finite():
        raise Unreadable("not_a_number")
    scale, precision = kind.scale or 0, kind.precision or 10
    if abs(found) >= Decimal(10) ** (precision - scale):
        raise Unreadable("out_of_range")
    exact = round(found, scale)
    if exact != found:
        raise Unreadable("too_many_decimals", most=scale)
    return exact


def day(value: Any) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    written = fields.line(value) or ""
    try:
        found = date.fromisoformat(f"{written}-01" if len(written) == 7 else written)
    except ValueError:
        raise Unreadable("not_a_day") from None
    if not FIRST_DAY <= found <= LAST_DAY:
        raise Unreadable("time_out_of_range")
    return found


def clock(value: Any) -> time:
    if isinstance(value, time):
        return value
    written = fields.line(value) or ""
    try:
        found = time.fromisoformat(written)
    except ValueError:
        raise Unreadable("not_a_clock") from None
    return found.replace(tzinfo=None)


def boolean(value: Any) -> bool | None:
    if isinstance(value, str) and value.strip().lower() in ("y", "n"):  # as FAB's search form writes it
        return value.strip().lower() == "y"
    return fields.boolean(value)


def _line(value: Any, kind: String) -> str | None:
    found = fields.text(value, kind.length or fields.LINE_MOST)
    if found and any(ord(ch) < 32 for ch in found):
        raise Unreadable("bad_characters")
    return found


READERS: tuple[tuple[type[TypeEngine[Any]], Callable[[Any, Any], Any]], ...] = (
    (Moment, lambda value, _: fields.moment(value)),
    (Boolean, lambda value, _: boolean(value)),
    (BigInteger, lambda value, _: integer(value, LARGEST["big"])),
    (Integer, lambda value, _: integer(value, LARGEST["normal"])),
    (Numeric, decimal),
    (Date, lambda value, _: day(value)),
    (Time, lambda value, _: clock(value)),
    (Text, lambda value, _: fields.text(value)),
    (String, _line),
)


def read(column: Column[Any], value: Any, choices: Mapping[str, str] | None = None) -> Any:
    """`value` as `column` takes it; None where nothing was given."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if choices:
        return fields.choice(value, choices)
    for kind, reader in READERS:
        if isinstance(column.type, kind):
            return reader(value, column.type)
    if column.type.__class__.__name__ == "DateTime":  # FAB's own tables: naive, by the server's clock
        found = fields.moment(value)
        return found.astimezone(SHANGHAI).replace(tzinfo=None) if found else None
    raise Unreadable("not_a_choice", choices="")


def written(value: Any) -> Any:
    """A value as JSON carries it: times in ISO 8601 with Shanghai's offset, amounts as numbers."""
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).isoformat() if value.tzinfo else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return {key: written(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [written(item) for item in value]
    return value
