"""The list as a file: the rows and columns of the page, masked as on the page, in its order, up to what it pages to."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Response, abort, request
from flask_babel import gettext as _

from admin import watch, words
from admin.current import session
from admin.views import columns, filters, listing, saved
from admin.views.columns import CONTENT, STANDING, Column
from admin.views.filters import Args, Asking
from models.cells import BOM, clock, safe

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def send(args: Args, asking: Asking) -> Response:
    """GET /ticket/export: who sees the list may take what they see; that it was taken is recorded."""
    form = request.args.get("format", "csv")
    if form not in FORMATS:
        abort(404)
    # By page it would be what the list's first page shows; an export has no pages.
    whole = args.copy()
    whole.pop("page", None)
    asking = replace(asking, by=asking.by.by_role)  # what was granted is there to be read
    found = listing.find(session(), whole, asking, size=listing.MOST)
    chosen = [CONTENT]
    for column in columns.chosen(args, saved.views().columns):
        chosen += [column, STANDING] if column.name == "due" else [column]
    watch.note("exported", what="list", rows=len(found.rows), format=form, columns=[c.name for c in chosen],
               conditions=sorted({f.name for f, _value in filters.given(args)}))  # fmt: skip
    session().commit()
    body = _csv(found.rows, chosen, asking.at) if form == "csv" else _xlsx(found.rows, chosen, asking.at)
    answer = Response(body, content_type=FORMATS[form])
    stamp = f"{words.local(asking.at):%Y%m%d-%H%M}"
    answer.headers.set("Content-Disposition", "attachment", filename=f"tickets-{stamp}.{form}")
    return answer


def _cells(rows: Sequence[dict[str, Any]], chosen: Sequence[Column], now: datetime) -> Iterator[list[Any]]:
    for row in rows:
        yield [column.said(row, now) for column in chosen]


def _csv(rows: Sequence[dict[str, Any]], chosen: Sequence[Column], now: datetime) -> str:
    file = io.StringIO()
    file.write(BOM)
    writer = csv.writer(file)
    writer.writerow([_(column.zh) for column in chosen])
    for cells in _cells(rows, chosen, now):
        writer.writerow([_plain(cell) for cell in cells])
    return file.getvalue()


def _plain(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return clock(cell)
    return safe(cell) if isinstance(cell, str) else "" if cell is None else cell


def _xlsx(rows: Sequence[dict[str, Any]], chosen: Sequence[Column], now: datetime) -> bytes:
    """Texts stay texts: nothing in them is a formula, a link or a number."""
    import xlsxwriter  # loaded by who exports

    file = io.BytesIO()
    as_they_are = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, {"in_memory": True, **as_they_are}) as book:
        sheet = book.add_worksheet(_("工单"))
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.freeze_panes(1, 0)
        for n, column in enumerate(chosen):
            sheet.write_string(0, n, _(column.zh))
            sheet.set_column(n, n, 60 if column is CONTENT else 18)
        for line, cells in enumerate(_cells(rows, chosen, now), 1):
            for n, cell in enumerate(cells):
                if isinstance(cell, datetime):
                    sheet.write_datetime(line, n, words.local(cell).replace(microsecond=0, tzinfo=None), moment)
                elif isinstance(cell, int):
                    sheet.write_number(line, n, cell)
                elif cell:
                    sheet.write_string(line, n, str(cell))
    return file.getvalue()
