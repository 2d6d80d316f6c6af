"""Which passwords will do: a row that the administrator keeps, seeded with what 等保 (GB/T 22239) asks for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, Integer, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Model
from models.refusals import Reason
from models.types import Serial

LONGEST = 200
"""Characters: what is longer only costs time to hash."""
WORDS = (
    "96568", "聊城", "水务", "自来水", "供水", "客服", "投诉", "热线", "liaocheng", "lcsw", "shuiwu", "shuichang",
    "zilaishui", "gongshui", "jituan", "yingyeting", "dongchangfu", "dongchang", "shandong", "kefu", "tousu", "rexian",
    "guanli", "xitong", "mima", "woaini", "woshi", "nihao", "zhongguo", "password", "passw0rd", "qwerty", "qazwsx",
    "asdfgh", "abc123", "a1b2c3", "1qaz", "123456", "112233", "111111", "000000", "888888", "666666", "147258",
    "5201314", "admin", "welcome", "letmein", "iloveyou", "water",
)  # fmt: skip
"""What people here reach for first: company, city, number, and words in pinyin."""
SEEDED = {"shortest": 8, "classes": 3, "score": 3, "history": 5, "days": 90, "words": " ".join(WORDS)}
ALIKE = str.maketrans("013457@$!", "oieastasi")
"""Figures and signs that stand for letters."""


class PasswordProfile(Model):
    """One row. words: parts that no password may have, with spaces between. days: how long one may be used."""

    __tablename__ = "password_profile"
    __table_args__ = (
        CheckConstraint("shortest BETWEEN 8 AND 64", name="password_profile_shortest"),
        CheckConstraint("classes BETWEEN 1 AND 4", name="password_profile_classes"),
        CheckConstraint("score BETWEEN 0 AND 4", name="password_profile_score"),
        CheckConstraint("history BETWEEN 0 AND 24", name="password_profile_history"),
        CheckConstraint("days BETWEEN 1 AND 3650", name="password_profile_days"),
    )

    id: Mapped[Serial]
    shortest: Mapped[int] = mapped_column(Integer)
    classes: Mapped[int] = mapped_column(Integer)
    """Of upper case, lower case, figures, all else: how many a password must have."""
    score: Mapped[int] = mapped_column(Integer)
    """At least what zxcvbn gives it, 0 to 4."""
    history: Mapped[int] = mapped_column(Integer)
    """How many passwords back none may be used again."""
    days: Mapped[int | None] = mapped_column(Integer)
    """None: for as long as its owner likes."""
    words: Mapped[str] = mapped_column(Text)

    def __str__(self) -> str:
        return "password profile"


def in_force(session: Session) -> PasswordProfile:
    """The profile as it stands; the seeded one where none was written yet."""
    return session.scalars(select(PasswordProfile).order_by(PasswordProfile.id).limit(1)).first() or seeded()


def seeded() -> PasswordProfile:
    return PasswordProfile(**SEEDED)


def weakness(password: str, profile: PasswordProfile, *about: str) -> Reason | None:
    """Why a password will not do for an account; None: it will. about: its names, which it must not be made of."""
    if len(password) < profile.shortest or len(set(password)) < profile.shortest // 2:
        return Reason("password_short", least=profile.shortest)
    if len(password) > LONGEST:
        return Reason("too_long", most=LONGEST)
    if len(_classes(password)) < profile.classes:
        return Reason("password_classes", least=profile.classes)
    parts = [*profile.words.split(), *(name for name in about if len(name) > 2)]
    lower = password.lower()
    if any(part.lower() in lower or part.lower() in lower.translate(ALIKE) for part in parts):
        return Reason("password_named")
    if profile.score and _score(password, parts) < profile.score:
        return Reason("password_easy")
    return None


def _classes(password: str) -> set[str]:
    kinds: Iterator[str] = (
        "figure" if ch.isdecimal() else "lower" if "a" <= ch <= "z" else "upper" if "A" <= ch <= "Z" else "other"
        for ch in password
    )
    return set(kinds)


def _score(password: str, known: list[str]) -> int:
    """0 (guessed at once) to 4."""
    from zxcvbn import zxcvbn  # its lists of words take a moment to read

    found: dict[str, Any] = zxcvbn(password[:72], known)
    return int(found["score"])


def is_old(profile: PasswordProfile, since: datetime | None, at: datetime) -> bool:
    """Whether a password has been used for too long. Of one that nobody chose here (a demo account's) none is."""
    return since is not None and profile.days is not None and at >= since + timedelta(days=profile.days)
