"""Where the files of tickets lie: DATA_DIR/attachments/<first digits>/<id>, and nothing of their names.

A file is written aside, brought to the disk and renamed into place: who finds it finds all of it.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

FOLDER = "attachments"
CHUNK = 1 << 20
DIGITS, FIRST = 16, 4
"""Ids are time-ordered: a folder gets the files of about three days."""


class TooLarge(Exception):
    """More bytes than are taken."""


@dataclass(frozen=True)
class Kept:
    """What was written."""

    size: int
    sha256: str


class Shelf:
    """The files of one installation."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / FOLDER

    def path(self, file_id: int) -> Path:
        """Where a file lies: made of the number alone."""
        name = f"{int(file_id):0{DIGITS}d}"
        return self.folder / name[:FIRST] / name

    def put(self, file_id: int, stream: BinaryIO, most: int) -> Kept:
        """Keep the rest of `stream` for good. Raises TooLarge, and leaves nothing then."""
        path = self.path(file_id)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside = path.with_name(f".{path.name}")
        sha, size = hashlib.sha256(), 0
        try:
            with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                while chunk := stream.read(CHUNK):
                    size += len(chunk)
                    if size > most:
                        raise TooLarge
                    sha.update(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            aside.rename(path)
        except BaseException:
            aside.unlink(missing_ok=True)
            raise
        _settle(path.parent)
        return Kept(size, sha.hexdigest())

    def remove(self, file_id: int) -> None:
        self.path(file_id).unlink(missing_ok=True)

    def read(self, file_id: int) -> Kept | None:
        """What the file holds now; None: it is not there, or cannot be read."""
        sha, size = hashlib.sha256(), 0
        try:
            with self.path(file_id).open("rb") as file:
                while chunk := file.read(CHUNK):
                    size += len(chunk)
                    sha.update(chunk)
        except (OSError, TypeError, ValueError, OverflowError):
            return None
        return Kept(size, sha.hexdigest())


def _settle(folder: Path) -> None:
    """Bring the folder's entry of a new file to the disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
