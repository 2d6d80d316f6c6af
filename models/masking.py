"""What is left of personal data for those who need not call anybody (POLICY §5)."""

from __future__ import annotations

import re

COMPOUND = frozenset(
    {
        "欧阳", "太史", "端木", "上官", "司马", "东方", "独孤", "南宫", "万俟", "闻人", "夏侯", "诸葛", "尉迟", "公羊",
        "赫连", "澹台", "皇甫", "宗政", "濮阳", "公冶", "太叔", "申屠", "公孙", "慕容", "仲孙", "钟离", "长孙", "宇文",
        "司徒", "鲜于", "司空", "令狐",
    }
)  # fmt: skip
"""复姓: the first two characters are the family name."""
HIDDEN = "****"


def name(value: str) -> str:
    """张*, 欧阳**; of a company or a foreign name only the beginning stays."""
    if re.fullmatch(r"[㐀-鿿·]{2,4}", value):
        keep = 2 if value[:2] in COMPOUND and len(value) > 2 else 1
        return value[:keep] + "*" * (len(value) - keep)
    return value[: max(1, min(2, len(value) // 3))] + "**"


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


def address(value: str) -> str:
    """What tells the area stays, house and flat go."""
    found = re.search(r"\d|[号栋幢单元室]", value)
    kept = value[: found.start()] if found else value[: max(1, len(value) // 2)]
    return (kept or value[:1]) + HIDDEN


def number(value: str) -> str:
    """The last three characters of an account number stay."""
    return HIDDEN + value[-3:] if len(value) > 5 else HIDDEN


MASKS = {"complainant": name, "phone": phone, "address": address, "account_no": number}


def mask(field: str, value: str) -> str:
    """The masked form of a personal field."""
    return MASKS[field](value)
