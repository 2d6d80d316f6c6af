"""A page as one workbook: a sheet a chart, with its sentence, its table and a native chart that can be edited.

What a chart shows is read from the figure that the page draws (`dashboards.figures`), so that both have the same
points; what the page's table says stands beside it, its numbers as numbers. Lines over periods become a line chart,
bars a bar chart, points over a number a scatter chart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, NamedTuple

Figure = Mapping[str, Any]
Translate = Callable[[str], str]

COLOURS = {
    "surface": "#ffffff", "ink-2": "#42525a", "accent": "#0b6470", "better": "#1b5cb3", "worse": "#a94a05",
    "common": "#5b6a72", "limit": "#7f8d93", "target": "#17252b", "series-1": "#0b6470", "series-2": "#5a7aa0",
    "series-3": "#9a6f14", "series-4": "#7c3f75", "series-5": "#5c7430", "series-6": "#80604e",
}  # fmt: skip
"""The tokens of a figure's colours as they are on paper."""
DASHES = {"dot": "round_dot", "dash": "dash", "dashdot": "dash_dot"}
AS_THEY_ARE = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
LONGEST_NAME = 31
"""Characters of a sheet's name."""
DECIMALS = {0: "whole", 1: "tenths"}
"""How many decimals a page shows → how the cell shows them; all else as hundredths."""
NUMBER = re.compile(r"-?\d[\d,]*(\.\d+)?%?")
CHART = 10
"""Columns that a chart takes up."""
TOP = 4
"""The row of a table's heading."""


@dataclass(frozen=True)
class Sheet:
    """One chart of a page: what it is called and says, its table, what it draws and what it rests on.

    figure: None where nothing is drawn.
    """

    title: str
    say: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figure: Figure | None
    notes: tuple[str, ...] = ()


class Source(NamedTuple):
    """Where a figure comes from: its name, the clause that it measures, when a row counts, what is left out."""

    name: str
    clause: str
    stands_at: str
    excluded: str


@dataclass(frozen=True)
class Series:
    """One line, or row of points or bars: labels or numbers across, values, and how it looks."""

    name: str
    labels: tuple[str, ...]
    across: tuple[float, ...]
    values: tuple[float | None, ...]
    colours: tuple[str, ...]
    """One for all, or one a point."""
    kind: str = "line"
    """line, over periods; column or bar; scatter, over a number."""
    dash: str | None = None
    line: bool = True
    points: bool = False
    above: tuple[float, ...] = ()
    below: tuple[float, ...] = ()
    """How far an interval reaches from each value."""
    named: frozenset[str] = frozenset()
    """Labels that stand in the chart."""


def write(
    out: BinaryIO, title: str, facts: Sequence[tuple[str, str]], sheets: Sequence[Sheet],
    sources: Sequence[Source] = (), _: Translate = str,
) -> None:  # fmt: skip
    """The workbook of a page. facts: scope, as-of, period and the other filters, each with what it is called."""
    import xlsxwriter  # loaded by who exports

    with xlsxwriter.Workbook(out, {"in_memory": True, **AS_THEY_ARE}) as book:
        formats = {name: book.add_format(how) for name, how in FORMATS.items()}
        cover = book.add_worksheet(_("说明"))
        named: list[tuple[str, Sheet]] = []
        for sheet in sheets:
            name = _name(_(sheet.title), {"", *(name for name, _sheet in named), _("说明")})
            named.append((name, sheet))
        _write_cover(cover, title, facts, named, sources, formats, _)
        for name, sheet in named:
            _write_sheet(book, book.add_worksheet(name), sheet, formats, _)


FORMATS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14},
    "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"},
    "wrap": {"text_wrap": True, "valign": "top"},
    "quiet": {"font_color": COLOURS["ink-2"]},
    "whole": {"num_format": "#,##0"},
    "tenths": {"num_format": "#,##0.0"},
    "number": {"num_format": "#,##0.00"},
    "share": {"num_format": "0.0%"},
    "exact": {"num_format": "General"},
}


def _write_cover(
    sheet: Any, title: str, facts: Sequence[tuple[str, str]], named: Sequence[tuple[str, Sheet]],
    sources: Sequence[Source], formats: Mapping[str, Any], _: Translate,
) -> None:  # fmt: skip
    """What was asked, what each sheet says, and where each figure comes from."""
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 70)
    sheet.set_column(2, 3, 34)
    sheet.write_string(0, 0, title, formats["title"])
    for row, (name, value) in enumerate(facts, 1):
        sheet.write_string(row, 0, name, formats["quiet"])
        sheet.write_string(row, 1, value)
    top = len(facts) + 2
    told = [(name, one.say, _("；").join(one.notes)) for name, one in named]
    _write_rows(sheet, top, (_("工作表"), _("结论"), _("口径说明")), told, formats)
    _write_rows(sheet, top + len(told) + 2, (_("指标"), _("依据"), _("时间"), _("不计")), sources, formats)


def _write_rows(
    sheet: Any, top: int, head: Sequence[str], rows: Sequence[Sequence[str]], formats: Mapping[str, Any]
) -> None:
    for row, cells in enumerate((head, *rows), top):
        for column, told in enumerate(cells):
            sheet.write_string(row, column, told, formats["wrap" if row > top else "head"])


def _write_sheet(book: Any, sheet: Any, one: Sheet, formats: Mapping[str, Any], _: Translate) -> None:
    sheet.write_string(0, 0, _(one.title), formats["title"])
    sheet.write_string(1, 0, one.say)
    sheet.write_string(2, 0, _("；").join(one.notes), formats["quiet"])
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, max(1, len(one.head) - 1), 14)
    for column, told in enumerate(one.head):
        sheet.write_string(TOP, column, told, formats["head"])
    for row, cells in enumerate(one.rows, TOP + 1):
        sheet.write_string(row, 0, cells[0])
        for column, cell in enumerate(cells[1:], 1):
            _write_cell(sheet, row, column, cell, formats)
    found = list(series(one.figure, _)) if one.figure else []
    if found and one.figure:
        _write_chart(book, sheet, one, found, len(one.head) + 1, formats, _)


def _write_cell(sheet: Any, row: int, column: int, cell: str, formats: Mapping[str, Any]) -> None:
    """A number as a number, shown as the page shows it; all else as the text it is."""
    if not NUMBER.fullmatch(cell):
        sheet.write_string(row, column, cell)
        return
    number = float(cell.replace(",", "").rstrip("%"))
    how = "share" if cell.endswith("%") else DECIMALS.get(len(cell.partition(".")[2]), "number")
    sheet.write_number(row, column, round(number / 100, 12) if how == "share" else number, formats[how])


def series(figure: Figure, _: Translate = str) -> Iterator[Series]:
    """What a figure draws, trace by trace, and its straight lines across; labels are those that its points show."""
    traces, layout = figure["data"], figure["layout"]
    told = {tuple(trace["x"]): tuple(str(row[0]) for row in trace["customdata"])
            for trace in traces if trace.get("customdata")}  # fmt: skip
    notes = layout.get("annotations", ())
    named, limits, last = frozenset(str(note["text"]) for note in notes), 0, None
    for trace in traces:
        name = str(trace.get("name", ""))
        if not name and trace.get("hoverinfo") == "skip":
            limits += 1
            name = _("界限 %(n)d") % {"n": limits}
        last = _series(trace, name or _("数值"), told.get(tuple(trace["x"]), ()), named)
        yield last
    for shape in layout.get("shapes", ()):
        if last is not None and shape["type"] == "line" and shape["y0"] == shape["y1"]:
            name = next((str(note["text"]) for note in notes if note.get("y") == shape["y0"]), "")
            spans = shape.get("xref") == "paper"
            values = tuple(shape["y0"] if spans or shape["x0"] <= at <= shape["x1"] else None for at in last.across)
            yield replace(last, name=name, values=values, dash=None, line=True, points=False, above=(), below=(),
                          colours=(_colour(shape["line"]["color"]),), named=frozenset())  # fmt: skip


def _series(trace: Mapping[str, Any], name: str, labels: tuple[str, ...], named: frozenset[str]) -> Series:
    """A trace. What lies (its places are down, not across) becomes bars; what stands over places, lines or columns."""
    across, values, marker = tuple(trace["x"]), tuple(trace["y"]), trace.get("marker", {})
    kind = {"bar": "column"}.get(trace["type"], "line")
    whiskers = trace.get("error_y", {})
    if trace.get("orientation") == "h" or "error_x" in trace:
        kind, across, values, whiskers = "bar", values, across, trace.get("error_x", {})
    elif kind == "line" and across != tuple(range(len(across))):
        kind = "scatter"
    mode = trace.get("mode", "")
    colours = marker.get("color", trace.get("line", {}).get("color", "var(--series-1)"))
    if isinstance(colours, list):  # a hollow point shows its rim
        rims = marker.get("line", {}).get("color", colours)
        rims = rims if isinstance(rims, list) else [rims] * len(colours)
        colours = [rim if colour == "var(--surface)" else colour for colour, rim in zip(colours, rims, strict=True)]
    return Series(
        name=name, labels=labels, across=across, values=values, kind=kind,
        colours=tuple(map(_colour, colours if isinstance(colours, list) else [colours])),
        dash=DASHES.get(trace.get("line", {}).get("dash", "")), line="lines" in mode, points="markers" in mode,
        above=tuple(whiskers.get("array", ())), below=tuple(whiskers.get("arrayminus", ())), named=named & set(labels),
    )  # fmt: skip


def _colour(token: str) -> str:
    found = re.fullmatch(r"var\(--([\w-]+)\)", token)
    return COLOURS.get(found[1], COLOURS["common"]) if found else token


CHARTS = {"line": {"type": "line"}, "column": {"type": "column"}, "bar": {"type": "bar"},
          "scatter": {"type": "scatter", "subtype": "straight"}}  # fmt: skip


def _write_chart(
    book: Any, sheet: Any, one: Sheet, found: Sequence[Series], beside: int, formats: Mapping[str, Any], _: Translate
) -> None:  # fmt: skip
    """The chart beside the table, and beside the chart the points that it draws, exactly."""
    layout = (one.figure or {})["layout"]
    kind = next(kind for kind in ("scatter", "bar", "column", "line") if kind in {s.kind for s in found})
    chart, column = book.add_chart(CHARTS[kind]), beside + CHART + 1
    sheet.write_string(TOP - 1, column, _("图的数据"), formats["quiet"])
    known: dict[tuple[Any, ...], int] = {}
    for s in found:
        if (s.across, s.labels) not in known:
            if kind == "scatter" and s.labels:
                _write_column(sheet, column, "", s.labels, formats)
                column += 1
            _write_column(sheet, column, "", s.across if kind == "scatter" else s.labels, formats)
            known[s.across, s.labels] = column
            column += 1
        _write_column(sheet, column, s.name, s.values, formats)
        chart.add_series(_looks(s, sheet.get_name(), known[s.across, s.labels], column))
        column += 1
    upright = layout.get("xaxis" if kind == "bar" else "yaxis", {})
    share = str((upright.get("ticktext") or [""])[0]).endswith("%")
    values: dict[str, Any] = {"num_format": "0%" if share else "General", "major_gridlines": {"visible": False}}
    if share:
        least, most = upright["range"]
        values |= {"min": max(0.0, round(least, 3)), "max": min(1.0, round(most, 3))}
    # Of bars too, x is the axis of the categories; the first stands on top.
    chart.set_x_axis({"reverse": True} if kind == "bar" else {"label_position": "low", "num_format": "#,##0"})
    chart.set_y_axis(values)
    chart.set_legend({"none": True} if len(found) == 1 else {"position": "bottom"})
    chart.show_blanks_as("gap")
    chart.set_title({"name": _(one.title), "name_font": {"size": 12}})
    chart.set_size({"width": 64 * CHART, "height": 380})
    sheet.insert_chart(TOP, beside, chart)


def _write_column(sheet: Any, column: int, name: str, cells: Sequence[Any], formats: Mapping[str, Any]) -> None:
    sheet.write_string(TOP, column, name, formats["head"])
    for row, cell in enumerate(cells, TOP + 1):
        if isinstance(cell, str):
            sheet.write_string(row, column, cell)
        elif cell is not None:
            sheet.write_number(row, column, cell, formats["exact"])


def _looks(s: Series, sheet: str, across: int, column: int) -> dict[str, Any]:
    last = TOP + len(s.values)
    made: dict[str, Any] = {
        "name": [sheet, TOP, column],
        "categories": [sheet, TOP + 1, across, last, across],
        "values": [sheet, TOP + 1, column, last, column],
    }
    if s.above:
        made["x_error_bars" if s.kind == "bar" else "y_error_bars"] = {
            "type": "custom", "plus_values": list(s.above), "minus_values": list(s.below),
            "line": {"color": COLOURS["limit"]},
        }  # fmt: skip
    if s.kind in ("bar", "column"):
        return made | {"fill": {"color": s.colours[0]}, "gap": 60, "data_labels": {"value": not s.above}}
    many, colour = len(s.colours) > 1, s.colours[0]
    made["line"] = {"none": True}
    if s.line:
        made["line"] = {"color": COLOURS["common"] if many else colour, "width": 1.5 if s.points else 1}
        made["line"] |= {"dash_type": s.dash} if s.dash else {}
    made["marker"] = {"type": "none"}
    if s.points:
        made["marker"] = {"type": "circle", "size": 6, "fill": {"color": colour}, "border": {"color": colour}}
        if many:
            made["points"] = [{"fill": {"color": each}, "border": {"color": each}} for each in s.colours]
    if s.named:
        made["data_labels"] = {"value": True, "position": "right", "custom": [
            {"value": label} if label in s.named else {"delete": True} for label in s.labels]}  # fmt: skip
    return made


def _name(title: str, taken: set[str]) -> str:
    """A sheet's name: no sign that none may have, not too long, and no other's."""
    plain = NOT_IN_NAMES.sub(" ", title).strip()[:LONGEST_NAME]
    found, n = plain, 1
    while found.casefold() in {one.casefold() for one in taken}:
        n += 1
        found = f"{plain[: LONGEST_NAME - 3]} {n}"
    return found
