"""A review as one HTML file, with its charts inside."""

from __future__ import annotations

import re
from functools import cache

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from analytics.reviews import charts, paper
from analytics.reviews.paper import Paper


@cache
def _templates() -> Environment:
    return Environment(loader=PackageLoader("analytics.reviews"), autoescape=True, trim_blocks=True)


def html(of: Paper) -> bytes:
    """The whole file, in UTF-8."""
    drawn = {name: _inline(svg) for name, svg in charts.pictures(of.document, "svg").items()}
    document = of.document
    series = [{"zh": one.zh, "said": paper.series_said(one), "svg": drawn.get(one.name)} for one in document.series]
    return _templates().get_template("review.html").render(
        paper=of, heads=paper.HEADS, figures=[paper.figure_row(one) for one in document.figures], series=series,
        legend=charts.LEGEND, bars=drawn.get("categories"), categories=document.categories,
        category_heads=paper.CATEGORIES, measure_heads=paper.MEASURES, measures=paper.measure_rows(of.words),
        effect_heads=paper.EFFECTS, effects=[paper.effect_row(one) for one in document.effects], signs=paper.SIGNS,
        clock=paper.clock, none_due=paper.NONE_DUE,
    ).encode()  # fmt: skip


def _inline(svg: bytes) -> Markup:
    """The picture without the head of a file of its own. matplotlib has escaped whatever it wrote into it."""
    return Markup(re.sub(r"^.*?(?=<svg)", "", svg.decode(), flags=re.DOTALL))  # noqa: S704
