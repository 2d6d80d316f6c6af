"""The pages, one file each, in the order of the side. To add one: a file with its `PAGE`, its name here, its link in
the side (`admin/views/pages.py`), its words in English (`english_pages.py`)."""

from __future__ import annotations

from analytics.dashboards.page import Page
from analytics.dashboards.pages import alerts, callbacks, overview, penalties, rate, reviews, times, unit, units

PAGES: tuple[Page, ...] = (
    overview.PAGE, rate.PAGE, times.PAGE, callbacks.PAGE, units.PAGE, penalties.PAGE, reviews.PAGE, unit.PAGE,
    alerts.PAGE,
)  # fmt: skip


def page_at(path: object, base: str) -> Page | None:
    """The page of an address, whatever a browser sends; None: there is none."""
    if not isinstance(path, str) or not path.startswith(base.rstrip("/")):
        return None
    name = path.split("?")[0].removeprefix(base.rstrip("/")).strip("/")
    return next((page for page in PAGES if page.name == name), None)
