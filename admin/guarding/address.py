"""What the address of a list asks for: its filters, which live with the request, and its page."""

from __future__ import annotations

import re
from typing import Any

from flask import abort, g, has_request_context, request

from admin.guarding.filters import Filters


class FiltersOfRequest:
    """FAB keeps the filters of a request on the view, which all threads share; here they live with the request."""

    datamodel: Any

    @property
    def _filters(self) -> Any:
        possible = self.__dict__.get("_possible_filters")
        if possible is None or not has_request_context():
            return possible
        kept: dict[int, Filters] = g.setdefault("filters", {})
        if id(self) not in kept:
            kept[id(self)] = possible.fresh()
        return kept[id(self)]

    @_filters.setter
    def _filters(self, value: Any) -> None:
        self.__dict__["_possible_filters"] = value


def check_pages() -> None:
    """Answer 400 unless pages and sizes in the address are numbers that a database can count to."""
    for name, value in request.args.items():
        if re.search("page_|psize_", name) and not re.fullmatch(r"\d{1,6}", value, re.ASCII):
            abort(400)


def take_filters(filters: Filters, *, relations: bool = False) -> None:
    """Take `_flt_N_column=value` from the address; 400 for what the view does not allow.

    relations: any relation of the row may be named too, which is how FAB fills in a form opened from another row.
    """
    filters.clear_filters()
    for name in request.args:
        if name.startswith("_flt_"):
            found = re.fullmatch(r"_flt_(\d)_(.+)", name, re.ASCII) or abort(400)
            filters.add_filter_index(found[2], int(found[1]), request.args.getlist(name), relations=relations)
