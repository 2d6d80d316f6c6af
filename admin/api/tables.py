"""The tables around the tickets, as resources: who may read and write each stands in `admin.roles`."""

from __future__ import annotations

from admin.api.penalty import PenaltyApi
from admin.guarding import ModelRestApi, SQLAInterface
from models import policy
from models.tables import (
    CalendarDay,
    CalendarYear,
    Category,
    Channel,
    ClosingTime,
    CustomerCount,
    District,
    MediaExposure,
    PenaltyRule,
    Post,
    Rule,
    Unit,
)

UNIT_KINDS = {"unit": "承办单位", "operations": "运营管理部", "discipline": "集团纪检监察室", "board": "集团领导"}


class UnitApi(ModelRestApi):
    """承办单位"""

    resource_name, class_permission_name = "unit", "Unit"
    datamodel = SQLAInterface(Unit)
    choices = {"kind": UNIT_KINDS}
    list_columns = show_columns = add_columns = edit_columns = ["name", "kind", "phone", "active"]
    search_columns = ["name", "kind", "active"]
    order_columns = ["id", "name", "kind"]


class CategoryApi(ModelRestApi):
    """投诉类别"""

    resource_name, class_permission_name = "category", "Category"
    datamodel = SQLAInterface(Category)
    choices = {"track": policy.TRACKS}
    list_columns = show_columns = add_columns = edit_columns = ["name", "track", "unit", "active"]
    search_columns = ["name", "track", "unit", "active"]
    order_columns = ["id", "name", "track"]


class ChannelApi(ModelRestApi):
    """受理渠道"""

    resource_name, class_permission_name = "channel", "Channel"
    datamodel = SQLAInterface(Channel)
    list_columns = show_columns = add_columns = edit_columns = ["name", "forwarder", "active"]
    search_columns = ["name", "forwarder", "active"]
    order_columns = ["id", "name"]


class DistrictApi(ModelRestApi):
    """片区"""

    resource_name, class_permission_name = "district", "District"
    datamodel = SQLAInterface(District)
    list_columns = show_columns = add_columns = edit_columns = ["name", "active"]
    search_columns = ["name", "active"]
    order_columns = ["id", "name"]


class CustomerCountApi(ModelRestApi):
    """在册户数"""

    resource_name, class_permission_name = "customer_count", "CustomerCount"
    datamodel = SQLAInterface(CustomerCount)
    list_columns = show_columns = ["unit", "unit_id", "month", "customers"]
    add_columns = edit_columns = ["unit", "month", "customers"]
    search_columns = ["unit", "month", "customers"]
    order_columns = ["id", "month", "customers"]


class RuleApi(ModelRestApi):
    """时限规则"""

    resource_name, class_permission_name = "rule", "Rule"
    datamodel = SQLAInterface(Rule)
    choices = {"key": policy.TERM_NAMES, "measure": policy.MEASURES, "track": {"": "两类", **policy.TRACKS}}
    list_columns = show_columns = add_columns = edit_columns = ["key", "track", "since", "amount", "measure", "clause"]
    search_columns = ["key", "track", "since", "measure"]
    order_columns = ["id", "key", "since"]


class PenaltyRuleApi(ModelRestApi):
    """责任追究规则"""

    resource_name, class_permission_name = "penalty_rule", "PenaltyRule"
    datamodel = SQLAInterface(PenaltyRule)
    list_columns = show_columns = add_columns = edit_columns = [
        "clause", "conduct", "since", "responsible", "leader", "indicator_holder", "by_regulation",
    ]  # fmt: skip
    search_columns = ["clause", "since"]
    order_columns = ["id", "clause", "since"]


class CalendarDayApi(ModelRestApi):
    """与星期不符的日子：节假日和调休上班。The day itself is the id."""

    resource_name, class_permission_name = "calendar_day", "CalendarDay"
    datamodel = SQLAInterface(CalendarDay)
    list_columns = show_columns = add_columns = ["day", "working", "name"]
    edit_columns = ["working", "name"]
    search_columns = ["day", "working", "name"]
    order_columns = ["day"]


class CalendarYearApi(ModelRestApi):
    """已公布安排的年份。The year itself is the id."""

    resource_name, class_permission_name = "calendar_year", "CalendarYear"
    datamodel = SQLAInterface(CalendarYear)
    list_columns = show_columns = add_columns = ["year", "source"]
    edit_columns = ["source"]
    search_columns = ["year"]
    order_columns = ["year"]


class ClosingTimeApi(ModelRestApi):
    """下班时间"""

    resource_name, class_permission_name = "closing_time", "ClosingTime"
    datamodel = SQLAInterface(ClosingTime)
    list_columns = show_columns = add_columns = edit_columns = ["starts", "ends", "yearly", "closes"]
    search_columns = ["starts", "yearly"]
    order_columns = ["id", "starts"]


class PostApi(ModelRestApi):
    """任职"""

    resource_name, class_permission_name = "post", "Post"
    datamodel = SQLAInterface(Post)
    choices = {"post": policy.POSTS}
    list_columns = show_columns = [
        "user", "user_id", "unit", "unit_id", "post", "since", "until", "acting_for", "acting_for_id",
    ]  # fmt: skip
    add_columns = edit_columns = ["user", "unit", "post", "since", "until", "acting_for"]
    search_columns = ["user", "unit", "post", "since", "until"]
    order_columns = ["id", "since"]


class MediaExposureApi(ModelRestApi):
    """媒体曝光"""

    resource_name, class_permission_name = "media_exposure", "MediaExposure"
    datamodel = SQLAInterface(MediaExposure)
    list_columns = show_columns = ["ticket", "ticket_id", "unit", "unit_id", "exposed_at", "medium", "summary", "grave"]
    add_columns = edit_columns = ["ticket", "unit", "exposed_at", "medium", "summary", "grave"]
    search_columns = ["unit", "exposed_at", "medium", "grave"]
    order_columns = ["id", "exposed_at"]


TABLES = (
    UnitApi, CategoryApi, ChannelApi, DistrictApi, CustomerCountApi, RuleApi, PenaltyRuleApi, CalendarDayApi,
    CalendarYearApi, ClosingTimeApi, PostApi, MediaExposureApi, PenaltyApi,
)  # fmt: skip
