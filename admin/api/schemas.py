"""Tickets as OpenAPI says them: made from the workflow table, so that the description cannot lag behind it."""

from __future__ import annotations

from typing import Any

from apispec import APISpec

from models import policy, scope, view
from models.fields import FILES_MOST, LINE_MOST, PERSONS_MOST, TEXT_MOST
from models.obligation import standing
from models.revealing import WORDS_MOST
from models.tables import Ticket
from models.workflow import ACTIONS, REGISTRATION, STATES, SYSTEM_ACTIONS, Action, Field

Schema = dict[str, Any]

REFERENCE: Schema = {"anyOf": [{"type": "integer"}, {"type": "string"}], "description": "An id, or a name"}
TIME: Schema = {"type": "string", "format": "date-time"}
STANDINGS = ("on_time", "late", "pending", "void")
KINDS: dict[str, Schema] = {
    "text": {"type": "string", "maxLength": TEXT_MOST},
    "line": {"type": "string", "maxLength": LINE_MOST},
    "bool": {"type": "boolean"},
    "moment": {**TIME, "description": "ISO 8601; without an offset it is Shanghai's clock"},
    "raw": {"description": "As the field that it corrects"},
    "ticket": {**REFERENCE, "description": "A ticket in sight, by id or number"},
    "persons": {"type": "array", "maxItems": PERSONS_MOST, "items": REFERENCE, "description": "Accounts or names"},
    "files": {
        "type": "array",
        "maxItems": FILES_MOST,
        "items": {"type": "integer"},
        "description": "Ids of one's own waiting files, see POST upload/",
    },
    "users": {"type": "array", "maxItems": PERSONS_MOST, "items": REFERENCE, "description": "Accounts"},
}


def field_schema(field: Field) -> Schema:
    """A field of an action as it may be given."""
    if field.kind in ("choice", "coded"):
        codes = list(field.choices)
        known: Schema = {"type": "string", "description": "、".join(f"{c} {n}" for c, n in field.choices.items())}
        return {**known, "enum": codes} if field.kind == "choice" else known
    if field.kind == "parts":
        return {"type": "array", "items": {"type": "string", "enum": list(field.choices)}}
    return {**KINDS.get(field.kind, REFERENCE)}


def action_schema(action: Action) -> Schema:
    """The body of an action: its fields, and the version where it needs one."""
    properties = {field.name: {**field_schema(field), "title": field.zh} for field in action.fields}
    required = [field.name for field in action.fields if field.required]
    if action.versioned and action.name != "register":
        properties["version"] = {"type": "integer", "description": "The version that was seen"}
        required.append("version")
    schema: Schema = {
        "type": "object",
        "title": f"{action.name} {action.zh}（{action.clause}）",
        "properties": properties,
        "additionalProperties": False,
    }
    return {**schema, "required": required} if required else schema


def shown(name: str) -> Schema:
    """A field of a ticket as it is answered: null where it is empty or hidden."""
    fields = {field.name: field for field in REGISTRATION}
    if name.endswith("_at"):
        return {**TIME, "nullable": True}
    if name == "accused":
        return {"type": "array", "items": {"type": "string"}, "nullable": True}
    if name == "founded":
        return {"type": "boolean", "nullable": True}
    said = {"title": fields[name].zh} if name in fields else {}
    return {"type": "string", "nullable": True, **said}


def ticket_schema() -> Schema:
    properties: Schema = {
        "id": {"type": "integer", "format": "int64"},
        "no": {"type": "string", "maxLength": Ticket.no.type.length},
        "track": {"type": "string", "enum": list(policy.TRACKS)},
        "state": {"type": "string", "enum": list(STATES)},
        "round": {"type": "integer"},
        "version": {"type": "integer"},
        **{name: shown(name) for name in view.ALL if name != "result"},
        "hidden": {"type": "array", "items": {"type": "string"}, "description": "Fields that this person may not see"},
        "masked": {"type": "array", "items": {"type": "string"}, "description": "Fields of which a part is hidden"},
        "level": {"type": "string", "enum": list(scope.LEVELS)},
        "obligations": {"type": "array", "items": {"$ref": "#/components/schemas/Obligation"}},
        "attachments": {
            "type": "array",
            "nullable": True,
            "items": {"$ref": "#/components/schemas/Attachment"},
            "description": "Null, and named in `hidden`, where the level shows none",
        },
    }
    return {"type": "object", "properties": properties, "required": [*view.HEADING, "hidden", "obligations"]}


OBLIGATION: Schema = {
    "type": "object",
    "description": standing.__doc__ or "",
    "properties": {
        "kind": {"type": "string", "enum": list(policy.OBLIGATIONS)},
        "clause": {"type": "string"},
        "round": {"type": "integer"},
        "unit": {"type": "string", "nullable": True},
        "opened_at": TIME,
        "due_at": TIME,
        "settled_at": {**TIME, "nullable": True},
        "voided_at": {**TIME, "nullable": True},
        "void_reason": {"type": "string", "nullable": True},
        "inherited": {"type": "boolean"},
        "state": {"type": "string", "enum": list(STANDINGS)},
    },
}
ATTACHMENT: Schema = {
    "type": "object",
    "properties": {
        "n": {"type": "integer"},
        "name": {"type": "string", "nullable": True, "description": "As it was given; null once erased"},
        "mime": {"type": "string"},
        "size": {"type": "integer", "format": "int64"},
        "sha256": {"type": "string"},
        "at": TIME,
    },
}
OUT_OF_SIGHT: Schema = {
    "type": "object",
    "description": "The act ended this person's own sight of the ticket",
    "required": ["id", "no", "version", "out_of_sight"],
    "properties": {
        "id": {"type": "integer", "format": "int64"},
        "no": {"type": "string"},
        "version": {"type": "integer"},
        "out_of_sight": {"type": "boolean", "enum": [True]},
    },
}
EVENT: Schema = {
    "type": "object",
    "properties": {
        "number": {"type": "integer"},
        "at": TIME,
        "actor": {"type": "string", "nullable": True},
        "for": {"type": "string", "nullable": True},
        "action": {"type": "string", "enum": [*ACTIONS, *SYSTEM_ACTIONS]},
        "from": {"type": "string", "nullable": True},
        "to": {"type": "string"},
        "round": {"type": "integer"},
        "payload": {"type": "object"},
    },
}
OFFER: Schema = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "zh": {"type": "string"},
        "clause": {"type": "string"},
        "versioned": {"type": "boolean"},
        "fields": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "zh": {"type": "string"},
                    "kind": {"type": "string"},
                    "required": {"type": "boolean"},
                    "choices": {"type": "object", "additionalProperties": {"type": "string"}},
                    "required_when": {"type": "object"},
                },
            },
        },
    },
}
REVEAL: Schema = {
    "type": "object",
    "required": ["reason"],
    "additionalProperties": False,
    "properties": {
        "reason": {
            "type": "string",
            "enum": list(policy.REVEAL_REASONS),
            "description": "、".join(f"{code} {zh}" for code, zh in policy.REVEAL_REASONS.items()),
        },
        "words": {"type": "string", "nullable": True, "maxLength": WORDS_MOST, "description": "Needed with `other`"},
    },
}
PARAMETERS: dict[str, tuple[str, Schema]] = {
    "ticket": ("path", {"name": "pk", "required": True, "schema": {"type": "integer", "format": "int64"}}),
    "action": (
        "path",
        {
            "name": "name",
            "required": True,
            "schema": {"type": "string", "enum": [name for name in ACTIONS if name != "register"]},
        },
    ),
    "Idempotency-Key": (
        "header",
        {
            "description": "Lets the request happen once, however often it is sent",
            "schema": {"type": "string", "minLength": 1, "maxLength": 200},
        },
    ),
}


def describe_tickets(spec: APISpec) -> None:
    """Add what the ticket's paths refer to."""
    acts = {name: action_schema(action) for name, action in ACTIONS.items() if name != "register"}
    found: dict[str, Schema] = {
        "TicketFields": ticket_schema(),
        "Ticket": {
            "allOf": [
                {"$ref": "#/components/schemas/TicketFields"},
                {"type": "object", "properties": {"result": shown("result")}},
            ]
        },
        "Obligation": OBLIGATION,
        "Attachment": ATTACHMENT,
        "OutOfSight": OUT_OF_SIGHT,
        "TicketAnswer": {
            "allOf": [
                {"$ref": "#/components/schemas/TicketFields"},
                {
                    "type": "object",
                    "required": ["result"],
                    "properties": {"result": {"$ref": "#/components/schemas/Ticket"}},
                },
            ]
        },
        "TicketEvent": EVENT,
        "TicketActionOffer": OFFER,
        "Reveal": REVEAL,
        "Registration": action_schema(ACTIONS["register"]),
        **{f"TicketAction.{name}": schema for name, schema in acts.items()},
        "TicketAction": {"anyOf": [{"$ref": f"#/components/schemas/TicketAction.{name}"} for name in acts]},
    }
    for name, schema in found.items():
        spec.components.schema(name, schema)
    for name, (place, parameter) in PARAMETERS.items():
        spec.components.parameter(name, place, {"name": name, **parameter})
