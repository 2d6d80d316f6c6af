"""Flask-AppBuilder's holes, each closed in one place of `admin.guarding`, and shown shut here (docs/security.md).

The probes are generated views as anybody might write them: nothing in them is careful.
"""

# ruff: noqa: RUF012  a FAB view is class attributes

import json
import threading
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Response
from flask_appbuilder.actions import action
from sqlalchemy import event, select

from admin.guarding import ModelRestApi, ModelView, SQLAInterface
from models.base import Role, User
from models.tables import CustomerCount, Penalty, Ticket, Unit
from models.types import new_id
from tests.admin.conftest import Browser, House, Rooms, _dispose, build
from tests.fixtures.city import shanghai

done: list[int] = []


class PenaltyProbe(ModelView):
    datamodel = SQLAInterface(Penalty)
    class_permission_name = "Penalty"
    list_columns = show_columns = add_columns = edit_columns = ["person", "ticket", "unit", "amount", "post", "clause"]
    search_columns = ["person", "ticket", "unit"]
    order_columns = ["person"]


class TicketProbe(ModelView):
    """A generated list of tickets with an action, open to everybody by its door."""

    datamodel = SQLAInterface(Ticket)
    class_permission_name = "Ticket"
    list_columns = show_columns = ["no", "state", "unit"]
    search_columns = ["state", "unit"]
    order_columns = ["no"]
    exclude_route_methods = {"add", "edit", "delete"}
    method_permission_name = {"touch": "write"}
    related_views = [PenaltyProbe]

    @action("touch", "Touch", single=True, multiple=True)
    def touch(self, items):
        done.extend(item.id for item in (items if isinstance(items, list) else [items]))
        return Response("touched")


class CountProbe(ModelView):
    datamodel = SQLAInterface(CustomerCount)
    class_permission_name = "CustomerCount"
    list_columns = show_columns = add_columns = edit_columns = ["unit", "month", "customers"]
    search_columns = ["unit", "month"]
    order_columns = ["month"]


class UnitProbe(ModelView):
    """With a related list whose rows are in everybody's sight, but for their door: no auditor reads customers."""

    datamodel = SQLAInterface(Unit)
    related_views = [CountProbe]
    class_permission_name = "Unit"
    list_columns = show_columns = add_columns = edit_columns = ["name", "phone", "active"]
    search_columns = ["name", "active"]
    order_columns = ["name"]


class UserProbeApi(ModelRestApi):
    """An API on accounts, open to everybody by its door."""

    resource_name, class_permission_name = "user_probe", "Unit"
    datamodel = SQLAInterface(User)
    list_columns = show_columns = ["username", "created_by"]
    add_columns = edit_columns = ["username", "created_by"]
    search_columns = ["username"]
    order_columns = ["username"]


@pytest.fixture(scope="module")
def probing(sqlite_office: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rooms]:
    made = Rooms(sqlite_office, tmp_path_factory.mktemp("probes"))
    with made.house.app.app_context():
        for view in (PenaltyProbe, TicketProbe, CountProbe, UnitProbe):
            made.house.app.appbuilder.add_view_no_menu(view)
        made.house.app.appbuilder.add_api(UserProbeApi)
    yield made
    _dispose(made.house.app)


@pytest.fixture
def probes(probing: Rooms) -> House:
    done.clear()
    return probing.fresh()


@pytest.fixture
def of_both_units(probes: House) -> dict[str, int]:
    """A ticket of the head's unit, one of another unit's, and a discipline ticket."""
    agent = probes.api("agent")
    found = {}
    for name, unit in (("mine", "第一水厂"), ("theirs", "东城营业所")):
        ticket = agent.registers()
        agent.does(ticket, "assign", unit=unit)
        found[name] = ticket["id"]
    secret = agent.registers(category="吃拿卡要", content="索要好处")
    agent.does(secret, "refer")
    return {**found, "secret": secret["id"]}


def penalise(house: House, ticket_id: int, person: str) -> None:
    """What was decided against somebody of the plant."""
    at, plant = shanghai("2026-03-06 09:00"), unit_id(house, "第一水厂")
    house.changes(
        lambda session: session.add(
            Penalty(
                id=new_id(), clause="第八条(一)", ticket_id=ticket_id, person=person, post="leader", unit_id=plant,
                amount=Decimal(50), conduct_at=at, proposed_at=at, confirmed_at=at, state="confirmed",
            )
        )
    )  # fmt: skip


def unit_id(house: House, name: str) -> int:
    with house.session() as session:
        return session.scalars(select(Unit.id).where(Unit.name == name)).one()


# Scope


def test_a_list_shows_only_what_is_in_scope(probes, of_both_units):
    page = probes.browser("head").get("/ticketprobe/list/").text
    assert "ZL-2026-00001" in page
    assert "ZL-2026-00002" not in page
    assert "纪2026" not in page


@pytest.mark.parametrize("which", ["theirs", "secret"])
def test_a_page_out_of_scope_is_absent(probes, of_both_units, which):
    head = probes.browser("head")
    assert head.get(f"/ticketprobe/show/{of_both_units['mine']}").status_code == 200
    gone, absent = head.get(f"/ticketprobe/show/{of_both_units[which]}"), head.get("/ticketprobe/show/4503599627370497")
    assert (gone.status_code, absent.status_code) == (404, 404)


def test_an_action_reaches_only_rows_in_scope(probes, of_both_units):
    head = probes.browser("head")
    token = head.token("/unitprobe/list/") if "csrf_token" in head.get("/unitprobe/list/").text else token_of(head)
    for which in ("theirs", "secret"):
        answer = head.client.post(f"/ticketprobe/action/touch/{of_both_units[which]}", data={"csrf_token": token})
        assert answer.status_code == 404
    assert done == []
    assert head.client.post(
        f"/ticketprobe/action/touch/{of_both_units['mine']}", data={"csrf_token": token}
    ).text == "touched"  # fmt: skip
    assert done == [of_both_units["mine"]]


def token_of(browser: Browser) -> str:
    return browser.token("/resetmypassword/form")


def test_an_action_on_many_rows_skips_those_out_of_scope_and_those_that_are_gone(probes, of_both_units):
    head = probes.browser("head")
    rows = [*of_both_units.values(), 4503599627370497, "x", 2**70]
    data = {"csrf_token": token_of(head), "action": "touch", "rowid": [str(row) for row in rows]}
    assert head.client.post("/ticketprobe/action_post", data=data).status_code == 200
    assert done == [of_both_units["mine"]], "and none of them is None"
    data["rowid"] = [str(of_both_units["secret"])]
    assert head.client.post("/ticketprobe/action_post", data=data).status_code == 404


@pytest.mark.parametrize("who", ["head", None])
def test_an_unknown_action_is_no_500(probes, of_both_units, who):
    browser = probes.browser(who)
    token = token_of(browser) if who else browser.token("/login/")
    for path, more in ((f"/ticketprobe/action/nonsense/{of_both_units['mine']}", {}),
                       ("/ticketprobe/action_post", {"action": "nonsense", "rowid": "1"}),
                       ("/ticketprobe/action_post", {})):  # fmt: skip
        assert browser.client.post(path, data={"csrf_token": token, **more}).status_code == (404 if who else 401)


def test_an_action_without_its_permission_is_403(probes, of_both_units):
    def strip(session):
        role = session.scalars(select(Role).where(Role.name == "unit_head")).one()
        role.permissions = [
            p for p in role.permissions if (p.permission.name, p.view_menu.name) != ("can_write", "Ticket")
        ]

    probes.changes(strip)
    head = probes.browser("head")
    path = f"/ticketprobe/action/touch/{of_both_units['mine']}"
    assert head.client.post(path, data={"csrf_token": token_of(head)}).status_code == 403
    assert done == []


def test_what_hangs_on_a_ticket_follows_its_scope(probes, of_both_units):
    """A list of penalties would name the discipline ticket and the person."""
    for name, ticket_id in of_both_units.items():
        penalise(probes, ticket_id, f"某{name}")
    page = probes.browser("operations").get("/penaltyprobe/list/").text
    assert "某mine" in page
    assert "某secret" not in page
    rows = probes.api("head").get("penalty/").json
    assert [row["person"] for row in rows["result"]] == ["某mine"]
    assert rows["count"] == 1
    assert len(probes.api("discipline").get("penalty/").json["result"]) == 3


def test_what_hangs_on_a_ticket_is_not_listed_to_whom_it_is_a_stub(probes, of_both_units):
    penalise(probes, of_both_units["secret"], "某secret")
    probes.changes(lambda session: setattr(session.get(Ticket, of_both_units["secret"]), "state", "fed_back"))
    operations = probes.api("operations")
    assert operations.get(f"ticket/{of_both_units['secret']}").json["level"] == "stub"
    assert operations.get("penalty/").json["count"] == 0


def test_a_related_list_needs_the_permission_of_its_own_view(probes):
    plant = unit_id(probes, "第一水厂")
    probes.changes(lambda session: session.add(CustomerCount(unit_id=plant, month=date(2026, 3, 1), customers=54_321)))
    path = f"/unitprobe/show/{plant}"
    assert "54321" in probes.browser("operations").get(path).text
    answer = probes.browser("auditor").get(path)
    assert answer.status_code == 200
    assert "54321" not in answer.text, "auditors have no door to customers"


def test_what_hangs_on_a_ticket_in_a_related_list_follows_its_own_scope(probes, of_both_units):
    penalise(probes, of_both_units["mine"], "某某某")
    path = f"/ticketprobe/show/{of_both_units['mine']}"
    assert "某某某" in probes.browser("head").get(path).text
    answer = probes.browser("agent").get(path)
    assert answer.status_code == 200
    assert "某某某" not in answer.text


# Relations


def test_a_relation_takes_only_rows_in_scope_over_the_api(probes, of_both_units):
    """Whoever could hang a penalty on a ticket out of sight would read its number back."""
    operations = probes.api("operations")
    row = {"clause": "第八条(一)", "person": "某", "post": "leader", "conduct_at": "2026-03-06T09:00:00+08:00"}
    hidden = operations.post("penalty/", **row, ticket=of_both_units["secret"])
    absent = operations.post("penalty/", **row, ticket=4503599627370497)
    assert hidden.status_code == absent.status_code == 422
    assert hidden.json["errors"] == {"ticket": f"没有找到“{of_both_units['secret']}”。"}
    assert absent.json["errors"] == {"ticket": "没有找到“4503599627370497”。"}, "in the same words"
    assert operations.post("penalty/", **row, ticket=of_both_units["mine"]).status_code == 201


def test_a_relation_takes_only_rows_in_scope_in_a_form(probes, of_both_units):
    with probes.session() as session:
        secret, mine = (session.get(Ticket, of_both_units[name]).no for name in ("secret", "mine"))
    operations = probes.browser("operations")
    fields = {"clause": "第八条(一)", "person": "某", "post": "leader", "unit": "__None"}
    before = operations.post("/penaltyprobe/add", **fields, ticket=secret)
    assert before.status_code == 200, "the form comes back"
    assert "没有找到" in before.text
    assert probes.api("discipline").get("penalty/").json["count"] == 0
    assert mine not in before.text, "and offers no ticket by itself"


def test_nobody_writes_where_they_could_not_look(probes, of_both_units):
    """To the dispatcher of its stub a discipline ticket is no place to hang a penalty on."""
    probes.changes(lambda session: setattr(session.get(Ticket, of_both_units["secret"]), "state", "fed_back"))
    answer = probes.api("operations").post(
        "penalty/", clause="第八条(一)", person="某", post="leader", conduct_at="2026-03-06T09:00:00+08:00",
        ticket=of_both_units["secret"],
    )  # fmt: skip
    assert (answer.status_code, set(answer.json.get("errors", ()))) == (422, {"ticket"})
    assert probes.api("discipline").get("penalty/").json["count"] == 0


RELATIONS = {
    "a row to make": {"name": "新单位"}, "an account to make": {"username": "x", "password": "y"}, "a list": [1],
    "true": True, "an unknown id": 10**6, "an id too large": 2**80, "an unknown name": "没有", "a fraction": 1.5,
}  # fmt: skip


@pytest.mark.parametrize("value", RELATIONS.values(), ids=RELATIONS)
def test_a_relation_makes_no_row(probes, value):
    with probes.session() as session:
        before = [session.query(table).count() for table in (Unit, User)]
    operations = probes.api("operations")
    answers = [
        operations.post("customer_count/", unit=value, month="2026-01-01", customers=1),
        operations.post("user_probe/", username="x", created_by=value),
        operations.post("post/", user=value, unit="第一水厂", post="head", since="2026-01-01"),
    ]
    assert [answer.status_code for answer in answers] == [422] * 3
    with probes.session() as session:
        assert [session.query(table).count() for table in (Unit, User)] == before


def test_no_password_hash_leaves_through_a_relation_or_a_column(probes):
    """FAB's default columns and nested relations show it."""
    answers = [
        probes.api("analyst").get(path).text for path in ("user_probe/", "user_probe/1", "user_probe/_info", "post/")
    ]
    admin = probes.browser("admin")
    answers += [admin.get(path).text for path in ("/users/list/", "/users/show/1", "/users/edit/1", "/users/userinfo/")]
    with probes.session() as session:
        hashes = session.scalars(select(User.password)).all()
    for text in answers:
        assert not any(value in text for value in hashes)
        assert "pbkdf2:" not in text
        assert "scrypt:" not in text


def test_info_lists_no_rows_of_other_tables(probes):
    operations = probes.api("operations")
    for wish in (
        "(keys:!(add_columns))",
        "(keys:!(add_columns,edit_columns),add_columns:(unit:(page:0,page_size:100)))",
    ):
        answer = operations.get("customer_count/_info", q=wish)
        assert answer.status_code == 200
        assert "第一水厂" not in answer.text
        assert "values" not in answer.text


def test_a_row_named_in_the_address_of_a_form_must_be_in_sight(probes, of_both_units):
    """`?_flt_0_ticket=` fills a relation in behind the form."""
    operations = probes.browser("operations")
    fields = {
        "clause": "第八条(一)",
        "person": "某",
        "post": "leader",
        "unit": "__None",
        "csrf_token": token_of(operations),
    }
    for ticket_id in (of_both_units["secret"], 4503599627370497):
        answer = operations.client.post(f"/penaltyprobe/add?_flt_0_ticket={ticket_id}", data=fields)
        assert answer.status_code == 404
    assert operations.client.get("/penaltyprobe/add?_flt_0_ticket=abc").status_code == 400
    assert probes.api("discipline").get("penalty/").json["count"] == 0


# Filters, orders and pages


def test_an_address_may_not_filter_by_what_is_no_search_column(probes):
    """FAB ignores it and answers with the whole list."""
    head = probes.browser("head")
    for wish in (
        "_flt_0_phone=1",
        "_flt_0_nonsense=1",
        "_flt_9_active=y",
        "_flt_0_name.x=1",
        "_flt_x_name=1",
        "_flt_12_name=1",
    ):
        assert head.get(f"/unitprobe/list/?{wish}").status_code == 400, wish
    assert head.get("/unitprobe/list/?_flt_2_name=水厂").status_code == 200


BAD_FILTERS = ["_flt_0_unit=abc", "_flt_0_month=gestern", "_flt_0_unit=99999999999999999999", "_flt_1_month=9999-99-99"]


@pytest.mark.parametrize("wish", BAD_FILTERS)
def test_a_filter_value_of_the_wrong_kind_is_400(probes, wish):
    assert probes.browser("operations").get(f"/countprobe/list/?{wish}").status_code == 400


def test_a_search_has_no_wildcards(probes):
    head = probes.browser("operations")
    page = head.get("/unitprobe/list/?_flt_2_name=水").text
    assert "第一水厂" in page
    for wildcard in ("%25", "_", "第_水厂", "第%25厂"):
        assert "第一水厂" not in head.get(f"/unitprobe/list/?_flt_2_name={wildcard}").text
    api = probes.api("head")
    found = [api.get("unit/", q=json.dumps({"filters": [{"col": "name", "opr": opr, "value": "%"}]})).json["count"]
             for opr in ("ct", "sw", "ew")]  # fmt: skip
    assert found == [0, 0, 0]


def test_a_list_sorts_only_by_what_the_view_names(probes, of_both_units):
    """FAB sorts by any column through any relation: `created_by.password` tells a hash bit by bit."""
    head = probes.browser("head")
    assert head.get("/ticketprobe/list/?_oc_TicketProbe=no&_od_TicketProbe=asc").status_code == 200
    for column in ("state", "unit.name", "head", "nonsense", "unit", "category.unit.name"):
        assert head.get(f"/ticketprobe/list/?_oc_TicketProbe={column}&_od_TicketProbe=asc").status_code == 400, column
    path = f"/ticketprobe/show/{of_both_units['mine']}?_oc_PenaltyProbe=ticket.head&_od_PenaltyProbe=asc"
    assert head.get(path).status_code == 400, "in a related list too"
    assert head.get("/unitprobe/list/?_oc_UnitProbe=name&_od_UnitProbe=sideways").status_code == 200


@pytest.mark.parametrize("wish", ["page_UnitProbe=abc", "psize_UnitProbe=x", "page_UnitProbe=-1", "page_UnitProbe=1e3",
                                  "page_UnitProbe=99999999999999999999", "psize_UnitProbe=-1", "page_UnitProbe=",
                                  "page_Other=abc", "page_UnitProbe=٣"])  # fmt: skip
def test_a_page_that_is_no_number_is_400(probes, wish):
    head = probes.browser("head")
    assert head.get(f"/unitprobe/list/?{wish}").status_code == 400


def test_a_page_holds_a_hundred_rows_at_most(probes):
    probes.changes(lambda session: session.add_all(Unit(name=f"单位{n:03d}号") for n in range(120)))
    head = probes.browser("head")
    for size in ("100000", "101"):
        assert head.get(f"/unitprobe/list/?psize_UnitProbe={size}").text.count("号<") <= 100
    assert len(probes.api("head").get("unit/", q='{"page_size":100000}').json["result"]) == 100


def test_filters_live_with_their_request(probes):
    """FAB keeps them on the view, which all threads share: one person's search filters another's list."""
    view = next(v for v in probes.app.appbuilder.baseviews if isinstance(v, UnitProbe))
    seen, both = {}, threading.Barrier(2)

    def ask(name: str, value: str) -> None:
        with probes.app.test_request_context(f"/unitprobe/list/?_flt_3_name={value}"):
            from admin.guarding.address import take_filters

            take_filters(view._filters)
            both.wait()
            seen[name] = list(view._filters.values)
            both.wait()

    threads = [threading.Thread(target=ask, args=pair) for pair in (("one", "a"), ("other", "b"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {"one": ["a"], "other": ["b"]}


# Columns


@pytest.mark.parametrize("missing", ["list_columns", "show_columns", "search_columns", "order_columns", "add_columns",
                                     "edit_columns"])  # fmt: skip
@pytest.mark.parametrize("base", [ModelView, ModelRestApi])
def test_a_view_that_leaves_its_columns_to_fab_does_not_start(probes, base, missing):
    names = ("list_columns", "show_columns", "search_columns", "order_columns", "add_columns", "edit_columns")
    columns = {name: ["name"] for name in names if name != missing}
    with probes.app.app_context(), pytest.raises(LookupError, match=missing):
        type("Careless", (base,), {"datamodel": SQLAInterface(Unit), **columns})()


def test_no_columns_to_search_means_none(probes):
    """FAB takes an empty list for all columns."""
    names = {name: ["name"] for name in ("list_columns", "show_columns", "add_columns", "edit_columns")}
    with probes.app.app_context():
        for base in (ModelView, ModelRestApi):
            columns = {"datamodel": SQLAInterface(Unit), "search_columns": [], "order_columns": [], **names}
            view = type("Plain", (base,), columns)()
            assert view.search_columns == []
            assert view.order_columns == []
            assert view._filters.get_search_filters() == {}


def test_no_view_of_ours_is_stock(still):
    """Whoever adds a view takes our base classes, or says why not here."""
    import flask_appbuilder as fab

    from admin.guarding import BaseApi
    from admin.guarding.views import KeepsPaths

    stock = {"UtilView", "LocaleView", "OpenApi", "MenuApi"}
    for view in still.app.appbuilder.baseviews:
        name = type(view).__name__
        if isinstance(view, fab.ModelView):
            assert isinstance(view, ModelView), name
        elif name not in stock:
            assert isinstance(view, KeepsPaths | BaseApi), name


# Writing


def test_a_duplicate_is_told_by_its_field_over_the_api_and_in_the_form(probes):
    operations = probes.api("operations")
    answer = operations.post("unit/", name="第一水厂")
    assert (answer.status_code, answer.json["errors"]) == (422, {"name": "已经有了，不能重复。"})
    browser = probes.browser("operations")
    page = browser.post("/unitprobe/add", name="第一水厂", phone="0635-1234567", active="y")
    assert page.status_code == 200
    assert "已经有了" in page.text
    assert "0635-1234567" in page.text, "everything typed is kept"


def test_a_duplicate_of_two_columns_is_told_too(probes):
    operations = probes.api("operations")
    count = {"unit": "第一水厂", "month": "2026-01", "customers": 5}
    assert operations.post("customer_count/", **count).status_code == 201
    again = operations.post("customer_count/", **{**count, "month": "2026-01-15"})
    assert (again.status_code, set(again.json["errors"])) == (422, {"month"})
    unit = unit_id(probes, "第一水厂")
    page = probes.browser("operations").post("/countprobe/add", unit=unit, month="2026-01-20", customers="77777")
    assert page.status_code == 200
    assert "已经有了" in page.text
    assert "77777" in page.text


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_no_database_error_shows_sql_or_values(request, tmp_path, engine):
    if engine == "sqlite":
        house = request.getfixturevalue("house")
    else:
        server = request.getfixturevalue("postgres_server")
        house = build(request.getfixturevalue("postgres_office_url"), tmp_path)
        assert server
    operations = house.api("operations")
    answers = [
        operations.post("unit/", name="第一水厂"),
        operations.put(f"unit/{unit_id(house, '东城营业所')}", name="第一水厂"),
        operations.post("post/", user="agent", unit="第一水厂", post="leader", since="2026-02-01", until="2026-01-01"),
        operations.post("closing_time/", starts="2026-02-01", ends="2026-01-01", closes="17:30"),
        operations.post("customer_count/", unit="第一水厂", month="2026-02", customers=-1),
        operations.post("calendar_year/", year=1900),
        operations.delete(f"unit/{unit_id(house, '第一水厂')}"),
    ]
    assert [answer.status_code for answer in answers] == [422, 422, 422, 422, 422, 422, 409]
    told = [set(answer.json.get("errors", ())) for answer in answers]
    assert told == [{"name"}, {"name"}, {"until"}, {"ends"}, {"customers"}, {"year"}, set()]
    for answer in answers:
        assert not {"INSERT", "UPDATE", "constraint", "unit_name", "psycopg", "sqlite"} & set(
            answer.text.replace("(", " ").split()
        )
    if engine == "postgresql":
        _dispose(house.app)


@pytest.fixture
def postgres_office_url(request) -> Iterator[str]:
    server = request.getfixturevalue("postgres_server")
    with server.database(request.getfixturevalue("postgres_office")) as there:
        yield there


HUGE = ["9223372036854775808", "-9223372036854775809", "1" * 40, "0x10", "1.5", "NaN", "²"]


@pytest.mark.parametrize("key", HUGE)
def test_no_key_is_too_large_or_strange(probes, key):
    operations, browser = probes.api("operations"), probes.browser("operations")
    answers = [
        operations.get(f"unit/{key}"), operations.put(f"unit/{key}", name="x"), operations.delete(f"unit/{key}"),
        operations.get(f"calendar_day/{key}"), operations.get(f"ticket/{key}"),
        browser.get(f"/unitprobe/show/{key}"), browser.get(f"/unitprobe/edit/{key}"),
    ]  # fmt: skip
    assert {answer.status_code for answer in answers} == {404}


TYPED = {
    "a number too large": ("customer_count", {"unit": "第一水厂", "month": "2026-01", "customers": 2**31}, "customers"),
    "a text for a number": (
        "customer_count",
        {"unit": "第一水厂", "month": "2026-01", "customers": "viele"},
        "customers",
    ),
    "no day": ("customer_count", {"unit": "第一水厂", "month": "Januar", "customers": 1}, "month"),
    "a NUL": ("unit", {"name": "a\0"}, "name"),
    "too long": ("unit", {"name": "长" * 101}, "name"),
    "two lines": ("unit", {"name": "a\nb"}, "name"),
    "not a bool": ("unit", {"name": "x", "active": "vielleicht"}, "active"),
    "not a choice": ("unit", {"name": "x", "kind": "y"}, "kind"),
    "unknown field": ("unit", {"name": "x", "id": 7}, "id"),
    "missing": ("unit", {}, "name"),
    "null": ("unit", {"name": None}, "name"),
    "blank": ("unit", {"name": "  "}, "name"),
    "no time": ("closing_time", {"starts": "2026-01-01", "closes": "halb"}, "closes"),
    "too fine": ("penalty_rule", {"clause": "x", "conduct": "y", "since": "2026-01-01", "leader": 0.001}, "leader"),
    "too much": ("penalty_rule", {"clause": "x", "conduct": "y", "since": "2026-01-01", "leader": 1e9}, "leader"),
    "infinite": (
        "penalty_rule",
        {"clause": "x", "conduct": "y", "since": "2026-01-01", "leader": "Infinity"},
        "leader",
    ),
    "negative": ("penalty_rule", {"clause": "x", "conduct": "y", "since": "2026-01-01", "leader": -1}, "leader"),
    "no measure": ("rule", {"key": "handle", "since": "2026-01-01", "amount": 1, "measure": "times"}, "measure"),
    "an endless term": (
        "rule",
        {"key": "handle", "since": "2026-01-01", "amount": 10**8, "measure": "hours"},
        "amount",
    ),
    "no amount": ("rule", {"key": "handle", "since": "2026-01-01", "amount": 0, "measure": "hours"}, "amount"),
}


@pytest.mark.parametrize(("resource", "body", "field"), TYPED.values(), ids=TYPED)
def test_a_value_of_the_wrong_kind_is_told_by_its_field(still, resource, body, field):
    answer = still.api("operations").post(f"{resource}/", **body)
    assert answer.status_code == 422, answer.text
    assert set(answer.json["errors"]) == {field}


@pytest.mark.parametrize("value", ["viele", str(2**31), "\0", "1.5", ""])
def test_a_form_tells_the_same_and_keeps_what_was_typed(probes, value):
    unit = unit_id(probes, "第一水厂")
    page = probes.browser("operations").post("/countprobe/add", unit=unit, month="2026-01-20", customers=value)
    assert page.status_code == 200
    assert "2026-01-20" in page.text
    assert probes.api("operations").get("customer_count/").json["count"] == 0


def test_a_form_takes_back_the_times_that_it_wrote(probes, of_both_units):
    """FAB's picker writes what its own field refuses, and microseconds fail to be saved again."""
    row = {"medium": "电视台", "exposed_at": "2026-03-05T08:30:00.123456+08:00", "ticket": of_both_units["mine"]}
    operations = probes.api("operations")
    made = operations.post("media_exposure/", **row)
    assert made.status_code == 201
    browser = probes.browser("operations")
    path = f"/exposure/edit/{made.json['id']}"
    assert 'value="2026-03-05T08:30"' in browser.get(path).text
    with probes.session() as session:
        number = session.get(Ticket, of_both_units["mine"]).no
    answer = browser.post(
        path, medium="报纸", exposed_at="2026-03-05T08:30", ticket=number, unit="__None", summary="", grave=""
    )
    assert answer.status_code == 302, answer.text
    assert (
        operations.get(f"media_exposure/{made.json['id']}").json["result"]["exposed_at"] == "2026-03-05T08:30:00+08:00"
    )


def test_a_list_body_is_no_500(still):
    operations = still.api("operations")
    for body in ([], [1], "x", 1, None, True):
        assert operations.send("POST", "unit/", json=body).status_code in (400, 422)
        assert operations.send("PUT", "unit/1", json=body).status_code in (400, 422)


def test_a_change_leaves_out_what_it_does_not_name(probes):
    operations = probes.api("operations")
    unit = operations.post("unit/", name="西城营业所", phone="1").json["id"]
    answer = operations.put(f"unit/{unit}", phone="2")
    assert answer.json["result"] == {"id": unit, "name": "西城营业所", "kind": "unit", "phone": "2", "active": True}


# Files


def test_there_is_no_download_by_name(still):
    rules = [rule.rule for rule in still.app.url_map.iter_rules()]
    assert not [rule for rule in rules if "/download/" in rule]


# Cookies and addresses


def test_the_cookie_keeps_paths_of_pages_and_no_search_text(probes):
    head = probes.browser("head")
    head.get("/unitprobe/list/?_flt_2_name=张三的电话")
    with head.client.session_transaction() as cookie:
        assert cookie["page_history"] == ["/unitprobe/list/"]
    for n in range(50):
        head.get(f"/unitprobe/show/{n}" + "x" * 50)
    with head.client.session_transaction() as cookie:
        assert len(json.dumps(dict(cookie))) < 2000


def test_a_redirect_after_saving_stays_here(probes):
    browser = probes.browser("operations")
    browser.get("/unitprobe/list/", headers={"Host": "evil.example"})
    answer = browser.post("/unitprobe/add", name="北城营业所", phone="", active="y")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/")
    assert not answer.headers["Location"].startswith("//")


def test_after_saving_or_deleting_one_is_back_at_the_list(probes):
    browser = probes.browser("operations")
    browser.get("/unitprobe/list/?_flt_2_name=营业")
    saved = browser.post("/unitprobe/add", name="北城营业所", phone="", active="y")
    assert saved.headers["Location"] == "/unitprobe/list/"
    deleted = browser.client.post(
        f"/unitprobe/delete/{unit_id(probes, '北城营业所')}", data={"csrf_token": token_of(browser)}
    )
    assert deleted.headers["Location"] == "/unitprobe/list/"
    in_use = browser.client.post(
        f"/unitprobe/delete/{unit_id(probes, '第一水厂')}",
        data={"csrf_token": token_of(browser)},
        follow_redirects=True,
    )
    assert "还在使用" in in_use.text


# Speed


def test_a_page_asks_for_its_permissions_once(probes):
    """FAB asks the database at every link: 22 times a page."""
    head = probes.browser("head")
    head.get("/unitprobe/list/")
    asked = []
    with probes.app.app_context():
        engine = probes.app.extensions["sqlalchemy"].engines[None]
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    head.get("/unitprobe/list/")
    assert len([sql for sql in asked if "ab_permission_view" in sql]) == 1


def test_a_form_does_not_load_all_tickets(probes, of_both_units):
    loaded = []
    with probes.app.app_context():
        engine = probes.app.extensions["sqlalchemy"].engines[None]
    browser = probes.browser("operations")
    browser.get("/penaltyprobe/list/")
    event.listen(engine, "before_cursor_execute", lambda *args: loaded.append(args[2]))
    assert browser.get("/penaltyprobe/add").status_code == 200
    assert not [sql for sql in loaded if "FROM ticket" in sql and "ticket.content" not in sql and "ticket.head" in sql]


def test_the_users_chart_that_loads_a_foreign_script_is_gone(still):
    assert not [rule for rule in still.app.url_map.iter_rules() if "chartview" in rule.endpoint.lower()]
