"""A document's figures in sentences: templates and facts, so that each edge says them in its reader's language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import groupby
from typing import Any

from models.reviews.document import COUNT, HIGH, HOURS, LOW, RATE, SHARE, Change, Effect, Figure, Series, Value

Said = tuple[str, dict[str, Any]]
Translate = Callable[[str], str]

VERDICTS = {"effective": "有效", "unknown": "数据尚不能判断", "worse": "变差"}
SENTENCES = {
    "nothing": "这一期没有可算的数据。",
    "share": "%(value)s，即 %(numerator)s / %(denominator)s，95%% 区间 %(interval)s。",
    "few": "%(numerator)s / %(denominator)s（%(value)s），件数少，95%% 区间 %(interval)s。",
    "rate": "%(numerator)s 件 / %(denominator)s 户月 × 10,000 = %(value)s，95%% 区间 %(interval)s。",
    "count": "%(value)s 件。",
    "hours": "%(value)s 小时。",
    "parts": "%(value)s，即 %(numerator)s / %(denominator)s。",
    "missing": "另有 %(n)s 件投诉的月份缺在册户数，没有计入。",
    "ratio_better": "是上一期的 %(value)s 倍（区间 %(interval)s），好转。",
    "ratio_worse": "是上一期的 %(value)s 倍（区间 %(interval)s），变差。",
    "ratio_same": "是上一期的 %(value)s 倍（区间 %(interval)s 含 1），不能说好转或变差。",
    "points_better": "比上一期%(move)s %(value)s 个百分点（区间 %(interval)s），好转。",
    "points_worse": "比上一期%(move)s %(value)s 个百分点（区间 %(interval)s），变差。",
    "points_same": "比上一期%(move)s %(value)s 个百分点（区间 %(interval)s 含 0），不能说好转或变差。",
    "year_ratio": "去年同期 %(before)s，比值 %(value)s（区间 %(interval)s）。",
    "year_points": "去年同期 %(before)s，相差 %(value)s 个百分点（区间 %(interval)s）。",
    "trial": "不满 13 个月有数，控制限只供参考，不作判断。",
    "no_points": "这段时间没有可算的月份。",
    "common": "各月都在控制限内，属正常波动。",
    "signals_better": "有信号的月份：%(better)s（好转）。其余属正常波动。",
    "signals_worse": "有信号的月份：%(worse)s（变差）。其余属正常波动。",
    "signals_both": "有信号的月份：%(better)s（好转），%(worse)s（变差）。其余属正常波动。",
    "widened": "各月的离散超出件数本身的波动，控制限已按 Laney 法放宽。",
    "effect": "前后各 %(days)s 天：前 %(before)s 件，后 %(after)s 件，比值 %(ratio)s（95%% 区间 %(interval)s）。",
    "effect_none": "期限前后各 %(days)s 天都没有投诉，无从比较。",
    "effect_today": "期限刚到，还没有可比的日子。",
    "effect_customers": "按在册户数折算（前 %(over_before)s、后 %(over_after)s 户月）。",
    "effect_done": "单位报告已于 %(day)s 落实。",
    "effect_undone": "单位还没有报告落实。",
    "effect_left": "还差 %(left)s 天满比较期，结论还会变。",
    "effect_others": "同期其他单位的比值是 %(others)s。",
    "explained": "区间：真实水平有 95% 的把握落在其中；两段比较的区间含 1（比值）或 0（相差），就不能说有变化。"
    "单凭偶然，二十次比较里也有一次不含；控制图用三倍标准差，不易误报，两者说法不同时看以后几期。",
}  # fmt: skip
UNDONE = "到期未报"
MOVES = {"up": "高", "down": "低"}
FEW = 20
"""Under so many in the denominator the parts come first (UI.md §6)."""


def say(said: Said, translate: Translate = str) -> str:
    """A sentence in words; facts that are words are translated too."""
    template, facts = said
    told = {name: translate(v) if name == "move" else v for name, v in facts.items()}
    return translate(template) % told if told or "%%" in template else translate(template)


def number(value: float | None, kind: str) -> str:
    """91.2%, 3.21, 1,234, 41.5; — for nothing."""
    if value is None:
        return "—"
    if kind == SHARE:
        return f"{value:.1%}"
    if kind == RATE:
        return f"{value:,.2f}"
    if kind == HOURS:
        return f"{value:,.1f}"
    return plain(value)


def plain(value: float | None) -> str:
    """A part: whole where it is."""
    if value is None:
        return "—"
    return f"{int(value):,}" if value == int(value) else f"{value:,.1f}"


def interval(low: float | None, high: float | None, kind: str) -> str:
    """70.4–85.1%, 2.10–4.65."""
    if low is None:
        return "—"
    if kind == SHARE:
        return f"{low * 100:.1f}–{high:.1%}" if high is not None else "—"
    return f"{low:,.2f}–{high:,.2f}" if high is not None else f"≥ {low:,.2f}"


def parts(value: Value) -> str:
    """432 / 484, or the count alone."""
    if value.denominator is None:
        return plain(value.numerator)
    return f"{plain(value.numerator)} / {plain(value.denominator)}"


def of_figure(figure: Figure) -> list[Said]:
    """A figure in sentences: what it is, how it moved, what it lacks."""
    now, kind = figure.now, figure.kind
    if now.value is None:
        said: list[Said] = [(SENTENCES["nothing"], {})]
    else:
        facts = {"value": number(now.value, kind), "numerator": plain(now.numerator),
                 "denominator": plain(now.denominator), "interval": interval(now.low, now.high, kind)}  # fmt: skip
        said = [(SENTENCES[_form(figure)], facts)]
        if figure.change is not None and figure.change.value is not None:
            said.append(_moved(figure.change, figure.better))
        if figure.year_change is not None and figure.year is not None and figure.year_change.value is not None:
            said.append(_year(figure.year_change, figure.year, kind))
    if now.missing:
        said.append((SENTENCES["missing"], {"n": now.missing}))
    return said


def _form(figure: Figure) -> str:
    if figure.kind == SHARE:
        return "few" if (figure.now.denominator or 0) < FEW else "share"
    if figure.kind == RATE:
        return "rate" if figure.name == "complaint_rate" else "parts"
    return HOURS if figure.kind == HOURS else COUNT


def _moved(change: Change, better: str) -> Said:
    value, low, high = change.value or 0.0, change.low, change.high
    if change.of == "ratio":
        up, down = (low or 0.0) > 1, high is not None and high < 1
        facts: dict[str, Any] = {"value": f"{value:.2f}", "interval": interval(low, high, RATE)}
        form = "ratio"
    else:
        up, down = (low or 0.0) > 0, high is not None and high < 0
        facts = {"value": f"{abs(value) * 100:.1f}", "move": MOVES["up" if value >= 0 else "down"],
                 "interval": _points(low, high)}  # fmt: skip
        form = "points"
    word = "same" if not up and not down else "better" if up == (better == HIGH) else "worse"
    return SENTENCES[f"{form}_{word}"], facts


def _points(low: float | None, high: float | None) -> str:
    return " 至 ".join(_point((end or 0) * 100) for end in (low, high))


def _point(value: float) -> str:
    """−17.6, with as many digits as it takes to tell it from 0; its sign does not part from it at the end of a line."""
    told = f"{value:+.1f}" if abs(value) >= 0.05 or not value else f"{value:+.2g}"
    return told.replace("-", "−")


def _year(change: Change, year: Value, kind: str) -> Said:
    before, value = number(year.value, kind), change.value or 0.0
    if change.of == "ratio":
        return SENTENCES["year_ratio"], {"before": before, "value": f"{value:.2f}",
                                         "interval": interval(change.low, change.high, RATE)}  # fmt: skip
    return SENTENCES["year_points"], {"before": before, "value": f"{value * 100:+.1f}",
                                      "interval": _points(change.low, change.high)}  # fmt: skip


def of_series(series: Series) -> list[Said]:
    """What a control chart says, in a sentence or two."""
    if not any(month.value is not None for month in series.months):
        return [(SENTENCES["no_points"], {})]
    if series.trial:
        return [(SENTENCES["trial"], {})]
    better, worse = (
        _runs([(n, m.label) for n, m in enumerate(series.months) if m.signal and m.above == (series.better == way)])
        for way in (HIGH, LOW)
    )
    form = "signals_both" if better and worse else "signals_better" if better else "signals_worse"
    facts = {"better": better, "worse": worse}
    said: list[Said] = [(SENTENCES[form], facts) if better or worse else (SENTENCES["common"], {})]
    return [*said, (SENTENCES["widened"], {})] if series.widened else said


def _runs(months: list[tuple[int, str]]) -> str:
    """2025-03、2025-05–2025-11: months in a row by the first and the last."""
    told = []
    for _start, run in groupby(enumerate(months), key=lambda one: one[1][0] - one[0]):
        labels = [label for _n, (_place, label) in run]
        told.append(labels[0] if len(labels) == 1 else f"{labels[0]}–{labels[-1]}")
    return "、".join(told)


def of_effect(effect: Effect) -> list[Said]:
    """What became of an action: both counts, their ratio with its interval, and what to mind."""
    if not effect.days:
        return [(SENTENCES["effect_today"], {}), *_carried_out(effect)]
    if not effect.before and not effect.after:
        return [(SENTENCES["effect_none"], {"days": effect.days}), *_carried_out(effect)]
    ratio = f"{effect.ratio:.2f}" if effect.ratio is not None else "—"
    said: list[Said] = [(SENTENCES["effect"], {
        "days": effect.days, "before": effect.before, "after": effect.after, "ratio": ratio,
        "interval": interval(effect.low, effect.high, RATE),
    })]  # fmt: skip
    if effect.of == "customers":
        over = {"over_before": f"{effect.over_before:,.0f}", "over_after": f"{effect.over_after:,.0f}"}
        said.append((SENTENCES["effect_customers"], over))
    if effect.others is not None:
        said.append((SENTENCES["effect_others"], {"others": f"{effect.others:.2f}"}))
    if effect.left:
        said.append((SENTENCES["effect_left"], {"left": effect.left}))
    return [*said, *_carried_out(effect)]


def _carried_out(effect: Effect) -> list[Said]:
    """A comparison tells nothing of an action that was not carried out."""
    if effect.done is None:
        return []
    return [(SENTENCES["effect_done"], {"day": effect.done}) if effect.done else (SENTENCES["effect_undone"], {})]


def carried_out(done: str | None, due: date, today: date) -> str:
    """Of an action in a table: the day it was carried out, that it is overdue to say so, or nothing yet."""
    return done or (UNDONE if done == "" and due <= today else "—")
