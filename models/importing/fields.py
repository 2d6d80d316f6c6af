"""The fields that a foreign table may fill, and the words that say how one is read: the mapping language as data."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from models.policy import FORMS, KINDS, URGENCIES


@dataclass(frozen=True, slots=True)
class Spec:
    """What a field is: its Chinese name, its type (a key of `WORDS`), its longest text, its permitted values."""

    zh: str
    type: str
    limit: int = 100
    choices: Collection[str] = ()


FIELDS: Final[Mapping[str, Spec]] = MappingProxyType({
    "source_no": Spec("原编号", "number"),
    "registered_at": Spec("登记时间", "time"),
    "received_at": Spec("接到时间", "time"),
    "happened_at": Spec("发生时间", "time"),
    "assigned_at": Spec("转办时间", "time"),
    "handled_at": Spec("办理时间", "end"),
    "callback_at": Spec("回访时间", "end"),
    "closed_at": Spec("办结时间", "end"),
    "due_at": Spec("交办期限", "end"),
    "title": Spec("标题", "text", 1000),
    "content": Spec("内容", "text", 100_000),
    "demand": Spec("投诉要求", "text", 100_000),
    "suggestion": Spec("建议", "text", 100_000),
    "result": Spec("办理结果", "text", 100_000),
    "category": Spec("投诉类别", "name"),
    "unit": Spec("承办单位", "name"),
    "channel": Spec("渠道", "name"),
    "district": Spec("片区", "name"),
    "neighbourhood": Spec("小区", "text", 200),
    "kind": Spec("诉求类型", "choice", choices=KINDS),
    "form": Spec("形式", "choice", choices=FORMS),
    "urgency": Spec("紧急程度", "choice", choices=URGENCIES),
    "satisfied": Spec("是否满意", "outcome"),
    "solved": Spec("是否解决", "outcome"),
    "rounds": Spec("办理轮次", "rounds"),
    "complainant": Spec("投诉人", "text", 200),
    "phone": Spec("电话", "code"),
    "address": Spec("地址", "text", 500),
    "account_no": Spec("户号", "code"),
    "forwarded_by": Spec("转办来源", "text", 200),
    "forward_no": Spec("转办编号", "code"),
})  # fmt: skip
"""Every field a mapping may fill, in the order of `values.Values`."""

WORDS: Final[Mapping[str, frozenset[str]]] = MappingProxyType({
    "number": frozenset({"column", "hash"}),
    "time": frozenset({"column", "format"}),
    "end": frozenset({"column", "format", "date_only"}),
    "text": frozenset({"column", "const", "map", "default"}),
    "code": frozenset({"column", "const", "map", "default"}),
    "name": frozenset({"column", "const", "map", "default", "create"}),
    "choice": frozenset({"column", "const", "map", "default"}),
    "outcome": frozenset({"column", "true", "false"}),
    "rounds": frozenset({"column", "plus", "default"}),
})  # fmt: skip
"""The words that each type of field understands."""

TOP: Final = ("name", "encoding", "timezone", "missing", "fields")
"""The words beside the fields."""
ORIGINS: Final = ("column", "const", "hash")
"""A field has exactly one of these; of the other words only `create` goes with `const`."""
REQUIRED: Final = ("source_no", "registered_at")
TRUE: Final = ("是", "true", "yes", "y", "1")
FALSE: Final = ("否", "false", "no", "n", "0")
"""What an outcome's cells say when the mapping lists neither `true` nor `false`; case does not matter."""

ORDER: Final = ("happened_at", "received_at", "registered_at", "assigned_at", "handled_at", "callback_at", "closed_at")
"""A row whose times do not come in this order contradicts itself. `due_at` stands outside: it may be past at birth."""
