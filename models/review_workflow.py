"""What becomes of a review (第九条): the third declared table, of the shape of `models.workflow` and smaller.

Reading `ACTIONS` is reading who writes, who comments and who shares. `models.reviews` carries an action out.
"""

from __future__ import annotations

from dataclasses import dataclass

from models import workflow
from models.workflow import HEAD, OPERATIONS, Field, State

PROGRAM = "s"
PARTS = {PROGRAM: "系统", HEAD: workflow.PARTS[HEAD], OPERATIONS: workflow.PARTS[OPERATIONS]}

STATES = {
    state.name: state
    for state in (
        State("draft", "起草中", "unit"),
        State("submitted", "待审阅", "operations"),
        State("released", "已发布", "none"),
    )
}
RETURNED = "退回修改"
"""What a draft is called that operations has sent back."""


@dataclass(frozen=True)
class Action:
    """One row of the table: from where to where, for whom. `end` None: the state stays.

    versioned: it names the version it saw, and raises it.
    """

    name: str
    zh: str
    clause: str
    start: str | None
    end: str | None
    by: str
    fields: tuple[Field, ...] = ()
    versioned: bool = True


ACTIONS: dict[str, Action] = {
    action.name: action
    for action in (
        Action("open", "起草总结", "第九条", None, "draft", PROGRAM + HEAD + OPERATIONS,
               (Field("unit", "单位", "unit", required=True), Field("period", "期间", "line", required=True))),
        Action("write", "修改", "第九条", "draft", None, HEAD,
               (Field("causes", "原因", "text"), Field("lessons", "教训", "text"),
                Field("actions", "改进措施", "raw"))),
        Action("submit", "提交总结", "第九条", "draft", "submitted", HEAD),
        Action("comment", "写意见", "第九条", "submitted", None, OPERATIONS,
               (Field("said", "意见", "text", required=True),), versioned=False),
        Action("send_back", "退回修改", "第九条", "submitted", "draft", OPERATIONS,
               (Field("said", "要改什么", "text", required=True),)),
        Action("release", "发布", "第九条", "submitted", "released", OPERATIONS, (Field("said", "按语", "text"),)),
        Action("carry_out", "报落实", "第九条", "released", None, HEAD,
               (Field("measure", "改进措施", "line", required=True),
                Field("done_on", "落实日期", "day", required=True),
                Field("said", "怎么落实的", "text", required=True)), versioned=False),
    )
}  # fmt: skip
"""operations releases to all units what they then read without names of persons. What was promised before all is
reported before all: `measure` is its number in the review."""

MEASURE_FIELDS = {"what": "做什么", "owner": "责任人", "due": "期限", "category": "针对分类", "expected": "预期效果"}
"""What a line of the improvement actions has."""
