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


def phone(value: str) -> str:
    """138****5678; of a land line the last four digits are hidden."""
    digits = [i for i, ch in enumerate(value) if ch.isdigit()]
    if len(digits) >= 11:
        hide = set(digits[-8:-4])
    else:
        hide = set(digits[-4:])
    return "".join("*" if i in hide else ch for i, ch in enumerate(value))


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
    """The masked form of a personal field; the part that stays never exceeds half."""
    return MASKS[field](value)
