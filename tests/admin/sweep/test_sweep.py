"""Nobody meets a word of what is not theirs: every route, as every person, over a house full of secrets (POLICY §5).

How a new route comes into the sweep is told in `surfaces.py`.
"""

from typing import Any
from zlib import crc32

import pytest

from models import history, masking, scope, view
from models.tables import Ticket
from tests.admin.sweep.surfaces import SURFACES, Ask, Nothing
from tests.admin.sweep.walking import Route, Tally, asks, routes, walk
from tests.admin.sweep.world import World
from tests.fixtures.city import PEOPLE

PARTS = 4
"""Into so many tests the whole product of people and requests is cut, for as many processes."""
OFTEN = {
    "TicketApi.get": 11, "TicketApi.events": 3, "TicketView.show": 2, "TicketView.list": 2, "TicketView.export": 1,
    "TicketApi.get_list": 2, "PenaltyApi.get": 2, "/analytics/_dash-update-component": 1, "IndexView.index": 1,
}  # fmt: skip
"""How many of a route's requests each person makes in the sample; the others are asked by one."""
SELDOM = 15


def some(route: Route, of_route: list[Ask], n: int) -> list[Ask]:
    """The sample: each person begins where another one ended, so that together they ask for as much as can be."""
    if route[0] not in OFTEN:
        mine = (crc32("".join(route).encode()) + n) % SELDOM == 0
        return [of_route[n % len(of_route)]] if mine else []
    many = min(OFTEN[route[0]], len(of_route))
    return [of_route[(n * many + i * max(1, len(of_route) // many)) % len(of_route)] for i in range(many)]


def whole(route: Route, of_route: list[Ask], n: int) -> list[Ask]:
    return of_route


def told(tally: Tally, world: World) -> str:
    surfaces = sum(not isinstance(one, Nothing) for one in SURFACES.values())
    return (
        f"sweep: {len(tally.routes)} routes ({surfaces} surfaces) × {len(tally.people)} people, "
        f"{tally.asked:,} requests, {len(world.tokens()):,} tokens of {len(world.secrets)} tickets looked for, "
        f"{sum(tally.met.values()):,} met by who may, hits {len(tally.hits)}"
    )


def test_every_route_stands_in_the_table(world: World):
    known = routes(world.house)
    missing = sorted({endpoint for endpoint, _method in known} - SURFACES.keys())
    assert missing == [], f"say in tests/admin/sweep/surfaces.py how these are asked: {missing}"
    assert sorted(SURFACES.keys() - {endpoint for endpoint, _method in known}) == [], "what is left over in the table"
    asked = asks(world).keys()
    unasked = [route for route in known if route not in asked and not isinstance(SURFACES[route[0]], Nothing)]
    assert unasked == [], "each method of a route is asked"


def test_each_request_of_the_table_reaches_its_route(world: World):
    """An address that leads elsewhere would search nothing."""
    adapter = world.house.app.url_map.bind("localhost")
    astray = []
    for route, of_route in asks(world).items():
        for ask in of_route[:40]:
            endpoint = adapter.match(ask.path.partition("?")[0], ask.method)[0]
            if endpoint != route[0]:
                astray.append((route, ask.path, endpoint))
    assert astray == []


def test_nobody_meets_what_is_not_theirs(world: World, capsys: pytest.CaptureFixture[str]):
    tally = walk(world, PEOPLE, Tally(), some)
    with capsys.disabled():
        print(f"\n{told(tally, world)}")
    assert [str(hit) for hit in tally.hits] == []
    assert tally.statuses[500] == 0
    assert all(tally.met[who] for who in ("agent", "discipline", "head", "chairman", "leadership", "other_head"))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_nobody_meets_what_is_not_theirs_whatever_they_ask(world: World, capsys: pytest.CaptureFixture[str], part: int):
    """Every request of every route, by everybody."""
    tally = walk(world, [*PEOPLE][part::PARTS], Tally(), whole)
    with capsys.disabled():
        print(f"\n{told(tally, world)}")
    assert [str(hit) for hit in tally.hits] == []
    assert tally.statuses[500] == 0


# Holes made on purpose: the one place where our own code is bent, to see that the sweep would say so.


def unmasked(bend: pytest.MonkeyPatch) -> None:
    bend.setitem(masking.MASKS, "phone", str)


def unseen_seen(bend: pytest.MonkeyPatch) -> None:
    def everything(actor: Any) -> Any:
        return [(Ticket.id > 0, "part", False)]

    bend.setattr(scope, "_graded", everything)


def told_to_the_unit(bend: pytest.MonkeyPatch) -> None:
    bend.setitem(view.SHOWN, "summary", view.SHOWN["summary"] | {"content"})


def past_told(bend: pytest.MonkeyPatch) -> None:
    bend.setattr(history, "_shows", lambda *_: True)


@pytest.mark.parametrize(
    ("hole", "who", "kind"),
    [(unmasked, "leadership", "phone"), (unseen_seen, "other_head", "no"), (told_to_the_unit, "head", "content"),
     (past_told, "agent", "office")],
    ids=["a mask that masks nothing", "a scope that lets all in", "a level with a field too many", "a log told whole"],
)  # fmt: skip
def test_the_sweep_names_a_hole(world: World, monkeypatch: pytest.MonkeyPatch, hole: Any, who: str, kind: str):
    def few(route: Route, of_route: list[Ask], n: int) -> list[Ask]:
        return of_route if route[0] in ("TicketApi.get", "TicketApi.events") else []

    hole(monkeypatch)
    hits = walk(world, [who], Tally(), few).hits
    assert {hit.who for hit in hits} == {who}
    assert kind in {hit.kind for hit in hits}
    assert all(hit.secret in str(hit) and hit.ask.path in str(hit) for hit in hits)
