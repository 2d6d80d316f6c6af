"""What the desk says no to. A refusal has a code and facts; its Chinese sentence stands in one table.

The edges translate the sentence and choose the status: 404 unseen, 403 not this person's, 409 wrong state or
stale, 422 bad input (DESIGN §6).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SENTENCES = {
    "unseen": "没有找到这个工单。看看号码是否有误。",
    "not_yours": "“%(action)s”由%(who)s办理。",
    "not_on_track": "%(track)s类的工单没有“%(action)s”这一步。",
    "not_in_hand": "这件工单现在不在您手里，不能“%(action)s”。",
    "handled_it": "您办理过这件工单，或是被投诉人，回访须由其他人进行。",
    "wrong_state": "工单现在是“%(state)s”，不能“%(action)s”。",
    "wrong_kind": "“%(action)s”只用于报修和咨询；投诉须转办或说明不予受理。",
    "return_too_late": "退回期限已过（%(until)s），请联系运营管理部。",
    "too_few_attempts": "还不能按无法回访办结：须拨满 %(attempts)s 次、分在 %(days)s 天，现为 %(made)s 次、%(on)s 天。",
    "too_early_to_conclude": "第 %(round)s 轮起才可“仍不满意办结”，现为第 %(now)s 轮。",
    "no_form": "这件工单没有您可以打印的表单。",
    "not_printable": "这张表现在不能打印：工单须整件可见，处理记录表须纪检监察室已反馈。",
    "nothing_to_correct": "没有可更正的操作：只能更正最近一次回访、不予受理或当场答复。",
    "correct_too_late": "更正期限已过（%(until)s）。",
    "stale": "您打开后，工单已有新的进展。请按最新情况继续。",
    "key_reused": "同一个 Idempotency-Key 已用于另一内容。",
    "invalid": "有内容需要修改。",
    "required": "这一项要填。",
    "content_required": "请写下顾客说了什么，一句话也行。",
    "unknown_field": "没有这一项。",
    "not_text": "要填文字。",
    "too_long": "最多 %(most)s 个字。",
    "too_many": "最多 %(most)s 项。",
    "bad_characters": "含有不能保存的字符。",
    "not_a_choice": "不在可选范围内：%(choices)s。",
    "not_a_bool": "要填是或否。",
    "not_a_time": "时间看不懂，请写成 2026-11-25T16:30+08:00。",
    "time_out_of_range": "时间超出范围。",
    "in_the_future": "时间还没有到。",
    "not_found": "没有找到“%(value)s”。",
    "not_a_reference": "要填编号或名称。",
    "inactive": "“%(value)s”已停用。",
    "other_track": "“%(value)s”属于另一类投诉，请用“改投诉类别”或“移送纪检”。",
    "same_track": "“%(value)s”与现在同属一类，请用“改细类”。",
    "discipline_only": "纪检监察室登记的投诉须属违规违纪和服务态度类。",
    "not_a_list": "要填列表。",
    "outcome_too_early": "承办单位报送结果之前，不能向顾客告知结果（第七条(一)）。",
    "operations_only": "改事项由运营管理部办理。",
    "itself": "不能关联到自己。",
    "has_followers": "这件工单已有跟随的工单，不能再跟随别的工单。",
    "matter_track": "同一事项须同属一类投诉。",
    "matter_closed": "同一事项的工单须都未办结。",
    "already_linked": "已经关联过。",
    "not_a_repeat": "只能指向 %(days)s 天内办结的较早工单。",
    "is_accused": "不能向被投诉人开放。",
    "not_an_integer": "要填整数。",
    "file_gone": "有文件已经用在别处或已删除（%(value)s）。请核对下面还在的，缺的重新选择。",
    "file_too_large": "“%(name)s”太大，一个文件最多 %(most)s MB。可以压缩，或分成几个。",
    "file_empty": "“%(name)s”是空的。请重新导出或拍照。",
    "file_kind": "“%(name)s”不是可以收的文件。可以收：%(kinds)s。别的请转成 PDF 或图片。",
    "too_many_waiting": "已有 %(most)s 个文件等着使用。请先登记或删去一些。",
    "no_post_to_lend": "您没有任这一职务，不能委托。",
    "day_is_past": "这一天已经过去。",
    "last_before_first": "不能早于开始的那一天。",
    "lent_too_long": "一次最多委托 %(days)s 天。",
    "beyond_ones_post": "超出您自己的任期（到 %(day)s 为止）。",
    "deputy_is_oneself": "不能委托给自己。",
    "no_deputy": "%(value)s不办理工单（系统管理员、审计员），不能代行。",
    "holds_it_already": "%(value)s自己就任这一职务，不用委托。",
    "deputy_accused": "%(value)s是一件未办结投诉的被投诉人，不能代行。",
    "password_short": "密码至少要 %(least)s 个字符，不能只是几个字符的重复。",
    "password_classes": "密码要有大写字母、小写字母、数字、其他符号中的至少 %(least)s 种。",
    "password_named": "密码不能含有用户名、单位名称、96568 这类容易猜到的内容。",
    "password_easy": "密码太容易猜到。用几个不相干的词，或写长一点。",
    "password_used": "最近 %(many)s 次用过的密码不能再用。",
    "not_waiting": "这一项已经有人决定过了。",
    "ask_anew": "保密的任职不能改成别人或加长。给原来的写上“至”，另加一条。",
    "not_to_reveal": "您看到的姓名、电话、地址和户号总是隐去一部分的，不能查看全部。",
    "ticket_or_frame": "授权看一件工单，或导出一个数据表，填且只填一项。",
    "granted_too_long": "一次最多授权 %(days)s 天。",
    "never_in_clear": "%(value)s的角色始终只看隐去的姓名和电话，不能授权看全部。",
    "no_exports": "%(value)s不导出数据表。",
    "no_grant": "没有这项授权，或者它不是给您的、已到期、已撤回。",
    "granted_to_read": "这件工单是授权给您看的，只能看，不能办理。",
    "lent_already": "这段时间已经委托%(value)s代行。先结束那一次，再另行委托。",
    "no_penalty": "没有找到这项追究。",
    "no_notice": "这份通知书没有打印的记录，或者打印已过 15 分钟。请在这项追究里重新“打印通知书”。",
    "penalty_state": "这项追究现在是“%(state)s”，不能“%(action)s”。",
    "stale_penalty": "您打开后，这项追究已有新的决定。请按最新情况继续。",
    "own_line": "“%(action)s”须由别人办理：本人的、本人所管的和管着本人的追究，自己不能决定。",
    "appeal_own": "申诉由被追究人自己提出；没有账号的，由运营管理部或纪检监察室代为登记。",
    "appeal_too_late": "申诉期限已过（%(until)s）。",
    "confirmed_it": "这项追究是您确认的，申诉须由别人决定。",
    "amount_by_rule": "按追究标准是 %(amount)s 元，不另填。",
    "amount_or_measure": "标准没有定金额的，金额和措施至少填一项。",
    "not_an_amount": "金额要填不小于零的数，最多两位小数。",
    "one_person": "一项追究只写一个人。",
    "no_review": "没有找到这份总结。",
    "review_state": "这份总结现在是“%(state)s”，不能“%(action)s”。",
    "stale_review": "您打开后，这份总结已有改动。您写的还在下面，请按最新情况继续。",
    "due_has_passed": "期限须在提交日之后：措施要先提出，再看效果。",
    "period_not_over": "这一期还没有结束，期满后才能提交。可以先写、先存。",
    "no_measures": "至少写一条改进措施。",
    "not_a_period": "期间看不懂，请写成 2026-10、2026Q3 或 2026。",
    "not_a_date": "日期看不懂，请写成 2026-11-25。",
    "already_proposed": "已由此提出追究，不能再改；情况有误的，撤回追究后另记一条。",
}


def sentence(code: str, facts: Mapping[str, Any]) -> str:
    """The Chinese sentence of a code."""
    return SENTENCES[code] % facts


class Refused(Exception):
    """An act that did not happen; nothing has changed."""

    status = 400

    def __init__(self, code: str, **facts: Any) -> None:
        self.code, self.facts = code, facts
        super().__init__(sentence(code, facts))


class Unseen(Refused):
    """Absent, or out of the person's sight: the same answer."""

    status = 404

    def __init__(self) -> None:
        super().__init__("unseen")


class NotYours(Refused):
    """An act that is never this person's on this ticket."""

    status = 403


class WrongState(Refused):
    """An act that does not fit where the ticket is now."""

    status = 409


class Stale(Refused):
    """Somebody acted since the version that was named."""

    status = 409

    def __init__(self, version: int) -> None:
        super().__init__("stale", version=version)


class NoPenalty(Unseen):
    """The same of a penalty."""

    def __init__(self) -> None:
        Refused.__init__(self, "no_penalty")


class NoNotice(Unseen):
    """A penalty that is seen, and no print-out of its notice that could be drawn."""

    def __init__(self) -> None:
        Refused.__init__(self, "no_notice")


class StalePenalty(Stale):
    """The same of a penalty."""

    def __init__(self, version: int) -> None:
        Refused.__init__(self, "stale_penalty", version=version)


class NoReview(Unseen):
    """The same of a review."""

    def __init__(self) -> None:
        Refused.__init__(self, "no_review")


class StaleReview(Stale):
    """The same of a review."""

    def __init__(self, version: int) -> None:
        Refused.__init__(self, "stale_review", version=version)


class NotWaiting(Refused):
    """A change of access that somebody has decided on meanwhile."""

    status = 409

    def __init__(self) -> None:
        super().__init__("not_waiting")


class Reason(tuple[str, dict[str, Any]]):
    """Why one field was refused: a code and facts."""

    __slots__ = ()

    def __new__(cls, code: str, **facts: Any) -> Reason:
        return super().__new__(cls, (code, facts))

    def __str__(self) -> str:
        return sentence(*self)


class Invalid(Refused):
    """Input that cannot be taken, field by field."""

    status = 422

    def __init__(self, errors: Mapping[str, Reason]) -> None:
        super().__init__("invalid")
        self.errors = dict(errors)


class KeyReused(Refused):
    """An Idempotency-Key that stood for another request."""

    status = 422

    def __init__(self) -> None:
        super().__init__("key_reused")
