"""What generated pages are drawn with: a filter bar that stands open, rows whose first column is the link."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import current_app, request
from flask_appbuilder.widgets import FormWidget, ListWidget, RenderTemplateWidget, ShowWidget
from flask_babel import gettext as _

from admin import words

PREFERRED = ("ct", "rel_o_m", "rel_m_m", "eq")
"""The one way of searching that the bar offers a column: contains, is related to, equals."""
SPAN = (("gt", "%(label)s自"), ("lt", "%(label)s早于"))
"""And the two that it offers a time."""


class FilterBar(RenderTemplateWidget):
    """One GET form of a view's search columns; each condition in force again as a chip that takes it away."""

    template = "generated/filters.html"

    def __call__(self, **kwargs: Any) -> Any:
        form, possible = self.template_args["form"], self.template_args["filters"].get_search_filters()
        fields, chips = [], []
        for column in self.template_args["include_cols"]:
            ways = [one.arg_name for one in possible.get(column, ())]
            if column in form and self.template_args["filters"].datamodel.is_datetime(column):
                for way, said in SPAN:
                    label = _(said, label=form[column].label.text)
                    name = f"_flt_{ways.index(way)}_{column}"
                    value = request.args.get(name, "")
                    fields.append({"name": name, "label": label, "value": value, "choices": [], "type": "date"})
                    if value:
                        chips.append({"label": label, "value": value, "without": without(name)})
                continue
            way = next((ways.index(wanted) for wanted in PREFERRED if wanted in ways), None)
            if way is None or column not in form:
                continue
            field = form[column]
            name = f"_flt_{way}_{column}"
            choices = _choices(field)
            value = request.args.get(name, "")
            fields.append({"name": name, "label": str(field.label.text), "value": value, "choices": choices,
                           "type": "date" if _is_day(self.template_args["filters"], column) else "text"})  # fmt: skip
            if value:
                shown = dict(choices).get(value, value) if choices else value
                chips.append({"label": str(field.label.text), "value": shown, "without": without(name)})
        return super().__call__(fields=fields, chips=chips, **kwargs)


def without(name: str) -> str:
    """This page, one condition less."""
    return address([(k, v) for k, v in request.args.items(multi=True) if k != name and v])


def address(pairs: list[tuple[str, str]]) -> str:
    return f"{request.path}?{urlencode(pairs)}" if pairs else request.path


def _is_day(filters: Any, column: str) -> bool:
    return bool(filters.datamodel.is_date(column))


def _choices(field: Any) -> list[tuple[str, str]]:
    """The values a field offers; none: something is typed."""
    if field.type == "BooleanField":
        return [("1", _("是")), ("0", _("否"))]
    if not hasattr(field, "iter_choices"):
        return []
    named = ((str(c[0]), _(c[1]) if isinstance(c[1], str) else words.anything(c[1])) for c in field.iter_choices())
    return [(code, name) for code, name in named if code not in ("__None", "")]


class Rows(ListWidget):
    """A table of rows without a column of icons; it folds into lines on a phone."""

    template = "generated/rows.html"

    def __call__(self, **kwargs: Any) -> Any:
        return super().__call__(view=_view(self.template_args["modelview_name"]), **kwargs)


class Record(ShowWidget):
    """One row as facts."""

    template = "generated/record.html"


class Fields(FormWidget):
    """A generated form: label over field, reason under it."""

    template = "generated/fields.html"


def _view(name: str) -> Any:
    return next(view for view in current_app.appbuilder.baseviews if type(view).__name__ == name)  # type: ignore[attr-defined]


def dress(view: Any) -> None:
    """Give a generated view our templates and widgets."""
    view.list_template, view.show_template = "generated/list.html", "generated/show.html"
    view.add_template = view.edit_template = "generated/form.html"
    view.search_widget, view.list_widget, view.show_widget = FilterBar, Rows, Record
    view.add_widget = view.edit_widget = Fields


def dress_form(view: Any) -> None:
    """The same for a form that stands alone."""
    view.form_template, view.edit_widget = "generated/form.html", Fields
