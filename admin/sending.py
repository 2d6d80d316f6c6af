"""Notices on their way out of the house (apprise: e-mail, 企业微信, 钉钉, 飞书), masked.

What leaves says which ticket, what to do, by when, and where to look; of a discipline ticket or
a penalty only that something waits.
Each notice is claimed for a channel in a transaction of its own before it is sent, so that two runs at once send it
once; one that fails is tried again by the next run, and holds up no other.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from flask import Flask
from flask_babel import Babel, force_locale
from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from models import actor, scope
from models.actor import Actor
from models.database import insert
from models.notice import LEVELS, RANK, Notice, NoticeChannel, NoticeDelivery
from models.policy import QUALITY
from models.reminding import SINGLY
from models.reminding.inbox import Line
from models.tables import Obligation, Ticket
from models.types import SHANGHAI

SCHEMES = frozenset({"mailto", "mailtos", "wecombot", "dingtalk", "feishu"})
"""The ways out there are. Apprise has more, among them some into this house's own network."""
GENERAL = frozenset({"penalty", "review", "alert"})
"""Kinds of notice of which only that there is one is sent."""
STALE = timedelta(minutes=10)
"""After so long whoever claimed a notice has died of it, and another may send it."""
TOO_OLD = timedelta(days=3)
"""A notice that could not be sent by then is in the inbox, and goes out no more."""

UNASKED = ("penalty", "alert")
"""Kinds that ask for nothing by a deadline: told until they are read."""

Deliver = Callable[[str, str, str], bool]
"""(address of the channel, title, text) → whether it was taken."""


@dataclass(frozen=True)
class Outside:
    """How an installation sends: from where to where it is quiet, and the address that messages link to."""

    quiet: tuple[time, time] | None = None
    public_url: str = ""


@dataclass(frozen=True)
class Sent:
    """What became of the notices that a run found waiting."""

    sent: int = 0
    held: int = 0
    failed: int = 0


def deliver(url: str, title: str, text: str) -> bool:
    """Hand a message to apprise, whose log would show addresses."""
    import apprise

    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    out = apprise.Apprise()
    return usable(url) and out.add(url) and bool(out.notify(title=title, body=text, body_format="text"))


def usable(url: str) -> bool:
    """Whether an address is one of a way out that we know."""
    import apprise

    scheme, colon, _rest = url.partition("://")
    return bool(colon) and scheme.lower() in SCHEMES and apprise.Apprise.instantiate(url) is not None


def is_quiet(at: datetime, quiet: tuple[time, time] | None) -> bool:
    """Whether only urgent notices go out at a moment."""
    if quiet is None:
        return False
    clock, (begin, end) = at.astimezone(SHANGHAI).time(), quiet
    return begin <= clock < end if begin <= end else clock >= begin or clock < end


def send(session: Session, at: datetime, outside: Outside, *, by: Deliver = deliver) -> Sent:
    """Send what waits over every channel in use. Commits as it goes: what is sent cannot be taken back."""
    channels = session.scalars(select(NoticeChannel).where(NoticeChannel.active).order_by(NoticeChannel.id)).all()
    if not channels:
        return Sent()
    people = {one.user_id: one for one in actor.everybody(session, at)}
    total = Sent()
    for channel in channels:
        waiting = list(_waiting(session, channel, people, at))
        held = {line.notice.id for line in waiting if is_quiet(at, outside.quiet) and not line.notice.urgent}
        mine = _claimed(session, channel, [line.notice.id for line in waiting if line.notice.id not in held], at)
        lines = _once([line for line in waiting if line.notice.id in mine])
        total = replace(total, held=total.held + len(_once([one for one in waiting if one.notice.id in held])))
        if not lines:
            continue
        went = _sent(channel, lines, at, outside, by)
        _note(session, channel, mine, at, went=went)
        total = replace(total, **({"sent": total.sent + len(lines)} if went else {"failed": total.failed + len(lines)}))
    return total


def _waiting(session: Session, channel: NoticeChannel, people: dict[int | None, Actor], at: datetime) -> Iterator[Line]:
    """What may go over a channel and has not gone yet, as far as its reader still sees it and still owes it."""
    delivery = NoticeDelivery
    levels = [level for level in LEVELS if RANK[level] >= RANK[channel.level]]
    if channel.user_id is not None:
        by = people.get(channel.user_id)
        if by is None:
            return
        whose, seen = Notice.user_id == channel.user_id, scope.shown(Obligation, by)
        owed = and_(Notice.kind.in_(levels), scope.open_now(Obligation), seen)
        unread = and_(Notice.kind.in_(UNASKED), Notice.read_at.is_(None))
        what = or_(Notice.kind.in_(("appointed", "review")), unread, owed)
    else:
        role = channel.role or ""
        readers = [one.user_id for one in people.values() if role in one.roles and one.user_id is not None]
        whose = Notice.user_id.in_(readers)
        owed = and_(Notice.kind.in_(levels), scope.open_now(Obligation), Ticket.track == QUALITY,
                    Obligation.track == QUALITY)  # fmt: skip
        what = or_(and_(Notice.kind == "alert", Notice.read_at.is_(None)), owed)
    gone = select(delivery.notice_id).where(
        delivery.notice_id == Notice.id, delivery.channel_id == channel.id, delivery.sent_at.is_not(None)
    )
    same = and_(Obligation.ticket_id == Notice.ticket_id, Obligation.n == Notice.n, Obligation.due_at == Notice.due_at)
    rows = session.execute(
        select(Notice, Ticket.no, Obligation)
        .outerjoin(Ticket, Ticket.id == Notice.ticket_id)
        .outerjoin(Obligation, same)
        .where(whose, what, Notice.made_at >= max(channel.since, at - TOO_OLD), ~gone.exists())
        .order_by(Notice.made_at, Notice.id)
    )
    for notice, no, owed in rows:
        yield Line(notice, no, owed, {}, None)


def _claimed(session: Session, channel: NoticeChannel, ids: list[int], at: datetime) -> set[int]:
    """Which of the notices are this run's to send."""
    if not ids:
        return set()
    table = NoticeDelivery.__table__
    claim = insert(session, table).on_conflict_do_update(
        index_elements=[table.c.notice_id, table.c.channel_id],
        set_={"claimed_at": at, "attempts": table.c.attempts + 1, "error": None},
        where=and_(table.c.sent_at.is_(None), or_(table.c.error.is_not(None), table.c.claimed_at < at - STALE)),
    )
    rows = [{"notice_id": i, "channel_id": channel.id, "claimed_at": at, "attempts": 1} for i in ids]
    found = set(session.scalars(claim.returning(table.c.notice_id), rows))
    session.commit()
    return found


def _once(lines: list[Line]) -> list[Line]:
    """A group hears of a deadline once, however many of it were told."""
    found = {
        (one.notice.ticket_id or one.notice.alert_id or one.notice.id, one.notice.n, one.notice.kind): one
        for one in reversed(lines)
    }
    return list(found.values())[::-1]


def _sent(channel: NoticeChannel, lines: list[Line], at: datetime, outside: Outside, by: Deliver) -> bool:
    try:
        with _in_chinese():
            title, text = message(lines, at, outside.public_url)
        return by(channel.url, title, text)
    except Exception as error:  # noqa: BLE001 - whatever a channel does, the others are sent
        logging.getLogger(__name__).warning("channel %s: %s", channel.id, type(error).__name__)
        return False


def _note(session: Session, channel: NoticeChannel, ids: set[int], at: datetime, *, went: bool) -> None:
    mine = (NoticeDelivery.channel_id == channel.id, NoticeDelivery.notice_id.in_(ids))
    values = {"sent_at": at} if went else {"error": "not_taken"}
    session.execute(update(NoticeDelivery).where(*mine).values(**values))
    session.commit()


@contextmanager
def _in_chinese() -> Iterator[None]:
    """What leaves is written in the house's language, whoever runs the command."""
    app = Flask(__name__)
    Babel(app)
    with app.app_context(), force_locale("zh"):
        yield


def message(lines: list[Line], at: datetime, public_url: str) -> tuple[str, str]:
    """(title, text): a few notices one by one, more of them as counts. No content, no name, no phone."""
    counts = {level: sum(1 for line in lines if line.notice.kind == level) for level in reversed(LEVELS)}
    parts = [f"{n} 件{LEVELS[level]}" for level, n in counts.items() if n]
    others = "请登录查看" if any(line.notice.kind in GENERAL for line in lines) else "任职变动"
    title = "顾客投诉提醒：" + ("，".join(parts) or others)
    if len(lines) > SINGLY:
        return title, "\n".join(filter(None, ("请登录查看。", _link(public_url, "/notices/"))))
    return title, "\n".join(_said(line, at, public_url) for line in lines)


def _said(line: Line, at: datetime, public_url: str) -> str:
    from admin.views.inbox import owed

    if line.notice.kind == "alert":
        where = _link(public_url, f"/notices/{line.notice.id}")
        return " ".join(filter(None, ("有一条投诉预警，请登录查看。", where)))
    if line.notice.kind in GENERAL:
        return " ".join(filter(None, ("有一件与您有关的事，请登录查看。", _link(public_url, "/notices/"))))
    if line.owed is None:
        return " ".join(filter(None, ("有一项任职或代理与您有关，请登录查看。", _link(public_url, "/notices/"))))
    if line.owed.track != QUALITY or not (line.ticket_no or "").startswith("ZL"):
        return " ".join(filter(None, ("有一件事等您办理，请登录查看。", _link(public_url, "/notices/"))))
    where = _link(public_url, f"/ticket/{line.notice.ticket_id}")
    return " ".join(filter(None, (f"{line.ticket_no}：{owed(line, at)}", where)))


def _link(public_url: str, path: str) -> str:
    return public_url.rstrip("/") + path if public_url else ""
