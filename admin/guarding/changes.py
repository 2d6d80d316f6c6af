"""What a change of a table must fit, and what follows from it, whether it comes by form or by API.

`SQLAInterface` calls both within the transaction of the change, so that neither door can be opened past the other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import current_app, has_request_context
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from admin import current, watch
from admin.errors import Decided
from admin.guarding.conflicts import Conflict
from models import access, agreement, delegation, desk, notice, penalties, policy, target
from models.agreement import CONFIDENTIAL
from models.base import User
from models.delegation import POWERS
from models.penalties import finding
from models.refusals import Invalid, Reason
from models.tables import (
    Annotation,
    CalendarDay,
    CalendarYear,
    Category,
    CustomerCount,
    KpiTarget,
    MediaExposure,
    NoticeRule,
    Penalty,
    PenaltyRule,
    Post,
    Rule,
    Ticket,
    Unit,
)
from models.types import new_id

CALENDAR = (CalendarDay, CalendarYear)
"""A corrected day, and a year that is no longer provisional, re-date what rests on them (POLICY §4)."""
LONGEST_TERM = timedelta(days=3650)
MEASURES = {
    **{term.key: ("hours", "days", "working_days") for term in policy.TERMS},
    **dict.fromkeys(("attempts", "attempt_days", "conclude", "incident_count"), ("times",)),
    "incident_hours": ("hours",),
    "repeat": ("days",),
    "retention": ("years",),
}
"""Term → the measures that make sense for it; with another no deadline could be worked out."""


def before(session: Session, item: Any, *, adding: bool = False, deleting: bool = False) -> None:
    """Complete and check a row that is about to be written or deleted. Raises Refused."""
    check = CHECKS.get(type(item))
    if check:
        with session.no_autoflush:
            check(session, item, adding, deleting)


def follow(session: Session, model: type[Any], item: Any) -> None:
    """Called after each change, flushed and not yet committed."""
    if not has_request_context():
        return
    if model in (User, Post):
        _ask(session, item)
    current.forget()
    if model is MediaExposure:
        finding.of_exposures(session, current.now(), current.book())
    if model in CALENDAR:
        desk.redate(session, at=current.now(), book=current.book())


def _unit(session: Session, item: Unit, adding: bool, deleting: bool) -> None:
    """The offices of the 办法 are needed whether or not anything points at them yet."""
    if deleting and item.kind != "unit":
        raise Conflict({}, in_use=True)


def _category(session: Session, item: Category, adding: bool, deleting: bool) -> None:
    """A category with tickets stays on its track: else they would change theirs unseen."""
    if adding or deleting or not inspect(item).attrs.track.history.deleted:
        return
    if session.scalar(select(Ticket.id).where(Ticket.category_id == item.id).limit(1)) is not None:
        raise Invalid({"track": Reason("track_in_use")})


def _customer_count(session: Session, item: CustomerCount, adding: bool, deleting: bool) -> None:
    item.month = item.month.replace(day=1)


def _rule(session: Session, item: Rule, adding: bool, deleting: bool) -> None:
    if deleting:
        return
    possible = MEASURES.get(item.key, ())
    if item.measure not in possible:
        names = "、".join(policy.MEASURES[name] for name in possible)
        raise Invalid({"measure": Reason("not_a_choice", choices=names)})
    if item.amount is not None and item.amount * (24 if item.measure != "hours" else 1) > LONGEST_TERM.days * 24:
        raise Invalid({"amount": Reason("out_of_range")})


def _penalty_rule(session: Session, item: PenaltyRule, adding: bool, deleting: bool) -> None:
    amounts = {name: getattr(item, name) for name in ("responsible", "leader", "indicator_holder")}
    wrong = {name: Reason("negative") for name, amount in amounts.items() if amount is not None and amount < 0}
    if wrong:
        raise Invalid(wrong)


def _post(session: Session, item: Post, adding: bool, deleting: bool) -> None:
    """Nobody appoints themselves, and only the administrator gives or takes a post that opens confidential tickets."""
    by = current.current_actor()
    history = inspect(item).attrs
    # A relation that was set has no history where it was never loaded; the column still has the old key.
    people = {item.user.id if item.user is not None else None, item.user_id, *(history.user_id.history.deleted or ())}
    if by.user_id in people:
        raise Invalid({"user": Reason("own_post")})
    posts = {item.post, *(history.post.history.deleted or ())}
    if posts & POWERS and "admin" not in by.roles:
        raise Invalid({"post": Reason("admins_only", value=policy.POSTS[(posts & POWERS).pop()])})
    if deleting:
        return
    waits, given = current_app.config["AGREEMENT"], item.post in POWERS and _gives(item, adding)
    if given and waits and not adding:
        raise Invalid({"until": Reason("ask_anew")})
    if given:
        item.awaits = bool(waits)
        item.asked_for = item.post
    if adding and not given:
        holder = item.user.id if item.user is not None else item.user_id
        delegation.tell(session, item, holder, current.now())
    for user_id in people - {None}:
        access.end_all(session, user_id)


def _gives(item: Post, adding: bool) -> bool:
    """Whether a written post gives somebody what they had not: an end brought forward does not."""
    history = inspect(item).attrs
    moved = any(history[name].history.deleted for name in ("user_id", "post", "unit_id", "since")) or any(
        other is not None and other.id != key for other, key in ((item.user, item.user_id), (item.unit, item.unit_id))
    )
    before = history.until.history.deleted
    longer = bool(before) and before[0] is not None and (item.until is None or item.until > before[0])
    return adding or moved or longer


def _account(session: Session, item: User, adding: bool, deleting: bool) -> None:
    """Another role or switching off ends what the account has open. A confidential role is told to all holders, and
    waits for one of them where the setting is on."""
    history = inspect(item).attrs
    roles = history.roles.history
    asked = sorted({role.name for role in roles.added} & CONFIDENTIAL)
    if asked and current_app.config["AGREEMENT"]:
        item.roles = [role for role in item.roles if role.name not in asked]
    item.asked_for = asked
    if not adding and (roles.added or roles.deleted or history.active.history.deleted):
        access.end_all(session, item.id)


def _ask(session: Session, item: User | Post) -> None:
    """Put down what a written account or post gives of confidential access, for all holders to hear."""
    asked = item.__dict__.pop("asked_for", None)
    by, at = current.current_actor().user_id, current.now()
    waits = bool(current_app.config["AGREEMENT"])
    if isinstance(item, Post) and asked:
        agreement.ask(session, "post", item.user_id, by=by, at=at, waits=waits, post=item)
    elif isinstance(item, User):
        for role in asked or ():
            agreement.ask(session, "role", item.id, by=by, at=at, waits=waits, role=role)
    if asked:
        user_id = item.id if isinstance(item, User) else item.user_id
        watch.note("agreement", user_id=user_id, did="waiting" if waits else "done", what=asked)


def _media_exposure(session: Session, item: MediaExposure, adding: bool, deleting: bool) -> None:
    if adding:
        item.id = new_id()
        return
    was = inspect(item).attrs
    times = (*(was.exposed_at.history.added or ()), *(was.exposed_at.history.deleted or ()))
    moved = len({at.replace(second=0, microsecond=0) for at in times}) > 1  # a form drops the seconds
    told = moved or was.unit.history.has_changes() or was.ticket.history.has_changes()
    if told and session.scalar(select(Penalty.id).where(Penalty.exposure_id == item.id).limit(1)) is not None:
        raise Invalid({"exposed_at": Reason("already_proposed")})


def _penalty(session: Session, item: Penalty, adding: bool, deleting: bool) -> None:
    """Proposed here; all that follows is an act of the penalties' workflow (POLICY §6), and no row to edit."""
    if not adding:
        raise Decided
    beside = penalties.propose(session, item, by=current.current_actor(), at=current.now(), book=current.book())
    session.add_all(beside)


def _notice_rule(session: Session, item: NoticeRule, adding: bool, deleting: bool) -> None:
    """Of what is coming one is told before the deadline, of what is late after it."""
    before_it = item.measure != "hours_after"
    if before_it != (item.level == "soon"):
        fitting = [zh for name, zh in notice.MEASURES.items() if (name != "hours_after") == (item.level == "soon")]
        raise Invalid({"measure": Reason("not_a_choice", choices="、".join(fitting))})
    if not 0 <= item.amount <= (100 if item.measure == "percent_left" else 8760):
        raise Invalid({"amount": Reason("out_of_range")})


def _kpi_target(session: Session, item: KpiTarget, adding: bool, deleting: bool) -> None:
    """A share is no more than one: whoever writes 95 means 0.95."""
    if item.target < 0 or (item.metric in target.SHARES and item.target > 1):
        raise Invalid({"target": Reason("out_of_range")})


def _annotation(session: Session, item: Annotation, adding: bool, deleting: bool) -> None:
    """New limits hide what the old ones would have called: nobody sets them without a reason."""
    item.reason = (item.reason or "").strip() or None
    if item.rebases and item.reason is None:
        raise Invalid({"reason": Reason("required")})
    if item.until is not None and item.day is not None and item.until < item.day:
        raise Invalid({"until": Reason("out_of_range")})


CHECKS: dict[type[Any], Callable[[Session, Any, bool, bool], None]] = {
    User: _account,
    Unit: _unit,
    Category: _category,
    CustomerCount: _customer_count,
    Rule: _rule,
    NoticeRule: _notice_rule,
    PenaltyRule: _penalty_rule,
    KpiTarget: _kpi_target,
    Annotation: _annotation,
    Post: _post,
    MediaExposure: _media_exposure,
    Penalty: _penalty,
}
