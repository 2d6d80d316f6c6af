"""预警 in words, for the inbox: what is out of its course, by how much, and where to look."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from flask_babel import gettext as _

from admin import words
from models.alert import KINDS, WATCHED, Alert

PAGES = {"complaint_rate": "rate", "on_time_rate": "times", "first_time_satisfaction": "callbacks"}
"""The page of the dashboards on which each figure's chart is."""
SHARES = frozenset({"on_time_rate", "first_time_satisfaction"})
RULES = {
    "outside": "超出控制限", "run": "连续 7 期在均值一侧", "trend": "连续 7 期同向",
    "outer_third": "3 期中有 2 期接近控制限",
}  # fmt: skip


def title(alert: Alert) -> str:
    """What kind of alert it is, and what about."""
    return f"{_(KINDS[alert.kind])} · {about(alert)}"


def about(alert: Alert) -> str:
    """水质（东昌府）; 办理及时率（72 小时）（全集团）."""
    figure = WATCHED.get(alert.metric or "", "")
    what = words.term(alert.category.name if alert.category else figure)
    return _("%(what)s（%(where)s）", what=what, where=where(alert))


def where(alert: Alert) -> str:
    """The place: a district or a unit, else the whole city or group."""
    if place := alert.place:
        return words.term(place.name)
    return _("全市") if alert.kind == "cluster" else _("全集团")


def sentence(alert: Alert) -> str:
    """By how much, against what; of an alert that has ended, that it has."""
    said = _clustered(alert) if alert.kind == "cluster" else _charted(alert)
    return words.joined(said, _("已恢复正常。")) if alert.ended_at is not None else said


def _clustered(alert: Alert) -> str:
    told = alert.told
    return _("7 天 %(many)d 件，按以往约 %(expected)s 件，超过 %(limit)d 件才算异常。", many=told["observed"],
             expected=f"{told['expected']:.1f}", limit=told["limit"])  # fmt: skip


def _charted(alert: Alert) -> str:
    told, month = alert.told, _month(alert.since)
    if alert.kind == "assurance":
        return _("%(month)s %(value)s，照现在的办法达不到目标 %(target)s。", month=month,
                 value=_value(alert, told["value"]), target=_value(alert, told["target"]))  # fmt: skip
    why = _("；").join(_(RULES[rule]) for rule in told["rules"])
    return _("%(month)s %(value)s，平均 %(center)s：%(why)s，确有变差。", month=month, why=why,
             value=_value(alert, told["value"]), center=_value(alert, told["center"]))  # fmt: skip


def _value(alert: Alert, value: float) -> str:
    return f"{value:.1%}" if alert.metric in SHARES else f"{value:.2f}"


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def page(alert: Alert) -> str:
    """The page with its chart, filtered to it."""
    district = alert.district.name if alert.district else None
    unit = alert.unit.name if alert.unit and not district else None
    if alert.category is not None:
        return _link("/analytics/alerts/", {"category": alert.category.name, "district": district, "unit": unit})
    return _link(f"/analytics/{PAGES[alert.metric or '']}/", {"unit": unit})


def _link(path: str, asked: dict[str, str | None]) -> str:
    found = urlencode({name: value for name, value in asked.items() if value})
    return f"{path}?{found}" if found else path
