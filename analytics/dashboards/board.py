"""A page made for one look: its questions in one go, its panels of the answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from analytics import kpi, questions
from analytics.dashboards import notes
from analytics.dashboards.filters import Filters
from analytics.dashboards.page import Look, Page, Panel
from analytics.dashboards.words import Translate
from analytics.periods import local_date
from analytics.targets import targets_on
from models.actor import Actor
from models.tables import Unit


@dataclass(frozen=True)
class Board:
    """The whole page. missing: unit-months whose customers nobody has entered, in words."""

    panels: dict[str, Panel]
    missing: tuple[str, ...]
    metrics: tuple[str, ...]
    """The figures that it shows, by name."""


def board(
    page: Page, session: Session, actor: Actor, chosen: Filters, as_of: datetime, _: Translate,
    tickets: Callable[[], str | None] = lambda: None,
) -> Board:  # fmt: skip
    """Everything the page shows, as of one instant. tickets: where the list of tickets is, for who has any.

    Raises Withheld for figures that are not for this person, Unanswerable for a filter that names nothing.
    """
    look = Look(
        session=session, actor=actor, chosen=chosen, as_of=as_of, gettext=_, tickets=tickets(),
        notes=notes.read(session, chosen, as_of), targets=targets_on(session, local_date(as_of)),
    )  # fmt: skip
    asked = page.asks(look)
    for question in asked.values():
        questions.allow(actor, question)
    found = dict(zip(asked, kpi.answers(session, list(asked.values())), strict=True))
    panels = page.make(look, found)
    missing = any(row.missing for rows in found.values() for row in rows)
    return Board(
        {name: panels[name] for name in page.panels if name in panels},
        _missing(look) if missing else (),
        tuple(dict.fromkeys(name for question in asked.values() for name in question.names)),
    )


def own_unit(session: Session, actor: Actor) -> str | None:
    """The unit of a person, where there is one; of several the first."""
    own = actor.own_units
    return session.scalar(select(Unit.name).where(Unit.id.in_(own)).order_by(Unit.id).limit(1)) if own else None


def _missing(look: Look) -> tuple[str, ...]:
    """The unit-months that lack their customers though there were complaints."""
    _, found = look.gettext, []
    asked = replace(look.ask(("complaint_rate",)), by=("unit", "month"))
    for row in kpi.answer(look.session, asked):
        if row.missing:
            day = date.fromisoformat(f"{row.dims['month']}-01")
            told = {"unit": row.dims["unit"] or _("各单位"), "year": day.year, "month": day.month}
            found.append(_("%(unit)s %(year)d 年 %(month)d 月在册户数") % told)
    return tuple(found) or (_("部分在册户数"),)
