"""`run.py review` (DESIGN §4). Exit status 0 done, 1 the data is wrong, 2 the call is wrong."""

from __future__ import annotations

import difflib
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from analytics.putting import put_whole, why
from analytics.reviews.charts import chinese_font
from analytics.reviews.paper import Paper
from models import security_log
from models.organisation import Unit
from models.policy import QUALITY
from models.review import Review
from models.reviews import document, periods, reading
from models.reviews.periods import Period
from models.types import local_date, now

if TYPE_CHECKING:
    from config import Settings
    from models.book import Book

FORMS = ("html", "docx", "xlsx")


class House(Protocol):
    """What the command needs of the program."""

    settings: Settings

    def session(self, *, figures: bool = False) -> AbstractContextManager[Session]: ...

    def book(self, session: Session) -> Book: ...


@click.command("review")
@click.argument("unit", metavar="UNIT")
@click.argument("period", metavar="PERIOD")
@click.option("--out", required=True, type=click.Path(dir_okay=False, writable=True, path_type=Path),
              help="写到哪里：.html、.docx 或 .xlsx。")  # fmt: skip
@click.pass_obj
def review(house: House, unit: str, period: str, out: Path) -> None:
    """单位总结（第九条）写成文件。PERIOD 写 2026-10、2026Q3 或 2026。已提交的用冻结的数字，没有提交的是草稿。"""
    form = out.suffix.lower().removeprefix(".")
    if form not in FORMS:
        raise click.UsageError(f"文件名须以 {'、'.join(f'.{one}' for one in FORMS)} 结尾。")
    if not out.parent.is_dir():
        raise click.UsageError(f"没有这个文件夹：{out.parent}")
    asked, at = periods.read(period), now()
    if asked is None:
        raise click.UsageError(f"期间“{period}”看不懂，请写成 2026-10、2026Q3 或 2026。")
    if asked.starts > local_date(at):
        raise click.UsageError(f"{asked.zh}还没有开始。")
    with house.session() as session:
        paper = _paper(house, session, _unit(session, unit), asked)
    if chinese_font() is None:
        click.echo("没有找到中文字体，“按类别”的图略去，数据在表里。可以安装 fonts-noto-cjk。", err=True)
    from analytics.reviews.files import made

    try:
        with put_whole(out) as aside:
            aside.write_bytes(made(paper, form))
    except OSError as wrong:
        raise click.ClickException(f"没有写成 {out}：{why(wrong)}。") from None
    with house.session() as session:
        security_log.record(session, "exported", at=at, what="review", unit=paper.document.unit, period=asked.code,
                            format=form, frozen=paper.frozen is not None)  # fmt: skip
    click.echo(f"{paper.title}，{'已冻结' if paper.frozen else '草稿'}，已写入 {out}。")


def _unit(session: Session, name: str) -> Unit:
    found: Unit | None = session.scalar(select(Unit).where(Unit.name == name.strip(), Unit.kind == "unit"))
    if found is None:
        known = session.scalars(select(Unit.name).where(Unit.kind == "unit").order_by(Unit.name)).all()
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.3)
        hint = f"是不是：{'、'.join(near)}？" if near else ""
        raise click.UsageError(f"没有“{name}”这个承办单位。{hint}")
    return found


def _paper(house: House, session: Session, unit: Unit, asked: Period) -> Paper:
    """The stored review with its frozen figures; else what is counted now, beside what the unit has written so far."""
    from analytics.reviews import draft

    of_period = (Review.unit_id == unit.id, Review.starts == asked.starts, Review.ends == asked.ends)
    row = session.scalar(select(Review).where(*of_period))
    words = reading.words(session, row, "whole") if row is not None else reading.Words()
    if row is not None and row.figures is not None:
        return Paper(house.settings.company, document.loaded(row.figures), words, row.submitted_at)
    at = now()
    window = house.book(session).number("review_window", QUALITY, at, periods.WINDOW)
    with house.session(figures=True) as figures:
        counted = draft(figures, unit, asked, as_of=at, window=window)
    return Paper(house.settings.company, counted, words, None)
