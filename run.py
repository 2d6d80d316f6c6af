"""The one door: `python run.py` serves; `python run.py COMMAND` does the rest (DESIGN §4).

Exit status 0: done; 1: the data is wrong; 2: the call is wrong.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

import click
from pydantic import ValidationError

from analytics.cli import export, kpi
from config import Settings, settings
from models.importing.command import import_file

if TYPE_CHECKING:
    from flask import Flask, Response
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

    from models.book import Book


@dataclass
class House:
    """What commands share: settings, engines, sessions. Each is opened when first asked for."""

    settings: Settings

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

    def book(self, session: Session) -> Book:
        from models.book import Book

        return Book(session, self.settings.digest_key)

    def demand_tables(self) -> None:
        from models import migrations

        self.settings.data_dir.mkdir(parents=True, exist_ok=True)
        if migrations.pending(self.settings.database_url):
            raise click.ClickException(
                "数据库还没有建好或版本较旧。新装请运行 python run.py init，升级请运行 python run.py db upgrade。"
            )


pass_house = click.make_pass_decorator(House)


class Door(click.Group):
    """`run.py --port 9000` means `run.py serve --port 9000`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names):
            args = ["serve", *args]
        return super().parse_args(ctx, args)


@click.group(cls=Door)
@click.pass_context
def main(ctx: click.Context) -> None:
    """顾客投诉管理：一个入口，多个命令。不带命令即启动服务。"""
    try:
        chosen = settings()
    except ValidationError as wrong:
        lines = [f"{str(e['loc'][0]).upper()}: {e['msg']}" for e in wrong.errors()]
        raise click.UsageError("环境变量有误：\n" + "\n".join(lines)) from None
    ctx.obj = House(chosen)


def create_app(chosen: Settings | None = None) -> Flask:
    """The whole program as one WSGI application: the admin, and the figures mounted into it."""
    from admin.factory import create_app as create_admin

    chosen = chosen or settings()
    app = create_admin(chosen)
    with app.app_context():
        _mount_figures(app, House(chosen))
    return app


def _mount_figures(app: Flask, house: House) -> None:
    """Hang the dashboards and the API of figures into the admin: they know each other only through this."""
    from flask import request, url_for
    from flask_babel import gettext
    from flask_wtf.csrf import generate_csrf

    from admin.current import current_actor, current_user
    from admin.factory import policy
    from admin.views import render_dash_shell
    from analytics import dashboards
    from analytics.api import APIS

    @contextmanager
    def figures() -> Iterator[Session]:
        from sqlalchemy.orm import Session

        with Session(house.figures_engine) as session:
            yield session

    app.extensions |= {"actor_of": current_actor, "figures": figures}
    for api in APIS:
        app.appbuilder.add_api(api)  # type: ignore[attr-defined]
    dash = dashboards.create(
        app,
        session=figures,
        actor_of=lambda: current_actor() if current_user() else None,
        render_shell=render_dash_shell,
        login_url=lambda target: url_for("SignInView.login", next=target),
        csrf_token=generate_csrf,
        gettext=gettext,
        now=lambda: app.extensions["clock"](),
    )

    @app.after_request
    def scripts_of_dash(response: Response) -> Response:
        if request.path.startswith("/analytics/"):
            response.headers["Content-Security-Policy"] = policy(f"'self' {' '.join(dash.csp_hashes())}")
        return response


@main.command()
@click.option("--host", help="监听地址；不是本机地址时按生产环境检查。")
@click.option("--port", type=click.IntRange(0, 65535))
@click.option("--workers", type=click.IntRange(1, 64))
@pass_house
def serve(house: House, host: str | None, port: int | None, workers: int | None) -> None:
    """启动服务；SQLite 为空时先填入演示数据。"""
    asked = {"host": host, "port": port, "workers": workers}
    chosen = house.settings.model_copy(update={k: v for k, v in asked.items() if v is not None})
    _guard(chosen)
    _first_start(House(chosen))
    house = House(chosen)
    house.demand_tables()
    if chosen.production:
        _no_demo_accounts(house)
    from admin.serving import Server

    Server(create_app(chosen), chosen).run()


def _guard(chosen: Settings) -> None:
    """In production, and only there: no weak key (demo accounts are looked for once the tables are there)."""
    if chosen.production and (weak := chosen.weak_keys()):
        raise click.UsageError(f"生产环境须设置足够长且互不相同的密钥：{'、'.join(weak)}。")


def _no_demo_accounts(house: House) -> None:
    from sqlalchemy import select

    from models.base import User
    from models.demo.city import DOMAIN, NO_LOGIN

    with house.session() as session:
        usable = select(User.username).where(User.email.like(f"%@{DOMAIN}"), User.active, User.password != NO_LOGIN)
        names = session.scalars(usable.order_by(User.username)).all()
    if names:
        raise click.UsageError(f"生产环境不能有演示账号，请先停用：{'、'.join(names)}。")


def _first_start(house: House) -> None:
    """An empty SQLite file becomes the demo city; any other database waits for `init`."""
    from models import migrations

    url = house.settings.database_url
    if not url.startswith("sqlite") or house.settings.production:
        return
    house.settings.data_dir.mkdir(parents=True, exist_ok=True)
    pending = migrations.pending(url)
    if not pending:
        return
    fresh = pending[0] == migrations.FIRST
    migrations.upgrade(url)
    if fresh:
        _fill(house, tickets=6000, months=36, seed=1)


@main.command()
@click.option("--admin", "admin_name", default="admin", show_default=True, help="第一个系统管理员的用户名。")
@click.option("--discipline", help="纪检监察室主任的用户名；同时建立其任职。")
@click.option("--chairman", help="董事长的用户名；同时建立其任职。")
@pass_house
def init(house: House, admin_name: str, discipline: str | None, chairman: str | None) -> None:
    """建表，写入制度、日历与角色，建立第一个管理员。"""
    from models import migrations

    house.settings.data_dir.mkdir(parents=True, exist_ok=True)
    migrations.upgrade(house.settings.database_url)
    _seed(house)
    for name, role in ((admin_name, "admin"), (discipline, "discipline"), (chairman, "chairman")):
        if name:
            _open_account(house, name, role)
    click.echo("已建表，制度、日历和角色已写入。")


def _seed(house: House) -> None:
    from admin.roles import sync_roles
    from models import setup
    from models.types import now

    with house.session() as session:
        setup.seed(session, through=now().year + 1)
    app = create_app(house.settings)
    with app.app_context():
        sync_roles(app.appbuilder)  # type: ignore[attr-defined]


def _open_account(house: House, name: str, role: str) -> None:
    """Make an account that is missing, with a password asked for or from ADMIN_PASSWORD, and its post."""
    from sqlalchemy import select

    from admin.security import hash_password
    from models import setup
    from models.base import User
    from models.organisation import Unit
    from models.types import SHANGHAI, now

    with house.session() as session:
        if session.scalar(select(User.id).where(User.username == name)):
            click.echo(f"账号 {name} 已有，未改动。")
            return
        given = house.settings.admin_password
        password = given.get_secret_value() if given else None
        if role != "admin" or not password:
            password = click.prompt(f"{name} 的密码", hide_input=True, confirmation_prompt=True)
        user = setup.account(session, name, name, [role], hash_password(password))
        office = {"discipline": "discipline", "chairman": "board"}.get(role)
        if office:
            unit = session.scalars(select(Unit).where(Unit.kind == office)).one()
            setup.appoint(session, user, unit, role, now().astimezone(SHANGHAI).date())
    click.echo(f"已建立账号 {name}。")


@main.command()
@click.option("--tickets", type=click.IntRange(1, 5_000_000), default=6000, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--months", type=click.IntRange(1, 240), default=36, show_default=True)
@pass_house
def demo(house: House, tickets: int, seed: int, months: int) -> None:
    """在空库中建立演示城市。"""
    from models import migrations

    if house.settings.app_mode == "production":
        raise click.UsageError("生产环境不建演示数据。")
    house.settings.data_dir.mkdir(parents=True, exist_ok=True)
    migrations.upgrade(house.settings.database_url)
    _fill(house, tickets=tickets, months=months, seed=seed)


def _fill(house: House, *, tickets: int, months: int, seed: int) -> None:
    """The demo city, its roles and its accounts; the password is printed once where it was made up."""
    from rich.console import Console
    from rich.progress import Progress
    from sqlalchemy import select

    from admin.security import hash_password
    from models.demo import build
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
        )  # fmt: skip
    click.echo(f"演示数据：{built.tickets} 件工单，{built.events} 条记录。")
    if given is None:
        click.echo(f"演示账号 agent、operations、head、discipline、chairman 等的密码都是：{password}")


@main.group()
def db() -> None:
    """数据库版本。"""


@db.command("upgrade")
@pass_house
def db_upgrade(house: House) -> None:
    """升级到最新版本。"""
    from models import migrations

    house.settings.data_dir.mkdir(parents=True, exist_ok=True)
    migrations.upgrade(house.settings.database_url)
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


@main.command()
@pass_house
def verify(house: House) -> None:
    """校验日志链，并与各表逐行比对；有任何不同退出状态为 1。"""
    from models import verify as checking

    house.demand_tables()
    with house.engine.connect() as connection:
        found = checking.verify(connection, house.settings.digest_key)
    for number, difference in found.differences:
        click.echo(f"{number}：{difference}")
    click.echo(
        f"校验 {found.tickets} 件工单、{found.events} 条记录、{found.texts} 段文字，不同 {len(found.differences)} 处。"
    )
    click.echo("日志没有外部存证：由本机密钥以外的人整体改写，本命令看不出来。")
    sys.exit(1 if found.differences else 0)


@main.command()
@click.argument("start", metavar="ISO-DATETIME")
@click.option("--days", type=click.IntRange(1, 3660), help="工作日数。")
@click.option("--hours", type=click.IntRange(1, 100_000), help="小时数（连续计算）。")
@pass_house
def workday(house: House, start: str, days: int | None, hours: int | None) -> None:
    """算期限：N 个工作日或 H 小时后到什么时候。"""
    from models import calendar
    from models.types import SHANGHAI

    if (days is None) == (hours is None):
        raise click.UsageError("请给出 --days 或 --hours 之一。")
    try:
        at = datetime.fromisoformat(start)
    except ValueError:
        raise click.UsageError(f"时间看不懂：{start}。请写成 2026-11-25T16:30+08:00。") from None
    at = at if at.tzinfo else at.replace(tzinfo=SHANGHAI)
    with house.session() as session:
        days_off = calendar.load(session)
    due = days_off.deadline(at, days or hours or 1, "working_days" if days else "hours").astimezone(SHANGHAI)
    click.echo(due.isoformat())
    for year in days_off.provisional(at.astimezone(SHANGHAI).date(), due.date()) if days else []:
        click.echo(f"{year} 年放假安排尚未录入，按周一至周五暂计。", err=True)


for command in (import_file, kpi, export):
    main.add_command(command)

if __name__ == "__main__":
    main()
