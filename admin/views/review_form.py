"""The form in which a unit writes its review: causes, lessons, and a line for each improvement action."""

from __future__ import annotations

import secrets
from typing import Any

from flask import render_template
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from admin import words
from admin.current import book, now, session
from admin.views import forms
from admin.views.forms import Control, Option
from admin.views.review_parts import One
from models import actor
from models.base import User
from models.organisation import Post
from models.policy import QUALITY
from models.review_workflow import ACTIONS, MEASURE_FIELDS
from models.reviews.writing import MOST_ACTIONS
from models.tables import Review

SPARE = 2
"""Empty lines below those that are written."""
HINTS = {
    "causes": "这一期的投诉为什么会发生，看数字说话。不要写投诉人的姓名和电话。",
    "lessons": "哪些本来可以早一点做到。",
    "expected": "预计降多少，比如“同类投诉下降三成”。",
}  # fmt: skip
KINDS = {"what": "text", "owner": "select", "due": "day", "category": "select", "expected": "line"}


def given(typed: MultiDict[str, str]) -> dict[str, Any]:
    """What was typed, as `models.reviews` takes it."""
    lines = []
    for n in range(1, MOST_ACTIONS + 1):
        line: dict[str, Any] = {name: typed.get(f"{name}_{n}", "").strip() for name in MEASURE_FIELDS}
        for name in ("owner", "category"):
            line[name] = forms.number(line[name]) or line[name]
        lines.append({name: value for name, value in line.items() if value})
    return {**forms.given(ACTIONS["write"].fields[:2], typed), "actions": lines}


def write(
    one: One, typed: MultiDict[str, str] | None, wrong: dict[str, str], problem: str, *, moved: bool = False
) -> str:
    """The form, fresh or with what was typed. moved: somebody has saved since; what stands now is shown beside it."""
    review = one.review
    if typed is None:
        typed = _written(one)
    filled = [n for n in range(1, MOST_ACTIONS + 1) if any(typed.get(f"{name}_{n}", "") for name in MEASURE_FIELDS)]
    shown = min(MOST_ACTIONS, max(filled, default=0) + SPARE)
    owners, categories = _owners(review.unit_id), _categories()
    texts = forms.controls(ACTIONS["write"].fields[:2], typed, wrong, {})
    for control in texts:
        control.long, control.hint, control.required = True, _(HINTS[control.name]), True
    lines = [_line(n, typed, wrong, owners, categories) for n in range(1, shown + 1)]
    return render_template(
        "review_write.html", title=_("写总结"), one=one, r=review, texts=texts, lines=lines, problem=problem,
        wrong=wrong.get("actions", ""), controls=[*texts, *(c for line in lines for c in line)], version=review.version,
        once=secrets.token_urlsafe(12), moved=moved,
    )  # fmt: skip


def _written(one: One) -> MultiDict[str, str]:
    """What is saved, as the form would send it."""
    review = one.review
    typed: MultiDict[str, str] = MultiDict({"causes": review.causes, "lessons": review.lessons})
    for action in review.actions:
        typed[f"what_{action.n}"], typed[f"due_{action.n}"] = action.what, action.due.isoformat()
        typed[f"owner_{action.n}"] = str(action.owner_id or "")
        typed[f"category_{action.n}"] = str(action.category_id or "")
        typed[f"expected_{action.n}"] = action.expected
    return typed


def _line(
    n: int, typed: MultiDict[str, str], wrong: dict[str, str], owners: list[Option], categories: list[Option]
) -> list[Control]:
    made = []
    for name, zh in MEASURE_FIELDS.items():
        key = f"{name}_{n}"
        value = typed.get(key, "")
        control = Control(key, _(zh), KINDS[name], value=value, chosen=frozenset([value]), error=wrong.get(key, ""))
        if name in ("owner", "category"):
            control.options = owners if name == "owner" else categories
        elif name == "expected" and n == 1:
            control.hint = _(HINTS["expected"])
        made.append(control)
    return made


def offer(control: Control, review: Review) -> None:
    """Let one of a review's actions be chosen."""
    control.kind = "select"
    control.options = [(str(action.n), f"{action.n}. {action.what}") for action in review.actions]


def _owners(unit_id: int) -> list[Option]:
    """Who holds a post of the unit today."""
    held = select(Post.user_id).where(Post.unit_id == unit_id, actor.in_force(now()))
    people = session().scalars(select(User).where(User.id.in_(held), User.active).order_by(User.last_name, User.id))
    return [(str(user.id), words.account(user)) for user in people]


def _categories() -> list[Option]:
    entries = book().register("category").by_id.values()
    return [(str(e.id), words.term(e.name)) for e in entries if e.active and e.track == QUALITY]
