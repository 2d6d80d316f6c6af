"""Forms made from the workflow table: a control for each field, and what was typed read back for the desk.

What a person typed is kept as typed, whatever was wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from admin import words
from admin.views import attaching
from models.book import TABLES
from models.workflow import Field

Typed = MultiDict[str, str]
Option = tuple[str, str]

WORDS_OF = "%s_words"
"""Beside a list to choose from: one's own words, or further names."""
AS_RADIOS = 5
"""Up to so many choices all stand open."""
BOOLEAN = {"founded": ("属实", "不属实"), "solved": ("已解决", "未解决")}
HINTS = {
    "accused": "姓名，多人用顿号分开。只知道特征也可以写。",
    "happened_at": "不确切可以留空，写在内容里。",
    "received_at": "留空为现在。",
    "forward_due_at": "来文上写的时限，转办时限与回访时限不受影响。",
    "responsible": "查不出是谁，写“未查明”。",
    "called_by": "单位有人一起打这个电话时写。",
    "summary": "承办单位只看得到摘要；不写则看不到案情。",
    "to": "完整的工单号。",
    "until": "留空为一直开放。",
    "phone": "暂时问不到可以留空。",
    "account_no": "水费单上的号码。",
    "channel": "市长热线、城建热线或部门转来的，选了以后填来文。",
}  # fmt: skip
LONG = frozenset({"content", "result", "findings", "opinion"})


@dataclass
class Control:
    """A field as the page draws it. `groups`: options under headings; `value`: as typed."""

    name: str
    label: str
    kind: str
    required: bool = False
    value: str = ""
    chosen: frozenset[str] = frozenset()
    options: list[Option] = field(default_factory=list)
    groups: list[tuple[str, list[Option]]] = field(default_factory=list)
    words: str | None = None
    hint: str = ""
    error: str = ""
    long: bool = False
    kept: list[dict[str, Any]] = field(default_factory=list)
    """Files that wait for the act: of kind `files`."""
    needed_when: str = ""
    """The choice elsewhere in the form that makes it required."""
    texts: list[Option] = field(default_factory=list)
    """常用答复: (name, text) that may be put in."""
    standing: str = ""
    """What a fresh form has there."""

    @property
    def holds(self) -> bool:
        """Whether somebody has put something in, or it was refused."""
        return bool(self.error or self.words or (self.value and self.value != self.standing))

    @property
    def described_by(self) -> str:
        ids = [f"{self.name}-hint"] if self.hint else []
        return " ".join([*ids, f"{self.name}-error"] if self.error else ids)


Offers = Mapping[str, Callable[[], "list[Option] | list[tuple[str, list[Option]]]"]]
"""What stands to choice for the fields whose choices are rows: field name or kind → options, or groups of them."""


def controls(
    fields: Sequence[Field], typed: Typed | None, errors: Mapping[str, str], offers: Offers,
    defaults: Mapping[str, str] | None = None,
) -> list[Control]:  # fmt: skip
    """A control for each field; `typed`: what came with the request, None on a fresh form."""
    made = [_control(f, typed, errors.get(f.name, ""), offers, defaults or {}) for f in fields]
    for control, f in zip(made, fields, strict=True):
        if f.required_when:
            other = next((g for g in fields if g.name == f.required_when[0]), None)
            control.needed_when = _(other.choices.get(f.required_when[1], "")) if other else ""
    return made


def _control(f: Field, typed: Typed | None, error: str, offers: Offers, defaults: Mapping[str, str]) -> Control:
    made = Control(f.name, _(f.zh), "line", f.required, error=error, hint=_(HINTS[f.name]) if f.name in HINTS else "",
                   long=f.name in LONG)  # fmt: skip
    values = typed.getlist(f.name) if typed is not None else [defaults[f.name]] if f.name in defaults else []
    made.value, made.standing = values[0] if values else "", defaults.get(f.name, "")
    made.chosen = frozenset(values)
    if f.kind == "files":
        made.kind, made.kept = "files", attaching.kept(values)
    elif f.kind == "text":
        made.kind = "text"
    elif f.kind in ("moment", "day"):
        made.kind = f.kind
    elif f.kind == "bool":
        yes, no = BOOLEAN.get(f.name, ("是", "否"))
        made.kind = "radios"
        made.options = [("true", _(yes)), ("false", _(no))] + ([] if f.required else [("", _("没有问到"))])
    elif f.kind in ("choice", "coded"):
        made.options = [(code, _(zh)) for code, zh in f.choices.items()]
        made.kind = "radios" if len(made.options) <= AS_RADIOS and f.required else "select"
    elif f.kind == "parts":
        made.kind, made.options = "checks", [(code, _(zh)) for code, zh in f.choices.items()]
    elif f.kind in TABLES or f.kind == "users":
        made.kind = "checks" if f.kind == "users" else "select"
        _offer(made, offers[f.name if f.name in offers else f.kind]())
    if f.kind in ("coded", "users"):
        made.words = typed.get(WORDS_OF % f.name, "") if typed is not None else ""
    return made


def _offer(made: Control, offered: Any) -> None:
    if offered and isinstance(offered[0][1], list):
        made.groups = offered
    else:
        made.options = offered


def given(fields: Sequence[Field], typed: Typed) -> dict[str, Any]:
    """What was typed, as the desk takes it: of a list of rows the ids as integers, names as strings."""
    values: dict[str, Any] = {}
    for f in fields:
        value = _given(f, typed)
        if value not in (None, "", []):
            values[f.name] = value
    return values


def _given(f: Field, typed: Typed) -> Any:
    value = typed.get(f.name, "").strip()
    if f.kind in TABLES:
        return number(value) or value
    if f.kind == "coded":
        return typed.get(WORDS_OF % f.name, "").strip() or value
    if f.kind == "files":
        return attaching.ids_of(typed.getlist(f.name))
    if f.kind == "parts":
        return typed.getlist(f.name)
    if f.kind in ("persons", "users"):
        chosen = [int(v) if v.isascii() and v.isdecimal() and len(v) < 10 else v for v in typed.getlist(f.name)]
        names = re.split(r"[、,，;；\n]", typed.get(WORDS_OF % f.name, "")) if f.kind == "users" else []
        return [*chosen, *(name.strip() for name in names if name.strip())] if f.kind == "users" else value
    if f.kind in ("text", "line"):
        return typed.get(f.name, "").replace("\r\n", "\n")
    return value


def categories(entries: Sequence[Any], tracks: Sequence[str]) -> list[tuple[str, list[Option]]]:
    """Categories in use, under their tracks."""
    return [
        (words.choice("track", track), [(str(e.id), _(e.name)) for e in entries if e.active and e.track == track])
        for track in tracks
    ]


def day(text: str) -> date | None:
    """A day as a date field sends it; None where it is none."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def number(value: str | None) -> int | None:
    """A row's id as a form sends it."""
    return int(value) if value and value.isascii() and value.isdecimal() and len(value) < 10 else None


def in_use(entries: Sequence[Any]) -> list[Option]:
    return [(str(e.id), _(e.name)) for e in entries if e.active]
