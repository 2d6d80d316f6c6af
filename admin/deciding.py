"""An act on a penalty from a page or a program: in a transaction of its own, and told to the security log with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from admin import watch
from admin.current import book, current_actor, now, session, transact
from models import penalties
from models.tables import Penalty


def decide(
    penalty_id: int, name: str, given: Mapping[str, Any], version: Any, once: str | None,
    judged: Callable[[Callable[[], int]], int] = lambda act: act(),
) -> None:  # fmt: skip
    """Take the action, and commit it. judged: called with the act, for who minds more of the request than its fields.

    Raises what `penalties.act` raises; then nothing has changed. A repeated request is told once.
    """

    def work() -> None:
        row = session().get(Penalty, penalty_id)
        before = row.event_count if row is not None else 0
        judged(lambda: penalties.act(session(), penalty_id, name, given, by=current_actor(), at=now(), book=book(),
                                     version=version, once=once))  # fmt: skip
        penalty = session().get_one(Penalty, penalty_id)
        if penalty.event_count != before:
            watch.note("penalty", user_id=penalty.person_id, ticket_id=penalty.ticket_id, key=[str(penalty_id)],
                       did=name)  # fmt: skip

    transact(work)
