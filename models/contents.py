"""What a file is, told by its content: the kinds that a complaint brings, and no others.

A table of our own rather than a library's: what is needed is not a guess among a thousand kinds but a firm yes to
fifteen, and of containers (OLE, ZIP, MP4) what is in them. The name only counts for plain text, which has no mark of
its own: what is named `.html` or `.js` is text too, and none of ours.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from typing import BinaryIO

HEAD = 4096
DIRECTORY = 1 << 20
"""Bytes of an archive's list of parts: a document has a hundred parts, and each that is claimed costs memory."""
OFFICE = "application/vnd.openxmlformats-officedocument."
ENDINGS: dict[str, tuple[str, ...]] = {
    "image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",), "image/gif": (".gif",), "image/webp": (".webp",),
    "application/pdf": (".pdf",), "audio/mpeg": (".mp3",), "audio/mp4": (".m4a",), "audio/wav": (".wav",),
    "audio/amr": (".amr",), "video/mp4": (".mp4", ".3gp", ".m4v"), "application/msword": (".doc", ".wps"),
    "application/vnd.ms-excel": (".xls", ".et"), f"{OFFICE}wordprocessingml.document": (".docx",),
    f"{OFFICE}spreadsheetml.sheet": (".xlsx",), "text/plain": (".txt",),
}  # fmt: skip
"""Kind → the endings of its names, the usual one first."""
SAID = "JPG、PNG、GIF、WebP 图片，PDF，Word 和 Excel，MP3、M4A、WAV、AMR 录音，MP4 视频，TXT"
"""The same to people."""
INLINE = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf"})
"""What a browser may show by itself: these run nothing of ours."""

AUDIO_BRANDS = (b"M4A ", b"M4B ")
BRANDS = "isom iso2 iso4 iso5 iso6 mp41 mp42 avc1 M4V 3gp4 3gp5 3gp6"
VIDEO_BRANDS = tuple(f"{brand:4}".encode() for brand in BRANDS.split())


def kind_of(file: BinaryIO, name: str) -> str | None:
    """The MIME type of a file that can be taken; None for all others. `file` is read from its start, and left there."""
    file.seek(0)
    head = file.read(HEAD)
    found = next((mime for fits, mime in MARKS if fits(head)), None)
    if found is None and head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        found = _ole(file)
    if found is None and head.startswith(b"PK\3\4"):
        found = _zip(file)
    if found is None and name.lower().endswith(ENDINGS["text/plain"]) and _is_text(file):
        found = "text/plain"
    file.seek(0)
    return found


def fitting_name(name: str, mime: str) -> str:
    """A name whose ending says what the file is: the given one, or that with an ending added."""
    endings = ENDINGS.get(mime, ("",))
    return name if name.lower().endswith(endings) else name + endings[0]


def _begins(*marks: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(marks)


def _riff(form: bytes) -> Callable[[bytes], bool]:
    return lambda head: head[:4] == b"RIFF" and head[8:12] == form


def _brand(*brands: bytes) -> Callable[[bytes], bool]:
    return lambda head: head[4:8] == b"ftyp" and head[8:12] in brands


BITRATES = {3: (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),  # MPEG 1, layer III
            2: (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)}  # fmt: skip
RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def _is_mp3(head: bytes) -> bool:
    """An ID3 tag, or a frame of layer III with another one where it ends: two bytes alone would be any file's."""
    if head.startswith(b"ID3"):
        return True
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return False
    version, rate, sampling = head[1] >> 3 & 3, head[2] >> 4, head[2] >> 2 & 3
    if version == 1 or sampling == 3 or not 0 < rate < 15:
        return False
    per_frame = 144 if version == 3 else 72
    length = per_frame * BITRATES[3 if version == 3 else 2][rate - 1] * 1000 // RATES[version][sampling]
    length += head[2] >> 1 & 1
    return head[length : length + 2] == head[:2] if length + 2 <= len(head) else False


MARKS: tuple[tuple[Callable[[bytes], bool], str], ...] = (
    (_begins(b"\xff\xd8\xff"), "image/jpeg"),
    (_begins(b"\x89PNG\r\n\x1a\n"), "image/png"),
    (_begins(b"GIF87a", b"GIF89a"), "image/gif"),
    (_riff(b"WEBP"), "image/webp"),
    (_begins(b"%PDF-"), "application/pdf"),
    (_riff(b"WAVE"), "audio/wav"),
    (_begins(b"#!AMR\n", b"#!AMR-WB\n"), "audio/amr"),
    (_brand(*AUDIO_BRANDS), "audio/mp4"),
    (_brand(*VIDEO_BRANDS), "video/mp4"),
    (_is_mp3, "audio/mpeg"),
)


def _ole(file: BinaryIO) -> str | None:
    """Word's and Excel's old files: told by the stream that holds the document."""
    file.seek(0)
    data = file.read()
    if "WordDocument".encode("utf-16-le") in data:
        return "application/msword"
    if any(f"{name}\0".encode("utf-16-le") in data for name in ("Workbook", "Book")):
        return "application/vnd.ms-excel"
    return None


def _zip(file: BinaryIO) -> str | None:
    """Word's and Excel's new files without macros; no other archive."""
    if _directory(file) > DIRECTORY:
        return None
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return None
    if "[Content_Types].xml" not in names or any(name.lower().endswith("vbaproject.bin") for name in names):
        return None
    if "word/document.xml" in names:
        return f"{OFFICE}wordprocessingml.document"
    return f"{OFFICE}spreadsheetml.sheet" if "xl/workbook.xml" in names else None


def _directory(file: BinaryIO) -> int:
    """How long an archive says that its list of parts is, by the record at its end."""
    length = file.seek(0, 2)
    file.seek(max(0, length - (1 << 16) - 22))
    tail = file.read()
    found = tail.rfind(b"PK\5\6")
    return int.from_bytes(tail[found + 12 : found + 16], "little") if found >= 0 else 0


def _is_text(file: BinaryIO) -> bool:
    """UTF-8 or GB18030, without control characters."""
    file.seek(0)
    data = file.read()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return bool(text.strip()) and all(ch >= " " or ch in "\t\r\n\f" for ch in text)
    return False
