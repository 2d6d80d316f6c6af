"""Reviews: their figures are the KPIs, actions are judged with their uncertainty, and files say what pages say."""

from __future__ import annotations

import re
import zipfile
from datetime import date, timedelta
from io import BytesIO

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from analytics import frames, kpi, reviews
from analytics.dashboards import notes
from analytics.dashboards.filters import Filters
from analytics.periods import midnight
from analytics.reviews import charts, files, judging, paper
from analytics.reviews.paper import Paper
from analytics.statistics import intervals
from models import reviews as desk
from models.reviews import document, periods, reading, wording
from models.reviews.document import Document, Effect
from models.tables import Review, Unit
from tests.analytics.city import City, at, city_of

UNIT, HEAD = "二次供水公司", "head of 二次供水公司"
QUARTER = periods.Period(date(2025, 10, 1), date(2026, 1, 1))
DUE = date(2026, 2, 1)


def complaints(city: City, first: date, many: int, days: int, category: str = "水压", unit: str = UNIT) -> None:
    """So many complaints, spread over days from one on, each assigned to a unit."""
    for n in range(many):
        when = midnight(first) + timedelta(hours=9, days=n * days // many)
        ticket = city.register(when, category=category)
        city.act("operations", ticket, "assign", when + timedelta(hours=1), unit=unit)


def promised(city: City, category: str | None = "水压", due: date = DUE) -> document.Effect:
    """A submitted review of the quarter with one action, and what became of it by 1 March."""
    session, head = city.session, city.people[HEAD]
    unit = session.scalars(select(Unit).where(Unit.name == UNIT)).one()
    when = at("2026-01-08 10:00")
    review = desk.open_(session, unit.id, QUARTER, by=head, at=when, book=city.book)
    line = {"what": "每天查水箱。", "owner": head.user_id, "due": due, "category": category, "expected": "降三成"}
    figures = reviews.draft(session, unit, QUARTER, as_of=when, window=28)
    for name, given in (("write", {"causes": "加压晚。", "lessons": "早安排。", "actions": [line]}), ("submit", {})):
        desk.act(session, review.id, name, given, by=head, at=when, book=city.book, version=review.version,
                 figures=figures)  # fmt: skip
    (found,) = judging.effects(session, None, date(2026, 3, 1), as_of=at("2026-03-01 00:00"), window=28)
    return found


def test_its_figures_are_the_kpis_with_both_parts(city):
    session, as_of = city.session, at("2026-01-08 00:00")
    complaints(city, date(2025, 11, 3), 4, 28)
    complaints(city, date(2025, 12, 1), 2, 28, unit="东城营业所")
    unit = session.scalars(select(Unit).where(Unit.name == UNIT)).one()
    found = reviews.draft(session, unit, QUARTER, as_of=as_of, window=90)
    start, end = QUARTER.instants
    rows = kpi.query(session, reviews.FIGURES, as_of=as_of, start=start, end=end, units=[UNIT])
    told = [(f.name, f.now.value, f.now.numerator, f.now.denominator, f.now.low, f.now.high) for f in found.figures]
    assert told == [(r.metric, r.value, r.numerator, r.denominator, r.low, r.high) for r in rows
                    if r.metric != "complaint_rate"], "who has no customers has no rate of them"  # fmt: skip
    assert {name: (n, of) for name, _v, n, of, *_ends in told if name in ("complaints", "on_time_rate")} == {
        "complaints": (4, None), "on_time_rate": (0, 4),
    }  # fmt: skip
    assert document.loaded(document.dumped(found)) == found


on_sqlite = pytest.mark.parametrize("city", ["sqlite"], indirect=True)


@on_sqlite
@pytest.mark.parametrize(
    ("before", "after", "verdict", "ratio"),
    [(20, 6, "effective", 0.3), (6, 20, "worse", 20 / 6), (5, 3, "unknown", 0.6), (0, 0, "unknown", None)],
)
def test_an_action_is_judged_by_the_rate_after_against_before(city, before, after, verdict, ratio):
    complaints(city, DUE - timedelta(days=28), before, 28)
    complaints(city, DUE, after, 28)
    complaints(city, DUE - timedelta(days=29), 4, 1)  # outside of the window
    complaints(city, DUE, 5, 28, category="水质")  # not what it aims at
    found = promised(city)
    assert (found.before, found.after, found.days, found.left, found.of) == (before, after, 28, 0, "days")
    assert found.verdict == verdict
    assert found.ratio == (pytest.approx(ratio) if ratio is not None else None)
    told = intervals.compare(before, 28, after, 28)
    assert (found.low, found.high) == (told.low, told.high)


def test_what_released_actions_did_is_a_frame_and_their_days_stand_on_the_units_charts(city):
    complaints(city, DUE - timedelta(days=28), 12, 28)
    complaints(city, DUE, 1, 28)
    promised(city)
    at_once = {"at": at("2026-03-01 00:00")}
    assert frames.frame(city.session, "reviews", **at_once).empty  # submitted, and not yet for everybody
    review = city.session.scalars(select(Review)).one()
    desk.act(city.session, review.id, "release", {}, by=city.people["operations"], at=at("2026-01-12 09:00"),
             book=city.book, version=review.version)  # fmt: skip
    (row,) = frames.frame(city.session, "reviews", **at_once).to_dict("records")
    assert (row["unit"], row["category"], row["n"], row["due"].date()) == (UNIT, "水压", 1, DUE)
    assert (row["days"], row["before"], row["after"], row["verdict"]) == (28, 12, 1, "effective")
    assert row["ratio"] == pytest.approx(1 / 12)
    assert row["low"] < 1 / 12 < row["high"] < 1
    assert not {"每天查水箱。", "降三成", "加压晚。"} & set(map(str, row.values()))

    winter = {"start": at("2025-12-01 00:00"), "end": at("2026-03-01 00:00")}
    ours, all_units = (notes.read(city.session, Filters(unit=unit, **winter), at_once["at"]) for unit in (UNIT, None))
    assert [(note.day, note.kind, note.text) for note in ours] == [(DUE, "action", "每天查水箱。")]
    assert list(all_units) == []


def test_where_there_are_customers_their_number_counts(city):
    """The same complaints of twice as many customers are half the rate."""
    for month, many in ((date(2026, 1, 1), 10_000), (date(2026, 2, 1), 20_000)):
        city.customers(UNIT, month, many)
    complaints(city, DUE - timedelta(days=28), 10, 28)
    complaints(city, DUE, 10, 28)
    found = promised(city)
    assert found.of == "customers"
    assert found.ratio == pytest.approx((28 / 31) / 2)


@on_sqlite
def test_season_is_told_by_what_the_others_did(city):
    complaints(city, DUE - timedelta(days=28), 10, 28)
    complaints(city, DUE, 5, 28)
    complaints(city, DUE - timedelta(days=28), 8, 28, unit="东城营业所")
    complaints(city, DUE, 4, 28, unit="东城营业所")
    found = promised(city)
    assert (found.ratio, found.others) == (0.5, 0.5)


def effect(**given: object) -> Effect:
    usual = {"action_id": 1, "what": "查水箱。", "due": DUE, "category": None, "expected": "", "days": 90, "left": 0,
             "of": "days", "before": 20, "over_before": 90.0, "after": 6, "over_after": 90.0, "ratio": 0.3, "low": 0.1,
             "high": 0.77}  # fmt: skip
    return Effect(**{**usual, **given})


@pytest.mark.parametrize(
    ("given", "verdict", "said"),
    [
        ({}, "有效", "前后各 90 天：前 20 件，后 6 件，比值 0.30（95% 区间 0.10–0.77）。"),
        ({"low": 1.2, "high": 3.0, "ratio": 2.0}, "变差", None),
        ({"low": 0.5, "high": 1.1, "ratio": 0.7}, "数据尚不能判断", None),
        ({"days": 0, "left": 90, "before": 0, "after": 0, "ratio": None, "low": 0.0, "high": None}, "数据尚不能判断",
         "期限刚到，还没有可比的日子。"),
        ({"before": 0, "after": 0, "ratio": None, "low": 0.0, "high": None}, "数据尚不能判断",
         "期限前后各 90 天都没有投诉，无从比较。"),
    ],
)  # fmt: skip
def test_a_verdict_is_said_in_words(given, verdict, said):
    found = effect(**given)
    assert wording.VERDICTS[found.verdict] == verdict
    if said:
        assert wording.say(wording.of_effect(found)[0]) == said


def test_the_difference_of_two_shares_is_newcombes():
    """Newcombe 1998, table II: 56/70 against 48/80, method 10: 0.0524 to 0.3339."""
    found = intervals.difference(48, 80, 56, 70)
    assert (found.low, found.high) == (pytest.approx(0.0524, abs=5e-5), pytest.approx(0.3339, abs=5e-5))
    assert intervals.difference(0, 0, 1, 2) is None


@pytest.fixture(scope="module")
def counted(settled_city) -> Document:
    with Session(settled_city["sqlite"].get_bind()) as session:
        complaints(city_of(session), date(2025, 11, 3), 4, 28)
        unit = session.scalars(select(Unit).where(Unit.name == UNIT)).one()
        found = reviews.draft(session, unit, QUARTER, as_of=at("2026-01-08 10:00"), window=90)
    return Document(**{**vars(found), "effects": (effect(what="=1+1 每天查水箱。"),)})


@pytest.fixture(scope="module")
def printed(counted) -> Paper:
    words = reading.Words("加压晚。<b>", "早安排。",
                          (reading.Line(1, "=1+1", "何经办", DUE, "水压", "降三成", "2026-02-03"),))  # fmt: skip
    return Paper("聊城水务集团有限公司", counted, words, at("2026-01-08 10:00"))


def test_the_word_file_has_head_page_numbers_tables_and_pictures(printed):
    with zipfile.ZipFile(BytesIO(files.made(printed, "docx"))) as file:
        text = file.read("word/document.xml").decode()
        parts = {name: file.read(name).decode() for name in file.namelist() if re.search(r"(header|footer)\d", name)}
        pictures = [name for name in file.namelist() if name.endswith(".png")]
    plain = re.sub("<[^>]+>", "", text)
    assert printed.title in plain
    assert any("聊城水务集团有限公司" in part for part in parts.values())
    assert any('w:instr="PAGE"' in part and 'w:instr="NUMPAGES"' in part for part in parts.values())
    assert len(pictures) >= 2
    assert "w:tblHeader" in text
    assert "加压晚。&lt;b&gt;" in text
    for figure in printed.document.figures:
        assert figure.zh in plain
        assert wording.parts(figure.now) in plain
    for said in (printed.explained, "单位负责人（签字）", "有效", "2026-02-03"):
        assert said in plain


def test_the_workbook_has_native_charts_and_no_formula(printed):
    with zipfile.ZipFile(BytesIO(files.made(printed, "xlsx"))) as file:
        names = file.namelist()
        sheets = "".join(file.read(name).decode() for name in names if name.startswith("xl/worksheets/sheet"))
        texts = file.read("xl/sharedStrings.xml").decode()
    assert sum(name.startswith("xl/charts/chart") for name in names) >= 2
    assert "<f>" not in sheets
    assert "=1+1 每天查水箱。" in texts


def test_the_html_stands_alone_and_says_what_it_says_elsewhere(printed):
    page = files.made(printed, "html").decode()
    assert not re.search(r'(src|href)="(?!#|data:)', re.sub(r'xlink:href="#[^"]*"', "", page)), "nothing is fetched"
    assert page.count("<svg") >= 2
    assert "加压晚。&lt;b&gt;" in page
    assert "数字已冻结于 2026-01-08 10:00" in page
    for figure in printed.document.figures:
        assert paper.sentence(wording.of_figure(figure)) in page


def test_without_a_chinese_font_the_names_of_categories_are_left_to_the_table(counted, monkeypatch):
    monkeypatch.setattr(charts, "FONTS", ())
    charts.chinese_font.cache_clear()
    try:
        assert charts.picture(counted, "categories", "svg") is None
        assert charts.picture(counted, "on_time_rate", "png").startswith(b"\x89PNG")
    finally:
        charts.chinese_font.cache_clear()


def test_months_with_a_signal_are_told_in_runs():
    """What is up for complaints is worse; months in a row are named by the first and the last."""

    def month(n: int, signal: bool, above: bool) -> document.Month:
        return document.Month(f"2025-{n:02}", 3, 1, 3.0, 2.0, 0.5, 4.0, signal, above)

    worse = {2, 3, 4, 9}
    months = tuple(month(n, n in worse or n == 12, n in worse) for n in range(1, 13))
    series = document.Series("complaints", "投诉量", "rate", "low", months, trial=False, widened=False)
    said = wording.say(wording.of_series(series)[0])
    assert said == "有信号的月份：2025-12（好转），2025-02–2025-04、2025-09（变差）。其余属正常波动。"
