"""Every page that somebody can reach from the side, and every form behind it: axe finds nothing serious, no English is
left in the Chinese, nothing sticks out of a telephone."""

import re
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Desk
from tests.browser.test_the_pages import serious

People = Callable[..., Page]
ENGLISH = re.compile(r"[A-Za-z]{3,}")
NUMBER = re.compile(r"纪\d{4}-\w+")
"""A discipline ticket's number is drawn, and may spell a word."""
ALLOWED = re.compile(
    r"""(?x)
    English | Ctrl | Enter | Shift | Esc | Tab | Alt
    | JSON | CSV | XLSX | PDF | Word | Excel | API | hotline | holidays
    | mailto | mailtos | wecombot | dingtalk | feishu
    | agent | operations | handler | unit | head | discipline | chairman | leadership | analyst | auditor | admin
    | deputy | demo | example | invalid
    """
)
"""Keys, file formats, placeholders, schemes of addresses, and the names of accounts and roles."""


def addresses(page: Page, desk: Desk) -> Iterator[str]:
    """From the side: lists, and of each list its first row's page and form, and the form for a new one."""
    side = page.locator(".kf-side a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    for href in dict.fromkeys(side):
        if href.startswith("/analytics/"):
            continue  # these draw themselves: tests/browser/test_the_dashboards.py
        yield href  # whoever walks is there when the next one is asked for
        if "/list/" in href:
            if page.url != desk.url + href:
                page.goto(desk.url + href)
            links = page.locator("main a").evaluate_all("all => all.map(a => a.getAttribute('href') || '')")
            for kind in ("/add", "/show/", "/edit/"):
                yield from [link for link in links if kind in link][:1]


GENERATED = re.compile(r"/\w+/(list|add|show|edit)/?")
OF_A_KIND = 4
"""Generated pages of a kind that axe reads in `make test`: they are of one template, and `make test-slow` reads all."""


@pytest.fixture(scope="module")
def read() -> set[str]:
    """The pages that axe has read, and the forms: with another person's eyes it would read the same again."""
    return set()


@pytest.mark.parametrize(
    ("who", "look", "most"),
    [("operations", "light", OF_A_KIND), ("admin", "light", OF_A_KIND), ("operations", "phone", 0),
     *(pytest.param(who, "light", 1000, marks=pytest.mark.slow) for who in ("operations", "admin"))],
)  # fmt: skip
def test_every_page_of_the_side_is_accessible_and_chinese(
    desk: Desk, person: People, read: set[str], who: str, look: str, most: int
) -> None:
    page = person(who, phone=look == "phone")
    page.goto(desk.url)
    wrong: dict[str, object] = {}
    of_a_kind = Counter[str]()
    for href in addresses(page, desk):
        found: list[object] = []
        if look == "phone" or href not in read:
            page.goto(desk.url + href)
            words = ENGLISH.findall(NUMBER.sub("", page.locator("body").inner_text()))
            found += sorted({word for word in words if not ALLOWED.fullmatch(word)})
            if not page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"):
                found.append("wider than its window")
            if page.locator("h1").count() != 1:
                found.append("not one h1")
        generated = GENERATED.match(href)
        kind = generated[1] if generated else href
        of_a_kind[kind] += 1
        if href not in read and of_a_kind[kind] <= most:
            read.add(href)
            found += serious(page, colours=False)
        if found:
            wrong[href] = found
    assert wrong == {}


@pytest.mark.parametrize(
    "who", ["operations", "discipline", *(pytest.param(who, marks=pytest.mark.slow) for who in ("head", "chairman"))]
)
def test_every_action_has_an_accessible_form(desk: Desk, person: People, read: set[str], who: str) -> None:
    page, seen = person(who), set()
    wrong: dict[str, object] = {}
    for ticket in desk.tickets.values():
        answer = page.goto(f"{desk.url}/ticket/{ticket}")
        if answer is None or answer.status != 200:
            continue
        links = page.locator("main a").evaluate_all("all => all.map(a => a.getAttribute('href') || '')")
        for href in links:
            action = re.fullmatch(r"/ticket/\d+/(\w+)", href)
            if action:
                seen.add(action[1])
                if action[1] not in read:
                    read.add(action[1])
                    page.goto(desk.url + href)
                    if found := serious(page, colours=False):
                        wrong[href] = found
    assert wrong == {}
    assert seen
