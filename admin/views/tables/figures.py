"""What the figures are to come to (KPI.md)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from admin.guarding import SQLAInterface
from admin.views.tables.generated import Generated
from models.tables import KpiTarget
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
