"""The 办法 as data: what `run.py init` seeds, and what stays fixed (roles, tracks, posts, forms).

Everything with a date or an amount becomes a row that is edited in the admin; the code names the row's key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

QUALITY, DISCIPLINE = "quality", "discipline"
TRACKS = {QUALITY: "产品质量", DISCIPLINE: "违规违纪和服务态度"}
"""第四条's two classes of complaint, each with a track of its own (第六条(二)3)."""

KINDS = {"complaint": "投诉", "repair": "报修", "enquiry": "咨询"}
FORMS = {"书面": "书面", "电话": "电话", "口头": "口头", "网络": "网络"}
URGENCIES = {"normal": "普通", "urgent": "加急"}
COMPLAINANT_KINDS = {"individual": "个人", "organisation": "单位"}
FINDINGS = {"company": "我方责任", "customer": "顾客责任", "third_party": "第三方责任", "unfounded": "不属实"}
CAUSES = {
    "pipe": "管网破损老化", "pressure": "压力调度", "water": "水质波动", "meter": "水表计量",
    "works": "施工安装", "outage": "停水未告知", "service": "服务行为", "delay": "处理拖延", "billing": "收费账务",
    "customer_side": "户内设施", "other": "其他",
}  # fmt: skip
"""Codes for what caused it, beside the words (第六条(二)4)."""
RETURN_REASONS = {"not_ours": "不属本单位", "wrong_category": "类别有误", "incomplete": "信息不全", "other": "其他"}
CONTACT_KINDS = {"inquire": "了解情况", "progress": "告知进展", "appointment": "约见", "outcome": "告知结果"}
LINK_KINDS = {"same_matter": "同一事项", "repeat": "重复投诉", "related": "相关"}
PRINTS = {"ticket": "客户服务管理系统工单", "record": "顾客投诉处理记录表"}
OPENING_PARTS = {"contact": "联系方式", "words": "投诉原文"}

ROLES = {
    "agent": "热线受理人员",
    "operations": "运营管理部主管",
    "handler": "承办单位经办人",
    "unit_head": "承办单位负责人",
    "discipline": "集团纪检监察室",
    "chairman": "集团董事长",
    "leadership": "集团领导",
    "analyst": "分析员",
    "auditor": "审计员",
    "admin": "系统管理员",
}
"""What kind of person somebody is (POLICY §1). Unit and powers come from posts alone."""

POSTS = {
    "handler": "经办人",
    "head": "负责人",
    "leader": "直接领导",
    "deputy_in_charge": "分管负责人",
    "indicator_holder": "指标责任人",
    "discipline": "纪检监察",
    "chairman": "董事长",
}

EXPORTERS = frozenset({"operations", "discipline", "chairman", "leadership", "analyst"})
"""Roles that take frames away with them."""
NEVER_CLEAR = frozenset({"leadership", "admin", "auditor"})
"""Roles that never see a complainant in clear, a grant or not (POLICY §5)."""
IDENTIFIED = {"tickets": "工单", "callbacks": "回访"}
"""Frames in which a complainant can stand, for whom the chairman grants it."""
REVEAL_REASONS = {
    "contact": "再次联系顾客", "repeat": "核对是否重复投诉", "check": "核实办理情况", "disputed": "顾客对结果有异议",
    "asked": "上级或转办部门询问", "other": "其他（写明）",
}  # fmt: skip
"""Why somebody opens what is masked of a complainant (查看)."""
REVEAL_MINUTES = 15
"""How long it stays open to them."""

PERSONAL = frozenset({"complainant", "phone", "address", "account_no"})
"""Personal data of the complainant: masked except at the `contact` level, erased after its retention period."""
WORDS = ("title", "content", "demand", "suggestion")
"""The caller's words: never edited (POLICY §2)."""

ALWAYS = date(1900, 1, 1)


@dataclass(frozen=True)
class Term:
    """A term as seeded: obligations first, then the windows and counts of POLICY §3."""

    key: str
    zh: str
    amount: int | None
    measure: str
    clause: str
    track: str = ""


TERMS = (
    Term("handle", "办理时限", 72, "hours", "第六条(二)5", QUALITY),
    Term("handle", "办理时限", 72, "hours", "流程④", DISCIPLINE),
    Term("opinion", "初步意见", 1, "working_days", "流程②"),
    Term("callback", "回访时限", 1, "working_days", "第六条(三)1", QUALITY),
    Term("callback", "回访时限", 1, "working_days", "第六条(三)2", DISCIPLINE),
    Term("dispatch", "转办时限", 24, "hours", "内部指标"),
    Term("upstream", "上级交办时限", None, "hours", "交办方时限"),
    Term("investigate", "调查时限", None, "working_days", "内部指标"),
    Term("instruct", "批示时限", None, "working_days", "内部指标"),
    Term("feed_back", "反馈时限", None, "working_days", "内部指标"),
    Term("return", "退回期限", 1, "working_days", "内部约定"),
    Term("correct", "更正期限", 1, "working_days", "内部约定"),
    Term("repeat", "重复投诉认定期", 90, "days", "内部约定"),
    Term("attempts", "无法回访前须拨次数", 3, "times", "内部约定"),
    Term("attempt_days", "须分在几天", 2, "days", "内部约定"),
    Term("conclude", "可仍不满意办结的轮次", 3, "times", "内部约定"),
    Term("incident_count", "疑似同一事件的件数", 5, "times", "内部约定"),
    Term("incident_hours", "疑似同一事件的时段", 6, "hours", "内部约定"),
    Term("appeal", "申诉期限", 10, "working_days", "内部约定"),
    Term("review", "每年总结次数", 4, "times", "内部约定"),
    Term("review_due", "总结提交期限", 10, "working_days", "内部约定"),
    Term("review_window", "改进措施前后比较期", 90, "days", "内部约定"),
    Term("retention", "个人信息保存期", 3, "years", "内部约定"),
)
TERM_NAMES = {term.key: term.zh for term in TERMS}
OBLIGATIONS = {
    key: TERM_NAMES[key]
    for key in ("dispatch", "handle", "callback", "opinion", "upstream", "investigate", "instruct", "feed_back")
}
MEASURES = {"hours": "小时", "days": "天", "working_days": "个工作日", "times": "次", "years": "年"}

CATEGORIES = (
    ("水压", QUALITY), ("水质", QUALITY), ("工程设计", QUALITY), ("安装", QUALITY), ("维修", QUALITY),
    ("其他", QUALITY),
    ("吃拿卡要", DISCIPLINE), ("态度恶劣", DISCIPLINE), ("其他违规违纪", DISCIPLINE),
)  # fmt: skip
"""第四条's categories; admins add more under either track."""
UNSORTED_DISCIPLINE = "其他违规违纪"
"""What a ticket referred without a category of that track becomes."""

CHANNELS = (
    ("96568", False), ("市长热线", True), ("城建热线", True), ("书面来信", False), ("部门转呈", True), ("网络", False),
)  # fmt: skip
"""(name, whether it forwards with a number and a deadline of its own)."""

CLOSING_TIMES = (
    (ALWAYS, None, False, time(17, 30)),
    (date(1900, 5, 1), date(1900, 9, 30), True, time(18, 0)),
)
"""(starts, ends, yearly, closes)."""

FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
"""Off in a year that has not been announced yet, besides weekends (POLICY §4)."""

PENALTIES = (
    ("第八条(一)", "投诉案件被新闻媒体曝光", 100, 50, 50, None),
    ("第八条(二)", "对顾客的投诉拒不理睬，又不汇报", None, None, None, "《供水服务管理办法》第三十四条"),
    ("第八条(三)", "受理人员不及时处理问题而造成投诉案件延误", None, None, None, "《供水服务管理办法》第三十四条"),
    ("第八条(四)", "对投诉的顾客打击报复", None, None, None, "《供水服务管理办法》第三十二条"),
)
"""(clause, conduct, responsible, leader, indicator holder: yuan each; or the regulation that sets the measure)."""

OFFICES = (("运营管理部", "operations"), ("集团纪检监察室", "discipline"), ("集团领导", "board"))
