"""The working days: announced years, days that are not what their weekday says, closing times (POLICY §4)."""

from __future__ import annotations

from datetime import date

from flask_babel import lazy_gettext as _

from admin import words
from admin.guarding import SQLAInterface
from admin.views.tables.generated import Generated
from models.policy import ALWAYS
from models.tables import CalendarDay, CalendarYear, ClosingTime


def _of_any_year(day: date | None) -> str:
    """A day that the policy came with for every year says its month and day only."""
    return f"{day:%m-%d}" if day and day != ALWAYS and day.year == ALWAYS.year else words.anything(day)


class CalendarDayView(Generated):
    datamodel = SQLAInterface(CalendarDay)
    route_base = "/calendar"
    class_permission_name = "CalendarDay"
    of_calendar = True
    list_title, show_title, add_title, edit_title = _("节假日与调休"), _("节假日与调休"), _("录入一天"), _("修改一天")
    about = "与星期几不一致的日子：放假，或调休上班。改动后，未完成的工作日时限随之更正。"
    label_columns = {"day": _("日期"), "working": _("上班"), "name": _("名称")}
    list_columns = ["day", "name", "working"]
    show_columns = add_columns = list_columns
    edit_columns = ["working", "name"]
    search_columns = ["day", "name", "working"]
    order_columns = ["day"]
    base_order = ("day", "desc")


class CalendarYearView(Generated):
    datamodel = SQLAInterface(CalendarYear)
    route_base = "/calendar-year"
    class_permission_name = "CalendarYear"
    of_calendar = True
    list_title, show_title, add_title, edit_title = _("已公布年份"), _("已公布年份"), _("新增年份"), _("修改年份")
    about = "国务院公布放假安排、并已录入各日的年份。其他年份暂按周一至周五推算。"
    advice = "先录入这一年的放假和调休日，再把年份加进来。"
    label_columns = {"year": _("年份"), "source": _("来源")}
    formatters_columns = {"year": str}
    list_columns = ["year", "source"]
    show_columns = add_columns = list_columns
    edit_columns = ["source"]
    search_columns: list[str] = []
    order_columns = ["year"]
    base_order = ("year", "desc")


class ClosingTimeView(Generated):
    datamodel = SQLAInterface(ClosingTime)
    route_base = "/closing-time"
    class_permission_name = "ClosingTime"
    of_calendar = True
    list_title, show_title, add_title, edit_title = _("下班时间"), _("下班时间"), _("新增时段"), _("修改时段")
    about = "按工作日计算的期限到最后一天的下班时间为止。时段重叠时，开始得晚的算数。"
    clause = "民法典 第二百零三条"
    label_columns = {"starts": _("自"), "ends": _("至"), "yearly": _("每年重复"), "closes": _("下班")}
    formatters_columns = dict.fromkeys(("starts", "ends"), _of_any_year)
    description_columns = {"ends": _("含当天；留空为一直有效。"), "yearly": _("勾选后只看月日。")}
    list_columns = ["starts", "ends", "yearly", "closes"]
    show_columns = add_columns = edit_columns = list_columns
    search_columns: list[str] = []
    order_columns = ["starts"]
    base_order = ("starts", "desc")
