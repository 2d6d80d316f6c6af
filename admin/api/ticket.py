"""Tickets over HTTP (DESIGN §6): registered, listed, read and acted on; never put or deleted.

Answers are decided in this order: 401 nobody; 404 out of scope, unknown, or a role without tickets, the same bytes;
403 never this person's; 409 wrong state, then stale version; 422 bad input. The desk keeps this order, so what is
wrong with the body is told only after it has let the person through.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apispec import APISpec
from flask.wrappers import Response
from flask_appbuilder.api import expose, protect
from flask_appbuilder.api.schemas import get_list_schema
from flask_appbuilder.security.decorators import permission_name

from admin import watch
from admin.api import schemas
from admin.api.acts import after_the_desk, body, key_of_request
from admin.api.answers import answer, answers, as_seen, enveloped, offer, one
from admin.api.sight import page_of_ids, with_tickets
from admin.current import book, current_actor, now, session, transact
from admin.guarding import ModelRestApi, SQLAInterface
from admin.guarding.requests import asked
from admin.guarding.values import written
from models import desk, history, policy, view
from models.refusals import Unseen
from models.tables import Ticket
from models.view import Sight


class TicketApi(ModelRestApi):
    """The 工单."""

    resource_name = "ticket"
    class_permission_name = "Ticket"
    method_permission_name = {
        "get": "read", "get_list": "read", "events": "read", "actions": "read", "post": "write", "act": "write",
        "open": "write",
    }  # fmt: skip
    exclude_route_methods = {"info", "put", "delete"}
    openapi_spec_tag = "Ticket"
    datamodel = SQLAInterface(Ticket)
    page_size = 25
    list_columns = show_columns = [*view.HEADING, *view.ALL, "hidden", "masked", "level", "obligations", "attachments"]
    add_columns = edit_columns = []
    search_columns = [
        "no", "track", "state", "round", "kind", "category", "unit", "channel", "district", "form", "urgency",
        "complainant_kind", "happened_at", "received_at", "registered_at", "forward_due_at", "closed_at", "ending",
        "finding", "cause_code",
    ]  # fmt: skip
    order_columns = [
        "id", "no", "track", "state", "round", "kind", "urgency", "happened_at", "received_at", "registered_at",
        "forward_due_at", "closed_at",
    ]  # fmt: skip
    choices = {
        "track": policy.TRACKS, "kind": policy.KINDS, "form": policy.FORMS, "urgency": policy.URGENCIES,
        "complainant_kind": policy.COMPLAINANT_KINDS, "finding": policy.FINDINGS, "cause_code": policy.CAUSES,
    }  # fmt: skip

    def response_403(self) -> Response:
        """An account without any role finds no tickets either."""
        raise Unseen

    @expose("/", methods=["GET"])
    @protect()
    @permission_name("get")
    @asked(get_list_schema)
    def get_list(self, **options: Any) -> Response:
        """Tickets in sight, a page at a time
        ---
        get:
          description: >-
            Tickets in the person's scope, newest first unless `q` says otherwise. A filter or an order by a field
            finds only tickets of which the person may see that field.
          parameters:
          - in: query
            name: q
            description: Rison or JSON, e.g. (filters:!((col:state,opr:eq,value:handling)),page:0,page_size:25)
            content: {application/json: {schema: {$ref: '#/components/schemas/get_list_schema'}}}
          responses:
            200:
              description: A page of tickets
              content:
                application/json:
                  schema:
                    type: object
                    required: [count, ids, result]
                    properties:
                      count: {type: integer}
                      ids: {type: array, items: {type: integer}}
                      result: {type: array, items: {$ref: '#/components/schemas/Ticket'}}
          refuses: [400, 401, 404]
        """
        by, wish = with_tickets(), options["rison"]
        columns = self._columns(wish, self.list_columns)
        count, ids = page_of_ids(*self._wished(wish), by)
        rows = answers(ids, by)
        if columns is not self.list_columns:
            rows = [{"id": row["id"], **{name: row[name] for name in columns}} for row in rows]
        return self.response(200, count=count, ids=ids, result=rows)

    def _handle_order_args(self, rison_args: Mapping[str, Any]) -> tuple[str, str]:
        if not rison_args.get("order_column"):
            return "id", "desc"
        return super()._handle_order_args(rison_args)

    @expose("/", methods=["POST"])
    @protect()
    @permission_name("post")
    def post(self) -> Response:
        """Register a complaint, a repair request or an enquiry
        ---
        post:
          description: >-
            第六条(一). Only the content is required. A reference is an id as an integer, a name as a string. With the
            header Idempotency-Key a repeated request registers nothing and answers again.
          parameters:
          - Idempotency-Key
          requestBody:
            required: true
            content: {application/json: {schema: {$ref: '#/components/schemas/Registration'}}}
          responses:
            201:
              description: Registered
              content:
                application/json:
                  schema:
                    type: object
                    required: [id, result]
                    properties:
                      id: {type: integer}
                      result:
                        oneOf:
                        - $ref: '#/components/schemas/Ticket'
                        - $ref: '#/components/schemas/OutOfSight'
          refuses: [400, 401, 403, 404, 413, 422]
        """
        with_tickets()
        given, wrong = body()
        once, repeated = key_of_request()

        def work() -> int:
            return after_the_desk(
                wrong,
                lambda: desk.register(session(), given, by=current_actor(), at=now(), book=book(), once=once),
            )

        ticket_id = transact(work)
        return self.response(201, id=ticket_id, result=answer(ticket_id, repeated=repeated))

    @expose("/<pk>", methods=["GET"])
    @protect()
    @permission_name("get")
    def get(self, pk: str) -> Response:
        """One ticket
        ---
        get:
          description: >-
            Its fields as this person may see them: hidden ones are null and named in `hidden`, masked ones named in
            `masked`. The ticket stands in `result`, as in FAB's answers, and its fields beside it too, but for
            the field `result`, what was done about it, which is only in there.
          parameters:
          - ticket
          responses:
            200:
              description: The ticket
              content: {application/json: {schema: {$ref: '#/components/schemas/TicketAnswer'}}}
          refuses: [401, 404]
        """
        return enveloped(one(self._key(pk), current_actor()))

    @expose("/<pk>/events", methods=["GET"])
    @protect()
    @permission_name("events")
    def events(self, pk: str) -> Response:
        """A ticket's log
        ---
        get:
          description: What was done, in order, as far as this person may see it
          parameters:
          - ticket
          responses:
            200:
              description: The events, ascending
              content:
                application/json:
                  schema:
                    type: object
                    required: [count, result]
                    properties:
                      count: {type: integer}
                      result: {type: array, items: {$ref: '#/components/schemas/TicketEvent'}}
          refuses: [401, 404]
        """
        by = current_actor()
        sight = watch.sight(self._key(pk))
        found = written(history.events(history.read(session(), sight.ticket.id), sight, by))
        return self.response(200, count=len(found), result=found)

    @expose("/<pk>/actions", methods=["GET"])
    @protect()
    @permission_name("actions")
    def actions(self, pk: str) -> Response:
        """What may be done with a ticket now
        ---
        get:
          description: The actions that this person may take now, each with its clause and fields
          parameters:
          - ticket
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
          refuses: [401, 404]
        """
        by = current_actor()
        sight = watch.sight(self._key(pk))
        found = [offer(action) for action in view.actions(session(), sight, by, now(), book())]
        return self.response(200, count=len(found), version=sight.ticket.version, result=found)

    @expose("/<pk>/actions/<name>", methods=["POST"])
    @protect()
    @permission_name("act")
    def act(self, pk: str, name: str) -> Response:
        """Act on a ticket
        ---
        post:
          description: >-
            Take an action of the workflow. Its fields stand beside `version`, the one that was seen; actions that are
            not `versioned` need none. With the header Idempotency-Key a repeated request changes nothing and answers
            again from today's rows in today's scope.
          parameters:
          - ticket
          - action
          - Idempotency-Key
          requestBody:
            required: true
            content: {application/json: {schema: {$ref: '#/components/schemas/TicketAction'}}}
          responses:
            200:
              description: The ticket as it is now, or that it is out of this person's sight
              content:
                application/json:
                  schema:
                    oneOf:
                    - $ref: '#/components/schemas/TicketAnswer'
                    - $ref: '#/components/schemas/OutOfSight'
          refuses: [400, 401, 403, 404, 409, 413, 422]
        """
        ticket_id = self._key(pk)
        given, wrong = body()
        version = given.pop("version", None)
        once, _ = key_of_request()

        def work() -> int:
            return after_the_desk(
                wrong,
                lambda: desk.act(session(), ticket_id, name, given, by=current_actor(), at=now(), book=book(),
                                 version=version, once=once),
            )  # fmt: skip

        return enveloped(answer(transact(work)))

    @expose("/<pk>/open", methods=["POST"])
    @protect()
    @permission_name("open")
    def open(self, pk: str) -> Response:
        """Open a masked complainant
        ---
        post:
          description: >-
            What is masked of the complainant, in clear, for a reason that is recorded. The answer to this request
            shows it and no later one; who sees the complainant in clear anyway needs no reason.
          parameters:
          - ticket
          requestBody:
            required: true
            content: {application/json: {schema: {$ref: '#/components/schemas/Reveal'}}}
          responses:
            200:
              description: The ticket
              content: {application/json: {schema: {$ref: '#/components/schemas/TicketAnswer'}}}
          refuses: [400, 401, 403, 404, 413, 422]
        """
        ticket_id = self._key(pk)
        given, wrong = body()
        found: list[Sight] = []

        def work() -> int:
            def opened() -> int:
                found[:] = [watch.revealed(ticket_id, given)]
                return ticket_id

            return after_the_desk(wrong, opened)

        transact(work)
        return enveloped(as_seen(found[0], current_actor()))

    def _key(self, pk: str) -> int:
        """The id of an address. Raises Unseen for what no ticket can have."""
        with_tickets()
        key = self.datamodel.key(pk)
        if key is None:
            raise Unseen
        return int(key)

    def describe_rows(self, api_spec: APISpec) -> None:
        schemas.describe_tickets(api_spec)
