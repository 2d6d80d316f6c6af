"""Who is told of an act on a penalty: whom it is about, and of an appeal those who may decide it.

In the act's own transaction: nobody is fined without being told. A notice holds the act's number and a time; its words
are made for whoever reads it, from what they may see (`models.penalties.scope`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from models.notice import Notice
from models.penalty import Penalty
from models.types import new_id

TOLD = frozenset({"confirm", "withdraw", "uphold", "revoke"})
"""Acts of which the person hears. Of what was withdrawn as a proposal, nobody ever heard."""


def tell(session: Session, penalty: Penalty, action: str, judges: Iterable[int], at: datetime) -> None:
    """Write the notices of the penalty's latest act; what was told of it before is read by it. Does not commit.

    judges: who may decide the appeal that the act is.
    """
    person = penalty.person_id if action in TOLD and penalty.confirmed_at is not None else None
    whom = sorted(judges) if action == "appeal" else [person] if person is not None else []
    if not whom and action not in TOLD:
        return
    before = (Notice.penalty_id == penalty.id, Notice.read_at.is_(None))
    session.execute(update(Notice).where(*before).values(read_at=at).execution_options(synchronize_session=False))
    until = penalty.appeal_due_at if action == "confirm" else None
    session.add_all(
        Notice(id=new_id(), user_id=one, kind="penalty", penalty_id=penalty.id, n=penalty.event_count, due_at=until,
               made_at=at)
        for one in whom
    )  # fmt: skip
