"""Reviews as files: which kinds there are, and what makes them."""

from __future__ import annotations

from collections.abc import Callable

from analytics.reviews.page import html
from analytics.reviews.paper import Paper
from analytics.reviews.sheets import xlsx
from analytics.reviews.word import docx

FORMS: dict[str, Callable[[Paper], bytes]] = {"html": html, "docx": docx, "xlsx": xlsx}
TYPES = {
    "html": "text/html; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def made(paper: Paper, form: str) -> bytes:
    """A review as a file of a form."""
    return FORMS[form](paper)
