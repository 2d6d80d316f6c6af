"""Units, posts, districts, and customers in the books (POLICY §1)."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _

from admin import words
from admin.guarding import SQLAInterface
from admin.views.tables.generated import Generated
from models import policy
from models.refusals import Invalid, Reason
from models.tables import CustomerCount, District, Post, Unit


class UnitView(Generated):
    datamodel = SQLAInterface(Unit)
    route_base = "/unit"
    class_permission_name = "Unit"
    exclude_route_methods = {"delete"}
    list_title, show_title, add_title, edit_title = _("单位"), _("单位"), _("新增单位"), _("修改单位")
    about = "承办单位办理投诉；不再办理的停用，已有工单不变。"
    choices = {"kind": words.CHOICES["unit_kind"]}
    label_columns = {"name": _("名称"), "kind": _("性质"), "phone": _("电话"), "active": _("在用")}
    list_columns = ["name", "kind", "phone", "active"]
    show_columns = list_columns
    search_columns = ["name", "kind", "active"]
    order_columns = ["name", "kind"]
    add_columns = edit_columns = ["name", "kind", "phone", "active"]
    base_order = ("id", "asc")


class DistrictView(Generated):
    datamodel = SQLAInterface(District)
    route_base = "/district"
    class_permission_name = "District"
    exclude_route_methods = {"delete"}
    list_title, show_title, add_title, edit_title = _("片区"), _("片区"), _("新增片区"), _("修改片区")
    label_columns = {"name": _("名称"), "active": _("在用")}
    list_columns = ["name", "active"]
    show_columns = add_columns = edit_columns = list_columns
    search_columns = ["name", "active"]
    order_columns = ["name"]
    base_order = ("id", "asc")


class CustomerCountView(Generated):
    """The denominator of the complaint rate."""

    datamodel = SQLAInterface(CustomerCount)
    route_base = "/customers"
    class_permission_name = "CustomerCount"
    list_title, show_title, add_title, edit_title = _("在册户数"), _("在册户数"), _("录入在册户数"), _("修改在册户数")
    about = "每个单位每月一条，是万户投诉率的分母。"
    label_columns = {"unit": _("单位"), "month": _("月份"), "customers": _("在册户数")}
    description_columns = {"month": _("填该月任意一天，按月保存。")}
    formatters_columns = {"month": lambda day: f"{day:%Y-%m}" if day else words.NOTHING}
    numbers = frozenset({"customers"})
    list_columns = ["unit", "month", "customers"]
    show_columns = add_columns = edit_columns = list_columns
    search_columns = ["unit"]
    order_columns = ["month", "customers"]
    base_order = ("month", "desc")

    def pre_add(self, item: Any) -> None:
        item.month = item.month.replace(day=1)

    pre_update = pre_add


class PostView(Generated):
    datamodel = SQLAInterface(Post)
    route_base = "/post"
    class_permission_name = "Post"
    exclude_route_methods = {"delete"}
    list_title, show_title, add_title, edit_title = _("任职"), _("任职"), _("新增任职"), _("修改任职")
    about = "谁在哪个单位任什么职、从哪天到哪天。单位和权限只由任职决定。"
    clause = "第五条"
    choices = {"post": policy.POSTS}
    label_columns = {
        "user": _("姓名"), "unit": _("单位"), "post": _("职务"), "since": _("自"), "until": _("至"),
        "acting_for": _("代谁"),
    }  # fmt: skip
    description_columns = {
        "until": _("从这一天起不再任职；留空为一直任职。"),
        "acting_for": _("代职时填写，只在上述日期内有效。"),
    }
    list_columns = ["user", "unit", "post", "since", "until", "acting_for"]
    show_columns = add_columns = edit_columns = list_columns
    search_columns = ["user", "unit", "post"]
    order_columns = ["since", "until", "post"]
    base_order = ("since", "desc")

    def pre_add(self, item: Any) -> None:
        if item.since is not None and item.since < date(1949, 1, 1):
            raise Invalid({"since": Reason("time_out_of_range")})
