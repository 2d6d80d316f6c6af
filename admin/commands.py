"""`run.py init`, `demo`, `remind` and `db` (DESIGN §4)."""

from __future__ import annotations

import secrets
import sys
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from models.house import House, pass_house

if TYPE_CHECKING:
    from datetime import time

    from admin.sending import Sent
    from models.reminding.alerts import Told

FIRST_CITY = {"tickets": 6000, "months": 36, "seed": 1}
"""What a first start shows: three years of a company's complaints."""


def first_start(house: House) -> None:
    """An empty SQLite file becomes the demo city, an older one is brought up to date; others wait for `init`.

    Empty is where nobody has an account and no ticket is: a first start that was interrupted begins again.
    """
    from models import migrations

    url = house.settings.database_url
    if not url.startswith("sqlite") or house.settings.production:
        return
    house.settings.data_dir.mkdir(parents=True, exist_ok=True)
    pending = migrations.pending(url)
    if pending:
        house.make_tables()
    if _empty(house):
        _fill(house, **FIRST_CITY)
    elif pending:
        _seed(house)


def _empty(house: House) -> bool:
    from sqlalchemy import select

    from models.base import User
    from models.tables import Ticket

    with house.session() as session:
        return not any(session.scalar(select(table.id).limit(1)) for table in (User, Ticket))


@click.command()
@click.option("--admin", "admin_name", default="admin", show_default=True, help="第一个系统管理员的用户名。")
@click.option("--discipline", help="纪检监察室主任的用户名；同时建立其任职。")
@click.option("--chairman", help="董事长的用户名；同时建立其任职。")
@pass_house
def init(house: House, admin_name: str, discipline: str | None, chairman: str | None) -> None:
    """建表，写入制度、日历与角色，建立第一个管理员。"""
    named = [(name, role) for name, role in
             ((admin_name, "admin"), (discipline, "discipline"), (chairman, "chairman")) if name]  # fmt: skip
    passwords = {name: _password(house, name, role) for name, role in named if not _is_known(house, name)}
    house.make_tables()
    _seed(house)
    for name, role in named:
        if name in passwords:
            _open_account(house, name, role, passwords[name])
        else:
            click.echo(f"账号 {name} 已有，未改动。")
    click.echo("已建表，制度、日历和角色已写入。")


def _seed(house: House) -> None:
    """Write what policy, calendar, roles and look-ups the database lacks."""
    from admin.factory import create_app
    from admin.roles import sync_roles
    from models import lookup, setup
    from models.types import now

    with house.session() as session:
        setup.seed(session, through=now().year + 1)
        lookup.fill(session, house.settings.digest_key)
    app = create_app(house.settings)
    with app.app_context():
        sync_roles(app.appbuilder)  # type: ignore[attr-defined]


def _is_known(house: House, name: str) -> bool:
    """Whether an account is there already, in a database that may not even have its tables."""
    from pathlib import Path

    from sqlalchemy import make_url, select

    from models import migrations
    from models.base import User

    url = make_url(house.settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return False  # to ask would make the file
    if migrations.pending(house.settings.database_url):
        return False
    with house.session() as session:
        return session.scalar(select(User.id).where(User.username == name)) is not None


def _password(house: House, name: str, role: str) -> str:
    """The password of an account to be made, asked for or from ADMIN_PASSWORD, before anything is written.

    Raises UsageError where there is nobody to ask, and in production, where the guards stand, for one that will not do.
    """
    from admin.passwords import first_password

    given = house.settings.admin_password
    password = given.get_secret_value() if given and role == "admin" else None
    if password is None:
        if not sys.stdin.isatty():
            how = "设置环境变量 ADMIN_PASSWORD" if role == "admin" else "在终端里运行"
            raise click.UsageError(f"没有终端，问不了 {name} 的密码。请{how}。什么都没有写入。")
        password = str(click.prompt(f"{name} 的密码", hide_input=True, confirmation_prompt=True))
    if wrong := first_password(password, name):
        if house.settings.production:
            raise click.UsageError(f"{name} 的密码不能用：{wrong}什么都没有写入。")
        click.echo(f"{name} 的密码只能试用：{wrong}", err=True)
    return password


def _open_account(house: House, name: str, role: str, password: str) -> None:
    """Make an account with its post."""
    from sqlalchemy import select

    from admin.security import hash_password
    from models import agreement, credential, setup
    from models.organisation import Unit
    from models.types import local_date, now

    with house.session() as session:
        user, at = setup.account(session, name, name, [role], hash_password(password)), now()
        credential.chosen(session, user.id, None, at, keep=0)
        office = {"discipline": "discipline", "chairman": "board"}.get(role)
        if office:
            unit = session.scalars(select(Unit).where(Unit.kind == office)).one()
            post = setup.appoint(session, user, unit, role, local_date(at))
            agreement.ask(session, "post", user.id, by=None, at=at, waits=False, post=post)
    click.echo(f"已建立账号 {name}。")


@click.command()
@click.option("--tickets", type=click.IntRange(1, 5_000_000), default=FIRST_CITY["tickets"], show_default=True)
@click.option("--seed", type=int, default=FIRST_CITY["seed"], show_default=True)
@click.option("--months", type=click.IntRange(1, 240), default=FIRST_CITY["months"], show_default=True)
@pass_house
def demo(house: House, tickets: int, seed: int, months: int) -> None:
    """在空库中建立演示城市。"""
    if house.settings.app_mode == "production":
        raise click.UsageError("生产环境不建演示数据。")
    house.make_tables()
    _fill(house, tickets=tickets, months=months, seed=seed)


def _fill(house: House, *, tickets: int, months: int, seed: int) -> None:
    """The demo city, its roles and its accounts; the password is printed once where it was made up."""
    from rich.console import Console
    from rich.progress import Progress
    from sqlalchemy import select

    from admin.security import hash_password
    from models.database import analyse
    from models.demo import build
    from models.reminding import remind as remind_of
    from models.tables import Ticket
    from models.types import now

    with house.session() as session:
        if session.scalar(select(Ticket.id).limit(1)) is not None:
            raise click.ClickException("库中已有工单，演示数据只写入空库。")
    _seed(house)
    given = house.settings.demo_password
    password = given.get_secret_value() if given else secrets.token_urlsafe(9)
    console = Console(stderr=True)
    with house.session() as session, Progress(console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("演示数据", total=tickets)
        built = build(
            session, house.book(session), tickets=tickets, months=months, seed=seed, now=now(),
            password_hash=hash_password(password), progress=lambda done, total: bar.update(task, completed=done),
            count=house.count_review,
        )  # fmt: skip
        remind_of(session, now())
    analyse(house.engine)
    _watch(house)
    click.echo(f"演示数据：{built.tickets} 件工单，{built.events} 条记录。")
    if given is None:
        click.echo(f"演示账号 agent、operations、head、discipline、chairman 等的密码都是：{password}")


@click.command()
@pass_house
def remind(house: House) -> None:
    """到期与逾期提醒、第八条的追究提议、预警，做一次；可由 cron 定时运行，重复运行不会重复。"""
    from config import span_of_hours
    from models.database import analyse
    from models.penalties import finding
    from models.reminding import remind as make
    from models.reviews import telling
    from models.types import now

    with house.session() as session:
        made = make(session, now())
        proposed = finding.find(session, now(), house.book(session))
        of_reviews = telling.remind(session, house.book(session), now())
    analyse(house.engine)
    told = _watch(house)
    sent = _send(house, span_of_hours(house.settings.quiet_hours))
    new = made.notices + of_reviews
    click.echo(f"提醒：新建 {new} 条，发出 {sent.sent} 条，留待 {sent.held} 条，未送达 {sent.failed} 条。")
    if proposed:
        click.echo(f"责任追究：新提出 {proposed} 件，等人确认或撤回。")
    if told.opened or told.ended:
        click.echo(f"预警：新出现 {told.opened} 条，已结束 {told.ended} 条，提醒 {told.notices} 条。")
    sys.exit(1 if sent.failed else 0)


def _watch(house: House) -> Told:
    """Look for what is out of its course, once for each day that is over."""
    from models.reminding import alerts
    from models.types import now

    at = now()
    with house.session() as session:
        day = alerts.due(session, at)
    if day is None or house.watch is None:
        return alerts.Told()
    with house.session(figures=True) as session:
        found = house.watch(session, day + timedelta(days=1), at)
    with house.session() as session:
        return alerts.tell(session, day, found, at)


def _send(house: House, quiet: tuple[time, time] | None) -> Sent:
    """Send over the channels outside, if there are any: then only is the mail library loaded."""
    from sqlalchemy.orm import Session

    from admin.sending import Outside, send
    from models.types import now

    with Session(house.engine) as session:
        return send(session, now(), Outside(quiet, house.settings.public_url))


@click.group()
def db() -> None:
    """数据库版本。"""


@db.command("upgrade")
@pass_house
def db_upgrade(house: House) -> None:
    """升级到最新版本。"""
    house.make_tables()
    _seed(house)
    click.echo("数据库已是最新版本。")


@db.command("check")
@pass_house
def db_check(house: House) -> None:
    """检查版本与表结构；不一致时退出状态为 1。"""
    from alembic.util import AutogenerateDiffsDetected

    from models import migrations

    pending = migrations.pending(house.settings.database_url)
    if pending:
        raise click.ClickException(f"待升级：{'、'.join(pending)}")
    try:
        migrations.check(house.settings.database_url)
    except AutogenerateDiffsDetected as diffs:
        raise click.ClickException(f"表结构与程序不一致：{diffs}") from None
    click.echo("数据库与程序一致。")


@db.command("reindex")
@pass_house
def db_reindex(house: House) -> None:
    """重建查找用的索引；它由工单的文字推出，不在日志之内。"""
    from models import index

    with house.session() as session:
        tickets = index.rebuild(session.connection())
    click.echo(f"已重建 {tickets} 件工单的索引。")
