"""`run.py reset` and `agree`: the way back in for whoever keeps the server, when nobody inside can open it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from models.house import House, pass_house

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from models.base import User


@click.command()
@click.argument("username")
@click.option("--second", is_flag=True, help="同时解除验证器：手机丢了。")
@pass_house
def reset(house: House, username: str, second: bool) -> None:
    """发一次性口令：本人在登录页用它定新密码。"""
    from datetime import timedelta

    from models import agreement, credential
    from models.types import now

    with house.session() as session:
        user, at = _account(session, username), now()
        change = None
        if user.id in agreement.holders(session, at):
            change = agreement.ask(session, "reset", user.id, by=None, at=at, waits=False).id
        until = at + timedelta(hours=house.settings.reset_hours)
        said = credential.one_time(session, user.id, second=second, until=until, change_id=change)
    click.echo(f"{username} 的一次性口令：{said}，{house.settings.reset_hours} 小时内有效，只显示这一次。")


@click.command()
@click.argument("number", type=int, required=False)
@click.option("--refuse", is_flag=True, help="不同意。")
@pass_house
def agree(house: House, number: int | None, refuse: bool) -> None:
    """待同意的保密权限变更：不带编号列出，带编号同意。没有人能同意时用。"""
    from sqlalchemy import select

    from models import agreement
    from models.access_change import KINDS, AccessChange
    from models.base import User
    from models.refusals import NotWaiting
    from models.types import now

    with house.session() as session:
        if number is None:
            waiting = select(AccessChange, User.username).join(User, User.id == AccessChange.user_id)
            rows = session.execute(waiting.where(AccessChange.state == "waiting").order_by(AccessChange.id)).all()
            for row, name in rows:
                click.echo(f"{row.id}\t{KINDS[row.kind]}\t{name}\t{row.asked_at:%Y-%m-%d}")
            if not rows:
                click.echo("没有等人同意的变更。")
            return
        try:
            agreement.settle(session, number, not refuse, by=None, at=now())
        except NotWaiting:
            raise click.ClickException(f"编号 {number} 不在等人同意：没有这个编号，或者已经有人决定过了。") from None
    click.echo("已同意，即时生效。" if not refuse else "没有同意，不生效。")


def _account(session: Session, username: str) -> User:
    from sqlalchemy import select

    from models.base import User

    user: User | None = session.scalar(select(User).where(User.username == username, User.active))
    if user is None:
        raise click.ClickException(f"没有在用的账号 {username}。")
    return user
