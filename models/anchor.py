"""Checkpoints of the log, to be kept elsewhere: with one, nobody rewrites what it saw without being named (DESIGN §4).

A checkpoint is a gzip file of lines: a head with its time; a line a ticket, in the order of ids, with how many events
it had and the hash of the last; the same a penalty and a review; and a summary with the counts, the security log's
end, the root over all lines and its signature. Both reading and writing stream: a million tickets
need no more memory than a hundred.

The signature is an HMAC under a key of its own (ANCHOR_KEY): who has the database and not that key cannot make a
checkpoint that fits a rewritten log. Who has the key can make a new one, but not change one that lies elsewhere.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import orjson
from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.engine import Connection

from models import log, security_log
from models.penalty import Penalty, PenaltyEvent
from models.review import Review, ReviewEvent
from models.security_log import HEAD
from models.store import EVENT, TICKET
from models.types import EPOCH_MS

FORMAT = "kefu-checkpoint-2"
BATCH = 500
HASH_BYTES, NUMBER_BYTES = 16, 20
"""Of a hash 128 bits are kept: what is asked of it is that no second log has the same. A number is padded."""
SLACK = timedelta(days=1)
"""A ticket's id is drawn before it is committed: one that is this much older than the checkpoint was there, or is
not honest."""
LOG = "全部日志"


@dataclass(frozen=True)
class Chain:
    """What has a log of its own beside the tickets. mark: how its lines begin; ends: (id, event's number, its hash)."""

    mark: bytes
    zh: str
    rows: Select[int, int, str]
    ends: Select[int, int, str]

    @property
    def id(self) -> Any:
        return self.rows.selected_columns[0]


PENALTY, REVIEW = b"P ", b"R "
CHAINS = (
    Chain(PENALTY, "追究", select(Penalty.id, Penalty.event_count, Penalty.head),
          select(PenaltyEvent.penalty_id, PenaltyEvent.no, PenaltyEvent.hash)),
    Chain(REVIEW, "总结", select(Review.id, Review.event_count, Review.head),
          select(ReviewEvent.review_id, ReviewEvent.no, ReviewEvent.hash)),
)  # fmt: skip
BESIDE = tuple(chain.mark for chain in CHAINS)


class Unreadable(Exception):
    """No checkpoint, or not all of one."""


class Forged(Exception):
    """A checkpoint whose signature does not hold: it was changed, or made with another key."""


@dataclass(frozen=True)
class Checkpoint:
    """What a checkpoint says in sum."""

    at: datetime
    tickets: int
    penalties: int
    reviews: int
    events: int
    security_no: int
    security_hash: str
    root: str


@dataclass(frozen=True)
class Mark:
    """A ticket, or what `CHAINS` has, as it stood."""

    ticket_id: int
    events: int
    head: bytes
    number: bytes
    """Sealed, a ticket's only: the file alone tells nobody which tickets there are."""


def write(connection: Connection, file: BinaryIO, key: bytes, at: datetime) -> Checkpoint:
    """Write a checkpoint of the log as it is now. Each line stands for itself: what is added meanwhile does no harm."""
    security = connection.execute(select(HEAD.c.no, HEAD.c.hash).where(HEAD.c.id == 1)).one()
    root, tickets, events, beside = hashlib.sha256(), 0, 0, dict.fromkeys(BESIDE, 0)
    with gzip.GzipFile(fileobj=file, mode="wb", mtime=0, filename="") as packed:
        packed.write(orjson.dumps({"format": FORMAT, "at": log.stamp(at)}) + b"\n")
        for ticket_id, number, count, head in _heads(connection):
            mark = Mark(ticket_id, count, bytes.fromhex(head)[:HASH_BYTES], b"")
            line = b"%d %d %s\n" % (ticket_id, count, base64.b64encode(mark.head + _sealed(key, mark, number.encode())))
            root.update(line)
            packed.write(line)
            tickets, events = tickets + 1, events + count
        for chain in CHAINS:
            for one, count, head in connection.execute(chain.rows.order_by(chain.id)):
                line = chain.mark + b"%d %d %s\n" % (one, count, base64.b64encode(bytes.fromhex(head)[:HASH_BYTES]))
                root.update(line)
                packed.write(line)
                beside[chain.mark] += 1
        made = Checkpoint(at=at, tickets=tickets, penalties=beside[PENALTY], reviews=beside[REVIEW], events=events,
                          security_no=int(security.no), security_hash=security.hash, root=root.hexdigest())  # fmt: skip
        packed.write(orjson.dumps({**_told(made), "signature": _signature(key, made)}) + b"\n")
    return made


def _heads(connection: Connection) -> Iterator[Any]:
    """(id, number, events, hash of the last) of every ticket, in the order of ids."""
    last = -(2**63)
    columns = select(TICKET.c.id, TICKET.c.no, TICKET.c.event_count, TICKET.c.head)
    while rows := connection.execute(columns.where(TICKET.c.id > last).order_by(TICKET.c.id).limit(2 * BATCH)).all():
        yield from rows
        last = rows[-1].id


def _told(made: Checkpoint) -> dict[str, Any]:
    return {**asdict(made), "at": log.stamp(made.at)}


def _signature(key: bytes, made: Checkpoint) -> str:
    return hmac.digest(key, log.canonical([FORMAT, _told(made)]), "sha256").hex()


def _sealed(key: bytes, mark: Mark, number: bytes) -> bytes:
    """A number under a pad that no other state of a ticket shares; the same again opens it."""
    told = b"number:%d:%d:%s" % (mark.ticket_id, mark.events, mark.head)
    pad = hmac.digest(key, told, "sha256")[:NUMBER_BYTES]
    return bytes(a ^ b for a, b in zip(number.ljust(NUMBER_BYTES, b"\0"), pad, strict=True))


def read(path: Path, key: bytes) -> Checkpoint:
    """What a checkpoint says, once all of it has been read and its signature holds. Raises Unreadable or Forged."""
    root, tickets, events, beside = hashlib.sha256(), 0, 0, dict.fromkeys(BESIDE, 0)
    told: dict[str, Any] = {}
    for line in _lines(path):
        if line.startswith(b"{"):
            told = _json(line)
            continue
        root.update(line)
        if line.startswith(BESIDE):
            beside[line[:2]] += 1
        else:
            tickets, events = tickets + 1, events + _mark(line).events
    try:
        counts = {name: told[name] for name in ("tickets", "penalties", "reviews", "events", "security_no")}
        made = Checkpoint(at=datetime.fromisoformat(told["at"]).astimezone(UTC), security_hash=told["security_hash"],
                          root=told["root"], **counts)  # fmt: skip
        signed = hmac.compare_digest(str(told["signature"]).encode(), _signature(key, made).encode())
    except (KeyError, TypeError, ValueError, orjson.JSONEncodeError):
        raise Unreadable from None
    if not signed or (made.root, made.tickets, made.penalties, made.reviews, made.events) != (
        root.hexdigest(), tickets, beside[PENALTY], beside[REVIEW], events
    ):  # fmt: skip
        raise Forged
    return made


def marks(path: Path) -> Iterator[Mark]:
    """The tickets of a checkpoint, in the order of ids."""
    return (_mark(line) for line in _lines(path) if not line.startswith((b"{", *BESIDE)))


def _lines(path: Path) -> Iterator[bytes]:
    """The lines after the head. Raises Unreadable where they do not end as they should."""
    line = b""
    try:
        with gzip.open(path, "rb") as packed:
            if _json(packed.readline()).get("format") != FORMAT:
                raise Unreadable
            for line in packed:
                yield line
    except (OSError, EOFError, zlib.error):  # not there, no gzip, cut short
        raise Unreadable from None
    if not line.startswith(b"{"):
        raise Unreadable


def _mark(line: bytes) -> Mark:
    try:
        ticket_id, events, kept = line.split()
        both = base64.b64decode(kept, validate=True)
        return Mark(int(ticket_id), int(events), both[:HASH_BYTES], both[HASH_BYTES:])
    except ValueError:
        raise Unreadable from None


def _json(line: bytes) -> dict[str, Any]:
    try:
        told = orjson.loads(line)
    except orjson.JSONDecodeError:
        raise Unreadable from None
    if not isinstance(told, dict):
        raise Unreadable
    return told


def differences(connection: Connection, path: Path, made: Checkpoint, key: bytes) -> Iterator[tuple[str, str]]:
    """What of a checkpoint, as `read` gave it, the log does not hold any more, as (ticket, what differs).

    What has come since is no difference. `models.verify` checks the log in itself: both together leave no way.
    """
    yield from _of_security_log(connection, made)
    last, wrong = -(2**63), 0
    stood = marks(path)
    while batch := list(islice(stood, BATCH)):
        for found in _of_tickets(connection, batch, last, made, key):
            wrong += found[2]
            yield found[:2]
        last = batch[-1].ticket_id
    for number in _slipped_in(connection, last, None, set(), made):
        yield number, "存证时没有这件工单，编号却早于存证：后来补入"
    for chain in CHAINS:
        yield from _of_chain(connection, path, chain)
    if wrong == made.tickets > 1:
        yield LOG, f"存证中的 {made.tickets} 件工单件件不符：整个日志被改写，或换了另一个库"


def _of_chain(connection: Connection, path: Path, chain: Chain) -> Iterator[tuple[str, str]]:
    """What of one of `CHAINS` is no longer as it stood."""
    stood = (_mark(line.removeprefix(chain.mark)) for line in _lines(path) if line.startswith(chain.mark))
    of, no, _hash = chain.ends.selected_columns
    while batch := list(islice(stood, BATCH)):
        here = [mark.ticket_id for mark in batch]
        there = set(connection.scalars(chain.rows.with_only_columns(chain.id).where(chain.id.in_(here))))
        at_the_end = chain.ends.where(tuple_(of, no).in_([(mark.ticket_id, mark.events) for mark in batch]))
        held = {one: kept for one, _no, kept in connection.execute(at_the_end)}
        for mark in batch:
            name = f"{chain.zh} {mark.ticket_id}"
            if mark.ticket_id not in there:
                yield name, f"{chain.zh}缺失：存证时有它，共 {mark.events} 条记录"
            elif mark.events and mark.ticket_id not in held:
                yield name, f"日志被截短：存证时有 {mark.events} 条记录"
            elif mark.events and not _same(held[mark.ticket_id], mark.head):
                yield name, f"日志被改写：存证时第 {mark.events} 条的校验值与现在不同"


def _of_security_log(connection: Connection, made: Checkpoint) -> Iterator[tuple[str, str]]:
    entry = security_log.EVENT
    held = connection.scalar(select(entry.c.hash).where(entry.c.no == made.security_no))
    if made.security_no and held is None:
        there, latest = connection.execute(select(func.max(entry.c.no), func.max(entry.c.at))).one()
        yield "安全日志", f"被截短：存证时有 {made.security_no} 条，现在到第 {there or 0} 条"
        if latest is None or latest < made.at:
            said = f"最后一条安全日志是 {log.local(latest)}" if latest else "安全日志是空的"
            yield LOG, f"{said}，早于存证的 {log.local(made.at)}：像是恢复了旧的副本"
    elif made.security_no and held != made.security_hash:
        yield "安全日志", f"被改写：存证时第 {made.security_no} 条的校验值与现在不同"


def _of_tickets(
    connection: Connection, batch: list[Mark], after: int, made: Checkpoint, key: bytes
) -> Iterator[tuple[str, str, bool]]:
    """(ticket, what differs, whether it is one of the checkpoint)."""
    known = {mark.ticket_id: mark for mark in batch}
    last = max(known)
    span = TICKET.c.id > after, TICKET.c.id <= last
    there = {row.id: row for row in connection.execute(select(TICKET.c.id, TICKET.c.no).where(*span))}
    ends = [(mark.ticket_id, mark.events) for mark in known.values()]
    at_the_end = tuple_(EVENT.c.ticket_id, EVENT.c.no).in_(ends)
    held = dict(connection.execute(select(EVENT.c.ticket_id, EVENT.c.hash).where(at_the_end)).all())
    for ticket_id, mark in known.items():
        if ticket_id not in there:
            number = _sealed(key, mark, mark.number).rstrip(b"\0").decode(errors="replace")
            yield number, f"工单缺失：存证时有它，共 {mark.events} 条记录", True
        elif mark.events and ticket_id not in held:
            yield there[ticket_id].no, f"日志被截短：存证时有 {mark.events} 条记录", True
        elif mark.events and not _same(held[ticket_id], mark.head):
            yield there[ticket_id].no, f"日志被改写：存证时第 {mark.events} 条的校验值与现在不同", True
    for number in _slipped_in(connection, after, last, set(known), made):
        yield number, "存证时没有这件工单，编号却早于存证：后来补入", False


def _same(stored: str, head: bytes) -> bool:
    return str(stored)[: 2 * HASH_BYTES] == head.hex()


def _slipped_in(
    connection: Connection, after: int, last: int | None, known: set[int], made: Checkpoint
) -> Iterator[str]:
    """Numbers of tickets that the checkpoint would have seen, had they been there."""
    before = ((made.at - SLACK).timestamp() * 1000 - EPOCH_MS) * 4096
    span = [TICKET.c.id > after, TICKET.c.id < int(before)]
    if last is not None:
        span.append(TICKET.c.id <= last)
    for row in connection.execute(select(TICKET.c.id, TICKET.c.no).where(*span).order_by(TICKET.c.id)):
        if row.id not in known:
            yield row.no


def last_made(connection: Connection) -> tuple[datetime, int] | None:
    """When the last checkpoint was made, by the security log, and how many of its entries have come since."""
    entry = security_log.EVENT
    newest = select(entry.c.no, entry.c.at).where(entry.c.kind == "anchored").order_by(entry.c.no.desc()).limit(1)
    row = connection.execute(newest).one_or_none()
    if row is None:
        return None
    since = connection.scalar(select(func.max(entry.c.no))) or row.no
    return row.at.astimezone(UTC), since - row.no
