"""What commands share: the settings of one installation, its databases, its tables."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from config import Settings
    from models.book import Book
    from models.demo.consequences import Counting
    from models.reminding.alerts import Finding

    Watch = Callable[[Session, date, datetime], Sequence[Finding]]
    """(session of the figures, day before which, as of when) → what is found."""


@dataclass
class House:
    """Settings, engines, sessions; each is opened when first asked for, so that a short command stays short."""

    settings: Settings
    count_review: Counting | None = None
    """Counts the figures of a review, which models cannot."""
    watch: Watch | None = None
    """How to find what is out of its course; `run.py` puts it in, since nothing here knows the figures."""

    @cached_property
    def engine(self) -> Engine:
        from models.database import engine_for

        return engine_for(self.settings.database_url)

    @cached_property
    def figures_engine(self) -> Engine:
        """The database that figures are read from: a replica, where one is named."""
        from models.database import engine_for

        same = self.settings.analytics_database_url == self.settings.database_url
        return self.engine if same else engine_for(self.settings.analytics_database_url)

    @contextmanager
    def session(self, *, figures: bool = False) -> Iterator[Session]:
        """A session that is committed at the end, or rolled back by whatever is raised in it."""
        from sqlalchemy.orm import Session

        self.demand_tables()
        with Session(self.figures_engine if figures else self.engine) as session, session.begin():
            yield session

    def record_command(self, name: str | None, given: Mapping[str, Any]) -> bool:
        """Tell the security log that a command is run, by whom of the machine and with what; False: no tables yet."""
        from pathlib import Path

        from sqlalchemy import make_url

        from models import migrations, security_log
        from models.types import now

        url = make_url(self.settings.database_url)
        absent = url.get_backend_name() == "sqlite" and not Path(url.database or "").exists()
        if absent or migrations.pending(self.settings.database_url):
            return False
        with self.session() as session:
            told = {key: value if isinstance(value, bool | int) else _without_numbers(str(value)[:200])
                    for key, value in given.items() if value not in (None, (), False)}  # fmt: skip
            security_log.record(session, "command", at=now(), command=name, given=told, account=_account())
        return True

    @property
    def key(self) -> bytes:
        """LOG_KEY, as digests and pseudonyms are made with."""
        return self.settings.digest_key

    def book(self, session: Session) -> Book:
        """The policy in force, read once."""
        from models.book import Book

        return Book(session, self.settings.digest_key)

    def make_tables(self) -> None:
        """Bring the database to the newest shape, from whatever it has."""
        from models import migrations

        self.settings.data_dir.mkdir(parents=True, exist_ok=True)
        migrations.upgrade(self.settings.database_url)

    def demand_tables(self) -> None:
        """Raise where the tables are not there, or not of this version."""
        from models import migrations

        self.settings.data_dir.mkdir(parents=True, exist_ok=True)
        if migrations.pending(self.settings.database_url):
            raise click.ClickException(
                "数据库还没有建好或版本较旧。新装请运行 python run.py init，升级请运行 python run.py db upgrade。"
            )


def _without_numbers(text: str) -> str:
    """A parameter without anybody's telephone number: a file may be called by it."""
    from models.masking import MOBILE

    return MOBILE.sub("…", text)


def _account() -> str:
    """Who runs this process, as the machine knows them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


pass_house = click.make_pass_decorator(House)
