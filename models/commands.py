"""`run.py verify` and `run.py workday` (DESIGN §4)."""

from __future__ import annotations

import sys
from datetime import datetime

import click

from models.house import House, pass_house

YEARS = range(1949, 2201)
"""Years that the calendar can hold (`CalendarYear`)."""


@click.command()
@pass_house
def verify(house: House) -> None:
    """校验日志链，并与各表逐行比对；有任何不同退出状态为 1。"""
    from models import verify as checking
    from models.shelf import Shelf

    house.demand_tables()
    with house.engine.connect() as connection:
        found = checking.verify(connection, house.settings.digest_key, Shelf(house.settings.data_dir))
    for number, difference in found.differences:
        click.echo(f"{number}：{difference}")
    click.echo(
        f"校验 {found.tickets} 件工单、{found.events} 条记录、{found.texts} 段文字、{found.files} 个附件，"
        f"不同 {len(found.differences)} 处。"
    )
    click.echo("日志没有外部存证：由本机密钥以外的人整体改写，本命令看不出来。")
    sys.exit(1 if found.differences else 0)


@click.command()
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
    if at.year not in YEARS:
        raise click.UsageError(f"年份超出范围：{start}。可算 {YEARS[0]} 至 {YEARS[-1]} 年。")
    with house.session() as session:
        days_off = calendar.load(session)
    due = days_off.deadline(at, days or hours or 1, "working_days" if days else "hours").astimezone(SHANGHAI)
    click.echo(due.isoformat())
    for year in days_off.provisional(at.astimezone(SHANGHAI).date(), due.date()) if days else []:
        click.echo(f"{year} 年放假安排尚未录入，按周一至周五暂计。", err=True)
