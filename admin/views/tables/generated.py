"""The base of our generated pages: their words, and what `admin.widgets` draws them with."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _

from admin.guarding import ModelView
from admin.widgets import dress


class Generated(ModelView):
    """about, clause: a sentence under the list's heading, and where the 办法 says it. advice: over a form.

    numbers: columns set to the right. wordy: columns of long texts, which take lines of their own.
    of_calendar: warns of years that are not announced.
    """

    about, clause, advice = "", "", ""
    numbers: frozenset[str] = frozenset()
    wordy: frozenset[str] = frozenset()
    of_calendar = False

    add_row_message = _("已保存。")
    edit_row_message = _("已保存。")
    delete_row_message = _("已删除。")

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        dress(self)
