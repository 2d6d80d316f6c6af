"""The side's table: its groups, links and generated pages. Which role may open which is in `admin.roles`."""

from __future__ import annotations

from dataclasses import dataclass

from admin.guarding import ModelView
from admin.roles import EVERYBODY, READERS
from admin.views.door import WITH_TICKETS

Roles = frozenset[str]
REGISTRARS: Roles = frozenset({"agent", "operations", "discipline"})
OVERSEERS: Roles = frozenset({"operations", "discipline", "chairman", "leadership"})
DECIDERS: Roles = OVERSEERS
"""Who decides on penalties; which, their workflow says."""

GROUPS = {
    "Work": "我的工作", "Tickets": "工单", "Supervision": "督办", "Accountability": "责任追究", "Reviews": "总结改进",
    "Analysis": "分析", "Settings": "配置", "Security": "账号与权限",
}  # fmt: skip


@dataclass(frozen=True)
class Link:
    """An address of the side. `args`: conditions of the ticket list, whose rows are counted beside it."""

    name: str
    zh: str
    group: str
    icon: str
    href: str
    roles: Roles
    args: tuple[tuple[str, str], ...] = ()
    late: bool = False


LINKS = (
    Link("Home", "待办", "Work", "home", "/", EVERYBODY),
    Link("To call back", "待我回访", "Work", "phone", "/ticket/", REGISTRARS,
         (("turn", "mine"), ("state", "calling_back"))),
    Link("My deputies", "我的代理", "Work", "users", "/delegation/",
         frozenset({"unit_head", "discipline", "chairman"})),
    Link("Confidential access", "保密权限", "Work", "shield", "/confidential/", frozenset({"discipline", "chairman"})),
    Link("Grants", "披露授权", "Work", "key", "/grants/", frozenset({"chairman"})),
    Link("Register", "登记投诉", "Tickets", "pen", "/ticket/register", REGISTRARS),
    Link("All tickets", "全部工单", "Tickets", "list", "/ticket/", WITH_TICKETS),
    Link("To assign", "待转办", "Tickets", "inbox", "/ticket/", frozenset({"agent", "operations"}),
         (("state", "registered"), ("state", "returned"))),
    Link("To instruct", "待批示", "Tickets", "inbox", "/ticket/", frozenset({"chairman"}), (("state", "reported"),)),
    Link("Where is it", "办到哪了", "Tickets", "search", "/ticket/where", frozenset({"agent", "operations"})),
    Link("Person", "个人信息查询", "Tickets", "user", "/person/", frozenset({"operations", "discipline"})),
    Link("Repeat complaints", "重复投诉", "Tickets", "repeat", "/ticket/?repeat=1", WITH_TICKETS),
    Link("Board", "督办台", "Supervision", "alert", "/supervision/", OVERSEERS),
    Link("Overdue", "逾期工单", "Supervision", "clock", "/ticket/", OVERSEERS, (("due", "late"),), late=True),
    Link("Third round", "第 3 轮及以上", "Supervision", "flag", "/ticket/", OVERSEERS,
         (("state", "open"), ("round", "3"))),
    Link("Penalties to decide", "待确认追究", "Accountability", "scale", "/penalties/", DECIDERS),
    Link("My penalties", "我的追究", "Accountability", "user", "/penalties/mine", EVERYBODY),
    Link("Reviews", "单位总结", "Reviews", "note", "/reviews/", READERS - {"admin"}),
    Link("Overview", "总览", "Analysis", "chart", "/analytics/", READERS),
    Link("Rate and categories", "投诉率与类别", "Analysis", "tag", "/analytics/rate/", READERS),
    Link("Time limits", "时限", "Analysis", "clock", "/analytics/times/", READERS),
    Link("Call-backs", "回访", "Analysis", "phone", "/analytics/callbacks/", READERS),
    Link("Units compared", "单位对比", "Analysis", "aim", "/analytics/units/", READERS),
    Link("Penalties in figures", "责任追究", "Analysis", "scale", "/analytics/penalties/", READERS),
    Link("What reviews did", "总结改进", "Analysis", "repeat", "/analytics/reviews/", READERS),
    Link("Alerts", "预警", "Analysis", "alert", "/analytics/alerts/", READERS),
    Link("One unit", "一个单位", "Analysis", "users", "/analytics/unit/", READERS),
)  # fmt: skip


@dataclass(frozen=True)
class Page:
    """A generated page of a table."""

    view: type[ModelView]
    name: str
    zh: str
    group: str
    icon: str

    @property
    def door(self) -> tuple[str, str]:
        """The permission that opens it."""
        return "can_read", str(self.view.class_permission_name)
