"""What a page needs of the program around it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from analytics.dashboards.words import Translate
from models.actor import Actor


@dataclass(frozen=True)
class Asking:
    """Each call is for the request that runs."""

    session: Callable[[], AbstractContextManager[Session]]
    known: Callable[[], bool]
    actor: Callable[[], Actor]
    now: Callable[[], datetime]
    gettext: Translate
    tickets: Callable[[], str | None] = lambda: None
    """Where the list of tickets is, for who has any in sight."""
