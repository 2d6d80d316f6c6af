"""查看: opening what is masked of a complainant, with a reason, for a quarter of an hour (POLICY §5).

Who may is `scope.may_reveal`; whoever owns the next step sees the complainant in clear and needs none. Only the page
of that ticket, and the answer to the opening itself, show what was opened: no list, no print-out, no export.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from models import view
from models.actor import Actor
from models.disclosure import Reveal
from models.fields import Unreadable, text
from models.policy import REVEAL_MINUTES, REVEAL_REASONS
from models.refusals import Invalid, NotYours, Reason

OTHER = "other"
WORDS_MOST = 200


def reveal(session: Session, ticket_id: int, given: Mapping[str, Any], *, by: Actor, at: datetime) -> Reveal | None:
    """Open a ticket's complainant to a person; None where they see him in clear anyway.

    given: `reason`, a key of `REVEAL_REASONS`, and `words`, needed with `other`. Raises, in this order, Unseen,
    NotYours, Invalid. Does not commit, and leaves the entry in the security log to the edge, in the same transaction.
    """
    sight = view.sight(session, ticket_id, by, at)
    if sight.level == "contact" or (sight.level == "summary" and sight.in_clear()):
        return None
    if not sight.revealable:
        raise NotYours("not_to_reveal")
    errors: dict[str, Reason] = {}
    reason, words = given.get("reason"), given.get("words")
    for name in given.keys() - {"reason", "words"}:
        errors[str(name)] = Reason("unknown_field")
    if not reason:
        errors["reason"] = Reason("required")
    elif not isinstance(reason, str) or reason not in REVEAL_REASONS:
        errors["reason"] = Reason("not_a_choice", choices="、".join(REVEAL_REASONS.values()))
    try:
        words = None if words is None else text(words, WORDS_MOST)
    except Unreadable as no:
        errors["words"] = no.reason
    else:
        if reason == OTHER and not words:
            errors["words"] = Reason("required")
    if errors:
        raise Invalid(errors)
    row = Reveal(
        ticket_id=ticket_id, user_id=by.user_id, reason=reason, words=words, at=at,
        until=at + timedelta(minutes=REVEAL_MINUTES),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row
