"""Whose role has tickets at all (POLICY §5). That everybody is logged in, `admin.handlers` has seen to before."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from admin.current import current_actor
from models.refusals import Unseen

WITH_TICKETS = frozenset({"agent", "operations", "handler", "unit_head", "discipline", "chairman", "leadership"})
"""Roles that can have tickets in sight; to the others a ticket's address is an address of nothing, unless the chairman
has granted them one."""


def has_tickets() -> bool:
    by = current_actor()
    return bool(by.roles_today & WITH_TICKETS or by.granted)


def to_tickets(method: Callable[..., Any]) -> Callable[..., Any]:
    """Let in whose role has tickets; the others hear what is said of a ticket that is not there."""

    @wraps(method)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not has_tickets():
            raise Unseen
        return method(*args, **kwargs)

    return guarded
