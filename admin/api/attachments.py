"""Files over HTTP: taken in, dropped, and read from their ticket. An act takes them by their ids, in `files`."""

from __future__ import annotations

from apispec import APISpec
from flask import request
from flask.wrappers import Response
from flask_appbuilder.api import expose, protect
from flask_appbuilder.security.decorators import permission_name

from admin import files, watch
from admin.api.sight import with_tickets
from admin.current import current_actor, session
from admin.guarding import BaseApi, values
from models import view
from models.fields import Unreadable
from models.refusals import Invalid, Reason, Unseen

UPLOAD = {
    "type": "object",
    "required": ["id", "name", "mime", "size"],
    "properties": {
        "id": {"type": "integer", "format": "int64"},
        "name": {"type": "string"},
        "mime": {"type": "string"},
        "size": {"type": "integer", "format": "int64"},
    },
}


class UploadApi(BaseApi):
    """Files that wait to be taken into a ticket by an act of their owner."""

    resource_name = "upload"
    class_permission_name = "Ticket"
    method_permission_name = {"post": "write", "delete": "write"}
    openapi_spec_tag = "Ticket"

    @expose("/", methods=["POST"])
    @protect()
    @permission_name("post")
    def post(self) -> Response:
        """Take in a file
        ---
        post:
          description: >-
            The file waits for a day. `register`, `attach`, `note` and `submit` take it into a ticket by its id in
            `files`, once, for whoever has sent it. Its kind is told by its content.
          requestBody:
            required: true
            content:
              multipart/form-data:
                schema:
                  type: object
                  required: [file]
                  properties:
                    file: {type: string, format: binary}
          responses:
            201:
              description: Taken in
              content: {application/json: {schema: {$ref: '#/components/schemas/Upload'}}}
          refuses: [400, 401, 404, 413, 422]
        """
        with_tickets()
        file = request.files.get("file")
        if file is None:
            raise Invalid({"file": Reason("required")})
        return self.response(201, **files.told(files.take(file)))

    @expose("/<pk>", methods=["DELETE"])
    @protect()
    @permission_name("delete")
    def delete(self, pk: str) -> Response:
        """Drop a file that waits
        ---
        delete:
          description: One's own, and only while no ticket has it
          parameters:
          - {in: path, name: pk, required: true, schema: {type: integer, format: int64}}
          responses:
            200:
              description: Dropped
              content: {application/json: {schema: {type: object, properties: {message: {type: string}}}}}
          refuses: [401, 404]
        """
        with_tickets()
        files.drop(_number(pk))
        return self.response(200, message="OK")

    def add_apispec_components(self, api_spec: APISpec) -> None:
        super().add_apispec_components(api_spec)
        api_spec.components.schema("Upload", UPLOAD)


class AttachmentApi(BaseApi):
    """Files that hang on tickets."""

    resource_name = "ticket"
    class_permission_name = "Ticket"
    method_permission_name = {"attachment": "read"}
    openapi_spec_tag = "Ticket"

    @expose("/<pk>/attachments/<n>", methods=["GET"])
    @protect()
    @permission_name("attachment")
    def attachment(self, pk: str, n: str) -> Response:
        """A file of a ticket
        ---
        get:
          description: >-
            The bytes, with the name they came by in `Content-Disposition`. Absent where the person's level of the
            ticket shows no attachments.
          parameters:
          - ticket
          - {in: path, name: n, required: true, schema: {type: integer}}
          responses:
            200:
              description: The file
              content: {'*/*': {schema: {type: string, format: binary}}}
            206:
              description: The part of it that a Range asks for
            304:
              description: What If-None-Match names is what it is
            416:
              description: No such range
          refuses: [401, 404]
        """
        with_tickets()
        return files.sent(view.attachment(session(), watch.sight(_number(pk)), _number(n), current_actor()))


def _number(written: str) -> int:
    """A number of an address. Raises Unseen for what is none."""
    try:
        return values.integer(written, values.LARGEST["big"])
    except Unreadable:
        raise Unseen from None
