"""安全日志, which the auditor reads and nobody edits (POLICY §1), and which passwords will do."""

from __future__ import annotations

import re
from typing import Any

import orjson
from flask import current_app
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import ColumnElement, select

from admin import words
from admin.current import session
from admin.guarding import SQLAInterface
from admin.guarding.filters import Equal, Filter, FilterConverter
from admin.views import columns, filters
from admin.views.pages import LINKS
from admin.views.tables.generated import Generated
from models import access_change, fields, person, security_log, workflow
from models.agreement import CONFIDENTIAL
from models.penalty_workflow import ACTIONS
from models.policy import IDENTIFIED, QUALITY, REVEAL_REASONS, ROLES
from models.security_log import KINDS
from models.tables import PasswordProfile, SecurityEvent, Ticket

NAMES = {
    "account": "系统账户", "acting_for": "代", "beside": "追究和曝光的理由", "clear": "含联系方式",
    "columns": "改了", "command": "命令", "conditions": "条件", "did": "做了", "door": "入口",
    "endpoint": "页面", "entries": "安全日志条数",
    "events": "记录条数", "fields": "看了", "files": "附件", "format": "格式", "frame": "数据表", "given": "参数",
    "grant": "授权编号", "identified": "含个人信息", "key": "行", "level": "看到", "method": "方式", "month": "月份",
    "name": "名称", "number": "号码标记", "period": "期间", "reason": "理由", "reveal": "查看编号", "root": "根",
    "rows": "行数", "scope": "口径", "second": "解除验证器", "status": "状态", "step": "步骤", "table": "表",
    "texts": "文字", "tickets": "工单", "units": "单位数", "until": "直到", "waits": "等待中", "what": "内容",
    "why": "原因", "divided": "分组",
}  # fmt: skip
"""What the parts of an entry's detail are called."""
LISTED = {column.name: column.zh for column in (columns.CONTENT, columns.STANDING, *columns.COLUMNS)}
VALUES = {
    "conditions": {one.name: one.zh for one in filters.FILTERS},
    "did": {"added": "新增", "changed": "修改", "deleted": "删除", "granted": "授权", "one_time": "发一次性口令",
            "set_up": "绑定验证器", "forgotten": "解除验证器", **access_change.STATES,
            **{name: action.zh for name, action in ACTIONS.items()}},
    "door": {"SignInView.login": "网页", "SecurityApi.login": "接口", "StepsView.reset": "一次性口令",
             "StepsView.code": "二次验证", "StepsView.enrol": "绑定验证器", "StepsView.renew": "新密码"},
    "fields": {field.name: field.zh for field in workflow.ACTIONS["register"].fields},
    "frame": IDENTIFIED,
    "level": {"contact": "全部，含联系方式", "full": "全部，联系方式部分隐去", "part": "经办过的部分",
              "summary": "摘要", "stub": "编号与处理意见"},
    "reason": REVEAL_REASONS | person.REASONS,
    "scope": {"quality": "产品质量口径", "all": "全口径"},
    "what": {"ticket": "工单", "list": "工单清单", "kpi": "统计指标", "frame": "数据表", "person": "某人的全部信息",
             "page": "整页图表", "events": "操作记录",
             "penalties": "责任追究", "customers": "在册户数",
             "seen": "谁看过某人的信息", "payroll": "扣发清单", "fields": "隐去的内容", **access_change.KINDS,
             **IDENTIFIED, "obligations": "时限", **{name: ROLES[name] for name in CONFIDENTIAL}},
    "why": {"idle": "久未使用"},
}  # fmt: skip
"""Codes of a detail, in words."""


def detail(value: str) -> str:
    """An entry's detail in one line."""
    told = orjson.loads(value)
    page = _page_of(told.get("table"))
    said = []
    for name, part in told.items():
        if name == "table" and page is not None:
            part = gettext(page.zh)
        elif name == "endpoint":
            part = _asked_for(part)
        elif name == "columns" and isinstance(part, dict):
            part = "，".join(f"{_label(page, column)} {_change(change)}" for column, change in part.items())
        elif name == "columns" and told.get("what") == "list":
            said.append(f"{gettext('列')}：{_told(part, LISTED)}")
            continue
        elif name == "columns":
            part = "、".join(_label(page, column) for column in part if column != "id")
        said.append(f"{gettext(NAMES.get(name, name))}：{_told(part, VALUES.get(name, {}))}")
    return "；".join(said) or words.NOTHING


def _page_of(table: str | None) -> Any:
    """The generated page of a table, which has names for its columns."""
    pages = current_app.extensions["pages"]
    return next((page for page in pages if page.view.datamodel.obj.__tablename__ == table), None)


def _asked_for(endpoint: str) -> str:
    """What a refused request was for: the side's name of the page, else its address without numbers."""
    pages = current_app.extensions["pages"]
    named = next((page.zh for page in pages if page.view.__name__ == endpoint.partition(".")[0]), None)
    rules = [rule.rule for rule in current_app.url_map.iter_rules() if rule.endpoint == endpoint]
    named = named or next((link.zh for link in LINKS if link.href in rules), None)
    return gettext(named) if named else re.sub("<[^>]*>", "…", rules[0]) if rules else endpoint


def _label(page: Any, column: str) -> str:
    return str((page.view.label_columns if page else {}).get(column, column))


def _change(change: list[Any]) -> str:
    old, new = change
    return f"{_told(old, {})} → {_told(new, {})}"


def _told(value: Any, codes: dict[str, str]) -> str:
    if isinstance(value, dict):
        return "，".join(f"{name} {_told(part, codes)}" for name, part in value.items()) or words.NOTHING
    if isinstance(value, list):
        return "、".join(_told(part, codes) for part in value) or words.NOTHING
    if isinstance(value, str) and value in codes:
        return gettext(codes[value])
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)  # a port, a number of a row: not always an amount
    return words.anything(value)


class OfTicket(Filter):
    """By the number of a quality ticket, or by the mark that the log shows of a confidential one."""

    name, arg_name = Equal.name, Equal.arg_name
    reads = staticmethod(fields.line)

    def test(self, column: Any, value: str) -> ColumnElement[bool]:
        if value.startswith("#"):
            known = session().scalars(select(column).where(column.is_not(None)).distinct())
            return column.in_([number for number in known if security_log.mark(number) == value])
        return column.in_(select(Ticket.id).where(Ticket.no == value, Ticket.track == QUALITY))


class Converter(FilterConverter):
    def convert(self, col_name: str) -> list[Any]:
        own = {"ticket_id": OfTicket, "kind": Equal}.get(col_name)
        return [own(col_name, self.datamodel)] if own else super().convert(col_name)


class Interface(SQLAInterface):
    filter_converter_class = Converter


class SecurityEventView(Generated):
    datamodel = Interface(SecurityEvent)
    route_base = "/security-log"
    class_permission_name = "SecurityEvent"
    exclude_route_methods = {"add", "edit", "delete"}
    list_title, show_title = _("安全日志"), _("安全日志")
    about = "登录、拒绝、查看、导出、授权，以及角色、规则、日历、账号的变更和命令行的运行。只能增加，谁也不能改。"
    choices = {"kind": KINDS}
    label_columns = {
        "no": _("序号"), "at": _("时间"), "kind": _("事项"), "actor": _("谁"), "user": _("涉及账号"),
        "subject": _("工单"), "ticket_id": _("工单"), "source": _("来自"), "detail": _("详情"), "hash": _("校验值"),
    }  # fmt: skip
    description_columns = {"subject": _("保密工单不写号码；同一标记是同一件。")}
    formatters_columns = {"detail": detail, "no": str}
    numbers = frozenset({"no"})
    wordy = frozenset({"detail"})
    list_columns = ["at", "kind", "actor", "user", "subject", "detail", "source", "no"]
    show_columns = ["no", *list_columns[:-1], "hash"]
    search_columns = ["kind", "at", "actor", "user", "ticket_id"]
    order_columns = ["no", "at"]
    base_order = ("no", "desc")


class PasswordProfileView(Generated):
    """One row: it is edited, never added to."""

    datamodel = SQLAInterface(PasswordProfile)
    route_base = "/password-profile"
    class_permission_name = "PasswordProfile"
    exclude_route_methods = {"add", "delete"}
    list_title, show_title, edit_title = _("密码要求"), _("密码要求"), _("修改密码要求")
    about = "新密码要合的规矩，按等保的要求预先填好。登录用的旧密码不受影响，用得太久的在下次登录时要换。"
    label_columns = {
        "shortest": _("至少几个字符"), "classes": _("至少几种字符"), "score": _("难猜的程度"),
        "history": _("不许再用最近几个"), "days": _("最多用多少天"), "words": _("不许含有的词"),
    }  # fmt: skip
    description_columns = {
        "shortest": _("8 至 64。"),
        "classes": _("大写字母、小写字母、数字、其他符号，1 至 4 种。"),
        "score": _("0 至 4，越大越难猜；0 为不看。"),
        "history": _("0 至 24；0 为不限。"),
        "days": _("留空为不限。"),
        "words": _("用空格分开。公司、城市、热线号码和常见的拼音。"),
    }
    numbers = frozenset({"shortest", "classes", "score", "history", "days"})
    list_columns = ["shortest", "classes", "score", "history", "days"]
    show_columns = list_columns
    edit_columns = [*list_columns, "words"]
    search_columns: list[str] = []
    order_columns: list[str] = []
    base_order = ("id", "asc")
