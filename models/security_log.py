"""The security log: who got in, who was refused, what was opened, exported, granted and changed (POLICY §1).

One chain over the whole house, apart from the tickets' own logs. An entry is written in the transaction of what it
tells of: where it cannot be written, that does not happen either. Nothing here changes or deletes an entry.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, Text, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Mapped, Session, foreign, mapped_column, relationship

from models import log
from models.base import Model, User
from models.policy import QUALITY
from models.ticket import Ticket
from models.types import ID, At, BigId, Code

KINDS = {
    "signed_in": "登录",
    "sign_in_failed": "登录失败",
    "locked_out": "登录锁定",
    "signed_out": "退出",
    "refused": "拒绝",
    "opened": "查看",
    "exported": "导出",
    "granted": "披露授权",
    "account": "账号变更",
    "password": "密码变更",
    "role": "角色变更",
    "post": "任职变更",
    "rule": "规则变更",
    "calendar": "日历变更",
    "table": "配置变更",
    "penalty": "追究变更",
    "command": "命令行",
}
"""What an entry can tell of."""
PROGRAM = "run.py"
"""The source of what came by the command line."""


class SecurityEvent(Model):
    """One entry. `detail` is canonical JSON of codes, ids, numbers and times; `hash` covers it and the one before."""

    __tablename__ = "security_event"
    __table_args__ = (
        Index("ix_security_event_at", "at"),
        Index("ix_security_event_kind", "kind", "no"),
        Index("ix_security_event_actor", "actor_id", "no"),
        Index("ix_security_event_ticket", "ticket_id", "no"),
    )

    no: Mapped[ID]
    at: Mapped[At]
    kind: Mapped[Code]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    """None: nobody who is signed in, or the program."""
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    """The account that it is about."""
    ticket_id: Mapped[int | None] = mapped_column(BigId)
    """No foreign key: what was looked for and is not there can stand here too."""
    source: Mapped[str] = mapped_column(String(60))
    """The address that it came from, or the command line."""
    detail: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))

    actor: Mapped[User | None] = relationship(foreign_keys=[actor_id], viewonly=True)
    user: Mapped[User | None] = relationship(foreign_keys=[user_id], viewonly=True)
    ticket: Mapped[Ticket | None] = relationship(
        primaryjoin=lambda: foreign(SecurityEvent.ticket_id) == Ticket.id, viewonly=True, lazy="joined"
    )

    @property
    def subject(self) -> str | None:
        """The ticket that it is about. A discipline ticket's number is nobody's to read here: a mark that stays the
        same tells that two entries are about one."""
        if self.ticket_id is None:
            return None
        if self.ticket is not None and self.ticket.track == QUALITY:
            return self.ticket.no
        return f"#{hashlib.sha256(f'ticket {self.ticket_id}'.encode()).hexdigest()[:8]}"

    def __str__(self) -> str:
        return f"{self.no} {KINDS.get(self.kind, self.kind)}"


class SecurityHead(Model):
    """The end of the chain: one row, whose lock puts two entries at once one after the other."""

    __tablename__ = "security_head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    no: Mapped[int] = mapped_column(BigId)
    hash: Mapped[str] = mapped_column(String(64))


EVENT, HEAD = SecurityEvent.__table__, SecurityHead.__table__


def record(
    session: Session,
    kind: str,
    *,
    at: datetime,
    by: int | None = None,
    user_id: int | None = None,
    ticket_id: int | None = None,
    source: str = PROGRAM,
    **detail: Any,
) -> int:
    """Append an entry, in the session's transaction, and give its number.

    kind: one of `KINDS`. by: the account that did it. detail: codes, ids, numbers, times; never a complainant's data.
    """
    if kind not in KINDS:
        raise LookupError(f"no kind of entry {kind}")
    no, before = session.execute(
        update(HEAD).where(HEAD.c.id == 1).values(no=HEAD.c.no + 1).returning(HEAD.c.no, HEAD.c.hash)
    ).one()
    entry = {
        "no": no, "at": at, "kind": kind, "actor_id": by, "user_id": user_id, "ticket_id": ticket_id,
        "source": source[:60], "detail": log.canonical({k: log.plain(v) for k, v in detail.items()}).decode(),
    }  # fmt: skip
    entry["hash"] = entry_hash(before, entry)
    session.execute(EVENT.insert().values(entry))
    session.execute(update(HEAD).where(HEAD.c.id == 1).values(hash=entry["hash"]))
    return int(no)


def entry_hash(before: str, entry: Mapping[str, Any]) -> str:
    """SHA-256 over every column of an entry and the hash before it."""
    columns = ("no", "kind", "actor_id", "user_id", "ticket_id", "source", "detail")
    told = [before, log.stamp(entry["at"]), *(entry[name] for name in columns)]
    return hashlib.sha256(log.canonical(told)).hexdigest()


def differences(connection: Connection) -> Iterator[str]:
    """Where the chain breaks, if it does: an entry that is missing, changed or unreadable, or a cut end."""
    head, last = log.GENESIS, 0
    in_order = select(EVENT).order_by(EVENT.c.no).execution_options(yield_per=2000)
    entries = connection.execute(in_order).mappings()
    for entry in entries:
        if entry["no"] != last + 1:
            yield f"条目 {last + 1} 缺失"
            return
        try:
            head = entry_hash(head, dict(entry))
        except (AttributeError, TypeError):
            yield f"条目 {entry['no']} 不可读"
            return
        if head != entry["hash"]:
            yield f"条目 {entry['no']}（{KINDS.get(entry['kind'], entry['kind'])}）与校验值不符"
            return
        last = entry["no"]
    end = connection.execute(select(HEAD.c.no, HEAD.c.hash).where(HEAD.c.id == 1)).one_or_none()
    if end is None or tuple(end) != (last, head):
        yield f"末尾与记录不符：登记 {end.no if end else 0} 条，日志有 {last} 条"
