"""What was noted on a day, as dotted lines on a chart over time and as words beneath it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from analytics.dashboards.figures import Figure
from analytics.dashboards.filters import Filters
from analytics.dashboards.page import Look
from analytics.periods import last_day_before, local_date
from models.annotation import KINDS
from models.reviews.measures import actions_for_chart
from models.tables import Annotation, Unit

MOST = 8
"""Notes on one chart; the words beneath have them all."""
LETTERS = 8
"""Of a note's text on the chart itself."""


def read(session: Session, chosen: Filters, as_of: datetime) -> Sequence[Annotation]:
    """What was noted in a period, for everybody or the unit that is chosen, in order; of that unit the improvement
    actions that fell due, too: those of all units would be a hedge."""
    first, last = local_date(chosen.start), min(last_day_before(chosen.end), local_date(as_of))
    units = session.scalars(select(Unit.id).where(Unit.name == chosen.unit)).all() if chosen.unit else []
    found = session.scalars(
        select(Annotation)
        .where(Annotation.day >= first, Annotation.day <= last)
        .where(or_(Annotation.unit_id.is_(None), Annotation.unit_id.in_(units)))
        .order_by(Annotation.day, Annotation.id)
    ).all()
    actions = actions_for_chart(session, units, first, last + timedelta(days=1)) if units else []
    drawn = [Annotation(day=day, kind="action", text=what, rebases=False, reason="") for day, what, _unit in actions]
    return sorted([*found, *drawn], key=lambda note: note.day)


def noted(look: Look, figure: Figure) -> list[str]:
    """Draw the notes of the period into a figure over time; what they say, in words."""
    if not figure["data"]:
        return []
    _, layout = look.gettext, figure["layout"]
    found = look.noted()
    shapes, labels = list(layout.get("shapes", [])), list(layout.get("annotations", []))
    for place, note in found[-MOST:]:
        # fmt: off
        shapes.append({"type": "line", "xref": "x", "x0": place, "x1": place, "yref": "paper", "y0": 0, "y1": 1,
                       "line": {"color": "var(--ink-3)", "width": 1, "dash": "dot"}})
        text = note.text if len(note.text) <= LETTERS else note.text[: LETTERS - 1] + "…"
        labels.append({"text": text, "x": place, "xanchor": "left", "xshift": 3, "yref": "paper", "y": 1,
                       "yanchor": "top", "showarrow": False, "font": {"color": "var(--ink-3)", "size": 11}})
        # fmt: on
    layout["shapes"], layout["annotations"] = shapes, labels
    said = []
    for _place, note in found:
        told = _("%(day)s %(kind)s：%(text)s") % {"day": note.day.isoformat(), "kind": _(KINDS[note.kind]),
                                                 "text": note.text}  # fmt: skip
        if note.rebases:
            told += _("（此后另算控制限：%(reason)s）") % {"reason": note.reason}
        said.append(told)
    return said
