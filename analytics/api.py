"""Figures and frames over HTTP (DESIGN §6): the same question as on the command line, the same document back.

The program that mounts these puts two callables into `app.extensions`: `actor_of`, who asks, and `figures`, a context
manager that gives a session on the database that figures are read from; and two that write the security log,
`exported`, and `granted`, which asks for the chairman's grant first.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from flask import Response, current_app, jsonify, make_response, request, stream_with_context
from flask_appbuilder.api import BaseApi, expose, protect
from flask_babel import gettext
from sqlalchemy.orm import Session

from analytics import files, frames, kpi, questions, totals
from analytics.columns import FRAMES, dictionary
from analytics.metrics import METRICS
from analytics.questions import Unanswerable, Withheld
from models.actor import Actor

MIME = {
    "csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet", "arrow": "application/vnd.apache.arrow.file",
}  # fmt: skip
CHUNK = 1 << 16


def _actor() -> Actor:
    found: Actor = current_app.extensions["actor_of"]()
    return found


def _now() -> datetime:
    at: datetime = current_app.extensions["clock"]()
    return at


def _figures() -> AbstractContextManager[Session]:
    session: AbstractContextManager[Session] = current_app.extensions["figures"]()
    return session


def _refused(no: Unanswerable | Withheld) -> Response:
    if isinstance(no, Withheld):
        return make_response(jsonify(message=no.sentence), no.status)
    return make_response(jsonify(message="有内容需要修改。", errors={no.field: str(no)}), 422)


def not_found() -> Response:
    """The same bytes for everything that is not there."""
    return make_response(jsonify(message="没有找到。看看地址是否有误。"), 404)


class Api(BaseApi):
    """FAB's, saying no in the words of the others."""

    def response_403(self) -> Response:
        return make_response(jsonify(message=gettext("您没有这项权限。")), 403)


class KpiApi(Api):
    """A figure by its name."""

    resource_name = "kpi"
    class_permission_name = "Analytics"
    method_permission_name: ClassVar = {"figure": "read"}
    openapi_spec_tag = "Figures"

    @expose("/<name>", methods=["GET"])
    @protect()
    def figure(self, name: str) -> Response:
        """A figure with both parts, by the dimensions asked for.
        ---
        get:
          description: The document of `kpi --json`.
          parameters:
          - {in: path, name: name, required: true, schema: {type: string}}
          - {in: query, name: from, schema: {type: string}}
          - {in: query, name: to, description: exclusive, schema: {type: string}}
          - {in: query, name: by, schema: {type: array, items: {type: string}}}
          - {in: query, name: scope, schema: {type: string, enum: [quality, all]}}
          - {in: query, name: as_of, schema: {type: string}}
          responses:
            200:
              description: The figure
              content: {application/json: {schema: {type: object}}}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
            404: {$ref: '#/components/responses/404'}
            422: {$ref: '#/components/responses/422'}
        """
        if name not in METRICS:
            return not_found()
        args = request.args
        try:
            actor = _actor()
            asked = questions.read(
                [name], now=_now(), start=args.get("from"), end=args.get("to"), by=args.getlist("by"),
                scope=questions.allowed_scope(actor, args.get("scope") or "quality"), as_of=args.get("as_of"),
            )  # fmt: skip
            questions.allow(actor, asked)
            with _figures() as session:
                rows = kpi.answer(session, asked)
        except (Unanswerable, Withheld) as no:
            return _refused(no)
        return jsonify(kpi.as_json(asked, rows))


class FrameApi(Api):
    """A frame as a file: without names, unless the chairman has granted them to whoever asks."""

    resource_name = "frame"
    allow_browser_login = True  # it reads only, and a grantee is sent here from their inbox
    class_permission_name = "Frame"
    method_permission_name: ClassVar = {"file": "read", "meaning": "read"}
    openapi_spec_tag = "Figures"

    @expose("/<name>", methods=["GET"])
    @protect()
    def file(self, name: str) -> Response:
        """A frame's rows.
        ---
        get:
          description: A file; without `format` a CSV.
          parameters:
          - {in: path, name: name, required: true, schema: {type: string}}
          - {in: query, name: format, schema: {type: string, enum: [csv, xlsx, parquet, arrow]}}
          - {in: query, name: from, schema: {type: string}}
          - {in: query, name: to, description: exclusive, schema: {type: string}}
          - {in: query, name: unit, schema: {type: array, items: {type: string}}}
          - {in: query, name: by, description: of `kpi`, schema: {type: array, items: {type: string}}}
          - {in: query, name: scope, schema: {type: string, enum: [quality, all]}}
          - {in: query, name: identified, description: "1: with the complainants, by `grant`", schema: {type: string}}
          - {in: query, name: grant, description: One's own grant of this frame, schema: {type: string}}
          responses:
            200:
              description: The file
              content: {text/csv: {schema: {type: string}}}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
            404: {$ref: '#/components/responses/404'}
            422: {$ref: '#/components/responses/422'}
        """
        if name not in FRAMES:
            return not_found()
        args = request.args
        form = args.get("format") or "csv"
        try:
            actor = _actor()
            frames.allow_export(actor, name)
            scope = questions.allowed_scope(actor, args.get("scope") or "quality")
            asked = frames.wanted(
                name, now=_now(), start=args.get("from"), end=args.get("to"), units=args.getlist("unit"),
                by=args.getlist("by"), scope=scope, reader=actor, key=current_app.config["DIGEST_KEY"],
            )  # fmt: skip
            files.check(form)
            told = {"what": name, "format": form, "scope": scope, "units": len(asked.units), "divided": list(asked.by),
                    "period": [args.get("from"), args.get("to")]}  # fmt: skip
            if args.get("identified", "") not in ("", "0"):
                frames.for_grantee(asked)
                body = self._written(current_app.extensions["granted"](asked, args.get("grant", ""), told), form)
            else:
                body = self._written(asked, form)
                current_app.extensions["exported"](**told)
        except (Unanswerable, Withheld) as no:
            return _refused(no)
        headers = {"Content-Disposition": f"attachment; filename={name}.{form}"}
        return Response(stream_with_context(body), mimetype=None, content_type=MIME[form], headers=headers)

    @expose("/<name>/columns", methods=["GET"])
    @protect()
    def meaning(self, name: str) -> Response:
        """What the columns of a frame mean.
        ---
        get:
          description: Each column in its order, with its Chinese name, its type and what it means.
          parameters:
          - {in: path, name: name, required: true, schema: {type: string}}
          responses:
            200:
              description: The columns
              content: {application/json: {schema: {type: object}}}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
            404: {$ref: '#/components/responses/404'}
        """
        if name not in FRAMES:
            return not_found()
        try:
            frames.allow_export(_actor(), name)
        except Withheld as no:
            return _refused(no)
        return jsonify(frame=name, zh=FRAMES[name].zh, columns=dictionary(name))

    def _written(self, asked: frames.Wanted, form: str) -> Iterator[bytes]:
        """The file, written whole before its first byte leaves, so that an error is an answer and not half a file."""
        folder = tempfile.TemporaryDirectory(prefix="frame-")
        path = Path(folder.name) / f"frame.{form}"
        try:
            with _figures() as session:
                files.write(session, asked, form, path, people=False)
        except BaseException:
            folder.cleanup()
            raise
        return self._sent(folder, path)

    @staticmethod
    def _sent(folder: Any, path: Path) -> Iterator[bytes]:
        with folder, path.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk


class TotalsApi(Api):
    """What leadership learns of the discipline track in figures."""

    resource_name = "totals"
    class_permission_name = "Analytics"
    method_permission_name: ClassVar = {"quarters": "read"}
    openapi_spec_tag = "Figures"

    @expose("/", methods=["GET"])
    @protect()
    def quarters(self) -> Response:
        """Complaints of the discipline track by finished quarter.
        ---
        get:
          description: >-
            For leadership, discipline and the chairman. The whole group, as the log stood at each quarter's end; null
            is withheld, being under `least` or what that could be worked out from.
          responses:
            200:
              description: The quarters, the latest first
              content: {application/json: {schema: {type: object}}}
            401: {$ref: '#/components/responses/401'}
            403: {$ref: '#/components/responses/403'}
        """
        try:
            totals.allow(_actor())
        except Withheld as no:
            return _refused(no)
        with _figures() as session:
            return jsonify(totals.as_json(totals.quarters(session, _now())))


APIS = (KpiApi, FrameApi, TotalsApi)
