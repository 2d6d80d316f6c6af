"""Base classes of all pages: FAB's views with their holes closed (docs/security.md names each with its test)."""

from __future__ import annotations

from typing import Any

import flask_appbuilder as fab
from flask import abort, flash, g, has_request_context, redirect, request, session, url_for
from flask_appbuilder.const import PERMISSION_PREFIX
from flask_appbuilder.urltools import Stack, get_order_args, get_page_args, get_page_size_args
from werkzeug.wrappers import Response

from admin import errors
from admin.guarding.address import FiltersOfRequest, check_pages, take_filters
from admin.guarding.conflicts import Conflict
from admin.guarding.forms import FormConverter
from models.refusals import Reason, Refused

LARGEST_PAGE = 100
LONGEST_PATH = 200
READ_AND_WRITE = {
    "list": "read", "show": "read",
    "add": "write", "edit": "write", "delete": "write",
    "this_form_get": "write", "this_form_post": "write",
}  # fmt: skip
"""FAB has a permission a method; ours are two a table, alike for pages and API."""


class KeepsPaths:
    """FAB keeps whole addresses of visited pages in the cookie, search texts included; here only their paths."""

    def update_redirect(self) -> None:
        """Remember this page as the one to come back to."""
        if request.method != "GET" or len(request.path) > LONGEST_PATH:
            return
        history = Stack(session.get("page_history", []))
        history.push(request.path)
        session["page_history"] = history.to_json()


class BaseView(KeepsPaths, fab.BaseView):
    """A page of its own."""


class SimpleFormView(KeepsPaths, fab.SimpleFormView):
    """A form of its own."""

    method_permission_name = READ_AND_WRITE


class ModelView(KeepsPaths, FiltersOfRequest, fab.ModelView):
    """A generated list, page and form. Every view names its columns: FAB's default is all of them.

    choices: column → code → Chinese name, for columns that hold a code.
    """

    method_permission_name = READ_AND_WRITE
    form_converter: type[FormConverter] = FormConverter
    choices: dict[str, dict[str, str]] = {}
    exclude_route_methods: set[str] = set()

    def __init__(self, **options: Any) -> None:
        # Any upload by its name, for whoever may use any one view.
        self.exclude_route_methods = {*self.exclude_route_methods, "download"}
        self.method_permission_name = {**READ_AND_WRITE, **(self.method_permission_name or {})}
        super().__init__(**options)

    # Columns

    def _init_properties(self) -> None:
        self._name_columns()
        named = {name: getattr(self, name) for name in ("search_columns", "order_columns")}
        super()._init_properties()
        for name, columns in named.items():  # FAB takes an empty list for none given
            setattr(self, name, list(columns))
        possible = self.datamodel.get_filters(self.search_columns)
        possible.choices = self.choices
        self._filters = possible

    def _name_columns(self) -> None:
        """Raise LookupError where a view leaves a choice of columns to FAB."""
        for name, methods in {
            "list_columns": ("list",), "search_columns": (), "order_columns": (), "show_columns": ("show",),
            "add_columns": ("add",), "edit_columns": ("edit",),
        }.items():  # fmt: skip
            fieldsets = getattr(self, name.replace("columns", "fieldsets"), None)
            if getattr(self, name) is not None or fieldsets:
                continue
            if methods and all(self._is_excluded(method) for method in methods):
                setattr(self, name, [self.datamodel.get_pk_name()])  # of no use, but FAB must not choose
                continue
            raise LookupError(f"{type(self).__name__} must name its {name}")

    def _is_excluded(self, method: str) -> bool:
        included = self.include_route_methods
        allowed = self.base_permissions
        permission = PERMISSION_PREFIX + str(self.method_permission_name.get(method, method))
        return (
            method in self.exclude_route_methods
            or (included is not None and method not in included)
            or (allowed is not None and permission not in allowed)
        )

    def _init_forms(self) -> None:
        convert = self.form_converter(self.datamodel, self.choices)
        self.search_form = self.search_form or convert.create_form(
            self.label_columns, self.search_columns, extra_fields=self.search_form_extra_fields,
            filter_rel_fields=self.search_form_query_rel_fields,
        )  # fmt: skip
        for kind in ("add", "edit"):
            if not getattr(self, f"{kind}_form"):
                form = convert.create_form(
                    self.label_columns,
                    getattr(self, f"{kind}_columns"),
                    self.description_columns,
                    self.validators_columns,
                    getattr(self, f"{kind}_form_extra_fields"),
                    getattr(self, f"{kind}_form_query_rel_fields"),
                )
                setattr(self, f"{kind}_form", form)

    # What the address says

    def _list(self, **options: Any) -> Any:
        check_pages()
        name = type(self).__name__
        column, direction = get_order_args().get(name) or ("", "")
        take_filters(self._filters)
        widgets = self._get_list_widget(
            filters=self._filters, order_column=column, order_direction=direction, page=get_page_args().get(name),
            page_size=get_page_size_args().get(name), **options,
        )  # fmt: skip
        self.update_redirect()
        return self._get_search_widget(form=self.search_form.refresh(), widgets=widgets)

    def _show(self, pk: Any) -> Any:
        check_pages()
        return super()._show(pk)

    def _get_list_widget(
        self, filters: Any, actions: Any = None, order_column: str = "", order_direction: str = "", page: Any = None,
        page_size: Any = None, widgets: Any = None, **options: Any,
    ) -> Any:  # fmt: skip
        if order_column and order_column not in self.order_columns:
            abort(400)
        size = min(max(page_size or self.page_size, 1), LARGEST_PAGE)
        return super()._get_list_widget(
            filters=filters, actions=actions, order_column=order_column, order_direction=order_direction, page=page,
            page_size=size, widgets=widgets, **options,
        )  # fmt: skip

    # Related lists

    @property
    def _related_views(self) -> Any:
        views = self.__dict__.get("_all_related_views")
        if not views or not has_request_context():
            return views
        return [view for view in views if view.may("list")]

    @_related_views.setter
    def _related_views(self, value: Any) -> None:
        self.__dict__["_all_related_views"] = value

    def may(self, method: str) -> bool:
        """Whether the person who asks has the permission of a method of this view."""
        permission = PERMISSION_PREFIX + self.get_method_permission(method)
        return permission in self.base_permissions and bool(
            self.appbuilder.sm.has_access(permission, self.class_permission_name)
        )

    # Actions

    def get_action_permission_name(self, name: str) -> str:
        if name not in self.actions:
            abort(404)
        return str(super().get_action_permission_name(name))

    @fab.expose("/action/<string:name>/<pk>", methods=["POST"])
    def action(self, name: str, pk: str) -> Response:
        """An action on one row in sight."""
        self._may_act(name)
        item = self.datamodel.get(self._deserialize_pk_if_composite(pk), self._base_filters)
        if item is None:
            abort(404)
        done: Response = self.actions[name].func(item)
        return done

    @fab.expose("/action_post", methods=["POST"])
    def action_post(self) -> Response:
        """An action on the rows chosen in a list, as far as they are in sight."""
        name = request.form.get("action", "")
        self._may_act(name)
        found = [
            self.datamodel.get(self._deserialize_pk_if_composite(pk), self._base_filters)
            for pk in request.form.getlist("rowid")[:LARGEST_PAGE]
        ]
        items = [item for item in found if item is not None]
        if not items:
            abort(404)
        done: Response = self.actions[name].func(items)
        return done

    def _may_act(self, name: str) -> None:
        if not self.appbuilder.sm.has_access(self.get_action_permission_name(name), self.class_permission_name):
            abort(403)

    # Writing

    def _add(self) -> Any:
        """The empty form, the form with what is wrong in it, or None once it is written."""
        fab_filters, form = self._form_for("add")
        if request.method == "POST" and form.validate():
            item = self.datamodel.obj()
            if self._written(form, item, adding=True):
                return None
        elif request.method == "GET":
            self.update_redirect()
        return self._get_add_widget(form=form, exclude_cols=fab_filters)

    def _edit(self, pk: Any) -> Any:
        """The row's form, the form with what is wrong in it, or None once it is written."""
        check_pages()
        item = self.datamodel.get(pk, self._base_filters)
        if item is None:
            abort(404)
        key = self.datamodel.get_pk_value(item)
        g.edited = (key, getattr(item, self.show_columns[0]))
        hidden, form = self._form_for("edit", None if request.method == "POST" else item)
        form._id = key
        if request.method == "POST":
            if form.validate() and self._written(form, item, adding=False):
                return None
            item = self.datamodel.get(pk, self._base_filters) or abort(404)
        else:
            self.prefill_form(form, key)
            self.update_redirect()
        widgets = self._get_edit_widget(form=form, exclude_cols=hidden)
        return self._get_related_views_widgets(item, orders={}, pages={}, page_sizes={}, widgets=widgets, filters={})

    def _form_for(self, kind: str, item: Any = None) -> tuple[list[str], Any]:
        """(columns filled in from the address, the form)."""
        take_filters(self._filters, relations=True)
        hidden = self._filters.get_relation_cols()
        form = getattr(self, f"{kind}_form").refresh(obj=item)
        if request.method == "POST":
            for column in hidden:
                related = self.datamodel.get_related_obj(column, self._filters.get_filter_value(column))
                if related is None:
                    abort(404)
                if column in form:
                    form[column].data = related
        return hidden, form

    def _written(self, form: Any, item: Any, *, adding: bool) -> bool:
        """Write the row; what stands against it goes to the form's fields, and everything typed stays."""
        try:
            with self.datamodel.session.no_autoflush:
                self.process_form(form, adding)
                form.populate_obj(item)
                (self.pre_add if adding else self.pre_update)(item)
            (self.datamodel.add if adding else self.datamodel.edit)(item)
        except (Conflict, Refused) as no:
            self.datamodel.session.rollback()
            self._tell(form, no)
            return False
        (self.post_add if adding else self.post_update)(item)
        flash(self.saved(item, adding=adding), "success")
        return True

    def saved(self, item: Any, *, adding: bool) -> str:
        """What is said of a row that was written, and of what follows from it."""
        return str(self.add_row_message if adding else self.edit_row_message)

    def _tell(self, form: Any, no: Conflict | Refused) -> None:
        """Put each reason to its field; what belongs to none goes above the form."""
        reasons: dict[str, Reason] = getattr(no, "errors", {})
        for name, why in reasons.items():
            if name in form:
                form[name].errors = [*form[name].errors, errors.reason(why)]
            else:
                flash(errors.reason(why), "danger")
        if not reasons:
            flash(refusal(no), "danger")

    def _delete(self, pk: Any) -> None:
        item = self.datamodel.get(pk, self._base_filters)
        if item is None:
            abort(404)
        try:
            self.pre_delete(item)
            self.datamodel.delete(item)
        except (Conflict, Refused) as no:
            self.datamodel.session.rollback()
            flash(refusal(no), "danger")
        else:
            self.post_delete(item)
            flash(self.delete_row_message, "success")

    def get_redirect(self) -> str:
        """The page before this one; the list, not the front page, for who came here by the address alone."""
        before = super().get_redirect()
        return self._own_list() if before == self.appbuilder.get_url_for_index else str(before)

    def _own_list(self) -> str:
        return url_for(f"{self.endpoint}.{self.default_view}")

    def post_delete_redirect(self) -> Response:
        """To the list: the page that showed the row is gone."""
        return redirect(self._own_list())


def refusal(no: Conflict | Refused) -> str:
    """One sentence for a change that did not happen."""
    if isinstance(no, Refused):
        return errors.say(no.code, **no.facts)
    if no.in_use:
        return errors.say("in_use")
    reasons = [errors.reason(why) for why in no.errors.values()]
    return "；".join(reasons) or errors.say("not_stored", number=errors.number())
