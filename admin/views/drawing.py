"""What the templates of generated pages ask: which view this is, what may be done there, how a cell reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from typing import Any

from flask import current_app, g, request
from flask_appbuilder.fields import QuerySelectMultipleField
from flask_appbuilder.security.sqla.models import PermissionView
from flask_babel import gettext as _
from markupsafe import Markup
from wtforms import TextAreaField
from wtforms.widgets import CheckboxInput, html_params

from admin import words
from admin.views import home, navigation
from admin.views.pages import GROUPS, LINKS
from admin.widgets import address


def view() -> Any:
    """The view that answers this request."""
    name = (request.endpoint or "").split(".")[0]
    return next((v for v in current_app.appbuilder.baseviews if type(v).__name__ == name), None)  # type: ignore[attr-defined]


def may(which: Any, method: str) -> bool:
    """Whether this person may use a method of a generated view, and the view has it."""
    if which is None or not hasattr(which, "may") or method in which.exclude_route_methods:
        return False
    return bool(which.may(method))


def cell(which: Any, column: str, value: Any) -> Any:
    """A value as a list or a record shows it: by the view's own formatter, its codes, or its kind."""
    formatters = getattr(which, "formatters_columns", None) or {}
    if column in formatters:
        return formatters[column](value)
    codes = (getattr(which, "choices", None) or {}).get(column)
    if codes is not None and value is not None:
        return _(codes.get(value, value)) if codes.get(value, value) else words.NOTHING
    return _named(value)


def unsaid(column: str, value: Any, which: Any) -> bool:
    """Whether a cell says nothing without its heading: a number, a day, a yes; a code or a name speaks for itself."""
    codes = getattr(which, "choices", None) or {}
    return column not in codes and isinstance(value, bool | int | float | Decimal | date | time)


def named(which: Any, record: Any) -> Any:
    """What a row's page is called: its first column."""
    column = record.template_args["include_columns"][0]
    return cell(which, column, record.template_args["value_columns"][0])


def edited(which: Any) -> tuple[Any, Any] | None:
    """Of the form of a row that is there: its key, and what its page is called."""
    row = g.get("edited")
    return (row[0], cell(which, which.show_columns[0], row[1])) if row else None


MAY = {
    "can_read": "查看",
    "can_write": "修改",
    "can_act": "办理",
    "can_get": "读取",
    "can_userinfo": "查看本人",
    "menu_access": "菜单",
}
DOORS_BESIDE = {
    "Ticket": "工单", "MyPassword": "改密码", "Analytics": "服务质量", "Frame": "数据导出", "OpenApi": "接口说明",
    "MenuApi": "菜单接口",
}  # fmt: skip
"""What has a permission and no generated page."""


def _named(value: Any) -> str:
    """A value in words: a permission by its verb and its page, a text in the reader's language."""
    if isinstance(value, PermissionView):
        names = DOORS_BESIDE | {str(p.view.class_permission_name): p.zh for p in navigation.pages()}
        names |= {p.name: p.zh for p in navigation.pages()} | {link.name: link.zh for link in LINKS} | GROUPS
        verb, what = value.permission.name, value.view_menu.name
        return f"{_(MAY.get(verb, verb))} {_(names.get(what, what))}"
    if isinstance(value, list):
        return _("、").join(_named(one) for one in value) or words.NOTHING
    return _(value) if isinstance(value, str) and value else words.anything(value)


def warnings(which: Any) -> list[tuple[str, str, str, str]]:
    """The missing calendar year, on pages of the calendar."""
    if not getattr(which, "of_calendar", False):
        return []
    return [warning for warning in home.warnings() if warning[0] == "cal"]


def pages(page: int, size: int, count: int, name: str) -> Markup:
    """The pages of a generated list, by FAB's parameters; the same look as the ticket list's."""
    last = max(1, -(-count // size)) if size else 1
    found = {"page": min(page + 1, last), "pages": last}
    template = current_app.jinja_env.get_template("kf.html")
    macro: Callable[..., Markup] = template.make_module({}).pages  # type: ignore[attr-defined]

    def link(n: int) -> str:
        key = f"page_{name}"
        rest = [(k, v) for k, v in request.args.items(multi=True) if k != key and v]
        return address([*rest, (key, str(n - 1))])

    return macro(found, link)


MOST_BOXES = 300
"""Choices of a list that stand as boxes to tick; more of them scroll in a list."""


def boxes(one: Any) -> bool:
    """Whether a field is a group of boxes to tick, which wants a legend and not a label."""
    return isinstance(one, QuerySelectMultipleField) and len(list(one.iter_choices())) <= MOST_BOXES


def field(one: Any) -> Markup:
    """The input of a generated field, in our look: the browser's own, which needs no script."""
    marks = _attributes(one)
    if one.type == "BooleanField":
        return Markup(CheckboxInput()(one))  # noqa: S704 - WTForms escapes what it draws
    if not hasattr(one, "iter_choices"):
        return _typed(one, marks)
    blank = _("请选择") if one.flags.required else _("不填")
    choices = [(str(c[0]), _choice(c[0], c[1], blank), bool(c[2])) for c in one.iter_choices()]
    if not boxes(one):
        more = {"multiple": True, "size": 14} if isinstance(one, QuerySelectMultipleField) else {}
        option, on = Markup('<option value="{}"{}>{}</option>'), Markup(" selected")
        options = Markup("").join(option.format(v, on if is_on else "", label) for v, label, is_on in choices)
        return Markup("<select {}>{}</select>").format(html_params(id=one.id, name=one.name, **marks, **more), options)
    box, first = Markup('<label><input{} type="checkbox" name="{}" value="{}"{}>{}</label>'), Markup(' id="{}"')
    made = []
    for value, label, on in choices:
        mark = "" if made else first.format(one.id)
        made.append(box.format(mark, one.name, value, Markup(" checked") if on else "", label))
    return Markup('<div class="kf-choices">{}</div>').format(Markup("").join(made))


def _choice(value: Any, label: Any, blank: str) -> str:
    """What a choice is called: a row by what it is, a code by its name."""
    if str(value) in ("__None", "") and not str(label or "").strip("_None—"):
        return blank
    return _named(label)


def _typed(one: Any, marks: dict[str, Any]) -> Markup:
    """Something to type: a text, a number, a day, a password."""
    value = "" if one.type == "PasswordField" or not hasattr(one, "_value") else str(one._value() or "")
    if isinstance(one, TextAreaField):
        inside = html_params(id=one.id, name=one.name, rows=4, **marks)
        return Markup("<textarea {}>\n{}</textarea>").format(inside, value)
    kind = "password" if one.type == "PasswordField" else getattr(one.widget, "input_type", "text")
    own = getattr(one.widget, "attributes", {})
    return Markup("<input {}>").format(html_params(id=one.id, name=one.name, type=kind, value=value, **own, **marks))


def _attributes(one: Any) -> dict[str, Any]:
    """HTML attributes of a generated field. What is required is told by the form, not by a pop-up."""
    found: dict[str, Any] = {"class_": "kf-input"}
    if one.flags.required:
        found["aria-required"] = "true"
    if one.errors:
        found["aria-invalid"] = "true"
    described = [f"{one.id}-hint"] if one.description else []
    described += [f"{one.id}-error"] if one.errors else []
    return found | ({"aria-describedby": " ".join(described)} if described else {})
