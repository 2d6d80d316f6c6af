"""Each mechanism of `admin.guarding` taken away, as stock Flask-AppBuilder has it: then its test fails."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import flask_appbuilder as fab
import pytest
from flask import request as flask_request
from flask_appbuilder.views import BaseView

from admin.guarding import ModelView, SQLAInterface, filters, interface, rest, values, views
from admin.guarding.address import FiltersOfRequest
from admin.guarding.conflicts import Conflict
from admin.guarding.views import KeepsPaths
from tests.admin import test_holes as holes
from tests.admin.test_holes import of_both_units, probes, probing  # noqa: F401  fixtures of theirs


def any_row(self: SQLAInterface, column: str, value: Any) -> Any:
    one = value[0] if isinstance(value, list) else value
    return self.session.get(self.get_related_interface(column).obj, one)


def shared(name: str) -> property:
    return property(lambda self: self.__dict__.get(name), lambda self, value: self.__dict__.__setitem__(name, value))


CASES: dict[str, tuple[Any, str, Any, Callable[..., None], dict[str, Any]]] = {
    "the scope in every query": (
        SQLAInterface, "within", lambda self, query: query, holes.test_a_list_shows_only_what_is_in_scope, {}),
    "the scope of an action": (
        SQLAInterface, "within", lambda self, query: query, holes.test_an_action_reaches_only_rows_in_scope, {}),
    "the scope of what hangs on a ticket": (
        interface.rows, "in_sight", lambda model: None, holes.test_what_hangs_on_a_ticket_follows_its_scope, {}),
    "the look at what was written": (
        SQLAInterface, "_sees", lambda self, item: True, holes.test_nobody_writes_where_they_could_not_look, {}),
    "the relation of a body": (
        SQLAInterface, "related", any_row, holes.test_a_relation_takes_only_rows_in_scope_over_the_api, {}),
    "the relation in an address": (
        SQLAInterface, "get_related_obj", any_row,
        holes.test_a_row_named_in_the_address_of_a_form_must_be_in_sight, {}),
    "the key of a row": (
        SQLAInterface, "key", lambda self, given: given, holes.test_no_key_is_too_large_or_strange,
        {"key": "9223372036854775808"}),
    "the name of an action": (
        ModelView, "get_action_permission_name", fab.ModelView.get_action_permission_name,
        holes.test_an_unknown_action_is_no_500, {"who": "head"}),
    "the permission of an action": (
        ModelView, "_may_act", lambda self, name: None, holes.test_an_action_without_its_permission_is_403, {}),
    "the permission of a related list": (
        ModelView, "_related_views", shared("_all_related_views"),
        holes.test_a_related_list_needs_the_permission_of_its_own_view, {}),
    "the columns to sort by": (
        ModelView, "_get_list_widget", fab.ModelView._get_list_widget,
        holes.test_a_list_sorts_only_by_what_the_view_names, {}),
    "the size of a page": (
        ModelView, "_get_list_widget", fab.ModelView._get_list_widget,
        holes.test_a_page_holds_a_hundred_rows_at_most, {}),
    "the number of a page": (
        views, "check_pages", lambda: None, holes.test_a_page_that_is_no_number_is_400, {"wish": "page_UnitProbe=abc"}),
    "the columns to filter by": (
        filters.Filters, "add_filter_index", lambda *_, **__: None,
        holes.test_an_address_may_not_filter_by_what_is_no_search_column, {}),
    "a search without wildcards": (
        filters.Contains, "test", lambda self, column, value: column.ilike(f"%{value}%"),
        holes.test_a_search_has_no_wildcards, {}),
    "filters of their request": (
        FiltersOfRequest, "_filters", shared("_possible_filters"), holes.test_filters_live_with_their_request, {}),
    "columns that are named": (
        ModelView, "_name_columns", lambda self: None, holes.test_a_view_that_leaves_its_columns_to_fab_does_not_start,
        {"base": ModelView, "missing": "show_columns"}),
    "what the database refuses, by field": (
        interface, "explain", lambda *_, **__: Conflict({}),
        holes.test_a_duplicate_is_told_by_its_field_over_the_api_and_in_the_form, {}),
    "a body that is an object": (
        rest, "json_body", lambda: flask_request.get_json(force=True), holes.test_a_list_body_is_no_500, {}),
    "a number that fits": (
        values, "integer", lambda value, largest: value, holes.test_a_value_of_the_wrong_kind_is_told_by_its_field,
        dict(zip(("resource", "body", "field"), holes.TYPED["a number too large"], strict=True))),
    "paths without what was searched": (
        KeepsPaths, "update_redirect", BaseView.update_redirect,
        holes.test_the_cookie_keeps_paths_of_pages_and_no_search_text, {}),
}  # fmt: skip
"""What is taken away: where, its name, what stands there then, the test that must fail, and its parameters."""


@pytest.mark.slow
@pytest.mark.parametrize("what", CASES)
def test_without_its_mechanism_each_hole_is_open_and_its_test_says_so(request, monkeypatch, what):
    where, name, stock, test, given = CASES[what]
    wanted = {
        one: given[one] if one in given else request.getfixturevalue(one) for one in inspect.signature(test).parameters
    }
    monkeypatch.setattr(where, name, stock)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        test(**wanted)
