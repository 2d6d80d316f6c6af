"""What a request to the API brings, its JSON and FAB's argument `q`, and how it is told that it cannot be read."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, cast

import jsonschema
import orjson
import prison
from flask import jsonify, make_response, request
from flask.wrappers import Response
from werkzeug.exceptions import HTTPException

from admin import errors

LONGEST_QUERY = 10_000
LARGEST_BODY = 2 << 20
"""Bytes of JSON: the longest texts of a registration fit several times; scans are uploaded as files."""


def problem(status: int, said: str, **more: Any) -> HTTPException:
    """An error that is answered as it stands: `{"message": …}` and what else is known."""
    return HTTPException(response=make_response(jsonify(message=said, **more), status))


def json_body() -> dict[str, Any]:
    """The request's JSON object. Raises 400 for what is not JSON, 422 for what is no object."""
    request.max_content_length = min(LARGEST_BODY, request.max_content_length or LARGEST_BODY)
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
