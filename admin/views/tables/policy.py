"""Categories, channels and terms: the 办法's tables, kept by 运营管理部 (POLICY §2, §4)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from admin.guarding import SQLAInterface
from admin.views.tables.generated import Generated
from models import policy, reply
from models.tables import Category, Channel, Keyword, ReplyTemplate, Routing, Rule

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


class KeywordView(Generated):
    """What hints at a category while a caller's words are typed."""

    datamodel = SQLAInterface(Keyword)
    route_base = "/keyword"
    class_permission_name = "Keyword"
    list_title, show_title, add_title, edit_title = _("关键词"), _("关键词"), _("新增关键词"), _("修改关键词")
    about = "登记时内容里出现这些词，就提示相应类别；采用与否由登记人决定。"
    label_columns = {"word": _("词"), "category": _("类别"), "active": _("在用")}
    list_columns = ["word", "category", "active"]
    show_columns = add_columns = edit_columns = list_columns
    search_columns = ["word", "category", "active"]
    order_columns = ["word"]
    base_order = ("id", "asc")


class RoutingView(Generated):
    """Which unit is suggested."""

    datamodel = SQLAInterface(Routing)
    route_base = "/routing"
    class_permission_name = "Routing"
    list_title, show_title, add_title, edit_title = _("转办去向"), _("转办去向"), _("新增去向"), _("修改去向")
    about = "哪类、哪个片区的投诉通常转给谁。写得最细的一条算数；由受理人员决定。"
    label_columns = {"category": _("类别"), "district": _("片区"), "unit": _("通常转给")}
    description_columns = {"category": _("留空为各类。"), "district": _("留空为各片区。")}
    list_columns = ["category", "district", "unit"]
    show_columns = add_columns = edit_columns = list_columns
    search_columns = ["category", "district", "unit"]
    order_columns: list[str] = []
    base_order = ("id", "asc")


class ReplyTemplateView(Generated):
    """常用答复."""

    datamodel = SQLAInterface(ReplyTemplate)
    route_base = "/reply"
    class_permission_name = "ReplyTemplate"
    list_title, show_title, add_title, edit_title = _("常用答复"), _("常用答复"), _("新增常用答复"), _("修改常用答复")
    about = "写答复时可以选用的文字。不予受理的，写明还可以向哪里反映。"
    clause = "第六条(二)1"
    choices = {"action": reply.ACTIONS, "track": BOTH}
    label_columns = {
        "name": _("名称"), "action": _("用于"), "track": _("适用"), "category": _("类别"), "position": _("次序"),
        "text": _("文字"), "active": _("在用"),
    }  # fmt: skip
    description_columns = {
        "category": _("留空为各类。"),
        "text": _("{no} 换成工单号，{hotline} 换成热线号码。"),
        "position": _("小的在前。"),
    }
    numbers = frozenset({"position"})
    list_columns = ["name", "action", "track", "category", "position", "active"]
    show_columns = ["name", "action", "track", "category", "position", "text", "active"]
    add_columns = edit_columns = show_columns
    search_columns = ["name", "action", "track", "category", "active"]
    order_columns = ["name", "action", "position"]
    base_order = ("position", "asc")
