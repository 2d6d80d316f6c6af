"""Pages under fire: addresses, forms and saved views take whatever is typed, or say what is wrong with it."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import quote, urlencode

import pytest
from hypothesis import strategies as st
from sqlalchemy import select

from admin.guarding import values
from admin.views import filters, saved
from models.base import Model
from models.fields import Unreadable
from models.tables import SavedView
from tests.admin.conftest import House
from tests.fixtures.database import BOTH
from tests.nonsense import HOW_MANY, MANY, TEXTS, VALUES, each

TYPED = TEXTS.map(lambda text: text.encode("utf-8", "replace").decode()[:300])
"""What an address or a form can carry: a browser sends no halves of characters."""
FEW = [pytest.param(25, id="a sample"), pytest.param(MANY // len(BOTH), id="20,000", marks=pytest.mark.slow)]
"""Of pages, shared out between the databases."""
COLUMNS = [column for mapper in Model.registry.mappers for column in mapper.columns if column.table is not None]


@pytest.mark.parametrize("most", HOW_MANY)
def test_every_value_of_every_column_is_read_or_refused(most: int) -> None:
    """Forms, filters and JSON bodies come through here."""
    columns = sorted({(str(c.type), c.table.name, c.name): c for c in COLUMNS}.items())

    @each(most, st.sampled_from([column for _, column in columns]), VALUES)
    def check(column, value):
        with suppress(Unreadable):
            found = values.read(column, value)
            if isinstance(found, str):
                assert "\0" not in found
                assert not any("\ud800" <= ch <= "\udfff" for ch in found)
            if isinstance(found, int) and not isinstance(found, bool):
                assert -(2**63) <= found < 2**63
            values.written(found)


PAGES = [
    "/ticket/", "/ticket/", "/unit/list/", "/post/list/", "/rule/list/", "/ticket/register", "/ticket/find",
    "/ticket/incident", "/ticket/where", "/ticket/export", "/ticket/bulk", "/ticket/prints", "/", "/supervision/",
]  # fmt: skip
NAMES = [
    *(one.name for one in filters.FILTERS), "sort", "cols", "page", "next", "_l_", "view", "draft", "from_ticket",
    "_flt_0_name", "_flt_2_name", "_flt_0_unit", "_flt_1_since", "_oc_UnitView", "_od_UnitView", "page_UnitView",
]  # fmt: skip


@pytest.mark.parametrize("most", FEW)
def test_no_address_is_too_strange(either: House, most: int) -> None:
    """Every condition of the list, and what else an address may say, with whatever somebody writes there."""
    browser = either.browser("operations")
    either.api("agent").registers()

    @each(most, st.sampled_from(PAGES), st.dictionaries(st.sampled_from(NAMES) | TYPED, TYPED, max_size=3))
    def check(page, said):
        answer = browser.get(f"{page}?{urlencode(said)}")
        assert answer.status_code in (200, 302, 400, 404), (page, said, answer.status_code)


FORMS = {
    "/unit/add": ["name", "kind", "phone", "active"],
    "/rule/add": ["key", "track", "since", "amount", "measure", "clause"],
    "/customers/add": ["unit", "month", "customers"],
    "/closing-time/add": ["starts", "ends", "closes"],
    "/calendar/add": ["day", "working", "name"],
    "/post/add": ["user", "unit", "post", "since", "until"],
    "/ticket/register": ["content", "title", "category", "happened_at", "accused", "phone", "complained_unit", "once"],
    "/ticket/views": ["name", "address", "shared"],
    "/ticket/bulk": ["action", "rowid", "unit"],
    "/ticket/draft/register": ["once", "content", "title", "page"],
    "/ticket/lookup": ["number", "phone"],
    "/ticket/similar": ["content", "category"],
    "/ticket/columns": ["cols", "address"],
    "/delegation/": ["to", "since", "until", "reason"],
}


@pytest.mark.parametrize("most", FEW)
def test_no_form_is_too_strange(either: House, most: int) -> None:
    browser = either.browser("operations")
    token = browser.token("/resetmypassword/form")

    @each(most, st.sampled_from(sorted(FORMS)), st.lists(TYPED, min_size=8, max_size=8))
    def check(path, typed):
        form = dict(zip(FORMS[path], typed, strict=False))
        answer = browser.client.post(path, data={"csrf_token": token, **form})
        assert answer.status_code in (200, 302, 400, 404, 405, 409, 422), (path, form, answer.status_code)


@pytest.mark.parametrize("most", HOW_MANY)
def test_a_saved_view_keeps_only_what_the_list_knows_and_reads_the_same_again(most: int) -> None:
    words = st.sampled_from(sorted(saved.KNOWN)) | TEXTS
    written = st.lists(st.tuples(words, TEXTS), max_size=6).map(
        lambda pairs: "&".join(f"{quote(a, errors='replace')}={quote(b, errors='replace')}" for a, b in pairs)
    )

    @each(most, written | TYPED)
    def check(address):
        kept = saved.checked(address)
        assert len(kept) <= saved.ADDRESS_MOST
        assert saved.checked(kept) == kept
        assert set(saved.pairs(kept)) <= saved.KNOWN


def test_what_cannot_be_stored_does_not_get_into_a_name(either: House) -> None:
    """A NUL in an address or a form is PostgreSQL's error, not the reader's."""
    browser = either.browser("operations")
    for path in ("/ticket/?q=%00", "/ticket/?q=ZL-%00", "/ticket/?number=%00", "/ticket/?category=%00", "/%00"):
        assert browser.get(path).status_code in (200, 302, 400, 404), path
    token = browser.token("/resetmypassword/form")
    browser.client.post("/ticket/views", data={"csrf_token": token, "name": "a\0b", "address": "q=%00", "shared": ""})
    with either.session() as session:
        assert not [row for row in session.scalars(select(SavedView)) if "\0" in row.name + row.address]
