"""Every setting, read from the environment once, with its type, its default and its reason.

Reading settings touches no file. A key that the environment does not give is made when first asked for, and kept.
"""

import os
import secrets
import tempfile
from datetime import time, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from models.database import engine_options

HOURS = 3600
MEBIBYTE = 1024 * 1024
AUTH_DB = 1  # flask_appbuilder.const.AUTH_DB; importing it would load all of FAB for one number
SHORTEST_KEY = 32  # characters; the keys made here have 64
PLACEHOLDERS = ("change", "secret", "password", "example", "default", "replace")
"""What stands in files that were copied and not filled in; a key that chance made has none of these words."""
DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}


def _with_driver(url: str) -> str:
    """Take the spellings of PostgreSQL that hosts hand out, and name the driver that we ship."""
    scheme, colon, rest = url.partition("://")
    named = f"{DRIVERS.get(scheme, scheme)}{colon}{rest}"
    try:
        dialect = make_url(named).get_backend_name()
    except ArgumentError:
        dialect = ""
    if dialect not in ("sqlite", "postgresql"):
        raise ValueError("写成 postgresql://用户:口令@主机/库，或 sqlite:///文件")
    return named


DatabaseUrl = Annotated[str, AfterValidator(_with_driver)]
Folder = Annotated[Path, AfterValidator(Path.absolute)]  # a later chdir must not move the data


def _hours(text: str) -> str:
    """Two clock times, as `span_of_hours` reads them."""
    span_of_hours(text)
    return text


def span_of_hours(text: str) -> tuple[time, time] | None:
    """When a span of the day begins and ends; it may run over midnight."""
    if text.strip() == "off":
        return None
    begin, dash, end = text.partition("-")
    if not dash:
        raise ValueError("write it as 21:00-07:30")
    return time.fromisoformat(begin.strip()), time.fromisoformat(end.strip())


QuietHours = Annotated[str, AfterValidator(_hours)]


class Settings(BaseSettings):
    """The settings of one installation: each is an environment variable of the same name in capitals."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    # Where things are kept
    data_dir: Folder = Field(
        default=Path(__file__).parent / "instance",
        description="SQLite file, attachments, rejects and generated keys: the one folder to back up.",
    )
    database_url: DatabaseUrl = Field(
        default_factory=lambda known: f"sqlite:///{(known['data_dir'] / 'kefu.db').as_posix()}",
        repr=False,  # may hold a password
        description="SQLite in DATA_DIR lets a first start work unconfigured; postgres:// is taken as written.",
    )
    analytics_database_url: DatabaseUrl = Field(
        default_factory=lambda known: known["database_url"],
        repr=False,
        description="A read replica for figures, so that a heavy report does not slow the desk; default the same.",
    )

    # Keys and passwords
    secret_key: SecretStr | None = Field(
        default=None, description="Signs sessions and tokens. Left out: made once and kept in DATA_DIR/secret.key."
    )
    log_key: SecretStr | None = Field(
        default=None,
        description="Keys the log's digests of names and texts. Apart from SECRET_KEY, because that one may be "
        "changed at any time, and this one never: the log could no longer be checked. Left out: DATA_DIR/log.key.",
    )
    admin_password: SecretStr | None = Field(
        default=None, description="Password of the first administrator, for `init` without a terminal."
    )
    demo_password: SecretStr | None = Field(
        default=None, description="One password for all demo accounts. Left out: made up, and printed once."
    )

    # Serving
    app_mode: Literal["development", "production"] = Field(
        default="development",
        description="Production refuses weak keys and demo accounts; so does any host not loopback.",
    )
    host: str = Field(
        default="127.0.0.1", description="Loopback, so that a trial is not open to the network by accident."
    )
    port: int = Field(default=8080, ge=0, le=65535, description="Above 1024: needs no root.")
    workers: int = Field(
        default=2, ge=1, le=64, description="Server processes, about 110 MB each; one a core is enough."
    )
    public_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Names (comma-separated) that people reach this server by. Any other Host header is refused, "
        "or a forged one could lead a login elsewhere. Empty: no check, for trials.",
    )
    proxies: int = Field(
        default=0,
        ge=0,
        le=5,
        description="Trusted proxies in front. 0: X-Forwarded-* is anybody's word, so it is not read.",
    )
    cookie_secure: bool | None = Field(
        default=None,
        description="Send cookies over HTTPS only. Left out: in production. False: HTTP inside a closed net.",
    )
    session_hours: int = Field(
        default=12, ge=1, le=24, description="A shift and its overtime; FAB's 31 days are too many."
    )
    session_idle_minutes: int | None = Field(
        default=None,
        ge=0,
        le=1440,
        description="After so many minutes unused a sign-in ends, in the browser and for programs alike. Left out: 60 "
        "in production (a long call and its notes fit), never in a trial. 0: never.",
    )
    second_step: bool | None = Field(
        default=None,
        description="Whether discipline, chairman and administrators prove a second step (TOTP) when they sign in. "
        "Left out: in production. A lost telephone is helped by a one-time secret.",
    )
    confidential_agreement: bool = Field(
        default=False,
        description="Whether a new discipline or chairman role or post, or a reset for its holder, waits until another "
        "holder agrees. All holders are told in any case; of two holders, one on leave would block the other.",
    )
    reset_hours: int = Field(
        default=24, ge=1, le=168, description="How long a one-time secret for a new password can be used."
    )
    upload_mebibytes: int = Field(
        default=32, ge=1, description="Largest request: scans and photographs fit, a flood does not."
    )

    attachment_mebibytes: int = Field(
        default=20,
        ge=1,
        description="Largest attachment: an hour of recorded call fits. At most what UPLOAD_MEBIBYTES lets through.",
    )

    # Notices
    public_url: str = Field(
        default="",
        description="Where people open this server, such as https://desk.example: messages sent outside link to it.",
    )
    quiet_hours: QuietHours = Field(
        default="21:00-07:30",
        description="When nothing but urgent notices goes outside; the rest waits for the morning. off: never.",
    )

    # Whose desk it is
    company: str = Field(default="聊城水务集团有限公司", description="Name on pages, forms to print and reviews.")
    hotline: str = Field(default="96568", description="Number that customers call; shown, and the name of a channel.")
    timezone: str = Field(default="Asia/Shanghai", description="Zone of all times shown and read; inside all is UTC.")
    locale: Literal["zh", "en"] = Field(
        default="zh", description="Language of a first visit; the other is a click away."
    )

    @field_validator("public_hosts", mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(name.strip() for name in value.split(",") if name.strip())
        return value

    @property
    def production(self) -> bool:
        """Whether strangers may reach this server: then the guards stand."""
        return self.app_mode == "production" or not is_loopback(self.host)

    @property
    def secure_cookies(self) -> bool:
        return self.production if self.cookie_secure is None else self.cookie_secure

    @property
    def idle(self) -> timedelta | None:
        """How long a sign-in may be unused; None: as long as it lasts."""
        minutes = self.session_idle_minutes
        if minutes is None:
            minutes = 60 if self.production else 0
        return timedelta(minutes=minutes) or None

    @property
    def asks_second_step(self) -> bool:
        return self.production if self.second_step is None else self.second_step

    @property
    def session_key(self) -> str:
        """SECRET_KEY, or the one kept in DATA_DIR."""
        return self.secret_key.get_secret_value() if self.secret_key else kept_key(self.data_dir / "secret.key")

    @property
    def digest_key(self) -> bytes:
        """LOG_KEY, or the one kept in DATA_DIR, as bytes for HMAC; the file's text works as the variable too."""
        text = self.log_key.get_secret_value() if self.log_key else kept_key(self.data_dir / "log.key")
        return text.encode()

    def weak_keys(self) -> list[str]:
        """Names of keys too short or shared to serve in production."""
        keys = {"SECRET_KEY": self.session_key, "LOG_KEY": self.digest_key.decode()}
        weak = [name for name, key in keys.items() if _is_weak(key)]
        return weak or (["LOG_KEY"] if keys["LOG_KEY"] == keys["SECRET_KEY"] else [])


def _is_weak(key: str) -> bool:
    """Too short, of too few characters, a piece repeated, or words such as change-me."""
    repeated = key in (key + key)[1:-1]
    words = "".join(ch for ch in key.lower() if ch.isalpha())
    return (
        len(key) < SHORTEST_KEY
        or len(set(key)) < SHORTEST_KEY // 4
        or repeated
        or any(word in words for word in PLACEHOLDERS)
    )


@cache
def settings() -> Settings:
    """This process's settings; tests that change the environment call `settings.cache_clear()`."""
    return Settings()


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches `host`; a name that is not `localhost` is taken as reachable."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def kept_key(path: Path) -> str:
    """Read the key in `path`, making it first if there is none; two processes at once get the same one.

    The new key is written aside and linked into place, which fails if another was quicker: no reader ever sees
    half a key, and none is ever replaced. An emptied file is an error, because a new log key would break the log.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, aside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # made with mode 0600
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(32))
                file.flush()
                os.fsync(file.fileno())
            path.hardlink_to(aside)
        except FileExistsError:
            pass  # another process was quicker: its key is the key
        finally:
            Path(aside).unlink()
    key = path.read_text(encoding="ascii").strip()
    if not key:
        raise ValueError(f"the key file {path} is empty: restore it from a backup")
    return key


def flask_config(chosen: Settings) -> dict[str, Any]:
    """Flask's and FAB's configuration, made from `chosen`; what is not named here keeps its default."""
    config: dict[str, Any] = {
        "SECRET_KEY": chosen.session_key,
        "SQLALCHEMY_DATABASE_URI": chosen.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(chosen.database_url),
        "MAX_CONTENT_LENGTH": chosen.upload_mebibytes * MEBIBYTE,
        # Sessions: not for scripts, not for other sites, not for ever.
        # The prefix, which browsers honour over HTTPS only, keeps other hosts of the domain from setting it.
        "SESSION_COOKIE_NAME": "__Host-kefu" if chosen.secure_cookies else "kefu",
        "SESSION_COOKIE_PATH": "/",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": chosen.secure_cookies,
        "PERMANENT_SESSION_LIFETIME": chosen.session_hours * HOURS,
        "SESSION_IDLE": chosen.idle,
        "SECOND_STEP": chosen.asks_second_step,
        "AGREEMENT": chosen.confidential_agreement,
        "RESET_HOURS": chosen.reset_hours,
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_SECURE": chosen.secure_cookies,
        # As long as the session: with the default hour, a form left open over lunch would be lost.
        "WTF_CSRF_ENABLED": True,
        "WTF_CSRF_TIME_LIMIT": None,
        # A token lives as long as a session, and its refresh no longer (default: 30 days).
        "JWT_ACCESS_TOKEN_EXPIRES": chosen.session_hours * HOURS,
        "JWT_REFRESH_TOKEN_EXPIRES": chosen.session_hours * HOURS,
        # Accounts live in our database. Failed logins are counted there too, by account and for all processes;
        # Flask-Limiter would count per process, successes included.
        "AUTH_TYPE": AUTH_DB,
        "AUTH_USER_REGISTRATION": False,
        "AUTH_RATE_LIMITED": False,
        "RATELIMIT_ENABLED": False,
        "FAB_PASSWORD_COMPLEXITY_ENABLED": False,  # its rule is not ours: the security manager has its own check
        "FAB_CREATE_DB": False,  # migrations make the tables
        "FAB_API_SHOW_STACKTRACE": False,
        # Language and look
        "APP_NAME": chosen.company,
        "BABEL_DEFAULT_LOCALE": chosen.locale,
        "BABEL_DEFAULT_TIMEZONE": chosen.timezone,
        "LANGUAGES": {"zh": {"flag": "cn", "name": "中文"}, "en": {"flag": "gb", "name": "English"}},
    }
    if chosen.public_hosts:
        config["TRUSTED_HOSTS"] = list(chosen.public_hosts)
        config["FAB_SAFE_REDIRECT_HOSTS"] = list(chosen.public_hosts)
    return config
