"""Putting a file in its place: whole or not at all, and in words what was in the way."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

REASONS = {
    errno.ENOSPC: "磁盘满了", errno.EDQUOT: "磁盘配额用完了", errno.EACCES: "没有写入的权限",
    errno.EPERM: "没有写入的权限", errno.EROFS: "那里只能读", errno.ENOENT: "没有这个文件夹",
    errno.ENOTDIR: "没有这个文件夹", errno.EISDIR: "那是一个文件夹",
}  # fmt: skip


def why(wrong: OSError) -> str:
    """What was in the way, for people. A library that writes by itself may not say."""
    return REASONS.get(wrong.errno or errno.ENOSPC, wrong.strerror or str(wrong))


class put_whole:
    """A file beside `path` that takes its place when all went well, and is gone when not.

    A link stays, and what it leads to is written. What is no file (a pipe, a device) is written to as it stands:
    nothing may take its place.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.resolve()
        self._in_place = self._path.exists() and not self._path.is_file()

    def __enter__(self) -> Path:
        if self._in_place:
            return self._path
        handle, name = tempfile.mkstemp(prefix=f".{self._path.name}.", suffix=self._path.suffix, dir=self._path.parent)
        os.close(handle)
        self._aside = Path(name)
        return self._aside

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._in_place:
            return
        if kind is None:
            self._aside.chmod(0o666 & ~_umask())
            self._aside.replace(self._path)
        else:
            self._aside.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
