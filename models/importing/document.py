"""A YAML document as plain strings, lists and dictionaries, each with its line; and what is wrong with it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import yaml

LARGEST: Final = 1 << 20
DEEPEST: Final = 12
NODES: Final = 20_000
"""Bytes, depth and values of a document, its aliases spelled out; past them it is no mapping file."""
PLAIN: Final = frozenset({"tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"})
"""The only tags taken: no tag builds anything, and a bare `No` or `007` stays the text it is."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong: `where` is a path such as `fields.category.map`, `line` is 0 where there is none."""

    where: str
    text: str
    line: int = 0

    def __str__(self) -> str:
        place = "，".join(filter(None, (self.where, f"第 {self.line} 行" if self.line else "")))
        return f"{place}：{self.text}" if place else self.text


class MappingError(ValueError):
    """Everything that is wrong with a mapping file, told at once. `where` is the first of its `problems`."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        self.where = self.problems[0].where
        super().__init__("\n".join(map(str, self.problems)))


def nearest(word: str, known: Iterable[str]) -> str:
    """A clause that suggests which of `known` was meant, or nothing."""
    found = difflib.get_close_matches(word, list(known), 1, 0.5)
    return f"，是不是「{found[0]}」？" if found else ""


class Document:
    """A YAML text read without building anything of it. Raises MappingError where it is no YAML at all;
    what can be told later is gathered in `problems`."""

    def __init__(self, text: str | bytes) -> None:
        self.problems: list[Problem] = []
        self._lines: dict[str, int] = {}
        self._nodes = 0
        self.content = self._plain(_compose(text), "")

    def wrong(self, where: str, text: str) -> None:
        """Note what is wrong at a path; its line is that of the nearest thing above that is there."""
        known = where
        while known and known not in self._lines:
            known = known.rpartition(".")[0]
        self.problems.append(Problem(where, text, self._lines.get(known, 0)))

    def known(self, given: Any, where: str, words: Iterable[str], what: str) -> Iterator[tuple[str, Any, str]]:
        """The (word, value, path) of a dictionary that are among `words`; the others are wrong."""
        if not isinstance(given, dict):
            example = f"，例如 {{column: {given}}}" if isinstance(given, str) and "." in where else ""
            self.wrong(where, f"这里要写「词: 值」{example}")
            return
        for word, value in given.items():
            path = f"{where}.{word}" if where else word
            if word in words:
                yield word, value, path
            else:
                self.wrong(path, f"没有「{word}」这个{what}{nearest(word, words)}")

    def _plain(self, node: yaml.Node, where: str, depth: int = 1) -> Any:
        self._nodes += 1
        if self._nodes > NODES or depth > DEEPEST:
            raise MappingError([Problem(where, "YAML 嵌套过深，或别名展开后过大，不像是映射文件")])
        self._lines.setdefault(where, node.start_mark.line + 1)
        if node.tag not in PLAIN:
            tag = node.tag.replace("tag:yaml.org,2002:", "!!")
            self.wrong(where, f"不接受 YAML 标签 {tag}，请去掉标签，只写文字")
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(item, where, depth + 1) for item in node.value]
        return self._pairs(node, where, depth) if isinstance(node, yaml.MappingNode) else node.value

    def _pairs(self, node: yaml.MappingNode, where: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._plain(key_node, where, depth + 1)
            if not isinstance(key, str):
                self.wrong(where, "冒号前面只能是文字")
                continue
            path = f"{where}.{key}" if where else key
            self._lines[path] = key_node.start_mark.line + 1
            if key in found:
                self.wrong(path, f"「{key}」写了两次，请只留一个")
            found[key] = self._plain(value_node, path, depth + 1)
        return found


def _compose(text: str | bytes) -> yaml.Node:
    if len(text) > LARGEST:
        raise MappingError([Problem("", "文件超过 1 MiB，不像是映射文件")])
    try:
        node: yaml.Node | None = yaml.compose(text, yaml.BaseLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        advice = "；缩进请用空格，不要用制表符" if "'\\t'" in str(error.problem) else ""
        raise MappingError([Problem("", f"YAML 写法有误（第 {column} 列）：{error.problem}{advice}", line)]) from error
    except (yaml.YAMLError, UnicodeError) as error:
        raise MappingError([Problem("", "映射文件不是 UTF-8 文本，或含有控制字符，请另存为 UTF-8")]) from error
    except RecursionError as error:
        raise MappingError([Problem("", "YAML 嵌套过深，不像是映射文件")]) from error
    if node is None:
        raise MappingError([Problem("", "映射文件是空的，请写上 name 和 fields")])
    return node
