"""What a database refuses, in words and by field: never its own message, which names tables and shows values."""

from __future__ import annotations

import re
from typing import Any

from flask_appbuilder.exceptions import DatabaseException
from sqlalchemy import Table, UniqueConstraint
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from models.refusals import Reason

IN_ORDER = {
    "post_ends_after_it_starts": ("until", "not_after_start"),
    "closing_range_in_order": ("ends", "not_after_start"),
    "customers_not_negative": ("customers", "negative"),
    "rule_amount_positive": ("amount", "not_positive"),
    "penalty_amount_not_negative": ("amount", "negative"),
    "calendar_year_plausible": ("year", "out_of_range"),
    **{
        f"password_profile_{name}": (name, "out_of_range")
        for name in ("shortest", "classes", "score", "history", "days")
    },
}
"""Check constraints that a form can break: (field, why)."""


class Conflict(DatabaseException):
    """A change that the database refused.

    errors: field → why. in_use: other rows need the row that was to be deleted.
    """

    def __init__(self, errors: dict[str, Reason], *, in_use: bool = False) -> None:
        self.errors, self.in_use = errors, in_use
        super().__init__("conflict")


def explain(error: SQLAlchemyError, table: Table, *, deleting: bool = False) -> Conflict:
    """Which field of `table` the database objected to, as far as it says."""
    if not isinstance(error, DBAPIError):
        return Conflict({})
    said = str(error.orig)
    diagnosis = getattr(error.orig, "diag", None)
    state = getattr(error.orig, "sqlstate", None)
    name = getattr(diagnosis, "constraint_name", None)
    if deleting and (state in ("23503", "23502") or "FOREIGN KEY" in said or "NOT NULL" in said):
        return Conflict({}, in_use=True)
    if state == "23502" or "NOT NULL constraint failed" in said:
        column = getattr(diagnosis, "column_name", None) or said.rpartition(".")[2]
        return Conflict({_field(table, [column]): Reason("required")})
    if state == "23505" or "UNIQUE constraint failed" in said:
        columns = _unique_columns(table, name) if name else re.findall(rf"{table.name}\.(\w+)", said)
        return Conflict({_field(table, columns): Reason("taken")})
    for constraint, (field, why) in IN_ORDER.items():
        if constraint in (name, said.rpartition(": ")[2]):
            return Conflict({field: Reason(why)})
    return Conflict({})


def _unique_columns(table: Table, name: str) -> list[str]:
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            columns = [column.name for column in constraint.columns]
            if name in (constraint.name, "_".join((table.name, *columns, "key"))):
                return columns
    return [column.name for column in table.primary_key]


def _field(table: Table, columns: list[Any]) -> str:
    """The form's field for the columns of a constraint: a foreign key is filled in by its relation."""
    last = columns[-1] if columns else ""
    return str(last).removesuffix("_id") if last in table.c and table.c[last].foreign_keys else str(last)
