"""Whom a rule means: people by whose turn it is, by role or by post, as of now (deputies among them)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import actor
from models.actor import Actor
from models.organisation import Post
from models.policy import DISCIPLINE
from models.reminding.due import Owed
from models.workflow import STATES

ABOVE = ("leader", "deputy_in_charge")
"""Posts of a unit that give no part in its tickets, but answer for it."""


class Recipients:
    """Everybody, looked through once."""

    def __init__(self, session: Session, people: Iterable[Actor], at: datetime) -> None:
        self.groups: dict[str, set[int]] = {
            name: set() for name in ("desk", "operations", "discipline", "chairman", "leadership")
        }
        self.units: dict[tuple[str, int], set[int]] = {}
        known = set()
        for one in people:
            if one.user_id is None:
                continue
            known.add(one.user_id)
            belongs = {
                "desk": one.desk, "operations": "operations" in one.roles, "discipline": one.office,
                "chairman": one.chairman, "leadership": "leadership" in one.roles,
            }  # fmt: skip
            for name, does in belongs.items():
                if does:
                    self.groups[name].add(one.user_id)
            for post, units in (("staff", one.staff), ("head", one.heads)):
                for unit in units:
                    self.units.setdefault((post, unit), set()).add(one.user_id)
        for post in session.scalars(select(Post).where(Post.post.in_(ABOVE), actor.in_force(at))):
            if post.user_id in known:
                self.units.setdefault((post.post, post.unit_id), set()).add(post.user_id)

    def of(self, recipient: str, owed: Owed) -> set[int]:
        """The people a rule's recipient means for one obligation."""
        if recipient in self.groups:
            return self.groups[recipient]
        if recipient == "owing":
            return self.owing(owed)
        return self._unit(recipient, owed.unit_id or owed.ticket_unit_id)

    def at(self, recipient: str, unit_id: int | None) -> set[int]:
        """The people whom a recipient means for what is about a unit, or about none."""
        return self.groups.get(recipient) or self._unit(recipient, unit_id)

    def owing(self, owed: Owed) -> set[int]:
        """Whose turn the ticket is: they can settle what is owed."""
        turn = STATES[owed.state].turn
        if owed.track == DISCIPLINE and owed.state in ("registered", "calling_back"):
            # Its registrar may still refer it.
            mine = {owed.registered_by} - {None} if owed.state == "registered" else set()
            return self.groups["discipline"] | {user_id for user_id in mine if user_id is not None}
        if turn == "unit":
            return self._unit("staff", owed.ticket_unit_id)
        return self.groups.get(turn, set())

    def _unit(self, post: str, unit_id: int | None) -> set[int]:
        return self.units.get((post, unit_id), set()) if unit_id is not None else set()
