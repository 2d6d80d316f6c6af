"""责任追究 (第八条): exposures, penalties and what each clause costs. Deciding has pages of its own (`penalties`)."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, url_for
from flask_appbuilder import expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from sqlalchemy import func, select

from admin import words
from admin.current import now
from admin.guarding import SQLAInterface
from admin.views.tables.generated import Generated
from models import policy
from models.penalty_workflow import POSTS
from models.refusals import Invalid, Reason
from models.tables import MediaExposure, Penalty, PenaltyRule
from models.types import new_id

CLAUSES = {clause: f"{clause}　{conduct}" for clause, conduct, *_amounts in policy.PENALTIES}


class PenaltyRuleView(Generated):
    datamodel = SQLAInterface(PenaltyRule)
    route_base = "/penalty-rule"
    class_permission_name = "PenaltyRule"
    exclude_route_methods = {"delete"}
    list_title, show_title, add_title, edit_title = _("追究标准"), _("追究标准"), _("新增标准"), _("修改标准")
    clause = "第八条"
    about = "没有金额的，由确认的人按所依据的办法填写。"
    label_columns = {
        "clause": _("条款"), "conduct": _("情形"), "since": _("生效日"), "responsible": _("责任人（元）"),
        "leader": _("直接领导（元）"), "indicator_holder": _("指标责任人（元）"), "by_regulation": _("依据的办法"),
    }  # fmt: skip
    formatters_columns = dict.fromkeys(("responsible", "leader", "indicator_holder"), words.yuan)
    numbers = frozenset(formatters_columns)
    list_columns = ["clause", "conduct", "since", "responsible", "leader", "indicator_holder", "by_regulation"]
    show_columns = add_columns = edit_columns = list_columns
    search_columns = ["clause"]
    order_columns = ["clause", "since"]
    base_order = ("id", "asc")  # as the 办法 has them: by their text (三) would stand before (二)


class MediaExposureView(Generated):
    datamodel = SQLAInterface(MediaExposure)
    route_base = "/exposure"
    class_permission_name = "MediaExposure"
    exclude_route_methods = {"delete"}
    list_title, show_title, add_title, edit_title = _("媒体曝光"), _("媒体曝光"), _("记录媒体曝光"), _("修改媒体曝光")
    clause = "第八条(一)"
    about = "一次曝光记一条，不论有多少篇报道。"
    advice = "保存后系统按第八条(一)提出追究：当天在岗的责任人、直接领导、指标责任人。确认或撤回都由人决定。"
    label_columns = {
        "exposed_at": _("曝光时间"), "medium": _("媒体"), "unit": _("单位"), "ticket": _("工单号"),
        "summary": _("摘要"), "grave": _("情节严重"),
    }  # fmt: skip
    list_columns = ["medium", "exposed_at", "unit", "ticket", "grave"]
    show_columns = ["medium", "exposed_at", "unit", "ticket", "grave", "summary"]
    add_columns = edit_columns = show_columns
    search_columns = ["unit", "medium", "grave"]
    order_columns = ["exposed_at"]
    base_order = ("exposed_at", "desc")

    def pre_add(self, item: Any) -> None:
        item.id = new_id()
        if item.exposed_at is not None and item.exposed_at > now():
            raise Invalid({"exposed_at": Reason("in_the_future")})

    def saved(self, item: Any, *, adding: bool) -> str:
        """With what it set going: nobody is proposed for a fine unawares."""
        waits = select(func.count()).where(Penalty.exposure_id == item.id, Penalty.state == "proposed")
        n = self.datamodel.session.scalar(waits)
        if n:
            return gettext("已保存。由此提出的追究有 %(n)s 件等人决定，见“待确认追究”。", n=n)
        return super().saved(item, adding=adding)


class PenaltyView(Generated):
    """Proposed by a person here; what follows is decided on the pages of `admin.views.penalties`."""

    datamodel = SQLAInterface(Penalty)
    route_base = "/penalty"
    class_permission_name = "Penalty"
    exclude_route_methods = {"delete", "edit"}
    list_title, show_title, add_title = _("追究记录"), _("追究记录"), _("提出追究")
    clause = "第八条"
    about = "由人决定，系统不自行处罚。"
    choices = {"state": words.CHOICES["penalty"], "post": POSTS, "clause": CLAUSES}
    label_columns = {
        "clause": _("条款"), "person": _("姓名"), "user": _("账号"), "unit": _("单位"), "post": _("责任"),
        "amount": _("金额（元）"), "measure": _("措施"), "ticket": _("工单号"), "exposure": _("媒体曝光"),
        "conduct_at": _("行为时间"), "state": _("状态"), "proposed_at": _("提出时间"), "reason": _("理由"),
        "confirmed_at": _("确认时间"),
    }  # fmt: skip
    description_columns = {
        "user": _("选了账号，本人才看得到追究、可以申诉。"), "person": _("没有账号的填姓名；选了账号的留空。"),
    }  # fmt: skip
    formatters_columns = {"amount": words.yuan, "clause": str}
    numbers = frozenset({"amount"})
    list_columns = ["person", "clause", "unit", "post", "amount", "state", "proposed_at"]
    show_columns = [
        "person", "clause", "unit", "post", "amount", "measure", "ticket", "exposure", "conduct_at", "state",
        "proposed_at", "confirmed_at", "reason",
    ]  # fmt: skip
    add_columns = ["clause", "user", "person", "unit", "post", "amount", "measure", "ticket", "conduct_at", "reason"]
    edit_columns = ["reason"]
    search_columns = ["unit", "state", "clause"]
    order_columns = ["proposed_at", "amount"]
    base_order = ("proposed_at", "desc")

    @expose("/show/<pk>", methods=["GET"])
    def show(self, pk: str) -> Any:
        """A penalty's page is the one with its facts, its log and its actions."""
        return redirect(url_for("PenaltiesView.show", pk=pk)) if pk.isdecimal() and len(pk) < 17 else abort(404)
