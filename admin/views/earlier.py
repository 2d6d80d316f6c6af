"""What registration finds while a caller speaks: earlier tickets of the number, of the matter, and what is suggested.

Only the desk asks, only exact numbers find anything, and the answers stay masked (POLICY §5). Numbers come in the
body of a request, never in its address, which servers write into their logs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import render_template, request
from flask_babel import gettext as _

from admin.current import book, current_actor, now, session
from admin.views import forms
from models import lookup, masking, scope, similar, suggestion, view
from models.policy import QUALITY
from models.refusals import NotYours
from models.workflow import PARTS

SHOWN = 5
WHY = {"phone": "同一电话", "account_no": "同一户号", "place": "同一小区同类", "words": "说法相近"}


@dataclass(frozen=True)
class Found:
    """An earlier ticket as the page shows it. `links`: the kinds of link that it can take, the likeliest first."""

    row: dict[str, Any]
    name: str
    why: list[str]
    links: list[str]


def lookup_number() -> Any:
    """POST /ticket/lookup: the earlier tickets of a telephone or account number."""
    _desk_only()
    by, at = current_actor(), now()
    days = book().number("repeat", QUALITY, at, 90)
    answers = []
    for field in lookup.KINDS:
        wanted = lookup.asked(book().key, field, request.form.get(field, "")[:200])
        ids, recent = lookup.tickets(session(), wanted, scope.visible(by), at - timedelta(days=days), SHOWN)
        if ids:
            answers.append((field, recent + 1, _rows({ticket_id: [] for ticket_id in ids})))
    return render_template("earlier.html", answers=answers, days=days, now=at)


def similar_ones() -> Any:
    """POST /ticket/similar: what may be the same matter, and the category and unit that are suggested."""
    _desk_only()
    form = request.form
    category, district = forms.number(form.get("category")), forms.number(form.get("district"))
    if category not in book().register("category").by_id:
        category = None  # one that was there when the form was opened, or never
    typed = similar.Typed(
        phone=form.get("phone", "")[:200], account_no=form.get("account_no", "")[:200],
        content=form.get("content", "")[:2000], neighbourhood=form.get("neighbourhood", "")[:200],
        category=category, district=district,
    )  # fmt: skip
    kin = similar.find(session(), typed, by=current_actor(), at=now(), key=book().key)
    hint = suggestion.category_of(session(), typed.content)
    if hint is not None and hint.category_id == category:
        hint = None
    chosen = hint.category_id if hint and category is None else category
    unit = suggestion.usual_unit(session(), chosen, district) if _is_quality(chosen) else None
    if unit is not None and str(unit) == form.get("unit"):
        unit = None
    return render_template(
        "similar.html", kin=_rows({one.ticket_id: one.why for one in kin}), now=now(),
        category=hint and (hint.category_id, book().register("category").name(hint.category_id), hint.words,
                           not _is_quality(hint.category_id)),
        unit=unit and (unit, book().register("unit").name(unit)),
    )  # fmt: skip


def _desk_only() -> None:
    if not current_actor().desk:
        raise NotYours("not_yours", action="查号", who=PARTS["a"])


def _is_quality(category: int | None) -> bool:
    return category is None or book().track_of(category) == QUALITY


def _rows(wanted: dict[int, list[str]]) -> list[Found]:
    seen = view.sights(session(), list(wanted), current_actor(), now())
    return [
        Found(row, _masked(row), [_(WHY[one]) for one in wanted[row["id"]]], _links(row))
        for row in view.tickets(session(), seen, current_actor(), now(), book())
    ]


def _masked(row: dict[str, Any]) -> str:
    """The name is masked even where the ticket is open to the reader: they have not opened this one."""
    if not row["complainant"]:
        return _("匿名")
    name = row["complainant"]
    return str(name if "complainant" in row["masked"] else masking.mask("complainant", name))


def _links(row: dict[str, Any]) -> list[str]:
    if row["state"] != "closed":
        return ["same_matter", "related"]
    days = book().number("repeat", QUALITY, now(), 0)
    return ["repeat", "related"] if now() - row["closed_at"] < timedelta(days=days) else ["related"]
