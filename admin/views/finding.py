"""What a search of the list shows: the words marked where they stand, and around them where the headline has none."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from flask_babel import gettext as _

from admin import words
from admin.views.filters import Args, Asking
from models import index, search
from models.search import Pieces, Query

READ = ("title", "content", "demand", "suggestion", "forwarded_by", "forward_no", "cause", "result")
"""The fields of a row in which a snippet is looked for; what was written since comes after them."""


def asked(args: Args) -> Query | None:
    """What the address looks for; None: nothing."""
    typed = " ".join(args.getlist("q")[:20]).strip()
    return search.query(typed) if typed else None


def said(asked_for: Query, reached: datetime | None) -> str:
    """What of the search was not looked for, or not everywhere: `reached`, as `search.reach` gives it."""
    if asked_for.short and not asked_for.words:
        return _("查找至少要两个字；一个字几乎处处都有。")
    if asked_for.short:
        return _("“%(words)s”只有一个字，没有用来查找。", words="、".join(asked_for.short))
    if reached is not None and len(asked_for.words) > 1:
        return _("有的词很常见：几个词分写在几处的，只查到约 %(day)s 登记的为止；写在一处的查得更远。",
                 day=words.local(reached).date())  # fmt: skip
    if reached is not None:
        return _("这个词很常见，只查了最近写下的 %(n)s 处，约到 %(day)s 登记的为止。", n=f"{search.NEWEST:,}",
                 day=words.local(reached).date())  # fmt: skip
    return ""


def further(args: Args, reached: datetime | None) -> str:
    """The address of the same list from where a search has stopped; none where it has not."""
    if reached is None:
        return ""
    day = words.local(reached).date()
    if args.get("to", "").strip() == str(day) and day > date.min:  # all of that day is not even half of it
        day -= timedelta(days=1)
    rest = [(k, v) for k, v in args.items(multi=True) if v and k not in ("to", "page")]
    return urlencode([*rest, ("to", str(day))])


def mark(rows: list[dict[str, Any]], asked_for: Query, asking: Asking) -> dict[int, dict[str, Pieces]]:
    """ticket → `headline`, `neighbourhood` and, where a word stands in neither, `snippet`, in pieces."""
    found: dict[int, dict[str, Pieces]] = {}
    beneath: dict[int, set[str]] = {}
    for row in rows:
        shown = {"headline": words.headline(row), "neighbourhood": row["neighbourhood"] or ""}
        found[row["id"]] = {name: search.marked(text, asked_for) for name, text in shown.items()}
        here = index.fold("\n".join(shown.values()))
        missing = {word for word in asked_for.words if word not in here}
        for name in READ:
            if missing and row[name] and (around := search.snippet(row[name], Query(tuple(missing), ()))):
                found[row["id"]]["snippet"] = around
                missing.clear()
        if missing and row["level"] in ("contact", "full"):
            beneath[row["id"]] = missing
    written = search.texts(asking.book.session, list(beneath), asking.by)
    for ticket_id, missing in beneath.items():
        for text in written.get(ticket_id, ()):
            if around := search.snippet(text, Query(tuple(missing), ())):
                found[ticket_id]["snippet"] = around
                break
    return found
