"""The database's shape is made by the migrations alone, and is what the models say, on SQLite and PostgreSQL alike."""

import pytest
from alembic import command
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError, OperationalError

from models import migrations, tables
from models.base import Model
from models.database import engine_for
from models.verify import verify
from tests.fixtures.postgres import PostgresServer


def test_the_migrations_make_what_the_models_say(database_url):
    assert migrations.pending(database_url) == []
    migrations.check(database_url)


def test_running_them_again_changes_nothing(database_url):
    migrations.upgrade(database_url)
    migrations.check(database_url)


def test_a_database_that_comes_up_to_date_knows_its_new_indexes_by_numbers(tmp_path):
    """Or SQLite takes an old index instead, or goes through the table, until somebody analyses it."""
    engine = engine_for(f"sqlite:///{tmp_path / 'old.db'}")
    command.upgrade(migrations._config(engine), "0017")
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO unit (name, kind, active) VALUES ('东城营业所', 'unit', 1)")
    migrations.upgrade(str(engine.url))
    with engine.connect() as connection:
        known = connection.exec_driver_sql("SELECT tbl FROM sqlite_stat1").scalars().all()
    engine.dispose()
    assert "unit" in known


def test_an_empty_database_lacks_them_all(tmp_path):
    assert migrations.pending(f"sqlite:///{tmp_path / 'empty.db'}") != []


def test_every_table_of_ours_is_there(database_url):
    engine = engine_for(database_url)
    ours = {getattr(tables, name).__tablename__ for name in tables.__all__}
    assert ours <= set(inspect(engine).get_table_names())
    assert ours == {name for name in Model.metadata.tables if not name.startswith("ab_")}
    engine.dispose()


def test_a_penalty_from_before_the_log_is_taken_into_it(tmp_path):
    """0009: its columns are in the chain from then on; its words had no digest."""
    engine = engine_for(f"sqlite:///{tmp_path / 'old.db'}")
    command.upgrade(migrations._config(engine), "0008")
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO penalty (id, clause, person, post, amount, measure, conduct_at, state, proposed_at, reason)"
            " VALUES (7, '第八条(一)', '某甲', 'leader', 50, '', '2026-03-05 12:00:00.000000', 'confirmed',"
            " '2026-03-05 12:00:00.000000', '曝光')"
        )
    migrations.upgrade(str(engine.url))
    with engine.begin() as connection:
        assert verify(connection, b"key").differences == []
        connection.exec_driver_sql("UPDATE penalty SET amount = 5")
        assert [name for name, _ in verify(connection, b"key").differences] == ["追究 7"]
    engine.dispose()


def test_a_step_that_fails_leaves_the_database_as_it_was(tmp_path):
    """0011 makes `disclosure_grant` anew before it comes to `reveal`: what stopped it may be mended, and it goes on."""
    engine = engine_for(f"sqlite:///{tmp_path / 'old.db'}")
    command.upgrade(migrations._config(engine), "0010")
    columns = {column["name"] for column in inspect(engine).get_columns("disclosure_grant")}
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE reveal (id INTEGER)")
    with pytest.raises(OperationalError, match="reveal already exists"):
        migrations.upgrade(str(engine.url))
    assert {column["name"] for column in inspect(engine).get_columns("disclosure_grant")} == columns
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE reveal")
    migrations.upgrade(str(engine.url))
    migrations.check(str(engine.url))
    engine.dispose()


def test_what_was_told_and_sent_stays_where_the_kinds_of_notices_are_widened(tmp_path):
    """0012, on SQLite, which has no statement for a check and would delete deliveries with the table."""
    engine = engine_for(f"sqlite:///{tmp_path / 'old.db'}")
    command.upgrade(migrations._config(engine), "0011")
    at = "'2026-03-05 12:00:00.000000'"
    with engine.begin() as connection:
        for row in (
            "ab_user (id, first_name, last_name, username, email) VALUES (1, '', '', 'a', 'a')",
            f"notice (id, user_id, kind, urgent, made_at, digest_id) VALUES (1, 1, 'digest', 0, {at}, NULL)",
            f"notice (id, user_id, kind, urgent, made_at, digest_id) VALUES (2, 1, 'appointed', 0, {at}, 1)",
            f"notice_channel (id, name, user_id, url, level, active, since) VALUES (1, '', 1, '', 'soon', 1, {at})",
            f"notice_delivery (notice_id, channel_id, claimed_at, attempts) VALUES (2, 1, {at}, 1)",
        ):
            connection.exec_driver_sql(f"INSERT INTO {row}")
    migrations.upgrade(str(engine.url))
    with engine.begin() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM notice_delivery").scalar() == 1
        assert connection.exec_driver_sql("SELECT digest_id FROM notice WHERE id = 2").scalar() == 1
        new = "INSERT INTO notice (id, user_id, kind, urgent, made_at)"
        connection.exec_driver_sql(f"{new} VALUES (3, 1, 'alert', 0, {at})")
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    with pytest.raises(IntegrityError, match="notice_of_penalty"), engine.begin() as connection:
        connection.exec_driver_sql(f"{new} VALUES (4, 1, 'penalty', 0, {at})")
    engine.dispose()


def test_both_databases_have_the_same_columns_constraints_and_indexes(
    sqlite_database_url, postgres_server: PostgresServer, postgres_template
):
    found = []
    with postgres_server.database(postgres_template) as postgresql_url:
        for url in (sqlite_database_url, postgresql_url):
            engine = engine_for(url)
            there = inspect(engine)
            found.append({
                table: (
                    {(column["name"], column["nullable"]) for column in there.get_columns(table)},
                    {check["name"] for check in there.get_check_constraints(table) if check["name"]},
                    {index["name"] for index in there.get_indexes(table) if not index.get("duplicates_constraint")},
                    {(*key["constrained_columns"], key["referred_table"]) for key in there.get_foreign_keys(table)},
                )
                for name in tables.__all__
                for table in [getattr(tables, name).__tablename__]
            })  # fmt: skip
            engine.dispose()
    sqlite, postgresql = found
    assert sqlite == postgresql
