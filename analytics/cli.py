"""`run.py kpi` and `run.py export` (DESIGN §4). Exit status 0 done, 1 the data is wrong, 2 the call is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sqlalchemy.orm import Session

from analytics import files, frames, questions
from analytics import kpi as figures
from analytics.columns import FRAMES
from analytics.kinds import Metric
from analytics.labels import Row
from analytics.metrics import METRICS
from analytics.periods import local_date
from analytics.putting import why
from analytics.questions import DIMENSIONS, SCOPES, Question, Unanswerable
from analytics.targets import targets_on
from models import granting, security_log
from models.refusals import NotYours
from models.types import SHANGHAI, now

WIDE = 200
"""Columns of a table that goes into a file or a pipe."""


class House(Protocol):
    """What the commands need of the program: sessions, on the database that figures are read from too, and LOG_KEY."""

    @property
    def key(self) -> bytes: ...

    def session(self, *, figures: bool = False) -> AbstractContextManager[Session]: ...


@click.command("kpi")
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option("--from", "start", metavar="D", help="起于（含）：2026-01-01，或带时刻。")
@click.option("--to", "end", metavar="D", help="止于（不含）。")
@click.option("--by", multiple=True, metavar="DIMENSION", help=f"分组，可重复：{'、'.join(DIMENSIONS)}。")
@click.option("--scope", help="口径：quality 产品质量（默认），all 全口径。")
@click.option("--as-of", metavar="T", help="截至什么时间，默认现在；之后发生的不计。")
@click.option("--json", "as_json", is_flag=True, help="只输出一个 JSON 文档。")
@click.pass_obj
def kpi(
    house: House,
    names: tuple[str, ...],
    start: str | None,
    end: str | None,
    by: tuple[str, ...],
    scope: str | None,
    as_of: str | None,
    as_json: bool,
) -> None:
    """统计指标。不写名称即全部；每个比率都带分子和分母。"""
    try:
        asked = questions.read(names, now=now(), start=start, end=end, by=by, scope=scope, as_of=as_of)
    except Unanswerable as no:
        raise click.UsageError(str(no)) from None
    with house.session(figures=True) as session:
        rows = figures.answer(session, asked)
        aims = targets_on(session, local_date(asked.as_of))
    if as_json:
        click.echo(json.dumps(figures.as_json(asked, rows), ensure_ascii=False, allow_nan=False))
    else:
        console = Console()
        console.width = console.width if console.is_terminal else WIDE
        console.print(said(asked))
        console.print(table(asked, rows, aims))


def said(asked: Question) -> str:
    """Scope, period and as-of in words: no figure goes without them."""
    start, end = questions.bound(asked.start), questions.bound(asked.end)
    period = (
        f"{start} 至 {end}（不含）" if start and end else f"{start} 起" if start else f"{end} 之前" if end else "全部"
    )
    return f"{SCOPES[asked.scope]} · 期间 {period} · 截至 {asked.as_of.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def table(asked: Question, rows: Iterable[Row], aims: Mapping[str, float]) -> Table:
    """Rows for people: the figure by its Chinese name, its value and interval, both parts. aims: metric → target."""
    rows = list(rows)
    made = Table()
    for dimension in asked.by:
        made.add_column(DIMENSIONS[dimension])
    made.add_column("指标")
    lacking = any(row.missing for row in rows)
    aimed = any(row.metric in aims for row in rows)
    more = [*(["目标"] if aimed else []), *(["缺在册户数的投诉"] if lacking else [])]
    for heading in ("数值", "95% 区间", "分子", "分母", *more):
        made.add_column(heading, justify="right")
    for row in rows:
        metric = METRICS[row.metric]
        told = [value if value is not None else "—" for value in row.dims.values()]
        value = "未达到" if row.not_reached else shown(metric, row.value)
        parts = [value, _between(row), f"{row.numerator:,}", "" if row.denominator is None else f"{row.denominator:,}"]
        aim = [shown(metric, aims.get(metric.name), "")] if aimed else []
        made.add_row(*told, metric.zh, *parts, *aim, *([str(row.missing)] if lacking else []))
    return made


def _between(row: Row) -> str:
    """The interval; its upper end is open where it is not reached."""
    if row.low is None:
        return ""
    metric = METRICS[row.metric]
    return f"{shown(metric, row.low)} ~ {shown(metric, row.high, '未达到')}"


def shown(metric: Metric, value: float | None, otherwise: str = "—") -> str:
    """A value for people; no data is a dash, never 0."""
    if value is None:
        return otherwise
    if metric.share:
        return f"{value:.1%}"
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"


@click.command("export")
@click.argument("frame", metavar="FRAME")
@click.option("--format", "form", required=True, metavar="|".join(files.FORMATS), help="文件格式。")
@click.option("--out", required=True, type=click.Path(dir_okay=False, writable=True, path_type=Path), help="写到哪里。")
@click.option("--from", "start", metavar="D", help="起于（含）。")
@click.option("--to", "end", metavar="D", help="止于（不含）。")
@click.option("--unit", "units", multiple=True, metavar="U", help="只要这些单位，可重复。")
@click.option("--by", multiple=True, metavar="DIMENSION", help="kpi 数据表的分组，可重复；默认按月。")
@click.option(
    "--columns",
    "meant",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="另把各列的含义写成一个 CSV 文件。",
)
@click.option("--identified", is_flag=True, help="带上投诉人的姓名、电话、地址、户号；须有董事长的授权。")
@click.option("--grant", "grant_id", type=int, metavar="ID", help="授权的编号，与 --identified 一起用。")
@click.pass_obj
def export(
    house: House, frame: str, form: str, out: Path, start: str | None, end: str | None, units: tuple[str, ...],
    by: tuple[str, ...], meant: Path | None, identified: bool, grant_id: int | None,
) -> None:  # fmt: skip
    """导出数据表。产品质量口径，没有授权不含个人信息。"""
    if identified != (grant_id is not None):
        raise click.UsageError("--identified 和 --grant ID 要一起用：含个人信息的文件须有授权（第七条(二)）。")
    if (suffix := out.suffix.lower().removeprefix(".")) in files.FORMATS and suffix != form:
        raise click.UsageError(f"文件名以 .{suffix} 结尾，--format 却是 {form}。")
    for path in (out, *([meant] if meant else [])):
        if not path.parent.is_dir():
            raise click.UsageError(f"没有这个文件夹：{path.parent}")
    try:
        asked = frames.wanted(frame, now=now(), start=start, end=end, units=units, by=by, key=house.key)
        files.check(form)
        if grant_id is not None:
            asked = _granted(house, asked, form, grant_id)
        with house.session(figures=True) as session, _put(out):
            many = _write(session, asked, form, out)
        if meant:
            with _put(meant):
                files.write_dictionary(frame, meant)
    except Unanswerable as no:
        raise click.UsageError(str(no)) from None
    if grant_id is None:
        with house.session() as session:
            security_log.record(session, "exported", at=asked.as_of, what=frame, format=form, rows=many,
                                scope=asked.stands_for, conditions=asked.filters())  # fmt: skip
    click.echo(f"{FRAMES[frame].zh} {many:,} 行，{SCOPES[asked.stands_for]}，已写入 {out}。")


@contextmanager
def _put(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as wrong:
        raise click.ClickException(f"没有写成 {path}：{why(wrong)}。") from None


def _granted(house: House, asked: frames.Wanted, form: str, grant_id: int) -> frames.Wanted:
    """The same with names, for the grantee: the use is counted and recorded before anything is written."""
    frames.for_grantee(asked)
    try:
        with house.session() as session:
            whom = granting.use_frame(session, grant_id, asked.frame, asked.as_of)
            security_log.record(
                session, "exported", at=asked.as_of, user_id=whom, what=asked.frame, format=form, grant=grant_id,
                identified=True, scope=asked.scope,
            )  # fmt: skip
    except NotYours as no:
        raise click.UsageError(str(no)) from None
    return replace(asked, granted_to=whom)


def _write(session: Session, asked: frames.Wanted, form: str, out: Path) -> int:
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("导出", total=frames.count(session, asked) if console.is_terminal else None)
        return files.write(session, asked, form, out, lambda done: bar.update(task, completed=done))


kpi.help = (kpi.help or "") + "\n\n可用：" + "、".join(METRICS)
export.help = (export.help or "") + "\n\n可用：" + "、".join(f"{frame.name} {frame.zh}" for frame in FRAMES.values())
