"""What everybody opens first stays quick in a large city: what is owed is found among what is owed."""

import pytest
from sqlalchemy import Engine

from tests.fixtures.plans import like_a_million, planned

LARGE = ("ticket ", "obligation ", "callback ", "ticket_event ")
EVER_OWED = "ix_obligation_due (kind=? AND due_at<?)"


@pytest.fixture
def large(house) -> Engine:
    with house.app.app_context():
        engine = house.app.extensions["sqlalchemy"].engine
    with engine.connect() as connection:
        like_a_million(connection)
    engine.dispose()
    return engine


@pytest.mark.parametrize("role", ["agent", "operations", "head", "handler", "discipline", "leadership"])
@pytest.mark.parametrize("path", ["/", "/ticket/", "/supervision/"])
def test_no_page_goes_through_all_tickets_or_all_that_was_ever_owed(house, large, role, path):
    browser = house.browser(role)
    browser.get(path)
    with planned(large) as steps:
        browser.get(path)
    touched = [step for step in steps if step.partition(" ")[2].startswith(LARGE)]
    assert not [step for step in touched if step.startswith("SCAN") and "INDEX" not in step]
    assert not [step for step in touched if step.endswith(EVER_OWED)]
