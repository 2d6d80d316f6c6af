"""A review as an Excel workbook: figures with both parts as numbers, and charts that can be edited."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from analytics.reviews import charts, paper
from analytics.reviews.paper import Paper
from models.reviews import wording
from models.reviews.document import COUNT, SHARE, Series

AS_THEY_ARE = {"in_memory": True, "strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
"""A text stays a text, whatever it begins with."""
FORMATS = {SHARE: "0.0%", COUNT: "#,##0"}
FIGURE_HEADS = ("指标", "本期", "分子", "分母", "区间下限", "区间上限", "上一期", "去年同期", "说明", "不计", "依据")
MONTH_HEADS = ("月份", "分子", "分母", "数值", "平均", "控制下限", "控制上限", "信号")


def xlsx(of: Paper) -> bytes:
    """The whole file."""
    import xlsxwriter

    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, AS_THEY_ARE) as book:
        book.set_properties({"title": of.title, "company": of.company})
        look = {
            "head": book.add_format({"bold": True, "bg_color": "#EDF1F1", "border": 1, "text_wrap": True}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
            "header": f"&C{of.company.replace('&', '&&')}",
            "title": book.add_format({"bold": True, "font_size": 16}),
            **{kind: book.add_format({"num_format": FORMATS.get(kind, "#,##0.00")}) for kind in (SHARE, COUNT, "rate")},
        }
        _words(book, look, of)
        _figures(book, look, of)
        for series in of.document.series:
            _months(book, look, series)
        _categories(book, look, of)
        _effects(book, look, of)
    return buffer.getvalue()


def _sheet(book: Any, look: Any, name: str, head: Sequence[str], widths: Sequence[int]) -> Any:
    sheet = book.add_worksheet(name)
    for n, text in enumerate(head):
        sheet.write_string(0, n, text, look["head"])
    for n, width in enumerate(widths):
        sheet.set_column(n, n, width)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_header(look["header"])
    sheet.set_footer("&C第 &P / &N 页")
    return sheet


def _number(sheet: Any, row: int, column: int, value: float | None, look: Any = None) -> None:
    if value is not None:
        sheet.write_number(row, column, value, look)


def _words(book: Any, look: Any, of: Paper) -> None:
    """What the unit wrote, on the first sheet."""
    sheet = book.add_worksheet("总结")
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 110)
    sheet.set_header(look["header"])
    sheet.set_footer("&C第 &P / &N 页")
    sheet.write_string(0, 0, of.title, look["title"])
    rows = [("公司", of.company), ("口径", of.stands), ("区间", of.explained), ("原因", of.words.causes),
            ("教训", of.words.lessons)]  # fmt: skip
    rows += [("改进措施", "；".join(f"{head}：{cell}" for head, cell in zip(paper.MEASURES, line, strict=True)))
             for line in paper.measure_rows(of.words)]  # fmt: skip
    rows += [("意见", f"{one.said}　{one.who} {paper.clock(one.at)}") for one in of.words.remarks]
    rows += [(sign, "（签字）　　　　年　　月　　日") for sign in paper.SIGNS]
    for n, (name, text) in enumerate(rows, 2):
        sheet.write_string(n, 0, name, look["head"])
        sheet.write_string(n, 1, text, look["wrap"])


def _figures(book: Any, look: Any, of: Paper) -> None:
    sheet = _sheet(book, look, "指标", FIGURE_HEADS, (24, 10, 10, 12, 10, 10, 10, 10, 60, 30, 16))
    for n, figure in enumerate(of.document.figures, 1):
        now, form = figure.now, look.get(figure.kind, look["rate"])
        sheet.write_string(n, 0, figure.zh)
        beside = [one.value if one else None for one in (figure.before, figure.year)]
        for column, value in ((1, now.value), (4, now.low), (5, now.high), (6, beside[0]), (7, beside[1])):
            _number(sheet, n, column, value, form)
        _number(sheet, n, 2, now.numerator, look[COUNT])
        _number(sheet, n, 3, now.denominator, look[COUNT])
        for column, text in ((8, paper.sentence(wording.of_figure(figure))), (9, figure.excluded),
                             (10, figure.source)):  # fmt: skip
            sheet.write_string(n, column, text, look["wrap"])


def _months(book: Any, look: Any, series: Series) -> None:
    """A control chart: the months, and a native line chart beside them."""
    name = series.zh.split("（")[0]
    sheet = _sheet(book, look, name, MONTH_HEADS, (12,) * len(MONTH_HEADS))
    form = look.get(series.kind, look["rate"])
    for n, month in enumerate(series.months, 1):
        sheet.write_string(n, 0, month.label)
        _number(sheet, n, 1, month.count, look[COUNT])
        _number(sheet, n, 2, month.over, look["rate"])
        for column, value in ((3, month.value), (4, month.center), (5, month.lower), (6, month.upper)):
            _number(sheet, n, column, value, form)
        sheet.write_string(n, 7, "没有过完" if month.unfinished else "有信号" if month.signal else "")
    last = len(series.months)
    line = book.add_chart({"type": "line"})
    for column, colour, dash in ((3, "#0B6470", "solid"), (4, "#17252B", "solid"), (5, "#7F8D93", "dash"),
                                 (6, "#7F8D93", "dash")):  # fmt: skip
        line.add_series({
            "name": [name, 0, column], "categories": [name, 1, 0, last, 0], "values": [name, 1, column, last, column],
            "line": {"color": colour, "width": 1.5, "dash_type": dash},
            **({"marker": {"type": "circle", "size": 5}} if column == 3 else {}),
        })  # fmt: skip
    line.set_title({"name": f"{series.zh}，逐月", "name_font": {"size": 12}})
    line.set_legend({"position": "bottom"})
    line.set_size({"width": 760, "height": 340})
    sheet.insert_chart(1, len(MONTH_HEADS) + 1, line, {"description": paper.series_said(series)})
    sheet.write_string(last + 2, 0, paper.series_said(series))
    sheet.write_string(last + 3, 0, charts.LEGEND if series.marks else "虚线是控制限。")


def _categories(book: Any, look: Any, of: Paper) -> None:
    sheet = _sheet(book, look, "按类别", paper.CATEGORIES, (20, 10, 10))
    found = of.document.categories
    for n, one in enumerate(found, 1):
        sheet.write_string(n, 0, one.name)
        _number(sheet, n, 1, one.now, look[COUNT])
        _number(sheet, n, 2, one.before, look[COUNT])
    if found:
        bar = book.add_chart({"type": "bar"})
        for column, colour in ((1, "#0B6470"), (2, "#B9C6CA")):
            bar.add_series({
                "name": ["按类别", 0, column], "categories": ["按类别", 1, 0, len(found), 0],
                "values": ["按类别", 1, column, len(found), column], "fill": {"color": colour},
            })  # fmt: skip
        bar.set_y_axis({"reverse": True})
        bar.set_title({"name": "按类别", "name_font": {"size": 12}})
        sheet.insert_chart(1, 4, bar)


def _effects(book: Any, look: Any, of: Paper) -> None:
    """The effects with their parts as numbers."""
    head = (
        "改进措施", "期限", "针对分类", "天数", "前（件）", "前（分母）", "后（件）", "后（分母）", "比值",
        "区间下限", "区间上限", "结论", "说明",
    )  # fmt: skip
    sheet = _sheet(book, look, "改进措施效果", head, (50, 12, 12, 8, 9, 12, 9, 12, 8, 9, 9, 16, 60))
    for n, one in enumerate(of.document.effects, 1):
        told = paper.effect_row(one)
        for column, text in ((0, told[0]), (1, told[1]), (2, told[2]), (11, told[6]), (12, told[7])):
            sheet.write_string(n, column, text, look["wrap"])
        for column, number in ((3, one.days), (4, one.before), (5, one.over_before), (6, one.after),
                               (7, one.over_after), (8, one.ratio), (9, one.low), (10, one.high)):  # fmt: skip
            _number(sheet, n, column, number, look["rate"] if column > 7 else look[COUNT])
