"""`run.py anchor`, `verify`, `retain` and `workday` (DESIGN §4)."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from models.house import House, pass_house
from models.types import SHANGHAI, local_date, now

if TYPE_CHECKING:
    from models.anchor import Checkpoint
    from models.verify import Findings

YEARS = range(1949, 2201)
"""Years that the calendar can hold (`CalendarYear`)."""


@click.command()
@click.option(
    "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="写到哪个文件；请另处保存。"
)
@pass_house
def anchor(house: House, out: Path) -> None:
    """给日志存证：写一个带签名的存证文件，另处保存；以后用 verify --anchor 对照。"""
    import tempfile

    from models import anchor as checkpoints
    from models import security_log

    if out.exists():
        raise click.UsageError(f"{out} 已经有了。存证不覆盖旧的，请换一个文件名。")
    if not out.parent.is_dir():
        raise click.UsageError(f"没有这个文件夹：{out.parent}")
    house.demand_tables()
    handle, name = tempfile.mkstemp(dir=out.parent, prefix=f".{out.name}.")
    aside = Path(name)
    with os.fdopen(handle, "wb") as file:
        try:
            with house.engine.connect() as connection:
                made = checkpoints.write(connection, file, house.settings.checkpoint_key, now())
            file.flush()
            os.fsync(file.fileno())
            with house.session() as session:
                security_log.record(session, "anchored", at=now(), root=made.root, tickets=made.tickets,
                                    events=made.events, entries=made.security_no)  # fmt: skip
                aside.rename(out)
        finally:
            aside.unlink(missing_ok=True)
    beside = f"{made.penalties} 项追究、{made.reviews} 份总结、{made.security_no} 条安全日志"
    seen = f"{made.tickets} 件工单、{made.events} 条记录、{beside}"
    click.echo(f"存证 {seen}：{out}")
    click.echo(f"根 {made.root}")
    click.echo("请把文件交给管不了这个库的人保存，根可以抄在纸上。")


@click.command()
@click.option("--anchor", "checkpoint", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="同存证文件对照。")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="只输出一个 JSON 文档。")
@pass_house
def verify(house: House, checkpoint: Path | None, as_json: bool) -> None:
    """校验日志链，并与各表逐行比对，与存证对照；有任何不同退出状态为 1。"""
    from models import anchor as checkpoints
    from models import verify as checking
    from models.shelf import Shelf

    house.demand_tables()
    made, key = None, house.settings.checkpoint_key if checkpoint else b""
    with house.engine.connect() as connection:
        found = checking.verify(connection, house.settings.digest_key, Shelf(house.settings.data_dir))
        if checkpoint:
            try:
                made = checkpoints.read(checkpoint, key)
                found.differences.extend(checkpoints.differences(connection, checkpoint, made, key))
            except checkpoints.Unreadable:
                raise click.UsageError(f"{checkpoint} 不是存证文件，或者不完整。") from None
            except checkpoints.Forged:
                found.differences.append((str(checkpoint), "存证文件的签名不符：它被改过，或不是用这里的密钥签的"))
        last = checkpoints.last_made(connection)
    click.echo(_json(found, made, last) if as_json else "\n".join(_lines(found, made, last)))
    sys.exit(1 if found.differences else 0)


def _lines(found: Findings, made: Checkpoint | None, last: tuple[datetime, int] | None) -> Iterator[str]:
    """What `verify` says."""
    yield from (f"{number}：{difference}" for number, difference in found.differences)
    yield (
        f"校验 {found.tickets} 件工单、{found.events} 条记录、{found.texts} 段文字、{found.files} 个附件，"
        f"不同 {len(found.differences)} 处。"
    )
    if found.erased:
        yield f"另有 {found.erased} 段文字已到保存期删除，日志里有删除的记录。"
    if made is not None:
        yield f"已与 {_clock(made.at)} 的存证对照：{made.tickets} 件工单、{made.security_no} 条安全日志。"
    elif last is None:
        yield "日志从来没有存证：拿到密钥的人整体改写，本命令看不出来。请运行 python run.py anchor。"
    else:
        days = (now() - last[0]).days
        yield (
            f"没有拿存证对照。上次存证在 {_clock(last[0])}，至今 {days} 天、{last[1]} 条安全日志；"
            "请用 verify --anchor 对照。"
        )


def _json(found: Findings, made: Checkpoint | None, last: tuple[datetime, int] | None) -> str:
    counted = {name: getattr(found, name) for name in ("tickets", "events", "texts", "erased", "files")}
    different = [{"ticket": number, "what": difference} for number, difference in found.differences]
    told = {
        **counted, "differences": different, "anchor": made and {"at": made.at, "root": made.root},
        "last_anchor": last and {"at": last[0], "entries_since": last[1]},
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False, default=datetime.isoformat)


def _clock(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


@click.command()
@click.option("--erase", is_flag=True, help="真的删除；不加只说会删多少。")
@pass_house
def retain(house: House, erase: bool) -> None:
    """到期删除个人信息：办结满保存期的工单，文字和附件删除，时间、代码和统计不变。先看会删多少，再加 --erase。"""
    from rich.console import Console
    from rich.progress import Progress

    from models import index, retention
    from models.shelf import Shelf

    at, shelf, total = now(), Shelf(house.settings.data_dir), retention.Erased()
    try:
        with house.session() as session:
            waiting = retention.due(session, house.book(session), at)
    except retention.Unusable as no:
        raise click.ClickException(f"时限规则“个人信息保存期”的单位是 {no}，只能按年、天或小时算。") from None
    stays = f"另有 {waiting.held} 件到期而暂留：有追究未决、关联的工单未办结，或披露授权还在有效期内。"
    if not erase:
        click.echo(f"会删除 {waiting.tickets} 件工单的 {waiting.texts} 段文字、{waiting.files} 个附件，"
                   f"{waiting.beside} 件追究和曝光的理由、摘要。什么都没有删。")  # fmt: skip
        click.echo(stays)
        return
    with house.session() as session:
        left = retention.leftovers(session)
    for file_id in left:
        shelf.remove(file_id)
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("到期删除", total=waiting.tickets)
        while True:
            with house.session() as session:
                done, files = retention.erase(session, house.book(session), at)
            for file_id in files:
                shelf.remove(file_id)
            if not done.tickets and not done.beside:
                break
            total.tickets, total.texts = total.tickets + done.tickets, total.texts + done.texts
            total.files, total.beside = total.files + done.files, total.beside + done.beside
            bar.update(task, completed=total.tickets)
    if total.tickets:
        with house.session() as session:
            index.tidy(session.connection())
    click.echo(f"已删除 {total.tickets} 件工单的 {total.texts} 段文字、{total.files} 个附件，"
               f"{total.beside} 件追究和曝光的理由、摘要，日志里各有一条记录。")  # fmt: skip
    click.echo(stays)


@click.command()
@click.argument("start", metavar="ISO-DATETIME")
@click.option("--days", type=click.IntRange(1, 3660), help="工作日数。")
@click.option("--hours", type=click.IntRange(1, 100_000), help="小时数（连续计算）。")
@pass_house
def workday(house: House, start: str, days: int | None, hours: int | None) -> None:
    """算期限：N 个工作日或 H 小时后到什么时候。"""
    from models import calendar

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
    for year in days_off.provisional(local_date(at), due.date()) if days else []:
        click.echo(f"{year} 年放假安排尚未录入，按周一至周五暂计。", err=True)
