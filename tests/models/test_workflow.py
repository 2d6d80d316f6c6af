"""The workflow table as spelled out by hand (`spelled_out.py`) against the one that the program lives by."""

import re

import pytest

from models import workflow
from models.guards import GUARDS
from models.policy import KINDS, OBLIGATIONS
from models.refusals import SENTENCES
from models.workflow import ACTIONS, OPEN, PARTS, STATES, SYSTEM_ACTIONS, UNDOABLE
from tests.models.spelled_out import STATE_NAMES, spelled_out

FIELDS = {
    "answer": "reply*",
    "decline": "reply*",
    "assign": "unit* category",
    "refer": "category",
    "find": "founded* findings*",
    "explain": "reply*",
    "report": "opinion* summary",
    "instruct": "unit* instruction*",
    "return": "reason* remark",
    "submit": "cause* cause_code responsible* result* finding files",
    "call_back": "outcome* solved remark called_by",
    "waive": "reason*",
    "conclude": "reason*",
    "feed_back": "opinion*",
    "record": "record*",
    "reclassify": "category* reason*",
    "recategorise": "category*",
    "amend": "field* value* reason",
    "correct": "reason*",
    "open_to": "persons* parts* until",
    "note": "text* files",
    "contact": "kind* text*",
    "supervise": "text*",
    "attach": "text* files",
    "link": "to* kind*",
    "print": "form*",
    "register": "content* title category channel form kind complainant complainant_kind phone address account_no "
    "happened_at received_at complained_unit accused demand suggestion urgency district neighbourhood forwarded_by "
    "forward_no forward_due_at files",
}
CHINESE = {
    "register": "登记", "answer": "当场答复", "decline": "不予受理", "assign": "转办", "refer": "移送纪检",
    "find": "调查认定", "explain": "说明原因", "report": "上报", "instruct": "批示", "return": "退回",
    "submit": "报送结果", "call_back": "回访", "waive": "无法回访", "conclude": "仍不满意办结",
    "feed_back": "反馈96568", "record": "填写处理记录表", "reclassify": "改投诉类别", "recategorise": "改细类",
    "amend": "补正", "correct": "更正误操作", "open_to": "开放", "note": "跟进", "contact": "联系",
    "supervise": "督办", "attach": "附件", "link": "关联", "print": "打印工单",
}  # fmt: skip


def every_step():
    return ((action, step) for action in ACTIONS.values() for step in action.steps)


def declared():
    for action, step in every_step():
        when = f"{step.when[0]}={step.when[1]}" if step.when else ""
        for track in [step.track] if step.track else ["quality", "discipline"]:
            yield (
                action.name, track, step.start, step.end, frozenset(step.by), when, frozenset(step.opens),
                frozenset(step.settles), frozenset(step.voids),
            )  # fmt: skip


def reachable(step):
    """Whether a ticket of that track is ever in that state: a row without a track is declared for both."""
    only = {"returned": "quality", **dict.fromkeys(
        ("investigating", "founded", "unfounded", "reported", "satisfied", "fed_back"), "discipline"
    )}  # fmt: skip
    return only.get(step[2], step[1]) == step[1]


def test_every_step_is_as_the_design_has_it():
    ours = {tuple(step) for step in spelled_out() if reachable(step)}
    theirs = {step for step in declared() if reachable(step)}
    assert theirs - ours == set(), "the program may do what is not written here"
    assert ours - theirs == set(), "what is written here the program does not do"


def test_every_field_is_as_the_design_has_it():
    declared = {
        name: {field.name + "*" * field.required for field in action.fields} for name, action in ACTIONS.items()
    }
    assert declared == {name: set(fields.split()) for name, fields in FIELDS.items()}


def test_names_are_as_people_say_them():
    assert {name: action.zh for name, action in ACTIONS.items()} == CHINESE
    assert set(STATES) == set(STATE_NAMES)
    assert set(OPEN) == set(STATE_NAMES) - {"closed"}


def test_only_enquiries_and_repairs_are_simply_answered():
    assert {name: set(a.kinds) for name, a in ACTIONS.items() if set(a.kinds) != set(KINDS)} == {
        "answer": {"enquiry", "repair"}
    }


def test_which_acts_neither_need_nor_raise_the_version():
    """DESIGN §2: notes, contacts, amendments, attachments, supervision and links; and print-outs."""
    assert {name for name, action in ACTIONS.items() if not action.versioned} == {
        "note", "contact", "amend", "attach", "supervise", "link", "print",
    }  # fmt: skip


def test_a_remark_is_needed_when_dissatisfied_and_a_reason_when_the_kind_changes():
    conditional = {
        (name, field.name): field.required_when
        for name, action in ACTIONS.items()
        for field in action.fields
        if field.required_when
    }
    assert conditional == {("call_back", "remark"): ("outcome", "dissatisfied"), ("amend", "reason"): ("field", "kind")}


@pytest.mark.parametrize("action", ACTIONS.values(), ids=lambda action: action.name)
def test_each_action_hangs_together(action):
    names = {field.name for field in action.fields}
    assert action.clause
    assert re.fullmatch(r"[a-z_]+", action.name)
    assert action.guard is None or action.guard in GUARDS
    for step in action.steps:
        assert step.start in (*STATES, None)
        assert step.end in (*STATES, None)
        assert set(step.by) <= set(PARTS)
        assert {*step.opens, *step.settles} <= set(OBLIGATIONS)
        assert {*step.voids} <= {*OBLIGATIONS, "*"}
        if step.when:
            assert step.when[0] in names


@pytest.mark.parametrize("track", ["quality", "discipline"])
def test_from_every_state_there_is_a_way_to_the_end(track):
    ends = {"closed"}
    steps = [step for _, step in every_step() if step.track in (None, track) and step.start]
    while more := {step.start for step in steps if step.end in ends} - ends:
        ends |= more
    reached = {"registered"}
    while more := {step.end for step in steps if step.start in reached and step.end} - reached:
        reached |= more
    if track == "quality":
        reached.discard("investigating")  # by then it is on the other track
    assert reached <= ends


@pytest.mark.parametrize("track", ["quality", "discipline"])
def test_the_outcome_of_an_action_is_never_in_doubt(track):
    """Of the steps that fit a track and a state, at most one is meant by any input."""
    for action in ACTIONS.values():
        for state in (*STATES, None):
            fitting = [step.when for step in action.steps if step.fits(track, state)]
            assert len(fitting) == len(set(fitting)), (action.name, state)
            assert None not in fitting or len(fitting) == 1


def test_what_may_be_undone_moves_and_acts_of_the_program_are_nobody_s():
    assert set(UNDOABLE) == {"call_back", "decline", "answer"}
    assert not set(SYSTEM_ACTIONS) & set(ACTIONS)
    assert workflow.action_name("redate") == "时限随日历更正"


@pytest.mark.parametrize("code", SENTENCES)
def test_each_refusal_speaks_chinese_to_the_person(code):
    sentence = SENTENCES[code]
    assert re.search(r"[一-鿿]", sentence)
    assert sentence.endswith("。")
