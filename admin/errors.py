"""Refusals in words and with a status: one shape for every error (DESIGN §6)."""

from __future__ import annotations

import secrets
from typing import Any

from flask import g, has_request_context
from flask_babel import gettext

from models import refusals
from models.refusals import Invalid, Reason, Refused, Stale

Answer = tuple[dict[str, Any], int]

SENTENCES = {
    **refusals.SENTENCES,
    # Fields of the generated forms
    "out_of_range": "数字超出范围。",
    "not_a_number": "要填数字。",
    "too_many_decimals": "最多 %(most)s 位小数。",
    "not_a_day": "日期看不懂，请写成 2026-11-25。",
    "not_a_clock": "时刻看不懂，请写成 17:30。",
    "taken": "已经有了，不能重复。",
    "not_after_start": "须晚于开始。",
    "negative": "不能小于零。",
    "not_positive": "须大于零。",
    "own_post": "不能办理自己的任职。",
    "admins_only": "“%(value)s”由系统管理员办理。",
    "last_admin": "至少要有一名在用的系统管理员。",
    "in_use": "还在使用，不能删除；可以停用。",
    "track_in_use": "已有工单属于这个类别，不能改到另一类。",
    "decided": "已经作出决定，不能再改。",
    "one_of_two": "发给一个人，或发给一类人，填且只填一项。",
    "no_channel": "地址看不懂。可以用 mailto、mailtos、wecombot、dingtalk、feishu 开头的地址。",
    "not_stored": "没有保存：数据库不接受这些内容。仍不行请告诉系统管理员编号 %(number)s。",
    "to_discipline": "这一类由纪检监察室办理，请按“登记并移送纪检”。",
    "not_to_discipline": "移送纪检的须属违规违纪和服务态度类；按“登记”，或改类别。",
    # Requests
    "not_json": "请求的内容不是 JSON。",
    "not_an_object": "请求的内容要是一个 JSON 对象。",
    "bad_key": "Idempotency-Key 要是 1 到 200 个可见的 ASCII 字符。",
    "bad_query": "参数 q 看不懂：%(why)s",
    "no_filter": "每个筛选条件要有 col、opr 和 value。",
    "not_searchable": "不能按“%(column)s”筛选。",
    "no_operator": "“%(column)s”没有“%(operator)s”这种比较。",
    "bad_value": "“%(column)s”的值：%(why)s",
    "not_sortable": "不能按“%(column)s”排序。",
    "no_column": "没有“%(column)s”这一列。",
    "bad_page": "页码和每页条数要是不太大的自然数。",
    # Answers to everybody
    "bad_request": "请求有误。",
    "stale_form": "这一页是上次登录时打开的，已经失效，没有办。",
    "signed_out": "请先登录。",
    "another_ones": "这一页是另一个账号打开的，现在登录的不是它，所以没有办。",
    "forbidden": "您没有这项权限。",
    "absent": "没有找到。看看地址是否有误。",
    "no_method": "这个地址不接受这种请求。",
    "too_large": "内容太大。",
    "busy": "正忙，请稍后再试。",
    "away": "数据库正忙，没有办成。请稍后再试；仍不行请告诉系统管理员编号 %(number)s。",
    "failed": "出了问题，没有办成。请再试一次；仍不行请告诉系统管理员编号 %(number)s。",
}


class Decided(Refused):
    """A row that is no longer a proposal."""

    status = 409

    def __init__(self) -> None:
        self.code, self.facts = "decided", {}
        Exception.__init__(self, SENTENCES[self.code])


def say(code: str, **facts: Any) -> str:
    """The sentence of a refusal's code in the reader's language."""
    return gettext(SENTENCES[code]) % {name: gettext(v) if isinstance(v, str) and v else v for name, v in facts.items()}


def reason(why: Reason) -> str:
    """The sentence of why one field was refused."""
    code, facts = why
    return say(code, **facts)


def answer(refused: Refused) -> Answer:
    """`{"message", "errors"?}` and the status; a stale request also learns the version in force."""
    body: dict[str, Any] = {"message": say(refused.code, **refused.facts)}
    if isinstance(refused, Invalid):
        body["errors"] = {name: reason(why) for name, why in refused.errors.items()}
    if isinstance(refused, Stale):
        body["version"] = refused.facts["version"]
    return body, refused.status


BY_STATUS = {
    400: "bad_request", 401: "signed_out", 403: "forbidden", 404: "absent", 405: "no_method", 413: "too_large",
    422: "invalid", 429: "busy", 503: "away",
}  # fmt: skip


def by_status(status: int) -> str:
    """What to say where nothing more is known than the status; of a failure, with its number."""
    if status >= 500:
        return say(BY_STATUS.get(status, "failed"), number=number())
    return say(BY_STATUS.get(status, "bad_request"))


def number() -> str:
    """What the reader of this request's answer can name, and the log names too: `7F2A` (UI.md §6)."""
    if not has_request_context():
        return _new_number()
    if "error_number" not in g:
        g.error_number = _new_number()
    return str(g.error_number)


def _new_number() -> str:
    return secrets.token_hex(2).upper()
