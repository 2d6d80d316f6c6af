"""What a file is, is told by its content; what is none of the kinds of a complaint is not taken."""

import io
import zipfile

import pytest

from models.contents import ENDINGS, OFFICE, fitting_name, kind_of
from tests.fixtures.city import PICTURE


def archive(*names: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return held.getvalue()


def ole(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "Root Entry".encode("utf-16-le") + bytes(108) + (
        f"{stream}\0".encode("utf-16-le") + bytes(100))  # fmt: skip


FRAME = b"\xff\xfb\x90\x00" + bytes(413)
"""Layer III, 128 kbit/s, 44.1 kHz: 417 bytes."""

TAKEN = {
    "image/jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF", "image/png": PICTURE, "image/gif": b"GIF89a\1\0\1\0",
    "image/webp": b"RIFF\x24\0\0\0WEBPVP8 ", "application/pdf": b"%PDF-1.7\n", "audio/mpeg": FRAME + FRAME,
    "audio/mp4": b"\0\0\0\x20ftypM4A \0\0\0\0", "audio/wav": b"RIFF\x24\0\0\0WAVEfmt ", "audio/amr": b"#!AMR\n\x3c",
    "video/mp4": b"\0\0\0\x20ftypisom\0\0\2\0", "application/msword": ole("WordDocument"),
    "application/vnd.ms-excel": ole("Workbook"),
    f"{OFFICE}wordprocessingml.document": archive("[Content_Types].xml", "word/document.xml"),
    f"{OFFICE}spreadsheetml.sheet": archive("[Content_Types].xml", "xl/workbook.xml"),
    "text/plain": "水压低".encode("gb18030"),
}  # fmt: skip
REFUSED = {
    "a program": b"MZ\x90\0" + bytes(60), "another program": b"\x7fELF\2\1\1", "a page": b"<!doctype html><p>x",
    "a drawing with scripts": b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "an archive": archive("a.txt"),
    "a document with macros": archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
    "a broken archive": b"PK\3\4broken", "another old file": ole("PowerPoint Document"), "an iPhone's picture":
    b"\0\0\0\x18ftypheic\0\0\0\0", "two bytes of a recording": b"\xff\xfb\x90\x00" + bytes(600), "zeros": bytes(100),
}  # fmt: skip


@pytest.mark.parametrize("mime", ENDINGS)
def test_each_kind_is_known_by_its_content(mime):
    name = "记录.txt" if mime == "text/plain" else "随便.exe"
    file = io.BytesIO(TAKEN[mime])
    assert kind_of(file, name) == mime
    assert file.tell() == 0


@pytest.mark.parametrize("what", REFUSED)
@pytest.mark.parametrize("name", ["照片.jpg", "表.xlsx", "无名"])
def test_no_name_makes_anything_else_acceptable(what, name):
    assert kind_of(io.BytesIO(REFUSED[what]), name) is None


@pytest.mark.parametrize(
    ("data", "taken"),
    [(b"\xef\xbb\xbfabc", True), ("换行\r\n\t制表".encode(), True), (b"\xff\xff\xff", False), (b"a\0b", False),
     (b"\x1b[31m", False), (b"  \n", False)],
)  # fmt: skip
def test_a_text_is_one_that_can_be_read(data, taken):
    assert (kind_of(io.BytesIO(data), "记录.TXT") == "text/plain") is taken
    assert kind_of(io.BytesIO(data), "记录.bat") is None


@pytest.mark.parametrize(
    ("name", "mime", "fitting"),
    [("照片.JPG", "image/jpeg", "照片.JPG"), ("照片.jpg", "image/webp", "照片.jpg.webp"),
     ("报告", "application/pdf", "报告.pdf"), ("程序.exe", "image/png", "程序.exe.png")],
)  # fmt: skip
def test_a_name_that_says_something_else_gets_the_ending_that_fits(name, mime, fitting):
    assert fitting_name(name, mime) == fitting


def test_an_archive_with_a_list_of_tens_of_thousands_of_parts_is_none_of_ours():
    """Each costs memory before anything is known of it."""
    many = archive("[Content_Types].xml", "word/document.xml", *(f"word/{n}" for n in range(30_000)))
    assert kind_of(io.BytesIO(many), "x.docx") is None
    assert kind_of(io.BytesIO(archive("[Content_Types].xml", "word/document.xml")), "x.docx") is not None
