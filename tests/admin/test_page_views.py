"""What people keep and note for the dashboards: saved views of a page, and notes of what happened."""

from sqlalchemy import select

from models.tables import Annotation, SavedView
from tests.admin.conftest import House

VIEW = {"name": "季度会", "of": "/analytics/rate/", "address": "?by=quarter&unit=东城营业所&evil=1"}


def views(house: House) -> list[SavedView]:
    with house.session() as session:
        return list(session.scalars(select(SavedView).where(SavedView.page != "")))


def test_a_view_of_a_page_holds_what_pages_know_and_is_nobody_elses_to_drop(house: House):
    browser = house.browser("operations")
    for address in (VIEW["address"], "?by=year"):
        sent = browser.post("/page-view/", page="/ticket/", **{**VIEW, "address": address})
        assert sent.status_code == 302
    (row,) = views(house)  # the name that one has gets the new address
    assert (row.page, row.address, sent.location) == ("/rate", "by=year", "/analytics/rate/?by=year")
    assert ">季度会<" not in browser.get("/ticket/").text  # no tab of the list
    assert house.browser("head").post(f"/page-view/{row.id}", page="/ticket/").status_code == 404
    assert browser.post(f"/page-view/{row.id}", page="/ticket/").location == "/analytics/rate/"
    assert views(house) == []


def test_a_page_that_is_none_and_a_person_without_figures_keep_nothing(house: House):
    browser = house.browser("operations")
    for page in ("//evil.example/", "/ticket/", "/analytics/" + "x" * 40):
        assert browser.post("/page-view/", page="/ticket/", **{**VIEW, "of": page}).status_code == 404
    auditor = house.browser("auditor")
    assert auditor.post("/page-view/", page="/resetmypassword/form", **VIEW).status_code == 404
    assert views(house) == []


def test_limits_begin_anew_with_a_reason_and_not_without(house: House):
    note = {"day": "2026-03-01", "kind": "policy", "text": "新办法施行", "rebases": "y"}
    browser = house.browser("operations")
    assert "kf-error" in browser.post("/annotation/add", **note).text
    assert "kf-error" in browser.post("/annotation/add", **note, reason="口径变了", until="2026-02-01").text
    assert browser.post("/annotation/add", **note, reason="口径变了").status_code == 302
    with house.session() as session:
        (row,) = session.scalars(select(Annotation))
        assert (row.text, row.rebases, row.reason) == ("新办法施行", True, "口径变了")
    assert house.browser("agent").get("/annotation/list/").status_code == 200
    assert house.browser("agent").get("/annotation/add").status_code in (302, 403)
