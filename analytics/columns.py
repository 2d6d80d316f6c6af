"""The columns of the frames, each declared once with what it means.

No name, telephone, address, account, free text, colleague's name, or number in a foreign table: codes, times, the
names of units, categories and the like, and for the customer a pseudonym (POLICY §5). `PEOPLE` stands in a file that
the chairman has granted, and nowhere else; free text stands in none, for nobody can say what is in it.
"""

from __future__ import annotations

from sqlalchemy import Float, cast, join, outerjoin
from sqlalchemy.orm import aliased

from analytics.declaration import Column, Frame, code, ref, said, time
from analytics.questions import DIMENSIONS
from models.penalty_workflow import DECIDED
from models.policy import QUALITY
from models.tables import Callback, CustomerCount, Obligation, Penalty, Review, ReviewAction, Ticket, TicketEvent

Earlier, Main = aliased(Ticket), aliased(Ticket)
LINKED = {"repeat_of": Earlier, "main": Main}
"""Column → the other ticket whose number it gives, where that is in scope."""

_SAME = "同一性质的工单中号码相同则代号相同，不能还原；空为没有号码"
_CUSTOMER = (
    Column("customer", "顾客代号", f"代表联系电话的代号：{_SAME}", said("phone"), "phone"),
    Column("account", "户号代号", f"代表用水户号的代号：{_SAME}", said("account_no"), "account_no"),
)
_OF_TRACK = Ticket.track.label("own_track")
PSEUDONYMS = frozenset({"phone", "account_no", "person"})
"""Kinds of columns that are pseudonyms."""
PEOPLE = (
    Column("complainant", "投诉人", "投诉人的姓名或名称；只在董事长授权的文件里", said("complainant")),
    Column("phone", "电话", "联系电话；只在董事长授权的文件里", said("phone")),
    Column("address", "地址", "投诉人的地址；只在董事长授权的文件里", said("address")),
    Column("account_no", "户号", "用水户号；只在董事长授权的文件里", said("account_no")),
)

_TICKET = (
    Column("ticket", "工单号", "工单的编号，可与 tickets 表的 no 相连", Ticket.no),
    code("ticket_kind", "事项", "complaint 投诉、repair 报修、enquiry 咨询；统计指标只计投诉", Ticket.kind),
    ref("category", "类别", "投诉类别的名称（第四条）", Ticket.category_id, "category"),
    ref("district", "片区", "来自哪个片区", Ticket.district_id, "district"),
)
_TRACK = "quality 产品质量、discipline 违规违纪和服务态度"

FRAMES: dict[str, Frame] = {
    frame.name: frame
    for frame in (
        Frame(
            "tickets", "工单",
            rows=outerjoin(outerjoin(Ticket, Earlier, Earlier.id == Ticket.repeat_of_id),
                           Main, Main.id == Ticket.main_id),
            at=Ticket.registered_at, unit=Ticket.unit_id, known=Ticket.registered_at,
            order=(Ticket.registered_at, Ticket.id), raw=(_OF_TRACK,),
            columns=(
                Column("no", "工单号", "工单的编号", Ticket.no),
                code("kind", "事项", "complaint 投诉、repair 报修、enquiry 咨询；统计指标只计投诉", Ticket.kind),
                code("track", "性质", _TRACK, Ticket.track),
                ref("category", "类别", "投诉类别的名称（第四条）", Ticket.category_id, "category"),
                ref("channel", "渠道", "受理渠道的名称", Ticket.channel_id, "channel"),
                code("form", "形式", "书面、电话、口头、网络", Ticket.form),
                code("urgency", "紧急程度", "normal 普通、urgent 加急", Ticket.urgency),
                ref("district", "片区", "来自哪个片区", Ticket.district_id, "district"),
                code("complainant_kind", "投诉人性质", "individual 个人、organisation 单位", Ticket.complainant_kind),
                ref("unit", "承办单位", "最后转到的单位", Ticket.unit_id, "unit"),
                ref("complained_unit", "投诉对象", "被投诉的单位", Ticket.complained_unit_id, "unit"),
                code("state", "状态", "办理到哪一步（工作流的状态名）", Ticket.state),
                Column("round", "轮次", "第几轮办理；0 为尚未转办", Ticket.round, "number"),
                time("happened_at", "发生时间", "事情发生的时间", Ticket.happened_at),
                time("received_at", "接到时间", "接到投诉的时间", Ticket.received_at),
                time("registered_at", "登记时间", "登记的时间；期间按它截取", Ticket.registered_at),
                time("forward_due_at", "交办方时限", "交办方要求的办结时间", Ticket.forward_due_at),
                time("decided_at", "首次处理时间", "首次转办、移送、不予受理或当场答复", Ticket.decided_at),
                time("assigned_at", "转到时间", "最后一次转到单位的时间", Ticket.assigned_at),
                time("closed_at", "办结时间", "办结的时间；空为未结", Ticket.closed_at),
                code("ending", "办结方式", "declined 不予受理、answered 当场答复、explained 说明原因、"
                     "satisfied 满意、waived 无法回访、concluded 仍不满意办结、imported 按原件", Ticket.ending),
                code("finding", "责任认定", "company 我方、customer 顾客、third_party 第三方、unfounded 不属实",
                     Ticket.finding),
                code("cause_code", "原因类别", "原因的代码", Ticket.cause_code),
                Column("founded", "是否属实", "纪检监察室的认定；产品质量类为空", Ticket.founded, "flag"),
                Column("repeat_of", "重复投诉所指", "上一次投诉的工单号", Earlier.no),
                Column("main", "跟随的工单", "同一事项的主工单号", Main.no),
                ref("source", "来源表", "从哪个外部数据表导入；空为本系统登记", Ticket.source_id, "source"),
                *_CUSTOMER,
            ),
        ),
        Frame(
            "obligations", "时限",
            rows=join(Obligation, Ticket, Obligation.ticket_id == Ticket.id),
            at=Obligation.due_at, unit=Obligation.unit_id, known=Obligation.opened_at,
            order=(Obligation.ticket_id, Obligation.n), confined=(Obligation.track == QUALITY,),
            columns=(
                *_TICKET,
                Column("n", "序号", "在工单内的序号", Obligation.n, "number"),
                code("kind", "种类", "handle 办理、dispatch 转办、callback 回访、opinion 初步意见、"
                     "upstream 上级交办、investigate 调查、instruct 批示、feed_back 反馈", Obligation.kind),
                code("clause", "依据", "办法的条款", Obligation.clause),
                code("track", "性质", "产生时工单的性质：" + _TRACK, Obligation.track),
                Column("round", "轮次", "第几轮办理", Obligation.round, "number"),
                ref("unit", "单位", "计入哪个单位：办结时或到期时持有的；空为不分单位", Obligation.unit_id, "unit"),
                time("held_since", "接手时间", "该单位从何时持有", Obligation.held_since),
                time("opened_at", "起算时间", "时限从何时起算", Obligation.opened_at),
                time("due_at", "到期时间", "期间按它截取", Obligation.due_at),
                time("settled_at", "完成时间", "空为未完成", Obligation.settled_at),
                time("voided_at", "作废时间", "不再需要履行的时间", Obligation.voided_at),
                code("void_reason", "作废原因", "使其作废的操作", Obligation.void_reason),
                Column("standing", "结果", "截至导出时：on_time 按时、late 逾期、pending 未到期、void 作废", None,
                       "standing"),
                Column("inherited", "接手不足一天", "计入时该单位持有不足 24 小时", None, "inherited"),
            ),
        ),
        Frame(
            "callbacks", "回访",
            rows=join(Callback, Ticket, Callback.ticket_id == Ticket.id),
            at=Callback.called_at, unit=Callback.unit_id, known=Callback.called_at,
            order=(Callback.ticket_id, Callback.n), raw=(_OF_TRACK,),
            columns=(
                *_TICKET,
                Column("n", "序号", "在工单内的序号", Callback.n, "number"),
                Column("round", "轮次", "第几轮办理的回访", Callback.round, "number"),
                ref("unit", "承办单位", "回访所问结果的承办单位", Callback.unit_id, "unit"),
                time("called_at", "回访时间", "期间按它截取", Callback.called_at),
                code("outcome", "结果", "satisfied 满意、dissatisfied 不满意、unreached 未接通、waived 无法回访、"
                     "concluded 仍不满意办结", Callback.outcome),
                Column("solved", "是否解决", "顾客说问题是否解决；空为未问", Callback.solved, "flag"),
                time("corrected_at", "更正时间", "作为误操作更正的时间；统计指标不计", Callback.corrected_at),
                *_CUSTOMER,
            ),
        ),
        Frame(
            "events", "操作记录",
            rows=join(TicketEvent, Ticket, TicketEvent.ticket_id == Ticket.id),
            at=TicketEvent.at, unit=Ticket.unit_id, known=TicketEvent.at,
            order=(TicketEvent.ticket_id, TicketEvent.no),
            # Of a quality ticket's log that came back from discipline nothing is told, its coming back included; and
            # not the numbers either, for a gap would tell of it.
            confined=(TicketEvent.track == QUALITY, TicketEvent.action != "reclassify"),
            columns=(
                *_TICKET,
                ref("unit", "承办单位", "工单最后转到的单位", Ticket.unit_id, "unit"),
                time("at", "时间", "操作的时间；期间按它截取，同一工单按先后排列", TicketEvent.at),
                time("recorded_at", "记录时间", "写进记录的时间；导入的晚于操作时间", TicketEvent.recorded_at),
                code("action", "操作", "工作流的操作名", TicketEvent.action),
                Column("role", "操作人角色", "操作人账号现在的角色，不含姓名；空为系统", TicketEvent.actor_id, "role"),
                Column("deputy", "代为操作", "是否代他人操作", TicketEvent.for_id.is_not(None), "flag"),
                code("from_state", "原状态", "空为登记", TicketEvent.from_state),
                code("to_state", "新状态", "操作之后的状态", TicketEvent.to_state),
                Column("round", "轮次", "第几轮办理", TicketEvent.round, "number"),
                code("track", "性质", "操作之后工单的性质：" + _TRACK, TicketEvent.track),
            ),
        ),
        Frame(
            "penalties", "责任追究", of="maybe",
            rows=outerjoin(Penalty, Ticket, Penalty.ticket_id == Ticket.id),
            at=Penalty.confirmed_at, unit=Penalty.unit_id, known=Penalty.confirmed_at,
            order=(Penalty.confirmed_at, Penalty.id), always=(Penalty.state.in_(DECIDED),),
            raw=(Penalty.person.label("person_name"),),
            columns=(
                Column("ticket", "工单号", "工单的编号，可与 tickets 表的 no 相连；空为不由某件工单引起", Ticket.no),
                code("clause", "条款", "第八条的哪一款", Penalty.clause),
                ref("unit", "单位", "被追究人的单位", Penalty.unit_id, "unit"),
                code("post", "责任", "responsible 责任人、leader 直接领导、indicator_holder 指标责任人、"
                     "deputy_in_charge 分管负责人", Penalty.post),
                Column("person", "人员代号", "代表被追究人的代号：同一人代号相同，不含姓名", Penalty.person_id,
                       "person"),
                time("conduct_at", "行为时间", "行为发生的时间", Penalty.conduct_at),
                time("confirmed_at", "确认时间", "期间按它截取；待确认的和撤回的不列", Penalty.confirmed_at),
                Column("amount", "金额", "元；空为以措施追究", cast(Penalty.amount, Float), "measure"),
                code("state", "状态", "confirmed 已确认、executed 已执行、appealed 申诉中、upheld 申诉驳回、"
                     "revoked 已撤销（统计指标不计）", Penalty.state),
                time("executed_at", "执行时间", "空为未执行", Penalty.executed_at),
                time("decided_at", "申诉决定时间", "空为没有申诉或未决定", Penalty.decided_at),
            ),
        ),
        Frame(
            "reviews", "总结改进", of="none",
            rows=outerjoin(Review, ReviewAction, ReviewAction.review_id == Review.id),
            at=Review.released_at, unit=Review.unit_id, known=Review.released_at,
            order=(Review.released_at, Review.id, ReviewAction.n), always=(Review.state == "released",),
            raw=(ReviewAction.id.label("action_id"),), quality_only=True,
            columns=(
                Column("review", "总结", "总结的编号；一行一项改进措施，没有措施的总结一行", Review.id, "number"),
                ref("unit", "承办单位", "总结的单位", Review.unit_id, "unit"),
                Column("starts", "期间起", "总结的期间从哪一天起", Review.starts, "day"),
                Column("ends", "期间止", "到哪一天为止，不含这一天", Review.ends, "day"),
                time("submitted_at", "提交时间", "数字在这时冻结", Review.submitted_at),
                time("released_at", "发布时间", "期间按它截取；没有发布的不列", Review.released_at),
                Column("n", "序号", "第几项措施；空为没有措施", ReviewAction.n, "number"),
                Column("due", "期限", "措施到哪一天完成，也从这一天比较前后", ReviewAction.due, "day"),
                Column("done_on", "落实日期", "单位报告的落实日期；空为没有报告", ReviewAction.done_on, "day"),
                ref("category", "针对类别", "空为本单位的全部投诉", ReviewAction.category_id, "category"),
                Column("days", "比较天数", "期限前后各几天；空为还没有到期", None, "effect"),
                Column("before", "前", "期限前的投诉件数", None, "effect"),
                Column("after", "后", "期限后的投诉件数", None, "effect"),
                Column("over_before", "前的户月或天数", "比率的分母：有在册户数的为户月，没有的为天", None, "effect"),
                Column("over_after", "后的户月或天数", "同上", None, "effect"),
                Column("ratio", "比值", "后比前；空为前没有投诉", None, "effect"),
                Column("low", "区间下限", "比值的 95% 置信区间", None, "effect"),
                Column("high", "区间上限", "比值的 95% 置信区间；空为没有上限", None, "effect"),
                Column("verdict", "结论", "effective 有效、worse 变差、unknown 数据尚不能判断", None, "verdict"),
            ),
        ),
        Frame(
            "customers", "在册户数", of="none", rows=CustomerCount.__table__,
            at=CustomerCount.month, unit=CustomerCount.unit_id, known=CustomerCount.month,
            order=(CustomerCount.month, CustomerCount.unit_id),
            columns=(
                ref("unit", "承办单位", "在册户数属于哪个单位", CustomerCount.unit_id, "unit"),
                Column("month", "月份", "这个月的第一天；期间按它截取", CustomerCount.month, "day"),
                Column("customers", "户数", "当月在册户数；万户投诉率的分母是各单位各月之和", CustomerCount.customers,
                       "number"),
            ),
        ),
        Frame(
            "kpi", "统计指标", of="none",
            columns=(
                code("metric", "指标", "指标的名称，与 kpi 命令相同", None),
                code("metric_zh", "指标名", "指标的中文名", None),
                *(code(name, zh, "空为没有按它分，或者不属于任何一个", None) for name, zh in DIMENSIONS.items()),
                Column("value", "数值", "比率是 0 到 1 的小数；空为没有数据", None, "measure"),
                Column("numerator", "分子", "计数类指标的数值就是它", None, "measure"),
                Column("denominator", "分母", "空为计数类指标", None, "measure"),
                Column("missing", "缺户数的投诉", "没有在册户数、未计入比率的投诉件数", None, "number"),
                Column("low", "区间下限", "95% 置信区间；空为没有", None, "measure"),
                Column("high", "区间上限", "95% 置信区间；空为没有", None, "measure"),
                Column("not_reached", "未达到", "时长：至今办完的还不到这一比例，所以数值为空", None, "flag"),
            ),
        ),
    )
}  # fmt: skip
STAMP = (
    code("scope", "口径", "quality 产品质量口径、all 全口径", None),
    Column("as_of", "截至", "导出的时间", None, "time"),
    code("filters", "条件", "期间、单位和分组，写法与接口的网址相同；空为没有", None),
)
"""The last columns of every file: no file is without its scope, its time and its conditions."""


def columns(frame: Frame, identified: bool = False) -> tuple[Column, ...]:
    """Every column of a frame's file, in order."""
    return (*frame.columns, *(PEOPLE if identified else ()), *STAMP)


def dictionary(name: str, identified: bool = False) -> list[dict[str, str]]:
    """What each column of a frame means."""
    return [
        {"column": c.name, "zh": c.zh, "type": TYPES.get(c.kind, "text"), "meaning": c.meaning}
        for c in columns(FRAMES[name], identified)
    ]


TYPES = {
    "number": "integer", "measure": "number", "time": "time", "day": "date", "flag": "true/false",
    "inherited": "true/false", "effect": "number",
}  # fmt: skip
"""Kind → what the dictionary calls it; all else is text."""
