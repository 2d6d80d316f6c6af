"""A page as one workbook: a sheet a chart, its table as on the page, its chart native and of the very same points."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import quote
from zipfile import ZipFile

import openpyxl
import pytest
from sqlalchemy.orm import Session

from analytics import workbook
from analytics.dashboards.board import Board, board
from analytics.dashboards.filters import read
from analytics.dashboards.page import Page
from analytics.dashboards.pages import PAGES
from analytics.dashboards.taking import address
from analytics.metrics import METRICS
from analytics.workbook import Sheet
from models.actor import Actor
from tests.analytics.city import at
from tests.analytics.conftest import Pair
from tests.analytics.harness import Harness

NOW = at("2026-03-10 15:00")
ASKED = f"?from=2025-11-01&to=2026-04-01&unit={quote('西城营业所')}"
ANALYST = Actor(1, frozenset({"analyst"}))
RATE = next(page for page in PAGES if page.name == "rate")


def same(text: str) -> str:
    return text


@pytest.fixture(scope="module")
def house(lively_city: Pair) -> Harness:
    engine: Any = lively_city["sqlite"].get_bind()
    return Harness(engine, NOW)


def taken(house: Harness, actor: Actor | None, page: Page = RATE, search: str = ASKED) -> Any:
    house.actor = actor
    house.exported.clear()
    return house.server.test_client().get(address("/analytics/", page, search))


def shown(session: Session, page: Page) -> Board:
    """What the page shows for the same address."""
    return board(page, session, ANALYST, read(ASKED, NOW, ["西城营业所"]), NOW, same)


def test_each_page_is_a_workbook_of_its_charts_tables_and_sources(house: Harness, lively_city: Pair) -> None:
    for page in PAGES:
        made = shown(lively_city["sqlite"], page)
        answer = taken(house, ANALYST, page)
        assert answer.status_code == 200, page.name
        book = openpyxl.load_workbook(io.BytesIO(answer.data))
        assert len(book.worksheets) == 1 + len(made.panels)
        cover: dict[Any, list[Any]] = {}
        for row in book.worksheets[0].iter_rows(values_only=True):
            cover.setdefault(row[0], []).append(row[1])
        facts = {"口径": "产品质量口径", "截至": "2026-03-10 15:00", "期间": "2025-11-01 至 2026-04-01（不含）",
                 "按": "月", "承办单位": "西城营业所"}  # fmt: skip
        assert {name: cover[name][0] for name in facts} == facts
        assert {METRICS[name].source for name in made.metrics} <= {told for many in cover.values() for told in many}
        for sheet, (name, panel) in zip(book.worksheets[1:], made.panels.items(), strict=True):
            assert cover[sheet.title][0] == panel.say == sheet["A2"].value
            rows = list(sheet.iter_rows(min_row=5, max_col=len(panel.table.head)))
            assert tuple(cell.value for cell in rows[0]) == panel.table.head
            told = [tuple(_as_shown(cell) for cell in row) for row in rows[1 : 1 + len(panel.table.rows)]]
            assert told == [tuple(getattr(c, "text", c) for c in row) for row in panel.table.rows], (page.name, name)
            drawn = panel.figure is not None and bool(panel.figure["data"])
            assert len(sheet._charts) == drawn


def _as_shown(cell: Any) -> str:
    if isinstance(cell.value, str):
        return cell.value
    return {"0.0%": "{:.1%}", "#,##0": "{:,.0f}", "#,##0.0": "{:,.1f}", "#,##0.00": "{:,.2f}"}[
        cell.number_format
    ].format(cell.value)


def test_the_charts_are_native_and_of_the_points_that_the_page_draws(house: Harness, lively_city: Pair) -> None:
    charts = ""
    for page in (page for page in PAGES if not page.of_unit):
        with ZipFile(io.BytesIO(taken(house, ANALYST, page, ASKED.split("&unit")[0]).data)) as packed:
            charts += "".join(packed.read(name).decode() for name in packed.namelist() if "/chart" in name)
    assert [kind for kind in ("lineChart", "scatterChart", "barChart") if f"<c:{kind}>" in charts] == [
        "lineChart", "scatterChart", "barChart",
    ]  # fmt: skip
    panels = shown(lively_city["sqlite"], RATE).panels
    for name, panel in panels.items():
        if not panel.figure or not panel.figure["data"]:
            continue
        found, traces = list(workbook.series(panel.figure)), panel.figure["data"]
        for one, trace in zip(found, traces, strict=False):
            across, values = (trace["y"], trace["x"]) if one.kind == "bar" else (trace["x"], trace["y"])
            assert (list(one.across), list(one.values)) == (list(across), list(values)), name
        assert all(set(one.values) <= {*one.values[:1], None} for one in found[len(traces) :])
    control = {one.name: one for one in workbook.series(panels["rate"].figure or {})}
    assert {"界限 1", "界限 2", "数值", "平均"} <= control.keys()


def test_who_may_not_read_it_takes_nothing_and_what_is_taken_is_recorded(house: Harness) -> None:
    operations = Actor(1, frozenset({"operations"}))
    assert taken(house, None).status_code == 302
    assert taken(house, Actor(1, frozenset({"auditor"}))).status_code == 403
    assert taken(house, operations, search="?scope=all").status_code == 403
    assert taken(house, operations, search="?by=hour").status_code == 404
    assert house.exported == []
    assert taken(house, Actor(1, frozenset({"chairman"}), chairman=True), search="?scope=all").status_code == 200
    (told,) = house.exported
    assert (told["what"], told["name"], told["format"], told["scope"]) == ("page", "rate", "xlsx", "all")


def test_names_of_sheets_are_ones_that_excel_takes_and_cells_are_no_formulas() -> None:
    long = "各单位：72 小时/办理及时率" * 4
    figure = {"data": [], "layout": {}}
    sheets = [Sheet(title, "=1+1", ("单位", "值"), (("=2+2", "—"), ("甲", "1,234")), figure) for title in (long, long)]
    out = io.BytesIO()
    workbook.write(out, "=标题", [("单位", "@x")], sheets)
    book = openpyxl.load_workbook(out)
    assert len({name.casefold() for name in book.sheetnames}) == 3
    assert all(len(name) <= 31 and "/" not in name for name in book.sheetnames)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    assert book.worksheets[1]["B7"].value == 1234
