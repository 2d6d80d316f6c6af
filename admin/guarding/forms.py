"""Generated form fields: each reads what the column can hold, and a relation offers only rows in sight."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_appbuilder.fields import QuerySelectField, QuerySelectMultipleField
from flask_appbuilder.fieldwidgets import (
    BS3TextAreaFieldWidget,
    BS3TextFieldWidget,
    Select2ManyWidget,
    Select2Widget,
)
from flask_appbuilder.forms import FieldConverter, GeneralModelConverter
from sqlalchemy import String
from wtforms import BooleanField, Field, Form, SelectField, StringField, TextAreaField
from wtforms import validators as checks
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from admin import errors, words
from admin.current import session
from admin.guarding import rows, values
from models.base import User
from models.fields import Unreadable
from models.tables import Ticket
from models.types import SHANGHAI

LONG_LIST = 500
"""Rows that a select may offer; a relation to more needs a field of its own."""


class NativeWidget(BS3TextFieldWidget):
    """The browser's own input for days, times and numbers: FAB's picker writes what its own field refuses."""

    def __init__(self, input_type: str, **attributes: Any) -> None:
        super().__init__()
        self.input_type, self.attributes = input_type, attributes

    def __call__(self, field: Field, **options: Any) -> Any:
        return super().__call__(field, **{**self.attributes, **options})


class Required(checks.InputRequired):
    """Something was typed, and it says something: blanks are read as nothing."""

    def __call__(self, form: Form, field: Field) -> None:
        super().__call__(form, field)
        if field.data in (None, "") and not field.process_errors:
            raise checks.StopValidation(self.message or field.gettext("This field is required."))


class ReadByColumn:
    """A text field whose value is read by its column. What was typed stays in the field when it cannot be read."""

    column: Any = None
    data: Any
    raw_data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            self.data = values.read(self.column, valuelist[0] if valuelist else None)
        except Unreadable as no:
            self.data = None
            raise ValueError(errors.reason(no.reason)) from None
        if self.data is None and isinstance(self.column.type, String) and not self.column.nullable:
            self.data = ""  # a text that may be empty, but not absent

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.shown(self.data)

    @staticmethod
    def shown(value: Any) -> str:
        """A value as the browser's input wants it."""
        if value is None:
            return ""
        if hasattr(value, "astimezone"):
            return f"{value.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"
        if hasattr(value, "isoformat"):
            return str(values.written(value))
        return str(value)


class ColumnField(ReadByColumn, StringField):
    pass


class LongField(ReadByColumn, TextAreaField):
    pass


class CodeField(SelectField):
    """One of the codes of a column, by their Chinese names."""

    def pre_validate(self, form: Form) -> None:
        try:
            super().pre_validate(form)
        except ValidationError:
            names = "、".join(str(choice.label) for choice in self.choices)
            raise ValidationError(errors.say("not_a_choice", choices=names)) from None


class TicketField(StringField):
    """A ticket by its number. A select would load every ticket; and no id of a ticket out of sight is taken."""

    def process_formdata(self, valuelist: list[str]) -> None:
        number = (valuelist[0] if valuelist else "").strip()
        self.data = None
        if number and len(number) <= 20 and "\0" not in number:
            query = session().query(Ticket).filter(Ticket.no == number)
            seen = rows.in_sight(Ticket)
            self.data = (query if seen is None else query.filter(seen)).one_or_none()
        if number and self.data is None:
            raise ValueError(errors.say("not_found", value=words.shortened(number, 20)))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.no if self.data is not None else ""


class ManyField(QuerySelectMultipleField):
    """Several rows of those offered. FAB's drops what is not offered without a word."""

    def pre_validate(self, form: Form) -> None:
        _ = self.data  # reading it is what finds the invalid ones
        super().pre_validate(form)


FIELDS: tuple[tuple[str, Callable[..., Field], Callable[[], Any] | None], ...] = (
    ("is_text", LongField, BS3TextAreaFieldWidget),
    ("is_string", ColumnField, BS3TextFieldWidget),
    ("is_integer", ColumnField, lambda: NativeWidget("number", step="1")),
    ("is_numeric", ColumnField, lambda: NativeWidget("number", step="any")),
    ("is_boolean", BooleanField, None),
    ("is_date", ColumnField, lambda: NativeWidget("date")),
    ("is_datetime", ColumnField, lambda: NativeWidget("datetime-local")),
    ("is_time", ColumnField, lambda: NativeWidget("time")),
)


class ByColumn(FieldConverter):
    """FAB's converter with our fields."""

    def convert(self) -> Field | None:
        for kind, make, widget in FIELDS:
            if kind == "is_time" or getattr(self.datamodel, kind)(self.colname):
                options: dict[str, Any] = {
                    "description": self.description,
                    "validators": self.validators,
                    "default": self.default,
                }
                if widget:
                    options["widget"] = widget()
                field_class = make
                if isinstance(make, type) and issubclass(make, ReadByColumn):
                    column = self.datamodel.list_columns[self.colname]
                    field_class = type(make.__name__, (make,), {"column": column})
                return field_class(self.label, **options)
        return None


class FormConverter(GeneralModelConverter):
    """Columns to form fields.

    choices: column → code → name, for columns that hold a code.
    """

    def __init__(self, datamodel: Any, choices: Mapping[str, Mapping[str, str]] | None = None) -> None:
        super().__init__(datamodel)
        self.choices = choices or {}

    def _convert_simple(
        self, col_name: str, label: Any, description: Any, lst_validators: list[Any], form_props: dict[str, Any]
    ) -> dict[str, Any]:
        lst_validators = list(lst_validators)  # FAB's own list is shared by all forms of the view
        required = not self.datamodel.is_nullable(col_name) and not self.datamodel.is_boolean(col_name)
        default = self.datamodel.get_col_default(col_name)
        if col_name in self.choices:
            codes = [SelectChoice(code, name) for code, name in self.choices[col_name].items()]
            if not required and codes[0].value:
                codes.insert(0, SelectChoice("", "—"))
            demanded = required and "" not in self.choices[col_name]  # where nothing is a code too
            form_props[col_name] = CodeField(
                label, description=description, choices=codes, default=default, widget=Select2Widget(),
                validators=[*lst_validators, checks.InputRequired() if demanded else checks.Optional()],
            )  # fmt: skip
            return form_props
        if required and default != "":
            lst_validators.append(Required())
        elif not self.datamodel.is_boolean(col_name):
            lst_validators.append(checks.Optional())
        form_props[col_name] = ByColumn(
            self.datamodel, col_name, label, description, lst_validators, default=default
        ).convert()
        return form_props

    def _convert_many_to_one(
        self, col_name: str, label: Any, description: Any, lst_validators: list[Any], filter_rel_fields: Any,
        form_props: dict[str, Any],
    ) -> dict[str, Any]:  # fmt: skip
        required = not self.datamodel.is_nullable(col_name)
        lst_validators = [*lst_validators, checks.DataRequired() if required else checks.Optional()]
        if self.datamodel.get_related_model(col_name) is Ticket:
            form_props[col_name] = TicketField(
                label, description=description, validators=lst_validators, widget=BS3TextFieldWidget()
            )
            return form_props
        # Always with a blank: a row that nobody chose must not stand there as chosen.
        form_props[col_name] = QuerySelectField(
            label, description=description, validators=lst_validators, widget=Select2Widget(),
            allow_blank=True, get_label=self._label_of(col_name), get_pk_func=self._get_related_pk_func(col_name),
            query_func=self._get_related_query_func(col_name, filter_rel_fields),
        )  # fmt: skip
        return form_props

    def _convert_many_to_many(
        self, col_name: str, label: Any, description: Any, lst_validators: list[Any], filter_rel_fields: Any,
        form_props: dict[str, Any],
    ) -> dict[str, Any]:  # fmt: skip
        form_props[col_name] = ManyField(
            label, description=description, validators=list(lst_validators), widget=Select2ManyWidget(),
            get_pk_func=self._get_related_pk_func(col_name),
            query_func=self._get_related_query_func(col_name, filter_rel_fields),
        )  # fmt: skip
        return form_props

    def _label_of(self, col_name: str) -> Callable[[Any], str]:
        return words.account if self.datamodel.get_related_model(col_name) is User else str

    def _get_related_query_func(self, col_name: str, filter_rel_fields: Any) -> Callable[[], Any]:
        interface = self.datamodel.get_related_interface(col_name)

        def query() -> Any:
            filters = interface.get_filters()
            if filter_rel_fields and col_name in filter_rel_fields:
                filters = filters.add_filter_list(filter_rel_fields[col_name])
            return interface.query(filters, page_size=LONG_LIST)[1]

        return query
