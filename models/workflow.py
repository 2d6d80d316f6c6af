"""States and actions: one declared table (DESIGN §5) from which buttons, REST, permissions and docs are made.

Reading `ACTIONS` is reading the policy. `models.desk` carries an action out; nothing else knows what leads where.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from models import policy
from models.policy import DISCIPLINE, QUALITY

AGENT, OPERATIONS, HANDLER, HEAD, OFFICE, CHAIRMAN, READER = "a", "o", "h", "u", "d", "c", "l"
"""Parts a person can have in a ticket. HANDLER and HEAD are those of the ticket's own unit; OFFICE is 纪检监察室."""
PARTS = {
    AGENT: "热线受理人员", OPERATIONS: "运营管理部", HANDLER: "承办单位经办人", HEAD: "承办单位负责人",
    OFFICE: "纪检监察室", CHAIRMAN: "董事长", READER: "集团领导",
}  # fmt: skip


@dataclass(frozen=True)
class State:
    name: str
    zh: str
    turn: str
    """Whose turn it is: desk, unit, discipline, chairman or none."""


STATES = {
    state.name: state
    for state in (
        State("registered", "已登记", "desk"),
        State("returned", "已退回", "desk"),
        State("handling", "办理中", "unit"),
        State("calling_back", "待回访", "desk"),
        State("investigating", "调查中", "discipline"),
        State("founded", "属实待上报", "discipline"),
        State("unfounded", "不属实待说明", "discipline"),
        State("reported", "待批示", "chairman"),
        State("satisfied", "待反馈", "discipline"),
        State("fed_back", "待记录", "desk"),
        State("closed", "已办结", "none"),
    )
}
OPEN = tuple(name for name in STATES if name != "closed")
AFTER_RESULT = ("calling_back", "satisfied", "fed_back", "closed")
"""States in which the customer may be told an outcome (第七条(一))."""


@dataclass(frozen=True)
class Field:
    """What an action asks for. `kind` says how it is read; see `models.fields`."""

    name: str
    zh: str
    kind: str = "text"
    required: bool = False
    choices: Mapping[str, str] = field(default_factory=dict)
    required_when: tuple[str, Any] | None = None

    def is_required(self, values: Mapping[str, Any]) -> bool:
        return self.required or bool(self.required_when and values.get(self.required_when[0]) == self.required_when[1])


@dataclass(frozen=True)
class Step:
    """One way an action goes: from a state to a state, for whom, and what it opens, settles and voids.

    `end` None: the state stays. `voids` of "*": everything still open.
    """

    start: str | None
    end: str | None
    by: str
    track: str | None = None
    when: tuple[str, Any] | None = None
    opens: tuple[str, ...] = ()
    settles: tuple[str, ...] = ()
    voids: tuple[str, ...] = ()

    def fits(self, track: str, state: str | None) -> bool:
        return self.start == state and self.track in (None, track)


@dataclass(frozen=True)
class Action:
    """One row of the table. `versioned`: it names the version it saw, and raises it."""

    name: str
    zh: str
    clause: str
    steps: tuple[Step, ...]
    fields: tuple[Field, ...] = ()
    versioned: bool = True
    kinds: tuple[str, ...] = tuple(policy.KINDS)
    guard: str | None = None
    """A condition beyond state and part, by its name in `models.guards`."""

    def ever_by(self, track: str) -> set[str]:
        """The parts that can take it at some time on a track."""
        return {part for step in self.steps if step.track in (None, track) for part in step.by}

    def steps_from(self, track: str, state: str | None, parts: set[str]) -> list[Step]:
        return [step for step in self.steps if step.fits(track, state) and parts & set(step.by)]


def _from(starts: tuple[str, ...], end: str | None, by: str, **rest: Any) -> tuple[Step, ...]:
    return tuple(Step(start, end, by, **rest) for start in starts)


def _text(name: str, zh: str, *, required: bool = True) -> Field:
    return Field(name, zh, "text", required)


def _choice(name: str, zh: str, choices: Mapping[str, str], *, required: bool = False) -> Field:
    return Field(name, zh, "choice", required, choices)


FILES = Field("files", "附件", "files")
"""Files that wait (`models.uploads`) and hang on the ticket from then on."""

REGISTRATION = (
    Field("content", "投诉内容", "text", required=True),
    Field("title", "标题", "line"),
    Field("demand", "投诉要求", "text"),
    Field("suggestion", "建议", "text"),
    Field("category", "类别", "category"),
    Field("channel", "渠道", "channel"),
    Field("form", "形式", "choice", choices=policy.FORMS),
    Field("kind", "事项", "choice", choices=policy.KINDS),
    Field("urgency", "紧急程度", "choice", choices=policy.URGENCIES),
    Field("complainant", "投诉人", "line"),
    Field("complainant_kind", "投诉人性质", "choice", choices=policy.COMPLAINANT_KINDS),
    Field("phone", "联系电话", "line"),
    Field("address", "地址", "line"),
    Field("account_no", "户号", "line"),
    Field("happened_at", "发生时间", "moment"),
    Field("received_at", "接到时间", "moment"),
    Field("complained_unit", "投诉对象（单位）", "unit"),
    Field("accused", "投诉对象（人员）", "persons"),
    Field("district", "片区", "district"),
    Field("neighbourhood", "小区", "line"),
    Field("forwarded_by", "转呈部门或个人", "line"),
    Field("forward_no", "来文编号", "line"),
    Field("forward_due_at", "来文时限", "moment"),
)
"""The fields of the 工单 (第六条(一)); only the content is required."""

AMENDABLE = {
    f.name: f
    for f in REGISTRATION
    if f.name in policy.PERSONAL
    or f.name in ("complainant_kind", "channel", "form", "urgency", "kind", "complained_unit", "district",
                  "neighbourhood", "forwarded_by", "forward_no", "forward_due_at")
}  # fmt: skip
"""Facts that may be corrected in the open (补正): never content, times or state. `kind` takes operations and a
reason."""

_REASON = _text("reason", "理由")
_CATEGORY = Field("category", "类别", "category")
_UNIT = Field("unit", "承办单位", "unit", required=True)

ACTIONS: dict[str, Action] = {
    action.name: action
    for action in (
        Action("register", "登记", "第六条(一)",
               (Step(None, "registered", "ao", QUALITY, opens=("dispatch", "upstream")),
                Step(None, "registered", "aod", DISCIPLINE, opens=("dispatch", "upstream"))),
               (*REGISTRATION, FILES)),
        Action("answer", "当场答复", "第六条(二)1",
               (Step("registered", "closed", "ao", QUALITY, settles=("dispatch", "upstream")),),
               (_text("reply", "答复"),), kinds=("enquiry", "repair")),
        Action("assign", "转办", "第六条(二)2",
               _from(("registered", "returned"), "handling", "ao", track=QUALITY,
                     settles=("dispatch",), opens=("handle",)),
               (_UNIT, _CATEGORY)),
        Action("refer", "移送纪检", "第六条(二)3",
               (Step("registered", "investigating", "aod", settles=("dispatch",), opens=("investigate",)),
                Step("handling", "investigating", "aod", QUALITY, settles=("dispatch",), voids=("handle",),
                     opens=("investigate",))),
               (_CATEGORY,)),
        Action("decline", "不予受理", "第六条(二)1",
               (Step("registered", "closed", "ao", QUALITY, settles=("dispatch", "upstream")),
                Step("registered", "closed", "d", DISCIPLINE, settles=("dispatch", "upstream"))),
               (_text("reply", "答复"),)),
        Action("find", "调查认定", "流程②",
               (Step("investigating", "founded", "d", when=("founded", True), settles=("investigate",),
                     opens=("opinion",)),
                Step("investigating", "unfounded", "d", when=("founded", False), settles=("investigate",))),
               (Field("founded", "是否属实", "bool", required=True), _text("findings", "调查情况"))),
        Action("explain", "说明原因", "流程②",
               (Step("unfounded", "closed", "d", settles=("upstream",)),),
               (_text("reply", "向来电人说明"),)),
        Action("report", "上报", "流程②",
               (Step("founded", "reported", "d", settles=("opinion",), opens=("instruct",)),),
               (_text("opinion", "初步调查意见"), _text("summary", "给承办单位的摘要", required=False))),
        Action("instruct", "批示", "流程③",
               (Step("reported", "handling", "c", settles=("instruct",), opens=("handle",)),),
               (_UNIT, _text("instruction", "批示"))),
        Action("submit", "报送结果", "第六条(二)5",
               (Step("handling", "calling_back", "u", settles=("handle", "upstream"), opens=("callback",)),),
               (_text("cause", "原因"), _choice("cause_code", "原因类别", policy.CAUSES),
                Field("responsible", "责任人", "line", required=True), _text("result", "处理结果"),
                _choice("finding", "责任认定", policy.FINDINGS), FILES)),
        Action("return", "退回", "内部约定",
               (Step("handling", "returned", "uo", QUALITY),
                Step("handling", "reported", "ud", DISCIPLINE, opens=("instruct",))),
               (Field("reason", "退回理由", "coded", True, policy.RETURN_REASONS),
                _text("remark", "说明", required=False)),
               guard="return"),
        Action("call_back", "回访", "第六条(三)",
               (Step("calling_back", "closed", "ao", QUALITY, ("outcome", "satisfied"), settles=("callback",)),
                Step("calling_back", "satisfied", "d", DISCIPLINE, ("outcome", "satisfied"),
                     settles=("callback",), opens=("feed_back",)),
                Step("calling_back", "handling", "ao", QUALITY, ("outcome", "dissatisfied"),
                     settles=("callback",), opens=("handle",)),
                Step("calling_back", "handling", "d", DISCIPLINE, ("outcome", "dissatisfied"),
                     settles=("callback",), opens=("handle",)),
                Step("calling_back", None, "ao", QUALITY, ("outcome", "unreached"), settles=("callback",)),
                Step("calling_back", None, "d", DISCIPLINE, ("outcome", "unreached"), settles=("callback",))),
               (Field("outcome", "回访结果", "choice", True,
                      {"satisfied": "满意", "dissatisfied": "不满意", "unreached": "未接通"}),
                Field("solved", "问题是否解决", "bool"),
                Field("remark", "顾客意见", "text", required_when=("outcome", "dissatisfied")),
                Field("called_by", "参加回访的单位人员", "line")),
               guard="call_back"),
        Action("waive", "无法回访", "内部约定",
               (Step("calling_back", "closed", "o", QUALITY, voids=("callback",)),
                Step("calling_back", "fed_back", "d", DISCIPLINE, voids=("callback",))),
               (_REASON,), guard="waive"),
        Action("conclude", "仍不满意办结", "第六条(三)",
               _from(("handling", "calling_back"), "closed", "c", track=QUALITY, settles=("upstream",), voids=("*",))
               + _from(("handling", "calling_back"), "fed_back", "c", track=DISCIPLINE, settles=("upstream",),
                       voids=("*",)),
               (_REASON,), guard="conclude"),
        Action("feed_back", "反馈96568", "第六条(三)2",
               (Step("satisfied", "fed_back", "d", settles=("feed_back",)),),
               (_text("opinion", "处理意见"),)),
        Action("record", "填写处理记录表", "流程⑥",
               (Step("fed_back", "closed", "ao"),),
               (_text("record", "处理记录"),)),
        Action("reclassify", "改投诉类别", "第四条",
               (Step("registered", "registered", "ao", QUALITY, voids=("handle", "investigate", "opinion")),
                Step("returned", "registered", "o", QUALITY, voids=("handle", "investigate", "opinion")),
                *_from(("registered", "investigating"), "registered", "d", track=DISCIPLINE,
                       voids=("handle", "investigate", "opinion"))),
               (Field("category", "类别", "category", required=True), _REASON)),
        Action("recategorise", "改细类", "第四条",
               _from(OPEN, None, "aou", track=QUALITY) + _from(("registered",), None, "aod", track=DISCIPLINE)
               + _from(tuple(name for name in OPEN if name != "registered"), None, "ud", track=DISCIPLINE),
               (Field("category", "类别", "category", required=True),)),
        Action("amend", "补正", "第六条(一)",
               _from(tuple(STATES), None, "ao", track=QUALITY)
               + _from(("registered",), None, "aod", track=DISCIPLINE)
               + _from(tuple(name for name in STATES if name != "registered"), None, "d", track=DISCIPLINE),
               (_choice("field", "补正项", {name: f.zh for name, f in AMENDABLE.items()}, required=True),
                Field("value", "补正为", "raw", required=True),
                Field("reason", "理由", "text", required_when=("field", "kind"))),
               versioned=False),
        Action("correct", "更正误操作", "内部约定",
               _from(("closed", "handling", "calling_back"), None, "o", track=QUALITY)
               + _from(("closed", "handling", "calling_back", "satisfied"), None, "d", track=DISCIPLINE),
               (_REASON,), guard="correct"),
        Action("open_to", "开放", "第七条(二)",
               _from(OPEN, None, "d", track=DISCIPLINE),
               (Field("persons", "向谁开放", "users", required=True),
                Field("parts", "开放内容", "parts", required=True, choices=policy.OPENING_PARTS),
                Field("until", "截止时间", "moment"))),
        Action("note", "跟进", "第五条(二)",
               _from(tuple(STATES), None, "huaod"), (_text("text", "跟进内容"), FILES), versioned=False),
        Action("contact", "联系", "第五条(二)",
               _from(OPEN, None, "huaod"),
               (_choice("kind", "联系事由", policy.CONTACT_KINDS, required=True), _text("text", "联系内容")),
               versioned=False),
        Action("supervise", "督办", "第五条(一)3",
               _from(OPEN, None, "o", track=QUALITY) + _from(OPEN, None, "d", track=DISCIPLINE),
               (_text("text", "督办意见"),), versioned=False),
        Action("attach", "附件", "第六条(一)",
               _from(OPEN, None, "huaod"), (_text("text", "附件说明"), FILES), versioned=False),
        Action("link", "关联", "内部约定",
               _from(tuple(STATES), None, "huaod"),
               (Field("to", "关联到", "ticket", required=True),
                _choice("kind", "关联类型", policy.LINK_KINDS, required=True)), versioned=False),
        Action("print", "打印工单", "第七条(二)",
               _from(tuple(STATES), None, "huaodcl"), (_choice("form", "表单", policy.PRINTS, required=True),),
               versioned=False, guard="print"),
    )
}  # fmt: skip

SYSTEM_ACTIONS = {"close": "按原件办结", "release": "解除跟随", "redate": "时限随日历更正", "erase": "个人信息到期删除"}
"""Acts of the program itself: the importer's closing, a corrected calendar, retention."""
UNDOABLE = ("call_back", "decline", "answer")
STUB_ACTIONS = ("record", "print")
"""All that may be done with a ticket of which one sees only the stub."""


def action_name(name: str) -> str:
    """The Chinese name of any act in the log."""
    return ACTIONS[name].zh if name in ACTIONS else SYSTEM_ACTIONS[name]
