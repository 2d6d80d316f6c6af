"""The pages between a right password and being let in, and the one that takes a one-time secret.

Whoever is half-way is nobody yet: the cookie says whose password was right and when, and nothing but these pages reads
it.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import segno
from flask import current_app, flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask_appbuilder import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import login_user
from pyotp import TOTP
from werkzeug.wrappers import Response

from admin import second_step, watch
from admin.current import now, session
from admin.guarding import BaseView
from admin.marks import stamp
from admin.passwords import new_password
from models import credential
from models.base import User

PATIENCE = timedelta(minutes=10)
"""How long the password's word holds for the steps after it."""


LONGEST_ADDRESS = 500
"""Of where to go on to, in a cookie that must not outgrow its 4 KB."""
LONGEST_CODE = 199
"""A QR code that says more is drawn too fine for a telephone to read off a screen."""
WRONG_SECRET = lazy_gettext("用户名或一次性口令不对，也可能已经用过、过了期，或还在等同意。请问系统管理员。")


@dataclass(frozen=True)
class Step:
    """Somebody half-way: whose password was right, whether a code was too, where they want to go."""

    user: User
    proved: bool
    to: str
    salt: str | None


def _sm() -> Any:
    return current_app.appbuilder.sm  # type: ignore[attr-defined]


def half_way(user: User, to: str, *, proved: bool = False, salt: str | None = None) -> None:
    """Remember who is half-way, and nothing else of whoever sat here before."""
    kept = {name: cookie[name] for name in ("locale",) if name in cookie}
    cookie.clear()
    cookie.update(kept)
    to = to if len(to) <= LONGEST_ADDRESS else "/"
    cookie["half"] = {"user": user.id, "stamp": stamp(user), "to": to, "proved": proved, "salt": salt,
                      "at": int(now().timestamp())}  # fmt: skip


def onward(user: User, to: str, *, proved: bool = False) -> Response:
    """To the next step that is owed; where none is, in."""
    owed = second_step.owes(user, proved=proved)
    half_way(user, to, proved=proved)
    if owed is not None:
        return redirect(url_for(f"StepsView.{owed}"))
    cookie.pop("half")
    login_user(user)
    _sm().let_in(user)
    _sm().begin_session(user)
    return redirect(to)


def _half(owed: str) -> Step | None:
    """Who is half-way and owes just this step."""
    found = cookie.get("half")
    if not found or now() >= datetime.fromtimestamp(found["at"], UTC) + PATIENCE:
        return None
    user = _sm().get_user_by_id(found["user"])
    if user is None or not user.is_active or not hmac.compare_digest(stamp(user), found["stamp"]):
        return None
    if second_step.owes(user, proved=found["proved"]) != owed:
        return None
    return Step(user, found["proved"], found["to"], found["salt"])


@dataclass(frozen=True)
class Asked:
    """One field of a step."""

    name: str
    label: str
    kind: str = "text"
    auto: str = "off"
    value: str = ""
    error: str = ""
    hint: str = ""


def _page(title: str, about: str, fields: list[Asked], press: str, *, status: int = 200, **more: Any) -> Response:
    page = render_template("step.html", title=title, about=about, fields=fields, press=press, **more)
    return Response(page, status, mimetype="text/html")


def _too_late() -> Response:
    flash(_("登录停得太久，请从用户名和密码重新开始。"), "warning")
    return redirect(url_for("SignInView.login"))


class StepsView(BaseView):
    """What is asked after the password, and instead of it."""

    route_base = "/login"
    default_view = "code"

    @expose("/code", methods=["GET", "POST"])
    def code(self) -> Response:
        """The second step."""
        half, wrong = _half("code"), ""
        if half is None:
            return _too_late()
        if request.method == "POST":
            if second_step.is_right(half.user, request.form.get("code", "")):
                return onward(half.user, half.to, proved=True)
            wrong = _("验证码不对，或已经用过。等手机上换了下一个再输。")
        about = _("打开手机上的验证器，输入现在显示的 6 位数字。手机丢了或换了，请系统管理员发一次性口令。")
        return _page(_("二次验证"), about, [_code_field(wrong)], _("登录"), status=401 if wrong else 200)

    @expose("/enrol", methods=["GET", "POST"])
    def enrol(self) -> Response:
        """Set the second step up: shown once, proved by a first code."""
        half, wrong = _half("enrol"), ""
        if half is None:
            return _too_late()
        salt = half.salt or credential.new_salt()
        codes = second_step.codes(half.user, salt)
        if request.method == "POST" and half.salt:
            step = credential.step_of(codes, request.form.get("code", ""), now())
            if step is not None:
                credential.set_up(session(), half.user.id, salt, step)
                watch.note("second_step", by=half.user.id, user_id=half.user.id, did="set_up")
                session().commit()
                return onward(half.user, half.to, proved=True)
            wrong = _("验证码不对。看看手机的时间是否准确，再输现在显示的数字。")
        elif half.salt is None:
            half_way(half.user, half.to, proved=half.proved, salt=salt)
        about = _("您的岗位登录时还要一个 6 位数字。用手机上的验证器扫一下，再输入它显示的数字。这一页只出现这一次。")
        drawn = segno.make(address_of(codes, half.user.username), error="m")
        drawn = drawn.svg_inline(omitsize=True, border=4, light="#fff", dark="#000")
        spelled = " ".join(codes.secret[n : n + 4] for n in range(0, len(codes.secret), 4))
        return _page(_("绑定验证器"), about, [_code_field(wrong)], _("绑定并登录"), status=422 if wrong else 200,
                     qr=drawn, secret=spelled)  # fmt: skip

    @expose("/renew", methods=["GET", "POST"])
    def renew(self) -> Response:
        """A new password in place of one that is too old; the old one was typed a moment ago."""
        half = _half("renew")
        if half is None:
            return _too_late()
        wrong = _wrong_new(half.user) if request.method == "POST" else {}
        if request.method == "POST" and not wrong:
            _sm().reset_password(half.user.id, request.form["password"])
            return onward(half.user, half.to, proved=half.proved)
        about = _("这个密码用得太久了，请换一个。换好就登录。")
        return _page(_("换一个密码"), about, _new_fields(wrong), _("换密码并登录"), status=422 if wrong else 200)

    @expose("/reset", methods=["GET", "POST"])
    def reset(self) -> Response:
        """A new password by a one-time secret. Whether the name or the secret is wrong is not told."""
        name, said = request.form.get("username", "").strip(), request.form.get("secret", "")
        wrong: dict[str, str] = {}
        status = 200
        if request.method == "POST":
            user = _sm().whose_secret(name, said)
            if user is None:
                wrong["secret"], status = str(WRONG_SECRET), 401
            else:
                wrong, status = _wrong_new(user), 422
                if not wrong:
                    return _use(user)
        about = _("系统管理员给您的一次性口令，只能用一次。新密码由您自己定，别人不会知道。")
        fields = [
            Asked("username", _("用户名"), auto="username", value=name[:320]),
            Asked("secret", _("一次性口令"), value=said[:40] if not wrong.get("secret") else "",
                  error=wrong.get("secret", ""), hint=_("4 组字母和数字，大小写、横线都不用管。")),
            *_new_fields(wrong),
        ]  # fmt: skip
        return _page(_("设新密码"), about, fields, _("设新密码"), status=status)


def address_of(codes: TOTP, username: str) -> str:
    """What the QR code says: at most `LONGEST_CODE` characters, with the house named once, as far as there is room."""
    plain, house = f"{codes.provisioning_uri(name=username)}&issuer=", current_app.config["APP_NAME"]
    fitting = (house[:n] for n in range(len(house), 0, -1) if len(plain + quote(house[:n])) <= LONGEST_CODE)
    return plain + quote(next(fitting, ""))


def _use(user: User) -> Response:
    """Set the password; the secret is gone with it, and the second step too where that was its purpose."""
    second = credential.use(session(), user.id)
    if second is None:
        return _too_late()
    if second:
        credential.forget_second(session(), user.id)
        watch.note("second_step", by=user.id, user_id=user.id, did="forgotten")
    _sm().reset_password(user.id, request.form["password"])
    flash(_("新密码已设。现在用它登录。"), "success")
    return redirect(url_for("SignInView.login"))


def _wrong_new(user: User) -> dict[str, str]:
    password = request.form.get("password", "")
    why = new_password(password, user)
    if why:
        return {"password": why}
    return {} if request.form.get("again") == password else {"again": _("两次输入不一样。")}


def _new_fields(wrong: dict[str, str]) -> list[Asked]:
    return [
        Asked("password", _("新密码"), "password", "new-password", error=wrong.get("password", "")),
        Asked("again", _("再输一次"), "password", "new-password", error=wrong.get("again", "")),
    ]


def _code_field(wrong: str) -> Asked:
    return Asked("code", _("验证码"), auto="one-time-code", error=wrong)
