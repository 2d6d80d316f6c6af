"""What is left of personal data for those who need not call anybody (POLICY §5): of the fields that hold it, and of
numbers and names that stand in somebody's words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from models.policy import PERSONAL

COMPOUND = frozenset(
    {
        "欧阳", "太史", "端木", "上官", "司马", "东方", "独孤", "南宫", "万俟", "闻人", "夏侯", "诸葛", "尉迟", "公羊",
        "赫连", "澹台", "皇甫", "宗政", "濮阳", "公冶", "太叔", "申屠", "公孙", "慕容", "仲孙", "钟离", "长孙", "宇文",
        "司徒", "鲜于", "司空", "令狐",
    }
)  # fmt: skip
"""复姓: the first two characters are the family name."""
ORGANISATION = re.compile(
    r"公司|集团|中心|学校|[小中大]学|幼儿园|医院|银行|酒店|饭店|宾馆|超市|商场|政府|委员会|居委会|村委会|业委会|社区"
    r"|物业|[厂店局院所站队村]$"
)
"""What names of organisations end in, or have in them."""
HAN = r"㐀-鿿"
BETWEEN = re.compile(r"([\s、，,/；;（）()]+)")
HIDDEN = "****"


def name(value: str) -> str:
    """张*, 欧阳**; of an organisation or a foreign name only the beginning stays. A field may hold several names."""
    if not re.search(f"[{HAN}]", value):
        return _one_name(value)
    return "".join(piece if BETWEEN.fullmatch(piece) else _one_name(piece) for piece in BETWEEN.split(value) if piece)


def _one_name(value: str) -> str:
    if re.fullmatch(f"[{HAN}·]{{2,4}}", value):
        keep = 2 if value[:2] in COMPOUND and len(value) > 2 else 1
        return value[:keep] + "*" * (len(value) - keep)
    foreign = "·" in value or not re.match(f"[{HAN}]", value)
    keep = 2 if value[:2] in COMPOUND or foreign or ORGANISATION.search(value) else 1
    return value[: max(1, min(keep, len(value) // 3))] + "**"


MOBILE = re.compile(r"(?<!\d)[1１]\d(?:[-\s]?\d){9}(?!\d)")
LAND_LINE = re.compile(r"(?<!\d)(0\d{2,3}[-\s)）]+)?(\d+)")


def phone(value: str) -> str:
    """138****5678; of a land line the last four digits are hidden. A field may hold several numbers, and words."""
    kept: list[str] = []
    end = 0
    for found in MOBILE.finditer(value):
        kept += _land_lines(value[end : found.start()]), _hide(found[0], 3, 7)
        end = found.end()
    return "".join(kept) + _land_lines(value[end:])


def _land_lines(value: str) -> str:
    return LAND_LINE.sub(lambda run: (run[1] or "") + _hide(run[2], len(run[2]) - 4, len(run[2])), value)


def _hide(number: str, first: int, last: int) -> str:
    """The digits from the `first` to before the `last` become stars."""
    hidden = [i for i, ch in enumerate(number) if ch.isdigit()][max(0, first) : last]
    return "".join("*" if i in hidden else ch for i, ch in enumerate(number))


HOUSE = re.compile(r"\d|[零〇一二三四五六七八九十百]*[号栋幢单元室]")


def address(value: str) -> str:
    """What tells the area stays, house and flat go."""
    found = HOUSE.search(value)
    kept = value[: found.start()] if found else value[: max(1, len(value) // 2)]
    return (kept or value[:1]) + HIDDEN


def number(value: str) -> str:
    """The last three characters of an account number stay."""
    return HIDDEN + value[-3:] if len(value) > 5 else HIDDEN


MASKS = {"complainant": name, "phone": phone, "address": address, "account_no": number}


def mask(field: str, value: str) -> str:
    """The masked form of a personal field."""
    return MASKS[field](value)


# Somebody's words. Numbers are found by their digits alone, so that none depends on how it is introduced.

Own = Iterable[tuple[str, str]]
"""(field, value) of the complainant's data, as they stand or stood in the ticket."""
SHORTEST = {"complainant": 2, "phone": 5, "address": 5, "account_no": 5}
"""From so many characters on, what stands in a personal field is looked for in words too."""
AS_THEY_ARE = frozenset({"forward_no", "accused"})
"""Fields that are no words: a forwarder's number, and the names of those complained of."""

GROUPS = re.compile(r"\d+(?:[-\s·—–－_.]{1,3}\d+)*[Xx]?")
"""Digits, and digits set apart in one number. A comma, a colon, a slash, a word end it."""
SPELLED = re.compile(r"[\d零〇○一二三四五六七八九幺两]{7,}")
LOCAL = 7
"""From so many digits in a row on, a number is somebody's: a telephone, an account, a card."""
INTRODUCED = re.compile(r"(?:电话|座机|手机|号码|联系|致电|拨打?|打)[^。；;，,\d]{0,6}$")
DATES = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}


def shown(field: str, value: str, own: Own) -> str:
    """A text of a ticket for whoever sees the complainant masked. field: of the act that it was said in."""
    if field in PERSONAL:
        return mask(field, value)
    return value if field.split(".")[0] in AS_THEY_ARE else words(value, own)


def words(said: str, own: Own = ()) -> str:
    """A text without whole telephone, identity, card and account numbers, nor what is known of the complainant.

    138****5678; of a land line the last four digits go; of all else from 7 digits on the last three stay. Days and
    ticket numbers stay as they are.
    """
    for field, value in sorted(own, key=lambda one: -len(one[1])):
        if len(value) >= SHORTEST[field]:
            said = said.replace(value, mask(field, value))
    said = SPELLED.sub(lambda run: run[0] if run[0].isdigit() else run[0][:3] + HIDDEN, said)
    return GROUPS.sub(lambda run: "".join(_pieces(run[0], said[: run.start()])), said)


def _pieces(run: str, before: str) -> Iterator[str]:
    """A run of groups in pieces, each number in it masked: at each group the longest number that begins there, unless
    the group is one by itself."""
    groups = list(re.finditer(r"\d+", run))
    place, n = 0, 0
    while n < len(groups):
        yield run[place : groups[n].start()]
        for last in (n + 1, *range(len(groups), n + 1, -1)):
            found = run[groups[n].start() : groups[last - 1].end()]
            tail = run[groups[-1].end() :] if last == len(groups) else ""
            masked = _number(found, tail, before if n == 0 else "")
            if masked is not None:
                break
        else:
            last, masked = n + 1, groups[n][0]
            tail = ""
        yield masked
        place, n = groups[last - 1].end() + len(tail), last
    yield run[place:]


def _number(found: str, tail: str, before: str) -> str | None:
    """A number without its middle; None: it is none that is hidden."""
    sizes = [len(group) for group in re.findall(r"\d+", found)]
    digits = "".join(str(int(ch)) for ch in found if ch.isdigit())
    many, apart = len(digits), len(sizes) > 1
    wide = not apart or min(sizes) >= 3  # groups as numbers are written in, not a row of readings
    if many == 11 and re.match("1[3-9]", digits) and (wide or "." not in found):
        return _hide(found, 3, 7) + tail
    if many in (10, 11, 12) and re.match("0[1-9]", digits) and (not apart or sizes[0] in (3, 4)) and wide:
        return _hide(found, many - 4, many) + tail
    if apart:
        if wide and "." not in found and (many >= 15 or (many == 13 and digits.startswith("86"))):
            return number(digits + tail)
        told = many in (7, 8) and INTRODUCED.search(before) and sizes[-1] == 4
        return _hide(found, many - 4, many) + tail if told else None
    if many < LOCAL or _is_date(digits):
        return None
    return (_hide(found, many - 4, many) if many <= 8 else number(digits)) + tail if not tail else number(digits + tail)


def _is_date(digits: str) -> bool:
    """20261125, 20261125103000: a day of this age, or a moment of one."""
    if len(digits) not in DATES or not re.match("20[0-3]", digits):
        return False
    try:
        datetime.strptime(digits, DATES[len(digits)])  # noqa: DTZ007 only whether there is such a moment
    except ValueError:
        return False
    return True
