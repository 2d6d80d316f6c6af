"""The columns of the frames, each declared once with what it means: files, DataFrames and the docs are made of it.

No name, telephone, address, account, free text, colleague's name, or number in a foreign table: codes, times, the
names of units, categories and the like, and for the customer a pseudonym (POLICY §5). `PEOPLE` stands in a file that
the chairman has granted, and nowhere else; free text stands in none, for nobody can say what is in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import FromClause, join, outerjoin, select
from sqlalchemy.orm import aliased

from models.policy import QUALITY
from models.tables import Callback, Obligation, Ticket, TicketText


@dataclass(frozen=True, eq=False)
class Column:
    """A column of a frame. kind: text, number, time, flag, a table whose name stands for the id, or the field whose
    number a pseudonym stands for."""

    name: str
    zh: str
    meaning: str
    value: Any
    kind: str = "text"


@dataclass(frozen=True, eq=False)
class Frame:
    """One table for analysts. at: the time by which a period is cut; confined: what quality scope demands."""

    name: str
    zh: str
    rows: FromClause
    at: Any
    unit: Any
    order: tuple[Any, ...]
    confined: tuple[Any, ...]
    columns: tuple[Column, ...]
    raw: tuple[Any, ...] = ()
    """Columns that only the computed ones need."""


_Earlier, _Main = aliased(Ticket), aliased(Ticket)


def _ref(name: str, zh: str, meaning: str, value: Any, table: str) -> Column:
    return Column(name, zh, meaning, value, table)


def _time(name: str, zh: str, meaning: str, value: Any) -> Column:
    return Column(name, zh, meaning, value, "time")


def _said(field: str) -> Any:
    """A ticket's text in force."""
    text = select(TicketText.value).where(TicketText.ticket_id == Ticket.id, TicketText.field == field)
    return text.order_by(TicketText.event_no.desc()).limit(1).correlate(Ticket).scalar_subquery().label(f"said_{field}")


_SAME = "同一性质的工单中号码相同则代号相同，不能还原；空为没有号码"
_CUSTOMER = (
    Column("customer", "顾客代号", f"代表联系电话的代号：{_SAME}", _said("phone"), "phone"),
    Column("account", "户号代号", f"代表用水户号的代号：{_SAME}", _said("account_no"), "account_no"),
)
_OF_TRACK = Ticket.track.label("own_track")
PSEUDONYMS = frozenset({"phone", "account_no"})
"""Kinds of columns that are pseudonyms."""
PEOPLE = (
    Column("complainant", "投诉人", "投诉人的姓名或名称；只在董事长授权的文件里", _said("complainant")),
    Column("phone", "电话", "联系电话；只在董事长授权的文件里", _said("phone")),
    Column("address", "地址", "投诉人的地址；只在董事长授权的文件里", _said("address")),
    Column("account_no", "户号", "用水户号；只在董事长授权的文件里", _said("account_no")),
)

_TICKET = (
    Column("ticket", "工单号", "工单的编号，可与 tickets 表的 no 相连", Ticket.no),
    Column("ticket_kind", "事项", "complaint 投诉、repair 报修、enquiry 咨询；统计指标只计投诉", Ticket.kind),
    _ref("category", "类别", "投诉类别的名称（第四条）", Ticket.category_id, "category"),
    _ref("district", "片区", "来自哪个片区", Ticket.district_id, "district"),
)
_TRACK = "quality 产品质量、discipline 违规违纪和服务态度"

FRAMES: dict[str, Frame] = {
    frame.name: frame
    for frame in (
        Frame(
            "tickets", "工单",
            rows=outerjoin(outerjoin(Ticket, _Earlier, _Earlier.id == Ticket.repeat_of_id),
                           _Main, _Main.id == Ticket.main_id),
            at=Ticket.registered_at, unit=Ticket.unit_id, order=(Ticket.registered_at, Ticket.id), confined=(),
            raw=(_Earlier.track.label("earlier_track"), _OF_TRACK),
            columns=(
                Column("no", "工单号", "工单的编号", Ticket.no),
                Column("kind", "事项", "complaint 投诉、repair 报修、enquiry 咨询；统计指标只计投诉", Ticket.kind),
                Column("track", "性质", _TRACK, Ticket.track),
                _ref("category", "类别", "投诉类别的名称（第四条）", Ticket.category_id, "category"),
                _ref("channel", "渠道", "受理渠道的名称", Ticket.channel_id, "channel"),
                Column("form", "形式", "书面、电话、口头、网络", Ticket.form),
                Column("urgency", "紧急程度", "normal 普通、urgent 加急", Ticket.urgency),
                _ref("district", "片区", "来自哪个片区", Ticket.district_id, "district"),
                Column("complainant_kind", "投诉人性质", "individual 个人、organisation 单位", Ticket.complainant_kind),
                _ref("unit", "承办单位", "最后转到的单位", Ticket.unit_id, "unit"),
                _ref("complained_unit", "投诉对象", "被投诉的单位", Ticket.complained_unit_id, "unit"),
                Column("state", "状态", "办理到哪一步（工作流的状态名）", Ticket.state),
                Column("round", "轮次", "第几轮办理；0 为尚未转办", Ticket.round, "number"),
                _time("happened_at", "发生时间", "事情发生的时间", Ticket.happened_at),
                _time("received_at", "接到时间", "接到投诉的时间", Ticket.received_at),
                _time("registered_at", "登记时间", "登记的时间；期间按它截取", Ticket.registered_at),
                _time("forward_due_at", "交办方时限", "交办方要求的办结时间", Ticket.forward_due_at),
                _time("decided_at", "首次处理时间", "首次转办、移送、不予受理或当场答复", Ticket.decided_at),
                _time("assigned_at", "转到时间", "最后一次转到单位的时间", Ticket.assigned_at),
                _time("closed_at", "办结时间", "办结的时间；空为未结", Ticket.closed_at),
                Column("ending", "办结方式", "declined 不予受理、answered 当场答复、explained 说明原因、"
                       "satisfied 满意、waived 无法回访、concluded 仍不满意办结、imported 按原件", Ticket.ending),
                Column("finding", "责任认定", "company 我方、customer 顾客、third_party 第三方、unfounded 不属实",
                       Ticket.finding),
                Column("cause_code", "原因类别", "原因的代码", Ticket.cause_code),
                Column("founded", "是否属实", "纪检监察室的认定；产品质量类为空", Ticket.founded, "flag"),
                Column("repeat_of", "重复投诉所指", "上一次投诉的工单号", _Earlier.no, "earlier"),
                Column("main", "跟随的工单", "同一事项的主工单号", _Main.no),
                _ref("source", "来源表", "从哪个外部数据表导入；空为本系统登记", Ticket.source_id, "source"),
                *_CUSTOMER,
            ),
        ),
        Frame(
            "obligations", "时限",
            rows=join(Obligation, Ticket, Obligation.ticket_id == Ticket.id),
            at=Obligation.due_at, unit=Obligation.unit_id, order=(Obligation.ticket_id, Obligation.n),
            confined=(Obligation.track == QUALITY,),
            columns=(
                *_TICKET,
                Column("n", "序号", "在工单内的序号", Obligation.n, "number"),
                Column("kind", "种类", "handle 办理、dispatch 转办、callback 回访、opinion 初步意见、"
                       "upstream 上级交办、investigate 调查、instruct 批示、feed_back 反馈", Obligation.kind),
                Column("clause", "依据", "办法的条款", Obligation.clause),
                Column("track", "性质", "产生时工单的性质：" + _TRACK, Obligation.track),
                Column("round", "轮次", "第几轮办理", Obligation.round, "number"),
                _ref("unit", "单位", "计入哪个单位：办结时或到期时持有的；空为不分单位", Obligation.unit_id, "unit"),
                _time("held_since", "接手时间", "该单位从何时持有", Obligation.held_since),
                _time("opened_at", "起算时间", "时限从何时起算", Obligation.opened_at),
                _time("due_at", "到期时间", "期间按它截取", Obligation.due_at),
                _time("settled_at", "完成时间", "空为未完成", Obligation.settled_at),
                _time("voided_at", "作废时间", "不再需要履行的时间", Obligation.voided_at),
                Column("void_reason", "作废原因", "使其作废的操作", Obligation.void_reason),
                Column("standing", "结果", "截至导出时：on_time 按时、late 逾期、pending 未到期、void 作废", None,
                       "standing"),
                Column("inherited", "接手不足一天", "计入时该单位持有不足 24 小时", None, "inherited"),
            ),
        ),
        Frame(
            "callbacks", "回访",
            rows=join(Callback, Ticket, Callback.ticket_id == Ticket.id),
            at=Callback.called_at, unit=Callback.unit_id, order=(Callback.ticket_id, Callback.n), confined=(),
            raw=(_OF_TRACK,),
            columns=(
                *_TICKET,
                Column("n", "序号", "在工单内的序号", Callback.n, "number"),
                Column("round", "轮次", "第几轮办理的回访", Callback.round, "number"),
                _ref("unit", "承办单位", "回访所问结果的承办单位", Callback.unit_id, "unit"),
                _time("called_at", "回访时间", "期间按它截取", Callback.called_at),
                Column("outcome", "结果", "satisfied 满意、dissatisfied 不满意、unreached 未接通、waived 无法回访、"
                       "concluded 仍不满意办结", Callback.outcome),
                Column("solved", "是否解决", "顾客说问题是否解决；空为未问", Callback.solved, "flag"),
                _time("corrected_at", "更正时间", "作为误操作更正的时间；统计指标不计", Callback.corrected_at),
                *_CUSTOMER,
            ),
        ),
    )
}  # fmt: skip
STAMP = (
    Column("scope", "口径", "quality 产品质量口径、all 全口径", None),
    Column("as_of", "截至", "导出的时间", None, "time"),
)
"""The last columns of every file: no file is without its scope and its time."""


def columns(frame: Frame, identified: bool = False) -> tuple[Column, ...]:
    """Every column of a frame's file, in order."""
    return (*frame.columns, *(PEOPLE if identified else ()), *STAMP)


def dictionary(name: str, identified: bool = False) -> list[dict[str, str]]:
    """What each column of a frame means."""
    return [{"column": c.name, "zh": c.zh, "meaning": c.meaning} for c in columns(FRAMES[name], identified)]
