"""Nobody meets a word of what is not theirs: every route, as every person, over a house full of secrets (POLICY §5).

How a new route comes into the sweep is told in `surfaces.py`.
"""

import pytest

from tests.admin.sweep.surfaces import SURFACES, Ask, Nothing
from tests.admin.sweep.walking import Route, Tally, asks, routes, walk
from tests.admin.sweep.world import World
from tests.fixtures.city import PEOPLE

OFTEN = {
    "TicketView.show": 99, "TicketApi.get": 99, "TicketApi.events": 99, "TicketView.list": 8, "TicketView.export": 4,
    "TicketApi.get_list": 8, "TicketView.act": 8, "TicketApi.act": 6, "FileView.attachment": 6, "TicketView.find": 4,
    "PrintView.form": 4, "TicketView.bulk": 4, "PenaltyView.show": 6, "MediaExposureView.show": 6, "PenaltyApi.get": 6,
    "/analytics/_dash-update-component": 3, "KpiApi.figure": 3,
}  # fmt: skip
"""How many of a route's requests each person makes in the sample; of the others one, and never the same two in a row."""


def some(route: Route, of_route: list[Ask], n: int) -> list[Ask]:
    """The sample: each person begins where another one ended, so that together they ask for as much as can be."""
    many = min(OFTEN.get(route[0], 1), len(of_route))
    return [of_route[(n * many + i * max(1, len(of_route) // many)) % len(of_route)] for i in range(many)]


def whole(route: Route, of_route: list[Ask], n: int) -> list[Ask]:
    return of_route


def told(tally: Tally, world: World) -> str:
    surfaces = sum(not isinstance(one, Nothing) for one in SURFACES.values())
    return (
        f"sweep: {len(tally.routes)} routes ({surfaces} surfaces) × {len(tally.people)} people, {tally.asked:,} requests, "
        f"{len(world.tokens()):,} tokens of {len(world.secrets)} tickets looked for, {sum(tally.met.values()):,} met "
        f"by who may, hits {len(tally.hits)}"
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
def test_nobody_meets_what_is_not_theirs_whatever_they_ask(world: World, capsys: pytest.CaptureFixture[str]):
    tally = walk(world, PEOPLE, Tally(), whole)
    with capsys.disabled():
        print(f"\n{told(tally, world)}")
    assert [str(hit) for hit in tally.hits] == []
    assert tally.statuses[500] == 0
