"""`run.py import FILE --mapping MAP.yaml`: counting line, rejects file, exit status (DESIGN §4)."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from models.database import analyse
from models.house import House, pass_house
from models.importing.intake import Intake, Rejected
from models.importing.mapping import Mapping, MappingError, load_mapping
from models.importing.reading import Table, TableError, cell_text, open_table
from models.types import SHANGHAI, now

SHOWN = 20
"""So many rejects are told on stderr; all of them stand in the rejects file."""
LINE, REASON = "行号", "原因"


class Rejects:
    """The rejects file: the table's own columns, so that it can be mended and imported again, and why."""

    def __init__(self, path: Path, table: Table) -> None:
        self.path, self.table, self.count = path, table, 0
        self._file: Any = None

    def __call__(self, rejected: Rejected) -> None:
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("w", encoding="utf-8-sig", newline="")
            self._writer = csv.writer(self._file)
            self._writer.writerow([LINE, REASON, *self.table.header])
        row, error = rejected
        self._writer.writerow([row.line, str(error), *map(cell_text, row.cells)])
        self.count += 1
        if self.count <= SHOWN:
            click.echo(f"第 {row.line} 行：{error}", err=True)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mapping", "map_path", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sheet", help="工作表名；默认第一个有内容的。")
@click.option("--dry-run", is_flag=True, help="只检查，不写入。")
@click.option("--rejects", "rejects_path", type=click.Path(dir_okay=False, path_type=Path), help="未导入的行写到这里。")
@click.option("--json", "as_json", is_flag=True, help="只输出一个 JSON。")
@pass_house
def import_file(
    house: House, file: Path, map_path: Path, sheet: str | None, dry_run: bool, rejects_path: Path | None, as_json: bool
) -> None:
    """按映射文件导入外部表格。"""
    house.demand_tables()
    try:
        mapping = load_mapping(map_path)
    except MappingError as wrong:
        raise click.UsageError(f"映射文件 {map_path} 有误：\n{wrong}") from None
    try:
        with open_table(file, mapping, sheet) as table:
            _take_in(house, table, mapping, rejects_path or _default_rejects(house, mapping), dry_run, as_json)
    except TableError as wrong:
        click.echo(f"{file}：{wrong}", err=True)
        sys.exit(1)


def _default_rejects(house: House, mapping: Mapping) -> Path:
    stem = re.sub(r"[^\w-]+", "-", mapping.name).strip("-")
    folder: Path = house.settings.data_dir / "rejects"
    return folder / f"{stem}-{now().astimezone(SHANGHAI):%Y%m%d-%H%M%S}.csv"


def _take_in(house: House, table: Table, mapping: Mapping, rejects_path: Path, dry_run: bool, as_json: bool) -> None:
    from rich.console import Console
    from rich.progress import Progress

    rejects = Rejects(rejects_path, table)
    console = Console(stderr=True)
    with _sessions(house, dry_run) as open_session, Progress(console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("导入", total=table.total)
        try:
            intake = Intake(mapping, table, open_session, house.settings.digest_key, now())
            count = intake.run(rejects, lambda position: bar.update(task, completed=position))
        finally:
            rejects.close()
    if not dry_run:
        analyse(house.engine)
    if rejects.count > SHOWN:
        click.echo(f"……共 {rejects.count} 行未导入。", err=True)
    if rejects.count:
        click.echo(f"未导入的行在 {rejects_path}", err=True)
    if as_json:
        click.echo(json.dumps(count.as_dict()))
    else:
        told = f"读 {count.read} 行，新增 {count.added}，已有 {count.known}，未导入 {count.rejected}"
        click.echo(told + ("（试运行，没有写入）" if dry_run else "") + "。")


@contextmanager
def _sessions(house: House, dry_run: bool) -> Iterator[Any]:
    """How a batch gets its session: a transaction each; for a dry run one for all, rolled back at the end."""
    if not dry_run:
        yield house.session
        return
    from sqlalchemy.orm import Session

    with Session(house.engine) as session:

        @contextmanager
        def same() -> Iterator[Session]:
            yield session
            session.flush()

        yield same
        session.rollback()
