"""Every table, imported once: what migrations, verify and the exports mean by "the database"."""

from models.access import SignIn, SignInFailure
from models.access_change import AccessChange
from models.alert import Alert, AlertDay, AlertRule
from models.annotation import Annotation
from models.attachment import Attachment, Upload
from models.callback import Callback
from models.credential import Credential, OneTimeSecret, PasswordPast
from models.disclosure import DisclosureGrant, Reveal
from models.draft import Draft
from models.event import RepeatKey, TicketEvent
from models.lookup import Lookup
from models.notice import Notice, NoticeChannel, NoticeDelivery, NoticeRule
from models.obligation import Obligation
from models.organisation import CustomerCount, District, Post, Unit
from models.password_profile import PasswordProfile
from models.penalty import MediaExposure, Penalty, PenaltyEvent, PenaltyFact, PenaltyText
from models.reply import ReplyTemplate
from models.review import Review, ReviewAction, ReviewEvent
from models.rule import CalendarDay, CalendarYear, Category, Channel, ClosingTime, NumberSeries, PenaltyRule, Rule
from models.saved_view import SavedView
from models.security_log import SecurityEvent, SecurityHead
from models.suggestion import Keyword, Routing
from models.target import KpiTarget
from models.ticket import Accused, Assignment, Link, Opening, Source, Ticket, TicketText

__all__ = [
    "AccessChange", "Accused", "Alert", "AlertDay", "AlertRule", "Annotation", "Assignment", "Attachment",
    "CalendarDay", "CalendarYear", "Callback", "Category", "Channel", "ClosingTime", "Credential", "CustomerCount",
    "DisclosureGrant", "District", "Draft", "Keyword", "KpiTarget", "Link", "Lookup", "MediaExposure", "Notice",
    "NoticeChannel", "NoticeDelivery", "NoticeRule", "NumberSeries", "Obligation", "OneTimeSecret", "Opening",
    "PasswordPast", "PasswordProfile", "Penalty", "PenaltyEvent", "PenaltyFact", "PenaltyRule", "PenaltyText",
    "Post", "RepeatKey", "ReplyTemplate", "Reveal", "Review", "ReviewAction", "ReviewEvent", "Routing", "Rule",
    "SavedView", "SecurityEvent", "SecurityHead", "SignIn", "SignInFailure", "Source", "Ticket", "TicketEvent",
    "TicketText", "Unit", "Upload",
]  # fmt: skip
