"""What the figures are to come to, and what they are to be read beside (KPI.md)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from admin.guarding import SQLAInterface
from admin.views.tables.generated import Generated
from models.annotation import KINDS
from models.tables import Annotation, KpiTarget
from models.target import TARGETED


class KpiTargetView(Generated):
    datamodel = SQLAInterface(KpiTarget)
    route_base = "/target"
    class_permission_name = "KpiTarget"
    list_title, show_title, add_title, edit_title = _("指标目标"), _("指标目标"), _("新增目标"), _("修改目标")
    about = "办法要求件件做到的，目标是全部（1）。要改目标，新增一条从某天起生效的；以前的月份仍按当时的目标看。"
    advice = "控制图据此判断照现在的做法能不能稳定达到目标。"
    choices = {"metric": TARGETED}
    label_columns = {"metric": _("指标"), "target": _("目标值"), "since": _("生效日")}
    description_columns = {"target": _("比率写小数，如 0.95。时长写小时，其余按指标的单位。")}
    formatters_columns = {"target": lambda target: f"{target.normalize():f}"}
    numbers = frozenset({"target"})
    list_columns = ["metric", "target", "since"]
    show_columns = add_columns = edit_columns = list_columns
    search_columns = ["metric"]
    order_columns = ["metric", "since"]
    base_order = ("id", "asc")


class AnnotationView(Generated):
    datamodel = SQLAInterface(Annotation)
    route_base = "/annotation"
    class_permission_name = "Annotation"
    list_title, show_title, add_title, edit_title = _("图上注记"), _("图上注记"), _("新增注记"), _("修改注记")
    about = "制度变化、爆管、改进措施等会影响数字的事，画在各页按时间的图上。看统计数字的人都看得到。"
    advice = "写事，不写人。勾选“另算控制限”后，从这天所在的一期起，控制图用新的平均和界限判断，因此要写明理由。"
    choices = {"kind": KINDS}
    label_columns = {
        "day": _("日期"), "until": _("至"), "kind": _("种类"), "text": _("注记"), "unit": _("单位"),
        "rebases": _("另算控制限"), "reason": _("理由"),
    }  # fmt: skip
    description_columns = {"until": _("持续多日时填写，含当天。"), "unit": _("只影响一个单位时选择；留空为全集团。")}
    list_columns = ["day", "kind", "text", "unit", "rebases"]
    show_columns = add_columns = edit_columns = ["day", "until", "kind", "text", "unit", "rebases", "reason"]
    search_columns = ["day", "kind", "text", "unit"]
    order_columns = ["day", "kind"]
    base_order = ("day", "desc")
