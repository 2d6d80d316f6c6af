"""Cells of files that people open in a spreadsheet: what frames and lists write alike."""

from __future__ import annotations

from datetime import datetime

from models.types import SHANGHAI

BOM = "\ufeff"
"""Without it Excel takes UTF-8 for GBK."""
DIGITS_KEPT = 15
"""Spreadsheets turn longer numbers into others."""


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula, nor for a number that it would round."""
    risky = text[:1] in ("=", "+", "-", "@", "\t", "\r") or (len(text) > DIGITS_KEPT and text.isdecimal())
    return "'" + text if risky else text


def plain(cell: str) -> str:
    """What `safe` was given: a table that went through a spreadsheet comes back as it was."""
    return cell[1:] if cell[:1] == "'" and safe(cell[1:]) != cell[1:] else cell


def clock(at: datetime) -> str:
    """A time as Shanghai's clocks show it."""
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
