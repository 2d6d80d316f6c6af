"""Getting in as people do it: a second step set up with a telephone, and a new password by a one-time secret."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pyotp import TOTP
from sqlalchemy import select

from models import credential
from models.base import User
from tests.browser.conftest import DESK, PASSWORD, PATIENCE, PHONE, Desk, Picture
from tests.browser.test_a_complaints_life import press
from tests.browser.test_the_pages import serious

NEW = "Zwölf Boote, ein See"


@pytest.fixture
def visitor(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Callable[..., Page]]:
    """A browser of somebody's own, at which nobody has signed in."""
    opened = []

    def come(**options: Any) -> Page:
        context = browser.new_context(**browser_context_args | options)
        context.set_default_timeout(PATIENCE)
        opened.append(context)
        return context.new_page()

    yield come
    for context in opened:
        context.close()


def sign_in(page: Page, desk: Desk, name: str, password: str = PASSWORD) -> None:
    page.goto(f"{desk.url}/login/")
    page.get_by_label("用户名").fill(name)
    page.get_by_label("密码").fill(password)
    page.keyboard.press("Enter")


def test_the_director_sets_up_a_second_step_and_signs_in_with_it(
    desk: Desk, visitor: Callable[..., Page], picture: Picture
) -> None:
    desk.app.config["SECOND_STEP"] = True
    try:
        page = visitor(**DESK)
        sign_in(page, desk, "discipline")
        expect(page.get_by_role("heading", name="绑定验证器")).to_be_visible()
        drawn = page.get_by_role("img", name="二维码").locator("svg")
        expect(drawn).to_have_attribute("viewBox", re.compile(r"0 0 \d+ \d+"))  # else it would be cut off
        expect(page.get_by_label("验证码")).to_be_focused()
        assert serious(page) == []
        picture(page, "enrol")
        page.get_by_text("扫不了，手工输入密钥").click()
        telephone = TOTP(page.locator(".kf-secret").inner_text().replace(" ", ""))
        page.get_by_label("验证码").fill("000000")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("验证码不对")
        assert serious(page) == []
        page.get_by_label("验证码").fill(telephone.at(desk.now()))
        page.keyboard.press("Enter")
        expect(page.locator(".kf-shell")).to_be_visible()

        later = visitor(**PHONE)
        sign_in(later, desk, "discipline")
        expect(later.get_by_role("heading", name="二次验证")).to_be_visible()
        assert serious(later) == []
        picture(later, "code-phone")
        later.get_by_label("验证码").fill(telephone.at(desk.now() + timedelta(seconds=30)))
        later.get_by_role("button", name="登录").click()
        expect(later.locator(".kf-shell")).to_be_visible()
    finally:
        desk.app.config["SECOND_STEP"] = False


def test_who_forgot_a_password_gets_a_secret_and_chooses_another(
    desk: Desk, visitor: Callable[..., Page], person: Callable[..., Page], picture: Picture
) -> None:
    admin = person("admin")
    admin.goto(f"{desk.url}/users/list/?_flt_0_username=head2")
    admin.get_by_role("link", name="head2").click()
    admin.get_by_role("link", name="发一次性口令").or_(admin.get_by_role("button", name="发一次性口令")).click()
    admin.get_by_role("button", name="发一次性口令").click()
    secret = admin.locator(".kf-secret").inner_text()
    assert serious(admin) == []
    picture(admin, "one-time")

    page = visitor(**DESK)
    page.goto(f"{desk.url}/login/")
    page.get_by_role("link", name="用一次性口令设新密码").click()
    assert serious(page) == []
    picture(page, "reset")
    page.get_by_label("用户名").fill("head2")
    page.get_by_label("一次性口令").fill(secret.lower())
    page.get_by_label("新密码").fill("Liaocheng2026!")
    page.get_by_label("再输一次").fill("Liaocheng2026!")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("密码不能含有")
    expect(page.get_by_label("一次性口令")).to_have_value(secret.lower())
    page.get_by_label("新密码").fill(NEW)
    page.get_by_label("再输一次").fill(NEW)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("新密码已设")
    sign_in(page, desk, "head2", NEW)
    expect(page.locator(".kf-shell")).to_be_visible()


def test_another_holder_agrees_to_a_change_of_confidential_access(
    desk: Desk, person: Callable[..., Page], picture: Picture
) -> None:
    desk.app.config["AGREEMENT"] = True
    try:
        admin = person("admin")
        admin.goto(f"{desk.url}/users/list/?_flt_0_username=chairman")
        admin.get_by_role("link", name="chairman").click()
        admin.get_by_role("link", name="发一次性口令").or_(admin.get_by_role("button", name="发一次性口令")).click()
        admin.get_by_role("button", name="发一次性口令").click()
        expect(admin.locator(".kf-secret")).to_be_visible()
    finally:
        desk.app.config["AGREEMENT"] = False
    holder = person("discipline")
    holder.goto(f"{desk.url}/notices/")
    holder.get_by_role("main").get_by_role("link").filter(has_text="待同意").first.click()
    expect(holder.get_by_role("heading", level=1)).to_have_text("保密权限")
    assert serious(holder) == []
    picture(holder, "confidential")
    press(holder, re.compile("^同意：.*发了设新密码的一次性口令"))
    expect(holder.get_by_role("status")).to_contain_text("已同意，即时生效。")
    expect(holder.get_by_role("main")).to_contain_text("已同意")
    assert serious(holder) == []


def test_a_password_that_is_too_old_is_changed_on_the_way_in(desk: Desk, visitor: Callable[..., Page]) -> None:
    with desk.app.app_context():
        session = desk.app.appbuilder.session
        user = session.scalars(select(User).where(User.username == "handler")).one()
        credential.chosen(session, user.id, None, desk.now() - timedelta(days=91), keep=0)
        session.commit()
    page = visitor(**PHONE)
    sign_in(page, desk, "handler")
    expect(page.get_by_role("heading", name="换一个密码")).to_be_visible()
    assert serious(page) == []
    page.get_by_label("新密码").fill(NEW)
    page.get_by_label("再输一次").fill("Zwölf Boote, kein See")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("两次输入不一样。")
    assert serious(page) == []
    page.get_by_label("新密码").fill(NEW)
    page.get_by_label("再输一次").fill(NEW)
    page.keyboard.press("Enter")
    expect(page.locator(".kf-shell")).to_be_visible()
