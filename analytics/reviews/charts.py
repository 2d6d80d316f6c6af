"""Charts of a review, drawn by matplotlib: SVG for pages and HTML, PNG for Word. Loaded only where one is drawn.

Control charts hold figures alone and need no Chinese font; what their lines mean stands beside them. Bars name
categories, and are left out where the machine has no font for them.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from models.reviews.document import HIGH, SHARE, Category, Document, Series

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FONTS = (
    "Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "Noto Sans SC", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "Microsoft YaHei", "PingFang SC", "SimHei", "Noto Sans CJK JP",
)  # fmt: skip
"""Chinese fonts, the best first; of Debian's fonts-noto-cjk matplotlib may know only the first face."""
INK, GREY, LINE, BETTER, WORSE, BAR, BEFORE = (
    "#17252b", "#5b6a72", "#7f8d93", "#1b5cb3", "#a94a05", "#0b6470", "#b9c6ca",
)  # fmt: skip
LEGEND = "实线是平均，虚线是控制限；蓝点好转、橙点变差，灰点属正常波动；空心是没有过完的月；竖线是到期的改进措施。"
"""What the lines and marks of a control chart mean."""
DPI = 200
MOST_CATEGORIES = 10


@cache
def chinese_font() -> str | None:
    """The name of a font that has Chinese; None: this machine has none."""
    from matplotlib import font_manager

    known = {one.name for one in font_manager.fontManager.ttflist}
    return next((name for name in FONTS if name in known), None)


def pictures(document: Document, form: str) -> dict[str, bytes]:
    """The charts of a document by name: of each series, and of `categories` where its names can be written.

    form: svg or png.
    """
    names = [*(series.name for series in document.series), "categories"]
    found = {name: picture(document, name, form) for name in names}
    return {name: drawn for name, drawn in found.items() if drawn is not None}


def picture(document: Document, name: str, form: str) -> bytes | None:
    """One of them; None where there is nothing to draw, or no font to write it in."""
    if name == "categories":
        drawable = document.categories and chinese_font() is not None
        return drawn(bars(document.categories), form) if drawable else None
    series = next((one for one in document.series if one.name == name), None)
    if series is None or all(month.value is None for month in series.months):
        return None
    return drawn(control(series), form)


def drawn(figure: Figure, form: str) -> bytes:
    """The bytes of a picture. An SVG keeps its text as text, and says nothing of when it was made."""
    import matplotlib as mpl

    buffer = io.BytesIO()
    style: Any = {"svg.fonttype": "none", "svg.hashsalt": "review", "font.family": [*filter(None, [chinese_font()]),
             "DejaVu Sans"], "axes.unicode_minus": False}  # fmt: skip
    with mpl.rc_context(style):
        metadata: dict[str, Any] = {"Date": None, "Creator": None} if form == "svg" else {"Software": None}
        figure.savefig(buffer, format=form, dpi=DPI, metadata=metadata)
    return buffer.getvalue()


def _blank(height: float) -> tuple[Figure, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.7, height), layout="constrained")
    axes = figure.add_subplot()
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(LINE)
    axes.tick_params(colors=GREY, labelsize=8, length=0)
    axes.grid(axis="y", color="#dde4e5", linewidth=0.6)
    axes.set_axisbelow(True)
    return figure, axes


def control(series: Series) -> Figure:
    """A point a month with centre and limits; coloured where a rule calls it, hollow where the month is not over."""
    figure, axes = _blank(2.3)
    months = series.months
    places = range(len(months))
    scale = 100.0 if series.kind == SHARE else 1.0

    def ys(name: str) -> list[float]:
        return [float("nan") if (v := getattr(m, name)) is None else v * scale for m in months]

    axes.plot(places, ys("value"), color=GREY, linewidth=1)
    axes.step(places, ys("center"), color=INK, linewidth=0.8, where="mid")
    for name in ("lower", "upper"):
        axes.step(places, ys(name), color=LINE, linewidth=0.8, linestyle=(0, (4, 3)), where="mid")
    for place, month in enumerate(months):
        if month.value is None:
            continue
        good = month.above == (series.better == HIGH)
        colour = GREY if not month.signal else BETTER if good else WORSE
        axes.plot(place, month.value * scale, "o", markersize=5, color=colour,
                  markerfacecolor="white" if month.unfinished else colour)  # fmt: skip
    known = {month.label: place for place, month in enumerate(months)}
    for label, _what in series.marks:
        if label in known:
            axes.axvline(known[label], color=BAR, linewidth=0.8, linestyle=":")
    step = 3 if len(months) > 12 else 1
    axes.set_xticks([p for p in places if p % step == 0], [m.label for m in months[::step]])
    if series.kind == SHARE:
        axes.yaxis.set_major_formatter(lambda value, _at: f"{value:g}%")
    elif min((m.value for m in months if m.value is not None), default=0) >= 0:
        axes.set_ylim(bottom=0)
    return figure


def bars(categories: Iterable[Category]) -> Figure:
    """Complaints by category: the period filled, the one before pale beneath it."""
    shown = list(categories)[:MOST_CATEGORIES]
    figure, axes = _blank(0.5 + 0.34 * len(shown))
    axes.grid(axis="y", visible=False)
    places = range(len(shown))
    axes.barh([p - 0.18 for p in places], [one.now for one in shown], height=0.34, color=BAR, label="本期")
    axes.barh([p + 0.18 for p in places], [one.before for one in shown], height=0.3, color=BEFORE, label="上一期")
    for place, one in enumerate(shown):
        axes.text(one.now, place - 0.18, f" {one.now}", va="center", fontsize=8, color=INK)
        axes.text(one.before, place + 0.18, f" {one.before}", va="center", fontsize=8, color=GREY)
    axes.set_yticks(list(places), [one.name for one in shown], fontfamily=chinese_font())
    axes.invert_yaxis()
    axes.legend(loc="lower right", fontsize=8, frameon=False, prop={"family": chinese_font(), "size": 8})
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    return figure
