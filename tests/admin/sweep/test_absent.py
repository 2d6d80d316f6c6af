"""A ticket out of sight and one that does not exist are one thing: the same bytes, the same work (POLICY §5)."""

import re
from collections.abc import Callable
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from tests.admin.sweep.surfaces import SURFACES, Ask
from tests.admin.sweep.walking import Person, asks, heard
from tests.admin.sweep.world import World

ABSENT, ABSENT_NO = "893175900000001", "纪2026-ZZZ9"
OUTSIDERS = ("colleague", "leadership", *(pytest.param(who, marks=pytest.mark.slow) for who in ("head", "admin")))
CHANCE = (
    (re.compile(r"nonce-[\w-]+|nonce=\"[^\"]+\""), "nonce"),
    (re.compile(r"Set-Cookie: [^\n]+"), "cookie"),
    (re.compile(r'"(csrf_token|key|stamp|_id)": "[^"]*"'), r"\1"),  # in the cookie
    (re.compile(r"Content-Length: \d+"), "length"),  # of what is compared itself, packed or not
    (re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "made at"),  # in a workbook; answers say their offset
    (re.compile(r'(name="(?:once|csrf_token|draft|page_of)"[^>]*value=")[^"]*'), r"\1"),
    (re.compile(r'value="[\w-]{22}"'), "once"),
    (re.compile(r'(data-draft="[^"]*|data-once=")[^"]*"'), "once"),
)
"""What is drawn by lot for each answer."""


def settled(said: str) -> str:
    for pattern, word in CHANCE:
        said = pattern.sub(word, said)
    return said


@contextmanager
def counted(world: World):
    """The statements that a request sends to the database."""
    found: list[str] = []
    with world.house.app.app_context():
        engines = list(world.house.app.extensions["sqlalchemy"].engines.values())
    listen: Callable[..., None] = lambda _c, _cursor, statement, *_: found.append(statement)  # noqa: E731
    for engine in engines:
        event.listen(engine, "before_cursor_execute", listen)
    yield found
    for engine in engines:
        event.remove(engine, "before_cursor_execute", listen)


def of_tickets(world: World) -> list[tuple[str, Ask]]:
    """Each request of the table that names one ticket in its address, for a ticket that discipline investigates."""
    return [
        (route[0], ask) for route, of_route in asks(world).items() for ask in of_route
        if ask.about == "discipline investigating" and str(_hidden(world)) in ask.path.partition("?")[0]
    ]  # fmt: skip


def _hidden(world: World) -> int:
    return next(one.id for one in world.secrets if one.name == "discipline investigating")


def _absent(ask: Ask, world: World) -> Ask:
    secret = next(one for one in world.secrets if one.name == "discipline investigating")
    swap = {str(secret.id): ABSENT, next(iter(secret.tokens["no"])): ABSENT_NO}

    def other(what):
        if isinstance(what, str):
            for old, new in swap.items():
                what = what.replace(old, new)
            return what
        return {name: other(value) for name, value in what.items()} if isinstance(what, dict) else what

    return Ask(ask.method, other(ask.path), other(ask.form), other(ask.body), ask.file, ask.about)


@pytest.mark.parametrize("who", OUTSIDERS)
def test_hidden_and_absent_are_the_same_bytes_after_the_same_work(world: World, who: str):
    """Headers, body and number of statements; so neither what is said nor how long it takes tells them apart."""
    house = world.stage()
    person = Person(house, who)
    found = of_tickets(world)
    assert len(found) > 80
    person.asks(found[0][1])  # what is read once a process is read now
    for _endpoint, ask in found:
        with counted(world) as hidden_work:
            hidden = person.asks(ask)
        with counted(world) as absent_work:
            absent = person.asks(_absent(ask, world))
        said = [settled(heard(answer, house)) for answer in (hidden, absent)]
        hidden.close(), absent.close()
        assert hidden.status_code == absent.status_code, ask
        assert said[0].replace(str(_hidden(world)), ABSENT) == said[1], ask
        assert len(hidden_work) == len(absent_work), ask
        assert hidden.headers["Cache-Control"] == "no-store, private"


def test_no_answer_of_a_page_may_be_kept(world: World):
    """Neither by the browser, for its Back, nor by anything between."""
    person = Person(world.stage(), "discipline")
    for route, of_route in asks(world).items():
        if route[1] == "GET":
            answer = person.asks(of_route[0])
            assert answer.headers["Cache-Control"] == "no-store, private", route
            answer.close()


def test_discipline_tickets_change_no_byte_of_what_others_get(world: World):
    """Lists and their counts, tabs, the side, home, the board, searches and "n found", figures, frames, exports."""
    seen: dict[str, dict[str, str]] = {}
    for stage in ("quality", "hidden"):
        for who in ("colleague", "leadership"):
            house = world.stage(stage)
            person = Person(house, who)
            for name, ask in _general(world):
                answer = person.asks(ask)
                seen.setdefault(f"{who} {name}", {})[stage] = settled(heard(answer, house))
                answer.close()
    moved = [name for name, said in seen.items() if said["quality"] != said["hidden"]]
    assert moved == []
    assert len(seen) > 100


GENERAL = ("IndexView.index", "TicketView.list", "TicketView.export", "TicketView.incident", "TicketView.similar",
           "TicketView.lookup", "TicketView.where", "TicketApi.get_list", "SupervisionView.board", "NoticeView.list",
           "PenaltyView.list", "MediaExposureView.list", "PenaltyApi.get_list", "MediaExposureApi.get_list",
           "KpiApi.figure", "FrameApi.file", "FrameApi.meaning", "/analytics/workbook.xlsx", "TotalsApi.quarters",
           "/analytics/_dash-update-component",
           "/analytics/_dash-layout", "DelegationView.list")  # fmt: skip


def _general(world: World) -> list[tuple[str, Ask]]:
    """One request of each shape that asks for more than one ticket."""
    found = []
    for endpoint in GENERAL:
        of_hidden = [ask for ask in SURFACES[endpoint](world) if ask.about in ("", "discipline investigating")]
        step = max(1, len(of_hidden) // 4)
        found += [(f"{endpoint} {n}", ask) for n, ask in enumerate(of_hidden[::step])]
    return found
