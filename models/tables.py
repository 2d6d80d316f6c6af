"""Every table, imported once: what migrations, verify and the exports mean by "the database"."""

from models.access import EndedSession, SignInFailure
from models.attachment import Attachment, Upload
from models.callback import Callback
from models.disclosure import DisclosureGrant, Reveal
from models.draft import Draft
from models.event import RepeatKey, TicketEvent
from models.lookup import Lookup
from models.notice import Notice, NoticeChannel, NoticeDelivery, NoticeRule
from models.obligation import Obligation
from models.organisation import CustomerCount, District, Post, Unit
from models.penalty import MediaExposure, Penalty
from models.reply import ReplyTemplate
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
from models.saved_view import SavedView
from models.security_log import SecurityEvent, SecurityHead
from models.suggestion import Keyword, Routing
from models.ticket import Accused, Assignment, Link, Opening, Source, Ticket, TicketText

__all__ = [
    "Accused", "Assignment", "Attachment", "CalendarDay", "CalendarYear", "Callback", "Category", "Channel",
    "ClosingTime", "CustomerCount", "DisclosureGrant", "District", "Draft", "EndedSession", "Keyword", "Link", "Lookup",
    "MediaExposure", "Notice", "NoticeChannel", "NoticeDelivery", "NoticeRule", "NumberSeries", "Obligation", "Opening",
    "Penalty", "PenaltyRule", "Post", "RepeatKey", "ReplyTemplate", "Reveal", "Review", "ReviewAction", "Routing",
    "Rule", "SavedView", "SecurityEvent", "SecurityHead", "SignInFailure", "Source", "Ticket", "TicketEvent",
    "TicketText", "Unit", "Upload",
]  # fmt: skip
