"""Asking the program everything as somebody, and hearing which tokens its answers hold."""

import html
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq
from flask.testing import FlaskClient
from itsdangerous import BadSignature
from pypdf import PdfReader
from werkzeug.test import TestResponse

from tests.admin.conftest import PASSWORD, House
from tests.admin.sweep.surfaces import SURFACES, Ask, Nothing
from tests.admin.sweep.world import SHAPES, World

TAGS = re.compile(r"<[^>]*>")
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")

Route = tuple[str, str]
"""Endpoint and method."""


def routes(house: House) -> dict[Route, str]:
    """Every route of the program, with its rule."""
    return {
        (rule.endpoint, method): rule.rule
        for rule in house.app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    }


def asks(world: World) -> dict[Route, list[Ask]]:
    """What the table sends to each route: its method, and the address that the program itself reads."""
    found: dict[Route, list[Ask]] = {}
    for endpoint, surface in SURFACES.items():
        if not isinstance(surface, Nothing):
            for ask in surface(world):
                found.setdefault((endpoint, ask.method), []).append(ask)
    return found


class Person:
    """Somebody at a browser and with a program, as the sweep's requests need them."""

    def __init__(self, house: House, name: str) -> None:
        self.house, self.name = house, name
        self.client: FlaskClient = house.app.test_client()
        self.program: FlaskClient = house.app.test_client(use_cookies=False)
        self.sign_in()

    def sign_in(self) -> None:
        answer = self.client.post("/login/", data={"username": self.name, "password": PASSWORD})
        assert answer.status_code == 302, self.name
        given = {"username": self.name, "password": PASSWORD, "provider": "db"}
        self.token = self.program.post("/api/v1/security/login", json=given).json["access_token"]

    def asks(self, ask: Ask) -> TestResponse:
        options: dict[str, Any] = {"method": ask.method}
        if ask.file:
            options["data"] = {"file": (io.BytesIO(b"MZ\0"), ask.file)}
        elif ask.body is not None:
            options["json"] = ask.body
        elif ask.form is not None:
            options["data"] = ask.form
        if ask.path.startswith("/api/"):
            return self.program.open(ask.path, headers={"Authorization": f"Bearer {self.token}"}, **options)
        return self.client.open(ask.path, **options)


def heard(answer: TestResponse, house: House) -> str:
    """All that an answer says: headers, cookies and what is packed into them, its text with and without tags, and what
    a workbook, a PDF, a Parquet or an Arrow file holds."""
    headers = "\n".join(f"{name}: {unquote(value)}" for name, value in answer.headers)
    return "\n".join([headers, *_cookies(answer, house), *_body(answer.data)])


def _cookies(answer: TestResponse, house: House) -> Iterator[str]:
    serializer: Any = house.app.session_interface.get_signing_serializer(house.app)  # type: ignore[attr-defined]
    for cookie in answer.headers.getlist("Set-Cookie"):
        name, _, value = cookie.partition("=")
        if name == house.app.config["SESSION_COOKIE_NAME"]:
            try:
                yield json.dumps(serializer.loads(value.partition(";")[0]), ensure_ascii=False)
            except BadSignature:
                yield value


def _body(data: bytes) -> Iterator[str]:
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            for name in packed.namelist():
                yield name
                yield from _body(packed.read(name))
        return
    if data.startswith(b"%PDF"):
        yield from (page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
        return
    if data.startswith((b"PAR1", b"ARROW1")):
        file = pa.BufferReader(data)
        table = pq.read_table(file) if data.startswith(b"PAR1") else pa.ipc.open_file(file).read_all()
        yield str(table.schema)
        yield str(table.to_pydict())
        return
    text = ESCAPED.sub(lambda found: chr(int(found[1], 16)), data.decode("utf-8", "replace"))
    yield text
    if "<" in text:
        yield html.unescape(TAGS.sub("", text))


@dataclass(frozen=True)
class Hit:
    """A token in an answer to somebody who must not meet it."""

    who: str
    route: Route
    ask: Ask
    status: int
    secret: str
    kind: str

    def __str__(self) -> str:
        asked = f"{self.ask.method} {self.ask.path} {self.ask.form or self.ask.body or ''}"
        return f"{self.who} met {self.kind} of “{self.secret}”: {asked} → {self.status}"


@dataclass
class Tally:
    """What a walk came to."""

    routes: set[Route] = field(default_factory=set)
    people: set[str] = field(default_factory=set)
    asked: int = 0
    met: Counter[str] = field(default_factory=Counter)
    """Tokens that somebody met who may: without any the sweep would look for nothing."""
    statuses: Counter[int] = field(default_factory=Counter)
    hits: list[Hit] = field(default_factory=list)


def walk(
    world: World, people: Iterable[str], tally: Tally, chosen: Callable[[Route, list[Ask], int], list[Ask]],
    prepare: Callable[[House], None] | None = None,
) -> Tally:  # fmt: skip
    """Ask everything as each of these people, each in a house as new, and note which tokens they meet."""
    wanted, tokens = asks(world), world.tokens()
    for n, who in enumerate(people):
        house = world.stage()
        if prepare:
            prepare(house)
        person = Person(house, who)
        tally.people.add(who)
        for route, of_route in wanted.items():
            tally.routes.add(route)
            for ask in chosen(route, of_route, n):
                answer = person.asks(ask)
                tally.asked += 1
                tally.statuses[answer.status_code] += 1
                found = tokens.intersection(SHAPES.findall(heard(answer, house)))
                answer.close()
                found -= set(SHAPES.findall(ask.said)) if found else set()
                for token in found:
                    if world.may(who, token):
                        tally.met[who] += 1
                        continue
                    secret, kind = world.known.get(token, (None, "what somebody keeps for themselves"))
                    tally.hits.append(
                        Hit(who, route, ask, answer.status_code, secret.name if secret else "nobody's ticket", kind)
                    )
                if answer.status_code == 302 and answer.location.startswith("/login/"):
                    person.sign_in()
    return tally
