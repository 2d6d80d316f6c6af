"""The one door: what each command prints, and its exit status (DESIGN §4)."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import click
import pytest
from alembic import command as command_of_alembic
from click.testing import CliRunner, Result
from sqlalchemy import func, select

import config
import run
from admin import commands
from models import migrations
from models.database import engine_for
from models.house import House
from models.importing.mapping import parse_mapping
from models.importing.reading import open_table
from models.tables import Ticket

Run = Callable[..., Result]
PASSWORD = "desk-Of-the-96568"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """An installation with tables, and one with a small demo city: made once, copied for each test."""
    folders = {}
    for name, args in (("empty", ["init"]), ("city", ["demo", "--tickets", "150", "--months", "6"])):
        folders[name] = tmp_path_factory.mktemp(name) / "data"
        environment = {"DATA_DIR": str(folders[name]), "ADMIN_PASSWORD": PASSWORD, "DEMO_PASSWORD": PASSWORD}
        config.settings.cache_clear()
        done = CliRunner().invoke(run.main, args, env=environment)
        assert done.exit_code == 0, done.output
    return folders


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """`bare("init")` runs a command where nothing has been made yet."""
    for name in ("DATABASE_URL", "ANALYTICS_DATABASE_URL", "APP_MODE", "SECRET_KEY", "LOG_KEY", "HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ADMIN_PASSWORD", PASSWORD)
    monkeypatch.setenv("DEMO_PASSWORD", PASSWORD)
    config.settings.cache_clear()
    yield lambda *args: CliRunner().invoke(run.main, list(args))
    config.settings.cache_clear()


@pytest.fixture
def command(bare: Run, made: dict[str, Path], tmp_path: Path) -> Run:
    """The same after `init`."""
    shutil.copytree(made["empty"], tmp_path / "data")
    return bare


@pytest.fixture
def city(bare: Run, made: dict[str, Path], tmp_path: Path) -> Run:
    """The same with a small demo city."""
    shutil.copytree(made["city"], tmp_path / "data")
    return bare


def database(tmp_path: Path) -> sqlite3.Connection:
    return sqlite3.connect(tmp_path / "data" / "kefu.db", isolation_level=None)


def test_without_tables_a_command_says_what_to_do(bare):
    done = bare("verify")
    assert done.exit_code == 1
    assert "python run.py init" in done.output


def test_a_first_start_fills_an_empty_file_and_one_of_an_older_version_gets_what_is_new(bare, tmp_path, monkeypatch):
    monkeypatch.setattr("admin.serving.Server.run", lambda server: None)
    monkeypatch.setattr("admin.commands.FIRST_CITY", {"tickets": 40, "months": 3, "seed": 1})
    assert "40 件工单" in bare("serve").output
    with database(tmp_path) as db:
        grants = db.execute("SELECT count(*) FROM ab_permission_view_role").fetchone()
        db.execute("DELETE FROM ab_permission_view_role")
        db.execute("DELETE FROM ab_permission_view")
    older = migrations._config(engine_for(f"sqlite:///{tmp_path / 'data' / 'kefu.db'}"))
    command_of_alembic.downgrade(older, "0001")
    assert bare("serve").exit_code == 0
    with database(tmp_path) as db:
        assert db.execute("SELECT count(*) FROM ticket").fetchone() == (40,)
        assert db.execute("SELECT count(*) FROM ab_permission_view_role").fetchone() == grants
    assert bare("db", "check").exit_code == 0


def test_init_makes_tables_policy_roles_and_the_first_administrator_once(bare, tmp_path):
    assert bare("init", "--admin", "root").exit_code == 0
    again = bare("init", "--admin", "root")
    assert again.exit_code == 0
    assert "已有" in again.output
    with database(tmp_path) as db:
        assert db.execute("SELECT username FROM ab_user").fetchall() == [("root",)]
        assert db.execute("SELECT count(*) FROM ticket").fetchone() == (0,)
        assert db.execute("SELECT count(*) FROM ab_role").fetchone()[0] >= 10
    checked = bare("db", "check")
    assert (checked.exit_code, checked.output) == (0, "数据库与程序一致。\n")


@pytest.mark.parametrize(
    ("start", "options", "due"),
    [
        ("2025-09-30T10:00", ("--days", "1"), "2025-10-09T17:30:00+08:00"),
        ("2025-09-26T10:00", ("--days", "1"), "2025-09-28T18:00:00+08:00"),
        ("2024-02-09T10:00", ("--days", "1"), "2024-02-18T17:30:00+08:00"),
        ("2026-06-05T10:00", ("--days", "1"), "2026-06-08T18:00:00+08:00"),
        ("2026-03-06T02:00:00+00:00", ("--hours", "72"), "2026-03-09T10:00:00+08:00"),
    ],
    ids=["National Day", "a Friday before a make-up Sunday", "New Year's Eve", "summer closing", "72 hours"],
)
def test_workday_gives_the_deadline_as_iso_with_offset(command, start, options, due):
    assert command("workday", start, *options).stdout.strip() == due


def test_workday_warns_of_a_year_that_is_not_announced(command):
    done = command("workday", "2030-05-01T10:00", "--days", "1")
    assert done.stdout.strip() == "2030-05-03T18:00:00+08:00"
    assert "2030 年放假安排尚未录入" in done.stderr


@pytest.mark.parametrize("args", [("workday", "2026"), ("workday", "soon", "--days", "1"), ("workday",), ("nonsense",)])
def test_a_wrong_call_is_status_2(command, args):
    assert command(*args).exit_code == 2


@pytest.mark.parametrize(
    ("args", "said"),
    [(["nonsense"], "没有命令 nonsense"), (["demo", "--tickets", "0"], "0 不在 1<=x<=5000000 之内"),
     (["import", "nowhere.csv", "--mapping", "none.yaml"], "没有 none.yaml"), (["--help"], "显示这份说明"),
     (["--help"], "run.py [选项] 命令 [参数]…"), (["db", "check", "--help"], "run.py db check [选项]")],
    ids=["no such command", "out of range", "no such file", "help", "usage", "usage of a part"],
)  # fmt: skip
def test_what_the_command_line_says_by_itself_is_chinese_too(args, said, tmp_path):
    done = subprocess.run([sys.executable, run.__file__, *args], text=True, capture_output=True, check=False,
                          env={"DATA_DIR": str(tmp_path), "LANG": "C.UTF-8"})  # fmt: skip
    told = done.stdout + done.stderr
    assert said in told
    assert not any(word in told for word in ("Usage", "Error", "Try", "Invalid", "Options", "Commands", "Show"))


def test_the_demo_city_verifies_and_is_written_into_an_empty_database_only(city):
    done = city("verify")
    assert (done.exit_code, "150 件工单" in done.output) == (0, True), done.output
    again = city("demo", "--tickets", "10")
    assert again.exit_code == 1
    assert "空库" in again.output


def test_the_same_seed_gives_the_same_city(bare, tmp_path):
    """But for the present, from which it counts back: its mix of states and outcomes."""
    bare("demo", "--tickets", "60", "--seed", "7")
    query = "SELECT no, state, round FROM ticket WHERE track = 'quality' ORDER BY no"
    with database(tmp_path) as db:
        first = db.execute(query).fetchall()
    (tmp_path / "data" / "kefu.db").unlink()
    for left in (tmp_path / "data").glob("kefu.db-*"):
        left.unlink()
    bare("demo", "--tickets", "60", "--seed", "7")
    with database(tmp_path) as db:
        assert db.execute(query).fetchall()[:20] == first[:20]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ticket_event SET payload = replace(payload, 'quality', 'qualitY') WHERE no = 1 AND ticket_id = {id}",
        "UPDATE obligation SET due_at = '2030-01-01 00:00:00.000000' WHERE n = 1 AND ticket_id = {id}",
        "UPDATE ticket SET round = round + 1 WHERE id = {id}",
    ],
    ids=["an event", "an obligation", "a ticket row"],
)
def test_verify_names_the_ticket_whatever_byte_was_changed_by_hand(city, tmp_path, statement):
    with database(tmp_path) as db:
        ticket_id, number = db.execute("SELECT id, no FROM ticket WHERE track = 'quality' LIMIT 1").fetchone()
        db.execute(statement.format(id=ticket_id))
    done = city("verify")
    assert done.exit_code == 1
    assert done.output.startswith(number)


def test_kpi_json_is_one_document_with_both_parts(city):
    done = city("kpi", "on_time_rate", "complaints", "--by", "month", "--json")
    document = json.loads(done.stdout)
    assert list(document)[:4] == ["from", "to", "as_of", "by"]
    rates = [row for row in document["rows"] if row["metric"] == "on_time_rate"]
    assert rates
    assert all(row["value"] == row["numerator"] / row["denominator"] for row in rates)
    counts = [row for row in document["rows"] if row["metric"] == "complaints"]
    assert all((row["denominator"], row["value"]) == (None, row["numerator"]) for row in counts)


def test_remind_tells_once_however_often_it_runs(city, tmp_path):
    with database(tmp_path) as db:
        db.execute("DELETE FROM notice")
        db.execute("UPDATE obligation SET due_at = '2020-01-01 00:00:00.000000' WHERE settled_at IS NULL AND kind = "
                   "'handle' AND voided_at IS NULL")  # fmt: skip
    first, again = city("remind"), city("remind")
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert not first.stdout.startswith("提醒：新建 0 条")
    assert again.stdout.strip() == "提醒：新建 0 条，发出 0 条，留待 0 条，未送达 0 条。"


@pytest.mark.parametrize("args", [("no_such_figure",), ("complaints", "--as-of", "2999-01-01"), ("--by", "moon")])
def test_a_figure_that_cannot_be_asked_is_status_2(city, args):
    done = city("kpi", *args)
    assert done.exit_code == 2
    assert done.output


def test_a_frame_is_exported_without_names_and_numbers(city, tmp_path):
    out = tmp_path / "tickets.csv"
    assert city("export", "tickets", "--format", "csv", "--out", str(out)).exit_code == 0
    text = out.read_text(encoding="utf-8-sig")
    with database(tmp_path) as db:
        personal = ("phone", "complainant", "address", "account_no")
        marks = ", ".join("?" for _ in personal)
        said = [v for (v,) in db.execute(f"SELECT DISTINCT value FROM ticket_text WHERE field IN ({marks})", personal)]
    assert said
    assert not [value for value in said if value in text]


def _table(tmp_path: Path, text: str, mapping: str = "") -> tuple[str, str]:
    table, words = tmp_path / "table.csv", tmp_path / "map.yaml"
    table.write_text(text, encoding="utf-8")
    words.write_text(
        mapping or "name: 试验\nfields:\n  source_no: {column: 编号}\n  registered_at: {column: 时间}\n  "
        "handled_at: {column: 答复}\n", encoding="utf-8")  # fmt: skip
    return str(table), str(words)


def test_import_counts_and_keeps_its_rejects_with_their_reason(command, tmp_path):
    table, words = _table(tmp_path, "编号,时间,答复\n1,2026-01-02,2026-01-03\n2,2026-01-02,2026-01-01\n")
    done = command("import", table, "--mapping", words, "--json", "--rejects", str(tmp_path / "no.csv"))
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"read": 2, "added": 1, "known": 0, "rejected": 1})
    assert "第 3 行" in done.stderr
    kept = (tmp_path / "no.csv").read_text(encoding="utf-8-sig")
    assert "3," in kept
    assert "早于登记时间" in kept
    mended = kept.replace("2026-01-01", "2026-01-04")
    (tmp_path / "mended.csv").write_text(mended, encoding="utf-8-sig")
    done = command("import", str(tmp_path / "mended.csv"), "--mapping", words, "--json")
    assert json.loads(done.stdout)["added"] == 1


def test_the_demo_city_leaves_accounts_that_are_there_already_as_they_are(command, tmp_path):
    with database(tmp_path) as db:
        before = db.execute("SELECT * FROM ab_user").fetchall()
    assert command("demo", "--tickets", "20", "--months", "2").exit_code == 0
    with database(tmp_path) as db:
        assert db.execute("SELECT * FROM ab_user WHERE id = 1").fetchall() == before
        assert db.execute("SELECT count(*) FROM ab_user WHERE username = 'agent'").fetchone() == (1,)


@pytest.mark.parametrize("args", [("demo", "--tickets", "20", "--months", "2"), ("import",), ("remind",)])
def test_sqlite_learns_how_its_tables_are_filled(command, tmp_path, args):
    """Without it the planner goes through all closed tickets to find a word in a few: 7.5 s at a million, not 24 ms."""
    if args == ("import",):
        table, words = _table(tmp_path, "编号,时间,答复\n1,2026-01-02,2026-01-03\n")
        args = ("import", table, "--mapping", words)
    assert command(*args).exit_code == 0
    with database(tmp_path) as db:
        assert db.execute("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'rule'").fetchone() != (0,)


def test_no_cell_of_the_rejects_is_a_formula_and_all_come_back_as_they_were(command, tmp_path):
    """They are mended in a spreadsheet, and were written by a stranger."""
    cells = "=1+1", "+8613812345678", "-", "'好", "370102199001011234"
    table, words = _table(tmp_path, "编号,时间,答复,=A1\n" + "".join(
        f"x{n},2026-01-02,2026-01-01,{cell}\n" for n, cell in enumerate(cells)),
        "name: 试验\nfields:\n  source_no: {column: 编号}\n  registered_at: {column: 时间}\n  "
        "handled_at: {column: 答复}\n  content: {column: =A1}\n")  # fmt: skip
    command("import", table, "--mapping", words, "--rejects", str(tmp_path / "no.csv"))
    kept = (tmp_path / "no.csv").read_text(encoding="utf-8-sig")
    found = list(csv.reader(kept.splitlines()))
    assert [row[-1] for row in found] == ["'=A1", "'=1+1", "'+8613812345678", "'-", "'好", "'370102199001011234"]
    (tmp_path / "mended.csv").write_text(kept.replace("2026-01-01", "2026-01-04"), encoding="utf-8-sig")
    done = command("import", str(tmp_path / "mended.csv"), "--mapping", words, "--json")
    assert json.loads(done.stdout)["added"] == 5
    with open_table(tmp_path / "mended.csv", parse_mapping(Path(words).read_text(encoding="utf-8"))) as read:
        assert [row.cells[-1] for row in read] == list(cells)


def test_a_dry_run_counts_and_writes_nothing(command, tmp_path):
    table, words = _table(tmp_path, "编号,时间,答复\n1,2026-01-02,\n")
    assert "新增 1" in command("import", table, "--mapping", words, "--dry-run").stdout
    assert json.loads(command("import", table, "--mapping", words, "--json").stdout)["added"] == 1


@pytest.mark.parametrize(
    ("text", "mapping", "status", "said"),
    [
        ("", "", 1, "空"),
        ("编号,答复\n1,\n", "", 1, "时间"),
        ("编号,时间,答复\n1,2026-01-02,\n", "name: x\nfields: {sauce_no: {column: 编号}}", 2, "source_no"),
        ("编号,时间,答复\n1,2026-01-02,\n", "name: !!python/object/apply:os.system [ls]", 2, "python"),
        ("编号,时间,答复\n1,2026-01-02,\n", "name: [", 2, "行"),
    ],
    ids=["an empty file", "a missing column", "an unknown field", "YAML that builds objects", "bad YAML"],
)
def test_what_cannot_be_read_is_told_with_its_status(command, tmp_path, text, mapping, status, said):
    table, words = _table(tmp_path, text, mapping)
    done = command("import", table, "--mapping", words)
    assert (done.exit_code, said in done.output) == (status, True), done.output


def test_production_refuses_weak_keys_and_demo_accounts(city, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "short")
    config.settings.cache_clear()
    done = city("serve", "--host", "0.0.0.0")  # noqa: S104  it is refused
    assert done.exit_code == 2
    assert "SECRET_KEY" in done.output
    monkeypatch.delenv("SECRET_KEY")
    config.settings.cache_clear()
    done = city("serve", "--host", "0.0.0.0")  # noqa: S104
    assert done.exit_code == 2
    assert "演示账号" in done.output
    monkeypatch.setenv("APP_MODE", "production")
    config.settings.cache_clear()
    assert city("demo").exit_code == 2


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("PORT", "abc", "须是整数"), ("PORT", "70000", "最大 65535"), ("APP_MODE", "test", "可写 'development'"),
     ("COOKIE_SECURE", "perhaps", "写 true 或 false"), ("QUIET_HOURS", "at night", "写成 21:00-07:30，或 off")],
)  # fmt: skip
def test_a_setting_that_is_wrong_is_named(command, monkeypatch, name, value, said):
    monkeypatch.setenv(name, value)
    config.settings.cache_clear()
    done = command("verify")
    assert done.exit_code == 2
    assert f"{name}：" in done.output
    assert said in done.output


@pytest.mark.parametrize(
    ("variable", "value", "status", "said"),
    [("DATABASE_URL", "nonsense", 2, "DATABASE_URL"), ("DATABASE_URL", "mysql://a@b/c", 2, "postgresql://"),
     ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/x", 1, "数据库用不了")],
    ids=["no address", "another database", "nobody answers"],
)  # fmt: skip
def test_a_database_that_cannot_be_had_is_told_in_a_sentence(bare, monkeypatch, variable, value, status, said):
    monkeypatch.setenv(variable, value)
    config.settings.cache_clear()
    done = bare("verify")
    assert done.exit_code == status
    assert said in done.output
    assert "Traceback" not in done.output


@pytest.mark.parametrize("start", ["9999-12-31T10:00", "0001-01-01T00:00"])
def test_a_deadline_beyond_the_calendar_is_refused_in_a_sentence(command, start):
    done = command("workday", start, "--days", "5")
    assert done.exit_code == 2
    assert "年份超出范围" in done.output


@pytest.mark.parametrize(("password", "said"), [("short", "8 个字符"), (None, "ADMIN_PASSWORD")])
def test_in_production_init_writes_nothing_without_a_password_that_will_do(bare, monkeypatch, password, said):
    monkeypatch.setenv("APP_MODE", "production")
    if password is None:
        monkeypatch.delenv("ADMIN_PASSWORD")
    else:
        monkeypatch.setenv("ADMIN_PASSWORD", password)
    config.settings.cache_clear()
    done = bare("init")
    assert done.exit_code == 2
    assert said in done.output
    assert "还没有建好" in bare("verify").output


def test_a_first_start_that_was_interrupted_begins_again(bare, monkeypatch, tmp_path):
    """Tables and roles alone are no installation: nobody could sign in to it."""
    house = House(config.settings())
    house.make_tables()
    monkeypatch.setitem(commands.FIRST_CITY, "tickets", 20)
    monkeypatch.setitem(commands.FIRST_CITY, "months", 2)
    commands.first_start(house)
    with house.session() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 20
    commands.first_start(house)
    with house.session() as session:
        assert session.scalar(select(func.count()).select_from(Ticket)) == 20, "and fills nothing twice"


def test_a_checkpoint_is_written_once_told_to_the_security_log_and_compared(city, tmp_path):
    file = tmp_path / "checkpoint.gz"
    assert "从来没有存证" in city("verify").output
    done = city("anchor", "--out", str(file))
    assert (done.exit_code, "150 件工单" in done.output) == (0, True), done.output
    with database(tmp_path) as db:
        (told,) = db.execute("SELECT detail FROM security_event WHERE kind = 'anchored'").fetchone()
    assert json.loads(told)["root"] in done.output
    compared = city("verify", "--anchor", str(file))
    assert (compared.exit_code, "已与" in compared.output) == (0, True), compared.output
    assert "上次存证在" in city("verify").output
    assert city("anchor", "--out", str(file)).exit_code == 2, "none is ever written over"
    assert city("anchor", "--out", str(tmp_path / "nowhere" / "x")).exit_code == 2


def test_what_a_checkpoint_saw_and_is_gone_is_status_1_with_the_tickets_number(city, tmp_path):
    file = tmp_path / "checkpoint.gz"
    city("anchor", "--out", str(file))
    with database(tmp_path) as db:
        ticket_id, number = db.execute("SELECT id, no FROM ticket WHERE track = 'quality' LIMIT 1").fetchone()
        for table in ("ticket_text", "ticket_event", "obligation", "assignment", "callback", "link", "accused",
                      "opening", "attachment", "lookup", "draft", "notice"):  # fmt: skip
            db.execute(f"DELETE FROM {table} WHERE ticket_id = ?", (ticket_id,))
        db.execute("DELETE FROM ticket WHERE id = ?", (ticket_id,))
    assert city("verify").exit_code == 0, "alone it cannot know"
    done = city("verify", "--anchor", str(file), "--json")
    told = json.loads(done.stdout)
    assert done.exit_code == 1
    assert [one["ticket"] for one in told["differences"]] == [number]
    assert told["tickets"] == 149
    assert told["anchor"]["at"]


def test_a_checkpoint_that_is_none_is_status_2_and_a_forged_one_1(city, tmp_path, monkeypatch):
    none, file = tmp_path / "none", tmp_path / "checkpoint.gz"
    none.write_text("nothing")
    assert city("verify", "--anchor", str(none)).exit_code == 2
    assert city("verify", "--anchor", str(tmp_path / "missing")).exit_code == 2
    city("anchor", "--out", str(file))
    monkeypatch.setenv("ANCHOR_KEY", "another key than the one that signed it, and long enough")
    config.settings.cache_clear()
    done = city("verify", "--anchor", str(file))
    assert (done.exit_code, "签名不符" in done.output) == (1, True), done.output


def test_retain_says_first_and_erases_when_told_to_and_every_figure_stays(city, tmp_path):
    with database(tmp_path) as db:
        db.execute("UPDATE rule SET amount = 1, measure = 'hours' WHERE key = 'retention'")
        texts = db.execute("SELECT count(*) FROM ticket_text").fetchone()
    asked = ("kpi", "--json", "--by", "month", "--by", "unit", "--scope", "all", "--as-of", "2026-11-01")
    before = city(*asked).stdout
    said = city("retain")
    assert (said.exit_code, "什么都没有删" in said.output) == (0, True), said.output
    with database(tmp_path) as db:
        assert db.execute("SELECT count(*) FROM ticket_text").fetchone() == texts
    done = city("retain", "--erase")
    assert (done.exit_code, "已删除" in done.output) == (0, True), done.output
    with database(tmp_path) as db:
        left = db.execute("SELECT count(*) FROM ticket_text").fetchone()
        assert left[0] < texts[0] / 2
    assert city(*asked).stdout == before
    verified = city("verify")
    assert (verified.exit_code, "已到保存期删除" in verified.output) == (0, True), verified.output
    assert "已删除 0 件" in city("retain", "--erase").output


def test_no_number_that_is_typed_on_the_command_line_stands_in_the_security_log(city, tmp_path):
    city("export", "tickets", "--format", "csv", "--out", str(tmp_path / "13812345678.csv"))
    with database(tmp_path) as db:
        told = "".join(detail for (detail,) in db.execute("SELECT detail FROM security_event WHERE kind = 'command'"))
    assert '"command":"export"' in told
    assert "13812345678" not in told


def production(monkeypatch: pytest.MonkeyPatch, **environment: str) -> None:
    for name, value in {"APP_MODE": "production", **environment}.items():
        monkeypatch.setenv(name, value)
    config.settings.cache_clear()


def test_production_refuses_to_start_with_a_default_password_and_says_what_to_do(bare, monkeypatch):
    """One that was warned of in a trial, and was never changed."""
    monkeypatch.setattr("admin.serving.Server.run", lambda server: None)
    monkeypatch.setenv("ADMIN_PASSWORD", "admin123")
    config.settings.cache_clear()
    assert bare("init").exit_code == 0
    production(monkeypatch)
    monkeypatch.delenv("ADMIN_PASSWORD")
    config.settings.cache_clear()
    done = bare("serve")
    assert done.exit_code == 2
    assert "admin。请先用 python run.py reset" in done.output


def test_in_production_whatever_serves_it_the_keys_are_looked_at(command, monkeypatch):
    production(monkeypatch, SECRET_KEY="change-me-" * 5)
    with pytest.raises(click.UsageError, match=r"SECRET_KEY.*token_hex"):
        run.create_app()


def test_who_keeps_the_server_makes_a_one_time_secret_when_nobody_inside_can(command, tmp_path):
    done = command("reset", "admin", "--second")
    assert done.exit_code == 0
    secret = re.search(r"([A-Z2-9]{4}-){3}[A-Z2-9]{4}", done.output)[0]
    with database(tmp_path) as db:
        assert db.execute("SELECT user_id, second FROM one_time_secret").fetchall() == [(1, 1)]
        assert secret not in str(db.execute("SELECT * FROM security_event").fetchall())
        assert '"command":"reset"' in str(db.execute("SELECT detail FROM security_event").fetchall())
    assert command("reset", "nobody").exit_code == 1


def test_what_waits_for_a_holder_is_agreed_to_at_the_server_when_there_is_none(command, tmp_path):
    with database(tmp_path) as db:
        db.execute("INSERT INTO access_change (kind, user_id, role, asked_at, state) VALUES "
                   "('role', 1, 'discipline', '2026-03-06 01:00:00.000000', 'waiting')")  # fmt: skip
    assert command("agree").output.split() == ["1", "角色", "admin", "2026-03-06"]
    assert command("agree", "1").exit_code == 0
    with database(tmp_path) as db:
        held = "SELECT r.name FROM ab_user_role u JOIN ab_role r ON r.id = u.role_id ORDER BY 1"
        assert db.execute(held).fetchall() == [("admin",), ("discipline",)]
    late = command("agree", "1")
    assert (late.exit_code, "编号 1 不在等人同意" in late.output) == (1, True)
    assert command("agree").output == "没有等人同意的变更。\n"


def test_over_https_the_dashboards_cookie_has_the_prefix_too(command, monkeypatch):
    production(monkeypatch, SECOND_STEP="false")
    client = run.create_app().test_client()
    here = {"base_url": "https://localhost", "headers": {"Referer": "https://localhost/"}}
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/login/", **here).text)[1]
    given = {"csrf_token": token, "username": "admin", "password": PASSWORD}
    assert client.post("/login/", data=given, **here).status_code == 302
    page = client.get("/analytics/", **here)
    [said] = [one for one in page.headers.getlist("Set-Cookie") if "csrf" in one]
    assert said.startswith("__Host-csrf=")
    assert {"Secure", "Path=/", "SameSite=Strict"} <= set(said.split("; "))
    assert '"csrf_token_name":"__Host-csrf"' in page.text.replace(" ", ""), "by which Dash's scripts find it"


def test_browsers_that_only_open_connections_keep_nobody_waiting(city, tmp_path):
    """Chromium opens one ahead of need for each window, and sends nothing on it: each held a thread for 5 seconds."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    served = subprocess.Popen(
        [sys.executable, run.__file__, "--port", str(port), "--workers", "1"],
        env={**os.environ, "DATA_DIR": str(tmp_path / "data")}, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        with ExitStack() as open_connections:
            deadline = time.monotonic() + 60
            while True:
                try:
                    open_connections.enter_context(socket.create_connection(("127.0.0.1", port)))
                    break
                except ConnectionRefusedError:
                    assert time.monotonic() < deadline
                    with pytest.raises(subprocess.TimeoutExpired):
                        served.wait(0.1)
            for _ in range(40):
                open_connections.enter_context(socket.create_connection(("127.0.0.1", port)))
            answer = urllib.request.urlopen(f"http://127.0.0.1:{port}/login/", timeout=20)
            assert open_connections.enter_context(answer).status == 200
    finally:
        served.terminate()
        served.wait(30)


def test_a_review_is_written_whole_or_told_what_is_wrong(city, tmp_path):
    """第九条: the stored one with its frozen figures, else a draft; told to the security log as an export."""
    ends = {"html": b"<!DOCTYPE html>", "docx": b"PK", "xlsx": b"PK"}
    with sqlite3.connect(tmp_path / "data" / "kefu.db") as kept:
        find = "SELECT unit.name, starts FROM review JOIN unit ON unit.id = unit_id WHERE state = 'released' LIMIT 1"
        unit, starts = kept.execute(find).fetchone()
    quarter = f"{starts[:4]}Q{(int(starts[5:7]) + 2) // 3}"
    for form, begin in ends.items():
        out = tmp_path / f"总结.{form}"
        done = city("review", unit, quarter, "--out", str(out))
        assert (done.exit_code, "已冻结" in done.output) == (0, True), done.output
        assert begin in out.read_bytes()[:100]
    done = city("review", unit, starts[:7], "--out", str(tmp_path / "draft.html"))
    assert (done.exit_code, "草稿" in done.output) == (0, True), done.output
    for call, said in (
        (("没有的单位", quarter, "--out", str(tmp_path / "x.docx")), "没有“没有的单位”这个承办单位"),
        ((unit, "去年", "--out", str(tmp_path / "x.docx")), "看不懂"),
        ((unit, "2199Q1", "--out", str(tmp_path / "x.docx")), "还没有开始"),
        ((unit, quarter, "--out", str(tmp_path / "x.pdf")), "结尾"),
        ((unit, quarter, "--out", str(tmp_path / "nowhere" / "x.docx")), "没有这个文件夹"),
    ):
        done = city("review", *call)
        assert (done.exit_code, said in done.output) == (2, True), done.output
    assert not list(tmp_path.glob("*x.*"))
    with sqlite3.connect(tmp_path / "data" / "kefu.db") as kept:
        told = [json.loads(detail) for (detail,) in kept.execute(
            "SELECT detail FROM security_event WHERE kind = 'exported' ORDER BY no")]  # fmt: skip
    assert [(one["what"], one["format"], one["frozen"]) for one in told] == [
        ("review", "html", True), ("review", "docx", True), ("review", "xlsx", True), ("review", "html", False),
    ]  # fmt: skip


def test_the_notebook_of_the_docs_runs_and_finds_the_figures_again(city: Run, tmp_path: Path):
    """Its cells in their order, as an analyst runs them."""
    docs = Path(run.__file__).parent / "docs"
    cells = json.loads((docs / "analysis.ipynb").read_text(encoding="utf-8"))["cells"]
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    environment = {**os.environ, "DATA_DIR": str(tmp_path / "data"), "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=docs, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert re.search(r"[1-9]\d* months agree", done.stdout)
