"""Words: every sentence has its English, and times, spans and deadlines read as people write them."""

from datetime import timedelta
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from admin import widgets, words
from admin.views import (
    columns,
    drawing,
    duties,
    earlier,
    filters,
    following,
    forms,
    listing,
    navigation,
    pages,
    penalty_paper,
    registering,
    review_form,
    reviews,
    tables,
    tickets,
    where,
)  # fmt: skip
from admin.views import person as person_page
from admin.views.tables import security
from models import access_change, penalty_workflow, person, policy, refusals, review_workflow, workflow
from models.reviews import periods, telling, wording
from tests.fixtures.city import shanghai

ADMIN = Path(words.__file__).parent
NOW = shanghai("2026-11-25 16:32")


def chinese(text: object) -> bool:
    return isinstance(text, str) and any("\u3400" <= ch <= "\u9fff" for ch in text)


def in_code() -> set[str]:
    """What is marked in Python and templates."""
    keywords = dict.fromkeys(("_", "gettext", "lazy_gettext"))
    found = extract_from_dir(str(ADMIN), [("**.py", "python"), ("**/templates/**.html", "jinja2")], {}, keywords)
    return {message for _file, _line, message, _comments, _context in found if chinese(message)}


def in_tables() -> set[str]:
    """What stands in declared tables and is looked up as it is shown."""
    said: list[object] = [*refusals.SENTENCES.values(), *policy.ROLES.values(), *pages.GROUPS.values()]
    for action in workflow.ACTIONS.values():
        said += [action.zh, action.clause]
        for field in action.fields:
            said += [field.zh, *field.choices.values()]
    said += [state.zh for state in workflow.STATES.values()]
    said += [*workflow.SYSTEM_ACTIONS.values(), *workflow.PARTS.values()]
    said += [text for term in policy.TERMS for text in (term.zh, term.clause)]
    said += [name for name, _ in (*policy.CATEGORIES, *policy.CHANNELS, *policy.OFFICES)]
    said += [text for choices in words.CHOICES.values() for text in choices.values()]
    said += [*words.WEEKDAYS, *words.TO_DO.values(), *following.ENDS.values(), *forms.HINTS.values()]
    said += [text for pair in forms.BOOLEAN.values() for text in pair]
    said += [*policy.REVEAL_REASONS.values(), *policy.IDENTIFIED.values()]
    said += [link.zh for link in pages.LINKS] + [one.zh for one in filters.FILTERS] + [zh for zh, _ in tickets.TABS]
    said += [text for one in vars(duties).values() if isinstance(one, duties.Count) for text in (one.zh, one.hint)]
    said += [*listing.SORTS.values(), *drawing.MAY.values(), *drawing.DOORS_BESIDE.values()]
    said += [*where.SAID.values(), *where.CLOSED.values(), *where.DUE.values()]
    said += [where.AGAIN, where.OTHERWISE, where.LATE, where.AFTERWARDS, where.TO_DISCIPLINE]
    said += [columns.CONTENT.zh, columns.STANDING.zh, *(column.zh for column in columns.COLUMNS)]
    said += [*security.NAMES.values(), *(text for codes in security.VALUES.values() for text in codes.values())]
    said += [said_of_span for _way, said_of_span in widgets.SPAN]
    said += [*earlier.WHY.values(), *registering.THEN.values(), "查号", "起草结果", person_page.WHAT]
    said += [*person_page.FIELDS.values(), *person.REASONS.values(), *person.GIVEN.values(), *person.ANSWERED.values()]
    said += [*access_change.STATES.values()]
    said += [text for _key, zh, hint, _fields in registering.FOLDS for text in (zh, hint)]
    for action in penalty_workflow.ACTIONS.values():
        said += [action.zh, action.clause, *(field.zh for field in action.fields)]
    said += [state.zh for state in penalty_workflow.STATES.values()] + list(penalty_workflow.PARTS.values())
    said += [*penalty_workflow.FACTS.values(), *penalty_workflow.POSTS.values(), penalty_workflow.ADMINISTRATIVE]
    said += [*penalty_workflow.PROGRAM_ACTIONS.values(), *penalty_paper.HEADS]
    for action in review_workflow.ACTIONS.values():
        said += [action.zh, action.clause, *(field.zh for field in action.fields)]
    said += [*(state.zh for state in review_workflow.STATES.values()), review_workflow.RETURNED]
    said += [*review_workflow.PARTS.values(), *review_workflow.MEASURE_FIELDS.values(), *periods.NAMES.values()]
    said += [*wording.SENTENCES.values(), *wording.VERDICTS.values(), *wording.MOVES.values()]
    said += [*telling.ABOUT.values(), *review_form.HINTS.values()]
    said += [zh for _name, zh in reviews.TABS]
    said += [text for clause, conduct, *_amounts in policy.PENALTIES for text in (clause, conduct)]
    for page in (*tables.PAGES, *tables.ACCOUNTS):
        view = page.view
        said += [page.zh, *(getattr(view, name, "") for name in ("about", "clause", "advice"))]
        said += [text for choices in (getattr(view, "choices", None) or {}).values() for text in choices.values()]
    return {str(text) for text in said if chinese(text)}


def catalogue(locale: str):
    return ADMIN / "translations" / locale / "LC_MESSAGES" / "messages.po"


def test_every_sentence_has_its_english():
    with catalogue("en").open("rb") as file:
        known = {message.id for message in read_po(file) if message.string}
    assert sorted((in_code() | in_tables()) - known) == []


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_what_is_compiled_is_what_is_written(locale):
    with catalogue(locale).open("rb") as file:
        written = {message.id: message.string for message in read_po(file) if message.id}
    with catalogue(locale).with_suffix(".mo").open("rb") as file:
        compiled = {message.id: message.string for message in read_mo(file) if message.id}
    assert compiled == written


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_a_translation_names_what_its_original_names(locale):
    with catalogue(locale).open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    for message in messages:
        assert not list(message.check()), message.id


@pytest.mark.parametrize(
    ("hours", "written"),
    [(0.9, "54 分"), (17 + 2 / 3, "17 小时 40 分"), (47, "47 小时"), (48, "2 天"), (76.5, "3 天 4 小时")],
)
def test_a_span_as_people_say_it(house, hours, written):
    with house.app.test_request_context():
        assert words.span(timedelta(hours=hours)) == written


@pytest.mark.parametrize(
    ("due", "short", "long"),
    [
        ("2026-11-25 17:30", "今天 17:30 前", "今天 17:30 前"),
        ("2026-11-26 17:30", "明天 17:30 前", "明天 17:30 前"),
        ("2026-11-27 11:02", "11-27 11:02 前", "11月27日 周五 11:02 前"),
        ("2027-01-04 17:30", "2027-01-04 17:30 前", "2027年1月4日 周一 17:30 前"),
    ],
)
def test_a_deadline_as_people_say_it(house, due, short, long):
    with house.app.test_request_context():
        assert words.before(shanghai(due), NOW) == short
        assert words.long_before(shanghai(due), NOW) == long


@pytest.mark.parametrize(
    ("opened", "due", "css", "said"),
    [
        ("2026-11-24 10:00", "2026-11-27 10:00", "pending", "11-27 10:00 前"),
        ("2026-11-23 16:32", "2026-11-26 16:32", "pending", "明天 16:32 前"),  # a third is left
        ("2026-11-23 10:32", "2026-11-26 10:32", "soon", "还剩 18 小时"),  # a quarter
        ("2026-11-25 10:00", "2026-11-25 17:30", "soon", "今天 17:30 前"),
        ("2026-11-20 10:00", "2026-11-24 13:00", "late", "逾期 1 天 3 小时"),
    ],
)
def test_an_open_obligation_in_a_word(house, opened, due, css, said):
    owed = {"opened_at": shanghai(opened), "due_at": shanghai(due), "settled_at": None, "voided_at": None,
            "state": "late" if css == "late" else "pending"}  # fmt: skip
    with house.app.test_request_context():
        assert (words.due(owed, NOW).css, words.due(owed, NOW).text) == (css, said)


def test_a_headline_is_the_first_words_of_what_was_said():
    row = {"title": None, "content": "三楼没有水。楼下都有。\n天天如此", "summary": None, "level": "contact"}
    assert words.headline(row) == "三楼没有水"
    assert words.headline({**row, "content": "水" * 50}) == "水" * 30 + "…"


def test_the_side_names_nobodys_group_twice():
    assert len(set(pages.GROUPS.values())) == len(pages.GROUPS)
    assert {link.group for link in pages.LINKS} <= pages.GROUPS.keys()
    assert pages.GROUPS.keys() >= navigation.FOLDED
