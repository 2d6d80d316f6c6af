"""What becomes of a penalty: the second declared table, of the shape of `models.workflow` (第八条, POLICY §6).

Reading `ACTIONS` is reading who decides. `models.penalties` carries an action out; nothing else knows what leads where.
"""

from __future__ import annotations

from dataclasses import dataclass

from models import workflow
from models.workflow import CHAIRMAN, OFFICE, OPERATIONS, READER, Field, State

EXPOSED, IGNORED, DELAYED, RETALIATED = "第八条(一)", "第八条(二)", "第八条(三)", "第八条(四)"

PERSON, PROGRAM = "p", "s"
PARTS = {
    PROGRAM: "系统", OPERATIONS: workflow.PARTS[OPERATIONS], OFFICE: workflow.PARTS[OFFICE],
    READER: workflow.PARTS[READER], CHAIRMAN: workflow.PARTS[CHAIRMAN], PERSON: "被追究人",
}  # fmt: skip

POSTS = {
    "responsible": "责任人", "leader": "直接领导", "indicator_holder": "指标责任人", "deputy_in_charge": "分管负责人",
}  # fmt: skip
"""As what somebody answers."""
FACTS = {
    "exposed": "媒体曝光", "grave": "情节严重", "assigned": "转到承办单位", "handle_due": "办理时限到期",
    "silent": "到这时仍没有跟进、联系和结果", "received": "接到投诉", "dispatch_due": "转办时限到期",
    "dispatched": "实际转办", "upstream_due": "交办方时限到期", "settled": "实际办结",
}  # fmt: skip
"""What a rule goes by, beside a time."""
ADMINISTRATIVE = "追究行政责任"
"""The measure of a grave exposure."""

STATES = {
    state.name: state
    for state in (
        State("proposed", "待确认", "confirmer"),
        State("confirmed", "已确认", "payroll"),
        State("executed", "已执行", "none"),
        State("withdrawn", "已撤回", "none"),
        State("appealed", "申诉中", "appeal"),
        State("upheld", "申诉驳回", "payroll"),
        State("revoked", "已撤销", "none"),
    )
}
DECIDED = ("confirmed", "executed", "appealed", "upheld", "revoked")
"""States of what was decided against somebody, and may be told to them."""
OWED = ("confirmed", "executed", "upheld")
"""States in which it is to be paid, or has been."""


@dataclass(frozen=True)
class Step:
    """One way an action goes. `end` None: the state stays. of, but: only for these clauses, for all but these."""

    start: str | None
    end: str | None
    by: str
    of: tuple[str, ...] = ()
    but: tuple[str, ...] = ()

    def fits(self, clause: str, state: str | None) -> bool:
        return self.start == state and clause not in self.but and (not self.of or clause in self.of)


@dataclass(frozen=True)
class Action:
    """One row of the table. `versioned`: it names the version it saw, and raises it."""

    name: str
    zh: str
    clause: str
    steps: tuple[Step, ...]
    fields: tuple[Field, ...] = ()
    versioned: bool = True
    guard: str | None = None
    """A condition beyond state and part, by its name in `models.penalties`."""
    decides: bool = True
    """Whether it decides on somebody: then it is nobody's of the person's own line."""

    def ever_by(self, clause: str) -> set[str]:
        """The parts that can take it at some time for a clause."""
        return {part for step in self.steps if step.fits(clause, step.start) for part in step.by}

    def steps_from(self, clause: str, state: str | None, parts: set[str]) -> list[Step]:
        return [step for step in self.steps if step.fits(clause, state) and parts & set(step.by)]


def _confirmers(starts: tuple[str, ...], end: str) -> tuple[Step, ...]:
    """(三): leadership or discipline, (四): discipline only †; the others: operations or discipline."""
    return tuple(
        step
        for start in starts
        for step in (
            Step(start, end, OPERATIONS + OFFICE, but=(DELAYED, RETALIATED)),
            Step(start, end, READER + OFFICE, of=(DELAYED,)),
            Step(start, end, OFFICE, of=(RETALIATED,)),
        )
    )


def _judges(end: str) -> tuple[Step, ...]:
    """Appeals: never whoever confirmed (a guard); of (四) the discipline office or the chairman."""
    return (
        Step("appealed", end, READER + OFFICE + CHAIRMAN, but=(RETALIATED,)),
        Step("appealed", end, OFFICE + CHAIRMAN, of=(RETALIATED,)),
    )


_REASON = Field("reason", "理由", "text", required=True)
_AMOUNT = Field("amount", "金额（元）", "yuan")
_MEASURE = Field("measure", "措施", "line")

ACTIONS: dict[str, Action] = {
    action.name: action
    for action in (
        Action("propose", "提出追究", "第八条",
               (Step(None, "proposed", PROGRAM + OPERATIONS + OFFICE),),
               (Field("clause", "条款", "line", required=True), Field("person", "姓名", "person"),
                Field("unit", "单位", "unit"), Field("post", "责任", "choice", True, POSTS), _AMOUNT, _MEASURE,
                Field("conduct_at", "行为时间", "moment", required=True), Field("reason", "理由", "text")),
               decides=False),
        Action("confirm", "确认追究", "第八条", _confirmers(("proposed",), "confirmed"),
               (Field("person", "姓名", "person"), _AMOUNT, _MEASURE)),
        Action("withdraw", "撤回追究", "第八条", _confirmers(("proposed", "confirmed"), "withdrawn"), (_REASON,)),
        Action("execute", "登记执行", "第八条",
               (Step("confirmed", "executed", OPERATIONS + OFFICE), Step("upheld", "executed", OPERATIONS + OFFICE)),
               guard="execute"),
        Action("appeal", "申诉", "内部约定",
               tuple(Step(start, "appealed", PERSON + OPERATIONS + OFFICE) for start in ("confirmed", "executed")),
               (_REASON,), guard="appeal", decides=False),
        Action("uphold", "驳回申诉", "内部约定", _judges("upheld"), (_REASON,), guard="judge"),
        Action("revoke", "撤销追究", "内部约定", _judges("revoked"), (_REASON,), guard="judge"),
        Action("print", "打印通知书", "第八条",
               tuple(Step(state, None, OPERATIONS + OFFICE) for state in DECIDED), versioned=False, decides=False),
    )
}  # fmt: skip

PROGRAM_ACTIONS = {"adopt": "接续原有记录", "erase": "到期删除理由"}
"""Acts of the program itself: what was there before penalties had a log; words that have come to their end."""


def action_name(name: str) -> str:
    """The Chinese name of any act in the log."""
    return ACTIONS[name].zh if name in ACTIONS else PROGRAM_ACTIONS[name]
