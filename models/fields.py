"""Reading what people fill in: one reader a kind of field. Raises nothing; gathers a reason a field (DESIGN §6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.book import TABLES, Book
from models.refusals import Invalid, Reason
from models.types import SHANGHAI
from models.workflow import Field

TEXT_MOST, LINE_MOST, PERSONS_MOST, FILES_MOST = 20_000, 200, 50, 20
MONEY_BELOW = Decimal(10**8)
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


FindFiles = Callable[[Sequence[int]], Mapping[int, dict[str, Any]]]
"""Ids → those of a person's waiting files that have them."""


def _none(ids: Sequence[int]) -> Mapping[int, dict[str, Any]]:
    return {}


class Unreadable(Exception):
    """One field cannot be taken."""

    def __init__(self, code: str, **facts: Any) -> None:
        self.reason = Reason(code, **facts)
        super().__init__(code)


def text(value: Any, most: int = TEXT_MOST) -> str | None:
    """A text as given, its outer white space aside; what no database stores is refused."""
    if not isinstance(value, str):
        raise Unreadable("not_text")
    if any(ch == "\0" or "\ud800" <= ch <= "\udfff" for ch in value):
        raise Unreadable("bad_characters")
    value = value.strip()
    if len(value) > most:
        raise Unreadable("too_long", most=most)
    return value or None


def line(value: Any) -> str | None:
    found = text(value, LINE_MOST)
    if found and any(ch in "\r\n" or (ord(ch) < 32 and ch != "\t") for ch in found):
        raise Unreadable("bad_characters")
    return found


def moment(value: Any) -> datetime | None:
    """An instant from ISO 8601; without an offset it is Shanghai's wall clock."""
    if isinstance(value, datetime):
        found = value
    else:
        written = line(value)
        if written is None:
            return None
        try:
            found = datetime.fromisoformat(written)
        except ValueError:
            raise Unreadable("not_a_time") from None
    try:
        found = (found if found.tzinfo else found.replace(tzinfo=SHANGHAI)).astimezone(UTC)
    except (OverflowError, ValueError):
        raise Unreadable("time_out_of_range") from None
    if not EARLIEST <= found < LATEST:
        raise Unreadable("time_out_of_range")
    return found


def day(value: Any) -> date | None:
    """A day from ISO 8601."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    written = line(value)
    if written is None:
        return None
    try:
        found = date.fromisoformat(written)
    except ValueError:
        raise Unreadable("not_a_date") from None
    if not EARLIEST.date() < found < LATEST.date():
        raise Unreadable("time_out_of_range")
    return found


def choice(value: Any, choices: Mapping[str, str]) -> str | None:
    """A code of `choices`, given as the code or by its Chinese name."""
    written = line(value)
    if written is None or written in choices:
        return written
    for code, name in choices.items():
        if name == written:
            return code
    raise Unreadable("not_a_choice", choices="、".join(choices))


def boolean(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        known = {"": None, "true": True, "false": False, "1": True, "0": False, "是": True, "否": False}
        if value.strip().lower() in known:
            return known[value.strip().lower()]
    raise Unreadable("not_a_bool")


def reference(value: Any, table: str, book: Book) -> int | None:
    """The id of a row: an integer is an id, a string always a name (DESIGN §6)."""
    register = book.register(table)
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise Unreadable("not_a_reference")
    if isinstance(value, str):
        name = line(value)
        if name is None:
            return None
        entry = register.by_name.get(name)
    else:
        entry = register.by_id.get(value)
    if entry is None:
        raise Unreadable("not_found", value=value)
    if not entry.active:
        raise Unreadable("inactive", value=entry.name)
    return entry.id


def people(value: Any, session: Session, *, accounts_only: bool) -> list[int | str]:
    """Users by id or user name, and, unless `accounts_only`, names of people without an account."""
    from models.base import User

    if isinstance(value, str):
        value = [
            part for part in value.replace("、", ",").replace("，", ",").replace("\n", ",").split(",") if part.strip()
        ]
    if not isinstance(value, Sequence):
        raise Unreadable("not_a_list")
    if len(value) > PERSONS_MOST:
        raise Unreadable("too_many", most=PERSONS_MOST)
    found: list[int | str] = []
    for item in value:
        if isinstance(item, bool) or not isinstance(item, int | str):
            raise Unreadable("not_a_reference")
        name = line(item) if isinstance(item, str) else None
        if isinstance(item, str) and name is None:
            continue
        if isinstance(item, int) and not 0 < item < 2**31:
            raise Unreadable("not_found", value=item)
        user = session.scalar(select(User.id).where(User.username == name if name else User.id == item))
        if user is not None:
            found.append(user)
        elif isinstance(item, int) or accounts_only:
            raise Unreadable("not_found", value=item)
        else:
            found.append(name or "")
    return found


def person(value: Any, session: Session) -> int | str | None:
    """One user by id or user name, or the name of somebody without an account."""
    found = people(value if isinstance(value, str) else [value], session, accounts_only=False)
    if len(found) > 1:
        raise Unreadable("one_person")
    return found[0] if found else None


def yuan(value: Any) -> Decimal | None:
    """An amount of money, to the fen."""
    written = line(str(value)) if isinstance(value, int | float) and not isinstance(value, bool) else line(value)
    if written is None:
        return None
    try:
        found = Decimal(written)
    except InvalidOperation:
        raise Unreadable("not_an_amount") from None
    if not found.is_finite() or not 0 <= found < MONEY_BELOW or found != round(found, 2):
        raise Unreadable("not_an_amount")
    return round(found, 2)


def several(value: Any, choices: Mapping[str, str]) -> list[str]:
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, Sequence):
        raise Unreadable("not_a_list")
    found = [choice(item, choices) for item in value]
    return sorted({item for item in found if item})


def ticket(value: Any, find_ticket: Callable[[Any], int | None]) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise Unreadable("not_a_reference")
    named = line(value) if isinstance(value, str) else value
    if named is None:
        return None
    found = find_ticket(named)
    if found is None:
        raise Unreadable("not_found", value=value)
    return found


def files(value: Any, find_files: FindFiles) -> list[dict[str, Any]] | None:
    """Waiting files of the person who acts, by their ids, each once."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise Unreadable("not_a_list")
    if len(value) > FILES_MOST:
        raise Unreadable("too_many", most=FILES_MOST)
    if any(isinstance(item, bool) or not isinstance(item, int) for item in value):
        raise Unreadable("not_an_integer")
    ids = list(dict.fromkeys(value))
    found = find_files([i for i in ids if 0 < i < 2**63])
    gone = [i for i in ids if i not in found]
    if gone:
        raise Unreadable("file_gone", value="、".join(map(str, gone)))
    return [found[i] for i in ids] or None


def coded(value: Any, choices: Mapping[str, str]) -> str | None:
    """A code of `choices`, or words of one's own."""
    written = text(value, 500)
    return next((code for code, name in choices.items() if written in (code, name)), written)


READERS: dict[str, Callable[[Field, Any, Book], Any]] = {
    "text": lambda field, value, book: text(value),
    "line": lambda field, value, book: line(value),
    "choice": lambda field, value, book: choice(value, field.choices),
    "coded": lambda field, value, book: coded(value, field.choices),
    "bool": lambda field, value, book: boolean(value),
    "moment": lambda field, value, book: moment(value),
    "day": lambda field, value, book: day(value),
    "persons": lambda field, value, book: people(value, book.session, accounts_only=False) or None,
    "users": lambda field, value, book: people(value, book.session, accounts_only=True) or None,
    "parts": lambda field, value, book: several(value, field.choices) or None,
    "person": lambda field, value, book: person(value, book.session),
    "yuan": lambda field, value, book: yuan(value),
    "raw": lambda field, value, book: value,
    **{table: lambda field, value, book: reference(value, field.kind, book) for table in TABLES},
}
"""How each kind of field is read; a ticket and files need to know who asks and are read apart."""


def read(
    field: Field, value: Any, book: Book, find_ticket: Callable[[Any], int | None], find_files: FindFiles = _none
) -> Any:
    """The value of one field as the desk takes it; None where nothing was given."""
    if value is None:
        return None
    if field.kind == "files":
        return files(value, find_files)
    return ticket(value, find_ticket) if field.kind == "ticket" else READERS[field.kind](field, value, book)


def read_all(
    fields: Sequence[Field],
    given: Mapping[str, Any],
    book: Book,
    find_ticket: Callable[[Any], int | None],
    find_files: FindFiles = _none,
) -> dict[str, Any]:
    """Every field of an action, read. Raises Invalid with all the reasons at once."""
    known = {field.name: field for field in fields}
    errors = {name: Reason("unknown_field") for name in given if name not in known}
    values: dict[str, Any] = {}
    for name, field in known.items():
        try:
            values[name] = read(field, given.get(name), book, find_ticket, find_files)
        except Unreadable as no:
            errors[name] = no.reason
    for name, field in known.items():
        if values.get(name) is None and name not in errors and field.is_required(values):
            errors[name] = Reason("content_required" if name == "content" else "required")
    if errors:
        raise Invalid(errors)
    return values
