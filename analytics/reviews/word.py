"""A review as a Word document: the company's head, page numbers as fields, tables with both parts, lines to sign."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from analytics.reviews import charts, paper
from analytics.reviews.paper import Paper

SONG, FANG, HEI = "SimSun", "FangSong", "SimHei"
"""Fonts of Chinese office paper; where a machine lacks one, Word takes another."""
SMALL = 8
"""Points in tables."""
WIDTHS = {
    paper.HEADS: (2.3, 1.5, 1.8, 2.2, 1.4, 1.4, 4.6, 1.6), paper.MEASURES: (5.6, 1.8, 2.2, 1.8, 3.2, 2.2),
    paper.EFFECTS: (3.3, 1.9, 1.6, 1.5, 1.5, 2.1, 1.6, 3.3), paper.CATEGORIES: (6.0, 3.0, 3.0),
}  # fmt: skip
"""Of the columns under each heading, in centimetres."""


def docx(of: Paper) -> bytes:
    """The whole file."""
    from docx import Document as Blank

    made = Blank()
    _style(made)
    _head_and_foot(made, of)
    made.core_properties.title, made.core_properties.author = of.title, of.company
    made.core_properties.language, made.core_properties.comments = "zh-CN", ""
    made.core_properties.created = made.core_properties.modified = of.frozen or of.document.as_of
    made.add_heading(of.title, 0)
    _note(made, of.stands, center=True)
    _figures(made, of)
    for number, heading, text in (("二", "原因", of.words.causes), ("三", "教训", of.words.lessons)):
        made.add_heading(f"{number}、{heading}", 1)
        for part in (text or "（未写）").split("\n"):
            made.add_paragraph(part)
    made.add_heading("四、改进措施", 1)
    _table(made, paper.MEASURES, paper.measure_rows(of.words), "（未写）")
    made.add_heading(f"五、{of.earlier}", 1)
    effects = [paper.effect_row(one) for one in of.document.effects]
    _table(made, paper.EFFECTS, effects, paper.NONE_DUE)
    if of.words.remarks:
        made.add_heading("六、运营管理部意见", 1)
        for one in of.words.remarks:
            made.add_paragraph(f"{one.said}　{one.who} {paper.clock(one.at)}")
    _signs(made)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def _figures(made: Any, of: Paper) -> None:
    from docx.shared import Cm

    made.add_heading("一、数字", 1)
    _table(made, paper.HEADS, [paper.figure_row(one) for one in of.document.figures], "")
    _note(made, of.explained)
    drawn = charts.pictures(of.document, "png")
    for one in of.document.series:
        made.add_heading(f"{one.zh}，逐月", 2)
        made.add_paragraph(paper.series_said(one)).paragraph_format.keep_with_next = True
        if one.name in drawn:
            made.add_picture(io.BytesIO(drawn[one.name]), width=Cm(16.5))
            _described(made, f"{one.zh}，逐月。{paper.series_said(one)}")
    _note(made, charts.LEGEND)
    made.add_heading("按类别", 2)
    if "categories" in drawn:
        made.add_picture(io.BytesIO(drawn["categories"]), width=Cm(16.5))
        _described(made, "各类别投诉件数，本期与上一期")
    rows = [(one.name, str(one.now), str(one.before)) for one in of.document.categories]
    _table(made, paper.CATEGORIES, rows, "本期和上一期都没有投诉。")


def _described(made: Any, text: str) -> None:
    """What the last picture shows, for who does not see it."""
    made.inline_shapes[-1]._inline.docPr.set("descr", text)


def _style(made: Any) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt, RGBColor

    section = made.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin, section.bottom_margin = Cm(2.5), Cm(2.2)
    for name, font, size in (("Normal", FANG, 12), ("Title", SONG, 20), ("Heading 1", HEI, 14), ("Heading 2", HEI, 12)):
        style = made.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = font, Pt(size), RGBColor(0x17, 0x25, 0x2B)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        for script in ("w:ascii", "w:hAnsi", "w:eastAsia"):
            fonts.set(qn(script), font)
    made.styles["Title"].paragraph_format.alignment = 1
    for border in made.styles["Title"].element.iter(qn("w:pBdr")):
        border.getparent().remove(border)
        break
    made.styles["Normal"].paragraph_format.space_after = Pt(4)


def _head_and_foot(made: Any, of: Paper) -> None:
    section = made.sections[0]
    head = section.header.paragraphs[0]
    head.text, head.alignment = of.company, 1
    foot = section.footer.paragraphs[0]
    foot.alignment = 1
    for text, name in (("第 ", "PAGE"), (" / ", "NUMPAGES")):
        foot.add_run(text)
        _field(foot, name)
    foot.add_run(" 页")


def _field(paragraph: Any, name: str) -> None:
    """A field that Word fills in: PAGE, NUMPAGES."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def _table(made: Any, head: tuple[str, ...], rows: Iterable[Sequence[str]], none: str) -> None:
    """A table whose heading repeats on each page; a sentence where it would be empty."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt

    rows = list(rows)
    if not rows:
        made.add_paragraph(none)
        return
    table = made.add_table(rows=1 + len(rows), cols=len(head))
    table.style, table.autofit = "Table Grid", False
    for column, width in zip(table.columns, WIDTHS[head], strict=True):
        column.width = Cm(width)
    for cells, line in zip(table.rows, [head, *rows], strict=True):
        cells._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, text, width in zip(cells.cells, line, WIDTHS[head], strict=True):
            cell.width = Cm(width)
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(0)
            run = paragraph.add_run(text)
            run.font.size, run.bold = Pt(SMALL), line is head
    repeats = OxmlElement("w:tblHeader")
    repeats.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeats)
    made.add_paragraph()


def _note(made: Any, text: str, *, center: bool = False) -> None:
    from docx.shared import Pt

    paragraph = made.add_paragraph()
    paragraph.add_run(text).font.size = Pt(9)
    if center:
        paragraph.alignment = 1


def _signs(made: Any) -> None:
    from docx.shared import Cm

    for last in made.paragraphs[-2:]:  # nobody signs a page that has nothing on it
        last.paragraph_format.keep_with_next = True
    made.add_paragraph().paragraph_format.keep_with_next = True
    table = made.add_table(rows=1, cols=len(paper.SIGNS))
    table.rows[0].height = Cm(2.2)
    for cell, who in zip(table.rows[0].cells, paper.SIGNS, strict=True):
        cell.text = f"{who}（签字）：\n\n　　　　年　　月　　日"
