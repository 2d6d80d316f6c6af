"""What is looked at before serving, in production and only there: keys, demo accounts, passwords as delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from models.house import House

if TYPE_CHECKING:
    from config import Settings

DEFAULTS = ("admin", "password", "123456", "admin123", "general", "96568")
"""Passwords that installations are delivered with, FAB's own examples among them."""


def guard(chosen: Settings) -> None:
    """In production, and only there: no weak key (demo accounts are looked for once the tables are there)."""
    if chosen.production and (weak := chosen.weak_keys()):
        how = "python3 -c 'import secrets; print(secrets.token_hex(32))'"
        raise click.UsageError(
            f"生产环境须设置足够长且互不相同的密钥：{'、'.join(weak)}。各用 {how} 生成；不设则自动生成，存在 DATA_DIR。"
        )


def no_demo_accounts(house: House) -> None:
    from sqlalchemy import select

    from models.base import User
    from models.demo.city import DOMAIN, NO_LOGIN

    with house.session() as session:
        usable = select(User.username).where(User.email.like(f"%@{DOMAIN}"), User.active, User.password != NO_LOGIN)
        names = session.scalars(usable.order_by(User.username)).all()
    if names:
        raise click.UsageError(f"生产环境不能有演示账号，请先停用：{'、'.join(names)}。")


def no_default_passwords(house: House) -> None:
    """In production nobody who keeps the house or its confidential tickets has a password from a list of defaults, or
    one that was given for a trial."""
    from sqlalchemy import select
    from werkzeug.security import check_password_hash

    from admin.passwords import first_password
    from models.base import Role, User
    from models.credential import NEEDING

    given = [s.get_secret_value() for s in (house.settings.admin_password, house.settings.demo_password) if s]
    with house.session() as session:
        keepers = select(User.username, User.password).where(User.active, User.roles.any(Role.name.in_(NEEDING)))
        found = [
            name for name, kept in session.execute(keepers.order_by(User.username)) if kept and any(
                check_password_hash(kept, one)
                for one in (*DEFAULTS, name, f"{name}123", *(one for one in given if first_password(one, name)))
            )
        ]  # fmt: skip
    if found:
        raise click.UsageError(
            f"生产环境不能有默认或容易猜到的密码：{'、'.join(found)}。请先用 python run.py reset 用户名 换掉。"
        )
