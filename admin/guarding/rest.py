"""Base classes of the HTTP API: FAB's, with JSON read and written column by column.

FAB's schemas build rows out of relation fields, show whatever a relation leads to, and answer in words of the
library. Here a view names its columns; each is read by `values`, and a relation takes an id or a name of a row in
sight. Errors reach the handlers of the application, so that all have one shape.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, cast

import flask_appbuilder.api as fab
import jsonschema
import orjson
import prison
from apispec import APISpec
from flask import jsonify, make_response, request
from flask.wrappers import Response
from flask_appbuilder.api import expose, protect
from flask_appbuilder.api.schemas import get_info_schema, get_item_schema, get_list_schema
from flask_appbuilder.exceptions import FABException
from flask_appbuilder.security.decorators import permission_name
from sqlalchemy import BigInteger, Boolean, Date, Integer, Numeric, String, Text, Time
from werkzeug.exceptions import HTTPException

from admin import errors
from admin.guarding import values
from admin.guarding.conflicts import Conflict
from admin.guarding.filters import BY_REFERENCE
from admin.guarding.views import FiltersOfRequest
from models.base import User
from models.fields import Unreadable
from models.refusals import Invalid, Reason, Unseen
from models.types import Moment

READ_AND_WRITE = {"info": "read", "get": "read", "get_list": "read", "post": "write", "put": "write", "delete": "write"}
FURTHEST_PAGE, LARGEST_PAGE = 1_000_000, 100
LONGEST_QUERY = 10_000


def problem(status: int, said: str, **more: Any) -> HTTPException:
    """An error that is answered as it stands: `{"message": …}` and what else is known."""
    return HTTPException(response=make_response(jsonify(message=said, **more), status))


def json_body() -> dict[str, Any]:
    """The request's JSON object. Raises 400 for what is not JSON, Invalid for what is no object."""
    if not request.is_json:
        raise problem(400, errors.say("not_json"))
    try:
        body = orjson.loads(request.get_data())
    except ValueError:
        raise problem(400, errors.say("not_json")) from None
    if not isinstance(body, dict):
        raise problem(422, errors.say("not_an_object"), errors={})
    return body


def asked(schema: Mapping[str, Any]) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Read FAB's argument `q`, rison or JSON, and hold it to `schema`; 400 for what does not fit."""

    def decorate(method: Callable[..., Response]) -> Callable[..., Response]:
        @functools.wraps(method)
        def wrapped(self: Any, *args: Any, **options: Any) -> Response:
            return method(self, *args, **options, rison=_query(schema))

        return wrapped

    return decorate


def _query(schema: Mapping[str, Any]) -> dict[str, Any]:
    written = request.args.get("q", "")
    if not written:
        return {}
    if len(written) > LONGEST_QUERY:
        raise problem(400, errors.say("bad_query", why=""))
    try:
        found = orjson.loads(written) if written.lstrip().startswith(("{", "[")) else prison.loads(written)
        jsonschema.validate(found, schema)
    except jsonschema.ValidationError as no:
        raise problem(400, errors.say("bad_query", why=no.message[:200])) from None
    except Exception:  # noqa: BLE001  prison raises whatever it stumbles over
        raise problem(400, errors.say("bad_query", why=written[:40])) from None
    return cast("dict[str, Any]", found)


def _answer(said: str) -> dict[str, Any]:
    """An OpenAPI response in the one shape of all errors."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {"description": said, "content": {"application/json": schema}}


class BaseApi(fab.BaseApi):
    """A resource of its own."""

    responses = {
        "400": _answer("The request cannot be read: no JSON, or an argument that is not allowed"),
        "401": _answer("Nobody is logged in"),
        "403": _answer("Never this person's"),
        "404": _answer("Absent, out of sight, or no such door for this role: the same bytes"),
        "409": _answer("Does not fit where it is now, or somebody was quicker: then with the `version` in force"),
        "422": _answer("Fields that cannot be taken, each with its reason"),
        "500": _answer("A mistake of the server"),
    }

    def response_400(self, message: str | None = None) -> Response:
        return self.response(400, message=message or errors.by_status(400))

    def response_401(self) -> Response:
        return self.response(401, message=errors.by_status(401))

    def response_403(self) -> Response:
        return self.response(403, message=errors.by_status(403))

    def response_404(self) -> Response:
        return self.response(404, message=errors.by_status(404))

    def add_apispec_components(self, api_spec: APISpec) -> None:
        self.describe_answers(api_spec)

    def describe_answers(self, api_spec: APISpec) -> None:
        """Add what all resources refer to: the shape of errors, FAB's arguments."""
        fab.BaseApi.add_apispec_components(self, api_spec)
        if "Problem" not in api_spec.components.schemas:
            api_spec.components.schema("Problem", PROBLEM)


PROBLEM = {
    "type": "object",
    "required": ["message"],
    "properties": {
        "message": {"type": "string", "description": "What was wrong and what to do, in the reader's language"},
        "errors": {"type": "object", "additionalProperties": {"type": "string"}, "description": "Field: reason"},
        "version": {"type": "integer", "description": "With 409 for a stale version: the one in force"},
    },
}


class ModelRestApi(FiltersOfRequest, BaseApi, fab.ModelRestApi):
    """A table under `/api/v1/<resource_name>/`. Every resource names its columns.

    choices: column → code → Chinese name. natural: the primary key is no `id`, and is given when a row is added.
    """

    method_permission_name = READ_AND_WRITE
    choices: dict[str, dict[str, str]] = {}

    # FAB's start-up

    def _init_properties(self) -> None:
        for name in ("list_columns", "show_columns", "add_columns", "edit_columns", "search_columns", "order_columns"):
            if getattr(self, name) is None:
                raise LookupError(f"{type(self).__name__} must name its {name}")
        named = {name: list(getattr(self, name)) for name in ("search_columns", "order_columns")}
        super()._init_properties()
        for name, columns in named.items():  # FAB takes an empty list for none given
            setattr(self, name, columns)
        by_reference = {
            name: [filter_class(name, self.datamodel) for filter_class in BY_REFERENCE]
            for name in self.search_columns
            if self.datamodel.is_relation_many_to_one(name)
        }
        possible = self.datamodel.get_filters(self.search_columns, by_reference)
        possible.choices = self.choices
        self._filters = possible

    def _init_model_schemas(self) -> None:
        """No schema of marshmallow's: rows are read and written here."""

    # Reading

    @expose("/_info", methods=["GET"])
    @protect()
    @permission_name("info")
    @asked(get_info_schema)
    def info(self, **options: Any) -> Response:
        """What the resource has, and what the person may do with it
        ---
        get:
          description: Columns with their kinds, filters with their operators, permissions. No rows of other tables.
          responses:
            200:
              description: Metadata
              content:
                application/json:
                  schema:
                    type: object
            400:
              $ref: '#/components/responses/400'
            401:
              $ref: '#/components/responses/401'
            403:
              $ref: '#/components/responses/403'
        """
        sm = self.appbuilder.sm
        return self.response(
            200,
            permissions=[p for p in sorted(self.base_permissions) if sm.has_access(p, self.class_permission_name)],
            add_columns=[{"name": name, **self.column_spec(name)} for name in self.add_columns],
            edit_columns=[{"name": name, **self.column_spec(name)} for name in self.edit_columns],
            order_columns=self.order_columns,
            filters={
                name: [{"operator": f.arg_name, "name": str(f.name)} for f in found]
                for name, found in self._filters.get_search_filters().items()
            },
        )

    @expose("/<pk>", methods=["GET"])
    @protect()
    @permission_name("get")
    @asked(get_item_schema)
    def get(self, pk: str, **options: Any) -> Response:
        """One row
        ---
        get:
          description: One row by its id
          parameters:
          - in: path
            name: pk
            required: true
            schema:
              type: string
          responses:
            200:
              description: The row
              content:
                application/json:
                  schema:
                    type: object
                    properties:
                      id: {}
                      result:
                        $ref: '#/components/schemas/{{self.__class__.__name__}}.row'
            400:
              $ref: '#/components/responses/400'
            401:
              $ref: '#/components/responses/401'
            403:
              $ref: '#/components/responses/403'
            404:
              $ref: '#/components/responses/404'
        """
        columns = self._columns(options["rison"], self.show_columns)
        return self._answer(200, self._item(pk), columns)

    @expose("/", methods=["GET"])
    @protect()
    @permission_name("get")
    @asked(get_list_schema)
    def get_list(self, **options: Any) -> Response:
        """Rows, a page at a time
        ---
        get:
          description: Rows in the person's sight, filtered, sorted and paged by `q`
          parameters:
          - in: query
            name: q
            description: Rison or JSON
            content:
              application/json:
                schema:
                  $ref: '#/components/schemas/get_list_schema'
          responses:
            200:
              description: A page of rows
              content:
                application/json:
                  schema:
                    type: object
                    properties:
                      count:
                        type: integer
                        description: Rows in all
                      ids:
                        type: array
                        items: {}
                      result:
                        type: array
                        items:
                          $ref: '#/components/schemas/{{self.__class__.__name__}}.row'
            400:
              $ref: '#/components/responses/400'
            401:
              $ref: '#/components/responses/401'
            403:
              $ref: '#/components/responses/403'
        """
        wish = options["rison"]
        columns = self._columns(wish, self.list_columns)
        count, items = self._page_of_items(wish)
        return self.response(
            200,
            count=count,
            ids=[values.written(self.datamodel.get_pk_value(item)) for item in items],
            result=[self.row(item, columns) for item in items],
        )

    def _page_of_items(self, wish: Mapping[str, Any]) -> tuple[int, list[Any]]:
        """(rows in all, the rows of the page that `q` asks for). Raises 400."""
        try:
            filters = self._handle_filters_args(wish)
        except FABException as no:
            raise problem(400, str(no)) from None
        column, direction = self._handle_order_args(wish)
        page, size = self._handle_page_args(wish)
        count, items = self.datamodel.query(filters, column, direction, page=page, page_size=size)
        return count, items

    def _handle_order_args(self, rison_args: Mapping[str, Any]) -> tuple[str, str]:
        column = rison_args.get("order_column") or ""
        if not column:
            return self.base_order or (self.datamodel.get_pk_name(), "asc")
        if column not in self.order_columns:
            raise problem(400, errors.say("not_sortable", column=column))
        return column, rison_args.get("order_direction") or "asc"

    def _handle_page_args(self, rison_args: Mapping[str, Any]) -> tuple[int, int]:
        page, size = rison_args.get("page") or 0, rison_args.get("page_size") or self.page_size
        if not 0 <= page <= FURTHEST_PAGE or not -1 <= size < values.LARGEST["big"]:
            raise problem(400, errors.say("bad_page"))
        return int(page), min(int(size), LARGEST_PAGE) if size > 0 else LARGEST_PAGE

    def _columns(self, wish: Mapping[str, Any], allowed: list[str]) -> list[str]:
        """The columns that `q` asks for, of those allowed."""
        wanted = [*wish.get("columns", ()), *wish.get("select_columns", ())]
        for name in wanted:
            if name not in allowed and name != "id":
                raise problem(400, errors.say("no_column", column=name))
        return [name for name in allowed if name in wanted] if wanted else allowed

    def _item(self, pk: str) -> Any:
        """The row at an address. Raises Unseen: absent and out of sight are the same."""
        item = self.datamodel.get(pk, self._base_filters)
        if item is None:
            raise Unseen
        return item

    def row(self, item: Any, columns: list[str]) -> dict[str, Any]:
        """A row as JSON: `id`, then the columns; a relation is the other row's name."""
        found = {"id": values.written(self.datamodel.get_pk_value(item))}
        for name in columns:
            value = getattr(item, name)
            found[name] = name_of(value) if self.datamodel.is_relation(name) else values.written(value)
        return found

    def _answer(self, status: int, item: Any, columns: list[str]) -> Response:
        row = self.row(item, columns)
        return self.response(status, id=row["id"], result=row)

    # Writing

    @expose("/", methods=["POST"])
    @protect()
    @permission_name("post")
    def post(self) -> Response:
        """Add a row
        ---
        post:
          description: Add a row
          requestBody:
            required: true
            content:
              application/json:
                schema:
                  $ref: '#/components/schemas/{{self.__class__.__name__}}.new'
          responses:
            201:
              description: The row added
              content:
                application/json:
                  schema:
                    type: object
                    properties:
                      id: {}
                      result:
                        $ref: '#/components/schemas/{{self.__class__.__name__}}.row'
            400:
              $ref: '#/components/responses/400'
            401:
              $ref: '#/components/responses/401'
            403:
              $ref: '#/components/responses/403'
            422:
              $ref: '#/components/responses/422'
        """
        given = self.read(json_body(), self.add_columns)
        item = self.datamodel.obj(**given)
        self._write(item, self.pre_add, self.datamodel.add)
        self.post_add(item)
        return self._answer(201, item, self.show_columns)

    @expose("/<pk>", methods=["PUT"])
    @protect()
    @permission_name("put")
    def put(self, pk: str) -> Response:
        """Change a row
        ---
        put:
          description: Change a row; fields left out stay as they are
          parameters:
          - in: path
            name: pk
            required: true
            schema:
              type: string
          requestBody:
            required: true
            content:
              application/json:
                schema:
                  $ref: '#/components/schemas/{{self.__class__.__name__}}.change'
          responses:
            200:
              description: The row as it is now
              content:
                application/json:
                  schema:
                    type: object
                    properties:
                      id: {}
                      result:
                        $ref: '#/components/schemas/{{self.__class__.__name__}}.row'
            400:
              $ref: '#/components/responses/400'
            401:
              $ref: '#/components/responses/401'
            403:
              $ref: '#/components/responses/403'
            404:
              $ref: '#/components/responses/404'
            422:
              $ref: '#/components/responses/422'
        """
        item = self._item(pk)
        given = self.read(json_body(), self.edit_columns, partly=True)
        with self.datamodel.session.no_autoflush:
            for name, value in given.items():
                setattr(item, name, value)
            self._write(item, self.pre_update, self.datamodel.edit)
        self.post_update(item)
        return self._answer(200, item, self.show_columns)

    @expose("/<pk>", methods=["DELETE"])
    @protect()
    @permission_name("delete")
    def delete(self, pk: str) -> Response:
        """Delete a row
        ---
        delete:
          description: Delete a row that nothing else rests on
          parameters:
          - in: path
            name: pk
            required: true
            schema:
              type: string
          responses:
            200:
              description: Deleted
            401:
              $ref: '#/components/responses/401'
            403:
              $ref: '#/components/responses/403'
            404:
              $ref: '#/components/responses/404'
            409:
              $ref: '#/components/responses/409'
        """
        item = self._item(pk)
        self._write(item, self.pre_delete, self.datamodel.delete)
        self.post_delete(item)
        return self.response(200, message="OK")

    def _write(self, item: Any, before: Callable[[Any], None], write: Callable[[Any], None]) -> None:
        try:
            before(item)
            write(item)
        except Conflict as no:
            if no.in_use:
                raise problem(409, errors.say("in_use")) from None
            if no.errors:
                raise Invalid(no.errors) from None
            raise problem(422, errors.say("not_stored"), errors={}) from None
        except Exception:
            self.datamodel.session.rollback()
            raise

    # Fields

    def read(self, given: Mapping[str, Any], columns: list[str], *, partly: bool = False) -> dict[str, Any]:
        """The fields of a JSON object, each as its column takes it. Raises Invalid with all the reasons at once.

        partly: what is left out stays as it is.
        """
        why = {name: Reason("unknown_field") for name in given if name not in columns}
        read: dict[str, Any] = {}
        for name in columns:
            if name not in given and (partly or self._may_be_absent(name)):
                continue
            try:
                read[name] = self._read(name, given.get(name))
            except Unreadable as no:
                why[name] = no.reason
                continue
            if read[name] is None and not self.datamodel.is_nullable(name):
                if self._may_be_empty(name):
                    read[name] = ""
                else:
                    why[name] = Reason("required")
        if why:
            raise Invalid(why)
        return read

    def _read(self, name: str, value: Any) -> Any:
        if self.datamodel.is_relation(name):
            return None if value is None or value == "" else self.datamodel.related(name, value)
        return values.read(self.datamodel.list_columns[name], value, self.choices.get(name))

    def _may_be_absent(self, name: str) -> bool:
        if self.datamodel.is_relation(name):
            return bool(self.datamodel.is_nullable(name))
        column = self.datamodel.list_columns[name]
        return bool(column.nullable or column.default is not None)

    def _may_be_empty(self, name: str) -> bool:
        column = self.datamodel.list_columns.get(name)
        return column is not None and column.default is not None and column.default.arg == ""

    # OpenAPI

    def add_apispec_components(self, api_spec: APISpec) -> None:
        self.describe_answers(api_spec)
        name = type(self).__name__
        key = self.datamodel.obj.__mapper__.primary_key[0]
        row = {"id": column_type(key), **{column: self.column_spec(column) for column in self.show_columns}}
        new = {column: self.column_spec(column) for column in self.add_columns}
        required = [column for column in self.add_columns if not self._may_be_absent(column)]
        change = {column: self.column_spec(column) for column in self.edit_columns}
        for kind, properties in {"row": row, "new": new, "change": change}.items():
            schema: dict[str, Any] = {"type": "object", "properties": properties}
            if kind == "new" and required:
                schema["required"] = required
            if kind != "row":
                schema["additionalProperties"] = False
            api_spec.components.schema(f"{name}.{kind}", schema)

    def column_spec(self, name: str) -> dict[str, Any]:
        """A column as JSON Schema says it."""
        if self.datamodel.is_relation(name):
            spec: dict[str, Any] = {"anyOf": [{"type": "string"}, {"type": "integer"}]}
            spec["description"] = "A name, or, when written, an id"
        else:
            spec = column_type(self.datamodel.list_columns[name])
            if name in self.choices:
                spec["enum"] = list(self.choices[name])
        if self.datamodel.is_nullable(name):
            spec["nullable"] = True
            if "enum" in spec:
                spec["enum"] = [*spec["enum"], None]
        return spec


def name_of(row: Any) -> str | None:
    """What a row at the other end of a relation is called."""
    if row is None:
        return None
    return f"{row.last_name}{row.first_name}" if isinstance(row, User) else str(row)


TYPES: tuple[tuple[Any, dict[str, Any]], ...] = (
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


def column_type(column: Any) -> dict[str, Any]:
    """A column's kind as JSON Schema says it."""
    for kind, spec in TYPES:
        if isinstance(column.type, kind):
            length = getattr(column.type, "length", None)
            return {**spec, "maxLength": length} if length else dict(spec)
    return {}
