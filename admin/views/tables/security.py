"""安全日志, which the auditor reads and nobody edits (POLICY §1), and which passwords will do."""

from __future__ import annotations

from typing import Any

import orjson
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from admin import words
from admin.guarding import SQLAInterface
from admin.views.tables.generated import Generated
from models.security_log import KINDS
from models.tables import PasswordProfile, SecurityEvent

NAMES = {
    "account": "系统账户", "columns": "改了", "command": "命令", "conditions": "条件", "did": "做了", "door": "入口",
    "endpoint": "页面", "format": "格式", "given": "参数", "key": "行", "level": "看到", "method": "方式",
    "name": "名称", "period": "期间", "rows": "行数", "scope": "口径", "status": "状态", "table": "表",
    "second": "解除验证器", "step": "步骤", "units": "单位数", "why": "原因", "waits": "等待中", "what": "内容",
}  # fmt: skip
"""What the parts of an entry's detail are called."""


def detail(value: str) -> str:
    """An entry's detail in one line."""
    return "；".join(f"{gettext(NAMES[k]) if k in NAMES else k}：{_told(v)}" for k, v in orjson.loads(value).items())


def _told(value: Any) -> str:
    if isinstance(value, dict):
        return "，".join(f"{name} {_told(part)}" for name, part in value.items()) or words.NOTHING
    if isinstance(value, list):
        return " → ".join(_told(part) for part in value) if len(value) == 2 else "、".join(map(_told, value))
    return words.anything(value)


class SecurityEventView(Generated):
    datamodel = SQLAInterface(SecurityEvent)
    route_base = "/security-log"
    class_permission_name = "SecurityEvent"
    exclude_route_methods = {"add", "edit", "delete"}
    list_title, show_title = _("安全日志"), _("安全日志")
    about = "登录、拒绝、查看、导出、授权，以及角色、规则、日历、账号的变更和命令行的运行。只能增加，谁也不能改。"
    choices = {"kind": KINDS}
    label_columns = {
        "no": _("序号"), "at": _("时间"), "kind": _("事项"), "actor": _("谁"), "user": _("涉及账号"),
        "subject": _("工单"), "source": _("来自"), "detail": _("详情"), "hash": _("校验值"),
    }  # fmt: skip
    description_columns = {"subject": _("保密工单不写号码；同一标记是同一件。")}
    formatters_columns = {"detail": detail, "no": str}
    numbers = frozenset({"no"})
    list_columns = ["no", "at", "kind", "actor", "user", "subject", "source", "detail"]
    show_columns = [*list_columns, "hash"]
    search_columns = ["kind", "at", "actor", "user"]
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
