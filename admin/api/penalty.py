"""Penalties over HTTP: read by who oversees them, proposed, and acted on like tickets; never put or deleted.

Who was fined has no door to the list; what was decided against them answers to their acts without its ticket.
"""

from __future__ import annotations

from typing import Any

from apispec import APISpec
from flask.wrappers import Response
from flask_appbuilder.api import expose, protect
from flask_appbuilder.security.decorators import permission_name

from admin import deciding
from admin.api import schemas
from admin.api.acts import after_the_desk, body, key_of_request
from admin.api.answers import field_of
from admin.current import current_actor, now, session
from admin.guarding import ModelRestApi, SQLAInterface
from models import penalties
from models.penalties import scope
from models.penalty_workflow import ACTIONS, POSTS, STATES, Action
from models.refusals import NoPenalty
from models.tables import Penalty

OF_TICKET = frozenset({"ticket", "ticket_id", "exposure_id", "reason", "conduct"})
"""What the person who was fined does not learn."""


class PenaltyApi(ModelRestApi):
    """责任追究"""

    resource_name, class_permission_name = "penalty", "Penalty"
    method_permission_name = {
        "info": "read", "get": "read", "get_list": "read", "post": "write", "actions": "act", "act": "act",
    }  # fmt: skip
    exclude_route_methods = {"put", "delete"}
    openapi_spec_tag = "Penalty"
    datamodel = SQLAInterface(Penalty)
    choices = {"post": POSTS, "state": {name: state.zh for name, state in STATES.items()}}
    list_columns = show_columns = [
        "clause", "ticket", "ticket_id", "exposure_id", "conduct", "user", "person", "unit", "unit_id", "post",
        "amount", "measure", "conduct_at", "state", "proposed_at", "confirmed_at", "appeal_due_at", "executed_at",
        "decided_at", "reason", "version",
    ]  # fmt: skip
    add_columns = ["clause", "ticket", "exposure", "user", "person", "unit", "post", "amount", "measure", "conduct_at",
                   "reason"]  # fmt: skip
    edit_columns: list[str] = []
    search_columns = ["clause", "unit", "state", "post", "conduct_at", "proposed_at", "confirmed_at", "amount"]
    order_columns = ["id", "conduct_at", "proposed_at", "confirmed_at", "amount"]

    @expose("/<pk>/actions", methods=["GET"])
    @protect()
    @permission_name("actions")
    def actions(self, pk: str) -> Response:
        """What may be done with a penalty now
        ---
        get:
          description: The actions that this person may take now, each with its clause and fields
          parameters:
          - {in: path, name: pk, required: true, schema: {type: integer, format: int64}}
          responses:
            200:
              description: The actions, and the version to name
              content:
                application/json:
                  schema:
                    type: object
                    required: [count, result, version]
                    properties:
                      count: {type: integer}
                      version: {type: integer}
                      result: {type: array, items: {$ref: '#/components/schemas/TicketActionOffer'}}
          refuses: [401, 403, 404]
        """
        by = current_actor()
        penalty, level = self._seen(pk)
        found = [_offer(action) for action in penalties.available(session(), penalty, by, now(), level)]
        return self.response(200, count=len(found), version=penalty.version, result=found)

    @expose("/<pk>/actions/<name>", methods=["POST"])
    @protect()
    @permission_name("act")
    def act(self, pk: str, name: str) -> Response:
        """Act on a penalty
        ---
        post:
          description: >-
            Take an action of the penalties' workflow. Its fields stand beside `version`, the one that was seen. With
            the header Idempotency-Key a repeated request changes nothing and answers again.
          parameters:
          - {in: path, name: pk, required: true, schema: {type: integer, format: int64}}
          - penalty_action
          - Idempotency-Key
          requestBody:
            required: true
            content: {application/json: {schema: {$ref: '#/components/schemas/PenaltyAction'}}}
          responses:
            200:
              description: The penalty as it is now, as far as this person may see it
              content:
                application/json:
                  schema:
                    type: object
                    properties:
                      id: {type: integer, format: int64}
                      result: {$ref: '#/components/schemas/PenaltyApi.row'}
          refuses: [400, 401, 403, 404, 409, 413, 422]
        """
        penalty, level = self._seen(pk)
        given, wrong = body()
        version = given.pop("version", None)
        once, _repeated = key_of_request()

        deciding.decide(penalty.id, name, given, version, once, lambda act: after_the_desk(wrong, act))
        return self._answer(200, penalty, self._columns_for(level))

    def _columns_for(self, level: str) -> list[str]:
        return [name for name in self.show_columns if level == "whole" or name not in OF_TICKET]

    def _seen(self, pk: str) -> tuple[Penalty, str]:
        """The penalty of an address, and how much of it the person sees. Raises NoPenalty."""
        key = self.datamodel.key(pk)
        level = scope.level_of(session(), key, current_actor()) if key is not None else None
        if level is None:
            raise NoPenalty
        return session().get_one(Penalty, key), level

    def describe_rows(self, api_spec: APISpec) -> None:
        super().describe_rows(api_spec)
        acts = {name: schemas.action_schema(action) for name, action in ACTIONS.items() if name != "propose"}
        for name, schema in acts.items():
            api_spec.components.schema(f"PenaltyAction.{name}", schema)
        every = [{"$ref": f"#/components/schemas/PenaltyAction.{name}"} for name in acts]
        api_spec.components.schema("PenaltyAction", {"anyOf": every})
        parameter = {"name": "name", "required": True, "schema": {"type": "string", "enum": list(acts)}}
        api_spec.components.parameter("penalty_action", "path", parameter)


def _offer(action: Action) -> dict[str, Any]:
    return {
        "name": action.name, "zh": action.zh, "clause": action.clause, "versioned": action.versioned,
        "fields": [field_of(field) for field in action.fields],
    }  # fmt: skip
