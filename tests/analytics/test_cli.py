"""`kpi` and `export` on the command line: what they print, write, refuse, and how they exit."""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from analytics import files
from analytics.cli import export, kpi
from analytics.columns import FRAMES, columns
from analytics.metrics import METRICS
from analytics.putting import put_whole, why
from tests.analytics.conftest import Pair

Run = Callable[..., Result]


class House:
    def __init__(self, session: Session) -> None:
        self._session = session
        self.key = b"a key that only tests have"
        self.asked: list[bool] = []

    def record_command(self, name: str, given: object) -> bool:
        return True  # told to the security log: tests/test_run.py

    @contextmanager
    def session(self, *, figures: bool = False) -> Iterator[Session]:
        self.asked.append(figures)
        assert self.asked[
            0
        ]  # a report must not slow the desk where there is a replica; that it was made is noted there
        yield self._session


@click.group()
def main() -> None:
    pass


main.add_command(kpi)
main.add_command(export)


@pytest.fixture(params=["sqlite", "postgresql"])
def run(request: pytest.FixtureRequest, lively_city: Pair) -> Run:
    house = House(lively_city[request.param])
    return lambda *arguments: CliRunner().invoke(main, list(arguments), obj=house)


def test_json_is_one_document_and_nothing_else(run: Run) -> None:
    result: Result = run("kpi", "on_time_rate", "--by", "month", "--by", "unit", "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    document = json.loads(result.stdout)
    assert document["by"] == ["month", "unit"]
    assert document["from"] is None
    contract = {"month", "unit", "metric", "value", "numerator", "denominator"}
    assert contract | {"low", "high"} == set(document["rows"][0])


def test_people_get_a_table_with_scope_and_as_of(run: Run) -> None:
    result: Result = run("kpi", "complaints", "first_time_satisfaction", "--as-of", "2026-02-01", "--to", "2026-01-01",
                         "--scope", "all")  # fmt: skip
    assert result.exit_code == 0
    assert "全口径 · 期间 2026-01-01 之前 · 截至 2026-02-01 00:00:00" in result.stdout
    assert "一次办结满意率" in result.stdout
    assert "%" in result.stdout


def test_people_see_the_interval_the_target_and_what_is_not_reached_yet(run: Run) -> None:
    result: Result = run("kpi", "on_time_rate", "close_hours_p90", "--as-of", "2026-01-01")
    assert result.exit_code == 0
    assert "95% 区间" in result.stdout
    assert "100.0%" in next(line for line in result.stdout.splitlines() if "办理及时率" in line)
    assert "未达到" in next(line for line in result.stdout.splitlines() if "办结时长" in line)


def test_without_a_name_every_figure_is_there(run: Run) -> None:
    result: Result = run("kpi")
    assert all(metric.zh in result.stdout for metric in METRICS.values())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["kpi", "on_time"], "是“on_time_rate”吗"),
        (["kpi", "--by", "colour"], "不能按“colour”分"),
        (["kpi", "--from", "2026-02-01", "--to", "2026-01-01"], "须晚于"),
        (["kpi", "--as-of", "2999-01-01"], "超出范围"),
        (["kpi", "--as-of", "2199-01-01"], "还没有到"),
        (["kpi", "--scope", "both"], "没有“both”这个口径"),
        (["export", "persons", "--format", "csv", "--out", "x.csv"], "没有“persons”这个数据表"),
        (["export", "tickets", "--format", "pdf", "--out", "x.pdf"], "没有“pdf”这种格式"),
        (["export", "tickets", "--format", "csv", "--out", "/no/such/folder/x.csv"], "没有这个文件夹"),
        (["export", "tickets", "--format", "csv"], "--out"),
        (["export", "tickets", "--format", "csv", "--out", "x.csv", "--by", "unit"], "只有 kpi 数据表可以分组"),
        (["export", "tickets", "--format", "csv", "--out", "x.csv", "--unit", "水星"], "没有“水星”这个单位"),
    ],
    ids=lambda value: " ".join(value[:3]) if isinstance(value, list) else "",
)
def test_a_wrong_call_exits_2_with_a_sentence(
    run: Run, arguments: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result: Result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert says in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", files.FORMATS)
@pytest.mark.parametrize("frame", ["obligations", "kpi"])
def test_export_writes_the_file_and_says_how_many_rows(run: Run, tmp_path: Path, frame: str, form: str) -> None:
    path = tmp_path / f"{frame}.{form}"
    result: Result = run("export", frame, "--format", form, "--out", str(path), "--from", "2025-12",
                         "--unit", "东城营业所", "--unit", "工程公司")  # fmt: skip
    assert result.exit_code == 0, result.stderr
    assert "产品质量口径" in result.stdout
    assert path.stat().st_size > 0
    if form == "csv":
        meant = tmp_path / "columns.csv"
        assert run("export", frame, "--format", form, "--out", str(path), "--columns", str(meant), "--from", "2025-12",
                   "--unit", "东城营业所", "--unit", "工程公司").exit_code == 0  # fmt: skip
        assert f"\n{columns(FRAMES[frame])[0].name}," in meant.read_text(encoding="utf-8-sig")
        lines = path.read_text(encoding="utf-8-sig").splitlines()
        assert f" {len(lines) - 1:,} 行" in result.stdout


def test_what_is_no_file_is_written_to_and_stays_what_it_is(tmp_path: Path) -> None:
    """A pipe or a device has nothing that could take its place; a link goes on leading where it did."""
    pipe, target, link = tmp_path / "pipe", tmp_path / "there.csv", tmp_path / "link.csv"
    os.mkfifo(pipe)
    with put_whole(pipe) as aside:
        assert aside == pipe
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    target.write_text("before", encoding="utf-8")
    link.symlink_to(target)
    with put_whole(link) as aside:
        aside.write_text("after", encoding="utf-8")
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8") == "after"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [(OSError(errno.ENOSPC, "No space left on device"), "磁盘满了"), (OSError(errno.EACCES, "x"), "没有写入的权限"),
     (OSError(), "磁盘满了"), (OSError(errno.EIO, "Input/output error"), "Input/output error")],
)  # fmt: skip
def test_what_was_in_the_way_is_told_in_chinese(wrong: OSError, said: str) -> None:
    assert why(wrong) == said
