"""A review as it is printed: everything in words and in order, made once for HTML, Word and Excel alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models.reviews import wording
from models.reviews.document import Document, Effect, Figure, Series
from models.reviews.periods import Period
from models.reviews.reading import Words
from models.types import SHANGHAI

SCOPE = "产品质量口径，只计投诉"
ACT = "《顾客投诉管理办法》第九条"
SIGNS = ("单位负责人", "运营管理部", "集团领导")
"""Who signs."""
HEADS = ("指标", "本期", "分子 / 分母", "95% 区间", "上一期", "去年同期", "说明", "依据")
MEASURES = ("做什么", "责任人", "期限", "针对分类", "预期效果", "落实")
EFFECTS = ("改进措施", "期限", "针对分类", "前", "后", "比值与区间", "结论", "说明")
NONE_DUE = "到这时为止，近一年没有到期的改进措施。"
CATEGORIES = ("类别", "本期", "上一期")


@dataclass(frozen=True)
class Paper:
    """company: the head of the paper. frozen: when the figures were frozen; None: it is a draft."""

    company: str
    document: Document
    words: Words
    frozen: datetime | None

    @property
    def period(self) -> Period:
        return Period(self.document.starts, self.document.ends)

    @property
    def title(self) -> str:
        return f"{self.document.unit} {self.period.zh}投诉处理总结"

    @property
    def stands(self) -> str:
        """已冻结于, or 草稿: as of when what is counted."""
        at = clock(self.frozen) if self.frozen else clock(self.document.as_of)
        said = f"数字已冻结于 {at}" if self.frozen else f"草稿，数字截至 {at}，提交时冻结"
        unfinished = "；本期还没有结束" if self.document.unfinished else ""
        return f"{said}{unfinished}。{SCOPE}。依据：{ACT}。"

    @property
    def earlier(self) -> str:
        """The heading of what became of actions of before: as of when it is told."""
        return f"以前改进措施的效果（截至 {clock(self.document.as_of)}）"

    @property
    def explained(self) -> str:
        return wording.SENTENCES["explained"]


def clock(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def sentence(said: list[wording.Said]) -> str:
    return "".join(wording.say(one) for one in said)


def figure_row(figure: Figure) -> tuple[str, ...]:
    """A line under HEADS."""

    def beside(name: str) -> str:
        value = getattr(figure, name)
        return wording.number(value.value, figure.kind) if value is not None else "—"

    now = figure.now
    return (
        figure.zh, wording.number(now.value, figure.kind), wording.parts(now),
        wording.interval(now.low, now.high, figure.kind), beside("before"), beside("year"),
        sentence(wording.of_figure(figure)), figure.source,
    )  # fmt: skip


def series_said(series: Series) -> str:
    return sentence(wording.of_series(series))


def effect_row(effect: Effect) -> tuple[str, ...]:
    """A line under EFFECTS."""
    compared = bool(effect.days and (effect.before or effect.after))
    ratio = f"{effect.ratio:.2f}" if effect.ratio is not None else "—"
    between = f"{ratio}（{wording.interval(effect.low, effect.high, 'rate')}）" if compared else "—"
    return (
        effect.what, effect.due.isoformat(), effect.category or "全部", f"{effect.before} 件 / {effect.days} 天",
        f"{effect.after} 件 / {effect.days} 天", between, wording.VERDICTS[effect.verdict],
        sentence(wording.of_effect(effect)),
    )  # fmt: skip


def measure_rows(words: Words) -> list[tuple[str, ...]]:
    """Lines under MEASURES."""
    return [(one.what, one.owner or "—", one.due.isoformat(), one.category or "全部", one.expected or "—",
             one.done or "—")
            for one in words.lines]  # fmt: skip
