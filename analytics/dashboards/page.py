"""What a page of the dashboards is: a file of `pages`, with a title, an address, what it asks and what it makes of it.

A page asks for all its figures at once (`asks`), and makes its panels of the answers (`make`). What every page has
alike (filters, chips, as-of, tables, notes, links) is done around it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from analytics import behind
from analytics.dashboards.figures import Figure
from analytics.dashboards.filters import Filters
from analytics.dashboards.words import Translate
from analytics.labels import Row
from analytics.periods import after, each, label, last_day_before, local_date
from analytics.questions import Question
from models.actor import Actor
from models.tables import Annotation

Answers = Mapping[str, list[Row]]
"""The rows of each question of a page, by the name that the page gave it."""


@dataclass(frozen=True)
class Linked:
    """A cell that leads somewhere."""

    text: str
    href: str


Cell = str | Linked


@dataclass(frozen=True)
class Table:
    """A figure's twin: headings, and cells of which all but the first column are numbers."""

    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Panel:
    """One figure: what it says, what it draws, what it lists, and what it rests on.

    badges: (class of .kf-spc, word). figure: None where there is nothing to draw, and the table stands open. height: of
    the plot, in pixels.
    """

    say: str
    figure: Figure | None
    table: Table
    foot: tuple[str, ...]
    badges: tuple[tuple[str, str], ...] = ()
    height: int = 236


@dataclass(frozen=True, kw_only=True)
class Look:
    """A person's look at a page. tickets: where the list of tickets is; None: this person has none."""

    session: Session
    actor: Actor
    chosen: Filters
    as_of: datetime
    gettext: Translate
    tickets: str | None = None
    notes: Sequence[Annotation] = ()
    targets: Mapping[str, float] = field(default_factory=dict)

    def ask(self, names: Sequence[str], *by: str, all_units: bool = False, start: datetime | None = None) -> Question:
        """A question with the page's filters. all_units: whichever unit is chosen; start: from earlier on."""
        chosen = self.chosen
        units = (chosen.unit,) if chosen.unit and not all_units else ()
        return Question(names=tuple(names), as_of=self.as_of, start=start or chosen.start, end=self.until, by=by,
                        scope=chosen.scope, units=units, only=chosen.only)  # fmt: skip

    @property
    def until(self) -> datetime:
        """The end of what is asked for."""
        return self.chosen.until(self.as_of)

    @cached_property
    def periods(self) -> list[str]:
        """The labels of the periods that have begun."""
        return self.chosen.periods(self.as_of)

    @cached_property
    def still_open(self) -> str | None:
        """The label of the last period, where it is not over."""
        return self.chosen.still_open(self.as_of)

    @cached_property
    def _days(self) -> dict[str, date]:
        grain, chosen = self.chosen.grain, self.chosen
        last = min(last_day_before(chosen.end), local_date(self.as_of))
        return {label(grain, day): day for day in each(grain, local_date(chosen.start), last)}

    def noted(self) -> list[tuple[int, Annotation]]:
        """(place among the periods, note) of what was noted within them."""
        starts = list(self._days.values())
        if not starts:
            return []
        end = after(self.chosen.grain, starts[-1])
        return [(max(n for n, day in enumerate(starts) if day <= note.day), note)
                for note in self.notes if starts[0] <= note.day < end]  # fmt: skip

    def rebased(self) -> list[int]:
        """The places from which a control chart begins anew."""
        return sorted({place for place, note in self.noted() if note.rebases and place})

    def narrowed(self, **changed: str | None) -> str:
        """The page's address with other filters: what a click on a bar or a point asks for."""
        return self.chosen.but(**changed).query(self.as_of) or "?"

    def behind(self, row: Row, side: str, *, all_units: bool = False) -> str | None:
        """The tickets that a figure counts, in the list; None where this person has no list, or none can say it."""
        if self.tickets is None:
            return None
        chosen, dims = self.chosen, dict(row.dims)
        start, end = local_date(chosen.start), local_date(self.until)
        period = dims.pop(chosen.grain, None)
        if period is not None:
            if period not in self._days:
                return None
            day = self._days[period]
            start, end = max(start, day), min(end, after(chosen.grain, day))
        if chosen.unit and not all_units:
            dims.setdefault("unit", chosen.unit)
        of = {**dict(chosen.only), **dims}
        told = behind.written(behind.Cell(row.metric, side, start, end, chosen.scope, tuple(of.items())))
        return f"{self.tickets}?{urlencode({'figure': told})}" if told else None


@dataclass(frozen=True)
class Page:
    """name: its place under /analytics/; empty: the first page. panels: name → title, in their order."""

    name: str
    title: str
    panels: Mapping[str, str]
    asks: Callable[[Look], Mapping[str, Question]]
    make: Callable[[Look, Answers], Mapping[str, Panel]]
    of_unit: bool = False
    """Whether it is about one unit, and asks for one first."""
