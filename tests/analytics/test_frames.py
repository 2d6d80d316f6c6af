"""Frames tell nothing of a person, agree with the figures, and reach Excel and pandas as they are."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from analytics import files, frames, kpi, selecting
from analytics.columns import FRAMES, columns, dictionary
from analytics.questions import Unanswerable, Withheld
from models import cells
from models.actor import Actor
from models.base import User
from models.tables import Accused, Callback, Obligation, Penalty, Ticket, Unit
from models.types import new_id
from tests.analytics.city import City, at
from tests.analytics.conftest import Pair

NOW = at("2026-06-01 09:30")
PRIVATE = {"complainant": "欧阳小明", "phone": "13812345678", "address": "和平路18号", "account_no": "300018888",
           "content": "表井漏水漏了三天", "title": "漏水标题", "demand": "赔我的钱", "suggestion": "换一块表",
           "neighbourhood": "锦绣家园", "forwarded_by": "李秘书", "forward_no": "市长-77"}  # fmt: skip


def rows_of(city: City, name: str, **asked: Any) -> list[dict[str, Any]]:
    wanted = frames.Wanted(frame=name, as_of=NOW, **asked)
    names = [column.name for column in columns(FRAMES[name])]
    return [dict(zip(names, row, strict=True)) for row in frames.stream(city.session, wanted)]


@pytest.fixture
def two(city: City) -> City:
    """A quality ticket told with every private word, and a discipline ticket of another unit."""
    quality = city.register("2026-03-02 10:00", category="水压", accused=["赵班长"], **PRIVATE)
    city.act("agent", quality, "assign", "2026-03-02 11:00", unit="东城营业所")
    city.act("head of 东城营业所", quality, "submit", "2026-03-02 15:00", cause="接口松了", responsible="钱师傅",
             result="已更换接口", cause_code="pipe")  # fmt: skip
    city.act("agent", quality, "call_back", "2026-03-02 16:00", outcome="dissatisfied", remark="还是漏水啊")
    discipline = city.register("2026-03-03 10:00", category="吃拿卡要")
    city.act("discipline", discipline, "refer", "2026-03-03 11:00")
    city.act("discipline", discipline, "find", "2026-03-04 11:00", founded=True, findings="属实呀")
    return city


OF_TICKETS = ("tickets", "obligations", "callbacks", "events")


@pytest.mark.parametrize("scope", ["quality", "all"])
def test_no_frame_holds_a_word_that_anybody_said(two: City, scope: str, tmp_path: Path) -> None:
    for name in FRAMES:
        files.write(two.session, frames.Wanted(frame=name, as_of=NOW, scope=scope), "csv", tmp_path / f"{name}.csv")
    written = "".join((tmp_path / f"{name}.csv").read_text(encoding="utf-8") for name in FRAMES)
    assert written.count("ZL-2026-") > 9
    said = [*PRIVATE.values(), "赵班长", "接口松了", "钱师傅", "已更换接口", "还是漏水啊", "属实呀", "王小明"]
    assert [word for word in said if word in written] == []


def test_no_discipline_ticket_is_in_quality_scope(two: City) -> None:
    number = two.session.scalars(select(Ticket.no).where(Ticket.track == "discipline")).one()
    for name in OF_TICKETS:
        key = "no" if name == "tickets" else "ticket"
        assert number not in {row[key] for row in rows_of(two, name)}
        assert {row["scope"] for row in rows_of(two, name)} == {"quality"}
        if name != "callbacks":  # nobody has called about it yet
            assert number in {row[key] for row in rows_of(two, name, scope="all")}


def test_frames_have_the_rows_of_their_period_and_units(two: City) -> None:
    assert [row["unit"] for row in rows_of(two, "tickets", units=("东城营业所",))] == ["东城营业所"]
    assert rows_of(two, "tickets", units=("西城营业所",)) == []
    assert rows_of(two, "tickets", end=at("2026-03-02 10:00")) == []
    assert len(rows_of(two, "tickets", start=at("2026-03-02 10:00"))) == 1
    assert [row["kind"] for row in rows_of(two, "obligations", end=at("2026-03-04"))] == ["dispatch", "callback"]


def test_every_row_says_what_it_was_asked_for(two: City) -> None:
    asked: dict[str, Any] = {"start": at("2026-03-01"), "units": ("东城营业所", "西城营业所")}
    (row,) = rows_of(two, "tickets", **asked)
    assert (row["scope"], row["as_of"]) == ("quality", NOW)
    assert row["filters"] == "from=2026-03-01&unit=东城营业所&unit=西城营业所"
    assert {row["filters"] for row in rows_of(two, "tickets")} == {""}


def test_obligations_stand_as_the_model_says(lively_city: Pair) -> None:
    session = lively_city["sqlite"]
    asked = frames.Wanted(frame="obligations", as_of=at("2026-01-20"), scope="all")
    names = [column.name for column in columns(FRAMES["obligations"])]
    found = {(row[0], row[names.index("n")]): row for row in frames.stream(session, asked)}
    for owed, no in session.execute(select(Obligation, Ticket.no).join(Ticket, Ticket.id == Obligation.ticket_id)):
        if (no, owed.n) in found:
            row = dict(zip(names, found[no, owed.n], strict=True))
            assert row["standing"] == owed.standing(at("2026-01-20"))
            assert row["inherited"] == owed.inherited
            assert row["due_at"] == owed.due_at


def test_pandas_finds_the_figures_in_the_frames(lively_city: Pair) -> None:
    session, now = lively_city["sqlite"], at("2026-02-15")
    owed = frames.frame(session, "obligations", at=now, scope="all")
    handle = owed[(owed.kind == "handle") & (owed.ticket_kind == "complaint") & (owed.opened_at <= now)]
    due = handle[handle.standing.isin(["on_time", "late"])]
    (row,) = kpi.query(session, ["on_time_rate"], as_of=now, scope="all")
    assert ((due.standing == "on_time").sum(), len(due)) == (row.numerator, row.denominator)
    tickets = frames.frame(session, "tickets", at=now)
    by_month = tickets[tickets.kind == "complaint"].groupby(tickets.registered_at.dt.strftime("%Y-%m")).size()
    rows = kpi.query(session, ["complaints"], as_of=now, by=["month"])
    assert by_month.to_dict() == {row.dims["month"]: row.numerator for row in rows}
    assert str(tickets.registered_at.dtype) == "datetime64[us, Asia/Shanghai]"
    assert tickets.attrs == {"frame": "tickets", "scope": "quality", "as_of": "2026-02-15T00:00:00+08:00"}


def test_an_empty_frame_still_has_its_columns_and_types(city: City) -> None:
    for name in FRAMES:
        made = frames.frame(city.session, name, at=NOW)
        assert list(made.columns) == [column.name for column in FRAMES[name].columns]
        assert len(made) == 0
    assert str(frames.frame(city.session, "callbacks", at=NOW).called_at.dtype).endswith("Asia/Shanghai]")


@pytest.mark.parametrize(
    ("text", "cell"),
    [("=1+1", "'=1+1"), ("+86", "'+86"), ("-营业所", "'-营业所"), ("@SUM(A1)", "'@SUM(A1)"), ("\tx", "'\tx"),
     ("\rx", "'\rx"), ("123456789012345678", "'123456789012345678"), ("12345", "12345"), ("水压", "水压"),
     ("1=1", "1=1")],
    ids=repr,
)  # fmt: skip
def test_no_spreadsheet_takes_a_text_for_a_formula_or_rounds_it(text: str, cell: str) -> None:
    assert cells.safe(text) == cell


def test_a_unit_named_like_a_formula_is_a_text_in_both_formats(city: City, tmp_path: Path) -> None:
    unit = city.session.scalars(select(Unit).where(Unit.name == "东城营业所")).one()
    unit.name = '=HYPERLINK("http://x","点")'
    ticket = city.register("2026-03-02 10:00")
    city.act("agent", ticket, "assign", "2026-03-02 11:00", unit=unit.id)
    asked = frames.Wanted(frame="tickets", as_of=NOW)
    files.write(city.session, asked, "csv", tmp_path / "a.csv")
    files.write(city.session, asked, "xlsx", tmp_path / "a.xlsx")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["unit"] == "'" + unit.name
    cell = openpyxl.load_workbook(tmp_path / "a.xlsx")["工单"]["J2"]
    assert (cell.value, cell.data_type) == (unit.name, "s")


def test_a_csv_for_people_opens_in_excel_and_one_for_programs_parses(two: City, tmp_path: Path) -> None:
    asked = frames.Wanted(frame="callbacks", as_of=NOW)
    assert files.write(two.session, asked, "csv", tmp_path / "people.csv") == 1
    assert files.write(two.session, asked, "csv", tmp_path / "programs.csv", people=False) == 1
    people, programs = ((tmp_path / f"{who}.csv").read_bytes() for who in ("people", "programs"))
    assert people.startswith(b"\xef\xbb\xbfticket,")
    assert programs.startswith(b"ticket,")
    (row,) = csv.DictReader(io.StringIO(people.decode("utf-8-sig")))
    assert (row["called_at"], row["solved"], row["as_of"]) == ("2026-03-02 16:00:00", "", "2026-06-01 09:30:00")
    (row,) = csv.DictReader(io.StringIO(programs.decode()))
    assert row["called_at"] == "2026-03-02T16:00:00+08:00"


def test_a_workbook_says_its_scope_and_what_its_columns_mean(two: City, tmp_path: Path) -> None:
    path = tmp_path / "o.xlsx"
    files.write(two.session, frames.Wanted(frame="obligations", as_of=NOW, units=("东城营业所",)), "xlsx", path)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["时限", "说明"]
    head, first, *_rest = book["时限"].iter_rows(values_only=True)
    row = dict(zip(head, first, strict=True))
    assert (row["kind"], row["standing"], row["scope"]) == ("handle", "on_time", "quality")
    assert f"{row['opened_at']} {row['due_at']}" == "2026-03-02 11:00:00 2026-03-05 11:00:00"
    notes = {row[0]: row[3] for row in book["说明"].iter_rows(values_only=True)}
    assert notes["口径"] == "产品质量口径"
    assert notes["截至"] == "2026-06-01T09:30:00+08:00"
    assert notes["due_at"] == "期间按它截取"
    assert notes["单位"] == "东城营业所"


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(
    lively_city: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MOST_ROWS", 20)
    path = tmp_path / "t.xlsx"
    many = files.write(lively_city["postgresql"], frames.Wanted(frame="tickets", as_of=NOW, scope="all"), "xlsx", path)
    book = openpyxl.load_workbook(path)
    data = [book[name] for name in book.sheetnames if name != "说明"]
    full, rest = divmod(many, 20)
    assert [sheet.max_row - 1 for sheet in data] == [20] * full + [rest] * bool(rest)
    numbers = [row[0] for sheet in data for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert len(set(numbers)) == len(numbers) == many
    assert {sheet["A1"].value for sheet in data} == {"no"}


def test_an_empty_workbook_has_its_headings(city: City, tmp_path: Path) -> None:
    path = tmp_path / "c.xlsx"
    assert files.write(city.session, frames.Wanted(frame="callbacks", as_of=NOW), "xlsx", path) == 0
    rows = list(openpyxl.load_workbook(path)["回访"].iter_rows(values_only=True))
    assert rows == [tuple(column.name for column in columns(FRAMES["callbacks"]))]


def test_a_file_is_whole_or_not_there(two: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "t.csv"
    path.write_text("before")

    def broken(*_: Any) -> Any:
        yield [["ZL"], *[[None]] * (len(FRAMES["tickets"].columns) - 1)]
        raise RuntimeError("the database went away")

    monkeypatch.setattr(selecting, "batches", broken)
    for form in files.FORMATS:
        with pytest.raises(RuntimeError):
            files.write(two.session, frames.Wanted(frame="tickets", as_of=NOW), form, path)
    assert path.read_text() == "before"
    assert [one.name for one in tmp_path.iterdir()] == ["t.csv"]


def test_progress_is_told_in_rows(lively_city: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selecting, "AT_ONCE", 10)
    seen: list[int] = []
    asked = frames.Wanted(frame="obligations", as_of=NOW, scope="all")
    many = files.write(lively_city["sqlite"], asked, "csv", tmp_path / "o.csv", seen.append)
    assert seen == [*range(10, many, 10), many]
    assert many == frames.count(lively_city["sqlite"], asked)


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"frame": "ticket"}, "frame"), ({"frame": "tickets", "scope": "x"}, "scope"),
     ({"frame": "tickets", "start": at("2026-01-02"), "end": at("2026-01-01")}, "to"),
     ({"frame": "tickets", "by": ("month",)}, "by"), ({"frame": "kpi", "by": ("colour",)}, "by")],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_frame_that_cannot_be_had_is_said_so(asked: dict[str, Any], field: str) -> None:
    with pytest.raises(Unanswerable) as no:
        frames.Wanted(as_of=NOW, **asked)
    assert no.value.field == field


def test_frames_leave_the_house_with_few() -> None:
    for role in ("operations", "analyst", "leadership", "discipline", "chairman"):
        frames.allow_export(Actor(1, frozenset({role})), "tickets")
    for role in ("agent", "handler", "unit_head", "admin", "auditor"):
        with pytest.raises(Withheld):
            frames.allow_export(Actor(1, frozenset({role})), "tickets")
    with pytest.raises(Withheld):  # who answers for what is theirs who oversee it
        frames.allow_export(Actor(1, frozenset({"analyst"})), "penalties")


def test_every_column_says_what_it_means_and_names_no_private_field() -> None:
    private = {"complainant", "phone", "address", "account_no", "content", "title", "source_no", "registered_by"}
    for name in FRAMES:
        told = dictionary(name)
        assert all(row["zh"] and row["meaning"] for row in told)
        assert len({row["column"] for row in told}) == len(told)
        assert not private & {row["column"] for row in told}


def test_callbacks_keep_what_was_corrected_and_say_so(city: City) -> None:
    ticket = city.register("2026-03-02 10:00")
    city.act("agent", ticket, "assign", "2026-03-02 11:00", unit="东城营业所")
    city.act("head of 东城营业所", ticket, "submit", "2026-03-02 12:00", cause="x", responsible="未查明", result="y")
    city.act("agent", ticket, "call_back", "2026-03-02 13:00", outcome="satisfied", solved=True)
    city.act("operations", ticket, "correct", "2026-03-02 13:30", reason="点错")
    (row,) = rows_of(city, "callbacks")
    assert (row["outcome"], row["solved"], row["corrected_at"]) == ("satisfied", True, at("2026-03-02 13:30"))
    assert city.session.scalars(select(Callback.outcome)).all() == ["satisfied"]


def test_a_customer_has_one_pseudonym_in_every_frame_and_another_on_the_other_track(two: City) -> None:
    two.register("2026-03-05 10:00", category="水质", content="又来问", phone="138 1234 5678")
    two.register("2026-03-05 11:00", category="吃拿卡要", content="别的事", phone="13812345678")
    asked = {"scope": "all", "key": b"a key that only tests have"}
    tickets = {row["no"]: row for row in rows_of(two, "tickets", **asked)}
    of = [{row["customer"] for row in tickets.values() if row["track"] == track and row["customer"]}
          for track in ("quality", "discipline")]  # fmt: skip
    assert [len(found) for found in of] == [1, 1]
    assert of[0] != of[1]
    assert {row["customer"] for row in rows_of(two, "callbacks", **asked)} == of[0]
    again = {row["no"]: row["customer"] for row in rows_of(two, "tickets", scope="all", key=b"another key")}
    assert {again[no] for no in again}.isdisjoint(of[0] | of[1])


def test_a_file_with_names_leaves_out_who_complains_of_its_holder(two: City) -> None:
    frame = FRAMES["tickets"]
    wanted = frames.Wanted(frame="tickets", as_of=NOW, granted_to=two.session.scalar(select(User.id).limit(1)))
    names = [column.name for column in columns(frame, identified=True)]
    (row,) = [dict(zip(names, one, strict=True)) for one in frames.stream(two.session, wanted)]
    assert {name: row[name] for name in ("complainant", "phone", "address", "account_no")} == {
        name: PRIVATE[name] for name in ("complainant", "phone", "address", "account_no")
    }
    ticket = two.session.scalar(select(Ticket).where(Ticket.no == row["no"]))
    two.session.add(Accused(ticket_id=ticket.id, n=9, user_id=wanted.granted_to))
    two.session.flush()
    assert list(frames.stream(two.session, wanted)) == []


def test_the_log_is_told_by_acts_times_and_roles(two: City) -> None:
    rows = rows_of(two, "events")
    assert [(row["action"], row["role"], row["to_state"]) for row in rows] == [
        ("register", "agent", "registered"), ("assign", "agent", "handling"), ("submit", "unit_head", "calling_back"),
        ("call_back", "agent", "handling"),
    ]  # fmt: skip
    assert rows[2]["at"] == at("2026-03-02 15:00")
    assert [row["action"] for row in rows_of(two, "events", start=at("2026-03-02 15:00"))] == ["submit", "call_back"]


def test_of_a_ticket_that_came_back_from_discipline_its_past_there_stays_closed(city: City) -> None:
    ticket = city.register("2026-03-02 10:00", category="态度恶劣")
    city.act("discipline", ticket, "reclassify", "2026-03-02 11:00", category="水压", reason="并非态度")
    city.act("agent", ticket, "assign", "2026-03-02 12:00", unit="东城营业所")
    assert [row["action"] for row in rows_of(city, "events")] == ["assign"]
    assert [row["action"] for row in rows_of(city, "events", scope="all")] == ["register", "reclassify", "assign"]


@pytest.fixture
def fined(two: City) -> City:
    """Two decided penalties of one person, one of them over the discipline ticket, and a proposal of another's."""
    ids = dict(two.session.execute(select(Ticket.track, Ticket.id)).all())
    who = two.people["head of 东城营业所"].user_id
    unit = two.session.scalars(select(Unit.id).where(Unit.name == "东城营业所")).one()
    for state, ticket, person in (("executed", ids["quality"], who), ("confirmed", ids["discipline"], who),
                                  ("proposed", ids["quality"], who)):  # fmt: skip
        confirmed = None if state == "proposed" else at("2026-03-05 10:00")
        two.session.add(Penalty(
            id=new_id(), clause="第八条(三)", ticket_id=ticket, person_id=person, person="王小明", unit_id=unit,
            post="responsible", amount=Decimal("100.00"), conduct_at=at("2026-03-03 10:00"), state=state,
            proposed_at=at("2026-03-04 10:00"), confirmed_at=confirmed))  # fmt: skip
    two.session.flush()
    return two


def test_penalties_are_those_decided_of_persons_without_names(fined: City) -> None:
    key = b"a key that only tests have"
    (row,) = rows_of(fined, "penalties", key=key)
    assert (row["state"], row["amount"], row["unit"], row["post"]) == ("executed", 100.0, "东城营业所", "responsible")
    every = rows_of(fined, "penalties", key=key, scope="all")
    assert sorted(row["state"] for row in every) == ["confirmed", "executed"]
    assert len({row["person"] for row in every}) == 1
    assert "王小明" not in str(every)
    assert [row["state"] for row in rows_of(fined, "penalties", start=at("2026-03-06"))] == []


def test_of_penalties_everybody_takes_what_they_oversee_and_never_their_own(fined: City) -> None:
    def states(who: Actor, scope: str = "quality") -> list[str]:
        return sorted(row["state"] for row in rows_of(fined, "penalties", scope=scope, reader=who))

    own = Actor(fined.people["head of 东城营业所"].user_id, frozenset({"operations"}))
    assert states(fined.people["operations"]) == ["executed"]
    assert states(fined.people["discipline"], "all") == ["confirmed", "executed"]
    assert states(fined.people["chairman"], "all") == ["executed"]  # the other ticket has not been reported yet
    assert states(own) == []


def test_customers_are_those_of_the_months_that_have_begun(city: City) -> None:
    for month, many in ((4, 100), (5, 110), (6, 120), (7, 130)):
        city.customers("东城营业所", at(f"2026-0{month}-01").date(), many)
    found = [(str(row["month"]), row["customers"]) for row in rows_of(city, "customers")]
    assert found == [("2026-04-01", 100), ("2026-05-01", 110), ("2026-06-01", 120)]
    cut = rows_of(city, "customers", start=at("2026-04-01 08:00"), end=at("2026-06-01"), units=("东城营业所",))
    assert [row["customers"] for row in cut] == [110]


def test_the_frame_of_figures_is_what_kpi_answers_cell_by_cell(lively_city: Pair) -> None:
    for session in lively_city.values():
        asked = frames.Wanted(frame="kpi", as_of=NOW, by=("quarter", "unit"), scope="all", end=at("2026-02-01"))
        names = [column.name for column in columns(FRAMES["kpi"])]
        found = [dict(zip(names, row, strict=True)) for row in frames.stream(session, asked)]
        answered = kpi.answer(session, asked.question())
        assert [{name: row[name] for name in one.as_dict()} for row, one in zip(found, answered, strict=True)] == [
            one.as_dict() for one in answered
        ]
        assert {row["filters"] for row in found} == {"to=2026-02-01&by=quarter&by=unit"}
        assert {row["month"] for row in found} == {None}
