"""个人信息查询: what is held of one person, as a file for them, and who has seen it (个人信息保护法 第四十五条).

For 运营管理部 and 纪检监察室, each within its own sight. Numbers come in the body of a request, never in its address;
each look is recorded for each ticket that it found, with the mark of the number in the place of the number.
"""

from __future__ import annotations

import io
import json
from datetime import datetime
from typing import Any

from flask import Response, abort, render_template, request
from flask_appbuilder import expose
from flask_babel import gettext as _

from admin import watch, words
from admin.current import book, current_actor, now, session
from admin.guarding import BaseView
from models import person
from models.lookup import KINDS
from models.person import Item
from models.refusals import NotYours
from models.security_log import KINDS as ENTRIES
from models.workflow import PARTS, action_name

WHAT = "查询个人信息"
FIELDS = {"phone": "电话", "account_no": "户号"}
FORMATS = {
    "json": "application/json; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class PersonView(BaseView):
    """One page: a number and a reason; then the tickets, who has seen them, and the file."""

    route_base = "/person"
    default_view = "ask"

    @expose("/")
    def ask(self) -> str:
        _may()
        return _draw()

    @expose("/", methods=["POST"])
    def found(self) -> Any:
        _may()
        ids, problem = _asked()
        if problem:
            return _draw(problem=problem), 422
        looks = person.seen(session(), ids, current_actor())
        _record("opened", "seen", ids)
        return _draw(ids=ids, looks=looks)

    @expose("/file", methods=["POST"])
    def file(self) -> Any:
        _may()
        form = request.form.get("format", "")
        if form not in FORMATS:
            abort(404)
        ids, problem = _asked()
        if problem:
            return _draw(problem=problem), 422
        items = person.held(session(), ids, book())
        _record("exported", "person", ids, format=form)
        answer = Response(_json(items) if form == "json" else _xlsx(items), content_type=FORMATS[form])
        answer.headers.set(
            "Content-Disposition", "attachment", filename=f"person-{words.local(now()):%Y%m%d-%H%M}.{form}"
        )
        return answer


def _may() -> None:
    by = current_actor()
    if not (by.office or "operations" in by.roles):
        raise NotYours("not_yours", action=WHAT, who=PARTS["o"])


def _typed() -> tuple[str, str, str]:
    return tuple(request.form.get(name, "").strip()[:200] for name in (*FIELDS, "reason"))  # type: ignore[return-value]


def _wanted() -> set[str]:
    """The digests of the number that was typed."""
    typed = dict(zip(FIELDS, _typed(), strict=False))
    return set().union(*(person.wanted(book(), name, typed[name]) for name in KINDS if typed[name]))


def _asked() -> tuple[list[int], str]:
    """(tickets, what is wrong)."""
    if _typed()[-1] not in person.REASONS:
        return [], _("请选一个查询理由，查询会被记录。")
    digests = _wanted()
    if not digests:
        return [], _("请写完整的电话或户号。只有一个字不差才查得到。")
    return person.tickets_of(session(), digests, current_actor(), book()), ""


def _record(kind: str, what: str, ids: list[int], **more: Any) -> None:
    """Tell the security log before anything leaves: an entry a ticket, or one that nothing was found."""
    about = {"what": what, "reason": _typed()[-1], "number": min(_wanted())[:12], **more}
    for ticket_id in ids or [None]:
        watch.note(kind, ticket_id=ticket_id, **about)
    session().commit()


def _draw(ids: list[int] | None = None, looks: list[person.Look] | None = None, problem: str = "") -> str:
    phone, account_no, reason = _typed()
    shown = [(look, _(ENTRIES[look.kind]) if look.entry else _(action_name(look.kind))) for look in looks or []]
    return render_template(
        "person.html", title=_("个人信息查询"), typed={"phone": phone, "account_no": account_no}, reason=reason,
        fields=FIELDS, reasons=person.REASONS, problem=problem, ids=ids, looks=shown, now=now(),
        tickets=len(ids or []), office=current_actor().office,
    )  # fmt: skip


def _said(item: Item) -> str:
    if isinstance(item.value, datetime):
        return words.full(item.value)
    return (
        words.choice("outcome", item.value) if item.what == "回访" else _(item.value) if item.value else words.NOTHING
    )


def _json(items: list[Item]) -> str:
    told = [
        {"ticket": item.ticket, "what": item.what, "value": _said(item), "at": words.iso(item.at) if item.at else None}
        for item in items
    ]
    return json.dumps({"made_at": words.iso(now()), "held": told}, ensure_ascii=False, indent=1)


def _xlsx(items: list[Item]) -> bytes:
    """Texts stay texts: nothing in them is a formula, a link or a number."""
    import xlsxwriter  # loaded by who exports

    file = io.BytesIO()
    as_they_are = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, {"in_memory": True, **as_they_are}) as workbook:
        sheet = workbook.add_worksheet(_("个人信息"))
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, 1, 18)
        sheet.set_column(2, 2, 60)
        sheet.set_column(3, 3, 18)
        rows = [(item.ticket, _(item.what), _said(item), words.full(item.at) if item.at else "") for item in items]
        for line, row in enumerate([(_("工单号"), _("项目"), _("内容"), _("时间")), *rows]):
            for column, text in enumerate(row):
                sheet.write_string(line, column, text)
    return file.getvalue()
