"""How a figure is said: numbers, periods and sentences made from the same rows that are drawn (UI.md §6)."""

from __future__ import annotations

from collections.abc import Callable

from analytics.kinds import Rate, Stock
from analytics.labels import Row
from analytics.metrics import METRICS
from analytics.statistics.intervals import wilson

Translate = Callable[[str], str]
"""gettext: the Chinese sentence is the message id."""
NAMED = 3
"""Units named in a sentence; the table has them all."""
BY_CHANCE = 0.05
"""How often one of several that are alike may be said to differ."""
FEW = 20
"""Under so many in the denominator the parts are said first: a share of 7 is no share."""


def number(row: Row, _: Translate) -> str:
    """A figure with what it is made of: 91.2%（432 / 484）, 3 / 7（42.9%）, 3.41（1,234 件 / 4,012,345 户）, or —."""
    if row.value is None:
        return _(NOT_REACHED) if row.not_reached else "—"
    metric = METRICS[row.metric]
    if not metric.share:
        if row.denominator is None:
            return f"{row.numerator:,}"
        if not isinstance(metric, Rate):
            return _("%(value)s（%(first)s / %(second)s）") % {
                "value": short(row, _), "first": f"{row.numerator:,}", "second": f"{row.denominator:,}",
            }  # fmt: skip
        return _("%(value)s（%(count)s 件 / %(many)s 户月）") % {
            "value": f"{row.value:.2f}", "count": f"{row.numerator:,}", "many": f"{row.denominator:,.0f}",
        }  # fmt: skip
    first, second = f"{row.value:.1%}", f"{row.numerator:,} / {row.denominator:,}"
    if row.denominator is not None and row.denominator < FEW:
        first, second = second, first
    return _("%(first)s（%(second)s）") % {"first": first, "second": second}


NOT_REACHED = "尚未达到"
"""Of a percentile that too few have ended for: there are cases, and no such time yet."""


def short(row: Row, _: Translate) -> str:
    """The value alone."""
    if row.value is None:
        return _(NOT_REACHED) if row.not_reached else "—"
    if METRICS[row.metric].share:
        return f"{row.value:.1%}"
    return f"{row.value:,.0f}" if row.denominator is None else f"{row.value:,.2f}"


def interval(row: Row) -> str:
    """The 95 % interval of a value: 70.4–85.1%, 2.10–4.65; — where it has none, an open end where it has no upper."""
    if row.low is None:
        return "—"
    if METRICS[row.metric].share:
        return f"{row.low * 100:.1f}–{row.high:.1%}" if row.high is not None else "—"
    return f"{row.low:,.2f}–{row.high:,.2f}" if row.high is not None else f"≥ {row.low:,.2f}"


def period(label: str, _: Translate, *, year: bool = True) -> str:
    """A period as people say it: 2026 年 3 月, 2026 年第 9 周, 2026 年 1 季度, 2026-03-09, 2026 年.

    year: False where the sentence has named the year already.
    """
    if len(label) in (4, 10):
        return label if len(label) == 10 else _("%(year)s 年") % {"year": label}
    told = {"year": label[:4], "number": int(label[5:].lstrip("WQ"))}
    if "Q" in label:
        return (_("%(year)s 年 %(number)d 季度") if year else _("%(number)d 季度")) % told
    if "W" in label:
        return (_("%(year)s 年第 %(number)d 周") if year else _("第 %(number)d 周")) % told
    return (_("%(year)s 年 %(number)d 月") if year else _("%(number)d 月")) % told


def ticks(labels: list[str], _: Translate, most: int = 9) -> list[tuple[int, str]]:
    """(position, words) of the marks on an axis of periods; the year stands where it begins."""
    step = max(1, -(-len(labels) // most))
    found, year = [], ""
    for n in range(0, len(labels), step):
        told = labels[n]
        if told[:4] != year and len(told) > 4:
            year = told[:4]
            found.append((n, f"{_tick(told, _)}<br>{year}"))
        else:
            found.append((n, _tick(told, _)))
    return found


def _tick(label: str, _: Translate) -> str:
    if len(label) == 10:
        return label[5:]
    if "W" in label:
        return _("%(week)d 周") % {"week": int(label[6:])}
    return period(label, _, year=False) if len(label) > 4 else label


def joined(*sentences: str) -> str:
    """Sentences one after the other: with a space where they are written with spaces."""
    told = [s for s in sentences if s]
    return "".join(f" {s}" if n and s[:1].isascii() and told[n - 1][-1:].isascii() else s for n, s in enumerate(told))


def large(many: float, _: Translate) -> str:
    """A round number on an axis: 20 万, 150."""
    return _("%(many)g 万") % {"many": many / 10_000} if many >= 10_000 else f"{many:,g}"


def trend(rows: list[Row], total: Row, still_open: str | None, grain: str, _: Translate, cut: str | None = None) -> str:
    """The whole period first, then the last two periods; a difference is given, and nothing is concluded from it.

    cut: a first period of which not all is asked for; it is compared with nothing.
    """
    if total.value is None and total.denominator is None and isinstance(METRICS[total.metric], Rate):
        return _("在册户数不分片区，所以没有投诉率；投诉 %(count)s 件。") % {"count": f"{total.numerator:,}"}
    if total.value is None:
        return _("至今办完的还不到这一比例，所以没有这个时长。") if total.not_reached else nothing(total.metric, _)
    opening = _("期末 %(figure)s") if isinstance(METRICS[total.metric], Stock) else _("所选期间 %(figure)s")
    said = [opening % {"figure": number(total, _)}]
    if total.low is not None:
        said[-1] += _("，95%% 区间 %(interval)s") % {"interval": interval(total)}
    said[-1] += _("。")
    known = [row for row in rows if row.value is not None and row.dims[grain] != still_open]
    if known:
        last = known[-1]
        told = {"period": period(last.dims[grain] or "", _), "figure": number(last, _)}
        said.append(_("%(period)s %(figure)s") % told)
        if len(known) > 1 and known[-2].dims[grain] != cut:
            said[-1] += _("，") + _compared(last, known[-2], grain, _)
        said[-1] += _("。")
    current = [row for row in rows if row.dims[grain] == still_open and row.value is not None]
    if current:
        # A rate would have the customers of the whole month, and the complaints of some days of it.
        rate = isinstance(METRICS[total.metric], Rate)
        figure = _("%(count)s 件") % {"count": f"{current[0].numerator:,}"} if rate else number(current[0], _)
        told = {"period": parted(period(still_open or "", _)), "figure": figure}
        said.append(_("%(period)s未完，至今 %(figure)s。") % told)
    return "".join(said)


def _compared(last: Row, before: Row, grain: str, _: Translate) -> str:
    """The later value against the earlier one, without a judgement."""
    more = (last.value or 0) - (before.value or 0)
    share = METRICS[last.metric].share
    gap = f"{abs(more) * 100:.1f}" if share else f"{abs(more):.{0 if last.denominator is None else 2}f}"
    same_year = (last.dims[grain] or "")[:4] == (before.dims[grain] or "")[:4]
    told = {"period": _spaced(period(before.dims[grain] or "", _, year=not same_year)), "gap": gap}
    if not float(gap):
        return _("与%(period)s持平") % told
    if share:
        return (_("比%(period)s高 %(gap)s 个百分点") if more > 0 else _("比%(period)s低 %(gap)s 个百分点")) % told
    if last.denominator is not None and not isinstance(METRICS[last.metric], Rate):
        return (_("比%(period)s大 %(gap)s") if more > 0 else _("比%(period)s小 %(gap)s")) % told
    if last.metric == "penalty_amount":
        return (_("比%(period)s多 %(gap)s 元") if more > 0 else _("比%(period)s少 %(gap)s 元")) % told
    return (_("比%(period)s多 %(gap)s 件") if more > 0 else _("比%(period)s少 %(gap)s 件")) % told


def parted(told: str) -> str:
    """With the space that stands between figures and Chinese: before what follows a day."""
    return f"{told} " if told[-1:].isascii() else told


def _spaced(told: str) -> str:
    """With the space that stands between Chinese and figures."""
    return f" {told}" if told[:1].isdigit() else told


NOTHING = {
    "complaint_rate": "所选期间没有在册户数，所以没有投诉率。",
    "on_time_rate": "所选期间还没有到期的工单，所以没有及时率。",
    "repeat_callback_rate": "所选期间还没有回访结果，所以没有重复回访率。",
    "complaints": "所选期间没有投诉。",
    "penalties": "所选期间没有责任追究。",
}
"""Why there is no figure, by metric: an empty chart says it in its place."""


def nothing(metric: str, _: Translate) -> str:
    return _(NOTHING.get(metric, "所选期间没有数据，所以没有这个数字。"))


def units(
    rows: list[Row], outside: list[tuple[Row, bool]], chosen: str | None, _: Translate, *, widened: bool = False
) -> str:
    """How many units lie within the limits, and which do not. outside: (row, above).

    widened: units differ by more than chance; then nobody may say that within the limits it may be chance.
    """
    known = [row for row in rows if row.value is not None]
    if not known:
        return _("所选期间各单位都没有数据。")
    told = {"units": len(known), "inside": len(known) - len(outside)}
    if len(known) == 1:
        said = _("只有一个单位有数据，无从对照。")
    elif len({row.value for row in known}) == 1:
        said = _("%(units)d 个单位的数字都一样。") % told
    elif not told["inside"]:
        said = _("%(units)d 个单位都在界限之外。") % told
    elif widened:
        said = _("各单位的差别大于偶然能解释的；%(units)d 个单位中 %(inside)d 个在放宽的界限之内。") % told
    elif not outside:
        said = _("%(units)d 个单位都在界限之内，差别可能只是偶然。") % told
    else:
        said = _("%(units)d 个单位中 %(inside)d 个在界限之内。") % told
    for row, above in outside[:NAMED]:
        fact = {"unit": row.dims["unit"], "figure": number(row, _)}
        said += (_("%(unit)s %(figure)s，高于 99.8%% 上界，值得查原因。") if above
                 else _("%(unit)s %(figure)s，低于 99.8%% 下界，值得查原因。")) % fact  # fmt: skip
    if len(outside) > NAMED:
        said += _("界限之外还有 %(more)d 个单位，见表格。") % {"more": len(outside) - NAMED}
    mine = [row for row in known if row.dims["unit"] == chosen]
    return said + (_("所选单位 %(figure)s。") % {"figure": number(mine[0], _)} if mine else "")


def apart(rows: list[Row], by: str, _: Translate) -> str:
    """Which shares differ from that of all together by more than chance: theirs lies outside the interval, which is
    taken the wider the more there are, so that all together seldom have one by chance (Bonferroni)."""
    told = {"many": len(rows)}
    if len(rows) == 1:
        return _("只有 %(name)s 有数据，%(figure)s，无从对照。") % {
            "name": named(rows[0], by, _), "figure": number(rows[0], _)}  # fmt: skip
    if not METRICS[rows[0].metric].share:
        return _("%(many)d 项有数据；区间重叠的，差别可能只是偶然。") % told
    of = sum(row.denominator or 0 for row in rows)
    mean = sum(row.numerator for row in rows) / of
    found = [row for row in rows if not _holds(row, mean, 1 - BY_CHANCE / len(rows))]
    said = _("合计 %(mean)s。") % {"mean": f"{mean:.1%}"}
    if not found:
        return joined(said, _("%(many)d 项与合计的差别可能只是偶然。") % told)
    for row in found[:NAMED]:
        fact = {"name": named(row, by, _), "figure": number(row, _)}
        said = joined(said, (_("%(name)s %(figure)s，高于合计，不像偶然。") if (row.value or 0) > mean
                             else _("%(name)s %(figure)s，低于合计，不像偶然。")) % fact)  # fmt: skip
    if len(found) > NAMED:
        said = joined(said, _("还有 %(more)d 项不同，见表格。") % {"more": len(found) - NAMED})
    return said


def _holds(row: Row, mean: float, level: float) -> bool:
    """Whether the interval of a share holds what all have together."""
    found = wilson(row.numerator, row.denominator or 0, level)
    return found is None or found.low <= mean <= found.high


def categories(rows: list[Row], _: Translate, by: str = "category", metric: str = "complaints") -> str:
    """How many, and which two most."""
    total = sum(row.numerator for row in rows)
    if not total:
        return nothing(metric, _)
    said = _("共 %(total)s 件。") % {"total": f"{total:,}"}
    told = [
        {"name": named(row, by, _), "count": f"{row.numerator:,}", "share": f"{row.numerator / total:.1%}"}
        for row in rows[:2]
    ]
    if len(told) > 1 and told[0]["count"] == told[1]["count"]:
        both = {**told[0], "name": _("、").join(one["name"] for one in told)}
        return said + _("%(name)s最多，各 %(count)s 件（%(share)s）。") % both
    said += _("%(name)s最多，%(count)s 件（%(share)s）") % told[0]
    if len(told) > 1:
        said += _("；") + _("其次%(name)s，%(count)s 件（%(share)s）") % told[1]
    return said + _("。")


def most(rows: list[Row], names: list[str | None], grain: str, _: Translate) -> str:
    """When each of the first two had the most."""
    said = []
    for name in names[:2]:
        row = max((row for row in rows if row.dims["category"] == name), key=lambda row: row.numerator)
        told = {
            "name": category(row, _),
            "period": _spaced(period(row.dims[grain] or "", _)),
            "count": f"{row.numerator:,}",
        }
        said.append(_("%(name)s在%(period)s最多，%(count)s 件") % told)
    return _("；").join(said) + _("。") if said else _(NOTHING["complaints"])


def category(row: Row, _: Translate) -> str:
    return named(row, "category", _)


UNNAMED = {"category": "未分类", "unit": "未转办", "district": "片区不详", "channel": "渠道不详", "role": "未定"}


def named(row: Row, by: str, _: Translate) -> str:
    """The name that a row has in a dimension."""
    return _(row.dims[by] or UNNAMED.get(by, "未定"))
