"""Every table, imported once: what migrations, verify and the exports mean by "the database"."""

from models.access import EndedSession, SignInFailure
from models.callback import Callback
from models.disclosure import DisclosureGrant
from models.event import RepeatKey, TicketEvent
from models.obligation import Obligation
from models.organisation import CustomerCount, District, Post, Unit
from models.penalty import MediaExposure, Penalty
from models.review import Review, ReviewAction
from models.rule import (
    CalendarDay,
    CalendarYear,
    Category,
    Channel,
    ClosingTime,
    NumberSeries,
    PenaltyRule,
    Rule,
)
from models.ticket import Accused, Assignment, Link, Opening, Source, Ticket, TicketText

__all__ = [
    "Accused", "Assignment", "CalendarDay", "CalendarYear", "Callback", "Category", "Channel", "ClosingTime",
    "CustomerCount", "DisclosureGrant", "District", "EndedSession", "Link", "MediaExposure", "NumberSeries",
    "Obligation", "Opening", "Penalty", "PenaltyRule", "Post", "RepeatKey", "Review", "ReviewAction", "Rule",
    "SignInFailure", "Source", "Ticket", "TicketEvent", "TicketText", "Unit",
]  # fmt: skip
