"""The page in a real browser, under the strict policy: drawn, filtered through its address, readable by everybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from models.actor import Actor
from tests.analytics.city import at
from tests.analytics.conftest import Pair
from tests.analytics.harness import Harness

NOW = at("2026-03-10 15:00")


@pytest.fixture(scope="module")
def site(lively_city: Pair) -> Iterator[str]:
    """The dashboards at an address of their own; whoever comes is the chairman."""
    engine: Any = lively_city["sqlite"].get_bind()
    harness = Harness(engine, NOW, Actor(1, frozenset({"chairman"}), chairman=True))
    server = make_server("127.0.0.1", 0, harness.server, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/analytics/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A page that fails the test when the browser complains of anything, a refused script included."""
    complaints: list[str] = []
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    ours = [text for text in complaints if "favicon.ico" not in text and "404" not in text]
    assert ours == []


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    expect(page.locator("#rate-say")).not_to_be_empty(timeout=30_000)
    expect(page.locator("#rate-plot .main-svg").first).to_be_visible(timeout=30_000)
    return page


def asks(page: Page, **wanted: str) -> None:
    """Wait until the address says this and nothing else."""

    def said(url: str) -> bool:
        return {name: values[-1] for name, values in parse_qs(urlparse(url).query).items()} == wanted

    page.wait_for_url(said, wait_until="commit")


def test_six_figures_are_drawn_with_their_sentences_parts_and_twins(page: Page, site: str) -> None:
    opened(page, site)
    assert page.locator("#grid figure.kf-figure").count() == 6
    assert all(page.locator(".kf-say").all_inner_texts())
    expect(page.locator(".kf-asof")).to_contain_text("口径 产品质量口径")
    expect(page.locator(".kf-asof")).to_contain_text("截至 2026-03-10 15:00")
    page.locator("#on-time-plot .scatterlayer .point").first.hover(force=True)
    expect(page.locator("#on-time-plot .hoverlayer")).to_contain_text(" / ")
    expect(page.locator("#on-time-table")).to_be_hidden()
    page.get_by_role("button", name="72 小时办理及时率：看表格", exact=True).click()
    expect(page.locator("#on-time-table table")).to_be_visible()
    expect(page.locator("#on-time-plot")).to_be_hidden()
    with page.expect_download() as download:
        page.get_by_role("button", name="72 小时办理及时率：下载", exact=True).click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert text.startswith("期间,数值,分子,分母,95% 区间")
    assert "口径 产品质量口径" in text


def test_the_filters_live_in_the_address_and_nowhere_else(page: Page, site: str) -> None:
    opened(page, site)
    page.locator("#grain").click()
    page.get_by_role("option", name="季").click()
    expect(page.locator("#on-time-table")).to_contain_text("季度")
    asks(page, by="quarter")
    page.locator("#unit").click()
    page.get_by_role("option", name="东城营业所").click()
    expect(page.locator(".kf-chip")).to_contain_text("承办单位：东城营业所")
    asks(page, by="quarter", unit="东城营业所")
    page.locator("#scope").click()
    page.get_by_role("option", name="全口径").click()
    expect(page.locator(".kf-asof")).to_contain_text("口径 全口径")
    page.go_back()
    expect(page.locator(".kf-asof")).to_contain_text("口径 产品质量口径")
    expect(page.locator("#scope")).to_have_value("产品质量口径")
    page.locator(".kf-chip a").click()
    expect(page.locator(".kf-chip")).to_have_count(0)
    page.goto(site + "?from=2025-06-01&by=quarter")  # the picker opens at the year where the period begins
    expect(page.locator("#period")).to_contain_text("2025-06")
    page.locator("#period").click()
    page.get_by_role("button", name="11月", exact=True).click()
    page.get_by_role("button", name="12月", exact=True).click()
    expect(page.locator("#period")).to_contain_text("2025-11 – 2025-12")
    expect(page.locator("#on-time-table")).to_contain_text("2025 年 4 季度")
    asks(page, **{"by": "quarter", "from": "2025-11-01", "to": "2026-01-01"})
    page.goto(site)
    expect(page.locator("#rate-plot .main-svg").first).to_be_visible()
    page.locator("#grain").click()
    page.get_by_role("option", name="日", exact=True).click()
    expect(page.locator("#problem")).to_contain_text("一张图最多")
    expect(page.locator("#grid")).to_be_empty()
    page.locator("#grain").click()  # from no charts to charts again, without a reload
    page.get_by_role("option", name="月", exact=True).click()
    expect(page.locator("#rate-plot .main-svg").first).to_be_visible()
    page.goto(site + "?by=hour")
    expect(page.locator("#problem")).to_contain_text("不能按“hour”分", timeout=30_000)
    expect(page.locator("#grid")).to_be_empty()
    page.get_by_role("link", name="看最近 24 个月").click()
    expect(page.locator("#rate-say")).not_to_be_empty()
    expect(page.locator("#problem")).to_be_empty()


def test_everybody_can_read_it_in_light_in_dark_and_on_a_phone(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 1440, "height": 900})
    opened(page, site)
    page.get_by_role("button", name="投诉类别：看表格").click()
    line = page.locator("#rate-plot .scatterlayer path.js-line").last
    for width, theme, colour in ((1440, "light", "rgb(91, 106, 114)"), (390, "dark", "rgb(151, 166, 172)")):
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(f"kfTheme('{theme}')")
        expect(line).to_have_css("stroke", colour)
        found = Axe().run(page).response["violations"]
        serious = [(one["id"], node["target"]) for one in found if one["impact"] in ("serious", "critical")
                   for node in one["nodes"]]  # fmt: skip
        assert serious == [], (width, theme)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
