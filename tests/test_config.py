"""Settings: what stands when nothing is configured, what the environment changes, and the keys that are kept."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from config import Settings, flask_config, is_loopback, kept_key


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_unconfigured_it_keeps_everything_in_one_folder_and_serves_this_machine_only(tmp_path):
    chosen = Settings(data_dir=tmp_path)
    assert chosen.database_url == f"sqlite:///{tmp_path}/kefu.db"
    assert chosen.analytics_database_url == chosen.database_url
    assert not chosen.production
    assert list(tmp_path.iterdir()) == []  # reading settings touches no file


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_gets_our_driver(monkeypatch, scheme):
    monkeypatch.setenv("DATABASE_URL", f"{scheme}://desk:p%40ss@db/kefu?sslmode=require")
    assert Settings().database_url == "postgresql+psycopg://desk:p%40ss@db/kefu?sslmode=require"


def test_an_empty_variable_counts_as_absent(monkeypatch):
    monkeypatch.setenv("PORT", "")
    assert Settings().port == 8080


def test_public_hosts_are_listed_with_commas_and_checked_by_flask(monkeypatch, tmp_path):
    monkeypatch.setenv("PUBLIC_HOSTS", "kefu.example.cn, 10.1.2.3")
    assert flask_config(Settings(data_dir=tmp_path))["TRUSTED_HOSTS"] == ["kefu.example.cn", "10.1.2.3"]


@pytest.mark.parametrize(
    ("host", "alone"),
    [("127.0.0.1", True), ("::1", True), ("[::1]", True), ("localhost", True), ("0.0.0.0", False), ("desk", False)],  # noqa: S104
)
def test_a_host_that_others_can_reach_is_production(host, alone):
    assert is_loopback(host) is alone
    assert Settings(host=host).production is not alone


def test_cookies_are_for_https_in_production_unless_the_net_is_closed(tmp_path):
    assert flask_config(Settings(data_dir=tmp_path, app_mode="production"))["SESSION_COOKIE_SECURE"] is True
    closed_net = Settings(data_dir=tmp_path, app_mode="production", cookie_secure=False)
    assert flask_config(closed_net)["SESSION_COOKIE_SECURE"] is False


def test_two_processes_at_once_get_the_same_key_which_only_its_owner_reads(tmp_path):
    path = tmp_path / "keys" / "log.key"
    with ThreadPoolExecutor(16) as many:
        keys = set(many.map(lambda _: kept_key(path), range(64)))
    assert keys == {path.read_text()}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_an_emptied_key_file_is_an_error_and_no_new_key(tmp_path):
    path = tmp_path / "log.key"
    path.touch()
    with pytest.raises(ValueError, match="restore it from a backup"):
        kept_key(path)
    assert path.read_text() == ""


def test_the_log_has_its_own_key_and_the_kept_one_works_as_the_variable_too(tmp_path):
    kept = Settings(data_dir=tmp_path)
    assert kept.digest_key != kept.session_key.encode()
    assert kept.weak_keys() == []
    assert Settings(data_dir=Path("/nowhere"), log_key=(tmp_path / "log.key").read_text()).digest_key == kept.digest_key


def test_short_uniform_and_shared_keys_are_weak():
    good = "9f2c41d07b8ea6350c1f7a94e2d8b563f0a7c6e19d3b5824706fa1ce8b94d235"
    assert Settings(secret_key="secret", log_key=good).weak_keys() == ["SECRET_KEY"]
    assert Settings(secret_key=good, log_key="x" * 64).weak_keys() == ["LOG_KEY"]
    assert Settings(secret_key=good, log_key=good).weak_keys() == ["LOG_KEY"]


def test_passwords_show_in_no_printout():
    chosen = Settings(database_url="postgres://u:hush@h/d", secret_key="hush", admin_password="hush")
    assert "hush" not in repr(chosen)


@pytest.mark.parametrize(
    "key",
    ["change-me-change-me-change-me-change-me-1", "0123456789abcdefghij" * 3, "my-Secret-0192837465-qwertyuiop-zxc"],
)
def test_a_key_that_was_copied_and_not_made_is_weak(key):
    assert Settings(secret_key=key, log_key=key[::-1]).weak_keys()[0] == "SECRET_KEY"


def test_what_beyond_a_password_is_asked_stands_in_production_and_can_be_set(tmp_path):
    trial, served = Settings(data_dir=tmp_path), Settings(data_dir=tmp_path, app_mode="production")
    assert (trial.idle, trial.asks_second_step) == (None, False)
    assert (served.idle, served.asks_second_step) == (timedelta(minutes=60), True)
    milder = Settings(data_dir=tmp_path, app_mode="production", second_step=False, session_idle_minutes=0)
    assert (milder.idle, milder.asks_second_step) == (None, False)
