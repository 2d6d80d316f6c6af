"""Rows of a table as JSON bodies, column by column.

FAB's schemas build rows out of relation fields, show whatever a relation leads to, and answer in words of the
library. Here each column is read by `values`, and a relation takes an id or a name of a row in sight.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from admin.guarding import values
from admin.guarding.interface import SQLAInterface
from models.base import User
from models.fields import Unreadable
from models.refusals import Invalid, Reason


def read(
    datamodel: SQLAInterface,
    choices: Mapping[str, Mapping[str, str]],
    given: Mapping[str, Any],
    columns: list[str],
    *,
    partly: bool = False,
) -> dict[str, Any]:
    """The fields of a JSON object, each as its column takes it. Raises Invalid with all the reasons at once.

    choices: column → code → Chinese name. partly: what is left out stays as it is.
    """
    why = {name: Reason("unknown_field") for name in given if name not in columns}
    found: dict[str, Any] = {}
    for name in columns:
        if name not in given and (partly or datamodel.may_be_absent(name)):
            continue
        try:
            found[name] = _value(datamodel, name, given.get(name), choices.get(name))
        except Unreadable as no:
            why[name] = no.reason
            continue
        if found[name] is None and not datamodel.is_nullable(name):
            if datamodel.may_be_empty(name):
                found[name] = ""
            else:
                why[name] = Reason("required")
    if why:
        raise Invalid(why)
    return found


def _value(datamodel: SQLAInterface, name: str, value: Any, codes: Mapping[str, str] | None) -> Any:
    if datamodel.is_relation(name):
        return None if value is None or value == "" else datamodel.related(name, value)
    return values.read(datamodel.list_columns[name], value, codes)


def row(datamodel: SQLAInterface, item: Any, columns: list[str]) -> dict[str, Any]:
    """A row as JSON: `id`, then the columns; a relation is the other row's name."""
    found = {"id": values.written(datamodel.get_pk_value(item))}
    for name in columns:
        value = getattr(item, name)
        found[name] = name_of(value) if datamodel.is_relation(name) else values.written(value)
    return found


def name_of(row: Any) -> str | None:
    """What a row at the other end of a relation is called."""
    if row is None:
        return None
    return f"{row.last_name}{row.first_name}" if isinstance(row, User) else str(row)
