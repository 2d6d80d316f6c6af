"""The docs say what the program does: settings, actions and terms are listed from where they are declared.

`UPDATE_DOCS=1 make test` (or pytest with it) writes the pages anew.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from analytics.columns import FRAMES, TYPES, columns
from analytics.metrics import METRICS
from analytics.questions import DIMENSIONS, ONLY
from config import Settings
from models import penalty_workflow, policy, review_workflow, workflow
from models.workflow import ACTIONS, PARTS, STATES, Action, Step

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def _from_to(step: Step) -> str:
    start = STATES[step.start].zh if step.start else "—"
    end = STATES[step.end].zh if step.end else "不变"
    when = f"（{step.when[0]} = {step.when[1]}）" if step.when else ""
    return f"{start} → {end}{when}"


def _clocks(step: Step) -> str:
    parts = [("+", step.opens), ("✓", step.settles), ("∅", step.voids)]
    return "，".join(f"{sign} {'、'.join(kinds)}" for sign, kinds in parts if kinds)


def _steps(action: Action) -> list[tuple[str, ...]]:
    """One line for all steps that differ in nothing but where they start."""
    lines: dict[tuple[str, ...], list[str]] = {}
    for step in action.steps:
        who = "、".join(PARTS[part] for part in step.by)
        track = policy.TRACKS[step.track] if step.track else "两类"
        rest = ("同前" if step.end is None else "", track, who, _clocks(step))
        lines.setdefault(rest, []).append(_from_to(step))
    return [("<br>".join(moves), track, who, clocks) for (_, track, who, clocks), moves in lines.items()]


def workflow_page() -> str:
    """docs/workflow.md, from the table itself."""
    out = [
        "# 流程表 · The workflow table",
        "",
        "Made from `models/workflow.py`; a test holds it to that. + opens an obligation, ✓ settles it, ∅ voids it.",
        "Fields marked * are required. An action marked † neither needs nor raises the version.",
        "",
        "## States",
        "",
        _table(("state", "中文", "whose turn"), [(s.name, s.zh, s.turn) for s in STATES.values()]),
        "## Actions",
        "",
    ]
    for action in ACTIONS.values():
        fields = "、".join(f"`{f.name}`{'*' if f.required else ''} {f.zh}" for f in action.fields)
        mark = "" if action.versioned else " †"
        out += [f"### `{action.name}` {action.zh}{mark}", "", f"{action.clause}。{fields}", ""]
        out += [_table(("from → to", "track", "who", "obligations"), _steps(action))]
    out += ["## Acts of the program itself", ""]
    out += [_table(("act", "中文"), list(workflow.SYSTEM_ACTIONS.items()))]
    return "\n".join(out + _penalties() + _reviews())


def _penalties() -> list[str]:
    """The second table: what becomes of a penalty."""
    w = penalty_workflow
    out = [
        "# 责任追究 · Penalties",
        "",
        "Made from `models/penalty_workflow.py`. Nobody decides on themselves or in their own line; who confirmed a",
        "penalty does not decide its appeal. A clause that is named has its own deciders; the others share a line.",
        "",
        "## States of a penalty",
        "",
        _table(("state", "中文", "who is next"), [(s.name, s.zh, s.turn) for s in w.STATES.values()]),
        "## Actions on a penalty",
        "",
    ]
    for action in w.ACTIONS.values():
        fields = "、".join(f"`{f.name}`{'*' if f.required else ''} {f.zh}" for f in action.fields)
        mark = "" if action.versioned else " †"
        out += [f"### `{action.name}` {action.zh}{mark}", "", f"{action.clause}。{fields}", ""]
        lines: dict[tuple[str, ...], list[str]] = {}
        for step in action.steps:
            start = w.STATES[step.start].zh if step.start else "—"
            end = w.STATES[step.end].zh if step.end else "不变"
            clauses = "、".join(step.of) or ("其他各款" if step.but else "各款")
            lines.setdefault((clauses, "、".join(w.PARTS[part] for part in step.by)), []).append(f"{start} → {end}")
        out += [_table(("from → to", "clause", "who"), [("<br>".join(moves), *rest) for rest, moves in lines.items()])]
    out += ["## Acts of the program on penalties", ""]
    return [*out, _table(("act", "中文"), list(w.PROGRAM_ACTIONS.items()))]


def _reviews() -> list[str]:
    """The third table: what becomes of a review."""
    w = review_workflow
    rows = [
        (
            f"`{action.name}`" + ("" if action.versioned else " †"),
            action.zh,
            " → ".join(
                (w.STATES[action.start].zh if action.start else "—", w.STATES[action.end].zh if action.end else "不变")
            ),
            "、".join(w.PARTS[part] for part in action.by),
            "、".join(f"`{f.name}`{'*' if f.required else ''} {f.zh}" for f in action.fields),
        )
        for action in w.ACTIONS.values()
    ]
    return [
        "",
        "# 总结改进 · Reviews",
        "",
        "Made from `models/review_workflow.py` (第九条). Figures are frozen by `submit`; sent back, a review is",
        "a draft again.",
        "",
        _table(("state", "中文", "whose turn"), [(s.name, s.zh, s.turn) for s in w.STATES.values()]),
        _table(("action", "中文", "from → to", "who", "fields"), rows),
    ]


def terms_page() -> str:
    """docs/terms.md: what the 办法 fixes, as seeded."""
    rows = [
        (
            f"`{t.key}`",
            t.zh,
            policy.TRACKS.get(t.track, "两类"),
            f"{t.amount or '—'} {policy.MEASURES[t.measure]}",
            t.clause,
        )
        for t in policy.TERMS
    ]
    return "\n".join(
        [
            "# 期限与次数 · Terms",
            "",
            "As seeded from `models/policy.py`. Each is a row with an effective date, edited under 配置; a deadline",
            "once set stays as it was. — means switched off, or set by the forwarder.",
            "",
            _table(("key", "中文", "track", "term", "clause"), rows),
        ]
    )


def settings_page() -> str:
    """docs/settings.md: every environment variable."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = "" if field.default_factory else str(field.default)
        if name == "data_dir":
            default = "instance/"
        rows.append((f"`{name.upper()}`", "" if default in ("None", "()") else f"`{default}`" if default else "",
                     field.description or ""))  # fmt: skip
    return "\n".join(
        ["# Settings", "", "Every setting is an environment variable, declared in `config.py`.", "",
         _table(("variable", "default", "reason"), rows)]
    )  # fmt: skip


def figures_page() -> str:
    """docs/figures.md: every figure, from its declaration."""
    out = [
        "# 指标 · Figures",
        "",
        "Made from `analytics/metrics.py`; a test holds it to that. Pages, files, API and command line ask for a",
        "figure by its name and get the same cell. Every row has `value`, `numerator`, `denominator` and the 95 %",
        "interval `low`, `high`; nothing to divide by is null, and so is a percentile that is not reached yet (the row",
        "then says `not_reached`).",
        "",
        "By each of: " + "、".join(f"`{name}` {zh}" for name, zh in DIMENSIONS.items() if name not in ONLY) + ".",
        "Only: " + "；".join(f"`{name}` {DIMENSIONS[name]}: " + "、".join(f"`{metric}`" for metric in sorted(of))
                            for name, of in ONLY.items()) + ".",
        "",
        "Penalties (‡) divided by anything but time and clause are for who oversees penalties: operations, leadership,",
        "discipline and the chairman. A cell of one would tell of a person. Quality scope has those of quality tickets",
        "and of no ticket. What was withdrawn or revoked is gone at every as-of.",
        "",
    ]  # fmt: skip
    for metric in METRICS.values():
        rows = [
            ("counts", metric.formula), ("stands at", metric.stands_at), ("left out", metric.excluded),
            ("by unit", metric.by_unit), ("95 % interval", metric.interval or "—"), ("source", metric.source),
        ]  # fmt: skip
        mark = " ‡" if metric.personal else ""
        out += [f"## `{metric.name}` {metric.zh}{mark}", "", f"{metric.en}.", "", _table(("", ""), rows)]
    return "\n".join(out)


def frames_page() -> str:
    """docs/frames.md: every column of every frame."""
    out = [
        "# 数据表 · Frames",
        "",
        "Made from `analytics/columns.py`: what `run.py export` writes and `GET /api/v1/frame/NAME` answers. Times are",
        "Asia/Shanghai's; in Parquet and Arrow they are timestamps, and words that repeat are dictionaries.",
        "",
    ]
    for frame in FRAMES.values():
        rows = [(f"`{c.name}`", c.zh, TYPES.get(c.kind, "text"), c.meaning) for c in columns(frame)]
        out += [f"## `{frame.name}` {frame.zh}", "", _table(("column", "中文", "type", "含义"), rows)]
    return "\n".join(out)


PAGES: dict[str, Callable[[], str]] = {
    "workflow.md": workflow_page,
    "terms.md": terms_page,
    "settings.md": settings_page,
    "figures.md": figures_page,
    "frames.md": frames_page,
}


@pytest.mark.parametrize("name", PAGES)
def test_the_page_says_what_the_code_declares(name):
    path, page = DOCS / name, PAGES[name]()
    if os.environ.get("UPDATE_DOCS"):
        path.write_text(page, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == page, "UPDATE_DOCS=1 writes it anew"


def test_every_setting_has_its_reason():
    assert all(field.description for field in Settings.model_fields.values())


def test_both_readmes_give_the_two_commands_and_name_every_page():
    for path in (ROOT / "README.md", DOCS / "README.zh.md"):
        text = path.read_text(encoding="utf-8")
        assert "git clone" in text
        assert "make run" in text
        for name in PAGES:
            assert name in text, f"{path.name} does not lead to {name}"
