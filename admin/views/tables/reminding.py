"""When whom to tell of a deadline, and the ways out of the house (POLICY §4)."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import inspect
from wtforms import PasswordField
from wtforms.widgets import PasswordInput

from admin import sending
from admin.current import now
from admin.guarding import SQLAInterface
from admin.views.tables.generated import Generated
from admin.views.tables.policy import BOTH
from models import alert, policy
from models.notice import LEVELS, MEASURES, RECIPIENTS
from models.refusals import Invalid, Reason
from models.tables import AlertRule, NoticeChannel, NoticeRule

ANY_OBLIGATION = {"": "所有时限", **policy.OBLIGATIONS}


class NoticeRuleView(Generated):
    datamodel = SQLAInterface(NoticeRule)
    route_base = "/notice-rule"
    class_permission_name = "NoticeRule"
    list_title, show_title, add_title, edit_title = _("提醒规则"), _("提醒规则"), _("新增规则"), _("修改规则")
    about = "时限快到、已过、过了很久，各提醒谁。同一时限每级只提醒一次；看不到工单的人收不到提醒。"
    advice = "上一级也是一条规则：到期后若干小时仍未办，提醒谁。"
    choices = {
        "obligation": ANY_OBLIGATION, "track": BOTH, "level": LEVELS, "measure": MEASURES, "recipient": RECIPIENTS,
    }  # fmt: skip
    label_columns = {
        "obligation": _("时限"), "track": _("适用"), "level": _("级别"), "amount": _("数量"), "measure": _("何时"),
        "recipient": _("提醒谁"), "urgent": _("加急"), "active": _("在用"),
    }  # fmt: skip
    description_columns = {
        "amount": _("到期时即提醒的，填 0 小时。"),
        "urgent": _("勾选后，夜间也向外发送。"),
    }
    numbers = frozenset({"amount"})
    list_columns = ["level", "obligation", "track", "amount", "measure", "recipient", "urgent", "active"]
    show_columns = add_columns = edit_columns = list_columns
    search_columns = ["level", "recipient", "active"]
    order_columns = ["level", "recipient"]
    base_order = ("id", "asc")


class AlertRuleView(Generated):
    datamodel = SQLAInterface(AlertRule)
    route_base = "/alert-rule"
    class_permission_name = "AlertRule"
    list_title, show_title, add_title, edit_title = _("预警规则"), _("预警规则"), _("新增规则"), _("修改规则")
    about = "投诉聚集、指标变差、不再达标，各提醒谁。每条预警只提醒一次，结束后自动收起。"
    advice = "承办单位的几种人，只收到与本单位有关的。"
    choices = {"kind": {"": "所有预警", **alert.KINDS}, "recipient": alert.RECIPIENTS}
    label_columns = {"kind": _("预警"), "recipient": _("提醒谁"), "urgent": _("加急"), "active": _("在用")}
    description_columns = {"urgent": _("勾选后，夜间也向外发送。")}
    list_columns = ["kind", "recipient", "urgent", "active"]
    show_columns = add_columns = edit_columns = list_columns
    search_columns = ["kind", "recipient", "active"]
    order_columns = ["kind", "recipient"]
    base_order = ("id", "asc")


def masked(url: str) -> str:
    """What may be shown of a channel's address: the kind of way it is."""
    return f"{url.partition('://')[0]}://…" if url else ""


class TypedSecret(PasswordField):
    """A secret that comes back to who has just typed it when the form is refused. A stored one has another column."""

    widget = PasswordInput(hide_value=False)


class NoticeChannelView(Generated):
    """The address holds a password or a key: once it is stored, it is never shown again."""

    datamodel = SQLAInterface(NoticeChannel)
    route_base = "/notice-channel"
    class_permission_name = "NoticeChannel"
    list_title, show_title, add_title, edit_title = _("提醒渠道"), _("提醒渠道"), _("新增渠道"), _("修改渠道")
    about = "把提醒发到邮箱、企业微信、钉钉或飞书。只写工单号、要做什么和时限，不写内容和姓名。"
    advice = "发给一个人，或发给一类人的群；群里只发产品质量投诉的提醒。"
    choices = {"role": policy.ROLES, "level": LEVELS}
    label_columns = {
        "name": _("名称"), "user": _("发给谁"), "role": _("发给哪类人"), "level": _("从哪一级起"), "active": _("在用"),
        "url": _("渠道地址"), "secret": _("渠道地址"), "since": _("启用时间"),
    }  # fmt: skip
    description_columns = {
        "role": _("发给一个人的，这一项不填。"),
        "secret": _("如 mailtos://账号:口令@邮箱服务器?to=收件人、wecombot://密钥。保存后不再显示；修改时留空为不变。"),
    }
    formatters_columns = {"url": masked}
    list_columns = ["name", "user", "role", "level", "url", "active"]
    show_columns = ["name", "user", "role", "level", "url", "active", "since"]
    add_columns = edit_columns = ["name", "user", "role", "level", "secret", "active"]
    add_form_extra_fields = edit_form_extra_fields = {
        "secret": TypedSecret(label_columns["secret"], description=description_columns["secret"])
    }
    search_columns = ["user", "role", "active"]
    order_columns = ["name"]
    base_order = ("id", "asc")

    def pre_add(self, item: Any) -> None:
        secret = (item.secret or "").strip()
        if (item.user is None) == (not item.role):
            raise Invalid({"role": Reason("one_of_two")})
        if not secret and not item.url:
            raise Invalid({"secret": Reason("required")})
        if secret and (len(secret) > 500 or not sending.usable(secret)):
            raise Invalid({"secret": Reason("no_channel")})
        changed = bool(inspect(item).attrs.active.history.added)
        if secret or changed or item.since is None:
            item.since = now()
        item.role, item.url = item.role or None, secret or item.url

    pre_update = pre_add
