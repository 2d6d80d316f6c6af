"""The base class of a table over HTTP: FAB's, with its columns named, and read and written one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import flask_appbuilder.api as fab
from apispec import APISpec
from flask.wrappers import Response
from flask_appbuilder.api import expose, protect
from flask_appbuilder.api.schemas import get_info_schema, get_item_schema, get_list_schema
from flask_appbuilder.exceptions import FABException
from flask_appbuilder.security.decorators import permission_name

from admin import errors
from admin.guarding import bodies, openapi, values
from admin.guarding.address import FiltersOfRequest
from admin.guarding.conflicts import Conflict
from admin.guarding.filters import BY_REFERENCE, Filters
from admin.guarding.requests import asked, json_body, problem
from admin.guarding.resource import BaseApi
from models.refusals import Invalid, Unseen

READ_AND_WRITE = {"info": "read", "get": "read", "get_list": "read", "post": "write", "put": "write", "delete": "write"}
FURTHEST_PAGE, LARGEST_PAGE = 1_000_000, 100


class ModelRestApi(FiltersOfRequest, BaseApi, fab.ModelRestApi):
    """A table under `/api/v1/<resource_name>/`. Every resource names its columns.

    choices: column → code → Chinese name.
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
        """No schema of marshmallow's: rows are read and written by `bodies`."""

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
              content: {application/json: {schema: {type: object}}}
          refuses: [400, 401, 403]
        """
        sm = self.appbuilder.sm
        return self.response(
            200,
            permissions=[p for p in sorted(self.base_permissions) if sm.has_access(p, self.class_permission_name)],
            add_columns=self._described(self.add_columns),
            edit_columns=self._described(self.edit_columns),
            order_columns=self.order_columns,
            filters={
                name: [{"operator": f.arg_name, "name": str(f.name)} for f in found]
                for name, found in self._filters.get_search_filters().items()
            },
        )

    def _described(self, columns: list[str]) -> list[dict[str, Any]]:
        spec = openapi.column_spec
        return [{"name": name, **spec(self.datamodel, name, self.choices.get(name))} for name in columns]

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
          - {in: path, name: pk, required: true, schema: {type: string}}
          responses:
            200:
              description: The row
              content:
                application/json:
                  schema:
                    type: object
                    properties: {id: {}, result: {$ref: '#/components/schemas/{{self.__class__.__name__}}.row'}}
          refuses: [400, 401, 403, 404]
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
            content: {application/json: {schema: {$ref: '#/components/schemas/get_list_schema'}}}
          responses:
            200:
              description: A page of rows
              content:
                application/json:
                  schema:
                    type: object
                    properties:
                      count: {type: integer, description: Rows in all}
                      ids: {type: array, items: {}}
                      result: {type: array, items: {$ref: '#/components/schemas/{{self.__class__.__name__}}.row'}}
          refuses: [400, 401, 403]
        """
        wish = options["rison"]
        columns = self._columns(wish, self.list_columns)
        filters, column, direction, page, size = self._wished(wish)
        count, items = self.datamodel.query(filters, column, direction, page=page, page_size=size)
        return self.response(
            200,
            count=count,
            ids=[values.written(self.datamodel.get_pk_value(item)) for item in items],
            result=[bodies.row(self.datamodel, item, columns) for item in items],
        )

    def _wished(self, wish: Mapping[str, Any]) -> tuple[Filters, str, str, int, int]:
        """(filters, column to sort by, direction, page, its size) that `q` asks for. Raises 400."""
        try:
            filters = self._handle_filters_args(wish)
        except FABException as no:
            raise problem(400, str(no)) from None
        return filters, *self._handle_order_args(wish), *self._handle_page_args(wish)

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

    def _answer(self, status: int, item: Any, columns: list[str]) -> Response:
        row = bodies.row(self.datamodel, item, columns)
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
            content: {application/json: {schema: {$ref: '#/components/schemas/{{self.__class__.__name__}}.new'}}}
          responses:
            201:
              description: The row added
              content:
                application/json:
                  schema:
                    type: object
                    properties: {id: {}, result: {$ref: '#/components/schemas/{{self.__class__.__name__}}.row'}}
          refuses: [400, 401, 403, 413, 422]
        """
        given = bodies.read(self.datamodel, self.choices, json_body(), self.add_columns)
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
          - {in: path, name: pk, required: true, schema: {type: string}}
          requestBody:
            required: true
            content: {application/json: {schema: {$ref: '#/components/schemas/{{self.__class__.__name__}}.change'}}}
          responses:
            200:
              description: The row as it is now
              content:
                application/json:
                  schema:
                    type: object
                    properties: {id: {}, result: {$ref: '#/components/schemas/{{self.__class__.__name__}}.row'}}
          refuses: [400, 401, 403, 404, 409, 413, 422]
        """
        item = self._item(pk)
        given = bodies.read(self.datamodel, self.choices, json_body(), self.edit_columns, partly=True)
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
          - {in: path, name: pk, required: true, schema: {type: string}}
          responses:
            200:
              description: Deleted
          refuses: [401, 403, 404, 409, 422]
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
            n = errors.number()
            raise problem(422, errors.say("not_stored", number=n), errors={}, number=n) from None
        except Exception:
            self.datamodel.session.rollback()
            raise

    # OpenAPI

    def add_apispec_components(self, api_spec: APISpec) -> None:
        super().add_apispec_components(api_spec)
        self.describe_rows(api_spec)

    def describe_rows(self, api_spec: APISpec) -> None:
        """Add what the paths of this resource refer to."""
        found = openapi.row_schemas(
            self.datamodel, self.choices, row=self.show_columns, new=self.add_columns, change=self.edit_columns
        )
        for kind, schema in found.items():
            api_spec.components.schema(f"{type(self).__name__}.{kind}", schema)
