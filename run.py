"""The one door: `python run.py` serves; `python run.py COMMAND` does the rest (DESIGN §4).

Exit status 0: done; 1: the data is wrong; 2: the call is wrong.
"""

from __future__ import annotations

import functools
import gettext
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from pydantic import ValidationError

from admin.account_commands import agree, reset
from admin.commands import db, demo, first_start, init, remind
from admin.starting import guard, no_default_passwords, no_demo_accounts
from analytics.cli import export, kpi
from analytics.reviews import draft
from analytics.reviews.cli import review
from config import Settings, settings
from models.commands import anchor, retain, verify, workday
from models.house import House, pass_house
from models.importing.command import import_file

if TYPE_CHECKING:
    from flask import Flask, Response
    from sqlalchemy.orm import Session

    from analytics.frames import Wanted
    from models.reminding.alerts import Finding


OPTIONS, REST = "[选项]", "命令 [参数]…"
"""What usage calls a command's options, and what follows a group's name: click's own words for them are English."""
LOOKS_ONLY = frozenset({"verify", "workday", "check"})
"""Commands that change nothing and let nothing out: the security log is not told, so that a copy stays as it is."""

UNREADABLE = {
    "int_parsing": "须是整数", "bool_parsing": "写 true 或 false", "literal_error": "可写 {expected}",
    "greater_than_equal": "最小 {ge}", "less_than_equal": "最大 {le}", "value_error": "{error}",
}  # fmt: skip
"""What is wrong with a setting, by pydantic's name of it."""


class Door(click.Group):
    """`run.py --port 9000` means `run.py serve --port 9000`. What is run is told to the security log."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ctx.help_option_names):
            args = ["serve", *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        from sqlalchemy.exc import OperationalError

        try:
            return super().invoke(ctx)
        except OperationalError as away:
            said = str(away.orig).strip().splitlines() or [type(away.orig).__name__]
            raise click.ClickException(f"数据库用不了：{said[0]}") from None


@click.group(cls=Door, options_metavar=OPTIONS, subcommand_metavar=REST)
@click.pass_context
def main(ctx: click.Context) -> None:
    """顾客投诉管理：一个入口，多个命令。不带命令即启动服务。"""
    try:
        chosen = settings()
    except ValidationError as wrong:
        lines = [f"{str(e['loc'][0]).upper()}：{_unreadable(e)}" for e in wrong.errors()]
        raise click.UsageError("环境变量有误：\n" + "\n".join(lines)) from None
    ctx.obj = House(chosen, draft, _out_of_course)


def _out_of_course(session: Session, until: date, as_of: datetime) -> Sequence[Finding]:
    from analytics import alerts

    return alerts.find(session, until, as_of)


def _unreadable(error: Mapping[str, Any]) -> str:
    said = UNREADABLE.get(error["type"])
    told: str = said.format_map(error.get("ctx", {})) if said else error["msg"]
    return told.replace(" or ", " 或 ")


def create_app(chosen: Settings | None = None) -> Flask:
    """The whole program as one WSGI application: the admin, and the figures mounted into it."""
    from admin.factory import create_app as create_admin

    chosen = chosen or settings()
    guard(chosen)  # whatever server it is that serves it
    app = create_admin(chosen)
    with app.app_context():
        _mount_figures(app, House(chosen))
    return app


def _mount_figures(app: Flask, house: House) -> None:
    """Hang the dashboards and the API of figures into the admin: they know each other only through this."""
    from flask import request, url_for
    from flask_babel import gettext
    from flask_wtf.csrf import generate_csrf

    from admin import current, watch
    from admin.current import current_actor, current_user
    from admin.factory import policy
    from admin.views import render_dash_shell
    from admin.views.door import has_tickets
    from analytics import behind, dashboards
    from analytics.api import APIS
    from analytics.reviews.service import Reviews
    from models import granting

    @contextmanager
    def figures() -> Iterator[Session]:
        from sqlalchemy.orm import Session

        with Session(house.figures_engine) as session:
            yield session

    def exported(**what: Any) -> None:
        watch.note("exported", **what)
        current.session().commit()

    def granted(asked: Wanted, grant: str, told: dict[str, Any]) -> Wanted:
        number = int(grant) if grant.isascii() and grant.isdecimal() and len(grant) < 10 else None
        me = current_actor().user_id
        granting.use_frame(current.session(), number, asked.frame, app.extensions["clock"](), me)
        exported(**told, grant=number, identified=True)
        return replace(asked, granted_to=me)

    app.extensions |= {
        "actor_of": current_actor, "figures": figures, "house": house, "exported": exported, "granted": granted,
        "reviews": Reviews(figures, house.settings.company),
        "behind": behind,
    }  # fmt: skip
    for api in APIS:
        app.appbuilder.add_api(api)  # type: ignore[attr-defined]
    dash = dashboards.create(
        app,
        session=figures,
        actor_of=lambda: current_actor() if current_user() else None,
        render_shell=render_dash_shell,
        login_url=lambda target: url_for("SignInView.login", next=target),
        exported=exported,
        csrf_token=generate_csrf,
        gettext=gettext,
        now=lambda: app.extensions["clock"](),
        tickets=lambda: url_for("TicketView.list") if has_tickets() else None,
    )

    @app.after_request
    def scripts_of_dash(response: Response) -> Response:
        if request.path.startswith("/analytics/"):
            response.headers["Content-Security-Policy"] = policy(f"'self' {' '.join(dash.csp_hashes())}")
        return response


@click.command()
@click.option("--host", help="监听地址；不是本机地址时按生产环境检查。")
@click.option("--port", type=click.IntRange(0, 65535))
@click.option("--workers", type=click.IntRange(1, 64))
@pass_house
def serve(house: House, host: str | None, port: int | None, workers: int | None) -> None:
    """启动服务；SQLite 为空时先填入演示数据。"""
    asked = {"host": host, "port": port, "workers": workers}
    chosen = house.settings.model_copy(update={k: v for k, v in asked.items() if v is not None})
    guard(chosen)
    house = House(chosen, draft)
    first_start(house)
    house.demand_tables()
    if chosen.production:
        no_demo_accounts(house)
        no_default_passwords(house)
    from admin.serving import Server

    Server(create_app(chosen), chosen).run()


def recorded(command: click.Command) -> click.Command:
    """The command, told to the security log before it begins; one that makes the tables, once they are there."""
    command.options_metavar = OPTIONS
    if isinstance(command, click.Group):
        command.subcommand_metavar = REST
        for one in command.commands.values():
            recorded(one)
        return command
    work, name = command.callback, command.name

    @functools.wraps(work)
    def run(**given: Any) -> Any:
        house: House = click.get_current_context().obj
        told = house.record_command(name, given)
        done = work(**given)
        if not told:
            house.record_command(name, given)
        return done

    if name not in LOOKS_ONLY:
        command.callback = run
    return command


for command in (
    serve, init, demo, import_file, export, kpi, review, remind, anchor, verify, retain, db, workday, reset, agree,
):  # fmt: skip
    main.add_command(recorded(command))


def speak_chinese() -> None:
    """What click says of its own, usage and refusals, is Chinese like the rest, whatever the terminal speaks."""
    gettext.bindtextdomain("click", str(Path(__file__).parent / "admin" / "translations"))
    gettext.textdomain("click")
    os.environ["LANGUAGE"] = "zh"


if __name__ == "__main__":
    speak_chinese()
    main()
