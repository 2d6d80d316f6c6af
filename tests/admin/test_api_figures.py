"""Figures and frames over HTTP (DESIGN §6): the document of the command line, within scope, on both databases."""

import csv
import io
import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from sqlalchemy import select

import run as program
from analytics import files
from analytics.columns import FRAMES, columns
from analytics.metrics import METRICS, PERSONAL
from models import granting
from models.actor import actor
from models.granting import Given
from models.security_log import SecurityEvent
from models.tables import DisclosureGrant
from tests.admin.conftest import QUICK, House, _dispose, settings
from tests.fixtures.city import shanghai
from tests.fixtures.database import BOTH
from tests.fixtures.postgres import PostgresServer


@pytest.fixture(scope="module", params=BOTH)
def whole(
    request: pytest.FixtureRequest, sqlite_office: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """The whole program, figures included, with a quality and a discipline complaint; nothing changes it."""
    folder = tmp_path_factory.mktemp("whole")
    if request.param == "sqlite":
        shutil.copyfile(sqlite_office, folder / "office.db")
        yield from _house(f"sqlite:///{folder / 'office.db'}", folder)
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        with server.database(request.getfixturevalue("postgres_office")) as there:
            yield from _house(there, folder)


def _house(url: str, folder: Path) -> Iterator[House]:
    app = program.create_app(settings(url, folder))
    app.config["FAB_PASSWORD_HASH_METHOD"] = QUICK
    house = House(app)
    house.at("2026-03-06 09:00")
    ticket = house.api("agent").registers(content="五楼没有水。", phone="13812345678")
    house.api("agent").does(ticket, "assign", unit="第一水厂")
    house.api("discipline").registers(category="吃拿卡要", content="抄表员索要好处。")
    house.at("2026-03-20 09:00")
    yield house
    _dispose(app)
    app.extensions["house"].figures_engine.dispose()


@pytest.mark.parametrize("by", ["", "month", "unit", "week"])
def test_each_figure_answers_with_both_parts_as_numbers(whole: House, by: str):
    asked, overseer = whole.api("analyst"), whole.api("operations")
    for name in METRICS:
        answer = asked.get(f"kpi/{name}", **({"by": by} if by else {}))
        if by == "unit" and name in PERSONAL:
            assert answer.status_code == 403
            assert "涉及个人" in answer.json["message"]
            answer = overseer.get(f"kpi/{name}", by=by)
        assert answer.status_code == 200
        document = answer.json
        assert document["by"] == ([by] if by else [])
        assert document["as_of"] == "2026-03-20T09:00:00+08:00"
        for row in document["rows"]:
            assert row["metric"] == name
            assert set(row) >= {"value", "numerator", "denominator", *document["by"]}
            parts = (row["value"], row["numerator"], row["denominator"])
            assert all(part is None or type(part) in (int, float) for part in parts), row


def test_a_period_a_day_and_an_as_of_are_read_as_on_the_command_line(whole: House):
    asked = whole.api("analyst")
    found = asked.get("kpi/complaints", **{"from": "2026-03-01", "to": "2026-04-01", "by": "month"}).json
    assert [(row["month"], row["value"]) for row in found["rows"]] == [("2026-03", 1)]
    assert asked.get("kpi/complaints", as_of="2026-03-05T00:00+08:00").json["rows"][0]["value"] == 0
    late = asked.get("kpi/on_time_rate").json["rows"][0]
    assert (late["value"], late["numerator"], late["denominator"]) == (0.0, 0, 1)


def test_what_cannot_be_answered_is_told_by_its_field(whole: House):
    asked = whole.api("analyst")
    for query, field in (({"by": "colour"}, "by"), ({"from": "gestern"}, "from"), ({"as_of": "2027-01-01"}, "as_of"),
                         ({"scope": "everything"}, "scope")):  # fmt: skip
        answer = asked.get("kpi/complaints", **query)
        assert answer.status_code == 422
        assert set(answer.json["errors"]) == {field}
    assert asked.get("kpi/happiness").status_code == 404


def test_the_scope_of_all_is_disciplines_and_the_chairmans(whole: House):
    for name in ("discipline", "chairman"):
        assert whole.api(name).get("kpi/complaints", scope="all").json["rows"][0]["value"] == 2
    for name in ("agent", "operations", "head", "leadership", "analyst", "admin"):
        api = whole.api(name)
        assert api.get("kpi/complaints").json["rows"][0]["value"] == 1
        answer = api.get("kpi/complaints", scope="all")
        assert answer.status_code == 403
        assert "全口径" in answer.json["message"]


def test_the_totals_of_discipline_are_leaderships_and_say_nothing_small(whole: House):
    for name in ("leadership", "discipline", "chairman"):
        answer = whole.api(name).get("totals/")
        assert answer.status_code == 200
        assert (answer.json["scope"], answer.json["least"], len(answer.json["rows"])) == ("totals", 5, 8)
        assert answer.json["rows"][0] == {
            "quarter": "2025-Q4", "as_of": "2026-01-01T00:00:00+08:00", "complaints": None, "founded": None,
            "unfounded": None, "undecided": None,
        }  # fmt: skip
    for name in ("agent", "operations", "head", "analyst", "admin", "auditor"):
        assert whole.api(name).get("totals/").status_code == 403


def test_of_what_was_not_reported_the_chairman_takes_no_row_away(whole: House):
    """全口径 has all sums; a frame has rows, and of these the chairman has what he sees."""
    assert "纪2026" not in whole.api("chairman").get("frame/tickets", format="csv", scope="all").text


def test_who_reads_no_figures_and_takes_no_frames_is_told_so_in_chinese(whole: House):
    assert whole.api(None).get("kpi/complaints").status_code == 401
    refused = [whole.api("auditor").get("kpi/complaints")]
    refused += [whole.api(name).get("frame/tickets") for name in ("agent", "handler", "head", "auditor", "admin")]
    for answer in refused:
        assert answer.status_code == 403
        assert answer.json == {"message": "您没有这项权限。"}


def test_each_frame_comes_in_each_format_and_says_what_its_columns_are(whole: House):
    asked = whole.api("operations")
    starts = {"csv": b"", "xlsx": b"PK", "parquet": b"PAR1", "arrow": b"ARROW1"}
    for name in FRAMES:
        answer = asked.get(f"frame/{name}/columns")
        assert [one["column"] for one in answer.json["columns"]] == [c.name for c in columns(FRAMES[name])]
        for form in files.FORMATS if name == "customers" else ("csv", "parquet"):
            file = asked.get(f"frame/{name}", format=form)
            assert (file.status_code, file.data.startswith(starts[form])) == (200, True), (name, form)
            assert f"filename={name}.{form}" in file.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(asked.get("frame/kpi", by="unit").text)))
    told = asked.get("kpi/complaints", by="unit").json["rows"]
    mine = [(row["unit"], float(row["numerator"])) for row in rows if row["metric"] == "complaints"]
    assert mine == [(row["unit"] or "", row["numerator"]) for row in told]
    assert asked.get("frame/tickets", by="unit").status_code == 422
    for path in ("frame/penalties", "frame/penalties/columns"):
        assert whole.api("analyst").get(path).status_code == 403


def test_a_page_is_taken_away_in_scope_and_on_record(whole: House):
    assert whole.browser("analyst").get("/analytics/workbook.xlsx").status_code == 200
    with whole.session() as session:
        last = session.scalars(select(SecurityEvent).order_by(SecurityEvent.no.desc()).limit(1)).one()
        assert (last.kind, json.loads(last.detail)["what"]) == ("exported", "page")
        assert last.actor_id == whole.id_of("analyst")
    assert whole.browser("operations").get("/analytics/workbook.xlsx?scope=all").status_code == 403


@pytest.mark.parametrize("frame", ["tickets", "obligations", "callbacks"])
def test_a_frame_comes_as_csv_and_as_a_workbook_without_a_person_in_it(whole: House, frame: str):
    asked = whole.api("analyst")
    answer = asked.get(f"frame/{frame}", format="csv")
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == {"tickets": 1, "obligations": 2, "callbacks": 0}[frame]
    book = openpyxl.load_workbook(io.BytesIO(asked.get(f"frame/{frame}", format="xlsx").data))
    assert book.worksheets[0].max_row == len(rows) + 1
    for text in (
        answer.text,
        json.dumps([[str(c.value) for c in r] for s in book for r in s.rows], ensure_ascii=False),
    ):
        assert "13812345678" not in text
        assert "五楼" not in text
        assert "纪2026" not in text
    assert asked.get(f"frame/{frame}", format="csv", scope="all").status_code == 403
    everything = whole.api("discipline").get("frame/tickets", format="csv", scope="all").text
    assert "纪2026" in everything
    assert shanghai("2026-03-06 09:00").isoformat()[:10] in everything


@pytest.fixture
def granted(whole: House) -> Iterator[int]:
    """The chairman's grant of the frame of tickets to the analyst, until 2026-03-31."""
    given = Given(whole.id_of("analyst"), "", "tickets", False, "配合核查。", date(2026, 3, 31))
    with whole.session() as session:
        by = actor(session, whole.id_of("chairman"), frozenset({"chairman"}), shanghai("2026-03-20 08:00"))
        row = granting.grant(session, given, by=by, at=shanghai("2026-03-20 08:00"))
        session.commit()
        yield row.id
        session.delete(row)
        session.commit()


def test_without_a_grant_a_frame_names_nobody(whole: House):
    text = whole.api("analyst").get("frame/tickets").text
    assert "13812345678" not in text
    (row,) = csv.DictReader(io.StringIO(text))
    assert len(row["customer"]) == 16
    assert "phone" not in row


def test_with_a_grant_its_holder_takes_it_with_names_and_each_time_is_recorded(whole: House, granted: int):
    asked = {"identified": "1", "grant": str(granted)}
    (row,) = csv.DictReader(io.StringIO(whole.api("analyst").get("frame/tickets", **asked).text))
    assert row["phone"] == "13812345678"
    assert "content" not in row
    with whole.session() as session:
        assert session.get(DisclosureGrant, granted).uses == 1
        last = session.scalars(select(SecurityEvent).order_by(SecurityEvent.no.desc()).limit(1)).one()
    told = json.loads(last.detail)
    assert (last.kind, last.actor_id) == ("exported", whole.id_of("analyst"))
    assert (told["grant"], told["identified"]) == (granted, True)


def test_from_the_inbox_it_is_a_link_and_for_nobody_it_is_none(whole: House, granted: int):
    browser = whole.browser("analyst")
    link = f"/api/v1/frame/tickets?identified=1&grant={granted}&format=xlsx"
    assert link.replace("&", "&amp;") in browser.get("/notices/").text
    assert browser.get(link).status_code == 200
    assert whole.browser(None).get(link).status_code == 401


def test_nobody_else_nothing_else_and_not_for_longer(whole: House, granted: int):
    asked = {"identified": "1", "grant": str(granted)}
    for name in ("operations", "discipline", "chairman", "leadership"):
        assert whole.api(name).get("frame/tickets", **asked).status_code == 403
    analyst = whole.api("analyst")
    assert analyst.get("frame/callbacks", **asked).status_code == 403
    assert analyst.get("frame/obligations", **asked).status_code == 422
    assert analyst.get("frame/tickets", **asked, scope="all").status_code == 403
    for wrong in ("", "0", "99999999999", "x"):
        assert analyst.get("frame/tickets", identified="1", grant=wrong).status_code == 403
    with whole.session() as session:
        session.get(DisclosureGrant, granted).revoked_at = shanghai("2026-03-20 08:30")
        session.commit()
    assert analyst.get("frame/tickets", **asked).status_code == 403
    with whole.session() as session:
        session.get(DisclosureGrant, granted).revoked_at = None
        session.commit()
    whole.at("2026-04-01 00:00")
    try:
        assert whole.api("analyst").get("frame/tickets", **asked).status_code == 403
    finally:
        whole.at("2026-03-20 09:00")


def test_the_command_line_asks_for_the_grant_too(whole: House, granted: int, tmp_path: Path):
    def export(frame, *more):
        to = ["--format", "csv", "--out", str(tmp_path / "out.csv")]
        return CliRunner().invoke(program.export, [frame, *to, *more], obj=whole.app.extensions["house"])

    assert export("tickets", "--identified").exit_code == 2
    assert export("tickets", "--grant", str(granted)).exit_code == 2
    assert export("tickets", "--identified", "--grant", "987654").exit_code == 2
    assert export("callbacks", "--identified", "--grant", str(granted)).exit_code == 2
    assert not (tmp_path / "out.csv").exists()
    with whole.session() as session:
        session.get(DisclosureGrant, granted).until = shanghai("2099-01-01 00:00")
        session.commit()
    assert export("tickets", "--identified", "--grant", str(granted)).exit_code == 0
    assert "13812345678" in (tmp_path / "out.csv").read_text()
    with whole.session() as session:
        assert session.get(DisclosureGrant, granted).uses == 1


def test_the_list_shows_the_tickets_behind_a_figure_to_who_may_see_them(whole: House):
    """The one quality complaint of March, by its figure; of the discipline's not that there is any."""
    march = "complaints~n~2026-03-01~2026-04-01"
    for name, scope, found in (("operations", "quality", 1), ("operations", "all", 0), ("inspector", "all", 2),
                               ("other_head", "quality", 0)):  # fmt: skip
        listed = whole.browser(name).get("/ticket/", query_string={"figure": f"{march}~{scope}"}).text
        assert f">{found} 件" in listed, (name, scope)
        assert ("（只列您能看的）" in listed) == (name == "other_head"), "a unit's people have fewer than the figure"
    assert "投诉量，计入分子的：2026-03-01 – 2026-03-31" in listed
    nobody = whole.browser("operations").get("/ticket/", query_string={"figure": f"{march}~quality~unit:"}).text
    assert ">0 件" in nobody  # it has been assigned
