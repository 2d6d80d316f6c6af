"""Categories, channels and terms: the 办法's tables, kept by 运营管理部 (POLICY §2, §4)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from admin.guarding import SQLAInterface
from admin.views.tables.generated import Generated
from models import policy
from models.tables import Category, Channel, Rule

BOTH = {"": "两类", **policy.TRACKS}


class CategoryView(Generated):
    datamodel = SQLAInterface(Category)
    route_base = "/category"
    class_permission_name = "Category"
    exclude_route_methods = {"delete"}
    list_title, show_title, add_title, edit_title = _("投诉类别"), _("投诉类别"), _("新增类别"), _("修改类别")
    about = "停用的类别留在已有工单上，今后不能再选。"
    clause = "第四条"
    choices = {"track": policy.TRACKS}
    label_columns = {"name": _("名称"), "track": _("类"), "unit": _("通常转给"), "active": _("在用")}
    description_columns = {"unit": _("转办时先选好的单位，由受理人员决定。")}
    list_columns = ["name", "track", "unit", "active"]
    show_columns = add_columns = list_columns
    edit_columns = ["name", "unit", "active"]
    search_columns = ["name", "track", "active"]
    order_columns = ["name", "track"]
    base_order = ("id", "asc")


class ChannelView(Generated):
    datamodel = SQLAInterface(Channel)
    route_base = "/channel"
    class_permission_name = "Channel"
    exclude_route_methods = {"delete"}
    list_title, show_title, add_title, edit_title = _("受理渠道"), _("受理渠道"), _("新增渠道"), _("修改渠道")
    clause = "流程①"
    about = "转呈的渠道有自己的来文编号和时限。"
    label_columns = {"name": _("名称"), "forwarder": _("是否转呈"), "active": _("在用")}
    list_columns = ["name", "forwarder", "active"]
    show_columns = add_columns = edit_columns = list_columns
    search_columns = ["name", "active"]
    order_columns = ["name"]
    base_order = ("id", "asc")


class RuleView(Generated):
    """Terms with the day from which they are in force."""

    datamodel = SQLAInterface(Rule)
    route_base = "/rule"
    class_permission_name = "Rule"
    list_title, show_title, add_title, edit_title = _("时限规则"), _("时限规则"), _("新增规则"), _("修改规则")
    about = "要改时限，新增一条从某天起生效的规则；已经算好的时限不变。"
    advice = "从生效之日起新开的时限按这一条计算，已经算好的不变。"
    choices = {"key": policy.TERM_NAMES, "track": BOTH, "measure": policy.MEASURES}
    label_columns = {
        "key": _("规则"), "track": _("适用"), "since": _("生效日"), "amount": _("数量"), "measure": _("单位"),
        "clause": _("依据"),
    }  # fmt: skip
    description_columns = {"amount": _("留空为停用这条规则。")}
    numbers = frozenset({"amount"})
    list_columns = ["key", "track", "since", "amount", "measure", "clause"]
    show_columns = add_columns = edit_columns = list_columns
    search_columns = ["key", "track"]
    order_columns = ["key", "since"]
    base_order = ("id", "asc")
