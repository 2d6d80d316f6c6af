"""What the templates of generated pages ask: which view this is, what may be done there, how a cell reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app, request
from flask_babel import gettext as _
from markupsafe import Markup

from admin import words
from admin.views import home
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
    shown = words.anything(value)
    return _(shown) if isinstance(value, str) and shown != words.NOTHING else shown


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


def attributes(field: Any) -> dict[str, Any]:
    """HTML attributes of a generated field."""
    found: dict[str, Any] = {"class_": "kf-input"}
    if field.flags.required:
        found["aria-required"] = "true"
        found["required"] = False  # told by the form, not by a pop-up
    if field.errors:
        found["aria-invalid"] = "true"
    described = [f"{field.id}-hint"] if field.description else []
    if field.errors:
        described.append(f"{field.id}-error")
    if described:
        found["aria-describedby"] = " ".join(described)
    return found
