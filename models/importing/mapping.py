"""The mapping file: which column of a foreign table is which field of a ticket, and how it is read."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from collections.abc import Mapping as Dictionary
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from models.importing.document import LARGEST, Document, MappingError, Problem, nearest
from models.importing.fields import FALSE, FIELDS, ORIGINS, REQUIRED, TOP, TRUE, WORDS, Spec

__all__ = ["Field", "Mapping", "MappingError", "Problem", "load_mapping", "parse_mapping"]

NAME_LIMIT: Final = 100
WIDER: Final = {"ascii": "utf-8-sig", "utf-8": "utf-8-sig", "gbk": "gb18030", "gb2312": "gb18030"}
"""Encodings read as one that holds all of theirs: a table called GBK often has what only GB18030 has."""
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Field:
    """How one field is read: from which columns (joined by a space, or hashed) or from which constant."""

    name: str
    columns: tuple[str, ...] = ()
    hashed: bool = False
    const: str | None = None
    map: Dictionary[str, str] = field(default_factory=dict)
    default: str | None = None
    create: bool = False
    format: str = "mixed"
    date_only: bool = False
    true: frozenset[str] = frozenset(TRUE)
    false: frozenset[str] = frozenset(FALSE)
    plus: int = 0

    @property
    def spec(self) -> Spec:
        return FIELDS[self.name]


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping file, checked. `fields` stand in the order of `FIELDS`; `encoding` None is to be detected."""

    name: str
    fields: Dictionary[str, Field]
    timezone: str = "Asia/Shanghai"
    encoding: str | None = None
    missing: frozenset[str] = frozenset()

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that some field names, each once."""
        return tuple(dict.fromkeys(column for each in self.fields.values() for column in each.columns))


def load_mapping(path: Path | str) -> Mapping:
    """Read a mapping file. Raises MappingError."""
    try:
        with Path(path).open("rb") as file:
            text = file.read(LARGEST + 1)
    except OSError as error:
        raise MappingError([Problem("", f"打不开映射文件 {path}：{error.strerror}")]) from error
    return parse_mapping(text)


def parse_mapping(text: str | bytes) -> Mapping:
    """Read a mapping from YAML. Raises MappingError with everything that is wrong."""
    document = Document(text)
    given = {word: (value, path) for word, value, path in document.known(document.content, "", TOP, "词")}
    top = {word: read(document, *given[word]) for word, read in TOP_READERS.items() if word in given}
    fields: dict[str, Field] = {}
    if "name" not in given:
        document.wrong("name", "缺少 name，请写上这份数据的名称")
    if "fields" not in given:
        document.wrong("fields", "缺少 fields，请写明哪一列是哪个字段")
    else:
        wanted = [word for word in REQUIRED if isinstance(given["fields"][0], dict) and word not in given["fields"][0]]
        for word in wanted:
            document.wrong(f"fields.{word}", f"缺少 {word}（{FIELDS[word].zh}），请写明它是哪一列")
        for word, value, path in document.known(*given["fields"], FIELDS, "字段"):
            fields[word] = _field(document, word, value, path)
    if document.problems:
        raise MappingError(document.problems)
    ordered = {word: fields[word] for word in FIELDS if word in fields}
    return Mapping(fields=MappingProxyType(ordered), **{word: value for word, value in top.items() if value})


def _field(document: Document, name: str, given: Any, where: str) -> Field:
    """Read one field: each word it knows, then whether they go together."""
    spec = FIELDS[name]
    read: dict[str, Any] = {}
    for word, value, path in document.known(given, where, WORD_READERS, "词"):
        if word in WORDS[spec.type]:
            read[word] = WORD_READERS[word](document, value, path)
        else:
            can = "、".join(word for word in WORD_READERS if word in WORDS[spec.type])
            document.wrong(path, f"{name}（{spec.zh}）不能用 {word}，可用的有 {can}")
    if isinstance(given, dict):
        _check_origin(document, spec, given, where)
    for word in ("const", "default", "map"):
        if read.get(word):
            _check_own_values(document, spec, read[word], f"{where}.{word}")
    if "true" in read or "false" in read:
        _check_outcome(document, read, where)
    columns, hashed = read.pop("column", None), read.pop("hash", None)
    words = {word: value for word, value in read.items() if value is not None}
    return Field(name, columns or hashed or (), bool(hashed), **words)


def _check_origin(document: Document, spec: Spec, given: dict[str, Any], where: str) -> None:
    """One origin and no more; a constant is all there is to say."""
    origins = [word for word in ORIGINS if word in given]
    allowed = [word for word in ORIGINS if word in WORDS[spec.type]]
    beside = [word for word in given if word in WORDS[spec.type] and word not in (*ORIGINS, "create")]
    if not origins:
        document.wrong(where, f"没有说值从哪里来，请写 {' 或 '.join(allowed)}")
    elif len(origins) > 1:
        document.wrong(where, f"{' 和 '.join(origins)} 只能写一个")
    elif origins == ["const"] and beside:
        document.wrong(where, f"写了 const 就是固定的值，请去掉 {'、'.join(beside)}")


def _check_own_values(document: Document, spec: Spec, given: Any, where: str) -> None:
    """What the mapping itself puts into a field must fit the field."""
    for text in given.values() if isinstance(given, Dictionary) else [given]:
        if spec.type == "rounds":
            if not re.fullmatch(r"[1-9][0-9]?", text):
                document.wrong(where, f"「{text}」不是 1 到 99 的整数")
        elif text and spec.choices and text not in spec.choices:
            choices = "、".join(spec.choices)
            document.wrong(where, f"「{text}」不可用，只能是 {choices}{nearest(text, spec.choices)}")
        elif len(text) > spec.limit:
            document.wrong(where, f"「{text[:20]}…」超过 {spec.limit} 字")


def _check_outcome(document: Document, read: dict[str, Any], where: str) -> None:
    if "true" not in read or "false" not in read:
        document.wrong(where, "true 和 false 要一起写，各列出表示「是」和「否」的写法")
    for word in {"true", "false"} & set(read):
        read[word] = frozenset(text.casefold() for text in read[word] or ())
    if both := read.get("true", frozenset()) & read.get("false", frozenset()):
        document.wrong(where, f"「{'、'.join(sorted(both))}」同时在 true 和 false 里")


def _text(document: Document, value: Any, where: str) -> str | None:
    if isinstance(value, str) and value.strip() and not CONTROL.search(value.strip()):
        return value.strip()
    document.wrong(where, "这里要写一个词或一句话" if value else "这里是空的，请写上值")
    return None


def _name(document: Document, value: Any, where: str) -> str | None:
    text = _text(document, value, where)
    if text and len(text) > NAME_LIMIT:
        document.wrong(where, f"名称不能超过 {NAME_LIMIT} 字")
    return text


def _texts(document: Document, value: Any, where: str) -> tuple[str, ...] | None:
    items = value if isinstance(value, list) else [value]
    if not items or not all(isinstance(item, str) and item.strip() for item in items):
        document.wrong(where, "这里要写一个名称，或用方括号列出几个，例如 [日期, 时间]")
        return None
    return tuple(item.strip() for item in items)


def _missing(document: Document, value: Any, where: str) -> frozenset[str]:
    return frozenset(_texts(document, value, where) or ()) if value else frozenset()


def _pairs(document: Document, value: Any, where: str) -> Dictionary[str, str] | None:
    if isinstance(value, dict) and value and all(isinstance(text, str) for text in value.values()):
        return MappingProxyType({key.strip(): text.strip() for key, text in value.items()})
    document.wrong(where, "这里要写「原值: 新值」，例如 {城乡建设: 工程设计}")
    return None


def _flag(document: Document, value: Any, where: str) -> bool:
    if not isinstance(value, str) or value.lower() not in ("true", "false"):
        document.wrong(where, "这里只能写 true 或 false")
    return isinstance(value, str) and value.lower() == "true"


def _integer(document: Document, value: Any, where: str) -> int:
    if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,2}", value):
        return int(value)
    document.wrong(where, "这里要写一个整数，例如 1")
    return 0


def _format(document: Document, value: Any, where: str) -> str | None:
    text = _text(document, value, where)
    if text is None or text == "mixed":
        return text
    sample = datetime(2001, 2, 3, 16, 5, 6)  # noqa: DTZ001  a wall clock; no zone is meant
    try:
        if datetime.strptime(sample.strftime(text), text).date() != sample.date():  # noqa: DTZ007  the same
            document.wrong(where, f"格式「{text}」里要有年、月、日，例如 %Y-%m-%d %H:%M")
    except (ValueError, re.error) as error:
        document.wrong(where, f"格式「{text}」不能读时间（{error}），请写成 %d/%m/%Y %H:%M 这样，或写 mixed")
    return text


def _encoding(document: Document, value: Any, where: str) -> str | None:
    text = _text(document, value, where)
    try:
        codecs.getincrementaldecoder(text or "utf-8")().decode(b"", True)
        b" ".decode(text or "utf-8", "ignore")  # refuses what does not give text, such as base64
        name = codecs.lookup(text or "utf-8").name
        return WIDER.get(name, name)
    except (LookupError, ValueError):
        document.wrong(where, f"没有「{text}」这种编码，请写 utf-8 或 gb18030，或去掉这一行由程序识别")
        return None


def _timezone(document: Document, value: Any, where: str) -> str | None:
    text = _text(document, value, where)
    try:
        return ZoneInfo(text or "UTC").key
    except (LookupError, ValueError, OSError):
        advice = nearest(text or "", available_timezones()) or "，请写地区/城市，例如 Asia/Shanghai"
        document.wrong(where, f"没有「{text}」这个时区{advice}")
        return None


WordReader = Callable[[Document, Any, str], Any]
TOP_READERS: Final[dict[str, WordReader]] = {
    "name": _name, "encoding": _encoding, "timezone": _timezone, "missing": _missing,
}  # fmt: skip
WORD_READERS: Final[dict[str, WordReader]] = {
    "column": _texts, "hash": _texts, "const": _text, "map": _pairs, "default": _text, "create": _flag,
    "format": _format, "date_only": _flag, "true": _texts, "false": _texts, "plus": _integer,
}  # fmt: skip
"""How each word's value is read, in the order in which they are told to people."""
