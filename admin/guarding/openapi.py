"""What the API says of itself in OpenAPI beside the docstrings of its methods: errors, and the columns of tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from apispec import APISpec
from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, Numeric, String, Text, Time

from admin.guarding.interface import SQLAInterface
from models.types import Moment

Schema = dict[str, Any]

PROBLEM: Schema = {
    "type": "object",
    "required": ["message"],
    "properties": {
        "message": {"type": "string", "description": "What was wrong and what to do, in the reader's language"},
        "errors": {"type": "object", "additionalProperties": {"type": "string"}, "description": "Field: reason"},
        "version": {"type": "integer", "description": "With 409 for a stale version: the one in force"},
        "number": {"type": "string", "description": "Of a failure: what the server's log calls it"},
    },
}
REFUSALS = {
    "400": "The request cannot be read: no JSON, or an argument that is not allowed",
    "401": "Nobody is logged in",
    "403": "Never this person's",
    "404": "Absent, out of sight, or no such door for this role: the same bytes",
    "409": "Does not fit where it is now, or somebody was quicker: then with the `version` in force",
    "413": "More bytes than a request may have",
    "422": "Fields that cannot be taken, each with its reason",
    "500": "A mistake of the server, with the `number` under which its log tells of it",
    "503": "The database is busy or away; try again after `Retry-After` seconds",
}
RESPONSES: dict[str, Schema] = {
    status: {
        "description": said,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status, said in REFUSALS.items()
}
TYPES: tuple[tuple[Any, Schema], ...] = (
    (Moment, {"type": "string", "format": "date-time"}),
    (Boolean, {"type": "boolean"}),
    (BigInteger, {"type": "integer", "format": "int64"}),
    (Integer, {"type": "integer", "format": "int32"}),
    (Numeric, {"type": "number"}),
    (Date, {"type": "string", "format": "date"}),
    (Time, {"type": "string", "description": "HH:MM"}),
    (Text, {"type": "string"}),
    (String, {"type": "string"}),
)


def add_refusals(operation: Schema) -> None:
    """Put `refuses: [401, 404]`, which is our own word, as OpenAPI has it: responses that refer to `RESPONSES`.

    A failure may happen anywhere, and is told in the same shape.
    """
    for status in (*operation.pop("refuses", ()), 500, 503):
        operation["responses"][status] = {"$ref": f"#/components/responses/{status}"}


def describe_problem(api_spec: APISpec) -> None:
    """Add the one shape of all errors; every resource asks for it."""
    if "Problem" not in api_spec.components.schemas:
        api_spec.components.schema("Problem", PROBLEM)


def column_spec(datamodel: SQLAInterface, name: str, codes: Iterable[str] | None) -> Schema:
    """A column as JSON Schema says it; `codes`: all that it may hold."""
    if datamodel.is_relation(name):
        spec: Schema = {"anyOf": [{"type": "string"}, {"type": "integer"}]}
        spec["description"] = "A name, or, when written, an id"
    else:
        spec = column_type(datamodel.list_columns[name])
        if codes is not None:
            spec["enum"] = list(codes)
    if datamodel.is_nullable(name):
        spec["nullable"] = True
        if "enum" in spec:
            spec["enum"] = [*spec["enum"], None]
    return spec


def column_type(column: Column[Any]) -> Schema:
    """A column's kind as JSON Schema says it."""
    for kind, spec in TYPES:
        if isinstance(column.type, kind):
            length = getattr(column.type, "length", None)
            return {**spec, "maxLength": length} if length else dict(spec)
    return {}


def row_schemas(
    datamodel: SQLAInterface, choices: Mapping[str, Iterable[str]], *, row: list[str], new: list[str], change: list[str]
) -> dict[str, Schema]:
    """A table's rows as they are read, added and changed: the columns of each become a schema of that name."""

    def columns(names: list[str]) -> Schema:
        return {name: column_spec(datamodel, name, choices.get(name)) for name in names}

    key = datamodel.obj.__mapper__.primary_key[0]
    required = [name for name in new if not datamodel.may_be_absent(name)]
    closed: Schema = {"type": "object", "additionalProperties": False}
    return {
        "row": {"type": "object", "properties": {"id": column_type(key), **columns(row)}},
        "new": {**closed, "properties": columns(new), **({"required": required} if required else {})},
        "change": {**closed, "properties": columns(change)},
    }
