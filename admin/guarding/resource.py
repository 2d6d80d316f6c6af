"""The base class of the HTTP API: FAB's, with errors in the one shape that the application's handlers give them."""

from __future__ import annotations

from typing import Any

import flask_appbuilder.api as fab
from apispec import APISpec
from flask.wrappers import Response

from admin import errors
from admin.guarding import openapi


class BaseApi(fab.BaseApi):
    """A resource of its own. What its methods may refuse stands in their descriptions as `refuses: [401, 404]`."""

    responses = openapi.RESPONSES

    def response_400(self, message: str | None = None) -> Response:
        return self.response(400, message=message or errors.by_status(400))

    def response_401(self) -> Response:
        return self.response(401, message=errors.by_status(401))

    def response_403(self) -> Response:
        return self.response(403, message=errors.by_status(403))

    def response_404(self) -> Response:
        return self.response(404, message=errors.by_status(404))

    def operation_helper(self, *, operations: dict[str, Any], **options: Any) -> None:
        super().operation_helper(operations=operations, **options)
        for operation in operations.values():
            openapi.add_refusals(operation)

    def add_apispec_components(self, api_spec: APISpec) -> None:
        fab.BaseApi.add_apispec_components(self, api_spec)  # past FAB's ModelRestApi, which has schemas of its own
        openapi.describe_problem(api_spec)
