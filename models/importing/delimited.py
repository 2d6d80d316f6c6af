"""Rows of a CSV file, plain or gzipped, of any usual encoding and delimiter, in bounded memory."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Final, NamedTuple

from models.cells import plain
from models.importing.rows import HEAD, SourceRow, TableError

GZIP: Final = b"\x1f\x8b"
ENCODINGS: Final = ("utf-8-sig", "gb18030")
"""Tried in this order, each over the whole file; UTF-8 first, for little else is valid UTF-8 by chance."""
DELIMITERS: Final = (",", ";", "\t")
CHUNK: Final = 1 << 20
"""Bytes read at once. A stretch of this length without a line break is no table."""


class Delimited:
    """A CSV file opened for reading. Raises TableError if it is not text of one encoding from end to end.

    `columns` are the names the header should have: they tell the delimiter.
    """

    sheet = None
    unit = "bytes"

    def __init__(self, path: Path, columns: Sequence[str], encoding: str | None) -> None:
        self.total = path.stat().st_size
        self.encoding = _checked(path, encoding) if encoding else _detected(path)
        with path.open("rb") as file, _text(file, self.encoding) as text:
            head = list(islice(text, 10 * HEAD))
        if head and "\0" in head[0]:
            raise TableError("第 1 行里有空字符（NUL），不是文本表格，请另存为 UTF-8 的 CSV")
        self.delimiter = max(DELIMITERS, key=lambda delimiter: _likelihood(head, delimiter, columns))
        self._file = path.open("rb")
        self._stream = _text(self._file, self.encoding)

    def rows(self) -> Iterator[SourceRow]:
        return _records(_Lines(self._stream), self.delimiter)

    def position(self) -> int:
        return self.total if self._file.closed else self._file.tell()

    def close(self) -> None:
        self._stream.close()
        self._file.close()


class _Lines(Iterator[str]):
    """Physical lines and how many were given; those of a record that came to nothing can be given again."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._read = text.readline
        self._again: deque[str] = deque()
        self.held: list[str] = []
        self.number = 0

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._read()
        if not line:
            raise StopIteration
        self.number += 1
        self.held.append(line)
        return line

    def give_up_first(self) -> str:
        """The first line of this record, which is lost; the others are read anew."""
        self.number -= len(self.held) - 1
        self._again.extendleft(reversed(self.held[1:]))
        return self.held[0].rstrip("\r\n")


def _records(lines: _Lines, delimiter: str) -> Iterator[SourceRow]:
    """A record a row. A quote that is never closed costs its own line and no other: reading goes on with the next."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        start = lines.number + 1
        lines.held.clear()
        try:
            yield SourceRow(start, [plain(cell) if cell[:1] == "'" else cell for cell in next(reader)])
        except StopIteration:
            return
        except csv.Error as error:
            large = "field larger" in str(error)
            reason = f"有一格超过 {csv.field_size_limit()} 字，多半是引号没有成对" if large else "引号没有成对"
            yield SourceRow(start, [lines.give_up_first()], f"{reason}，格子里的引号要写成两个")


def _likelihood(head: Sequence[str], delimiter: str, columns: Sequence[str]) -> tuple[int, int]:
    """How many of the columns the best row has when split so, and how many cells."""
    wanted, best = set(columns), (0, 0)
    try:
        for cells in islice(csv.reader(head, delimiter=delimiter), HEAD):
            best = max(best, (len(wanted & {cell.strip().strip("\ufeff") for cell in cells}), len(cells)))
    except csv.Error:
        pass
    return best


class _Flaw(NamedTuple):
    """Where a file is not of an encoding: line and byte count from 1."""

    line: int
    byte: int


def _checked(path: Path, encoding: str) -> str:
    if flaw := _flaw(path, encoding):
        raise TableError(
            f"第 {flaw.line} 行（第 {flaw.byte} 个字节）不是映射文件所说的 {encoding} 编码，"
            "请改正 encoding，或去掉它由程序识别"
        )
    return encoding


def _detected(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(2)
    if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return _checked(path, "utf-16")
    first: _Flaw | None = None
    for encoding in ENCODINGS:
        flaw = _flaw(path, encoding)
        if flaw is None:
            return encoding
        first = first or flaw
    guess = _guess(path, first) if first else None
    if guess and _flaw(path, guess) is None:
        return guess
    raise TableError(
        f"认不出文件的编码：第 {first.line if first else 1} 行（第 {first.byte if first else 1} 个字节）起既不是 UTF-8 "
        "也不是 GB18030，请另存为 UTF-8，或在映射文件里写明 encoding"
    )


def _flaw(path: Path, encoding: str) -> _Flaw | None:
    """The first place that is not of the encoding: one pass over the whole file, a chunk at a time."""
    decoder = codecs.getincrementaldecoder(encoding)()
    read, lines = 0, 1
    with path.open("rb") as file:
        stream = _bytes(file)
        while True:
            try:
                chunk = stream.read(CHUNK)
            except (OSError, EOFError, zlib.error) as error:
                raise TableError("压缩文件已损坏，解不开，请重新取得这个文件") from error
            read += len(chunk)
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                good = error.object[: error.start]
                return _Flaw(lines + good.count(b"\n"), read - len(error.object) + error.start + 1)
            except UnicodeError:
                return _Flaw(lines, read - len(chunk) + 1)
            if not chunk:
                return None
            if len(chunk) == CHUNK and "\n" not in text and "\r" not in text:
                raise TableError(f"第 {lines} 行长得不像表格的一行，请检查文件是不是 CSV")
            lines += text.count("\n")


def _guess(path: Path, flaw: _Flaw) -> str | None:
    """What the text around the first flaw looks like."""
    import charset_normalizer  # 60 ms, and hardly ever needed

    with path.open("rb") as file:
        stream = _bytes(file)
        before = max(0, flaw.byte - CHUNK // 2)
        for skipped in range(0, before, CHUNK):
            stream.read(min(CHUNK, before - skipped))
        sample = stream.read(CHUNK)
    found = charset_normalizer.from_bytes(sample[sample.find(b"\n") + 1 :] if before else sample).best()
    return found.encoding if found else None


def _bytes(file: IO[bytes]) -> IO[bytes]:
    """What the file holds, unpacked if it is gzipped."""
    start = file.read(2)
    file.seek(0)
    return io.BufferedReader(gzip.GzipFile(fileobj=file)) if start == GZIP else file


def _text(file: IO[bytes], encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(_bytes(file), encoding, newline="")
