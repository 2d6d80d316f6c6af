"""Times as foreign tables write them, read exactly and never by guess.

A parser gives the wall clock as written, without a zone unless the text has an offset of its own. What it cannot read
is a ValueError that says so in Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Final
from zoneinfo import ZoneInfo

from models.importing.rows import Cell, cell_text

TimeParser = Callable[[str], datetime]

YEARS: Final = range(1900, 2200)
"""A year outside is a slip of the pen; pandas and some databases end soon after."""
ADVICE: Final = '请在映射文件里给这个字段写明 format，例如 "%d/%m/%Y %H:%M"'

MIXED: Final = re.compile(
    r"""(?P<year>\d{4}) (?: (?P<sep>[-/.]) (?P<month>\d{1,2}) (?P=sep) (?P<day>\d{1,2})
                          | 年\s* (?P<zh_month>\d{1,2}) \s*月\s* (?P<zh_day>\d{1,2}) \s*日 )
        (?: (?:[T]|\s+|(?<=日)) (?P<hour>\d{1,2}) (?: : | [时点] ) (?P<minute>\d{1,2})
            (?: (?: : | 分 ) (?: (?P<second>\d{1,2}) (?: [.,] (?P<fraction>\d{1,9}) )? 秒? )? )?
            \s* (?P<offset> Z | [+-]\d\d:?\d\d )? )?""",
    re.VERBOSE | re.ASCII,
)
"""Year first always: 2019/4/25 9:32:09, 2018/4/24, 2019-04-08T08:37:20+08:00, 2019年4月25日 9时32分."""
EITHER_WAY: Final = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})(?!\d)")

DIRECTIVES: Final = {
    "Y": r"(?P<Y>\d\d\d\d)", "m": r"(?P<m>1[0-2]|0[1-9]|[1-9])", "d": r"(?P<d>3[0-1]|[1-2]\d|0[1-9]|[1-9]| [1-9])",
    "H": r"(?P<H>2[0-3]|[0-1]\d|\d)", "I": r"(?P<I>1[0-2]|0[1-9]|[1-9])", "M": r"(?P<M>[0-5]\d|\d)",
    "S": r"(?P<S>6[0-1]|[0-5]\d|\d)", "p": r"(?P<p>am|pm)", "%": "%",
}  # fmt: skip
"""What strptime takes for each directive; the fast parser must take the same, neither more nor less."""
FAST: Final = ("Ymd", "YmdHM", "YmdHMS", "YmdIMp", "YmdIMSp")
"""The sets of directives that the fast parser knows. Every other format is read by strptime itself."""


def time_parser(format: str) -> TimeParser:
    """A parser for a strptime format, or for `mixed`."""
    if format == "mixed":
        return parse_mixed
    return _fast_parser(format) or _strptime_parser(format)


def parse_mixed(text: str) -> datetime:
    """The time of a text that has its year first, however it is padded and punctuated."""
    found = MIXED.fullmatch(text)
    if found is None:
        if EITHER_WAY.match(text):
            raise ValueError(f"分不清哪个是日、哪个是月，{ADVICE}")
        raise ValueError(f"读不出时间，{ADVICE}")
    year, _, month, day, zh_month, zh_day, hour, minute, second, fraction, offset = found.groups()
    try:
        return datetime(
            int(year), int(month or zh_month), int(day or zh_day), int(hour or 0), int(minute or 0), int(second or 0),
            int(f"{fraction or 0:0<6}"[:6]), _zone(offset) if offset else None,
        )  # fmt: skip
    except ValueError as error:
        raise ValueError("没有这一天或这个时刻") from error


def _zone(offset: str) -> timezone:
    if offset == "Z":
        return UTC
    length = timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
    return timezone(-length if offset[0] == "-" else length)


def _fast_parser(format: str) -> TimeParser | None:
    """The format compiled to one pattern and one constructor, three times as fast as strptime; None if it has to be
    left to strptime."""
    found = re.findall(r"%(.?)", format)
    letters = "".join(letter for letter in "YmdHIMSp" if letter in found)
    if letters not in FAST or len(letters) + found.count("%") != len(found):
        return None
    pattern = re.sub(r"([\\.^$*+?(){}\[\]|])", r"\\\1", format)
    pattern = re.sub(r"\s+", r"\\s+", pattern)
    pattern = re.sub(r"%(.)", lambda directive: DIRECTIVES[directive[1]], pattern)
    match, halves = re.compile(pattern, re.IGNORECASE).match, letters.endswith("p")
    names = tuple(letters.rstrip("p"))

    def parse(text: str) -> datetime:
        found = match(text)
        if found is None or found.end() != len(text):
            raise ValueError(f"不是 {format} 这样的时间")
        numbers = [*map(int, found.group(*names))]
        if halves:
            numbers[3] = numbers[3] % 12 + (12 if found["p"] in ("PM", "pm", "Pm", "pM") else 0)
        try:
            return datetime(*numbers)  # type: ignore[arg-type]  # noqa: DTZ001  the zone is the mapping's
        except ValueError as error:
            raise ValueError("没有这一天或这个时刻") from error

    return parse


def _strptime_parser(format: str) -> TimeParser:
    def parse(text: str) -> datetime:
        try:
            return datetime.strptime(text, format)  # noqa: DTZ007  the zone is the mapping's
        except ValueError as error:
            raise ValueError(f"不是 {format} 这样的时间") from error

    return parse


def cell_time(cell: Cell, format: str, parse: TimeParser) -> datetime:
    """The time of a cell of any type. A cell that the spreadsheet itself calls a date is one, whatever the format."""
    if isinstance(cell, str):
        return parse(cell)
    if isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime.combine(cell, time())
    if isinstance(cell, time | timedelta):
        raise ValueError("只有时刻，没有日期")
    if format != "mixed":
        return parse(cell_text(cell))
    if isinstance(cell, bool) or not 61 <= cell < 109_574:
        raise ValueError(f"这个数字不是电子表格的日期，{ADVICE}")
    return datetime(1899, 12, 30) + timedelta(milliseconds=round(cell * 86_400_000))  # noqa: DTZ001  wall clock


def utc(moment: datetime, zone: ZoneInfo, *, date_only: bool = False) -> datetime:
    """The instant of a wall clock in a zone; with `date_only` the last one of its day.

    An hour that the clock repeats is the earlier one; one that it skips is an hour later: both are what the offset
    before the change gives. An offset of the text's own wins over the zone.
    """
    if moment.year not in YEARS:
        raise ValueError(f"年份 {moment.year} 不可信")
    if date_only:
        day = moment.astimezone(zone) if moment.tzinfo else moment
        moment = datetime.combine(day, time.max)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
