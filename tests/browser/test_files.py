"""Files at a real browser: chosen, dragged, pasted, taken away, kept over a mistake, and seen on the ticket."""

import base64
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Desk
from tests.browser.test_the_pages import serious
from tests.fixtures.city import PICTURE

People = Callable[..., Page]
IN_THE_PAGE = """([target, kind, name]) => {
  const bytes = Uint8Array.from(atob("%s"), c => c.charCodeAt(0));
  const held = new DataTransfer();
  held.items.add(new File([bytes], name, {type: "image/png"}));
  const at = document.querySelector(target);
  if (kind === "paste") {
    at.dispatchEvent(new ClipboardEvent("paste", {clipboardData: held, bubbles: true, cancelable: true}));
  } else {
    for (const step of ["dragover", "drop"])
      at.dispatchEvent(new DragEvent(step, {dataTransfer: held, bubbles: true, cancelable: true}));
  }
}"""


def brings(page: Page, target: str, kind: str, name: str) -> None:
    """Drop or paste a picture onto an element, as the browser tells the page of it."""
    page.evaluate(IN_THE_PAGE % base64.b64encode(PICTURE).decode(), [target, kind, name])


@pytest.mark.parametrize("look", [{}, {"phone": True, "dark": True}], ids=["desk", "phone, dark"])
def test_a_picture_is_chosen_dragged_and_pasted_and_one_is_taken_away(
    desk: Desk, person: People, look: dict[str, bool]
) -> None:
    page = person("agent", **look)
    page.goto(f"{desk.url}/ticket/register")
    rows = page.locator("#files li")
    page.locator("#file").set_input_files([{"name": "选的.png", "mimeType": "image/png", "buffer": PICTURE}])
    expect(rows).to_have_count(1)
    brings(page, "#content", "drop", "拖的.png")
    brings(page, "#content", "paste", "image.png")
    expect(page.locator("#files input[name=files]")).to_have_count(3)
    expect(rows.nth(2)).to_contain_text("粘贴的图片.png")
    assert serious(page) == []
    page.get_by_role("button", name="移除“选的.png”").click()
    expect(rows).to_have_count(2)
    page.get_by_role("button", name="登记", exact=True).click()  # without the content: the form comes back
    expect(page.locator("#problem")).to_be_visible()
    expect(page.locator("#files input[name=files]")).to_have_count(2)
    page.locator("#content").fill("水表井渗水，见照片。")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page).to_have_url(re.compile(r"/ticket/\d+$"))
    card = page.locator("#attachments")
    expect(card.get_by_role("link")).to_have_count(2)
    expect(card).to_contain_text("拖的.png")
    expect(card).to_contain_text("粘贴的图片.png")
    page.locator("#attachments img").first.scroll_into_view_if_needed()
    expect(page.locator("#attachments img").first).to_have_js_property("naturalWidth", 1)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert serious(page) == []


def test_what_cannot_be_taken_says_so_at_once_and_the_rest_stays(desk: Desk, person: People) -> None:
    page = person("head")
    page.goto(desk.at("second_round"))
    page.locator("#acts").get_by_role("link", name="附件").click()
    page.wait_for_url("**/attach")  # and its scripts: what is chosen before them is not taken in at once
    page.locator("#file").set_input_files(
        [
            {"name": "程序.jpg", "mimeType": "image/jpeg", "buffer": b"MZ" + bytes(99)},
            {"name": "现场.png", "mimeType": "image/png", "buffer": PICTURE},
        ]
    )
    expect(page.locator(".kf-drop [data-wrong]")).to_contain_text("“程序.jpg”不是可以收的文件")
    expect(page.locator("#files li")).to_have_count(1)
    page.get_by_label("附件说明").fill("到场测压照片。")
    page.locator("main form button[type=submit]").click()
    expect(page.locator("#attachments")).to_contain_text("现场.png")


def test_a_press_before_the_file_is_there_waits_for_it(desk: Desk, person: People) -> None:
    page = person("head")
    page.goto(desk.at("second_round", "note"))
    held = []
    page.route("**/ticket/upload", lambda route: held.append(route))
    page.get_by_label("跟进内容").fill("见照片。")
    page.locator("#file").set_input_files([{"name": "慢.png", "mimeType": "image/png", "buffer": PICTURE}])
    expect(page.locator("#files progress")).to_have_count(1)
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".kf-drop [data-said]")).to_have_text("文件传完后自动提交。")
    held[0].continue_()
    expect(page.locator("#attachments")).to_contain_text("慢.png")


def test_plain_words_are_pasted_as_ever(desk: Desk, person: People) -> None:
    page = person("agent")
    page.goto(f"{desk.url}/ticket/register")
    taken = page.evaluate(
        """() => {
          const held = new DataTransfer();
          held.setData("text/plain", "三楼没水");
          const paste = new ClipboardEvent("paste", {clipboardData: held, bubbles: true, cancelable: true});
          return !document.querySelector("#content").dispatchEvent(paste);
        }"""
    )
    assert taken is False
