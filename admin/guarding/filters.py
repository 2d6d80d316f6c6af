"""Search: own filters without wildcards, over allowed columns only, with values read by the column's kind.

FAB ignores a column or an operator that it does not know, and then answers with the whole list; it takes `%` and `_`
of a search for wildcards; and it looks operators up in one table for all views, where the class made last wins.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import abort
from flask_appbuilder.exceptions import FABException
from flask_appbuilder.models.filters import BaseFilter, FilterRelation
from flask_appbuilder.models.filters import Filters as StockFilters
from flask_appbuilder.models.sqla import filters as stock
from flask_babel import lazy_gettext
from sqlalchemy import ColumnElement, false, or_
from sqlalchemy.orm import Query

from admin import errors
from admin.guarding import values
from models import fields
from models.fields import Unreadable

MOST_VALUES = 200
"""Values that one `in` may list."""


class NotSearchable(FABException):
    """A filter that cannot be applied: 400."""


class Filter(BaseFilter):
    """A test of one column against one value, which was read before. reads: by a reader of its own, where what is
    typed is not what the column holds."""

    reads: Callable[[Any], Any] | None = None

    def apply(self, query: Query[Any], value: Any) -> Query[Any]:
        return query.filter(self.test(getattr(self.model, self.column_name), value))

    def test(self, column: Any, value: Any) -> ColumnElement[bool]:
        raise NotImplementedError  # pragma: no cover


class StartsWith(Filter):
    name, arg_name = stock.FilterStartsWith.name, "sw"

    def test(self, column: Any, value: Any) -> ColumnElement[bool]:
        return column.istartswith(value, autoescape=True)


class EndsWith(Filter):
    name, arg_name = stock.FilterEndsWith.name, "ew"

    def test(self, column: Any, value: Any) -> ColumnElement[bool]:
        return column.iendswith(value, autoescape=True)


class Contains(Filter):
    name, arg_name = stock.FilterContains.name, "ct"

    def test(self, column: Any, value: Any) -> ColumnElement[bool]:
        return column.icontains(value, autoescape=True)


class NotStartsWith(StartsWith):
    name, arg_name = stock.FilterNotStartsWith.name, "nsw"

    def test(self, column: Any, value: Any) -> ColumnElement[bool]:
        return ~super().test(column, value)


class NotEndsWith(EndsWith):
    name, arg_name = stock.FilterNotEndsWith.name, "new"

    def test(self, column: Any, value: Any) -> ColumnElement[bool]:
        return ~super().test(column, value)


class NotContains(Contains):
    name, arg_name = stock.FilterNotContains.name, "nct"

    def test(self, column: Any, value: Any) -> ColumnElement[bool]:
        return ~super().test(column, value)


class Equal(Filter):
    name, arg_name = stock.FilterEqual.name, "eq"

    def test(self, column: Any, value: Any) -> ColumnElement[bool]:
        return column == value


class NotEqual(Filter):
    name, arg_name = stock.FilterNotEqual.name, "neq"

    def test(self, column: Any, value: Any) -> ColumnElement[bool]:
        return column.is_distinct_from(value)


class Greater(Filter):
    name, arg_name = stock.FilterGreater.name, "gt"

    def test(self, column: Any, value: Any) -> ColumnElement[bool]:
        return column > value


class Smaller(Filter):
    name, arg_name = stock.FilterSmaller.name, "lt"

    def test(self, column: Any, value: Any) -> ColumnElement[bool]:
        return column < value


class In(Filter):
    name, arg_name = stock.FilterIn.name, "in"

    def test(self, column: Any, value: Any) -> ColumnElement[bool]:
        return column.in_(value)


class NotIn(Filter):
    name, arg_name = stock.FilterNotIn.name, "not_in"

    def test(self, column: Any, value: Any) -> ColumnElement[bool]:
        return column.not_in(value)


class Related(FilterRelation):
    """A relation to one row, by the row's key. FAB's finds every row without a relation where the key is unknown."""

    name, arg_name = stock.FilterRelationOneToManyEqual.name, "rel_o_m"

    def apply(self, query: Query[Any], value: Any) -> Query[Any]:
        return query.filter(self.test(value))

    def test(self, value: Any) -> ColumnElement[bool]:
        related = self.datamodel.get_related_interface(self.column_name).get(value)
        return false() if related is None else getattr(self.model, self.column_name) == related


class NotRelated(Related):
    name, arg_name = lazy_gettext("No Relation"), "nrel_o_m"

    def test(self, value: Any) -> ColumnElement[bool]:
        return ~super().test(value)


class RelatedMany(Related):
    name, arg_name = stock.FilterRelationManyToManyEqual.name, "rel_m_m"

    def test(self, value: Any) -> ColumnElement[bool]:
        related = self.datamodel.get_related_interface(self.column_name).get(value)
        return false() if related is None else getattr(self.model, self.column_name).contains(related)


class ByReference(Filter):
    """A relation to rows by id (an integer) or name (a string), for the API."""

    negated = False

    def test(self, column: Any, value: Any) -> ColumnElement[bool]:
        local = next(iter(self.datamodel.list_properties[self.column_name].local_columns))
        found = local.in_(value if isinstance(value, list) else [value])
        return or_(local.is_(None), ~found) if self.negated else found


class Is(ByReference):
    name, arg_name = stock.FilterEqual.name, "eq"


class IsNot(ByReference):
    name, arg_name, negated = stock.FilterNotEqual.name, "neq", True


class IsOneOf(ByReference):
    name, arg_name = stock.FilterIn.name, "in"


class IsNoneOf(ByReference):
    name, arg_name, negated = stock.FilterNotIn.name, "not_in", True


BY_REFERENCE = (Is, IsNot, IsOneOf, IsNoneOf)
TEXT = [StartsWith, EndsWith, Contains, Equal, NotStartsWith, NotEndsWith, NotContains, NotEqual, In, NotIn]
NUMBER = [Equal, Greater, Smaller, NotEqual, In, NotIn]
TIME = [Equal, Greater, Smaller, NotEqual]


class FilterConverter(stock.SQLAFilterConverter):
    """Which filters a column has by its kind, in FAB's order: its pages name a filter by its place."""

    conversion_table = (
        ("is_relation_many_to_one", [Related, NotRelated]),
        ("is_relation_one_to_one", [Related, NotRelated]),
        ("is_relation_many_to_many", [RelatedMany]),
        ("is_relation_one_to_many", [RelatedMany]),
        ("is_text", TEXT),
        ("is_string", TEXT),
        ("is_integer", NUMBER),
        ("is_numeric", NUMBER),
        ("is_date", TIME),
        ("is_boolean", [Equal, NotEqual]),
        ("is_datetime", TIME),
    )

    def convert(self, col_name: str) -> list[BaseFilter]:
        for kind, classes in self.conversion_table:
            if getattr(self.datamodel, kind)(col_name):
                return [filter_class(col_name, self.datamodel) for filter_class in classes]
        return []  # times of day, file columns: not searched


class Filters(StockFilters):
    """The filters of one view in one request. What the view does not allow is refused, never ignored."""

    choices: Mapping[str, Mapping[str, str]] = {}

    def fresh(self) -> Filters:
        """The same possible filters, none active."""
        return self._with([], [])

    def _with(self, filters: list[BaseFilter], given: list[Any]) -> Filters:
        twin = copy.copy(self)
        twin.filters, twin.values = filters, given
        return twin

    def get_joined_filters(self, filters: StockFilters) -> Filters:
        return self._with(self.filters + filters.filters, self.values + filters.values)

    def copy(self) -> Filters:
        return self._with(list(self.filters), list(self.values))

    def rest_add_filters(self, data: Sequence[Mapping[str, Any]]) -> None:
        """Take the filters of an API request. Raises NotSearchable."""
        if not isinstance(data, list | tuple):
            raise NotSearchable(errors.say("not_a_list"))
        for asked in data:
            if not isinstance(asked, Mapping) or not {"col", "opr", "value"} <= asked.keys():
                raise NotSearchable(errors.say("no_filter"))
            column, operator = asked["col"], asked["opr"]
            if not isinstance(column, str) or column not in self._search_filters:
                raise NotSearchable(errors.say("not_searchable", column=str(column)))
            found = next((f for f in self._search_filters[column] if f.arg_name == operator), None)
            if found is None:
                raise NotSearchable(errors.say("no_operator", column=column, operator=str(operator)))
            self._add_filter(found, self._read(found, asked["value"]))

    def add_filter_index(
        self, column_name: str, filter_instance_index: int, value: Any, *, relations: bool = False
    ) -> None:
        """Take a filter of a page's address. Answers 400 where the view has no such filter."""
        possible = self._search_filters.get(column_name)
        if relations and self.datamodel.is_relation_many_to_one(column_name):
            possible = self._all_filters.get(column_name)
        if not possible or filter_instance_index >= len(possible):
            abort(400)
        found = possible[filter_instance_index]
        for one in value if isinstance(value, list) else [value]:
            if one == "" or one == "__None":
                continue  # an empty box of the search form
            try:
                self._add_filter(found, self._read(found, [one] if found.arg_name in ("in", "not_in") else one))
            except NotSearchable:
                abort(400)

    def _read(self, found: BaseFilter, value: Any) -> Any:
        if found.arg_name in ("in", "not_in"):
            if not isinstance(value, list) or len(value) > MOST_VALUES:
                raise NotSearchable(errors.say("not_a_list"))
            return [self._read_one(found, item) for item in value]
        return self._read_one(found, value)

    def _read_one(self, found: BaseFilter, value: Any) -> Any:
        try:
            if isinstance(found, ByReference):
                return self.datamodel.referred(found.column_name, value)
            if isinstance(found, FilterRelation):
                related = self.datamodel.get_related_interface(found.column_name)
                key = related.key(value)
                if key is None:
                    raise Unreadable("not_a_reference")
                return key
            column = self.datamodel.list_columns[found.column_name]
            if found.reads is not None:
                read = found.reads(value)
            elif isinstance(value, str) and isinstance(found, StartsWith | EndsWith | Contains):
                read = fields.text(value)
            else:
                read = values.read(column, value, self.choices.get(found.column_name))
            if read is None:
                raise Unreadable("required")
        except Unreadable as no:
            raise NotSearchable(
                errors.say("bad_value", column=found.column_name, why=errors.reason(no.reason))
            ) from None
        return read
