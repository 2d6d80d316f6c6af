"""The generated pages: one class a table, and their places in the side."""

from __future__ import annotations

from admin.accounts import AccountView, RoleView
from admin.views.pages import Page
from admin.views.tables.accountability import MediaExposureView, PenaltyRuleView, PenaltyView
from admin.views.tables.calendar import CalendarDayView, CalendarYearView, ClosingTimeView
from admin.views.tables.figures import AnnotationView, KpiTargetView
from admin.views.tables.organisation import CustomerCountView, DistrictView, PostView, UnitView
from admin.views.tables.policy import (
    CategoryView,
    ChannelView,
    KeywordView,
    ReplyTemplateView,
    RoutingView,
    RuleView,
)
from admin.views.tables.reminding import AlertRuleView, NoticeChannelView, NoticeRuleView
from admin.views.tables.security import PasswordProfileView, SecurityEventView

PAGES = (
    Page(PenaltyView, "Penalties", "追究记录", "Accountability", "scale"),
    Page(MediaExposureView, "Media exposures", "媒体曝光", "Accountability", "bell"),
    Page(PenaltyRuleView, "Penalty rules", "追究标准", "Accountability", "book"),
    Page(UnitView, "Units", "单位", "Settings", "users"),
    Page(PostView, "Posts", "任职", "Settings", "user"),
    Page(CustomerCountView, "Customers in the books", "在册户数", "Settings", "table"),
    Page(DistrictView, "Districts", "片区", "Settings", "aim"),
    Page(CategoryView, "Categories", "投诉类别", "Settings", "tag"),
    Page(KeywordView, "Keywords", "关键词", "Settings", "search"),
    Page(RoutingView, "Routing", "转办去向", "Settings", "out"),
    Page(ReplyTemplateView, "Reply templates", "常用答复", "Settings", "note"),
    Page(ChannelView, "Channels", "受理渠道", "Settings", "phone"),
    Page(RuleView, "Rules", "时限规则", "Settings", "time"),
    Page(KpiTargetView, "Targets", "指标目标", "Settings", "aim"),
    Page(AnnotationView, "Annotations", "图上注记", "Settings", "note"),
    Page(NoticeRuleView, "Notice rules", "提醒规则", "Settings", "bell"),
    Page(AlertRuleView, "Alert rules", "预警规则", "Settings", "alert"),
    Page(NoticeChannelView, "Notice channels", "提醒渠道", "Settings", "out"),
    Page(CalendarDayView, "Calendar days", "节假日与调休", "Settings", "cal"),
    Page(CalendarYearView, "Calendar years", "已公布年份", "Settings", "check"),
    Page(SecurityEventView, "Security log", "安全日志", "Security", "shield"),
    Page(PasswordProfileView, "Password profile", "密码要求", "Security", "key"),
    Page(ClosingTimeView, "Closing times", "下班时间", "Settings", "clock"),
)
ACCOUNTS = (
    Page(AccountView, "Accounts", "账号", "Security", "key"),
    Page(RoleView, "Roles", "角色", "Security", "shield"),
)
"""Registered with the security manager; here only for the side."""
