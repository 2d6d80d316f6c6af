"""How views and API reach a table: every query within sight, every key checked, every refusal in words."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from flask import has_request_context
from flask_appbuilder.models.filters import Filters as StockFilters
from flask_appbuilder.models.sqla.interface import SQLAInterface as Stock
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Query

from admin import watch
from admin.guarding import changes, rows, values
from admin.guarding.conflicts import Conflict, explain
from admin.guarding.filters import FilterConverter, Filters
from models import fields
from models.fields import Unreadable
from models.refusals import Reason

log = logging.getLogger(__name__)

NAMED_BY = {"Ticket": "no", "User": "username"}
"""The column that names a row of a table, where it is not `name`."""


class SQLAInterface(Stock):
    """FAB's interface to a table, with the scope inside: lists, forms, related lists and actions all come here."""

    filter_converter_class = FilterConverter

    def get_filters(self, search_columns: list[str] | None = None, search_filters: Any = None) -> Filters:
        return Filters(self.filter_converter_class, self, search_columns or [], search_filters)

    def within(self, query: Query[Any]) -> Query[Any]:
        """The query without the rows that the person may not see."""
        seen = rows.in_sight(self.obj)
        return query if seen is None else query.filter(seen)

    def _apply_inner_all(self, query: Query[Any], *args: Any, **options: Any) -> Query[Any]:
        return super()._apply_inner_all(self.within(query), *args, **options)

    def _get_base_query(self, query: Query[Any], *args: Any, **options: Any) -> Query[Any]:
        return super()._get_base_query(self.within(query), *args, **options)

    def key(self, given: Any) -> Any:
        """A primary key as its columns take it; None where no row can have it."""
        columns = self.obj.__mapper__.primary_key
        parts = given if isinstance(given, list | tuple) else [given]
        if len(parts) != len(columns):
            return None
        try:
            read = [values.read(column, part) for column, part in zip(columns, parts, strict=True)]
        except Unreadable:
            return None
        if None in read:
            return None
        return read if len(read) > 1 else read[0]

    def get(self, id: Any, filters: StockFilters | None = None, *args: Any, **options: Any) -> Any:
        """One row by its key, if it is in sight."""
        key = self.key(id)
        return None if key is None else super().get(key, filters, *args, **options)

    def get_related_obj(self, col_name: str, value: Any) -> Any:
        """The row at the other end of a relation, if it is in sight."""
        one = value[0] if isinstance(value, list) and value else value
        return self.get_related_interface(col_name).get(one)

    def related(self, col_name: str, value: Any) -> Any:
        """The row that a relation is to lead to: an integer is an id, a string always a name (DESIGN §6).

        Raises Unreadable for what is not there, or out of sight.
        """
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise Unreadable("not_a_reference")
        other = self.get_related_interface(col_name)
        by = getattr(other.obj, NAMED_BY.get(other.obj.__name__, "name"), None)
        if isinstance(value, int) or by is None:
            found = other.get(value)
        else:
            written = fields.text(value, fields.LINE_MOST)
            found = other.within(other.session.query(other.obj).filter(by == written)).one_or_none()
        if found is None:
            raise Unreadable("not_found", value=value)
        return found

    def referred(self, col_name: str, value: Any) -> Any:
        """The key of the row that a relation is to lead to."""
        return self.get_related_interface(col_name).get_pk_value(self.related(col_name, value))

    def may_be_absent(self, col_name: str) -> bool:
        """Whether a new row can do without a value for the column."""
        if self.is_relation(col_name):
            return bool(self.is_nullable(col_name))
        column = self.list_columns[col_name]
        return bool(column.nullable or column.default is not None)

    def may_be_empty(self, col_name: str) -> bool:
        """Whether the column, which takes no null, takes an empty text for nothing."""
        column = self.list_columns.get(col_name)
        return column is not None and column.default is not None and column.default.arg == ""

    def add(self, item: Any, commit: bool = True) -> None:
        self._write(item, lambda: self.session.add(item), commit, adding=True)

    def edit(self, item: Any, commit: bool = True) -> None:
        self._write(item, lambda: self.session.add(item), commit)

    def delete(self, item: Any, commit: bool = True) -> None:
        self._write(item, lambda: self.session.delete(item), commit, deleting=True)

    def delete_all(self, items: list[Any]) -> None:
        for item in items:
            self.delete(item, commit=False)
        self.session.commit()

    def _write(
        self, item: Any, do: Callable[[], None], commit: bool, *, adding: bool = False, deleting: bool = False
    ) -> None:
        """Do it, with all that follows from it, or nothing. Raises Conflict or Refused."""
        session = self.session
        try:
            changes.before(session, item, adding=adding, deleting=deleting)
            with session.no_autoflush:
                what = watch.changed(item, adding=adding, deleting=deleting)
            do()
            session.flush()
            if not deleting and not self._sees(item):
                raise Conflict({"ticket": Reason("not_found", value="")})
            changes.follow(session, self.obj, item)
            if has_request_context():
                watch.change(item, what, adding=adding, deleting=deleting)
            if commit:
                session.commit()
        except SQLAlchemyError as error:
            session.rollback()
            log.warning("%s was not written: %s", self.obj.__name__, type(error).__name__)
            raise explain(error, self.obj.__table__, deleting=deleting) from None
        except BaseException:
            session.rollback()
            raise

    def _sees(self, item: Any) -> bool:
        """Whether the person may see the row just written: nobody writes where they could not look."""
        seen = rows.in_sight(self.obj)
        if seen is None:
            return True
        mine = (column == value for column, value in zip(*self._identity(item), strict=True))
        return bool(self.session.query(self.session.query(self.obj).filter(seen, *mine).exists()).scalar())

    def _identity(self, item: Any) -> tuple[Any, Any]:
        mapper = self.obj.__mapper__
        return mapper.primary_key, mapper.primary_key_from_instance(item)
