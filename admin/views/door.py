"""Whose role has tickets at all (POLICY §5). That everybody is logged in, `admin.handlers` has seen to before."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from admin.current import current_actor
from models.refusals import Unseen

WITH_TICKETS = frozenset({"agent", "operations", "handler", "unit_head", "discipline", "chairman", "leadership"})
"""Roles that can have tickets in sight; to the others a ticket's address is an address of nothing."""


def has_tickets() -> bool:
    return bool(current_actor().roles_today & WITH_TICKETS)


def to_tickets(method: Callable[..., Any]) -> Callable[..., Any]:
    """Let in whose role has tickets; the others hear what is said of a ticket that is not there."""

    @wraps(method)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not has_tickets():
            raise Unseen
        return method(*args, **kwargs)

    return guarded
